"""Conversions so far: a page in the chat, and a file for whoever keeps the books."""

from collections.abc import Sequence

from bot.domain.intents import State
from bot.domain.money import Money, plain
from bot.domain.quotes import OWN, Standing
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb
from bot.views.card import Button, Card, Markup, joined
from bot.views.convert_lines import account_words, choice, coins, tail_of
from bot.views.past_deals import ICONS, STATUS_WORDS, list_rows, page_head, sheet
from bot.views.pen import Pen

HEADER = (
    mark("time"),
    mark("id"),
    mark("account"),
    mark("sell amount"),
    mark("sell currency"),
    mark("buy amount"),
    mark("buy currency"),
    mark("status"),
    mark("Gate order"),
    mark("person"),
    mark("asked by"),
    mark("quote id"),
)


def history_card(listed: Sequence[Standing], wanted: str, page: int, has_more: bool, reader: Reader) -> Card:
    """One page, newest first; `wanted` is "all", "done", "open" or "failed", `page` counts from 0."""
    newest = listed[0].conversion.asked_at if listed else None
    pen = Pen(reader, newest)
    lines = [page_head(pen, pen.say("Conversions"), wanted, page, has_more)]
    accounts = {standing.conversion.wish.account for standing in listed}
    if len(accounts) == 1 and accounts != {OWN}:
        lines.append(account_words(pen, *accounts))
    lines += [_line(standing, is_named=len(accounts) > 1) for standing in listed]
    if not listed:
        lines.append(pen.say("None yet: /convert 100 USDT BTC"))
    opening = [_open(pen, standing) for standing in listed]
    made = list_rows(pen, opening, Verb.CONVERTS, Verb.CV_CSV, wanted=wanted, page=page, has_more=has_more)
    return Card(joined(lines), made)


def _line(standing: Standing, *, is_named: bool) -> Markup:
    conversion = standing.conversion
    sell, buy = _amounts(standing)
    parts = [ICONS[_state(standing)], tail_of(conversion.quote.id).lstrip("·"), coins(sell), "→", coins(buy)]
    if is_named and conversion.wish.account != OWN:
        parts.append(tail_of(conversion.wish.account))
    return joined(parts, " ")


def _open(pen: Pen, standing: Standing) -> Button | None:
    """`7F3A 14:08`, with the day before it where it is another one than the newest's."""
    conversion = standing.conversion
    at = form.clock(conversion.asked_at, pen.reader.timezone, near_ms=pen.near_ms)
    return choice(f"{tail_of(conversion.quote.id).lstrip('·')} {at}", Verb.CV_OPEN, conversion.id)


def csv_file(listed: Sequence[Standing], reader: Reader) -> bytes:
    """UTF-8 with BOM, CRLF, a header in the reader's language and one row per conversion; amounts are plain digits.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    pen = Pen(reader)
    return sheet([pen.words(title) for title in HEADER], (_row(pen, standing) for standing in listed))


def _row(pen: Pen, standing: Standing) -> tuple[str, ...]:
    conversion, intent = standing.conversion, standing.intent
    sell, buy = _amounts(standing)
    at = conversion.asked_at if intent is None else intent.sent_at or intent.planned_at
    account = conversion.wish.account
    requester = "" if conversion.requester is None else standing.requester_name or form.count(conversion.requester)
    return (
        form.iso(at, pen.reader.timezone),
        conversion.id,
        pen.words("own account") if account == OWN else account,
        plain(sell.amount),
        sell.code,
        plain(buy.amount),
        buy.code,
        pen.words(STATUS_WORDS[_state(standing)]),
        conversion.order_id,
        standing.person_name or form.count(conversion.person),
        requester,
        conversion.quote.id,
    )


def _state(standing: Standing) -> State | None:
    return None if standing.intent is None else standing.intent.state


def _amounts(standing: Standing) -> tuple[Money, Money]:
    """What was really exchanged once that is final, the quote's amounts before."""
    conversion = standing.conversion
    if _state(standing) is State.DONE and conversion.executed is not None:
        return conversion.executed
    return conversion.quote.sell, conversion.quote.buy
