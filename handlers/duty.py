"""`/duty`: read what was said, call one flow, show one card."""

from bot.domain.duty import SPOKEN, Offer
from bot.domain.errors import NotAllowed
from bot.flows import claims
from bot.flows import duty as flow
from bot.flows import handover as handing
from bot.flows.deliver import MENU
from bot.flows.duty_view import HANDOVER
from bot.views import duty as views
from bot.views import handover as handovers
from handlers.context import Did

NOTE = "handover_note"
"""the kind of the question for notes"""
MOST_ID_DIGITS = 20


async def duty(did: Did) -> None:
    """`/duty` tells and offers; `/duty on`, `/duty off`, `/duty over` and `/duty over 7251000123`."""
    if not did.words:
        await _show(did)
        return
    word, *rest = did.words
    state = SPOKEN.get(word.lower())
    is_id = len(rest) == 1 and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) <= MOST_ID_DIGITS
    if state is None or (rest and not (state == "over" and is_id)):
        raise NotAllowed("usage", {"command": "duty", "given": " ".join(did.words)[:30]})
    if rest:
        await hand_to(did, rest[0])
    else:
        await set_duty(did, state)


async def set_duty(did: Did, state: str) -> None:
    """A word of the command, or a button that names it."""
    if not did.is_private:
        raise NotAllowed("duty_in_group")
    if state == "on":
        await _on(did)
    elif state == "off":
        await _leave(did, anyway=False)
    elif state == "over":
        await _over(did)
    elif state == "show":
        await _show(did)
    else:
        raise NotAllowed("stale_button")


async def _show(did: Did) -> None:
    watchman = await flow.stand(did.desk, did.person_id)
    await did.say(views.duty_card(watchman, did.reader), kind=MENU, replace=True)


async def _on(did: Did) -> None:
    """The bell comes by itself; a card that was tapped says that it rings."""
    watchman = await flow.ask_bell(did.desk, did.person_id)
    if watchman.person.on_duty or did.message_id is not None:
        await did.say(views.duty_card(watchman, did.reader), kind=MENU, replace=True)


async def heard(did: Did, bell_id: str) -> None:
    watchman = await flow.hear(did.desk, did.person_id, bell_id, did.received_at)
    await did.say(views.duty_card(watchman, did.reader), kind=MENU, replace=True)


async def leave_anyway(did: Did) -> None:
    await _leave(did, anyway=True)


async def _leave(did: Did, *, anyway: bool) -> None:
    watchman = await flow.leave(did.desk, did.person_id, anyway=anyway)
    draw = views.leaving_card if watchman.person.on_duty else views.duty_card
    await did.say(draw(watchman, did.reader), kind=MENU, replace=True)


async def _over(did: Did) -> None:
    waiting = await handing.standing(did.desk, did.person_id)
    if waiting is not None:
        await _show_offer(did, waiting)
        return
    watchman, fitting = await handing.choose(did.desk, did.person_id)
    await did.say(handovers.choose_card(watchman, fitting, did.reader), kind=MENU, replace=True)


async def hand_to(did: Did, person: str) -> None:
    if not did.is_private:
        raise NotAllowed("duty_in_group")
    await _show_offer(did, await handing.write(did.desk, did.person_id, int(person) if person.isdigit() else 0))


async def ask_note(did: Did, handover_id: str) -> None:
    offer = await handing.written(did.desk, did.person_id, handover_id)
    await did.say(handovers.note_prompt(offer, did.reader), kind=NOTE, order_id=handover_id)


async def note(did: Did, handover_id: str, text: str) -> None:
    """The reply to the question for notes; one that is too long may be given again."""
    await _show_offer(did, await handing.add_note(did.desk, did.person_id, handover_id, text))


async def send(did: Did, handover_id: str) -> None:
    await _show_offer(did, await handing.send(did.desk, did.person_id, handover_id))


async def back(did: Did, handover_id: str) -> None:
    await _show_offer(did, await handing.take_back(did.desk, did.person_id, handover_id))


async def accept(did: Did, handover_id: str) -> None:
    taken = await handing.accept(did.desk, did.person_id, handover_id, did.received_at)
    above = handovers.taken_lines(taken.offer, taken.moved, did.reader)
    await did.say(views.duty_card(taken.watchman, did.reader, above), kind=MENU, replace=True)


async def refuse(did: Did, handover_id: str) -> None:
    await _show_offer(did, await handing.refuse(did.desk, did.person_id, handover_id))


async def _show_offer(did: Did, offer: Offer) -> None:
    card = handovers.handover_card(offer, did.reader)
    await did.say(card, kind=HANDOVER, order_id=offer.handover.id, replace=True)


async def claim(did: Did, order_id: str) -> None:
    """*Claim*: one of several on duty takes an order that nobody is on."""
    await did.show_order(await claims.claim(did.desk, did.person_id, order_id))
