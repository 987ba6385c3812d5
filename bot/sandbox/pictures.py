"""Pictures the sandbox draws itself, as PNG: receipts that nobody can take for real ones, and grey stand-ins."""

from __future__ import annotations

import io
import struct
import zlib

import segno

GLYPHS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "G": "01111 10000 10000 10011 10001 10001 01111",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "J": "00111 00010 00010 00010 00010 10010 01100",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10011 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "Q": "01110 10001 10001 10001 10101 10010 01101",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "U": "10001 10001 10001 10001 10001 10001 01110",
    "V": "10001 10001 10001 10001 10001 01010 00100",
    "W": "10001 10001 10001 10101 10101 11011 10001",
    "X": "10001 10001 01010 00100 01010 10001 10001",
    "Y": "10001 10001 01010 00100 00100 00100 00100",
    "Z": "11111 00001 00010 00100 01000 10000 11111",
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "01110 10000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00001 01110",
    ".": "00000 00000 00000 00000 00000 01100 01100",
    ",": "00000 00000 00000 00000 01100 00100 01000",
    "-": "00000 00000 00000 01110 00000 00000 00000",
    ":": "00000 01100 01100 00000 01100 01100 00000",
    "*": "00000 10101 01110 11111 01110 10101 00000",
    "/": "00001 00010 00010 00100 01000 01000 10000",
}
WIDE, HIGH = 6, 9
INK, SOFT, RED, PAPER, BAND = b"\x16\x20\x2b", b"\x77\x82\x8e", b"\xc4\x2b\x3a", b"\xfb\xfa\xf4", b"\x0f\x76\x6e"

Drawn = list[bytearray]


def receipt(total: str, fiat: str, order: str, seed: int = 0, payer: str = "ACCOUNT ****0000") -> bytes:
    """A transfer receipt that says SANDBOX RECEIPT; another `seed` (0-255) makes another file that looks the same."""
    drawn = _paper(360, 400)
    _fill(drawn, 0, 0, 360, 66, BAND)
    _write(drawn, 24, 22, 3, "SANDBOX RECEIPT", PAPER)
    _write(drawn, 24, 92, 2, "NOT A PAYMENT", RED)
    _write(drawn, 24, 140, 2, "TRANSFERRED", SOFT)
    _write(drawn, 24, 166, 4, f"{total[:13]}", INK)
    _write(drawn, 24, 218, 2, f"{fiat[:6]}   ORDER {order[-8:]}", INK)
    _fill(drawn, 24, 256, 312, 2, SOFT)
    _write(drawn, 24, 276, 2, f"FROM {payer[:20]}", SOFT)
    _write(drawn, 24, 304, 2, f"REFERENCE {seed:03d}", SOFT)
    _write(drawn, 24, 356, 2, "DRAWN BY THE SANDBOX", RED)
    return _png(drawn)


def qr_code(text: str) -> bytes:
    """A code that a camera reads; what it says is nobody's account."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def grey(width: int, height: int) -> bytes:
    """A picture of nothing."""
    return _png([bytearray(b"\x99\x99\x99" * width) for _ in range(height)])


def lettered(text: str, width: int, height: int, scale: int) -> list[list[bool]]:
    """Rows of ink or none, the text in their middle: what a film of the sandbox shows."""
    drawn = _paper(width, height)
    _write(drawn, (width - len(text) * WIDE * scale) // 2, (height - HIGH * scale) // 2, scale, text, INK)
    return [[bytes(row[3 * x : 3 * x + 3]) == INK for x in range(width)] for row in drawn]


def _paper(width: int, height: int) -> Drawn:
    return [bytearray(PAPER * width) for _ in range(height)]


def _fill(drawn: Drawn, left: int, top: int, width: int, height: int, colour: bytes) -> None:
    for row in drawn[top : top + height]:
        row[3 * left : 3 * (left + width)] = colour * width


def _write(drawn: Drawn, left: int, top: int, scale: int, text: str, colour: bytes) -> None:
    """Letters, digits and a few marks; anything else is left blank."""
    for place, char in enumerate(text.upper()):
        for y, bits in enumerate(GLYPHS.get(char, "").split()):
            for x, bit in enumerate(bits):
                if bit == "1":
                    _fill(drawn, left + (place * WIDE + x) * scale, top + y * scale, scale, scale, colour)


def _png(drawn: Drawn) -> bytes:
    header = struct.pack(">IIBBBBB", len(drawn[0]) // 3, len(drawn), 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + bytes(row) for row in drawn)
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
