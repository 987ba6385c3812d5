"""Settle what has no outcome: after a restart every `sent` intent is unknown, and it is looked at until it ends."""

from bot.domain.intents import ORDER_ACTIONS, Action, Event, Intent, State
from bot.domain.seals import Seal
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows import convert_view, off_ramp_view
from bot.flows.absorb import look, lost_answer, record_outcome
from bot.flows.announce import announce, announce_order, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk, StoreError, log
from storage.store import Tables

LOOK_AFTER_SECONDS = (1, 5, 20, 62)
LOOK_EVERY_SECONDS = 60
LONGEST_WAIT_SECONDS = 90


async def adopt(desk: Desk) -> int:
    """At start: requests that were on their way when the process died may or may not have arrived."""
    async with desk.store.write() as tables:
        open_ones = [intent for intent in await tables.intents.all_open() if intent.action in ORDER_ACTIONS]
        orphans = [intent for intent in open_ones if intent.state is not State.UNKNOWN]
        for intent in orphans:
            if intent.state is State.SENT:
                await lost_answer(desk, tables, intent, "restarted")
                continue
            moved = await tables.intents.move(
                intent.id, frm=State.PLANNED, event=Event.ABANDONED, at=desk.now(), answer="restarted"
            )
            if moved is not None:
                await record_outcome(desk, tables, moved)
    return len(orphans)


async def hold_until_seen(desk: Desk) -> None:
    """At start, after `adopt`: nothing is sent to Gate before all that was open has been looked at since."""
    if desk.gate is None:
        return
    async with desk.store.read() as tables:
        orders = await tables.orders.row_signatures()
        open_ones = await tables.intents.all_open()
    undecided = {intent.target for intent in open_ones if intent.action in ORDER_ACTIONS}
    desk.starting.arm(orders.keys(), undecided)


def next_look_at(intent: Intent) -> int:
    """When the next look at an unknown intent is due (ms), counted from when it was sent."""
    sent = intent.sent_at or intent.planned_at
    if intent.looks < len(LOOK_AFTER_SECONDS):
        return sent + LOOK_AFTER_SECONDS[intent.looks] * 1000
    return (intent.last_look_at or sent) + LOOK_EVERY_SECONDS * 1000


async def look_at_unknown(desk: Desk) -> None:
    """One round: look at every unknown intent that is due; a failed look counts for nothing."""
    async with desk.store.read() as tables:
        open_ones = [intent for intent in await tables.intents.all_open() if intent.action in ORDER_ACTIONS]
    for intent in open_ones:
        if intent.state is not State.UNKNOWN:
            continue
        if _is_look_due(desk, intent):
            try:
                await look(desk, intent.target)
            except StoreError:
                raise
            except Exception as error:  # what is odd about one order must not keep the others unknown
                log.warning("look at %s failed: %r", intent.target, error)
                desk.look_not_before[intent.id] = desk.now() + 2000
        await _say_when_long(desk, intent)


def _is_look_due(desk: Desk, intent: Intent) -> bool:
    """A moment further away than any wait is one from before the clock was set back."""
    moments = (next_look_at(intent), desk.look_not_before.get(intent.id, 0))
    return all(not 0 < moment - desk.now() <= LONGEST_WAIT_SECONDS * 1000 for moment in moments)


async def _say_when_long(desk: Desk, intent: Intent) -> None:
    """Owners hear once of an outcome that stays unknown for long; of one from before a clock was set back at once."""
    age = desk.now() - (intent.sent_at or intent.planned_at)
    if 0 <= age < desk.policy.unknown_long_seconds * 1000:
        return
    async with desk.store.write() as tables:
        told = f"unknown_told:{intent.id}"
        if await tables.desk.get(told) is not None:
            return
        await tables.desk.put(told, str(desk.now()))
        facts = {"order": intent.target, "action": intent.action.value, "who": name_of(desk, intent.actor)}
        await announce(desk, tables, Notice("unknown_long", facts), with_role(desk, Role.OWNER), group=True)
    desk.wake_relay.set()


async def end_old_steps(desk: Desk) -> None:
    """Confirms whose life is over go back to a card, so that nobody stares at a dead button."""
    now = desk.now()
    async with desk.store.read() as tables:
        ended = await tables.seals.expired(now)
    if not ended:
        return
    async with desk.store.write() as tables:
        for seal in ended:
            await tables.seals.end(seal.id, now)
            await show_without(desk, tables, seal)
    desk.wake_relay.set()


async def show_without(desk: Desk, tables: Tables, seal: Seal) -> None:
    """The card behind the step, wherever it stands."""
    if seal.action is Action.CONVERT:
        conversion = await tables.conversions.get(seal.target)
        if conversion is not None:
            await convert_view.tell(desk, tables, conversion)
    elif seal.action is Action.OFF_RAMP:
        off_ramp = await tables.off_ramps.get(seal.target)
        if off_ramp is not None:
            await off_ramp_view.tell(desk, tables, off_ramp)
    elif seal.action in ORDER_ACTIONS:
        await announce_order(desk, tables, seal.target)


async def look_now(desk: Desk, user_id: int, order_id: str) -> None:
    """A person asks for a look. Raises VenueError when the venue cannot be read."""
    desk.need(user_id, Right.READ)
    await look(desk, order_id)
