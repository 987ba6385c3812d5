"""Which chats are read now: those with a hint at once, the others in turn, inside the venue's limit."""

import asyncio

from bot.domain.chat_turns import Candidate, budget_of, due
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.orders import Order, Phase
from bot.domain.sayings import Saying, State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce_now, with_role
from bot.flows.desk import Desk, StoreError, log
from bot.flows.read_chat import read
from storage.chats import Reading
from storage.orders import StoredOrder

AT_ONCE = 4
TRIES = 3
FIRST_LOOK_MS, LOOK_EVERY_MS = 1500, 15_000
RETRY_MS = 10_000


class ChatRound:
    """One tick after the other; remembers which chats could not be read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tried: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        self._latest: tuple[str, int] = ("", 0)

    async def round(self) -> None:
        """One tick. Never raises for a venue that is away: the orders' own watch says that."""
        desk = self._desk
        await self._ask_for_the_latest()
        async with desk.store.read() as tables:
            followed = await tables.orders.followed(desk.now() - desk.policy.follow_hours * 3_600_000)
            readings = await tables.chats.readings()
            lost = await tables.sayings.in_state(State.UNKNOWN)
        self._forget({stored.order.id for stored in followed})
        hinted = desk.talk.hints | {saying.order_id for saying in lost if self._is_look_due(saying, readings)}
        open_to_try = [stored for stored in followed if self._may_try(stored)]
        candidates = [self._candidate(stored, readings.get(stored.order.id), hinted) for stored in open_to_try]
        budget = budget_of(desk.policy.poll_seconds, has_counts=desk.talk.has_counts)
        chosen = due(candidates, desk.now(), budget=budget)
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._read(order_id, turns) for order_id in chosen))

    def _forget(self, followed: set[str]) -> None:
        desk = self._desk
        desk.talk.hints &= followed
        for memory in (self._tried, self._failures, desk.talk.unread):
            for order_id in memory.keys() - followed:
                memory.pop(order_id, None)

    async def _ask_for_the_latest(self) -> None:
        """Where the list tells no unread counts, the venue at least tells which chat was written in last."""
        desk = self._desk
        if desk.talk.has_counts:
            return
        try:
            chat = await desk.venue.latest_chat()
        except (VenueError, NotAllowed) as error:
            log.debug("latest chat not read: %s", error)
            return
        newest = max((message.at for message in chat.messages), default=chat.last_at)
        if chat.order_id and (chat.order_id, newest) != self._latest:
            self._latest = chat.order_id, newest
            desk.talk.hint(chat.order_id)

    def _is_look_due(self, saying: Saying, readings: dict[str, Reading]) -> bool:
        """What has no answer is looked for soon, then every quarter of a minute."""
        desk, reading = self._desk, readings.get(saying.order_id)
        wait = FIRST_LOOK_MS if not saying.looks else LOOK_EVERY_MS
        since = max(saying.sent_at or 0, (reading.read_at or 0) if reading and saying.looks else 0)
        return abs(desk.now() - since) >= wait

    def _may_try(self, stored: StoredOrder) -> bool:
        """A chat that could not be read is not asked for in every round."""
        tried = self._tried.get(stored.order.id)
        wait = RETRY_MS * min(self._failures.get(stored.order.id, 1), 6)
        return tried is None or abs(self._desk.now() - tried) >= wait

    def _candidate(self, stored: StoredOrder, reading: Reading | None, hinted: set[str]) -> Candidate:
        order, talk = stored.order, self._desk.talk
        active = self._desk.clock.moment_of(reading.active_at) if reading and reading.active_at else None
        return Candidate(
            order_id=order.id,
            is_open=not order.is_final,
            is_hot=_is_hot(order),
            unread=talk.unread.get(order.id),
            hinted=order.id in hinted or reading is None or reading.read_at is None,
            active_at=active,
            read_at=reading.read_at if reading else None,
            final_at=stored.final_at,
        )

    async def _read(self, order_id: str, turns: asyncio.Semaphore) -> None:
        desk = self._desk
        async with turns:
            desk.talk.hints.discard(order_id)
            try:
                await read(desk, order_id)
            except StoreError:
                raise
            except Exception as error:  # what is odd about one chat must not hide all the others
                log.warning("chat of %s not read: %r", order_id, error)
                await self._failed(order_id, is_odd=not isinstance(error, VenueError | NotAllowed))
                return
        self._tried.pop(order_id, None)
        self._failures.pop(order_id, None)

    async def _failed(self, order_id: str, *, is_odd: bool) -> None:
        """Tried again later; said once when it stays."""
        desk = self._desk
        self._tried[order_id] = desk.now()
        self._failures[order_id] = self._failures.get(order_id, 0) + 1
        desk.talk.hints.add(order_id)
        if self._failures[order_id] == TRIES and desk.blind_since is None:
            if is_odd:
                log.exception("chat of %s", order_id)
            facts = {"order": order_id}
            await announce_now(
                desk, Notice("chat_unreadable", facts), with_role(desk, Role.LEAD), key=f"chat_unreadable:{order_id}"
            )


def _is_hot(order: Order) -> bool:
    return not order.is_final and (order.phase is Phase.PAID or order.in_appeal)
