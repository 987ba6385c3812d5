"""Message texts: HTML parse mode with Telegram's refusals, what Telegram finds by itself, and HTML for the page.

Offsets and lengths count UTF-16 units, as everywhere in the Bot API.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import Violation, not_built

PLAIN_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
TAGS = {*PLAIN_TAGS, "a", "span", "tg-emoji", "tg-time", "blockquote"}
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));?")
ATTRIBUTE = re.compile(r"""\s*([a-zA-Z0-9_-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
TAG_END = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""")
FOUND = (
    ("url", re.compile(r"\bhttps?://[^\s<>\"]+[^\s<>\".,;:!?)'\]]")),
    ("email", re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
    ("cashtag", re.compile(r"(?<!\w)\$[A-Z]{3,8}\b")),
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
DROPPED = re.compile(r"[\r\u2028-\u202e]")


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, parse_mode: str | None, entities: list[Json] | None, where: str) -> tuple[str, list[Json]]:
    """The text as Telegram keeps it (control characters blanked, ends trimmed) and its entities."""
    text = DROPPED.sub("", CONTROL.sub(" ", text))
    if parse_mode and parse_mode.lower() == "html":
        text, marks = _Parser(text, where).parse()
    elif parse_mode:
        if parse_mode.lower() not in ("markdown", "markdownv2"):
            raise Violation("parse_mode", where, "unsupported parse_mode")
        raise not_built(f"parse mode {parse_mode}")
    else:
        marks = [dict(entity) for entity in entities or []]
        _check_given(text, marks, where)
    text, marks = _trim(text, marks)
    return text, _in_order(marks + _found(text, marks))


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    at: int


@dataclass
class _Parser:
    source: str
    where: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    length: int = 0
    stack: list[_Open] = field(default_factory=list)
    found: list[Json] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._end_tag() if self.source.startswith("</", self.at) else self._start_tag()
            elif char == "&" and (reference := REFERENCE.match(self.source, self.at)):
                self._emit(_referred(reference))
                self.at = reference.end()
            else:
                self._emit(char)
                self.at += 1
        if self.stack:
            raise self._error(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        return "".join(self.out), self.found

    def _emit(self, char: str) -> None:
        self.out.append(char)
        self.length += units(char)

    def _start_tag(self) -> None:
        begin = self._offset()
        end = TAG_END.match(self.source, self.at)
        name = re.match(r"[a-zA-Z0-9-]*", self.source[self.at + 1 :])
        tag = name[0].lower() if name else ""
        if tag not in TAGS:
            raise self._error(f'Unsupported start tag "{tag}" at byte offset {begin}')
        if end is None:
            raise self._error(f"Unclosed start tag at byte offset {begin}")
        close = end.end() - 1
        attributes = self._attributes(self.source[self.at + 1 + len(tag) : close], tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._error(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.stack.append(_Open(tag, attributes, self.length))
        self.at = close + 1

    def _attributes(self, source: str, tag: str, begin: int) -> dict[str, str]:
        attributes, at = {}, 0
        source = source.rstrip().rstrip("/")
        while at < len(source) and source[at:].strip():
            match = ATTRIBUTE.match(source, at)
            if match is None or (at == 0 and not source[0].isspace()):
                raise self._error(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
            value = (match[2] or "").strip("\"'")
            attributes[match[1].lower()] = REFERENCE.sub(_referred, value)
            at = match.end()
        return attributes

    def _end_tag(self) -> None:
        begin = self._offset()
        close = self.source.find(">", self.at)
        if close < 0:
            raise self._error(f"Unclosed end tag at byte offset {begin}")
        tag = self.source[self.at + 2 : close].strip().lower()
        if not self.stack:
            raise self._error(f"Unexpected end tag at byte offset {begin}")
        opened = self.stack.pop()
        if tag and tag != opened.tag:
            raise self._error(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{tag}>"')
        self.at = close + 1
        if self.length > opened.at and (entity := self._entity(opened)):
            self.found.append(entity | {"offset": opened.at, "length": self.length - opened.at})

    def _entity(self, opened: _Open) -> Json | None:
        tag, attributes = opened.tag, opened.attributes
        if tag == "a":
            return _link(attributes.get("href") or "".join(self.out)[-(self.length - opened.at) :])
        if tag == "span":
            return {"type": "spoiler"}
        if tag == "blockquote":
            return {"type": "expandable_blockquote" if "expandable" in attributes else "blockquote"}
        if tag == "tg-emoji":
            if not attributes.get("emoji-id", "").isdigit():
                raise self._error("Invalid custom emoji identifier specified")
            return {"type": "custom_emoji", "custom_emoji_id": attributes["emoji-id"]}
        if tag == "tg-time":
            return self._date_time(attributes)
        if tag == "code" and attributes.get("class", "").startswith("language-") and self._in_pre(opened):
            self.stack[-1].attributes["language"] = attributes["class"].removeprefix("language-")
            return None
        language = {"language": attributes["language"]} if tag == "pre" and "language" in attributes else {}
        return {"type": PLAIN_TAGS[tag]} | language

    def _in_pre(self, opened: _Open) -> bool:
        return bool(self.stack) and self.stack[-1].tag == "pre" and self.stack[-1].at == opened.at

    def _date_time(self, attributes: dict[str, str]) -> Json:
        unix, shape = attributes.get("unix", ""), attributes.get("format", "")
        if not re.fullmatch(r"-?\d{1,12}", unix):
            raise self._error("Invalid Unix time specified")
        if not DATE_TIME_FORMAT.fullmatch(shape):
            raise self._error("Invalid date-time format specified")
        return {"type": "date_time", "unix_time": int(unix)} | ({"date_time_format": shape} if shape else {})

    def _offset(self) -> int:
        return len(self.source[: self.at].encode("utf-8", "surrogatepass"))

    def _error(self, text: str) -> Violation:
        return Violation("entities", self.where, f"can't parse entities: {text}")


def _referred(reference: re.Match[str]) -> str:
    if reference[1]:
        return NAMED[reference[1]]
    number = int(reference[2]) if reference[2] else int(reference[3], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else reference[0]


def _link(url: str) -> Json | None:
    if re.match(r"https?://[^\s/]+|tg://\w+|ton://\w+|mailto:|tel:", url):
        return {"type": "text_link", "url": url}
    if re.match(r"[\w-]+(\.[\w-]+)+", url):
        return {"type": "text_link", "url": f"http://{url}"}
    return None  # Telegram drops a link it cannot open and keeps the words


def _check_given(text: str, marks: list[Json], where: str) -> None:
    size = units(text)
    for mark in marks:
        if mark["offset"] < 0 or mark["length"] <= 0 or mark["offset"] + mark["length"] > size:
            raise Violation("entities", where, "entity beginning or end lies outside of the text")


def _trim(text: str, marks: list[Json]) -> tuple[str, list[Json]]:
    lead = units(text) - units(text.lstrip())
    text = text.strip()
    end, kept = units(text), []
    for mark in marks:
        start = max(0, mark["offset"] - lead)
        stop = min(end, mark["offset"] + mark["length"] - lead)
        if stop > start:
            kept.append(mark | {"offset": start, "length": stop - start})
    return text, kept


def _found(text: str, marks: list[Json]) -> list[Json]:
    taken = [
        (mark["offset"], mark["offset"] + mark["length"])
        for mark in marks
        if mark["type"] in ("code", "pre", "text_link", "text_mention", "custom_emoji", "date_time")
    ]
    found = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            start, stop = units(text[: match.start()]), units(text[: match.end()])
            if all(stop <= low or start >= high for low, high in taken):
                found.append({"type": kind, "offset": start, "length": stop - start})
                taken.append((start, stop))
    return found


def _in_order(marks: list[Json]) -> list[Json]:
    return sorted(marks, key=lambda mark: (mark["offset"], -mark["length"]))
