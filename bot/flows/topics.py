"""Topics from their birth to their end: what is to be done to one of them next, and that it was done.

Only the relay's side talks to Telegram. Every step is remembered before and after, so that a desk that dies in between
renames no topic a third time and tells its end at most once more.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import State
from bot.domain.situations import Notice, Situation
from bot.domain.staff import Role
from bot.domain.topics import Stage, end_facts, stage_of
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk, log
from bot.flows.read_chat import read
from storage.orders import StoredOrder
from storage.store import Tables
from storage.topics import Topic, TopicState

__all__ = ["Step", "Topic", "TopicState", "Verb"]

ENDED, KEPT = "topic_ended", "topics_kept"
LAST = 9
"""the priority of the one line: everything else for the group goes first"""
HOUR_MS, READ_AGAIN_MS = 3_600_000, 600_000


class Verb(StrEnum):
    RENAME = "rename"
    TELL = "tell"
    DELETE = "delete"
    TAKE_UP = "take_up"


@dataclass(frozen=True, slots=True)
class Step:
    """What one topic needs now. `situation` is the order's, as far as the desk knows."""

    verb: Verb
    topic: Topic
    situation: Situation


async def next_step(desk: Desk, *, tries_closed: bool) -> Step | None:
    """One thing to be done to a topic of the group, the most pressing first; `tries_closed`: those that could only be
    closed may be deletable now."""
    group = desk.desk_chat_id
    if group is None:
        return None
    async with desk.store.read() as tables:
        found = await _next(desk, tables, group, tries_closed)
        if found is None:
            return None
        verb, topic = found
        stored = await stored_order(tables, topic.order_id)
        return Step(verb, topic, await situation_of(desk, tables, stored))


async def _next(desk: Desk, tables: Tables, group: int, tries_closed: bool) -> tuple[Verb, Topic] | None:
    for topic in await tables.topics.to_take_up(group):
        return Verb.TAKE_UP, topic
    for topic in await tables.topics.to_rename(group, at_end=desk.policy.topic_keep_hours > 0):
        return Verb.RENAME, topic
    for topic in await tables.topics.to_end(group, _ended_before(desk)):
        return (Verb.TELL if topic.state is TopicState.OPEN else Verb.DELETE), topic
    for topic in await tables.topics.closed(group, _ended_before(desk)) if tries_closed else []:
        return Verb.DELETE, topic
    return None


def _ended_before(desk: Desk) -> int:
    return desk.now() - desk.policy.topic_keep_hours * HOUR_MS


async def read_rest(desk: Desk, tried: dict[str, int]) -> None:
    """Read one chat to its end that is followed no longer and keeps its topic from going; `tried`: when last, in ms."""
    group, now = desk.desk_chat_id, desk.now()
    if group is None or desk.gate is None:
        return
    followed = max(desk.policy.topic_keep_hours, desk.policy.follow_hours) * HOUR_MS
    async with desk.store.read() as tables:
        waiting = await tables.topics.to_read(group, now - followed)
    order_id = next((one for one in waiting if abs(now - tried.get(one, 0)) >= READ_AGAIN_MS), None)
    if order_id is None:
        return
    tried[order_id] = now
    try:
        await read(desk, order_id)
    except (VenueError, NotAllowed) as error:
        log.info("the chat of %s is not read to its end: %s", order_id, error)


async def begin_rename(desk: Desk, step: Step, name: str) -> Topic | None:
    """The topic with the name it is to get; counted from here on. None when it has had its renames.

    One that was begun and not confirmed is asked for again under the same name, unless the order has moved on since.
    """
    topic, stage = step.topic, stage_of(step.situation)
    if not topic.is_named and topic.stage == stage:
        return topic
    if stage is Stage.GOING_ON:
        return None
    async with desk.store.write() as tables:
        begun = await tables.topics.begin_rename(topic, name, stage, desk.now())
        if begun is None:  # it keeps the name it has
            await tables.topics.renamed(topic, desk.now())
        return begun


async def renamed(desk: Desk, topic: Topic) -> None:
    async with desk.store.write() as tables:
        await tables.topics.renamed(topic, desk.now())


async def taken_up(desk: Desk, topic: Topic) -> None:
    """Its order goes on again."""
    async with desk.store.write() as tables:
        await tables.topics.move(topic, TopicState.OPEN, desk.now())


async def tell_end(desk: Desk, topic: Topic) -> bool:
    """The order is over, all of it is kept, its time has passed: one line for the group's main view is put.

    False, and nothing changed, when something of the order goes on after all.
    """
    async with desk.store.write() as tables:
        still = await tables.topics.to_end(topic.chat_id, _ended_before(desk), topic.order_id)
        if topic not in still or not await tables.topics.move(topic, TopicState.ENDING, desk.now()):
            return False
        stored = await stored_order(tables, topic.order_id)
        await tables.outbox.put_notice(
            chat_id=topic.chat_id, person_id=None, notice=ENDED, facts=await _end_facts(desk, tables, stored),
            ring=False, priority=LAST, at=desk.now(), key=f"topic_ended:{topic.topic_id}", order_id=topic.order_id,
        )  # fmt: skip
    desk.wake_relay.set()
    return True


async def _end_facts(desk: Desk, tables: Tables, stored: StoredOrder) -> dict[str, str]:
    """Who of ours ended it, when it was one of us."""
    intent = await tables.intents.latest_for(stored.order.id)
    is_ours = intent is not None and intent.state is State.DONE and not stored.is_done_elsewhere
    who = name_of(desk, intent.actor) if intent is not None and is_ours else ""
    settled = intent.settled_at if intent is not None and is_ours else None
    return end_facts(stored.order, settled or stored.final_at or desk.now(), who)


async def deleted(desk: Desk, topic: Topic) -> None:
    """It is gone, by us or by people: the order has none any more and may get another one when it is opened again."""
    async with desk.store.write() as tables:
        if not await tables.topics.move(topic, TopicState.GONE, desk.now()):
            return
        await _forget(tables, topic)
        await tables.desk.delete(KEPT)
        await _journal(desk, tables, topic, "done")


async def closed(desk: Desk, topic: Topic, why: str) -> None:
    """Telegram does not let us delete it: closed instead, and owners hear it once until it works again."""
    async with desk.store.write() as tables:
        was_open = topic.state is not TopicState.CLOSED
        await tables.topics.move(topic, TopicState.CLOSED, desk.now())
        if was_open:
            await _journal(desk, tables, topic, "refused")
        if await tables.desk.get(KEPT) is None:
            await tables.desk.put(KEPT, str(desk.now()))
            await announce(desk, tables, Notice(KEPT, {"why": why[:80]}), with_role(desk, Role.OWNER), ring=False)
    desk.wake_relay.set()


async def _forget(tables: Tables, topic: Topic) -> None:
    stored = await tables.orders.get(topic.order_id)
    if stored is not None and stored.topic_id == topic.topic_id:
        await tables.orders.set_topic(topic.order_id, None)


async def _journal(desk: Desk, tables: Tables, topic: Topic, outcome: str) -> None:
    await tables.journal.add(
        at=desk.now(), actor=None, action="topic_removed", target=topic.order_id,
        facts={"topic": str(topic.topic_id)}, outcome=outcome,
    )  # fmt: skip


async def is_group_busy(desk: Desk, chat_id: int) -> bool:
    """Something waits to be told there: what can wait for ever lets it go first."""
    async with desk.store.read() as tables:
        return bool(await tables.outbox.due(desk.now(), limit=1, chat_id=chat_id))


async def born(tables: Tables, chat_id: int, order_id: str, topic_id: int, name: str, stage: Stage, at: int) -> bool:
    """Inside a transaction: the order has this topic now. True when it had another one before."""
    had_one = bool(await tables.topics.of_order(order_id))
    await tables.orders.set_topic(order_id, topic_id)
    await tables.topics.add(chat_id, topic_id, order_id, name, stage, at)
    return had_one
