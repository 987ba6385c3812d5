"""Watching orders the obvious way: the list, then details and chat of every order on it. Argument: base address.

Does one tick per line on stdin and says how many calls it made.
"""

from __future__ import annotations

import json
import sys

import httpx

from tests.bench.peers.signing import PREFIX, signed


def main(url: str) -> None:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        calls = 0

        def call(path: str, fields: dict[str, object]) -> dict[str, object]:
            nonlocal calls
            calls += 1
            body = json.dumps(fields).encode()
            answer = client.post(PREFIX + path, content=body, headers=signed(PREFIX + path, body))
            found: dict[str, object] = answer.json()["data"]
            return found

        for _ in sys.stdin:
            calls = 0
            wanted: dict[str, object] = {"crypto_currency": "USDT", "fiat_currency": "CNY", "order_tab": "pending"}
            rows = call("/p2p/merchant/transaction/get_pending_transaction_list", wanted)["list"]
            assert isinstance(rows, list)
            for row in rows:
                call("/p2p/merchant/transaction/get_transaction_details", {"txid": row["txid"]})
                call("/p2p/merchant/chat/get_chats_list", {"txid": row["txid"]})
            print(json.dumps({"calls": calls}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
