"""What Gate's answers mean, over real sockets: a yes, a no, or no answer at all."""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.domain.ads import AdDraft, AdStatus
from bot.domain.errors import NotAllowed, Refused, Unknown, VenueError
from bot.domain.orders import Side
from tests.clients.raw_venue import (
    KEY,
    SECRET,
    Behaviour,
    RawVenue,
    Request,
    fixture,
    hangs_up,
    in_turn,
    raw_venue,
    resets,
    says,
    yes,
)

ORDER = "61000002"
DETAILS = fixture("get_transaction_details")["response"]["data"]
DRAFT = AdDraft(
    side=Side.SELL, asset="USDT", fiat="USD", price=Decimal("1.01"),
    amount=Decimal(1000), methods=("bank",),
    least=Decimal(50), most=Decimal(500),
)  # fmt: skip

MONEY: dict[str, Callable[[GateC2C], Awaitable[None]]] = {
    "release": lambda gate: gate.release(order_id=ORDER),
    "mark_paid": lambda gate: gate.mark_paid(order_id=ORDER, method="bank"),
    "cancel": lambda gate: gate.cancel(order_id=ORDER, reason="9", memo="agreed"),
    "publish_ad": lambda gate: gate.publish_ad(draft=DRAFT),
    "set_ad_status": lambda gate: gate.set_ad_status(ad_id="2130000011", status=AdStatus.DELISTED),
}


class Clock:
    """Our clock, `offset` seconds ahead of the true one."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def __call__(self) -> float:
        return time.time() + self.offset


@asynccontextmanager
async def client(venue: RawVenue, clock: Clock | None = None) -> AsyncIterator[GateC2C]:
    clock = clock or Clock()
    async with Http("gate", clock=clock) as http:
        yield GateC2C(http, venue.url, KEY, SECRET, clock)


async def outcome(behaviour: Behaviour, verb: Callable[[GateC2C], Awaitable[Any]]) -> tuple[Any, list[Request]]:
    """What a verb ended with (its error, or what it returned) and what the venue got."""
    async with raw_venue(behaviour) as venue, client(venue) as gate:
        try:
            return await verb(gate), venue.requests
        except VenueError as error:
            return error, venue.requests


@pytest.mark.parametrize("verb", MONEY.values(), ids=MONEY)
async def test_code_zero_is_a_yes_whatever_else_is_said(verb: Callable[[GateC2C], Awaitable[None]]) -> None:
    for body in ({"code": 0}, {"code": "0", "message": "failed?", "data": []}, {"code": 0, "data": None}):
        ended, requests = await outcome(says(200, body), verb)
        assert ended is None
        assert len(requests) == 1


@pytest.mark.parametrize("verb", MONEY.values(), ids=MONEY)
async def test_any_other_code_is_a_no_in_the_words_of_the_venue(verb: Callable[[GateC2C], Awaitable[None]]) -> None:
    for code in (-1, 70305102, "12"):
        ended, requests = await outcome(says(200, {"code": code, "message": "ORDER_STATUS_ERROR", "data": {}}), verb)
        assert isinstance(ended, Refused)
        assert (ended.code, ended.detail, ended.status) == (str(code), "ORDER_STATUS_ERROR", 200)
        assert len(requests) == 1


@pytest.mark.parametrize("sample", fixture("_gateway_errors"), ids=lambda sample: sample["body"]["label"])
@pytest.mark.parametrize("name", ["release", "order"])
async def test_every_gateway_error_is_a_no_unless_the_server_failed(name: str, sample: dict[str, Any]) -> None:
    verb: Callable[[GateC2C], Awaitable[Any]] = MONEY.get(name) or (lambda gate: gate.order(order_id=ORDER))
    ended, requests = await outcome(says(sample["http_status"], sample["body"]), verb)
    if sample["http_status"] >= 500:
        assert isinstance(ended, Unknown)
        assert ended.why == "server_error"
    else:
        assert isinstance(ended, Refused)
        assert (ended.code, ended.status) == (sample["body"]["label"], sample["http_status"])
        assert ended.is_throttled is (sample["http_status"] == 429)
    assert len(requests) == 1 or name == "order"


@pytest.mark.parametrize("verb", MONEY.values(), ids=MONEY)
@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (says(200, b"<html>ok</html>"), "unreadable"),
        (says(200, b""), "unreadable"),
        (says(200, b'{"code":0'), "unreadable"),
        (says(200, b'{"code":0,"data":{}}', length=400), "unreadable"),
        (says(200, b"\xff\xfe{"), "unreadable"),
        (says(200, b'{"code":NaN}'), "unreadable"),
        (says(200, b"[" * 100_000), "unreadable"),
        (says(200, {"message": "success"}), "unreadable"),
        (says(200, {"label": "FORBIDDEN", "message": "no"}), "unreadable"),
        (says(200, {"code": None}), "unreadable"),
        (says(200, {"code": True}), "unreadable"),
        (says(200, {"code": 0.5}), "unreadable"),
        (says(200, {"code": "ok"}), "unreadable"),
        (says(200, {"code": "0_0"}), "unreadable"),
        (says(200, {"code": "٠"}), "unreadable"),
        (says(200, []), "unreadable"),
        (says(400, b"<html>bad</html>"), "unreadable"),
        (says(403, {"message": "no label"}), "unreadable"),
        (says(404, {"code": 0}), "unreadable"),
        (says(500, {"code": 0}), "server_error"),
        (says(400, {"label": "INTERNAL", "message": "?"}), "server_error"),
        (says(502, b"<html>"), "server_error"),
        (says(302, b"", Location="/"), "redirected"),
        (hangs_up, "dropped"),
        (resets, "dropped"),
    ],
)
async def test_anything_else_says_nothing_about_the_money(
    verb: Callable[[GateC2C], Awaitable[None]], behaviour: Behaviour, why: str
) -> None:
    ended, requests = await outcome(behaviour, verb)
    assert isinstance(ended, Unknown)
    assert ended.why == why
    assert len(requests) == 1


async def test_throttling_is_a_no_with_the_time_of_its_end() -> None:
    reset = str(int(time.time()) + 7)
    body = {"label": "TOO_MANY_REQUESTS", "message": "slow down"}
    ended, _ = await outcome(says(429, body, X_Gate_RateLimit_Reset_Timestamp=reset), MONEY["release"])
    assert isinstance(ended, Refused)
    assert (ended.is_throttled, ended.detail) == (True, "slow down")
    assert ended.retry_after == pytest.approx(7, abs=2.5)


async def test_throttling_needs_no_readable_body() -> None:
    ended, _ = await outcome(says(429, b"<html>", Retry_After="5"), MONEY["release"])
    assert isinstance(ended, Refused)
    assert ended.code == "TOO_MANY_REQUESTS"
    assert ended.retry_after == pytest.approx(5, abs=2.5)


@pytest.mark.parametrize("data", [None, [], {}, "text", {"txid": 1}])
async def test_unreadable_details_are_no_answer(data: Any) -> None:
    ended, _ = await outcome(says(200, {"code": 0, "data": data}), lambda gate: gate.order(order_id=ORDER))
    assert isinstance(ended, Unknown)
    assert ended.why == "unreadable"


async def test_the_details_of_another_order_are_no_answer() -> None:
    ended, _ = await outcome(yes(DETAILS), lambda gate: gate.order(order_id="61000003"))
    assert isinstance(ended, Unknown)


async def test_a_read_is_signed_anew_when_it_is_tried_again() -> None:
    ended, requests = await outcome(in_turn(hangs_up, yes(DETAILS)), lambda gate: gate.order(order_id=ORDER))
    assert ended.id == ORDER
    assert len(requests) == 2


async def test_the_bytes_that_are_signed_are_the_bytes_that_are_sent() -> None:
    async with raw_venue(yes()) as venue, client(venue) as gate:
        await gate.say(order_id=ORDER, text="收到，谢谢 <&> \u202e")
        await gate.release(order_id=ORDER)
    for request in venue.requests:
        text = "\n".join(
            ("POST", request.path, "", hashlib.sha512(request.body).hexdigest(), request.headers["timestamp"])
        )
        assert request.headers["sign"] == hmac.new(SECRET.encode(), text.encode(), hashlib.sha512).hexdigest()
        assert request.headers["key"] == KEY
        assert request.headers["timestamp"].isdigit()
        assert request.headers["content-type"] == "application/json"
    assert venue.requests[1].path == "/api/v4/p2p/merchant/transaction/confirm-receipt"
    assert venue.requests[1].body == b'{"txid":"61000002"}'


async def test_a_signed_request_is_not_carried_to_another_host() -> None:
    async with raw_venue(yes()) as other, raw_venue() as venue, client(venue) as gate:
        for status in (301, 302, 307, 308):
            venue.behaviour = says(status, b"", Location=other.url)
            for verb in MONEY.values():
                with pytest.raises(Unknown):
                    await verb(gate)
            with pytest.raises(Unknown):
                await gate.order(order_id=ORDER)
        assert other.connections == 0


@pytest.mark.parametrize("verb", MONEY.values(), ids=MONEY)
@pytest.mark.parametrize("offset", [-45, 45])
async def test_no_money_moves_while_our_clock_is_off(verb: Callable[[GateC2C], Awaitable[None]], offset: float) -> None:
    async with raw_venue(yes(DETAILS)) as venue, client(venue, Clock(offset)) as gate:
        await gate.order(order_id=ORDER)
        with pytest.raises(NotAllowed) as caught:
            await verb(gate)
        assert caught.value.reason == "clock_skew"
        assert int(caught.value.facts["seconds"]) == pytest.approx(offset, abs=1.5)
        assert len(venue.requests) == 1


async def test_money_moves_while_our_clock_is_a_little_off() -> None:
    async with raw_venue(yes(DETAILS)) as venue, client(venue, Clock(25)) as gate:
        await gate.order(order_id=ORDER)
        await gate.release(order_id=ORDER)
        assert len(venue.requests) == 2


async def test_the_timestamp_is_our_clock_and_never_corrected() -> None:
    async with raw_venue(yes(DETAILS)) as venue, client(venue, Clock(-20)) as gate:
        for _ in range(2):
            await gate.order(order_id=ORDER)
        assert int(venue.requests[1].headers["timestamp"]) == pytest.approx(time.time() - 20, abs=2)


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with raw_venue() as venue, client(venue) as gate:
        for behaviour in (yes(DETAILS), hangs_up, says(401, {"label": "INVALID_KEY"}), says(200, b"<html>"), says(500)):
            venue.behaviour = behaviour
            for verb in (MONEY["release"], MONEY["cancel"]):
                try:
                    await verb(gate)
                except VenueError as error:
                    logging.getLogger("test").exception("%r", error)
        signs = [request.headers["sign"] for request in venue.requests]
        shown = (
            caplog.text + repr(gate) + repr(vars(gate)) + json.dumps([str(record.args) for record in caplog.records])
        )
    assert "release" in caplog.text
    for secret in (SECRET, KEY, *signs):
        assert secret not in shown
