"""What is read of a control request."""

import json
from decimal import Decimal, InvalidOperation

from starlette.requests import Request

from bot.sandbox.pay.answers import Json


def number_of(value: object) -> Decimal:
    """Raises ValueError for what is no finite number."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"no number: {value!r}") from None
    if not number.is_finite():
        raise ValueError(f"no number: {value!r}")
    return number


async def body_of(request: Request) -> Json:
    """{} for an empty body; raises ValueError or TypeError for what is no JSON object."""
    raw = await request.body()
    body = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body
