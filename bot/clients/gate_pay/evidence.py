"""Passes on what Gate Pay's answers say of our assumptions, each verdict only when it is new."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.clients.gate_c2c.evidence import Evidence
from bot.domain import assumptions
from bot.domain.errors import Refused
from bot.domain.quotes import ConvertOrder, Pair, Wish

NUMBERS = ("sellAmount", "buyAmount", "rate", "price", "status", "userId", "createTime")


class PayEvidence:
    """`observe` hears (key of the assumption, whether it holds)."""

    def __init__(self, observe: Callable[[str, bool], object]) -> None:
        def hear(key: str, holds: bool) -> None:
            observe(key, holds)

        self._tell = Evidence(hear).tell
        self._listed: set[tuple[str, str]] = set()

    def of_refusal(self, refused: Refused) -> None:
        if not refused.is_throttled:
            self._tell("pay_refusals_come_with_200", refused.status == 200)

    def of_pairs(self, pairs: Sequence[Pair], currency: str) -> None:
        self._listed |= {(pair.sell, pair.buy) for pair in pairs}
        self._tell("pair_filter_holds", assumptions.pair_filter_holds(pairs, currency))
        for pair in pairs:
            self._tell("pair_rows_are_directed", assumptions.pair_rows_are_directed(self._listed, pair.sell, pair.buy))

    def of_quote(self, data: Mapping[str, Any], wish: Wish) -> None:
        self._tell("convert_rate_key", assumptions.convert_rate_key(data))
        self._of_numbers(data)
        directed = assumptions.pair_rows_are_directed(self._listed, wish.sell, wish.buy, was_offered=True)
        self._tell("pair_rows_are_directed", directed)

    def of_order(self, data: Mapping[str, Any], order: ConvertOrder) -> None:
        self._tell("convert_order_key_snake", assumptions.convert_order_key_snake(data))
        self._tell("convert_status_is_listed", assumptions.convert_status_is_listed(order))
        self._of_numbers(data)

    def _of_numbers(self, data: Mapping[str, Any]) -> None:
        written = [data[key] for key in NUMBERS if data.get(key) is not None]
        self._tell("pay_numbers_are_text", assumptions.pay_numbers_are_text(written))
