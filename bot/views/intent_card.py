"""An action that is under way, that nobody answered, or that was answered with no."""

from bot.domain.intents import LOOKS_NEEDED, Action, Intent, State
from bot.domain.orders import Order, Phase, Side
from bot.domain.situations import Situation
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Markup, bold
from bot.views.drawing import Drawing
from bot.views.order_buttons import look_row
from bot.views.pen import Pen, rows

SENDING = {
    Action.RELEASE: mark("Releasing…"),
    Action.MARK_PAID: mark("Marking as paid…"),
    Action.CANCEL: mark("Cancelling…"),
}
SENT = {
    Action.RELEASE: mark("{time} sent: release {coins}"),
    Action.MARK_PAID: mark("{time} sent: mark {total} paid"),
    Action.CANCEL: mark("{time} sent: cancel {coins}"),
}
DO_NOT = {
    Action.RELEASE: mark("Do not release it in the Gate app."),
    Action.MARK_PAID: mark("Do not mark it in the Gate app."),
    Action.CANCEL: mark("Do not cancel it in the Gate app."),
}
ACCEPTED = {
    Action.RELEASE: mark("Gate took the release"),
    Action.MARK_PAID: mark("Gate took the paid mark"),
    Action.CANCEL: mark("Gate took the cancel"),
}
REFUSED = {
    Action.RELEASE: mark("❌ {time} Gate refused the release"),
    Action.MARK_PAID: mark("❌ {time} Gate refused the paid mark"),
    Action.CANCEL: mark("❌ {time} Gate refused the cancel"),
}
NOTHING_HAPPENED = {
    Action.RELEASE: mark("↩ {time} release: nothing happened"),
    Action.MARK_PAID: mark("↩ {time} mark paid: nothing happened"),
    Action.CANCEL: mark("↩ {time} cancel: nothing happened"),
}
PHASES = {
    Phase.UNPAID: mark("unpaid"),
    Phase.PAID: mark("paid"),
    Phase.LOCKED: mark("locked"),
    Phase.FINISHED: mark("finished"),
    Phase.CANCELLED: mark("cancelled"),
    Phase.EXPIRED: mark("expired"),
}


def phase_words(pen: Pen, order: Order) -> str:
    """The phase in words; a status the desk does not know stays as the venue wrote it."""
    return pen.words(PHASES[order.phase]) if order.phase in PHASES else order.status


def draw_open(pen: Pen, s: Situation, intent: Intent) -> Drawing:
    """Planned, sent or without an answer: no money buttons until it is settled."""
    return _draw_unknown(pen, s, intent) if intent.state is State.UNKNOWN else _draw_sending(pen, s, intent)


def _draw_sending(pen: Pen, s: Situation, intent: Intent) -> Drawing:
    made = Drawing()
    made.line(pen.title("📤", pen.words(SENDING[intent.action]), s.order))
    _add_deal(pen, s.order, made)
    if intent.sent_at is not None:
        made.line(pen.say("Sent to Gate {time}", time=pen.clock(intent.sent_at, seconds=True)))
    _add_people(pen, s, made)
    made.line(pen.say("Wait for Gate's answer"))
    return made


def draw_settling(pen: Pen, s: Situation, intent: Intent) -> Drawing:
    made = Drawing()
    made.line(pen.title("✅", pen.words(ACCEPTED[intent.action]), s.order))
    _add_deal(pen, s.order, made)
    made.line(pen.say("Gate still shows: {state}", state=phase_words(pen, s.order)))
    _add_people(pen, s, made)
    made.rows = rows(look_row(pen, s))
    return made


def _draw_unknown(pen: Pen, s: Situation, intent: Intent) -> Drawing:
    order = s.order
    made = Drawing()
    made.line(pen.title("❓", pen.words("No answer from Gate"), order))
    sent_at = pen.clock(intent.sent_at if intent.sent_at is not None else intent.planned_at, seconds=True)
    made.line(
        pen.say(SENT[intent.action], time=sent_at, coins=pen.money(order.coins), total=pen.money(order.fiat_total))
    )
    made.line(pen.say("It may be done, or not."))
    made.line(bold(pen.say(DO_NOT[intent.action])))
    if intent.last_look_at is None:
        made.line(pen.say("The first look is under way"))
    else:
        made.line(_look(pen, order, intent, intent.last_look_at))
    _add_people(pen, s, made)
    made.line(pen.say("Owners hear of it if it lasts"), 1)
    made.rows = rows(look_row(pen, s))
    return made


def _look(pen: Pen, order: Order, intent: Intent, at: int) -> Markup:
    return pen.say(
        "Look {time}: still {state} ({number} of {most})",
        time=pen.clock(at, seconds=True),
        state=phase_words(pen, order),
        number=form.count(intent.looks),
        most=form.count(LOOKS_NEEDED),
    )


def outcome_lines(pen: Pen, s: Situation) -> list[Markup]:
    """What became of the last try, for a card whose buttons are back."""
    intent = s.intent
    if intent is None or intent.state not in (State.REFUSED, State.VOID):
        return []
    texts = REFUSED if intent.state is State.REFUSED else NOTHING_HAPPENED
    settled_at = intent.settled_at if intent.settled_at is not None else intent.planned_at
    lines = [pen.say(texts[intent.action], time=pen.clock(settled_at))]
    if intent.state is State.REFUSED and intent.answer:
        lines.append(pen.say("Gate: {words}", words=intent.answer))
    return lines


def _add_deal(pen: Pen, order: Order, made: Drawing) -> None:
    made.line(bold(pen.money(order.coins)))
    made.line(pen.say("for {total}", total=pen.money(order.fiat_total)))
    text = mark("Buyer {name}") if order.side is Side.SELL else mark("Seller {name}")
    made.line(pen.say(text, name=bold(pen.counterparty(order))))


def _add_people(pen: Pen, s: Situation, made: Drawing) -> None:
    if s.actor_name:
        made.line(pen.say("by {who}", who=pen.staff(s.actor_name)), 1)
    if s.first_name:
        made.line(pen.say("approved first by {who}", who=pen.staff(s.first_name)), 1)
    if s.requester_name:
        made.line(pen.say("asked for by {who}", who=pen.staff(s.requester_name)), 1)
