"""One card per off-ramp: a quote to take, the venue's order on its way, and its end.

The order of the questions matters: what was sent decides, and only without it the quote that lives or has ended.
"""

from dataclasses import replace

from bot.domain.intents import Intent, State
from bot.domain.money import Money
from bot.domain.off_ramps import OffRamp, OffRampStanding, Stage
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, escape, joined
from bot.views.convert_lines import coins, label_coins, red
from bot.views.convert_unknown import WITHOUT_ANSWER, WORDS_COLUMNS
from bot.views.drawing import Drawing
from bot.views.otc_lines import (
    add_bank,
    add_people,
    add_promotion,
    add_sale,
    bank_line,
    beside,
    change_line,
    rate_line,
    requester_line,
    requester_name,
    title_line,
)
from bot.views.otc_menu import amount_prompt, banks_to_choose, leads_asked, off_ramp_menu
from bot.views.otc_notices import UNTOUCHED
from bot.views.otc_unknown import draw_unknown, look_row
from bot.views.pay_codes import answer_words
from bot.views.pen import Pen, rows

__all__ = ["amount_prompt", "banks_to_choose", "leads_asked", "off_ramp_card", "off_ramp_menu"]

STATUS_COLUMNS = 20


def off_ramp_card(standing: OffRampStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The card of one off-ramp for these eyes; `above` are sentences under its first line (what just happened)."""
    pen = Pen(reader, standing.off_ramp.asked_at)
    made = _draw(pen, standing)
    for index, note in enumerate(above, start=1):
        made.insert(index, note)
    if reader.is_group:
        made.rows = rows((press(pen.words("Open"), Verb.OT_OPEN, standing.off_ramp.id, style="primary"),))
    return replace(made.card(), stands_for=off_ramp_card(standing, reader).digest) if above else made.card()


def _draw(pen: Pen, standing: OffRampStanding) -> Drawing:
    intent = standing.intent
    if intent is None:
        return _draw_ended(pen, standing) if standing.open_seal is None else _draw_quote(pen, standing)
    if intent.state is State.UNKNOWN:
        return draw_unknown(pen, standing, intent)
    if intent.state is State.TAKEN:
        return _draw_taken(pen, standing)
    if intent.state is State.DONE:
        return _draw_done(pen, standing, intent)
    if intent.state is State.REFUSED:
        draw = _draw_failed if standing.off_ramp.order_id else _draw_refused
        return draw(pen, standing, intent)
    if intent.state is State.VOID:
        return _draw_void(pen, standing, intent)
    return _draw_sending(pen, standing, intent)


def _draw_quote(pen: Pen, standing: OffRampStanding) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(joined((bold(pen.say("Off-ramp")), pen.say("cannot be undone")), " · "))
    if clean(standing.refusal):
        words = answer_words(pen, standing.refusal) or escape(standing.refusal, WORDS_COLUMNS)
        made.line(pen.say("❌ Gate refused: {words}", words=words))
    add_sale(pen, off_ramp, made)
    rate = rate_line(pen, off_ramp.quote.sell, off_ramp.quote.get)
    if rate is not None:
        made.line(rate, 3)
    change = change_line(pen, off_ramp)
    if change is not None:
        made.line(change, 1)
    add_bank(pen, off_ramp, made)
    add_promotion(pen, off_ramp.wish, made, 2)
    made.line(pen.say("Fee: told with the result"), 4)
    for line in _until(pen, standing):
        made.line(line)
    if standing.unanswered:
        made.line(pen.say("⚠ Off-ramps without an answer: {number}", number=form.count(standing.unanswered)))
    made.rows = _quote_rows(pen, standing)
    return made


def _until(pen: Pen, standing: OffRampStanding) -> tuple[Markup, ...]:
    """When it ends and for whom it is, on one line where that fits: a card has eight."""
    ends = pen.say("Until {time}", time=pen.clock(standing.off_ramp.ends_at, seconds=True))
    asked = requester_line(pen, standing)
    if asked is None:
        return (ends,)
    short = pen.say("asked by {who}", who=requester_name(pen, standing))
    together = beside(ends, short)
    return together if len(together) == 1 else (ends, asked)


def _quote_rows(pen: Pen, standing: OffRampStanding) -> Rows:
    """The red one only for whoever opened this step, because nobody else may press it."""
    off_ramp, seal, person = standing.off_ramp, standing.open_seal, pen.reader.person
    if person is None or seal is None or person.id != seal.opened_by or not person.may(Right.OFF_RAMP):
        return ()
    label = pen.words("Sell {coins}", coins=label_coins(off_ramp.quote.sell))
    return rows(
        (press(pen.words("⬅ Back"), Verb.OT_BACK, off_ramp.id), _new_quote(pen, off_ramp)),
        (red(label, pen.words("Sell it"), Verb.OT_YES, seal),),
    )


def _draw_ended(pen: Pen, standing: OffRampStanding) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(joined(("⌛", bold(pen.say("Off-ramp quote ended"))), " "))
    add_sale(pen, off_ramp, made)
    add_bank(pen, off_ramp, made)
    ended = off_ramp.ends_at if off_ramp.ended_at is None else min(off_ramp.ended_at, off_ramp.ends_at)
    made.line(pen.say("Ended {time}", time=pen.clock(ended, seconds=True)), 1)
    made.line(pen.say("Nothing was sold."))
    requester = requester_line(pen, standing)
    if requester is not None:
        made.line(requester, 2)
    made.rows = _new_row(pen, off_ramp)
    return made


def _draw_sending(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(title_line("📤", pen.say("Selling…"), off_ramp))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    if intent.sent_at is not None:
        made.line(pen.say("Sent to Gate {time}", time=pen.clock(intent.sent_at, seconds=True)), 2)
    add_people(pen, standing, made, 1)
    made.line(pen.say("Wait for Gate's answer"))
    return made


def _draw_taken(pen: Pen, standing: OffRampStanding) -> Drawing:
    """The venue has an order for it. On its way to the bank is no end; an unknown word is shown and is none either."""
    off_ramp = standing.off_ramp
    made = Drawing()
    if off_ramp.status == Stage.DISPATCHED:
        made.line(title_line("📨", pen.say("On the way to the bank"), off_ramp))
        made.line(pen.say("Gate sent it; not the end yet."))
    else:
        made.line(title_line("⏳", pen.say("Gate works on it"), off_ramp))
        if not standing.odd_status and off_ramp.status not in ("", Stage.PROCESSING):
            made.line(pen.say("Gate's status: {status}", status=escape(off_ramp.status, STATUS_COLUMNS)))
    _add_odd_word(pen, standing, made)
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    if off_ramp.looked_at is not None:
        made.line(pen.say("Looked at Gate {time}", time=pen.clock(off_ramp.looked_at, seconds=True)), 2)
    add_people(pen, standing, made, 1)
    made.rows = look_row(pen, off_ramp)
    return made


def _draw_done(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    off_ramp = standing.off_ramp
    quote, fiat = off_ramp.quote, off_ramp.quote.get.code
    made = Drawing()
    made.line(title_line("✅", pen.say("Off-ramp done"), off_ramp))
    made.line(pen.say("Sold {coins}", coins=bold(coins(quote.sell))))
    if off_ramp.final is None:
        made.line(pen.say("Bank got: not told by Gate"))
    else:
        made.line(pen.say("Bank got {coins}", coins=bold(coins(Money(off_ramp.final, fiat)))))
    made.line(pen.say("Quoted {coins} before fee", coins=coins(quote.get)), 2 if off_ramp.final is not None else 0)
    if off_ramp.fee is None:
        made.line(pen.say("Fee: not told by Gate"))
    else:
        made.line(pen.say("Fee {coins}", coins=coins(Money(off_ramp.fee, fiat))))
    made.line(bank_line(pen, off_ramp))
    _add_odd_word(pen, standing, made)
    if clean(off_ramp.error) and not standing.odd_status:
        made.line(pen.say("Gate: {words}", words=escape(off_ramp.error, WORDS_COLUMNS)))
    made.line(pen.say("Told by Gate {time}", time=_settled(pen, intent)), 3)
    add_people(pen, standing, made, 1)
    return made


def _draw_failed(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    """The venue's own order failed: where the coins are is not said anywhere, so a person looks."""
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(title_line("❌", pen.say("Off-ramp failed"), off_ramp))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    if clean(off_ramp.error):
        made.line(pen.say("Gate: {words}", words=escape(off_ramp.error, WORDS_COLUMNS)))
    else:
        made.line(pen.say("Gate tells no reason."))
    _add_odd_word(pen, standing, made)
    made.line(bold(pen.say("See in Gate Pay where the coins are.")))
    made.line(pen.say("Told by Gate {time}", time=_settled(pen, intent)), 2)
    add_people(pen, standing, made, 1)
    made.rows = _new_row(pen, off_ramp)
    return made


def _draw_refused(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(title_line("❌", pen.say("Gate refused"), off_ramp))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    if clean(intent.answer) and intent.answer not in WITHOUT_ANSWER:
        words = answer_words(pen, intent.answer) or escape(intent.answer, WORDS_COLUMNS)
        made.line(pen.say("Gate: {words}", words=words))
    made.line(pen.say("Nothing was sold."))
    made.line(pen.say("Told by Gate {time}", time=_settled(pen, intent)), 2)
    add_people(pen, standing, made, 1)
    made.rows = _new_row(pen, off_ramp)
    return made


def _draw_void(pen: Pen, standing: OffRampStanding, intent: Intent) -> Drawing:
    off_ramp = standing.off_ramp
    made = Drawing()
    made.line(title_line("↩", pen.say("Nothing happened"), off_ramp))
    add_sale(pen, off_ramp, made)
    made.line(bank_line(pen, off_ramp))
    if intent.looks or intent.is_by_word:
        made.line(pen.say(UNTOUCHED[intent.is_by_word]))
    made.line(pen.say("Nothing was sold."))
    made.line(pen.say("Settled {time}", time=_settled(pen, intent)), 2)
    add_people(pen, standing, made, 1)
    made.rows = _new_row(pen, off_ramp)
    return made


def _add_odd_word(pen: Pen, standing: OffRampStanding, made: Drawing) -> None:
    """What Gate says now that moves no status: nobody here knows what it means."""
    if standing.odd_status:
        word = escape(standing.odd_status, STATUS_COLUMNS)
        made.line(joined(("⚠", bold(pen.say("Gate's status: {status}", status=word))), " "))


def _settled(pen: Pen, intent: Intent) -> Markup:
    return pen.clock(intent.planned_at if intent.settled_at is None else intent.settled_at, seconds=True)


def _new_quote(pen: Pen, off_ramp: OffRamp) -> Button:
    return press(pen.words("New quote"), Verb.OT_NEW, off_ramp.id)


def _new_row(pen: Pen, off_ramp: OffRamp) -> Rows:
    return rows((_new_quote(pen, off_ramp) if pen.may(Right.OFF_RAMP) else None,))
