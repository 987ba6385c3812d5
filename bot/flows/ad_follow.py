"""Changes of ads go on by themselves: diffs end, what has no outcome is looked at until it has one, and not resent."""

from bot.domain.ad_changes import AdChange
from bot.domain.ad_edits import has, untouched
from bot.domain.errors import DeskError
from bot.domain.intents import Action, Event, Intent, State, proves_untouched
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows import following
from bot.flows.ad_change import end_diff
from bot.flows.ad_look import ad_now, found_of, keep_look
from bot.flows.ad_view import facts_for, record, stored_change
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, log
from bot.flows.following import Kind
from bot.flows.reconcile import next_look_at
from storage.store import Tables

RECHECK_MS = 10_000
UNSEEN = "ad_unseen"
LOOKS_BEFORE_TOLD = 3


async def adopt(desk: Desk) -> int:
    """At start: requests that were on their way may or may not have arrived."""
    return await following.adopt(desk, CHANGES)


async def round_(desk: Desk) -> None:
    await following.round_(desk, CHANGES)
    await _look_at_unchecked(desk)


async def _look_at_unchecked(desk: Desk) -> None:
    """Accepted, but the look afterwards failed, or the desk died before it."""
    async with desk.store.read() as tables:
        unchecked = await tables.ad_changes.unchecked()
        intents = {change.id: await tables.intents.get(change.id) for change in unchecked}
    for change in unchecked:
        intent = intents[change.id]
        due_at = max((intent.settled_at or 0) if intent else 0, 0) + RECHECK_MS
        if desk.now() < max(due_at, desk.exchange.look_not_before.get(change.id, 0)):
            continue
        desk.exchange.look_not_before[change.id] = desk.now() + RECHECK_MS
        try:
            now = await ad_now(desk, change)
        except DeskError as away:
            log.warning("%s is not looked at again: %s", change.target, away)
            if intent is not None and desk.blind_since is None:  # blindness itself is told by others
                await _count_failed(desk, change, intent)
            continue
        async with desk.store.write() as tables:
            await keep_look(desk, tables, change, now)
            await tables.desk.delete(f"{UNSEEN}:{change.id}")
        desk.wake_relay.set()


async def _count_failed(desk: Desk, change: AdChange, intent: Intent) -> None:
    """Leads hear once of an accepted change that no look has shown; a rule of that ad waits until one does."""
    key = f"{UNSEEN}:{change.id}"
    async with desk.store.write() as tables:
        failed = int(await tables.desk.get(key) or 0) + 1
        if failed > LOOKS_BEFORE_TOLD:
            return
        await tables.desk.put(key, str(failed))
        if failed == LOOKS_BEFORE_TOLD:
            notice = Notice("ad_unseen", facts_for(desk, change, intent))
            await announce(desk, tables, notice, with_role(desk, Role.LEAD), group=True)
            desk.wake_relay.set()


async def look_now(desk: Desk, user_id: int, change_id: str) -> None:
    """A person asks for a look. Raises VenueError when the venue cannot be read."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        change = await stored_change(tables, change_id)
        intent = await tables.intents.get(change_id)
    if intent is not None and intent.state is State.UNKNOWN:
        await _look(desk, intent, change)


async def _look(desk: Desk, intent: Intent, change: AdChange) -> None:
    """One look at an ad whose change has no outcome. Equal looks over more than a minute prove that nothing came."""
    now = await ad_now(desk, change)
    async with desk.store.write() as tables:
        fresh = await tables.intents.get(intent.id)
        if fresh is None or fresh.state is not State.UNKNOWN:
            return
        if has(now, change.wanted, change.ad):
            await _settle(desk, tables, fresh, change, Event.FOUND_DONE, "look: as wanted")
            await keep_look(desk, tables, change, now)
            return
        found = found_of(change, now)
        known = await stored_change(tables, change.id)
        if known.found != found:
            await tables.intents.restart_looks(fresh.id)
        await tables.ad_changes.keep_found(change.id, found)
        counted = await tables.intents.count_look(fresh.id, desk.now())
        if proves_untouched(counted.looks, counted.first_look_at, desk.now()):
            is_untouched = untouched(change.ad, now, change.wanted)
            event = Event.FOUND_UNTOUCHED if is_untouched else Event.FOUND_OTHERWISE
            words = "look: untouched" if is_untouched else "look: another value"
            await _settle(desk, tables, fresh, change, event, words)
    desk.wake_relay.set()


async def _settle(desk: Desk, tables: Tables, intent: Intent, change: AdChange, event: Event, answer: str) -> None:
    moved = await tables.intents.move(intent.id, frm=intent.state, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)


async def seen(desk: Desk, change: AdChange) -> bool:
    """Somebody opened an ad whose last change had no effect: True when it is there after all, and now called done."""
    async with desk.store.read() as tables:
        intent = await tables.intents.get(change.id)
    if intent is None or intent.state not in (State.VOID, State.REFUSED) or not intent.looks:
        return False
    now = await ad_now(desk, change)
    if not has(now, change.wanted, change.ad):
        return False
    async with desk.store.write() as tables:
        await _settle(desk, tables, intent, change, Event.FOUND_LATE, "look: late")
        notice = Notice("ad_changed_late", facts_for(desk, change, intent))
        await announce(desk, tables, notice, with_role(desk, Role.LEAD), group=True)
    desk.wake_relay.set()
    return True


def _due_at(intent: Intent, _change: AdChange) -> int | None:
    return next_look_at(intent) if intent.state is State.UNKNOWN else None


async def _over(tables: Tables, now: int) -> list[AdChange]:
    return await tables.ad_changes.over(now)


CHANGES = Kind(
    action=Action.AD,
    is_on=lambda desk: desk.gate is not None,
    stored=stored_change,
    over=_over,
    end_quote=end_diff,
    record=record,
    due_at=_due_at,
    look=_look,
    facts=facts_for,
    long_notice="ad_unknown_long",
)
