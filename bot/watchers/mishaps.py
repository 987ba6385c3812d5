"""What becomes of news that could not be told: later, shown anew, or given up and said to owners."""

import logging
from collections.abc import Sequence

from bot.domain.reach import Blocked, MessageGone, Moved, NoAccess, NotReached, Offline, Slow, TopicGone
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows import deliver, members
from bot.flows.announce import announce_now, with_role
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from bot.flows.fetch_files import FILE
from bot.flows.read_chat import CHAT

log = logging.getLogger("desk.relay")

FAILED = "delivery_failed"
BACKOFF_SECONDS = (1, 2, 5, 10, 20, 30)
AWAY_SECONDS = 60


class Mishaps:
    """Every way in which telling can fail, turned into what happens next."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_group_lost = False
        self._away = set[int]()

    def reached(self, chat_id: int) -> None:
        """It was told there: a group that was lost is back, and so is a person."""
        self._away.discard(chat_id)
        if chat_id < 0:
            self._is_group_lost = False

    async def meet(self, deliveries: Sequence[Delivery], no: NotReached) -> None:
        """What was to be one message for one chat did not get there."""
        first, why = deliveries[0], str(no)
        match no:
            case Slow():
                await self._later(deliveries, no.seconds, why)
            case MessageGone() | TopicGone():
                await self._gone(deliveries, no)
            case Moved():
                await self._later(deliveries, 0, why)
                await members.group_migrated(self._desk, no.chat_id, first.chat_id)
            case Blocked():
                await self._blocked(deliveries, why)
            case Offline() | NoAccess():
                seconds = BACKOFF_SECONDS[min(first.attempts, len(BACKOFF_SECONDS) - 1)]
                repeated = isinstance(no, Offline) and no.may_be_shown
                await self._later(deliveries, seconds, why, repeated=repeated)
            case _:
                log.error("not deliverable to %s: %s", first.chat_id, why)
                await self._give_up(deliveries, why)

    async def failed(self, chat_id: int, lost: Sequence[Delivery], why: str) -> None:
        """Owners hear that something did not arrive; that this very news did not arrive is only journalled."""
        if all(delivery.notice == FAILED for delivery in lost):
            return
        others = [owner for owner in with_role(self._desk, Role.OWNER) if owner.id != chat_id]
        person = self._desk.people.get(chat_id)
        facts = {"who": person.name if person else str(chat_id), "why": why[:100]}
        await announce_now(self._desk, Notice(FAILED, facts), others, key=f"unreachable:{chat_id}")

    async def _gone(self, deliveries: Sequence[Delivery], gone: MessageGone | TopicGone) -> None:
        """Shown anew; a topic that people deleted must be forgotten first, or it would be asked for again for ever."""
        if isinstance(gone, TopicGone):
            for order_id in {delivery.order_id for delivery in deliveries if delivery.order_id is not None}:
                await deliver.topic_made(self._desk, order_id, None)
        await self._later(deliveries, 0, str(gone))

    async def _later(
        self,
        deliveries: Sequence[Delivery],
        seconds: float,
        why: str,
        *,
        repeated: bool = False,
        counts: bool = True,
    ) -> None:
        """`repeated`: it may stand there already. A card shows the state and needs no such word."""
        for delivery in deliveries:
            is_repeat = repeated and delivery.kind in (CHAT, FILE)
            await deliver.again(self._desk, delivery, seconds, why, repeated=is_repeat, counts=counts)

    async def _blocked(self, deliveries: Sequence[Delivery], why: str) -> None:
        """A person who cannot be reached is said to owners; a group that is lost keeps its news until we are back.

        So does a person what a buyer said, as long as there is nobody else to hear it.
        """
        chat_id = deliveries[0].chat_id
        if chat_id < 0:
            await self._later(deliveries, AWAY_SECONDS, why)
            if not self._is_group_lost:
                self._is_group_lost = True
                owners = with_role(self._desk, Role.OWNER)
                await announce_now(self._desk, Notice("group_lost", {"status": why[:80]}), owners)
            return
        unheard = await deliver.unreachable(self._desk, chat_id, list(deliveries))
        await self._later(unheard, AWAY_SECONDS, why, counts=False)
        if unheard and chat_id not in self._away:
            self._away.add(chat_id)
            await self.failed(chat_id, unheard, why)
        if lost := [one for one in deliveries if one not in unheard]:
            await self._give_up(lost, why)

    async def _give_up(self, deliveries: Sequence[Delivery], why: str) -> None:
        for delivery in deliveries:
            await deliver.give_up(self._desk, delivery, why)
        await self.failed(deliveries[0].chat_id, deliveries, why)
