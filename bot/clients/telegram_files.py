"""Files to and from Telegram (`api/telegram.md`): sent in the shape it takes, fetched whole or not at all.

The address of a download holds the bot's token: no exception, log line or repr of ours may carry it.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    ReplyParameters,
)
from telegram import error as telegram_error
from telegram.constants import ParseMode

from bot.clients.messages import CardLike
from bot.clients.telegram_words import mapped, needs_another_shape
from bot.clients.trust import certificates
from bot.domain.attachments import MAX_PHOTO_BYTES
from bot.domain.reach import FileGone, MessageGone, NoAccess, NotReached, Offline, Rejected, Slow, TooBig

CAPTION_LIMIT = 1024
MAX_UPLOAD_BYTES = 50 * 1000 * 1000
UPLOAD_SECONDS = 240.0
UPLOAD_LIMITS: dict[str, Any] = {"write_timeout": 30.0, "read_timeout": 60.0}
DOWNLOAD_SECONDS = 60.0
FILE_ID = re.compile(r"[A-Za-z0-9_-]{8,200}\Z")
PAUSE_SECONDS = 5.0
PICTURE_NAME = "picture.png"

T = TypeVar("T")


def units_of(text: str) -> int:
    """A length as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@contextlib.contextmanager
def unchanged_is_fine() -> Iterator[None]:
    """An edit that changes nothing is refused by Telegram; what is to be seen is there."""
    try:
        yield
    except telegram_error.BadRequest as no:
        if "not modified" not in no.message.lower():
            raise


@dataclass(frozen=True, slots=True)
class Place:
    chat_id: int
    silent: bool
    topic_id: int | None
    reply_to: int | None


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to show a file; after a refusal a plainer one is tried."""

    form: str
    is_html: bool = True
    has_buttons: bool = True

    def plainer(self, words: str) -> "_Way | None":
        if self.form != "document" and needs_another_shape(words):
            return replace(self, form="document")
        if self.is_html:
            return replace(self, is_html=False)
        return replace(self, has_buttons=False) if self.has_buttons else None


class TelegramFiles:
    """`url` is where downloads start: server, `/file/bot` and token."""

    def __init__(self, bot: Bot, url: str, proxy: str | None) -> None:
        self._bot = bot
        self._url = url
        self._client = httpx.AsyncClient(
            verify=certificates(), proxy=proxy, timeout=httpx.Timeout(20.0), follow_redirects=False
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def send(
        self,
        place: Place,
        content: bytes | str,
        form: str,
        name: str,
        card: CardLike | None,
        markup: InlineKeyboardMarkup | ForceReply | None,
    ) -> tuple[int, str]:
        """Show a file, if need be as a document, without tags, without buttons. Returns its message and file id."""
        if isinstance(content, str) and not FILE_ID.match(content):
            raise FileGone("not a file id")  # the library would open a local file, Telegram fetch an address
        size = len(content) if isinstance(content, bytes) else 0
        if size > MAX_UPLOAD_BYTES:
            raise TooBig(f"{size} bytes")
        first = _Way("document" if form == "photo" and size > MAX_PHOTO_BYTES else form)
        message = await _tried(first, lambda way: self._send(place, content, name, _asked(way, card, markup), way.form))
        return int(message.message_id), _file_id(message)

    async def _send(self, place: Place, content: bytes | str, name: str, asked: dict[str, Any], form: str) -> Message:
        reply = ReplyParameters(place.reply_to, allow_sending_without_reply=True) if place.reply_to else None
        asked |= {
            "disable_notification": place.silent,
            "message_thread_id": place.topic_id,
            "reply_parameters": reply,
            "filename": _plain_name(name),
            **UPLOAD_LIMITS,
        }
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                with mapped():
                    if form == "photo":
                        return await self._bot.send_photo(place.chat_id, content, **asked)
                    if form == "video":
                        return await self._bot.send_video(place.chat_id, content, supports_streaming=True, **asked)
                    asked["disable_content_type_detection"] = True
                    return await self._bot.send_document(place.chat_id, content, **asked)
        except TimeoutError:
            raise Offline("a slow upload") from None

    async def put_picture(
        self, chat_id: int, message_id: int, card: CardLike, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """The card's picture with its caption in place of a text, or of another picture. Raises MessageGone."""
        first = _Way("document" if len(card.picture) > MAX_PHOTO_BYTES else "photo")
        await _tried(first, lambda way: self._put(chat_id, message_id, card, _asked(way, card, keyboard), way.form))

    async def _put(self, chat_id: int, message_id: int, card: CardLike, asked: dict[str, Any], form: str) -> None:
        keyboard = asked.pop("reply_markup")
        shape = InputMediaPhoto if form == "photo" else InputMediaDocument
        medium = shape(card.picture, filename=PICTURE_NAME, **asked)
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                with mapped(), unchanged_is_fine():
                    await self._bot.edit_message_media(
                        medium, chat_id, message_id, reply_markup=keyboard, **UPLOAD_LIMITS
                    )
        except TimeoutError:
            raise Offline("a slow upload") from None

    async def put_words(
        self, chat_id: int, message_id: int, card: CardLike, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """The card's words under the picture that stands there; Telegram takes no picture out of a message again.

        Raises MessageGone for words too long for that place, so that the whole card is shown anew; the old message
        then has their beginning and no buttons.
        """
        if units_of(card.plain) <= CAPTION_LIMIT:
            await _tried(_Way("photo"), lambda way: self._put_words(chat_id, message_id, _asked(way, card, keyboard)))
            return
        bare = _Way("photo", is_html=False, has_buttons=False)
        with contextlib.suppress(Rejected):
            await self._put_words(chat_id, message_id, _asked(bare, card, None))
        raise MessageGone("the words do not fit under the picture")

    async def _put_words(self, chat_id: int, message_id: int, asked: dict[str, Any]) -> None:
        with mapped(), unchanged_is_fine():
            await self._bot.edit_message_caption(chat_id, message_id, **asked)

    async def download(self, file_id: str, max_bytes: int) -> bytes:
        """A whole file of at most `max_bytes`. Raises TooBig, FileGone, Offline and what every call raises."""
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                path, size = await self._found(file_id)
                if size is not None and size > max_bytes:
                    raise TooBig(f"{size} bytes")
                got = await self._fetched(path, max_bytes)
        except TimeoutError:
            raise Offline("a slow download") from None
        if isinstance(got, NotReached):
            raise got
        if not got or (size is not None and len(got) != size):
            raise Offline("a download that was cut")
        return got

    async def _found(self, file_id: str) -> tuple[str, int | None]:
        """Where a file lies, and its size in bytes when Telegram says it."""
        with mapped():
            answer: object = await self._bot.request.post(
                f"{self._bot.base_url}/getFile?{urlencode({'file_id': file_id})}"
            )
        facts: dict[str, Any] = answer if isinstance(answer, dict) else {}
        path, size = facts.get("file_path"), facts.get("file_size")
        if not isinstance(path, str) or not path:
            raise FileGone("no path")
        if path.startswith("/"):
            raise Rejected("this Bot API server keeps files on its own disk (local mode)")
        return path, size if isinstance(size, int) else None

    async def _fetched(self, path: str, max_bytes: int) -> bytes | NotReached:
        """The bytes, or why not: returned and not raised, so that no exception remembers one that holds the address."""
        body = bytearray()
        try:
            address = f"{self._url}/{quote(path)}"
            async with self._client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as response:
                if response.status_code != 200:
                    return _refusal(response)
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > max_bytes:
                        return TooBig(f"more than {max_bytes} bytes")
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as trouble:
            return Offline(type(trouble).__name__)
        return bytes(body)


async def _tried(first: _Way, attempt: Callable[[_Way], Awaitable[T]]) -> T:
    """What the first way brings that Telegram does not refuse."""
    way = first
    while True:
        try:
            return await attempt(way)
        except (NoAccess, TooBig, FileGone):
            raise
        except Rejected as no:
            plainer = way.plainer(str(no))
            if plainer is None:
                raise
            way = plainer


def _asked(way: _Way, card: CardLike | None, markup: InlineKeyboardMarkup | ForceReply | None) -> dict[str, Any]:
    text = "" if card is None else card.text if way.is_html else _within_caption(card.plain)
    return {
        "caption": text or None,
        "parse_mode": ParseMode.HTML if way.is_html else None,
        "reply_markup": markup if way.has_buttons else None,
    }


def _within_caption(text: str) -> str:
    if units_of(text) <= CAPTION_LIMIT:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (CAPTION_LIMIT - 1)]
    return kept.decode("utf-16-le", "ignore") + "…"


def _refusal(response: httpx.Response) -> NotReached:
    status = response.status_code
    if status == 429:
        wait = response.headers.get("retry-after", "")
        return Slow(float(wait) if wait.isascii() and wait.isdigit() else PAUSE_SECONDS)
    if status == 401:
        return NoAccess("the token is not known")
    return FileGone(f"HTTP {status}") if 400 <= status < 500 else Offline(f"HTTP {status}")


def _file_id(message: Message) -> str:
    """Of a photo the largest size."""
    shown = message.effective_attachment
    if isinstance(shown, (list, tuple)):
        shown = shown[-1] if shown else None
    return str(getattr(shown, "file_id", ""))


def _plain_name(name: str) -> str:
    """A file name without folders and control characters."""
    kept = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\"')
    return kept[-100:] or "file"
