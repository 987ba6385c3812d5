"""Pictures both ways: bytes, not links; nothing hidden in them; an album stays together."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image

from tests.journeys.shop import Shop
from tests.support.sandbox import OPERATOR, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def picture(colour: str = "red", *, form: str = "JPEG", exif: bool = True) -> bytes:
    image = Image.new("RGB", (320, 240), colour)
    out = io.BytesIO()
    facts = Image.Exif()
    facts[0x010E] = "a secret place"
    image.save(out, form, **({"exif": facts} if exif and form == "JPEG" else {}))
    return out.getvalue()


async def test_a_receipt_of_the_buyer_is_seen_on_the_phone(shop: Shop) -> None:
    order = await shop.sale("1000")
    content = picture("green", form="PNG")
    await shop.box.gate.buyer_sends(order, content, "image/png")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, where=lambda message: message.medium is not None)
    assert await shop.box.telegram.file_of(seen) == content


async def test_a_photo_from_the_phone_is_seen_by_the_buyer_without_its_place(shop: Shop) -> None:
    order = await shop.sale("1000")
    await shop.box.gate.buyer_says(order, "show me the receipt")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, contains="show me the receipt")
    number = await shop.box.telegram.send_photo(OPERATOR, OPERATOR, picture(), caption="here it is", reply_to=seen.id)
    line = await shop.box.gate.wait_for_text(order, "here it is")
    assert line is not None
    lines = [line for line in await shop.box.gate.from_desk(order)]
    assert [bool(line.file) for line in lines] == [True, False]
    sent = await shop.box.gate.content_of(lines[0].file)
    assert b"a secret place" not in sent
    await shop.box.telegram.wait_for_reaction(OPERATOR, number, "👌", viewer=OPERATOR)


async def test_an_album_arrives_together_and_in_order(shop: Shop) -> None:
    order = await shop.sale("1000")
    await shop.box.gate.buyer_says(order, "all three please")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, contains="all three please")
    colours = ["red", "green", "blue"]
    await shop.box.telegram.send_album(
        OPERATOR, OPERATOR, [picture(colour, exif=False) for colour in colours], caption="three", reply_to=seen.id
    )
    await shop.box.gate.wait_for_text(order, "three")
    lines = await shop.box.gate.from_desk(order)
    sent = [await shop.box.gate.content_of(line.file) for line in lines if line.file]
    assert [Image.open(io.BytesIO(content)).getpixel((5, 5))[:3] for content in sent] == [
        Image.open(io.BytesIO(picture(colour, exif=False))).getpixel((5, 5))[:3] for colour in colours
    ]


async def test_an_album_with_one_bad_file_is_asked_for_and_sent_without_it(shop: Shop) -> None:
    order = await shop.sale("1000")
    await shop.box.gate.buyer_says(order, "two of them")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, contains="two of them")
    await shop.box.telegram.send_album(
        OPERATOR, OPERATOR, [picture(exif=False), b"PK\x03\x04 not a picture", picture("blue", exif=False)],
        kinds=["document", "document", "document"], reply_to=seen.id,
    )
    asked = await shop.box.telegram.wait_for_message(OPERATOR, button="Send the other 2")
    assert await shop.box.gate.from_desk(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, asked, text="Send the other 2")

    async def both() -> bool | None:
        return len([line for line in await shop.box.gate.from_desk(order) if line.file]) == 2 or None

    await until(both, "both good pictures", 10)
