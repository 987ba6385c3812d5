"""What the relay asks about chats: which lines are next in this chat of ours, and that they were shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.attachments import FileState, KeptFile
from bot.domain.chat import Author
from bot.domain.conversation import Chunk, Line
from bot.domain.errors import NotAllowed
from bot.domain.sayings import Saying, State
from bot.domain.situations import Reader, Situation
from bot.domain.topics import Stage
from bot.flows import deliver, topics
from bot.flows.announce import NORMAL, QUIET
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.deliver import Delivery, Shown
from bot.flows.desk import Desk
from bot.flows.fetch_files import FILE
from bot.flows.read_chat import put
from bot.flows.say import asked_about
from bot.flows.saying_outcome import place
from storage.chats import Heard
from storage.store import Tables

MOST_LINES = 12
FILE_WAIT_MS = 8000
MOST_CHARACTERS = 2500
MOST_HERALDED = 12
SAID = "said"
"""the kind of a message of ours that shows a buyer's words: a reply to it goes to the buyer"""


@dataclass(frozen=True, slots=True)
class Telling:
    """What to show now. `upto` is the last number it covers; `has_more` when there is more behind it.

    `files` are to be sent as files with the chunk as caption; none means that the chunk is a text.
    """

    delivery: Delivery
    reader: Reader
    chunk: Chunk | None
    files: tuple[KeptFile, ...]
    upto: int
    has_more: bool
    topic_id: int | None
    wants_topic: bool
    card_id: int | None


async def next_telling(desk: Desk, delivery: Delivery) -> Telling | None:
    """The next lines for this chat, or None while a file of them is still on its way (or nobody may read it)."""
    reader = deliver.reader_for(desk, delivery.person_id)
    assert delivery.order_id is not None and reader is not None
    async with desk.store.read() as tables:
        stored = await stored_order(tables, delivery.order_id)
        told = await tables.chats.told(delivery.chat_id, stored.order.id) or 0
        heard = await tables.chats.after(stored.order.id, told, MOST_LINES + 1)
        lines = [await _line(desk, tables, one) for one in heard]
        sources = {one.saying_id: await _source(tables, one) for one in heard if one.saying_id}
        chosen, skipped = _choose(heard, lines, sources, delivery.chat_id)
        situation = await situation_of(desk, tables, stored)
        card = await tables.messages.card(delivery.chat_id, stored.order.id)
    since = {one.number: one.seen_at for one in heard}
    if any(_is_worth_waiting_for(desk, file, since[line.number]) for line in chosen for file in line.files):
        return None
    files = tuple(file for line in chosen for file in line.files if file.state is FileState.KEPT)
    upto = max([line.number for line in chosen] + skipped, default=told)
    chunk = Chunk(situation, tuple(chosen), is_repeat=delivery.repeated) if chosen else None
    is_group = delivery.person_id is None
    return Telling(
        delivery=delivery,
        reader=reader,
        chunk=chunk,
        files=files,
        upto=upto,
        has_more=len(heard) > MOST_LINES or any(one.number > upto for one in heard),
        topic_id=stored.topic_id if is_group else None,
        wants_topic=is_group and stored.topic_id is None and deliver.wants_topic(desk, stored),
        card_id=card.message_id if card is not None else None,
    )


def _is_worth_waiting_for(desk: Desk, file: KeptFile, seen_at: int) -> bool:
    """A picture comes with its line when it comes soon; a slow host must not hold back the words behind it."""
    return file.state is FileState.WANTED and 0 <= desk.now() - seen_at < FILE_WAIT_MS


async def _line(desk: Desk, tables: Tables, heard: Heard) -> Line:
    said_by = name_of(desk, heard.said_by) if heard.said_by is not None else ""
    files = await tables.files.of_message(heard.number)
    return Line(heard.number, heard.message, heard.author, said_by, files)


async def _source(tables: Tables, heard: Heard) -> int | None:
    saying = await tables.sayings.get(heard.saying_id)
    return saying.source_chat if saying is not None else None


def _choose(
    heard: Sequence[Heard], lines: Sequence[Line], sources: dict[str, int | None], chat_id: int
) -> tuple[list[Line], list[int]]:
    """Texts that follow each other go together, a line with files goes alone; what was said right here is skipped."""
    chosen: list[Line] = []
    skipped: list[int] = []
    length = 0
    for one, line in zip(heard, lines, strict=True):
        if one.saying_id and one.author in (Author.US, Author.UNKNOWN) and sources.get(one.saying_id) == chat_id:
            skipped.append(line.number)
            continue
        length += len(line.message.text)
        is_alone = bool(line.files)
        if chosen and (is_alone or length > MOST_CHARACTERS or len(chosen) >= MOST_LINES):
            break
        chosen.append(line)
        if is_alone:
            break
    if chosen:
        skipped = [number for number in skipped if number <= chosen[-1].number]
    return chosen, skipped


async def to_herald(desk: Desk, chat_id: int, talk: Sequence[Delivery], *, least: int = 2) -> tuple[list[Chunk], int]:
    """The words of others that neither a digest nor their own place has shown yet, order by order; and up to where.

    The words of one order alone need no digest: their own message comes next.
    """
    chunks: list[Chunk] = []
    async with desk.store.read() as tables:
        since = await tables.chats.heralded(chat_id)
        for delivery in talk:
            assert delivery.order_id is not None
            told = await tables.chats.told(chat_id, delivery.order_id) or 0
            heard = await tables.chats.after(delivery.order_id, max(told, since), MOST_LINES)
            lines = [await _line(desk, tables, one) for one in heard if one.author in (Author.THEM, Author.UNKNOWN)]
            if lines:
                stored = await stored_order(tables, delivery.order_id)
                chunks.append(Chunk(await situation_of(desk, tables, stored), tuple(lines)))
    if len(chunks) < least:
        return [], 0
    chunks.sort(key=lambda chunk: chunk.lines[0].number)
    now, later = chunks[:MOST_HERALDED], chunks[MOST_HERALDED:]
    upto = max((chunk.lines[-1].number for chunk in now), default=0)
    return now, min([upto, *(chunk.lines[0].number - 1 for chunk in later)])


async def heralded(desk: Desk, chat_id: int, upto: int) -> None:
    async with desk.store.write() as tables:
        await tables.chats.herald(chat_id, upto)


async def late_file(desk: Desk, delivery: Delivery) -> Telling | None:
    """The line of a file that comes after its line was told, with that file; None when the line is gone."""
    reader = deliver.reader_for(desk, delivery.person_id)
    assert delivery.order_id is not None and reader is not None
    async with desk.store.read() as tables:
        heard = await tables.chats.get(int(delivery.facts["message"]))
        if heard is None:
            return None
        stored = await stored_order(tables, delivery.order_id)
        line = await _line(desk, tables, heard)
        situation = await situation_of(desk, tables, stored)
        upto = await tables.chats.told(delivery.chat_id, stored.order.id) or 0
        card = await tables.messages.card(delivery.chat_id, stored.order.id)
    named = delivery.facts.get("file", "")
    files = tuple(file for file in line.files if file.state is FileState.KEPT and named in ("", str(file.number)))
    return Telling(
        delivery, reader, Chunk(situation, (line,), delivery.repeated), files, upto, False,
        stored.topic_id if delivery.person_id is None else None, False, card.message_id if card else None,
    )  # fmt: skip


async def told(desk: Desk, telling: Telling, shown: Sequence[Shown]) -> None:
    """It stands there now; what is behind it comes next."""
    delivery = telling.delivery
    assert delivery.order_id is not None
    async with desk.store.write() as tables:
        for item in shown:
            await tables.messages.remember(item)
        await tables.chats.set_told(delivery.chat_id, delivery.order_id, telling.upto)
        await tables.outbox.sent([delivery.id], desk.now())
        await _put_files(desk, tables, telling)
        await _put_arrived(tables, telling, desk.now())
        if telling.has_more:
            await put(desk, tables, delivery.chat_id, delivery.person_id, delivery.order_id)
    desk.wake_relay.set()


async def told_late(desk: Desk, telling: Telling, shown: Sequence[Shown]) -> None:
    """The file stands there now; the other files of its line come next."""
    async with desk.store.write() as tables:
        for item in shown:
            await tables.messages.remember(item)
        await tables.outbox.sent([telling.delivery.id], desk.now())
        await _put_files(desk, tables, telling)
    desk.wake_relay.set()


async def _put_files(desk: Desk, tables: Tables, telling: Telling) -> None:
    """Every further file of a message has its own turn and its own fate, before the words that follow."""
    delivery = telling.delivery
    for file in telling.files[1:]:
        assert telling.chunk is not None
        facts = {"message": str(telling.chunk.lines[0].number), "file": str(file.number)}
        await tables.outbox.put_line(
            chat_id=delivery.chat_id, person_id=delivery.person_id, kind=FILE,
            key=f"file:{file.number}:{delivery.chat_id}", order_id=delivery.order_id, facts=facts, ring=False,
            priority=(NORMAL if delivery.person_id is not None else QUIET) - 1, at=desk.now(),
        )  # fmt: skip


async def _put_arrived(tables: Tables, telling: Telling, at: int) -> None:
    """What became of a file while its line was being told without it follows by itself."""
    delivery = telling.delivery
    for line in telling.chunk.lines if telling.chunk is not None else ():
        for file in line.files:
            now = await tables.files.get(file.number) if file.state is FileState.WANTED else None
            if now is not None and now.state is not FileState.WANTED:
                await tables.outbox.put_line(
                    chat_id=delivery.chat_id, person_id=delivery.person_id, kind=FILE,
                    key=f"file:{file.number}", order_id=delivery.order_id,
                    facts={"message": str(line.number), "file": str(file.number), "late": "1"}, ring=False,
                    priority=QUIET, at=at,
                )  # fmt: skip


async def content_of(desk: Desk, file: KeptFile, form: str) -> bytes | str | None:
    """Telegram's id of the same file when it was sent before, else its bytes; None when they are gone."""
    async with desk.store.read() as tables:
        known = await tables.files.file_id(file.sha256, form)
    return known or await desk.store.files.get(file.sha256)


async def remember_file_id(desk: Desk, file: KeptFile, form: str, file_id: str) -> None:
    async with desk.store.write() as tables:
        await tables.files.remember_file_id(file.sha256, form, file_id)


@dataclass(frozen=True, slots=True)
class Marked:
    """A saying to be marked on its person's own message, with everything that was held together with it."""

    saying: Saying
    together: tuple[Saying, ...]
    situation: Situation | None
    worst: State


async def marked(desk: Desk, delivery: Delivery) -> Marked | None:
    """The saying as it stands now; None when it is gone."""
    async with desk.store.read() as tables:
        saying = await tables.sayings.get(delivery.facts.get("saying", ""))
        if saying is None:
            return None
        group = tuple(await asked_about(tables, saying))
        # Telegram shows the marks of all pieces of an album on its first one
        message = await tables.sayings.of_album(saying.order_id, saying.album) if saying.album else []
        message = message or await tables.sayings.of_message(saying.source_chat, saying.source_message)
        try:
            situation = await situation_of(desk, tables, await stored_order(tables, saying.order_id))
        except NotAllowed:
            situation = None
    return Marked(saying, group, situation, _worst([one for one in message if one.attempt == saying.attempt]))


def _worst(parts: Sequence[Saying]) -> State:
    """One mark for all that came of one message: it is done when all of it is, and bad when any of it is."""
    order = (State.REFUSED, State.MISSING, State.UNKNOWN, State.SENT, State.PLANNED, State.DELIVERED)
    return next((state for state in order if any(one.state is state for one in parts)), State.DROPPED)


async def progress_of(desk: Desk, saying: Saying) -> int | None:
    """The message that tells how far this upload is."""
    async with desk.store.read() as tables:
        number = await tables.desk.get(_progress_key(desk, saying))
    return int(number) if number is not None else None


async def progress_shown(desk: Desk, saying: Saying, message_id: int) -> None:
    async with desk.store.write() as tables:
        await tables.desk.put(_progress_key(desk, saying), str(message_id))


async def progress_over(desk: Desk, saying: Saying) -> None:
    async with desk.store.write() as tables:
        await tables.desk.delete(_progress_key(desk, saying))


def _progress_key(desk: Desk, saying: Saying) -> str:
    return f"progress:{place(desk, saying)}:{saying.source_message}"


async def topic_opened(
    desk: Desk, order_id: str, topic_id: int, *, name: str = "", stage: Stage = Stage.GOING_ON
) -> None:
    """The order has a topic now; its card goes there, too."""
    async with desk.store.write() as tables:
        await topics.born(tables, desk.desk_chat_id or 0, order_id, topic_id, name, stage, desk.now())
        if desk.desk_chat_id is not None:
            await tables.outbox.put_card(
                chat_id=desk.desk_chat_id, person_id=None, order_id=order_id, repost=True, ring=False,
                priority=deliver.INTO_TOPIC, at=desk.now(),
            )  # fmt: skip
