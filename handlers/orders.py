"""Taps and commands about orders: read what was tapped, call one flow, show one card."""

from bot.domain.actions import REASON_IN_WORDS
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Order
from bot.domain.seals import Choice
from bot.flows import approve, assemble, bank, cancelling, confirm, queue, reconcile
from bot.flows.deliver import CONFIRM, MENU
from bot.flows.payee import PAYEE, show_payee
from bot.views import confirms
from bot.views.orders import more_card
from bot.views.payee import payee_card
from bot.views.queue import found_card, queue_card, waiting_card
from bot.views.refusals import leads_asked
from handlers.context import Did
from handlers.release import ask_again

PROMPT = "prompt"


async def open_order(did: Did, order_id: str) -> None:
    await did.show_order(await assemble.show(did.desk, did.person_id, order_id))


async def back(did: Did, order_id: str) -> None:
    await did.show_order(await approve.step_back(did.desk, did.person_id, order_id))


async def more(did: Did, order_id: str) -> None:
    situation = await assemble.show(did.desk, did.person_id, order_id)
    await did.show_order(situation, card=more_card(situation, did.reader))


async def yes(did: Did, seal_id: str) -> None:
    """The confirm of every money action."""
    try:
        decided = await confirm.confirm(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        await ask_again(did, no.facts.get("order", ""), no)
        return
    await did.show_order(await assemble.show(did.desk, did.person_id, decided.target))


async def claim(did: Did, order_id: str) -> None:
    await did.show_order(await bank.claim(did.desk, did.person_id, order_id))


async def look(did: Did, order_id: str) -> None:
    await reconcile.look_now(did.desk, did.person_id, order_id)
    await did.show_order(await assemble.show(did.desk, did.person_id, order_id))


async def ask_lead(did: Did, order_id: str, action: str) -> None:
    situation = await bank.ask_lead(did.desk, did.person_id, order_id, action)
    await did.show_order(situation, above=(leads_asked(did.reader),))


async def payee(did: Did, order_id: str) -> None:
    situation, at = await show_payee(did.desk, did.person_id, order_id)
    await did.say(payee_card(situation, did.reader, at), kind=PAYEE, order_id=order_id)


async def payee_of(did: Did, order_id: str, index: str) -> None:
    """Another of the seller's accounts, in place of the one that is shown."""
    wanted = int(index) if index.isascii() and index.isdigit() else None
    situation, at = await show_payee(did.desk, did.person_id, order_id, wanted)
    await did.say(payee_card(situation, did.reader, at), kind=PAYEE, order_id=order_id, replace=True)


async def mark_paid(did: Did, order_id: str) -> None:
    """A single method is not asked for."""
    situation = await approve.prepare(did.desk, did.person_id, order_id, Action.MARK_PAID)
    if len(situation.order.methods) > 1:
        await did.show_order(situation, card=confirms.mark_paid_methods(situation, did.reader))
        return
    await _confirm_paid(did, situation.order, 0)


async def method(did: Did, order_id: str, index: str) -> None:
    situation = await assemble.show(did.desk, did.person_id, order_id)
    await _confirm_paid(did, situation.order, int(index) if index.isascii() and index.isdigit() else -1)


async def _confirm_paid(did: Did, order: Order, index: int) -> None:
    if order.methods and not 0 <= index < len(order.methods):
        raise NotAllowed("method_unknown", {"order": order.id, "method": str(index)})
    choice = Choice(method=order.methods[index] if order.methods else "")
    situation, seal = await approve.open_step(did.desk, did.person_id, order.id, Action.MARK_PAID, choice)
    card = confirms.mark_paid_confirm(situation, seal, did.reader)
    await did.show_step(card, situation, kind=CONFIRM, seal_id=seal.id)


async def cancel(did: Did, order_id: str) -> None:
    await _reasons(did, order_id, more=False)


async def more_reasons(did: Did, order_id: str) -> None:
    await _reasons(did, order_id, more=True)


async def _reasons(did: Did, order_id: str, *, more: bool) -> None:
    situation = await approve.prepare(did.desk, did.person_id, order_id, Action.CANCEL)
    today, in_a_row = await cancelling.cancels(did.desk)
    card = confirms.cancel_reasons(situation, did.reader, more=more, cancels_today=today, in_a_row=in_a_row)
    await did.show_order(situation, card=card)


async def reason(did: Did, order_id: str, number: str) -> None:
    if number == REASON_IN_WORDS:
        situation = await assemble.show(did.desk, did.person_id, order_id)
        await did.say(confirms.cancel_words_prompt(situation, did.reader), kind=PROMPT, order_id=order_id)
        return
    await _confirm_cancel(did, order_id, Choice(reason=number))


async def cancel_words(did: Did, order_id: str, text: str) -> None:
    """The reply to the prompt that asked for the reason in words."""
    await _confirm_cancel(did, order_id, Choice(reason=REASON_IN_WORDS, memo=" ".join(text.split())[:200]))


async def _confirm_cancel(did: Did, order_id: str, choice: Choice) -> None:
    situation, seal = await approve.open_step(did.desk, did.person_id, order_id, Action.CANCEL, choice)
    card = confirms.cancel_confirm(situation, seal, did.reader)
    await did.show_step(card, situation, kind=CONFIRM, seal_id=seal.id)


async def show_queue(did: Did) -> None:
    """The queue, in place of an older one that was tapped."""
    card = queue_card(await queue.queue(did.desk, did.person_id), did.reader)
    await did.say(card, kind=MENU, replace=True)


async def show_waiting(did: Did, page: str) -> None:
    listed = await queue.queue(did.desk, did.person_id)
    await did.say(waiting_card(listed, int(page) if page.isdigit() else 0, did.reader), kind=MENU, replace=True)


async def find(did: Did) -> None:
    """`/order 0417` or the full id."""
    if len(did.words) != 1:
        raise NotAllowed("usage", {"command": "order", "given": " ".join(did.words)[:40]})
    found = await assemble.find(did.desk, did.person_id, did.words[0])
    if len(found) == 1:
        await did.show_order(found[0])
        return
    await did.say(found_card(found, did.reader), kind=MENU)
