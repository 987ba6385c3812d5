"""OTC quotes that were shown, and what became of them. The intent of an off-ramp has the off-ramp's id."""

from collections.abc import Iterable
from decimal import Decimal

from bot.domain.intents import State
from bot.domain.money import Money
from bot.domain.off_ramps import OffRamp, OffRampOrder, OffRampQuote, OffRampSide, OffRampWish
from storage.exact import money_text
from storage.session import Row, Session


class OffRamps:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, made: OffRamp) -> None:
        await self._session.rows(
            "INSERT INTO off_ramps (id, token, token_hash, side, coin, coin_amount, fiat, fiat_amount, rate,"
            " valid_seconds, promotion, bank_id, bank, person, requester, request, instead_of, before, asked_at,"
            " ends_at, ended_at) VALUES (:id, :token, :token_hash, :side, :coin, :coin_amount, :fiat, :fiat_amount,"
            " :rate, :valid_seconds, :promotion, :bank_id, :bank, :person, :requester, :request, :instead_of, :before,"
            " :asked_at, :ends_at, :ended_at)",
            id=made.id,
            token=made.quote.token,
            token_hash=made.token_hash,
            side=made.wish.side.value,
            coin=made.quote.sell.code,
            coin_amount=money_text(made.quote.sell.amount),
            fiat=made.quote.get.code,
            fiat_amount=money_text(made.quote.get.amount),
            rate=None if made.quote.rate is None else money_text(made.quote.rate),
            valid_seconds=made.quote.valid_seconds,
            promotion=made.wish.promotion,
            bank_id=made.bank_id,
            bank=made.bank,
            person=made.person,
            requester=made.requester,
            request=made.request,
            instead_of=made.instead_of,
            before=None if made.before is None else money_text(made.before),
            asked_at=made.asked_at,
            ends_at=made.ends_at,
            ended_at=made.ended_at,
        )

    async def get(self, off_ramp_id: str) -> OffRamp | None:
        row = await self._session.row("SELECT * FROM off_ramps WHERE id = :id", id=off_ramp_id)
        return _off_ramp(row) if row else None

    async def by_venue(self, *, client_order_id: str, order_id: str) -> OffRamp | None:
        """By our number first, which is known before the venue's own."""
        row = await self._session.row(
            "SELECT * FROM off_ramps WHERE (client_order_id = :client AND :client <> '')"
            " OR (order_id = :order AND :order <> '') ORDER BY CASE WHEN client_order_id = :client THEN 0 ELSE 1 END",
            client=client_order_id,
            order=order_id,
        )
        return _off_ramp(row) if row else None

    async def by_suffix(self, digits: str) -> list[OffRamp]:
        """Sent ones whose venue order or our number ends so, newest first."""
        rows = await self._session.rows(
            "SELECT * FROM off_ramps WHERE client_order_id <> '' AND"
            " (substr(order_id, -length(:digits)) = :digits OR substr(client_order_id, -length(:digits)) = :digits)"
            " ORDER BY number DESC LIMIT 10",
            digits=digits,
        )
        return [_off_ramp(row) for row in rows]

    async def sent_as(self, off_ramp_id: str, client_order_id: str) -> None:
        """The number under which it is about to be sent."""
        await self._session.rows(
            "UPDATE off_ramps SET client_order_id = :number WHERE id = :id", id=off_ramp_id, number=client_order_id
        )

    async def end(self, off_ramp_id: str, at: int) -> bool:
        """Nobody can take the quote any more, and its token is forgotten; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE off_ramps SET ended_at = :at, token = '' WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=off_ramp_id,
            at=at,
        )
        return row is not None

    async def live(self, person: int) -> list[OffRamp]:
        rows = await self._session.rows(
            "SELECT * FROM off_ramps WHERE person = :person AND ended_at IS NULL ORDER BY number", person=person
        )
        return [_off_ramp(row) for row in rows]

    async def over(self, now: int) -> list[OffRamp]:
        rows = await self._session.rows(
            "SELECT * FROM off_ramps WHERE ended_at IS NULL AND ends_at <= :now ORDER BY number", now=now
        )
        return [_off_ramp(row) for row in rows]

    async def keep_order(self, off_ramp_id: str, order: OffRampOrder, status: str, at: int) -> OffRamp | None:
        """What the venue says of its order; `status` is the one to keep, and told amounts are never forgotten again."""
        row = await self._session.row(
            "UPDATE off_ramps SET order_id = CASE WHEN :order_id = '' THEN order_id ELSE :order_id END,"
            " status = :status, fee = COALESCE(:fee, fee), final = COALESCE(:final, final),"
            " error = CASE WHEN :error = '' THEN error ELSE :error END, looked_at = :at, looks = looks + 1"
            " WHERE id = :id RETURNING *",
            id=off_ramp_id,
            order_id=order.id,
            status=status,
            fee=None if order.fee is None else money_text(order.fee),
            final=None if order.final is None else money_text(order.final),
            error=order.error,
            at=at,
        )
        return _off_ramp(row) if row else None

    async def looked(self, off_ramp_id: str, at: int) -> None:
        """A look that told nothing new."""
        await self._session.rows(
            "UPDATE off_ramps SET looked_at = :at, looks = looks + 1 WHERE id = :id", id=off_ramp_id, at=at
        )

    async def is_replaced(self, off_ramp_id: str) -> bool:
        row = await self._session.row(
            "SELECT 1 FROM off_ramps WHERE instead_of = :id AND instead_of <> '' LIMIT 1", id=off_ramp_id
        )
        return row is not None

    async def carried_out_for(self, request: str) -> OffRamp | None:
        """What was sent to the venue because of that request, unless the venue refused it or it never left."""
        row = await self._session.row(
            "SELECT off_ramps.* FROM off_ramps JOIN intents ON intents.id = off_ramps.id"
            " WHERE off_ramps.request = :request AND intents.state NOT IN ('refused', 'void')",
            request=request,
        )
        return _off_ramp(row) if row else None

    async def without_outcome(self) -> int:
        rows = await self._session.rows(
            "SELECT COUNT(*) AS open FROM off_ramps JOIN intents ON intents.id = off_ramps.id"
            " WHERE intents.state IN ('sent', 'unknown')"
        )
        return int(rows[0]["open"])

    async def last_bank(self) -> str:
        """The account (as sent) that was used last, empty when none was."""
        row = await self._session.row(
            "SELECT bank_id FROM off_ramps WHERE client_order_id <> '' ORDER BY number DESC LIMIT 1"
        )
        return str(row["bank_id"]) if row else ""

    async def history(self, states: Iterable[State], limit: int, offset: int) -> list[OffRamp]:
        """Those that were sent to the venue and stand in one of these states, newest first."""
        wanted = {f"state{number}": state.value for number, state in enumerate(states)}
        named = ", ".join(f":{name}" for name in wanted)
        rows = await self._session.rows(
            "SELECT off_ramps.* FROM off_ramps JOIN intents ON intents.id = off_ramps.id"  # noqa: S608 our own names
            f" WHERE intents.state IN ({named}) ORDER BY off_ramps.number DESC"
            " LIMIT :limit OFFSET :offset",
            limit=limit,
            offset=offset,
            **wanted,
        )
        return [_off_ramp(row) for row in rows]

    async def ask(self, request_id: str, wish: OffRampWish, person: int, at: int) -> None:
        """What somebody asks the leads for."""
        await self._session.rows(
            "INSERT INTO off_ramp_requests (id, side, coin, fiat, amount, promotion, person, asked_at)"
            " VALUES (:id, :side, :coin, :fiat, :amount, :promotion, :person, :at)",
            id=request_id,
            side=wish.side.value,
            coin=wish.coin,
            fiat=wish.fiat,
            amount=money_text(wish.amount),
            promotion=wish.promotion,
            person=person,
            at=at,
        )

    async def asked(self, request_id: str) -> tuple[OffRampWish, int] | None:
        """The wish and who asked."""
        row = await self._session.row("SELECT * FROM off_ramp_requests WHERE id = :id", id=request_id)
        if row is None:
            return None
        side = OffRampSide(row["side"])
        wish = OffRampWish(row["coin"], row["fiat"], side, Decimal(row["amount"]), row["promotion"])
        return wish, int(row["person"])

    async def purge(self, before: int) -> int:
        """Removes quotes that ended before then (ms) and were never sent; how many."""
        rows = await self._session.rows(
            "DELETE FROM off_ramps WHERE ended_at < :before"
            " AND NOT EXISTS (SELECT 1 FROM intents WHERE intents.id = off_ramps.id) RETURNING id",
            before=before,
        )
        await self._session.rows("DELETE FROM off_ramp_requests WHERE asked_at < :before", before=before)
        return len(rows)


def _off_ramp(row: Row) -> OffRamp:
    side = OffRampSide(row["side"])
    quote = OffRampQuote(
        row["token"],
        Money(Decimal(row["coin_amount"]), row["coin"]),
        Money(Decimal(row["fiat_amount"]), row["fiat"]),
        row["valid_seconds"],
        None if row["rate"] is None else Decimal(row["rate"]),
    )
    amount = quote.sell.amount if side is OffRampSide.CRYPTO else quote.get.amount
    return OffRamp(
        id=row["id"],
        wish=OffRampWish(row["coin"], row["fiat"], side, amount, row["promotion"]),
        quote=quote,
        token_hash=row["token_hash"],
        bank_id=row["bank_id"],
        bank=row["bank"],
        person=row["person"],
        requester=row["requester"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        request=row["request"],
        instead_of=row["instead_of"],
        before=None if row["before"] is None else Decimal(row["before"]),
        ended_at=row["ended_at"],
        client_order_id=row["client_order_id"],
        order_id=row["order_id"],
        status=row["status"],
        fee=None if row["fee"] is None else Decimal(row["fee"]),
        final=None if row["final"] is None else Decimal(row["final"]),
        error=row["error"],
        looked_at=row["looked_at"],
        looks=row["looks"],
    )
