"""Chat messages as the wire shows them; which keys a message has depends on its kind (contract 3.15)."""

from secrets import token_hex

from bot.sandbox.gate.chats import WARNING, Message, StoredFile
from bot.sandbox.gate.fields import Json
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.people import OWN_BIZ_UID, OWN_NICK, PaymentMethod
from bot.sandbox.gate.variants import Variants


def message(said: Message, order: Order, variants: Variants, files_url: str) -> Json:
    if said.kind == "raw":
        return {"timest": said.at} | (said.payload or {})
    if said.kind == "notice":
        return {"uid": "System", "username": "System", "type": 2, "msg": said.text, "timest": said.at}
    answer: Json = {"is_sell": int(order.side == "sell"), "username": _username(said, order, variants)}
    answer |= _content(said, variants, files_url)
    if said.author == "counterparty":
        answer |= {} if variants.no_uid_on_theirs else {"uid": order.counterparty.uid}
    elif said.author == "system":
        answer["uid"] = ""
    elif variants.uid_on_own or said.kind == "file":
        answer["uid"] = OWN_BIZ_UID
    if said.flagged:
        answer |= {"risk_type": 1, "toast_msg": WARNING}
    return answer | {"timest": said.at}


def _content(said: Message, variants: Variants, files_url: str) -> Json:
    payload = dict(said.payload or {})
    if said.kind == "text":
        return {"msg_type": 0, "msg": said.text}
    if said.kind == "file" and said.file is not None:
        url = _link(said.file, variants, files_url)
        shown: Json = {"msg_type": 1, "msg": url, "pic": url, "file_key": said.file.key}
        return shown | {"file_type": said.file.kind, "type": 1}
    if said.kind in ("template", "order"):  # undocumented shapes: a text perhaps, and an object
        return {"msg_type": 2 if said.kind == "template" else 3, "msg": said.text, "msg_obj": payload}
    if said.kind == "payment":
        return {"msg_type": 4, "msg": "", "msg_obj": payload}
    vouchers = [_link(file, variants, files_url) for file in said.vouchers]
    return {"msg_type": 5, "msg": "", "msg_obj": payload | {"payment_voucher": vouchers}}


def _link(file: StoredFile, variants: Variants, files_url: str) -> str:
    link = file.url(files_url)
    return f"{link}?sign={token_hex(8)}" if variants.changing_links else link


def _username(said: Message, order: Order, variants: Variants) -> str:
    if said.author == "desk":
        return OWN_NICK if variants.real_usernames else "Self"
    return order.counterparty.nick if variants.real_usernames else "Other"


def shared_payment(payee: PaymentMethod, pay_name: str) -> Json:
    """The object of a payment-method share (msg_type 4)."""
    return {
        "id": str(payee.id),
        "account_des": payee.description,
        "pay_type": payee.pay_type,
        "file": "",
        "file_key": "",
        "account": payee.account,
        "memo": payee.memo,
        "code": "",
        "memo_ext": "",
        "trade_tips": payee.trade_tips,
        "real_name": payee.real_name,
        "is_delete": 0,
        "pay_name": pay_name,
    }
