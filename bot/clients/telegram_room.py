"""What the desk does to its group beside talking in it: topics, the pinned message, Telegram's own lines."""

import contextlib
from collections.abc import Iterator

from telegram import Bot

from bot.clients.telegram_words import mapped
from bot.domain.reach import Blocked, NoRight, Rejected

LACKS_A_RIGHT = ("not enough rights", "have no rights", "administrator rights", "admin_required", "can't be deleted")
UNCHANGED = "not_modified"


class TelegramRoom:
    """Every call raises NotReached: NoRight where only this is not allowed, TopicGone, MessageGone."""

    bot: Bot

    async def make_topic(self, chat_id: int, name: str) -> int:
        """A new topic; raises NoTopics where the group has none or the bot may not."""
        with mapped():
            topic = await self.bot.create_forum_topic(chat_id, name[:128])
        return int(topic.message_thread_id)

    async def rename_topic(self, chat_id: int, topic_id: int, name: str) -> None:
        """That it is called so already is no harm. Posts a line of Telegram's own in the topic."""
        with _unchanged_is_fine(), _rights():
            await self.bot.edit_forum_topic(chat_id, topic_id, name=name[:128])

    async def close_topic(self, chat_id: int, topic_id: int) -> None:
        with _unchanged_is_fine(), _rights():
            await self.bot.close_forum_topic(chat_id, topic_id)

    async def reopen_topic(self, chat_id: int, topic_id: int) -> None:
        with _unchanged_is_fine(), _rights():
            await self.bot.reopen_forum_topic(chat_id, topic_id)

    async def delete_topic(self, chat_id: int, topic_id: int) -> None:
        """With all its messages, for everybody."""
        with _rights():
            await self.bot.delete_forum_topic(chat_id, topic_id)

    async def pin(self, chat_id: int, message_id: int) -> None:
        """Without a sound; Telegram posts a line about it."""
        with _rights():
            await self.bot.pin_chat_message(chat_id, message_id, disable_notification=True)

    async def newest_pinned(self, chat_id: int) -> int | None:
        """The message that was pinned last and still is; those below it cannot be asked for."""
        with mapped():
            chat = await self.bot.get_chat(chat_id)
        return int(chat.pinned_message.message_id) if chat.pinned_message is not None else None

    async def delete(self, chat_id: int, message_id: int) -> None:
        with _rights():
            await self.bot.delete_message(chat_id, message_id)


@contextlib.contextmanager
def _rights() -> Iterator[None]:
    """A right that is lacking for this one thing says nothing of the rest of the group."""
    try:
        with mapped():
            yield
    except (Blocked, Rejected) as no:
        if any(words in str(no).lower() for words in LACKS_A_RIGHT):
            raise NoRight(str(no)) from None
        raise


@contextlib.contextmanager
def _unchanged_is_fine() -> Iterator[None]:
    try:
        yield
    except Rejected as no:
        if UNCHANGED not in str(no).lower():
            raise
