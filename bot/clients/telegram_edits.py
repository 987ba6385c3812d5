"""Cards changed where they stand: words for words, a picture for words, and words under the picture that stands."""

import logging

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode

from bot.clients.messages import CardLike, parts_of
from bot.clients.telegram_files import TelegramFiles, unchanged_is_fine
from bot.clients.telegram_markup import markup_of
from bot.clients.telegram_words import has_no_text, mapped
from bot.domain.reach import NoAccess, Rejected

log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramEdits:
    """Whatever Telegram refuses of a card is left out, the picture last: what the card says shall stand there."""

    def __init__(self, bot: Bot, files: TelegramFiles) -> None:
        self._bot = bot
        self._files = files

    async def edit(self, chat_id: int, message_id: int, card: CardLike) -> None:
        """What `Telegram.edit` does."""
        markup = markup_of(card)
        keyboard = markup if isinstance(markup, InlineKeyboardMarkup) else None
        if card.picture:
            try:
                await self._files.put_picture(chat_id, message_id, card, keyboard)
            except NoAccess:
                raise
            except Rejected as no:
                log.warning("a card stands without its picture: %s", no)
            else:
                return
        await self._edit_words(chat_id, message_id, card, keyboard)

    async def _edit_words(
        self, chat_id: int, message_id: int, card: CardLike, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        try:
            await self._edit_text(chat_id, message_id, card.text, keyboard, ParseMode.HTML)
        except NoAccess:
            raise
        except Rejected as no:
            if not has_no_text(str(no)):
                await self._edit_plainly(chat_id, message_id, card, keyboard)
                return
            await self._files.put_words(chat_id, message_id, card, keyboard)

    async def _edit_plainly(
        self, chat_id: int, message_id: int, card: CardLike, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        """Tags are read before the message is looked at: that it has a picture may be said only now."""
        try:
            await self._edit_text(chat_id, message_id, parts_of(card.plain)[-1], keyboard, None)
        except Rejected as no:
            if not has_no_text(str(no)):
                raise
            await self._files.put_words(chat_id, message_id, card, keyboard)

    async def _edit_text(
        self, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None, mode: str | None
    ) -> None:
        with mapped(), unchanged_is_fine():
            await self._bot.edit_message_text(
                text,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=mode,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
