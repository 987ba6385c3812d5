"""*Not there yet*, and not now: the order is asked about again in three minutes, never past the venue's patience."""

from bot.domain.errors import NotAllowed
from bot.domain.orders import Phase
from bot.domain.situations import Situation
from bot.domain.staff import Person, Right
from bot.flows.announce import URGENT, announce_order
from bot.flows.assemble import situation_of, stored_order
from bot.flows.bank import unreleased_sale
from bot.flows.desk import Desk
from bot.flows.forced import forced_mark
from storage.orders import StoredOrder
from storage.snoozes import Snooze
from storage.store import Tables

SNOOZE_SECONDS = 180


async def snooze(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Quiet for three minutes, then the card rings again for this person.

    Raises NotAllowed: `snooze_past_limit` (until: ms) when the venue may act before that.
    """
    desk.need(user_id, Right.CLAIM)
    until = desk.now() + SNOOZE_SECONDS * 1000
    async with desk.store.write() as tables:
        stored = await unreleased_sale(tables, order_id)
        if stored.order.phase is not Phase.PAID:
            raise NotAllowed("not_paid", {"order": order_id})
        limit = forced_mark(desk, stored.order, await tables.alerts.paid_since(order_id) or desk.now())
        if until > limit.at:
            raise NotAllowed("snooze_past_limit", {"order": order_id, "until": str(limit.shown * 1000)})
        await tables.snoozes.put(Snooze(order_id, user_id, until))
        await tables.orders.claim(order_id, user_id, desk.now())
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="snooze", target=order_id, facts={"until": str(until)}, outcome="done"
        )
        await announce_order(desk, tables, order_id)
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    desk.wake_relay.set()
    return situation


async def ring_due(desk: Desk) -> None:
    """Once a second while anything is snoozed: what has slept enough rings again."""
    async with desk.store.read() as tables:
        if not await _due(desk, tables):
            return
    async with desk.store.write() as tables:
        for one in await _due(desk, tables):
            await tables.snoozes.end(one.order_id)
            await tables.alerts.woke(one.order_id, desk.now())
            stored = await tables.orders.get(one.order_id)
            if stored is not None and await _still_waits(tables, stored):
                await _ring(desk, tables, one)
    desk.wake_relay.set()


async def _due(desk: Desk, tables: Tables) -> list[Snooze]:
    """One that is further away than any can be began before the clock was set back."""
    return await tables.snoozes.due(desk.now(), desk.now() + SNOOZE_SECONDS * 1000)


async def _still_waits(tables: Tables, stored: StoredOrder) -> bool:
    is_paid = stored.order.phase is Phase.PAID and stored.lock is None
    return is_paid and await tables.intents.open_for(stored.order.id) is None


async def _ring(desk: Desk, tables: Tables, one: Snooze) -> None:
    """For who wanted it; for everybody on duty when that person cannot hear it or act on it any more."""
    person = desk.people.get(one.person_id)
    is_there = person is not None and _can_act(person) and person.id not in await tables.staff.unreachable()
    await announce_order(desk, tables, one.order_id, repost=not is_there, ring=not is_there)
    if is_there:
        await tables.outbox.put_card(
            chat_id=one.person_id, person_id=one.person_id, order_id=one.order_id, repost=True, ring=True,
            priority=URGENT, at=desk.now(),
        )  # fmt: skip


def _can_act(person: Person) -> bool:
    return person.may(Right.CLAIM) and not person.is_frozen
