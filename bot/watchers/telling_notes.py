"""Say in an order's topic what one of us noted on it elsewhere in the group."""

from bot.clients.telegram import Telegram
from bot.domain.topics import stage_of
from bot.flows import deliver, notes, tell_chat
from bot.flows.assemble import name_of
from bot.flows.deliver import NOTICE, Delivery, Shown
from bot.flows.desk import Desk
from bot.views.topics import note_card, topic_name
from bot.watchers.pace import Pace
from bot.watchers.topics import Topics


class NoteTeller:
    """Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, topics: Topics, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._topics = topics
        self._pace = pace

    async def tell(self, delivery: Delivery) -> None:
        """Where there is no topic the note stands under the card already."""
        found = await notes.next_note(self._desk, delivery)
        reader = deliver.reader_for(self._desk, None)
        if found is None or reader is None:
            await self._nothing(delivery)
            return
        note, situation, topic_id, wants_topic = found
        if wants_topic:
            name, stage = topic_name(situation), stage_of(situation)
            topic_id = await self._topics.make(delivery.chat_id, name)
            if topic_id is not None:
                await tell_chat.topic_opened(self._desk, note.order_id, topic_id, name=name, stage=stage)
        if topic_id is None:
            await self._nothing(delivery)
            return
        card = note_card(note.order_id, name_of(self._desk, note.person_id), note.text, reader)
        number = await self._telegram.send(delivery.chat_id, card, silent=True, topic_id=topic_id)
        at = self._desk.now()
        shown = Shown(delivery.chat_id, number, NOTICE, note.order_id, None, card.data, at, card.digest)
        await deliver.finish(self._desk, [delivery], [shown])

    async def _nothing(self, delivery: Delivery) -> None:
        self._pace.give_back(delivery.chat_id)
        await deliver.finish(self._desk, [delivery], [])
