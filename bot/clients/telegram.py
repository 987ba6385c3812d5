"""The one door to Telegram for everything that is not an answer inside a handler (`api/telegram.md`).

Plain types in and out; every failure becomes one of `bot.domain.reach`, so that the relay can decide by type.
"""

import contextlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardMarkup,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram import error as telegram_error
from telegram.constants import ParseMode
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.clients.messages import CardLike, parts_of
from bot.clients.telegram_edits import NO_PREVIEW, TelegramEdits
from bot.clients.telegram_files import CAPTION_LIMIT, PICTURE_NAME, Place, TelegramFiles, units_of
from bot.clients.telegram_markup import markup_of
from bot.clients.telegram_room import TelegramRoom
from bot.clients.telegram_words import mapped
from bot.clients.trust import certificates
from bot.domain.reach import Blocked, NoAccess, Rejected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Group:
    """What the desk needs to know of its group. `missing` names the rights the bot lacks."""

    title: str
    type: str
    is_forum: bool
    is_private: bool
    is_member: bool
    members: int
    allows_reactions: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Webhook:
    """What Telegram says of the bot's webhook: `url` is "" when there is none, `waiting` updates are not taken yet.

    `error` is what last went wrong, at the Unix second `error_at`; it stays there after things went well again.
    """

    url: str = ""
    waiting: int = 0
    error: str = ""
    error_at: int = 0


RIGHTS_NEEDED = (
    "can_manage_topics",
    "can_delete_messages",
    "can_pin_messages",
    "can_restrict_members",
    "can_invite_users",
)


def _request(*, connections: int, proxy: str | None, read_timeout: float) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        proxy=proxy,
        read_timeout=read_timeout,
        http_version="1.1",
        httpx_kwargs={"verify": certificates()},
    )


class Telegram(TelegramRoom):
    """`url` is a Bot API server; `proxy` http or socks5. Call `start` before anything else, `stop` at the end."""

    def __init__(self, token: str, url: str, proxy: str | None = None) -> None:
        self._url = f"{url.rstrip('/')}/bot{token}"
        self._poller = _request(connections=2, proxy=proxy, read_timeout=40)
        self.bot: Bot = ExtBot(
            token,
            base_url=f"{url.rstrip('/')}/bot",
            base_file_url=f"{url.rstrip('/')}/file/bot",
            request=_request(connections=32, proxy=proxy, read_timeout=15),
            get_updates_request=self._poller,
        )
        self._files = TelegramFiles(self.bot, f"{url.rstrip('/')}/file/bot{token}", proxy)
        self._edits = TelegramEdits(self.bot, self._files)

    async def start(self) -> None:
        """Connect and learn who we are. Changes nothing there. Raises Offline, or Rejected for a wrong token."""
        with mapped():
            await self.bot.initialize()

    async def end_webhook(self) -> None:
        """Updates are asked for from now on; what waits stays there. With a webhook `updates` would be refused."""
        with mapped():
            await self.bot.delete_webhook(drop_pending_updates=False)

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str], connections: int) -> None:
        """Updates are brought to `url` from now on, with `secret` in a header; what waits, too. Raises Rejected."""
        with mapped():
            await self.bot.set_webhook(
                url, allowed_updates=list(kinds), max_connections=connections, secret_token=secret,
                drop_pending_updates=False,
            )  # fmt: skip

    async def webhook(self) -> Webhook:
        with mapped():
            info = await self.bot.get_webhook_info()
        at = int(info.last_error_date.timestamp()) if info.last_error_date else 0
        return Webhook(info.url, info.pending_update_count, info.last_error_message or "", at)

    async def stop(self) -> None:
        await self._files.aclose()
        with contextlib.suppress(telegram_error.TelegramError):
            await self.bot.shutdown()

    @property
    def id(self) -> int:
        return self.bot.id

    @property
    def username(self) -> str:
        return self.bot.username

    async def updates(self, offset: int | None, seconds: int, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """The next raw updates, as they came. Asking with `offset` confirms everything before it for good."""
        query: dict[str, str] = {"timeout": str(seconds), "limit": "100", "allowed_updates": json.dumps(list(kinds))}
        if offset is not None:
            query["offset"] = str(offset)
        with mapped():
            answer = await self._poller.post(f"{self._url}/getUpdates?{urlencode(query)}", read_timeout=seconds + 15)
        return [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []

    async def send(
        self,
        chat_id: int,
        card: CardLike,
        *,
        silent: bool = True,
        topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Show a card; long texts go in parts with the buttons under the last. Returns the last message's id.

        A picture goes with the text as its caption; the text alone where Telegram will have no picture.
        """
        if card.picture:
            place = Place(chat_id, silent, topic_id, reply_to)
            try:
                return (await self._files.send(place, card.picture, "photo", PICTURE_NAME, card, markup_of(card)))[0]
            except NoAccess:
                raise
            except Rejected as no:
                log.warning("a card goes without its picture: %s", no)
        try:
            return await self._send_parts(chat_id, card, parts_of(card.text), silent, topic_id, reply_to, is_html=True)
        except NoAccess:
            raise
        except Rejected:
            return await self._send_plainly(chat_id, card, silent, topic_id)

    async def _send_plainly(self, chat_id: int, card: CardLike, silent: bool, topic_id: int | None) -> int:
        """Without tags, and should a button be what Telegram does not like, without those: the alert arrives."""
        parts = parts_of(card.plain)
        try:
            return await self._send_parts(chat_id, card, parts, silent, topic_id, None, is_html=False)
        except NoAccess:
            raise
        except Rejected:
            return await self._send_parts(
                chat_id, card, parts, silent, topic_id, None, is_html=False, has_buttons=False
            )

    async def _send_parts(
        self,
        chat_id: int,
        card: CardLike,
        parts: list[str],
        silent: bool,
        topic_id: int | None,
        reply_to: int | None,
        *,
        is_html: bool,
        has_buttons: bool = True,
    ) -> int:
        message_id = 0
        for number, part in enumerate(parts, start=1):
            message_id = await self._send_text(
                chat_id,
                part,
                markup_of(card) if has_buttons and number == len(parts) else None,
                silent=silent,
                topic_id=topic_id,
                reply_to=reply_to,
                is_html=is_html,
            )
        return message_id

    async def _send_text(
        self,
        chat_id: int,
        text: str,
        markup: InlineKeyboardMarkup | ForceReply | None,
        *,
        silent: bool,
        topic_id: int | None,
        reply_to: int | None,
        is_html: bool = True,
    ) -> int:
        with mapped():
            message = await self.bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML if is_html else None,
                reply_markup=markup,
                disable_notification=silent,
                message_thread_id=topic_id,
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                link_preview_options=NO_PREVIEW,
            )
        return int(message.message_id)

    async def send_file(
        self,
        chat_id: int,
        card: CardLike,
        content: bytes | str,
        form: str,
        name: str,
        *,
        silent: bool = True,
        topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> tuple[int, str]:
        """Show a file with the card as its caption. `form` is photo, video or document; `content` bytes, or the file
        id an earlier call gave. Returns the file's message id and file id.

        A text longer than a caption follows as messages of its own, as answers to the file. What Telegram does not
        take as a photo or video goes as a document. Raises TooBig over 50 MB, FileGone for a file id it forgot.
        """
        place = Place(chat_id, silent, topic_id, reply_to)
        if units_of(card.plain) <= CAPTION_LIMIT:
            return await self._files.send(place, content, form, name, card, markup_of(card))
        message_id, file_id = await self._files.send(place, content, form, name, None, None)
        await self.send(chat_id, card, silent=silent, topic_id=topic_id, reply_to=message_id)
        return message_id, file_id

    async def download(self, file_id: str, max_bytes: int) -> bytes:
        """A whole file a person sent. Raises TooBig, FileGone, Offline (also when it was cut half-way)."""
        return await self._files.download(file_id, max_bytes)

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        """Our one reaction on a message, "" takes it away. Raises Rejected where the group forbids it, MessageGone."""
        with mapped():
            await self.bot.set_message_reaction(chat_id, message_id, [ReactionTypeEmoji(emoji)] if emoji else [])

    async def edit(self, chat_id: int, message_id: int, card: CardLike) -> None:
        """Change a card in place; a picture may come into a text, and stays when the new card has none.

        Raises MessageGone when it was deleted, or has a picture under which the new text has no room.
        """
        await self._edits.edit(chat_id, message_id, card)

    async def answer(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """Stop the button's spinner, with at most 200 characters. Too late is no harm."""
        with contextlib.suppress(Rejected), mapped():
            await self.bot.answer_callback_query(callback_id, text[:200] or None, show_alert=alert)

    async def remove_member(self, chat_id: int, user_id: int) -> None:
        """Out of the group without a lasting ban."""
        with mapped():
            await self.bot.ban_chat_member(chat_id, user_id)
            await self.bot.unban_chat_member(chat_id, user_id, only_if_banned=True)

    async def group(self, chat_id: int) -> Group:
        """The desk group as Telegram sees it, with the bot's standing in it."""
        with mapped():
            # Raw, because the library cannot tell "all reactions" (absent) from "none" (an empty list).
            chat = await self._poller.post(f"{self._url}/getChat?{urlencode({'chat_id': chat_id})}")
            member = await self.bot.get_chat_member(chat_id, self.bot.id)
            number = await self.bot.get_chat_member_count(chat_id)
        facts: dict[str, Any] = chat if isinstance(chat, dict) else {}
        missing = tuple(right for right in RIGHTS_NEEDED if not getattr(member, right, False))
        if member.status == "creator":
            missing = ()
        return Group(
            title=str(facts.get("title", "")),
            type=str(facts.get("type", "")),
            is_forum=bool(facts.get("is_forum")),
            is_private=not facts.get("username"),
            members=number,
            allows_reactions=facts.get("available_reactions") is None or bool(facts["available_reactions"]),
            is_member=member.status not in ("left", "kicked"),
            missing=missing,
        )

    async def administrators(self, chat_id: int) -> list[tuple[int, str]]:
        """Id and shown name of the group's human administrators."""
        with mapped():
            admins = await self.bot.get_chat_administrators(chat_id)
        return [(admin.user.id, admin.user.full_name) for admin in admins if not admin.user.is_bot]

    async def can_reach(self, user_id: int) -> bool:
        """False for a person who never started the bot: it may not write first."""
        try:
            with mapped():
                await self.bot.get_chat(user_id)
        except (Blocked, Rejected):
            return False
        return True

    async def set_commands(self, chat_id: int, commands: Sequence[tuple[str, str]]) -> None:
        """The menu one person sees."""
        with mapped():
            await self.bot.set_my_commands(
                [BotCommand(name, words) for name, words in commands], scope=BotCommandScopeChat(chat_id)
            )
