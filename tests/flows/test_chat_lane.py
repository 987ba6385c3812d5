"""The lane to one buyer: words leave in their order, one at a time, and never twice, whatever becomes of answers."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat import Sent
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.sayings import STALE_SECONDS, Doubt, Event, Saying, State
from bot.domain.staff import Role
from bot.flows import lane, say
from bot.flows.saying_outcome import ANSWER_WAIT_MS, HELD, MARK
from storage.store import StoreError
from tests.flows.bench import GROUP, OPERATOR, ORDER, Bench
from tests.support.fake_gate import FakeGate

OTHER = replace(ORDER, id="61000002")


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()
    await bench.told()


def refused(**changes: object) -> Refused:
    facts = {"code": "X", "detail": "order is closed", "status": 400} | changes
    return Refused("gate", "say", **facts)  # type: ignore[arg-type]


def lost() -> Unknown:
    return Unknown("gate", "say", why="timeout")


def sent(bench: Bench) -> list[str]:
    return [text for _, text in bench.gate.sent_texts]


class Hanging(FakeGate):
    """The bench's own venue, whose answers to words wait until they are let go."""

    def __init__(self, gate: FakeGate) -> None:
        super().__init__()
        self.__dict__.update(gate.__dict__)
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def say(self, *, order_id: str, text: str) -> Sent:
        answer = await super().say(order_id=order_id, text=text)
        self.asked.set()
        await self.let_go.wait()
        return answer


async def test_words_leave_in_their_order_once_each(bench: Bench) -> None:
    for text in "abc":
        await bench.say(text)
    await bench.send()
    await bench.send()
    assert sent(bench) == ["a", "b", "c"] and await bench.states() == [State.DELIVERED] * 3
    assert await bench.outcomes("say") == ["planned"] * 3 + ["delivered"] * 3
    assert bench.desk.talk.lanes == {}


async def test_several_rounds_at_once_start_one_lane(bench: Bench) -> None:
    await bench.say("a")
    await asyncio.gather(*(lane.round_(bench.desk) for _ in range(5)))
    assert list(bench.desk.talk.lanes) == [ORDER.id]
    await bench.desk.drain(5)
    assert sent(bench) == ["a"]


async def test_a_hanging_answer_of_one_order_delays_no_other(bench: Bench) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    await bench.read(OTHER.id)
    hanging = Hanging(bench.gate)
    bench.desk.gate = hanging
    await bench.say("first")
    await bench.say("second")
    await lane.round_(bench.desk)
    await hanging.asked.wait()
    bench.desk.gate = bench.gate
    await bench.say("other", order_id=OTHER.id)
    await lane.round_(bench.desk)
    await asyncio.wait_for(bench.desk.talk.lanes[OTHER.id], 5)
    assert sent(bench) == ["first", "other"]
    hanging.let_go.set()
    await asyncio.wait_for(bench.desk.talk.lanes[ORDER.id], 5)
    assert sent(bench) == ["first", "other", "second"]


async def test_nothing_follows_while_one_has_no_answer_and_then_all_follows(bench: Bench) -> None:
    bench.gate.lost_after = {"say"}
    await bench.say("a")
    await bench.send()
    bench.gate.lost_after = set()
    await bench.say("b")
    await bench.say("c")
    await bench.send(5)
    assert sent(bench) == ["a"]
    assert bench.desk.talk.hints == {ORDER.id}, "the chat is to be looked at"
    await bench.read()
    await bench.send()
    assert sent(bench) == ["a", "b", "c"] and await bench.states() == [State.DELIVERED] * 3


async def test_an_order_whose_word_has_no_answer_delays_no_other(bench: Bench) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    await bench.read(OTHER.id)
    bench.gate.errors["say"] = [lost()]
    await bench.say("a")
    await bench.send()
    await bench.say("b", order_id=OTHER.id)
    await bench.send()
    assert sent(bench) == ["b"]


async def test_what_is_missing_lets_the_next_words_go(bench: Bench) -> None:
    bench.gate.errors["say"] = [lost()]
    await bench.say("a")
    await bench.send()
    for _ in range(3):
        await bench.read(after=31)
    await bench.say("b")
    await bench.send()
    assert await bench.states() == [State.MISSING, State.DELIVERED] and sent(bench) == ["b"]


async def test_a_refusal_is_kept_with_the_venues_words_and_the_next_words_go(bench: Bench) -> None:
    bench.gate.errors["say"] = [refused(), refused(detail="", code="CHAT_CLOSED")]
    for text in "abc":
        await bench.say(text)
    await bench.send()
    first, second, third = await bench.sayings()
    assert (first.state, first.answer, first.answer_facts) == (
        State.REFUSED, "gate_says", {"detail": "order is closed"},
    )  # fmt: skip
    assert second.answer_facts == {"detail": "CHAT_CLOSED"} and third.state is State.DELIVERED
    assert sent(bench) == ["c"]


async def test_what_the_desk_itself_may_not_do_is_a_refusal(bench: Bench) -> None:
    bench.gate.errors["say"] = [NotAllowed("chat_closed", {"order": ORDER.id})]  # type: ignore[list-item]
    await bench.say("a")
    await bench.send()
    (saying,) = await bench.sayings()
    assert (saying.state, saying.answer) == (State.REFUSED, "chat_closed")


@pytest.mark.parametrize(
    ("trouble", "wait"),
    [(Unreachable("gate", "say", "away"), 2), (refused(status=429), 2), (refused(status=429, retry_after=7.0), 7)],
)
async def test_what_never_left_is_tried_again_after_its_wait(
    bench: Bench, trouble: Unreachable | Refused, wait: float
) -> None:
    bench.gate.errors["say"] = [trouble]
    await bench.say("a")
    await bench.say("b")
    await bench.send()
    first, second = await bench.sayings()
    assert (first.state, first.sent_at) == (State.PLANNED, None) and second.state is State.PLANNED
    await bench.send(wait - 0.5)
    assert sent(bench) == []
    await bench.send(0.5)
    assert sent(bench) == ["a", "b"]


async def test_a_clock_that_was_set_back_does_not_make_words_wait_for_ever(bench: Bench) -> None:
    bench.gate.errors["say"] = [Unreachable("gate", "say", "away")]
    await bench.say("a")
    await bench.send()
    await bench.send(-7200)
    assert sent(bench) == ["a"]


async def test_a_word_that_was_on_its_way_at_a_crash_is_unknown_and_settled_by_the_chat(bench: Bench) -> None:
    bench.desk.gate = hanging = Hanging(bench.gate)
    await bench.say("a")
    await lane.round_(bench.desk)
    await hanging.asked.wait()
    await bench.desk.drain(0)
    assert await bench.states() == [State.SENT]
    bench.desk.gate = bench.gate
    assert await lane.adopt(bench.desk) == 1
    (saying,) = await bench.sayings()
    assert (saying.state, saying.answer) == (State.UNKNOWN, "restarted")
    await bench.send()
    await bench.read()
    await bench.send()
    assert await bench.states() == [State.DELIVERED] and sent(bench) == ["a"]
    assert await lane.adopt(bench.desk) == 0


async def test_a_word_whose_answer_comes_after_the_chat_showed_it_is_delivered(bench: Bench) -> None:
    """The look recognises it while it is on its way; a crash then must not ask the chat for a second one."""
    bench.desk.gate = hanging = Hanging(bench.gate)
    await bench.say("a")
    await lane.round_(bench.desk)
    await hanging.asked.wait()
    bench.desk.gate = bench.gate
    await bench.read()
    assert await bench.states() == [State.SENT]
    await bench.desk.drain(0)
    await lane.adopt(bench.desk)
    assert await bench.states() == [State.DELIVERED] and await bench.outcomes("say") == ["planned", "delivered"]


async def test_the_flag_of_the_venue_is_kept_with_the_saying(bench: Bench) -> None:
    bench.gate.flagged = {"hm"}
    await bench.say("hm")
    await bench.send()
    (saying,) = await bench.sayings()
    assert saying.state is State.DELIVERED and saying.is_flagged and "platform" in saying.warning


async def test_words_that_waited_too_long_behind_others_are_asked_for_again(bench: Bench) -> None:
    bench.gate.lost_after = {"say"}
    await bench.say("a")
    await bench.send()
    bench.gate.lost_after = set()
    await bench.say("b")
    await bench.read(after=STALE_SECONDS + 1)
    await bench.send()
    _, second = await bench.sayings()
    assert second.state is State.HELD and second.doubts == {Doubt.STALE: "5"} and sent(bench) == ["a"]
    assert [line.kind for line in await bench.told() if line.kind == HELD] == [HELD]
    await say.approve(bench.desk, OPERATOR, second.id)
    await bench.send()
    assert sent(bench) == ["a", "b"]


async def test_words_that_waited_just_long_enough_go(bench: Bench) -> None:
    await bench.say("a")
    await bench.send(STALE_SECONDS)
    assert sent(bench) == ["a"]


async def test_a_chat_is_read_before_the_first_word_so_that_old_words_are_not_taken_for_new_ones(bench: Bench) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    bench.gate.said(OTHER.id, "a")
    await bench.say("a", order_id=OTHER.id)
    await bench.send()
    await bench.read(OTHER.id)
    calls = [name for name, about in bench.gate.calls if about == OTHER.id and name in ("chat", "say")]
    assert calls == ["chat", "say", "chat"]
    assert [bool(heard.saying_id) for heard in await bench.heard(OTHER.id)] == [False, True]


@pytest.mark.parametrize("trouble", [Unreachable("gate", "chat", "away"), lost()])
async def test_words_wait_while_the_first_look_is_not_possible(
    bench: Bench, trouble: Unreachable | Unknown | Refused
) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    bench.gate.errors["chat"] = [trouble]
    await bench.say("a", order_id=OTHER.id)
    await bench.send()
    assert sent(bench) == []
    await bench.send(2)
    assert sent(bench) == ["a"]


async def test_a_venue_that_does_not_show_the_chat_is_told_to_the_person_at_once(bench: Bench) -> None:
    bench.add(OTHER)
    await bench.see(OTHER.id)
    bench.gate.errors["chat"] = [refused()]
    (saying,) = await bench.say("a", order_id=OTHER.id)
    await bench.send()
    assert sent(bench) == []
    async with bench.store.read() as tables:
        kept = await tables.sayings.get(saying.id)
    assert kept is not None and (kept.state, kept.answer) == (State.REFUSED, "gate_says")


@pytest.mark.parametrize("point", ["before:commit", "before:update sayings"])
async def test_words_do_not_leave_while_the_memory_cannot_say_that_they_do(bench: Bench, point: str) -> None:
    bench.clock.is_waited_for = True
    await bench.say("a")
    bench.broken.add(point)
    await lane.round_(bench.desk)
    await asyncio.sleep(0.3)
    assert sent(bench) == [] and await bench.states() == [State.PLANNED]
    bench.broken.clear()
    bench.pass_(11)
    await asyncio.sleep(0.3)
    await bench.send(11)
    assert sent(bench) == ["a"] and await bench.states() == [State.DELIVERED]


async def test_a_memory_that_fails_while_words_are_postponed_loses_nothing(bench: Bench) -> None:
    class Failing(FakeGate):
        async def chat(self, *, order_id: str, after: int | None = None, before: int | None = None) -> object:  # type: ignore[override]
            bench.broken.add("before:commit")
            raise Unreachable("gate", "chat", "away")

    bench.add(OTHER)
    await bench.see(OTHER.id)
    await bench.say("a", order_id=OTHER.id)
    bench.desk.gate = Failing()
    bench.clock.is_waited_for = True
    await lane.round_(bench.desk)
    await asyncio.sleep(0.1)
    assert bench.broken and await bench.states(OTHER.id) == [State.PLANNED]
    bench.broken.clear()
    bench.desk.gate = bench.gate
    bench.pass_(3)
    await bench.send()
    assert sent(bench) == ["a"]


async def test_a_memory_that_fails_at_the_outcome_never_makes_it_leave_twice(bench: Bench) -> None:
    class Full(FakeGate):
        async def say(self, *, order_id: str, text: str) -> Sent:
            answer = await bench.gate.say(order_id=order_id, text=text)
            bench.broken.add("before:commit")
            return answer

    await bench.say("a")
    bench.desk.gate = Full()
    await bench.send()
    assert await bench.states() == [State.SENT]
    bench.broken.clear()
    bench.desk.gate = bench.gate
    await bench.send(5)
    assert sent(bench) == ["a"]
    await lane.adopt(bench.desk)
    await bench.read()
    assert await bench.states() == [State.DELIVERED] and sent(bench) == ["a"]


async def test_what_was_dropped_while_the_lane_made_ready_does_not_leave(bench: Bench) -> None:
    first, second = await bench.say("a"), await bench.say("b")

    class Dropping(FakeGate):
        async def say(self, *, order_id: str, text: str) -> Sent:
            async with bench.store.write() as tables:
                await tables.sayings.move(second[0].id, frm=State.PLANNED, event=Event.DOUBTED, at=bench.now)
            return await bench.gate.say(order_id=order_id, text=text)

    bench.desk.gate = Dropping()
    await bench.send()
    assert sent(bench) == ["a"] and await bench.states() == [State.DELIVERED, State.HELD]
    assert await lane._send(bench.desk, first[0]) is None


async def marks(bench: Bench) -> dict[str, int]:
    """When each saying is to be marked, from now on (ms)."""
    waiting = [line for line in await bench.outbox() if line.kind == MARK]
    return {line.facts["saying"]: line.next_at - bench.now for line in waiting}


async def test_every_outcome_is_marked_and_a_lost_answer_only_after_the_first_look(bench: Bench) -> None:
    bench.gate.errors["say"] = [refused()]
    ids = [(await bench.say(text))[0].id for text in "ab"]
    bench.gate.lost_after = set()
    await bench.send()
    bench.gate.errors["say"] = [lost()]
    ids += [(await bench.say("c"))[0].id]
    await bench.send()
    assert await marks(bench) == {ids[0]: 0, ids[1]: 0, ids[2]: ANSWER_WAIT_MS}


async def test_the_mark_of_what_was_said_in_the_group_stands_there_for_everybody(bench: Bench) -> None:
    await bench.say("a", chat_id=GROUP, message_id=44)
    await bench.send()
    line = next(line for line in await bench.outbox() if line.kind == MARK and "leaving" not in line.facts)
    assert (line.chat_id, line.person_id) == (GROUP, None)


async def test_a_part_that_has_no_answer_holds_the_parts_behind_it(bench: Bench) -> None:
    said: list[Saying] = await bench.say("word " * 250)
    await say.approve(bench.desk, OPERATOR, said[0].id)
    bench.gate.lost_after = {"say"}
    await bench.send()
    bench.gate.lost_after = set()
    assert await bench.states() == [State.UNKNOWN, State.PLANNED, State.PLANNED]
    await bench.read()
    await bench.send()
    assert sent(bench) == [one.text for one in said] and await bench.states() == [State.DELIVERED] * 3


async def test_a_part_that_is_missing_leaves_the_parts_behind_it_to_their_person(bench: Bench) -> None:
    """Else they would stand at the buyer without their beginning, and *Send again* would put it last."""
    said: list[Saying] = await bench.say("word " * 250)
    await say.approve(bench.desk, OPERATOR, said[0].id)
    bench.gate.errors["say"] = [lost()]
    await bench.send()
    await bench.say("of another message")
    await bench.told()
    for _ in range(3):
        await bench.read(after=31)
    await bench.send()
    assert await bench.states() == [State.MISSING, State.HELD, State.HELD, State.DELIVERED]
    assert [line.facts["saying"] for line in await bench.outbox() if line.kind == HELD] == [said[1].id], "asked once"
    await say.say_again(bench.desk, OPERATOR, said[0].id, 7)
    await bench.send()
    await say.approve(bench.desk, OPERATOR, said[1].id)
    await bench.send()
    assert sent(bench) == ["of another message", *(one.text for one in said)]


async def test_what_is_missing_holds_no_other_words_that_were_sent_from_the_same_card(bench: Bench) -> None:
    bench.gate.errors["say"] = [lost()]
    await bench.say("one", message_id=5, attempt=1)
    await bench.say("other", message_id=5, attempt=2)
    await bench.send()
    for _ in range(3):
        await bench.read(after=31)
    await bench.send()
    assert await bench.states() == [State.MISSING, State.DELIVERED] and sent(bench) == ["other"]


async def test_a_lane_that_failed_is_started_again_by_the_next_round(bench: Bench) -> None:
    await bench.say("a")
    bench.broken.add("before:select sayings")
    with pytest.raises(StoreError):
        await lane.round_(bench.desk)
    bench.broken.clear()
    await bench.send()
    assert sent(bench) == ["a"]


@pytest.mark.parametrize("change", ["gone", "frozen", "demoted"])
async def test_words_of_somebody_who_may_not_talk_any_more_do_not_leave(bench: Bench, change: str) -> None:
    await bench.say("word " * 120)
    await say.approve(bench.desk, OPERATOR, (await bench.sayings())[0].id)
    person = bench.desk.people.pop(OPERATOR)
    if change != "gone":
        is_frozen, role = change == "frozen", Role.VIEWER if change == "demoted" else person.role
        bench.desk.people[OPERATOR] = replace(person, is_frozen=is_frozen, role=role)
    await bench.send()
    assert sent(bench) == [] and await bench.states() == [State.REFUSED] * 2
    assert {saying.answer for saying in await bench.sayings()} == {"no_right_here"}
