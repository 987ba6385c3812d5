"""First approvals and armed actions: one open per order, by the database's own rule; and who asked a lead for what."""

from decimal import Decimal

from bot.domain.intents import Action
from bot.domain.seals import Choice
from bot.domain.two_people import Approval
from storage.exact import exact_sum, facts_text, money_text, read_facts
from storage.session import Row, Session


class Approvals:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, approval: Approval) -> bool:
        """False, and nothing written, when the order has an open one."""
        row = await self._session.row(
            "INSERT INTO approvals (id, order_id, action, first_by, seal_id, amount, asset, given_at, ends_at, due_at,"
            " choice, facts) VALUES (:id, :order_id, :action, :first_by, :seal_id, :amount, :asset, :given_at,"
            " :ends_at, :due_at, :choice, :facts) ON CONFLICT DO NOTHING RETURNING id",
            id=approval.id,
            order_id=approval.order_id,
            action=approval.action.value,
            first_by=approval.first,
            seal_id=approval.seal_id,
            amount=money_text(approval.amount),
            asset=approval.asset,
            given_at=approval.at,
            ends_at=approval.ends_at,
            due_at=approval.due_at,
            choice=facts_text(approval.choice.as_arguments()),
            facts=facts_text(approval.facts),
        )
        return row is not None

    async def get(self, approval_id: str) -> Approval | None:
        row = await self._session.row("SELECT * FROM approvals WHERE id = :id", id=approval_id)
        return _approval(row) if row else None

    async def open_for(self, order_id: str) -> Approval | None:
        """The one that has not ended, expired or not."""
        row = await self._session.row(
            "SELECT * FROM approvals WHERE order_id = :order_id AND ended_at IS NULL", order_id=order_id
        )
        return _approval(row) if row else None

    async def latest_for(self, order_id: str) -> Approval | None:
        """The newest one, ended or not."""
        row = await self._session.row(
            "SELECT * FROM approvals WHERE order_id = :order_id ORDER BY given_at DESC, ended_at IS NULL DESC LIMIT 1",
            order_id=order_id,
        )
        return _approval(row) if row else None

    async def all_open(self) -> list[Approval]:
        """Those that have not ended, oldest first."""
        rows = await self._session.rows("SELECT * FROM approvals WHERE ended_at IS NULL ORDER BY given_at, id")
        return [_approval(row) for row in rows]

    async def end(
        self,
        approval_id: str,
        at: int,
        *,
        why: str,
        by: int | None = None,
        because: str = "",
        intent_id: str | None = None,
    ) -> bool:
        """True for exactly one caller: what has ended stays ended as it did."""
        row = await self._session.row(
            "UPDATE approvals SET ended_at = :at, ended_by = :by, why = :why, because = :because,"
            " intent_id = :intent_id WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=approval_id,
            at=at,
            by=by,
            why=why,
            because=because,
            intent_id=intent_id,
        )
        return row is not None

    async def armed_since(self, since_ms: int, asset: str) -> Decimal:
        """What went out, may have gone out or is armed to go out on one person's yes since then, in coins, exactly."""
        rows = await self._session.rows(
            "SELECT approvals.amount FROM approvals LEFT JOIN intents ON intents.id = approvals.intent_id"
            " WHERE due_at IS NOT NULL AND given_at >= :since AND approvals.asset = :asset"
            " AND (ended_at IS NULL"
            " OR intents.state IN ('planned', 'sent', 'taken', 'asked', 'unknown', 'done'))",
            since=since_ms,
            asset=asset,
        )
        return exact_sum(Decimal(row["amount"]) for row in rows)

    async def ask(self, order_id: str, action: Action, person: int, at: int) -> None:
        """The person asked a lead for it; asking again changes nothing."""
        await self._session.rows(
            "INSERT INTO lead_requests (order_id, action, person, asked_at) VALUES (:order_id, :action, :person, :at)"
            " ON CONFLICT DO NOTHING",
            order_id=order_id,
            action=action.value,
            person=person,
            at=at,
        )

    async def has_asked(self, order_id: str, action: Action, person: int) -> bool:
        row = await self._session.row(
            "SELECT 1 FROM lead_requests WHERE order_id = :order_id AND action = :action AND person = :person",
            order_id=order_id,
            action=action.value,
            person=person,
        )
        return row is not None

    async def answer(self, order_id: str, by: int, since_ms: int) -> None:
        """This person did what others asked for since then: those requests are settled, not an own one."""
        await self._session.rows(
            "DELETE FROM lead_requests WHERE order_id = :order_id AND person <> :by AND asked_at >= :since",
            order_id=order_id,
            by=by,
            since=since_ms,
        )

    async def purge(self, before: int, *, asked_before: int) -> None:
        """Forgets those that ended, or should have, before then (ms), and what was asked for longer ago."""
        await self._session.rows(
            "DELETE FROM approvals WHERE ends_at < :before AND ended_at IS NOT NULL", before=before
        )
        await self._session.rows("DELETE FROM lead_requests WHERE asked_at < :before", before=asked_before)


def _approval(row: Row) -> Approval:
    return Approval(
        id=row["id"],
        order_id=row["order_id"],
        action=Action(row["action"]),
        first=row["first_by"],
        seal_id=row["seal_id"],
        amount=Decimal(row["amount"]),
        asset=row["asset"],
        at=row["given_at"],
        ends_at=row["ends_at"],
        due_at=row["due_at"],
        choice=Choice.of(read_facts(row["choice"])),
        facts=read_facts(row["facts"]),
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        why=row["why"],
        because=row["because"],
        intent_id=row["intent_id"],
    )
