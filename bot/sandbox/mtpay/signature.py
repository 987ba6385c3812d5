"""MTPay's signature (contract section 7): over access key and time, the same for requests and webhooks."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.sandbox.mtpay.refusals import ACCESS_KEY, SIGNATURE, TIMESTAMP, UNAUTHORIZED, No

WINDOW_MS = 300_000
_MOMENT = re.compile(r"\d{1,15}", re.ASCII)


def signed(access_key: str, secret: str, timestamp: str, data: str | None = None) -> str:
    """Upper-case hex; neither body nor path is in it, unless a webhook's `data` is given: a guess, none of it known."""
    text = f"{access_key}_{timestamp}" if data is None else f"{access_key}_{timestamp}_{data}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def check(headers: Mapping[str, str], access_key: str, secret: str, now: float) -> None:
    """Lets a request in or raises No. `now` in seconds."""
    if headers.get("access_key", "") != access_key:
        raise No(ACCESS_KEY, "access key missing or unknown", UNAUTHORIZED)
    timestamp = headers.get("timestamp", "")
    if not _MOMENT.fullmatch(timestamp) or abs(now * 1000 - int(timestamp)) > WINDOW_MS:
        raise No(TIMESTAMP, "timestamp missing or outside 5 minutes", UNAUTHORIZED)
    given = headers.get("signature", "").encode()
    if not hmac.compare_digest(signed(access_key, secret, timestamp).encode(), given):
        raise No(SIGNATURE, "signature mismatch", UNAUTHORIZED)
