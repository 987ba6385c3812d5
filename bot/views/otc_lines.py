"""Lines that everything about off-ramps shares: what is sold, what the bank gets, the rate, the account, the people."""

from decimal import ROUND_HALF_EVEN, Decimal

from bot.domain.masks import SHOWN_TAIL
from bot.domain.money import Money
from bot.domain.off_ramps import BankAccount, OffRamp, OffRampSide, OffRampStanding, OffRampWish
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Card, Markup, bold, clean, cut, escape, joined, width
from bot.views.convert_lines import AMOUNT_COLUMNS, DIVIDING, SHOWN, code_words, coins, per_one, tail_of
from bot.views.drawing import Drawing
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen

FIAT_RATE = Decimal("0.0001")
BANK_COLUMNS = 160
DOTS = "··"
BETWEEN = " · "
WISHED = {
    OffRampSide.CRYPTO: mark("Sell {coins} for {other}"),
    OffRampSide.FIAT: mark("Bank gets {coins} for {other}"),
}
CHANGES = {
    OffRampSide.CRYPTO: mark("Gets {percent} against last quote"),
    OffRampSide.FIAT: mark("Sell {percent} against last quote"),
}


def wish_line(pen: Pen, wish: OffRampWish) -> Markup:
    """`Sell 1,000.00 USDT for USD`: exactly what was asked, and what the venue finds."""
    other = wish.fiat if wish.side is OffRampSide.CRYPTO else wish.coin
    return pen.say(WISHED[wish.side], coins=bold(coins(wish.fixed_money)), other=code_words(other))


def add_promotion(pen: Pen, wish: OffRampWish, made: Drawing, rank: int = 0) -> None:
    if wish.promotion:
        made.line(pen.say("Promotion code {code}", code=escape(wish.promotion, 18)), rank)


def add_sale(pen: Pen, off_ramp: OffRamp, made: Drawing, rank: int = 0) -> None:
    """What is or would be sold, and what the bank gets of it before the venue's fee."""
    made.line(pen.say("Sell {coins}", coins=bold(coins(off_ramp.quote.sell))), rank)
    made.line(pen.say("Bank gets {coins} before fee", coins=bold(coins(off_ramp.quote.get))), rank)


def fiat_rate(sell: Money, get: Money) -> Decimal | None:
    """Fiat for one coin, from the two amounts alone: four decimals, or four digits where that would show nothing."""
    amounts = (sell.amount, get.amount)
    if not all(one.is_finite() and one > 0 for one in amounts):
        return None
    exact = per_one(get, sell)
    if not exact.is_finite() or exact.adjusted() >= SHOWN.prec:
        return None
    if exact < FIAT_RATE * 10:
        return SHOWN.create_decimal(f"{exact:.3e}")
    return exact.quantize(FIAT_RATE, ROUND_HALF_EVEN, DIVIDING)


def rate_line(pen: Pen, sell: Money, get: Money) -> Markup | None:
    """`1 USDT = 0.9975 USD`."""
    number = fiat_rate(sell, get)
    if number is None:
        return None
    shown = escape(form.amount(number), AMOUNT_COLUMNS)
    return pen.say("1 {coin} = {number} {other}", coin=code_words(sell.code), number=shown, other=code_words(get.code))


def change_line(pen: Pen, off_ramp: OffRamp) -> Markup | None:
    """How the amount that the venue filled in moved against the quote before; marked where it is worse for us."""
    change = off_ramp.change_percent
    if change is None:
        return None
    line = pen.say(CHANGES[off_ramp.wish.side], percent=form.percent(change))
    is_worse = change < 0 if off_ramp.wish.side is OffRampSide.CRYPTO else change > 0
    return joined(("⚠", line), " ") if is_worse else line


def bank_words(shown: str, limit: int = WIDE_LABEL_COLUMNS) -> str:
    """`ACME LTD · Chase ··4410` on one line, no HTML yet. Names give way, the last digits never do."""
    names, last = _parts(shown)
    holder, _, bank = names.partition(BETWEEN)
    room = limit - width(last) - (width(BETWEEN) if bank else 0)
    least = room // 2
    holder_columns = room if not bank else max(room - width(bank), least)
    holder = cut(holder, holder_columns)
    bank = cut(bank, room - width(holder))
    return BETWEEN.join(part for part in (holder, bank) if part) + last


def add_bank(pen: Pen, off_ramp: OffRamp, made: Drawing) -> None:
    """The account as it was chosen: on one line where it fits, else holder and bank on a line of their own."""
    names, last = _parts(off_ramp.bank)
    if width(names + last) <= WIDE_LABEL_COLUMNS:
        made.line(escape(names + last, WIDE_LABEL_COLUMNS) or Markup("–"))
        return
    holder, _, bank = names.partition(BETWEEN)
    made.line(escape(holder, WIDE_LABEL_COLUMNS))
    rest = cut(bank, WIDE_LABEL_COLUMNS - width(last)) + last
    if rest.strip():
        made.line(escape(rest.strip(), WIDE_LABEL_COLUMNS))


def bank_line(pen: Pen, off_ramp: OffRamp) -> Markup:
    return escape(bank_words(off_ramp.bank) or "–", WIDE_LABEL_COLUMNS)


def shown_name(bank: BankAccount) -> str:
    """An account of the venue's list as it is shown everywhere."""
    return f"{bank.holder[:40]}{BETWEEN}{bank.bank[:30]} {DOTS}{bank.tail}"


def _parts(shown: str) -> tuple[str, str]:
    """The names, and ` ··4410` behind them; nothing in place of digits that are not there."""
    names, _, last = clean(shown, BANK_COLUMNS).rpartition(DOTS)
    last = last.strip()
    if not names or width(last) > 2 * SHOWN_TAIL:
        return clean(shown, BANK_COLUMNS), ""
    return names.strip(), f" {DOTS}{last}" if last else ""


def number_of(off_ramp: OffRamp) -> str:
    """What people call it by: the last digits of the venue's order, of our own number before that."""
    return tail_of(off_ramp.order_id or off_ramp.client_order_id)


def title_line(icon: str, text: Markup, off_ramp: OffRamp) -> Markup:
    """What a lock screen shows: icon, what happened, the last digits of its number."""
    return joined((joined((icon, bold(text)), " "), number_of(off_ramp)), BETWEEN)


def add_people(pen: Pen, standing: OffRampStanding, made: Drawing, rank: int = 0) -> None:
    """Who pressed, and for whom; on one line where a phone is wide enough."""
    told = [pen.say("by {who}", who=pen.staff(standing.person_name))] if standing.person_name else []
    requester = requester_line(pen, standing)
    if requester is not None:
        told.append(requester)
    for line in beside(*told):
        made.line(line, rank)


def requester_line(pen: Pen, standing: OffRampStanding) -> Markup | None:
    if standing.off_ramp.requester is None:
        return None
    return pen.say("asked for by {who}", who=requester_name(pen, standing))


def requester_name(pen: Pen, standing: OffRampStanding) -> str:
    return pen.staff(standing.requester_name or form.count(standing.off_ramp.requester or 0))


def beside(*lines: Markup) -> tuple[Markup, ...]:
    """The lines as one, where that is narrow enough for a phone."""
    one = joined(lines, BETWEEN)
    return (one,) if lines and width(Card(one).plain) <= WIDE_LABEL_COLUMNS else lines
