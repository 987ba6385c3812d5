"""MP4 files built in code: a video, a sound and, as action cameras have them, a track of positions."""

import struct
from dataclasses import dataclass

from tests.workshop.samples import CANARY

VIDEO, SOUND = b"\x00\x00\x00\x05\x65pict" * 40, b"\x21\x1asound" * 20
BORN = 3_900_000_000


@dataclass(frozen=True)
class Track:
    handler: bytes
    coding: bytes
    samples: tuple[bytes, ...]


TRACKS = (
    Track(b"vide", b"avc1", (VIDEO, VIDEO, VIDEO)),
    Track(b"soun", b"mp4a", (SOUND, SOUND)),
    Track(b"meta", b"gpmd", (CANARY, CANARY)),
)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", flags), *parts)


def movie(
    tracks: tuple[Track, ...] = TRACKS, *, brand: bytes = b"mp42", is_index_first: bool = True, behind: bytes = b""
) -> bytes:
    """A whole file. Between the samples of one track lie those of the others, and unused bytes with the canary."""
    beginning = box(b"ftyp", brand, struct.pack(">I", 0), b"isom", brand)
    rest = box(b"uuid", b"\xbe\x7a\xcf\xcb" * 4, CANARY) + box(b"free", CANARY)
    media, offsets = _media(tracks)
    index_bytes = len(_index(tracks, offsets, 0))
    base = len(beginning) + len(rest) + 8 + (index_bytes if is_index_first else 0)
    index = _index(tracks, offsets, base)
    parts = (index, box(b"mdat", media)) if is_index_first else (box(b"mdat", media), index)
    return beginning + rest + b"".join(parts) + behind


def _media(tracks: tuple[Track, ...]) -> tuple[bytes, list[list[int]]]:
    media, offsets = b"", [[] for _ in tracks]  # type: tuple[bytes, list[list[int]]]
    for number in range(max(len(track.samples) for track in tracks)):
        for place, track in zip(offsets, tracks, strict=True):
            if number < len(track.samples):
                place.append(len(media))
                media += track.samples[number]
        media += CANARY
    return media, offsets


def _index(tracks: tuple[Track, ...], offsets: list[list[int]], base: int) -> bytes:
    place = full(b"\xa9xyz", b"+31.2304+121.4737/")
    named = full(b"meta", box(b"ilst", CANARY))
    return box(
        b"moov",
        full(b"mvhd", struct.pack(">IIII", BORN, BORN, 1000, 3000), bytes(80)),
        *(_track(track, [base + at for at in places]) for track, places in zip(tracks, offsets, strict=True)),
        box(b"udta", place, named, box(b"SDLN", CANARY)),
        named,
    )


def _track(track: Track, offsets: list[int]) -> bytes:
    is_visual = track.handler == b"vide"
    head = full(b"vmhd", bytes(8)) if is_visual else full(b"smhd", bytes(4))
    return box(
        b"trak",
        full(b"tkhd", struct.pack(">IIII", BORN, BORN, 1, 0), bytes(68), flags=7),
        box(b"edts", full(b"elst", struct.pack(">IIII", 1, 3000, 0, 0x10000))),
        box(b"tref", box(b"cdsc", struct.pack(">I", 1))),
        box(
            b"mdia",
            full(b"mdhd", struct.pack(">IIII", BORN, BORN, 1000, 3000), bytes(4)),
            full(b"hdlr", bytes(4), track.handler, bytes(12), CANARY + b"\x00"),
            box(
                b"minf",
                head,
                box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1))),
                _tables(track, offsets),
            ),
        ),
        box(b"udta", box(b"name", CANARY)),
        full(b"meta", CANARY),
    )


def _tables(track: Track, offsets: list[int]) -> bytes:
    if track.handler == b"vide":
        fixed = (
            bytes(6) + b"\x00\x01" + bytes(16) + struct.pack(">HH", 64, 48) + bytes(14) + CANARY.ljust(32) + bytes(4)
        )
        parts = box(b"avcC", b"\x01\x42\x00\x1e") + box(b"uuid", bytes(16), CANARY)
    else:
        fixed, parts = bytes(6) + b"\x00\x01" + bytes(20), full(b"esds", b"\x03\x00")
    count = len(offsets)
    return box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), box(track.coding, fixed, parts)),
        full(b"stts", struct.pack(">III", 1, count, 1000)),
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">II", 0, count), *(struct.pack(">I", len(sample)) for sample in track.samples)),
        full(b"stco", struct.pack(">I", count), *(struct.pack(">I", at) for at in offsets)),
    )
