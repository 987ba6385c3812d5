"""A PNG without anything of its maker: chunks are chosen, the pixels' own bytes stay as they are.

The pixels are unpacked once, a piece at a time, to know that every row is there; they are never held together, so a
picture of any allowed size costs little memory. Checked sums, sizes and order are those of the PNG specification.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from bot.workshop.colour import MAX_PROFILE_BYTES, UPRIGHT, exif_with, is_profile, orientation_of
from bot.workshop.unfit import Broken, Unfit, check_pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PLAIN_COLOUR = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"pHYs": 9, b"mDCV": 24, b"cLLI": 8}
"""Chunks of a fixed length that say how colours and sizes are meant."""

DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
PALETTE = 3
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
MAX_CHUNKS = 65_536
MAX_FILTER = 4
PIECE_BYTES = 64 * 1024
UNPACKED_BYTES = 1024 * 1024
HEADER = struct.Struct(">IIBBBBB")


@dataclass(slots=True)
class Picture:
    """What was found on the way. `body` holds the chunks that stay, ready to be written."""

    width: int
    height: int
    rows: "Rows"
    needs_palette: bool
    body: list[memoryview | bytes] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    orientation: int = 0


class Rows:
    """Takes the unpacked pixels piece by piece and knows whether every row of every pass is there and well-formed."""

    def __init__(self, shape: list[tuple[int, int]]) -> None:
        self._shape = [(length, length * rows) for length, rows in shape]
        self._at = 0

    def take(self, piece: bytes) -> None:
        view = memoryview(piece)
        while view:
            if not self._shape:
                _broken("more pixels than the picture has")
            length, total = self._shape[0]
            here = view[: total - self._at]
            filters = bytes(here[-self._at % length :: length])
            if filters and max(filters) > MAX_FILTER:
                _broken("an unknown filter")
            self._at += len(here)
            view = view[len(here) :]
            if self._at == total:
                self._shape.pop(0)
                self._at = 0

    @property
    def is_complete(self) -> bool:
        return not self._shape


def strip(content: bytes) -> Picture:
    """Walk the chunks, check the pixels, keep what shows.

    Raises:
        Unfit: `file_broken`, `file_pixels`, `file_animated`.
    """
    chunks = _chunks(content)
    kind, whole, body = next(chunks)
    if kind != b"IHDR":
        _broken("no header")
    picture = _read_header(bytes(body))
    picture.body.append(whole)
    pixels = _Pixels(picture.rows)
    for kind, whole, body in chunks:
        if kind == b"IEND":
            break
        if kind == b"IDAT":
            pixels.take(body)
            picture.body.append(whole)
        else:
            _sort(picture, kind, whole, body, is_before_pixels=not pixels.has_begun)
            pixels.interrupt()
    pixels.finish()
    if picture.needs_palette and b"PLTE" not in picture.seen:
        _broken("no palette")
    return picture


def assembled(picture: Picture) -> bytes:
    """The bytes of the picture that goes out."""
    end = _chunk(b"IEND", b"")
    header, *rest = picture.body
    upright = _chunk(b"eXIf", exif_with(picture.orientation)) if picture.orientation > UPRIGHT else b""
    return b"".join((SIGNATURE, header, upright, *rest, end))


class _Pixels:
    """Unpacks the IDAT chunks, which must follow each other and end where the pixels end."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._unpack = zlib.decompressobj()
        self._is_over = False
        self.has_begun = False

    def take(self, body: memoryview) -> None:
        if self._is_over:
            _broken("pixels in two places")
        self.has_begun = True
        for at in range(0, len(body), PIECE_BYTES):
            piece: bytes | memoryview = body[at : at + PIECE_BYTES]
            while piece:
                if self._unpack.eof:
                    _broken("something behind the pixels")
                try:
                    self._rows.take(self._unpack.decompress(piece, UNPACKED_BYTES))
                except zlib.error:
                    _broken("pixels that cannot be unpacked")
                piece = self._unpack.unconsumed_tail or self._unpack.unused_data

    def interrupt(self) -> None:
        self._is_over = self.has_begun

    def finish(self) -> None:
        try:
            while not self._unpack.eof:
                more = self._unpack.decompress(b"", UNPACKED_BYTES)
                if not more:
                    break
                self._rows.take(more)
        except zlib.error:
            _broken("pixels that cannot be unpacked")
        if not self._unpack.eof or not self._rows.is_complete:
            _broken("pixels are missing")


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """Kind, whole chunk and body of each, until the end chunk has been given."""
    view = memoryview(content)
    at = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length = int.from_bytes(view[at : at + 4], "big")
        end = at + 12 + length
        if end > len(view):
            _broken("a chunk past the end")
        kind, body = bytes(view[at + 4 : at + 8]), view[at + 8 : end - 4]
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            _broken("a wrong sum")
        yield kind, view[at:end], body
        if kind == b"IEND":
            return
        at = end
    _broken("too many chunks")


def _read_header(body: bytes) -> Picture:
    if len(body) != HEADER.size:
        _broken("a header of another length")
    width, height, depth, colour, packing, filtering, interlace = HEADER.unpack(body)
    if not (0 < width < 2**31 and 0 < height < 2**31):
        _broken("no size")
    if depth not in DEPTHS.get(colour, ()) or packing or filtering or interlace > 1:
        _broken("a header that means nothing")
    check_pixels(width, height)
    shape = _shape(width, height, depth * CHANNELS[colour], is_interlaced=bool(interlace))
    return Picture(width, height, Rows(shape), needs_palette=colour == PALETTE)


def _shape(width: int, height: int, bits: int, *, is_interlaced: bool) -> list[tuple[int, int]]:
    """Length of a row in bytes and number of rows, for each pass."""
    passes = PASSES if is_interlaced else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in passes]
    return [(1 + (wide * bits + 7) // 8, high) for wide, high in sizes if wide > 0 and high > 0]


def _sort(picture: Picture, kind: bytes, whole: memoryview, body: memoryview, *, is_before_pixels: bool) -> None:
    if kind == b"acTL":
        raise Unfit("file_animated", given="PNG")
    if kind == b"eXIf" and not picture.orientation:
        picture.orientation = orientation_of(bytes(body))
    elif kind == b"iCCP" and is_before_pixels and kind not in picture.seen:
        picture.body.append(_profile_chunk(bytes(body)))
    elif is_before_pixels and kind not in picture.seen and _is_kept(kind, len(body)):
        picture.body.append(whole)
    elif not kind[0] & 0x20:
        _broken("a critical chunk that is unknown or out of place")
    picture.seen.add(kind)


def _is_kept(kind: bytes, length: int) -> bool:
    if kind == b"PLTE":
        return 0 < length <= 768 and length % 3 == 0
    if kind == b"tRNS":
        return 0 < length <= 256
    if kind in (b"sBIT", b"bKGD"):
        return 0 < length <= 6
    return PLAIN_COLOUR.get(kind) == length


def _profile_chunk(body: bytes) -> bytes:
    """The colour profile packed anew under a name that says nothing, b"" when it is none or a bomb."""
    name, _, packed = body.partition(b"\x00")
    unpack = zlib.decompressobj()
    try:
        profile = unpack.decompress(packed[1:], MAX_PROFILE_BYTES + 1)
    except zlib.error:
        return b""
    is_sound = len(name) < 80 and packed[:1] == b"\x00" and unpack.eof and is_profile(profile)
    return _chunk(b"iCCP", b"ICC\x00\x00" + zlib.compress(profile)) if is_sound else b""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _broken(why: str) -> NoReturn:
    raise Broken("PNG", why)
