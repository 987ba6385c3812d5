"""Closing a day: the bank's totals are typed account by account, and what they differ by is written down.

No money moves by it, so there is no seal; but what was read is what is closed: when the day went on since the summary
was shown, the summary is shown anew. Everything stands in the desk's memory: a close may be parked, and goes on after
a start. A day may be closed again; the newest close counts, all are kept.
"""

import json
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.day import DayReport
from bot.domain.day_close import (
    Closing,
    CreditLine,
    DayClose,
    DayForm,
    DayStanding,
    credit_key,
    fingerprint_of,
    lines_of,
    masked_account,
    read_credits,
    read_note,
    unasked,
)
from bot.domain.day_sums import totals
from bot.domain.errors import NotAllowed
from bot.domain.money import Money, plain
from bot.domain.orders import Side
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.today import asked_day, report_of, standing_of, today_of
from storage.store import Tables

DAY_QUESTION = "day_question"
"""the kind of the question for a bank's total; about `form/account`"""
DAY_NOTE = "day_note"
"""the kind of the question for the closer's own words; about the form"""
NOTICE = "day_closed"
MOST_NAMED = 6


async def begin(desk: Desk, user_id: int, day: str = "") -> Closing:
    """The person's close of that day (empty: the running one), new or where it was left. Raises NotAllowed."""
    desk.need(user_id, Right.DAY_CLOSE)
    day = asked_day(desk, day) if day else today_of(desk)
    async with desk.store.write() as tables:
        form, is_new = await tables.days.begin(desk.new_id(), day, user_id, desk.now())
        return replace(await _closing(desk, tables, form), is_resumed=not is_new)


async def go_on(desk: Desk, user_id: int, form_id: str) -> Closing:
    """Where a close stands. Raises NotAllowed("day_form_over")."""
    async with desk.store.read() as tables:
        return await _closing(desk, tables, await _own(desk, tables, user_id, form_id))


async def answer(desk: Desk, user_id: int, form_id: str, key: str, typed: str) -> Closing:
    """What the bank shows for one account; an account may be answered again. Raises NotAllowed, nothing changed."""
    async with desk.store.write() as tables:
        form = await _own(desk, tables, user_id, form_id)
        report = await report_of(desk, tables, form.day)
        shows = plain(read_credits(typed, _fiat_of(report, key)))
        form = await _kept(desk, tables, replace(form, answers={**form.answers, key: shows}))
        return await _closing(desk, tables, form, report)


async def skip(desk: Desk, user_id: int, form_id: str, key: str) -> Closing:
    """Nobody looks at this account today: it is closed without the bank's word, and that is said."""
    async with desk.store.write() as tables:
        form = await _own(desk, tables, user_id, form_id)
        report = await report_of(desk, tables, form.day)
        _fiat_of(report, key)
        form = await _kept(desk, tables, replace(form, answers={**form.answers, key: ""}))
        return await _closing(desk, tables, form, report)


async def anew(desk: Desk, user_id: int, form_id: str) -> Closing:
    """All questions once more."""
    async with desk.store.write() as tables:
        form = replace(await _own(desk, tables, user_id, form_id), answers={})
        return await _closing(desk, tables, await _kept(desk, tables, form))


async def note(desk: Desk, user_id: int, form_id: str, typed: str) -> Closing:
    """The closer's own words, in place of those before."""
    async with desk.store.write() as tables:
        form = replace(await _own(desk, tables, user_id, form_id), note=read_note(typed))
        return await _closing(desk, tables, await _kept(desk, tables, form))


async def drop(desk: Desk, user_id: int, form_id: str) -> str:
    """Leave it: nothing is closed. Returns the day."""
    async with desk.store.write() as tables:
        form = await _own(desk, tables, user_id, form_id)
        await tables.days.end(form.id, desk.now())
    return form.day


async def close(desk: Desk, user_id: int, form_id: str, read: str) -> DayStanding:
    """Close the day as a summary showed it (`Closing.read`), tell the group and the owners quietly, and journal it.

    Raises NotAllowed: "day_form_over", "day_unasked", or "day_moved" when a summary says something else by now.
    """
    async with desk.store.write() as tables:
        form = await _own(desk, tables, user_id, form_id)
        report = await report_of(desk, tables, form.day)
        if unasked(report, form.answers):
            raise NotAllowed("day_unasked")
        if read != fingerprint_of(report, form.answers):
            raise NotAllowed("day_moved")
        made = _close_of(desk, form, report)
        await tables.days.add(made)
        await tables.days.end(form.id, desk.now())
        closes = await tables.days.of_day(form.day)
        await _tell(desk, tables, made, report, len(closes))
    desk.wake_relay.set()
    return standing_of(desk, report, closes, with_sums=True)


async def _own(desk: Desk, tables: Tables, user_id: int, form_id: str) -> DayForm:
    desk.need(user_id, Right.DAY_CLOSE)
    form = await tables.days.form(form_id)
    if form is None or form.person != user_id:
        raise NotAllowed("day_form_over")
    return form


def _fiat_of(report: DayReport, key: str) -> str:
    """The currency of the account. Raises NotAllowed for one that this day does not have."""
    found = next((one for one in report.credits if credit_key(one) == key), None)
    if found is None:
        raise NotAllowed("day_form_over")
    return found.fiat


async def _kept(desk: Desk, tables: Tables, form: DayForm) -> DayForm:
    await tables.days.keep(form, desk.now())
    return form


async def _closing(desk: Desk, tables: Tables, form: DayForm, read: DayReport | None = None) -> Closing:
    """Where the form stands on its day as it is now."""
    report = read or await report_of(desk, tables, form.day)
    left, of = unasked(report, form.answers), len(report.credits)
    return Closing(
        form=form,
        standing=standing_of(desk, report, await tables.days.of_day(form.day), with_sums=True),
        asked=left[0] if left else None,
        number=of - len(left) + 1,
        of=of,
        lines=lines_of(report, form.answers),
        unclosed=await _unclosed_before(desk, tables, form.day),
    )


async def _unclosed_before(desk: Desk, tables: Tables, day: str) -> str:
    """Who closes after midnight means the day that has just ended, and would close an empty one."""
    if day != today_of(desk):
        return ""
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    if await tables.days.of_day(before):
        return ""
    return before if (await report_of(desk, tables, before)).credits else ""


def _close_of(desk: Desk, form: DayForm, report: DayReport) -> DayClose:
    lines = tuple(replace(line, account=masked_account(line.account)) for line in lines_of(report, form.answers))
    return DayClose(
        id=form.id,
        day=form.day,
        person=form.person,
        closed_at=desk.now(),
        totals=report.traded,
        lines=lines,
        counts=report.counts,
        note=form.note,
    )


async def _tell(desk: Desk, tables: Tables, made: DayClose, report: DayReport, closes: int) -> None:
    facts = {
        "day": made.day,
        "who": name_of(desk, made.person),
        "closed_at": str(made.closed_at),
        "again": str(closes - 1) if closes > 1 else "",
        **_sums(report),
        **_bank(made.lines),
        "open": _ids(report.counts.paid),
        "unknown": _ids(report.counts.unknown),
        "locked": _ids(report.counts.locked),
    }
    # Who closes again must not be told over by an older close that waits
    key, owners = f"{NOTICE}:{made.day}", with_role(desk, Role.OWNER)
    await announce(desk, tables, Notice(NOTICE, facts), owners, group=True, ring=False, key=key)
    written = {name: fact for name, fact in facts.items() if fact and name not in ("who", "day")}
    await tables.journal.add(
        at=desk.now(), actor=made.person, action="day_close", target=f"day/{made.day}",
        facts={"day": made.day, **written}, outcome="done",
    )  # fmt: skip


def _sums(report: DayReport) -> dict[str, str]:
    """`7200.00 CNY, 100.00 HKD` for what was sold and bought."""
    sides = {"sold": (Side.SELL, report.counts.sold), "bought": (Side.BUY, report.counts.bought)}
    made: dict[str, str] = {}
    for name, (side, count) in sides.items():
        sums = totals(Money(one.money, one.fiat) for one in report.traded if one.side is side)
        made |= {name: ", ".join(map(str, sums)), f"{name}_count": str(count)}
    return made


def _bank(lines: tuple[CreditLine, ...]) -> dict[str, str]:
    """How many accounts agree and were skipped; of those that differ a JSON list: method, name, number, amount, fiat.

    The amount is what the bank shows more, below 0: less.
    """
    differing = [line for line in lines if line.differs]
    return {
        "agreed": str(sum(line.difference == 0 for line in lines)),
        "skipped": str(sum(line.bank is None for line in lines)),
        "differing": str(len(differing)),
        "differences": json.dumps([_difference(line) for line in differing[:MOST_NAMED]]) if differing else "",
    }


def _difference(line: CreditLine) -> list[str]:
    account = line.account
    return [account.method, account.name, account.number, plain(line.difference or line.ours), line.fiat]


def _ids(ids: tuple[str, ...]) -> str:
    return " ".join(ids)
