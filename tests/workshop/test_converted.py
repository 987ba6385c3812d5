"""HEIC and WebP become JPEG, pages become PNG, what is too large becomes smaller."""

import io
import os
import random

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.clients.workshop import Workshop
from bot.domain.chat import MAX_FILE_BYTES
from tests.workshop import samples
from tests.workshop.conftest import refusal_of
from tests.workshop.samples import CANARY, ORIENTATION, opened, picture


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0 to 255."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return max(ImageStat.Stat(difference).mean)


def smooth(width: int, height: int) -> Image.Image:
    return picture(64, 48).resize((width, height), Image.Resampling.BILINEAR)


@pytest.mark.parametrize("grid", [0, 64])
async def test_a_heic_becomes_a_jpeg_without_its_maker(workshop: Workshop, grid: int) -> None:
    image = smooth(256, 192)
    before = samples.saved(image, "HEIF", exif=samples.exif(), xmp=CANARY, quality=90, tile_size=grid)
    assert CANARY in before
    (made,) = await workshop.prepare(before, "IMG_0001.HEIC")
    after = opened(made.content)
    assert (made.content_type, after.format, after.size) == ("image/jpeg", "JPEG", image.size)
    assert CANARY not in made.content and not dict(after.getexif())
    assert distance(after, image) < 6


async def test_a_heic_that_lies_on_its_side_is_turned_upright_once(workshop: Workshop) -> None:
    image = smooth(256, 128)
    before = samples.saved(image, "HEIF", exif=samples.exif(6), quality=90)
    (made,) = await workshop.prepare(before)
    after = opened(made.content)
    assert after.size == (128, 256) and not dict(after.getexif())
    assert distance(after, image.transpose(Image.Transpose.ROTATE_270)) < 6


async def test_what_can_be_seen_through_becomes_white(workshop: Workshop) -> None:
    clear = Image.new("RGBA", (64, 64), (200, 0, 0, 0))
    for kind in ("HEIF", "WEBP"):
        (made,) = await workshop.prepare(samples.saved(clear, kind))
        assert min(ImageStat.Stat(opened(made.content)).mean) > 250


@pytest.mark.parametrize("is_lossless", [True, False])
async def test_a_webp_becomes_a_jpeg_without_its_maker(workshop: Workshop, is_lossless: bool) -> None:
    image = smooth(256, 192)
    before = samples.saved(image, "WEBP", lossless=is_lossless, exif=samples.exif(6), xmp=CANARY)
    (made,) = await workshop.prepare(before, "a.webp")
    after = opened(made.content)
    assert made.content_type == "image/jpeg" and CANARY not in made.content
    assert dict(after.getexif()) == {ORIENTATION: 6}
    assert distance(after, image) < 6


async def test_the_pages_of_a_pdf_come_in_order(workshop: Workshop) -> None:
    first, second = await workshop.prepare(samples.pdf(2), "receipt.pdf")
    assert {first.content_type, second.content_type} == {"image/png"}
    page = opened(first.content)
    assert page.size == (1240, 1755)
    assert page.getpixel((200, 1500)) == (0, 0, 0) and page.getpixel((600, 600)) == (255, 255, 255)


async def test_a_pdf_may_have_ten_pages_and_no_more(workshop: Workshop) -> None:
    assert len(await workshop.prepare(samples.pdf(10))) == 10
    refusal = await refusal_of(workshop, samples.pdf(11))
    assert (refusal.reason, refusal.facts) == ("file_pages", {"pages": "11", "limit": "10"})


async def test_a_pdf_with_a_password_is_refused(workshop: Workshop) -> None:
    assert (await refusal_of(workshop, samples.locked_pdf())).reason == "file_locked"


async def test_scripts_and_addresses_in_a_pdf_do_nothing(workshop: Workshop) -> None:
    script = b"/OpenAction << /S /JavaScript /JS (while\\(true\\){}) >>"
    action = b"/AA << /O << /S /URI /URI (http://127.0.0.1:9/) >> /C << /S /Launch /F (sh) >> >>"
    assert len(await workshop.prepare(samples.pdf(1, catalogue=script, inner=action))) == 1


@pytest.mark.parametrize("size", [(14_400, 14_400), (200_000, 200_000), (14_400, 3)])
async def test_a_huge_page_is_drawn_with_fewer_dots(workshop: Workshop, size: tuple[float, float]) -> None:
    (made,) = await workshop.prepare(samples.pdf(1, size))
    page = opened(made.content)
    assert page.width * page.height <= 4.1 * 2**20 and max(page.size) <= 8000


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_picture_over_the_venues_limit_is_made_smaller(workshop: Workshop, kind: str) -> None:
    options = {"quality": 97, "subsampling": 0} if kind == "JPEG" else {"compress_level": 1}
    image = noise(2700, 2400)
    before = samples.saved(image, kind, exif=samples.exif(6), **options)
    assert MAX_FILE_BYTES < len(before) <= 20_000_000
    (made,) = await workshop.prepare(before)
    after = opened(made.content)
    assert made.content_type == "image/jpeg" and len(made.content) <= MAX_FILE_BYTES
    assert dict(after.getexif()) == {ORIENTATION: 6} and CANARY not in made.content
    assert after.width * image.height == after.height * image.width


async def test_what_hides_behind_a_small_picture_does_not_make_it_smaller(workshop: Workshop) -> None:
    plain = samples.saved(picture(), "JPEG")
    (made,) = await workshop.prepare(plain + os.urandom(MAX_FILE_BYTES + 1))
    assert opened(made.content).tobytes() == opened(plain).tobytes()


async def test_a_video_over_the_venues_limit_is_refused(workshop: Workshop) -> None:
    from tests.workshop import movies

    large = movies.movie((movies.Track(b"vide", b"avc1", (os.urandom(MAX_FILE_BYTES),)),))
    refusal = await refusal_of(workshop, large)
    assert (refusal.reason, refusal.facts) == ("file_size", {"megabytes": "15.0", "limit": "15"})


async def test_more_than_telegram_gives_is_refused_without_a_worker(workshop: Workshop) -> None:
    refusal = await refusal_of(workshop, bytes(20_000_001))
    assert (refusal.reason, refusal.facts) == ("file_size", {"megabytes": "20.0", "limit": "20"})


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_a_moving_picture_is_refused(workshop: Workshop, kind: str) -> None:
    made = io.BytesIO()
    picture().save(made, kind, save_all=True, append_images=[picture().rotate(90)], duration=100)
    assert (await refusal_of(workshop, made.getvalue())).reason == "file_animated"
