"""Rows of buttons, and the line about the chat, that several order cards share."""

from bot.domain.orders import Order, Phase
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.views.buttons import Verb, press
from bot.views.card import Button, Markup
from bot.views.pen import Pen

SEVERAL = 2


def is_taken(pen: Pen, s: Situation) -> bool:
    """True when somebody else is on it: then nobody presses money buttons past them."""
    person = pen.reader.person
    return person is not None and s.claimed_by is not None and s.claimed_by != person.id


def take_over_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    return (press(pen.words("Take over"), Verb.CLAIM, s.order.id) if pen.may(Right.CLAIM) else None,)


def claim_button(pen: Pen, s: Situation) -> Button | None:
    """Where several are on duty, one says that it is theirs before they act on it."""
    is_free = s.claimed_by is None and s.on_duty >= SEVERAL and not s.has_open_intent
    return press(pen.words("Claim"), Verb.DUTY_CLAIM, s.order.id) if is_free and pen.may(Right.CLAIM) else None


def copies(pen: Pen, order: Order) -> tuple[Button | None, ...]:
    """The exact total and the verified name, as the bank app's search wants them."""
    if pen.reader.is_group:
        return ()
    return pen.copy_total(order), pen.copy_text(order.counterparty_name, order.counterparty_name)


def more_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    """The topic's link stands on the cards behind them."""
    order = s.order
    chat, more = press(pen.words("Chat"), Verb.CHAT, order.id), press(pen.words("More"), Verb.MORE, order.id)
    if order.phase is Phase.FINISHED or not pen.may(Right.CHAT):
        return chat, more  # who has finished is thanked by a button of its own, which opens the same list
    return chat, press(pen.words("Replies"), Verb.TEMPLATES, order.id), more


def look_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    return (press(pen.words("Look now"), Verb.LOOK, s.order.id),)


def cancel_button(pen: Pen, s: Situation) -> Button | None:
    """Only where Gate lets this side cancel now, for those who may, and not past somebody who is on it."""
    if not s.order.is_cancelable or not pen.may(Right.CANCEL) or is_taken(pen, s) or s.has_open_intent:
        return None
    return press(pen.words("Cancel…"), Verb.CANCEL, s.order.id)


def open_row(pen: Pen, order: Order) -> tuple[Button, ...]:
    """All that a card in the group may carry: money is only touched in direct messages."""
    return (press(pen.words("Open"), Verb.OPEN, order.id, style="primary"),)


def chat_read(pen: Pen, s: Situation) -> Markup:
    """When the chat was last looked at: where Gate counts nothing, new words may be younger than that."""
    if s.chat_read_at is None:
        return pen.say("💬 not read yet")
    return pen.say("💬 read {time}", time=pen.clock(s.chat_read_at))
