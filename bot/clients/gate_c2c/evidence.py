"""Passes on what Gate's answers say of our assumptions, each verdict only when it is new."""

import logging
from collections.abc import Callable, Iterable, Mapping

from bot.clients.gate_c2c.budget import REMAIN
from bot.domain import assumptions
from bot.domain.chat import Chat
from bot.domain.errors import Refused
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow

Observe = Callable[[str, bool], None]

log = logging.getLogger(__name__)


class Evidence:
    """`observe` hears (key of the assumption, whether it holds) when that differs from what was told last."""

    def __init__(self, observe: Observe) -> None:
        self._observe = observe
        self._told: dict[str, bool] = {}

    def tell(self, key: str, holds: bool | None) -> None:
        """None is no evidence and is not passed on."""
        if holds is None or self._told.get(key) is holds:
            return
        self._told[key] = holds
        try:
            self._observe(key, holds)
        except Exception:  # a listener's trouble must not change what is told of a money call
            log.exception("an observer of assumptions failed at %s", key)

    def of_rows(self, rows: Listing[OrderRow], found: Iterable[tuple[str, bool | None]]) -> None:
        self.tell("rows_tell_unread", assumptions.rows_tell_unread(rows))
        for key, holds in found:
            self.tell(key, holds)

    def of_order(self, order: Order, row: OrderRow | None) -> None:
        """`row` is what the last list said of it."""
        if row is not None:
            self.tell("row_side_agrees_with_details", assumptions.row_side_agrees_with_details(row, order))
        self.tell("both_paid_words_mean_paid", assumptions.both_paid_words_mean_paid(order))
        self.tell("total_is_price_times_amount", assumptions.total_is_price_times_amount(order))
        self.tell("chosen_method_is_supported", assumptions.chosen_method_is_supported(order))
        self.tell("vouchers_are_links", assumptions.vouchers_are_links(order))

    def of_chat(self, chat: Chat, *, cursor: int | None, own_id: str) -> None:
        messages = chat.messages
        self.tell("chat_cursor_is_exclusive", assumptions.chat_cursor_is_exclusive(messages, cursor))
        self.tell("own_chat_id_is_profile_id", assumptions.own_chat_id_is_profile_id(messages, own_id))

    def of_headers(self, headers: Mapping[str, str]) -> None:
        self.tell("limits_are_announced", REMAIN in headers)

    def of_business_refusal(self, status: int) -> None:
        self.tell("refusals_come_with_200", status == 200)

    def of_refusal(self, refused: Refused) -> None:
        words = f"{refused.code} {refused.detail}"
        self.tell("order_key_is_txid", assumptions.order_key_is_txid(words))
