"""MTPay's signature against its vectors, and the headers of a request."""

import time
from typing import Any

import pytest

from bot.clients.mtpay.signing import Signer, sign
from tests.clients.mtpay.samples import DATA, KEY, SECRET, envelope, fixture, outcome
from tests.clients.raw_venue import says

VECTORS = fixture("signing_vectors.mtpay")["vectors"]


def changed(text: str) -> list[str]:
    """The text with each of its characters changed in turn, and with one more or less at its ends."""
    others = [text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :] for at in range(len(text))]
    return [*others, text + "0", text[:-1], " " + text, text + "\n"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_vector_reproduces(vector: dict[str, Any]) -> None:
    key, secret, timestamp = vector["access_key"], vector["secret_key"], vector["timestamp"]
    assert sign(key, secret, timestamp) == vector["signature"]
    assert Signer(key, secret).headers(timestamp=timestamp) == {
        "access_key": key,
        "timestamp": timestamp,
        "signature": vector["signature"],
    }


def test_there_are_three_vectors() -> None:
    assert len(VECTORS) == 3


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_every_character_of_key_secret_and_time_counts(vector: dict[str, Any]) -> None:
    parts = [vector["access_key"], vector["secret_key"], vector["timestamp"]]
    for place in range(3):
        for other in changed(parts[place]):
            assert sign(*(other if at == place else part for at, part in enumerate(parts))) != vector["signature"]


def test_a_signer_shows_neither_key_nor_secret() -> None:
    assert "canary" not in repr(Signer(KEY, SECRET)) + str(Signer(KEY, SECRET))


@pytest.mark.parametrize(
    ("key", "secret"), [("", "s"), ("k", ""), ("k\r\nX: 1", "s"), ("k ", "s"), ("密", "s"), ("k\n", "s")]
)
def test_a_key_that_cannot_stand_in_a_header_is_refused_at_once(key: str, secret: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        Signer(key, secret)


async def test_a_request_is_signed_for_the_moment_it_is_sent_and_goes_below_the_merchants_own_address() -> None:
    _, [request] = await outcome(says(200, envelope(DATA)))
    timestamp = request.headers["timestamp"]
    assert int(timestamp) == pytest.approx(time.time() * 1000, abs=5000)
    assert request.headers["access_key"] == KEY
    assert request.headers["signature"] == sign(KEY, SECRET, timestamp)
    assert request.headers["content-type"] == "application/json"
    assert (request.method, request.path) == ("POST", "/merchant-7/api/v2/merchant/deposit")
