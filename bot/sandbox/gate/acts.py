"""What the other side, the desk's owner in the venue's own app, and the venue itself may do to an order."""

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.sandbox.gate import order_shapes, orders
from bot.sandbox.gate.chat_acts import CHAT_ACTS, vouchers_from
from bot.sandbox.gate.fields import Json, is_amount
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.variants import Variants
from bot.sandbox.gate.venue import GateVenue, total_of
from bot.sandbox.pictures import qr_code

Act = Callable[[GateVenue, Order, Json], None]

_NAMES = ("张三丰", "李四", "王五")
# Our word for a fact -> the key it is shown under.
_WORDS = {"name": "its_realname", "nick": "its_nick", "uid": "its_uid", "asset": "currency_type", "fiat": "want_type"}


def open_order(venue: GateVenue, wanted: Json) -> Order:
    """A new order as `POST /control/gate/orders` asks for it. Raises ValueError naming what is wrong."""
    side = wanted.get("side", "sell")
    if side not in ("sell", "buy"):
        raise ValueError("side is sell or buy")
    fiat, pay_type = str(wanted.get("fiat", "CNY")), str(wanted.get("pay_type", "bank"))
    supported = wanted.get("supported_pay_types") or list(dict.fromkeys((pay_type, "bank", "alipay")))
    name = str(wanted.get("name") or _NAMES[len(venue.orders) % len(_NAMES)])
    person = venue.counterparty(name, wanted.get("nick"))
    person.profile |= wanted.get("profile") or {}
    order = venue.open_order(
        side,
        amount=_decimal(wanted.get("amount", "1000.00"), "amount"),
        price=_decimal(wanted.get("price", "7.20"), "price"),
        asset=str(wanted.get("asset", "USDT")),
        fiat=fiat,
        counterparty=person,
        pay_type=pay_type,
        supported_pay_types=[str(kind) for kind in supported],
        expire_min=int(wanted["expire_min"]) if wanted.get("expire_min") is not None else None,
        hide_payment=bool(wanted.get("hide_payment")),
        seconds_ago=int(wanted.get("seconds_ago", 0)),
    )
    order.trade_tips = str(wanted.get("terms", ""))
    if wanted.get("qr"):
        _give_code(venue, order, str(wanted["qr"]))
    if wanted.get("paid"):
        venue.change(order, partial(orders.mark_paid, order, venue.seconds()))
    return order


def _give_code(venue: GateVenue, order: Order, pay_type: str) -> None:
    """The counterparty's account of that type has a QR code from now on."""
    payee = next((one for one in order.payees if one.pay_type == pay_type), None)
    if payee is None:
        raise ValueError(f"qr: the order has no account of {pay_type!r}")
    payee.qr = venue.files.keep("image/png", qr_code(f"sandbox:{pay_type}:{payee.account}")).name


def _decimal(value: object, name: str) -> str:
    if not is_amount(str(value)):
        raise ValueError(f"{name} is a plain number above 0")
    return str(value)


def _pay(venue: GateVenue, order: Order, wanted: Json) -> None:
    _needs(order, "sell", "the counterparty pays only when the desk sells")
    vouchers = vouchers_from(venue, order, wanted)
    venue.change(order, partial(orders.mark_paid, order, venue.seconds(), "", vouchers))


def _pay_elsewhere(venue: GateVenue, order: Order, wanted: Json) -> None:
    _needs(order, "buy", "the desk pays only when it buys")
    venue.change(order, partial(orders.mark_paid, order, venue.seconds()))


def _release(venue: GateVenue, order: Order, wanted: Json) -> None:
    _needs(order, "buy", "the counterparty releases only when the desk buys")
    venue.change(order, partial(orders.release, order, venue.seconds(), "counterparty"))


def _close_elsewhere(venue: GateVenue, order: Order, wanted: Json) -> None:
    _needs(order, "sell", "the desk releases only when it sells")
    venue.change(order, partial(orders.release, order, venue.seconds(), "desk elsewhere"))


def _cancel(by: orders.Actor) -> Act:
    def act(venue: GateVenue, order: Order, wanted: Json) -> None:
        reason, memo = str(wanted.get("reason_id", "1")), str(wanted.get("reason_memo", "changed mind"))
        venue.change(order, partial(orders.cancel, order, venue.seconds(), by, reason, memo))

    return act


def _expire(venue: GateVenue, order: Order, wanted: Json) -> None:
    venue.change(order, partial(orders.expire, order, venue.seconds()))


def _appeal(venue: GateVenue, order: Order, wanted: Json) -> None:
    shows = bool(wanted.get("is_show_receive", 0))
    venue.change(order, lambda: orders.appeal(order, venue.seconds(), is_show_receive=shows))


def _verdict(venue: GateVenue, order: Order, wanted: Json) -> None:
    winner = wanted.get("for")
    if winner not in ("buyer", "seller"):
        raise ValueError("a verdict is for buyer or seller")
    venue.change(order, partial(orders.decide, order, venue.seconds(), winner))


def _change(venue: GateVenue, order: Order, wanted: Json) -> None:
    if not wanted:
        raise ValueError("nothing to change")
    venue.change(order, partial(_set_all, order, wanted))


def _set_all(order: Order, wanted: Json) -> None:
    """Tried on a copy first: a wrong fact among right ones changes nothing."""
    for target in (order.snapshot(0), order):
        for key, value in wanted.items():
            _set(target, key, value)


def _set(order: Order, key: str, value: Any) -> None:
    """Facts the venue acts by are really changed; every other key is only shown so. None shows the truth again."""
    if key in ("amount", "price", "rate"):
        setattr(order, "amount" if key == "amount" else "price", _decimal(value, key))
        order.total = total_of(order.amount, order.price)
    elif key in ("in_appeal", "is_show_receive", "hide_payment"):
        setattr(order, key, bool(value))
    elif key == "cancelable":
        order.may_cancel = None if value is None else bool(value)
    elif key == "supported_pay_types":
        order.supported_pay_types = [str(kind) for kind in value]
    elif key in ("deadline", "last_pay_time"):
        order.deadline = int(value)
    elif key == "status_raw":
        order.raw = _raw(value)
    elif key == "sel_paytype":
        order.pay_type = str(value)
    else:
        _show(order, _WORDS.get(key, key), value)


def _show(order: Order, key: str, value: Any) -> None:
    known = order_shapes.row(order, 0, Variants(), history=True) | order_shapes.details(order, 0, Variants(), "")
    if key not in known:
        raise ValueError(f"no such fact: {key}")
    keys = [key]
    if key == "its_realname":
        keys.append("buyer_realname" if order.side == "sell" else "seller_realname")
    for each in keys:
        if value is None:
            order.shown.pop(each, None)
        else:
            order.shown[each] = value


def _raw(value: object) -> str:
    if value not in (*orders.LIVE, *orders.CLOSED, *orders.CANCELLED):
        raise ValueError(f"no such raw status: {value!r}")
    return str(value)


def _needs(order: Order, side: str, otherwise: str) -> None:
    if order.side != side:
        raise ValueError(otherwise)


ACTS: dict[str, Act] = {
    "pay": _pay,
    "pay_elsewhere": _pay_elsewhere,
    "cancel": _cancel("counterparty"),
    "cancel_elsewhere": _cancel("desk elsewhere"),
    "cancel_system": _cancel("system"),
    "appeal": _appeal,
    "release": _release,
    "close_elsewhere": _close_elsewhere,
    "expire": _expire,
    "verdict": _verdict,
    "change": _change,
    **CHAT_ACTS,
}
