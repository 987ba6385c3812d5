"""The lane to one buyer: what staff said leaves in its order, one request at a time, and never twice by itself.

Files are prepared and uploaded first, all of an album before any of it is shown; an upload belongs to no order, so
that one that was cut short is simply made again. The message itself is `sent` in the store before it leaves.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.attachments import MAX_FROM_PHONE_BYTES, BadFile, Prepared
from bot.domain.chat import Sent
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.reach import FileGone, NotReached, Offline, Slow, TooBig
from bot.domain.sayings import STALE_SECONDS, TRY_FOR_SECONDS, Doubt, Event, Saying, SayingKind, State
from bot.domain.staff import Right
from bot.flows.desk import Desk, StoreError, log
from bot.flows.read_chat import read
from bot.flows.saying_outcome import ask, journal, mark, progress, record
from storage.store import Tables

RETRY_MS = 2000
SLOW_FILE_SECONDS = 3.0
UPLOAD_TRIES = 3


class Later(Exception):
    """Not now: the lane goes on with this saying after `wait_ms`."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"in {wait_ms} ms")
        self.wait_ms = wait_ms


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
            await _hold_rest(desk, batch[place + 1 :])
        if ended is not State.DELIVERED:
            return


async def _hold_rest(desk: Desk, rest: list[Saying]) -> None:
    async with desk.store.write() as tables:
        await _doubt(desk, tables, rest, None, "")


async def _next(desk: Desk, order_id: str) -> list[Saying]:
    """The oldest saying with all that belongs to it; nothing while an older one is without an outcome."""
    async with desk.store.read() as tables:
        opened = await tables.sayings.open_for(order_id)
    if opened and opened[0].state is not State.PLANNED:
        await _hold_stale(desk, [one for one in opened if one.state is State.PLANNED])
    if not opened or opened[0].state is not State.PLANNED or _is_early(desk, opened[0]):
        return []
    first = opened[0]
    batch = [one for one in opened if _belongs(one, first)]
    return [] if any(_is_early(desk, one) for one in batch) else sorted(batch, key=_place)


async def _hold_stale(desk: Desk, waiting: list[Saying]) -> None:
    """What waited too long behind something without an outcome is asked about."""
    for one in waiting:
        if _is_stale(desk, one):
            await _hold(desk, [one], Doubt.STALE, str(STALE_SECONDS // 60))


def _is_early(desk: Desk, saying: Saying) -> bool:
    wait = saying.not_before - desk.now()
    return 0 < wait <= TRY_FOR_SECONDS * 1000


def _belongs(one: Saying, first: Saying) -> bool:
    if one.state is not State.PLANNED or one.attempt != first.attempt or one.source_chat != first.source_chat:
        return False
    return one.album == first.album if first.album else one.source_message == first.source_message


def _place(saying: Saying) -> tuple[bool, int, int]:
    """The pictures of an album first, in its order, then its captions."""
    return bool(saying.album) and saying.kind is SayingKind.TEXT, saying.source_message, saying.part


async def _ready(desk: Desk, batch: list[Saying]) -> bool:
    """Everything of the batch can be sent; False when it changed and must be taken anew. Raises Later."""
    if not _may_talk(desk, batch[0]):
        await _silence(desk, batch)
        return False
    if any(_is_stale(desk, saying) for saying in batch):
        await _hold(desk, batch, Doubt.STALE, str(STALE_SECONDS // 60))
        return False
    if any(saying.kind is SayingKind.FILE and not saying.file_key for saying in batch):
        await _files(desk, batch)
        return False
    async with desk.store.read() as tables:
        reading = await tables.chats.reading(batch[0].order_id)
    if reading is None or reading.read_at is None:
        return await _first_look(desk, batch)
    return True


def _may_talk(desk: Desk, saying: Saying) -> bool:
    person = desk.people.get(saying.person_id)
    return person is not None and person.may(Right.CHAT)


async def _silence(desk: Desk, batch: list[Saying]) -> None:
    """Whoever may not talk with buyers any more does not, with what waited either."""
    async with desk.store.write() as tables:
        for saying in batch:
            moved = await tables.sayings.move(
                saying.id, frm=State.PLANNED, event=Event.REFUSED, at=desk.now(), answer="no_right_here"
            )
            await record(desk, tables, moved)


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
        async with desk.store.write() as tables:
            for saying in batch:
                moved = await tables.sayings.move(
                    saying.id, frm=State.PLANNED, event=Event.REFUSED, at=desk.now(), answer="gate_says",
                    answer_facts={"detail": (error.detail or error.code)[:200]},
                )  # fmt: skip
                await record(desk, tables, moved)
        return False
    return True


async def _files(desk: Desk, batch: list[Saying]) -> None:
    """Prepare and upload what has no key yet. A file that cannot go stops the whole batch, and its person is asked."""
    files = [saying for saying in batch if saying.kind is SayingKind.FILE]
    done = [saying for saying in files if saying.file_key]
    watching = asyncio.create_task(_show_progress(desk, files, done))
    try:
        for saying in files:
            if not saying.file_key:
                await _upload(desk, saying, await _prepared(desk, saying))
                done.append(saying)
    except ManyPages as pages:
        await _ask_for_pages(desk, batch, pages)
    except Bad as bad:
        await _refuse_file(desk, batch, bad)
    finally:
        watching.cancel()


@dataclass
class Bad(Exception):
    saying: Saying
    reason: str
    facts: dict[str, str]


@dataclass
class ManyPages(Exception):
    saying: Saying
    pages: list[Prepared]


async def _prepared(desk: Desk, saying: Saying) -> Prepared:
    """The file as Gate takes it: kept from before, or fetched from the phone and made fit. Raises Bad, Later."""
    if saying.content:
        content = await _kept_content(desk, saying)
        if content is not None:
            return Prepared(content, saying.content_type)
    raw = await _from_phone(desk, saying)
    assert desk.talk.bench is not None and saying.file is not None
    try:
        pages = await desk.talk.bench.prepare(raw, saying.file.name)
    except BadFile as bad:
        raise Bad(saying, bad.reason, bad.facts) from None
    if len(pages) > 1:
        raise ManyPages(saying, pages)
    await _keep(desk, saying, pages[0])
    return pages[0]


async def _kept_content(desk: Desk, saying: Saying) -> bytes | None:
    """What was prepared before; None when the disk has lost or spoilt it, so that the phone is asked again."""
    try:
        return await desk.store.files.get(saying.content)
    except StoreError as error:
        log.error("a prepared file of %s cannot be read: %s", saying.order_id, error)
        return None


async def _keep(desk: Desk, saying: Saying, prepared: Prepared) -> None:
    sha256 = await desk.store.files.put(prepared.content)
    async with desk.store.write() as tables:
        await tables.sayings.set_content(saying.id, sha256, prepared.content_type)


async def _from_phone(desk: Desk, saying: Saying) -> bytes:
    if desk.talk.phone is None or saying.file is None:
        raise Bad(saying, "file_not_from_phone", {})
    if saying.file.size > MAX_FROM_PHONE_BYTES:
        raise Bad(saying, "file_too_big", {})
    try:
        return await desk.talk.phone.download(saying.file.id, MAX_FROM_PHONE_BYTES)
    except TooBig:
        raise Bad(saying, "file_too_big", {}) from None
    except Slow as slow:
        raise Later(int(slow.seconds * 1000)) from None
    except (FileGone, NotReached) as no:
        if isinstance(no, Offline) and _may_try_on(desk, saying):
            raise Later(RETRY_MS) from None
        raise Bad(saying, "file_not_from_phone", {}) from None


async def _upload(desk: Desk, saying: Saying, prepared: Prepared) -> None:
    """An upload belongs to no order: without an answer it is made again, and only its key counts."""
    for tries in range(1, UPLOAD_TRIES + 1):
        try:
            key = await desk.venue.upload_file(content=prepared.content, content_type=prepared.content_type)
        except Refused as no:
            if no.is_throttled:
                raise Later(int((no.retry_after or 2) * 1000)) from None
            raise Bad(saying, "upload_refused", {"detail": (no.detail or no.code)[:100]}) from None
        except NotAllowed as no:
            raise Bad(saying, "upload_refused", {"detail": no.reason}) from None
        except (Unreachable, Unknown) as lost:
            log.info("upload for %s without an answer: %s", saying.order_id, lost)
            if tries < UPLOAD_TRIES:
                await desk.clock.sleep(RETRY_MS / 1000)
            continue
        async with desk.store.write() as tables:
            await tables.sayings.set_file_key(saying.id, key)
        return
    if _may_try_on(desk, saying):
        raise Later(5 * RETRY_MS)
    raise Bad(saying, "upload_no_answer", {})


def _may_try_on(desk: Desk, saying: Saying) -> bool:
    return desk.now() - max(saying.said_at, 0) < TRY_FOR_SECONDS * 1000


async def _show_progress(desk: Desk, files: list[Saying], done: list[Saying]) -> None:
    """What takes longer than a moment gets its mark now and words on how far it is, not only at the end."""
    shown = -1
    await desk.clock.sleep(SLOW_FILE_SECONDS)
    async with desk.store.write() as tables:
        await mark(desk, tables, files[0])
    while True:
        if len(done) != shown:
            shown = len(done)
            async with desk.store.write() as tables:
                await progress(desk, tables, files[0], shown, len(files))
        await desk.clock.sleep(SLOW_FILE_SECONDS)


async def _refuse_file(desk: Desk, batch: list[Saying], bad: Bad) -> None:
    """The bad file is refused by name; what came with it waits for a word of its person."""
    facts = {**bad.facts, "name": bad.saying.file.name if bad.saying.file else ""}
    async with desk.store.write() as tables:
        refused = await tables.sayings.move(
            bad.saying.id, frm=State.PLANNED, event=Event.REFUSED, at=desk.now(), answer=bad.reason,
            answer_facts=facts,
        )  # fmt: skip
        await tables.sayings.doubt(bad.saying.id, {**bad.saying.doubts, Doubt.BAD_FILE.value: bad.reason})
        rest = [saying for saying in batch if saying.id != bad.saying.id]
        if rest:
            await journal(desk, tables, refused)  # one message asks about all of it
            await _doubt(desk, tables, rest, None, "")
        else:
            await record(desk, tables, refused)


async def _ask_for_pages(desk: Desk, batch: list[Saying], found: ManyPages) -> None:
    """A document of several pages becomes as many pictures, if its person wants that."""
    hashes = [await desk.store.files.put(page.content) for page in found.pages]
    original, count = found.saying, str(len(hashes))
    async with desk.store.write() as tables:
        if not await tables.sayings.move(
            original.id, frm=State.PLANNED, event=Event.DOUBTED, at=desk.now(), answer="pages"
        ):
            return
        await tables.sayings.move(original.id, frm=State.HELD, event=Event.DISCARDED, at=desk.now(), answer="pages")
        rest = [saying for saying in batch if saying.id != original.id]
        await _doubt(desk, tables, rest, Doubt.MANY_PAGES, count, asks=False)
        added = []
        for place, (page, sha256) in enumerate(zip(found.pages, hashes, strict=True), start=1):
            made = replace(
                original, id=desk.new_id(), state=State.HELD, part=place, content=sha256,
                content_type=page.content_type, doubts={**original.doubts, Doubt.MANY_PAGES.value: count},
            )  # fmt: skip
            added.append(await tables.sayings.add(made))
        if added[0] is not None:
            await ask(desk, tables, added[0])


async def _hold(desk: Desk, batch: list[Saying], doubt: Doubt, about: str) -> None:
    async with desk.store.write() as tables:
        await _doubt(desk, tables, batch, doubt, about)


async def _doubt(
    desk: Desk, tables: Tables, sayings: list[Saying], doubt: Doubt | None, about: str, *, asks: bool = True
) -> None:
    held = []
    for saying in sayings:
        moved = await tables.sayings.move(saying.id, frm=State.PLANNED, event=Event.DOUBTED, at=desk.now())
        if moved is not None:
            if doubt is not None:
                await tables.sayings.doubt(saying.id, {**saying.doubts, doubt.value: about})
            held.append(moved)
    if held and asks:
        await ask(desk, tables, held[0])


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
        await _silence(desk, [saying])
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
