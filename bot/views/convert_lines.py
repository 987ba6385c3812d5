"""Lines that everything about conversions shares: amounts, the derived rate, the account, the quote's last letters."""

from decimal import Context, Decimal

from bot.domain.money import Money
from bot.domain.quotes import OWN, Conversion, Fixed, Pair, Standing
from bot.domain.seals import Seal
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Markup, bold, clean, escape, joined, width
from bot.views.drawing import Drawing
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen

CODE_COLUMNS = 12
ACCOUNT_COLUMNS = 24
AMOUNT_COLUMNS = 4096
TAIL = 4
# No traps: whatever a venue sends, a rate that cannot be told is left out and the card is still drawn
DIVIDING = Context(prec=40, traps=[])
SHOWN = Context(prec=8, traps=[])
CENTS_FROM = 3  # from 1,000 on two decimals say enough, as long as eight digits hold them
CENTS_UNTIL = 5
CENT = Decimal("0.01")


def code_words(code: str) -> Markup:
    """A currency's code, whoever wrote it."""
    return escape(clean(code, CODE_COLUMNS) or "–")


def coins(value: Money) -> Markup:
    """Every digit of the amount; only the code is cut, because it may be anybody's text."""
    return joined((escape(form.amount(value.amount), AMOUNT_COLUMNS), code_words(value.code)), " ")


def account_words(pen: Pen, account: str) -> Markup:
    """`own account`, or `sub-account 2124538349` with the whole id."""
    if account == OWN:
        return pen.say("own account")
    return pen.say("sub-account {id}", id=escape(clean(account, ACCOUNT_COLUMNS) or "–"))


def tail_of(venue_id: str) -> str:
    """`··7F3A`: the last four letters and digits of a quote or an order of the venue."""
    seen = "".join(char for char in venue_id[-64:] if char.isascii() and char.isalnum())
    return f"··{seen[-TAIL:]}" if seen else "··–"


def rate(sell: Money, buy: Money) -> tuple[str, Decimal, str] | None:
    """What one coin costs of the other, from the two amounts alone: (coin, number from 1 on, other coin).

    At most eight significant digits. None where an amount is not above 0.
    """
    if not (sell.amount.is_finite() and buy.amount.is_finite()) or sell.amount <= 0 or buy.amount <= 0:
        return None
    dear, cheap = (buy, sell) if sell.amount >= buy.amount else (sell, buy)
    number = SHOWN.plus(per_one(cheap, dear))
    if not number.is_finite():
        return None
    if CENTS_FROM <= number.adjusted() <= CENTS_UNTIL:
        number = SHOWN.quantize(number, CENT)
    elif number.adjusted() < CENTS_FROM:
        number = number.normalize(SHOWN)
    return dear.code, number, cheap.code


def per_one(value: Money, of: Money) -> Decimal:
    """How much of `value` stands against one of `of`; not finite where that cannot be told."""
    return DIVIDING.divide(value.amount, of.amount)


def rate_line(pen: Pen, sell: Money, buy: Money) -> Markup | None:
    """`1 BTC = 98,781.04 USDT`."""
    found = rate(sell, buy)
    if found is None:
        return None
    one, number, other = found
    shown = escape(form.amount(number), AMOUNT_COLUMNS)
    return pen.say("1 {coin} = {number} {other}", coin=code_words(one), number=shown, other=code_words(other))


def is_worse(conversion: Conversion) -> bool:
    """Less is bought for the same sold, or more is sold for the same bought."""
    change = conversion.change_percent or Decimal(0)
    return change < 0 if conversion.wish.fixed is Fixed.SELL else change > 0


def change_line(pen: Pen, conversion: Conversion) -> Markup | None:
    """How the amount that the venue filled in moved against the quote before; None without one."""
    change = conversion.change_percent
    if change is None:
        return None
    text = (
        mark("Get {percent} against last quote")
        if conversion.wish.fixed is Fixed.SELL
        else mark("Give {percent} against last quote")
    )
    line = pen.say(text, percent=form.percent(change))
    return joined(("⚠", line), " ") if is_worse(conversion) else line


def add_deal(pen: Pen, sell: Money, buy: Money, made: Drawing) -> None:
    """What is or would be given and got, each on a line of its own."""
    made.line(pen.say("Give {coins}", coins=bold(coins(sell))))
    made.line(pen.say("Get {coins}", coins=bold(coins(buy))))


def add_people(pen: Pen, standing: Standing, made: Drawing, rank: int = 0) -> None:
    """Who pressed, and for whom."""
    if standing.person_name:
        made.line(pen.say("by {who}", who=pen.staff(standing.person_name)), rank)
    add_requester(pen, standing, made, rank)


def add_requester(pen: Pen, standing: Standing, made: Drawing, rank: int = 0) -> None:
    requester = standing.conversion.requester
    if requester is not None:
        who = pen.staff(standing.requester_name or form.count(requester))
        made.line(pen.say("asked for by {who}", who=who), rank)


def bounds_lines(pen: Pen, pair: Pair) -> list[Markup]:
    """The venue's least and most of both coins; a coin without bounds has no line."""
    sides = ((pair.sell, pair.sell_min, pair.sell_max), (pair.buy, pair.buy_min, pair.buy_max))
    return [line for line in (_bounds(pen, *side) for side in sides) if line is not None]


def _bounds(pen: Pen, code: str, least: Decimal | None, most: Decimal | None) -> Markup | None:
    if least is None and most is None:
        return None
    text = mark("{code}: {least} to {most}")
    if most is None:
        text = mark("{code}: {least} or more")
    elif least is None:
        text = mark("{code}: {most} or less")
    return pen.say(text, code=code_words(code), least=_number(least), most=_number(most))


def _number(value: Decimal | None) -> Markup:
    return Markup("–") if value is None else escape(form.amount(value), AMOUNT_COLUMNS)


def choice(label: str, verb: Verb, *args: str) -> Button | None:
    """A button, or None where a code of the venue is nothing that a button can carry."""
    try:
        return press(label, verb, *args)
    except ValueError:
        return None


def headline(text: Markup, conversion: Conversion) -> Markup:
    return joined((text, tail_of(conversion.quote.id)), " · ")


def label_coins(value: Money) -> str:
    return f"{form.amount(value.amount)} {clean(value.code, 12)}"


def red(label: str, short: str, verb: Verb, seal: Seal) -> Button:
    """The last step of money. An amount too long for a button stands in the text above it, uncut."""
    return press(label if width(label) <= WIDE_LABEL_COLUMNS else short, verb, seal.id, style="danger")
