"""The words and numbers of a day's picture; the heights come in thousandths, because nothing here is ever a float."""

from dataclasses import replace
from decimal import Decimal

from bot.domain.day import HOUR_MS, DayReport, HourTally, Tally
from bot.domain.day_chart import FULL, ChartHour, ChartPanel, ChartPlan
from bot.domain.day_close import DayStanding
from bot.domain.day_sums import totals
from bot.domain.money import Money
from bot.domain.orders import Side
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.day_lines import RULE
from bot.views.pen import Pen

PANELS = 3
"""currencies in one picture; of more the ones with the most orders"""
EVERY_HOURS = 3
COINS_NAMED = 2
TITLES = {Side.SELL: mark("Sold · {count} orders"), Side.BUY: mark("Bought · {count} orders")}


def chart_of(standing: DayStanding, reader: Reader, zone: str) -> ChartPlan:
    """The picture's plan in the reader's language, with the English one behind it. `zone` is the desk's own."""
    plan = _plan(standing, Pen(reader), zone)
    if reader.language == "en":
        return plan
    return replace(plan, plain=_plan(standing, Pen(replace(reader, language="en")), zone))


def no_font(reader: Reader) -> str:
    """What stands below a picture that could not be drawn in the reader's language."""
    return Pen(reader).words("In English: this server has no font with Chinese characters (Noto Sans CJK).")


def _plan(standing: DayStanding, pen: Pen, zone: str) -> ChartPlan:
    report = standing.report
    assert report is not None
    fiats = list(report.hours)
    until = form.clock(standing.read_at, zone) if standing.is_running else "24:00"
    return ChartPlan(
        title=pen.words("Day {day}", day=standing.span.day),
        subtitle=pen.words("until {at} · {zone}", at=until, zone=zone),
        footer=_footer(pen, len(fiats)),
        empty=pen.words("Nothing was sold or bought."),
        orders_per_hour=pen.words("Above the bars: orders in this hour"),
        panels=tuple(_panel(report, fiat, pen, zone) for fiat in fiats[:PANELS]),
    )


def _footer(pen: Pen, fiats: int) -> str:
    if fiats <= PANELS:
        return pen.words(RULE)
    return pen.words("{count} more currencies stand in the file only.", count=form.count(fiats - PANELS))


def _panel(report: DayReport, fiat: str, pen: Pen, zone: str) -> ChartPanel:
    hours = report.hours[fiat]
    highest = max(max(one.sold, one.bought) for one in hours)
    return ChartPanel(
        fiat=fiat,
        sold=_line(report, fiat, Side.SELL, pen),
        bought=_line(report, fiat, Side.BUY, pen),
        top=pen.words("Top line: {money}", money=form.money(Money(highest, fiat))),
        hours=tuple(_hour(one, highest, report.span.begins_at, zone) for one in hours),
    )


def _line(report: DayReport, fiat: str, side: Side, pen: Pen) -> tuple[str, str, str]:
    """How many orders, their sum, and the coins with their average price where there is one kind."""
    mine = [one for one in report.traded if (one.fiat, one.side) == (fiat, side)]
    count = form.count(sum(one.count for one in mine))
    money = totals(Money(one.money, fiat) for one in mine)
    amount = form.money(money[0]) if money else "–"
    return pen.words(TITLES[side], count=count), amount, _coins(mine, pen)


def _coins(mine: list[Tally], pen: Pen) -> str:
    coins = [form.money(Money(one.coins, one.asset)) for one in mine[:COINS_NAMED]]
    if len(mine) == 1 and mine[0].average is not None:
        coins.append(pen.words("average {price}", price=form.amount(mine[0].average)))
    if len(mine) > COINS_NAMED:
        coins.append(f"+{form.count(len(mine) - COINS_NAMED)}")
    return " · ".join(coins)


def _hour(one: HourTally, highest: Decimal, begins_at: int, zone: str) -> ChartHour:
    clock = form.clock(begins_at + one.hour * HOUR_MS, zone)
    return ChartHour(
        label=clock[:2] if int(clock[:2]) % EVERY_HOURS == 0 else "",
        sold=_height(one.sold, highest),
        bought=_height(one.bought, highest),
        count=form.count(one.count) if one.count else "",
    )


def _height(amount: Decimal, highest: Decimal) -> int:
    """At least 1 for anything at all."""
    return 0 if not amount or not highest else max(1, int(amount * FULL / highest))
