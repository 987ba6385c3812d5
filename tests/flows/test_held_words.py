"""A question about somebody's own words is asked once more, and ends with the person's place in the staff."""

import pytest

from bot.domain.errors import NotAllowed, Refused
from bot.domain.sayings import Doubt, PhoneFile, Saying, State, digest
from bot.flows import albums, say, words_of_the_gone
from bot.flows.say import Spoken
from bot.flows.saying_outcome import HELD, REMIND_MS, REMINDER
from tests.flows.bench import AGENT, GROUP, OPERATOR, OWNER, Bench

CONTACT = "call 13800138000"


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.read()
    await bench.told()


async def reminders(bench: Bench) -> list[tuple[int, int]]:
    """Where each goes, and after how many ms."""
    return [(one.chat_id, one.next_at - one.created_at) for one in await bench.outbox() if one.kind == REMINDER]


async def leave(bench: Bench, person_id: int) -> None:
    async with bench.store.write() as tables:
        await tables.staff.remove(person_id)
        await bench.desk.read_people(tables)
    await words_of_the_gone.round_(bench.desk)


async def test_what_is_held_is_asked_about_again_where_it_was_said(bench: Bench) -> None:
    await bench.say(CONTACT, by=AGENT, chat_id=GROUP)
    await bench.say("hello")
    assert await reminders(bench) == [(GROUP, REMIND_MS)]


async def test_an_album_is_asked_about_again_as_one(bench: Bench) -> None:
    for name in "ab":
        await bench.say(CONTACT, file=bench.picture(name), album="A")
    assert await reminders(bench) == [(OPERATOR, REMIND_MS)]


async def test_held_words_of_somebody_who_left_are_never_sent_and_journalled(bench: Bench) -> None:
    (held,) = await bench.say(CONTACT, by=AGENT)
    (other,) = await bench.say(CONTACT)
    await leave(bench, AGENT)
    assert {one.id: one.state for one in await bench.sayings()} == {held.id: State.DROPPED, other.id: State.HELD}
    assert (await bench.outcomes("say"))[-1] == "dropped"
    with pytest.raises(NotAllowed):
        await say.approve(bench.desk, AGENT, held.id)
    assert len(await say.approve(bench.desk, OPERATOR, other.id)) == 1


async def test_who_comes_back_finds_nothing_to_send(bench: Bench) -> None:
    (held,) = await bench.say(CONTACT, by=AGENT)
    before = bench.desk.people[AGENT]
    await leave(bench, AGENT)
    async with bench.store.write() as tables:
        await tables.staff.put(before, bench.now, OWNER)
        await bench.desk.read_people(tables)
    with pytest.raises(NotAllowed, match="saying_gone"):
        await say.approve(bench.desk, AGENT, held.id)


async def test_waiting_pieces_of_somebody_who_left_are_forgotten(bench: Bench) -> None:
    for by in (AGENT, OPERATOR):
        spoken = Spoken("", by, 5, bench.now, PhoneFile("f", "photo"), "A")
        await albums.wait(bench.desk, by, spoken, reason="", topic_id=None)
    await leave(bench, AGENT)
    async with bench.store.read() as tables:
        left = [len(await tables.albums.waiting(by, "A", by)) for by in (AGENT, OPERATOR)]
    assert left == [0, 1]


async def test_a_round_without_anything_to_end_writes_nothing(bench: Bench) -> None:
    await bench.say(CONTACT)
    before = bench.store.commits
    await words_of_the_gone.round_(bench.desk)
    assert bench.store.commits == before and await bench.states() == [State.HELD]


LONG = "word " * 120
CHECKOUT = "see pay.desk.example"
BUSY = Refused("gate", "say", code="X", detail="busy", status=400)


async def refused(bench: Bench, text: str) -> Saying:
    """Words that Gate did not take."""
    bench.gate.errors["say"] = [BUSY]
    (old,) = await bench.say(text)
    await bench.send()
    return old


async def asked(bench: Bench) -> list[int]:
    return [one.chat_id for one in await bench.told() if one.kind == HELD]


async def test_what_was_held_while_the_order_went_on_is_asked_anew_when_it_is_over(bench: Bench) -> None:
    first, _ = await bench.say(LONG)
    seen = digest(await bench.sayings())
    await bench.see(status="finished")
    await bench.told()
    for _ in range(2):  # a thumb that taps twice has read nothing in between
        with pytest.raises(NotAllowed, match="asked_anew"):
            await say.approve(bench.desk, OPERATOR, first.id, seen)
    assert await asked(bench) == [OPERATOR]
    held = await bench.sayings()
    assert [set(one.doubts) for one in held] == [{Doubt.LONG, Doubt.FINISHED}] * 2
    assert len(await say.approve(bench.desk, OPERATOR, first.id, digest(held))) == 2


async def test_an_end_that_was_asked_about_is_not_asked_again(bench: Bench) -> None:
    await bench.see(status="finished")
    (held,) = await bench.say("thanks")
    assert len(await say.approve(bench.desk, OPERATOR, held.id, digest([held]))) == 1


async def test_a_checkout_that_became_known_meanwhile_never_goes(bench: Bench) -> None:
    (held,) = await bench.say(f"{CONTACT}, {CHECKOUT}")
    await bench.told()
    bench.desk.exchange.checkout_hosts.add("pay.desk.example")
    with pytest.raises(NotAllowed, match="never_to_buyer"):
        await say.approve(bench.desk, OPERATOR, held.id, digest([held]))
    assert await bench.states() == [State.HELD] and await asked(bench) == [OPERATOR]
    with pytest.raises(NotAllowed, match="never_to_buyer"):
        await say.approve(bench.desk, OPERATOR, held.id, digest(await bench.sayings()))


async def test_words_sent_again_after_the_end_are_asked_about_first(bench: Bench) -> None:
    old = await refused(bench, "hello")
    await bench.see(status="finished")
    await bench.told()
    again = await say.say_again(bench.desk, OPERATOR, old.id, 7, bench.now)
    assert again.state is State.HELD and again.doubts == {Doubt.FINISHED: "finished"}
    assert await asked(bench) == [OPERATOR]
    await bench.send()
    assert bench.gate.sent_texts == []


async def test_words_for_an_ended_order_that_were_approved_are_sent_again_at_once(bench: Bench) -> None:
    await bench.see(status="finished")
    bench.gate.errors["say"] = [BUSY]
    (old,) = await bench.say("thanks")
    await say.approve(bench.desk, OPERATOR, old.id, digest([old]))
    await bench.send()
    assert (await say.say_again(bench.desk, OPERATOR, old.id, 7, bench.now)).state is State.PLANNED


async def test_words_with_a_checkout_that_became_known_are_not_sent_again(bench: Bench) -> None:
    old = await refused(bench, CHECKOUT)
    bench.desk.exchange.checkout_hosts.add("pay.desk.example")
    with pytest.raises(NotAllowed, match="never_to_buyer"):
        await say.say_again(bench.desk, OPERATOR, old.id, 7, bench.now)
    assert len(await bench.sayings()) == 1


async def test_a_tap_of_long_ago_is_asked_about_anew_however_often(bench: Bench) -> None:
    (held,) = await bench.say(CONTACT)
    await bench.told()
    bench.pass_(7200)
    with pytest.raises(NotAllowed, match="asked_anew"):
        await say.approve(bench.desk, OPERATOR, held.id, digest([held]), bench.now - 7_000_000)
    assert await asked(bench) == [OPERATOR]
    (held,) = await bench.sayings()
    assert held.doubts[Doubt.STALE] == "116"
    assert len(await say.approve(bench.desk, OPERATOR, held.id, digest([held]), bench.now)) == 1


async def test_a_tap_of_long_ago_sends_nothing_again_by_itself(bench: Bench) -> None:
    old = await refused(bench, "hello")
    bench.pass_(7200)
    again = await say.say_again(bench.desk, OPERATOR, old.id, 7, bench.now - 7_000_000)
    assert (again.state, again.doubts) == (State.HELD, {Doubt.STALE: "116"})


async def test_stale_words_whose_answer_is_late_too_are_asked_about_again(bench: Bench) -> None:
    (held,) = await bench.say("hello", ago=900)
    bench.pass_(7200)
    with pytest.raises(NotAllowed, match="asked_anew"):
        await say.approve(bench.desk, OPERATOR, held.id, digest([held]), bench.now - 7_000_000)
