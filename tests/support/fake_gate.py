"""A venue in memory with the client's own types, for tests of flows. Every failure is set, none is guessed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from bot.clients.gate_c2c.client import GateC2C
from bot.domain.accounts import OwnProfile
from bot.domain.chat import Chat, ChatKind, ChatMessage, Sent
from bot.domain.errors import Unknown, VenueError
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Profile, Side

OWN = OwnProfile("own", "Desk", True, 1, 10, 2, Decimal("99"), 400, 1, True, False, False, "c2c", None)


class FakeGate(GateC2C):
    """`orders` is the truth; `errors[call]` are raised one after the other; `calls` counts what was asked.

    `acts` says whether a money call changes the order. An order in `unlisted` is in no list.

    `chats` are whole conversations, oldest first. A call named in `lost_after` is carried out and then raises Unknown;
    one in `errors` raises and nothing happens. `seconds` is the venue's clock for what we say, in Unix seconds.
    `uploads` are (content type, bytes) by key, in order. Reading a newest page clears the order's unread count, unless
    `unread_stays`. What we say in `flagged` texts is marked as risky.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
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
        self.flagged: set[str] = set()
        self.sent_texts: list[tuple[str, str]] = []
        self.sent_files: list[tuple[str, str]] = []
        self.uploads: dict[str, tuple[str, bytes]] = {}

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
        return OWN

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        self._called("counterparty", counterparty_id)
        return Profile(counterparty_id, "nick", True, 212, 20, Decimal("98"), 300, True)

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
        return Chat(order_id, tuple(page), has_older, status, newest)

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
