"""Hand over an appeal pack that Telegram did not take at first."""

from bot.clients.telegram import Telegram
from bot.flows import deliver, evidence_pack
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from bot.views.chat import pack_caption
from bot.watchers.pace import Pace


class PackTeller:
    """Raises NotReached when Telegram does not take it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace

    async def tell(self, delivery: Delivery) -> None:
        found, reader = (
            await evidence_pack.waiting(self._desk, delivery),
            deliver.reader_for(self._desk, delivery.person_id),
        )
        if found is None or reader is None:
            self._pace.give_back(delivery.chat_id)
            await evidence_pack.handed(self._desk, delivery, None)
            return
        situation, content, facts = found
        card, name = pack_caption(situation, reader), f"order-{delivery.order_id}.zip"
        await self._telegram.send_file(delivery.chat_id, card, content, "document", name, silent=True)
        await evidence_pack.handed(self._desk, delivery, facts)
