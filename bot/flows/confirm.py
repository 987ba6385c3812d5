"""The confirming tap: look once more, compare with the seal, write the intent, send it once, keep what came back."""

import asyncio

from bot.domain.actions import RIGHTS
from bot.domain.errors import NotAllowed
from bot.domain.intents import ORDER_ACTIONS, Intent, State
from bot.domain.orders import Order
from bot.domain.seals import Seal, differences, facts_of, fingerprint
from bot.domain.staff import Person
from bot.domain.two_people import Waiting
from bot.flows import step_up, two_people
from bot.flows.absorb import absorb
from bot.flows.announce import announce_order
from bot.flows.approve import check_now
from bot.flows.assemble import name_of, stored_order
from bot.flows.desk import Desk, log
from bot.flows.request import perform, write_down
from bot.flows.standing import end_if_fallen
from storage.errors import StoreError
from storage.store import Tables

HEAD_START_SECONDS = 0.02
"""drawing cards takes the processor away from the request that people wait for"""


class Changed(NotAllowed):
    """The venue no longer shows what the person saw. `names` are the facts that differ."""

    def __init__(self, order_id: str, names: tuple[str, ...]) -> None:
        super().__init__("order_changed", {"order": order_id, "names": ",".join(names)})
        self.names = names


async def seal_of(desk: Desk, seal_id: str) -> Seal:
    """The opened step. Raises NotAllowed("stale_button") for an id we never gave."""
    async with desk.store.read() as tables:
        seal = await tables.seals.get(seal_id)
    if seal is None:
        raise NotAllowed("stale_button")
    return seal


async def confirm(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Intent | Waiting:
    """Turn an open step into one request. Returns the intent, already `sent`; the request runs beside.

    Where one person's yes is not enough it returns what is waited for, and nothing was sent.

    Raises NotAllowed (`Changed` when the facts moved) or VenueError (the look failed): then nothing was sent.
    """
    seal = await seal_of(desk, seal_id)
    if seal.action not in ORDER_ACTIONS:
        raise NotAllowed("stale_button")  # a quote has a door of its own
    person = desk.need(user_id, RIGHTS[seal.action])
    await check_seal(desk, seal, person, tapped_at)
    asked_at = desk.now()
    order = await desk.venue.order(order_id=seal.target)
    no: NotAllowed | None = None
    decided: Intent | Waiting | None = None
    async with desk.store.write() as tables:
        await absorb(desk, tables, order, asked_at=asked_at)
        try:
            decided = await _decide(desk, tables, user_id, seal)
        except NotAllowed as error:
            no = error
            await tables.seals.end(seal.id, desk.now())
            await _journal_refusal(desk, tables, user_id, seal, error)
            await end_if_fallen(desk, tables, seal.target)
    if isinstance(decided, Intent):
        await _send(desk, decided)
    desk.wake_relay.set()
    if no is not None:
        raise no
    assert decided is not None
    return decided


async def _send(desk: Desk, intent: Intent) -> None:
    """Begin the request, and show that it is under way when its answer takes a while."""
    request = desk.spawn(perform(desk, intent), f"{intent.action} {intent.target}")
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    if not request.done():
        await _show_under_way(desk, intent.target)


async def _show_under_way(desk: Desk, order_id: str) -> None:
    """On every card; the outcome comes with its own news, so that this may fail without a word to the person."""
    try:
        async with desk.store.write() as tables:
            await announce_order(desk, tables, order_id)
    except StoreError as error:
        log.warning("cards of %s are not brought up to date: %s", order_id, error)


async def check_seal(desk: Desk, seal: Seal, person: Person, tapped_at: int) -> None:
    """Raises NotAllowed when this tap cannot be the opener's considered confirm."""
    if seal.opened_by != person.id:
        raise NotAllowed("not_your_step", {"who": name_of(desk, seal.opened_by), "order": seal.target})
    if seal.used_at is not None:
        async with desk.store.read() as tables:
            intent = await tables.intents.latest_for(seal.target) or await tables.intents.get(seal.target)
        raise _was_used(desk, seal, intent.actor if intent is not None else None)
    if seal.is_expired(tapped_at) or seal.is_expired(desk.now()):
        raise NotAllowed("seal_expired", {"order": seal.target})
    if seal.is_too_quick(tapped_at):
        raise NotAllowed("too_quick", {"order": seal.target})
    await step_up.check(desk, seal, person)


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> Intent | Waiting:
    """The ledger's decision, in one transaction: every check again, the seal used, the intent written as sent.

    Where somebody else has to confirm, too, there is no intent yet.
    """
    person, order = await _use(desk, tables, user_id, seal)
    waiting = await two_people.hold(desk, tables, person, seal, order)
    if waiting is not None:
        return waiting
    intent = await write_down(desk, tables, person, seal, order)
    await two_people.complete(desk, tables, intent)
    return intent


async def _use(desk: Desk, tables: Tables, user_id: int, seal: Seal) -> tuple[Person, Order]:
    """Every check again, then the seal is used, for exactly one caller.

    It rests on the newest look that is stored, which may be newer than the one this tap made.
    """
    person = desk.need(user_id, RIGHTS[seal.action])
    stored = await stored_order(tables, seal.target)
    order = stored.order
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None:
        raise await _why_used(desk, tables, seal, order)
    if fresh.is_expired(desk.now()):
        raise NotAllowed("seal_expired", {"order": order.id})
    limit = await check_now(desk, tables, person, order, stored, seal.action, seal.choice)
    facts = facts_of(order, seal.action, person, limit, seal.choice)
    if fingerprint(facts) != seal.fingerprint:
        raise Changed(order.id, differences(seal.facts, facts))
    if not await tables.seals.use(seal.id, desk.now()):
        raise NotAllowed("seal_used", {"who": "", "order": seal.target})
    return person, order


def _was_used(desk: Desk, seal: Seal, actor: int | None) -> NotAllowed:
    who = name_of(desk, actor) if actor is not None else ""
    return NotAllowed("seal_used", {"who": who, "actor": str(actor or ""), "order": seal.target})


async def _why_used(desk: Desk, tables: Tables, seal: Seal, order: Order) -> NotAllowed:
    """The seal died while we looked: because the facts moved, or because somebody was quicker."""
    intent = await tables.intents.latest_for(seal.target)
    if intent is not None and (intent.is_open or intent.state is State.DONE):
        return _was_used(desk, seal, intent.actor)
    names = tuple(
        key
        for key, now in (("status", order.status), ("in_appeal", str(order.in_appeal)))
        if seal.facts.get(key) != now
    )
    return Changed(order.id, names or ("status",))


async def _journal_refusal(desk: Desk, tables: Tables, user_id: int, seal: Seal, error: NotAllowed) -> None:
    await tables.journal.add(
        at=desk.now(),
        actor=user_id,
        action=seal.action.value,
        target=seal.target,
        facts={"reason": error.reason, **error.facts},
        outcome="not_allowed",
    )
