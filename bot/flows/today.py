"""The desk's day as it stands: for everybody its numbers, for leads its sums, as a card, a file and a picture.

An order belongs to the day in which the desk saw it end, in the desk's own time zone; see `bot/domain/day.py`.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.attachments import BadFile
from bot.domain.day import DayReport, Ledger
from bot.domain.day_chart import ChartPlan, Drawn
from bot.domain.day_close import DayClose, DayStanding, day_of, read_day, span_of
from bot.domain.day_sums import sum_up
from bot.domain.errors import NotAllowed
from bot.domain.staff import Right
from bot.flows.desk import Desk
from storage.store import Tables


@dataclass(frozen=True, slots=True)
class DaySheet:
    """A day for the file: every row of it, the sums, and how it was closed, newest first."""

    ledger: Ledger
    standing: DayStanding
    report: DayReport
    closes: tuple[DayClose, ...]


def today_of(desk: Desk) -> str:
    """`2026-11-21`, by the desk's own clock and zone."""
    return day_of(desk.now(), desk.policy.timezone)


def asked_day(desk: Desk, typed: str) -> str:
    """A day that may be looked at: not a future one, and none whose accounts are forgotten. Raises NotAllowed."""
    today = today_of(desk)
    oldest = date.fromisoformat(today) - timedelta(days=desk.policy.retention_days)
    return read_day(typed, today, oldest=oldest.isoformat())


async def show(desk: Desk, user_id: int, day: str = "") -> DayStanding:
    """The day's numbers, with its sums for a lead. An empty `day` is the one that runs."""
    person = desk.need(user_id, Right.READ)
    day = asked_day(desk, day) if day else today_of(desk)
    async with desk.store.read() as tables:
        ledger = await _ledger(desk, tables, day)
        closes = await tables.days.of_day(day)
    report = await asyncio.to_thread(sum_up, ledger)
    return standing_of(desk, report, closes, with_sums=person.may(Right.DAY_CLOSE))


async def _ledger(desk: Desk, tables: Tables, day: str) -> Ledger:
    return await tables.days.ledger(span_of(day, desk.policy.timezone), desk.now())


async def report_of(desk: Desk, tables: Tables, day: str) -> DayReport:
    """The day's sums inside a transaction; not on the loop, which others need meanwhile."""
    return await asyncio.to_thread(sum_up, await _ledger(desk, tables, day))


def standing_of(desk: Desk, report: DayReport, closes: list[DayClose], *, with_sums: bool) -> DayStanding:
    """Without the right to the sums the standing has none of them."""
    return DayStanding(
        span=report.span,
        read_at=report.read_at,
        today=today_of(desk),
        counts=report.counts,
        report=report if with_sums else None,
        close=closes[0] if closes and with_sums else None,
        closes=len(closes),
        names={person.id: person.name for person in desk.people.values()},
    )


async def sheet(desk: Desk, user_id: int, day: str = "") -> DaySheet:
    """All of a day, for a lead; that it was handed out is journalled."""
    desk.need(user_id, Right.DAY_CLOSE)
    day = asked_day(desk, day) if day else today_of(desk)
    async with desk.store.write() as tables:
        ledger = await _ledger(desk, tables, day)
        closes = await tables.days.of_day(day)
        rows = len(ledger.ended) + len(ledger.open) + len(ledger.deals)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="export", target="day", facts={"day": day, "rows": str(rows)},
            outcome="done",
        )  # fmt: skip
    report = await asyncio.to_thread(sum_up, ledger)
    return DaySheet(ledger, standing_of(desk, report, closes, with_sums=True), report, tuple(closes))


async def draw(desk: Desk, user_id: int, plan: ChartPlan) -> Drawn:
    """The picture, made in a process of its own. Raises NotAllowed("day_no_picture") when that fails."""
    desk.need(user_id, Right.DAY_CLOSE)
    if desk.talk.easel is None:
        raise NotAllowed("day_no_picture")
    try:
        return await desk.talk.easel.draw(plan)
    except BadFile:
        raise NotAllowed("day_no_picture") from None
