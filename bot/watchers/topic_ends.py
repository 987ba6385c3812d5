"""What becomes of topics: renamed at most twice, told in one line when their order is over, then deleted."""

import logging
from collections.abc import Awaitable

from bot.clients.telegram import Telegram
from bot.domain.reach import NoAccess, NoRight, Rejected, TopicGone
from bot.flows import deliver, topics
from bot.flows.desk import Desk
from bot.flows.topics import Step, Topic, TopicState, Verb
from bot.views.topics import topic_name
from bot.watchers.pace import Pace

log = logging.getLogger("desk.room")

READ_SECONDS = 60.0


class TopicEnds:
    """Raises NotReached when Telegram cannot be asked now; then the same step comes again."""

    def __init__(self, desk: Desk, telegram: Telegram, pace: Pace) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace
        self._refused_at: int | None = None
        self._read_at: float | None = None
        self._tried: dict[str, int] = {}

    async def next_step(self) -> Step | None:
        """A desk that was not let delete asks again once its standing has changed, or it was started anew."""
        tries_closed = self._refused_at is None or self._refused_at < self._desk.standing_changed_at
        return await topics.next_step(self._desk, tries_closed=tries_closed)

    async def read_rest(self) -> None:
        """Once a minute: what nobody reads any more must be read before its topic may go."""
        now = self._desk.clock.monotonic()
        if self._read_at is None or now - self._read_at >= READ_SECONDS:
            self._read_at = now
            await topics.read_rest(self._desk, self._tried)

    async def take(self, step: Step) -> None:
        """Do it, when the group has room for one more message."""
        if not self._pace.try_turn(step.topic.chat_id):
            return
        if step.verb is Verb.TELL:
            self._pace.give_back(step.topic.chat_id)  # the relay takes the line's turn
            await topics.tell_end(self._desk, step.topic)
        elif step.verb is Verb.RENAME:
            await self._rename(step)
        elif step.verb is Verb.TAKE_UP:
            await self._take_up(step.topic)
        else:
            await self._delete(step.topic)

    async def _rename(self, step: Step) -> None:
        topic = await topics.begin_rename(self._desk, step, topic_name(step.situation))
        if topic is None:
            self._pace.give_back(step.topic.chat_id)
            return
        try:
            await self._telegram.rename_topic(topic.chat_id, topic.topic_id, topic.name)
        except TopicGone:
            await deliver.topic_made(self._desk, topic.order_id, None)
            return
        except NoAccess:
            raise
        except (NoRight, Rejected) as no:
            log.warning("a topic keeps its name: %s", no)
        await topics.renamed(self._desk, topic)

    async def _take_up(self, topic: Topic) -> None:
        """Its order goes on again: people must be able to write there."""
        if topic.state is TopicState.CLOSED:
            try:
                await self._telegram.reopen_topic(topic.chat_id, topic.topic_id)
            except TopicGone:
                await deliver.topic_made(self._desk, topic.order_id, None)
                return
            except NoAccess:
                raise
            except (NoRight, Rejected) as no:
                log.warning("a topic stays closed: %s", no)
        await topics.taken_up(self._desk, topic)

    async def _delete(self, topic: Topic) -> None:
        try:
            await self._telegram.delete_topic(topic.chat_id, topic.topic_id)
        except TopicGone:
            log.info("the topic of %s was gone already", topic.order_id)
        except NoAccess:
            raise
        except (NoRight, Rejected) as no:
            self._refused_at = self._desk.now()
            await self._close(topic, str(no))
            return
        self._refused_at = None
        await topics.deleted(self._desk, topic)

    async def _close(self, topic: Topic, why: str) -> None:
        if topic.state is not TopicState.CLOSED:
            await _if_allowed(self._telegram.close_topic(topic.chat_id, topic.topic_id))
        await topics.closed(self._desk, topic, why)


async def _if_allowed(closing: Awaitable[None]) -> None:
    try:
        await closing
    except NoAccess:
        raise
    except (NoRight, Rejected, TopicGone) as no:
        log.warning("a topic stays open: %s", no)
