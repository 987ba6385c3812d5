"""The lane to one buyer: what staff said leaves in its order, one request at a time, and never twice by itself.

Files are made ready first, all of an album before any of it is shown. The message itself is `sent` in the store before
it leaves.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.chat import Sent
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.sayings import STALE_SECONDS, TRY_FOR_SECONDS, Doubt, Event, Saying, SayingKind, State
from bot.domain.staff import Right
from bot.flows.desk import Desk, StoreError, log
from bot.flows.holding import RETRY_MS, Later, hold, refuse, waits_with
from bot.flows.outgoing_files import make_ready
from bot.flows.read_chat import read
from bot.flows.saying_outcome import record
from storage.store import Tables

NO_RIGHT = "no_right_here"
"""whoever may not talk with buyers any more does not, with what waited either"""


async def adopt(desk: Desk) -> int:
    """At start: what was on its way when the process died may or may not have arrived."""
    async with desk.store.write() as tables:
        orphans = await tables.sayings.in_state(State.SENT)
        for saying in orphans:
            await _lost(desk, tables, saying, "restarted")
    return len(orphans)


async def round_(desk: Desk) -> None:
    """Start a lane for every order that has something to say and none yet."""
    async with desk.store.read() as tables:
        waiting = await tables.sayings.orders_open()
    for order_id in sorted(waiting - desk.talk.lanes.keys()):
        task = desk.spawn(_serve(desk, order_id), f"say {order_id}")
        desk.talk.lanes[order_id] = task
        task.add_done_callback(partial(_done, desk, order_id))


def _done(desk: Desk, order_id: str, task: object) -> None:
    desk.talk.lanes.pop(order_id, None)


async def _serve(desk: Desk, order_id: str) -> None:
    """Until nothing of this order can leave now."""
    while batch := await _next(desk, order_id):
        try:
            if not await _ready(desk, batch):
                continue
            await _send_all(desk, batch)
        except Later as later:
            await _postpone(desk, batch, later.wait_ms)
        except StoreError as error:
            log.error("words for %s have to wait: %s", order_id, error)
            await _postpone(desk, batch, 5 * RETRY_MS)
        except Exception:  # one odd saying must neither end the others' lanes nor be tried in a circle
            log.exception("words for %s", order_id)
            await _postpone(desk, batch, 15 * RETRY_MS)


async def _send_all(desk: Desk, batch: list[Saying]) -> None:
    """One after the other; when one does not arrive, its person is asked about the rest."""
    for place, saying in enumerate(batch):
        ended = await _send(desk, saying)
        if ended is State.REFUSED:
            await hold(desk, batch[place + 1 :])
        if ended is not State.DELIVERED:
            return


async def _next(desk: Desk, order_id: str) -> list[Saying]:
    """The oldest saying with all that belongs to it; nothing while an older one is without an outcome."""
    async with desk.store.read() as tables:
        opened = await tables.sayings.open_for(order_id)
    if opened and opened[0].state is not State.PLANNED:
        await _hold_stale(desk, [one for one in opened if one.state is State.PLANNED])
    if not opened or opened[0].state is not State.PLANNED or _is_early(desk, opened[0]):
        return []
    first = opened[0]
    batch = [one for one in opened if waits_with(one, first)]
    return [] if any(_is_early(desk, one) for one in batch) else sorted(batch, key=_place)


async def _hold_stale(desk: Desk, waiting: list[Saying]) -> None:
    """What waited too long behind something without an outcome is asked about."""
    for one in waiting:
        if _is_stale(desk, one):
            await hold(desk, [one], Doubt.STALE, str(STALE_SECONDS // 60))


def _is_early(desk: Desk, saying: Saying) -> bool:
    wait = saying.not_before - desk.now()
    return 0 < wait <= TRY_FOR_SECONDS * 1000


def _place(saying: Saying) -> tuple[bool, int, int]:
    """The pictures of an album first, in its order, then its captions."""
    return bool(saying.album) and saying.kind is SayingKind.TEXT, saying.source_message, saying.part


async def _ready(desk: Desk, batch: list[Saying]) -> bool:
    """Everything of the batch can be sent; False when it changed and must be taken anew. Raises Later."""
    if not _may_talk(desk, batch[0]):
        await refuse(desk, batch, NO_RIGHT)
        return False
    if any(_is_stale(desk, saying) for saying in batch):
        await hold(desk, batch, Doubt.STALE, str(STALE_SECONDS // 60))
        return False
    if any(saying.kind is SayingKind.FILE and not saying.file_key for saying in batch):
        await make_ready(desk, batch)
        return False
    async with desk.store.read() as tables:
        reading = await tables.chats.reading(batch[0].order_id)
    if reading is None or reading.read_at is None:
        return await _first_look(desk, batch)
    return True


def _may_talk(desk: Desk, saying: Saying) -> bool:
    person = desk.people.get(saying.person_id)
    return person is not None and person.may(Right.CHAT)


def _is_stale(desk: Desk, saying: Saying) -> bool:
    """Words that waited for long are asked for again, counted from when their person last said that they may go."""
    return desk.now() - saying.said_at > STALE_SECONDS * 1000


async def _first_look(desk: Desk, batch: list[Saying]) -> bool:
    """What stood in the chat before must not be taken for what we say now. False when the venue will not show it."""
    try:
        await read(desk, batch[0].order_id)
    except (Refused, Unreachable, Unknown, NotAllowed) as error:
        log.info("chat of %s not read before the first word: %s", batch[0].order_id, error)
        if not isinstance(error, Refused) or error.is_throttled:
            raise Later(RETRY_MS) from None
        await refuse(desk, batch, "gate_says", {"detail": (error.detail or error.code)[:200]})
        return False
    return True


async def _send(desk: Desk, saying: Saying) -> State | None:
    """One request for one saying; how it ended, None when it must be taken anew. Raises Later."""
    moved = await _begin(desk, saying)
    if moved is None:
        return None
    try:
        sent = await _request(desk, saying)
    except Refused as no:
        if no.is_throttled:
            await _not_left(desk, moved)
            raise Later(int((no.retry_after or 2) * 1000)) from None
        await _ended(desk, moved, Event.REFUSED, "gate_says", {"detail": (no.detail or no.code)[:200]})
        return State.REFUSED
    except NotAllowed as no:
        await _ended(desk, moved, Event.REFUSED, no.reason, no.facts)
        return State.REFUSED
    except Unreachable:
        await _not_left(desk, moved)
        raise Later(RETRY_MS) from None
    except Unknown as lost:
        return await _without_answer(desk, moved, lost.why)
    except Exception as defect:  # whatever it was, the request may have left
        log.exception("words for %s", saying.order_id)
        return await _without_answer(desk, moved, type(defect).__name__)

    async def accepted(tables: Tables) -> None:
        done = await tables.sayings.move(
            moved.id, frm=State.SENT, event=Event.ACCEPTED, at=desk.now(), answer="accepted",
            is_flagged=sent.is_flagged, warning=sent.warning,
        )  # fmt: skip
        await record(desk, tables, done)

    await _written(desk, accepted)
    desk.talk.hint(saying.order_id)
    return State.DELIVERED


async def _begin(desk: Desk, saying: Saying) -> Saying | None:
    """It is about to leave, said by somebody who still may; None when it is not to leave any more."""
    if not _may_talk(desk, saying):
        await refuse(desk, [saying], NO_RIGHT)
        return None
    async with desk.store.write() as tables:
        return await tables.sayings.move(saying.id, frm=State.PLANNED, event=Event.SENDING, at=desk.now())


async def _request(desk: Desk, saying: Saying) -> Sent:
    if saying.kind is SayingKind.TEXT:
        return await desk.venue.say(order_id=saying.order_id, text=saying.text)
    return await desk.venue.send_file(order_id=saying.order_id, file_key=saying.file_key)


async def _written(desk: Desk, work: Callable[[Tables], Awaitable[None]]) -> None:
    """What happened at the venue is written down, however long the memory takes to work again."""
    while True:
        try:
            async with desk.store.write() as tables:
                await work(tables)
            return
        except StoreError as error:
            log.error("an outcome waits for the memory: %s", error)
            await desk.clock.sleep(1)


async def _without_answer(desk: Desk, saying: Saying, why: str) -> State:
    await _written(desk, lambda tables: _lost(desk, tables, saying, why))
    desk.talk.hint(saying.order_id)
    return State.UNKNOWN


async def _not_left(desk: Desk, saying: Saying) -> None:
    async def never_left(tables: Tables) -> None:
        await tables.sayings.move(saying.id, frm=State.SENT, event=Event.NEVER_LEFT, at=desk.now())

    await _written(desk, never_left)


async def _ended(desk: Desk, saying: Saying, event: Event, answer: str, facts: dict[str, str]) -> None:
    async def ended(tables: Tables) -> None:
        moved = await tables.sayings.move(
            saying.id, frm=State.SENT, event=event, at=desk.now(), answer=answer, answer_facts=facts
        )
        await record(desk, tables, moved)

    await _written(desk, ended)


async def _lost(desk: Desk, tables: Tables, saying: Saying, answer: str) -> None:
    """No answer: unknown, unless the chat has already shown it."""
    moved = await tables.sayings.move(saying.id, frm=State.SENT, event=Event.NO_ANSWER, at=desk.now(), answer=answer)
    if moved is not None and moved.id not in {one.id for one in await tables.sayings.unexplained(saying.order_id)}:
        moved = await tables.sayings.move(saying.id, frm=State.UNKNOWN, event=Event.SEEN, at=desk.now(), answer="seen")
    await record(desk, tables, moved)


async def _postpone(desk: Desk, batch: list[Saying], wait_ms: int) -> None:
    """All of the batch waits, and not longer than it may before its person is asked again."""
    wait_ms = min(wait_ms, TRY_FOR_SECONDS * 1000 - RETRY_MS)
    try:
        async with desk.store.write() as tables:
            for saying in batch:
                await tables.sayings.postpone(saying.id, desk.now() + wait_ms)
    except StoreError:
        await desk.clock.sleep(min(wait_ms / 1000, 10))
