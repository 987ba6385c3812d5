"""The desk's group beside its news: topics that end, and the pinned queue. All of it can wait for ever."""

import logging

from bot.clients.telegram import Telegram
from bot.domain.reach import Moved, NotReached, Slow
from bot.flows import members, topics
from bot.flows.desk import Desk
from bot.watchers.pace import Pace
from bot.watchers.pinned import PinnedQueue
from bot.watchers.topic_ends import TopicEnds

log = logging.getLogger("desk.room")

AWAY_SECONDS = 30.0
TIME_SECONDS = 5.0


class Room:
    """One round a second; nothing is done while anything waits to be told in the group."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._pace = pace
        self._ends = TopicEnds(desk, telegram, pace)
        self._pinned = PinnedQueue(desk, telegram, pace)
        self._not_before = 0.0
        self._seen: tuple[int, float] | None = None

    async def round(self) -> None:
        """One step at most. Never raises for a Telegram that is away: it is asked again later."""
        chat_id, now = self._desk.desk_chat_id, self._desk.clock.monotonic()
        if chat_id is None or now < self._not_before or not self._is_worth_it(now):
            return
        try:
            await self._one(chat_id)
        except Slow as slow:
            self._pace.hold(chat_id, slow.seconds)
        except Moved as moved:
            await members.group_migrated(self._desk, moved.chat_id, chat_id)
        except NotReached as away:
            log.info("the group is left as it is for a while: %s", away)
            self._not_before = now + AWAY_SECONDS

    def _is_worth_it(self, now: float) -> bool:
        """After something was written, and every few seconds for what only time brings."""
        commits = self._desk.store.commits
        if self._seen is not None and self._seen[0] == commits and now - self._seen[1] < TIME_SECONDS:
            return False
        self._seen = commits, now
        return True

    async def _one(self, chat_id: int) -> None:
        if await topics.is_group_busy(self._desk, chat_id):
            return
        step = await self._ends.next_step()
        if step is not None:
            await self._ends.take(step)
        await self._pinned.round(chat_id)
        await self._ends.read_rest()
