"""A font for a picture: one that has Chinese characters, found where systems keep them, or the one that comes along."""

import os
from collections.abc import Iterator
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/X11/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
# The beginning of a file's name, best first, and which of the fonts in it is the Chinese one
KNOWN: tuple[tuple[str, int], ...] = (
    ("notosanscjk-", 2),
    ("notosanscjksc-", 0),
    ("notosanssc", 0),
    ("sourcehansanssc", 0),
    ("sourcehansanscn", 0),
    ("sourcehansans", 2),
    ("wqy-microhei", 0),
    ("wqy-zenhei", 0),
    ("droidsansfallback", 0),
    ("notoserifcjk-", 2),
    ("pingfang", 0),
    ("stheiti", 0),
    ("hiragino sans gb", 0),
    ("uming", 0),
    ("ukai", 0),
)
ENDINGS = (".ttc", ".ttf", ".otf")
MOST_FILES = 5000
SAMPLE_SIZE = 24
SAMPLES = "今日订单买卖"
BOLD = ("bold", "medium")


@cache
def chinese(size: int, *, bold: bool = False, folders: tuple[str, ...] = FOLDERS) -> ImageFont.FreeTypeFont | None:
    """The best font at hand that has the characters, in pixels; None without one."""
    found = _best(folders, bold=bold)
    return None if found is None else ImageFont.FreeTypeFont(found[0], size, found[1])


@cache
def _best(folders: tuple[str, ...], *, bold: bool) -> tuple[str, int] | None:
    """Path and number of the font."""
    for path, index in _candidates(folders, bold=bold):
        try:
            # Not `truetype`, which looks elsewhere for a file of the same name
            font = ImageFont.FreeTypeFont(path, SAMPLE_SIZE, index)
        except OSError:
            continue
        if has_characters(font, SAMPLES):
            return path, index
    return None


def plain(size: int) -> Font:
    """The font that comes with the library: Latin letters and digits."""
    return ImageFont.load_default(size)


def has_characters(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Whether each of them looks different from what the font draws for a character that it does not have."""
    missing = _shape(font, "\U0010fffd")
    shapes = [_shape(font, char) for char in text]
    return all(shape != missing and any(shape) for shape in shapes) and len(set(shapes)) == len(set(text))


def _shape(font: ImageFont.FreeTypeFont, char: str) -> bytes:
    return bytes(font.getmask(char))


def _candidates(folders: tuple[str, ...], *, bold: bool) -> list[tuple[str, int]]:
    """Paths with the font's number inside the file, best first; of a family the wanted weight before the regular."""
    ranked = []
    for path in files(folders):
        name = os.path.basename(path).lower()
        rank = next((rank for rank, (start, _) in enumerate(KNOWN) if name.startswith(start)), None)
        if rank is not None:
            ranked.append((rank, _weight(name, bold=bold), path))
    return [(path, KNOWN[rank][1] if path.lower().endswith(".ttc") else 0) for rank, _, path in sorted(ranked)]


def _weight(name: str, *, bold: bool) -> int:
    wanted = BOLD if bold else ("regular",)
    if any(word in name for word in wanted):
        return 0
    return 2 if any(word in name for word in ("light", "thin", "black", "demi", "mono")) else 1


@cache
def files(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path, _ in zip(_found(folders), range(MOST_FILES), strict=False))


def _found(folders: tuple[str, ...]) -> Iterator[str]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in sorted(names) if name.lower().endswith(ENDINGS))
