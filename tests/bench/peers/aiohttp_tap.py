"""A bare loop on aiohttp: long polling, a tap becomes a signed POST. Argument: base address."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import aiohttp

from tests.bench.peers.signing import PREFIX, signed

TOKEN = "1000:bench-token"


async def main(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        offset = 0
        while True:
            for update in await _updates(session, url, offset):
                offset = update["update_id"] + 1
                query = update["callback_query"]
                order = query["data"].partition(":")[2]
                path, body = f"{PREFIX}/p2p/merchant/transaction/confirm-receipt", b'{"txid":"%s"}' % order.encode()
                async with session.post(url + path, data=body, headers=signed(path, body)) as answer:
                    await answer.json()
                async with session.post(
                    f"{url}/bot{TOKEN}/answerCallbackQuery", data={"callback_query_id": query["id"]}
                ) as answer:
                    await answer.json()


async def _updates(session: aiohttp.ClientSession, url: str, offset: int) -> list[Any]:
    fields = {"offset": str(offset), "timeout": "25"}
    async with session.post(f"{url}/bot{TOKEN}/getUpdates", data=fields) as answer:
        found: list[Any] = (await answer.json())["result"]
        return found


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
