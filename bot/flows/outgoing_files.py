"""Files of staff on their way out: fetched from the phone, made fit, uploaded.

An upload belongs to no order and nobody sees it, so that one that was cut short is simply made again.
"""

import asyncio
from dataclasses import dataclass, replace

from bot.domain.attachments import MAX_FROM_PHONE_BYTES, BadFile, Prepared
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.reach import FileGone, NotReached, Offline, Slow, TooBig
from bot.domain.sayings import TRY_FOR_SECONDS, Doubt, Event, Saying, SayingKind, State
from bot.flows.desk import Desk, StoreError, log
from bot.flows.holding import RETRY_MS, Later, put_in_doubt
from bot.flows.saying_outcome import ask, journal, mark, progress, record

SLOW_FILE_SECONDS = 3.0
UPLOAD_TRIES = 3


async def make_ready(desk: Desk, batch: list[Saying]) -> None:
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
        await ask_for_pages(desk, batch, pages)
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
            await put_in_doubt(desk, tables, rest, None, "")
        else:
            await record(desk, tables, refused)


async def ask_for_pages(desk: Desk, batch: list[Saying], found: ManyPages) -> None:
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
        await put_in_doubt(desk, tables, rest, Doubt.MANY_PAGES, count, asks=False)
        added = []
        for place, (page, sha256) in enumerate(zip(found.pages, hashes, strict=True), start=1):
            made = replace(
                original, id=desk.new_id(), state=State.HELD, part=place, content=sha256,
                content_type=page.content_type, doubts={**original.doubts, Doubt.MANY_PAGES.value: count},
            )  # fmt: skip
            added.append(await tables.sayings.add(made))
        if added[0] is not None:
            await ask(desk, tables, added[0])
