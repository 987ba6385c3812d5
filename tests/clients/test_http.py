"""The wire's outcomes over real sockets: what left, what may have happened, and how far our clock is off."""

import asyncio
import contextlib
import socket
import time
from email.utils import formatdate

import pytest

from bot.clients.http import MAX_BYTES, Answer, Http, Outgoing, VenueClock
from bot.domain.errors import Unknown, Unreachable, VenueError
from tests.clients.raw_venue import (
    Behaviour,
    RawVenue,
    drips,
    hangs_up,
    in_turn,
    raw_venue,
    resets,
    says,
    stays_silent,
    yes,
)

CANARY = "canary-0b5e"


async def no_sleep(_: float) -> None:
    return None


def outgoing(venue: RawVenue, body: bytes = b"{}") -> Outgoing:
    return Outgoing("POST", venue.url + "/x", {"KEY": CANARY, "SIGN": CANARY}, body)


async def act(venue: RawVenue, seconds: float = 3.0, body: bytes = b"{}") -> Answer:
    async with Http("gate", clock=time.time, sleep=no_sleep) as http:
        return await http.act("release", outgoing(venue, body), seconds=seconds)


async def read(venue: RawVenue, seconds: float = 3.0) -> Answer:
    async with Http("gate", clock=time.time, sleep=no_sleep) as http:
        return await http.read("order", lambda: outgoing(venue), seconds=seconds)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_refused_connection_means_that_nothing_left() -> None:
    async with Http("gate", clock=time.time) as http:
        with pytest.raises(Unreachable):
            await http.act("release", Outgoing("POST", f"http://127.0.0.1:{free_port()}/x", {}, b"{}"))


async def test_a_name_that_does_not_resolve_means_that_nothing_left() -> None:
    async with Http("gate", clock=time.time) as http:
        with pytest.raises(Unreachable):
            await http.act("release", Outgoing("POST", "http://no-such-host.invalid/x", {}, b"{}"))


async def test_a_full_connection_queue_means_that_nothing_left() -> None:
    async with raw_venue(stays_silent) as venue, Http("gate", clock=time.time) as http:
        busy = [asyncio.create_task(http.act("slow", outgoing(venue), seconds=2)) for _ in range(20)]
        await asyncio.sleep(0.3)
        with pytest.raises(Unreachable) as caught:
            await http.act("release", outgoing(venue), seconds=0.5)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    assert caught.value.detail == "PoolTimeout"


@pytest.mark.parametrize(
    ("behaviour", "why", "status"),
    [
        (hangs_up, "dropped", None),
        (resets, "dropped", None),
        (stays_silent, "timeout", None),
        (drips, "timeout", 200),
        (says(200, b'{"code":', length=50), "unreadable", 200),
        (says(500, {"label": "SERVER_ERROR"}), "server_error", 500),
        (says(503, b"<html>"), "server_error", 503),
        (says(302, b"", Location="/elsewhere"), "redirected", 302),
        (says(308, b"", Location="/elsewhere"), "redirected", 308),
    ],
)
async def test_after_the_first_byte_only_a_complete_answer_is_an_answer(
    behaviour: Behaviour, why: str, status: int | None
) -> None:
    async with raw_venue(behaviour) as venue:
        with pytest.raises(Unknown) as caught:
            await act(venue, seconds=0.8)
        assert (caught.value.why, caught.value.status) == (why, status)
        assert len(venue.requests) == 1


async def test_a_connection_that_is_closed_while_we_write_is_unknown() -> None:
    async with raw_venue() as venue:
        venue.accepts = False
        with pytest.raises(Unknown) as caught:
            await act(venue, body=b"x" * 8_000_000)
        assert caught.value.why == "dropped"


@pytest.mark.parametrize("behaviour", [hangs_up, resets, says(500, b"")])
async def test_an_act_is_never_tried_again(behaviour: Behaviour) -> None:
    async with raw_venue(behaviour) as venue:
        with pytest.raises(Unknown):
            await act(venue)
        await asyncio.sleep(0.4)
        assert len(venue.requests) == 1


@pytest.mark.parametrize("first", [hangs_up, says(502, b"<html>"), says(200, b"{", length=9)])
async def test_a_read_is_tried_once_more(first: Behaviour) -> None:
    async with raw_venue(in_turn(first, yes())) as venue:
        assert (await read(venue)).status == 200
        assert len(venue.requests) == 2


async def test_a_read_gives_up_after_the_second_try() -> None:
    async with raw_venue(hangs_up) as venue:
        with pytest.raises(Unknown):
            await read(venue)
        assert len(venue.requests) == 2


@pytest.mark.parametrize("behaviour", [stays_silent, says(307, b"", Location="/elsewhere")])
async def test_a_read_that_timed_out_or_was_sent_away_is_not_repeated(behaviour: Behaviour) -> None:
    async with raw_venue(behaviour) as venue:
        with pytest.raises(Unknown):
            await read(venue, seconds=0.4)
        assert len(venue.requests) == 1


async def test_a_redirect_never_carries_our_headers_to_another_host() -> None:
    async with raw_venue(yes()) as other, raw_venue() as venue:
        for status in (301, 302, 303, 307, 308):
            venue.behaviour = says(status, b"", Location=f"{other.url}/x")
            with pytest.raises(Unknown):
                await act(venue)
            with pytest.raises(Unknown):
                await read(venue)
        assert other.requests == []
        assert other.connections == 0


async def test_an_answer_without_end_is_cut_off() -> None:
    async with raw_venue(says(200, b" " * (MAX_BYTES + 1))) as venue:
        with pytest.raises(Unknown) as caught:
            await act(venue)
        assert (caught.value.why, caught.value.detail) == ("unreadable", "answer too large")


async def test_one_connection_is_kept_warm() -> None:
    async with raw_venue(yes()) as venue, Http("gate", clock=time.time) as http:
        for _ in range(3):
            await http.act("say", outgoing(venue))
        assert (venue.connections, len(venue.requests)) == (1, 3)


async def test_errors_and_reprs_show_no_key() -> None:
    async with raw_venue(hangs_up) as venue:
        with pytest.raises(VenueError) as caught:
            await act(venue)
        shown = repr(caught.value) + str(caught.value) + repr(outgoing(venue)) + repr(caught.value.__cause__)
        assert CANARY not in shown
    assert CANARY not in repr(Answer(200, {"x": CANARY}, CANARY.encode()))


async def test_a_4xx_is_an_answer() -> None:
    async with raw_venue(says(401, {"label": "INVALID_KEY"})) as venue:
        assert (await act(venue)).status == 401


@pytest.mark.parametrize("offset", [-61, -8, 0, 8, 61])
async def test_the_skew_is_measured_from_the_date_header(offset: int) -> None:
    async with raw_venue(yes()) as venue, Http("gate", clock=lambda: time.time() + offset) as http:
        assert http.skew_seconds == 0.0
        await http.act("release", outgoing(venue))
        assert http.skew_seconds == pytest.approx(offset, abs=1.2)


@pytest.mark.parametrize("behaviour", [says(500, b""), says(302, b""), says(401, {})])
async def test_the_skew_is_measured_from_bad_answers_as_well(behaviour: Behaviour) -> None:
    async with raw_venue(behaviour) as venue, Http("gate", clock=lambda: time.time() - 100) as http:
        with contextlib.suppress(Unknown):
            await http.act("release", outgoing(venue))
        assert http.skew_seconds == pytest.approx(-100, abs=1.2)


async def test_a_step_of_our_clock_shows_at_once() -> None:
    now = [time.time()]
    async with raw_venue(yes()) as venue, Http("gate", clock=lambda: now[0]) as http:
        await http.act("release", outgoing(venue))
        now[0] += 3600
        assert http.skew_seconds == pytest.approx(3600, abs=1.2)


@pytest.mark.parametrize("header", ["", "yesterday", "Thu, 99 Foo 2026 99:99:99 GMT"])
async def test_an_answer_without_a_readable_date_says_nothing_of_the_clock(header: str) -> None:
    async with raw_venue(yes(Date=header)) as venue, Http("gate", clock=lambda: 5.0) as http:
        await http.act("release", outgoing(venue))
        assert http.skew_seconds == 0.0


def test_a_slow_answer_does_not_make_our_clock_look_wrong() -> None:
    moment = [100.0]
    clock = VenueClock(lambda: moment[0])
    moment[0] = 140.0
    clock.learn(formatdate(1_000_035, usegmt=True), asked_at=100.0, wall_now=1_000_040.0)
    assert clock.now() == 1_000_040.0


def test_a_slow_answer_still_reveals_a_clock_that_is_far_off() -> None:
    moment = [140.0]
    clock = VenueClock(lambda: moment[0])
    clock.learn(formatdate(1_000_000, usegmt=True), asked_at=100.0, wall_now=1_000_500.0)
    assert clock.now() == 1_000_041.0
