"""Show the QR code of a payee to whoever looks at it, and take back an account that may not be paid any more."""

import logging

from bot.clients.telegram import Telegram
from bot.domain.reach import MessageGone, Offline, Rejected, Slow
from bot.flows import deliver, payee, payee_ends
from bot.flows.deliver import LINE, Delivery, Shown
from bot.flows.desk import Desk
from bot.flows.payee import PAYEE_QR, QrTelling
from bot.views.card import Card
from bot.views.payee import qr_caption, qr_missing_card
from bot.views.payee_ends import payee_end_card
from bot.watchers.pace import Pace

log = logging.getLogger("desk.relay")


class PayeeTeller:
    """Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace

    async def tell(self, delivery: Delivery) -> None:
        telling = await payee.qr_for(self._desk, delivery)
        if telling is None:
            self._pace.give_back(delivery.chat_id)
            await deliver.finish(self._desk, [delivery], [])
            return
        message_id, card = await self._show(delivery, telling)
        shown = Shown(
            delivery.chat_id, message_id, PAYEE_QR, delivery.order_id, delivery.person_id, card.data, self._desk.now(),
            card.digest,
        )  # fmt: skip
        await deliver.finish(self._desk, [delivery], [shown])

    async def take_back(self, delivery: Delivery) -> None:
        """Why nobody may pay there stands in the account's place; a message that is gone needs no words."""
        telling = await payee_ends.telling(self._desk, delivery)
        if telling is None:
            self._pace.give_back(delivery.chat_id)
            await deliver.finish(self._desk, [delivery], [])
            return
        card = payee_end_card(telling.situation, telling.end, telling.reader)
        try:
            await self._telegram.edit(delivery.chat_id, telling.message_id, card)
        except MessageGone:
            await deliver.finish(self._desk, [delivery], [])
            return
        shown = Shown(
            delivery.chat_id, telling.message_id, LINE, delivery.order_id, delivery.person_id, card.data,
            self._desk.now(), card.digest,
        )  # fmt: skip
        await deliver.finish(self._desk, [delivery], [shown])

    async def _show(self, delivery: Delivery, telling: QrTelling) -> tuple[int, Card]:
        """The picture; its words alone where Telegram does not take it."""
        if telling.content is not None:
            card = qr_caption(telling.situation, telling.payee, telling.reader)
            name = "qr.png" if telling.file.content_type == "image/png" else "qr.jpg"
            try:
                sent, _ = await self._telegram.send_file(delivery.chat_id, card, telling.content, "photo", name)
            except (Offline, Slow, MessageGone):
                raise
            except Rejected as no:
                log.warning("the QR code of %s cannot be shown: %s", delivery.order_id, no)
            else:
                return sent, card
        card = qr_missing_card(telling.situation, telling.file, telling.reader)
        return await self._telegram.send(delivery.chat_id, card, silent=True), card
