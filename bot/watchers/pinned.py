"""Keeps the pinned queue: drawn when something was written, shown when the group is quiet, put back when it is gone."""

import logging

from bot.clients.telegram import Telegram
from bot.domain.reach import MessageGone, NoRight, NotReached, Offline, Slow
from bot.domain.situations import Queue, Reader
from bot.flows import pinned_queue
from bot.flows.deliver import Shown
from bot.flows.desk import Desk
from bot.flows.pinned_queue import QUEUE, Pinned, Standing
from bot.views.card import Card
from bot.views.queue import queue_card
from bot.watchers.pace import QUIET_MINUTE, Pace

log = logging.getLogger("desk.room")

LOOK_SECONDS = 60.0
STALE_MS, LOUD_MINUTE = 60_000, 9
"""a queue that is this old may also take what a loud minute leaves"""


class PinnedQueue:
    """Raises NotReached when Telegram does not do what it is asked; then nothing was remembered as done."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace
        self._drawn: tuple[object, ...] | None = None
        self._looked_at: float | None = None
        self._tried_at: int | None = None

    async def round(self, chat_id: int) -> None:
        """At most one message or edit, and only where the group has room for it."""
        standing = await pinned_queue.standing(self._desk, chat_id)
        pinned = standing.pinned
        if pinned is not None and pinned.service_id is not None:
            await self._delete_service(pinned, pinned.service_id)
        if pinned is None or not pinned.message_id:
            if standing.may_heal:
                await self._post(chat_id, is_first=pinned is None)
        elif not pinned.is_pinned and self._may_pin(pinned, standing):
            await self._pin(pinned)
        elif standing.may_change and await self._is_changed(pinned):
            return
        elif pinned.is_pinned:
            await self._look(pinned)

    async def _post(self, chat_id: int, *, is_first: bool) -> None:
        """A desk that has nothing yet has nothing to pin."""
        state = self._state()
        if state == self._drawn and is_first:
            return
        queue = await pinned_queue.shown_queue(self._desk)
        if is_first and not queue.now and not queue.waiting:
            self._drawn = state
            return
        if not self._pace.try_turn(chat_id):
            return
        card = self._card(queue)
        message_id = await self._telegram.send(chat_id, card, silent=True)
        await pinned_queue.posted(self._desk, self._shown(chat_id, message_id, card))
        self._drawn = state

    async def _is_changed(self, pinned: Pinned) -> bool:
        """True when it was edited. Drawn only after something was written."""
        state = self._state()
        if state == self._drawn:
            return False
        card = self._card(await pinned_queue.shown_queue(self._desk))
        if card.digest == pinned.content_hash:
            self._drawn = state
            return False
        is_stale = abs(self._desk.now() - pinned.changed_at) >= STALE_MS
        if not self._pace.try_turn(pinned.chat_id, LOUD_MINUTE if is_stale else QUIET_MINUTE):
            return False
        try:
            await self._telegram.edit(pinned.chat_id, pinned.message_id, card)
        except MessageGone:
            await pinned_queue.gone(self._desk, pinned)
            return True
        await pinned_queue.changed(self._desk, self._shown(pinned.chat_id, pinned.message_id, card))
        self._drawn = state
        return True

    def _state(self) -> tuple[object, ...]:
        """What of the desk's memory and sight the queue was drawn from."""
        return self._desk.store.commits, self._desk.blind_since

    def _card(self, queue: Queue) -> Card:
        return queue_card(queue, Reader(self._desk.policy.language, self._desk.policy.timezone, None))

    def _shown(self, chat_id: int, message_id: int, card: Card) -> Shown:
        return Shown(chat_id, message_id, QUEUE, None, None, card.data, self._desk.now(), card.digest)

    def _may_pin(self, pinned: Pinned, standing: Standing) -> bool:
        """Once refused it is not asked for again, until somebody changes the bot's standing or the desk starts anew."""
        if self._tried_at is not None and pinned.is_refused and self._tried_at >= self._desk.standing_changed_at:
            return False
        return pinned.pinned_at is None or standing.may_heal

    async def _pin(self, pinned: Pinned) -> None:
        if not self._pace.try_turn(pinned.chat_id):
            return
        self._tried_at = self._desk.now()
        try:
            await self._telegram.pin(pinned.chat_id, pinned.message_id)
        except MessageGone:
            await pinned_queue.gone(self._desk, pinned)
        except NoRight as no:
            log.warning("the queue cannot be pinned: %s", no)
            await pinned_queue.pinning_refused(self._desk, pinned.chat_id, str(no))
        else:
            await pinned_queue.was_pinned(self._desk, pinned.chat_id)
            self._looked_at = self._desk.clock.monotonic()

    async def _look(self, pinned: Pinned) -> None:
        """Bots are told nothing of a message that people unpin or delete: looked for once a minute."""
        now = self._desk.clock.monotonic()
        if self._looked_at is not None and now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        if await self._telegram.newest_pinned(pinned.chat_id) is None:
            await pinned_queue.was_unpinned(self._desk, pinned.chat_id)

    async def _delete_service(self, pinned: Pinned, service_id: int) -> None:
        """Telegram's own line about the pinning; that it stays is no harm."""
        try:
            await self._telegram.delete(pinned.chat_id, service_id)
        except (Offline, Slow):
            raise
        except NotReached as no:
            log.info("the line about the pinning stays: %s", no)
        await pinned_queue.service_over(self._desk, pinned.chat_id)
