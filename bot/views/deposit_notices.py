"""News of payment links: the sentences, and what is made ready for them."""

import re
from decimal import Decimal

from bot.domain.money import Money
from bot.domain.situations import Notice, Reader
from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, bold, clean, escape, joined, width
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen

MISMATCH = "deposit_mismatch"
DEPOSIT_NOTICES: dict[str, tuple[str, ...]] = {
    # deposit, label, who, amount
    "deposit_made": (
        mark("🔗 Payment link made · {label}"),
        mark("Amount fixed: {amount}"),
        mark("by {who}"),
    ),
    # deposit, label, who, status, amount; paid, fee, received, why and differs (anything) may be empty
    "deposit_reported": (
        mark("{reported} · {label}"),
        mark("{differs}"),
        mark("Amount fixed: {amount}"),
        mark("Paid {paid}"),
        mark("Fee {fee}"),
        mark("Received {received}"),
        mark("MTPay: “{why}”"),
        mark("by {who}"),
        mark("Reported by MTPay: only a hint"),
    ),
    # deposit, label, amount, who
    "deposit_unknown": (
        mark("❓ No answer from MTPay · {label}"),
        mark("Amount fixed: {amount}"),
        mark("by {who}"),
        mark("The link may be made, or not."),
        mark("Nothing is sent again by itself."),
        mark("Check MTPay's console, settle it."),
    ),
    # deposit, label, amount, who, since
    "deposit_unknown_long": (
        mark("❓ Still no answer · {label}"),
        mark("since {since}"),
        mark("Amount fixed: {amount}"),
        mark("by {who}"),
        mark("The link may be made, or not."),
        mark("Check MTPay's console, settle it."),
    ),
    # deposit, label, amount
    "deposit_late": (
        mark("🔴 A link exists after all · {label}"),
        mark("Amount fixed: {amount}"),
        mark("It was held to be not made."),
        mark("Now MTPay reports on it."),
        mark("Is there a second link for it?"),
        mark("Look into MTPay's console."),
    ),
    # deposit, label, status (may be empty: the rest does not fit), at (when it was signed)
    "deposit_too_old": (
        mark("🔴 Late report · {label}"),
        mark("{reported}"),
        mark("Signed {at}: too long ago"),
        mark("Nothing was changed by it."),
        mark("Look into MTPay's console."),
    ),
    # deposit, label, what (a line per field: what we stored, what came)
    MISMATCH: (
        mark("🔴 Report does not fit · {label}"),
        mark("Ours / reported:"),
        mark("Nothing was changed by it."),
        mark("Look into MTPay's console."),
    ),
}
MAY_BE_EMPTY = ("paid", "fee", "received", "differs", "who", "why", "amount")
AMOUNTS = ("amount", "paid", "fee", "received")
REPORTED = {
    "InProgress": mark("⏳ Payer says it is paid"),
    "Finished": mark("✅ Reported finished"),
    "Failed": mark("❌ Reported failed"),
    "Cancelled": mark("🚫 Reported cancelled"),
}
REPORTED_OTHERWISE = mark("🔴 Reported: other amount")
SHOWN_FIELDS = 4
STATUS_COLUMNS, WORDS_COLUMNS = 24, 24
CODE_FIELDS = ("requestCode", "merchantOrderNo")
CODES_COLUMNS = 200
FIELDS_BETWEEN = re.compile(r"; |\n")
NUMBER = re.compile(r"\d{1,40}(\.\d{1,40})?\Z", re.ASCII)


def deposit_words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours, or that must be fitted to a line."""
    facts = notice.facts
    made = {name: _grouped(pen, facts[name]) for name in AMOUNTS if facts.get(name)}
    if notice.kind == "deposit_reported":
        status = _reported(pen, facts.get("status", "")) or "–"
        made["reported"] = pen.words(REPORTED_OTHERWISE) if facts.get("differs") else status
        made["differs"] = status
        made["why"] = clean(facts.get("why", ""), WORDS_COLUMNS)
    if notice.kind == "deposit_too_old":
        made["reported"] = _reported(pen, facts.get("status", ""))
    if "who" in facts:
        made["who"] = pen.staff(facts["who"])
    return made


def _reported(pen: Pen, status: str) -> str:
    """MTPay's word in ours; a word that is none of the documented ones as it is."""
    text = REPORTED.get(status)
    return pen.words(text) if text else clean(status, STATUS_COLUMNS)


def is_left_out(notice: Notice, template: str) -> bool:
    """A line whose fact is empty says nothing; where the amount differs, the venue's words stand on the card only."""
    if notice.facts.get("differs") and "{why}" in template:
        return True
    if notice.kind == "deposit_too_old" and "{reported}" in template:
        return not clean(notice.facts.get("status", ""))
    return any(f"{{{name}}}" in template for name in MAY_BE_EMPTY if not clean(notice.facts.get(name, "")))


def mismatch_notice(notice: Notice, reader: Reader) -> Card:
    """A line for each field that differs; MTPay's own names of them, because the console shows those."""
    pen = Pen(reader)
    title, head, *rest = DEPOSIT_NOTICES[MISMATCH]
    lines = [bold(pen.say(title, label=notice.facts.get("label", "–"))), pen.say(head)]
    told = [line for line in FIELDS_BETWEEN.split(notice.facts.get("what", "")) if clean(line)]
    lines += [escape(_fitted(line), WIDE_LABEL_COLUMNS) for line in told[:SHOWN_FIELDS]]
    lines += [pen.say(text) for text in rest]
    return Card(joined(lines), deposit_rows(pen, notice) or ())


def _fitted(line: str) -> str:
    """`requestCode: …7f3a / …09bc`: codes too long for a phone keep their ends, by which people compare them."""
    name, _, values = clean(line, CODES_COLUMNS).partition(": ")
    ours, slash, came = values.partition(" / ")
    if width(line) <= WIDE_LABEL_COLUMNS or name not in CODE_FIELDS or not slash:
        return line
    room = (WIDE_LABEL_COLUMNS - width(f"{name}:  / ")) // 2
    return f"{name}: {_end(ours, room)} / {_end(came, room)}"


def _end(text: str, room: int) -> str:
    return text if len(text) <= room else f"…{text[1 - room :]}"


def _grouped(pen: Pen, fact: str) -> str:
    """`5500.20 CNY` with its digits grouped; anything else as it is."""
    number, _, unit = fact.partition(" ")
    return pen.money(Money(Decimal(number), clean(unit, 12))) if unit and NUMBER.match(number) else fact


def deposit_rows(pen: Pen, notice: Notice) -> Rows | None:
    """The button of such news; None for every other kind."""
    if notice.kind not in DEPOSIT_NOTICES:
        return None
    deposit = notice.facts.get("deposit", "")
    return ((press(pen.words("Open"), Verb.DP_OPEN, deposit),),) if FIELD.match(deposit) else ()
