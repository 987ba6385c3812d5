"""The one request of an approved action on an order: written down as sent, made once, its outcome kept."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Event, Intent, State, after
from bot.domain.orders import Order
from bot.domain.seals import Seal
from bot.domain.staff import Person
from bot.flows.absorb import lost_answer, record_outcome
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.twin_question import use_credit
from storage.store import Tables

PERSONAL = frozenset({"counterparty_name", "own_name", "payees", "terms", "vouchers", "choice_memo"})


async def write_down(desk: Desk, tables: Tables, person: Person, seal: Seal, order: Order) -> Intent:
    """Inside the deciding transaction: the intent, already `sent`, and its journal line; every other open step dies.

    Raises NotAllowed: `already_done` when the ledger holds what forbids it, `reference_used` when the credit stands for
    another release.
    """
    intent = _sent_intent(desk, person, seal, order)
    await use_credit(desk, tables, order, seal.choice, intent.id)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        await tables.credits.give_back(intent.id, desk.now())
        raise NotAllowed("already_done", {"who": name_of(desk, conflict.actor), "order": order.id})
    await tables.seals.end_for(order.id, desk.now())
    await tables.journal.add(
        at=desk.now(),
        actor=person.id,
        action=seal.action.value,
        target=order.id,
        facts=without_names(seal) | {"intent": intent.id},
        outcome="sent",
    )
    return intent


def _sent_intent(desk: Desk, person: Person, seal: Seal, order: Order) -> Intent:
    """`planned` and `sent` in one commit: a kill between the two would only cost a person a tap."""
    now = desk.now()
    return Intent(
        id=desk.new_id(),
        action=seal.action,
        target=order.id,
        state=after(State.PLANNED, Event.SENDING),
        actor=person.id,
        actor_role=person.role.word,
        requester=seal.choice.requester,
        seal_id=seal.id,
        amount=order.amount,
        asset=order.asset,
        arguments=seal.choice.as_arguments(),
        planned_at=now,
        sent_at=now,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
    )


def without_names(seal: Seal) -> dict[str, str]:
    """What was approved, for the journal: names and texts stand in tables with a retention time."""
    kept = {key: value for key, value in seal.facts.items() if key not in PERSONAL}
    return kept | {"seal": seal.fingerprint}


async def perform(desk: Desk, intent: Intent) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    what = f"{intent.action} {intent.target}"
    event, answer = await attempt(_request(desk, intent), what)

    async def keep(tables: Tables) -> None:
        await _keep(desk, tables, intent, event, answer)

    await keep_until_stored(desk, keep, f"{what} ({event})")


async def _request(desk: Desk, intent: Intent) -> None:
    if intent.action is Action.RELEASE:
        await desk.venue.release(order_id=intent.target)
    elif intent.action is Action.MARK_PAID:
        await desk.venue.mark_paid(order_id=intent.target, method=intent.arguments.get("method") or None)
    elif intent.action is Action.CANCEL:
        await desk.venue.cancel(
            order_id=intent.target,
            reason=intent.arguments.get("reason", ""),
            memo=intent.arguments.get("memo", ""),
        )
    else:
        raise NotAllowed("stale_button")  # no action of an order: no request was made


async def _keep(desk: Desk, tables: Tables, intent: Intent, event: Event, answer: str) -> None:
    if event is Event.NO_ANSWER:
        await lost_answer(desk, tables, intent, answer)
        return
    moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
    if moved is not None:
        await record_outcome(desk, tables, moved)
