"""The signature against the venue's vectors."""

import hashlib
from typing import Any

import pytest

from bot.clients.gate_c2c.signing import Signer, string_to_sign
from tests.clients.raw_venue import fixture

VECTORS = fixture("_signature_vectors")


def test_there_are_six_vectors() -> None:
    assert len(VECTORS) == 6


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_vector_reproduces(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    assert hashlib.sha512(body).hexdigest() == vector["body_sha512"]
    text = string_to_sign(
        method=vector["method"], path=vector["path"], query=vector["query"], body=body, timestamp=vector["timestamp"]
    )
    assert text == vector["string_to_sign"]
    headers = Signer(vector["key"], vector["secret"]).headers(
        method=vector["method"], path=vector["path"], query=vector["query"], body=body, timestamp=vector["timestamp"]
    )
    assert headers == {"KEY": vector["key"], "Timestamp": vector["timestamp"], "SIGN": vector["sign"]}


def test_a_signer_shows_neither_key_nor_secret() -> None:
    signer = Signer("demo-key", "demo-secret")
    assert "demo" not in repr(signer) + str(signer)
