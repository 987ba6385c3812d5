"""One order's conversation, files and journal as a zip: what leads hand to the venue in an appeal.

The zip holds the same bytes whenever the same things are packed: fixed times, fixed order. What is collected is read in
one look at the memory; the bytes of files follow one by one, so that at most one of them and the zip are in memory, and
packing is done beside the loop.
"""

import asyncio
import hashlib
import io
import zipfile
from dataclasses import replace

from bot.domain.attachments import FileState, KeptFile
from bot.domain.chat import Author, ChatKind
from bot.domain.errors import NotAllowed
from bot.domain.evidence import (
    Case,
    PackFile,
    Said,
    conversation_json,
    conversation_text,
    hashes,
    joined_actors,
    journal_csv,
    journal_json,
    named,
    order_json,
    readme,
)
from bot.domain.sayings import Saying
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.flows import assemble
from bot.flows.announce import NORMAL
from bot.flows.assemble import name_of, stored_order
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk, StoreError, log
from bot.flows.duress import kept_from
from bot.flows.order_export import order_document
from storage.chats import Heard
from storage.store import Tables

MOST_FOR_A_PHONE = 45_000_000
"""Telegram takes 50 MB from a bot; what does not fit is named in the pack"""
EVERYTHING = 1_000_000
AGAIN_MS = 5000
BEGINNING = (1980, 1, 1, 0, 0, 0)
ALREADY_SMALL = ("image/", "video/")


PACK = "pack"


async def later(desk: Desk, user_id: int, order_id: str) -> None:
    """Telegram did not take it: the person gets the pack when it is back, as it is then."""
    async with desk.store.write() as tables:
        await tables.outbox.put_line(
            chat_id=user_id, person_id=user_id, kind=PACK, key=f"{PACK}:{order_id}", order_id=order_id, facts={},
            ring=False, priority=NORMAL, at=desk.now(), next_at=desk.now() + AGAIN_MS,
        )  # fmt: skip
    desk.wake_relay.set()


async def waiting(desk: Desk, delivery: Delivery) -> tuple[Situation, bytes, dict[str, str]] | None:
    """The order, its pack and what the journal keeps of it; None for somebody who may not have it any more."""
    order_id, user_id = delivery.order_id or "", delivery.person_id
    if user_id is None:
        return None
    try:
        situation = await assemble.show(desk, user_id, order_id)
        return situation, *await _made(desk, order_id, user_id)
    except NotAllowed as no:
        log.info("the pack of %s is not for %s any more: %s", order_id, user_id, no)
        return None


async def handed(desk: Desk, delivery: Delivery, facts: dict[str, str] | None) -> None:
    """It was told, `facts` of the pack go into the journal; without them there was nothing to hand over."""
    async with desk.store.write() as tables:
        await tables.outbox.sent([delivery.id], desk.now())
        if facts is not None:
            await _journal(desk, tables, delivery.person_id, delivery.order_id or "", facts)


async def pack(desk: Desk, order_id: str, user_id: int | None) -> bytes:
    """The zip; for a person at most 45 MB of files, for the command line (None) all. Raises NotAllowed, StoreError."""
    content, facts = await _made(desk, order_id, user_id)
    async with desk.store.write() as tables:
        await _journal(desk, tables, user_id, order_id, facts)
    return content


async def _made(desk: Desk, order_id: str, user_id: int | None) -> tuple[bytes, dict[str, str]]:
    language = desk.policy.language
    if user_id is not None:
        language = desk.need(user_id, Right.EXPORT).language
    async with desk.store.read() as tables:
        case = named(await _case(desk, tables, order_id, user_id))
    content = await _zipped(desk, case, language, most=None if user_id is None else MOST_FOR_A_PHONE)
    facts = {"files": str(len(case.files)), "messages": str(len(case.said)), "sha256": await _sha256(content)}
    return content, facts


async def _journal(desk: Desk, tables: Tables, user_id: int | None, order_id: str, facts: dict[str, str]) -> None:
    await tables.journal.add(
        at=desk.now(), actor=user_id, action="export", target=order_id, facts=facts, outcome="done"
    )


async def _case(desk: Desk, tables: Tables, order_id: str, user_id: int | None) -> Case:
    stored = await stored_order(tables, order_id)
    reading = await tables.chats.reading(order_id)
    without = await kept_from(tables, user_id)
    newest_first = await tables.journal.page(limit=EVERYTHING, offset=0, target=order_id, without=without)
    journal = tuple(reversed(newest_first))
    sayings = tuple(await tables.sayings.of_order(order_id))
    by_id = {saying.id: saying for saying in sayings}
    said = [
        await _said(desk, tables, heard, by_id.get(heard.saying_id))
        for heard in await tables.chats.before(order_id, None, EVERYTHING)
    ]
    return Case(
        order_id=order_id,
        order=await order_document(tables, stored),
        said=tuple(said),
        sayings=sayings,
        journal=journal,
        names={person_id: name_of(desk, person_id) for person_id in joined_actors(journal, sayings)},
        read_at=reading.read_at if reading is not None else None,
        is_complete=reading is not None and reading.is_complete,
    )


async def _said(desk: Desk, tables: Tables, heard: Heard, saying: Saying | None) -> Said:
    said_by = name_of(desk, heard.said_by) if heard.said_by is not None else ""
    files = [_of_theirs(heard, file) for file in await tables.files.of_message(heard.number)]
    if not files and heard.message.kind is ChatKind.FILE:
        files = [_of_ours(heard, saying)]
    return Said(heard.message, heard.author, heard.seen_at, said_by, tuple(files))


def _of_theirs(heard: Heard, file: KeptFile) -> PackFile:
    why = {FileState.WANTED: "wanted", FileState.FAILED: "failed", FileState.KEPT: ""}[file.state]
    return PackFile(heard.message.at, heard.author, file.content_type, file.sha256, file.size, why=why)


def _of_ours(heard: Heard, saying: Saying | None) -> PackFile:
    """What the desk sent is kept as it was sent; what was sent past it was never here."""
    if saying is None or not saying.content:
        why = "not_kept" if heard.author is Author.US else "failed"
        return PackFile(heard.message.at, heard.author, "", "", 0, why=why)
    return PackFile(heard.message.at, heard.author, saying.content_type, saying.content, 0)


async def _zipped(desk: Desk, case: Case, language: str, *, most: int | None) -> bytes:
    """Files first, because only then it is known which of them could be had; the documents name the others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        said, used = [], 0
        for one in case.said:
            files = []
            for file in one.files:
                packed = await _put_file(desk, archive, file, None if most is None else most - used)
                used += 0 if packed.why else packed.size
                files.append(packed)
            said.append(replace(one, files=tuple(files)))
        await asyncio.to_thread(_put_documents, archive, replace(case, said=tuple(said)), language)
    return out.getvalue()


async def _put_file(desk: Desk, archive: zipfile.ZipFile, file: PackFile, room: int | None) -> PackFile:
    if file.why:
        return file
    try:
        content = await desk.store.files.get(file.sha256)
    except StoreError as error:
        log.error("file %s of a pack: %s", file.sha256, error)
        return replace(file, why="damaged")
    if content is None:
        return replace(file, why="gone")
    if room is not None and len(content) > room:
        return replace(file, size=len(content), why="too_large")
    is_small = file.content_type.startswith(ALREADY_SMALL)
    await asyncio.to_thread(_put, archive, file.name, content, is_small)
    return replace(file, size=len(content))


def _put_documents(archive: zipfile.ZipFile, case: Case, language: str) -> None:
    documents = {
        "1_order.json": order_json(case),
        "2_conversation.txt": conversation_text(case, language),
        "2_conversation.json": conversation_json(case),
        "3_files/hashes.txt": hashes(case.files),
        "4_journal.json": journal_json(case),
        "4_journal.csv": "\ufeff" + journal_csv(case),
        "README.txt": readme(case, language),
    }
    for name, text in documents.items():
        # half a surrogate, which a chat may hold, becomes an escape that JSON reads back
        _put(archive, name, text.encode("utf-8", "backslashreplace"), False)


def _put(archive: zipfile.ZipFile, name: str, content: bytes, is_small: bool) -> None:
    entry = zipfile.ZipInfo(name, BEGINNING)
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    entry.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


async def _sha256(content: bytes) -> str:
    return await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
