"""A film of two seconds that the sandbox makes itself: MP4 with H.264 whose blocks are plain samples (I_PCM)."""

from __future__ import annotations

import struct
from functools import lru_cache

from bot.sandbox.pictures import lettered

WIDTH, HEIGHT, BLOCK = 160, 96, 16
FRAMES, FRAME_MS = 6, 330
INK, PAPER, BAR, GREY = 40, 220, 120, 128
_PLAIN_BLOCK = 25  # the mb_type of unpredicted, untransformed samples


@lru_cache(maxsize=1)
def film() -> bytes:
    """SANDBOX VIDEO in dark letters, a bar walking below it."""
    frames = [_unit(0x65, _slice(number)) for number in range(FRAMES)]
    samples = [struct.pack(">I", len(frame)) + frame for frame in frames]
    head = _box(b"ftyp", b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41")
    first = len(head) + len(_movie(samples, 0)) + 8
    return head + _movie(samples, first) + _box(b"mdat", b"".join(samples))


# H.264 (ITU-T H.264, 7.3): parameter sets and one slice of plain blocks per frame


class _Bits:
    def __init__(self) -> None:
        self._text: list[str] = []

    def fixed(self, value: int, width: int) -> _Bits:
        self._text.append(f"{value:0{width}b}")
        return self

    def golomb(self, *values: int) -> _Bits:
        """ue(v), and se(v) as far as it is 0."""
        for value in values:
            digits = f"{value + 1:b}"
            self._text.append("0" * (len(digits) - 1) + digits)
        return self

    def aligned(self, stop: str = "") -> bytes:
        text = "".join(self._text) + stop
        text += "0" * (-len(text) % 8)
        return bytes(int(text[at : at + 8], 2) for at in range(0, len(text), 8))


def _sequence() -> bytes:
    bits = _Bits().fixed(66, 8).fixed(0xC0, 8).fixed(30, 8)
    bits.golomb(0, 0, 2, 0).fixed(0, 1).golomb(WIDTH // BLOCK - 1, HEIGHT // BLOCK - 1)
    return _unit(0x67, bits.fixed(0b1100, 4).aligned("1"))


def _picture() -> bytes:
    bits = _Bits().golomb(0, 0).fixed(0, 2).golomb(0, 0, 0).fixed(0, 3).golomb(0, 0, 0)
    return _unit(0x68, bits.fixed(0b100, 3).aligned("1"))


def _slice(number: int) -> bytes:
    header = _Bits().golomb(0, 7, 0).fixed(0, 4).golomb(number % 2).fixed(0, 2).golomb(0, 1)
    luma, out = _luma(number), bytearray()
    for top in range(0, HEIGHT, BLOCK):
        for left in range(0, WIDTH, BLOCK):
            bits = _Bits() if out else header
            out += bits.golomb(_PLAIN_BLOCK).aligned()
            for row in luma[top : top + BLOCK]:
                out += row[left : left + BLOCK]
            out += bytes([GREY]) * (BLOCK * BLOCK // 2)
    return bytes(out) + b"\x80"


def _luma(number: int) -> list[bytearray]:
    rows = [bytearray(INK if ink else PAPER for ink in row) for row in _title()]
    left = number * (WIDTH - 24) // (FRAMES - 1)
    for row in rows[HEIGHT - 20 : HEIGHT - 12]:
        row[left : left + 24] = bytes([BAR]) * 24
    return rows


@lru_cache(maxsize=1)
def _title() -> list[list[bool]]:
    return lettered("SANDBOX VIDEO", WIDTH, HEIGHT, 2)


def _unit(kind: int, payload: bytes) -> bytes:
    """With the byte 3 after every two zero bytes that would look like the start of something else."""
    out, zeros = bytearray([kind]), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


# MP4 (ISO/IEC 14496-12)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, body: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), body)


def _movie(samples: list[bytes], first: int) -> bytes:
    length = FRAMES * FRAME_MS
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = struct.pack(">4I", 0, 0, 1000, length) + struct.pack(">IH10x", 0x10000, 0x100) + matrix + bytes(24)
    track = struct.pack(">5I8x4H", 0, 0, 1, 0, length, 0, 0, 0, 0) + matrix
    track += struct.pack(">2I", WIDTH << 16, HEIGHT << 16)
    handler = _full(b"hdlr", bytes(4) + b"vide" + bytes(12) + b"sandbox\0")
    media = _full(b"mdhd", struct.pack(">4IHH", 0, 0, 1000, length, 0x55C4, 0))
    inner = _box(b"minf", _full(b"vmhd", bytes(8), 1), _where(), _table(samples, first))
    return _box(
        b"moov",
        _full(b"mvhd", header + struct.pack(">I", 2)),
        _box(b"trak", _full(b"tkhd", track, 3), _box(b"mdia", media, handler, inner)),
    )


def _where() -> bytes:
    return _box(b"dinf", _full(b"dref", struct.pack(">I", 1) + _full(b"url ", b"", 1)))


def _table(samples: list[bytes], first: int) -> bytes:
    config = bytes([1, 66, 0xC0, 30, 0xFF])
    for count, one in ((0xE1, _sequence()), (1, _picture())):
        config += struct.pack(">BH", count, len(one)) + one
    entry = struct.pack(">6xH16x2H2II H32xHh", 1, WIDTH, HEIGHT, 0x480000, 0x480000, 0, 1, 24, -1)
    sizes = b"".join(struct.pack(">I", len(sample)) for sample in samples)
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1) + _box(b"avc1", entry, _box(b"avcC", config))),
        _full(b"stts", struct.pack(">3I", 1, len(samples), FRAME_MS)),
        _full(b"stsc", struct.pack(">4I", 1, 1, len(samples), 1)),
        _full(b"stsz", struct.pack(">2I", 0, len(samples)) + sizes),
        _full(b"stco", struct.pack(">2I", 1, first)),
    )
