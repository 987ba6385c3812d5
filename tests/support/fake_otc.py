"""Gate Pay's OTC desk in memory with the client's own types, for tests of flows. Answers and faults are set."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

from bot.clients.gate_pay.otc import GatePayOtc
from bot.domain.errors import DeskError, NotAllowed, Refused, Unknown, Unreachable
from bot.domain.listing import Listing
from bot.domain.money import Money
from bot.domain.off_ramps import (
    BankAccount,
    BankForm,
    Country,
    OffRampOrder,
    OffRampQuote,
    OffRampSide,
    OffRampWish,
    Review,
    Stage,
)

COUNTRIES = (
    Country(260, "Afghanistan", "阿富汗"),
    Country(11, "Australia", "澳大利亚"),
    Country(12, "Austria", "奥地利"),
    Country(40, "Côte d'Ivoire", "科特迪瓦"),
    Country(81, "Germany", "德国"),
    *(Country(500 + number, f"Island {number}", f"岛{number}") for number in range(1, 15)),
)
TOKEN = "canary-quote-token"
CHASE = BankAccount("501", 501, "ACME LTD", "Chase", "Australia", "990044004410", "CHASUS33", Review.APPROVED)


class FakeOtc(GatePayOtc):
    """`errors[call]` are raised one after the other; `calls` are (call, about), what was added stands in `forms`.

    `acts`: an addition or deletion happens, also when an error is raised (its answer is what got lost). `review` is
    what a new account has, `unreadable` how many rows of the list cannot be read. `during[call]` runs inside that call.

    `price` is what one coin brings and `offer` changes a quote before it is given. `posts` are the bodies of creates,
    `made` the orders that came of them, by id; none comes of a create that is refused or never arrives. `status` is
    what a new order has, `hides` keeps orders out of list and detail; with `hides_numbers` the detail takes its own
    numbers alone and refuses ours.
    """

    def __init__(self, *listed: BankAccount) -> None:
        self.listed: list[BankAccount] = list(listed)
        self.errors: dict[str, list[DeskError | Exception]] = defaultdict(list)
        self.calls: list[tuple[str, object]] = []
        self.forms: list[BankForm] = []
        self.deleted: list[str | int] = []
        self.review: int | None = Review.UNDER_REVIEW
        self.wants_more = False
        self.acts = True
        self.unreadable = 0
        self.during: dict[str, Callable[[], Awaitable[object]]] = {}
        self.price = Decimal("0.998")
        self.valid_seconds = 30
        self.offer: Callable[[OffRampQuote], OffRampQuote] = lambda quote: quote
        self.posts: list[bytes] = []
        self.made: dict[str, OffRampOrder] = {}
        self.status: str = Stage.PROCESSING
        self.answer: Callable[[OffRampOrder], OffRampOrder] = lambda order: order
        self.hides = False
        self.hides_numbers = False

    def count(self, call: str) -> int:
        return sum(1 for name, _ in self.calls if name == call)

    async def _called(self, call: str, about: object = "") -> None:
        self.calls.append((call, about))
        if call in self.during:
            await self.during[call]()
        if self.errors[call]:
            raise self.errors[call].pop(0)

    async def quote(self, *, wish: OffRampWish) -> OffRampQuote:
        await self._called("quote", wish)
        if wish.side is OffRampSide.CRYPTO:
            sell, get = wish.amount, wish.amount * self.price
        else:
            sell, get = wish.amount / self.price, wish.amount
        token = f"{TOKEN}-{self.count('quote')}"
        quote = OffRampQuote(token, Money(sell, wish.coin), Money(get, wish.fiat), self.valid_seconds, self.price)
        return self.offer(quote)

    async def create(self, *, body: bytes) -> OffRampOrder:
        asked = json.loads(body)
        self.posts.append(body)
        order_id, number = f"20167687709656{len(self.posts):05d}", asked["clientOrderId"]
        sell = Money(Decimal(asked["cryptoAmount"]), asked["cryptoCurrency"])
        get = Money(Decimal(asked["fiatAmount"]), asked["fiatCurrency"])
        order = OffRampOrder(order_id, self.status, number, sell, get, bank_account=str(asked["bankAccountId"]))
        coming = self.errors["create"][0] if self.errors["create"] else None
        if self.acts and not isinstance(coming, Refused | Unreachable | NotAllowed):
            self.made[order_id] = order
        await self._called("create", number)
        return self.answer(order)

    async def order(self, *, order_id: str = "", client_order_id: str = "") -> OffRampOrder:
        await self._called("order", order_id or client_order_id)
        if self.hides_numbers and not order_id:
            raise Refused("gate_pay", "off_ramp_order", code="400001", detail="orderId", status=200)
        for order in () if self.hides else self.made.values():
            if order_id in ("", order.id) and client_order_id in ("", order.client_order_id):
                return order
        raise Refused("gate_pay", "off_ramp_order", code="550175", detail="order not exist", status=200)

    async def find(self, *, client_order_id: str) -> OffRampOrder | None:
        await self._called("find", client_order_id)
        listed = [] if self.hides else list(self.made.values())
        return next((order for order in listed if order.client_order_id == client_order_id), None)

    def order_is(self, order_id: str = "", **changes: object) -> OffRampOrder:
        """The order (else the newest) is different from now on."""
        order_id = order_id or list(self.made)[-1]
        self.made[order_id] = replace(self.made[order_id], **changes)  # type: ignore[arg-type]
        return self.made[order_id]

    async def countries(self) -> Listing[Country]:
        await self._called("countries")
        return Listing(COUNTRIES)

    async def banks(self, *, holder: str = "", iban: str = "", swift: str = "", bank: str = "") -> Listing[BankAccount]:
        await self._called("banks", {"holder": holder, "iban": iban, "swift": swift, "bank": bank})
        wanted = ((holder, "holder"), (iban, "iban"), (swift, "swift"), (bank, "bank"))
        fits = (one for one in self.listed if all(text.lower() in getattr(one, name).lower() for text, name in wanted))
        return Listing(fits, unreadable=("",) * self.unreadable)

    async def add_bank(self, *, form: BankForm) -> tuple[str, bool]:
        self.forms.append(form)
        number = str(2897000 + len(self.forms))
        if self.acts and form.country is not None:
            country, masked = form.country.name, f"{form.iban[:4]}****{form.iban[-4:]}"
            self.listed.append(
                BankAccount(number, number, form.holder, form.bank, country, masked, form.swift, self.review)
            )
        await self._called("add_bank", form.holder)
        return number, self.wants_more

    async def delete_bank(self, *, sent_id: str | int) -> None:
        self.deleted.append(sent_id)
        if self.acts:
            self.listed = [bank for bank in self.listed if bank.sent_id != sent_id]
        await self._called("delete_bank", sent_id)

    def reviewed(self, bank_id: str, review: int | None, memo: str = "") -> None:
        """Somebody at the venue has decided."""
        self.listed = [replace(bank, review=review, memo=memo) if bank.id == bank_id else bank for bank in self.listed]


LOST = Unknown("gate_pay", "add_bank", why="timeout")
LOST_ORDER = Unknown("gate_pay", "off_ramp", why="timeout")
