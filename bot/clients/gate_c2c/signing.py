"""Gate's APIv4 signature over the exact bytes that are sent (§1.2)."""

import hashlib
import hmac


class Signer:
    """Signs with one key pair. The secret stays inside and is in no repr."""

    __slots__ = ("_key", "_secret")

    def __init__(self, key: str, secret: str) -> None:
        self._key = key
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Signer(…)"

    def headers(self, *, method: str, path: str, body: bytes, timestamp: str, query: str = "") -> dict[str, str]:
        """The three authentication headers. `path` includes the prefix, `timestamp` is Unix seconds as text."""
        text = string_to_sign(method=method, path=path, query=query, body=body, timestamp=timestamp)
        sign = hmac.new(self._secret, text.encode(), hashlib.sha512).hexdigest()
        return {"KEY": self._key, "Timestamp": timestamp, "SIGN": sign}


def string_to_sign(*, method: str, path: str, query: str, body: bytes, timestamp: str) -> str:
    """Five parts joined by a line feed, none at the end; an empty body still has its hash."""
    return "\n".join((method.upper(), path, query, hashlib.sha512(body).hexdigest(), timestamp))
