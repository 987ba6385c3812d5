"""One change of an ad on its card: the diff to confirm, and afterwards what the venue shows of it.

What was sent decides what the card says; what is there is only ever said of a look, with its time.
"""

from bot.domain.ad_changes import AdChange, AdStanding, Phase
from bot.domain.ad_edits import Part, told
from bot.domain.ads import AdStatus
from bot.domain.orders import Side
from bot.domain.situations import Reader
from bot.texts import mark
from bot.views.ad_lines import (
    ad_name,
    diff_lines,
    limits_words,
    price_of,
    price_words,
    tidy,
    title,
    value_of,
    with_code,
)
from bot.views.ad_move import move_card
from bot.views.ad_outcome import (
    add_person,
    add_wanted,
    draw_done,
    draw_refused,
    draw_unknown,
    draw_void,
    last_line,
    open_ad,
)
from bot.views.ad_prompts import ad_prompt, which_ad
from bot.views.ad_steps import diff_rows, question
from bot.views.buttons import Verb
from bot.views.card import Card, Markup, bold, joined
from bot.views.convert_lines import choice
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows

__all__ = ["ad_prompt", "change_card", "last_line", "move_card", "which_ad"]


def change_card(standing: AdStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The card of one change for these eyes; `above` are sentences under its first line."""
    pen = Pen(reader, standing.change.asked_at)
    made = DRAWINGS[standing.phase](pen, standing)
    for index, note in enumerate(above, start=1):
        made.insert(index, note)
    if reader.is_group:
        made.rows = rows((choice(pen.words("Open"), Verb.AD_CHANGE, standing.change.id),))
    card = made.card()
    return Card(card.text, card.rows, stands_for=change_card(standing, reader).digest) if above else card


def _draw_diff(pen: Pen, standing: AdStanding) -> Drawing:
    change = standing.change
    made = Drawing()
    made.line(title("", question(pen, change), change.ad))
    made.line(_which(pen, change))
    for line in diff_lines(pen, change):
        made.line(line)
    _add_market(pen, change, made)
    _add_kept(pen, change, made)
    made.line(pen.say("Nothing is sent yet."), 4)
    made.line(pen.say("Valid until {time}", time=pen.clock(change.ends_at, seconds=True)))
    made.rows = diff_rows(pen, standing)
    return made


def _which(pen: Pen, change: AdChange) -> Markup:
    """`Sell USDT/CNY at 7.21 CNY`; the price stands in the diff where it changes."""
    if Part.PRICE in change.wanted.parts:
        return ad_name(pen, change.ad)
    return pen.say("{ad} at {price}", ad=ad_name(pen, change.ad), price=price_words(pen, change.ad))


def _add_market(pen: Pen, change: AdChange, made: Drawing) -> None:
    """A price far from the others' is said in words before anything else of the market."""
    if change.far_percent is not None:
        made.line(joined(("🔴", bold(far_words(pen, change))), " "))
    if change.best is not None:
        best = with_code(price_of(change.best), change.ad.fiat)
        text = mark("Others sell from {price}") if change.ad.side is Side.SELL else mark("Others buy up to {price}")
        made.line(pen.say(text, price=best), 1)


def far_words(pen: Pen, change: AdChange) -> Markup:
    """An offset that is far by itself is told as such: the market around it is near, or there is none."""
    if not change.far_percent:
        return pen.say("The market cannot be read now")
    is_offset = change.wanted.offset is not None and change.far_percent == told(Part.OFFSET, change.wanted)
    text = mark("Far from its reference: {percent}") if is_offset else mark("Far off the market: {percent}")
    return pen.say(text, percent=value_of(pen, Part.OFFSET, change.far_percent))


def _add_kept(pen: Pen, change: AdChange, made: Drawing) -> None:
    """What goes along with an edit, because the venue replaces the whole ad."""
    ad, wanted = change.ad, change.wanted
    if wanted.status is not None:
        made.line(pen.say("Left {coins}", coins=with_code(tidy(ad.amount), ad.asset)), 2)
        made.line(pen.say("Per order {limits}", limits=limits_words(ad)), 2)
        if wanted.status is AdStatus.CLOSED:
            made.line(bold(pen.say("The desk cannot open it again.")))
        return
    if wanted.amount is not None:
        made.line(pen.say("Our reading: this is what is left,"))
        made.line(pen.say("without {coins} in orders.", coins=with_code(tidy(ad.locked), ad.asset)))
    else:
        made.line(pen.say("Amount sent as left: {coins}", coins=with_code(tidy(ad.amount), ad.asset)), 2)
    made.line(pen.say("All else is sent as Gate shows it."), 3)
    made.line(pen.say("Team payee: unreadable, may be lost"))


def _draw_left(pen: Pen, standing: AdStanding) -> Drawing:
    change = standing.change
    made = Drawing()
    made.line(title("⌛", pen.say("Ad not changed"), change.ad))
    made.line(ad_name(pen, change.ad))
    add_wanted(pen, change, made)
    ended = change.ends_at if change.ended_at is None else min(change.ended_at, change.ends_at)
    made.line(pen.say("Ended {time}", time=pen.clock(ended, seconds=True)), 1)
    made.line(pen.say("Nothing was sent to Gate."))
    made.rows = rows((open_ad(pen, change),))
    return made


def _draw_sent(pen: Pen, standing: AdStanding) -> Drawing:
    made = Drawing()
    made.line(title("📤", pen.say("Changing the ad…"), standing.change.ad))
    made.line(ad_name(pen, standing.change.ad))
    add_wanted(pen, standing.change, made)
    if standing.intent is not None and standing.intent.sent_at is not None:
        made.line(pen.say("Sent to Gate {time}", time=pen.clock(standing.intent.sent_at, seconds=True)), 2)
    add_person(pen, standing, made)
    made.line(pen.say("Wait for Gate's answer"))
    return made


DRAWINGS = {
    Phase.DIFF: _draw_diff,
    Phase.LEFT: _draw_left,
    Phase.SENT: _draw_sent,
    Phase.UNKNOWN: draw_unknown,
    Phase.DONE: draw_done,
    Phase.REFUSED: draw_refused,
    Phase.VOID: draw_void,
}
