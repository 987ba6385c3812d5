"""What a change of an ad asks, and the buttons under its diff: back, another price, and the one red last step."""

from bot.domain.ad_changes import AdChange, AdStanding
from bot.domain.ad_edits import Part
from bot.domain.ads import AdStatus
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.ad_lines import tail, wanted_value
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, width
from bot.views.convert_lines import red
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows

STATUS_STEPS = {
    AdStatus.LISTED: mark("Put it online"),
    AdStatus.DELISTED: mark("Take it offline"),
    AdStatus.CLOSED: mark("Close it for good"),
}
# part: (with its value, without it where that is too wide)
STEPS = {
    Part.PRICE: (mark("Set price {value}"), mark("Set this price")),
    Part.OFFSET: (mark("Set offset {value}"), mark("Set this offset")),
    Part.AMOUNT: (mark("Set amount {value}"), mark("Set this amount")),
    Part.LIMITS: (mark("Set limits {value}"), mark("Set these limits")),
    Part.WINDOW: (mark("Set {value} to pay"), mark("Set this time to pay")),
    Part.TERMS: (mark("Set these terms"), mark("Set these terms")),
    Part.AUTO_REPLY: (mark("Set this auto reply"), mark("Set this auto reply")),
}
SEVERAL = mark("Set all of this")
QUESTION_COLUMNS = 25
"""so that the ad's number fits behind it on a lock screen"""


def step_words(pen: Pen, change: AdChange, columns: int = WIDE_LABEL_COLUMNS) -> str:
    """`Set price 7.21 CNY`, or without the value where that is wider."""
    wanted = change.wanted
    if wanted.status is not None:
        return pen.words(STATUS_STEPS[wanted.status])
    if len(wanted.parts) != 1:
        return pen.words(SEVERAL)
    part = wanted.parts[0]
    whole, short = STEPS[part]
    label = pen.words(whole, value=Card(wanted_value(pen, part, change)).plain) if whole != short else pen.words(short)
    return label if width(label) <= columns else pen.words(short)


def question(pen: Pen, change: AdChange) -> Markup:
    """`Set price 7.21 CNY?`: the same words as on the last button."""
    return pen.say("{step}?", step=step_words(pen, change, QUESTION_COLUMNS))


def diff_rows(pen: Pen, standing: AdStanding) -> Rows:
    """Only for whoever asked for it, because nobody else may press its last button."""
    change, person = standing.change, pen.reader.person
    if person is None or person.id != change.person or not person.may(Right.ADS):
        return ()
    back = press(pen.words("⬅ Back, change nothing"), Verb.AD_BACK, change.id)
    return rows((back,), _other_prices(pen, change), (_last(pen, standing),))


def _other_prices(pen: Pen, change: AdChange) -> tuple[Button | None, ...]:
    if change.wanted.price is None or change.ad.floating is not None:
        return ()
    rank = press(pen.words("= rank 1"), Verb.AD_STEP, change.id, "rank") if change.best is not None else None
    return press("−0.01", Verb.AD_STEP, change.id, "down"), press("+0.01", Verb.AD_STEP, change.id, "up"), rank


def _last(pen: Pen, standing: AdStanding) -> Button | None:
    """A price or offset far off the market has to be meant first; only then can it be confirmed."""
    change, seal = standing.change, standing.open_seal
    if change.asks_twice:
        text = mark("I mean this price") if change.wanted.offset is None else mark("I mean this offset")
        return press(pen.words(text), Verb.AD_MEANT, change.id)
    label = f"{step_words(pen, change)} {tail(change.ad)}"
    return None if seal is None else red(label, step_words(pen, change), Verb.AD_YES, seal)
