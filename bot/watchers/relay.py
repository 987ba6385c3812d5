"""The one way out to people: news from the outbox and answers to taps go through here, in Telegram's pace.

News is durable and coalesced before it gets here; the state is read at the moment of sending, so that a card never
shows an older truth than the one we have. A burst becomes a digest with a button per order.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from bot.clients.telegram import Telegram
from bot.domain.reach import MessageGone, NotReached, Rejected, Slow
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows import deliver, tell_chat
from bot.flows.announce import with_role
from bot.flows.deliver import NOTICE, Delivery, Shown
from bot.flows.desk import Desk, StoreError
from bot.flows.read_chat import CHAT
from bot.flows.saying_outcome import ANSWERS
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.watchers.mishaps import BACKOFF_SECONDS, Mishaps
from bot.watchers.pace import Pace
from bot.watchers.telling import Teller

log = logging.getLogger("desk.relay")

DIGEST_FROM = 4
HERALD_FROM_SECONDS, HERALD_ALONE_SECONDS = 2.0, 10.0
IDLE_SECONDS = 1.0
ANSWER_ATTEMPTS = 3
LAST_WORDS_SECONDS = 1.5


class Relay:
    """Runs one worker per chat that has something to be told; chats never wait for each other."""

    def __init__(self, desk: Desk, telegram: Telegram, now: Callable[[], float], pace: Pace | None = None) -> None:
        self._desk = desk
        self._telegram = telegram
        self.pace = pace or Pace(now, desk.clock.sleep)
        self._teller = Teller(desk, telegram, self.pace)
        self._mishaps = Mishaps(desk)
        self._locks: dict[int, asyncio.Lock] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._telling: set[int] = set()
        self._is_stopping = False

    def _lock(self, chat_id: int) -> asyncio.Lock:
        """Held while the state is read, shown and remembered, so that an older card never lands on a newer one."""
        return self._locks.setdefault(chat_id, asyncio.Lock())

    async def show(
        self,
        chat_id: int,
        card: Card,
        *,
        kind: str = NOTICE,
        order_id: str | None = None,
        person_id: int | None = None,
        replace: int | None = None,
        seal_id: str | None = None,
        reply_to: int | None = None,
        topic_id: int | None = None,
        redraw: Callable[[Card], Awaitable[Card]] | None = None,
    ) -> int:
        """Answer a person: edit message `replace`, or send anew. Returns the message id. Raises NotReached.

        `redraw` is asked when it is this answer's turn: an outcome may have been shown while it waited.
        """
        for patience in reversed(range(ANSWER_ATTEMPTS)):
            await self.pace.turn(chat_id, is_answer=True)
            async with self._lock(chat_id):
                if redraw is not None:
                    card = await redraw(card)
                try:
                    message_id = await self._put(chat_id, card, replace, reply_to, topic_id)
                except Slow as slow:
                    self.pace.hold(chat_id, slow.seconds)
                    if not patience:
                        raise
                    continue
                shown = Shown(chat_id, message_id, kind, order_id, person_id, card.data, self._desk.now(), card.digest)
                await deliver.remember(self._desk, shown, seal_id)
                return message_id
        raise AssertionError("unreachable")

    async def show_file(self, chat_id: int, card: Card, content: bytes, name: str, *, order_id: str) -> None:
        """Hand a person a document. Raises NotReached."""
        await self.pace.turn(chat_id, is_answer=True)
        await self._telegram.send_file(chat_id, card, content, "document", name, silent=True)

    async def leave_line(self, old: Shown, line: Card) -> None:
        """A copy that was left behind becomes one line, and its buttons are dead whether or not that can be shown."""
        await deliver.retire(self._desk, old)
        await self.pace.turn(old.chat_id, is_answer=True)
        with suppress(NotReached):
            await self._telegram.edit(old.chat_id, old.message_id, line)

    async def answer(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """Stop a button's spinner; no turn is needed for that, and a lost one is no harm."""
        with suppress(NotReached):
            await self._telegram.answer(callback_id, text, alert=alert)

    async def shout(self, notice: Notice) -> None:
        """Tell owners at once and past the outbox: for when the outbox itself cannot be written."""
        for owner in with_role(self._desk, Role.OWNER):
            reader = deliver.reader_for(self._desk, owner.id)
            if reader is not None:
                with suppress(NotReached):
                    await self._telegram.send(owner.id, notice_card(notice, reader), silent=False)

    async def erase(self, chat_id: int, message_id: int) -> None:
        """Take a message away at once; no turn is needed for that. Raises NotReached."""
        await self._telegram.delete(chat_id, message_id)

    async def remove_from_group(self, user_id: int) -> bool:
        """Out of the desk group; False when Telegram did not let us."""
        chat_id = self._desk.desk_chat_id
        if chat_id is None:
            return True
        try:
            await self._telegram.remove_member(chat_id, user_id)
        except NotReached as no:
            log.warning("%s could not be removed from the group: %s", user_id, no)
            return False
        return True

    async def show_menu(self, person_id: int, commands: Sequence[tuple[str, str]]) -> None:
        """The commands one person sees behind the menu button."""
        with suppress(NotReached):
            await self._telegram.set_commands(person_id, commands)

    @property
    def username(self) -> str:
        return self._telegram.username

    async def _put(
        self, chat_id: int, card: Card, replace: int | None, reply_to: int | None, topic_id: int | None
    ) -> int:
        if replace is not None:
            try:
                await self._telegram.edit(chat_id, replace, card)
                return replace
            except (MessageGone, Rejected):
                await deliver.forget(self._desk, chat_id, replace)
        return await self._telegram.send(chat_id, card, silent=True, reply_to=reply_to, topic_id=topic_id)

    async def run(self) -> None:
        """Until cancelled: start a worker for every chat with something due."""
        while True:
            self._desk.wake_relay.clear()
            try:
                chats = await deliver.chats_due(self._desk)
            except Exception:  # a database that cannot be read now may be readable in a second; news must not die of it
                log.exception("the outbox cannot be read")
                chats = set()
            for chat_id in chats - self._workers.keys():
                self._start_worker(chat_id)
            # Not wait_for, which loses a cancellation that comes together with the wake-up
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._desk.wake_relay.wait()

    def _start_worker(self, chat_id: int) -> None:
        worker = asyncio.create_task(self._serve(chat_id), name=f"relay {chat_id}")
        self._workers[chat_id] = worker
        worker.add_done_callback(lambda _: self._workers.pop(chat_id, None))

    async def stop(self) -> None:
        """What is on its way to Telegram gets a moment to arrive: cut off, it would be told once more at the start."""
        self._is_stopping = True
        workers = dict(self._workers)
        for chat_id in workers.keys() - self._telling:
            workers[chat_id].cancel()
        if workers:
            await asyncio.wait(workers.values(), timeout=LAST_WORDS_SECONDS)
        for worker in workers.values():
            worker.cancel()
        await asyncio.gather(*workers.values(), return_exceptions=True)

    async def _serve(self, chat_id: int) -> None:
        """Everything due for one chat, most urgent first."""
        try:
            while not self._is_stopping:
                due = await self._due(chat_id)
                if not due:
                    return
                is_answer = due[0].kind in ANSWERS
                if chat_id < 0 and not is_answer and not await self._is_groups_turn(chat_id):
                    continue
                await self.pace.turn(chat_id, is_answer=is_answer)
                async with self._lock(chat_id):
                    if mine := await self._due(chat_id):
                        await self._say_whole(chat_id, self._tell(mine))
        except Exception as trouble:  # one chat's trouble is logged and tried again; it must not end the relay
            log.exception("relay for %s failed", chat_id)
            await self._stumbled(chat_id, is_defect=not isinstance(trouble, StoreError))

    async def _say_whole(self, chat_id: int, telling: Coroutine[Any, Any, None]) -> None:
        """Known to be under way meanwhile, so that a stop waits for it."""
        self._telling.add(chat_id)
        try:
            await telling
        finally:
            self._telling.discard(chat_id)

    async def _is_groups_turn(self, chat_id: int) -> bool:
        """False after a digest, or after a moment of waiting for a turn: what is most urgent may have changed."""
        if await self._herald(chat_id):
            return False
        if self.pace.wait(chat_id, is_answer=False) > HERALD_FROM_SECONDS:
            await self._desk.clock.sleep(1)
            return False
        return True

    async def _stumbled(self, chat_id: int, *, is_defect: bool) -> None:
        """What was being told waits its turn again; the memory that is needed for that may be what is in trouble."""
        while True:
            await self._desk.clock.sleep(1)
            try:
                lost = await deliver.stumbled(self._desk, chat_id, BACKOFF_SECONDS, is_defect=is_defect)
            except StoreError:
                continue
            if lost:
                await self._mishaps.failed(chat_id, lost, "a defect of the desk, see its log")
            return

    async def _due(self, chat_id: int) -> list[Delivery]:
        return await deliver.due(self._desk, chat_id)

    async def _tell(self, mine: list[Delivery]) -> None:
        """One message: the first card or notice, or a digest when many new cards wait."""
        fresh = await deliver.new_cards(self._desk, mine)
        if len(fresh) >= DIGEST_FROM and (mine[0] in fresh):
            await self._tell_many(fresh)
            return
        tasks = await deliver.take(self._desk, [mine[0]])
        for task in tasks:
            await self._guarded([task.delivery], self._teller.tell(task))

    async def _herald(self, chat_id: int) -> bool:
        """A group takes few messages a minute: words that have to wait for their turn come in one digest first."""
        wait = self.pace.wait(chat_id, is_answer=False)
        if wait < HERALD_FROM_SECONDS or self.pace.herald_wait(chat_id):
            return False
        # Words of one order alone are told twice only when their own turn is far away
        least = 1 if wait >= HERALD_ALONE_SECONDS else 2
        async with self._lock(chat_id):
            talk = [delivery for delivery in await self._due(chat_id) if delivery.kind == CHAT]
            chunks, upto = await tell_chat.to_herald(self._desk, chat_id, talk, least=least)
            self.pace.herald(chat_id)
            if not chunks:
                return False
            await self.pace.turn(chat_id, is_answer=True)
            try:
                await self._teller.herald(chat_id, chunks, upto)
            except Slow as slow:
                self.pace.hold(chat_id, slow.seconds)
            except NotReached as no:
                log.info("no digest of words in %s: %s", chat_id, no)  # each of them still has its own turn
        return True

    async def _guarded(self, deliveries: list[Delivery], telling: Coroutine[Any, Any, None]) -> None:
        """Do it, or see to what becomes of it."""
        try:
            await telling
        except NotReached as no:
            if isinstance(no, Slow):
                self.pace.hold(deliveries[0].chat_id, no.seconds)
            await self._mishaps.meet(deliveries, no)
        else:
            self._mishaps.reached(deliveries[0].chat_id)

    async def _tell_many(self, fresh: list[Delivery]) -> None:
        tasks = await deliver.take(self._desk, fresh)
        situations = [task.situation for task in tasks if task.situation is not None]
        deliveries = [task.delivery for task in tasks]
        if situations:
            await self._guarded(deliveries, self._teller.digest(tasks, situations))
