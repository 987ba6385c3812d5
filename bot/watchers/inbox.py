"""Updates, asked for or brought: stored in one commit before Telegram is told that we have them, then handled, once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.clients.telegram import Telegram
from bot.domain.reach import NotReached, Slow
from bot.domain.updates import ALLOWED_UPDATES
from bot.flows import admit
from bot.flows.admit import Admitted
from bot.flows.desk import Desk, StoreError
from bot.watchers.arrivals import Arrivals

log = logging.getLogger("desk.inbox")

POLL_SECONDS, URGENT_POLL_SECONDS = 25, 2
MOST_AT_ONCE = 100
"""as many as Telegram gives; fewer are all there are"""
RETRY_SECONDS = (0.5, 1, 2, 5)
HEAD_START_SECONDS = 0.01
"""asking for more takes the processor away from what was just handed out"""

Handle = Callable[[Admitted], Awaitable[None]]
Alarm = Callable[[str], Awaitable[None]]
ALARM_EVERY_SECONDS = 300


class Inbox:
    """`handle` is called for every admitted update: in order within a key, at the same time across keys.

    `alarm` hears, at most every five minutes, that updates cannot be stored.
    """

    def __init__(self, desk: Desk, telegram: Telegram, handle: Handle, alarm: Alarm) -> None:
        self._desk = desk
        self._telegram = telegram
        self._handle = handle
        self._alarm = alarm
        self._alarmed_at: float | None = None
        self._lines: dict[str, asyncio.Queue[Admitted]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._arrivals = Arrivals(self._store_brought)

    async def listen(self) -> None:
        """Webhook mode, until cancelled: `receive` may be called meanwhile."""
        await self._arrivals.run(await self._begin(admit.expected))

    async def receive(self, update: Mapping[str, Any]) -> None:
        """One update that Telegram brought, with a number; returns once it is stored.

        Raises Closed while the desk begins or ends, or why it is not stored.
        """
        await self._arrivals.bring(update)

    def close(self) -> None:
        """Nothing more is taken in."""
        self._arrivals.close()

    async def _store_brought(self, batch: Sequence[Mapping[str, Any]]) -> None:
        try:
            fresh = await self._admit(batch)
        except Exception as broken:  # not acknowledged, so that it comes again; owners must know
            log.exception("updates could not be stored")
            self._desk.spawn(self._cry(str(broken)), "alarm")
            raise
        for update in fresh:
            self._queue(update)

    async def run(self) -> None:
        """Until cancelled. Whatever Telegram or the database do, the loop goes on and confirms nothing unstored."""
        offset = await self._begin(admit.next_offset)
        is_first, failures = offset is None, 0
        while True:
            try:
                asked_at = self._desk.now()
                batch = await self._asked(offset)
                if batch is None:
                    continue
                offset = await self.take_in(batch, offset)
                if len(batch) < MOST_AT_ONCE:
                    self._desk.hearing.heard(asked_at)
                if is_first:
                    await admit.asks_again(self._desk)
                is_first, failures = False, 0
            except Slow as slow:
                await asyncio.sleep(slow.seconds)
            except NotReached as away:
                log.warning("Telegram cannot be asked: %s", away)
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1
            except Exception as broken:  # an update that cannot be stored must not be confirmed: ask for it again
                log.exception("updates could not be stored")
                await self._cry(str(broken))
                await asyncio.sleep(1)

    async def _asked(self, offset: int | None) -> Sequence[Mapping[str, Any]] | None:
        """What Telegram brings; None when something came up that cannot wait that long: then it is asked anew."""
        urgent = self._desk.hearing.urgent
        if urgent.is_set():
            return await self._telegram.updates(offset, URGENT_POLL_SECONDS, ALLOWED_UPDATES)
        asking = asyncio.ensure_future(self._telegram.updates(offset, POLL_SECONDS, ALLOWED_UPDATES))
        hurry = asyncio.ensure_future(urgent.wait())
        try:
            await asyncio.wait({asking, hurry}, return_when=asyncio.FIRST_COMPLETED)
            return await asking if asking.done() else None
        finally:
            asking.cancel()
            hurry.cancel()

    async def _begin(self, go_on: Callable[[Desk], Awaitable[int | None]]) -> int | None:
        """Hand out what the last process left, and where to go on; tried until the memory can be read."""
        while True:
            try:
                left, number = await admit.unhandled(self._desk), await go_on(self._desk)
            except Exception as broken:  # a desk that hears nobody must not look as if it were running
                log.exception("the inbox cannot be read")
                await self._cry(str(broken))
                await asyncio.sleep(1)
                continue
            for update in left:
                self._queue(update)
            return number

    async def _cry(self, why: str) -> None:
        now = time.monotonic()
        if self._alarmed_at is None or now - self._alarmed_at > ALARM_EVERY_SECONDS:
            self._alarmed_at = now
            try:
                await self._alarm(why)
            except Exception:  # a cry that fails must not silence the desk for good
                log.exception("nobody could be told")

    async def take_in(self, batch: Sequence[Mapping[str, Any]], offset: int | None) -> int | None:
        """Store a batch and hand out what is new. Returns the offset that confirms it."""
        if not batch:
            return offset
        fresh = await self._admit(batch)
        for update in fresh:
            self._queue(update)
        if fresh:
            await asyncio.sleep(HEAD_START_SECONDS)
        numbers = [number for item in batch if isinstance(number := item.get("update_id"), int)]
        return max(numbers) + 1 if numbers else offset

    async def _admit(self, batch: Sequence[Mapping[str, Any]]) -> list[Admitted]:
        """One commit; an update that cannot be understood is left out, or it would keep all others out for ever."""
        try:
            return await admit.admit(self._desk, batch)
        except StoreError as error:
            if error.why not in ("value", "constraint"):
                raise
        except Exception:  # found again below, update by update
            log.exception("a batch could not be admitted")
        fresh: list[Admitted] = []
        for update in batch:
            try:
                fresh += await admit.admit(self._desk, [update])
            except StoreError as error:
                if error.why not in ("value", "constraint"):
                    raise
                log.exception("update %s is left out", update.get("update_id"))
            except Exception:  # what is odd about one update must not keep the others out
                log.exception("update %s is left out", update.get("update_id"))
        return fresh

    def _queue(self, update: Admitted) -> None:
        line = self._lines.get(update.key)
        if line is None:
            line = self._lines[update.key] = asyncio.Queue()
            worker = asyncio.create_task(self._serve(update.key, line), name=f"inbox {update.key}")
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        line.put_nowait(update)

    async def _serve(self, key: str, line: "asyncio.Queue[Admitted]") -> None:
        while not line.empty():
            update = line.get_nowait()
            try:
                await self._handle(update)
            except Exception:  # one update's defect is logged; the ones behind it are still handled
                log.exception("update %s could not be handled", update.update_id)
            await self._mark(update)
        self._lines.pop(key, None)

    async def _mark(self, update: Admitted) -> None:
        """An old command that is handled again after a restart could undo a newer one: it is marked until it is."""
        while True:
            try:
                await admit.handled(self._desk, update.update_id)
                return
            except Exception:  # the next one of this line waits with it
                log.exception("update %s could not be marked", update.update_id)
                await asyncio.sleep(1)

    async def stop(self, seconds: float) -> None:
        """Let what is being handled end; the rest is in the store."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=seconds)
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
