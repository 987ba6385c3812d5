"""Quotes that were shown, and what became of them. The intent of a conversion has the conversion's id."""

from collections.abc import Iterable
from decimal import Decimal

from bot.domain.intents import State
from bot.domain.money import Money
from bot.domain.quotes import Conversion, ConvertOrder, Fixed, Quote, Wish
from storage.exact import money_text
from storage.session import Row, Session


class Conversions:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, made: Conversion) -> None:
        await self._session.rows(
            "INSERT INTO conversions (id, target, account, fixed, quote_id, sell_code, sell_amount, buy_code,"
            " buy_amount, rate, person, requester, asked_at, ends_at, instead_of, request, before, ended_at,"
            " sell_before, buy_before) VALUES (:id, :target, :account, :fixed, :quote_id, :sell_code, :sell_amount,"
            " :buy_code, :buy_amount, :rate, :person, :requester, :asked_at, :ends_at, :instead_of, :request, :before,"
            " :ended_at, :sell_before, :buy_before)",
            id=made.id,
            target=made.target,
            account=made.wish.account,
            fixed=made.wish.fixed.value,
            quote_id=made.quote.id,
            sell_code=made.quote.sell.code,
            sell_amount=money_text(made.quote.sell.amount),
            buy_code=made.quote.buy.code,
            buy_amount=money_text(made.quote.buy.amount),
            rate=None if made.quote.rate is None else money_text(made.quote.rate),
            person=made.person,
            requester=made.requester,
            asked_at=made.asked_at,
            ends_at=made.ends_at,
            instead_of=made.instead_of,
            request=made.request,
            before=None if made.before is None else money_text(made.before),
            ended_at=made.ended_at,
            sell_before=money_text(made.balances_before[0]) if made.balances_before else None,
            buy_before=money_text(made.balances_before[1]) if made.balances_before else None,
        )

    async def get(self, conversion_id: str) -> Conversion | None:
        row = await self._session.row("SELECT * FROM conversions WHERE id = :id", id=conversion_id)
        return _conversion(row) if row else None

    async def end(self, conversion_id: str, at: int) -> bool:
        """Nobody can take the quote any more; True for exactly one caller."""
        row = await self._session.row(
            "UPDATE conversions SET ended_at = :at WHERE id = :id AND ended_at IS NULL RETURNING id",
            id=conversion_id,
            at=at,
        )
        return row is not None

    async def live(self, person: int) -> list[Conversion]:
        """The person's quotes that have not ended, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM conversions WHERE person = :person AND ended_at IS NULL ORDER BY number", person=person
        )
        return [_conversion(row) for row in rows]

    async def over(self, now: int) -> list[Conversion]:
        """Quotes whose time is over and that have not been ended yet, oldest first."""
        rows = await self._session.rows(
            "SELECT * FROM conversions WHERE ended_at IS NULL AND ends_at <= :now ORDER BY number", now=now
        )
        return [_conversion(row) for row in rows]

    async def keep_order(
        self, conversion_id: str, order: ConvertOrder, at: int, *, executed: tuple[Money, Money] | None
    ) -> Conversion | None:
        """What the venue says of its order now; `executed`: the sold and the bought side, None when it is not clear.

        Looks at a new order are counted from 1: those before were at balances.
        """
        row = await self._session.row(
            "UPDATE conversions SET order_id = :order_id, status = :status, executed_sell = :sell,"
            " executed_buy = :buy, looked_at = :at, looks = CASE WHEN order_id = :order_id THEN looks + 1 ELSE 1 END"
            " WHERE id = :id RETURNING *",
            id=conversion_id,
            order_id=order.id,
            status=order.status,
            sell=money_text(executed[0].amount) if executed is not None else None,
            buy=money_text(executed[1].amount) if executed is not None else None,
            at=at,
        )
        return _conversion(row) if row else None

    async def name_order(self, conversion_id: str, order_id: str, at: int) -> None:
        """Of the venue's order only the number could be read; naming it counts as the first look at it."""
        await self._session.rows(
            "UPDATE conversions SET order_id = :order_id, status = NULL, looked_at = :at, looks = 1 WHERE id = :id",
            id=conversion_id,
            order_id=order_id,
            at=at,
        )

    async def drop_order(self, conversion_id: str, at: int) -> Conversion | None:
        """The order that was named is not this quote's. None when it was read meanwhile."""
        row = await self._session.row(
            "UPDATE conversions SET order_id = '', looked_at = :at, looks = 0 WHERE id = :id AND status IS NULL"
            " RETURNING *",
            id=conversion_id,
            at=at,
        )
        return _conversion(row) if row else None

    async def missed_look(self, conversion_id: str, at: int) -> Conversion | None:
        """One more look that could not read the order."""
        row = await self._session.row(
            "UPDATE conversions SET looked_at = :at, looks = looks + 1 WHERE id = :id RETURNING *",
            id=conversion_id,
            at=at,
        )
        return _conversion(row) if row else None

    async def ask_again(self, conversion_id: str, at: int) -> bool:
        """True for exactly one caller, ever, unless it is taken back."""
        row = await self._session.row(
            "UPDATE conversions SET asked_again_at = :at WHERE id = :id AND asked_again_at IS NULL RETURNING id",
            id=conversion_id,
            at=at,
        )
        return row is not None

    async def not_asked_again(self, conversion_id: str) -> None:
        """The repeat never left this machine: it may be pressed once more."""
        await self._session.rows("UPDATE conversions SET asked_again_at = NULL WHERE id = :id", id=conversion_id)

    async def again_answered(self, conversion_id: str, answer: str) -> None:
        """The venue's words to the repeat; looks begin anew, because there is something new to see."""
        await self._session.rows(
            "UPDATE conversions SET again_answer = :answer, looks = 0, looked_at = NULL WHERE id = :id",
            id=conversion_id,
            answer=answer,
        )

    async def is_replaced(self, conversion_id: str) -> bool:
        """Whether a newer quote stands in its place."""
        row = await self._session.row(
            "SELECT 1 FROM conversions WHERE instead_of = :id AND instead_of <> '' LIMIT 1", id=conversion_id
        )
        return row is not None

    async def keep_balances(self, conversion_id: str, balances: tuple[Decimal, Decimal], at: int) -> Conversion | None:
        """What the account holds now of the sold and the bought coin."""
        row = await self._session.row(
            "UPDATE conversions SET sell_now = :sell, buy_now = :buy, looked_at = :at, looks = looks + 1"
            " WHERE id = :id RETURNING *",
            id=conversion_id,
            sell=money_text(balances[0]),
            buy=money_text(balances[1]),
            at=at,
        )
        return _conversion(row) if row else None

    async def carried_out_for(self, request: str) -> Conversion | None:
        """What was sent to the venue because of that request, unless the venue refused it or it never left."""
        row = await self._session.row(
            "SELECT conversions.* FROM conversions JOIN intents ON intents.id = conversions.id"
            " WHERE conversions.request = :request AND intents.state NOT IN ('refused', 'void')",
            request=request,
        )
        return _conversion(row) if row else None

    async def without_outcome(self, account: str) -> int:
        """How many requests of that account have no answer."""
        rows = await self._session.rows(
            "SELECT COUNT(*) AS open FROM conversions JOIN intents ON intents.id = conversions.id"
            " WHERE conversions.account = :account AND intents.state IN ('sent', 'asked', 'unknown')",
            account=account,
        )
        return int(rows[0]["open"])

    async def history(self, states: Iterable[State], limit: int, offset: int) -> list[Conversion]:
        """Those that were sent to the venue and stand in one of these states, newest first."""
        wanted = {f"state{number}": state.value for number, state in enumerate(states)}
        named = ", ".join(f":{name}" for name in wanted)
        rows = await self._session.rows(
            "SELECT conversions.* FROM conversions JOIN intents ON intents.id = conversions.id"  # noqa: S608 our own names
            f" WHERE intents.state IN ({named}) ORDER BY conversions.number DESC"
            " LIMIT :limit OFFSET :offset",
            limit=limit,
            offset=offset,
            **wanted,
        )
        return [_conversion(row) for row in rows]

    async def last_pairs(self, person: int, most: int) -> list[tuple[str, str]]:
        """The pairs (sell, buy) that the person asked for last, newest first, each once."""
        rows = await self._session.rows(
            "SELECT sell_code, buy_code, MAX(number) AS newest FROM conversions WHERE person = :person"
            " GROUP BY sell_code, buy_code ORDER BY newest DESC LIMIT :most",
            person=person,
            most=most,
        )
        return [(str(row["sell_code"]), str(row["buy_code"])) for row in rows]

    async def purge(self, before: int) -> int:
        """Removes quotes that ended before then (ms) and were never sent; how many."""
        rows = await self._session.rows(
            "DELETE FROM conversions WHERE ended_at < :before"
            " AND NOT EXISTS (SELECT 1 FROM intents WHERE intents.id = conversions.id) RETURNING id",
            before=before,
        )
        return len(rows)


def _conversion(row: Row) -> Conversion:
    quote = Quote(
        row["quote_id"],
        Money(Decimal(row["sell_amount"]), row["sell_code"]),
        Money(Decimal(row["buy_amount"]), row["buy_code"]),
        None if row["rate"] is None else Decimal(row["rate"]),
    )
    fixed = Fixed(row["fixed"])
    amount = quote.sell.amount if fixed is Fixed.SELL else quote.buy.amount
    executed = None
    if row["executed_sell"] is not None and row["executed_buy"] is not None:
        executed = (
            Money(Decimal(row["executed_sell"]), quote.sell.code),
            Money(Decimal(row["executed_buy"]), quote.buy.code),
        )
    return Conversion(
        id=row["id"],
        wish=Wish(row["account"], quote.sell.code, quote.buy.code, fixed, amount),
        quote=quote,
        person=row["person"],
        requester=row["requester"],
        asked_at=row["asked_at"],
        ends_at=row["ends_at"],
        instead_of=row["instead_of"],
        request=row["request"],
        before=None if row["before"] is None else Decimal(row["before"]),
        ended_at=row["ended_at"],
        order_id=row["order_id"],
        status=row["status"],
        executed=executed,
        looked_at=row["looked_at"],
        looks=row["looks"],
        asked_again_at=row["asked_again_at"],
        again_answer=row["again_answer"],
        balances_before=_pair(row["sell_before"], row["buy_before"]),
        balances_now=_pair(row["sell_now"], row["buy_now"]),
    )


def _pair(sell: str | None, buy: str | None) -> tuple[Decimal, Decimal] | None:
    return None if sell is None or buy is None else (Decimal(sell), Decimal(buy))
