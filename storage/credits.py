"""Credits on our receiving accounts that a release stands on: each of them once, by the database's own rule.

A mark names one credit of an account and a sum. Where a lead says that the bank shows a further one that its mark does
not tell from another's, that one is the second (`nth`), and stands once, too.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from bot.domain.orders import Order, Side
from bot.domain.twins import Credit
from storage import order_facts
from storage.exact import equal_text
from storage.session import Row, Session


@dataclass(frozen=True, slots=True)
class UsedCredit:
    """Which order the credit was used for."""

    order_id: str
    credit: Credit
    used_at: int
    nth: int = 1


@dataclass(frozen=True, slots=True)
class UnnamedEnd:
    """A sale that was completed (`at`, ms) and holds no credit: done elsewhere, by the venue, or by us unasked."""

    order: Order
    at: int


_OF_THE_SUM = (
    "fiat = :fiat AND total_key = :total_key"
    " AND (account = :account OR substr(account, 1, 1) = '?' OR substr(:account, 1, 1) = '?')"
)
"""an account that is not known may be any"""
_OVERLAPS = (
    f"{_OF_THE_SUM} AND day = :day AND ("
    "(day = '' AND (substr(mark, -length(:mark)) = :mark OR substr(:mark, -length(mark)) = mark))"
    " OR (day <> '' AND (substr(mark, 1, length(:mark)) = :mark OR substr(:mark, 1, length(mark)) = mark)))"
)
"""8821 and 448821 may be one credit, and so may 14:02 and 14:02:31"""


@dataclass(frozen=True, slots=True)
class SecondCredit:
    """A lead's step. `besides`: the orders that the credits of the sum it shows stand for at `asked_at`, newest first;
    `ended_at`: it can be pressed no more, `done_at`: it was said (ms)."""

    id: str
    order_id: str
    besides: tuple[str, ...]
    reason: str
    asked_by: int
    asked_at: int
    ended_at: int | None = None
    done_at: int | None = None

    def covers(self, order_id: str, used_at: int) -> bool:
        """Whether the lead was shown that credit: one that its order names later is another one."""
        return order_id in self.besides and used_at <= self.asked_at


class Credits:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def use(self, credit: Credit, intent_id: str, order_id: str, at: int, nth: int = 1) -> bool:
        """True when the credit is this intent's now; False, and nothing written, when it is another's."""
        row = await self._session.row(
            "INSERT INTO credits (intent_id, order_id, account, fiat, total_key, day, mark, nth, used_at)"
            " VALUES (:intent_id, :order_id, :account, :fiat, :total_key, :day, :mark, :nth, :at)"
            " ON CONFLICT DO NOTHING RETURNING intent_id",
            intent_id=intent_id,
            order_id=order_id,
            account=credit.account,
            fiat=credit.fiat,
            total_key=equal_text(credit.total),
            day=credit.day,
            mark=credit.mark,
            nth=nth,
            at=at,
        )
        return row is not None

    async def give_back(self, intent_id: str, at: int) -> None:
        """The release did not happen: its credit may stand for another."""
        await self._session.rows(
            "UPDATE credits SET given_back_at = :at WHERE intent_id = :intent_id AND given_back_at IS NULL",
            intent_id=intent_id,
            at=at,
        )

    async def take_again(self, intent_id: str) -> bool:
        """The release happened after all. False when its credit stands for another one by now."""
        row = await self._session.row(
            "UPDATE OR IGNORE credits SET given_back_at = NULL"
            " WHERE intent_id = :intent_id AND given_back_at IS NOT NULL RETURNING intent_id",
            intent_id=intent_id,
        )
        if row is not None:
            return True
        left = await self._session.row(
            "SELECT 1 FROM credits WHERE intent_id = :intent_id AND given_back_at IS NOT NULL", intent_id=intent_id
        )
        return left is None

    async def given_back(self, intent_id: str) -> UsedCredit | None:
        """The credit that this intent stood on and stands on no more."""
        row = await self._session.row(
            "SELECT * FROM credits WHERE intent_id = :intent_id AND given_back_at IS NOT NULL", intent_id=intent_id
        )
        return _used(row) if row else None

    async def newest_of(self, order_id: str) -> str | None:
        """The intent of the newest release of the order that stood on a credit, given back or not."""
        row = await self._session.row(
            "SELECT intent_id FROM credits JOIN intents ON intents.id = credits.intent_id"
            " WHERE order_id = :order_id ORDER BY intents.number DESC LIMIT 1",
            order_id=order_id,
        )
        return row["intent_id"] if row else None

    async def used(self, credit: Credit, said: SecondCredit | None = None) -> UsedCredit | None:
        """What used it, or what of the same sum may be the same credit; what a lead's word covers does not count."""
        found = await self.all_used(credit)
        return next((one for one in found if said is None or not said.covers(one.order_id, one.used_at)), None)

    async def all_used(self, credit: Credit) -> list[UsedCredit]:
        """All that used it or what may be the same credit, oldest first."""
        return [_used(row) for row in await self._overlapping(credit) if row["given_back_at"] is None]

    async def next_nth(self, credit: Credit, said: SecondCredit) -> int:
        """The lowest number that none has that is used or that a lead's word covers.

        A number that was given back is another's then, so that whoever comes for it late is found.
        """
        found = await self._overlapping(credit)
        taken = {
            row["nth"] for row in found if row["given_back_at"] is None or said.covers(row["order_id"], row["used_at"])
        }
        return next(nth for nth in count(1) if nth not in taken)

    async def _overlapping(self, credit: Credit) -> list[Row]:
        """Those that were given back, too, oldest first."""
        return await self._session.rows(
            f"SELECT * FROM credits WHERE {_OVERLAPS} ORDER BY used_at, rowid",  # noqa: S608 our own words
            account=credit.account,
            fiat=credit.fiat,
            total_key=equal_text(credit.total),
            day=credit.day,
            mark=credit.mark,
        )

    async def of_total_since(self, account: str, fiat: str, total: Decimal, since_ms: int) -> list[UsedCredit]:
        """Credits of that sum on that account that were used since then, newest first."""
        rows = await self._session.rows(
            f"SELECT * FROM credits WHERE {_OF_THE_SUM}"  # noqa: S608 our own words
            " AND used_at >= :since AND given_back_at IS NULL ORDER BY used_at DESC",
            account=account,
            fiat=fiat,
            total_key=equal_text(total),
            since=since_ms,
        )
        return [_used(row) for row in rows]

    async def unnamed_ends(self, order: Order, since_ms: int) -> list[UnnamedEnd]:
        """Other sales of the same total that were completed since then and hold no credit, newest first.

        What we released counts from the venue's yes on, whether or not it shows the end yet.
        """
        rows = await self._session.rows(
            "SELECT facts, COALESCE((SELECT settled_at FROM intents WHERE target = orders.id AND action = 'release'"
            " AND state = 'done'), final_at) AS ended_at FROM orders WHERE fiat = :fiat AND total_key = :total_key"
            " AND is_final = 1 AND phase = 'finished' AND final_at >= :since AND id <> :id"
            " AND NOT EXISTS (SELECT 1 FROM credits WHERE order_id = orders.id AND given_back_at IS NULL)"
            " UNION ALL SELECT facts, settled_at AS ended_at FROM orders JOIN intents ON intents.target = orders.id"
            " AND intents.action = 'release' AND intents.state = 'done' WHERE fiat = :fiat AND total_key = :total_key"
            " AND is_final = 0 AND settled_at >= :since AND orders.id <> :id"
            " AND NOT EXISTS (SELECT 1 FROM credits WHERE order_id = orders.id AND given_back_at IS NULL)",
            fiat=order.fiat,
            total_key=equal_text(order.total),
            since=since_ms,
            id=order.id,
        )
        ends = [UnnamedEnd(order_facts.decode(row["facts"]), row["ended_at"]) for row in rows]
        return sorted((end for end in ends if end.order.side is Side.SELL), key=lambda end: end.at, reverse=True)

    async def add_second(self, second: SecondCredit) -> None:
        """An older open step of the same order is over."""
        await self._session.rows(
            "UPDATE second_credits SET ended_at = :at WHERE order_id = :order_id AND ended_at IS NULL",
            order_id=second.order_id,
            at=second.asked_at,
        )
        await self._session.rows(
            "INSERT INTO second_credits (id, order_id, besides, reason, asked_by, asked_at)"
            " VALUES (:id, :order_id, :besides, :reason, :asked_by, :asked_at)",
            id=second.id,
            order_id=second.order_id,
            besides=",".join(second.besides),
            reason=second.reason,
            asked_by=second.asked_by,
            asked_at=second.asked_at,
        )

    async def second(self, second_id: str) -> SecondCredit | None:
        row = await self._session.row("SELECT * FROM second_credits WHERE id = :id", id=second_id)
        return _second(row) if row else None

    async def second_of(self, order_id: str) -> SecondCredit | None:
        """The newest that was said of the order."""
        row = await self._session.row(
            "SELECT * FROM second_credits WHERE order_id = :order_id AND done_at IS NOT NULL"
            " ORDER BY done_at DESC, rowid DESC LIMIT 1",
            order_id=order_id,
        )
        return _second(row) if row else None

    async def say_second(self, second_id: str, at: int) -> bool:
        """True for exactly one caller."""
        row = await self._session.row(
            "UPDATE second_credits SET ended_at = :at, done_at = :at WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=second_id,
            at=at,
        )
        return row is not None

    async def purge(self, before_ms: int) -> None:
        await self._session.rows("DELETE FROM credits WHERE used_at < :before", before=before_ms)
        await self._session.rows("DELETE FROM second_credits WHERE asked_at < :before", before=before_ms)


def _used(row: Row) -> UsedCredit:
    credit = Credit(row["account"], row["fiat"], Decimal(row["total_key"]), row["day"], row["mark"])
    return UsedCredit(row["order_id"], credit, row["used_at"], row["nth"])


def _second(row: Row) -> SecondCredit:
    return SecondCredit(
        id=row["id"],
        order_id=row["order_id"],
        besides=tuple(row["besides"].split(",")),
        reason=row["reason"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        ended_at=row["ended_at"],
        done_at=row["done_at"],
    )
