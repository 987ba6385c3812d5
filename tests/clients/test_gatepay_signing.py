"""Gate Pay's signature against its vectors, and what a request is made of."""

import hashlib
import hmac
import inspect
import re
import time
from typing import Any

import pytest

from bot.clients.gate_pay.client import GatePay
from bot.clients.gate_pay.signing import Signer, signed_text
from bot.domain.errors import NotAllowed
from bot.domain.quotes import OWN
from tests.clients.pay_samples import BODY, CALLS, CLIENT_ID, PREFIX, SECRET, SUB, client, fixture, outcome, sample
from tests.clients.raw_venue import Request, hangs_up, in_turn, raw_venue, says

VECTORS = fixture("signing_vectors.gatepay")
PREFIXED = {"currencies": "/v1/pay/convert/currency?side=sell", "balances": "/v1/balance"}


def signature_of(request: Request, body: bytes) -> str:
    text = f"{request.headers['x-gatepay-timestamp']}\n{request.headers['x-gatepay-nonce']}\n".encode() + body + b"\n"
    return hmac.new(SECRET.encode(), text, hashlib.sha512).hexdigest()


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_a_vector_reproduces(vector: dict[str, Any]) -> None:
    signed = Signer("c", VECTORS["secret"]).headers(
        timestamp=vector["timestamp"], nonce=vector["nonce"], body=vector["body"].encode()
    )
    assert signed == {
        "X-GatePay-Certificate-ClientId": "c",
        "X-GatePay-Timestamp": vector["timestamp"],
        "X-GatePay-Nonce": vector["nonce"],
        "X-GatePay-Signature": vector["signature"],
    }


def test_there_are_five_vectors_and_the_secret_keeps_its_padding() -> None:
    assert len(VECTORS["vectors"]) == 5
    first = VECTORS["vectors"][0]
    trimmed = Signer("c", VECTORS["secret"].rstrip("="))
    headers = trimmed.headers(timestamp=first["timestamp"], nonce=first["nonce"], body=first["body"].encode())
    assert headers["X-GatePay-Signature"] != first["signature"]


def test_an_empty_body_still_has_its_line() -> None:
    assert signed_text(timestamp="1", nonce="a", body=b"") == b"1\na\n\n"


def test_a_signer_shows_neither_client_nor_secret() -> None:
    assert "canary" not in repr(Signer(CLIENT_ID, SECRET)) + str(Signer(CLIENT_ID, SECRET))


@pytest.mark.parametrize("account", [OWN, SUB])
@pytest.mark.parametrize("name", CALLS)
async def test_what_is_signed_is_what_is_sent(name: str, account: str) -> None:
    answer = sample(CALLS[name][1])
    _, [request] = await outcome(says(200, answer), name, account)
    assert request.headers["x-gatepay-certificate-clientid"] == CLIENT_ID
    assert request.headers["x-gatepay-signature"] == signature_of(request, request.body)
    assert int(request.headers["x-gatepay-timestamp"]) == pytest.approx(time.time() * 1000, abs=5000)
    assert re.fullmatch(r"[A-Za-z0-9]{1,32}", request.headers["x-gatepay-nonce"])
    assert (request.headers.get("content-type") == "application/json") is (request.method == "POST")
    assert (request.body == b"") is (request.method == "GET")


@pytest.mark.parametrize("name", CALLS)
async def test_the_header_names_the_sub_account_on_its_calls_and_on_no_other(name: str) -> None:
    answer = says(200, sample(CALLS[name][1]))
    _, [own] = await outcome(answer, name, OWN)
    _, [sub] = await outcome(answer, name, SUB)
    assert "x-gatepay-on-behalf-of" not in own.headers
    assert sub.headers["x-gatepay-on-behalf-of"] == SUB
    assert own.path.startswith("/v1/pay/")
    assert sub.path == PREFIX + PREFIXED.get(name, own.path)
    assert (own.method, own.body) == (sub.method, sub.body) or name == "balances"


async def test_the_older_family_of_paths_can_be_set() -> None:
    async with raw_venue(says(200, sample("convert.create.res.created"))) as venue:
        async with client(venue, prefix="transfer/open/institution/") as pay:
            await pay.convert(account=SUB, body=BODY)
        assert venue.requests[0].path == "/transfer/open/institution/v1/pay/convert"


@pytest.mark.parametrize("account", ["2124538340", "", "OWN", "own ", f"{SUB} ", SUB[:4], f"{SUB}\r\nX: 1", "*"])
@pytest.mark.parametrize("name", CALLS)
async def test_an_account_that_is_not_listed_is_refused_before_anything_is_sent(name: str, account: str) -> None:
    async with raw_venue(says(200, sample(CALLS[name][1]))) as venue, client(venue) as pay:
        with pytest.raises(NotAllowed) as caught:
            await CALLS[name][0](pay, account)
        assert (caught.value.reason, caught.value.facts) == ("account_not_listed", {"given": account})
        assert venue.connections == 0


@pytest.mark.parametrize("accounts", ["2124538349", ["21245 38349"], ["2124538349\n"], [""], ["子账户"]])
async def test_a_list_of_accounts_that_is_none_is_refused_at_once(accounts: Any) -> None:
    async with raw_venue() as venue:
        with pytest.raises(ValueError, match="accounts are several ids"):
            async with client(venue, accounts=accounts):
                pass


async def test_a_read_that_is_tried_again_has_a_fresh_nonce_and_signature() -> None:
    answer = says(200, sample("convert.preview.res.rate"))
    for first in (hangs_up, says(503, b"")):
        ended, [before, after] = await outcome(in_turn(first, answer), "preview")
        assert ended.id == "PAY-16991c65"
        assert before.body == after.body
        assert before.headers["x-gatepay-nonce"] != after.headers["x-gatepay-nonce"]
        assert after.headers["x-gatepay-signature"] == signature_of(after, after.body)


async def test_nonces_come_from_whom_they_are_said_to_come_from() -> None:
    nonces = iter(["first1", "second2"])
    async with raw_venue(says(200, sample("convert.create.res.created"))) as venue:
        async with client(venue, new_nonce=lambda: next(nonces)) as pay:
            for _ in range(2):
                await pay.convert(account=OWN, body=BODY)
        assert [request.headers["x-gatepay-nonce"] for request in venue.requests] == ["first1", "second2"]
        assert [request.body for request in venue.requests] == [BODY, BODY]


def test_no_call_of_the_client_is_left_out_of_these_tests() -> None:
    verbs = {name for name, verb in vars(GatePay).items() if inspect.iscoroutinefunction(verb) and name[0] != "_"}
    assert verbs == set(CALLS)
