"""Gate Pay's OTC desk for the own account: coins sold for dollars to a bank account (§4), one typed verb per call.

Every verb raises as those of `GatePay`. The token of a quote stands in the body of its order and nowhere else: in no
repr, in no log line, and it is cut out of the venue's own words.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.clients.gate_c2c.wire import decode, encode
from bot.clients.gate_pay import wire_otc
from bot.clients.gate_pay.door import Door, Request
from bot.clients.gate_pay.envelope import LONGEST_CODE, LONGEST_WORDS, unreadable
from bot.clients.gate_pay.evidence import PayEvidence
from bot.clients.gate_pay.multipart import Form, encode_form
from bot.clients.gate_pay.signing import Signer
from bot.clients.gate_pay.wire import read_order_id
from bot.clients.http import Answer, Http, Outgoing
from bot.domain.errors import Refused
from bot.domain.listing import Listing
from bot.domain.money import plain
from bot.domain.off_ramps import BankAccount, BankForm, Country, OffRampOrder, OffRampQuote, OffRampSide, OffRampWish
from bot.domain.quotes import OWN

OTC = "/withdraw/open/otc/api"
ORDER_KEYS = ("orderId", "order_id")
BANK_KEYS = ("bankAccountId",)
ROWS_TO_FIND = 50
SHORTEST_TRACE = 6

T = TypeVar("T")


def _nonce() -> str:
    return secrets.token_hex(16)


def _unheard(key: str, holds: bool) -> None:
    """Nobody listens to what answers say of the assumptions."""


class GatePayOtc:
    """The OTC desk of one client. `clock` gives Unix seconds; `observe` hears what answers say of assumptions."""

    def __init__(
        self,
        http: Http,
        url: str,
        client_id: str,
        secret: str,
        clock: Callable[[], float],
        *,
        new_nonce: Callable[[], str] = _nonce,
        observe: Callable[[str, bool], object] = _unheard,
    ) -> None:
        self._http = http
        self._evidence = PayEvidence(observe)
        self._door = _FormDoor(http, url, Signer(client_id, secret), clock, accounts=(), prefix="", new_nonce=new_nonce)

    def __repr__(self) -> str:
        return "GatePayOtc(…)"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of Gate Pay's."""
        return self._http.skew_seconds

    async def quote(self, *, wish: OffRampWish) -> OffRampQuote:
        """An offer whose token locks rate and amounts (O1). Moves nothing; the amounts are the caller's to compare."""
        is_crypto = wish.side is OffRampSide.CRYPTO
        fields = {
            "cryptoCurrency": wish.coin,
            "fiatCurrency": wish.fiat,
            "cryptoAmount" if is_crypto else "fiatAmount": plain(wish.amount),
            "side": "CRYPTO" if is_crypto else "FIAT",
            "type": wire_otc.SALE,
            **_given(promotionCode=wish.promotion),
        }
        data = await self._read(_post("off_ramp_quote", "/v1/quote", ("quoteToken",), fields))
        return _readable("off_ramp_quote", lambda data: wire_otc.read_off_ramp_quote(data, wish), data)

    def order_body(self, *, quote: OffRampQuote, bank_id: str | int, client_order_id: str) -> bytes:
        """The bytes that carry out this quote and no other (O2), to be kept before they are sent."""
        fields = {
            "cryptoCurrency": quote.sell.code,
            "fiatCurrency": quote.get.code,
            "cryptoAmount": plain(quote.sell.amount),
            "fiatAmount": plain(quote.get.amount),
            "type": wire_otc.SALE,
            "quoteToken": quote.token,
            "bankAccountId": bank_id,
            "clientOrderId": client_order_id,
        }
        return encode(fields)

    async def create(self, *, body: bytes) -> OffRampOrder:
        """Carry out a quote: sent once, exactly these bytes. A repeat is Refused with 5502761 or 550314: look then."""
        request = Request("off_ramp", OWN, f"{OTC}/order/create", ORDER_KEYS, body=body)
        sent = _sent(body)
        order = _order_of("off_ramp", await self._heard(self._door.move_money(request), sent.get("quoteToken", "")))
        ours = sent.get("clientOrderId", "")
        if order.client_order_id not in ("", ours):
            raise unreadable("off_ramp", "another order than sent")
        return order

    async def order(self, *, order_id: str = "", client_order_id: str = "") -> OffRampOrder:
        """What became of an order (O3), by the venue's id, ours, or both. Refused with 550175 when there is none."""
        if not order_id and not client_order_id:
            raise ValueError("which order?")
        query = _given(orderId=order_id, clientOrderId=client_order_id)
        data = await self._read(Request("off_ramp_order", OWN, f"{OTC}/order/detail", ORDER_KEYS, query=query))
        order = _order_of("off_ramp_order", data)
        is_other = order_id and order.id != order_id
        is_others = client_order_id and order.client_order_id != client_order_id
        if is_other or (is_others and (order.client_order_id or not order_id)):
            raise unreadable("off_ramp_order", "another order than asked for")
        return order

    async def find(self, *, client_order_id: str) -> OffRampOrder | None:
        """The order of our number (O4), None when the venue has none. Unknown when its list leaves that open.

        A row without a number of ours may be the one: it proves no absence.
        """
        if not client_order_id:
            raise ValueError("which order?")
        listed = await self._orders("off_ramp_find", {"page": 1, "pageSize": ROWS_TO_FIND}, client_order_id)
        found = {order.id: order for order in listed if order.client_order_id == client_order_id}
        if len(found) > 1:
            raise unreadable("off_ramp_find", "several orders of one number")
        is_whole = not listed.unreadable and len(listed) < ROWS_TO_FIND and (listed.counted or 0) <= len(listed)
        if not found and not (is_whole and all(order.client_order_id for order in listed)):
            raise unreadable("off_ramp_find", "not the list of one number, or not all of it")
        return next(iter(found.values()), None)

    async def orders(self, *, page: int = 1, size: int = 50, status: str = "") -> Listing[OffRampOrder]:
        """One page of all orders (O4), in the venue's order; `counted` is the total over all pages."""
        return await self._orders("off_ramp_orders", {"page": page, "pageSize": size, **_given(status=status)})

    async def countries(self) -> Listing[Country]:
        """Where a bank may be (O5)."""
        request = Request("bank_countries", OWN, f"{OTC}/bank/country/list", ("countryId",))
        return _readable("bank_countries", wire_otc.read_countries, await self._read(request))

    async def banks(self, *, holder: str = "", iban: str = "", swift: str = "", bank: str = "") -> Listing[BankAccount]:
        """The bank accounts (O7), those that resemble what is given."""
        query = _given(bankAccountName=holder, iban=iban, swift=swift, bankName=bank)
        request = Request("banks", OWN, f"{OTC}/bank/list", BANK_KEYS, query=query)
        return _readable("banks", wire_otc.read_banks, await self._read(request))

    async def add_bank(self, *, form: BankForm) -> tuple[str, bool]:
        """(id, whether more material is wanted) of a new bank account (O6), sent once.

        Raises ValueError before anything is sent when country or statement lack, or it is neither JPEG nor PNG.
        """
        request = Request("add_bank", OWN, f"{OTC}/bank/create", BANK_KEYS, body=b"")
        data = await self._heard(self._door.send_form(request, encode_form(form)))
        return _readable("add_bank", wire_otc.read_added, data)

    async def delete_bank(self, *, sent_id: str | int) -> None:
        """Remove a bank account (O8), named as the list named it; sent once."""
        request = _post("delete_bank", "/bank/delete", (), {"bankAccountId": sent_id})
        if await self._heard(self._door.move_money(request)) is False:
            raise unreadable("delete_bank", "a yes that says no")

    async def _orders(self, call: str, fields: Mapping[str, Any], client_order_id: str = "") -> Listing[OffRampOrder]:
        request = _post(call, "/order/list", ("data",), {**fields, **_given(clientOrderId=client_order_id)})
        return _readable(call, wire_otc.read_off_ramp_orders, await self._read(request))

    async def _read(self, request: Request) -> Any:
        return await self._heard(self._door.read(request))

    async def _heard(self, answer: Awaitable[Any], token: str = "") -> Any:
        """Raised anew outside of the handler, so that not even the chain of exceptions has the words with the token."""
        try:
            return await answer
        except Refused as refused:
            self._evidence.of_refusal(refused)
            said = refused
        raise _silent(said, token)


class _FormDoor(Door):
    """The door of all calls, which can also send a form: signed as if it were empty (§1)."""

    async def send_form(self, request: Request, form: Form) -> Any:
        """The `data` of the answer: one attempt. `request.body` is empty, as it is what is signed."""
        signed = self._signed(request)
        headers = {**signed.headers, "Content-Type": form.content_type}
        answer = await self._http.act(request.call, Outgoing("POST", signed.url, headers, form.body))
        return self._judged(request, answer)

    def _judged(self, request: Request, answer: Answer) -> Any:
        try:
            return super()._judged(request, answer)
        except ArithmeticError:  # a number that no Decimal can hold is no ValueError
            raise unreadable(request.call, "a number beyond all bounds", answer.status) from None


def _post(call: str, path: str, expected: Collection[str], fields: Mapping[str, Any]) -> Request:
    return Request(call, OWN, OTC + path, expected, body=encode(fields))


def _given(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _sent(body: bytes) -> dict[str, str]:
    """The texts in our own body."""
    try:
        fields = decode(body)
    except ValueError:
        return {}
    return {name: text for name, text in fields.items() if isinstance(text, str)} if isinstance(fields, dict) else {}


def _silent(said: Refused, token: str) -> Refused:
    code, detail = _without(said.code, token, LONGEST_CODE), _without(said.detail, token, LONGEST_WORDS)
    if (code, detail) == (said.code, said.detail):
        return said
    return Refused(said.venue, said.call, code=code, detail=detail, status=said.status, retry_after=said.retry_after)


def _without(words: str, token: str, cut_at: int) -> str:
    """Also without the start of a token at the end of words that were cut off."""
    if not token:
        return words
    silent = words.replace(token, "…")
    lengths = range(len(token) - 1, SHORTEST_TRACE - 1, -1) if len(words) >= cut_at else ()
    traces = (length for length in lengths if silent.endswith(token[:length]))
    trace = next(traces, 0)
    return silent[:-trace] + "…" if trace else silent


def _order_of(call: str, data: Any) -> OffRampOrder:
    """An order that cannot be read is no answer, but its id is worth passing on."""
    try:
        return wire_otc.read_off_ramp_order(data)
    except ValueError:
        order_id = read_order_id(data)
    raise unreadable(call, f"order {order_id} cannot be read" if order_id else "no order in data")


def _readable(call: str, reader: Callable[[Any], T], data: Any) -> T:
    """Data that is not what the contract says is an answer that says nothing."""
    try:
        return reader(data)
    except ValidationError as error:
        fields = sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]})
        why = "cannot read " + ", ".join(fields)
    except ValueError as error:
        why = str(error)
    raise unreadable(call, why)
