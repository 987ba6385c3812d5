"""What takes long says how far it is, and in the end how it ended."""

import pytest

from tests.journeys.shop import Shop
from tests.journeys.test_chat_files import picture
from tests.support.sandbox import OPERATOR

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_slow_album_tells_how_far_it_is(shop: Shop) -> None:
    order = await shop.sale("1000")
    await shop.box.gate.buyer_says(order, "slowly please")
    seen = await shop.box.telegram.wait_for_message(OPERATOR, contains="slowly please")
    await shop.box.gate.fault("upload_chat_file", "delay", times=3, seconds=1.2)
    await shop.box.telegram.send_album(
        OPERATOR, OPERATOR, [picture(colour, exif=False) for colour in ("red", "green", "blue")], reply_to=seen.id
    )
    telling = await shop.box.telegram.wait_for_message(OPERATOR, contains="Uploading")
    told = await shop.box.telegram.wait_for_message(
        OPERATOR, contains="Delivered to", where=lambda message: message.id == telling.id
    )
    assert "⏫" not in told.text
