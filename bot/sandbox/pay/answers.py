"""Gate Pay's envelopes (contract section 2), and JSON whose numbers are exact."""

import json
from decimal import Decimal
from email.utils import formatdate
from secrets import token_hex
from typing import Any

from bot.sandbox.answers import Answer
from bot.sandbox.pay.refusals import No
from bot.sandbox.pay.variants import Variants

Json = dict[str, Any]


def success(data: object, variants: Variants) -> Answer:
    if variants.envelope == "empty":
        return _json(200, {"status": "", "code": "", "errorMessage": "", "data": data})
    if variants.envelope == "null":
        return _json(200, {"status": "SUCCESS", "code": None, "label": None, "errorMessage": None, "data": data})
    if variants.envelope == "zero":
        return _json(200, {"status": "success", "code": "0", "message": "success", "data": data})
    return _json(200, {"status": "SUCCESS", "code": "000000", "errorMessage": "", "data": data})


def refusal(no: No) -> Answer:
    fail = {"status": "FAIL", "code": no.code, "label": no.label, "errorMessage": no.message, "data": None}
    return _json(no.status, fail)


def stamp(answer: Answer, now: float) -> None:
    """`Date` from Gate Pay's own clock, and a trace id."""
    answer.headers = {"Date": formatdate(now, usegmt=True), "X-Gate-Trace-ID": token_hex(16), **answer.headers}


def _json(status: int, content: object) -> Answer:
    return Answer(status, written(content).encode())


def written(value: object) -> str:
    """JSON text; a Decimal is written as the number it is, digit by digit."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return json.dumps(value, ensure_ascii=False)
