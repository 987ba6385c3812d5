"""We buy: our fiat leaves, then the counterparty releases the coins."""

from bot.domain.orders import Order
from bot.domain.situations import Situation
from bot.domain.staff import NO_LIMIT_FROM, Right
from bot.views.buttons import Verb, press
from bot.views.card import Rows, bold
from bot.views.drawing import Drawing
from bot.views.order_buttons import cancel_button, claim_button, copies, is_taken, more_row, take_over_row
from bot.views.pen import Pen, rows
from bot.views.sell_card import add_last_line


def draw_unpaid(pen: Pen, s: Situation) -> Drawing:
    """Our move: pay the payee, then say so."""
    order = s.order
    if s.is_too_late:
        return _draw_late(pen, s)
    made = Drawing()
    made.line(pen.title("🛒", pen.words("We buy: pay the seller"), order))
    _add_payment(pen, order, made)
    if order.pay_deadline:
        made.line(pen.say("Pay before {time}", time=pen.clock_s(order.pay_deadline)))
    if order.holder_differs:
        if order.counterparty_name:
            made.line(pen.say("🔴 Account holder is another person"))
        else:
            made.line(pen.say("🔴 Account holder not compared"))
        made.line(pen.say("Leads only: do not pay yet"))
    add_last_line(pen, s, made)
    made.rows = _unpaid_rows(pen, s)
    return made


def _draw_late(pen: Pen, s: Situation) -> Drawing:
    """The time to pay is over, and Gate has not ended the order yet: nobody pays now, but who has paid may say so."""
    order = s.order
    made = Drawing()
    made.line(pen.title("⌛", pen.words("Too late: do not pay"), order))
    _add_deal(pen, order, made)
    made.line(pen.say("Time to pay ended {time}", time=pen.clock_s(order.pay_deadline)))
    made.line(pen.say("Paid already? Mark it now."))
    if order.holder_differs:
        made.line(pen.say("Leads only: ask one to mark it"))
    add_last_line(pen, s, made)
    made.rows = _unpaid_rows(pen, s)
    return made


def draw_hidden(pen: Pen, s: Situation) -> Drawing:
    """Gate does not show the payee (§2.1 `hide_payment`): nobody may pay from here, nor to an account from the chat."""
    order = s.order
    made = Drawing()
    made.line(pen.title("🙈", pen.words("Gate hides the payment data"), order))
    if s.is_too_late:
        _add_deal(pen, order, made)
    else:
        _add_payment(pen, order, made)
    made.line(pen.say("Do not pay: the payee is unknown"))
    made.line(pen.say("The seller's account is still hidden."), 3)
    made.line(pen.say("Ask in the chat, then look again."), 1)
    if s.is_too_late:
        made.line(pen.say("Time to pay ended {time}", time=pen.clock_s(order.pay_deadline)))
    elif order.pay_deadline:
        made.line(pen.say("Pay before {time}", time=pen.clock_s(order.pay_deadline)))
    add_last_line(pen, s, made)
    look = press(pen.words("Look again"), Verb.LOOK, order.id)
    made.rows = rows((look, cancel_button(pen, s)), more_row(pen, s))
    return made


def draw_paid(pen: Pen, s: Situation) -> Drawing:
    """We said paid; the seller has to release."""
    order = s.order
    made = Drawing()
    made.line(pen.title("⌛", pen.words("We paid, coins to come"), order))
    made.line(pen.say("Paid {total}", total=bold(pen.money(order.fiat_total))))
    made.line(pen.say("to {name}", name=bold(pen.counterparty(order))))
    made.line(pen.say("Coming in: {coins}", coins=pen.money(order.coins)))
    if order.paid_at:
        made.line(pen.say("Marked paid {time}", time=pen.clock_s(order.paid_at)), 1)
    made.line(pen.say("Waiting for the seller's release"), 2)
    if s.may_appeal:
        made.line(pen.say("You may appeal now, in the Gate app"))
    elif order.appeal_from:
        made.line(pen.say("From {time} you may appeal", time=pen.clock_s(order.appeal_from)))
        made.line(pen.say("in the Gate app"), 3)
    add_last_line(pen, s, made)
    made.rows = rows(more_row(pen, s))
    return made


def draw_appeal(pen: Pen, s: Situation) -> Drawing:
    order = s.order
    made = Drawing()
    title = pen.words("Appeal open") if order.in_appeal else pen.words("Locked by Gate")
    made.line(pen.title("⚖", title, order))
    made.line(pen.say("We buy: {coins}", coins=bold(pen.money(order.coins))))
    made.line(pen.say("for {total}", total=pen.money(order.fiat_total)))
    made.line(pen.say("Seller {name}", name=bold(pen.counterparty(order))))
    if order.verdict:
        made.line(pen.say("Gate: {words}", words=order.verdict))
    made.line(pen.say("Gate's move: answer in its app"))
    add_last_line(pen, s, made)
    made.rows = rows(more_row(pen, s))
    return made


def _add_payment(pen: Pen, order: Order, made: Drawing) -> None:
    made.line(pen.say("Pay {total}", total=bold(pen.money(order.fiat_total))))
    if order.counterparty_name:
        made.line(pen.say("to {name} (verified name)", name=bold(pen.counterparty(order))))
    else:
        made.line(pen.say("to {name}, no verified name", name=bold(pen.counterparty(order))))
    made.line(pen.say("then get {coins}", coins=pen.money(order.coins)), 4 if order.hides_payment else 0)


def _add_deal(pen: Pen, order: Order, made: Drawing) -> None:
    made.line(pen.say("Order: {total}", total=bold(pen.money(order.fiat_total))))
    made.line(pen.say("Seller {name}", name=bold(pen.counterparty(order))))


def _unpaid_rows(pen: Pen, s: Situation) -> Rows:
    order = s.order
    if is_taken(pen, s):
        return rows(take_over_row(pen, s), more_row(pen, s))
    person = pen.reader.person
    is_lead = person is not None and person.role >= NO_LIMIT_FROM
    may_pay = is_lead or not order.holder_differs
    may_see = may_pay and pen.may(Right.SHOW_PAYEE) and not s.is_too_late
    payee = press(pen.words("Show payee"), Verb.PAYEE, order.id) if may_see else None
    paid = press(pen.words("Mark paid…"), Verb.MARK_PAID, order.id) if pen.may(Right.MARK_PAID) and may_pay else None
    copied = () if s.is_too_late else copies(pen, order)
    return rows(copied, (payee, claim_button(pen, s)), (paid, cancel_button(pen, s)), more_row(pen, s))
