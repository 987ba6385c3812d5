"""One card per conversion: a quote to take, and everything that may come of it.

The order of the questions matters: what was sent decides, and only without it the quote that lives or has ended.
"""

from dataclasses import replace

from bot.domain.intents import Intent, State
from bot.domain.money import Money
from bot.domain.quotes import Conversion, Progress, Standing
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, escape, joined, width
from bot.views.convert_lines import (
    account_words,
    add_deal,
    add_people,
    add_requester,
    change_line,
    coins,
    label_coins,
    rate_line,
    red,
    tail_of,
)
from bot.views.convert_unknown import (
    WITHOUT_ANSWER,
    WORDS_COLUMNS,
    add_repeat,
    again_confirm,
    draw_unknown,
    settle_confirm,
)
from bot.views.drawing import Drawing
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows

__all__ = ["again_confirm", "conversion_card", "leads_asked_line", "settle_confirm"]


def conversion_card(standing: Standing, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The card of one conversion for these eyes; `above` are sentences under its first line (what just happened)."""
    pen = Pen(reader, standing.conversion.asked_at)
    made = _draw(pen, standing)
    for index, note in enumerate(above, start=1):
        made.insert(index, note)
    if reader.is_group:
        made.rows = rows((press(pen.words("Open"), Verb.CV_OPEN, standing.conversion.id, style="primary"),))
    return replace(made.card(), stands_for=conversion_card(standing, reader).digest) if above else made.card()


def _draw(pen: Pen, standing: Standing) -> Drawing:
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
        return _draw_refused(pen, standing, intent)
    if intent.state is State.VOID:
        return _draw_void(pen, standing, intent)
    return _draw_sending(pen, standing, intent)


def _draw_quote(pen: Pen, standing: Standing) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    _add_title(pen, "", pen.words("Convert"), conversion, made)
    if clean(standing.refusal):
        made.line(pen.say("❌ Gate refused: {words}", words=escape(standing.refusal, WORDS_COLUMNS)))
    add_deal(pen, quote.sell, quote.buy, made)
    _add_rate(pen, quote.sell, quote.buy, made, rank=2)
    change = change_line(pen, conversion)
    if change is not None:
        made.line(change, 1)
    ends = pen.clock(conversion.ends_at, seconds=True)
    made.line(pen.say("Quote {quote}, until {time}", quote=tail_of(quote.id), time=ends))
    add_requester(pen, standing, made)
    if standing.unanswered:
        made.line(pen.say("⚠ Conversions without an answer: {number}", number=form.count(standing.unanswered)))
    made.rows = _quote_rows(pen, standing)
    return made


def _quote_rows(pen: Pen, standing: Standing) -> Rows:
    """The red one only for whoever opened this step, because nobody else may press it."""
    conversion, seal, person = standing.conversion, standing.open_seal, pen.reader.person
    if person is None or seal is None or person.id != seal.opened_by or not person.may(Right.CONVERT):
        return ()
    label = pen.words("Convert {coins}", coins=label_coins(conversion.quote.sell))
    return rows(
        (press(pen.words("⬅ Back"), Verb.CV_BACK, conversion.id), _new_quote(pen, conversion)),
        (red(label, pen.words("Convert it"), Verb.CV_YES, seal),),
    )


def _draw_ended(pen: Pen, standing: Standing) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    _add_title(pen, "⌛", pen.words("Quote ended"), conversion, made)
    add_deal(pen, quote.sell, quote.buy, made)
    ended = conversion.ends_at if conversion.ended_at is None else min(conversion.ended_at, conversion.ends_at)
    at = pen.clock(ended, seconds=True)
    made.line(pen.say("Quote {quote} ended {time}", quote=tail_of(quote.id), time=at))
    made.line(pen.say("Nothing was converted."))
    add_requester(pen, standing, made, 1)
    made.rows = _new_row(pen, conversion)
    return made


def _draw_sending(pen: Pen, standing: Standing, intent: Intent) -> Drawing:
    """Nobody knows yet; the repeat says that it is one."""
    conversion, quote = standing.conversion, standing.conversion.quote
    is_repeat = intent.state is State.ASKED
    made = Drawing()
    title = pen.words("Asked once more…") if is_repeat else pen.words("Converting…")
    _add_title(pen, "📤", title, conversion, made)
    add_deal(pen, quote.sell, quote.buy, made)
    made.line(pen.say("Quote {quote}", quote=tail_of(quote.id)))
    sent_at = conversion.asked_again_at if is_repeat else intent.sent_at
    if sent_at is not None:
        made.line(pen.say("Sent to Gate {time}", time=pen.clock(sent_at, seconds=True)), 2)
    add_people(pen, standing, made, 1)
    made.line(pen.say("Wait for Gate's answer"))
    return made


def _draw_taken(pen: Pen, standing: Standing) -> Drawing:
    """The venue has an order for it; its number is shown as it is, and no unknown one is taken for an end."""
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    _add_title(pen, "⏳", pen.words("Gate works on it"), conversion, made)
    add_deal(pen, quote.sell, quote.buy, made)
    made.line(_order_line(pen, conversion))
    if conversion.looked_at is not None:
        made.line(pen.say("Looked at Gate {time}", time=pen.clock(conversion.looked_at, seconds=True)))
    if conversion.differs and conversion.executed is not None:
        made.line(pen.say("🔴 Gate's order has other amounts:"))
        made.line(_arrow(*conversion.executed))
    add_repeat(pen, conversion, made)
    add_people(pen, standing, made, 1)
    made.rows = rows((press(pen.words("Look now"), Verb.CV_LOOK, conversion.id),))
    return made


def _draw_done(pen: Pen, standing: Standing, intent: Intent) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    sell, buy = conversion.executed or (quote.sell, quote.buy)
    made = Drawing()
    _add_title(pen, "✅", pen.words("Converted"), conversion, made)
    made.line(pen.say("Gave {coins}", coins=bold(coins(sell))))
    made.line(pen.say("Got {coins}", coins=bold(coins(buy))))
    if conversion.differs:
        made.line(pen.say("🔴 Not the amounts of the quote:"))
        made.line(_arrow(quote.sell, quote.buy))
    _add_rate(pen, sell, buy, made, rank=2)
    at = _settled(pen, intent)
    if conversion.order_id:
        made.line(pen.say("Order {order} · {time}", order=tail_of(conversion.order_id), time=at), 1)
    else:
        made.line(pen.say("Settled {time}, no order number", time=at), 1)
    add_repeat(pen, conversion, made)
    add_people(pen, standing, made)
    again = press(pen.words("Again…"), Verb.CV_NEW, conversion.id) if pen.may(Right.CONVERT) else None
    made.rows = rows((again,))
    return made


def _draw_refused(pen: Pen, standing: Standing, intent: Intent) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    title = pen.words("Failed at Gate") if conversion.order_id else pen.words("Gate refused")
    _add_title(pen, "❌", title, conversion, made)
    add_deal(pen, quote.sell, quote.buy, made)
    if conversion.order_id:
        made.line(_order_line(pen, conversion))
        made.line(pen.say("Gate tells no reason."))
        add_repeat(pen, conversion, made)
    else:
        if clean(intent.answer) and intent.answer not in WITHOUT_ANSWER:
            made.line(pen.say("Gate: {words}", words=escape(intent.answer, WORDS_COLUMNS)))
        made.line(pen.say("Nothing was converted."))
    made.line(pen.say("Quote {quote} · {time}", quote=tail_of(quote.id), time=_settled(pen, intent)), 2)
    add_people(pen, standing, made, 1)
    made.rows = _new_row(pen, conversion)
    return made


def _draw_void(pen: Pen, standing: Standing, intent: Intent) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    _add_title(pen, "↩", pen.words("Nothing happened"), conversion, made)
    add_deal(pen, quote.sell, quote.buy, made)
    made.line(pen.say("Nothing was converted."))
    why = never_left(pen, intent.answer)
    if why is not None:
        made.line(why, 1)
    made.line(pen.say("Quote {quote} · {time}", quote=tail_of(quote.id), time=_settled(pen, intent)), 2)
    add_people(pen, standing, made, 1)
    made.rows = _new_row(pen, conversion)
    return made


def never_left(pen: Pen, answer: str) -> Markup | None:
    """Why the request never left this machine; None where that is not what happened."""
    if answer == "clock_skew":
        return pen.say("Our clock is wrong: set it")
    if answer == "quote_ended":
        return pen.say("The quote ended before it left")
    return pen.say("Gate Pay could not be reached") if answer.startswith("gate_pay ") else None


def leads_asked_line(reader: Reader) -> Markup:
    """Over the card of whoever pressed *Ask a lead*."""
    return Pen(reader).say("🙋 Leads are asked; one takes a quote.")


def _add_title(pen: Pen, icon: str, text: str, conversion: Conversion, made: Drawing) -> None:
    """What happened and on which account, on one line where a phone is wide enough."""
    account = account_words(pen, conversion.wish.account)
    title = joined([part for part in (icon, bold(text)) if part], " ")
    line = joined((title, account), " · ")
    is_narrow = width(Card(line).plain) <= WIDE_LABEL_COLUMNS
    for one in (line,) if is_narrow else (title, account):
        made.line(one)


def _add_rate(pen: Pen, sell: Money, buy: Money, made: Drawing, rank: int) -> None:
    line = rate_line(pen, sell, buy)
    if line is not None:
        made.line(line, rank)


def _order_line(pen: Pen, conversion: Conversion) -> Markup:
    order = tail_of(conversion.order_id)
    if conversion.status is None:
        return pen.say("Gate's order {order}: not read yet", order=order)
    if conversion.status == Progress.CREATED:
        return pen.say("Gate's order {order}: created", order=order)
    return pen.say("Gate's order {order}: status {status}", order=order, status=form.count(conversion.status))


def _arrow(sell: Money, buy: Money) -> Markup:
    return joined((coins(sell), coins(buy)), " → ")


def _settled(pen: Pen, intent: Intent) -> Markup:
    return pen.clock(intent.planned_at if intent.settled_at is None else intent.settled_at, seconds=True)


def _new_quote(pen: Pen, conversion: Conversion) -> Button:
    return press(pen.words("New quote"), Verb.CV_NEW, conversion.id)


def _new_row(pen: Pen, conversion: Conversion) -> Rows:
    return rows((_new_quote(pen, conversion) if pen.may(Right.CONVERT) else None,))
