"""One card per order: what it is, whose move it is, and only the buttons that fit.

The order of the questions matters: an order that is over, then an action under way, then a doubt that stopped it, and
only then what Gate says of it.
"""

from dataclasses import replace

from bot.domain.orders import Order, Phase, Side
from bot.domain.situations import Reader, Situation
from bot.texts import formatting as form
from bot.views import buy_card, sell_card, two_people
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, code, escape, joined, link
from bot.views.counterparty import profile_button
from bot.views.drawing import Drawing
from bot.views.ended_card import draw_ended
from bot.views.intent_card import draw_open, draw_settling, outcome_lines, phase_words
from bot.views.order_buttons import cancel_button, chat_read, is_taken, look_row, more_row, open_row
from bot.views.pen import Pen, rows

ICONS = {
    Phase.UNPAID: "⏳",
    Phase.PAID: "💰",
    Phase.LOCKED: "⚖",
    Phase.FINISHED: "✅",
    Phase.CANCELLED: "🚫",
    Phase.EXPIRED: "⌛",
    Phase.UNKNOWN: "❔",
}


def order_card(s: Situation, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The card of one order for these eyes; `above` are sentences under its first line (what just happened)."""
    pen = Pen(reader, s.seen_at)
    made = _draw(pen, s)
    notes = list(above)
    if not s.order.is_final and not s.has_open_intent:
        # A remark must not push away how the last try ended: after a restart it may be the only place that says so
        notes += outcome_lines(pen, s)[: 1 if above else None]
        if is_taken(pen, s) and s.approval is None:
            notes.append(pen.say("✋ {who} is on it", who=pen.staff(s.claimed_name)))
    for index, note in enumerate(notes, start=1):
        made.insert(index, note)
    if reader.is_group:
        made.rows = (open_row(pen, s.order),)
    return replace(made.card(), stands_for=order_card(s, reader).digest) if above else made.card()


def _draw(pen: Pen, s: Situation) -> Drawing:
    order = s.order
    if order.is_final:
        return draw_ended(pen, s)
    if s.intent is not None and s.intent.is_open:
        return draw_open(pen, s, s.intent)
    if s.intent is not None and s.is_settling:
        return draw_settling(pen, s, s.intent)
    if s.lock is not None:
        return sell_card.draw_stopped(pen, s)
    if order.phase is Phase.UNKNOWN:
        return _draw_strange(pen, s)
    if s.approval is not None:
        return two_people.draw(pen, s, s.approval)
    if order.side is Side.SELL:
        return _draw_sell(pen, s)
    return _draw_buy(pen, s)


def _draw_sell(pen: Pen, s: Situation) -> Drawing:
    if s.order.in_appeal or s.order.phase is Phase.LOCKED:
        return sell_card.draw_appeal(pen, s)
    return sell_card.draw_paid(pen, s) if s.order.phase is Phase.PAID else sell_card.draw_waiting(pen, s)


def _draw_buy(pen: Pen, s: Situation) -> Drawing:
    if s.order.in_appeal or s.order.phase is Phase.LOCKED:
        return buy_card.draw_appeal(pen, s)
    if s.order.phase is Phase.PAID:
        return buy_card.draw_paid(pen, s)
    return buy_card.draw_hidden(pen, s) if s.order.hides_payment else buy_card.draw_unpaid(pen, s)


def _draw_strange(pen: Pen, s: Situation) -> Drawing:
    """A status that nobody has met yet: shown as it came, and no money button is guessed from it."""
    order = s.order
    made = Drawing()
    made.line(pen.title("❔", pen.words("Gate says: {status}", status=order.status), order))
    made.line(pen.say("The desk does not know this state."))
    _add_deal(pen, order, made)
    made.line(pen.say("Look into the Gate app"))
    made.rows = rows(look_row(pen, s), more_row(pen, s))
    return made


def _add_deal(pen: Pen, order: Order, made: Drawing) -> None:
    verb = pen.words("We sell") if order.side is Side.SELL else pen.words("We buy")
    made.line(pen.say("{verb} {coins}", verb=verb, coins=bold(pen.money(order.coins))))
    made.line(pen.say("for {total}", total=pen.money(order.fiat_total)))
    made.line(pen.say("with {name}", name=bold(pen.counterparty(order))))


def more_card(s: Situation, reader: Reader) -> Card:
    """Everything that is asked for rarely, and the cancel where Gate offers it."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(pen.title("📄", phase_words(pen, order), order))
    made.line(joined((pen.say("Order"), code(escape(order.id, 40))), " "))
    _add_deal(pen, order, made)
    unit = form.amount(order.price)
    made.line(pen.say("1 {asset} = {price} {fiat}", asset=order.asset, price=unit, fiat=order.fiat), 1)
    if order.counterparty_nick:
        made.line(pen.say("nick {nick}", nick=pen.name(order.counterparty_nick)), 2)
    _add_profile(pen, s, made)
    if order.created_at:
        made.line(pen.say("Opened {time}", time=pen.clock_s(order.created_at)), 3)
    made.line(chat_read(pen, s))
    copy_id = None if reader.is_group else Button(pen.words("Copy order id"), copy=order.id)
    back = press(pen.words("⬅ Back"), Verb.BACK, order.id)
    topic = Button(pen.words("Topic ↗"), url=s.topic_url) if s.topic_url else None
    cancel = None if order.is_final else cancel_button(pen, s)
    about = profile_button(pen, s)
    made.rows = (open_row(pen, order),) if reader.is_group else rows((back,), (about,), (copy_id, topic), (cancel,))
    return made.card()


def _add_profile(pen: Pen, s: Situation, made: Drawing) -> None:
    profile = s.profile
    if profile is None:
        return
    percent = form.plain_number(profile.completion_percent)
    made.line(pen.say("{number} orders, {percent}% completed", number=form.count(profile.completed), percent=percent))
    verified = pen.words("identity checked") if profile.is_verified else pen.words("identity not checked")
    made.line(pen.say("{days} days at Gate, {verified}", days=form.count(profile.registered_days), verified=verified))


def moved_line(s: Situation, reader: Reader, url: str = "") -> Card:
    """What is left of an old card when a new one was posted below; `url` leads to the new one."""
    pen = Pen(reader, s.seen_at)
    text = pen.say("{order} → below", order=s.order.short_id)
    return Card(link(text, url) if url else text)


def order_line(s: Situation, reader: Reader) -> Markup:
    """One line for lists: `💰 0417 +7,200.00 CNY 张三丰 14:22`."""
    pen, order = Pen(reader, s.seen_at), s.order
    icon = _icon(s)
    facts = {
        "order": order.short_id,
        "total": bold(pen.money(order.fiat_total)),
        "name": clean(_short_name(pen, s), 10),
    }
    if order.is_final:
        told = pen.say("{order} {state} {total} {name}", state=phase_words(pen, order), **facts)
    elif order.side is Side.BUY:
        told = pen.say("{order} −{total} {name}", **facts)
    else:
        told = pen.say("{order} +{total} {name}", **facts)
    ends = _turning_point(order)
    if s.approval is not None and not order.is_final:
        told, ends = two_people.line(pen, s, s.approval), 0
    parts = [escape(icon), told] + ([pen.clock_s(ends)] if ends else [])
    return joined(parts, " ")


def _icon(s: Situation) -> str:
    order = s.order
    if order.is_final:
        return ICONS[order.phase]
    if s.has_open_intent:
        return "❓"
    if s.lock is not None:
        return "🔒"
    if s.approval is not None:
        return "⏲" if s.approval.is_armed else "👥"
    if order.in_appeal:
        return ICONS[Phase.LOCKED]
    return "🛒" if order.side is Side.BUY and order.phase is Phase.UNPAID else ICONS[order.phase]


def _short_name(pen: Pen, s: Situation) -> str:
    return pen.name(s.order.counterparty_name or s.order.counterparty_nick)


def _turning_point(order: Order) -> int:
    """The moment after which it gets worse: the payment deadline, then the venue's right to act. 0 = none."""
    if order.phase is Phase.UNPAID:
        return order.pay_deadline
    if order.phase is not Phase.PAID:
        return 0
    return order.may_be_forced_at if order.side is Side.SELL else order.appeal_from
