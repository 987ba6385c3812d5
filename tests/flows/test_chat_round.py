"""Which chats a round reads: by hint, by count, by the latest chat, in turns; and what becomes of failures."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.chat import ChatKind
from bot.domain.chat_turns import budget_of
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.flows.chat_round import AT_ONCE, ChatRound
from bot.flows.talk import Talk
from bot.watchers import rounds as loops
from bot.watchers.going import Going
from storage.store import StoreError
from tests.flows.bench import LEAD, ORDER, OWNER, Bench, notices


@pytest.fixture
async def rounds(bench: Bench) -> ChatRound:
    """The order is known and its chat was read once."""
    await bench.see()
    made = ChatRound(bench.desk)
    await bench.round(made)
    await bench.told()
    bench.gate.calls.clear()
    return made


def unreadable() -> Unknown:
    return Unknown("gate", "chat", why="unreadable")


def away() -> Unreachable:
    return Unreachable("gate", "chat", "away")


async def test_a_chat_that_was_never_read_is_read_at_once(bench: Bench) -> None:
    await bench.see()
    bench.writes("hello")
    await bench.round(ChatRound(bench.desk))
    assert await bench.texts() == ["hello"]


async def test_a_hint_is_a_look_and_no_hint_is_none(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.unread[ORDER.id] = 0
    bench.writes("hello")
    await bench.round(rounds)
    assert await bench.texts() == []
    bench.desk.talk.hint(ORDER.id)
    assert bench.desk.talk.wake.is_set()
    await bench.round(rounds)
    assert await bench.texts() == ["hello"] and bench.desk.talk.hints == set()


def test_a_count_that_rises_or_changes_is_a_hint_and_one_that_stays_is_none() -> None:
    talk = Talk()
    assert not talk.has_counts
    talk.heed("1", None)
    assert not talk.has_counts and talk.hints == set()
    for count, hinted in ((0, False), (1, True), (1, False), (3, True), (2, True), (0, False), (2, True)):
        talk.hints.clear()
        talk.heed("1", count)
        assert bool(talk.hints) is hinted and talk.unread == {"1": count}
    assert talk.has_counts
    talk.forget("1")
    assert not talk.has_counts


async def test_without_counts_a_paid_chat_is_read_within_fifteen_seconds(bench: Bench, rounds: ChatRound) -> None:
    bench.writes("hello")
    for _ in range(5):
        await bench.round(rounds)
    assert await bench.texts() == ["hello"]


async def test_with_counts_a_quiet_chat_is_read_seldom(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.unread[ORDER.id] = 0
    for _ in range(20):
        await bench.round(rounds)
    assert bench.gate.count("chat") == 0 and bench.gate.count("latest_chat") == 0
    for _ in range(20):
        await bench.round(rounds)
    assert bench.gate.count("chat") == 1, "the backstop"


async def test_the_venues_latest_chat_is_a_hint_once_for_every_new_word(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002", status="unpay"))
    await bench.see("61000002", status="unpay")
    rounds = ChatRound(bench.desk)
    await bench.round(rounds)
    bench.gate.calls.clear()
    bench.writes("hello", order_id="61000002")
    await bench.round(rounds)
    assert await bench.texts("61000002") == ["hello"]
    for _ in range(3):
        await bench.round(rounds)
    assert bench.gate.count("chat") == 1 and bench.gate.count("latest_chat") == 4


@pytest.mark.parametrize("trouble", [away(), Refused("gate", "c", code="X", detail="", status=400)])
async def test_a_latest_chat_that_cannot_be_had_costs_nothing(
    bench: Bench, rounds: ChatRound, trouble: Unreachable
) -> None:
    bench.gate.errors["latest_chat"] = [trouble]
    bench.desk.talk.hint(ORDER.id)
    bench.writes("hello")
    await bench.round(rounds)
    assert await bench.texts() == ["hello"]


async def test_a_desk_whose_venue_is_off_has_quiet_rounds(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.gate = None
    bench.desk.talk.hint(ORDER.id)
    await bench.round(rounds)
    assert bench.desk.talk.hints == {ORDER.id}, "still to be read"


async def test_a_chat_that_fails_is_tried_later_and_later(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.hint(ORDER.id)
    tries = []
    for second in range(0, 75, 3):
        bench.gate.errors["chat"] = [away()]
        before = bench.gate.count("chat")
        await bench.round(rounds)
        tries += [second] * (bench.gate.count("chat") - before)
    assert tries == [0, 12, 33, 63]
    assert ORDER.id in bench.desk.talk.hints
    bench.gate.errors["chat"].clear()
    bench.pass_(60)
    bench.writes("hello")
    await bench.round(rounds)
    assert await bench.texts() == ["hello"]
    bench.desk.talk.hint(ORDER.id)
    asked = bench.gate.count("chat")
    await bench.round(rounds)
    assert bench.gate.count("chat") == asked + 1, "a success ends the waiting"


@pytest.mark.parametrize("trouble", [unreadable(), ValueError("a shape nobody has seen")])
async def test_a_chat_that_stays_unreadable_is_said_once_to_leads(
    bench: Bench, rounds: ChatRound, trouble: Exception
) -> None:
    bench.desk.talk.hint(ORDER.id)
    said = []
    for _ in range(8):
        bench.gate.errors["chat"] = [trouble]  # type: ignore[list-item]
        await bench.round(rounds, 61)
        said += notices(await bench.told(), "chat_unreadable")
    assert said == [OWNER, LEAD]


async def test_a_venue_that_is_away_is_said_by_the_orders_watch_and_not_for_every_chat(
    bench: Bench, rounds: ChatRound
) -> None:
    bench.desk.blind_since = bench.now
    bench.desk.talk.hint(ORDER.id)
    for _ in range(5):
        bench.gate.errors["chat"] = [away()]
        await bench.round(rounds, 61)
    assert notices(await bench.told(), "chat_unreadable") == []


async def test_one_odd_chat_hides_none_of_the_others(bench: Bench, rounds: ChatRound) -> None:
    others = [f"6200000{number}" for number in range(2 * AT_ONCE)]
    for order_id in others:
        bench.add(replace(ORDER, id=order_id))
        await bench.see(order_id)
        bench.writes(f"from {order_id}", order_id=order_id)
    bench.desk.talk.hint(ORDER.id)
    bench.gate.errors["chat"] = [ValueError("odd")]  # type: ignore[list-item]
    await bench.round(rounds)
    heard = [await bench.texts(order_id) for order_id in others]
    assert heard == [[], *([f"from {order_id}"] for order_id in others[1:])], "the first one was odd"
    await bench.round(rounds, 12)
    assert await bench.texts(others[0]) == [f"from {others[0]}"]


async def test_a_memory_that_fails_ends_the_round_and_is_no_chats_fault(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.hint(ORDER.id)
    bench.gate.errors["chat"] = [StoreError("full")]  # type: ignore[list-item]
    with pytest.raises(StoreError):
        await bench.round(rounds)
    assert rounds._failures == {}


async def test_a_refused_right_to_read_is_a_failure_like_another(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.hint(ORDER.id)
    bench.gate.errors["chat"] = [NotAllowed("venue_off")]  # type: ignore[list-item]
    await bench.round(rounds)
    assert rounds._failures == {ORDER.id: 1}


async def test_a_finished_order_is_followed_for_its_time_and_then_forgotten(bench: Bench, rounds: ChatRound) -> None:
    await bench.see(status="finished")
    bench.desk.talk.heed(ORDER.id, 1)
    bench.writes("thank you")
    await bench.round(rounds)
    assert await bench.texts() == ["thank you"]
    bench.pass_(bench.desk.policy.follow_hours * 3600)
    bench.desk.talk.hint(ORDER.id)
    bench.writes("hello again")
    bench.gate.errors["chat"] = []
    await bench.round(rounds)
    assert await bench.texts() == ["thank you"]
    assert bench.desk.talk.hints == set() and bench.desk.talk.unread == {}


async def test_a_finished_orders_failures_are_forgotten_with_it(bench: Bench, rounds: ChatRound) -> None:
    bench.desk.talk.hint(ORDER.id)
    bench.gate.errors["chat"] = [away()]
    await bench.round(rounds)
    await bench.see(status="finished")
    await bench.round(rounds, bench.desk.policy.follow_hours * 3600 + 1)
    assert (rounds._failures, rounds._tried) == ({}, {})


async def until(holds: Callable[[], object]) -> None:
    """Wait for what the loops do, five seconds at most."""
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def test_the_talking_loop_is_woken_at_once_by_words_and_by_files(bench: Bench, rounds: ChatRound) -> None:
    running = asyncio.create_task(loops.talk(bench.desk, Going(bench.desk)))
    try:
        await asyncio.sleep(0.05)
        await bench.say("hello")
        await until(lambda: bool(bench.gate.sent_texts))
        bench.writes("", kind=ChatKind.FILE, file_key="k", file_url="https://files.example/1.jpg")
        await bench.read()
        await until(lambda: bool(bench.hosts.asked))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_reading_loop_outlives_a_round_that_fails(bench: Bench, rounds: ChatRound) -> None:
    bench.clock.is_moved_by_sleep = True
    bench.broken.add("before:commit")
    bench.writes("hello")
    bench.desk.talk.hint(ORDER.id)
    running = asyncio.create_task(loops.watch_chats(bench.desk))
    try:
        await until(lambda: bench.gate.count("chat") > 1)
        bench.desk.wake_relay.clear()
        bench.broken.clear()
        bench.desk.talk.hint(ORDER.id)
        await until(bench.desk.wake_relay.is_set)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await bench.texts() == ["hello"]


async def test_chats_that_cost_several_requests_have_fewer_turns_afterwards(bench: Bench) -> None:
    bench.gate.page_size = 4
    names = [str(number) for number in range(62000001, 62000041)]
    for name in names:
        bench.add(replace(ORDER, id=name))
        await bench.see(name)
        bench.writes(*"abcdef", order_id=name, at=bench.seconds)
    rounds = ChatRound(bench.desk)
    allowed = budget_of(3, has_counts=False)
    asked = []
    for _ in range(12):
        before = bench.gate.count("chat")
        await bench.round(rounds)
        asked.append(bench.gate.count("chat") - before)
    assert asked[0] > allowed, "what a look costs is known afterwards"
    assert all(asked[:5]), "and while that is paid for, one chat a round is read"
    for length in (4, 8, 12):
        assert sum(asked[:length]) <= length * allowed + asked[0] - allowed
    assert all([len(await bench.texts(name)) == 6 for name in names]), "none waits for ever"
