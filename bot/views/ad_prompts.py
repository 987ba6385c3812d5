"""Questions about an ad: a new value as a reply, and which of several ads is meant."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ad_edits import Part, shown
from bot.domain.ads import Ad
from bot.domain.money import plain
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import (
    TEXTS,
    ad_name,
    code_of,
    pair_label,
    price_of,
    tail,
    tidy,
    title,
    value_of,
    with_code,
)
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, bold, code, exactly, joined, width
from bot.views.convert_lines import choice
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows

TEXT_UNITS = 1500
SHOWN_ADS = 20
# part: (question, what the reply looks like, hint in the empty field)
QUESTIONS = {
    Part.PRICE: (mark("New price?"), mark("Reply with it, like 7.21"), mark("Price of one coin")),
    Part.OFFSET: (mark("New offset in percent?"), mark("Reply like +0.5, or -0.5 for below"), mark("Percent")),
    Part.AMOUNT: (mark("How much shall be left?"), mark("Reply with it, like 1000"), mark("Amount in coins")),
    Part.LIMITS: (mark("New limits per order?"), mark("Reply with both, like 100 5000"), mark("Least and most")),
    Part.TERMS: (mark("New terms?"), mark("Reply with the whole text."), mark("Terms")),
    Part.AUTO_REPLY: (mark("New auto reply?"), mark("Reply with the whole text."), mark("Auto reply")),
    Part.WINDOW: (mark("New time to pay?"), mark("Reply with minutes, like 15"), mark("Minutes")),
}


def ad_prompt(ad: Ad, part: Part, reader: Reader) -> Card:
    """A question whose reply is the new value; the old text stands in full, a tap copies it."""
    pen = Pen(reader)
    asked, example, hint = QUESTIONS[part]
    lines = [title("✏", pen.say(asked), ad), ad_name(pen, ad)]
    old = shown(part, ad)
    if part in TEXTS:
        lines.append(pen.say("Now, {count} characters:", count=form.count(len(old))))
        lines.append(code(exactly(old, TEXT_UNITS)) if old.strip() else pen.say("empty"))
    else:
        lines.append(pen.say("Now: {value}", value=bold(value_of(pen, part, old, code_of(part, ad)))))
    if part is Part.AMOUNT and ad.locked:
        lines.append(pen.say("In orders now: {coins}", coins=with_code(tidy(ad.locked), ad.asset)))
    lines += [pen.say(example), pen.say("Nothing is sent yet.")]
    return Card(joined(lines), prompt=True, prompt_hint=pen.words(hint))


def which_ad(ads: Sequence[Ad], price: Decimal, reader: Reader) -> Card:
    """Several ads could get this price: one button each."""
    pen = Pen(reader)
    lines: list[Markup] = [
        bold(pen.say("Price {price} for which ad?", price=price_of(price))),
        pen.say("Nothing is sent yet."),
    ]
    buttons = [choice(_which_label(pen, ad), Verb.AD_PRICE, ad.id, plain(price)) for ad in ads[:SHOWN_ADS]]
    if len(ads) > SHOWN_ADS:
        lines.append(pen.say("and {count} more: /price 7.21 NUMBER", count=form.count(len(ads) - SHOWN_ADS)))
    back = press(pen.words("⬅ All ads"), Verb.ADS, "all", "0")
    return Card(joined(lines), rows(*((button,) for button in buttons), (back,)))


def _which_label(pen: Pen, ad: Ad) -> str:
    """`Sell USDT/CNY, now 7.20 ··3647`."""
    label = pen.words("{ad}, now {price}", ad=pair_label(pen, ad), price=price_of(ad.price))
    whole = f"{label} {tail(ad)}"
    return whole if width(whole) <= WIDE_LABEL_COLUMNS else f"{price_of(ad.price)[:20]} {tail(ad)}"
