"""Gate's signature in its shortest form, for programs that shall not profit from the desk's."""

import hashlib
import hmac
import time

PREFIX = "/api/v4"


def signed(path: str, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    text = "\n".join(("POST", path, "", hashlib.sha512(body).hexdigest(), stamp))
    sign = hmac.new(b"bench-secret", text.encode(), hashlib.sha512).hexdigest()
    return {"KEY": "bench-key", "Timestamp": stamp, "SIGN": sign, "Content-Type": "application/json"}
