"""python-telegram-bot and httpx: a tap becomes a signed POST, with no access, no seal and no ledger.

Arguments: base address, `look` to ask for the order first.
"""

from __future__ import annotations

import sys

import httpx
from telegram import Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from tests.bench.peers.signing import PREFIX, signed

TOKEN = "1000:bench-token"


def main(url: str, looks: bool) -> None:
    client = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)

    async def call(name: str, body: bytes) -> dict[str, object]:
        path = f"{PREFIX}/p2p/merchant/transaction/{name}"
        answer = await client.post(path, content=body, headers=signed(path, body))
        found: dict[str, object] = answer.json()
        return found

    async def tapped(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None and query.data is not None
        order = query.data.partition(":")[2]
        if looks:
            await call("get_transaction_details", b'{"txid":%s}' % order.encode())
        await call("confirm-receipt", b'{"txid":"%s"}' % order.encode())
        await query.answer("released")

    application = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(CallbackQueryHandler(tapped))
    application.run_polling(timeout=25)


if __name__ == "__main__":
    main(sys.argv[1], "look" in sys.argv[2:])
