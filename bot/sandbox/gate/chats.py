"""Order chats, the files in them, and the filter for contacts outside the platform (contract 3.15 - 3.17)."""

import base64
import binascii
import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from bot.sandbox.gate.fields import INVALID, Json, Refusal

Author = Literal["desk", "counterparty", "system"]
Kind = Literal["text", "file", "template", "order", "payment", "status", "notice", "raw"]

LONGEST_TEXT = 500
LATE_AT_MOST = 1000  # messages; older places are not looked through
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
    elsewhere: str = ""  # a link that the chat shows instead of ours
    host: str = ""  # the same file under another host's name, with our port unless it names one

    @property
    def kind(self) -> str:
        return "video" if self.content_type.startswith("video/") else "image"

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def url(self, files_url: str) -> str:
        if self.elsewhere or not self.host:
            return self.elsewhere or files_url + self.name
        parts = urlsplit(files_url)
        host = self.host if ":" in self.host or not parts.port else f"{self.host}:{parts.port}"
        return parts._replace(netloc=host).geturl() + self.name


class Files:
    """Uploads by key and by the name in their link. Keys are opaque and carry `/` and `|`, as documented."""

    def __init__(self) -> None:
        self._by_key: dict[str, StoredFile] = {}
        self._by_name: dict[str, StoredFile] = {}

    def keep(self, content_type: str, content: bytes, elsewhere: str = "", host: str = "") -> StoredFile:
        number = len(self._by_key) + 1
        kind = "video" if content_type.startswith("video/") else "image"
        name = f"sandbox-file-{number:04d}"
        ending = ENDINGS.get(content_type, "bin")
        key = f"c2cchat_{kind}/{name}|sandbox-bucket"
        file = StoredFile(key, f"{name}.{ending}", content_type, content, elsewhere, host)
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
    """One line of a chat; `payload` is the object of a structured kind, of `raw` the whole message as the wire has it.

    `via_api`: the desk sent it by the merchant API, not in the venue's own app.
    """

    author: Author
    kind: Kind
    text: str
    at: int
    file: StoredFile | None = None
    payload: Json | None = None
    vouchers: tuple[StoredFile, ...] = ()
    flagged: bool = False
    via_api: bool = False


@dataclass
class Conversation:
    messages: list[Message] = field(default_factory=list)
    unread: int = 0

    def add(self, message: Message, *, unread: bool = False) -> None:
        """Kept by time: what comes late stands where its moment belongs, behind others of the same second."""
        place = bisect_right([known.at for known in self.messages[-LATE_AT_MOST:]], message.at)
        self.messages.insert(max(0, len(self.messages) - LATE_AT_MOST) + place, message)
        self.unread += unread

    def page(
        self, *, newer_than: int, older_than: int, inclusive: bool, size: int, known: int = -1
    ) -> tuple[list[Message], bool]:
        """One page, oldest first, and whether older messages exist before it. 0 = no cursor, known -1 = all."""
        visible = self.messages if known < 0 else self.messages[:known]
        slack = 1 if inclusive else 0
        fitting = [
            place
            for place, message in enumerate(visible)
            if (not newer_than or message.at > newer_than - slack)
            and (not older_than or message.at < older_than + slack)
        ]
        chosen = fitting[:size] if newer_than else fitting[-size:]
        return [self.messages[place] for place in chosen], bool(chosen) and chosen[0] > 0 and not newer_than

    @property
    def latest_at(self) -> int:
        return self.messages[-1].at if self.messages else 0
