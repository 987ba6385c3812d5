"""A HEIC as large phones make it: a grid of tiles, here all the same one, so that it is made in no time."""

import struct

from tests.workshop.movies import box, full
from tests.workshop.samples import CANARY, picture, saved

TILE = 512
ACROSS, DOWN = 16, 12
WIDTH, HEIGHT = 8064, 6048
TILES = ACROSS * DOWN
GRID_ITEM, EXIF_ITEM = TILES + 1, TILES + 2


def phone_heic() -> bytes:
    """48.8 megapixels, turned on its side, with EXIF."""
    tile = saved(picture().resize((TILE, TILE)), "HEIF", quality=70)
    at = tile.index(b"mdat")
    coded = tile[at + 4 : at - 4 + int.from_bytes(tile[at - 4 : at], "big")]
    beginning = box(b"ftyp", b"heic", bytes(4), b"mif1heic")
    meta_bytes = len(_meta(tile, 0, len(coded)))
    place = len(beginning) + meta_bytes + 8
    return beginning + _meta(tile, place, len(coded)) + box(b"mdat", coded, bytes(4), b"Exif\x00\x00" + CANARY)


def _meta(tile: bytes, place: int, size: int) -> bytes:
    grid = struct.pack(">BBBBHH", 0, 0, DOWN - 1, ACROSS - 1, WIDTH, HEIGHT)
    items = (*((number, b"hvc1") for number in range(1, TILES + 1)), (GRID_ITEM, b"grid"), (EXIF_ITEM, b"Exif"))
    entries = (
        full(b"infe", struct.pack(">HH", number, 0), kind, b"\x00", flags=2 << 24 | (number != GRID_ITEM))
        for number, kind in items
    )
    tiles = struct.pack(f">HH{TILES}H", GRID_ITEM, TILES, *range(1, TILES + 1))
    of_exif = struct.pack(">HHH", EXIF_ITEM, 1, GRID_ITEM)
    return full(
        b"meta",
        full(b"hdlr", bytes(4), b"pict", bytes(13)),
        full(b"pitm", struct.pack(">H", GRID_ITEM)),
        full(b"iinf", struct.pack(">H", len(items)), *entries),
        full(b"iref", box(b"dimg", tiles), box(b"cdsc", of_exif)),
        _properties(tile),
        _places(place, size, len(grid)),
        box(b"idat", grid),
    )


def _properties(tile: bytes) -> bytes:
    at = tile.index(b"hvcC") - 4
    coding = tile[at : at + int.from_bytes(tile[at : at + 4], "big")]
    sizes = (full(b"ispe", struct.pack(">II", *size)) for size in ((TILE, TILE), (WIDTH, HEIGHT)))
    known = box(b"ipco", coding, *sizes, box(b"irot", b"\x03"))
    of_tiles = b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in range(1, TILES + 1))
    of_grid = struct.pack(">HBBB", GRID_ITEM, 2, 3, 0x84)
    return box(b"iprp", known, full(b"ipma", struct.pack(">I", TILES + 1), of_tiles, of_grid))


def _places(place: int, size: int, grid_bytes: int) -> bytes:
    one = struct.Struct(">HHHHII")
    tiles = (one.pack(number, 0, 0, 1, place, size) for number in range(1, TILES + 1))
    grid = one.pack(GRID_ITEM, 1, 0, 1, 0, grid_bytes)
    exif = one.pack(EXIF_ITEM, 0, 0, 1, place + size, 10 + len(CANARY))
    return full(b"iloc", b"\x44\x00", struct.pack(">H", TILES + 2), *tiles, grid, exif, flags=1 << 24)
