"""The boxes that an MP4 is made of (ISO/IEC 14496-12 §4.2), and what becomes of those that may not pass.

A box is never taken out, because others point to places in the file: it becomes a `free` box of the same size, zeroed.
"""

import struct
from collections.abc import Collection
from typing import NamedTuple, NoReturn

from bot.workshop.unfit import Broken

HEADER_BYTES = 8
LARGE_HEADER_BYTES = 16
MAX_BOXES = 4096


class Box(NamedTuple):
    """`at` is where it begins, `body` where its content does, `end` is the first byte after it."""

    kind: bytes
    at: int
    body: int
    end: int


def box_at(movie: bytearray, at: int, end: int) -> Box | None:
    """The box that begins at `at`; None when there is none that ends by `end`. Size 0 means up to `end`."""
    size, kind = int.from_bytes(movie[at : at + 4], "big"), bytes(movie[at + 4 : at + 8])
    body = at + HEADER_BYTES
    if size == 1:
        size = int.from_bytes(movie[body : body + 8], "big")
        body = at + LARGE_HEADER_BYTES
    elif size == 0:
        size = end - at
    if body > end or at + size > end or at + size < body:
        return None
    return Box(kind, at, body, at + size)


def inside(movie: bytearray, at: int, end: int) -> list[Box]:
    """The boxes between two places. Up to seven bytes may be left over (old writers end a list with zeros).

    Raises:
        Broken: they do not fit, or are too many.
    """
    found: list[Box] = []
    while end - at >= HEADER_BYTES:
        box = box_at(movie, at, end)
        if box is None or len(found) == MAX_BOXES:
            broken("a box past its end, or too many")
        found.append(box)
        at = box.end
    zero(movie, at, end)
    return found


def keep_only(
    movie: bytearray, found: list[Box], kinds: Collection[bytes], several: Collection[bytes] = ()
) -> dict[bytes, Box]:
    """Blank the boxes of other kinds and give those of `kinds`, each of which may be there once; `several` stay too."""
    kept: dict[bytes, Box] = {}
    for box in found:
        if box.kind in kinds:
            if box.kind in kept:
                broken("two boxes where one belongs")
            kept[box.kind] = box
        elif box.kind not in several:
            blank(movie, box)
    return kept


def blank(movie: bytearray, box: Box) -> None:
    """Make it a `free` box without content."""
    movie[box.at + 4 : box.at + 8] = b"free"
    zero(movie, box.body, box.end)


def zero(movie: bytearray, at: int, end: int) -> None:
    """Overwrite from `at` up to `end`."""
    if end > at:
        movie[at:end] = bytes(end - at)


def numbers(movie: bytearray, box: Box, at: int, count: int, size: int = 4) -> list[int]:
    """`count` unsigned numbers of `size` bytes that begin `at` bytes into the body.

    Raises:
        Broken: the box is too small for them.
    """
    begin = box.body + at
    if begin + count * size > box.end:
        broken("a table shorter than it says")
    if size == 4:
        return list(struct.unpack_from(f">{count}I", movie, begin))
    return [int.from_bytes(movie[place : place + size], "big") for place in range(begin, begin + count * size, size)]


def broken(why: str) -> NoReturn:
    """The file is not the MP4 it says it is."""
    raise Broken("MP4", why)
