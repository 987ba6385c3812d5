"""Nouns for tests, with every field that a test does not care about filled in."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain.chat import ChatKind, ChatMessage
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order, Payee, Side
from bot.domain.sayings import Saying, SayingKind
from bot.domain.sayings import State as Saidness
from bot.domain.seals import Choice, Seal

INTENT = Intent(
    id="i1",
    action=Action.RELEASE,
    target="31415926",
    state=State.PLANNED,
    actor=1001,
    actor_role="operator",
    requester=None,
    seal_id="s1",
    amount=Decimal("1000.00"),
    asset="USDT",
    arguments={"method": "bank"},
    planned_at=1_000,
    sent_at=None,
    settled_at=None,
    looks=0,
    first_look_at=None,
    last_look_at=None,
    answer="",
)

ORDER = Order(
    id="31415926",
    side=Side.SELL,
    asset="USDT",
    fiat="CNY",
    amount=Decimal("1000.00"),
    price=Decimal("7.20"),
    total=Decimal("7200.00"),
    status="PAID",
    created_at=1_700_000_000,
    pay_deadline=1_700_000_900,
    paid_at=1_700_000_300,
    appeal_from=0,
    in_appeal=False,
    is_cancelable=False,
    can_release_in_appeal=True,
    hides_payment=False,
    counterparty_id="77",
    counterparty_nick="zsf",
    counterparty_name="张三丰",
    own_name="李四",
    chosen_method="bank",
    methods=("bank", "alipay"),
    payees=(Payee("bank", "ICBC", "李四", "6222 0000", "Nanjing", "memo", "https://files/qr"),),
    vouchers=("https://files/1",),
    unread=2,
    has_traded=True,
    terms="no third party",
    verdict="",
    cancel_reason="",
    ad_id="5",
    kind=1,
    warnings=("new_status",),
)

SEAL = Seal(
    id="s1",
    target="31415926",
    action=Action.RELEASE,
    opened_by=1001,
    opened_at=1_000,
    expires_at=121_000,
    shown_at=None,
    used_at=None,
    choice=Choice(method="bank", answer="arrived", requester=7),
    facts={"total": "7200.00", "name": "张三丰"},
    fingerprint="f" * 64,
)

SAYING = Saying(
    id="w1",
    number=0,
    order_id="31415926",
    person_id=1001,
    kind=SayingKind.TEXT,
    state=Saidness.PLANNED,
    text="您好",
    source_chat=-100,
    source_message=10,
    said_at=1_000,
)

MESSAGE = ChatMessage("31415926", ChatKind.TEXT, "hello", 1_700_000_000, "u77", "zsf")


def intent(intent_id: str = "i1", **changes: Any) -> Intent:
    return replace(INTENT, id=intent_id, **changes)


def order(order_id: str = "31415926", **changes: Any) -> Order:
    return replace(ORDER, id=order_id, **changes)


def seal(seal_id: str = "s1", **changes: Any) -> Seal:
    return replace(SEAL, id=seal_id, **changes)


def saying(saying_id: str = "w1", **changes: Any) -> Saying:
    """Without a `source_message` of its own it takes one that fits its id: two are never of one message by accident."""
    own = {"source_message": int(saying_id[1:]) if saying_id[1:].isdecimal() else 99}
    return replace(SAYING, id=saying_id, **(own | changes))


def message(text: str = "hello", at: int = MESSAGE.at, **changes: Any) -> ChatMessage:
    return replace(MESSAGE, text=text, at=at, **changes)
