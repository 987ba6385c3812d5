"""Open the second step: look at the venue, check every right, seal what the person is about to see."""

from dataclasses import replace

from bot.domain.actions import RIGHTS, check_action
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order
from bot.domain.seals import Choice, Seal, facts_of, fingerprint
from bot.domain.situations import LockReason, Situation
from bot.domain.staff import Limit, Person, Right, check_limit
from bot.domain.two_people import Way
from bot.flows import twin_question, two_people
from bot.flows.absorb import look
from bot.flows.announce import announce_order
from bot.flows.assemble import learn_profile, name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.duress import FROZEN, GATE
from bot.flows.second_person import way
from bot.flows.standing import end_if_fallen
from bot.flows.starting import Waits
from bot.flows.working_day import day_start
from storage.orders import StoredOrder
from storage.store import Tables


async def prepare(desk: Desk, user_id: int, order_id: str, action: Action, choice: Choice | None = None) -> Situation:
    """A look and every check, without opening a step: for the questions that come before the confirm."""
    may(desk, user_id, order_id, action)
    order = await look(desk, order_id)
    await learn_profile(desk, order.counterparty_id)
    person = may(desk, user_id, order_id, action)  # the venue took its time; the right may be gone
    async with desk.store.read() as tables:
        stored = await stored_order(tables, order_id)
        await check_now(desk, tables, person, order, stored, action, choice or Choice())
        return await situation_of(desk, tables, stored)


async def open_step(
    desk: Desk, user_id: int, order_id: str, action: Action, choice: Choice | None = None
) -> tuple[Situation, Seal]:
    """Look, check, seal, claim. Raises NotAllowed (journalled) or VenueError; then nothing was opened."""
    try:
        return await _open_step(desk, user_id, order_id, action, choice)
    except NotAllowed as no:
        await journal_refusal(desk, user_id, order_id, action, no)
        raise


async def journal_refusal(desk: Desk, user_id: int, order_id: str, action: Action, no: NotAllowed) -> None:
    """That somebody was refused is worth a line, too."""
    async with desk.store.write() as tables:
        await tables.journal.add(
            at=desk.now(),
            actor=user_id,
            action=action.value,
            target=order_id,
            facts={"reason": no.reason, **no.facts},
            outcome="not_allowed",
        )
        await end_if_fallen(desk, tables, order_id)
    desk.wake_relay.set()


async def _open_step(
    desk: Desk, user_id: int, order_id: str, action: Action, choice: Choice | None
) -> tuple[Situation, Seal]:
    may(desk, user_id, order_id, action)
    order = await look(desk, order_id)
    await learn_profile(desk, order.counterparty_id)
    async with desk.store.write() as tables:
        person = may(desk, user_id, order_id, action)  # the venue took its time; the right may be gone
        stored = await stored_order(tables, order_id)
        choice = await _sealed_choice(desk, tables, person, stored, action, choice or Choice())
        limit = await check_now(desk, tables, person, order, stored, action, choice)
        now = desk.now()
        facts = facts_of(order, action, person, limit, choice)
        seal = Seal(
            id=desk.new_id(),
            target=order_id,
            action=action,
            opened_by=user_id,
            opened_at=now,
            expires_at=now + desk.policy.approval_seconds * 1000,
            shown_at=None,
            used_at=None,
            choice=choice,
            facts=facts,
            fingerprint=fingerprint(facts),
        )
        for other in await tables.seals.open_for(order_id):
            if other.opened_by == user_id:
                await tables.seals.end(other.id, now)
        await tables.seals.add(seal)
        if stored.claimed_by != user_id:
            await tables.orders.claim(order_id, user_id, now)
            await announce_order(desk, tables, order_id)
        stored = await stored_order(tables, order_id)
        situation = await situation_of(desk, tables, stored)
        goes = Way.AT_ONCE if choice.first is not None else await way(desk, tables, action, order, user_id)
    desk.wake_relay.set()
    return replace(situation, way=goes), seal


def may(desk: Desk, user_id: int, order_id: str, action: Action) -> Person:
    """The person, if their role allows the action at all; a refusal names the order, so that a lead can be asked."""
    try:
        return desk.need(user_id, RIGHTS[action])
    except NotAllowed as no:
        no.facts = {"order": order_id, "action": action.value, **no.facts}
        raise


async def step_back(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Close one's own open step; the order stays claimed."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        for seal in await tables.seals.open_for(order_id):
            if seal.opened_by == user_id:
                await tables.seals.end(seal.id, desk.now())
        return await situation_of(desk, tables, await stored_order(tables, order_id))


async def _sealed_choice(
    desk: Desk, tables: Tables, person: Person, stored: StoredOrder, action: Action, choice: Choice
) -> Choice:
    """What the person decided, with who approved it first and who asked for it."""
    approval = await two_people.to_complete(desk, tables, stored.order.id, action)
    choice = two_people.with_first(approval if approval and approval.first != person.id else None, choice)
    if stored.requested_by is None or stored.requested_by == person.id:
        return choice
    return replace(choice, requester=stored.requested_by)


async def check_now(
    desk: Desk, tables: Tables, person: Person, order: Order, stored: StoredOrder, action: Action, choice: Choice
) -> Limit:
    """Everything that forbids the action at this moment, read from the store. Returns the limit that was checked."""
    try:
        limit = await check_rules(desk, tables, person, order, stored, action, choice)
        await two_people.check(desk, tables, person, order, stored, action)
    except NotAllowed as no:
        no.facts = {"order": order.id, "action": action.value, **no.facts}
        raise
    return limit


async def check_rules(
    desk: Desk, tables: Tables, person: Person, order: Order, stored: StoredOrder, action: Action, choice: Choice
) -> Limit:
    """The same, but for what depends on other people."""
    await check_not_frozen(desk, tables)
    check_action(order, action, choice, person, LockReason(stored.lock[0]) if stored.lock else None)
    raise_if_open(desk, await tables.intents.open_for(order.id))
    _raise_if_ended(desk, await tables.intents.latest_for(order.id))
    limit = await tables.staff.limit(person.role, action.value)
    used = await tables.intents.used_since(person.id, action, day_start(desk))
    check_limit(person, limit, order.amount, used)
    if action is Action.RELEASE:
        await twin_question.check(desk, tables, order, choice)
    return limit


async def check_not_frozen(desk: Desk, tables: Tables, waits: Waits = Waits.FOR_ORDERS, *, venue: str = GATE) -> None:
    """Raises NotAllowed while the desk's money is frozen, its memory cannot be written, or it has only just started.

    `venue`: where the action would go, for those who may not see that the desk is frozen.
    """
    if desk.is_halted:
        raise NotAllowed("halted")
    if await tables.desk.get(FROZEN) is not None:
        raise NotAllowed("desk_frozen", {"venue": venue} if venue != GATE else {})
    desk.starting.check(waits)


def _raise_if_ended(desk: Desk, intent: Intent | None) -> None:
    """Gate said yes to what ends the order: nothing more is asked, though a late answer shows it open."""
    if intent is not None and intent.state is State.DONE and intent.action is not Action.MARK_PAID:
        raise NotAllowed("already_done", {"order": intent.target, "who": name_of(desk, intent.actor)})


def raise_if_open(desk: Desk, intent: Intent | None) -> None:
    """Raises NotAllowed naming who is already acting on this order."""
    if intent is None:
        return
    raise NotAllowed(
        "already_open",
        {
            "order": intent.target,
            "action": intent.action.value,
            "who": name_of(desk, intent.actor),
            "state": intent.state.value,
        },
    )
