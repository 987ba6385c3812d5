"""The nouns of the sandbox's Telegram. Plain state, no rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
    "can_post_messages",
    "can_edit_messages",
    "can_pin_messages",
    "can_manage_topics",
)
PRESENT = ("creator", "administrator", "member", "restricted")


@dataclass
class User:
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    last_name: str | None = None
    is_bot: bool = False
    has_started: bool = False
    """a bot cannot write first"""
    has_blocked: bool = False
    is_deleted: bool = False


@dataclass
class Member:
    user_id: int
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)
    until_date: int = 0
    custom_title: str | None = None

    @property
    def is_present(self) -> bool:
        return self.status in PRESENT

    @property
    def is_admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


@dataclass
class Topic:
    thread_id: int
    name: str
    icon_color: int = 7322096
    icon_custom_emoji_id: str | None = None
    is_closed: bool = False
    renames: int = 0


@dataclass
class StoredFile:
    file_id: str
    unique_id: str
    content: bytes
    file_name: str
    mime_type: str
    path: str
    sides: tuple[int, int] | None = None
    kind: str = "document"
    small: StoredFile | None = None
    """of a photo: the same picture, smaller, under its own id"""


@dataclass
class Message:
    chat_id: int
    id: int
    date: int
    sender_id: int | None = None
    sender_chat_id: int | None = None
    text: str | None = None
    entities: list[Json] = field(default_factory=list)
    caption: str | None = None
    caption_entities: list[Json] = field(default_factory=list)
    media_kind: str | None = None
    media: Any = None
    """as the Bot API shows it: a list of sizes for a photo, else an object"""
    file: StoredFile | None = None
    service: Json = field(default_factory=dict)
    extra: Json = field(default_factory=dict)
    """fields shown as they are: contact, forward_origin, quote …"""
    thread_id: int | None = None
    reply_to: int | None = None
    markup: Json | None = None
    media_group_id: str | None = None
    is_silent: bool = False
    is_protected: bool = False
    is_deleted: bool = False
    is_pinned: bool = False
    edit_date: int | None = None
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    revision: int = 0

    @property
    def inline_keyboard(self) -> list[list[Json]]:
        return list((self.markup or {}).get("inline_keyboard", []))


@dataclass
class Chat:
    id: int
    type: str
    title: str | None = None
    is_forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    migrated_to: int | None = None
    allowed_reactions: list[str] | None = None
    """None: all of Telegram's; an empty list: reactions are forbidden"""
    invite_links: dict[str, Json] = field(default_factory=dict)
    deleted_topics: set[int] = field(default_factory=set)

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def member(self, user_id: int) -> Member:
        return self.members.get(user_id) or Member(user_id, "left")

    def live(self, message_id: int) -> Message | None:
        message = self.messages.get(message_id)
        return None if message is None or message.is_deleted else message


@dataclass
class CallbackQuery:
    id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: float
    answered_at: float | None = None
    text: str | None = None
    is_alert: bool = False
