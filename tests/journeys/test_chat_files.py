"""Pictures both ways: bytes, not links; nothing hidden in them; an album stays together; what cannot go says why."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bot.sandbox.film import film
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.sandbox import OPERATOR, OPERATOR_2, ChatLine, until
from tests.workshop import movies, samples

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=8.0, desk_follow_hours="0") as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


def picture(colour: str = "red", *, form: str = "JPEG", exif: bool = True) -> bytes:
    image = Image.new("RGB", (320, 240), colour)
    out = io.BytesIO()
    facts = Image.Exif()
    facts[0x010E] = "a secret place"
    image.save(out, form, **({"exif": facts} if exif and form == "JPEG" else {}))
    return out.getvalue()


def colour_of(content: bytes) -> object:
    return Image.open(io.BytesIO(content)).convert("RGB").getpixel((5, 5))


async def files_at_the_buyer(shop: Shop, order: str, count: int = 1) -> list[bytes]:
    """What the buyer sees of our files, once there are so many."""

    async def look() -> list[ChatLine] | None:
        lines = [line for line in await shop.box.gate.from_desk(order) if line.file]
        return lines if len(lines) >= count else None

    lines = await until(look, f"{count} files", 15, lambda: shop.box.telegram.messages(OPERATOR))
    return [await shop.box.gate.content_of(line.file) for line in lines if line.file]


async def test_a_receipt_of_the_buyer_is_seen_on_the_phone(shop: Shop) -> None:
    order = await shop.sale("1000")
    content = picture("green", form="PNG")
    await shop.box.gate.buyer_sends(order, content, "image/png")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, where=lambda message: message.medium is not None)
    assert await shop.box.telegram.file_of(seen) == content


async def test_a_photo_from_the_phone_is_seen_by_the_buyer_without_its_place(shop: Shop) -> None:
    order = await shop.sale("1000")
    seen = await shop.asked(order, "show me the receipt")
    number = await shop.box.telegram.send_photo(OPERATOR, OPERATOR, picture(), caption="here it is", reply_to=seen.id)
    await shop.box.gate.wait_for_text(order, "here it is")
    assert [bool(line.file) for line in await shop.box.gate.from_desk(order)] == [True, False]
    assert b"a secret place" not in (await files_at_the_buyer(shop, order))[0]
    await shop.marked(number, "👌")


DOCUMENTS: dict[str, tuple[Callable[[], bytes], str, bytes]] = {
    "jpeg with a position": (samples.phone_jpeg, "photo.jpg", b"\xff\xd8\xff"),
    "png with a comment": (samples.phone_png, "shot.png", b"\x89PNG"),
    "heic": (lambda: samples.saved(samples.picture(), "HEIF"), "IMG_1.HEIC", b"\xff\xd8\xff"),
    "webp": (lambda: samples.saved(samples.picture(), "WEBP"), "a.webp", b"\xff\xd8\xff"),
    "pdf of one page": (samples.pdf, "receipt.pdf", b"\x89PNG"),
    "a wrong name": (lambda: samples.saved(samples.picture(), "PNG"), "not-a.jpg", b"\x89PNG"),
    "mp4": (movies.movie, "clip.mp4", b"\x00\x00\x00"),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
async def test_a_document_arrives_in_a_form_the_venue_takes_and_tells_nothing_of_its_maker(
    shop: Shop, kind: str
) -> None:
    make, name, start = DOCUMENTS[kind]
    order = await shop.sale("1002")
    seen = await shop.asked(order, "the document please")
    number = await shop.box.telegram.send_document(OPERATOR, OPERATOR, make(), file_name=name, reply_to=seen.id)
    (content,) = await files_at_the_buyer(shop, order)
    assert content.startswith(start) and samples.CANARY not in content
    await shop.marked(number, "👌")


async def test_a_video_from_the_phone_is_seen_by_the_buyer(shop: Shop) -> None:
    order = await shop.sale("1003")
    seen = await shop.asked(order, "a video please")
    number = await shop.box.telegram.send_video(OPERATOR, OPERATOR, film(), caption="look", reply_to=seen.id)
    await shop.box.gate.wait_for_text(order, "look")
    await shop.marked(number, "👌")
    assert [line.kind for line in await shop.box.gate.from_desk(order)] == ["video", "text"]


async def test_a_document_of_three_pages_is_asked_about_and_goes_as_three_pictures(shop: Shop) -> None:
    order = await shop.sale("1004")
    seen = await shop.asked(order, "all pages")
    number = await shop.box.telegram.send_document(
        OPERATOR, OPERATOR, samples.pdf(3), file_name="three.pdf", reply_to=seen.id
    )
    held = await shop.under(number, "The PDF has 3 pages: that is 3 pictures.")
    assert await shop.box.gate.from_desk(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Send all 3")
    assert len(await files_at_the_buyer(shop, order, 3)) == 3
    await shop.marked(number, "👌")


async def test_an_album_arrives_together_and_in_order(shop: Shop) -> None:
    order = await shop.sale("1000")
    seen = await shop.asked(order, "all three please")
    colours = ["red", "green", "blue"]
    await shop.box.telegram.send_album(
        OPERATOR, OPERATOR, [picture(colour, exif=False) for colour in colours], caption="three", reply_to=seen.id
    )
    await shop.box.gate.wait_for_text(order, "three")
    lines = await shop.box.gate.from_desk(order)
    assert [bool(line.file) for line in lines] == [True, True, True, False], "the caption stands below"
    sent = await files_at_the_buyer(shop, order, 3)
    assert [colour_of(content) for content in sent] == [colour_of(picture(colour)) for colour in colours]


async def test_an_album_with_one_bad_file_is_asked_for_and_sent_without_it(shop: Shop) -> None:
    order = await shop.sale("1000")
    seen = await shop.asked(order, "two of them")
    await shop.box.telegram.send_album(
        OPERATOR,
        OPERATOR,
        [picture(exif=False), b"PK\x03\x04 not a picture", picture("blue", exif=False)],
        kinds=["document", "document", "document"],
        reply_to=seen.id,
    )
    asked = await shop.box.telegram.wait_for_message(OPERATOR, button="Send the other 2")
    assert "A file of this album cannot go. Nothing of it was sent yet." in asked.text and "File 2: " in asked.text
    assert await shop.box.gate.from_desk(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, asked, text="Send the other 2")
    sent = await files_at_the_buyer(shop, order, 2)
    assert [colour_of(content) for content in sent] == [colour_of(picture()), colour_of(picture("blue"))]


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "x" * 100)
    return out.getvalue()


REFUSED = {
    "statement.zip": (zipped, "“ZIP archive” cannot go. Allowed: JPEG, PNG, HEIC, WebP, PDF, MP4."),
    "moving.gif": (
        lambda: samples.saved(samples.picture(), "GIF"),
        "“GIF” cannot go. Allowed: JPEG, PNG, HEIC, WebP, PDF, MP4.",
    ),
    "broken.jpg": (lambda: samples.phone_jpeg()[:60], "The file is damaged and cannot be read (JPEG)."),
    "bomb.png": (samples.pixel_bomb, "The picture has 177 megapixels, "),
    "locked.pdf": (samples.locked_pdf, "The PDF is locked with a password. Send it without, or a screenshot."),
    "long.pdf": (lambda: samples.pdf(11), "The PDF has 11 pages, "),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_venue_cannot_take_is_refused_by_name(shop: Shop, name: str) -> None:
    make, sentence = REFUSED[name]
    order = await shop.sale("1005")
    seen = await shop.asked(order, "the file please")
    number = await shop.box.telegram.send_document(OPERATOR, OPERATOR, make(), file_name=name, reply_to=seen.id)
    told = await shop.under(number, sentence, timeout=20)
    assert told.text.startswith("💔 Not sent: 张三丰")
    await shop.marked(number, "💔")
    assert await shop.box.gate.from_desk(order) == [] and await shop.sent(order) == []


KINDS: dict[str, dict[str, Any]] = {
    "sticker": {"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 9, "height": 9,
                            "is_animated": False, "is_video": False}},
    "voice": {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 1}},
    "location": {"location": {"latitude": 1.0, "longitude": 2.0}},
    "contact": {"contact": {"phone_number": "1", "first_name": "X"}},
}  # fmt: skip
SENTENCES = {
    "sticker": "A sticker cannot go to Gate: send text, photo, document or video.",
    "voice": "A voice message cannot go to Gate: send text, photo, document or video.",
    "location": "A location cannot go to Gate: send text, photo, document or video.",
    "contact": "A contact cannot go to Gate: send text, photo, document or video.",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_no_text_and_no_file_is_refused_by_name(shop: Shop, kind: str) -> None:
    order = await shop.sale("1006")
    seen = await shop.asked(order, "well?")
    raw = {
        "message_id": 900_000 + list(KINDS).index(kind),
        "date": seen.raw["date"],
        "chat": {"id": OPERATOR, "type": "private", "first_name": "Operator"},
        "from": {"id": OPERATOR, "is_bot": False, "first_name": "Operator"},
        "reply_to_message": {
            "message_id": seen.id,
            "date": seen.raw["date"],
            "chat": {"id": OPERATOR, "type": "private", "first_name": "Operator"},
        },
        **KINDS[kind],
    }
    before = await shop.newest(OPERATOR)
    await shop.box.controls.post("telegram/act/push", {"kind": "message", "payload": raw})
    told = await shop.box.telegram.wait_for_message(OPERATOR, contains=SENTENCES[kind], after=before)
    assert told.text == SENTENCES[kind] and await shop.sent(order) == []


async def test_a_file_over_20_megabytes_is_refused_with_a_way_out(shop: Shop) -> None:
    order = await shop.sale("1007")
    seen = await shop.asked(order, "the big one")
    number = await shop.box.telegram.send_document(
        OPERATOR, OPERATOR, bytes(21 * 1024 * 1024), file_name="big.mp4", reply_to=seen.id
    )
    told = await shop.under(number, timeout=20)
    assert "Telegram gives bots files up to 20 MB only: send it as a photo, or make it smaller." in told.text.split(
        "\n"
    )
    assert await shop.box.gate.uploads() is not None and await shop.sent(order) == []


async def test_a_download_that_breaks_off_is_tried_again_and_one_that_is_gone_is_said(shop: Shop) -> None:
    order = await shop.sale("1008")
    seen = await shop.asked(order, "try it")
    await shop.box.telegram.fault("file", "cut", times=2)
    number = await shop.box.telegram.send_photo(OPERATOR, OPERATOR, picture(), reply_to=seen.id)
    assert len(await files_at_the_buyer(shop, order)) == 1
    await shop.marked(number, "👌")
    await shop.box.telegram.fault("file", "404", times=1)
    gone = await shop.box.telegram.send_photo(OPERATOR, OPERATOR, picture("blue"), reply_to=seen.id)
    told = await shop.under(gone)
    assert "The file did not arrive from Telegram. Nothing was sent; send it again." in told.text
    await asyncio.sleep(0.3)
    assert len(await files_at_the_buyer(shop, order)) == 1


async def test_a_refused_file_is_told_in_the_readers_language(shop: Shop) -> None:
    await shop.say("/language zh", person=OPERATOR_2, contains="中文")
    order = await shop.sale("1009")
    await shop.card(order, "Paid – check the bank")
    number = await shop.box.telegram.send_document(
        OPERATOR_2, OPERATOR_2, zipped(), file_name="a.zip", caption=f"/say {order[-4:]}"
    )
    told = await shop.under(number, "ZIP", chat=OPERATOR_2)
    assert "JPEG" in told.text and not any(word in told.text for word in ("Allowed", "Not sent", "cannot"))
    await shop.say("/language en", person=OPERATOR_2, contains="English")
