"""Messages as MTPay sends them, signed with the keys of its samples."""

import json
from typing import Any

from bot.clients.mtpay.webhooks import proof_of
from bot.domain.deposits import Proof
from tests.clients.mtpay.samples import fixture

VECTORS = fixture("signing_vectors.mtpay")["vectors"]
KEY, SECRET, MOMENT, SIGNATURE = (VECTORS[2][name] for name in ("access_key", "secret_key", "timestamp", "signature"))
NOW = int(MOMENT)


def message(signature: Any = SIGNATURE, timestamp: Any = NOW, data: Any = None, **more: Any) -> bytes:
    whole = {"signature": signature, "timestamp": timestamp, "data": {"requestStatus": "Finished"} | (data or {})}
    return json.dumps(whole | more).encode()


def proof(raw: bytes, now_ms: int = NOW, **more: Any) -> Proof:
    return proof_of(KEY, SECRET, raw, now_ms=now_ms, **more)


def genuine(raw: bytes, now_ms: int = NOW, **more: Any) -> bool:
    return proof(raw, now_ms, **more) is Proof.FRESH
