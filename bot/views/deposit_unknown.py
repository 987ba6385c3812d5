"""An order for a link that nobody answered: what to check, and the word of a lead who looked."""

from bot.domain.deposits import DepositStanding
from bot.domain.intents import Intent
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, bold, joined
from bot.views.deposit_lines import add_person, add_wish, copy_number, number_line, title_line
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows

SETTLED = {
    "made": (mark("Was the link made?"), mark("This order stands there."), mark("It was made")),
    "nothing": (mark("Was nothing made?"), mark("No such order stands there."), mark("Nothing was made")),
}
"""outcome: (question, what the person saw, button)"""


def draw_unknown(pen: Pen, standing: DepositStanding, intent: Intent) -> Drawing:
    """No query is documented: a person looks, or a report that matches settles it."""
    deposit = standing.deposit
    made = Drawing()
    made.line(title_line(pen, "❓", pen.say("No answer from MTPay"), deposit))
    add_wish(pen, deposit.wish, made)
    sent_at = pen.clock(intent.planned_at if intent.sent_at is None else intent.sent_at, seconds=True)
    made.line(pen.say("Sent {time}: may be made, or not", time=sent_at))
    made.line(number_line(deposit, pen))
    made.line(bold(pen.say("Look for it in MTPay's console.")))
    made.line(pen.say("Nothing is sent again by itself."))
    made.line(pen.say("A report of MTPay settles it, too."), 1)
    add_person(pen, standing, made, 2)
    words = (press(pen.words(label), Verb.DP_SETTLE, deposit.id, one) for one, (*_, label) in SETTLED.items())
    may_settle = pen.may(Right.SETTLE)
    made.rows = rows((copy_number(pen, deposit),), tuple(words) if may_settle else ())
    return made


def draw_made(pen: Pen, standing: DepositStanding) -> Drawing:
    deposit = standing.deposit
    made = Drawing()
    made.line(title_line(pen, "❔", pen.say("Made, but no link here"), deposit))
    add_wish(pen, deposit.wish, made)
    made.line(pen.say("The answer with the link was lost."))
    made.line(number_line(deposit, pen))
    made.line(bold(pen.say("Take the link from MTPay's console.")))
    made.line(pen.say("MTPay's reports still come here."), 2)
    add_person(pen, standing, made, 1)
    made.rows = rows((copy_number(pen, deposit),))
    return made


def settle_question(standing: DepositStanding, outcome: str, reader: Reader) -> Card:
    """A lead takes it on to have looked: nothing is sent by this. `outcome`: "made" or "nothing"."""
    deposit = standing.deposit
    pen = Pen(reader, deposit.asked_at)
    question, seen, label = SETTLED[outcome]
    made = Drawing()
    made.line(joined((bold(pen.say(question)), deposit.label), " · "))
    add_wish(pen, deposit.wish, made)
    made.line(pen.say("I looked into MTPay's console:"))
    made.line(number_line(deposit, pen))
    made.line(bold(pen.say(seen)))
    add_person(pen, standing, made, 1)
    made.rows = rows(
        (press(pen.words("⬅ Back, settle nothing"), Verb.DP_OPEN, deposit.id),),
        (press(pen.words(label), Verb.DP_SETTLE_YES, deposit.id, outcome, style="primary"),),
    )
    return made.card()
