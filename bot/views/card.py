"""A card is plain data: Telegram HTML and rows of buttons. This file is the only one that escapes.

Anything that is not `Markup` is foreign text and is escaped before it stands in a card, so that a name can break
neither the message nor its layout.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

DATA_BYTES = 64
COPY_LENGTH = 256
NAME_COLUMNS = 40
CLEANED_PER_COLUMN = 4  # characters looked at per column shown: a text of nothing but marks must cost nothing
QUOTE_UNITS = 3000
CAPTION_UNITS = 1024
UNFOLDED_LINES = 6
BAR = "│ "
QUOTED = re.compile(r"<blockquote(?: expandable)?>(.*?)</blockquote>", re.DOTALL)
STYLES = ("", "danger", "primary", "success")


class Markup(str):
    """Text that is Telegram HTML already: what `escape`, `bold` and their like return."""

    __slots__ = ()


def escape(text: str, limit: int = NAME_COLUMNS) -> Markup:
    """Foreign text as harmless HTML on one line, at most `limit` columns wide (a Han character is 2)."""
    return Markup(html.escape(clean(text, limit), quote=True))


def clean(text: str, limit: int = NAME_COLUMNS) -> str:
    """Foreign text on one line, without NUL, control, direction and other invisible characters; cut at `limit`."""
    return cut(" ".join(_visible(text[: limit * CLEANED_PER_COLUMN]).split()), limit)


def clean_lines(text: str, limit: int = QUOTE_UNITS) -> list[str]:
    """Foreign text as clean lines, empty ones only singly and inside; at most `limit` units, bars of `plain` counted.

    The last line ends in `…` where something is missing.
    """
    start = text[: limit * CLEANED_PER_COLUMN]
    lines: list[str] = []
    for line in (" ".join(_visible(one).split()) for one in start.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return _within(lines, limit, is_cut=len(start) < len(text))


def exactly(text: str, limit: int = QUOTE_UNITS) -> Markup:
    """Our own text as HTML, spaces and line breaks as they are; only what cannot be seen is left out."""
    lines = [_visible(line) for line in text[: limit * CLEANED_PER_COLUMN].splitlines()]
    kept = _within(lines, limit, is_cut=len(text) > limit * CLEANED_PER_COLUMN)
    return Markup(html.escape("\n".join(kept), quote=True))


def _within(lines: list[str], limit: int, *, is_cut: bool) -> list[str]:
    kept: list[str] = []
    left = limit - 1
    for line in lines:
        left -= len(BAR) + 1
        if units(line) > left:
            return [*kept, f"{cut_units(line, max(left, 0))}…"]
        left -= units(line)
        kept.append(line)
    return [*kept[:-1], f"{kept[-1]}…"] if is_cut and kept else kept


def _visible(text: str) -> str:
    if text.isprintable():  # most is: then nothing is hidden, and the only space is the plain one
        return text
    return "".join(" " if char.isspace() else char for char in text if char.isspace() or not _is_hidden(char))


def units(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 code units: most emoji are 2."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut_units(text: str, limit: int) -> str:
    """The beginning of the text within `limit` units."""
    if units(text) <= limit:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * limit].decode("utf-16-le", "ignore")


@lru_cache(maxsize=8192)
def _is_hidden(char: str) -> bool:
    """Control, format (direction marks, isolates, zero width), surrogate and private characters, noncharacters.

    Unassigned ones stay: a rare Han character that this Python does not know yet may be part of a real name.
    """
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") or ord(char) & 0xFFFE == 0xFFFE


def cut(text: str, limit: int) -> str:
    """The text within `limit` columns, with `…` where something is missing."""
    if text.isascii():
        return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    fits, used = 0, 0
    for at, char in enumerate(text, start=1):
        used += _columns(char)
        if used < limit:
            fits = at
        elif used > limit:
            return text[:fits].rstrip() + "…"
    return text


def width(text: str) -> int:
    """Columns on a phone: wide characters and emoji are 2, combining marks 0."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    is_wide = unicodedata.east_asian_width(char) in ("W", "F")
    return 2 if is_wide or unicodedata.category(char) == "So" else 1


def keep(text: str) -> Markup:
    """Markup as it is, anything else escaped."""
    return text if isinstance(text, Markup) else escape(text)


class _Kept(dict[str, str]):
    """Facts in which a missing one leaves a mark instead of an error."""

    def __init__(self, facts: Mapping[str, str], missing: str) -> None:
        super().__init__(facts)
        self._missing = missing

    def __missing__(self, key: str) -> str:
        if not self._missing:
            raise KeyError(key)
        return self._missing


def fill(template: str, facts: Mapping[str, str], *, missing: str = "") -> Markup:
    """A sentence of the catalogue as HTML with its facts in place.

    Raises TypeError for a fact that is not text, and KeyError for one that did not come unless `missing` stands in.
    """
    for name, fact in facts.items():
        if not isinstance(fact, str):
            raise TypeError(f"{name} of {template!r} must be text, not {type(fact).__name__}")
    kept = _Kept({name: keep(fact) for name, fact in facts.items()}, missing)
    return Markup(html.escape(template, quote=False).format_map(kept))


def bold(text: str) -> Markup:
    return Markup(f"<b>{keep(text)}</b>")


def code(text: str) -> Markup:
    return Markup(f"<code>{keep(text)}</code>")


def quote(text: str) -> Markup:
    """Foreign words inside one-line quotation marks."""
    return Markup(f"“{keep(text)}”")


def blockquote(text: str, limit: int = QUOTE_UNITS) -> Markup:
    """Words of the other side of a chat, the only ones that ever stand in one; folded when they are many lines."""
    lines = clean_lines(text, limit) or ["–"]
    start = "<blockquote expandable>" if len(lines) > UNFOLDED_LINES else "<blockquote>"
    shown = html.escape("\n".join(lines), quote=True)
    return Markup(f"{start}{shown}</blockquote>")


def link(text: str, url: str) -> Markup:
    return Markup(f'<a href="{html.escape(url, quote=True)}">{keep(text)}</a>')


def moment(unix_seconds: int, text: str) -> Markup:
    """A date-time entity whose inner text stays what is shown; a tap on it tells the date."""
    return Markup(f'<tg-time unix="{unix_seconds}">{keep(text)}</tg-time>')


def joined(parts: Sequence[str], separator: str = "\n") -> Markup:
    return Markup(separator.join(keep(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Button:
    """One button with exactly one action: `data` (a tap), `url` (a link) or `copy` (to the clipboard)."""

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""
    style: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.data, self.url, self.copy))) != 1:
            raise ValueError(f"button {self.text!r} needs exactly one action")
        if not self.text.strip():
            raise ValueError("a button needs a label")
        if len(self.data.encode()) > DATA_BYTES:
            raise ValueError(f"callback data over {DATA_BYTES} bytes: {self.data!r}")
        if len(self.copy) > COPY_LENGTH:
            raise ValueError(f"button {self.text!r} copies more than {COPY_LENGTH} characters")
        if self.url and not self.url.startswith(("https://", "http://", "tg://")):
            raise ValueError(f"button {self.text!r} has no usable address")
        if self.style not in STYLES:
            raise ValueError(f"unknown style {self.style!r}")


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One message: `text` is Telegram HTML; `prompt` asks for a reply, with `prompt_hint` in the empty field.

    `stands_for` is the digest of the card that this one is but for a remark: news that would draw just that one must
    not wipe the remark away. With a `picture` (PNG or JPEG) the text is its caption: at most 1024 UTF-16 units without
    its tags, and no prompt, because a picture is put into a message that stands already.
    """

    text: str
    rows: Rows = ()
    prompt: bool = False
    prompt_hint: str = ""
    stands_for: str = ""
    picture: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if self.picture and units(_untagged(self.text)) > CAPTION_UNITS:
            raise ValueError(f"a caption of more than {CAPTION_UNITS} units")
        if self.picture and self.prompt:
            raise ValueError("a card with a picture cannot ask for a reply")

    @property
    def data(self) -> tuple[str, ...]:
        """The callback data that lives on this card."""
        return tuple(button.data for row in self.rows for button in row if button.data)

    @property
    def plain(self) -> str:
        """The text without tags, for when Telegram refuses the HTML; quoted lines keep a bar before them."""
        barred = QUOTED.sub(lambda found: BAR + found[1].replace("\n", f"\n{BAR}"), self.text)
        return _untagged(barred)

    @property
    def digest(self) -> str:
        """A hash that is equal exactly when the message would look and act the same, a remark apart."""
        if self.stands_for:
            return self.stands_for
        parts = [self.text, str(self.prompt), self.prompt_hint]
        if self.picture:
            parts.append(hashlib.sha256(self.picture).hexdigest())
        for row in self.rows:
            parts.append("\x1e")
            parts += [f"{one.text}\x1f{one.data}\x1f{one.url}\x1f{one.copy}\x1f{one.style}" for one in row]
        return hashlib.sha256("\x1d".join(parts).encode()).hexdigest()


def _untagged(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))
