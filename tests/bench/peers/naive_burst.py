"""Telling a burst the obvious way: one message per order and chat, waiting as long as Telegram asks.

Arguments: Bot API address, token, orders, chats separated by commas. Says {"seconds", "refused"} at the end.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import timedelta

from telegram import Bot
from telegram.error import RetryAfter


async def main(url: str, token: str, orders: int, chats: list[int]) -> None:
    started, refused = time.perf_counter(), 0
    async with Bot(token, base_url=f"{url}/bot") as bot:

        async def tell(chat: int) -> None:
            nonlocal refused
            for number in range(orders):
                while True:
                    try:
                        await bot.send_message(chat, f"order {number}")
                        break
                    except RetryAfter as slow:
                        refused += 1
                        wait = slow.retry_after
                        await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)

        await asyncio.gather(*(tell(chat) for chat in chats))
    print(json.dumps({"seconds": time.perf_counter() - started, "refused": refused}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), [int(chat) for chat in sys.argv[4].split(",")]))
