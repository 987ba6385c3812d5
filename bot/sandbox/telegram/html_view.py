"""A text with its entities as escaped HTML that a page may put in as it is."""

from __future__ import annotations

import html
from collections.abc import Iterator

from bot.sandbox.telegram.entities import units
from bot.sandbox.telegram.model import Json

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
CLASSES = {"spoiler": "spoiler", "mention": "mention", "bot_command": "command", "hashtag": "hashtag"}


def as_html(text: str, entities: list[Json]) -> str:
    """Every character is escaped; links open http(s) only; line breaks stay as they are (`white-space: pre-wrap`)."""
    out, open_marks = [], list[Json]()
    for position, char in [*_positions(text), (units(text), "")]:
        while open_marks and open_marks[-1]["offset"] + open_marks[-1]["length"] <= position:
            out.append(_close(open_marks.pop()))
        for mark in entities:
            if mark["offset"] == position and char and _fits(mark, open_marks):
                out.append(_open(mark, _words(text, mark)))
                open_marks.append(mark)
        out.append(html.escape(char))
    return "".join(out)


def _positions(text: str) -> Iterator[tuple[int, str]]:
    position = 0
    for char in text:
        yield position, char
        position += units(char)


def _fits(mark: Json, open_marks: list[Json]) -> bool:
    """Entities that overlap without nesting cannot be shown as elements; the later one is left out."""
    end = mark["offset"] + mark["length"]
    return all(end <= other["offset"] + other["length"] for other in open_marks) and _tag(mark) != ""


def _words(text: str, mark: Json) -> str:
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[mark["offset"] * 2 : (mark["offset"] + mark["length"]) * 2].decode("utf-16-le", "replace")


def _tag(mark: Json) -> str:
    kind = mark["type"]
    if kind in TAGS:
        return TAGS[kind]
    if kind in ("text_link", "url"):
        return "a"
    if kind == "date_time":
        return "time"
    return "span" if kind in CLASSES else ""


def _open(mark: Json, words: str) -> str:
    tag = _tag(mark)
    if tag == "a":
        url = mark.get("url", words)
        safe = html.escape(url) if url.startswith(("http://", "https://")) else "#"
        return f'<a href="{safe}" target="_blank" rel="noopener noreferrer">'
    if tag == "time":
        shape = html.escape(mark.get("date_time_format", ""))
        return f'<time data-unix="{int(mark["unix_time"])}" data-format="{shape}">'
    if mark["type"] == "expandable_blockquote":
        return "<blockquote expandable>"
    return f'<span class="{CLASSES[mark["type"]]}">' if tag == "span" else f"<{tag}>"


def _close(mark: Json) -> str:
    return f"</{_tag(mark)}>"
