"""An off-ramp that nobody answered: what is known, and the word of a lead who looked into Gate Pay."""

from bot.domain.intents import LOOKS_NEEDED, Intent
from bot.domain.off_ramps import OffRamp, OffRampOrder, OffRampStanding
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, Rows, bold, escape, joined
from bot.views.convert_lines import tail_of
from bot.views.drawing import Drawing
from bot.views.otc_lines import add_people, add_sale, bank_line, number_of, title_line
from bot.views.pen import Pen, rows

ORDER, NOTHING = "order", "nothing"
"""what a lead may have seen"""
EXAMPLE = "2016768770965600001"
STATUS_COLUMNS = 20


def draw_unknown(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(title_line("❓", pen.say("No answer from Gate"), off_ramp))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    sent_at = pen.clock(intent.planned_at if intent.sent_at is None else intent.sent_at, seconds=True)
    made.line(pen.say("Sent {time}: may be done, or not", time=sent_at))
    made.line(bold(pen.say("Do not sell it in Gate Pay.")))
    if intent.last_look_at is not None and intent.looks:
        made.line(_look_line(pen, intent, intent.last_look_at))
    add_people(pen, standing, made, 1)
    made.rows = (*look_row(pen, off_ramp), *_settle_rows(pen, off_ramp))
    return made


def _look_line(pen: Pen, intent: Intent, at: int) -> Markup:
    """Which of the equal looks it was; more than needed are made while they do not span a minute."""
    nth, needed = form.count(min(intent.looks, LOOKS_NEEDED)), form.count(LOOKS_NEEDED)
    time = pen.clock(at, seconds=True)
    return pen.say("{time}: no such order ({nth} of {needed})", time=time, nth=nth, needed=needed)


def look_row(pen: Pen, off_ramp: OffRamp) -> Rows:
    return rows((press(pen.words("Look now"), Verb.OT_LOOK, off_ramp.id),))


def _settle_rows(pen: Pen, off_ramp: OffRamp) -> Rows:
    """Where looks leave it open for ever, a lead's word is the only way out."""
    if not pen.may(Right.SETTLE):
        return ()
    seen = press(pen.words("Gate Pay has it…"), Verb.OT_SETTLE, off_ramp.id, ORDER)
    return rows((seen, press(pen.words("Nothing happened"), Verb.OT_SETTLE, off_ramp.id, NOTHING)))


def order_prompt(standing: OffRampStanding, reader: Reader) -> Card:
    """A question whose reply is the number of the order in Gate Pay."""
    off_ramp = standing.off_ramp
    pen = Pen(reader, off_ramp.asked_at)
    made = Drawing()
    made.line(joined((bold(pen.say("Which order is it?")), number_of(off_ramp)), " · "))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    made.line(bold(pen.say("Reply with its number in Gate Pay.")))
    made.line(pen.say("The desk looks at that order first."))
    hint = pen.words("Number of the order, like {number}", number=EXAMPLE)
    return Card(made.card().text, prompt=True, prompt_hint=hint)


def order_confirm(standing: OffRampStanding, order: OffRampOrder, reader: Reader) -> Card:
    """The order that a lead named, as Gate has it: no coins move by this."""
    off_ramp = standing.off_ramp
    pen = Pen(reader, off_ramp.asked_at)
    made = Drawing()
    made.line(joined((bold(pen.say("Is it this order?")), number_of(off_ramp)), " · "))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    status = escape(order.status, STATUS_COLUMNS)
    made.line(pen.say("Gate's order {order}: {status}", order=tail_of(order.id), status=status))
    if order.client_order_id:
        made.line(pen.say("It has the desk's own number."))
    else:
        made.line(bold(pen.say("⚠ Gate tells no number of ours.")))
    add_people(pen, standing, made, 1)
    made.rows = _question_rows(pen, off_ramp, pen.words("It is this one"), order.id)
    return made.card()


def nothing_confirm(standing: OffRampStanding, reader: Reader) -> Card:
    """A lead takes it on to have looked: afterwards the same can be sold once more."""
    off_ramp = standing.off_ramp
    pen = Pen(reader, off_ramp.asked_at)
    made = Drawing()
    made.line(joined((bold(pen.say("Nothing happened?")), number_of(off_ramp)), " · "))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    made.line(pen.say("I looked into Gate Pay:"))
    made.line(pen.say("Gate Pay's history shows nothing."))
    made.line(bold(pen.say("⚠ Else it can be sold twice.")))
    add_people(pen, standing, made, 1)
    made.rows = _question_rows(pen, off_ramp, pen.words("Nothing happened"), NOTHING)
    return made.card()


def _question_rows(pen: Pen, off_ramp: OffRamp, label: str, outcome: str) -> Rows:
    back = press(pen.words("⬅ Back, settle nothing"), Verb.OT_OPEN, off_ramp.id)
    if not FIELD.match(outcome):
        return rows((back,))
    return rows((back,), (press(label, Verb.OT_SETTLE_YES, off_ramp.id, outcome, style="primary"),))
