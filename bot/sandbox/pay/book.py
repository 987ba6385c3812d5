"""Quotes and the orders that come of them."""

from dataclasses import dataclass, replace
from decimal import Decimal

CREATED, SUCCESS, FAILED = 1, 3, 6


@dataclass
class Quote:
    """An offer to one account; times in Unix seconds. Its amounts are texts, as the answer shows them."""

    id: str
    account: str
    sell: str
    buy: str
    sell_amount: str
    buy_amount: str
    price: Decimal
    made_at: float
    ends_at: float
    used_by: str = ""
    """the clientReqId that took it"""


@dataclass
class Order:
    """`settles_at` None: it stays as it is until somebody sets its status."""

    id: str
    quote: Quote
    client_req_id: str
    sell_amount: Decimal
    buy_amount: Decimal
    rate: Decimal
    created_at: float
    settles_at: float | None
    ends_as: int
    status: int = CREATED

    def as_created(self) -> "Order":
        """What a replica that lags behind still shows."""
        return replace(self, status=CREATED)


@dataclass
class Execution:
    """One convert that really happened; `times`: how often this clientReqId has been executed by then."""

    n: int
    at: float
    account: str
    client_req_id: str
    quote_id: str
    order_id: str
    sell: str
    buy: str
    sell_amount: str
    buy_amount: str
    times: int
