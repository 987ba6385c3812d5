"""The acts behind POST /control/telegram/act/{kind}. Each takes the world and a body, and returns what the page needs.

Bodies have `user_id` and `chat_id`; more by kind ("?" = optional):
write {text, thread_id?, reply_to?} · anonymous_write (as an anonymous administrator) · channel_post {text} ·
edit {message_id, text} · delete {message_id} (no update to the bot) · react {message_id, emoji|null} ·
tap {message_id, row, column | text | data, forged?} → {callback_id} · start {payload?} · block {blocked} ·
file {kind, base64, file_name, caption?, thread_id?, reply_to?, mime_type?} · album {files: [file], thread_id?} ·
contact {contact: {...}} · forward {from_chat_id, message_id} ·
member {target|"bot", status, rights?} · join {target?} · leave ·
pin {message_id, pinned?} (false: unpin, of which bots hear nothing) ·
topic {op: create|delete|close|reopen|rename, name?, thread_id?} → {thread_id} · migrate → {chat_id} ·
raw_update {update: {...}} (any update, as given) · push {kind, payload} (an update of that kind with the next id)
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import news
from bot.sandbox.telegram.model import Chat, Json, Member, Message
from bot.sandbox.telegram.people import Impossible, Person, button_data
from bot.sandbox.telegram.world import TelegramWorld, all_rights


def act(world: TelegramWorld, kind: str, body: Json) -> Json:
    """Raises Impossible (or ValueError, KeyError for a malformed body) with the reason."""
    if kind in FREE:
        return FREE[kind](world, body)
    if kind not in ACTS:
        raise Impossible(f"no act {kind!r}: one of {', '.join(sorted({*ACTS, *FREE}))}")
    user_id, chat = int(body["user_id"]), chat_of(world, int(body["chat_id"]))
    if user_id not in world.users:
        raise Impossible(f"nobody has the id {user_id}")
    return ACTS[kind](Person(world, user_id, chat), body)


def chat_of(world: TelegramWorld, chat_id: int) -> Chat:
    if chat_id not in world.chats:
        raise Impossible(f"no chat {chat_id}")
    return world.chats[chat_id]


def _message(message: Message) -> Json:
    return {"message_id": message.id, "thread_id": message.thread_id, "revision": message.revision}


def _where(body: Json) -> Json:
    return {"thread_id": body.get("thread_id"), "reply_to": body.get("reply_to")}


def _write(person: Person, body: Json) -> Json:
    return _message(person.write(str(body["text"]), **_where(body)))


def _anonymous_write(person: Person, body: Json) -> Json:
    if not person.chat.member(person.user_id).is_admin:
        raise Impossible("only administrators can be anonymous")
    return _message(person.write(str(body["text"]), **_where(body), anonymous=True))


def _channel_post(person: Person, body: Json) -> Json:
    if person.chat.type != "channel":
        raise Impossible("not a channel")
    return _message(person.write(str(body["text"])))


def _start(person: Person, body: Json) -> Json:
    world, payload = person.world, body.get("payload")
    private = Person(world, person.user_id, world.private_chat(person.user_id))
    return _message(private.write(f"/start {payload}" if payload else "/start"))


def _edit(person: Person, body: Json) -> Json:
    return _message(person.edit(int(body["message_id"]), str(body["text"])))


def _delete(person: Person, body: Json) -> Json:
    return _message(person.delete(int(body["message_id"])))


def _react(person: Person, body: Json) -> Json:
    return _message(person.react(int(body["message_id"]), body.get("emoji")))


def _tap(person: Person, body: Json) -> Json:
    number = int(body["message_id"])
    data = button_data(person.chat.live(number), body)
    return {"callback_id": person.tap(number, data, forged=bool(body.get("forged", False))).id}


def _file(person: Person, body: Json) -> Json:
    return _message(_send_file(person, body, _where(body)))


def _send_file(person: Person, body: Json, where: Json) -> Message:
    return person.send(
        str(body.get("kind", "document")),
        base64.b64decode(body["base64"]),
        str(body.get("file_name", "file")),
        caption=body.get("caption"),
        mime_type=str(body.get("mime_type", "")),
        **where,
    )


def _album(person: Person, body: Json) -> Json:
    where = _where(body) | {"media_group_id": person.world.token_text("album-")}
    return {"message_ids": [_send_file(person, file, where).id for file in body["files"]]}


def _contact(person: Person, body: Json) -> Json:
    return _message(person.send_extra({"contact": body["contact"]}, **_where(body)))


def _forward(person: Person, body: Json) -> Json:
    source = chat_of(person.world, int(body["from_chat_id"])).live(int(body["message_id"]))
    if source is None:
        raise Impossible("no such message to forward")
    return _message(person.forward(source))


def _block(person: Person, body: Json) -> Json:
    news.block(person.world, person.user_id, bool(body.get("blocked", True)))
    return {}


def _member(person: Person, body: Json) -> Json:
    world, given = person.world, body["target"]
    target = world.bot.id if given == "bot" else int(given)
    if target not in world.users:
        raise Impossible(f"nobody has the id {target}")
    status, rights = str(body["status"]), body.get("rights")
    if status not in ("creator", "administrator", "member", "restricted", "left", "kicked"):
        raise Impossible(f"no status {status!r}")
    if status == "administrator":
        rights = all_rights(rights or {})
    news.change_member(world, person.chat, person.user_id, Member(target, status, rights or {}))
    return {"status": status}


def _join(person: Person, body: Json) -> Json:
    return _member(person, {"target": body.get("target", person.user_id), "status": "member"})


def _leave(person: Person, _: Json) -> Json:
    return _member(person, {"target": person.user_id, "status": "left"})


def _topic(person: Person, body: Json) -> Json:
    world, chat, op = person.world, person.chat, str(body["op"])
    if op == "create":
        topic = world.add_topic(chat, str(body["name"]), person.user_id)
        news.tell_message(world, chat.messages[topic.thread_id])
        return {"thread_id": topic.thread_id}
    thread_id = int(body["thread_id"])
    if thread_id not in chat.topics:
        raise Impossible(f"no topic {thread_id}")
    topic = chat.topics[thread_id]
    if op == "delete":
        world.delete_topic(chat, thread_id)
        return {"thread_id": thread_id}
    what: dict[str, Json] = {
        "close": {"forum_topic_closed": {}},
        "reopen": {"forum_topic_reopened": {}},
        "rename": {"forum_topic_edited": {"name": body.get("name", topic.name)}},
    }
    topic.name = body.get("name", topic.name) if op == "rename" else topic.name
    topic.is_closed = {"close": True, "reopen": False}.get(op, topic.is_closed)
    news.service(world, chat, person.user_id, what[op], thread_id)
    return {"thread_id": thread_id}


def _pin(person: Person, body: Json) -> Json:
    return _message(person.pin(int(body["message_id"]), bool(body.get("pinned", True))))


def _migrate(person: Person, _: Json) -> Json:
    """The old chat says where it went, the new one where it came from, as on Telegram."""
    world, old = person.world, person.chat
    new = world.migrate(old)
    news.service(world, old, person.user_id, {"migrate_to_chat_id": new.id})
    news.service(world, new, person.user_id, {"migrate_from_chat_id": old.id})
    return {"chat_id": new.id}


def _raw_update(world: TelegramWorld, body: Json) -> Json:
    return {"update_id": world.updates.push_raw(dict(body["update"]))}


def _push(world: TelegramWorld, body: Json) -> Json:
    payload: Any = body["payload"]
    return {"update_id": world.updates.push(str(body["kind"]), payload, anyway=True)}


FREE: dict[str, Callable[[TelegramWorld, Json], Json]] = {"raw_update": _raw_update, "push": _push}
ACTS: dict[str, Callable[[Person, Json], Json]] = {
    "write": _write,
    "anonymous_write": _anonymous_write,
    "channel_post": _channel_post,
    "start": _start,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "tap": _tap,
    "file": _file,
    "album": _album,
    "contact": _contact,
    "forward": _forward,
    "block": _block,
    "member": _member,
    "join": _join,
    "leave": _leave,
    "topic": _topic,
    "pin": _pin,
    "migrate": _migrate,
}
