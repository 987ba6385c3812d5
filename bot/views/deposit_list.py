"""Payment links so far: one line each, filters and pages, and the file for a spreadsheet."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.deposits import Deposit, DepositStanding, Phase
from bot.domain.money import plain
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb
from bot.views.card import Button, Card, Markup, cut, escape, joined, width
from bot.views.convert_lines import choice, coins
from bot.views.deposit_lines import MODE_WORDS, method_words
from bot.views.past_deals import list_rows, page_head, sheet
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen

LEAST_NAME_COLUMNS = 4
FILTERS = {
    "all": mark("all"),
    "open": mark("open"),
    "finished": mark("finished"),
    "ended": mark("ended"),
}
FILTER_BUTTONS = {
    "all": mark("All"),
    "open": mark("Open ones"),
    "finished": mark("Finished"),
    "ended": mark("Ended"),
}
# phase: (icon, word)
PHASES = {
    Phase.SUMMARY: ("📝", mark("not made yet")),
    Phase.LEFT: ("⌛", mark("not made")),
    Phase.SENDING: ("📤", mark("sent")),
    Phase.REFUSED: ("❌", mark("refused by MTPay")),
    Phase.UNKNOWN: ("❓", mark("no answer")),
    Phase.VOID: ("↩", mark("nothing was made")),
    Phase.UNAVAILABLE: ("🚫", mark("not available")),
    Phase.MADE: ("❔", mark("made without a link here")),
    Phase.WAITING: ("🔗", mark("waiting")),
    Phase.OVER: ("⌛", mark("ended unused")),
    Phase.IN_PROGRESS: ("⏳", mark("payer says paid")),
    Phase.FINISHED: ("✅", mark("reported finished")),
    Phase.FAILED: ("❌", mark("reported failed")),
    Phase.CANCELLED: ("🚫", mark("reported cancelled")),
}
OTHER_PAYMENT = "🔴"
HEADER = (
    mark("time"),
    mark("id"),
    mark("amount"),
    mark("currency"),
    mark("what is fixed"),
    mark("paid in"),
    mark("payer"),
    mark("ways to pay"),
    mark("page language"),
    mark("status"),
    mark("reported"),
    mark("reported at"),
    mark("paid"),
    mark("rate"),
    mark("traded"),
    mark("fee"),
    mark("received"),
    mark("link ends"),
    mark("our number"),
    mark("MTPay's code"),
    mark("MTPay's words"),
    mark("person"),
)


def deposit_list(listed: Sequence[DepositStanding], wanted: str, page: int, has_more: bool, reader: Reader) -> Card:
    """One page, newest first; `wanted` is "all", "open", "finished" or "ended", `page` counts from 0."""
    pen = Pen(reader, listed[0].deposit.asked_at if listed else None)
    lines = [page_head(pen, pen.say("Payment links"), wanted, page, has_more, filters=FILTERS)]
    lines += [_line(pen, standing) for standing in listed]
    if not listed:
        lines.append(pen.say("None yet: /deposit 5500.20 CNY NAME"))
    made = list_rows(
        pen,
        [_open(pen, standing.deposit) for standing in listed],
        Verb.DEPOSITS,
        Verb.DP_CSV,
        wanted=wanted,
        page=page,
        has_more=has_more,
        buttons=FILTER_BUTTONS,
    )
    return Card(joined(lines), made)


def _line(pen: Pen, standing: DepositStanding) -> Markup:
    """State, number, what is fixed, and as much of the payer as fits; red where another amount is reported."""
    deposit = standing.deposit
    icon = f"{OTHER_PAYMENT if deposit.has_other_payment else ''}{PHASES[standing.phase][0]}"
    told = (icon, deposit.label, form.money(deposit.wish.money))
    room = WIDE_LABEL_COLUMNS - width(" ".join(told)) - 1
    name = cut(pen.name(deposit.wish.payer), room) if room >= LEAST_NAME_COLUMNS else ""
    parts = (icon, deposit.label, coins(deposit.wish.money), escape(name))
    return joined([part for part in parts if part], " ")


def _open(pen: Pen, deposit: Deposit) -> Button | None:
    """`D0612 14:08`, with the day before it where it is another one than the newest's."""
    at = form.clock(deposit.asked_at, pen.reader.timezone, near_ms=pen.near_ms)
    return choice(f"{deposit.label} {at}", Verb.DP_OPEN, deposit.id)


def csv_file(listed: Sequence[DepositStanding], reader: Reader) -> bytes:
    """UTF-8 with BOM, CRLF, a header in the reader's language and one row per link; amounts are plain digits.

    What is paid is in the customer's currency; traded, fee and received are in the venue's coin; the rate is between
    them. All of it is reported, empty where nothing was told. The link itself is not in it.
    """
    pen = Pen(reader)
    return sheet([pen.words(title) for title in HEADER], (_row(pen, standing) for standing in listed))


def _row(pen: Pen, standing: DepositStanding) -> tuple[str, ...]:
    deposit, intent, wish = standing.deposit, standing.intent, standing.deposit.wish
    at = deposit.asked_at if intent is None else intent.sent_at or intent.planned_at
    return (
        form.iso(at, pen.reader.timezone),
        deposit.label,
        plain(wish.amount),
        wish.currency,
        pen.words(MODE_WORDS[wish.mode]),
        wish.fiat,
        pen.name(wish.payer) if pen.reader.is_group else wish.payer,
        method_words(pen, wish.methods),
        wish.language,
        pen.words(PHASES[standing.phase][1]),
        deposit.report,
        _moment(pen, deposit.reported_at),
        _told(deposit.payment_amount),
        _told(deposit.unit_price),
        _told(deposit.transaction_amount),
        _told(deposit.fee),
        _told(deposit.received),
        _moment(pen, deposit.expires_at),
        deposit.order_no,
        deposit.request_code,
        deposit.message or ("" if intent is None else intent.answer if standing.phase is Phase.REFUSED else ""),
        standing.person_name or form.count(deposit.person),
    )


def _moment(pen: Pen, at: int | None) -> str:
    return form.iso(at, pen.reader.timezone) if at else ""


def _told(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)
