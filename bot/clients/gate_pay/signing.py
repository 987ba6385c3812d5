"""Gate Pay's signature over the exact bytes that are sent (§1)."""

import hashlib
import hmac


class Signer:
    """Signs with one client's secret, taken verbatim: a trailing `=` belongs to it. It stays inside, in no repr."""

    __slots__ = ("_client_id", "_secret")

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id = client_id
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Signer(…)"

    def headers(self, *, timestamp: str, nonce: str, body: bytes) -> dict[str, str]:
        """The four authentication headers. `timestamp` is Unix milliseconds; `body` empty for GET and multipart."""
        signature = hmac.new(self._secret, signed_text(timestamp=timestamp, nonce=nonce, body=body), hashlib.sha512)
        return {
            "X-GatePay-Certificate-ClientId": self._client_id,
            "X-GatePay-Timestamp": timestamp,
            "X-GatePay-Nonce": nonce,
            "X-GatePay-Signature": signature.hexdigest(),
        }


def signed_text(*, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Three parts, each closed by a line feed, the last too. Path, query and other headers are not signed."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
