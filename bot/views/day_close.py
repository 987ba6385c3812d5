"""Closing a day: the question for each account's credits, the summary, and what staff is told of it."""

import json
from collections.abc import Sequence
from decimal import Decimal

from bot.domain.day import Account
from bot.domain.day_close import Closing, CreditLine, DayClose, DayStanding, credit_key
from bot.domain.money import Money
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, escape, joined
from bot.views.day import csv_button, who
from bot.views.day_lines import day_title, moneys_of, orders, sale_account, short_day
from bot.views.drawing import MOST_LINES
from bot.views.facts import ready
from bot.views.pen import Pen, rows

LINES_SHOWN = 3
MORE, LESS = mark("🔴 {account}: {money} more"), mark("🔴 {account}: {money} less")
DAY_NOTICE = "day_closed"


def progress_card(closing: Closing, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """Which account comes next, with the ways around it; the question itself follows as a message of its own."""
    pen = Pen(reader)
    assert closing.asked is not None and closing.asked.account is not None
    number = {"number": form.count(closing.number), "of": form.count(closing.of)}
    title = pen.say("Close {day} · account {number} of {of}", day=short_day(closing.form.day), **number)
    lines = [*above, bold(title), escape(f"{sale_account(pen, closing.asked.account)} · {closing.asked.fiat}")]
    if closing.is_resumed:
        lines.append(pen.say("It goes on where you left it."))
    lines.append(pen.say("Add up the day's bank credits."))
    lines.append(pen.say("Our own sum is shown afterwards."))
    lines += _unclosed_words(pen, closing)
    skip = press(pen.words("Skip this one"), Verb.DC_SKIP, closing.form.id, credit_key(closing.asked))
    return Card(joined(lines), rows((skip, _leave(pen, closing)), (_close_before(pen, closing),)))


def question_prompt(closing: Closing, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """Asks for one account's credits."""
    pen = Pen(reader)
    assert closing.asked is not None and closing.asked.account is not None
    account = escape(sale_account(pen, closing.asked.account))
    lines = [
        *above,
        bold(pen.say("Credits in {account}?", account=account)),
        pen.say("{day} {fiat}: reply with the sum", day=closing.form.day, fiat=closing.asked.fiat),
    ]
    return Card(joined(lines), prompt=True, prompt_hint="7,300.00")


def note_prompt(closing: Closing, reader: Reader) -> Card:
    pen = Pen(reader)
    title = bold(pen.say("A note on {day}?", day=short_day(closing.form.day)))
    return Card(joined((title, pen.say("Reply with the words."))), prompt=True)


def summary_card(closing: Closing, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """What would be closed: the bank beside the desk, and what is not settled."""
    pen, standing = Pen(reader, closing.standing.read_at), closing.standing
    head = [*above, bold(pen.say("Close the day {day}?", day=closing.form.day))]
    lines = _unclosed_words(pen, closing) + _unsettled(pen, standing)
    if closing.form.note:
        lines.append(pen.say("Note: {note}", note=escape(closing.form.note, 60)))
    if standing.close is not None:
        lines.append(pen.say("Closed {at} before; all are kept.", at=pen.clock(standing.close.closed_at)))
    elif standing.is_running:
        lines.append(pen.say("What ends later is not in it."))
    lines = [*head, *_credits(pen, closing.lines, MOST_LINES - len(head) - len(lines)), *lines]
    form_id = closing.form.id
    again = press(pen.words("Type again"), Verb.DC_ANEW, form_id) if closing.of else None
    return Card(
        joined(lines),
        rows(
            (_leave(pen, closing), again),
            (press(pen.words("Note…"), Verb.DC_NOTE, form_id),),
            (_close_before(pen, closing),),
            (press(pen.words("Close the day"), Verb.DC_YES, form_id, closing.read, style="primary"),),
        ),
    )


def _unclosed_words(pen: Pen, closing: Closing) -> list[Markup]:
    return [pen.say("⚠ {day} is not closed yet.", day=short_day(closing.unclosed))] if closing.unclosed else []


def _close_before(pen: Pen, closing: Closing) -> Button | None:
    return press(pen.words("Close yesterday"), Verb.DC_BEGIN, closing.unclosed) if closing.unclosed else None


def _leave(pen: Pen, closing: Closing) -> Button:
    return press(pen.words("Leave it"), Verb.DC_DROP, closing.form.id)


def _credits(pen: Pen, lines: Sequence[CreditLine], room: int) -> list[Markup]:
    """Accounts that differ first; of many only how many, in at most `room` lines."""
    if not lines:
        return [pen.say("No sale came into an account.")]
    fitting = len(lines) if len(lines) <= min(room, LINES_SHOWN) else max(min(room - 1, LINES_SHOWN), 0)
    shown = [_credit(pen, line) for line in lines[:fitting]]
    rest = lines[fitting:]
    if rest:
        differ, skipped = sum(line.differs for line in rest), sum(line.bank is None for line in rest)
        facts = {"differ": form.count(differ), "skipped": form.count(skipped)}
        agree = form.count(len(rest) - differ - skipped)
        shown.append(pen.say("+{agree} agree, {differ} differ, {skipped} skipped", agree=agree, **facts))
    return shown


def _credit(pen: Pen, line: CreditLine) -> Markup:
    account, ours = escape(sale_account(pen, line.account)), pen.money(Money(line.ours, line.fiat))
    if line.difference is None:
        return pen.say("⏭ {account}: {money}", account=account, money=ours)
    if not line.difference:
        return pen.say("✅ {account}: {money}", account=account, money=ours)
    words = MORE if line.difference > 0 else LESS
    return pen.say(words, account=account, money=pen.money(Money(abs(line.difference), line.fiat)))


def _unsettled(pen: Pen, standing: DayStanding) -> list[Markup]:
    counts = standing.counts
    named = (
        (mark("⚠ Paid and open: {orders}"), counts.paid),
        (mark("❓ Unknown outcome: {orders}"), counts.unknown),
        (mark("🔒 Other payer: {orders}"), counts.locked),
    )
    return [pen.say(text, orders=orders(pen, ids)) for text, ids in named if ids]


def dropped_card(day: str, reader: Reader) -> Card:
    return Card(Pen(reader).say("Not closed, {day} is unchanged.", day=day))


def closed_card(standing: DayStanding, close: DayClose, reader: Reader) -> Card:
    """It is done; the picture follows as a message of its own."""
    pen = Pen(reader, close.closed_at)
    head = [bold(pen.say("✅ Day {day} closed", day=close.day))]
    by = escape(who(pen, standing, close.person), 20)
    head.append(pen.say("{at} by {who}", at=pen.clock(close.closed_at), who=by))
    lines = _unsettled(pen, standing)
    if standing.closes > 1:
        lines.append(pen.say("Close number {count}; all are kept.", count=form.count(standing.closes)))
    lines = [*head, *_credits(pen, close.lines, MOST_LINES - len(head) - len(lines)), *lines]
    row = (csv_button(pen, close.day), press(pen.words("The day"), Verb.DAY, close.day))
    return Card(joined(lines), rows(row))


def picture_card(standing: DayStanding, reader: Reader, picture: bytes, remark: str) -> Card:
    """The day's picture after its close; `remark` says why it is not in the reader's language."""
    pen = Pen(reader)
    lines = [bold(day_title(pen, standing))]
    if remark:
        lines.append(escape(remark, 200))
    return Card(joined(lines), picture=picture)


def asked_key(closing: Closing) -> str:
    """The account that is asked about, as a question names it."""
    assert closing.asked is not None
    return credit_key(closing.asked)


def day_notice(notice: Notice, reader: Reader) -> Card:
    """To owners and the group. Facts: `day`, `who`, `closed_at`, `again` (closes before), `sold` and `bought` (sums),
    their `_count`, `agreed`, `skipped`, `differing`, `differences` (JSON, see `bot/flows/day_close.py`), and ids in
    `open` and `unknown`."""
    pen, facts = Pen(reader), notice.facts
    title = mark("🌙 Day closed again · {day}") if facts.get("again") else mark("🌙 Day closed · {day}")
    head = [bold(pen.say(title, day=facts.get("day", "–")))]
    at = ready(pen, {"closed_at": facts.get("closed_at", "")})["closed_at"]
    head.append(pen.say("{at} by {who}", at=at, who=pen.staff(facts.get("who", ""))))
    for text, name in ((mark("Sold {count}: {sums}"), "sold"), (mark("Bought {count}: {sums}"), "bought")):
        if facts.get(name):
            count = facts.get(f"{name}_count", "–")
            head.append(pen.say(text, count=count, sums=moneys_of(pen, facts[name])))
    lines = []
    for text, name in ((mark("⚠ Paid and open: {orders}"), "open"), (mark("❓ Unknown outcome: {orders}"), "unknown")):
        if facts.get(name):
            lines.append(pen.say(text, orders=orders(pen, facts[name].split())))
    lines = [*head, *_bank_words(pen, facts, MOST_LINES - len(head) - len(lines)), *lines]
    if facts.get("again") and len(lines) < MOST_LINES:
        lines.append(pen.say("This close counts, {count} before it.", count=facts["again"]))
    day = facts.get("day", "")
    opens = pen.may(Right.DAY_CLOSE) and bool(day)
    row = (
        (press(pen.words("The day"), Verb.DAY, day), press(pen.words("Picture"), Verb.DAY_PICTURE, day))
        if opens
        else ()
    )
    return Card(joined(lines), rows(row))


def _bank_words(pen: Pen, facts: dict[str, str], room: int) -> list[Markup]:
    """What differs, account by account as far as there is room; else only how many."""
    differing = json.loads(facts.get("differences") or "[]")
    skipped = facts.get("skipped", "0")
    lines = [pen.say("⏭ Skipped at the bank: {count}", count=skipped)] if skipped != "0" else []
    if not differing and facts.get("agreed", "0") != "0":
        return [pen.say("✅ The bank agrees: {count} accounts", count=facts["agreed"]), *lines]
    if len(differing) > room - len(lines):
        return [pen.say("🔴 Not as the bank shows: {count}", count=form.count(len(differing))), *lines]
    return [*(_difference(pen, *one) for one in differing), *lines]


def _difference(pen: Pen, method: str, name: str, number: str, amount: str, fiat: str) -> Markup:
    account = escape(sale_account(pen, Account(method, name, number)))
    words = LESS if amount.startswith("-") else MORE
    return pen.say(words, account=account, money=pen.money(Money(abs(Decimal(amount)), fiat)))
