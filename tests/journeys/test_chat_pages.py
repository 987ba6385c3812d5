"""However the venue counts, pages and words its answers, each message is told once, and the chat can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.pictures import receipt
from tests.journeys.shop import Shop, open_shop, quoted, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=8.0, desk_follow_hours="0") as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    """The venue answers as documented again when the journey is over, however it ended."""
    yield quick_shop
    await quick_shop.box.gate.variants(**dict.fromkeys(SWITCHES, False), chat_page=50)
    await quick_shop.end_all()
    await tidy(quick_shop.box)


VARIANTS: tuple[dict[str, bool | int], ...] = (
    {"im_unread_in_rows": True, "unread_stays": True},
    {"no_unread": True, "srvtm_ms": True},
    {"inclusive_cursors": True, "uid_on_own": True, "real_usernames": True},
    {"chat_page": 12, "changing_links": True},
)


SWITCHES = {switch for variant in VARIANTS for switch in variant} - {"chat_page"}


@pytest.mark.parametrize("variant", VARIANTS, ids=" ".join)
async def test_however_the_venue_answers_each_message_is_told_once(shop: Shop, variant: dict[str, bool | int]) -> None:
    await shop.box.gate.variants(**variant)
    order = await shop.sale(f"10{20 + VARIANTS.index(variant)}")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.buyer_says(order, "first", "first", seconds_ago=1)
    await shop.box.gate.buyer_sends(order, receipt("1", "CNY", order), "image/png")
    await shop.heard(order, "Picture", timeout=15)
    seen = await shop.asked(order, "second")
    await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "an answer of ours")
    await shop.box.gate.wait_for_text(order, "an answer of ours")
    await shop.box.gate.buyer_says(order, "third")
    for chat in (OPERATOR, DESK_GROUP):
        await shop.quoted(order, ["first", "first", "second", "third"], chat)
        assert sum(message.medium is not None for message in await shop.talk(order, chat)) == 1


@pytest.mark.parametrize("is_inclusive", [False, True], ids=["exclusive cursors", "inclusive cursors"])
async def test_a_long_chat_in_small_pages_is_told_whole_and_can_be_paged_through(
    shop: Shop, is_inclusive: bool
) -> None:
    await shop.box.gate.variants(chat_page=10, inclusive_cursors=is_inclusive)
    await shop.box.gate.fault("get_chats_list", "error_500", times=-1)  # nothing is read before all of it is there
    order = await shop.sale("1040", paid=False)
    said = [f"line {number:03}" for number in range(120)]
    for start in range(0, 120, 3):
        await shop.box.gate.buyer_says(order, *said[start : start + 3], seconds_ago=(120 - start) * 2)
    await shop.box.gate.clear_faults()
    await shop.heard(order, said[-1], timeout=30)
    await shop.heard(order, said[-1], DESK_GROUP, timeout=30)
    assert await shop.quotes(order) == said
    assert await shop.quotes(order, DESK_GROUP) == said
    await shop.box.gate.variants(chat_page=50, inclusive_cursors=False)
    page = await shop.say(f"/chat {order[-4:]}", contains=said[-1])
    assert "Chat read" in page.text
    seen = list(quoted(page))
    while any("⬆ Older" in label for row in page.labels for label in row):
        await shop.box.telegram.press(OPERATOR, OPERATOR, page, text="⬆ Older")
        page = await _changed(shop, page.id, seen[0])
        seen = quoted(page) + seen
    assert seen == said, "back to the first word, nothing twice"


async def _changed(shop: Shop, number: int, old_first: str) -> Message:
    async def look() -> Message | None:
        page = await shop.box.telegram.message(OPERATOR, OPERATOR, number)
        return page if old_first not in quoted(page) else None

    return await until(look, "an older page")
