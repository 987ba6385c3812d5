"""Gate's merchant API, one typed verb per call (`api/gate-c2c.md` §3).

Every verb raises Refused (Gate said no), Unreachable (nothing left this machine) or Unknown (no usable answer). The
verbs that move money are sent exactly once and raise NotAllowed("clock_skew") before anything is sent when our clock
is more than 30 s off. Order ids are text here and a number or a text on the wire, whatever the contract asks for.
"""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Literal, TypeVar

from cachetools import TTLCache

from bot.clients.gate_c2c import wire_accounts, wire_ads, wire_chat, wire_orders
from bot.clients.gate_c2c.door import VENUE, Door
from bot.clients.gate_c2c.evidence import Evidence, Observe
from bot.clients.gate_c2c.signing import Signer
from bot.clients.gate_c2c.wire import encode
from bot.clients.gate_c2c.wire_ads import draft_fields
from bot.clients.http import Http
from bot.domain import assumptions
from bot.domain.accounts import OwnProfile, PaymentMethod, WorkHours, WorkStatus
from bot.domain.ads import Ad, AdDraft, AdStatus, MarketAd
from bot.domain.chat import FILE_TYPES, MAX_FILE_BYTES, MAX_TEXT, Chat, Sent
from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.listing import Listing
from bot.domain.orders import Order, OrderRow, Profile, Side

NUMBER = re.compile(r"[1-9][0-9]{0,18}")
MAX_PER_PAGE = 200
UPLOAD_SECONDS = 60.0
REMEMBERED_SECONDS = 3600
PIECE = 3 * 65_536
"""bytes of a file that are turned into Base64 in one go: a multiple of three"""

T = TypeVar("T")
Tab = Literal["pending", "dispute"]
OrderKey = Literal["txid", "trade_id"]


def _unheard(key: str, holds: bool) -> None:
    """Nobody listens to what answers say of the assumptions."""


class GateC2C:
    """The C2C desk at Gate for one key. `clock` gives Unix seconds; `observe` hears what answers say of assumptions.

    `order_key` is what money calls name the order by, should a live key prove the older spelling (§7.7).
    """

    def __init__(
        self,
        http: Http,
        url: str,
        key: str,
        secret: str,
        clock: Callable[[], float],
        *,
        observe: Observe = _unheard,
        order_key: OrderKey = "txid",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._evidence = Evidence(observe)
        self._door = Door(http, url, Signer(key, secret), clock, self._evidence, sleep)
        self._own_id = ""
        self._own_sides: TTLCache[str, Side] = TTLCache(maxsize=256, ttl=REMEMBERED_SECONDS)
        self._listed: TTLCache[str, OrderRow] = TTLCache(maxsize=1024, ttl=REMEMBERED_SECONDS)
        self._sent_numbers: TTLCache[str, Decimal] = TTLCache(maxsize=256, ttl=REMEMBERED_SECONDS)
        self._order_key: str = order_key

    def __repr__(self) -> str:
        return "GateC2C(…)"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of Gate's."""
        return self._http.skew_seconds

    async def server_time(self) -> int:
        """Gate's clock in Unix milliseconds (§1.2), unsigned."""
        document = await self._door.read_public("server_time", "/spot/time")
        return _read("server_time", wire_accounts.read_server_time, document)

    async def profile(self) -> OwnProfile:
        """Our own profile (§3.1)."""
        data = await self._door.read("profile", "/p2p/merchant/account/get_user_info", None)
        own = _read("profile", wire_accounts.read_own_profile, data)
        self._own_id = own.id
        return own

    async def counterparty(self, *, counterparty_id: str) -> Profile:
        """What Gate tells of the other side (§3.2)."""
        path = "/p2p/merchant/account/get_counterparty_user_info"
        data = await self._door.read("counterparty", path, {"biz_uid": counterparty_id})
        return _read("counterparty", wire_accounts.read_profile, data)

    async def payment_methods(self, *, fiat: str | None = None) -> Listing[PaymentMethod]:
        """Our own ways to be paid (§3.3)."""
        fields = {} if fiat is None else {"fiat": fiat}
        data = await self._door.read("payment_methods", "/p2p/merchant/account/get_myself_payment", fields)
        return _read("payment_methods", wire_accounts.read_payment_methods, data)

    async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
        """Open or close the shop (§3.18). Returns Gate's number: 0/1 rest/work, 2/3 custom rest/work, -1 unsaid."""
        fields: dict[str, Any] = {"work_status": int(status)}
        if hours is not None:
            fields["cycle_type"] = hours.cycle
            if hours.days:
                fields["day_of_week"] = ",".join(str(day) for day in hours.days)
            fields |= {"time_zone": hours.zone, "start_time": hours.start, "end_time": hours.end}
        data = await self._door.act("set_work_hours", "/p2p/merchant/account/set_merchant_work_hours", fields)
        return _read("set_work_hours", wire_accounts.read_working, data)

    async def pending_orders(
        self, *, asset: str, fiat: str, tab: Tab = "pending", side: Side | None = None
    ) -> Listing[OrderRow]:
        """The running orders of one market, or those in appeal (§3.4). No paging; `side` of a row is a hint."""
        fields: dict[str, Any] = {"crypto_currency": asset, "fiat_currency": fiat, "order_tab": tab}
        if side is not None:
            fields["select_type"] = side.value
        path = "/p2p/merchant/transaction/get_pending_transaction_list"
        data = await self._door.read("pending_orders", path, fields)
        rows = _read("pending_orders", lambda data: wire_orders.read_rows(data, tab), data)
        self._evidence.of_rows(rows, wire_orders.evidence_of_rows(data))
        self._listed.update({row.id: row for row in rows})
        self._evidence.tell("list_is_complete", assumptions.list_is_complete(len(rows), rows.counted))
        return rows

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
        """One page of history (§3.5), 1-based. The last page is the one shorter than `per_page` (at most 200)."""
        fields: dict[str, Any] = {"crypto_currency": asset, "fiat_currency": fiat, "status": status}
        if side is not None:
            fields["select_type"] = side.value
        fields |= {"start_time": start} if start is not None else {}
        fields |= {"end_time": end} if end is not None else {}
        fields |= {"page": page, "per_page": min(per_page, MAX_PER_PAGE)}
        path = "/p2p/merchant/transaction/get_completed_transaction_list"
        data = await self._door.read("completed_orders", path, fields)
        rows = _read("completed_orders", wire_orders.read_rows, data)
        self._evidence.of_rows(rows, wire_orders.evidence_of_rows(data))
        self._listed.update({row.id: row for row in rows})
        self._evidence.tell("count_is_total", assumptions.count_is_total(len(rows), rows.counted, page=page))
        return rows

    async def order(self, *, order_id: str) -> Order:
        """The details of one order (§3.6): the truth. Another order's details count as unreadable."""
        path = "/p2p/merchant/transaction/get_transaction_details"
        data = await self._door.read("order", path, {"txid": int(_order_id(order_id))})
        order = _read("order", wire_orders.read_order, data)
        if order.id != order_id:
            raise Unknown(VENUE, "order", why="unreadable", detail="another order was answered")
        self._evidence.of_order(order, self._listed.get(order.id))
        return order

    async def mark_paid(self, *, order_id: str, method: str | None = None) -> None:
        """We are the buyer and say that the fiat was sent (§3.7). `method` is one of the order's `methods`."""
        fields = {self._order_key: _order_id(order_id)} | ({} if method is None else {"payment_method": method})
        await self._move_money("mark_paid", "/p2p/merchant/transaction/confirm-payment", fields)

    async def release(self, *, order_id: str) -> None:
        """We are the seller and let the coins go (§3.8). There is no way back."""
        fields = {self._order_key: _order_id(order_id)}
        await self._move_money("release", "/p2p/merchant/transaction/confirm-receipt", fields)

    async def cancel(self, *, order_id: str, reason: str | None = None, memo: str | None = None) -> None:
        """Cancel an order that is cancelable (§3.9). `reason` is a number of §2.2 as text, 9 wants a `memo`."""
        fields = {self._order_key: _order_id(order_id)}
        fields |= {} if reason is None else {"reason_id": reason}
        fields |= {} if memo is None else {"reason_memo": memo}
        await self._move_money("cancel", "/p2p/merchant/transaction/cancel", fields)

    async def publish_ad(self, *, draft: AdDraft) -> None:
        """Publish an ad, or replace the one named in the draft (§3.10). Gate does not tell a new ad's id.

        A text that trips the contact filter is Refused with code 70305102; nothing is saved then.
        """
        await self._door.move_money("publish_ad", "/p2p/merchant/books/place_biz_push_order", draft_fields(draft))
        if draft.ad_id:
            self._sent_numbers[draft.ad_id] = draft.amount

    async def set_ad_status(self, *, ad_id: str, status: AdStatus) -> None:
        """List, delist or close an ad (§3.11)."""
        fields = {"adv_no": int(_ad_id(ad_id)), "adv_status": int(status)}
        await self._door.move_money("set_ad_status", "/p2p/merchant/books/ads_update_status", fields)

    async def ad(self, *, ad_id: str) -> Ad:
        """One of our ads (§3.12)."""
        data = await self._door.read("ad", "/p2p/merchant/books/ads_detail", {"adv_no": _ad_id(ad_id)})
        ad = _read("ad", wire_ads.read_ad, data)
        self._own_sides[ad.id] = ad.side
        sent = self._sent_numbers.pop(ad.id, None)
        if sent is not None:
            holds = assumptions.ad_number_is_remaining(sent, ad.amount, ad.locked)
            self._evidence.tell("ad_number_is_remaining", holds)
        return ad

    async def my_ads(
        self, *, asset: str | None = None, fiat: str | None = None, side: Side | None = None
    ) -> Listing[Ad]:
        """All our ads, or those that fit (§3.13)."""
        wanted = {"asset": asset, "fiat_unit": fiat, "trade_type": side.value if side else None}
        fields = {name: value for name, value in wanted.items() if value is not None}
        data = await self._door.read("my_ads", "/p2p/merchant/books/my_ads_list", fields)
        mine = _read("my_ads", wire_ads.read_my_ads, data)
        self._own_sides.update({ad.id: ad.side for ad in mine})
        return mine

    async def market_ads(self, *, asset: str, fiat: str, side: Side) -> Listing[MarketAd]:
        """The public market of one side, the advertisers' (§3.14)."""
        fields = {"asset": asset, "fiat_unit": fiat, "trade_type": side.value}
        data = await self._door.read("market_ads", "/p2p/merchant/books/ads_list", fields)
        market = _read("market_ads", lambda data: wire_ads.read_market(data, side), data)
        holds = assumptions.market_side_is_the_advertisers(side, [ad.id for ad in market], self._own_sides)
        self._evidence.tell("market_side_is_the_advertisers", holds)
        return market

    async def chat(self, *, order_id: str, after: int | None = None, before: int | None = None) -> Chat:
        """One page of an order's chat (§3.15). `after` and `before` are Unix seconds of the newest, oldest held."""
        fields = {"txid": int(_order_id(order_id))}
        fields |= {} if after is None else {"lastreceived": after}
        fields |= {} if before is None else {"firstreceived": before}
        data = await self._door.read("chat", "/p2p/merchant/chat/get_chats_list", fields)
        chat = _read("chat", lambda data: wire_chat.read_chat(data, order_id), data)
        if chat.order_id != order_id:
            raise Unknown(VENUE, "chat", why="unreadable", detail="another order was answered")
        self._evidence.of_chat(chat, cursor=before if after is None else after, own_id=self._own_id)
        return chat

    async def latest_chat(self) -> Chat:
        """The newest page of the order that was written in last (§3.15, no order named): only a hint which one."""
        data = await self._door.read("latest_chat", "/p2p/merchant/chat/get_chats_list", {})
        return _read("latest_chat", lambda data: wire_chat.read_chat(data, ""), data)

    async def say(self, *, order_id: str, text: str) -> Sent:
        """Write to the counterparty (§3.16): 1 to 500 characters, sent once. A flagged text may not arrive."""
        if not text.strip():
            raise NotAllowed("text_empty")
        if len(text) > MAX_TEXT:
            raise NotAllowed("text_too_long", {"given": str(len(text)), "limit": str(MAX_TEXT)})
        return await self._send(order_id, 0, text)

    async def send_file(self, *, order_id: str, file_key: str) -> Sent:
        """Show an uploaded file to the counterparty (§3.16)."""
        return await self._send(order_id, 1, file_key)

    async def upload_file(self, *, content: bytes, content_type: str) -> str:
        """Upload a picture or a video (§3.17), at most 15 MB. Returns its opaque key."""
        if content_type not in FILE_TYPES:
            raise NotAllowed("bad_file_type", {"given": content_type[:40]})
        if not content or len(content) > MAX_FILE_BYTES:
            raise NotAllowed("bad_file_size", {"given": str(len(content)), "limit": str(MAX_FILE_BYTES)})
        path = "/p2p/merchant/chat/upload_chat_file"
        data = await self._door.act_with_much(
            "upload_file", path, lambda: upload_body(content, content_type), seconds=UPLOAD_SECONDS
        )
        return _read("upload_file", wire_chat.read_file_key, data)

    async def _send(self, order_id: str, kind: int, message: str) -> Sent:
        fields = {"txid": int(_order_id(order_id)), "type": kind, "message": message}
        data = await self._door.act("say", "/p2p/merchant/chat/send_chat_message", fields)
        sent = _read("say", wire_chat.read_sent, data)
        self._evidence.tell("sent_time_is_milliseconds", wire_chat.evidence_of_sent(data))
        return sent

    async def _move_money(self, call: str, path: str, fields: dict[str, str]) -> None:
        """One order action. What Gate says of it also tells whether the order goes by the right key."""
        try:
            await self._door.move_money(call, path, fields)
        except Refused as refused:
            self._evidence.of_refusal(refused)
            raise
        self._evidence.tell("order_key_is_txid", assumptions.order_key_is_txid(None))


def upload_body(content: bytes, content_type: str) -> bytes:
    """The JSON of an upload, put together from pieces: one call over all of it would hold up every other thread."""
    pieces = [base64.b64encode(content[start : start + PIECE]) for start in range(0, len(content), PIECE)]
    return encode({"image_content_type": content_type, "base64_img": "\0"}).replace(b"\\u0000", b"".join(pieces))


def _order_id(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise NotAllowed("bad_order_id", {"given": text[:40]})
    return text


def _ad_id(text: str) -> str:
    if not NUMBER.fullmatch(text):
        raise NotAllowed("bad_ad_id", {"given": text[:40]})
    return text


def _read(call: str, reader: Callable[[Any], T], data: Any) -> T:
    """Data that is not what the contract says is an answer that says nothing."""
    try:
        return reader(data)
    except ValueError as error:
        raise Unknown(VENUE, call, why="unreadable", detail=f"{type(error).__name__} in data") from None
