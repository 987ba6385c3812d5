"""The desk's day on a card: its numbers for everybody, its sums for leads, and pages of accounts, people and deals."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.day import DealKind, DealTally, OpenTally, Outcome
from bot.domain.day_close import DayClose, DayStanding
from bot.domain.intents import Action
from bot.domain.money import Money
from bot.domain.orders import Side
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views import day_lines as lines_of
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, escape, joined
from bot.views.day_lines import RULE, day_title, moneys, orders, short_day
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows

ACCOUNTS, PEOPLE, OPEN, DEALS = "accounts", "people", "open", "deals"
PARTS = {
    ACCOUNTS: mark("Accounts"),
    PEOPLE: mark("People"),
    OPEN: mark("Open and ended"),
    DEALS: mark("Other deals"),
}
"""the pages of a day, by the word in a button"""
PAGE_LINES = 6
TALLIES_IN_FULL = 2
TALLIES_SHOWN = 3
PEOPLE_WORDS = {Action.RELEASE: mark("released {count}"), Action.MARK_PAID: mark("marked paid {count}")}
OPEN_WORDS = {
    Side.SELL: mark("To collect {count} ({paid} paid): {money}"),
    Side.BUY: mark("To pay {count} ({paid} paid): {money}"),
}
KINDS = {
    DealKind.CONVERT: mark("Convert"),
    DealKind.OFF_RAMP: mark("Off-ramp"),
    DealKind.DEPOSIT: mark("Payment links"),
}
OUTCOMES = {
    Outcome.DONE: ("✅", mark("done {count}")),
    Outcome.FAILED: ("❌", mark("failed or ended {count}")),
    Outcome.UNKNOWN: ("❓", mark("unknown {count}")),
    Outcome.OPEN: ("⏳", mark("on the way {count}")),
}
GAVE, GOT = mark("gave {sums}"), mark("got {sums}")
PAID_IN, RECEIVED = mark("paid in {sums}"), mark("received {sums}")


def day_card(standing: DayStanding, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """The day in at most eight lines; `above` are remarks over it."""
    pen = Pen(reader, standing.read_at)
    drawing = Drawing()
    for remark in above:
        drawing.line(remark)
    drawing.line(_head(pen, standing))
    if standing.report is None:
        drawing.line(_numbers(pen, standing))
    else:
        _sums(pen, drawing, standing)
    drawing.line(lines_of.open_line(pen, standing.counts))
    drawing.line(lines_of.ended_line(pen, standing.counts), 1)
    if standing.close is not None:
        drawing.line(_closed(pen, standing, standing.close))
    drawing.line(pen.say(RULE), 2)
    drawing.rows = _rows(pen, standing)
    return drawing.card()


def _head(pen: Pen, standing: DayStanding) -> Markup:
    title = bold(day_title(pen, standing))
    if not standing.is_running:
        return title
    return joined((title, pen.say("until {at}", at=pen.clock(standing.read_at))), " · ")


def _numbers(pen: Pen, standing: DayStanding) -> Markup:
    counts = standing.counts
    sold = pen.say(lines_of.TRADED[Side.SELL], count=form.count(counts.sold))
    return joined((sold, pen.say(lines_of.TRADED[Side.BUY], count=form.count(counts.bought))), " · ")


def _sums(pen: Pen, drawing: Drawing, standing: DayStanding) -> None:
    """One or two kinds of trade with coins and average; of more their sums, and how many stand on the other page."""
    traded = standing.report.traded if standing.report is not None else ()
    if not traded:
        drawing.line(pen.say("Nothing was sold or bought."))
    is_full = len(traded) <= TALLIES_IN_FULL
    for tally in traded[:TALLIES_SHOWN]:
        if is_full:
            drawing.line(lines_of.sum_line(pen, tally))
            drawing.line(lines_of.coins_line(pen, tally))
        else:
            drawing.line(joined((lines_of.sum_line(pen, tally), tally.asset), " · "))
    if len(traded) > TALLIES_SHOWN:
        more = form.count(len(traded) - TALLIES_SHOWN)
        drawing.line(pen.say("+{count} more kinds: tap Accounts", count=more))


def _closed(pen: Pen, standing: DayStanding, close: DayClose) -> Markup:
    """Who closed it when, and whether the bank agreed; the newest of several."""
    differing = sum(line.differs for line in close.lines)
    facts = {"at": pen.clock(close.closed_at), "who": escape(who(pen, standing, close.person), 20)}
    if differing:
        return pen.say("🔴 Closed {at} by {who}: {count} differ", count=form.count(differing), **facts)
    return pen.say("✅ Closed {at} by {who}", **facts)


def who(pen: Pen, standing: DayStanding, person: int) -> str:
    return pen.staff(standing.names.get(person, "") or form.count(person))


def _rows(pen: Pen, standing: DayStanding) -> Rows:
    day = standing.span.day
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    again = press(pen.words("↻ Look again"), Verb.DAY, day)
    earlier = press(pen.words("◀ {day}", day=short_day(before)), Verb.DAY, before)
    if not pen.may(Right.DAY_CLOSE):
        return rows((earlier, again))
    return rows(
        (_part(pen, ACCOUNTS, day), _part(pen, PEOPLE, day)),
        (_part(pen, OPEN, day), _part(pen, DEALS, day)),
        (press(pen.words("Picture"), Verb.DAY_PICTURE, day), csv_button(pen, day)),
        (earlier, again),
        (press(pen.words("Close the day…"), Verb.DC_BEGIN, day),),
    )


def _part(pen: Pen, part: str, day: str) -> Button:
    return press(pen.words(PARTS[part]), Verb.DAY_PART, day, part, "0")


def csv_button(pen: Pen, day: str) -> Button:
    return press(pen.words("File (CSV)"), Verb.DAY_CSV, day)


def part_card(standing: DayStanding, part: str, page: int, reader: Reader) -> Card:
    """One page of one of PARTS; a page behind the last is the last one."""
    pen = Pen(reader, standing.read_at)
    pages = _pages(_blocks(pen, standing, part))
    page = min(max(page, 0), len(pages) - 1)
    head = [bold(pen.words(PARTS[part])), short_day(standing.span.day)]
    if len(pages) > 1:
        head.append(pen.words("page {page}", page=f"{form.count(page + 1)}/{form.count(len(pages))}"))
    day = standing.span.day
    newer = press(pen.words("◀"), Verb.DAY_PART, day, part, form.count(page - 1)) if page > 0 else None
    older = press(pen.words("▶"), Verb.DAY_PART, day, part, form.count(page + 1)) if page + 1 < len(pages) else None
    back = press(pen.words("⬅ Back"), Verb.DAY, day)
    return Card(joined((joined(head, " · "), *pages[page])), rows((newer, older), (back,)))


def _pages(blocks: list[list[Markup]]) -> list[list[Markup]]:
    """Blocks stay whole; there is always a page."""
    pages: list[list[Markup]] = [[]]
    for block in blocks:
        if pages[-1] and len(pages[-1]) + len(block) > PAGE_LINES:
            pages.append([])
        pages[-1] += block
    return pages


def _blocks(pen: Pen, standing: DayStanding, part: str) -> list[list[Markup]]:
    made = {ACCOUNTS: _accounts, PEOPLE: _people, OPEN: _open, DEALS: _deals}[part](pen, standing)
    return made or [[pen.say("There is nothing of it on this day.")]]


def _accounts(pen: Pen, standing: DayStanding) -> list[list[Markup]]:
    blocks = []
    for tally in standing.report.accounts if standing.report is not None else ():
        account = tally.account
        assert account is not None
        is_sale = tally.side is Side.SELL
        named = lines_of.sale_account(pen, account) if is_sale else lines_of.account_name(pen, account)
        blocks.append([bold(escape(named)), lines_of.sum_line(pen, tally), lines_of.coins_line(pen, tally)])
    return blocks


def _people(pen: Pen, standing: DayStanding) -> list[list[Markup]]:
    blocks = []
    for one in standing.report.people if standing.report is not None else ():
        did = pen.say(PEOPLE_WORDS[one.action], count=form.count(one.count))
        head = joined((bold(who(pen, standing, one.person)), did), " · ")
        money, coins = pen.money(Money(one.money, one.fiat)), pen.money(Money(one.coins, one.asset))
        blocks.append([head, joined((money, coins), " · ")])
    return blocks


def _open(pen: Pen, standing: DayStanding) -> list[list[Markup]]:
    """What is open with its sums, what needs a look, and what ended without a trade."""
    counts, blocks = standing.counts, []
    if counts.oldest is not None:
        at, oldest = pen.clock_s(counts.oldest[1]), form.short_id(counts.oldest[0])
        blocks.append(
            [pen.say("Open {count}, oldest {order} of {at}", count=form.count(counts.open), order=oldest, at=at)]
        )
    blocks += [[_open_sum(pen, one)] for one in (standing.report.open if standing.report is not None else ())]
    named = (
        (mark("Paid and open: {orders}"), counts.paid),
        (mark("❓ Unknown outcome: {orders}"), counts.unknown),
        (mark("🔒 Other payer: {orders}"), counts.locked),
        (mark("⚠ Done outside the desk: {orders}"), counts.outside),
    )
    blocks += [[pen.say(text, orders=orders(pen, ids))] for text, ids in named if ids]
    if counts.cancels:
        ended = {
            "ours": form.count(counts.cancels_ours),
            "others": form.count(counts.cancels_theirs),
            "expired": form.count(counts.expired),
        }
        blocks.append([pen.say("Cancels: ours {ours}, other {others}, expired {expired}", **ended)])
    return blocks


def _open_sum(pen: Pen, one: OpenTally) -> Markup:
    money = pen.money(Money(one.money, one.fiat))
    return pen.say(OPEN_WORDS[one.side], count=form.count(one.count), paid=form.count(one.paid), money=money)


def _deals(pen: Pen, standing: DayStanding) -> list[list[Markup]]:
    return [_deal(pen, one) for one in (standing.report.deals if standing.report is not None else ())]


def _deal(pen: Pen, one: DealTally) -> list[Markup]:
    icon, words = OUTCOMES[one.outcome]
    head = joined((icon, bold(pen.words(KINDS[one.kind])), pen.say(words, count=form.count(one.count))), " ")
    gave, got = (PAID_IN, RECEIVED) if one.kind is DealKind.DEPOSIT else (GAVE, GOT)
    lines = [head]
    if one.given:
        lines.append(pen.say(gave, sums=moneys(pen, one.given)))
    if one.got:
        lines.append(pen.say(got, sums=moneys(pen, one.got)))
    return lines
