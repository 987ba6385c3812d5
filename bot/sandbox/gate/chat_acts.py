"""What is said in an order's chat by anyone but the merchant API: `POST /control/gate/orders/{id}/{act}`.

Every act takes `seconds_ago` (how much older its moment is than its arrival) and `from`: "counterparty" (the default),
"desk" (in the venue's own app) or "system". A file is {"base64", "content_type"? |
"sample": "receipt"|"receipt-2"|"film", drawn by the sandbox; "url"? (any other link), "host"? (the
same file under another host's name), "fault"? (see `faults`, for this file's downloads only)}.
write {"text" | "texts": [...] all in one second, "flagged"?} · file {a file} · share_payment {"method"? pay type} ·
template {"text"?, "msg_obj"?} · share_order {"msg_obj"?} · notice {"text"} ·
status {"text", "status"?, "vouchers"?: [file], more facts} · voucher {"vouchers": [file]} ·
raw_message {"message": {...}} exactly as the wire shall have it
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any, cast

from bot.sandbox.film import film
from bot.sandbox.gate.chat_shapes import shared_payment
from bot.sandbox.gate.chats import Author, Kind, Message, StoredFile
from bot.sandbox.gate.faults import fault_from
from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.people import PAY_NAMES
from bot.sandbox.gate.venue import GateVenue
from bot.sandbox.pictures import receipt

Act = Callable[[GateVenue, Order, Json], None]

RECEIPTS = ("receipt", "receipt-2")
AUTHORS = ("counterparty", "desk", "system")


def file_from(venue: GateVenue, order: Order, wanted: Json) -> StoredFile:
    """Any type and content, as counterparties are not held to what the upload call takes."""
    kind, content = _sample(order, str(wanted["sample"])) if "sample" in wanted else _given(wanted)
    link = str(wanted.get("url", ""))
    spoilt = wanted.get("fault")
    fault = fault_from({**spoilt, "endpoint": "files/"}, venue.now()) if isinstance(spoilt, dict) else None
    file = venue.files.keep(kind, content, link, str(wanted.get("host", "")))
    if fault is not None:
        fault.endpoint += file.name
        venue.faults.add(fault)
    return file


def _given(wanted: Json) -> tuple[str, bytes]:
    try:
        content = base64.b64decode(str(wanted.get("base64", "")), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("base64 is none") from None
    return str(wanted.get("content_type", "image/png")), content


def _sample(order: Order, name: str) -> tuple[str, bytes]:
    if name == "film":
        return "video/mp4", film()
    if name not in RECEIPTS:
        raise ValueError(f"no such sample: {name!r}; known: film, {', '.join(RECEIPTS)}")
    return "image/png", receipt(order.total, order.fiat, str(order.id), RECEIPTS.index(name))


def vouchers_from(venue: GateVenue, order: Order, wanted: Json) -> tuple[StoredFile, ...]:
    """The files under `vouchers`; without it, the act's own file if it has one."""
    listed = wanted.get("vouchers")
    if listed is None:
        return (file_from(venue, order, wanted),) if {"base64", "url", "sample"} & wanted.keys() else ()
    if not isinstance(listed, list):
        raise TypeError("vouchers is a list of files")
    return tuple(file_from(venue, order, file) for file in listed)


def _say(venue: GateVenue, order: Order, wanted: Json, kind: Kind, text: str = "", **more: Any) -> None:
    author = wanted.get("from", "counterparty")
    if author not in AUTHORS:
        raise ValueError(f"from is one of {', '.join(AUTHORS)}")
    at = venue.seconds() - int(wanted.get("seconds_ago", 0))
    venue.say(order, Message(cast(Author, author), kind, text, at, **more))


def _write(venue: GateVenue, order: Order, wanted: Json) -> None:
    texts = wanted.get("texts", [wanted.get("text")])
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError("text is missing")
    for text in texts:
        _say(venue, order, wanted, "text", text, flagged=bool(wanted.get("flagged")))


def _file(venue: GateVenue, order: Order, wanted: Json) -> None:
    _say(venue, order, wanted, "file", file=file_from(venue, order, wanted))


def _share_payment(venue: GateVenue, order: Order, wanted: Json) -> None:
    pay_type = str(wanted.get("method", order.pay_type))
    payee = order.counterparty.method(pay_type) or order.counterparty.methods[0]
    payload = shared_payment(payee, PAY_NAMES.get(payee.pay_type, payee.pay_type)) | (wanted.get("msg_obj") or {})
    _say(venue, order, wanted, "payment", payload=payload)


def _template(venue: GateVenue, order: Order, wanted: Json) -> None:
    """The shape of templates is not documented; this one is plausible."""
    text = str(wanted.get("text") or "I have paid, please check and release.")
    _say(venue, order, wanted, "template", text, payload=wanted.get("msg_obj") or {"id": 3, "content": text})


def _share_order(venue: GateVenue, order: Order, wanted: Json) -> None:
    """The shape of order shares is not documented; this one is plausible."""
    shared = {"txid": order.id, "amount": order.amount, "total": order.total, "currency_type": order.asset}
    _say(venue, order, wanted, "order", payload=wanted.get("msg_obj") or shared | {"status": order.raw})


def _status(venue: GateVenue, order: Order, wanted: Json) -> None:
    """A status line of its own, which changes nothing at the venue."""
    apart = ("from", "seconds_ago", "vouchers")
    facts = {key: value for key, value in wanted.items() if key not in apart}
    payload = {"status": order.raw, "text": ""} | facts
    vouchers = vouchers_from(venue, order, {"vouchers": wanted.get("vouchers", [])})
    _say(venue, order, {"from": "system"} | wanted, "status", payload=payload, vouchers=vouchers)


def _voucher(venue: GateVenue, order: Order, wanted: Json) -> None:
    """Proof of payment added after the paid mark: the status line comes again, with all vouchers so far."""
    added = vouchers_from(venue, order, wanted)
    if not added:
        raise ValueError("vouchers are missing")
    order.vouchers.extend(added)
    payload = {"status": order.raw, "text": "payment voucher added"}
    _say(venue, order, {"from": "system"} | wanted, "status", payload=payload, vouchers=tuple(order.vouchers))


def _notice(venue: GateVenue, order: Order, wanted: Json) -> None:
    text = wanted.get("text")
    if not isinstance(text, str) or not text:
        raise ValueError("text is missing")
    _say(venue, order, {"from": "system"} | wanted, "notice", text)


def _raw_message(venue: GateVenue, order: Order, wanted: Json) -> None:
    if not isinstance(wanted.get("message"), dict):
        raise TypeError("message is an object")
    _say(venue, order, wanted, "raw", payload=wanted["message"])


CHAT_ACTS: dict[str, Act] = {
    "write": _write,
    "file": _file,
    "share_payment": _share_payment,
    "template": _template,
    "share_order": _share_order,
    "status": _status,
    "voucher": _voucher,
    "notice": _notice,
    "raw_message": _raw_message,
}
