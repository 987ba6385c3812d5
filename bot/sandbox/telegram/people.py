"""What people do in Telegram: write, edit, tap, send files, react, come and go. Each tells the bot what it may know."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.telegram import shapes
from bot.sandbox.telegram.entities import formatted
from bot.sandbox.telegram.files import store_file
from bot.sandbox.telegram.methods.media import described
from bot.sandbox.telegram.methods.pins import put_up, take_down
from bot.sandbox.telegram.model import CallbackQuery, Chat, Json, Message
from bot.sandbox.telegram.news import block, tell_message
from bot.sandbox.telegram.reactions import EMOJI
from bot.sandbox.telegram.world import ANONYMOUS_ADMIN, TelegramWorld


class Impossible(Exception):
    """A person cannot do that; says why. Telegram's own app would not have offered it."""


@dataclass(frozen=True)
class Person:
    """One person in one chat, ready to act."""

    world: TelegramWorld
    user_id: int
    chat: Chat

    @property
    def is_inside(self) -> bool:
        return self.user_id == self.chat.id if self.chat.is_private else self.chat.member(self.user_id).is_present

    def write(
        self, text: str, *, thread_id: int | None = None, reply_to: int | None = None, anonymous: bool = False
    ) -> Message:
        """A text message; in a private chat the first one starts the bot, as /start does."""
        words, entities = formatted(text, None, None, "text")
        if not words:
            raise Impossible("a message needs a text")
        return self._post(thread_id, reply_to, anonymous, text=words, entities=entities)

    def send(
        self,
        kind: str,
        content: bytes,
        file_name: str,
        *,
        caption: str | None = None,
        thread_id: int | None = None,
        reply_to: int | None = None,
        media_group_id: str | None = None,
        mime_type: str = "",
    ) -> Message:
        """A photo, document, video, animation, audio or voice message; people may send 2 GB, the bot fetches 20 MB."""
        file = store_file(self.world, file_name, mime_type, content, kind)
        words, marks = formatted(caption or "", None, None, "caption")
        return self._post(
            thread_id,
            reply_to,
            False,
            media_kind=kind,
            media=described(file, kind, {}),
            file=file,
            caption=words or None,
            caption_entities=marks,
            media_group_id=media_group_id,
        )

    def send_extra(self, extra: Json, *, thread_id: int | None = None, reply_to: int | None = None) -> Message:
        """A message of another kind (contact, location …), its fields given as the Bot API shows them."""
        return self._post(thread_id, reply_to, False, extra=extra)

    def _post(self, thread_id: int | None, reply_to: int | None, anonymous: bool, **content: object) -> Message:
        self._check_may_write(thread_id)
        if reply_to is not None:
            replied = self.chat.live(reply_to)
            if replied is None:
                raise Impossible(f"no message {reply_to} to reply to")
            thread_id = thread_id or replied.thread_id
        if self.chat.is_private:
            self._open_private_chat()
        message = self.world.new_message(
            self.chat, thread_id=thread_id, reply_to=reply_to, **content, **self._sender(anonymous)
        )
        tell_message(self.world, message)
        return message

    def _sender(self, anonymous: bool) -> Json:
        if self.chat.type == "channel":
            return {"sender_chat_id": self.chat.id}
        if anonymous:
            return {"sender_id": ANONYMOUS_ADMIN, "sender_chat_id": self.chat.id}
        return {"sender_id": self.user_id}

    def _check_may_write(self, thread_id: int | None) -> None:
        if not self.is_inside:
            raise Impossible(f"{self.user_id} is not in chat {self.chat.id}")
        if self.chat.migrated_to is not None:
            raise Impossible(f"the group became {self.chat.migrated_to}")
        if thread_id in (None, 1) or not self.chat.is_forum:
            return
        topic = self.chat.topics.get(thread_id or 0)
        if topic is None:
            raise Impossible(f"no topic {thread_id}")
        if topic.is_closed and not self.chat.member(self.user_id).is_admin:
            raise Impossible("the topic is closed")

    def _open_private_chat(self) -> None:
        person = self.world.users[self.user_id]
        person.has_started = True
        if person.has_blocked:
            block(self.world, self.user_id, False)

    def edit(self, message_id: int, text: str) -> Message:
        message = self._own(message_id)
        words, entities = formatted(text, None, None, "text")
        if message.media_kind is None:
            message.text, message.entities = words, entities
        else:
            message.caption, message.caption_entities = words or None, entities
        message.edit_date = self.world.now
        self.world.touch(message)
        tell_message(self.world, message, "edited_channel_post" if self.chat.type == "channel" else "edited_message")
        return message

    def delete(self, message_id: int) -> Message:
        """Bots get no update about it."""
        message = self.chat.live(message_id)
        if message is None:
            raise Impossible(f"no message {message_id}")
        is_own = message.sender_id == self.user_id or self.chat.is_private
        if not (is_own or self.chat.member(self.user_id).is_admin):
            raise Impossible("only one's own messages")
        self.world.delete(self.chat, message)
        return message

    def pin(self, message_id: int, pinned: bool) -> Message:
        """Pin a message or take it down; in a group that is for administrators who may."""
        message = self.chat.live(message_id)
        if message is None or message.service:
            raise Impossible(f"no message {message_id} to pin")
        if not self.chat.is_private and not self.chat.member(self.user_id).may("can_pin_messages"):
            raise Impossible("no right to pin messages")
        if message.is_pinned == pinned:
            raise Impossible("it is so already")
        if pinned:
            put_up(self.world, self.chat, message, self.user_id)
        else:
            take_down(self.world, self.chat, message)
        return message

    def _own(self, message_id: int) -> Message:
        message = self.chat.live(message_id)
        if message is None or message.sender_id != self.user_id:
            raise Impossible(f"{message_id} is not a message of {self.user_id}")
        return message

    def tap(self, message_id: int, data: str, *, forged: bool = False) -> CallbackQuery:
        """Press a button with this data. `forged`: any data under any message, from anybody (a crafted client)."""
        message = self.chat.live(message_id)
        if not forged:
            if not self.is_inside:
                raise Impossible(f"{self.user_id} is not in chat {self.chat.id}")
            shown = [button for row in (message.inline_keyboard if message else []) for button in row]
            if data not in [button.get("callback_data") for button in shown]:
                raise Impossible(f"message {message_id} has no button with data {data!r}")
        query = CallbackQuery(
            self.world.token_text("cq"), self.user_id, self.chat.id, message_id, data, self.world.clock()
        )
        self.world.callbacks[query.id] = query
        payload = {
            "id": query.id,
            "from": shapes.user(self.world.users[self.user_id]),
            "message": shapes.callback_message(self.world, self.chat, message_id),
            "chat_instance": str(abs(self.chat.id) * 7919),
            "data": data,
        }
        self.world.updates.push("callback_query", payload)
        return query

    def react(self, message_id: int, emoji: str | None) -> Message:
        """None takes the reaction back. The bot hears of it as an administrator only, and when it asked for it."""
        message = self.chat.live(message_id)
        if message is None:
            raise Impossible(f"no message {message_id}")
        if emoji is not None and emoji not in EMOJI:
            raise Impossible(f"{emoji} is no reaction")
        old = message.reactions.get(self.user_id, [])
        new = [] if emoji is None else [{"type": "emoji", "emoji": emoji}]
        message.reactions[self.user_id] = new
        self.world.touch(message)
        if self.chat.is_private or self.chat.member(self.world.bot.id).is_admin:
            payload = {
                "chat": shapes.chat(self.world, self.chat),
                "message_id": message_id,
                "user": shapes.user(self.world.users[self.user_id]),
                "date": self.world.now,
                "old_reaction": old,
                "new_reaction": new,
            }
            self.world.updates.push("message_reaction", payload)
        return message

    def forward(self, source: Message) -> Message:
        origin: Json = {"type": "hidden_user", "sender_user_name": "Somebody", "date": source.date}
        if source.sender_id is not None:
            sender = shapes.user(self.world.users[source.sender_id])
            origin = {"type": "user", "sender_user": sender, "date": source.date}
        names = ("text", "entities", "caption", "caption_entities", "media_kind", "media", "file")
        content = {name: getattr(source, name) for name in names}
        return self._post(None, None, False, extra={"forward_origin": origin}, **content)


def button_data(message: Message | None, body: Json) -> str:
    """The data of the button meant by `row` and `column`, or by `text` (its label contains it), or `data` itself."""
    if "data" in body:
        return str(body["data"])
    rows = message.inline_keyboard if message is not None else []
    if "row" in body:
        row, column = int(body["row"]), int(body.get("column", 0))
        found = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
    else:
        words = str(body.get("text", ""))
        found = next((button for row in rows for button in row if words and words in button["text"]), None)
    if found is None:
        raise Impossible(f"no such button, only {[[button['text'] for button in row] for row in rows]}")
    if "callback_data" not in found:
        raise Impossible(f"the button {found['text']!r} tells the bot nothing")
    return str(found["callback_data"])
