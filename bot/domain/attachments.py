"""Files on their way between a buyer and a phone: what may pass, and why one did not.

Gate takes JPEG, PNG and MP4 (`api/gate-c2c.md` §3.17); Telegram gives a bot files of up to 20 MB and takes photos of
up to 10 MB (`api/telegram.md`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import DeskError

MAX_FROM_PHONE_BYTES = 20 * 1000 * 1000
MAX_FROM_VENUE_BYTES = 20 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1000 * 1000
MAX_PAGES = 10
MAX_MEGAPIXELS = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as Gate may have it: `content_type` is image/jpeg, image/png or video/mp4, nothing of its maker in it."""

    content: bytes = field(repr=False)
    content_type: str = ""


class BadFile(DeskError):
    """A file that cannot be sent. `reason` is a key of the texts, `facts` what its sentence needs.

    `file_kind` (given), `file_empty`, `file_broken` (given), `file_pixels` (megapixels, limit), `file_pages` (pages,
    limit), `file_size` (megabytes, limit), `file_locked` (a PDF with a password), `file_slow`, `file_animated`.
    """

    def __init__(self, reason: str, facts: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: dict[str, str] = dict(facts or {})


class NotFetched(DeskError):
    """A file of the venue's chat could not be had. `is_final`: asking again would not help.

    `why`: `unknown_host`, `bad_address` (the name leads into our own network), `not_https`, `redirected`, `refused`
    (4xx), `too_big`, `slow`, `cut`, `away` (no connection or 5xx), `empty`; `no_picture` (of a QR code).
    """

    def __init__(self, why: str, host: str = "", *, is_final: bool) -> None:
        super().__init__(f"{why} {host}".strip())
        self.why = why
        self.host = host
        self.is_final = is_final


class FileState(StrEnum):
    WANTED = "wanted"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a chat as the desk has it. `seen_on` is another order on which the same bytes were seen, "" = none.

    `sha256`, `content_type` and `size` (bytes) are known once it is kept; `why` and `host` when it failed. Not
    `is_of_chat`: the order itself names it, as the QR code of a payee.
    """

    number: int
    order_id: str
    url: str
    state: FileState
    sha256: str = ""
    content_type: str = ""
    size: int = 0
    why: str = ""
    host: str = ""
    attempts: int = 0
    seen_on: str = ""
    is_of_chat: bool = True
