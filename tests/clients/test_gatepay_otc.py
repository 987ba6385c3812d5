"""What the answers of Gate Pay's OTC desk mean, over real sockets, and that what changes something is sent once."""

import hashlib
import hmac
import inspect
import json
import logging
import re
import time
import traceback
from typing import Any

import pytest

from bot.clients.gate_pay.otc import GatePayOtc
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from tests.clients.otc_samples import (
    ACTS,
    CALLS,
    JPEG,
    TOKEN,
    body_of,
    client,
    ended,
    fixture,
    sample,
)
from tests.clients.pay_samples import CLIENT_ID, SECRET, Clock, no, yes
from tests.clients.pay_samples import fixture as pay_fixture
from tests.clients.raw_venue import Behaviour, Request, hangs_up, in_turn, raw_venue, resets, says

NO_ANSWERS: list[tuple[Behaviour, str]] = [
    (says(200, b"<html>ok</html>"), "unreadable"),
    (says(200, b""), "unreadable"),
    (says(200, b"[" * 100_000), "unreadable"),
    (says(200, b'{"status":"SUCCESS","code":"000000","data":' + b'{"a":' * 50_000), "unreadable"),
    (says(200, b'{"status":"SUCCESS","data":{"orderId":' + b"1" * 1_000_000 + b"}}"), "unreadable"),
    (says(200, b'{"status":"SUCCESS","data":{"validPeriod":1e99999999999999999999}}'), "unreadable"),
    (says(200, b'{"status":"SUCCESS","data":{"validPeriod":NaN}}'), "unreadable"),
    (says(200, b" " * (4 * 1024 * 1024 + 1)), "unreadable"),
    (says(200, b"\xff\xfe{"), "unreadable"),
    (says(200, [1]), "unreadable"),
    (says(200, {"status": "OK", "data": {"orderId": "1"}}), "unreadable"),
    (says(200, {"status": "SUCCESS", "code": False, "data": {}}), "unreadable"),
    (says(404, {"status": "SUCCESS", "code": "000000", "data": {}}), "unreadable"),
    (says(403, b"<html>"), "unreadable"),
    (says(500, {"status": "SUCCESS", "code": "000000", "data": {}}), "server_error"),
    (says(502, b"<html>"), "server_error"),
    (says(302, b"", Location="/"), "redirected"),
    (no("300000"), "server_error"),
    (no("300001", 500), "server_error"),
    (no("400000", 400), "server_error"),
    (no(300000), "server_error"),
    (hangs_up, "dropped"),
    (resets, "dropped"),
]


def signature_of(request: Request, body: bytes) -> str:
    text = f"{request.headers['x-gatepay-timestamp']}\n{request.headers['x-gatepay-nonce']}\n".encode() + body + b"\n"
    return hmac.new(SECRET.encode(), text, hashlib.sha512).hexdigest()


def everything_of(error: BaseException | None) -> str:
    """All that an exception and those behind it could show."""
    seen = ""
    while error is not None:
        seen += repr(error) + str(vars(error)) + "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__
    return seen


def test_no_call_of_the_client_is_left_out_of_these_tests() -> None:
    verbs = {name for name, verb in vars(GatePayOtc).items() if inspect.iscoroutinefunction(verb) and name[0] != "_"}
    assert verbs == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
async def test_every_call_is_one_signed_request_below_the_desks_path(name: str) -> None:
    result, [request] = await ended(says(200, sample(CALLS[name][1])), name)
    assert not isinstance(result, Exception)
    assert request.path.startswith("/withdraw/open/otc/api/")
    assert request.headers["x-gatepay-certificate-clientid"] == CLIENT_ID
    signed = b"" if name == "add_bank" else request.body
    assert request.headers["x-gatepay-signature"] == signature_of(request, signed)
    assert int(request.headers["x-gatepay-timestamp"]) == pytest.approx(time.time() * 1000, abs=5000)
    assert re.fullmatch(r"[A-Za-z0-9]{1,32}", request.headers["x-gatepay-nonce"])
    assert "x-gatepay-on-behalf-of" not in request.headers
    if name not in ("add_bank",):
        assert (request.headers.get("content-type") == "application/json") is (request.method == "POST")
        assert (request.body == b"") is (request.method == "GET")


@pytest.mark.parametrize(
    "envelope",
    [
        {"status": "SUCCESS", "code": "000000"},
        {"status": "", "code": "", "label": "", "errorMessage": ""},
        {"status": "success", "code": "0"},
        {"status": "SUCCESS", "code": None},
        {"status": "SUCESS", "code": "000000"},
        {"code": 0},
    ],
)
@pytest.mark.parametrize("name", CALLS)
async def test_a_yes_is_written_in_several_ways(name: str, envelope: dict[str, Any]) -> None:
    result, _ = await ended(says(200, envelope | {"data": json.loads(sample(CALLS[name][1]))["data"]}), name)
    if name == "delete_bank" and envelope.get("status") == "":
        assert isinstance(result, Unknown)  # nothing was asked for that a blank yes could bring
    else:
        assert not isinstance(result, Exception)


@pytest.mark.parametrize("status", [200, 400, 429])
@pytest.mark.parametrize("code", ["5502761", "550314", "550313", "550175", "5503001", "400611", "0550313", 5502761])
@pytest.mark.parametrize("name", ["create", "order", "quote", "delete_bank"])
async def test_a_no_keeps_its_code_as_text(name: str, code: Any, status: int) -> None:
    result, requests = await ended(no(code, status), name)
    assert isinstance(result, Refused)
    assert (result.code, result.detail, result.status) == (str(code), "words", status)
    assert len(requests) == 1


@pytest.mark.parametrize(
    "file",
    ["err.400002_signature.res", "err.400003_timestamp.res", "err.400020_nonce.res", "err.400611_balance.res",
     "err.400622_rate_moved.res", "err.code_null.res"],
)  # fmt: skip
async def test_the_common_refusals_are_refusals_here_too(file: str) -> None:
    said = pay_fixture(file)
    result, _ = await ended(says(200, said), "create")
    assert isinstance(result, Refused)
    assert (result.code, result.detail) == (said["code"], said["errorMessage"])


@pytest.mark.parametrize(("behaviour", "why"), NO_ANSWERS)
@pytest.mark.parametrize("name", ACTS)
async def test_what_is_no_answer_leaves_it_open_and_is_sent_once(name: str, behaviour: Behaviour, why: str) -> None:
    result, requests = await ended(behaviour, name)
    assert isinstance(result, Unknown)
    assert (result.venue, result.why) == ("gate_pay", why)
    assert len(requests) == 1


@pytest.mark.parametrize(("behaviour", "why"), NO_ANSWERS)
@pytest.mark.parametrize("name", ["quote", "find"])
async def test_what_is_no_answer_to_a_question_may_be_asked_again(name: str, behaviour: Behaviour, why: str) -> None:
    result, requests = await ended(behaviour, name)
    assert isinstance(result, Unknown)
    assert result.why == why
    assert 1 <= len(requests) <= 2


@pytest.mark.parametrize("name", ["create", "delete_bank", "add_bank"])
async def test_a_warm_connection_that_dies_does_not_make_a_second_attempt(name: str) -> None:
    behaviour = in_turn(says(200, sample("otc.bank_country_list.res")), hangs_up, says(200, sample(ACTS[name][1])))
    async with raw_venue(behaviour) as venue, client(venue) as otc:
        await otc.countries()
        with pytest.raises(Unknown):
            await ACTS[name][0](otc)
        assert len(venue.requests) == 2


async def test_an_answer_that_is_cut_short_is_no_answer() -> None:
    result, requests = await ended(says(200, sample("otc.order_create.res"), length=4000), "create")
    assert isinstance(result, Unknown)
    assert len(requests) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_nobody_there_means_that_nothing_happened(name: str) -> None:
    async with raw_venue() as venue:
        address = venue
    async with client(address) as otc:
        with pytest.raises(Unreachable):
            await CALLS[name][0](otc)


@pytest.mark.parametrize("offset", [-11, 11])
async def test_nothing_at_all_is_sent_while_our_clock_is_off(offset: float) -> None:
    async with raw_venue(says(200, sample("otc.bank_country_list.res"))) as venue:
        async with client(venue, Clock(offset)) as otc:
            await otc.countries()
            assert otc.skew_seconds == pytest.approx(offset, abs=1.5)
            for verb, _ in CALLS.values():
                with pytest.raises(NotAllowed) as caught:
                    await verb(otc)
                assert caught.value.reason == "clock_skew"
        assert len(venue.requests) == 1


async def test_a_small_difference_of_clocks_stops_nothing() -> None:
    async with raw_venue(says(200, sample("otc.order_create.res"))) as venue, client(venue, Clock(6)) as otc:
        for _ in range(2):
            await otc.create(body=body_of(otc))
        assert len(venue.requests) == 2


async def test_the_bytes_of_an_order_leave_as_they_were_kept_and_are_signed_anew() -> None:
    kept = b'{ "quoteToken" : "t",  "clientOrderId":"7490324045" }\n'
    async with raw_venue(in_turn(hangs_up, says(200, sample("otc.order_create.res")))) as venue, client(venue) as otc:
        with pytest.raises(Unknown):
            await otc.create(body=kept)
        await otc.create(body=kept)
        first, second = venue.requests
    assert first.body == second.body == kept
    assert first.headers["x-gatepay-nonce"] != second.headers["x-gatepay-nonce"]
    assert second.headers["x-gatepay-signature"] == signature_of(second, kept)


async def test_nonces_come_from_whom_they_are_said_to_come_from() -> None:
    _, [request] = await ended(says(200, sample("otc.bank_create.res")), "add_bank", new_nonce=lambda: "mine1")
    assert request.headers["x-gatepay-nonce"] == "mine1"


async def test_refusals_are_evidence_of_how_gate_pay_says_no() -> None:
    told: list[tuple[str, bool]] = []
    for status in (200, 400):
        await ended(no("550313", status), "create", observe=lambda key, holds: told.append((key, holds)))
    assert told == [("pay_refusals_come_with_200", True), ("pay_refusals_come_with_200", False)]


@pytest.mark.parametrize(
    "words", [f"token {TOKEN} ended", TOKEN, "x" * 490 + TOKEN, "x" * 488 + TOKEN, "x" * 478 + TOKEN]
)
@pytest.mark.parametrize("where", ["errorMessage", "label", "code"])
async def test_the_token_is_cut_out_of_the_venues_own_words(where: str, words: str) -> None:
    said = {"status": "FAIL", "code": "550313", "label": "L", "errorMessage": "m", "data": None}
    if where == "label":
        said |= {"code": None, "errorMessage": None}
    result, _ = await ended(says(200, said | {where: words}), "create")
    assert isinstance(result, Refused)
    shown = everything_of(result)
    assert TOKEN not in shown
    assert TOKEN[:8] not in shown


async def test_words_without_the_token_stay_as_they_are() -> None:
    result, _ = await ended(no("550313", errorMessage="quote expired, canary"), "create")
    assert isinstance(result, Refused)
    assert result.detail == "quote expired, canary"


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    quoted = fixture("otc.quote.res.standard")["data"] | {"quoteToken": TOKEN}
    odd: list[dict[str, Any]] = [{}, {"validPeriod": 0}, {"fiatCurrency": "EUR"}, {"cryptoAmount": TOKEN}]
    answers = [yes(quoted | more) for more in odd]
    echo = no("550313", errorMessage=TOKEN)
    answers += [yes([quoted]), hangs_up, echo, no("300000"), says(500), says(200, b"<")]
    shown = ""
    async with raw_venue() as venue, client(venue) as otc:
        for behaviour in answers:
            venue.behaviour = behaviour
            for name in ("create",) if behaviour is echo else ("quote", "create", "order", "add_bank"):
                try:
                    shown += repr(await CALLS[name][0](otc))
                except (Refused, Unknown) as error:
                    logging.getLogger("test").exception("%r", error)
                    shown += everything_of(error) if name == "create" else repr(error) + str(vars(error))
        signatures = [request.headers["x-gatepay-signature"] for request in venue.requests]
        shown += repr(otc) + repr(vars(otc)) + repr(vars(vars(otc)["_door"]))
    shown += caplog.text + json.dumps([str(record.args) for record in caplog.records])
    assert "gate_pay off_ramp: HTTP 200" in caplog.text
    for secret in (SECRET, CLIENT_ID, TOKEN, "123213213", "bank001", repr(JPEG[:20]), *signatures):
        assert secret not in shown


async def test_a_signed_request_is_not_carried_to_another_host() -> None:
    async with raw_venue(yes({})) as other, raw_venue() as venue, client(venue) as otc:
        for status in (301, 307, 308):
            venue.behaviour = says(status, b"", Location=f"http://{other.host}/")
            for verb, _ in CALLS.values():
                with pytest.raises(Unknown):
                    await verb(otc)
        assert other.connections == 0
