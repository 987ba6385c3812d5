"""One C2C order and what may happen to it (contract 2.1, 3.7 - 3.9, 5). Raw codes are the venue's own."""

import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.gate.chats import Conversation, Message, StoredFile
from bot.sandbox.gate.fields import INVALID, WRONG_STATE, Json, Refusal
from bot.sandbox.gate.people import Counterparty, PaymentMethod

Side = Literal["sell", "buy"]
Actor = Literal["desk", "desk elsewhere", "counterparty", "system"]

LIVE = ("OPEN", "PAID", "LOCKED", "TEMP")
CLOSED = ("ACCEPT", "BCLOSED")
CANCELLED = ("CANCEL", "BECANCEL", "SCLOSED", "SCANCEL")
REASONS = tuple(str(number) for number in range(1, 13))


@dataclass(frozen=True)
class Cancellation:
    by: Actor
    reason_id: str
    memo: str
    at: int


@dataclass
class Order:
    """Amounts and prices are decimal text; moments are Unix seconds of the venue's clock."""

    id: int
    side: Side
    asset: str
    fiat: str
    amount: str
    price: str
    total: str
    counterparty: Counterparty
    created_at: int
    deadline: int
    ad_id: int
    pay_type: str
    supported_pay_types: list[str]
    payees: list[PaymentMethod]
    chat: Conversation = field(default_factory=Conversation)
    trade_tips: str = ""
    raw: str = "OPEN"
    paid_at: int = 0
    dispute_after: int = 1200
    in_appeal: bool = False
    is_show_receive: bool = False
    verdict_text: str = ""
    cancellation: Cancellation | None = None
    released_times: int = 0
    released_by: str = ""
    released_amount: str = "0"
    hide_payment: bool = False
    may_cancel: bool | None = None  # None = by the rules
    vouchers: list[StoredFile] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)  # facts that the control door bent, by wire key
    before_desk_act: "Order | None" = None
    before_change: "Order | None" = None
    ended_at: float = 0.0  # of a snapshot: until when it was the truth
    messages_then: int = -1  # of a snapshot: how long the chat was

    @property
    def is_live(self) -> bool:
        return self.raw in LIVE

    @property
    def cancelable(self) -> bool:
        if not self.is_live:
            return False
        if self.may_cancel is not None:
            return self.may_cancel
        return self.side == "buy" and not self.in_appeal

    @property
    def dispute_at(self) -> int:
        return self.paid_at + self.dispute_after if self.paid_at else 0

    @property
    def cancelled_by(self) -> str | None:
        if self.cancellation is None:
            return "system" if self.raw in CANCELLED else None
        return "desk" if self.cancellation.by == "desk elsewhere" else self.cancellation.by

    def snapshot(self, now: float) -> "Order":
        """The facts as they are at `now`, before a change."""
        past = copy.copy(self)
        past.ended_at, past.messages_then = now, len(self.chat.messages)
        past.before_desk_act = past.before_change = None
        past.vouchers, past.shown = list(self.vouchers), dict(self.shown)
        past.supported_pay_types = list(self.supported_pay_types)
        return past


def announce(order: Order, now: int, text: str, **more: Any) -> None:
    """A status update in the chat, the shape of contract 3.15 for msg_type 5."""
    payload: Json = {"status": order.raw, "text": text, **more}
    order.chat.add(Message("system", "status", "", now, payload=payload, vouchers=tuple(order.vouchers)))


def mark_paid(order: Order, now: int, method: str = "", vouchers: tuple[StoredFile, ...] = ()) -> None:
    if order.raw != "OPEN" or now > order.deadline:
        raise Refusal(WRONG_STATE)
    if method and method not in order.supported_pay_types:
        raise Refusal(f"{INVALID}: payment_method")
    order.raw, order.paid_at = "PAID", now
    order.pay_type = method or order.pay_type
    order.vouchers.extend(vouchers)
    announce(order, now, "buyer marked as paid")


def release(order: Order, now: int, by: Actor) -> None:
    """The coins leave escrow for the buyer: once, as the state does not allow a second time."""
    if order.raw not in ("PAID", "LOCKED"):
        raise Refusal(WRONG_STATE)
    if order.in_appeal and by == "desk" and not order.is_show_receive:
        raise Refusal(WRONG_STATE)
    _let_go(order, "ACCEPT", by)
    announce(order, now, "seller confirmed, coins released")


def _let_go(order: Order, raw: str, by: str) -> None:
    order.raw, order.in_appeal, order.is_show_receive = raw, False, False
    order.released_times += 1
    order.released_by, order.released_amount = by, order.amount


def cancel(order: Order, now: int, by: Actor, reason_id: str = "1", memo: str = "") -> None:
    if not order.is_live:
        raise Refusal(WRONG_STATE)
    by_buyer = (by == "counterparty") == (order.side == "sell") and by != "system"
    order.raw, order.in_appeal = "CANCEL" if by_buyer else "SCANCEL", False
    order.cancellation = Cancellation(by, reason_id, memo, now)
    announce(
        order,
        now,
        "buyer cancelled" if by_buyer else "order cancelled",
        reason_id=int(reason_id or 0),
        toast_id=1,
        reason_memo=memo,
        cancel_time=now,
        seller_confirm=0,
    )


def expire(order: Order, now: int) -> None:
    if order.raw != "OPEN":
        raise Refusal(WRONG_STATE)
    order.raw = "BECANCEL"
    order.deadline = min(order.deadline, now)
    announce(order, now, "payment window ended")


def appeal(order: Order, now: int, *, is_show_receive: bool) -> None:
    if order.raw not in ("PAID", "LOCKED"):
        raise Refusal(WRONG_STATE)
    order.raw, order.in_appeal, order.is_show_receive = "LOCKED", True, is_show_receive
    order.verdict_text = "under review"
    announce(order, now, "an appeal was opened")


def decide(order: Order, now: int, winner: Literal["buyer", "seller"]) -> None:
    """Arbitration: for the buyer the coins are released, for the seller the order is cancelled."""
    if not order.in_appeal:
        raise Refusal(WRONG_STATE)
    if winner == "buyer":
        _let_go(order, "BCLOSED", "verdict")
    else:
        order.raw, order.in_appeal, order.is_show_receive = "SCLOSED", False, False
    order.verdict_text = f"decided for the {winner}"
    announce(order, now, order.verdict_text)
