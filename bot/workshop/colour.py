"""What a picture may keep besides its pixels: its colour profile, and which side is up."""

import struct

MAX_PROFILE_BYTES = 4 * 2**20
UPRIGHT = 1
ORIENTATIONS = range(1, 9)
ORIENTATION_TAG = 0x0112
SHORT = 3
MAX_ENTRIES = 512
EXIF_MARK = b"Exif\x00\x00"


def is_profile(data: bytes) -> bool:
    """Whether this is an ICC profile and nothing hung onto one (ICC.1 §7.2)."""
    return (
        128 <= len(data) <= MAX_PROFILE_BYTES
        and int.from_bytes(data[:4], "big") == len(data)
        and data[36:40] == b"acsp"
    )


def orientation_of(tiff: bytes) -> int:
    """1 to 8 from the first directory of an EXIF block (without its mark). Anything odd is upright.

    Other directories are never followed, so a loop of them cannot be entered.
    """
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return UPRIGHT
    at = struct.unpack_from(f"{order}I", tiff, 4)[0]
    if at + 2 > len(tiff):
        return UPRIGHT
    entries = min(struct.unpack_from(f"{order}H", tiff, at)[0], MAX_ENTRIES)
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        if entry + 12 > len(tiff):
            return UPRIGHT
        tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == ORIENTATION_TAG:
            return value if (kind, count) == (SHORT, 1) and value in ORIENTATIONS else UPRIGHT
    return UPRIGHT


def exif_with(orientation: int) -> bytes:
    """An EXIF block (without its mark) that says which side is up and nothing else."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, ORIENTATION_TAG, SHORT, 1, orientation, 0, 0)
