"""Armed actions of a shop with nobody else: carried out when it is time, after a fresh look, or told why not."""

from decimal import Decimal

from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import Intent
from bot.domain.two_people import Approval, Why, check_cap
from bot.flows.absorb import absorb
from bot.flows.approve import check_rules
from bot.flows.assemble import stored_order
from bot.flows.desk import Desk, log
from bot.flows.duress import GIVES_AWAY, hidden_from
from bot.flows.outcome import cry
from bot.flows.request import perform, write_down
from bot.flows.standing import end, fallen
from bot.flows.working_day import day_start
from storage.store import StoreError, Tables

LOOK_AGAIN_SECONDS = 3
CRY_AGAIN_SECONDS = 300


async def round_(desk: Desk) -> None:
    """One round over what is armed; nothing is asked or written while nothing is due."""
    now = desk.now()
    async with desk.store.read() as tables:
        armed = [one for one in await tables.approvals.all_open() if one.due_at is not None]
        is_heard_out = not armed or not await tables.inbox.unhandled()
    desk.hearing.want(bool(armed))
    for approval in armed:
        try:
            if now >= approval.ends_at or now < approval.at:
                await _too_late(desk, approval)
            elif _is_due(desk, approval, now) and is_heard_out:
                await _carry_out(desk, approval)
        except StoreError as broken:  # nobody tapped, so nobody would be told
            log.exception("armed %s of %s", approval.action, approval.order_id)
            _look_later(desk, approval)
            if desk.cried_at is None or desk.now() - desk.cried_at >= CRY_AGAIN_SECONDS * 1000:
                cry(desk, str(broken))
        except Exception:  # what is odd about one must neither hold up the others nor be tried in a circle
            log.exception("armed %s of %s", approval.action, approval.order_id)
            _look_later(desk, approval)


def _is_due(desk: Desk, approval: Approval, now: int) -> bool:
    """Whoever pressed *Stop* in time must have been heard: Telegram may have been away, or this desk."""
    due = approval.due_at or 0
    is_time = due <= now and not desk.starting.is_waiting and desk.look_not_before.get(approval.id, 0) <= now
    return is_time and desk.hearing.covers(due)


async def _too_late(desk: Desk, approval: Approval) -> None:
    """The desk was down, or the venue or Telegram away, for longer than a yes may wait; or the clock was set back."""
    async with desk.store.write() as tables:
        await end(desk, tables, approval, Why.TOO_LATE)
    desk.wake_relay.set()


async def _carry_out(desk: Desk, approval: Approval) -> None:
    """A look, every check again, then the intent, for exactly one round; what forbids it ends the approval, told."""
    asked_at = desk.now()
    try:
        order = await desk.venue.order(order_id=approval.order_id)
    except (VenueError, NotAllowed) as error:
        log.warning("armed %s of %s waits for a look: %s", approval.action, approval.order_id, error)
        _look_later(desk, approval)
        return
    desk.look_not_before.pop(approval.id, None)
    async with desk.store.write() as tables:
        await absorb(desk, tables, order, asked_at=asked_at)
        intent = await _decided(desk, tables, approval)
    if intent is not None:
        desk.spawn(perform(desk, intent), f"{intent.action} {intent.target}")
    desk.wake_relay.set()


def _look_later(desk: Desk, approval: Approval) -> None:
    desk.look_not_before[approval.id] = desk.now() + LOOK_AGAIN_SECONDS * 1000


async def _decided(desk: Desk, tables: Tables, approval: Approval) -> Intent | None:
    """None when nothing is sent now. A desk that is frozen quietly looks as if Gate were away, until it is too late."""
    try:
        return await _decide(desk, tables, approval)
    except NotAllowed as no:
        if no.reason in GIVES_AWAY and await hidden_from(tables):
            _look_later(desk, approval)
        else:
            await end(desk, tables, approval, Why.NOT_NOW, because=no.reason)
    return None


async def _decide(desk: Desk, tables: Tables, approval: Approval) -> Intent | None:
    """The intent, written as sent; None when it has ended or must wait. Raises NotAllowed for what forbids it now."""
    fresh = await tables.approvals.get(approval.id)
    if fresh is None or fresh.ended_at is not None:
        return None
    if await tables.inbox.unhandled():  # a look takes seconds: what came in meanwhile may be the stop
        _look_later(desk, approval)
        return None
    stored = await stored_order(tables, approval.order_id)
    if found := await fallen(desk, tables, approval, stored):
        await end(desk, tables, approval, found[0], because=found[1])
        return None
    first, order = desk.person(approval.first), stored.order
    await check_rules(desk, tables, first, order, stored, approval.action, approval.choice)
    check_cap(desk.policy, approval.amount, await _used_beside(desk, tables, approval))
    seal = await tables.seals.get(approval.seal_id)
    if seal is None:
        raise NotAllowed("seal_expired", {"order": order.id})
    intent = await write_down(desk, tables, first, seal, order)
    await end(desk, tables, approval, Why.USED, intent_id=intent.id)
    return intent


async def _used_beside(desk: Desk, tables: Tables, approval: Approval) -> Decimal:
    """What of today's cap is used without this one."""
    today = day_start(desk)
    used = await tables.approvals.armed_since(today, approval.asset)
    return used - approval.amount if approval.at >= today else used
