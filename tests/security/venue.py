"""A venue in memory: orders that a test can change at will, requests that are counted, looks that can be held."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.clients.gate_c2c.client import GateC2C
from bot.domain import templates
from bot.domain.accounts import OwnProfile, PayAccount, PaymentMethod, WorkHours, WorkStatus
from bot.domain.ads import Ad, AdDraft, AdStatus, MarketAd
from bot.domain.chat import Chat, ChatKind, ChatMessage, Sent
from bot.domain.errors import Refused, VenueError
from bot.domain.listing import Listing
from bot.domain.orders import Order, Payee, Profile, Side
from bot.views.buttons import Tap, Verb

SALE, PURCHASE, OTHER_SALE = "2089000000000000417", "2089000000000000518", "2089000000000000619"
SECOND = 1_795_226_400
COUNTERPARTY, OWN_ID = "张三丰", "own"


def an_order(order_id: str = SALE, side: Side = Side.SELL, **changes: Any) -> Order:
    """A paid sale of 1,000 USDT, or a purchase that waits for our payment."""
    is_sale = side is Side.SELL
    made = Order(
        id=order_id, side=side, asset="USDT", fiat="CNY", amount=Decimal("1000.00"), price=Decimal("7.20"),
        total=Decimal("7200.00"), status="paid" if is_sale else "unpay", created_at=SECOND - 300,
        pay_deadline=SECOND + 600, paid_at=SECOND - 60 if is_sale else 0, appeal_from=0, in_appeal=False,
        is_cancelable=not is_sale, can_release_in_appeal=False, hides_payment=False, counterparty_id="c-9",
        counterparty_nick="lucky_8", counterparty_name=COUNTERPARTY, own_name="王五", chosen_method="bank",
        methods=("bank",), payees=(Payee("bank", "工行", COUNTERPARTY, "6222020200008821", "人民路支行"),),
        vouchers=("https://files.example/1",), unread=0, has_traded=True, terms="", verdict="", cancel_reason="",
        ad_id="7", kind=1,
    )  # fmt: skip
    return replace(made, **changes)


def greeting_of(order_id: str) -> str:
    """What *Send* says under the preview of the first ready text for that order."""
    text = templates.render(templates.DEFAULTS[0].text, templates.facts_of(an_order(order_id), str))
    return Tap(Verb.SAY_TEMPLATE, (order_id, "1", templates.digest(text))).data


class Venue(GateC2C):
    """Answers like the client. `posts` are the requests that moved money, as (verb, order, what was sent with it).

    `said` is what reached buyers, texts and keys of files, as (order, words); `uploads` are the bytes of those files.
    `mine` are our ads; changes of them are posts as well, as (verb, ad, what was sent with it).
    """

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.uploads: list[bytes] = []
        self.chats: dict[str, list[ChatMessage]] = {}
        self.upload_begun = asyncio.Event()
        self.orders: dict[str, Order] = {}
        self.posts: list[tuple[str, str, dict[str, str | None]]] = []
        self.mine: list[Ad] = []
        self.looks = 0
        self.trouble: VenueError | None = None
        self.working = 1
        self.hours: WorkHours | None = None
        self.look_begun = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()
        self.reset()

    def reset(self) -> None:
        self.posts.clear()
        for order in (
            an_order(),
            an_order(PURCHASE, Side.BUY),
            an_order(OTHER_SALE, counterparty_id="c-8", total=Decimal("7207.20")),
        ):
            self.orders[order.id] = order

    def change(self, order_id: str, **facts: Any) -> None:
        self.orders[order_id] = replace(self.orders[order_id], **facts)

    async def market_ads(self, *, asset: str, fiat: str, side: Side) -> Listing[MarketAd]:
        return Listing()

    async def my_ads(
        self, *, asset: str | None = None, fiat: str | None = None, side: Side | None = None
    ) -> Listing[Ad]:
        return Listing(ad for ad in self.mine if asset in (None, ad.asset) and side in (None, ad.side))

    async def ad(self, *, ad_id: str) -> Ad:
        found = next((ad for ad in self.mine if ad.id == ad_id), None)
        if found is None:
            raise Refused("gate", "ad", code="-1", detail="adv_no", status=200)
        return found

    async def publish_ad(self, *, draft: AdDraft) -> None:
        self.posts.append(("publish_ad", draft.ad_id or "new", {"price": str(draft.price), "terms": draft.terms}))
        self.mine = [replace(ad, price=draft.price) if ad.id == draft.ad_id else ad for ad in self.mine]

    async def set_ad_status(self, *, ad_id: str, status: AdStatus) -> None:
        self.posts.append(("set_ad_status", ad_id, {"status": str(int(status))}))
        word = {AdStatus.LISTED: "OPEN", AdStatus.DELISTED: "OFFLIN", AdStatus.CLOSED: "CLOSED"}[status]
        self.mine = [replace(ad, status=word) if ad.id == ad_id else ad for ad in self.mine]

    def hold_looks(self) -> None:
        """From now on a look hangs until `let_go`; `look_begun` tells that one does."""
        self.look_begun.clear()
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    def hold_uploads(self) -> None:
        """From now on an upload hangs until `let_go`; `upload_begun` tells that one does."""
        self._open.clear()

    @property
    def skew_seconds(self) -> float:
        return 0.0

    async def order(self, *, order_id: str) -> Order:
        self.looks += 1
        self.look_begun.set()
        await self._open.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.orders[order_id]

    async def profile(self) -> OwnProfile:
        hours, working = self.hours, self.working
        return OwnProfile(
            OWN_ID, "desk_one", True, 1, 10, 2, Decimal(99), 400, working, True, False, False, "CNY", hours
        )

    async def payment_methods(self, *, fiat: str | None = None) -> Listing[PaymentMethod]:
        account = PayAccount("1", "王五", "6222020200008821", "工行", memo="备注", qr_url="https://files.example/qr")
        return Listing([PaymentMethod("bank", "Bank card", ("1",), (account,))])

    async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
        self.posts.append(("set_work_hours", str(int(status)), {}))
        self.working, self.hours = int(status), hours
        return self.working

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        return Profile(counterparty_id, "lucky_8", True, 212, 20, Decimal("98.5"), 400, True)

    async def release(self, *, order_id: str) -> None:
        self.posts.append(("release", order_id, {}))

    async def mark_paid(self, *, order_id: str, method: str | None = None) -> None:
        self.posts.append(("mark_paid", order_id, {"method": method}))

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        self.posts.append(("cancel", order_id, {"reason": reason, "memo": memo}))

    def writes(self, order_id: str, text: str, **facts: Any) -> None:
        """The other side writes this."""
        self._hear(order_id, text, self.orders[order_id].counterparty_id, **facts)

    def _hear(self, order_id: str, text: str, author: str, **facts: Any) -> None:
        plain = ChatMessage(order_id, ChatKind.TEXT, text, SECOND, author, "")
        self.chats.setdefault(order_id, []).append(replace(plain, **facts))

    async def chat(self, *, order_id: str, after: int | None = None, before: int | None = None) -> Chat:
        return Chat(order_id, tuple(self.chats.get(order_id, ())), False, "", SECOND)

    async def say(self, *, order_id: str, text: str) -> Sent:
        self.said.append((order_id, text))
        self._hear(order_id, text, OWN_ID)
        return Sent(SECOND * 1000, False, "")

    async def send_file(self, *, order_id: str, file_key: str) -> Sent:
        self.said.append((order_id, file_key))
        self._hear(order_id, "", OWN_ID, kind=ChatKind.FILE, file_key=file_key)
        return Sent(SECOND * 1000, False, "")

    async def upload_file(self, *, content: bytes, content_type: str) -> str:
        self.upload_begun.set()
        await self._open.wait()
        self.uploads.append(content)
        return f"key-{len(self.uploads)}"
