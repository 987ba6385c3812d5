"""On and off duty. On only with a bell that was heard; off at once, unless nobody would look after open money."""

from bot.domain.duty import BELL_MS, Bell, BellState, OfferState, Watchman
from bot.domain.errors import NotAllowed
from bot.domain.staff import Person, Right
from bot.flows.announce import announce_order
from bot.flows.desk import Desk
from bot.flows.duty_view import end_handover, money_of, on_watch, ring, tell_bell, watchman_of
from bot.flows.journal_line import journal
from storage.store import Tables

ATTENDED = "attended"
"""the key of the moment when somebody last went on or off duty: here the bell is used"""
UNATTENDED = "unattended"
HANDLED = "ads_handled"
"""what was done or offered about ads while nobody looks, each kind under a key of its own"""


async def stand(desk: Desk, user_id: int) -> Watchman:
    """The person's duty now."""
    person = desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await watchman_of(desk, tables, person)


async def ask_bell(desk: Desk, user_id: int) -> Watchman:
    """A test bell in the direct message, in place of one that waits; nothing rings for somebody who is on duty."""
    person = desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        if not person.on_duty:
            await _drop_bell(desk, tables, user_id)
            now = desk.now()
            bell = Bell(desk.new_id(), user_id, now, now + BELL_MS, BellState.WAITING)
            await tables.duty.ring(bell)
            await ring(desk, tables, bell)
        watchman = await watchman_of(desk, tables, person)
    desk.wake_relay.set()
    return watchman


async def hear(desk: Desk, user_id: int, bell_id: str, tapped_at: int) -> Watchman:
    """The bell was heard: on duty from now on. Raises NotAllowed("duty_late"), and then nothing changed.

    An update that is handled twice changes nothing the second time.
    """
    desk.need(user_id, Right.CLAIM)
    is_late = False
    async with desk.store.write() as tables:
        bell = await tables.duty.bell(bell_id)
        if bell is None or bell.person != user_id:
            raise NotAllowed("stale_button")
        if await tables.duty.hear(bell_id, tapped_at, desk.now()):
            await change(desk, tables, user_id, True)
        elif bell.state is not BellState.HEARD or not desk.people[user_id].on_duty:
            is_late = True
            await _miss(desk, tables, bell)
        watchman = await watchman_of(desk, tables, desk.people[user_id])
    desk.wake_relay.set()
    if is_late:
        raise NotAllowed("duty_late")
    return watchman


async def leave(desk: Desk, user_id: int, *, anyway: bool = False) -> Watchman:
    """Off duty, with the claims that were let go; still on duty when the last one is to say *anyway* first."""
    person = desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        await _drop_bell(desk, tables, user_id)
        before = await watchman_of(desk, tables, person)
        if not person.on_duty or (before.is_last and not anyway):
            return before
        await change(desk, tables, user_id, False)
        after = await watchman_of(desk, tables, desk.people[user_id])
    desk.wake_relay.set()
    return Watchman(
        person=after.person,
        others=after.others,
        money=after.money,
        claims=before.claims,
        looked_at=after.looked_at,
        blind_since=after.blind_since,
        is_frozen=after.is_frozen,
    )


async def set_duty(desk: Desk, user_id: int, on: bool) -> Person:
    """The step itself, for whoever needs no bell."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        await change(desk, tables, user_id, on)
    desk.wake_relay.set()
    return desk.people[user_id]


async def change(desk: Desk, tables: Tables, user_id: int, on: bool) -> None:
    """On or off, inside the transaction that decides it; off lets everything go that the person holds."""
    await tables.staff.set_duty(user_id, on, desk.now())
    await tables.desk.put(ATTENDED, str(desk.now()))
    await _drop_bell(desk, tables, user_id)
    if on:
        await tables.staff.set_reachable(user_id, True)
        await tables.desk.delete(f"{HANDLED}:{UNATTENDED}")  # the next absence is another one, however soon
    await journal(desk, tables, user_id, "duty", str(user_id), {"on": str(on)}, "done")
    await desk.read_people(tables)
    if not on:
        await _let_go(desk, tables, user_id)


async def _let_go(desk: Desk, tables: Tables, user_id: int) -> None:
    """An offer that waits is over, claims are free, and the next one is rung for them; the last one's for all."""
    handover = await tables.duty.open_of(user_id)
    if handover is not None:
        state = OfferState.TAKEN_BACK if handover.state is OfferState.WAITING else OfferState.VOID
        await end_handover(desk, tables, handover, state, actor=user_id)
    freed = await tables.duty.claims_of(user_id)
    for order_id in freed:
        await tables.orders.unclaim(order_id)
        for seal in await tables.seals.open_for(order_id):
            if seal.opened_by == user_id:
                await tables.seals.end(seal.id, desk.now())
    pressing = [one.order.id for one in (await money_of(desk, tables)).orders]
    rung = pressing if not await on_watch(desk, tables) else [one for one in pressing if one in freed]
    for order_id in rung:
        await announce_order(desk, tables, order_id, repost=True, ring=True)
    for order_id in freed:
        if order_id not in rung:
            await announce_order(desk, tables, order_id)


async def _drop_bell(desk: Desk, tables: Tables, user_id: int) -> None:
    bell = await tables.duty.waiting_bell(user_id)
    if bell is not None and await tables.duty.end_bell(bell.id, BellState.DROPPED, desk.now()):
        await tell_bell(desk, tables, bell)


async def _miss(desk: Desk, tables: Tables, bell: Bell) -> None:
    if await tables.duty.end_bell(bell.id, BellState.MISSED, desk.now()):
        await journal(desk, tables, bell.person, "duty", str(bell.person), {"on": "True"}, "not_heard")
        await tell_bell(desk, tables, bell)


async def end_late_bells(desk: Desk) -> None:
    """Bells that nobody tapped in time."""
    async with desk.store.read() as tables:
        late = await tables.duty.late_bells(desk.now())
    if not late:
        return
    async with desk.store.write() as tables:
        for bell in await tables.duty.late_bells(desk.now()):
            await _miss(desk, tables, bell)
    desk.wake_relay.set()
