"""Look at an ad after it was changed: what the venue now shows is what the desk is told."""

from bot.domain.ad_changes import AdChange
from bot.domain.ad_edits import Part, has, held_since, others_moved, shown, told
from bot.domain.ads import Ad, AdState, AdStatus
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.intents import Action, Intent
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.ad_view import facts_for, stored_change, tell
from bot.flows.ads import whole_ad
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, log
from storage.store import Tables

LOOKED = "look: "
"""how the ledger's answer begins when it came from a look: the group has read that there was none"""
LOOKS_AFTER_SECONDS = (0.0, 1.5, 3.0)
"""how long a venue may take to show what it has accepted"""


async def look_again(desk: Desk, change_id: str) -> None:
    """After the venue's yes. A look that fails is made up for by the next round."""
    for wait in LOOKS_AFTER_SECONDS:
        await desk.clock.sleep(wait)
        async with desk.store.read() as tables:
            change = await stored_change(tables, change_id)
        try:
            now = await ad_now(desk, change)
        except DeskError as away:
            log.warning("%s is not looked at again: %s", change.target, away)
            continue
        if has(now, change.wanted, change.ad) or wait == LOOKS_AFTER_SECONDS[-1]:
            async with desk.store.write() as tables:
                await keep_look(desk, tables, change, now)
            desk.wake_relay.set()
            return


async def ad_now(desk: Desk, change: AdChange) -> Ad:
    """The ad as the venue shows it; a closed one may be in no list any more."""
    try:
        return await whole_ad(desk, change.ad.id)
    except NotAllowed as no:
        if no.reason == "ad_closed" or change.wanted.status is AdStatus.CLOSED:
            details = await desk.venue.ad(ad_id=change.ad.id)
            if details.state is AdState.CLOSED:
                return details
        raise


def found_of(change: AdChange, now: Ad) -> dict[str, str]:
    """What the venue shows of the parts. A wanted amount of which new orders already hold a part is there."""
    found = {part.value: shown(part, now) for part in change.wanted.parts}
    wanted = change.wanted.amount
    if wanted is not None and now.amount + held_since(change.ad, now) == wanted:
        found[Part.AMOUNT] = told(Part.AMOUNT, change.wanted)
    return found


async def keep_look(desk: Desk, tables: Tables, change: AdChange, now: Ad) -> None:
    """Keep and tell what is there now: to the group, and loudly to leads when it is not what was wanted."""
    # A move begins with rows of our list, which tell less of an ad than both answers together
    is_blurred = change.wanted.status is AdStatus.CLOSED or bool(change.move)
    moved = () if is_blurred else others_moved(change.ad, now, change.wanted)
    is_news = await tables.ad_changes.keep_look(change.id, desk.now(), found=found_of(change, now), moved=moved)
    looked = await stored_change(tables, change.id)
    intent = await tables.intents.get(change.id)
    if intent is None or not is_news:
        return
    await tables.journal.add(
        at=desk.now(), actor=None, action=Action.AD.value, target=change.target,
        facts={"intent": intent.id, "differs": str(looked.differs), "moved": ",".join(moved)} | _short(looked),
        outcome="looked_again",
    )  # fmt: skip
    await tell(desk, tables, looked)
    await _announce(desk, tables, looked, intent)


def _short(change: AdChange) -> dict[str, str]:
    return {f"found_{name}": value[:40] for name, value in (change.found or {}).items()}


async def _announce(desk: Desk, tables: Tables, change: AdChange, intent: Intent) -> None:
    facts = facts_for(desk, change, intent)
    if change.differs:
        found = "; ".join(f"{name}={value[:40]}" for name, value in (change.found or {}).items())
        notice = Notice("ad_differs", facts | {"found": found, "moved": ",".join(change.moved)})
        await announce(desk, tables, notice, with_role(desk, Role.LEAD), group=True)
    elif not change.move or intent.answer.startswith(LOOKED):
        key = f"rule:{change.rule}" if change.rule else None  # of a rule's changes the group needs the newest only
        await announce(desk, tables, Notice("ad_changed", facts), (), group=True, ring=False, key=key)
