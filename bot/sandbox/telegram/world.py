"""The sandbox's Telegram as one state: people, chats, the bot, its news, its clock. Rules live beside it."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bot.sandbox.telegram.faults import Faults
from bot.sandbox.telegram.flood import FloodLimits
from bot.sandbox.telegram.model import (
    ADMIN_RIGHTS,
    CallbackQuery,
    Chat,
    Json,
    Member,
    Message,
    StoredFile,
    Topic,
    User,
)
from bot.sandbox.telegram.updates import UpdateQueue

CALL_LOG = 20_000
ANONYMOUS_ADMIN = 1087968824
GENERAL_TOPIC = 1


@dataclass
class Call:
    """One Bot API call as it came in and what it was answered."""

    n: int
    at: float
    method: str
    params: Json
    ok: bool = False
    error: str | None = None
    code: int = 200


@dataclass
class TelegramWorld:
    """Everything the sandbox's Telegram knows. One bot, identified by its token.

    `clock` gives Unix seconds. `enforce_flood` turns Telegram's flood limits on. `callback_seconds` is how long a tap
    may stay unanswered. `sees_all_messages` false means the bot's privacy mode is on.
    """

    token: str = "1000:sandbox-token-not-secret"  # noqa: S105 # the sandbox's own, opens nothing else
    bot_name: str = "C2C Desk"
    bot_username: str = "c2c_desk_sandbox_bot"
    enforce_flood: bool = True
    clock: Callable[[], float] = time.time
    callback_seconds: float = 60.0
    sees_all_messages: bool = False
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    callbacks: dict[str, CallbackQuery] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    updates: UpdateQueue = field(default_factory=UpdateQueue)
    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=CALL_LOG))
    violations: list[Json] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    is_away: bool = False
    revision: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.flood = FloodLimits(self.clock)
        self.bot = User(int(self.token.split(":")[0]), self.bot_name, self.bot_username, is_bot=True)
        self.users[self.bot.id] = self.bot
        self.users[ANONYMOUS_ADMIN] = User(ANONYMOUS_ADMIN, "Group", "GroupAnonymousBot", is_bot=True)

    @property
    def now(self) -> int:
        return int(self.clock())

    def next_number(self, of: str) -> int:
        self._numbers[of] = self._numbers.get(of, 0) + 1
        return self._numbers[of]

    def token_text(self, prefix: str = "") -> str:
        return prefix + secrets.token_urlsafe(18)

    # people and chats

    def add_user(
        self,
        user_id: int,
        first_name: str,
        *,
        username: str | None = None,
        language_code: str | None = None,
        started: bool = False,
    ) -> User:
        """A person; `started`: has opened the bot's private chat before. Known ids are updated."""
        user = self.users.get(user_id) or User(user_id, first_name)
        user.first_name, user.username, user.language_code = first_name, username, language_code
        user.has_started = user.has_started or started
        self.users[user_id] = user
        self.private_chat(user_id)
        return user

    def private_chat(self, user_id: int) -> Chat:
        return self.chats.setdefault(user_id, Chat(user_id, "private"))

    def add_group(
        self,
        title: str,
        members: Iterable[int],
        *,
        chat_id: int | None = None,
        forum: bool = False,
        bot_rights: dict[str, bool] | str | None = "admin",
        kind: str = "supergroup",
    ) -> Chat:
        """A group, supergroup or channel with the bot in it. The first member is its creator.

        `bot_rights`: "admin" (every right), a dict of rights (an administrator with these), "member", or None (absent).
        """
        chat = Chat(chat_id or self._new_chat_id(kind), kind, title, forum)
        for user_id in members:
            chat.members[user_id] = Member(user_id, "creator" if not chat.members else "member")
        if bot_rights == "admin":
            bot_rights = dict.fromkeys(ADMIN_RIGHTS, True)
        if isinstance(bot_rights, dict):
            chat.members[self.bot.id] = Member(self.bot.id, "administrator", all_rights(bot_rights))
        elif bot_rights is not None:
            chat.members[self.bot.id] = Member(self.bot.id, "member")
        self.chats[chat.id] = chat
        return chat

    def _new_chat_id(self, kind: str) -> int:
        number = self.next_number("chat")
        return -(4_000_000_000 + number) if kind == "group" else -(1_002_000_000_000 + number)

    # messages

    def new_message(self, chat: Chat, **fields: object) -> Message:
        """Number and keep a message. Private chats and basic groups share one sequence, as on Telegram.

        Number 1 of a supergroup is its birth: as a thread it means the General topic, so it is never given out.
        """
        shared = chat.type in ("private", "group")
        number = self.next_number("message") if shared else self.next_number(f"message{chat.id}") + 1
        message = Message(chat.id, number, self.now)
        for name, value in fields.items():
            setattr(message, name, value)
        chat.messages[number] = message
        self.touch(message)
        return message

    def touch(self, message: Message) -> None:
        """Give the message a new revision, so that pages that ask `since` see it again."""
        self.revision += 1
        message.revision = self.revision

    def delete(self, chat: Chat, message: Message) -> None:
        message.is_deleted = True
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
        self.touch(message)

    def add_topic(self, chat: Chat, name: str, by: int, *, color: int = 7322096, emoji: str | None = None) -> Topic:
        """A topic is the message that made it: its thread id is that message's id."""
        created: Json = {"name": name, "icon_color": color} | ({"icon_custom_emoji_id": emoji} if emoji else {})
        message = self.new_message(chat, sender_id=by, service={"forum_topic_created": created})
        message.thread_id = message.id
        topic = Topic(message.id, name, color, emoji)
        chat.topics[topic.thread_id] = topic
        return topic

    def delete_topic(self, chat: Chat, thread_id: int) -> None:
        """The topic goes with all its messages."""
        del chat.topics[thread_id]
        chat.deleted_topics.add(thread_id)
        for message in list(chat.messages.values()):
            if message.thread_id == thread_id and not message.is_deleted:
                self.delete(chat, message)

    def migrate(self, chat: Chat) -> Chat:
        """A basic group becomes a supergroup with a new id; the old one only tells where it went."""
        new = Chat(self._new_chat_id("supergroup"), "supergroup", chat.title, False, dict(chat.members))
        self.chats[new.id] = new
        chat.migrated_to = new.id
        return new


def all_rights(given: dict[str, bool]) -> dict[str, bool]:
    """Every administrator right, the unnamed ones false; an administrator can always see the chat."""
    return dict.fromkeys(ADMIN_RIGHTS, False) | {"can_manage_chat": True} | given
