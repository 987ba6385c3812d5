"""Reading and writing order chats, and the files in them (contract 3.15 - 3.17)."""

from bot.sandbox.gate import chat_shapes
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.chats import LONGEST_TEXT, WARNING, Message, offers_contact
from bot.sandbox.gate.fields import INVALID, Json, Refusal
from bot.sandbox.gate.orders import Order
from bot.sandbox.gate.people import OWN_UID


def get_chats_list(call: Call) -> Json:
    venue, fields = call.venue, call.fields
    order = _asked(call, fields.integer("txid", 0))
    newer, older = fields.integer("lastreceived", 0), fields.integer("firstreceived", 0)
    variants = venue.variants
    seen = call.seen(order)
    page, has_history = order.chat.page(
        newer_than=newer,
        older_than=older,
        inclusive=variants.inclusive_cursors,
        size=variants.chat_page,
        known=seen.messages_then,
    )
    if not older and not variants.unread_stays:
        order.chat.unread = 0
    latest = venue.seconds() if variants.srvtm_is_now else order.chat.latest_at
    return {
        "messages": [chat_shapes.message(said, order, variants, call.files_url) for said in page],
        "memo": "",
        "has_history": has_history,
        "txid": order.id,
        "SRVTM": latest * 1000 if variants.srvtm_ms else latest,
        "order_status": seen.raw,
    }


def _asked(call: Call, number: int) -> Order:
    if number:
        return call.venue.order(number)
    latest = max(call.venue.orders.values(), key=lambda order: (order.chat.latest_at, order.id), default=None)
    if latest is None:
        raise Refusal(f"{INVALID}: txid")
    return latest


def send_chat_message(call: Call) -> Json:
    venue = call.venue
    order = venue.order(call.fields.integer("txid"))
    kind, text = call.fields.integer("type", 0), call.fields.needed("message")
    if kind not in (0, 1):
        raise Refusal(f"{INVALID}: type")
    if kind == 1:
        file = venue.files.by_key(text)
        if file is None:
            raise Refusal(f"{INVALID}: message")
        venue.say(order, Message("desk", "file", "", venue.seconds(), file=file, via_api=True))
        return _sent(call)
    if len(text) > LONGEST_TEXT:
        raise Refusal(f"{INVALID}: message")
    flagged = offers_contact(text)
    if not (flagged and venue.variants.flagged_not_delivered):
        venue.say(order, Message("desk", "text", text, venue.seconds(), flagged=flagged, via_api=True))
    return _sent(call) | (_warning(order) if flagged else {})


def _sent(call: Call) -> Json:
    now = call.venue.now()
    return {"SRVTM": int(now) if call.venue.variants.srvtm_seconds else int(now * 1000)}


def _warning(order: Order) -> Json:
    pair = sorted((OWN_UID, order.counterparty.numeric_uid))
    return {
        "txid": order.id,
        "conversation_id": "_".join(str(uid) for uid in pair),
        "msg_type": 0,
        "risk_type": 1,
        "toast_msg": WARNING,
    }


def upload_chat_file(call: Call) -> Json:
    kind, encoded = call.fields.needed("image_content_type"), call.fields.needed("base64_img")
    return {"file_key": call.venue.files.keep_upload(kind, encoded).key}
