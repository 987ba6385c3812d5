"""First approvals in the database: one open per order, ended once, counted exactly, forgotten in time."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.intents import Action, Event, State
from bot.domain.seals import Choice
from bot.domain.two_people import Approval
from storage.store import Store
from tests.storage.examples import intent, order

HOUR = 3_600_000
ONE = Approval(
    "a1", "61000001", Action.RELEASE, 7, "s1", Decimal("1000.00"), "USDT", HOUR, 2 * HOUR, None, Choice(method="bank"),
    {"order": "61000001", "name": "张三丰"},
)  # fmt: skip


async def test_what_is_kept_comes_back_as_it_was(store: Store) -> None:
    armed = replace(ONE, id="a2", order_id="61000002", due_at=HOUR + 5, choice=Choice(first=9, requester=8))
    async with store.write() as tables:
        assert await tables.approvals.add(ONE)
        assert await tables.approvals.add(armed)
    async with store.read() as tables:
        assert await tables.approvals.get("a1") == ONE
        assert await tables.approvals.open_for("61000002") == armed
        assert await tables.approvals.all_open() == [ONE, armed]
        assert await tables.approvals.get("never") is None
        assert await tables.approvals.open_for("never") is None
        assert await tables.approvals.latest_for("never") is None


async def test_an_order_has_one_open_approval_and_ends_it_for_one_caller(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.approvals.add(ONE)
        assert not await tables.approvals.add(replace(ONE, id="a2"))
        assert await tables.approvals.end("a1", HOUR + 1, why="refused", by=3, because="other")
        assert not await tables.approvals.end("a1", HOUR + 2, why="used", by=4, intent_id="i1")
        assert not await tables.approvals.end("never", HOUR + 2, why="used")
        ended = await tables.approvals.get("a1")
        assert ended == replace(ONE, ended_at=HOUR + 1, ended_by=3, why="refused", because="other")
        assert await tables.approvals.open_for("61000001") is None
        assert await tables.approvals.add(replace(ONE, id="a2", at=HOUR + 3))
        newest = await tables.approvals.latest_for("61000001")
        assert newest is not None
        assert newest.id == "a2"


async def test_what_was_completed_counts_for_the_first_as_well(store: Store) -> None:
    async with store.write() as tables:
        await tables.approvals.add(ONE)
        sent = replace(intent("i1"), action=Action.RELEASE, actor=9, planned_at=HOUR, amount=Decimal("1000.00"))
        await tables.intents.plan(sent)
        assert await tables.intents.used_since(7, Action.RELEASE, 0) == 0
        await tables.approvals.end("a1", HOUR + 1, why="used", by=9, intent_id="i1")
        for person in (7, 9):
            assert await tables.intents.used_since(person, Action.RELEASE, 0) == Decimal("1000.00")
            assert await tables.intents.used_since(person, Action.RELEASE, HOUR + 1) == 0
            assert await tables.intents.used_since(person, Action.MARK_PAID, 0) == 0
        assert await tables.intents.used_since(8, Action.RELEASE, 0) == 0


async def test_the_cap_counts_what_is_armed_or_may_have_gone_out(store: Store) -> None:
    armed = replace(ONE, due_at=HOUR + 5)
    async with store.write() as tables:
        await tables.approvals.add(ONE)  # of two people: no part of the cap
        await tables.approvals.add(replace(armed, id="a2", order_id="2", amount=Decimal("0.10")))
        await tables.approvals.add(replace(armed, id="a3", order_id="3", amount=Decimal("0.20")))
        await tables.approvals.add(replace(armed, id="a4", order_id="4", asset="BTC"))
        assert await tables.approvals.armed_since(HOUR, "USDT") == Decimal("0.30")
        assert await tables.approvals.armed_since(HOUR + 1, "USDT") == 0
        await tables.approvals.end("a2", HOUR + 6, why="stopped")
        assert await tables.approvals.armed_since(HOUR, "USDT") == Decimal("0.20")
        await tables.intents.plan(replace(intent("i3"), target="3", state=State.SENT))
        await tables.approvals.end("a3", HOUR + 6, why="used", intent_id="i3")
        assert await tables.approvals.armed_since(HOUR, "USDT") == Decimal("0.20")
        await tables.intents.move("i3", frm=State.SENT, event=Event.REFUSED, at=HOUR + 7)
        assert await tables.approvals.armed_since(HOUR, "USDT") == 0


async def test_who_asked_is_kept_per_action_until_somebody_else_did_it(store: Store) -> None:
    async with store.write() as tables:
        for person in (7, 7, 8):
            await tables.approvals.ask("1", Action.RELEASE, person, HOUR)
        assert await tables.approvals.has_asked("1", Action.RELEASE, 7)
        assert not await tables.approvals.has_asked("1", Action.CANCEL, 7)
        assert not await tables.approvals.has_asked("2", Action.RELEASE, 7)
        await tables.approvals.answer("1", 8, HOUR + 1)
        assert await tables.approvals.has_asked("1", Action.RELEASE, 7), "it was asked before, for something else"
        await tables.approvals.answer("1", 8, HOUR)
        assert not await tables.approvals.has_asked("1", Action.RELEASE, 7)
        assert await tables.approvals.has_asked("1", Action.RELEASE, 8)


async def test_ended_ones_are_forgotten_in_time_and_open_ones_never(store: Store) -> None:
    async with store.write() as tables:
        await tables.approvals.add(ONE)
        await tables.approvals.add(replace(ONE, id="a2", order_id="2"))
        await tables.approvals.end("a2", HOUR + 1, why="expired")
        await tables.approvals.ask("1", Action.RELEASE, 7, HOUR)
        await tables.approvals.purge(2 * HOUR, asked_before=HOUR)
        assert await tables.approvals.get("a2") is not None
        await tables.approvals.purge(2 * HOUR + 1, asked_before=HOUR + 1)
        assert await tables.approvals.get("a2") is None
        assert await tables.approvals.get("a1") is not None
        assert not await tables.approvals.has_asked("1", Action.RELEASE, 7)


async def test_a_yes_is_a_tap_and_what_is_armed_is_under_way(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(order("61000001", status="paid"), HOUR)
        await tables.alerts.note_paid("61000001", HOUR)
        assert [(one.tapped_at, one.is_acting) for one in await tables.alerts.paid()] == [(None, False)]
        await tables.approvals.add(replace(ONE, at=2 * HOUR))
        assert [(one.tapped_at, one.is_acting) for one in await tables.alerts.paid()] == [(2 * HOUR, False)]
        await tables.approvals.end("a1", 2 * HOUR + 1, why="taken_back")
        await tables.approvals.add(replace(ONE, id="a2", at=3 * HOUR, due_at=4 * HOUR))
        assert [(one.tapped_at, one.is_acting) for one in await tables.alerts.paid()] == [(3 * HOUR, True)]
        await tables.approvals.end("a2", 3 * HOUR + 1, why="stopped")
        assert [(one.tapped_at, one.is_acting) for one in await tables.alerts.paid()] == [(3 * HOUR, False)]
