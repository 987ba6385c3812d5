"""The queue in the group's main view: one message that is edited, pinned without a sound and put back when it is gone.

Everything of it is remembered, so that a restart neither posts a second one nor pins it again. Nothing here is urgent.
"""

from dataclasses import dataclass

from bot.domain.situations import Notice, Queue
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.queue import queue_for
from storage.messages import Shown
from storage.pinned_queue import Pinned

__all__ = ["Pinned"]

QUEUE = "queue"
EDIT_EVERY_MS = 15_000
HEAL_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the group now; `may_change` and `may_heal` keep the pace in which it may be touched."""

    pinned: Pinned | None
    may_change: bool
    may_heal: bool


async def standing(desk: Desk, chat_id: int) -> Standing:
    async with desk.store.read() as tables:
        pinned = await tables.pinned_queue.get(chat_id)
    if pinned is None:
        return Standing(None, True, True)
    last_healed = max(pinned.posted_at, pinned.pinned_at or 0)
    # A moment in the future is one from before the clock was set back
    may_change = abs(desk.now() - pinned.changed_at) >= EDIT_EVERY_MS
    return Standing(pinned, may_change, abs(desk.now() - last_healed) >= HEAL_EVERY_MS)


async def shown_queue(desk: Desk) -> Queue:
    """The queue as the group sees it: nobody's own."""
    return await queue_for(desk, None)


async def posted(desk: Desk, shown: Shown) -> None:
    async with desk.store.write() as tables:
        await tables.messages.remember(shown)
        await tables.pinned_queue.posted(shown.chat_id, shown.message_id, shown.content_hash, shown.at)


async def changed(desk: Desk, shown: Shown) -> None:
    async with desk.store.write() as tables:
        await tables.messages.remember(shown)
        await tables.pinned_queue.changed(shown.chat_id, shown.content_hash, shown.at)


async def gone(desk: Desk, pinned: Pinned) -> None:
    """People deleted it: a new one is posted, not more often than once a minute."""
    async with desk.store.write() as tables:
        await tables.messages.forget(pinned.chat_id, pinned.message_id)
        await tables.pinned_queue.gone(pinned.chat_id)


async def was_pinned(desk: Desk, chat_id: int) -> None:
    async with desk.store.write() as tables:
        await tables.pinned_queue.pinned(chat_id, desk.now())


async def was_unpinned(desk: Desk, chat_id: int) -> None:
    """By people, who may also have deleted it."""
    async with desk.store.write() as tables:
        await tables.pinned_queue.unpinned(chat_id)


async def pinning_refused(desk: Desk, chat_id: int, why: str) -> None:
    """The message stays where it is; owners hear it once until pinning works again."""
    async with desk.store.write() as tables:
        if await tables.pinned_queue.refused(chat_id):
            owners = with_role(desk, Role.OWNER)
            await announce(desk, tables, Notice("queue_not_pinned", {"why": why[:80]}), owners, ring=False)
    desk.wake_relay.set()


async def service_over(desk: Desk, chat_id: int) -> None:
    """Telegram's own line about the pinning is deleted, or cannot be."""
    async with desk.store.write() as tables:
        await tables.pinned_queue.service_over(chat_id)
