"""JPEG, PNG and MP4 keep every pixel and lose every trace of their maker."""

import struct
from typing import Any

import pytest
from PIL import Image

from bot.clients.workshop import Workshop
from bot.domain.attachments import Prepared
from tests.workshop import movies, samples
from tests.workshop.conftest import refusal_of
from tests.workshop.samples import CANARY, ORIENTATION, opened, phone_jpeg, phone_png, picture


async def only(workshop: Workshop, content: bytes) -> Prepared:
    (made,) = await workshop.prepare(content, "photo.bin")
    assert CANARY not in made.content
    assert b"31.2304" not in made.content
    return made


def tags(image: Image.Image) -> dict[int, object]:
    exif = image.getexif()
    assert not exif.get_ifd(samples.GPS) and not exif.get_ifd(samples.EXIF_DETAILS)
    return dict(exif)


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 95}, {"restart_marker_rows": 1}]
)
async def test_a_jpeg_keeps_its_pixels_and_colours_and_loses_the_rest(
    workshop: Workshop, options: dict[str, Any]
) -> None:
    before = phone_jpeg(**options)
    made = await only(workshop, before)
    after = opened(made.content)
    assert made.content_type == "image/jpeg"
    assert after.tobytes() == opened(before).tobytes()
    assert after.info["icc_profile"] == samples.profile()
    assert tags(after) == {} and after.format == "JPEG"
    for trace in (b"Exif", b"xap", b"8BIM", b"MPF", b"PK\x03\x04"):
        assert trace not in made.content
    assert made.content.count(b"\xff\xd8\xff") == 1


@pytest.mark.parametrize("mode", ["L", "CMYK"])
async def test_grey_and_printing_colours_pass_as_they_are(workshop: Workshop, mode: str) -> None:
    before = phone_jpeg(picture(mode=mode))
    after = opened((await only(workshop, before)).content)
    assert after.mode == mode and after.tobytes() == opened(before).tobytes()


@pytest.mark.parametrize("orientation", range(2, 9))
async def test_a_jpeg_that_lies_on_its_side_still_says_so_and_nothing_else(
    workshop: Workshop, orientation: int
) -> None:
    before = phone_jpeg(orientation=orientation)
    after = opened((await only(workshop, before)).content)
    assert tags(after) == {ORIENTATION: orientation}
    assert after.tobytes() == opened(before).tobytes()


async def test_a_jfif_thumbnail_is_cut(workshop: Workshop) -> None:
    plain = samples.saved(picture(), "JPEG")
    head = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x03\x03" + CANARY + b"xx"
    made = await only(workshop, plain[:2] + samples.segment(0xE0, head) + plain[20:])
    assert opened(made.content).tobytes() == opened(plain).tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "LA", "I;16"])
async def test_a_png_keeps_its_pixels_and_loses_the_rest(workshop: Workshop, mode: str) -> None:
    image = picture(mode="L").convert("I;16") if mode == "I;16" else picture(mode=mode)
    before = phone_png(image)
    made = await only(workshop, before)
    after = opened(made.content)
    assert made.content_type == "image/png"
    assert after.mode == opened(before).mode and after.tobytes() == opened(before).tobytes()
    assert after.info["icc_profile"] == samples.profile()
    assert tags(after) == {} and set(after.info) <= {"icc_profile", "gamma"}
    assert made.content.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("orientation", [3, 6, 8])
async def test_a_png_that_lies_on_its_side_still_says_so_and_nothing_else(workshop: Workshop, orientation: int) -> None:
    after = opened((await only(workshop, phone_png(orientation=orientation))).content)
    assert tags(after) == {ORIENTATION: orientation}


async def test_an_interlaced_png_passes(workshop: Workshop) -> None:
    widths = ((1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (5, 2))
    rows = b"".join((b"\x00" + bytes(width)) * height for width, height in widths)
    before = samples.bare_png(5, 5, rows, interlace=1)
    made = await only(workshop, before)
    assert opened(made.content).tobytes() == opened(before).tobytes()


@pytest.mark.parametrize("is_index_first", [True, False])
async def test_a_video_keeps_its_media_and_loses_place_time_and_names(workshop: Workshop, is_index_first: bool) -> None:
    before = movies.movie(is_index_first=is_index_first)
    assert before.count(CANARY) > 12
    made = await only(workshop, before)
    assert made.content_type == "video/mp4"
    assert len(made.content) == len(before)
    for sample in (movies.VIDEO, movies.SOUND):
        places = [at for at in range(len(before)) if before.startswith(sample, at)]
        assert places == [at for at in range(len(made.content)) if made.content.startswith(sample, at)]
    assert made.content.count(b"stco") == 2
    for trace in (b"udta", b"uuid", b"meta", b"xyz", b"gpmd", struct.pack(">I", movies.BORN)):
        assert trace not in made.content


@pytest.mark.parametrize("kind", [b"skip", b"sefd", b"meta", b"free"])
async def test_what_hangs_behind_a_video_is_cut(workshop: Workshop, kind: bytes) -> None:
    plain = movies.movie()
    made = await only(workshop, movies.movie(behind=movies.box(kind, CANARY) + b"PK\x03\x04" + CANARY))
    assert len(made.content) == len(plain)


async def test_a_video_with_sound_only_is_called_audio(workshop: Workshop) -> None:
    refusal = await refusal_of(workshop, movies.movie(movies.TRACKS[1:]))
    assert (refusal.reason, refusal.facts) == ("file_kind", {"given": "MP4 audio"})


async def test_what_went_out_would_go_out_again_unchanged(workshop: Workshop) -> None:
    for before in (phone_jpeg(orientation=6), phone_png(orientation=6), movies.movie()):
        made = await only(workshop, before)
        assert (await only(workshop, made.content)).content == made.content
