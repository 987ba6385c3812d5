"""A venue in memory with the client's own types, for tests of flows. Every failure is set, none is guessed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bot.clients.gate_c2c.client import GateC2C
from bot.domain.accounts import OwnProfile, PaymentMethod, WorkHours, WorkStatus
from bot.domain.ads import Ad, AdDraft, AdStatus, LimitBasis, MarketAd
from bot.domain.chat import Chat, ChatKind, ChatMessage, Sent
from bot.domain.errors import Refused, Unknown, VenueError
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Profile, Side

OWN = OwnProfile("own", "Desk", True, 1, 10, 2, Decimal("99"), 400, 1, True, False, False, "c2c", None)


class FakeGate(GateC2C):
    """`orders` is the truth; `errors[call]` are raised one after the other; `calls` counts what was asked.

    `acts` says whether a money call changes the order. An order in `unlisted` is in no list.

    `chats` are whole conversations, oldest first. A call named in `lost_after` is carried out and then raises Unknown;
    one in `errors` raises and nothing happens. `seconds` is the venue's clock for what we say, in Unix seconds.
    `own` is our profile; when it `is_deaf`, working hours are taken and change nothing.
    `after_ad` is what happens at the venue right after an edit; with `ads_hang` an edit is never answered and says so.
    `unread_ads` are ids in the list of our ads that nobody can read.
    `uploads` are (content type, bytes) by key, in order. Reading a newest page clears the order's unread count, unless
    `unread_stays`. What we say in `flagged` texts is marked as risky. A chat comes with the moment of its last
    message, or with the venue's time when it `tells_own_time`.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.market: dict[Side, list[MarketAd]] = {}
        self.mine: list[Ad] = []
        self.unread_ads: tuple[str, ...] = ()
        self.closed: list[Ad] = []
        self.drafts: list[AdDraft] = []
        self.after_ad: Callable[[], None] = lambda: None
        self.ads_hang: asyncio.Event | None = None
        self.errors: dict[str, list[VenueError]] = defaultdict(list)
        self.calls: list[tuple[str, str]] = []
        self.unlisted: set[str] = set()
        self.history: list[list[OrderRow]] = []
        self.skew = 0.0
        self.acts = True
        self.gate_closed: asyncio.Event | None = None
        self.before_answer: Callable[[], None] | None = None
        self.chats: dict[str, list[ChatMessage]] = defaultdict(list)
        self.lost_after: set[str] = set()
        self.seconds: Callable[[], float] = lambda: 1_790_000_000
        self.page_size = 50
        self.includes_cursor = False
        self.unread_stays = False
        self.tells_own_time = False
        self.flagged: set[str] = set()
        self.sent_texts: list[tuple[str, str]] = []
        self.sent_files: list[tuple[str, str]] = []
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self.own = OWN
        self.methods: Listing[PaymentMethod] = Listing()
        self.is_deaf = False

    @property
    def skew_seconds(self) -> float:
        return self.skew

    def count(self, call: str) -> int:
        return sum(1 for name, _ in self.calls if name == call)

    def _called(self, call: str, about: str = "") -> None:
        self.calls.append((call, about))
        if self.errors[call]:
            raise self.errors[call].pop(0)

    def _answered(self, call: str) -> None:
        """The call was carried out; its answer may still get lost."""
        if call in self.lost_after:
            raise Unknown("gate", call, why="timeout")

    async def profile(self) -> OwnProfile:
        self._called("profile")
        return self.own

    async def payment_methods(self, *, fiat: str | None = None) -> Listing[PaymentMethod]:
        self._called("payment_methods")
        return self.methods

    async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
        self._called("set_work_hours", str(int(status)))
        if not self.is_deaf:
            self.own = replace(self.own, working=3 if status is WorkStatus.CUSTOM else int(status), hours=hours)
        self._answered("set_work_hours")
        return self.own.working

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        self._called("counterparty", counterparty_id)
        return Profile(counterparty_id, "nick", True, 212, 20, Decimal("98"), 300, True)

    async def market_ads(self, *, asset: str, fiat: str, side: Side) -> Listing[MarketAd]:
        self._called("market_ads", f"{asset}/{fiat} {side}")
        return Listing(ad for ad in self.market.get(side, []) if (ad.asset, ad.fiat) == (asset, fiat))

    async def my_ads(
        self, *, asset: str | None = None, fiat: str | None = None, side: Side | None = None
    ) -> Listing[Ad]:
        self._called("my_ads")
        fitting = (
            ad for ad in self.mine if asset in (None, ad.asset) and fiat in (None, ad.fiat) and side in (None, ad.side)
        )
        return Listing(fitting, unreadable=self.unread_ads)

    async def ad(self, *, ad_id: str) -> Ad:
        self._called("ad", ad_id)
        if self.before_answer is not None:
            self.before_answer()
        found = next((ad for ad in [*self.mine, *self.closed] if ad.id == ad_id), None)
        if found is None:
            raise Refused("gate", "ad", code="70300001", detail="Invalid parameter value: adv_no", status=200)
        return found

    async def publish_ad(self, *, draft: AdDraft) -> None:
        """An edit replaces; a new ad gets the next id at the end of `mine`."""
        self._called("publish_ad", draft.ad_id or "new")
        self.drafts.append(draft)
        if self.ads_hang is not None:
            self.ads_hang.set()
            await asyncio.Event().wait()
        if not self.acts:
            return
        old = next((ad for ad in self.mine if ad.id == draft.ad_id), None)
        made = ad_of(draft, old, draft.ad_id or str(2147483640 + len(self.mine)))
        self.mine = [made if ad.id == draft.ad_id else ad for ad in self.mine] if old else [*self.mine, made]
        self.after_ad()
        self._answered("publish_ad")

    async def set_ad_status(self, *, ad_id: str, status: AdStatus) -> None:
        self._called("set_ad_status", f"{ad_id}/{int(status)}")
        if self.acts:
            word = {AdStatus.LISTED: "OPEN", AdStatus.DELISTED: "OFFLIN", AdStatus.CLOSED: "CLOSED"}[status]
            moved = [replace(ad, status=word) for ad in self.mine if ad.id == ad_id]
            self.closed += [ad for ad in moved if status is AdStatus.CLOSED]
            kept = [] if status is AdStatus.CLOSED else moved
            self.mine = [one for ad in self.mine for one in (kept if ad.id == ad_id else [ad])]
        self._answered("set_ad_status")

    async def pending_orders(
        self, *, asset: str, fiat: str, tab: Literal["pending", "dispute"] = "pending", side: Side | None = None
    ) -> Listing[OrderRow]:
        self._called("pending_orders", f"{asset}/{fiat}/{tab}")
        return Listing(
            row_of(order)
            for order in self.orders.values()
            if order.id not in self.unlisted
            and not order.is_final
            and (order.asset, order.fiat) == (asset, fiat)
            and (tab == "dispute") is order.in_appeal
        )

    async def completed_orders(
        self,
        *,
        asset: str,
        fiat: str,
        status: str = "completed",
        page: int = 1,
        per_page: int = 50,
        start: int | None = None,
        end: int | None = None,
        side: Side | None = None,
    ) -> Listing[OrderRow]:
        self._called("completed_orders", f"{start}/{page}")
        return Listing(self.history[page - 1] if page <= len(self.history) else [])

    async def order(self, *, order_id: str) -> Order:
        self._called("order", order_id)
        if self.before_answer is not None:
            self.before_answer()
        return self.orders[order_id]

    async def release(self, *, order_id: str) -> None:
        self._money("release", order_id, "finished")

    async def mark_paid(self, *, order_id: str, method: str | None = None) -> None:
        self._money("mark_paid", order_id, "paid")

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        self._money("cancel", order_id, "cancel")

    async def chat(self, *, order_id: str, after: int | None = None, before: int | None = None) -> Chat:
        self._called("chat", order_id)
        if self.before_answer is not None:
            self.before_answer()
        if before is None and order_id in self.orders and not self.unread_stays:
            self.move(order_id, unread=0)
        page, has_older = self._page(self.chats[order_id], after, before)
        self._answered("chat")
        return self._chat(order_id, page, has_older)

    async def latest_chat(self) -> Chat:
        self._called("latest_chat")
        spoken = [order_id for order_id, messages in self.chats.items() if messages]
        order_id = max(spoken, key=lambda name: (self.chats[name][-1].at, name), default="")
        return self._chat(order_id, *self._page(self.chats[order_id] if order_id else [], None, None))

    def _page(
        self, messages: Sequence[ChatMessage], after: int | None, before: int | None
    ) -> tuple[list[ChatMessage], bool]:
        """The newest page, the first one after a moment, or the last one before a moment, as the sandbox pages."""
        slack = 1 if self.includes_cursor else 0
        fits = [
            place
            for place, message in enumerate(messages)
            if (after is None or message.at > after - slack) and (before is None or message.at < before + slack)
        ]
        chosen = fits[: self.page_size] if after is not None else fits[-self.page_size :]
        return [messages[place] for place in chosen], bool(chosen) and chosen[0] > 0 and after is None

    def _chat(self, order_id: str, page: Sequence[ChatMessage], has_older: bool) -> Chat:
        status = self.orders[order_id].status if order_id in self.orders else ""
        newest = self.chats[order_id][-1].at if order_id and self.chats[order_id] else 0
        last_at = int(self.seconds()) if self.tells_own_time else newest
        return Chat(order_id, tuple(page), has_older, status, last_at)

    async def say(self, *, order_id: str, text: str) -> Sent:
        self._called("say", order_id)
        is_flagged = text in self.flagged
        self.sent_texts.append((order_id, text))
        self.said(order_id, text, is_flagged=is_flagged)
        self._answered("say")
        return Sent(int(self.seconds() * 1000), is_flagged, "Keep to the platform" if is_flagged else "")

    async def send_file(self, *, order_id: str, file_key: str) -> Sent:
        self._called("send_file", order_id)
        self.sent_files.append((order_id, file_key))
        self.said(order_id, "", kind=ChatKind.FILE, file_key=file_key, file_url=f"https://files.example/{file_key}")
        self._answered("send_file")
        return Sent(int(self.seconds() * 1000), False, "")

    async def upload_file(self, *, content: bytes, content_type: str) -> str:
        self._called("upload_file", content_type)
        key = f"c2cchat_image/{len(self.uploads) + 1}|bucket"
        self.uploads[key] = (content_type, content)
        self._answered("upload_file")
        return key

    def said(self, order_id: str, text: str, *, by: str = OWN.id, **changes: object) -> ChatMessage:
        """Somebody wrote, we ourselves unless another id is given; `changes` are other fields of the message."""
        plain = ChatMessage(order_id, ChatKind.TEXT, text, int(self.seconds()), by, "")
        message = replace(plain, **changes)  # type: ignore[arg-type]
        self.chats[order_id].append(message)
        return message

    def heard(self, order_id: str, text: str = "", **changes: object) -> ChatMessage:
        """The other side wrote: its message stands in the chat and is counted as unread."""
        order = self.move(order_id, unread=self.orders[order_id].unread + 1)
        return self.said(order_id, text, by=order.counterparty_id, **changes)

    def _money(self, call: str, order_id: str, status: str) -> None:
        try:
            self._called(call, order_id)
        finally:
            if self.acts:
                self.move(order_id, status=status)

    def move(self, order_id: str, **changes: object) -> Order:
        """The order is different from now on."""
        self.orders[order_id] = replace(self.orders[order_id], **changes)  # type: ignore[arg-type]
        return self.orders[order_id]


def row_of(order: Order) -> OrderRow:
    """The list's row of an order."""
    return OrderRow(
        id=order.id, side=order.side, asset=order.asset, fiat=order.fiat, amount=order.amount, price=order.price,
        total=order.total, status=order.status, created_at=order.created_at, counterparty_id=order.counterparty_id,
        counterparty_nick=order.counterparty_nick, counterparty_name=order.counterparty_name,
        is_cancelable=order.is_cancelable, in_appeal=order.in_appeal, unread=order.unread,
    )  # fmt: skip


def ad_of(draft: AdDraft, old: Ad | None, ad_id: str) -> Ad:
    """The ad that a venue makes of a draft."""
    is_fiat = draft.basis is LimitBasis.FIAT
    return Ad(
        id=ad_id, side=draft.side, asset=draft.asset, fiat=draft.fiat, price=draft.price, amount=draft.amount,
        total=draft.amount * draft.price, locked=old.locked if old else Decimal(0),
        least=None if is_fiat else draft.least, most=None if is_fiat else draft.most,
        fiat_least=draft.least if is_fiat else None, fiat_most=draft.most if is_fiat else None,
        basis=draft.basis, status=old.status if old else "OPEN", created_at=old.created_at if old else 1_790_000_000,
        method_ids=dict(draft.method_ids), floating=draft.floating, expire_minutes=draft.expire_minutes or 15,
        terms=draft.terms, auto_reply=draft.auto_reply, demands=draft.demands, methods=draft.methods,
        method_count=len(draft.methods),
    )  # fmt: skip
