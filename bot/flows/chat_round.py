"""Which chats are read now: those with a hint at once, the others in turn, inside the venue's limit."""

import asyncio

from bot.domain.chat_turns import Candidate, budget_of, due
from bot.domain.errors import NotAllowed, Refused, Unknown, VenueError
from bot.domain.orders import Phase
from bot.domain.sayings import Saying, State
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce_now, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk, StoreError, log
from bot.flows.read_chat import read
from storage.chats import Reading
from storage.orders import Followed

AT_ONCE = 8
TRIES = 3
MANY = 3
FIRST_LOOK_MS, LOOK_EVERY_MS = 1500, 15_000
RETRY_MS = 10_000
MOST_OWED = 150
"""requests: what the venue takes in ten seconds is forgotten after them"""


class ChatRound:
    """One tick after the other; remembers which chats could not be read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tried: dict[str, int] = {}
        self._failures: dict[str, int] = {}
        self._latest: tuple[str, int] = ("", 0)
        self._said: set[str] = set()
        self._round_at = desk.clock.monotonic()
        self._owed = 0

    async def round(self) -> None:
        """One tick. Never raises for a venue that is away: the orders' own watch says that."""
        desk = self._desk
        await self._ask_for_the_latest()
        async with desk.store.read() as tables:
            since = desk.now() - desk.policy.follow_hours * 3_600_000
            followed = await tables.orders.followed_briefly(since)
            readings = await tables.chats.readings(since)
            lost = await tables.sayings.in_state(State.UNKNOWN)
            known = {one.order_id for one in followed}
            for order_id in {saying.order_id for saying in lost} - known:
                followed += [Followed(order_id, Phase.UNKNOWN, True, False, None)]
                reading = await tables.chats.reading(order_id)
                readings |= {order_id: reading} if reading is not None else {}
        self._forget({one.order_id for one in followed})
        await self._say_unknown(lost)
        hinted = desk.talk.hints | {saying.order_id for saying in lost if self._is_look_due(saying, readings)}
        open_to_try = [one for one in followed if self._may_try(one.order_id)]
        candidates = [self._candidate(one, readings.get(one.order_id), hinted) for one in open_to_try]
        budget = budget_of(self._seconds_since_the_last(), has_counts=desk.talk.has_counts)
        chosen = due(candidates, desk.now(), budget=max(1, budget - self._owed))
        turns, before = asyncio.Semaphore(AT_ONCE), desk.talk.requests
        await asyncio.gather(*(self._read(order_id, turns) for order_id in chosen))
        # What one look costs is known only afterwards: later rounds pay for it
        self._owed = min(max(0, self._owed + desk.talk.requests - before - budget), MOST_OWED)

    def _seconds_since_the_last(self) -> float:
        """A slow venue makes rounds longer; each of them may ask for as much as its length allows."""
        now = self._desk.clock.monotonic()
        took, self._round_at = now - self._round_at, now
        return min(max(took, self._desk.policy.chat_seconds), 10.0)

    async def _say_unknown(self, lost: list[Saying]) -> None:
        """Words without an answer that cannot be looked up for long are told to leads, once."""
        desk = self._desk
        for saying in lost:
            is_long = desk.now() - (saying.sent_at or desk.now()) > desk.policy.unknown_long_seconds * 1000
            if is_long and saying.id not in self._said:
                self._said.add(saying.id)
                facts = {"order": saying.order_id, "who": name_of(desk, saying.person_id)}
                await announce_now(desk, Notice("saying_unknown", facts), with_role(desk, Role.LEAD))

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

    def _may_try(self, order_id: str) -> bool:
        """A chat that could not be read is not asked for in every round."""
        tried = self._tried.get(order_id)
        wait = RETRY_MS * min(self._failures.get(order_id, 1), 6)
        return tried is None or abs(self._desk.now() - tried) >= wait

    def _candidate(self, one: Followed, reading: Reading | None, hinted: set[str]) -> Candidate:
        active = self._desk.clock.moment_of(reading.active_at) if reading and reading.active_at else None
        return Candidate(
            order_id=one.order_id,
            is_open=not one.is_final,
            is_hot=not one.is_final and (one.phase is Phase.PAID or one.in_appeal),
            unread=self._desk.talk.unread.get(one.order_id),
            hinted=one.order_id in hinted or reading is None or reading.read_at is None,
            active_at=active,
            read_at=reading.read_at if reading else None,
            final_at=one.final_at,
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
                await self._failed(order_id, error)
                return
        self._tried.pop(order_id, None)
        self._failures.pop(order_id, None)

    async def _failed(self, order_id: str, error: Exception) -> None:
        """Tried again later. A chat that stays unreadable though the venue answers is said once."""
        desk = self._desk
        self._tried[order_id] = desk.now()
        desk.talk.hints.add(order_id)
        self._failures[order_id] = self._failures.get(order_id, 0) + 1
        is_about_the_chat = _is_about_the_chat(error)
        if not isinstance(error, VenueError | NotAllowed):
            log.error("chat of %s", order_id, exc_info=error)
        if is_about_the_chat and self._failures[order_id] >= TRIES and order_id not in self._said:
            self._said.add(order_id)
            many = sum(number >= TRIES for number in self._failures.values()) > MANY
            key = "chats_unreadable" if many else f"chat_unreadable:{order_id}"
            await announce_now(
                desk, Notice("chat_unreadable", {"order": order_id}), with_role(desk, Role.LEAD), key=key
            )


def _is_about_the_chat(error: Exception) -> bool:
    """An answer that cannot be used, or a no to this very chat; not a venue that is away or asks to wait."""
    if isinstance(error, Refused):
        return not error.is_throttled
    return not isinstance(error, VenueError) or (isinstance(error, Unknown) and error.why == "unreadable")
