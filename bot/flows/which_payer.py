"""The question before the confirm: whose name does the bank show? Asked with shuffled names, answered once."""

import random
from dataclasses import dataclass

from bot.domain.actions import RIGHTS
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Order
from bot.domain.seals import Choice
from bot.domain.situations import Situation, Twin
from bot.domain.twins import NONE_OF_THESE, read_mark
from bot.domain.two_people import Why
from bot.flows.absorb import look
from bot.flows.announce import announce_order
from bot.flows.approve import check_now, journal_refusal, may
from bot.flows.assemble import learn_profile, name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.standing import end_for_order
from bot.flows.twin_question import ASKING, is_asked_for, other_sales
from storage.store import Tables
from storage.twin_questions import TwinQuestion


@dataclass(frozen=True, slots=True)
class Asked:
    """`question` is empty when names cannot tell: then the credit is asked for. `payers` as their buttons stand."""

    situation: Situation
    question: str
    payers: tuple[Twin, ...]


async def ask(desk: Desk, user_id: int, order_id: str) -> Asked | None:
    """Look, check all that a release needs, and ask; None when nothing has to be asked. Claims the order.

    Raises NotAllowed (journalled) or VenueError.
    """
    may(desk, user_id, order_id, Action.RELEASE)
    async with desk.store.read() as tables:
        if not await is_asked_for(desk, tables, (await stored_order(tables, order_id)).order):
            return None
    try:
        return await _ask(desk, user_id, order_id)
    except NotAllowed as no:
        await journal_refusal(desk, user_id, order_id, Action.RELEASE, no)
        raise


async def _ask(desk: Desk, user_id: int, order_id: str) -> Asked | None:
    order = await look(desk, order_id)
    await learn_profile(desk, order.counterparty_id)
    async with desk.store.write() as tables:
        person = may(desk, user_id, order_id, Action.RELEASE)  # the venue took its time; the right may be gone
        stored = await stored_order(tables, order_id)
        try:
            await check_now(desk, tables, person, stored.order, stored, Action.RELEASE, Choice())
        except NotAllowed as no:
            if no.reason not in ASKING:
                raise
            asks_for_name = no.reason == "which_payer"
        else:
            return None
        payers = await _shuffled(tables, stored.order)
        question = ""
        if asks_for_name:
            question = desk.new_id()
            offered = tuple(payer.order_id for payer in payers)
            await tables.twin_questions.add(TwinQuestion(question, order_id, user_id, desk.now(), offered))
        if stored.claimed_by != user_id:
            await tables.orders.claim(order_id, user_id, desk.now())
            await announce_order(desk, tables, order_id)
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    desk.wake_relay.set()
    return Asked(situation, question, payers)


async def _shuffled(tables: Tables, order: Order) -> tuple[Twin, ...]:
    """The order and its twins; nobody can learn where the right name stands."""
    payers = [Twin(one.id, one.counterparty_name) for one in (order, *await other_sales(tables, order))]
    random.SystemRandom().shuffle(payers)
    return tuple(payers)


async def answer(desk: Desk, user_id: int, question_id: str, picked: str) -> tuple[str, Choice]:
    """The order and what is sealed about the bank, when the right name was picked (its index, or `none`).

    Raises NotAllowed: `wrong_payer` (other) and `payer_not_listed` are journalled; every open confirm dies,
    and so does a first yes that was given before.
    """
    desk.need(user_id, RIGHTS[Action.RELEASE])
    async with desk.store.write() as tables:
        question = await tables.twin_questions.get(question_id)
        if question is None:
            raise NotAllowed("stale_button")
        may(desk, user_id, question.order_id, Action.RELEASE)
        if question.asked_by != user_id:
            raise NotAllowed("not_your_step", {"who": name_of(desk, question.asked_by), "order": question.order_id})
        given = _picked(question, picked)
        if not await tables.twin_questions.answer(question_id, given, desk.now()):
            raise NotAllowed("stale_button")
        no = await _stopped(desk, tables, user_id, question, given)
    if no is not None:
        desk.wake_relay.set()
        raise no
    return question.order_id, Choice(payer=given, among=",".join(sorted(question.offered)))


def _picked(question: TwinQuestion, picked: str) -> str:
    if picked == NONE_OF_THESE:
        return NONE_OF_THESE
    index = int(picked) if picked.isascii() and picked.isdigit() else len(question.offered)
    if index >= len(question.offered):
        raise NotAllowed("stale_button")
    return question.offered[index]


async def _stopped(desk: Desk, tables: Tables, user_id: int, question: TwinQuestion, given: str) -> NotAllowed | None:
    """Another payer, or none, stops this release: journalled, and on everybody's card."""
    order_id = question.order_id
    if given == order_id:
        return None
    facts = {"order": order_id, "action": Action.RELEASE.value}
    if given == NONE_OF_THESE:
        no = NotAllowed("payer_not_listed", facts)
    else:
        no = NotAllowed("wrong_payer", facts | {"other": given[-4:]})
    await tables.seals.end_for(order_id, desk.now())
    await tables.journal.add(
        at=desk.now(), actor=user_id, action=Action.RELEASE.value, target=order_id,
        facts={"reason": no.reason, "question": question.id, "answer": given}, outcome="not_allowed",
    )  # fmt: skip
    await end_for_order(desk, tables, order_id, Why.DOUBT, by=user_id, because=no.reason)
    await announce_order(desk, tables, order_id)
    return no


def credit_named(text: str) -> Choice:
    """What is sealed when the credit was typed. Raises NotAllowed("bad_reference")."""
    return Choice(reference=read_mark(text))
