"""A day that is closed: what the bank shows, account by account, beside what the desk counted."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from zoneinfo import ZoneInfo

from bot.domain.day import Account, Counts, DayReport, Span, Tally
from bot.domain.errors import NotAllowed
from bot.domain.masks import account_tail
from bot.domain.money import parse_amount, plain

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
MOST_DIGITS = 15
MOST_DECIMALS = 8
MOST_NOTE = 300
KEY_DIGITS = 12
READ_DIGITS = 16
_EXACT = Context(prec=400)
_SIGN_AT_AN_END = re.compile(r"\A[¥￥$]\s*|\s*[元圆块¥￥$]\Z")
_NEGATIVE = re.compile(r"[-−–—][ ¥￥$]*[0-9]")


def span_of(day: str, timezone: str) -> Span:
    """The calendar day in that zone. Raises ValueError for a text that is no day."""
    zone, begins = ZoneInfo(timezone), date.fromisoformat(day)
    return Span(day, _midnight(begins, zone), _midnight(begins + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def day_of(at_ms: int, timezone: str) -> str:
    """`2026-11-21`, the day to which that moment belongs."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(timezone)).date().isoformat()


def read_day(typed: str, today: str, *, oldest: str) -> str:
    """A day as people write it, from `oldest` to `today`. Raises NotAllowed: "day_bad", "day_future", "day_too_old"."""
    given = unicodedata.normalize("NFKC", typed).strip()
    try:
        day = date.fromisoformat(given).isoformat() if DAY.match(given) else ""
    except ValueError:
        day = ""
    if not day:
        raise NotAllowed("day_bad", {"given": typed[:30], "today": today})
    if day > today:
        raise NotAllowed("day_future", {"given": day, "today": today})
    if day < oldest:
        raise NotAllowed("day_too_old", {"given": day, "oldest": oldest})
    return day


def read_credits(typed: str, fiat: str) -> Decimal:
    """A bank's total as people type it: `7,300.00`, `７３００`, `7300 CNY`, `¥7,300`; 0 is one, too.

    Raises NotAllowed: "day_negative", "day_digits", "day_number".
    """
    given = {"given": typed.strip()[:40] or "–"}
    text = unicodedata.normalize("NFKC", typed).strip().upper()
    # Inside, a sign is a decimal point to whoever types `12元50`, and the comma of `300、200` stands between two sums
    text = _SIGN_AT_AN_END.sub("", text.removeprefix(fiat).removesuffix(fiat).strip()).strip()
    if _NEGATIVE.match(text):
        raise NotAllowed("day_negative", given)
    try:
        amount = parse_amount(text)
    except NotAllowed:
        raise NotAllowed("day_digits" if len(re.sub(r"\D", "", text)) > MOST_DIGITS else "day_number", given) from None
    whole, _, decimals = plain(amount).partition(".")
    if len(whole.lstrip("0")) > MOST_DIGITS or len(decimals) > MOST_DECIMALS:
        raise NotAllowed("day_digits", given)
    return amount


def read_note(typed: str) -> str:
    """The closer's own words. Raises NotAllowed("day_note_long" or "day_note_empty")."""
    note = " ".join(typed.split())
    if not note:
        raise NotAllowed("day_note_empty")
    if len(note) > MOST_NOTE:
        raise NotAllowed("day_note_long", {"given": str(len(note)), "most": str(MOST_NOTE)})
    return note


@dataclass(frozen=True, slots=True)
class DayForm:
    """A close that somebody is at. `answers` by account key: exact digits, or empty for one that was skipped."""

    id: str
    day: str
    person: int
    answers: Mapping[str, str] = field(default_factory=dict)
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One receiving account: what the desk counted, and what the bank shows (None: skipped, or never asked)."""

    fiat: str
    account: Account
    count: int
    ours: Decimal
    bank: Decimal | None = None

    @property
    def difference(self) -> Decimal | None:
        """What the bank shows more than was counted; below 0: less."""
        return None if self.bank is None else _EXACT.subtract(self.bank, self.ours)

    @property
    def differs(self) -> bool:
        return bool(self.difference)


@dataclass(frozen=True, slots=True)
class DayClose:
    """A day as it was closed. `lines` name accounts by their last digits only; `note` is forgotten in time."""

    id: str
    day: str
    person: int
    closed_at: int
    totals: tuple[Tally, ...]
    lines: tuple[CreditLine, ...]
    counts: Counts
    note: str = field(default="", repr=False)
    number: int = 0


@dataclass(frozen=True, slots=True)
class DayStanding:
    """A day as one person may see it. `report` is None for those who may know the numbers but not the sums.

    `close` is the newest one, of `closes` in all; `names` are shown names by id.
    """

    span: Span
    read_at: int
    today: str
    counts: Counts
    report: DayReport | None = None
    close: DayClose | None = None
    closes: int = 0
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        return self.span.day == self.today


@dataclass(frozen=True, slots=True)
class Closing:
    """Where a close stands: the account that is asked about next (of `of`), None when all were; then `lines` count.

    `unclosed`: the day before the running one, when money came in on it and nobody closed it; else empty.
    """

    form: DayForm
    standing: DayStanding
    asked: Tally | None
    number: int
    of: int
    lines: tuple[CreditLine, ...]
    is_resumed: bool = False
    unclosed: str = ""

    @property
    def read(self) -> str:
        """What stands for the sums that are read here: a close that was pressed says which ones it means."""
        return fingerprint_of(self.standing.report, self.form.answers) if self.standing.report is not None else ""


def key_of(fiat: str, account: Account) -> str:
    """What stands for a receiving account in buttons and answers."""
    text = "\x1f".join((fiat, account.method, account.name, account.number))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:KEY_DIGITS]


def credit_key(tally: Tally) -> str:
    return key_of(tally.fiat, tally.account or Account())


def lines_of(report: DayReport, answers: Mapping[str, str]) -> tuple[CreditLine, ...]:
    """Every receiving account of the day; those that differ first, then those that were skipped."""
    lines = []
    for one in report.credits:
        typed = answers.get(credit_key(one), "")
        lines.append(
            CreditLine(one.fiat, one.account or Account(), one.count, one.money, Decimal(typed) if typed else None)
        )
    return tuple(sorted(lines, key=lambda line: (not line.differs, line.bank is not None)))


def unasked(report: DayReport, answers: Mapping[str, str]) -> tuple[Tally, ...]:
    return tuple(one for one in report.credits if credit_key(one) not in answers)


def fingerprint_of(report: DayReport, answers: Mapping[str, str]) -> str:
    """Equal exactly when a summary would show the same sums: what was read is what is closed."""
    parts = [
        repr(sorted((str(one.side), one.fiat, one.asset, plain(one.money), plain(one.coins)) for one in report.traded)),
        repr([(credit_key(one), plain(one.money)) for one in report.credits]),
        repr(sorted(answers.items())),
        repr((report.counts.unknown, report.counts.paid, report.counts.locked)),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:READ_DIGITS]


def masked_account(account: Account) -> Account:
    """For the books: the number by its last digits."""
    return Account(account.method, account.name, account_tail(account.number))
