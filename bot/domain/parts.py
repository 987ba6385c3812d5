"""Cutting a long text into pieces that the venue takes (`api/gate-c2c.md` §3.16: at most 500 characters).

What the venue counts as a character is not written anywhere. Here it is a UTF-16 unit, the largest of the usual
answers below bytes: whatever fits by this count fits by code points and by what a reader calls a character too.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.domain.chat import MAX_TEXT

CUTS = (
    re.compile(r"\n[^\S\n]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"(?:[。！？…]+|[.!?]+(?=[\"'”’」』）)]*(?:\s|$)))[\"'”’」』）)]*\s*"),
    re.compile(r"\s+"),
)
"""where to cut best: after a paragraph, a line, a sentence, a word"""

JOINER = "\u200d"
LEAST_SHARE = 3
"""a better kind of cut is not worth a piece shorter than this share of the limit"""


def length(text: str) -> int:
    """UTF-16 units: 1 for most characters, 2 for those beyond the first plane, as most emoji are."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int = MAX_TEXT) -> list[str]:
    """Pieces of 1 to `limit` units, none of them blank; only white space at the cuts and at both ends is lost.

    No piece begins inside a character that is made of several (an emoji of a family, a letter with its accents),
    unless that one alone is longer than the limit. Raises ValueError for a limit below 2.
    """
    if limit < 2:
        raise ValueError("a character may need two units")
    pieces, rest = [], text.strip()
    while length(rest) > limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limit: int) -> int:
    edges = _edges(text, limit)
    if not edges:
        return _hard_cut(text, limit)
    room, allowed = edges[-1], set(edges)
    for least in (room // LEAST_SHARE, 1):
        for kind in CUTS:
            cuts = [at for at in _ends(kind, text, room) if at >= least and at in allowed]
            if cuts:
                return cuts[-1]
    return room


def _ends(kind: re.Pattern[str], text: str, room: int) -> Iterator[int]:
    """Where a piece may end. What is lost at the cut need not fit into the piece."""
    for found in kind.finditer(text, 0, room + 1):
        end = len(text[: found.end()].rstrip())
        if 0 < end <= room:
            yield end


def _edges(text: str, limit: int) -> list[int]:
    """Ends of whole characters, as a reader sees them, within the limit."""
    edges, used = [], 0
    for place, char in enumerate(text):
        if place and not _belongs(text, place):
            edges.append(place)
        used += length(char)
        if used > limit:
            return edges
    return [*edges, len(text)]


def _belongs(text: str, place: int) -> bool:
    """Whether the character at `place` continues the one before it."""
    char, before = text[place], text[place - 1]
    if char == "\n" and before == "\r":
        return True
    if JOINER in (char, before) or unicodedata.category(char) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f" or "\u1160" <= char <= "\u11ff":
        return True
    return _is_flag_half(char) and _flag_halves_before(text, place) % 2 == 1


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves_before(text: str, place: int) -> int:
    count = 0
    while place and _is_flag_half(text[place - 1]):
        place, count = place - 1, count + 1
    return count


def _hard_cut(text: str, limit: int) -> int:
    """One character alone is too long: as many code points as fit."""
    used = 0
    for place, char in enumerate(text):
        used += length(char)
        if used > limit:
            return place
    return len(text)
