"""A conversion that nobody answered: what is known, the one repeat, and the word of a lead who looked."""

from bot.domain.intents import LOOKS_NEEDED, Intent
from bot.domain.quotes import IS_OTHER_QUOTE, Conversion, Standing
from bot.domain.seals import Seal
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, Rows, bold, escape, joined
from bot.views.convert_lines import (
    account_words,
    add_deal,
    add_people,
    add_requester,
    headline,
    label_coins,
    red,
    tail_of,
)
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows

WITHOUT_ANSWER = frozenset({"", "timeout", "dropped", "server_error", "unreadable", "redirected"})
"""the ledger's words for a request that nobody answered"""
WORDS_COLUMNS = 60
SETTLED = {
    "done": (mark("It was done?"), mark("Gate Pay's history shows it."), mark("It was done")),
    "nothing": (mark("Nothing happened?"), mark("Gate Pay's history shows nothing."), mark("Nothing happened")),
}
"""outcome: (question, what the person saw, button)"""


def draw_unknown(pen: Pen, standing: Standing, intent: Intent) -> Drawing:
    conversion, quote = standing.conversion, standing.conversion.quote
    made = Drawing()
    made.line(headline(joined(("❓", bold(pen.words("No answer from Gate"))), " "), conversion))
    sent_at = pen.clock(intent.planned_at if intent.sent_at is None else intent.sent_at, seconds=True)
    account = account_words(pen, conversion.wish.account)
    made.line(pen.say("{time} from {account}", time=sent_at, account=account))
    add_deal(pen, quote.sell, quote.buy, made)
    named = _named_order(pen, conversion, intent)
    made.line(pen.say("It may be done, or not."), 1 if named is not None else 0)
    if named is not None:
        made.line(named)
    made.line(bold(pen.say("Look into Gate Pay, convert nothing.")))
    if conversion.asked_again_at is not None:
        made.line(_asked_again(pen, conversion.asked_again_at, _again_words(pen, conversion)))
        if conversion.was_turned_away:
            made.line(pen.say("Turned away unread. No more repeats."))
    _add_balances(pen, conversion, made)
    add_people(pen, standing, made, 1)
    made.rows = _unknown_rows(pen, conversion)
    return made


def _named_order(pen: Pen, conversion: Conversion, intent: Intent) -> Markup | None:
    """The order that Gate named, where it cannot be read, or is not this quote's: where a person begins to look."""
    if conversion.is_named_only:
        return pen.say("Gate's order {order} cannot be read", order=tail_of(conversion.order_id))
    other = IS_OTHER_QUOTE.fullmatch(intent.answer)
    return pen.say("Gate named {order}: another quote", order=tail_of(other[1])) if other is not None else None


def _again_words(pen: Pen, conversion: Conversion) -> Markup:
    words = escape(conversion.again_answer, WORDS_COLUMNS)
    return pen.say("no answer") if conversion.again_answer in WITHOUT_ANSWER or not words else words


def _asked_again(pen: Pen, at: int, words: Markup) -> Markup:
    return pen.say("Asked again {time}: {words}", time=pen.clock(at, seconds=True), words=words)


def add_repeat(pen: Pen, conversion: Conversion, made: Drawing) -> None:
    """An order in the answer to the repeat says nothing of the first request: that one may have been done, too."""
    if conversion.asked_again_at is not None and conversion.order_id:
        made.line(_asked_again(pen, conversion.asked_again_at, pen.say("Look into Gate Pay first.")))


def _add_balances(pen: Pen, conversion: Conversion, made: Drawing) -> None:
    """Evidence and no proof: other business moves balances, too."""
    if conversion.has_moved_exactly:
        made.line(pen.say("Balances moved by these amounts."), 2)
    elif conversion.balances_before is not None and conversion.balances_before == conversion.balances_now:
        made.line(pen.say("Balances have not moved."), 2)


def _unknown_rows(pen: Pen, conversion: Conversion) -> Rows:
    """One repeat for those who may convert, and the word of a lead who looked. None once Gate has named an order.

    The repeat may convert twice, so that whoever has seen in Gate Pay what happened must not need it. The word is
    offered when the first request has had its time to arrive: after some looks, or after the repeat.
    """
    is_fresh = conversion.asked_again_at is None and not conversion.is_named_only
    again = press(pen.words("Ask Gate again"), Verb.CV_AGAIN, conversion.id)
    is_offered = pen.may(Right.SETTLE) and not (is_fresh and conversion.looks < LOOKS_NEEDED)
    words = (press(pen.words(label), Verb.CV_SETTLE, conversion.id, one) for one, (*_, label) in SETTLED.items())
    return rows((again if is_fresh and pen.may(Right.CONVERT) else None,), tuple(words) if is_offered else ())


def again_confirm(standing: Standing, seal: Seal, reader: Reader) -> Card:
    """The one repeat, in words: nobody knows whether the venue would convert a second time."""
    conversion, quote = standing.conversion, standing.conversion.quote
    pen = Pen(reader, conversion.asked_at)
    made = Drawing()
    made.line(headline(bold(pen.say("Ask Gate again?")), conversion))
    made.line(account_words(pen, conversion.wish.account))
    add_deal(pen, quote.sell, quote.buy, made)
    made.line(pen.say("The same request, only once more."))
    made.line(pen.say("⚠ It may convert now, or twice."))
    made.line(pen.say("Look into Gate Pay first."))
    add_requester(pen, standing, made, 1)
    made.line(pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True)))
    label = pen.words("Ask again: {coins}", coins=label_coins(quote.sell))
    made.rows = rows(
        (press(pen.words("⬅ Back, ask nothing"), Verb.CV_OPEN, conversion.id),),
        (red(label, pen.words("Ask Gate again"), Verb.CV_AGAIN_YES, seal),),
    )
    return made.card()


def settle_confirm(standing: Standing, outcome: str, reader: Reader) -> Card:
    """A lead takes it on to have looked: no coins move by this. `outcome`: "done" or "nothing"."""
    conversion, quote = standing.conversion, standing.conversion.quote
    pen = Pen(reader, conversion.asked_at)
    question, seen, label = SETTLED[outcome]
    made = Drawing()
    made.line(headline(bold(pen.say(question)), conversion))
    made.line(account_words(pen, conversion.wish.account))
    add_deal(pen, quote.sell, quote.buy, made)
    made.line(pen.say("I looked into Gate Pay:"))
    made.line(pen.say(seen))
    if conversion.is_named_only:
        made.line(pen.say("Gate's order {order} cannot be read", order=tail_of(conversion.order_id)))
    _add_balances(pen, conversion, made)
    add_people(pen, standing, made, 1)
    made.rows = rows(
        (press(pen.words("⬅ Back, settle nothing"), Verb.CV_OPEN, conversion.id),),
        (press(pen.words(label), Verb.CV_SETTLE_YES, conversion.id, outcome, style="primary"),),
    )
    return made.card()
