"""Every kind of update, every sender and every place, as raw Bot API objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.security.stand import (
    CHANNEL,
    DESK_GROUP,
    FOREIGN_GROUP,
    FROZEN,
    LEAD,
    OPERATOR,
    OWNER,
    REMOVED,
    STRANGER,
    Json,
    chat_of,
    user,
)
from tests.security.venue import SALE, SECOND

GUESSED = "AAAAAAAAAAAAAAAAAAAAAAAA"


@dataclass(frozen=True)
class Identity:
    """A sender. `person` is the id that claims to act; `more` stands in messages beside `from`."""

    name: str
    person: int
    sender: Json | None
    more: Json = field(default_factory=dict)


def _bot(number: int, name: str) -> Json:
    return {"id": number, "is_bot": True, "first_name": name, "username": name}


_CHANNEL = {"sender_chat": chat_of(CHANNEL)}
_GROUP = {"sender_chat": chat_of(DESK_GROUP)}

WITHOUT_RIGHT = (
    Identity("stranger", STRANGER, user(STRANGER)),
    Identity("stranger with a lead's name", STRANGER, user(STRANGER, first_name=f"lead {LEAD}", username="lead")),
    Identity("removed staff", REMOVED, user(REMOVED)),
    Identity("anonymous admin", 1087968824, _bot(1087968824, "GroupAnonymousBot"), _GROUP),
    Identity("channel identity", 136817688, _bot(136817688, "Channel_Bot"), _CHANNEL),
    Identity("lead speaking as a channel", LEAD, user(LEAD), _CHANNEL),
    Identity("lead speaking as the group", LEAD, user(LEAD), _GROUP),
    Identity("lead through an inline bot", LEAD, user(LEAD), {"via_bot": _bot(5002, "InlineBot")}),
    Identity("service account", 777000, user(777000, first_name="Telegram")),
    Identity("other bot", 5001, _bot(5001, "OtherBot")),
    Identity("bot with a lead's id", LEAD, _bot(LEAD, "lead")),
    Identity("lead's id as text", LEAD, user(LEAD) | {"id": str(LEAD)}),
    Identity("lead's id as a truth", LEAD, user(LEAD) | {"id": True}),
    Identity("nobody", LEAD, None),
)
STAFF_ELSEWHERE = (Identity("owner", OWNER, user(OWNER)), Identity("lead", LEAD, user(LEAD)))
FROZEN_LEAD = Identity("frozen lead", FROZEN, user(FROZEN))

TEXTS = (
    "/freeze", "/unfreeze", f"/staff role {STRANGER} lead", "/staff limit operator release 1 1", "/staff invite lead",
    "/duty on", "/order 0417", "/language zh", "hello", f"/start {GUESSED}", "/start",
)  # fmt: skip


def places(identity: Identity) -> dict[str, int]:
    """Chats by name; for staff only those that are not theirs."""
    everywhere = {
        "own private chat": identity.person,
        "somebody else's private chat": OPERATOR,
        "desk group": DESK_GROUP,
        "foreign group": FOREIGN_GROUP,
        "channel": CHANNEL,
    }
    if identity in STAFF_ELSEWHERE:
        return {name: chat for name, chat in everywhere.items() if name not in ("own private chat", "desk group")}
    return everywhere


Make = Callable[[Identity, int, int], list[Json]]


def _from(identity: Identity, **body: Any) -> Json:
    return body if identity.sender is None else body | {"from": identity.sender}


def _said(identity: Identity, chat: int, text: str, **more: Any) -> Json:
    return _from(identity, message_id=77, date=SECOND, chat=chat_of(chat), text=text) | identity.more | more


def _messages(kind: str, **more: Any) -> Make:
    def make(identity: Identity, chat: int, stolen: int) -> list[Json]:
        return [{kind: _said(identity, chat, text, **more)} for text in TEXTS]

    return make


def _replies(identity: Identity, chat: int, stolen: int) -> list[Json]:
    prompt = {"message_id": stolen, "date": SECOND, "chat": chat_of(chat), "text": "Reply with the reason."}
    return [{"message": _said(identity, chat, "agreed by phone", reply_to_message=prompt)}]


def taps(live: tuple[str, ...]) -> Make:
    """Each of the live buttons and some invented ones, pressed on the stolen message."""

    def make(identity: Identity, chat: int, stolen: int) -> list[Json]:
        shown = {"message_id": stolen, "date": SECOND, "chat": chat_of(chat), "text": "card"}
        invented = (f"r:{SALE}", f"uy:{SALE}", "y:id999999", "ry:id000001:lead", "d:on", "")
        return [
            {"callback_query": _from(identity, id=f"cb-{identity.person}-1", chat_instance="1", data=data, message=on)}
            for data in (*live, *invented)
            for on in (shown, shown | {"date": 0})
        ]

    return make


def _inline_taps(identity: Identity, chat: int, stolen: int) -> list[Json]:
    body = _from(identity, id=f"cb-{identity.person}-1", chat_instance="1", data=f"r:{SALE}", inline_message_id="x")
    return [{"callback_query": body}, {"callback_query": body | {"data": "d:on"}}]


def _bodies(kind: str, **body: Any) -> Make:
    def make(identity: Identity, chat: int, stolen: int) -> list[Json]:
        return [{kind: _from(identity, id="1", chat=chat_of(chat), date=SECOND, **body)}]

    return make


def _reactions(identity: Identity, chat: int, stolen: int) -> list[Json]:
    body = {"chat": chat_of(chat), "message_id": stolen, "date": SECOND, "old_reaction": [], "new_reaction": []}
    return [{"message_reaction": body | ({"user": identity.sender} if identity.sender else identity.more)}]


def _boosts(identity: Identity, chat: int, stolen: int) -> list[Json]:
    source = {"source": "premium", "user": identity.sender}
    return [{"chat_boost": {"chat": chat_of(chat), "boost": {"boost_id": "1", "source": source}}}]


KINDS: dict[str, Make] = {
    "message": _messages("message"),
    "edited_message": _messages("edited_message", edit_date=SECOND),
    "channel_post": _messages("channel_post"),
    "edited_channel_post": _messages("edited_channel_post", edit_date=SECOND),
    "business_message": _messages("business_message", business_connection_id="1"),
    "edited_business_message": _messages("edited_business_message", business_connection_id="1"),
    "guest_message": _messages("guest_message"),
    "forwarded card": _messages(
        "message", forward_origin={"type": "user", "date": SECOND, "sender_user": user(LEAD)}, forward_date=SECOND
    ),
    "automatic forward": _messages("message", is_automatic_forward=True, **_CHANNEL),
    "reply to a prompt": _replies,
    "callback_query without message": _inline_taps,
    "inline_query": _bodies("inline_query", query="/freeze", offset=""),
    "chosen_inline_result": _bodies("chosen_inline_result", result_id="1", query="/freeze"),
    "message_reaction": _reactions,
    "message_reaction_count": _bodies("message_reaction_count", message_id=1, reactions=[]),
    "poll": _bodies("poll", question="/freeze", options=[]),
    "poll_answer": _bodies("poll_answer", poll_id="1", option_ids=[0]),
    "chat_join_request": _bodies("chat_join_request", user_chat_id=STRANGER),
    "chat_boost": _boosts,
    "pre_checkout_query": _bodies("pre_checkout_query", currency="XTR", total_amount=1, invoice_payload=f"r:{SALE}"),
    "shipping_query": _bodies("shipping_query", invoice_payload=f"r:{SALE}", shipping_address={}),
    "business_connection": _bodies("business_connection", user_chat_id=STRANGER, is_enabled=True),
    "deleted_business_messages": _bodies("deleted_business_messages", message_ids=[1], business_connection_id="1"),
    "purchased_paid_media": _bodies("purchased_paid_media", paid_media_payload=f"r:{SALE}"),
    "a type of tomorrow": _bodies("telepathy", text="/freeze", data=f"r:{SALE}"),
    "nothing": lambda identity, chat, stolen: [{}, {"message": None}, {"message": "x"}, {"callback_query": []}],
}  # fmt: skip


def memberships(identity: Identity, chat: int) -> list[Json]:
    """Somebody's or the bot's own standing changes, as told by this sender."""
    made = []
    for kind, who in (("chat_member", user(STRANGER)), ("my_chat_member", _bot(1000, "desk_bot"))):
        for status in ("member", "administrator", "left", "kicked"):
            member = {"user": who, "status": status}
            body = _from(identity, chat=chat_of(chat), date=SECOND, old_chat_member=member, new_chat_member=member)
            made.append({kind: body})
    return made
