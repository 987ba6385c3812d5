"""MTPay's signature (§7): over key and time only. It vouches neither for a body, nor for a path."""

import hashlib
import hmac
import re

HEADER_TEXT = re.compile(r"[\x21-\x7e]+")


class Signer:
    """Signs with one merchant's secret, taken verbatim. It stays inside, in no repr.

    Raises ValueError for an access key that cannot stand in a header, and for an empty secret.
    """

    __slots__ = ("_access_key", "_secret")

    def __init__(self, access_key: str, secret: str) -> None:
        if not HEADER_TEXT.fullmatch(access_key) or not secret:
            raise ValueError("an access key of visible ASCII characters and a secret are needed")
        self._access_key = access_key
        self._secret = secret

    def __repr__(self) -> str:
        return "Signer(…)"

    def headers(self, *, timestamp: str) -> dict[str, str]:
        """The three authentication headers. `timestamp` is Unix milliseconds."""
        return {
            "access_key": self._access_key,
            "timestamp": timestamp,
            "signature": sign(self._access_key, self._secret, timestamp),
        }


def sign(access_key: str, secret: str, timestamp: str) -> str:
    """64 hex digits, upper case. `timestamp` as it is written, Unix milliseconds."""
    return mac(secret, f"{access_key}_{timestamp}".encode())


def mac(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().upper()
