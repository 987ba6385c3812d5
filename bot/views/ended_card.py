"""An order that is over: what became of it, and who did it."""

from bot.domain.intents import Action, State
from bot.domain.orders import Order, Phase, Side
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Markup, bold, joined
from bot.views.drawing import Drawing
from bot.views.order_buttons import more_row
from bot.views.pen import Pen, rows

TITLES = {
    (Phase.FINISHED, Side.SELL): ("✅", mark("Released")),
    (Phase.FINISHED, Side.BUY): ("✅", mark("Bought")),
    (Phase.CANCELLED, Side.SELL): ("🚫", mark("Cancelled")),
    (Phase.CANCELLED, Side.BUY): ("🚫", mark("Cancelled")),
    (Phase.EXPIRED, Side.SELL): ("⌛", mark("Expired unpaid")),
    (Phase.EXPIRED, Side.BUY): ("⌛", mark("Expired unpaid")),
}
JUDGED = {"bclosed": mark("Gate decided: completed"), "sclosed": mark("Gate decided: cancelled")}
ENDS = {Phase.FINISHED: Action.RELEASE, Phase.CANCELLED: Action.CANCEL}


def draw_ended(pen: Pen, s: Situation) -> Drawing:
    order = s.order
    made = Drawing()
    made.line(_title(pen, s))
    made.line(_counterparty(pen, order))
    made.line(pen.say("Gate: {state} {time}", state=_state(pen, order), time=_ended_at(pen, s)))
    if order.status.strip().lower() in JUDGED:
        made.line(pen.say(JUDGED[order.status.strip().lower()]))
    if s.is_done_elsewhere:
        made.line(pen.say("⚠ Done outside the desk"))
    elif _is_ours(s):
        _add_people(pen, s, made)
    if order.cancel_reason and order.phase is Phase.CANCELLED:
        made.line(pen.say("Reason: {words}", words=order.cancel_reason), 1)
    # What Gate last said of an appeal ("under review") is past when our own action ended the order
    if order.verdict and not _is_ours(s):
        made.line(pen.say("Gate: {words}", words=order.verdict), 1)
    _add_twins(pen, s, made)
    made.rows = rows(_next_row(pen, s), more_row(pen, s))
    return made


def _title(pen: Pen, s: Situation) -> Markup:
    order = s.order
    icon, text = TITLES[order.phase, order.side]
    icon = "⚠" if s.is_done_elsewhere else icon
    return joined((icon, bold(pen.words(text)), pen.money(order.coins), "·", order.short_id), " ")


def _counterparty(pen: Pen, order: Order) -> Markup:
    text = mark("to {name}, for {total}") if order.side is Side.SELL else mark("from {name}, for {total}")
    return pen.say(text, name=pen.counterparty(order), total=pen.money(order.fiat_total))


def _state(pen: Pen, order: Order) -> str:
    words = {
        Phase.FINISHED: pen.words("finished"),
        Phase.CANCELLED: pen.words("cancelled"),
        Phase.EXPIRED: pen.words("expired"),
    }
    return words[order.phase]


def _ended_at(pen: Pen, s: Situation) -> Markup:
    settled = s.intent.settled_at if s.intent is not None and _is_ours(s) else None
    return pen.clock(settled if settled is not None else s.seen_at, seconds=True)


def _is_ours(s: Situation) -> bool:
    """True when our own action, and no other, made this end."""
    if s.intent is None or s.intent.state is not State.DONE or s.is_done_elsewhere:
        return False
    if s.order.phase is Phase.FINISHED and s.order.side is Side.BUY:
        return s.intent.action is Action.MARK_PAID
    return s.intent.action is ENDS.get(s.order.phase)


def _add_people(pen: Pen, s: Situation, made: Drawing) -> None:
    who = pen.staff(s.actor_name)
    if s.intent is not None and s.intent.action is Action.RELEASE:
        made.line(pen.say("by {who}", who=who))
        reference = s.intent.arguments.get("reference", "")
        if reference:
            made.line(pen.say("bank credit seen: {mark}", mark=reference))
        else:
            made.line(pen.say("bank name seen: {name}", name=pen.counterparty(s.order)))
    elif s.intent is not None and s.intent.action is Action.MARK_PAID:
        made.line(pen.say("marked paid by {who}", who=who))
    else:
        made.line(pen.say("by {who}", who=who))
    if s.first_name:
        made.line(pen.say("approved first by {who}", who=pen.staff(s.first_name)))
    if s.requester_name:
        made.line(pen.say("asked for by {who}", who=pen.staff(s.requester_name)))


def _add_twins(pen: Pen, s: Situation, made: Drawing) -> None:
    if s.twins:
        ids = pen.words(", ").join(form.short_id(twin.order_id) for twin in s.twins[:3])
        made.line(pen.say("Same total, still open: {orders}", orders=ids), 2)


def _next_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    return _next_twin(pen, s), _thank(pen, s)


def _next_twin(pen: Pen, s: Situation) -> Button | None:
    if not s.twins or s.order.side is not Side.SELL:
        return None
    nearest = s.twins[0].order_id
    return press(pen.words("Next: {order}", order=form.short_id(nearest)), Verb.OPEN, nearest)


def _thank(pen: Pen, s: Situation) -> Button | None:
    if s.order.phase is not Phase.FINISHED or not pen.may(Right.CHAT):
        return None
    label = pen.words("Thank buyer") if s.order.side is Side.SELL else pen.words("Thank seller")
    return press(label, Verb.TEMPLATES, s.order.id)
