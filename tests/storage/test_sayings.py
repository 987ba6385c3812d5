import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat import Author
from bot.domain.errors import TransitionError
from bot.domain.sayings import OPEN, TRANSITIONS, Event, PhoneFile, Saying, SayingKind, State
from storage.errors import StoreError
from storage.sayings import Sayings
from storage.store import Store
from tests.storage.examples import ORDER, SAYING, message, order, saying

ID = ORDER.id


async def put(sayings: Sayings, saying_id: str, **changes: object) -> Saying:
    added = await sayings.add(saying(saying_id, **changes))
    assert added is not None
    return added


def ids(found: list[Saying]) -> list[str]:
    return [one.id for one in found]


async def test_a_saying_comes_back_as_it_was_with_its_own_number(store: Store) -> None:
    exact = Saying(
        "w1", 77, ID, 2**62, SayingKind.FILE, State.MISSING, 'a "b" 张', -100, 2**40, 3, 2, "album",
        PhoneFile("AgAC", "document", "收据.pdf", 20_000_000), "ab" * 32, "image/png", "key/1",
        {"stale": "7", "contact": "@x"}, 1_000, 2_000, 3_000, 4_000, 3, 3_500, "not_seen", {"detail": "x"},
        True, "careful",
    )  # fmt: skip
    async with store.write() as tables:
        assert await tables.sayings.add(exact) == replace(exact, number=1)
        plain = await put(tables.sayings, "w2")
    async with store.read() as tables:
        assert await tables.sayings.get("w1") == replace(exact, number=1)
        assert await tables.sayings.get("w2") == plain
        assert plain.file is None
        assert await tables.sayings.get("w3") is None


async def test_one_part_of_a_message_is_said_once_per_attempt(store: Store) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1", source_message=5)
        assert await tables.sayings.add(saying("w2", source_message=5)) is None
        assert await tables.sayings.get("w2") is None
        for saying_id, changes in (("w3", {"part": 1}), ("w4", {"attempt": 1}), ("w5", {"source_chat": 8})):
            await put(tables.sayings, saying_id, **{"source_message": 5, **changes})
        assert ids(await tables.sayings.of_message(SAYING.source_chat, 5)) == ["w1", "w3", "w4"]


async def test_an_id_that_is_taken_is_a_defect_and_refused(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        async with store.write() as tables:
            await put(tables.sayings, "w1", source_message=1)
            await tables.sayings.add(saying("w1", source_message=2))
    assert caught.value.why == "constraint"


async def test_of_two_that_add_the_same_words_at_once_one_is_written(store: Store) -> None:
    async def add(number: int) -> Saying | None:
        async with store.write() as tables:
            return await tables.sayings.add(saying(f"w{number}", source_message=5))

    added = await asyncio.gather(*(add(number) for number in range(6)))
    assert len([one for one in added if one is not None]) == 1


@pytest.mark.parametrize("event", list(Event))
@pytest.mark.parametrize("state", list(State))
async def test_a_move_follows_the_table_and_nothing_else(store: Store, state: State, event: Event) -> None:
    async with store.write() as tables:
        before = await put(tables.sayings, "w1", state=state)
    if (state, event) not in TRANSITIONS:
        with pytest.raises(TransitionError):
            async with store.write() as tables:
                await tables.sayings.move("w1", frm=state, event=event, at=9)
        async with store.read() as tables:
            assert await tables.sayings.get("w1") == before
        return
    to = TRANSITIONS[state, event]
    async with store.write() as tables:
        moved = await tables.sayings.move("w1", frm=state, event=event, at=9)
        is_end = to not in OPEN and to is not State.HELD
        assert moved == replace(
            before, state=to, sent_at=9 if to is State.SENT else None, settled_at=9 if is_end else None
        )
        if to is not state:
            assert await tables.sayings.move("w1", frm=state, event=event, at=10) is None
        assert await tables.sayings.get("w1") == moved


@pytest.mark.parametrize("really", list(State))
async def test_a_move_from_a_state_that_it_is_not_in_changes_nothing(store: Store, really: State) -> None:
    async with store.write() as tables:
        before = await put(tables.sayings, "w1", state=really)
        for frm, event in TRANSITIONS:
            if frm is not really:
                assert await tables.sayings.move("w1", frm=frm, event=event, at=9, answer="x") is None
        assert await tables.sayings.get("w1") == before
        assert await tables.sayings.move("other", frm=State.PLANNED, event=Event.SENDING, at=9) is None


async def test_of_many_that_send_at_once_exactly_one_may(store: Store, url: str) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1")
    other = await Store.open(url)

    async def send(number: int) -> Saying | None:
        async with (other if number % 2 else store).write() as tables:
            return await tables.sayings.move("w1", frm=State.PLANNED, event=Event.SENDING, at=number)

    moved = [one for one in await asyncio.gather(*(send(number) for number in range(6))) if one is not None]
    await other.close()
    assert len(moved) == 1
    async with store.read() as tables:
        assert await tables.sayings.get("w1") == moved[0]


async def test_a_move_keeps_what_it_is_not_given(store: Store) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1")
        move = tables.sayings.move
        await move("w1", frm=State.PLANNED, event=Event.SENDING, at=5)
        unknown = await move(
            "w1", frm=State.SENT, event=Event.NO_ANSWER, at=6, answer="timeout", answer_facts={"a": "1"},
            is_flagged=True, warning="careful",
        )  # fmt: skip
        assert unknown is not None
        assert (unknown.answer, unknown.answer_facts, unknown.settled_at) == ("timeout", {"a": "1"}, None)
        missing = await move("w1", frm=State.UNKNOWN, event=Event.NOT_SEEN, at=7)
        assert missing == replace(unknown, state=State.MISSING, settled_at=7)
        seen = await move(
            "w1", frm=State.MISSING, event=Event.SEEN, at=8, answer="seen", answer_facts={}, is_flagged=False,
            warning="",
        )  # fmt: skip
        assert seen == replace(
            unknown, state=State.DELIVERED, settled_at=8, answer="seen", answer_facts={}, is_flagged=False, warning=""
        )
        assert seen.sent_at == 5


async def test_what_never_left_was_not_sent(store: Store) -> None:
    async with store.write() as tables:
        planned = await put(tables.sayings, "w1")
        await tables.sayings.move("w1", frm=State.PLANNED, event=Event.SENDING, at=5)
        assert await tables.sayings.move("w1", frm=State.SENT, event=Event.NEVER_LEFT, at=6) == planned
        again = await tables.sayings.move("w1", frm=State.PLANNED, event=Event.SENDING, at=7)
        assert again is not None and again.sent_at == 7


async def test_sent_is_there_after_a_restart(store: Store, url: str) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1")
        await tables.sayings.move("w1", frm=State.PLANNED, event=Event.SENDING, at=5)
    await store.close()
    again = await Store.open(url)
    async with again.read() as tables:
        assert ids(await tables.sayings.in_state(State.SENT)) == ["w1"]
    await again.close()


async def test_what_is_open_stands_in_the_order_in_which_it_was_said(store: Store) -> None:
    async with store.write() as tables:
        for number, state in enumerate(State):
            await put(tables.sayings, f"w{number}", state=state)
            await put(tables.sayings, f"v{100 + number}", state=state, order_id="2")
        await put(tables.sayings, "w50", state=State.DELIVERED, order_id="3")
        opened = await tables.sayings.open_for(ID)
        assert [one.state for one in opened] == [State.PLANNED, State.SENT, State.UNKNOWN]
        assert await tables.sayings.orders_open() == {ID, "2"}
        assert len(await tables.sayings.of_order(ID)) == len(State)
        assert [one.order_id for one in await tables.sayings.in_state(State.HELD)] == [ID, "2"]


async def test_what_waits_for_a_person_in_the_chat_of_an_order(store: Store) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1", state=State.HELD)
        await put(tables.sayings, "w2", state=State.HELD, person_id=7)
        await put(tables.sayings, "w3", state=State.DROPPED)
        await put(tables.sayings, "w4", state=State.HELD, order_id="2")
        await put(tables.sayings, "w5", state=State.HELD)
        assert ids(await tables.sayings.held_for(1001, ID)) == ["w1", "w5"]
        assert ids(await tables.sayings.held_for(1001, "2")) == ["w4"]


async def test_an_album_is_in_the_order_of_the_phone_and_waits_together(store: Store) -> None:
    async with store.write() as tables:
        sayings = tables.sayings
        await put(sayings, "w1", album="a", source_message=19)
        await put(sayings, "w2", album="a", source_message=8, part=1)
        await put(sayings, "w3", album="a", source_message=8)
        await put(sayings, "w4", album="a", source_message=7, state=State.SENT)
        await put(sayings, "w5", album="a", source_message=6, order_id="2")
        await put(sayings, "w60")
        assert ids(await sayings.of_album(ID, "a")) == ["w4", "w3", "w2", "w1"]
        assert await sayings.of_album(ID, "") == []
        assert await sayings.order_of_album(SAYING.source_chat, "a") == ID
        assert await sayings.order_of_album(8, "a") is None
        assert await sayings.order_of_album(SAYING.source_chat, "") is None
        await sayings.postpone_album(ID, "a", 5_000)
        await sayings.postpone_album(ID, "", 6_000)
        waits = {one.id: one.not_before for one in [*await sayings.of_order(ID), *await sayings.of_order("2")]}
        assert waits == {"w1": 5_000, "w2": 5_000, "w3": 5_000, "w4": 0, "w5": 0, "w60": 0}


async def test_what_may_stand_in_the_chat_without_a_message_that_shows_it(store: Store) -> None:
    async with store.write() as tables:
        for number, state in enumerate(State):
            await put(tables.sayings, f"w{number}", state=state)
        await put(tables.sayings, "w50", state=State.DELIVERED, order_id="2")
        found = await tables.sayings.unexplained(ID)
        assert [one.state for one in found] == [State.SENT, State.UNKNOWN, State.DELIVERED, State.MISSING]
        (heard,) = await tables.chats.add(ID, [(message(), Author.US)], 1)
        await tables.chats.explain(heard.number, found[1].id)
        assert ids(await tables.sayings.unexplained(ID)) == [found[0].id, found[2].id, found[3].id]


async def test_what_is_learned_of_a_saying_is_kept(store: Store) -> None:
    async with store.write() as tables:
        sayings = tables.sayings
        before = await put(sayings, "w1")
        other = await put(sayings, "w2")
        await sayings.doubt("w1", {"long": "3"})
        await sayings.postpone("w1", 5_000)
        await sayings.set_content("w1", "ab" * 32, "image/png")
        await sayings.set_file_key("w1", "key")
        await sayings.renew("w1", 4_000)
        assert await sayings.get("w1") == replace(
            before, doubts={"long": "3"}, not_before=5_000, content="ab" * 32, content_type="image/png",
            file_key="key", said_at=4_000,
        )  # fmt: skip
        assert await sayings.get("w2") == other


async def test_looks_are_counted_from_the_first_one(store: Store) -> None:
    async with store.write() as tables:
        await put(tables.sayings, "w1")
        first = await tables.sayings.count_look("w1", 5)
        second = await tables.sayings.count_look("w1", 9)
        assert [(one.looks, one.first_look_at) for one in (first, second)] == [(1, 5), (2, 5)]
    with pytest.raises(StoreError) as caught:
        async with store.write() as tables:
            await tables.sayings.count_look("w2", 5)
    assert caught.value.why == "missing"


async def test_purging_waits_for_the_orders_end_and_never_takes_what_is_open(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(order("ended", status="FINISHED"), 1_000)
        await tables.orders.put(order("later", status="FINISHED"), 2_000)
        await tables.orders.put(order("open"), 1_000)
        number = 0
        for order_id in ("ended", "later", "open", "unknown"):
            for state in State:
                number += 1
                settled_at = None if state in OPEN or state is State.HELD else 1_500
                await put(tables.sayings, f"w{number}", order_id=order_id, state=state, settled_at=settled_at)
        await put(tables.sayings, "w90", order_id="ended", state=State.REFUSED, settled_at=2_000)
        assert await tables.sayings.purge(2_000) == 2 * (len(State) - len(OPEN))
        assert {one.state for one in await tables.sayings.of_order("unknown")} == OPEN
        assert ids(await tables.sayings.of_order("ended"))[-1] == "w90"
        for order_id in ("later", "open"):
            assert len(await tables.sayings.of_order(order_id)) == len(State)
