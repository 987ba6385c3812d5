"""The venue's answers, cut from the fixtures, with the facts of one order put in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "c2c"

Json = dict[str, Any]


def _data(name: str) -> Json:
    found: Json = json.loads((FIXTURES / f"{name}.json").read_bytes())["response"]["data"]
    return found


DETAILS = _data("get_transaction_details")
ROW: Json = _data("get_pending_transaction_list")["list"][1]
COUNTERPARTY = _data("get_counterparty_user_info")
AMOUNT, PRICE = "10.00", "7.20"
PAID_AT = int(time.time())
"""an order paid long ago would ring everybody, and its newer card would take the prepared confirm's place"""


def _facts(order_id: str, facts: Json) -> Json:
    return {
        "txid": int(order_id),
        "amount": AMOUNT,
        "rate": PRICE,
        "total": f"{72 + int(order_id) % 1_000_000 / 100:.2f}",
        "want_type": "CNY",
        "status": facts.get("status", "paid"),
    }


def details(order_id: str, facts: Json) -> Json:
    """A sale whose payment clock runs."""
    clocks = {"timest_paid": PAID_AT, "dispute_time": PAID_AT + 1200, "remain_pay_time": int(time.time()) % 900}
    return {**DETAILS, **_facts(order_id, facts), **clocks}


def row(order_id: str, facts: Json) -> Json:
    return {**ROW, **_facts(order_id, facts), "cd_time": int(time.time()) % 900}
