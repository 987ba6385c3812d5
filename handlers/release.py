"""Taps and replies about the payer: the bank question, doubts, waiting, and a lead's unlock."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.seals import Choice
from bot.domain.situations import LockReason, Situation
from bot.domain.staff import Right
from bot.domain.templates import for_occasion
from bot.flows import approve, assemble, bank, chat_view, second_credit, snooze, unlock, which_payer
from bot.flows.deliver import CONFIRM
from bot.flows.twin_question import ASKING
from bot.views import confirms, twins
from bot.views.card import Markup
from bot.views.refusals import refusal
from bot.views.second_credit import second_credit_confirm, second_credit_prompt
from handlers import chat
from handlers.context import Did

REFERENCE, PAYER, UNLOCK_REASON, SECOND_REASON = "reference", "payer_name", "unlock_reason", "second_reason"
"""the kinds of questions whose reply is an answer"""


async def release(did: Did, order_id: str) -> None:
    """With equal totals the payer is asked for first."""
    if not await _ask(did, order_id):
        await _confirm(did, order_id, Choice())


async def _ask(did: Did, order_id: str, above: tuple[Markup, ...] = ()) -> bool:
    """True when a question stands there now."""
    asked = await which_payer.ask(did.desk, did.person_id, order_id)
    if asked is None:
        return False
    if asked.question:
        card = twins.payer_question(asked.situation, asked.question, asked.payers, did.reader, above)
        await did.show_step(card, asked.situation, kind=CONFIRM)
        return True
    await did.show_order(asked.situation)
    prompt = twins.reference_prompt(asked.situation, len(asked.payers), did.reader, above)
    await did.say(prompt, kind=REFERENCE, order_id=order_id)
    return True


async def _confirm(did: Did, order_id: str, choice: Choice) -> None:
    try:
        situation, seal = await approve.open_step(did.desk, did.person_id, order_id, Action.RELEASE, choice)
    except NotAllowed as no:
        await ask_again(did, order_id, no)
        return
    card = confirms.release_confirm(situation, seal, did.reader)
    await did.show_step(card, situation, kind=CONFIRM, seal_id=seal.id)


async def ask_again(did: Did, order_id: str, no: NotAllowed) -> None:
    """A twin came between a question and its tap: a fresh question. Any other refusal is raised again."""
    if no.reason not in ASKING or not await _ask(did, order_id, (refusal(no, did.reader),)):
        raise no


async def payer(did: Did, question: str, picked: str) -> None:
    order_id, choice = await which_payer.answer(did.desk, did.person_id, question, picked)
    await _confirm(did, order_id, choice)


async def reference(did: Did, order_id: str, text: str) -> None:
    """The reply to the prompt that asked for the credit."""
    await _confirm(did, order_id, which_payer.credit_named(text))


async def name_differs(did: Did, order_id: str, seal_id: str) -> None:
    await _stop(did, order_id, LockReason.NAME_DIFFERS)


async def other_payer(did: Did, order_id: str) -> None:
    await _stop(did, order_id, LockReason.OTHER_PAYER)


async def _stop(did: Did, order_id: str, reason: LockReason) -> None:
    situation = await bank.stop_release(did.desk, did.person_id, order_id, reason)
    await did.show_order(situation)
    await ask_payer(did, situation)


async def ask_payer(did: Did, situation: Situation) -> None:
    """Whose money it is, while whoever saw the name has the bank before them."""
    await did.say(twins.payer_prompt(situation, did.reader), kind=PAYER, order_id=situation.order.id)


async def payer_name(did: Did, order_id: str) -> None:
    did.desk.need(did.person_id, Right.CLAIM)
    await ask_payer(did, await assemble.show(did.desk, did.person_id, order_id))


async def payer_words(did: Did, order_id: str, text: str) -> None:
    """The reply to the question who paid."""
    await did.show_order(await bank.keep_payer(did.desk, did.person_id, order_id, text))


async def payer_skip(did: Did, order_id: str) -> None:
    did.desk.need(did.person_id, Right.CLAIM)
    situation = await assemble.show(did.desk, did.person_id, order_id)
    await did.say(twins.payer_skipped(situation, did.reader), order_id=order_id, replace=True)


async def checklist(did: Did, order_id: str) -> None:
    did.desk.need(did.person_id, Right.CLAIM)
    situation = await assemble.show(did.desk, did.person_id, order_id)
    await did.show_order(situation, card=twins.checklist(situation, did.reader))


async def not_there(did: Did, order_id: str) -> None:
    await did.show_order(await bank.not_there_yet(did.desk, did.person_id, order_id))


async def later(did: Did, order_id: str) -> None:
    await did.show_order(await snooze.snooze(did.desk, did.person_id, order_id))


async def offer(did: Did, order_id: str, occasion: str) -> None:
    """The prepared text that fits, in the reader's language; all of them when leads have no such text any more."""
    did.desk.need(did.person_id, Right.CHAT)
    texts = await chat_view.templates(did.desk, did.person_id)
    fitting = for_occasion(texts, occasion, did.reader.language)
    if fitting is None:
        await chat.templates(did, order_id)
    else:
        await chat.show_template(did, order_id, str(fitting.number))


async def ask_unlock(did: Did, order_id: str) -> None:
    situation = await unlock.begin(did.desk, did.person_id, order_id)
    await did.say(twins.unlock_prompt(situation, did.reader), kind=UNLOCK_REASON, order_id=order_id)


async def unlock_words(did: Did, order_id: str, text: str) -> None:
    """The reply with the reason opens the second step."""
    situation, step = await unlock.open_step(did.desk, did.person_id, order_id, text)
    await did.show_order(situation, card=confirms.unlock_confirm(situation, step.id, step.reason, did.reader))


async def unlock_yes(did: Did, step: str) -> None:
    await did.show_order(await unlock.carry_out(did.desk, did.person_id, step))


async def ask_second_credit(did: Did, order_id: str) -> None:
    situation = await second_credit.begin(did.desk, did.person_id, order_id)
    await did.say(second_credit_prompt(situation, did.reader), kind=SECOND_REASON, order_id=order_id)


async def second_credit_words(did: Did, order_id: str, text: str) -> None:
    """The reply with the reason opens the second step."""
    situation, step = await second_credit.open_step(did.desk, did.person_id, order_id, text)
    card = second_credit_confirm(situation, step.id, step.besides, step.reason, did.reader)
    await did.show_order(situation, card=card)


async def second_credit_yes(did: Did, step: str) -> None:
    await did.show_order(await second_credit.carry_out(did.desk, did.person_id, step))
