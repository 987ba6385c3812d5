"""Which credit a release stands on, asked again wherever a release is about to be decided.

Names tell open sales of one sum apart; where they cannot, the credit itself is named and used once.
"""

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order
from bot.domain.seals import Choice
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.domain.twins import CLOCKS_DIFFER, Credit, account_of, are_told_apart_by_name, credit_of, sales_among
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from storage.credits import UnnamedEnd, UsedCredit
from storage.store import Tables

ASKING = frozenset({"which_payer", "reference_needed"})
"""refusals that are answered by a question, not by giving up"""


async def check(desk: Desk, tables: Tables, order: Order, choice: Choice) -> None:
    """Raises NotAllowed while it is not clear whose money it is that somebody saw.

    `which_payer` (count) and `reference_needed` want a question; `wrong_payer`, `reference_used` (other: four digits),
    `reference_as_digits`, `reference_as_time`, `credit_unnamed` (other) and what `credit_of` raises stop this release.
    """
    twins = await other_sales(tables, order)
    is_clear = not twins or are_told_apart_by_name([order, *twins])
    has_ends = await _check_ends(desk, tables, order)
    needs_credit = has_ends or not is_clear or await _was_used_since(desk, tables, order)
    if choice.reference:
        await _check_credit(desk, tables, credit_named(desk, order, choice.reference), order)
    elif needs_credit:
        raise NotAllowed("reference_needed")
    if needs_credit or not twins:
        return
    facts = {"count": str(len(twins) + 1)}
    if not choice.payer or not {twin.id for twin in twins} <= set(choice.among.split(",")):
        raise NotAllowed("which_payer", facts)
    if choice.payer != order.id:
        raise NotAllowed("wrong_payer", {"other": choice.payer[-4:]})


async def is_asked_for(desk: Desk, tables: Tables, order: Order) -> bool:
    """Whether a release of it begins with a question, as far as the desk knows before it looks."""
    if await other_sales(tables, order) or await _was_used_since(desk, tables, order):
        return True
    return bool(await unnamed_ends(desk, tables, order))


async def other_sales(tables: Tables, order: Order) -> list[Order]:
    """Open sales of the same sum beside this one that are not released yet, oldest first."""
    found = []
    for other in sales_among([stored.order for stored in await tables.orders.twins(order)]):
        intent = await tables.intents.latest_for(other.id)
        if intent is None or intent.action is not Action.RELEASE or intent.state is not State.DONE:
            found.append(other)
    return found


async def unnamed_ends(desk: Desk, tables: Tables, order: Order) -> list[UnnamedEnd]:
    """Sales of the same sum that were completed while this one was open, for a credit that nobody named and that may
    be this one's as far as names tell; newest first."""
    ends = await tables.credits.unnamed_ends(order, await opened_at(desk, tables, order))
    return [end for end in ends if not are_told_apart_by_name([order, end.order])]


async def _check_ends(desk: Desk, tables: Tables, order: Order) -> bool:
    """Whether there are any. Which credit was theirs nobody can tell, so that a lead has to say there is one more."""
    ends = await unnamed_ends(desk, tables, order)
    said = await tables.credits.second_of(order.id) if ends else None
    for end in ends:
        if said is None or not said.covers(end.order.id, end.at):
            raise NotAllowed("credit_unnamed", {"other": end.order.short_id})
    return bool(ends)


async def _was_used_since(desk: Desk, tables: Tables, order: Order) -> bool:
    """A credit of this sum that came while the order was open was named for another one: it may not stand for both."""
    since = await opened_at(desk, tables, order)
    return bool(await tables.credits.of_total_since(account_of(order), order.fiat, order.total, since))


async def opened_at(desk: Desk, tables: Tables, order: Order) -> int:
    """From when on a credit may be this order's, on our clock, which may be behind the venue's."""
    opened = desk.clock.moment_of(order.created_at)
    earliest = desk.clock.moment_of(order.created_at - CLOCKS_DIFFER.total_seconds())
    stored = await tables.orders.get(order.id)
    if stored is None or stored.first_seen_at >= opened:
        return earliest
    return stored.first_seen_at - (opened - earliest)


async def use_credit(desk: Desk, tables: Tables, order: Order, choice: Choice, intent_id: str) -> None:
    """Take the credit for this intent, in the transaction that writes it. Raises NotAllowed("reference_used")."""
    if not choice.reference:
        return
    credit = credit_named(desk, order, choice.reference)
    said = await tables.credits.second_of(order.id)
    nth = await tables.credits.next_nth(credit, said) if said is not None else 1
    if not await tables.credits.use(credit, intent_id, order.id, desk.now(), nth):
        used = await tables.credits.used(credit)
        facts = {"order": order.id, "action": Action.RELEASE.value, "given": credit.mark}
        raise NotAllowed("reference_used", facts | {"other": used.order_id[-4:] if used else ""})


async def settle_credit(desk: Desk, tables: Tables, intent: Intent) -> None:
    """A release that did not happen gives its credit back; one carried out late takes it again."""
    mark = intent.arguments.get("reference", "")
    if intent.action is not Action.RELEASE or not mark:
        return
    if intent.state in (State.REFUSED, State.VOID):
        await tables.credits.give_back(intent.id, desk.now())
    elif intent.state is State.DONE:
        await _take_again(desk, tables, intent)


async def settle_credit_elsewhere(desk: Desk, tables: Tables, order_id: str) -> None:
    """A sale was completed, and not by us: the credit that was named for it last stands for it after all."""
    latest = await tables.intents.latest_for(order_id)
    if latest is not None and latest.action is Action.RELEASE and latest.state is State.DONE:
        return
    newest = await tables.credits.newest_of(order_id)
    intent = await tables.intents.get(newest) if newest is not None else None
    if intent is not None:
        await _take_again(desk, tables, intent)


async def _take_again(desk: Desk, tables: Tables, intent: Intent) -> None:
    """What stands for another order by now is told: no software can undo either."""
    own = await tables.credits.given_back(intent.id)
    if own is None:
        return
    is_own = await tables.credits.take_again(intent.id)
    if is_own and not await _may_stand_by_another_name(tables, own):
        return
    facts = {"order": intent.target, "given": intent.arguments.get("reference", "")}
    await tables.journal.add(
        at=desk.now(), actor=None, action="credit_twice", target=intent.target, facts=facts, outcome="seen"
    )
    await announce(desk, tables, Notice("credit_twice", facts), with_role(desk, Role.LEAD), group=True)


async def _may_stand_by_another_name(tables: Tables, own: UsedCredit) -> bool:
    """Digits cannot be held against a time: what was named the other way since then may be the same credit."""
    credit = own.credit
    for other in await tables.credits.of_total_since(credit.account, credit.fiat, credit.total, own.used_at):
        if other.credit.is_time == credit.is_time or other.order_id == own.order_id:
            continue
        said = await tables.credits.second_of(other.order_id)
        if said is None or not said.covers(own.order_id, own.used_at):
            return True
    return False


async def _check_credit(desk: Desk, tables: Tables, credit: Credit, order: Order) -> None:
    said = await tables.credits.second_of(order.id)
    used = await tables.credits.used(credit, said)
    if used is not None:
        raise NotAllowed("reference_used", {"other": used.order_id[-4:], "given": credit.mark})
    # A credit that was named by its time must not stand once more by its reference
    since = await opened_at(desk, tables, order)
    for other in await tables.credits.of_total_since(credit.account, credit.fiat, credit.total, since):
        is_covered = said is not None and said.covers(other.order_id, other.used_at)
        if other.credit.is_time != credit.is_time and not is_covered:
            reason = "reference_as_time" if other.credit.is_time else "reference_as_digits"
            raise NotAllowed(reason, {"other": other.order_id[-4:]})


def credit_named(desk: Desk, order: Order, mark: str) -> Credit:
    """Raises NotAllowed, see `credit_of`."""
    now = int(desk.clock.wall_seconds(desk.now()) * 1000)
    return credit_of(order, mark, now, desk.policy.timezone)
