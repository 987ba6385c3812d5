"""Payment links that were asked for, and what is reported of them. The intent of a deposit has the deposit's id."""

import secrets
from decimal import Decimal

from bot.domain.deposits import Deposit, DepositWish, Link, Method, Mode, Report, Webhook
from storage.exact import money_text
from storage.session import Row, Session

IS_OPEN = (
    "(intents.state IN ('planned', 'sent', 'unknown') OR (intents.state = 'done' AND (report = 'InProgress'"
    " OR (report = '' AND over_at IS NULL AND COALESCE(is_available, 1) = 1))))"
)
FROM_SENT = "SELECT deposits.* FROM deposits JOIN intents ON intents.id = deposits.id"
NEWEST = " ORDER BY deposits.number DESC LIMIT :limit OFFSET :offset"
FILTERS = {
    "all": FROM_SENT + NEWEST,
    "open": f"{FROM_SENT} WHERE {IS_OPEN}{NEWEST}",
    "finished": f"{FROM_SENT} WHERE report = 'Finished'{NEWEST}",
    "ended": f"{FROM_SENT} WHERE NOT {IS_OPEN} AND report <> 'Finished'{NEWEST}",
}
"""what a list may be narrowed to"""


class Deposits:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, deposit_id: str, wish: DepositWish, *, person: int, asked_at: int, ends_at: int) -> Deposit:
        """A summary that is shown to a person; it gets the next number."""
        row = await self._session.row(
            "INSERT INTO deposits"
            " (id, mode, fiat, amount, payer, name_salt, methods, language, person, asked_at, ends_at) VALUES"
            " (:id, :mode, :fiat, :amount, :payer, :salt, :methods, :language, :person, :asked_at, :ends_at)"
            " RETURNING *",
            id=deposit_id,
            mode=wish.mode.value,
            fiat=wish.fiat,
            amount=money_text(wish.amount),
            payer=wish.payer,
            methods=int(wish.methods),
            language=wish.language,
            person=person,
            asked_at=asked_at,
            ends_at=ends_at,
            salt=secrets.token_hex(8),
        )
        assert row is not None
        return _deposit(row)

    async def get(self, deposit_id: str) -> Deposit | None:
        row = await self._session.row("SELECT * FROM deposits WHERE id = :id", id=deposit_id)
        return _deposit(row) if row else None

    async def by_hook(self, hook_hash: str) -> Deposit | None:
        row = await self._session.row(
            "SELECT * FROM deposits WHERE hook_hash = :hook AND hook_hash <> ''", hook=hook_hash
        )
        return _deposit(row) if row else None

    async def by_number(self, number: int) -> Deposit | None:
        """One that was sent to the venue."""
        row = await self._session.row("SELECT * FROM deposits WHERE number = :n AND order_no <> ''", n=number)
        return _deposit(row) if row else None

    async def change(self, deposit_id: str, *, methods: Method, language: str, ends_at: int) -> Deposit | None:
        """Another choice on a summary that still stands; None when it has ended."""
        row = await self._session.row(
            "UPDATE deposits SET methods = :methods, language = :language, ends_at = :ends_at"
            " WHERE id = :id AND ended_at IS NULL RETURNING *",
            id=deposit_id,
            methods=int(methods),
            language=language,
            ends_at=ends_at,
        )
        return _deposit(row) if row else None

    async def end(self, deposit_id: str, at: int) -> bool:
        """Nobody can confirm it any more; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE deposits SET ended_at = :at WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=deposit_id,
            at=at,
        )
        return row is not None

    async def sent_as(self, deposit_id: str, *, order_no: str, hook_hash: str) -> None:
        """Under which number, and with which webhook address, it is about to be sent."""
        await self._session.rows(
            "UPDATE deposits SET order_no = :order_no, hook_hash = :hook WHERE id = :id",
            id=deposit_id,
            order_no=order_no,
            hook=hook_hash,
        )

    async def keep_link(self, deposit_id: str, link: Link) -> None:
        """The venue's answer; a request code that a webhook brought first stays."""
        await self._session.rows(
            "UPDATE deposits SET request_code = CASE WHEN request_code = '' THEN :code ELSE request_code END,"
            " url = :url, is_available = :is_available, expires_at = :expires_at WHERE id = :id",
            id=deposit_id,
            code=link.request_code,
            url=link.url,
            is_available=int(link.is_available),
            expires_at=link.expires_at,
        )

    async def keep_report(self, deposit_id: str, report: Report, webhook: Webhook, at: int) -> Deposit | None:
        """What is reported now, and our request code if it was not known."""
        row = await self._session.row(
            "UPDATE deposits SET report = :report, reported_at = :at,"
            " request_code = CASE WHEN request_code = '' THEN :code ELSE request_code END,"
            " payment_amount = :payment, transaction_amount = :trade, unit_price = :price,"
            " received = :received, fee = :fee, method = :method, message = :message WHERE id = :id RETURNING *",
            id=deposit_id,
            report=report.value,
            at=at,
            code=webhook.request_code,
            payment=_text(webhook.payment_amount),
            trade=_text(webhook.transaction_amount),
            price=_text(webhook.unit_price),
            received=_text(webhook.received),
            fee=_text(webhook.fee),
            method=webhook.method[:40],
            message=webhook.message[:200],
        )
        return _deposit(row) if row else None

    async def live(self, person: int) -> list[Deposit]:
        """Summaries of a person that can still be confirmed."""
        rows = await self._session.rows(
            "SELECT * FROM deposits WHERE person = :person AND ended_at IS NULL ORDER BY number", person=person
        )
        return [_deposit(row) for row in rows]

    async def over(self, now: int) -> list[Deposit]:
        """Summaries whose time is over."""
        rows = await self._session.rows(
            "SELECT * FROM deposits WHERE ended_at IS NULL AND ends_at <= :now ORDER BY number", now=now
        )
        return [_deposit(row) for row in rows]

    async def links_over(self, now: int) -> list[Deposit]:
        """Links that ended and of which nothing was ever reported; each is given until it is marked."""
        rows = await self._session.rows(
            "SELECT * FROM deposits WHERE over_at IS NULL AND url <> '' AND is_available = 1 AND report = ''"
            " AND expires_at > 0 AND expires_at <= :now ORDER BY number LIMIT 100",
            now=now,
        )
        return [_deposit(row) for row in rows]

    async def mark_over(self, deposit_id: str, at: int) -> bool:
        row = await self._session.row(
            "UPDATE deposits SET over_at = :at WHERE id = :id AND over_at IS NULL AND report = '' RETURNING id",
            id=deposit_id,
            at=at,
        )
        return row is not None

    async def history(self, wanted: str, limit: int, offset: int) -> list[Deposit]:
        """What was sent to the venue, newest first; `wanted` is one of FILTERS."""
        rows = await self._session.rows(FILTERS[wanted], limit=limit, offset=offset)
        return [_deposit(row) for row in rows]

    async def links(self) -> list[str]:
        """The addresses of links that are remembered."""
        return [row["url"] for row in await self._session.rows("SELECT url FROM deposits WHERE url <> ''")]

    async def without_outcome(self) -> int:
        rows = await self._session.rows(
            "SELECT COUNT(*) AS open FROM deposits JOIN intents ON intents.id = deposits.id"
            " WHERE intents.state IN ('sent', 'unknown')"
        )
        return int(rows[0]["open"])

    async def purge(self, before: int, *, names_before: int) -> int:
        """Removes summaries that ended before then (ms) and were never sent, and the names in older links; how many.

        The address of an old link goes with its payer's name: it leads to a page that may show it. So do the venue's
        own words, and a link that leads nowhere any more is over.
        """
        rows = await self._session.rows(
            "DELETE FROM deposits WHERE ended_at < :before"
            " AND NOT EXISTS (SELECT 1 FROM intents WHERE intents.id = deposits.id) RETURNING id",
            before=before,
        )
        await self._session.rows(
            "UPDATE deposits SET payer = '', name_salt = '', url = '', message = '',"
            " over_at = CASE WHEN url <> '' AND report = '' THEN COALESCE(over_at, MAX(expires_at, asked_at))"
            " ELSE over_at END"
            " WHERE asked_at < :before AND (payer <> '' OR url <> '' OR message <> '')",
            before=names_before,
        )
        return len(rows)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else money_text(amount)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _deposit(row: Row) -> Deposit:
    wish = DepositWish(
        Mode(row["mode"]), row["fiat"], Decimal(row["amount"]), row["payer"], Method(row["methods"]), row["language"]
    )
    return Deposit(
        id=row["id"],
        number=row["number"],
        wish=wish,
        person=row["person"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
        order_no=row["order_no"],
        hook_hash=row["hook_hash"],
        name_salt=row["name_salt"],
        request_code=row["request_code"],
        url=row["url"],
        is_available=None if row["is_available"] is None else bool(row["is_available"]),
        expires_at=row["expires_at"],
        report=row["report"],
        reported_at=row["reported_at"],
        payment_amount=_amount(row["payment_amount"]),
        transaction_amount=_amount(row["transaction_amount"]),
        unit_price=_amount(row["unit_price"]),
        received=_amount(row["received"]),
        fee=_amount(row["fee"]),
        method=row["method"],
        message=row["message"],
        over_at=row["over_at"],
    )
