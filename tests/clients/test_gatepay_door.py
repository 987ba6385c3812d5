"""What Gate Pay's answers mean, over real sockets: a yes, a no, or no answer at all."""

import json
import logging
import time
from email.utils import formatdate
from typing import Any

import pytest

from bot.clients.gate_pay.client import GatePay
from bot.clients.http import Http
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.quotes import OWN
from tests.clients.pay_samples import (
    BODY,
    CALLS,
    CLIENT_ID,
    SECRET,
    SUB,
    Clock,
    client,
    fixture,
    no,
    outcome,
    sample,
    yes,
)
from tests.clients.raw_venue import Behaviour, hangs_up, in_turn, raw_venue, resets, says

ORDER = fixture("convert.create.res.created")["data"] | {"rate": "22.4"}
REFUSALS = (
    "err.400002_signature.res", "err.400003_timestamp.res", "err.400020_nonce.res", "err.400611_balance.res",
    "err.400622_rate_moved.res", "err.code_null.res",
)  # fmt: skip


def stamped(offset: float, status: int = 200, body: Any = None) -> Behaviour:
    """Answers as a venue whose clock is `offset` seconds ahead."""

    async def act(writer: Any) -> None:
        await says(status, body, Date=formatdate(time.time() + offset, usegmt=True))(writer)

    return act


@pytest.mark.parametrize("account", [OWN, SUB])
@pytest.mark.parametrize("name", CALLS)
async def test_every_call_reads_its_answer_with_one_request(name: str, account: str) -> None:
    ended, requests = await outcome(says(200, sample(CALLS[name][1])), name, account)
    assert not isinstance(ended, Exception)
    assert len(requests) == 1


@pytest.mark.parametrize(
    "envelope",
    [
        {"status": "SUCCESS", "code": "000000"},
        {"status": "SUCCESS", "code": None, "label": None, "errorMessage": None},
        {"status": "SUCCESS"},
        {"status": "success", "code": "0", "message": "ok"},
        {"status": "SUCCESS", "code": 0},
        {"code": "0", "success": True, "message": ""},
        {"status": "SUCESS", "code": "000000"},
        {"status": None, "code": "000000"},
        {"status": "", "code": ""},
        {},
    ],
)
async def test_a_yes_is_written_in_several_ways(envelope: dict[str, Any]) -> None:
    ended, requests = await outcome(says(200, envelope | {"data": ORDER}), "convert")
    assert (ended.id, ended.status) == ("327196066546229248", 1)
    assert len(requests) == 1


@pytest.mark.parametrize("name", CALLS)
async def test_blank_status_and_code_are_a_yes_only_with_what_was_asked_for(name: str) -> None:
    data = json.loads(sample(CALLS[name][1]))["data"]
    ended, _ = await outcome(says(200, {"status": "", "code": "", "data": data}), name)
    assert not isinstance(ended, Exception)
    for other in (None, {}, [], "", {"prepayId": "1"}, [{"prepayId": "1"}], ["USDT"]):
        ended, _ = await outcome(says(200, {"status": "", "code": "", "data": other}), name)
        assert isinstance(ended, Unknown)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429])
@pytest.mark.parametrize("name", ["convert", "preview"])
@pytest.mark.parametrize("file", REFUSALS)
async def test_a_no_is_a_no_with_any_status_below_500(file: str, name: str, status: int) -> None:
    said = fixture(file)
    ended, requests = await outcome(says(status, said), name)
    assert isinstance(ended, Refused)
    assert (ended.venue, ended.call) == ("gate_pay", name)
    assert (ended.code, ended.detail, ended.status) == (said["code"], said["errorMessage"], status)
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("envelope", "code", "detail"),
    [
        ({"status": "FAIL", "code": "987654321", "errorMessage": "new"}, "987654321", "new"),
        ({"status": "fail", "code": 400611, "errorMessage": None, "label": "LOW"}, "400611", "LOW"),
        ({"status": "FAIL", "code": None, "label": "LOW", "errorMessage": ""}, "LOW", "LOW"),
        ({"status": "FAIL"}, "FAIL", ""),
        ({"status": "SUCCESS", "code": "400622", "errorMessage": "moved"}, "400622", "moved"),
        ({"code": "5503001", "message": "slow down"}, "5503001", "slow down"),
        ({"status": "FAIL", "code": "00"}, "00", ""),
        ({"status": "FAIL", "code": "0400611", "errorMessage": {"odd": 1}}, "0400611", ""),
        ({"status": "FAIL", "code": "x" * 500, "errorMessage": "y" * 5000}, "x" * 80, "y" * 500),
        ({"status": "FAIL", "code": "000000", "label": "ODD", "data": ORDER}, "ODD", "ODD"),
    ],
)
async def test_codes_and_words_of_a_no_are_the_venues_own(envelope: dict[str, Any], code: str, detail: str) -> None:
    ended, requests = await outcome(says(200, {"data": ORDER} | envelope), "convert")
    assert isinstance(ended, Refused)
    assert (ended.code, ended.detail, ended.is_throttled) == (code, detail, False)
    assert len(requests) == 1


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("code", ["300000", "300001", "400000", 300000])
@pytest.mark.parametrize("name", CALLS)
async def test_the_servers_own_trouble_says_nothing(name: str, code: Any, status: int) -> None:
    ended, requests = await outcome(no(code, status), name)
    assert isinstance(ended, Unknown)
    assert ended.why == "server_error"
    assert len(requests) == (2 if status == 500 and name != "convert" else 1)


@pytest.mark.parametrize("account", [OWN, SUB])
@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (says(200, b"<html>ok</html>"), "unreadable"),
        (says(200, b""), "unreadable"),
        (says(200, b'{"status":"SUCCESS","data":{"order_id"'), "unreadable"),
        (says(200, sample("convert.create.res.created"), length=4000), "unreadable"),
        (says(200, sample("convert.create.res.created").replace(b"22.4", b"NaN")), "unreadable"),
        (says(200, sample("convert.create.res.created").replace(b'"1"', b"Infinity")), "unreadable"),
        (says(200, b"\xff\xfe{"), "unreadable"),
        (says(200, b"[" * 100_000), "unreadable"),
        (says(200, b" " * (4 * 1024 * 1024 + 1)), "unreadable"),
        (says(200, [ORDER]), "unreadable"),
        (says(200, ORDER), "unreadable"),
        (says(200, "SUCCESS"), "unreadable"),
        (says(200, None), "unreadable"),
        (says(200, {"status": "OK", "data": ORDER}), "unreadable"),
        (says(200, {"status": "SUCESS", "data": ORDER}), "unreadable"),
        (says(200, {"status": True, "code": "000000", "data": ORDER}), "unreadable"),
        (says(200, {"status": "SUCCESS", "code": False, "data": ORDER}), "unreadable"),
        (says(200, {"status": "SUCCESS", "code": ["0"], "data": ORDER}), "unreadable"),
        (says(200, b'{"status":"SUCCESS","code":0.0,"data":{"order_id":"1"}}'), "unreadable"),
        (says(200, {"status": "SUCCESS", "code": "000000"}), "unreadable"),
        (says(200, {"status": "SUCCESS", "code": "000000", "data": "done"}), "unreadable"),
        (says(404, {"status": "SUCCESS", "code": "000000", "data": ORDER}), "unreadable"),
        (says(403, b"<html>no</html>"), "unreadable"),
        (says(403, {"message": "no envelope"}), "unreadable"),
        (says(500, {"status": "SUCCESS", "code": "000000", "data": ORDER}), "server_error"),
        (says(502, b"<html>"), "server_error"),
        (says(504, {"status": "FAIL", "code": "400622"}), "server_error"),
        (says(302, b"", Location="/"), "redirected"),
        (hangs_up, "dropped"),
        (resets, "dropped"),
    ],
)
async def test_anything_else_says_nothing_about_the_money_and_is_sent_once(
    behaviour: Behaviour, why: str, account: str
) -> None:
    ended, requests = await outcome(behaviour, "convert", account)
    assert isinstance(ended, Unknown)
    assert (ended.venue, ended.call, ended.why) == ("gate_pay", "convert", why)
    assert [request.body for request in requests] == [BODY]


async def test_an_order_of_which_only_the_id_is_readable_is_no_answer_but_names_it() -> None:
    ended, _ = await outcome(yes(ORDER | {"sellAmount": "", "status": "new"}), "convert")
    assert isinstance(ended, Unknown)
    assert (ended.why, ended.detail) == ("unreadable", "order 327196066546229248 cannot be read")
    assert ended.order_id == "327196066546229248"


@pytest.mark.parametrize("ids", [{}, {"order_id": "0"}, {"order_id": "77", "orderId": "78"}])
async def test_an_answer_without_one_order_id_names_none(ids: dict[str, str]) -> None:
    data = {name: value for name, value in ORDER.items() if name != "order_id"} | {"status": "new"} | ids
    ended, _ = await outcome(yes(data), "convert")
    assert isinstance(ended, Unknown)
    assert (ended.why, ended.detail, ended.order_id) == ("unreadable", "no order in data", "")


async def test_nobody_there_means_that_nothing_happened() -> None:
    async with raw_venue() as venue:
        address = venue
    async with client(address) as pay:
        with pytest.raises(Unreachable):
            await pay.convert(account=OWN, body=BODY)


async def test_throttling_by_status_needs_no_words() -> None:
    ended, requests = await outcome(says(429, b"<html>", Retry_After="5"), "convert")
    assert isinstance(ended, Refused)
    assert (ended.code, ended.is_throttled, ended.retry_after) == ("TOO_MANY_REQUESTS", True, 5)
    assert len(requests) == 1


async def test_throttling_by_code_is_a_no_like_any_other() -> None:
    ended, _ = await outcome(no("5503001"), "preview")
    assert isinstance(ended, Refused)
    assert (ended.code, ended.is_throttled) == ("5503001", False)


async def test_a_signed_request_is_not_carried_to_another_host() -> None:
    async with raw_venue(yes(ORDER)) as other, raw_venue() as venue, client(venue) as pay:
        for status in (301, 302, 307, 308):
            venue.behaviour = says(status, b"", Location=f"http://{other.host}/")
            for verb, _ in CALLS.values():
                with pytest.raises(Unknown):
                    await verb(pay, SUB)
        assert other.connections == 0


@pytest.mark.parametrize("offset", [-11, 11])
@pytest.mark.parametrize("account", [OWN, SUB])
async def test_nothing_at_all_is_sent_while_our_clock_is_off(account: str, offset: float) -> None:
    async with raw_venue(stamped(-offset, body=fixture("convert.pair.res"))) as venue, client(venue) as pay:
        await pay.pairs(account=account, currency="GT")
        assert pay.skew_seconds == pytest.approx(offset, abs=1.5)
        for verb, _ in CALLS.values():
            with pytest.raises(NotAllowed) as caught:
                await verb(pay, account)
            assert caught.value.reason == "clock_skew"
            assert int(caught.value.facts["seconds"]) == pytest.approx(offset, abs=1.5)
            assert caught.value.facts["limit"] == "8"
        assert len(venue.requests) == 1


@pytest.mark.parametrize("offset", [-6, 6])
async def test_money_moves_while_our_clock_is_a_little_off(offset: float) -> None:
    body = {"status": "SUCCESS", "data": ORDER}
    async with raw_venue(stamped(0, body=body)) as venue, client(venue, Clock(offset)) as pay:
        for _ in range(2):
            await pay.convert(account=OWN, body=BODY)
        said = int(venue.requests[1].headers["x-gatepay-timestamp"]) / 1000
        assert said == pytest.approx(time.time() + offset, abs=2)


@pytest.mark.parametrize("offset", [-11, 11])
async def test_a_read_is_not_tried_again_once_an_answer_told_that_our_clock_is_off(offset: float) -> None:
    ended, requests = await outcome(stamped(offset, status=503), "preview")
    assert isinstance(ended, NotAllowed)
    assert ended.reason == "clock_skew"
    assert len(requests) == 1


async def test_a_clock_that_is_set_right_lets_calls_go_again() -> None:
    clock = Clock(30)
    async with raw_venue(says(200, fixture("convert.pair.res.empty"))) as venue, client(venue, clock) as pay:
        await pay.pairs(account=OWN, currency="GT")
        with pytest.raises(NotAllowed):
            await pay.pairs(account=OWN, currency="GT")
        clock.offset = 0
        await pay.pairs(account=OWN, currency="GT")
        assert len(venue.requests) == 2


async def test_a_wrong_measure_is_taken_anew_after_a_minute_by_a_bare_question() -> None:
    passed = 0.0
    body = fixture("convert.pair.res")

    def wall() -> float:
        return time.time() + passed

    async with (
        raw_venue(stamped(11, body=body)) as venue,
        Http("gate_pay", clock=wall, monotonic=lambda: time.monotonic() + passed) as http,
    ):
        pay = GatePay(http, f"http://{venue.host}", CLIENT_ID, SECRET, wall)
        await pay.pairs(account=OWN, currency="GT")
        passed = 59.0
        with pytest.raises(NotAllowed):
            await pay.pairs(account=OWN, currency="BTC")
        assert len(venue.requests) == 1
        passed, venue.behaviour = 61.0, stamped(61, body=body)
        await pay.pairs(account=OWN, currency="BTC")
        bare = venue.requests[1]
        assert (bare.method, bare.path, len(venue.requests)) == ("GET", "/", 3)
        assert not [name for name in bare.headers if name.startswith("x-gatepay")]


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = (yes(ORDER), hangs_up, no("400002"), no("300000"), says(200, b"<html>"), says(500), says(302))
    async with raw_venue() as venue, client(venue) as pay:
        for behaviour in answers:
            venue.behaviour = behaviour
            for name in ("convert", "order", "preview"):
                try:
                    await CALLS[name][0](pay, SUB)
                except (Refused, Unknown) as error:
                    logging.getLogger("test").exception("%r", error)
        signatures = [request.headers["x-gatepay-signature"] for request in venue.requests]
        shown = repr(pay) + repr(vars(pay)) + repr(vars(vars(pay)["_door"]))
    shown += caplog.text + json.dumps([str(record.args) for record in caplog.records])
    assert "gate_pay convert: HTTP 200" in caplog.text
    for secret in (SECRET, CLIENT_ID, "PAY-2a5743d8", "181147", *signatures):
        assert secret not in shown


async def test_our_own_lines_name_call_and_status_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for behaviour in (no("400622"), says(200, {"data": ORDER}), says(200, b"<html>"), yes({"order_id": "1"})):
        await outcome(behaviour, "convert")
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.clients.gate_pay")]
    assert lines == [
        "gate_pay convert: HTTP 200, refused",
        "gate_pay convert: HTTP 200, blank status and code",
        "gate_pay convert: HTTP 200, unreadable",
        "gate_pay convert: HTTP 2xx, unreadable",
    ]


async def test_a_repeat_by_hand_sends_the_same_bytes_signed_anew() -> None:
    async with raw_venue(in_turn(hangs_up, yes(ORDER))) as venue, client(venue) as pay:
        with pytest.raises(Unknown):
            await pay.convert(account=SUB, body=BODY)
        await pay.convert(account=SUB, body=BODY)
        first, second = venue.requests
    assert first.body == second.body == BODY
    assert first.headers["x-gatepay-nonce"] != second.headers["x-gatepay-nonce"]
    assert first.headers["x-gatepay-signature"] != second.headers["x-gatepay-signature"]
