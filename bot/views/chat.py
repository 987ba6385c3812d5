"""What reaches staff from the chat of an order: new messages, files, the herald of many chats, and the chat to read."""

from collections.abc import Sequence

from bot.domain.chat import Author
from bot.domain.conversation import Chunk, Line, Transcript
from bot.domain.orders import Side
from bot.domain.situations import Reader, Situation
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, blockquote, bold, clean, joined, units
from bot.views.chat_lines import drawn, header, is_whole
from bot.views.chat_words import WRITE
from bot.views.order_buttons import open_row
from bot.views.pen import Pen, rows

CHUNK_UNITS = 3500
CHUNK_LINES = 30  # Telegram drops every entity after the hundredth, and with it the quotes
CHUNK_QUOTES = (3000, 2000, 1000)
CAPTION_UNITS = 960
CAPTION_QUOTES = (600, 300, 100)
PAGE_UNITS = 3000
HERALD_UNITS = 3300
HERALD_COLUMNS = 120
HERALD_ORDERS = 15
BUTTONS_PER_ROW = 3


def chunk_card(chunk: Chunk, reader: Reader) -> Card:
    """The lines under the fixed header. What does not fit is said to be missing; `split_chunk` avoids that."""
    pen = Pen(reader, chunk.situation.seen_at)
    return Card(_fitting(pen, chunk, CHUNK_UNITS, CHUNK_QUOTES), _answer_rows(pen, chunk))


def split_chunk(chunk: Chunk, reader: Reader) -> tuple[Chunk, ...]:
    """The same lines in chunks whose cards hold all of them."""
    pen = Pen(reader, chunk.situation.seen_at)
    chunks, rest = [], chunk.lines
    while rest:
        _, shown = _filled(pen, Chunk(chunk.situation, rest, chunk.is_repeat), CHUNK_UNITS)
        chunks.append(Chunk(chunk.situation, rest[:shown], chunk.is_repeat))
        rest = rest[shown:]
    return tuple(chunks)


def file_caption(chunk: Chunk, reader: Reader) -> Card:
    """The caption of a file that is sent itself, for a chunk of one line; at most 1024 units."""
    pen = Pen(reader, chunk.situation.seen_at)
    return Card(_fitting(pen, chunk, CAPTION_UNITS, CAPTION_QUOTES), _answer_rows(pen, chunk))


def herald_card(chunks: Sequence[Chunk], reader: Reader) -> Card:
    """Many chats at once: who wrote, and how it begins. The buttons stand in direct messages only."""
    pen = Pen(reader)
    text = bold(pen.say("💬 New words, chats: {number}", number=form.count(len(chunks))))
    shown: list[Situation] = []
    for chunk in chunks[:HERALD_ORDERS]:
        longer = joined((text, _heralded(pen, chunk)))
        if units(Card(longer).plain) > HERALD_UNITS:
            break
        text, shown = longer, [*shown, chunk.situation]
    rest = len(chunks) - len(shown)
    lines = [text, pen.say("+{number} more", number=form.count(rest))] if rest else [text]
    lines.append(pen.say("The full words follow in each chat."))
    return Card(joined(lines), () if reader.is_group else _chat_buttons(shown))


def chat_card(page: Transcript, reader: Reader) -> Card:
    """The newest lines that fit, the newest at the bottom."""
    s = page.situation
    pen = Pen(reader, s.seen_at)
    shown = _newest(pen, page.lines, s.order.side)
    lines = [header(pen, s), *(drawn(pen, line, s.order.side) for line in shown)]
    if not page.lines:
        lines.append(pen.say("No words here yet."))
    if page.held:
        lines.append(pen.say("✋ Waiting for your answer: {number}", number=form.count(page.held)))
    if page.read_at is None:
        lines.append(pen.say("Chat not read yet"))
    else:
        lines.append(pen.say("Chat read {time}", time=pen.clock(page.read_at, seconds=True)))
    older = shown[0].number if len(shown) < len(page.lines) else page.older
    return Card(joined(lines), _page_rows(pen, s, older))


def pack_caption(s: Situation, reader: Reader) -> Card:
    """Under the zip of one order."""
    pen = Pen(reader, s.seen_at)
    return Card(
        joined((
            pen.title("🗂", pen.words("Appeal pack"), s.order),
            pen.say("Chat, files, their hashes, our journal,"),
            pen.say("in the order of Gate's evidence list."),
            pen.say("⚠ Names and accounts: for Gate only."),
        ))
    )  # fmt: skip


def _fitting(pen: Pen, chunk: Chunk, limit: int, quotes: Sequence[int]) -> Markup:
    """The lines that fit, with the longest quotes that fit; what is missing is said to be."""
    for quoted in quotes:
        text, shown = _filled(pen, chunk, limit, quoted)
        if units(Card(text).plain) <= limit:
            break
    if shown == len(chunk.lines) and all(is_whole(line, quoted) for line in chunk.lines):
        return text
    return joined((text, pen.say("✂ More in the chat: /chat {order}", order=chunk.situation.order.short_id)))


def _filled(pen: Pen, chunk: Chunk, limit: int, quoted: int = CHUNK_QUOTES[0]) -> tuple[Markup, int]:
    """Header and lines within `limit` units, and how many lines stand there: at least one."""
    repeat = (pen.say("↻ may be a repeat"),) if chunk.is_repeat else ()
    if _is_venues(chunk):
        text = joined((pen.title("💬", pen.words("Chat"), chunk.situation.order), *repeat), " · ")
    else:
        text = header(pen, chunk.situation, repeat)
    before: Line | None = None
    for number, line in enumerate(chunk.lines[:CHUNK_LINES]):
        block = drawn(pen, line, chunk.situation.order.side, with_clock=not _follows(before, line), limit=quoted)
        longer = joined((text, block))
        if number and units(Card(longer).plain) > limit:
            return text, number
        text, before = longer, line
    return text, min(len(chunk.lines), CHUNK_LINES)


def _follows(before: Line | None, line: Line) -> bool:
    """The same author in the same minute needs no second clock."""
    return before is not None and before.author is line.author and before.message.at // 60 == line.message.at // 60


def _newest(pen: Pen, lines: Sequence[Line], side: Side) -> list[Line]:
    kept: list[Line] = []
    used = 0
    for line in reversed(lines[-CHUNK_LINES:]):
        used += units(Card(drawn(pen, line, side)).plain) + 1
        if kept and used > PAGE_UNITS:
            break
        kept.insert(0, line)
    return kept


def _heralded(pen: Pen, chunk: Chunk) -> Markup:
    count = pen.say("messages: {number}", number=form.count(len(chunk.lines)))
    said = [line.message.text for line in chunk.lines if line.author is Author.THEM and not line.files]
    words = clean(" / ".join(text for text in said if text.strip()), HERALD_COLUMNS)
    head = header(pen, chunk.situation, (count,))
    return joined((head, blockquote(words))) if words else head


def _chat_buttons(situations: Sequence[Situation]) -> Rows:
    buttons = [press(s.order.short_id, Verb.CHAT, s.order.id) for s in situations]
    return tuple(tuple(buttons[at : at + BUTTONS_PER_ROW]) for at in range(0, len(buttons), BUTTONS_PER_ROW))


def _answer_rows(pen: Pen, chunk: Chunk) -> Rows:
    """Nothing in the group: there one answers by replying. Nobody answers the venue."""
    return () if pen.reader.is_group or _is_venues(chunk) else rows(answer_row(pen, chunk.situation))


def _is_venues(chunk: Chunk) -> bool:
    return bool(chunk.lines) and all(line.author is Author.VENUE for line in chunk.lines)


def answer_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    """The ways to the other side that start with a tap."""
    if not pen.may(Right.CHAT):
        return ()
    write = press(pen.words(WRITE[s.order.side]), Verb.WRITE, s.order.id)
    return write, press(pen.words("Quick replies"), Verb.TEMPLATES, s.order.id)


def _page_rows(pen: Pen, s: Situation, older: int | None) -> Rows:
    order = s.order
    if pen.reader.is_group:
        return (open_row(pen, order),)
    more = press(pen.words("⬆ Older"), Verb.OLDER, order.id, form.count(older)) if older is not None else None
    topic = Button(pen.words("Topic ↗"), url=s.topic_url) if s.topic_url else None
    pack = press(pen.words("Appeal pack"), Verb.PACK, order.id) if pen.may(Right.EXPORT) else None
    back = press(pen.words("⬅ Back"), Verb.OPEN, order.id)
    return rows(answer_row(pen, s), (more, topic), (pack, back))
