"""The APIv4 signature and the 60 s clock (contract 1.2), with the labels of 1.5."""

import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bot.sandbox.gate.fields import GatewayError

DRIFT_SECONDS = 60


@dataclass(frozen=True)
class Signed:
    """What the signature covers, exactly as it came over the wire."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]


def check_signature(signed: Signed, key: str, secret: str, now: float) -> None:
    """Raises GatewayError 401 with the label of the first thing that is wrong."""
    given = {name: signed.headers.get(name, "") for name in ("KEY", "Timestamp", "SIGN")}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise GatewayError(401, "MISSING_REQUIRED_HEADER", f"missing header {missing[0]}")
    if given["KEY"] != key:
        raise GatewayError(401, "INVALID_KEY", "unknown key")
    if abs(now - _moment(given["Timestamp"])) > DRIFT_SECONDS:
        raise GatewayError(401, "REQUEST_EXPIRED", "timestamp differs too much from the server time")
    if not hmac.compare_digest(expected(signed, secret).encode(), given["SIGN"].encode()):
        raise GatewayError(401, "INVALID_SIGNATURE", "signature mismatch")


def expected(signed: Signed, secret: str) -> str:
    hashed = hashlib.sha512(signed.body).hexdigest()
    lines = (signed.method, signed.path, unquote(signed.query), hashed, signed.headers.get("Timestamp", ""))
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha512).hexdigest()


def _moment(text: str) -> float:
    try:
        moment = float(text)
    except ValueError:
        moment = math.nan
    if not math.isfinite(moment):
        raise GatewayError(401, "REQUEST_EXPIRED", "timestamp is no number of seconds")
    return moment
