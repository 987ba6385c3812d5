"""Say that an album stays inside, once, when none of its pieces said for which buyer it is."""

from bot.clients.telegram import Telegram
from bot.domain.errors import NotAllowed
from bot.domain.reach import TopicGone
from bot.flows import albums, deliver
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from bot.views.desk import text_hint
from bot.views.refusals import refusal_card
from bot.watchers.pace import Pace


class AlbumTeller:
    """Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace

    async def tell(self, delivery: Delivery) -> None:
        found = await albums.unaddressed(self._desk, delivery)
        if found is None:
            self._pace.give_back(delivery.chat_id, is_answer=True)
            await deliver.finish(self._desk, [delivery], [])
            return
        reason, reader = found.reason, found.reader
        card = refusal_card(NotAllowed(reason), reader) if reason else text_hint(reader)
        try:
            await self._telegram.send(
                delivery.chat_id, card, silent=True, topic_id=found.topic_id, reply_to=found.message_id
            )
        except TopicGone:
            await self._telegram.send(delivery.chat_id, card, silent=True)
        await deliver.finish(self._desk, [delivery], [])
