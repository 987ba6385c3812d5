"""Off-ramps so far: a page in the chat, and a file for whoever keeps the books."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.intents import State
from bot.domain.money import Money, plain
from bot.domain.off_ramps import OffRampStanding, Stage
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb
from bot.views.card import Button, Card, Markup, joined
from bot.views.convert_lines import choice, coins
from bot.views.otc_lines import number_of
from bot.views.past_deals import ICONS, STATUS_WORDS, list_rows, page_head, sheet
from bot.views.pen import Pen

ON_THE_WAY = "📨"
HEADER = (
    mark("time"),
    mark("id"),
    mark("sell amount"),
    mark("sell currency"),
    mark("quoted amount"),
    mark("quoted currency"),
    mark("fee"),
    mark("bank got"),
    mark("account"),
    mark("status"),
    mark("Gate's status"),
    mark("Gate order"),
    mark("our number"),
    mark("promotion code"),
    mark("Gate's words"),
    mark("person"),
    mark("asked by"),
)


def history_card(listed: Sequence[OffRampStanding], wanted: str, page: int, has_more: bool, reader: Reader) -> Card:
    """One page, newest first; `wanted` is "all", "done", "open" or "failed", `page` counts from 0."""
    pen = Pen(reader, listed[0].off_ramp.asked_at if listed else None)
    lines = [page_head(pen, pen.say("Off-ramps"), wanted, page, has_more)]
    lines += [_line(standing) for standing in listed]
    if not listed:
        lines.append(pen.say("None yet: /otc 1000 USDT"))
    opening = [_open(pen, standing) for standing in listed]
    made = list_rows(pen, opening, Verb.OT_LIST, Verb.OT_CSV, wanted=wanted, page=page, has_more=has_more)
    return Card(joined(lines), made)


def _line(standing: OffRampStanding) -> Markup:
    """What was sold, and what reached the bank once that is told, the quote's amount before."""
    off_ramp = standing.off_ramp
    got = off_ramp.quote.get
    if _state(standing) is State.DONE and off_ramp.final is not None:
        got = Money(off_ramp.final, got.code)
    parts = (_icon(standing), _digits(standing), coins(off_ramp.quote.sell), "→", coins(got))
    return joined(parts, " ")


def _icon(standing: OffRampStanding) -> str:
    state = _state(standing)
    if state is State.TAKEN and standing.off_ramp.status == Stage.DISPATCHED:
        return ON_THE_WAY
    return ICONS[state]


def _digits(standing: OffRampStanding) -> str:
    return number_of(standing.off_ramp).lstrip("·")


def _open(pen: Pen, standing: OffRampStanding) -> Button | None:
    """`4263 14:08`, with the day before it where it is another one than the newest's."""
    off_ramp = standing.off_ramp
    at = form.clock(off_ramp.asked_at, pen.reader.timezone, near_ms=pen.near_ms)
    return choice(f"{_digits(standing)} {at}", Verb.OT_OPEN, off_ramp.id)


def csv_file(listed: Sequence[OffRampStanding], reader: Reader) -> bytes:
    """UTF-8 with BOM, CRLF, a header in the reader's language and one row per off-ramp; amounts are plain digits.

    Fee and what the bank got are in the quoted currency, empty where Gate tells none.
    """
    pen = Pen(reader)
    return sheet([pen.words(title) for title in HEADER], (_row(pen, standing) for standing in listed))


def _row(pen: Pen, standing: OffRampStanding) -> tuple[str, ...]:
    off_ramp, intent, quote = standing.off_ramp, standing.intent, standing.off_ramp.quote
    at = off_ramp.asked_at if intent is None else intent.sent_at or intent.planned_at
    requester = "" if off_ramp.requester is None else standing.requester_name or form.count(off_ramp.requester)
    return (
        form.iso(at, pen.reader.timezone),
        off_ramp.id,
        plain(quote.sell.amount),
        quote.sell.code,
        plain(quote.get.amount),
        quote.get.code,
        _told(off_ramp.fee),
        _told(off_ramp.final),
        off_ramp.bank,
        pen.words(STATUS_WORDS[_state(standing)]),
        off_ramp.status,
        off_ramp.order_id,
        off_ramp.client_order_id,
        off_ramp.wish.promotion,
        _words(standing),
        standing.person_name or form.count(off_ramp.person),
        requester,
    )


def _told(amount: Decimal | None) -> str:
    return "" if amount is None else plain(amount)


def _words(standing: OffRampStanding) -> str:
    """The venue's reason: of its order, or of its refusal to make one."""
    intent = standing.intent
    if standing.off_ramp.error or intent is None or intent.state is not State.REFUSED or standing.off_ramp.order_id:
        return standing.off_ramp.error
    return intent.answer


def _state(standing: OffRampStanding) -> State | None:
    return None if standing.intent is None else standing.intent.state
