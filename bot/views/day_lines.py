"""What every card of a day is made of: its head, accounts by their last digits, sums, and lists of orders."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.domain.day import Account, Counts, Tally
from bot.domain.day_close import DayStanding
from bot.domain.money import Money
from bot.domain.orders import Side
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Markup, clean, escape, joined
from bot.views.pen import BRANDS, METHODS, Pen, tail

NAMED_ORDERS = 5
NAME_COLUMNS = 16
TRADED = {Side.SELL: mark("Sold {count}"), Side.BUY: mark("Bought {count}")}
RULE = mark("Counted when the desk saw them end.")


def short_day(day: str) -> str:
    """`11-21`."""
    return day[5:]


def day_title(pen: Pen, standing: DayStanding) -> Markup:
    """`Today 11-21`, or `Day 11-20`."""
    day = short_day(standing.span.day)
    return pen.say("Today {day}", day=day) if standing.is_running else pen.say("Day {day}", day=day)


def account_name(pen: Pen, account: Account) -> str:
    """`ICBC ··8821`; without a number the method, and for a sale that its account is not known."""
    named = clean(account.name, NAME_COLUMNS) or method_name(pen, account.method)
    return f"{named} {tail(account.number)}".strip()


def method_name(pen: Pen, method: str) -> str:
    if method in METHODS:
        return pen.words(METHODS[method])
    return BRANDS.get(method) or clean(method, NAME_COLUMNS) or pen.words("no method told")


def sale_account(pen: Pen, account: Account) -> str:
    """The same for where credits must show, which nobody may guess."""
    named = account_name(pen, account)
    return named if account.is_known else pen.words("{method}, which account?", method=named)


def sum_line(pen: Pen, tally: Tally) -> Markup:
    """`Sold 32 · 88,888.00 CNY`."""
    count = pen.say(TRADED[tally.side], count=form.count(tally.count))
    return joined((count, pen.money(Money(tally.money, tally.fiat))), " · ")


def coins_line(pen: Pen, tally: Tally) -> Markup:
    """`12,345.67 USDT · average 7.2001`."""
    coins = pen.money(Money(tally.coins, tally.asset))
    average = tally.average
    return coins if average is None else joined((coins, average_words(pen, tally)), " · ")


def average_words(pen: Pen, tally: Tally) -> Markup:
    average = tally.average
    shown = "–" if average is None else form.amount(average)
    return pen.say("average {price}", price=escape(shown, 100))


def moneys(pen: Pen, sums: Iterable[Money]) -> Markup:
    """`100.00 USDT, 0.50 BTC`, every digit of each."""
    return joined([pen.money(one) for one in sums], pen.words(", "))


def moneys_of(pen: Pen, text: str) -> Markup:
    """`7200.00 CNY, 5 HKD` of a notice, for reading."""
    parts = (one.partition(" ") for one in text.split(", "))
    return moneys(pen, [Money(Decimal(amount), code) for amount, _, code in parts])


def orders(pen: Pen, ids: Sequence[str]) -> Markup:
    """`0417, 0422 +3`."""
    named = pen.words(", ").join(form.short_id(one) for one in ids[:NAMED_ORDERS])
    rest = len(ids) - NAMED_ORDERS
    return escape(f"{named} +{form.count(rest)}" if rest > 0 else named, 100)


def open_line(pen: Pen, counts: Counts) -> Markup:
    """`Open 4 · unknown 1 · stopped 1`; what there is none of is not named."""
    parts = [pen.say("Open {count}", count=form.count(counts.open))]
    if counts.unknown:
        parts.append(pen.say("❓ unknown {count}", count=form.count(len(counts.unknown))))
    if counts.locked:
        parts.append(pen.say("🔒 stopped {count}", count=form.count(len(counts.locked))))
    return joined(parts, " · ")


def ended_line(pen: Pen, counts: Counts) -> Markup:
    """`Cancelled, expired 3 · outside 2`: not by a button of this desk."""
    parts = [pen.say("Cancelled, expired {count}", count=form.count(counts.cancels))]
    if counts.outside:
        parts.append(pen.say("⚠ outside {count}", count=form.count(len(counts.outside))))
    return joined(parts, " · ")
