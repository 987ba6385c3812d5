"""Files the sandbox keeps, and what it must know of a picture."""

from __future__ import annotations

import struct
from pathlib import PurePosixPath

from bot.sandbox.pictures import grey
from bot.sandbox.telegram.model import Json, StoredFile
from bot.sandbox.telegram.refusals import Violation, bad_request
from bot.sandbox.telegram.world import TelegramWorld

FOLDERS = {"photo": "photos", "video": "videos", "animation": "animations", "audio": "music", "voice": "voice"}
TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
}
MAX_SIDES, MAX_RATIO = 10_000, 20
SMALL_SIDE = 90


def store_file(world: TelegramWorld, name: str, mime_type: str, content: bytes, kind: str) -> StoredFile:
    """Keep a file under a new file_id. A photo must be a picture of allowed size."""
    sides = _photo_sides(content) if kind == "photo" else None
    number = world.next_number("file")
    suffix = PurePosixPath(name).suffix.lower() or ".bin"
    if mime_type in ("", "application/octet-stream"):
        mime_type = TYPES.get(suffix, "application/octet-stream")
    path = f"{FOLDERS.get(kind, 'documents')}/file_{number}{'.jpg' if kind == 'photo' else suffix}"
    file = _kept(world, number, StoredFile("", "", content, name, mime_type, path, sides, kind))
    if sides is not None and max(sides) > SMALL_SIDE:
        file.small = _small(world, file, sides)
    return file


def _small(world: TelegramWorld, file: StoredFile, sides: tuple[int, int]) -> StoredFile:
    """A grey picture of the right shape: whoever takes the first size for the photo shall see it."""
    width, height = (max(1, side * SMALL_SIDE // max(sides)) for side in sides)
    path = f"{FOLDERS['photo']}/file_{world.next_number('file')}.jpg"
    small = StoredFile("", "", grey(width, height), file.file_name, "image/png", path, (width, height), "photo")
    return _kept(world, world.next_number("file"), small)


def _kept(world: TelegramWorld, number: int, file: StoredFile) -> StoredFile:
    file.file_id, file.unique_id = world.token_text(f"{file.kind}-{number}-"), f"AQAD{number:08d}"
    world.files[file.file_id] = file
    return file


def photo_sizes(file: StoredFile) -> list[Json]:
    """From small to large, as Telegram lists them."""
    return [_size(each, each.sides) for each in (file.small, file) if each is not None and each.sides is not None]


def _size(file: StoredFile, sides: tuple[int, int]) -> Json:
    known = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.content)}
    return known | {"width": sides[0], "height": sides[1]}


def check_kind(file: StoredFile, kind: str) -> None:
    """A known file can be sent again as what it is: a photo as a photo only, and nothing else as one."""
    if "photo" in (file.kind, kind) and file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.title()} as {kind.title()}")


def _photo_sides(content: bytes) -> tuple[int, int]:
    sides = _png(content) or _jpeg(content) or _gif(content)
    if sides is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(sides) > MAX_SIDES or max(sides) > MAX_RATIO * max(1, min(sides)) or min(sides) == 0:
        raise Violation("limit", "photo", "PHOTO_INVALID_DIMENSIONS")
    return sides


def _png(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _gif(content: bytes) -> tuple[int, int] | None:
    if not content.startswith((b"GIF87a", b"GIF89a")) or len(content) < 10:
        return None
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while content.startswith(b"\xff\xd8") and at + 9 < len(content) and content[at] == 0xFF:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + size
    return None
