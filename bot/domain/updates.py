"""What came from Telegram, reduced to what a decision needs, and the one gate that decides what is let in.

A right to speak needs all of: a person (numeric id, not a bot, not an anonymous admin or channel), a chat that is
theirs (private with that very person, or the desk group), and an update type that the desk handles. Everything else
gets silence. Whether a button is live is decided from what was stored when the message was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

WEBHOOK_PATH = "/telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "chat_member", "my_chat_member")


class Kind(StrEnum):
    MESSAGE = "message"
    EDIT = "edited_message"
    TAP = "callback_query"
    MEMBER = "chat_member"
    SELF = "my_chat_member"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `user_id` is None when nobody can be named; `payload` is kept as it came."""

    update_id: int
    kind: Kind
    user_id: int | None
    user_name: str
    chat_id: int | None
    chat_type: str
    is_person: bool
    message_id: int | None
    data: str
    text: str
    callback_id: str
    payload: Mapping[str, Any]
    migrate_to: int | None = None
    member_id: int | None = None
    member_name: str = ""
    member_status: str = ""
    is_service: bool = False
    answers: int | None = None
    """the message of this chat that it replies to"""
    pinned: int | None = None
    """the message that a bot pinned, of which this is Telegram's own line"""


class Verdict(StrEnum):
    ADMIT = "admit"
    JOIN = "join"
    MEMBERSHIP = "membership"
    MIGRATION = "migration"
    STRANGER = "stranger"
    IGNORE = "ignore"


SERVICE_KEYS = (
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "pinned_message",
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "group_chat_created", "supergroup_chat_created", "migrate_from_chat_id", "general_forum_topic_hidden",
)  # fmt: skip


def read_update(payload: Mapping[str, Any]) -> Incoming:
    """The decision facts of a raw Bot API update; never raises on odd shapes, which become Kind.OTHER."""
    update_id = payload.get("update_id")
    number = update_id if isinstance(update_id, int) else 0
    kind = next(
        (kind for kind in Kind if kind is not Kind.OTHER and isinstance(payload.get(kind), Mapping)), Kind.OTHER
    )
    if kind is Kind.OTHER:
        return _nobody(number, payload)
    body = payload[kind]
    if kind is Kind.TAP:
        return _tap(number, body, payload)
    if kind in (Kind.MEMBER, Kind.SELF):
        return _membership(number, kind, body, payload)
    return _message(number, kind, body, payload)


def _nobody(number: int, payload: Mapping[str, Any]) -> Incoming:
    """An update type that is not asked for; its sender, if any, is still counted as a stranger."""
    sender: Mapping[str, Any] = {}
    for body in payload.values():
        if isinstance(body, Mapping) and isinstance(body.get("from"), Mapping):
            sender = body["from"]
    return Incoming(
        number, Kind.OTHER, _int(sender.get("id")), _name(sender), None, "", False, None, "", "", "", payload
    )  # fmt: skip


def _message(number: int, kind: Kind, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Incoming:
    sender, chat = _map(body.get("from")), _map(body.get("chat"))
    is_person = bool(sender) and not sender.get("is_bot") and "sender_chat" not in body and "via_bot" not in body
    return Incoming(
        number,
        kind,
        _int(sender.get("id")),
        _name(sender),
        _int(chat.get("id")),
        str(chat.get("type", "")),
        is_person,
        _int(body.get("message_id")),
        "",
        str(body.get("text") or body.get("caption") or ""),
        "",
        payload,
        migrate_to=_int(body.get("migrate_to_chat_id")),
        is_service=any(key in body for key in SERVICE_KEYS),
        answers=_int(_map(body.get("reply_to_message")).get("message_id")),
        pinned=_int(_map(body.get("pinned_message")).get("message_id")) if sender.get("is_bot") else None,
    )


def _tap(number: int, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Incoming:
    sender, message = _map(body.get("from")), _map(body.get("message"))
    chat = _map(message.get("chat"))
    return Incoming(
        number,
        Kind.TAP,
        _int(sender.get("id")),
        _name(sender),
        _int(chat.get("id")),
        str(chat.get("type", "")),
        bool(sender) and not sender.get("is_bot"),
        _int(message.get("message_id")),
        str(body.get("data") or ""),
        "",
        str(body.get("id") or ""),
        payload,
    )


def _membership(number: int, kind: Kind, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Incoming:
    sender, chat, member = _map(body.get("from")), _map(body.get("chat")), _map(body.get("new_chat_member"))
    who = _map(member.get("user"))
    return Incoming(
        number,
        kind,
        _int(sender.get("id")),
        _name(sender),
        _int(chat.get("id")),
        str(chat.get("type", "")),
        False,
        None,
        "",
        "",
        "",
        payload,
        member_id=_int(who.get("id")),
        member_name=_name(who),
        member_status=str(member.get("status", "")),
    )


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _name(user: Mapping[str, Any]) -> str:
    parts = (str(user.get("first_name") or ""), str(user.get("last_name") or ""))
    return " ".join(part for part in parts if part)[:128]


def decide(update: Incoming, staff_ids: frozenset[int], desk_chat_id: int | None) -> Verdict:
    """The gate. Pure: who may be heard at all; what they may do is asked again inside each flow."""
    in_desk = desk_chat_id is not None and update.chat_id == desk_chat_id
    if update.kind in (Kind.MEMBER, Kind.SELF):
        is_own_chat = update.kind is Kind.SELF and update.chat_type == "private" and update.chat_id == update.user_id
        return Verdict.MEMBERSHIP if in_desk or (is_own_chat and update.user_id in staff_ids) else Verdict.IGNORE
    if update.kind is Kind.MESSAGE and update.migrate_to is not None and in_desk:
        return Verdict.MIGRATION
    if update.is_service:
        return Verdict.IGNORE
    if update.kind is Kind.OTHER or not update.is_person or update.user_id is None:
        return Verdict.STRANGER
    in_private = update.chat_type == "private" and update.chat_id == update.user_id
    if update.user_id in staff_ids and (in_private or in_desk):
        return Verdict.ADMIT
    if in_private and update.kind is Kind.MESSAGE and update.text.startswith("/start "):
        return Verdict.JOIN
    return Verdict.STRANGER
