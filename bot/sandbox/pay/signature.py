"""Gate Pay's request signature (contract section 1): whose, when, once, and over exactly these bytes."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from bot.sandbox.pay.refusals import CLIENT, NONCE, SIGNATURE, TIMESTAMP, No

DRIFT_MS = 10_000
_REMEMBER_MS = 6 * DRIFT_MS
_NONCE = re.compile(r"[0-9A-Za-z]{1,32}", re.ASCII)
_MOMENT = re.compile(r"\d{1,15}", re.ASCII)


def expected(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Lower-case hex over timestamp LF nonce LF body LF; the secret's text as it stands."""
    text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    return hmac.new(secret.encode(), text, hashlib.sha512).hexdigest()


class Gatekeeper:
    """Lets a request in or raises No; remembers nonces for as long as their timestamps could pass."""

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id, self._secret = client_id, secret
        self._used: dict[str, float] = {}

    def check(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        """`body` is what is signed: the raw bytes of a JSON POST, nothing for any other request. `now` in seconds."""
        if headers.get("X-GatePay-Certificate-ClientId", "") != self._client_id:
            raise No(CLIENT)
        timestamp, nonce = headers.get("X-GatePay-Timestamp", ""), headers.get("X-GatePay-Nonce", "")
        if not _MOMENT.fullmatch(timestamp) or abs(now * 1000 - int(timestamp)) > DRIFT_MS:
            raise No(TIMESTAMP)
        if not _NONCE.fullmatch(nonce):
            raise No(NONCE)
        given = headers.get("X-GatePay-Signature", "")
        if not hmac.compare_digest(expected(self._secret, timestamp, nonce, body).encode(), given.lower().encode()):
            raise No(SIGNATURE)
        self._use(nonce, now * 1000)

    def _use(self, nonce: str, now_ms: float) -> None:
        self._used = {known: at for known, at in self._used.items() if abs(now_ms - at) <= _REMEMBER_MS}
        if nonce in self._used:
            raise No(NONCE, "nonce used before")
        self._used[nonce] = now_ms
