"""Alerts the obvious way: list, details of what is new, one message each. Arguments: address, seconds per tick."""

from __future__ import annotations

import asyncio
import sys

import httpx
from telegram import Bot

from tests.bench.peers.signing import PREFIX, signed

TOKEN, OPERATOR = "1000:bench-token", 1003


async def main(url: str, seconds: float) -> None:
    known: set[int] = set()
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client, Bot(
        TOKEN, base_url=f"{url}/bot"
    ) as bot:  # fmt: skip

        async def call(name: str, body: bytes) -> dict[str, list[dict[str, int]]]:
            path = f"{PREFIX}/p2p/merchant/transaction/{name}"
            answer = await client.post(path, content=body, headers=signed(path, body))
            found: dict[str, list[dict[str, int]]] = answer.json()["data"]
            return found

        while True:
            wanted = b'{"crypto_currency":"USDT","fiat_currency":"CNY","order_tab":"pending"}'
            for row in (await call("get_pending_transaction_list", wanted))["list"]:
                if row["txid"] not in known:
                    known.add(row["txid"])
                    await call("get_transaction_details", b'{"txid":%d}' % row["txid"])
                    await bot.send_message(OPERATOR, f"order {row['txid']}")
            await asyncio.sleep(seconds)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
