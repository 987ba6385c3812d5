"""Whether a first approval still stands, and its end: journalled, and told to whoever gave it."""

from collections.abc import Set

from bot.domain.actions import RIGHTS, check_action
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.seals import differences, facts_of
from bot.domain.situations import LockReason, Notice
from bot.domain.staff import Person, Role
from bot.domain.two_people import Approval, Way, Why, needs_two
from bot.flows import twin_question
from bot.flows.announce import announce, announce_order, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.duress import GIVES_AWAY, hidden_from
from bot.flows.second_person import check_limits, way
from storage.orders import StoredOrder
from storage.store import Tables

ABOUT_THE_FIRST = frozenset({"role", "limit"})


async def fallen(desk: Desk, tables: Tables, approval: Approval, stored: StoredOrder) -> tuple[Why, str] | None:
    """Why the approval counts for nothing any more, as far as anybody but the clock can tell; None while it stands.

    An armed one falls, too, when somebody else could be the second by now, or when its person asked a lead for it.
    """
    order, action = stored.order, approval.action
    first = desk.people.get(approval.first)
    if first is None or not first.may(RIGHTS[action]):
        return Why.FIRST_OUT, "gone" if first is None else "frozen" if first.is_frozen else "role"
    pins = await tables.step_up.pins(first.id)
    if pins is not None and pins.locked_at is not None:
        return Why.FIRST_OUT, "locked"
    if not needs_two(desk.policy, action, order.amount):
        return Why.RULES, ""
    limit = await tables.staff.limit(first.role, action.value)
    facts = facts_of(order, action, first, limit, approval.choice)
    if names := differences(approval.facts, facts):
        return (Why.FIRST_OUT if set(names) <= ABOUT_THE_FIRST else Why.CHANGED), ",".join(names)
    try:
        check_action(order, action, approval.choice, first, LockReason(stored.lock[0]) if stored.lock else None)
        await check_limits(desk, tables, first, action, order)
        if action is Action.RELEASE:
            await twin_question.check(desk, tables, order, approval.choice)
    except NotAllowed as no:
        return Why.CHANGED, no.reason
    if approval.is_armed:
        if await way(desk, tables, action, order, first.id) is not Way.DELAY:
            return Why.NOT_ALONE, ""
        if await tables.approvals.has_asked(order.id, action, first.id):
            return Why.CHANGED, "asked_by_you"
    return None


async def end(
    desk: Desk,
    tables: Tables,
    approval: Approval,
    why: Why,
    *,
    by: int | None = None,
    because: str = "",
    intent_id: str | None = None,
) -> bool:
    """True for exactly one caller: journalled, told, and every card brought up to date."""
    is_mine = await tables.approvals.end(
        approval.id, desk.now(), why=why.value, by=by, because=because, intent_id=intent_id
    )
    if not is_mine:
        return False
    facts = {"approval": approval.id, "first": str(approval.first), "action": approval.action.value, "because": because}
    await tables.journal.add(
        at=desk.now(),
        actor=by,
        action="armed_end" if approval.is_armed else "approval_end",
        target=approval.order_id,
        facts=facts,
        outcome=why.value,
    )
    if why is not Why.USED:
        await _tell(desk, tables, approval, why, by, because)
    await announce_order(desk, tables, approval.order_id)
    return True


async def _tell(desk: Desk, tables: Tables, approval: Approval, why: Why, by: int | None, because: str) -> None:
    """To the first; when that is nobody any more, or did it, the others on it see the card, and leads hear of it."""
    facts = {
        "order": approval.order_id,
        "action": approval.action.value,
        "first": name_of(desk, approval.first),
        "who": name_of(desk, by),
        "why": why.value,
        "because": "" if because in GIVES_AWAY and await hidden_from(tables) else because,
    }
    kind = "armed_ended" if approval.is_armed else "approval_ended"
    # Whoever froze the desk has not said that this yes ends
    await announce(desk, tables, Notice(kind, facts), _hearers(desk, approval, None if why is Why.FROZEN else by))


def _hearers(desk: Desk, approval: Approval, by: int | None) -> list[Person]:
    if by == approval.first:
        return []
    first = desk.people.get(approval.first)
    if first is not None and not first.is_frozen:
        return [first]
    return [person for person in with_role(desk, Role.LEAD) if person.id != by]


async def end_if_fallen(desk: Desk, tables: Tables, order_id: str) -> None:
    """After a tap that was refused: what it was refused for may have ended an approval, too."""
    approval = await tables.approvals.open_for(order_id)
    stored = await tables.orders.get(order_id)
    if approval is None or stored is None:
        return
    if not approval.is_live(desk.now()):
        await end(desk, tables, approval, Why.EXPIRED)
    elif found := await fallen(desk, tables, approval, stored):
        await end(desk, tables, approval, found[0], because=found[1])


async def end_for_order(desk: Desk, tables: Tables, order_id: str, why: Why, *, by: int, because: str = "") -> None:
    """Somebody did what takes the ground from under it: a doubt about the money, another action."""
    approval = await tables.approvals.open_for(order_id)
    if approval is not None:
        await end(desk, tables, approval, why, by=by, because=because)


async def end_of_people(desk: Desk, tables: Tables, people: Set[int], by: int | None) -> None:
    """After somebody's role, limit, freeze or place was changed: what they approved falls with it."""
    for approval in await tables.approvals.all_open():
        stored = await tables.orders.get(approval.order_id)
        if approval.first in people and stored is not None:
            found = await fallen(desk, tables, approval, stored)
            if found is not None:
                await end(desk, tables, approval, found[0], by=by, because=found[1])


async def end_all(desk: Desk, tables: Tables, by: int | None) -> None:
    """The desk is frozen for all to see, or was until now: no yes outlives that, or it could go out right afterwards.

    A quiet freeze ends nothing, or it could be seen; what it kept from going out ends with it, and names no freeze.
    """
    is_quiet = bool(await hidden_from(tables))
    for approval in await tables.approvals.all_open():
        if is_quiet:
            await end(desk, tables, approval, Why.NOT_NOW)
        else:
            await end(desk, tables, approval, Why.FROZEN, by=by)


async def round_(desk: Desk) -> None:
    """End what has had its time; nothing is written while nothing has."""
    now = desk.now()
    async with desk.store.read() as tables:
        waiting = [one for one in await tables.approvals.all_open() if not one.is_armed]
    expired = [(one, Why.EXPIRED) for one in waiting if not one.is_live(now)]
    changed = [(one, Why.RULES) for one in waiting if not needs_two(desk.policy, one.action, one.amount)]
    if not expired and not changed:
        return
    async with desk.store.write() as tables:
        for approval, why in [*expired, *changed]:
            await end(desk, tables, approval, why)
    desk.wake_relay.set()
