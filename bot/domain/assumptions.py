"""What we took for true about the venue because its documents leave it open, and what live answers say of it.

Each row has a name, the key of its sentence in the texts, and the section that leaves the gap: of `api/gate-c2c.md`,
or of `api/gate-pay-and-mtpay.md` where it says "pay" or "mtpay".
The functions below are pure: True is evidence for the assumption, False against it, None says nothing. An assumption
without a function cannot be told from ordinary answers (`is_watched` False): a person has to try it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.chat import Author, ChatMessage
from bot.domain.orders import Order, OrderRow, Side, folded
from bot.domain.quotes import ConvertOrder, Pair, Progress

WILL_NOT_BE_CAPPED_ABOVE = 200
MILLISECONDS_FROM = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Assumption:
    """`sentence` is a key of the texts; `section` says where the contract is silent."""

    key: str
    section: str
    is_watched: bool = True

    @property
    def venue(self) -> str:
        """Whose document is silent."""
        return {"pay": "gate_pay", "mtpay": "mtpay"}.get(self.section.rpartition(" ")[2], "gate")

    @property
    def sentence(self) -> str:
        return f"assumption_{self.key}"


ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption("order_key_is_txid", "§3.7, §8.3"),
    Assumption("new_spelling_is_sent", "§3.4, §8.3"),
    Assumption("row_side_is_ours", "§3.4, §8.4"),
    Assumption("row_side_agrees_with_details", "§3.4, §8.4"),
    Assumption("times_are_utc", "§3.4, §8.4"),
    Assumption("both_paid_words_mean_paid", "§2.1, §8.4"),
    Assumption("total_is_price_times_amount", "§3.4"),
    Assumption("chosen_method_is_supported", "§3.6"),
    Assumption("vouchers_are_links", "§3.6"),
    Assumption("rows_tell_unread", "§3.4"),
    Assumption("list_is_complete", "§3.4, §8.5"),
    Assumption("count_is_total", "§3.5, §8.5"),
    Assumption("refusals_come_with_200", "§1.5, §8.1"),
    Assumption("limits_are_announced", "§1.4, §8.9"),
    Assumption("chat_cursor_is_exclusive", "§3.15, §8.6"),
    Assumption("own_chat_id_is_profile_id", "§3.1, §3.15, §8.6"),
    Assumption("sent_time_is_milliseconds", "§3.16"),
    Assumption("chat_times_are_gates_clock", "§3.15, §8.6", is_watched=False),
    Assumption("currency_has_no_wildcard", "§3.4, §8.5", is_watched=False),
    Assumption("second_release_is_refused", "§3.8, §8.11", is_watched=False),
    Assumption("read_only_key_cannot_list", "§1.3, §8.2", is_watched=False),
    Assumption("ad_of_order_is_orderid", "§3.6", is_watched=False),
    Assumption("flagged_text_may_not_arrive", "§3.16, §8.6", is_watched=False),
    Assumption("reading_clears_unread", "§3.6, §8.6", is_watched=False),
    Assumption("upload_limit_is_decoded_size", "§3.17, §8.7", is_watched=False),
    Assumption("seller_cannot_cancel", "§3.9, §8.8", is_watched=False),
    Assumption("profile_tells_work_state", "§2.2, §3.1", is_watched=False),
    Assumption("work_days_begin_monday", "§3.18", is_watched=False),
    Assumption("work_hours_read_as_sent", "§3.1, §8.10", is_watched=False),
    Assumption("ad_number_is_remaining", "§3.10, §3.12"),
    Assumption("market_side_is_the_advertisers", "§3.14"),
    Assumption("own_list_holds_all_ads", "§3.13", is_watched=False),
    Assumption("pay_refusals_come_with_200", "§2 pay"),
    Assumption("pay_numbers_are_text", "§3 pay"),
    Assumption("pair_filter_holds", "§3 C2 pay"),
    Assumption("pair_rows_are_directed", "§3 C2 pay"),
    Assumption("convert_rate_key", "§3 C3 pay"),
    Assumption("convert_order_key_snake", "§3 C4 pay"),
    Assumption("convert_status_is_listed", "§3, §8.1 pay"),
    Assumption("repeat_is_the_same_conversion", "§3, §8.1 pay", is_watched=False),
    Assumption("ended_quote_is_refused", "§3, §8.1 pay", is_watched=False),
    Assumption("otc_finds_our_number", "§4 pay", is_watched=False),
    Assumption("otc_takes_bank_ids_as_listed", "§4, §8.5 pay", is_watched=False),
    Assumption("otc_failure_gives_coins_back", "§8.5 pay", is_watched=False),
    Assumption("mtpay_refusals_come_with_200", "§7 mtpay"),
    Assumption("mtpay_unavailable_has_no_link", "§7 mtpay"),
    Assumption("mtpay_signs_no_body", "§7, §8.7 mtpay", is_watched=False),
    Assumption("mtpay_tells_no_end_of_a_link", "§7 mtpay", is_watched=False),
)

BY_KEY = {assumption.key: assumption for assumption in ASSUMPTIONS}


def order_key_is_txid(refusal: str | None) -> bool | None:
    """`refusal` is code and words of a refused money call, None when it was accepted."""
    if refusal is None:
        return True
    words = refusal.lower()
    return False if "trade_id" in words or "missing_required_param" in words else None


def ad_number_is_remaining(sent: Decimal, left: Decimal, locked: Decimal) -> bool | None:
    """`sent` as the number of an edit, `left` and `locked` as read afterwards; without open orders both are one."""
    if locked <= 0:
        return None
    return True if left == sent else False if left == sent - locked else None


def market_side_is_the_advertisers(asked: Side, shown: Collection[str], ours: Mapping[str, Side]) -> bool | None:
    """`shown` are the ads of the market asked for one side, `ours` the sides of our own ads by their own details."""
    sides = {ours[ad_id] for ad_id in shown if ad_id in ours}
    return None if not sides else sides == {asked}


def row_side_is_ours(side: Side, *, counterparty: str, buyer: str, seller: str) -> bool | None:
    """The names of a row tell who buys, when the counterparty is exactly one of the two."""
    is_buyer, is_seller = folded(counterparty) == folded(buyer), folded(counterparty) == folded(seller)
    if not counterparty or is_buyer == is_seller:
        return None
    return is_seller is (side is Side.BUY)


def row_side_agrees_with_details(row: OrderRow, order: Order) -> bool | None:
    return row.side is order.side if row.id == order.id else None


def times_are_utc(created_at: int, text_as_utc: int) -> bool | None:
    """Both in Unix seconds, 0 = absent; the second is the row's text read as UTC."""
    return created_at == text_as_utc if created_at and text_as_utc else None


def both_paid_words_mean_paid(order: Order) -> bool | None:
    """An order under one of the two words must know when it was paid."""
    return order.paid_at > 0 if order.status.strip().lower() in ("paid", "unconfirmed") else None


def total_is_price_times_amount(order: Order) -> bool | None:
    """Within one hundredth of fiat plus a thousandth for what the venue rounds."""
    expected = order.price * order.amount
    return abs(expected - order.total) <= Decimal("0.01") + expected / 1000


def chosen_method_is_supported(order: Order) -> bool | None:
    return order.chosen_method in order.methods if order.chosen_method and order.methods else None


def vouchers_are_links(order: Order) -> bool | None:
    return all("://" in voucher for voucher in order.vouchers) if order.vouchers else None


def rows_tell_unread(rows: Sequence[OrderRow]) -> bool | None:
    return all(row.unread is not None for row in rows) if rows else None


def list_is_complete(rows: int, counted: int | None) -> bool | None:
    """A count above the rows refutes it; more rows than any page of the venue confirm it."""
    if counted is not None and counted > rows:
        return False
    return True if rows > WILL_NOT_BE_CAPPED_ABOVE else None


def count_is_total(rows: int, counted: int | None, *, page: int) -> bool | None:
    """Told by a page with more behind or before it: a total is larger than such a page."""
    if counted is None or rows == 0:
        return None
    if counted > rows:
        return True
    return False if page > 1 else None


def chat_cursor_is_exclusive(messages: Sequence[ChatMessage], cursor: int | None) -> bool | None:
    """A message of the very second that was asked from refutes it."""
    if cursor is None or not messages:
        return None
    return all(message.at != cursor for message in messages)


def own_chat_id_is_profile_id(messages: Sequence[ChatMessage], own_id: str) -> bool | None:
    """Told by messages that carry both an id and the venue's word for ourselves."""
    ours = [message for message in messages if message.author_name == "Self" and message.author_id]
    if not ours or not own_id:
        return None
    return all(message.author(own_id=own_id, counterparty_id="") is Author.US for message in ours)


def sent_time_is_milliseconds(number: int) -> bool | None:
    return number >= MILLISECONDS_FROM if number else None


def pay_numbers_are_text(written: Sequence[object]) -> bool | None:
    """`written`: amounts, rate, status and time as they stood in the answer. One JSON number refutes it."""
    return all(isinstance(value, str) for value in written) if written else None


def pair_filter_holds(pairs: Sequence[Pair], currency: str) -> bool | None:
    """Asked for one currency, every row has it on one of its sides."""
    return all(currency in (pair.sell, pair.buy) for pair in pairs) if pairs else None


def pair_rows_are_directed(
    listed: Collection[tuple[str, str]], sell: str, buy: str, *, was_offered: bool = False
) -> bool | None:
    """A row for each direction says so; an offer for a direction that only its opposite was listed for denies it."""
    if (buy, sell) not in listed:
        return None
    if (sell, buy) in listed:
        return True
    return False if was_offered else None


def convert_rate_key(keys: Collection[str]) -> bool | None:
    """The rate of an offer is called `rate`, not `price`."""
    return True if "rate" in keys else False if "price" in keys else None


def convert_order_key_snake(keys: Collection[str]) -> bool | None:
    """The id of an order is called `order_id`, not `orderId`."""
    return True if "order_id" in keys else False if "orderId" in keys else None


def convert_status_is_listed(order: ConvertOrder) -> bool:
    """The documents know three numbers; any other one is news."""
    return order.status in set(Progress)
