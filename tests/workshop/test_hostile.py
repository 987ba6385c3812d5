"""Files made to hurt: each is refused in words or comes out clean, and the desk goes on."""

import struct

import pytest

from bot.clients.workshop import Workshop
from bot.domain.attachments import BadFile
from tests.workshop import movies, samples
from tests.workshop.conftest import refusal_of
from tests.workshop.movies import box, full
from tests.workshop.samples import CANARY, bare_png, chunk, opened, phone_jpeg, phone_png, picture, png_with, segment

JPEG = samples.saved(picture(), "JPEG")
PNG = samples.saved(picture(), "PNG")
WEBP = samples.saved(picture(), "WEBP")
HEIC = samples.saved(picture(256, 192), "HEIF")
MOVIE = movies.movie()
ZEROS = samples.packed_zeros(700_000_000)


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def patched(content: bytes, kind: bytes, at: int, value: bytes) -> bytes:
    """Overwrite `at` bytes behind the name of the first box of a kind."""
    place = content.index(kind) + 4 + at
    return content[:place] + value + content[place + len(value) :]


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"trak", inner)
    return box(b"ftyp", b"mp42", bytes(4)) + box(b"moov", inner) + box(b"mdat", b"x")


FRAME = segment(0xC0, bytes.fromhex("080010001001011100"))
LOOP = b"Exif\x00\x00" + b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHIII", 1, 0x8769, 4, 1, 8, 8)
ARCHIVE = b"PK\x03\x04" + CANARY + b"PK\x05\x06" + bytes(18)
HUGE_PROFILE = chunk(b"iCCP", b"x\x00\x00" + ZEROS)

BROKEN = {
    "a JPEG cut in its scan": JPEG[: len(JPEG) * 2 // 3],
    "a JPEG cut in its head": JPEG[:30],
    "two bytes of a JPEG": b"\xff\xd8\xff",
    "a JPEG of thousands of markers": JPEG[:2] + segment(0xFE, b"x") * 50_000 + JPEG[2:],
    "a JPEG without a scan": JPEG[:2] + segment(0xFE, b"x") + b"\xff\xd9",
    "a JPEG of two frames": JPEG.replace(
        b"\xff\xc4", segment(0xC0, bytes.fromhex("080010001001011100")) + b"\xff\xc4", 1
    ),
    "a JPEG that is a web page behind three bytes": b"\xff\xd8\xff<html><script>alert(1)</script></html>",
    "a PNG cut in its pixels": PNG[: len(PNG) // 2],
    "a PNG cut before its end": PNG[:-12],
    "a PNG with a wrong sum": PNG[:-16] + bytes((PNG[-16] ^ 1,)) + PNG[-15:],
    "a PNG with too few pixels": bare_png(100, 100, bytes(101 * 99)),
    "a PNG with too many pixels": bare_png(100, 100, bytes(101 * 101)),
    "a PNG of an unknown filter": bare_png(4, 1, b"\x09" + bytes(4)),
    "a PNG that unpacks without end": bare_png(10, 10, bytes(50_000_000)),
    "a PNG without size": bare_png(0, 10, b""),
    "a PNG without its palette": bare_png(4, 1, bytes(5), colour=3),
    "a PNG of many chunks": png_with(PNG, chunk(b"teSt", b"") * 70_000),
    "a PNG with a length past everything": PNG[:33] + b"\xff\xff\xff\xffIDAT" + PNG[41:],
    "a PNG of a critical chunk nobody knows": png_with(PNG, chunk(b"EVIL", b"x")),
    "a WebP cut": WEBP[: len(WEBP) // 2],
    "a WebP of noughts": WEBP[:20] + bytes(len(WEBP) - 20),
    "a HEIC cut": HEIC[: len(HEIC) // 2],
    "a HEIC without a picture": HEIC[:24] + bytes(400),
    "a PDF cut": samples.pdf()[:60],
    "a PDF of noughts": b"%PDF-1.7\n" + bytes(5000),
    "a PDF with a page of no size": samples.pdf(1, (0.0001, 842)),
    "a PDF that refers to itself": samples.pdf().replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
    "an MP4 cut in its media": MOVIE[:-50],
    "an MP4 cut in its index": MOVIE[: MOVIE.index(b"stbl")],
    "an MP4 with an index only": MOVIE[: MOVIE.index(b"mdat") - 4],
    "an MP4 box of size nought": patched(MOVIE, b"mvhd", -8, bytes(4)),
    "an MP4 box of size seven": patched(MOVIE, b"mvhd", -8, b"\x00\x00\x00\x07"),
    "an MP4 box of a size past all": patched(MOVIE, b"mvhd", -8, b"\x00\x00\x00\x01"),
    "an MP4 nested deep": nested(20_000),
    "an MP4 with samples elsewhere": patched(MOVIE, b"stco", 8, b"\x7f\xff\xff\xff"),
    "an MP4 with a count past its table": patched(MOVIE, b"stsz", 8, b"\xff\xff\xff\xff"),
    "an MP4 of enormous samples": patched(MOVIE, b"stsz", 4, b"\xff\xff\xff\xff"),
    "an MP4 with media at an address": patched(MOVIE, b"url ", 0, bytes(4)),
    "an MP4 with endless chunk runs": patched(MOVIE, b"stsc", 8, b"\xff\xff\xff\xff"),
    "an MP4 with two indexes": MOVIE + MOVIE[MOVIE.index(b"moov") - 4 : MOVIE.index(b"mdat") - 4],
}


@pytest.mark.parametrize("what", BROKEN)
async def test_a_broken_file_is_refused_in_words(workshop: Workshop, what: str) -> None:
    refusal = await refusal_of(workshop, BROKEN[what])
    kind = next(word for word in ("JPEG", "PNG", "WebP", "HEIC", "PDF", "MP4") if word in what)
    assert (refusal.reason, refusal.facts) == ("file_broken", {"given": kind})


BOMBS = {
    "177 megapixels in half a megabyte": (samples.pixel_bomb(), "177"),
    "a JPEG of 65,000 by 65,000": (with_size(JPEG, 65_000, 65_000), "4225"),
    "a PNG of two thousand million a side": (bare_png(2**31 - 1, 2**31 - 1, b""), "4611686014133"),
    "a WebP of 16,383 by 16,383": (WEBP[:26] + b"\xff\x3f\xff\x3f" + WEBP[30:], "269"),
}


@pytest.mark.parametrize("what", BOMBS)
async def test_a_pixel_bomb_is_refused_by_its_header(workshop: Workshop, what: str) -> None:
    content, megapixels = BOMBS[what]
    assert len(content) < 600_000
    refusal = await refusal_of(workshop, content)
    assert refusal.reason == "file_pixels" and refusal.facts["megapixels"] == megapixels


CLEAN = {
    "a PNG with a text bomb": png_with(PNG, chunk(b"zTXt", b"x\x00\x00" + ZEROS)),
    "a PNG with a bomb in an international text": png_with(PNG, chunk(b"iTXt", b"x\x00\x01\x00\x00\x00" + ZEROS)),
    "a PNG with a profile bomb": png_with(PNG, HUGE_PROFILE),
    "a PNG that is an archive too": PNG + ARCHIVE,
    "a JPEG that is a web page too": JPEG[:20] + segment(0xFE, b"<script>" + CANARY) + JPEG[20:] + b"<html>" + CANARY,
    "a JPEG that is a PDF too": JPEG[:20] + segment(0xFE, b"%PDF-1.4 " + CANARY) + JPEG[20:] + samples.pdf(),
    "a JPEG whose EXIF goes round": JPEG[:20] + segment(0xE1, LOOP) + JPEG[20:],
    "a JPEG whose EXIF points outside": JPEG[:20] + segment(0xE1, b"Exif\x00\x00MM\x00*\xff\xff\xff\xff") + JPEG[20:],
    "a JPEG whose EXIF has no end": JPEG[:20] + segment(0xE1, LOOP[:14] + b"\xff\xff") + JPEG[20:],
    "a JPEG with a piece of a profile": JPEG[:20] + segment(0xE2, b"ICC_PROFILE\x00\x07\x09" + CANARY) + JPEG[20:],
    "a JPEG with a profile that is none": JPEG[:20]
    + segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + CANARY * 9)
    + JPEG[20:],
}


@pytest.mark.parametrize("what", CLEAN)
async def test_a_picture_with_something_hung_onto_it_comes_out_alone(workshop: Workshop, what: str) -> None:
    (made,) = await workshop.prepare(CLEAN[what])
    assert CANARY not in made.content and b"PK\x03\x04" not in made.content and b"PDF" not in made.content
    assert opened(made.content).tobytes() == opened(PNG if "a PNG" in what else JPEG).tobytes()
    assert len(made.content) <= len(PNG if "a PNG" in what else JPEG)


async def test_a_pdf_that_is_a_picture_too_is_drawn_as_a_pdf(workshop: Workshop) -> None:
    (made,) = await workshop.prepare(samples.pdf() + JPEG)
    assert made.content_type == "image/png" and opened(made.content).size == (1240, 1755)


async def test_a_pdf_of_thousands_of_pages_is_refused(workshop: Workshop) -> None:
    refusal = await refusal_of(workshop, samples.pdf(5000))
    assert (refusal.reason, refusal.facts["pages"]) == ("file_pages", "5000")


async def test_a_video_in_fragments_is_refused_by_its_name(workshop: Workshop) -> None:
    refusal = await refusal_of(workshop, MOVIE + box(b"moof", full(b"mfhd", bytes(4))))
    assert (refusal.reason, refusal.facts) == ("file_kind", {"given": "MP4 in fragments"})


async def test_a_coding_that_few_programs_read_is_refused(workshop: Workshop) -> None:
    refusal = await refusal_of(workshop, JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1))
    assert (refusal.reason, refusal.facts) == ("file_kind", {"given": "JPEG with a rare coding"})


async def test_after_hostile_files_good_ones_pass(workshop: Workshop) -> None:
    for content in (*list(BROKEN.values())[::4], samples.pixel_bomb()):
        with pytest.raises(BadFile):
            await workshop.prepare(content)
    for content in (phone_jpeg(), phone_png(), MOVIE, WEBP, HEIC, samples.pdf()):
        assert await workshop.prepare(content)
