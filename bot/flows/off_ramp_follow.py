"""Off-ramps go on by themselves: orders are followed by looking, and callbacks only say where to look."""

from bot.domain.errors import Refused, Unknown
from bot.domain.intents import Action, Event, Intent, State, proves_untouched
from bot.domain.off_ramps import OffRamp, OffRampOrder, OffRampStanding
from bot.domain.staff import Right
from bot.flows import following
from bot.flows.desk import Desk, log
from bot.flows.following import Kind
from bot.flows.off_ramp import apply, record
from bot.flows.off_ramp_quote import end_quote
from bot.flows.off_ramp_view import facts_for, standing_of, stored_off_ramp, tell
from bot.flows.reconcile import next_look_at
from storage.store import Tables

LOOK_AFTER_SECONDS = (10, 30, 60, 180, 300, 600, 1800)
NOT_FOUND, NOT_TAKEN = "550175", "400001"
"""no such order; a value that is not taken, as our number by a contract that asks for the venue's"""


async def adopt(desk: Desk) -> int:
    return await following.adopt(desk, OFF_RAMPS)


async def round_(desk: Desk) -> None:
    await following.round_(desk, OFF_RAMPS)


async def look_now(desk: Desk, user_id: int, off_ramp_id: str) -> OffRampStanding:
    """A person asks for a look. Raises VenueError when the venue cannot be read."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        off_ramp, intent = await stored_off_ramp(tables, off_ramp_id), await tables.intents.get(off_ramp_id)
    if intent is not None:
        await _look(desk, intent, off_ramp)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_off_ramp(tables, off_ramp_id))


async def hinted(desk: Desk, *, order_id: str, client_order_id: str) -> bool:
    """A callback named an order: look at it. False when it is none of ours. Raises VenueError when that fails."""
    async with desk.store.read() as tables:
        off_ramp = await tables.off_ramps.by_venue(client_order_id=client_order_id, order_id=order_id)
        intent = await tables.intents.get(off_ramp.id) if off_ramp is not None else None
    if off_ramp is None or intent is None:
        return False
    order = await found_order(desk, off_ramp, order_id or off_ramp.order_id)
    if order is None:
        raise Refused("gate_pay", "order_detail", code=NOT_FOUND, detail="no such order yet", status=200)
    async with desk.store.write() as tables:
        await apply(desk, tables, off_ramp.id, order)
    desk.wake_relay.set()
    return True


def _due_at(intent: Intent, off_ramp: OffRamp) -> int | None:
    if intent.state is State.UNKNOWN:
        return next_look_at(intent)
    if intent.state is not State.TAKEN:
        return None
    wait = LOOK_AFTER_SECONDS[min(max(off_ramp.looks - 1, 0), len(LOOK_AFTER_SECONDS) - 1)]
    return (off_ramp.looked_at or intent.sent_at or intent.planned_at) + wait * 1000


async def _look(desk: Desk, intent: Intent, off_ramp: OffRamp) -> None:
    order = await found_order(desk, off_ramp, off_ramp.order_id)
    async with desk.store.write() as tables:
        if order is not None:
            await apply(desk, tables, off_ramp.id, order)
        elif intent.state is State.UNKNOWN:
            await _count_look(desk, tables, intent)
        else:
            await tables.off_ramps.looked(off_ramp.id, desk.now())
    desk.wake_relay.set()


async def found_order(desk: Desk, off_ramp: OffRamp, order_id: str) -> OffRampOrder | None:
    """The venue's record: by its number, else by ours in the list, else by ours alone. None: it knows none."""
    otc, number = desk.exchange.off_ramp, off_ramp.client_order_id
    order = None
    try:
        if order_id:
            order = await otc.order(order_id=order_id)
        else:
            order = await _by_our_number(desk, number)
    except Refused as no:
        if no.code != NOT_FOUND:
            raise
    if order is not None and order.client_order_id and order.client_order_id != number:
        log.warning("asked for off-ramp %s, told of another one", number)
        return None
    return order


async def _by_our_number(desk: Desk, number: str) -> OffRampOrder | None:
    """In the list, else in the detail. A list that leaves it open proves no absence, but the detail may prove it there.

    Raises VenueError.
    """
    otc = desk.exchange.off_ramp
    try:
        found = await otc.find(client_order_id=number)
    except Unknown as unclear:
        try:
            return await otc.order(client_order_id=number)
        except Refused:
            raise unclear from None
    return found if found is not None else await _in_the_detail(desk, number)


async def _in_the_detail(desk: Desk, number: str) -> OffRampOrder | None:
    """The whole list had none. A newer contract asks for its own number here and refuses ours: no more is to be had.

    Any other refusal says nothing of the order. Raises VenueError.
    """
    try:
        return await desk.exchange.off_ramp.order(client_order_id=number)
    except Refused as no:
        if no.is_throttled or no.code not in (NOT_FOUND, NOT_TAKEN):
            raise
        return None


async def _count_look(desk: Desk, tables: Tables, intent: Intent) -> None:
    """The venue knows no order of that number: three times over more than a minute, and nothing happened."""
    now = desk.now()
    counted = await tables.intents.count_look(intent.id, now)
    if counted.state is State.UNKNOWN and proves_untouched(counted.looks, counted.first_look_at, now):
        moved = await tables.intents.move(
            intent.id, frm=State.UNKNOWN, event=Event.FOUND_UNTOUCHED, at=now, answer="no such order"
        )
        if moved is not None:
            await record(desk, tables, moved)
            return
    await tell(desk, tables, await stored_off_ramp(tables, intent.id))


async def _over(tables: Tables, now: int) -> list[OffRamp]:
    return await tables.off_ramps.over(now)


OFF_RAMPS = Kind(
    action=Action.OFF_RAMP,
    is_on=lambda desk: desk.exchange.otc is not None,
    stored=stored_off_ramp,
    over=_over,
    end_quote=end_quote,
    record=record,
    due_at=_due_at,
    look=_look,
    facts=facts_for,
    long_notice="otc_unknown_long",
    stuck_notice="otc_stuck",
)
