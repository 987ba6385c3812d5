"""What a closed day and an order's part in its day look like as text."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.domain.day import Account, Counts, DayOrder, Tally, receiving_account
from bot.domain.day_close import CreditLine
from bot.domain.orders import Payee, Phase, Side
from storage.exact import facts_text, money_text, read_facts
from storage.session import Row

SIDES = {side.value: side for side in Side}
PHASES = {phase.value: phase for phase in Phase}


PARTS = ("side", "asset", "fiat", "amount", "total", "price", "chosen_method", "counterparty_name")
"""what the day needs of an order's facts, beside its payees: a day may have thousands of orders"""
# Several parts at once come as a list in JSON, so that a name which no database can hold as text arrives, too
_PATHS = ", ".join(f"'$.{part}'" for part in PARTS)
FACTS = f"json_extract(facts, {_PATHS}) AS parts, json_extract(facts, '$.payees')"


def day_order(row: Row) -> DayOrder:
    """Of a row with FACTS (`parts` and `payees`)."""
    side, asset, fiat, amount, total, price, method, counterparty = json.loads(row["parts"])
    return DayOrder(
        id=row["id"],
        side=SIDES[side],
        phase=PHASES[row["phase"]],
        asset=asset,
        fiat=fiat,
        amount=Decimal(amount),
        total=Decimal(total),
        price=Decimal(price),
        created_at=row["created_at"],
        ended_at=row["final_at"],
        account=_account(method, row["payees"] if side == Side.SELL else ""),
        counterparty=counterparty,
        is_outside=bool(row["is_done_elsewhere"]),
        is_locked=bool(row["was_locked"]),
        is_ours_cancelled=bool(row["is_ours_cancelled"]),
    )


@lru_cache(maxsize=1024)
def _account(method: str, payees: str) -> Account:
    """Most orders of a day came into the same few accounts. Without `payees`: where we paid to."""
    if not payees:
        return Account(method)
    return receiving_account(
        method, (Payee(one["method"], one["name"], "", one["account"]) for one in json.loads(payees))
    )


def totals_text(totals: Iterable[Tally], counts: Counts) -> str:
    """What was traded, and the numbers around it."""
    return facts_text(
        {
            "traded": [
                [one.side.value, one.fiat, one.asset, money_text(one.coins), money_text(one.money), one.count]
                for one in totals
            ],
            "counts": {
                name: getattr(counts, name) for name in Counts.__dataclass_fields__ if getattr(counts, name) is not None
            },
        }
    )


def read_totals(text: str) -> tuple[tuple[Tally, ...], Counts]:
    facts: dict[str, Any] = read_facts(text)
    traded = tuple(
        Tally(Side(side), fiat, asset, Decimal(coins), Decimal(money), count)
        for side, fiat, asset, coins, money, count in facts["traded"]
    )
    counts: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in facts["counts"].items()
    }
    return traded, Counts(**counts)


def lines_text(lines: Iterable[CreditLine]) -> str:
    return facts_text({"lines": [_line_facts(line) for line in lines]})


def _line_facts(line: CreditLine) -> Mapping[str, object]:
    return {
        "fiat": line.fiat,
        "method": line.account.method,
        "name": line.account.name,
        "number": line.account.number,
        "count": line.count,
        "ours": money_text(line.ours),
        "bank": None if line.bank is None else money_text(line.bank),
    }


def read_lines(text: str) -> tuple[CreditLine, ...]:
    return tuple(
        CreditLine(
            one["fiat"],
            Account(one["method"], one["name"], one["number"]),
            one["count"],
            Decimal(one["ours"]),
            None if one["bank"] is None else Decimal(one["bank"]),
        )
        for one in read_facts(text)["lines"]
    )
