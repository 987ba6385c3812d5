"""The day's ledger out of everything remembered, days that are being closed, and days that were."""

from collections.abc import Mapping
from decimal import Decimal

from bot.domain.day import Act, DayOrder, Deal, DealKind, Ledger, Outcome, Span
from bot.domain.day_close import DayClose, DayForm
from bot.domain.deposits import COIN, Mode, Report
from bot.domain.intents import Action, State
from bot.domain.money import Money
from storage.day_facts import FACTS, day_order, lines_text, read_lines, read_totals, totals_text
from storage.exact import facts_text, read_facts
from storage.session import Row, Session

PAGE = 500
"""rows that are decoded before the loop gets its turn again"""
_ORDER = (
    f"SELECT id, phase, created_at, final_at, {FACTS} AS payees, is_done_elsewhere,"
    # Unlocking takes the lock off the order, not out of its day
    " lock_reason IS NOT NULL OR EXISTS"
    " (SELECT 1 FROM unlocks WHERE order_id = orders.id AND done_at IS NOT NULL) AS was_locked,"
    " phase = 'cancelled' AND EXISTS"
    " (SELECT 1 FROM intents WHERE target = orders.id AND action = 'cancel' AND state = 'done') AS is_ours_cancelled"
    " FROM orders"
)
_OPEN = "intents.state IN ('planned', 'sent', 'taken', 'asked', 'unknown')"
_SETTLED = "intents.settled_at >= :begins AND intents.settled_at < :ends"
# A plus before a column keeps SQLite from an index that holds every row there ever was
_DECIDED = "intents.state AS state, intents.actor AS actor, COALESCE(intents.settled_at, intents.planned_at) AS at"
_ENDS = f"'{Report.FINISHED.value}', '{Report.FAILED.value}', '{Report.CANCELLED.value}'"
# ruff: noqa: S608 every word below is our own
_DEPOSITS = (
    # The venue's last word within the day, or none until the link ended
    f"SELECT {_DECIDED}, deposits.* FROM deposits JOIN intents ON intents.id = deposits.id"
    f" WHERE reported_at >= :begins AND reported_at < :ends AND report IN ({_ENDS})",
    f"SELECT {_DECIDED}, deposits.* FROM deposits JOIN intents ON intents.id = deposits.id"
    " WHERE over_at >= :begins AND over_at < :ends AND report = ''",
    # Never made, or made without anybody who takes the payment
    f"SELECT {_DECIDED}, deposits.* FROM intents JOIN deposits ON deposits.id = intents.id"
    f" WHERE intents.action = 'deposit' AND {_SETTLED} AND report = '' AND over_at IS NULL"
    " AND (intents.state IN ('refused', 'void') OR is_available = 0)",
    # Still open
    f"SELECT {_DECIDED}, deposits.* FROM intents JOIN deposits ON deposits.id = intents.id"
    f" WHERE {_OPEN} AND +intents.action = 'deposit' AND intents.planned_at < :ends AND report = ''",
    f"SELECT {_DECIDED}, deposits.* FROM deposits CROSS JOIN intents ON intents.id = deposits.id"
    " WHERE over_at IS NULL AND url <> '' AND report = '' AND is_available = 1 AND intents.state = 'done'"
    " AND asked_at < :ends",
    f"SELECT {_DECIDED}, deposits.* FROM deposits JOIN intents ON intents.id = deposits.id"
    f" WHERE reported_at IS NOT NULL AND report = '{Report.IN_PROGRESS.value}' AND asked_at < :ends",
)


class DayCloses:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def ledger(self, span: Span, read_at: int) -> Ledger:
        """Everything of that day. Open orders are read first: one that ends meanwhile is in one of both, never lost."""
        still_open = await self._open_orders(span)
        ended = await self._ended_orders(span)
        gone = {order.id for order in ended}
        return Ledger(
            span=span,
            read_at=read_at,
            ended=tuple(ended),
            open=tuple(order for order in still_open if order.id not in gone),
            acts=await self._acts(span),
            deals=(*await self._conversions(span), *await self._off_ramps(span), *await self._deposits(span)),
            unknown=await self._unknown(span),
        )

    async def _open_orders(self, span: Span) -> list[DayOrder]:
        # `created_at` is the venue's, in seconds
        rows = await self._session.rows(
            f"{_ORDER} WHERE is_final = 0 AND +created_at < :ends", ends=span.ends_at // 1000
        )
        return sorted((day_order(row) for row in rows), key=lambda order: (order.created_at, order.id))

    async def _ended_orders(self, span: Span) -> list[DayOrder]:
        found: list[DayOrder] = []
        last_at, last_id = span.begins_at, ""
        while rows := await self._session.rows(
            f"{_ORDER} WHERE final_at >= :last_at AND final_at < :ends AND (final_at, id) > (:last_at, :last_id)"
            " ORDER BY final_at, id LIMIT :page",
            last_at=last_at,
            last_id=last_id,
            ends=span.ends_at,
            page=PAGE,
        ):
            found += [day_order(row) for row in rows]
            last_at, last_id = rows[-1]["final_at"], rows[-1]["id"]
        return found

    async def _acts(self, span: Span) -> tuple[Act, ...]:
        rows = await self._session.rows(
            "SELECT intents.actor, intents.action, intents.target, intents.amount, intents.asset, intents.settled_at,"
            " orders.fiat, orders.total_key FROM intents JOIN orders ON orders.id = intents.target"
            f" WHERE intents.action IN ('release', 'mark_paid') AND {_SETTLED} AND intents.state = 'done'",
            begins=span.begins_at,
            ends=span.ends_at,
        )
        return tuple(
            Act(
                row["actor"], Action(row["action"]), row["target"], Money(Decimal(row["amount"]), row["asset"]),
                Money(Decimal(row["total_key"]), row["fiat"]), row["settled_at"],
            )
            for row in rows
        )  # fmt: skip

    async def _unknown(self, span: Span) -> tuple[str, ...]:
        rows = await self._session.rows(
            f"SELECT DISTINCT target FROM intents WHERE {_OPEN} AND state = 'unknown'"
            " AND +action IN ('release', 'mark_paid', 'cancel') AND planned_at < :ends",
            ends=span.ends_at,
        )
        return tuple(sorted(row["target"] for row in rows))

    async def _of_intents(self, action: str, table: str, span: Span) -> list[Row]:
        """Settled within the day, then those that are open."""
        select = f"SELECT {_DECIDED}, {table}.* FROM intents JOIN {table} ON {table}.id = intents.id"
        settled = await self._session.rows(
            f"{select} WHERE intents.action = :action AND {_SETTLED}",
            action=action, begins=span.begins_at, ends=span.ends_at,
        )  # fmt: skip
        still_open = await self._session.rows(
            f"{select} WHERE {_OPEN} AND +intents.action = :action AND intents.planned_at < :ends",
            action=action,
            ends=span.ends_at,
        )
        # A state may move between the two: what was settled first has no second row
        known = {row["id"] for row in settled}
        return [*settled, *(row for row in still_open if row["id"] not in known)]

    async def _conversions(self, span: Span) -> list[Deal]:
        return [
            Deal(
                DealKind.CONVERT,
                row["id"],
                _outcome(row),
                row["at"],
                Money(Decimal(row["executed_sell"] or row["sell_amount"]), row["sell_code"]),
                Money(Decimal(row["executed_buy"] or row["buy_amount"]), row["buy_code"]),
                row["actor"],
                row["account"],
            )
            for row in await self._of_intents("convert", "conversions", span)
        ]

    async def _off_ramps(self, span: Span) -> list[Deal]:
        return [
            Deal(
                DealKind.OFF_RAMP,
                row["id"],
                _outcome(row),
                row["at"],
                Money(Decimal(row["coin_amount"]), row["coin"]),
                Money(Decimal(row["final"] or row["fiat_amount"]), row["fiat"]),
                row["actor"],
                row["bank"],
            )
            for row in await self._of_intents("otc", "off_ramps", span)
        ]

    async def _deposits(self, span: Span) -> list[Deal]:
        found: dict[str, Deal] = {}
        for sql in _DEPOSITS:
            values = {"begins": span.begins_at} if ":begins" in sql else {}
            for row in await self._session.rows(sql, ends=span.ends_at, **values):
                found.setdefault(row["id"], _deposit(row))
        return list(found.values())

    async def begin(self, form_id: str, day: str, person: int, at: int) -> tuple[DayForm, bool]:
        """The person's open form of that day, and whether it is a new one."""
        row = await self._session.row(
            "INSERT INTO day_forms (id, day, person, begun_at, touched_at) VALUES (:id, :day, :person, :at, :at)"
            " ON CONFLICT DO NOTHING RETURNING *",
            id=form_id,
            day=day,
            person=person,
            at=at,
        )
        if row is not None:
            return _form(row), True
        row = await self._session.row(
            "SELECT * FROM day_forms WHERE person = :person AND day = :day AND ended_at IS NULL", person=person, day=day
        )
        assert row is not None
        return _form(row), False

    async def form(self, form_id: str) -> DayForm | None:
        """One that has not ended."""
        row = await self._session.row("SELECT * FROM day_forms WHERE id = :id AND ended_at IS NULL", id=form_id)
        return _form(row) if row else None

    async def keep(self, form: DayForm, at: int) -> bool:
        """Answers and note; False when it has ended."""
        row = await self._session.row(
            "UPDATE day_forms SET answers = :answers, note = :note, touched_at = :at"
            " WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=form.id,
            answers=facts_text(form.answers),
            note=form.note,
            at=at,
        )
        return row is not None

    async def end(self, form_id: str, at: int) -> bool:
        """It is over; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE day_forms SET ended_at = :at, answers = '{}', note = '' WHERE id = :id AND ended_at IS NULL"
            " RETURNING id",
            id=form_id,
            at=at,
        )
        return row is not None

    async def add(self, close: DayClose) -> None:
        await self._session.rows(
            "INSERT INTO day_closes (id, day, person, closed_at, totals, lines, note)"
            " VALUES (:id, :day, :person, :at, :totals, :lines, :note)",
            id=close.id,
            day=close.day,
            person=close.person,
            at=close.closed_at,
            totals=totals_text(close.totals, close.counts),
            lines=lines_text(close.lines),
            note=close.note,
        )

    async def of_day(self, day: str) -> list[DayClose]:
        """Newest first."""
        rows = await self._session.rows("SELECT * FROM day_closes WHERE day = :day ORDER BY number DESC", day=day)
        return [_close(row) for row in rows]

    async def purge(self, before: int, *, notes_before: int) -> int:
        """Ends and removes forms that nobody touched since then (ms), and the notes of older closes; how many forms."""
        rows = await self._session.rows("DELETE FROM day_forms WHERE touched_at < :before RETURNING id", before=before)
        await self._session.rows(
            "UPDATE day_closes SET note = '' WHERE closed_at < :before AND note <> ''", before=notes_before
        )
        return len(rows)


def _outcome(row: Row) -> Outcome:
    state = State(row["state"])
    if state is State.DONE:
        return Outcome.DONE
    if state is State.UNKNOWN:
        return Outcome.UNKNOWN
    return Outcome.FAILED if state in (State.REFUSED, State.VOID) else Outcome.OPEN


def _deposit(row: Row) -> Deal:
    outcome, at = _end_of(row)
    is_paid_in = Mode(row["mode"]) is Mode.PAYS
    wished = Money(Decimal(row["amount"]), row["fiat"] if is_paid_in else COIN)
    given, got = (wished, None) if is_paid_in else (None, wished)
    if outcome is Outcome.DONE:
        given = given if row["payment_amount"] is None else Money(Decimal(row["payment_amount"]), row["fiat"])
        got = got if row["received"] is None else Money(Decimal(row["received"]), COIN)
    return Deal(DealKind.DEPOSIT, row["id"], outcome, at, given, got, row["actor"], f"D{row['number']:04d}")


def _end_of(row: Row) -> tuple[Outcome, int]:
    if row["report"] == Report.FINISHED:
        return Outcome.DONE, row["reported_at"]
    if row["report"] in (Report.FAILED, Report.CANCELLED):
        return Outcome.FAILED, row["reported_at"]
    if row["over_at"] is not None and not row["report"]:
        return Outcome.FAILED, row["over_at"]
    if row["is_available"] == 0:
        return Outcome.FAILED, row["at"]
    outcome = _outcome(row)
    return (Outcome.OPEN if outcome is Outcome.DONE else outcome), row["at"]


def _form(row: Row) -> DayForm:
    answers: Mapping[str, str] = read_facts(row["answers"])
    return DayForm(row["id"], row["day"], row["person"], answers, row["note"])


def _close(row: Row) -> DayClose:
    totals, counts = read_totals(row["totals"])
    return DayClose(
        id=row["id"],
        day=row["day"],
        person=row["person"],
        closed_at=row["closed_at"],
        totals=totals,
        lines=read_lines(row["lines"]),
        counts=counts,
        note=row["note"],
        number=row["number"],
    )
