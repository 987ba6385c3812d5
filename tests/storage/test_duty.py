"""Test bells and handovers in the memory: one of a person waits, and each end has one author."""

import pytest

from bot.domain.duty import Bell, BellState, Handover, OfferState
from storage.errors import StoreError
from storage.store import Store, Tables

GIVER, TAKER = 5, 2**62


def bell(bell_id: str = "b1", person: int = GIVER) -> Bell:
    return Bell(bell_id, person, 100, 160, BellState.WAITING)


def handover(handover_id: str = "h1", giver: int = GIVER, state: OfferState = OfferState.DRAFT) -> Handover:
    return Handover(handover_id, giver, TAKER, "张三丰 waits", ("61000001",), state, 100, 700)


async def going(tables: Tables) -> bool:
    return "duty" in await tables.going.kinds()


async def test_a_bell_comes_back_as_it_was_rung_and_one_of_a_person_waits(store: Store) -> None:
    async with store.write() as tables:
        assert not await going(tables)
        await tables.duty.ring(bell())
        assert await tables.duty.bell("b1") == await tables.duty.waiting_bell(GIVER) == bell()
        assert await tables.duty.waiting_bell(TAKER) is None and await going(tables)
    with pytest.raises(StoreError):
        async with store.write() as tables:
            await tables.duty.ring(bell("b2"))
    async with store.write() as tables:
        assert await tables.duty.end_bell("b1", BellState.DROPPED, 120)
        assert not await tables.duty.end_bell("b1", BellState.MISSED, 121)
        await tables.duty.ring(bell("b2"))


async def test_a_bell_is_heard_once_and_only_in_its_time(store: Store) -> None:
    async with store.write() as tables:
        await tables.duty.ring(bell())
        assert not await tables.duty.hear("b1", 161, 161)
        assert await tables.duty.late_bells(160) == []
        assert await tables.duty.late_bells(161) == [bell()]
        await tables.duty.is_sent("b1", 200)
        assert await tables.duty.late_bells(161) == []
        assert await tables.duty.hear("b1", 200, 205)
        assert not await tables.duty.hear("b1", 200, 206)
        await tables.duty.is_sent("b1", 900)
        heard = await tables.duty.bell("b1")
        assert heard is not None and (heard.state, heard.ends_at) == (BellState.HEARD, 200)
        assert not await going(tables)


async def test_a_handover_comes_back_as_it_was_written_and_one_of_a_giver_is_open(store: Store) -> None:
    async with store.write() as tables:
        await tables.duty.offer(handover())
        assert await tables.duty.handover("h1") == await tables.duty.open_of(GIVER) == handover()
        assert not await going(tables), "nothing of a draft ends by time"
    for state in (OfferState.DRAFT, OfferState.WAITING):
        with pytest.raises(StoreError):
            async with store.write() as tables:
                await tables.duty.offer(handover("h2", state=state))
    async with store.write() as tables:
        await tables.duty.offer(handover("h3", giver=TAKER))


async def test_only_a_draft_takes_notes_and_is_sent_once(store: Store) -> None:
    async with store.write() as tables:
        await tables.duty.offer(handover())
        assert await tables.duty.note("h1", "new") and await tables.duty.send("h1", ("a", "b"), 900)
        assert not await tables.duty.note("h1", "late") and not await tables.duty.send("h1", (), 901)
        [waiting] = await tables.duty.waiting_handovers()
        assert (waiting.note, waiting.orders, waiting.ends_at) == ("new", ("a", "b"), 900) and await going(tables)
        ended = await tables.duty.end_handover("h1", OfferState.REFUSED, 800)
        assert ended is not None and (ended.state, ended.ended_at) == (OfferState.REFUSED, 800)
        assert await tables.duty.end_handover("h1", OfferState.ACCEPTED, 801) is None
        assert await tables.duty.open_of(GIVER) is None and not await going(tables)


async def test_what_has_had_its_time_is_forgotten_and_what_waits_is_kept(store: Store) -> None:
    async with store.write() as tables:
        await tables.duty.ring(bell())
        await tables.duty.ring(bell("b2", TAKER))
        await tables.duty.end_bell("b1", BellState.MISSED, 200)
        await tables.duty.offer(handover())
        await tables.duty.end_handover("h1", OfferState.VOID, 300)
        await tables.duty.purge(200, notes_before=300)
        assert await tables.duty.bell("b1") and await tables.duty.handover("h1")
        await tables.duty.purge(201, notes_before=301)
        assert await tables.duty.bell("b1") is None and await tables.duty.handover("h1") is None
        assert await tables.duty.bell("b2")
