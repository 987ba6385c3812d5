"""Order chats, the files in them, and the filter for contacts outside the platform (contract 3.15 - 3.17)."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.gate.fields import INVALID, Json, Refusal

Author = Literal["desk", "counterparty", "system"]
Kind = Literal["text", "file", "payment", "status", "notice"]

PAGE = 50
LONGEST_TEXT = 500
LARGEST_FILE = 20 * 1024 * 1024
ENDINGS = {"image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "video/mp4": "mp4"}
WARNING = "off-platform contact warning"

_CONTACT = re.compile(
    r"(https?://|www\.|\bt\.me/|[\w.+-]+@[\w-]+\.\w+|(?<![\w.])@[A-Za-z]\w{3,}|\+?\d(?:[ -]?\d){9,}"
    r"|telegram|whatsapp|another app|\bline id\b|\bqq\b|微信|电报|飞机|加我)",
    re.IGNORECASE,
)


def offers_contact(text: str) -> bool:
    return _CONTACT.search(text) is not None


@dataclass(frozen=True)
class StoredFile:
    key: str
    name: str
    content_type: str
    content: bytes
    elsewhere: str = ""  # a link of another host that the chat shows instead of ours

    @property
    def kind(self) -> str:
        return "video" if self.content_type.startswith("video/") else "image"

    def url(self, files_url: str) -> str:
        return self.elsewhere or files_url + self.name


class Files:
    """Uploads by key and by the name in their link. Keys are opaque and carry `/` and `|`, as documented."""

    def __init__(self) -> None:
        self._by_key: dict[str, StoredFile] = {}
        self._by_name: dict[str, StoredFile] = {}

    def keep(self, content_type: str, content: bytes, elsewhere: str = "") -> StoredFile:
        number = len(self._by_key) + 1
        kind = "video" if content_type.startswith("video/") else "image"
        name = f"sandbox-file-{number:04d}"
        ending = ENDINGS.get(content_type, "bin")
        file = StoredFile(f"c2cchat_{kind}/{name}|sandbox-bucket", f"{name}.{ending}", content_type, content, elsewhere)
        self._by_key[file.key] = self._by_name[file.name] = file
        return file

    def keep_upload(self, content_type: str, encoded: str) -> StoredFile:
        """Documented types up to 20 MB of bare Base64; anything else is refused."""
        if content_type not in ENDINGS:
            raise Refusal(f"{INVALID}: image_content_type")
        try:
            content = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            raise Refusal(f"{INVALID}: base64_img") from None
        if not content or len(content) > LARGEST_FILE:
            raise Refusal(f"{INVALID}: base64_img")
        return self.keep(content_type, content)

    def by_key(self, key: str) -> StoredFile | None:
        return self._by_key.get(key)

    def by_name(self, name: str) -> StoredFile | None:
        return self._by_name.get(name)


@dataclass(frozen=True)
class Message:
    author: Author
    kind: Kind
    text: str
    at: int
    file: StoredFile | None = None
    payload: Json | None = None
    vouchers: tuple[StoredFile, ...] = ()
    flagged: bool = False


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    unread: int = 0

    def add(self, message: Message, *, unread: bool = False) -> None:
        self.messages.append(message)
        self.unread += unread

    def page(self, *, newer_than: int, older_than: int, inclusive: bool, known: int = -1) -> tuple[list[Message], bool]:
        """One page, oldest first, and whether older messages exist before it. 0 = no cursor, known -1 = all."""
        visible = self.messages if known < 0 else self.messages[:known]
        slack = 1 if inclusive else 0
        fitting = [
            place
            for place, message in enumerate(visible)
            if (not newer_than or message.at > newer_than - slack)
            and (not older_than or message.at < older_than + slack)
        ]
        chosen = fitting[:PAGE] if newer_than else fitting[-PAGE:]
        return [self.messages[place] for place in chosen], bool(chosen) and chosen[0] > 0 and not newer_than

    @property
    def latest_at(self) -> int:
        return self.messages[-1].at if self.messages else 0
