"""The topics of the desk group: made when an order needs one, and only where the group can have them."""

import logging

from bot.clients.telegram import Telegram
from bot.domain.reach import NoTopics
from bot.flows import deliver
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from bot.watchers.pace import Pace

log = logging.getLogger("desk.relay")


class Topics:
    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace
        self._none_at: int | None = None

    async def make(self, chat_id: int, name: str) -> int | None:
        """A new topic, None where there can be none. Once refused it is not asked for again, until somebody changes
        the bot's standing in the group. Raises NotReached."""
        if self._none_at is not None and self._none_at >= self._desk.standing_changed_at:
            return None
        try:
            await self._pace.turn(chat_id, is_answer=False)
            return await self._telegram.make_topic(chat_id, name)
        except NoTopics as no:
            log.warning("topics are not possible: %s", no)
            self._none_at = self._desk.now()
            return None

    async def of(self, order_id: str, delivery: Delivery) -> int | None:
        """The order's topic as far as this chat is concerned."""
        return None if delivery.person_id is not None else await deliver.topic_of(self._desk, order_id)
