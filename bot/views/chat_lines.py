"""One message of a chat as lines. What the other side wrote stands in a blockquote, and nothing else ever does."""

import json

from bot.domain.attachments import FileState, KeptFile
from bot.domain.chat import Author, ChatKind
from bot.domain.conversation import Line
from bot.domain.orders import Side
from bot.domain.situations import Situation
from bot.texts import formatting as form
from bot.views.card import Markup, blockquote, bold, clean, clean_lines, cut, cut_units, escape, joined, quote
from bot.views.chat_words import (
    ACCOUNT_FIELDS,
    FILE,
    KINDS,
    NOT_FETCHED,
    NOT_FETCHED_OTHERWISE,
    PICTURE,
    RECEIPT,
    SPEAKERS,
    VIDEO,
)
from bot.views.pen import Pen, masked, tail

OWN_COLUMNS = 300
VENUE_COLUMNS = 200
MOST_FILES = 6
LINE_UNITS = 3000
MOST_FACTS = 12
FACT_COLUMNS = 120
IN_GROUP = ("pay_name", "real_name", "account")


def header(pen: Pen, s: Situation, more: tuple[Markup, ...] = ()) -> Markup:
    """`💬 Buyer 张三丰 · 0417`, in this form over everything that comes from a chat."""
    speaker = bold(pen.say(SPEAKERS[s.order.side], name=pen.counterparty(s.order)))
    return joined((joined(("💬", speaker), " "), escape(s.order.short_id), *more), " · ")


def drawn(pen: Pen, line: Line, side: Side, *, with_clock: bool = True, limit: int = LINE_UNITS) -> Markup:
    """The message as lines, its clock time before them; at most about `limit` units."""
    first, *rest = _parts(pen, line, side, limit)
    clock = pen.clock_s(line.message.at) if with_clock and line.message.at else Markup("")
    head = [part for part in (clock, first) if part]
    return joined(([joined(head, " ")] if head else []) + rest)


def is_whole(line: Line, limit: int) -> bool:
    """Whether a quote of `limit` units holds all its words."""
    words = _words(line)
    return clean_lines(words, limit) == clean_lines(words, len(words) * 4 + limit)


def file_lines(pen: Pen, line: Line) -> list[Markup]:
    """What kind of file it is, whether it is here, and where else it was seen."""
    lines: list[Markup] = []
    for file in line.files[:MOST_FILES]:
        lines.append(_file(pen, line, file))
        if file.seen_on:
            lines.append(pen.say("⚠ Same picture as order {order}", order=form.short_id(file.seen_on)))
    if len(line.files) > MOST_FILES:
        lines.append(pen.say("+{number} more", number=form.count(len(line.files) - MOST_FILES)))
    if not line.files and line.message.vouchers:
        lines.append(pen.say(RECEIPT))
    if not line.files and line.message.kind is ChatKind.FILE:
        lines.append(pen.say("{file}: look into the Gate app", file=pen.say(_label(line, ""))))
    return lines


def not_fetched(pen: Pen, why: str, host: str = "") -> Markup:
    """Why a file is not here, as the end of a sentence."""
    return pen.say(
        NOT_FETCHED.get(why, NOT_FETCHED_OTHERWISE), **({"host": host or "–"} if why == "unknown_host" else {})
    )


def one_line(text: str, columns: int) -> Markup:
    """Words of ours or the venue's on one line; no quotation mark inside may end them, no heap of marks fill it."""
    words = cut_units(clean(text, columns), 2 * columns).replace("“", '"').replace("”", '"')
    return quote(escape(words, columns))


def _parts(pen: Pen, line: Line, side: Side, limit: int) -> list[Markup]:
    """The first part may share its line with the clock; it is empty where a quote follows at once."""
    if line.author is Author.US:
        parts = [_ours(pen, line)]
    elif line.author is Author.VENUE:
        parts = [_venues(pen, line), *file_lines(pen, line)]
    else:
        parts = _theirs(pen, line, side, limit)
    if line.message.is_flagged:
        parts.append(_flag(pen, line))
    return parts


def _theirs(pen: Pen, line: Line, side: Side, limit: int) -> list[Markup]:
    """The other side, and whoever nobody knows: said to be unknown, and quoted just the same."""
    kind = line.message.kind
    files = file_lines(pen, line)
    unknown = [pen.say("❔ Unknown author")] if line.author is Author.UNKNOWN else []
    if kind is ChatKind.PAYMENT_METHOD:
        account = blockquote(_account(pen, line.message.facts) or line.message.text, limit)
        check = [pen.say("⚠ Check it before you pay")] if side is Side.BUY else []
        return [*unknown, pen.say(KINDS[kind]), account, *check, *files]
    words = _words(line)
    quoted = [blockquote(words, limit)] if words or not files else []
    if kind in KINDS:
        return [*unknown, pen.say(KINDS[kind]), *quoted, *files]
    if files:
        return [*unknown, *files, *quoted]
    return [*unknown, *quoted] if unknown else [Markup(""), *quoted]


def _ours(pen: Pen, line: Line) -> Markup:
    """Our own words: of one of our people, or from outside the desk."""
    if line.message.kind is ChatKind.PAYMENT_METHOD:
        said = pen.say(KINDS[ChatKind.PAYMENT_METHOD])
    else:
        words = _words(line)
        labels = [] if words and not line.files else [pen.say(_label(line, _type(line)))]
        said = joined(labels + ([one_line(words, OWN_COLUMNS)] if words else []), " ")
    if line.said_by:
        return pen.say("➡ {who}: {words}", who=pen.staff(line.said_by), words=said)
    return pen.say("📱 In the Gate app: {words}", words=said)


def _venues(pen: Pen, line: Line) -> Markup:
    """Status lines and notices, in the venue's own words."""
    words = line.message.text or line.message.status
    return pen.say("ℹ Gate: {words}", words=one_line(words, VENUE_COLUMNS) if clean(words) else "–")


def _flag(pen: Pen, line: Line) -> Markup:
    if clean(line.message.warning):
        return pen.say("⚠ Gate flagged this: {words}", words=one_line(line.message.warning, VENUE_COLUMNS))
    return pen.say("⚠ Gate flagged this")


def _file(pen: Pen, line: Line, file: KeptFile) -> Markup:
    label = pen.say(RECEIPT if line.message.vouchers else _label(line, file.content_type))
    if file.state is FileState.WANTED:
        return pen.say("{file}: being fetched", file=label)
    if file.state is FileState.FAILED:
        return pen.say("{file}, not here: {why}", file=label, why=not_fetched(pen, file.why, file.host))
    return label


def _type(line: Line) -> str:
    return line.files[0].content_type if line.files else ""


def _label(line: Line, content_type: str) -> str:
    told = (content_type or line.message.file_kind).lower()
    if "video" in told or "mp4" in told:
        return VIDEO
    is_picture = not told or any(word in told for word in ("image", "jpg", "jpeg", "png"))
    return PICTURE if is_picture else FILE


def _words(line: Line) -> str:
    """What can be read of a message; the link or the key of a file is no word of anybody."""
    message = line.message
    if message.kind is ChatKind.FILE and message.text in (message.file_url, message.file_key):
        return ""
    if message.kind is ChatKind.FILE and "://" in message.text and " " not in message.text.strip():
        return ""
    return message.text if message.text.strip() or message.kind not in KINDS else _readable(message.facts)


def _facts(text: str) -> dict[str, str]:
    """The plain fields of a structured message; nothing for one that is no object."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(fact) for name, fact in found.items() if isinstance(fact, str | int) and str(fact).strip()}


def _readable(facts: str) -> str:
    shown = list(_facts(facts).items())[:MOST_FACTS]
    return "\n".join(f"{clean(name, 24)}: {clean(fact, FACT_COLUMNS)}" for name, fact in shown)


def _account(pen: Pen, facts: str) -> str:
    """The shared account, field by field; in the group only as much as tells two of them apart."""
    found = _facts(facts)
    lines = []
    for name, template in ACCOUNT_FIELDS:
        words = cut(clean(found.get(name, ""), FACT_COLUMNS), FACT_COLUMNS)
        if pen.reader.is_group:
            words = _hidden(name, words)
        if words:
            lines.append(pen.words(template, words=words))
    return "\n".join(lines)


def _hidden(name: str, words: str) -> str:
    if name == "account":
        return tail(words)
    if name == "real_name":
        return masked(words)
    return words if name in IN_GROUP else ""
