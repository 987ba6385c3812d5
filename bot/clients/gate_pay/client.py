"""Gate Pay's convert for the own account and for sub-accounts, one typed verb per call (`api/gate-pay-and-mtpay.md`).

Every verb raises Refused (Gate said no), Unreachable (nothing left this machine), Unknown (no usable answer), or
NotAllowed before anything is sent: "account_not_listed" for an account that the settings do not name, "clock_skew"
when our clock is measured to be more than 8 s off. The clock is never corrected.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.clients.gate_c2c.wire import encode
from bot.clients.gate_pay import wire
from bot.clients.gate_pay.door import Door, Request
from bot.clients.gate_pay.envelope import unreadable
from bot.clients.gate_pay.evidence import PayEvidence
from bot.clients.gate_pay.signing import Signer
from bot.clients.http import Http
from bot.domain.errors import Refused
from bot.domain.listing import Listing
from bot.domain.money import plain
from bot.domain.quotes import OWN, ConvertOrder, Fixed, Pair, Quote, Wish

CONVERT = "/v1/pay/convert"
ORDER_KEYS = ("order_id", "orderId")
BALANCE_KEYS = ("balance_list", "balanceList")

T = TypeVar("T")


def _nonce() -> str:
    """Letters and digits, 32 of them: the most that is recommended (§1)."""
    return secrets.token_hex(16)


def _unheard(key: str, holds: bool) -> None:
    """Nobody listens to what answers say of the assumptions."""


class GatePay:
    """Gate Pay for one client. `clock` gives Unix seconds; `observe` hears what answers say of assumptions.

    `account` of every verb is `OWN` or one of `accounts`, the ids of the sub-accounts that may be acted for.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        client_id: str,
        secret: str,
        clock: Callable[[], float],
        *,
        accounts: Collection[str] = (),
        prefix: str = "/payment/open/institution",
        new_nonce: Callable[[], str] = _nonce,
        observe: Callable[[str, bool], object] = _unheard,
    ) -> None:
        self._http = http
        self._evidence = PayEvidence(observe)
        self._door = Door(
            http, url, Signer(client_id, secret), clock, accounts=accounts, prefix=prefix, new_nonce=new_nonce
        )

    def __repr__(self) -> str:
        return "GatePay(…)"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of Gate Pay's."""
        return self._http.skew_seconds

    async def currencies(self, *, account: str, side: str | None = None) -> Listing[str]:
        """The coins that can be sold or bought (`side` "sell" or "buy"; both without it) (§3 C1)."""
        request = Request("currencies", account, f"{CONVERT}/currency", ("currency",), query=_given(side=side))
        return _readable("currencies", wire.read_currencies, await self._read(request))

    async def pairs(self, *, account: str, currency: str, side: str | None = None) -> Listing[Pair]:
        """The pairs of one coin with their bounds (§3 C2). Whether Gate keeps to `currency` is not certain."""
        query = _given(currency=currency, side=side)
        data = await self._read(Request("pairs", account, f"{CONVERT}/pair", ("sellCurrency",), query=query))
        pairs = _readable("pairs", wire.read_pairs, data)
        self._evidence.of_pairs(pairs, currency)
        return pairs

    async def preview(self, *, wish: Wish) -> Quote:
        """A quote for exactly these coins (§3 C3). Moves nothing. Its amounts are for the caller to compare."""
        fixed = "sellAmount" if wish.fixed is Fixed.SELL else "buyAmount"
        fields = {"buyCurrency": wish.buy, "sellCurrency": wish.sell, fixed: plain(wish.amount)}
        request = Request("preview", wish.account, f"{CONVERT}/preview", ("quoteId",), body=encode(fields))
        data = await self._read(request)
        quote = _readable("preview", lambda data: wire.read_quote(data, wish), data)
        self._evidence.of_quote(data, wish)
        return quote

    @staticmethod
    def convert_body(quote: Quote, client_req_id: str) -> bytes:
        """The bytes that carry out this quote and no other (§3 C4), to be kept before they are sent."""
        fields = {
            "clientReqId": client_req_id,
            "sellCurrency": quote.sell.code,
            "buyCurrency": quote.buy.code,
            "buyAmount": plain(quote.buy.amount),
            "sellAmount": plain(quote.sell.amount),
            "quoteId": quote.id,
        }
        return encode(fields)

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        """Carry out a quote: sent once, exactly these bytes, signed anew. Usually comes back as "created"."""
        request = Request("convert", account, CONVERT, ORDER_KEYS, body=body)
        return self._order_of("convert", await self._heard(self._door.move_money(request)))

    async def order(self, *, account: str, order_id: str) -> ConvertOrder:
        """What became of a quote that Gate took (§3 C5)."""
        request = Request("order", account, f"{CONVERT}/order", ORDER_KEYS, query={"orderId": order_id})
        order = self._order_of("order", await self._read(request))
        if order.id != order_id:
            raise unreadable("order", "another order than asked for")
        return order

    async def balances(self, *, account: str, codes: Sequence[str] = ()) -> dict[str, Decimal]:
        """What is available of each coin, of `codes` only when given (§6). A coin that Gate leaves out is left out."""
        if account == OWN:
            request = Request("balances", account, "/v1/pay/balance/query", BALANCE_KEYS)
        else:
            request = Request("balances", account, "/v1/balance", BALANCE_KEYS, body=wire.encode_codes(codes))
        found = _readable("balances", wire.read_balances, await self._read(request))
        return {code: amount for code, amount in found.items() if not codes or code in codes}

    async def _read(self, request: Request) -> Any:
        return await self._heard(self._door.read(request))

    async def _heard(self, answer: Awaitable[Any]) -> Any:
        try:
            return await answer
        except Refused as refused:
            self._evidence.of_refusal(refused)
            raise

    def _order_of(self, call: str, data: Any) -> ConvertOrder:
        """An order that cannot be read is no answer, but its id is worth passing on: that order can be followed."""
        try:
            order = wire.read_order(data)
        except ValueError:
            order_id = wire.read_order_id(data)
            detail = f"order {order_id} cannot be read" if order_id else "no order in data"
            raise unreadable(call, detail, order_id=order_id) from None
        self._evidence.of_order(data, order)
        return order


def _readable(call: str, reader: Callable[[Any], T], data: Any) -> T:
    """Data that is not what the contract says is an answer that says nothing."""
    try:
        return reader(data)
    except ValueError as error:
        raise unreadable(call, _why(error)) from None


def _why(error: ValueError) -> str:
    """Our own words, or the names of the fields that could not be read; never what stood in them."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "cannot read " + ", ".join(sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]}))


def _given(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}
