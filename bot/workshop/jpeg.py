"""A JPEG without anything of its maker: segments are chosen, the picture's own bytes stay as they are.

Kept: the tables, frames and scans; APP0 JFIF without its thumbnail; APP2 with a whole ICC profile; APP14 Adobe, which
says how colours are meant. Everything else goes, and so does all that follows the end of the picture: maker notes,
second pictures, other files. An orientation is written anew, alone.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from bot.workshop.colour import EXIF_MARK, MAX_PROFILE_BYTES, UPRIGHT, exif_with, is_profile, orientation_of
from bot.workshop.unfit import Broken, Unfit, check_pixels

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP1, APP2, APP14, APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
DHT, DQT, DRI = 0xC4, 0xDB, 0xDD
TABLES = frozenset((DHT, DQT, DRI))
FRAMES = frozenset((0xC0, 0xC1, 0xC2))
RARE_FRAMES = frozenset(range(0xC3, 0xD0)) - {DHT, 0xC8}
MAX_SEGMENTS = 2000
MAX_SCANS = 100
PROFILE_MARK = b"ICC_PROFILE\x00"
PROFILE_PIECE_BYTES = 65_000
NEXT_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")


@dataclass(slots=True)
class Picture:
    """What was found on the way. `body` holds tables, frame and scans in their order."""

    body: list[memoryview | bytes] = field(default_factory=list)
    jfif: bytes = b""
    adobe: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    profile_pieces: int = 0
    orientation: int = 0
    width: int = 0
    height: int = 0
    scans: int = 0


def strip(content: bytes) -> Picture:
    """Walk the segments and keep what shows.

    Raises:
        Unfit: `file_broken`, `file_pixels`, or `file_kind` for a coding that few programs read.
    """
    picture = Picture()
    view = memoryview(content)
    at = 2
    for _ in range(MAX_SEGMENTS):
        marker, at = _marker(content, at)
        if marker == EOI:
            if not picture.scans:
                _broken("no picture")
            return picture
        length = int.from_bytes(content[at : at + 2], "big")
        end = at + length
        if length < 2 or end > len(content):
            _broken("a segment past the end")
        body_end = _end_of_scan(content, end) if marker == SOS else end
        _sort(picture, marker, content[at + 2 : end])
        if marker in TABLES or marker in FRAMES or marker == SOS:
            picture.body += (bytes((0xFF, marker)), view[at:body_end])
        at = body_end
    _broken("too many segments")


def assembled(picture: Picture) -> bytes:
    """The bytes of the picture that goes out."""
    parts: list[memoryview | bytes] = [b"\xff\xd8"]
    if picture.jfif:
        parts.append(_segment(APP0, picture.jfif))
    if picture.orientation > UPRIGHT:
        parts.append(_segment(APP1, EXIF_MARK + exif_with(picture.orientation)))
    parts += [_segment(APP2, piece) for piece in _profile_pieces(profile_of(picture))]
    if picture.adobe:
        parts.append(_segment(APP14, picture.adobe))
    return b"".join((*parts, *picture.body, b"\xff\xd9"))


def profile_of(picture: Picture) -> bytes:
    """The colour profile, b"" when there is none or it is not whole."""
    if not picture.profile or set(picture.profile) != set(range(1, picture.profile_pieces + 1)):
        return b""
    profile = b"".join(piece for _, piece in sorted(picture.profile.items()))
    return profile if is_profile(profile) else b""


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker at `at` (fill bytes are allowed before it) and where its length begins."""
    if content[at : at + 1] != b"\xff":
        _broken("no marker where one belongs")
    while content[at : at + 1] == b"\xff":
        at += 1
    if at >= len(content):
        _broken("ends before the picture does")
    return content[at], at + 1


def _end_of_scan(content: bytes, at: int) -> int:
    found = NEXT_MARKER.search(content, at)
    if found is None:
        _broken("ends within a scan")
    return found.start()


def _sort(picture: Picture, marker: int, body: bytes) -> None:
    if marker in FRAMES:
        _read_frame(picture, body)
    elif marker == SOS:
        picture.scans += 1
        if not picture.width or picture.scans > MAX_SCANS:
            _broken("scans without a frame, or too many")
    elif marker in RARE_FRAMES:
        raise Unfit("file_kind", given="JPEG with a rare coding")
    elif APP0 <= marker <= APP15:
        _read_application(picture, marker, body)
    elif marker not in TABLES and marker != COM:
        _broken("an unknown marker")


def _read_frame(picture: Picture, body: bytes) -> None:
    if picture.width or len(body) < 6:
        _broken("a second frame, or a short one")
    precision, height, width, parts = (
        body[0],
        int.from_bytes(body[1:3], "big"),
        int.from_bytes(body[3:5], "big"),
        body[5],
    )
    if precision != 8:
        raise Unfit("file_kind", given="JPEG with a rare coding")
    if not width or not height or parts not in (1, 3, 4):
        _broken("a frame without size or colours")
    check_pixels(width, height)
    picture.width, picture.height = width, height


def _read_application(picture: Picture, marker: int, body: bytes) -> None:
    if marker == APP0 and body.startswith(b"JFIF\x00") and len(body) >= 14 and not picture.jfif:
        picture.jfif = body[:12] + b"\x00\x00"
    elif marker == APP1 and body.startswith(EXIF_MARK) and not picture.orientation:
        picture.orientation = orientation_of(body[len(EXIF_MARK) :])
    elif marker == APP2 and body.startswith(PROFILE_MARK) and len(body) > len(PROFILE_MARK) + 2:
        _keep_profile_piece(picture, body[len(PROFILE_MARK) :])
    elif marker == APP14 and body.startswith(b"Adobe") and len(body) >= 12 and not picture.adobe:
        picture.adobe = body[:12]


def _keep_profile_piece(picture: Picture, body: bytes) -> None:
    number, picture.profile_pieces = body[0], body[1]
    if sum(map(len, picture.profile.values())) + len(body) <= MAX_PROFILE_BYTES:
        picture.profile.setdefault(number, body[2:])


def _profile_pieces(profile: bytes) -> list[bytes]:
    pieces = [profile[at : at + PROFILE_PIECE_BYTES] for at in range(0, len(profile), PROFILE_PIECE_BYTES)]
    return [PROFILE_MARK + bytes((number, len(pieces))) + piece for number, piece in enumerate(pieces, start=1)]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _broken(why: str) -> NoReturn:
    raise Broken("JPEG", why)
