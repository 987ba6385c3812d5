"""What Telegram's refusals mean, told apart by their words: it gives no codes. The library re-cases them."""

import contextlib
from collections.abc import Iterator

from telegram import error as telegram_error

from bot.domain.reach import (
    Blocked,
    FileGone,
    MessageGone,
    Moved,
    NoAccess,
    NoTopics,
    NotReached,
    Offline,
    Rejected,
    Slow,
    TooBig,
    TopicGone,
)

SHUT_OUT = (
    "chat not found", "not enough rights", "have no rights", "need administrator rights", "write_forbidden",
    "chat_restricted", "bot was kicked", "group chat was deactivated",
)  # fmt: skip

# The chat itself is open to us: only this one thing is not.
ONLY_THIS = (
    "not enough rights to react", "not enough rights to send photos", "not enough rights to send videos",
    "not enough rights to send documents",
)  # fmt: skip

# A Bot API server of some years ago puts no picture into a text message: what is to be shown there is shown anew.
NO_MESSAGE = (
    "message to edit not found", "message_id_invalid", "can't be edited", "message to react not found",
    "message to pin not found", "message to delete not found",
    "no media in the message to edit",
)  # fmt: skip

NO_FILE = (
    "wrong file_id", "invalid file_id", "file_id_invalid", "wrong file identifier", "wrong remote file",
    "file reference expired", "file_reference_", "temporarily unavailable",
)  # fmt: skip

ANOTHER_SHAPE = (
    "photo_invalid_dimensions", "image_process_failed", "photo_ext_invalid", "photo_save_file_invalid",
    "photo_invalid", "photo_content_type_invalid", "photo_content_url_empty", "video_content_type_invalid",
    "video_file_invalid", "can't use file of type", "type of file mismatch", "too big for a photo",
)  # fmt: skip


def bad_request(text: str) -> NotReached:
    """The refusal behind a text of Telegram, whatever its case."""
    words = text.lower()
    if any(gone in words for gone in ("thread not found", "topic_deleted", "topic_id_invalid", "topic_closed")):
        return TopicGone(text)
    if "not a forum" in words or "not enough rights to create" in words or "chat_not_modified" in words:
        return NoTopics(text)
    if any(gone in words for gone in NO_MESSAGE):
        return MessageGone(text)
    if any(only in words for only in ONLY_THIS):
        return Rejected(text)
    if any(shut in words for shut in SHUT_OUT):
        return Blocked(text)
    if any(gone in words for gone in NO_FILE):
        return FileGone(text)
    if not needs_another_shape(text) and ("file is too big" in words or "entity too large" in words):
        return TooBig(text)
    return Rejected(text)


def needs_another_shape(text: str) -> bool:
    """Telegram will not show these bytes as a photo or a video; as a document it takes them."""
    words = text.lower()
    return any(shape in words for shape in ANOTHER_SHAPE)


def has_no_text(text: str) -> bool:
    """The message to edit has a picture or a file: only the words under it can be edited."""
    return "there is no text in the message to edit" in text.lower()


NEVER_LEFT = "httpx.ConnectError"
"""how the library words a request for which there was not even a connection"""


@contextlib.contextmanager
def mapped() -> Iterator[None]:
    """Every failure of the library as one of `bot.domain.reach`."""
    try:
        yield
    except telegram_error.TelegramError as trouble:
        trouble.__cause__ = trouble.__context__ = None  # what lies below holds the address, and that the token
        raise _reached(trouble) from None


def _reached(trouble: telegram_error.TelegramError) -> NotReached:
    """The library's exception as what the relay does next."""
    text = str(trouble.message)
    if isinstance(trouble, telegram_error.RetryAfter):
        wait = trouble.retry_after
        return Slow(wait.total_seconds() if hasattr(wait, "total_seconds") else float(wait))
    if isinstance(trouble, telegram_error.ChatMigrated):
        return Moved(trouble.new_chat_id)
    if isinstance(trouble, telegram_error.Forbidden):
        return Blocked(text)
    if isinstance(trouble, telegram_error.BadRequest):
        return bad_request(text)
    if isinstance(trouble, (telegram_error.InvalidToken, telegram_error.EndPointNotFound)):
        return NoAccess("the token or the method is not known")
    if "entity too large" in text.lower():
        return TooBig("the request is too large")
    return Offline(type(trouble).__name__, may_be_shown=not text.startswith(NEVER_LEFT))
