"""What is said about an order at the venue (`api/gate-c2c.md` §3.15-§3.17)."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.seals import same_file

MAX_TEXT = 500
MAX_FILE_BYTES = 15 * 1024 * 1024
FILE_TYPES = frozenset({"image/jpeg", "image/jpg", "image/png", "video/mp4"})


class Author(StrEnum):
    US = "us"
    THEM = "them"
    VENUE = "venue"
    UNKNOWN = "unknown"


class ChatKind(StrEnum):
    TEXT = "text"
    FILE = "file"
    TEMPLATE = "template"
    ORDER = "order"
    PAYMENT_METHOD = "payment_method"
    STATUS = "status"
    NOTICE = "notice"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. It has no id of its own: `fingerprint` tells it from the others.

    `at` is Unix seconds. `file_key` is opaque, `file_url` may expire soon. `status` and `vouchers` come with a status
    message. `facts` is the rest of a structured message as canonical JSON text, "" for a plain one.
    """

    order_id: str
    kind: ChatKind
    text: str
    at: int
    author_id: str
    author_name: str
    file_url: str = ""
    file_key: str = ""
    file_kind: str = ""
    status: str = ""
    vouchers: tuple[str, ...] = ()
    is_flagged: bool = False
    warning: str = ""
    facts: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for the same message seen twice. A file counts by its key, or its link without what is made anew."""
        body = self.file_key or (same_file(self.text or self.file_url) if self.kind is ChatKind.FILE else self.text)
        parts = (self.order_id, str(self.at), self.author_id or self.author_name, self.kind.value, body, self.facts)
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def author(self, *, own_id: str, counterparty_id: str, own_name: str = "", counterparty_name: str = "") -> Author:
        """Who wrote it: by encrypted id; without one by the names people have at the venue and its stand-ins.

        Somebody may choose a name that stands for somebody else: two answers are none.
        """
        if self.kind in (ChatKind.STATUS, ChatKind.NOTICE):
            return Author.VENUE
        by_id = {own_id: Author.US, counterparty_id: Author.THEM, "System": Author.VENUE}
        if self.author_id:
            return by_id.get(self.author_id, Author.UNKNOWN)
        named = (
            (own_name, Author.US), (counterparty_name, Author.THEM),
            ("Self", Author.US), ("Other", Author.THEM), ("System", Author.VENUE),
        )  # fmt: skip
        name = self.author_name.strip()
        found = {author for known, author in named if name and known.strip() == name}
        return found.pop() if len(found) == 1 else Author.UNKNOWN


@dataclass(frozen=True, slots=True)
class Chat:
    """One page of a chat, oldest first. `status` is the order's raw status; `last_at` Unix seconds, 0 = none."""

    order_id: str
    messages: tuple[ChatMessage, ...]
    has_older: bool
    status: str
    last_at: int
    memo: str = ""
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The venue took a message. `at` is Unix milliseconds; a flagged text may never reach the other side."""

    at: int
    is_flagged: bool
    warning: str
