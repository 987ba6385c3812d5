"""Quick replies: leads keep them, everybody who may write uses them, and what is seen first is what is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, quoted, tidy
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, VIEWER

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


async def test_a_quick_reply_is_seen_whole_before_it_is_sent_once(shop: Shop) -> None:
    order = await shop.sale("71.50")
    card = await shop.asked(order, "hello")
    telegram = shop.box.telegram
    await telegram.press(OPERATOR, OPERATOR, card, text="Quick replies")
    choices = await shop.card(order, "Tap one: you see it before it is sent.", button="Thank you")
    await telegram.press(OPERATOR, OPERATOR, choices, text="Thank you")
    preview = await shop.card(order, "Thank you", button="Send")
    words = "Released: 71.50 USDT. Thank you for the trade, see you again!"
    assert f"“{words}”" in preview.text and not quoted(preview), "quotes are the buyer's alone"
    assert await shop.sent(order) == []
    send = preview.button("Send").data
    for _ in range(2):
        await telegram.press(OPERATOR, OPERATOR, preview.id, data=send, forged=True, timeout=1)
    await shop.box.gate.wait_for_text(order, words)
    await telegram.wait_for_message(OPERATOR, contains=f"➡ {order[-4:]}: on its way")
    assert await shop.sent(order) == [words], "a thumb that taps twice says it once"


async def test_the_way_back_from_a_preview_sends_nothing(shop: Shop) -> None:
    order = await shop.sale("72")
    card = await shop.asked(order, "hello")
    telegram = shop.box.telegram
    await telegram.press(OPERATOR, OPERATOR, card, text="Quick replies")
    choices = await shop.card(order, button="Greeting")
    await telegram.press(OPERATOR, OPERATOR, choices, text="Greeting")
    preview = await shop.card(order, f"Hello! Order {order[-4:]}: 72.00 USDT for 518.40 CNY.", button="⬅ Back")
    await telegram.press(OPERATOR, OPERATOR, preview, text="⬅ Back")
    await shop.card(order, "Tap one: you see it before it is sent.", button="Greeting")
    assert await shop.sent(order) == []


async def test_a_lead_adds_lists_and_removes_and_everybody_sees_it_at_once(shop: Shop) -> None:
    await shop.say(
        "/templates add en Slow bank | The bank is slow, order {order} is safe.",
        person=LEAD,
        contains="Quick reply saved",
    )
    listed = await shop.say("/templates", person=LEAD, contains="Slow bank")
    number = next(line for line in listed.text.split("\n") if "Slow bank" in line).split(" · ")[0]
    order = await shop.sale("73")
    card = await shop.asked(order, "why so long")
    await shop.box.telegram.press(OPERATOR, OPERATOR, card, text="Quick replies")
    choices = await shop.card(order, button="Slow bank")
    await shop.box.telegram.press(OPERATOR, OPERATOR, choices, text="Slow bank")
    preview = await shop.card(order, f"The bank is slow, order {order[-4:]} is safe.", button="Send")
    await shop.say(f"/templates remove {number}", person=LEAD, contains="Quick reply removed")
    said = await shop.box.telegram.press(OPERATOR, OPERATOR, preview, text="Send")
    assert said.text == "This quick reply is gone. /templates lists them."
    assert "Slow bank" not in (await shop.say("/templates", person=LEAD, contains="Quick replies")).text
    assert await shop.sent(order) == []


WRONG = {
    "/templates add en": "Write /templates, /templates add en Label | text or /templates remove 3",
    "/templates add en Label only": "Write /templates, /templates add en Label | text or /templates remove 3",
    "/templates add fr Salut | Bonjour": "“fr” is no language here. Write en or zh: /templates add en Label | text",
    "/templates add en A label far too long | text": (
        "The label must have 1 to 16 columns: /templates add en Label | text"
    ),
    "/templates add en Empty | ": "The text must have 1 to 500 characters: /templates add en Label | text",
    "/templates add en Long | " + "w" * 501: "The text must have 1 to 500 characters: /templates add en Label | text",
    "/templates add en Gap | Pay {bank} now": "There is no {bank} to fill in. /templates lists what there is.",
    "/templates add en Me | Write to @lisi_2024": (
        "It holds “@lisi_2024”. Gate may punish contact data, so it is not saved."
    ),
    "/templates remove 999": "This quick reply is gone. /templates lists them.",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda text: text[11:30])
async def test_a_quick_reply_that_would_not_work_is_not_saved_and_says_why(shop: Shop, text: str) -> None:
    before = (await shop.say("/templates", person=LEAD, contains="Quick replies")).text
    answer = await shop.say(text, person=LEAD, contains=WRONG[text][:30])
    assert answer.text.split("\n")[0] == WRONG[text]
    await shop.say("/language zh", person=LEAD, contains="中文")
    chinese = await shop.say(text, person=LEAD, contains="")
    assert not {"The", "is", "There", "This", "Write"} & set(chinese.text.split())
    await shop.say("/language en", person=LEAD, contains="English")
    assert (await shop.say("/templates", person=LEAD, contains="Quick replies")).text == before


async def test_an_operator_may_use_but_not_keep_them_and_a_viewer_gets_no_way_to_write(shop: Shop) -> None:
    refused = await shop.say("/templates add en Mine | text", contains="Your role (operator)")
    assert refused.text.split("\n")[0] == "Your role (operator) may not do this; it takes lead or higher. Ask a lead."
    await shop.say("/templates remove 1", contains="it takes lead or higher")
    order = await shop.sale("74")
    await shop.asked(order, "hello")
    page = await shop.say(f"/chat {order[-4:]}", person=VIEWER, contains="hello")
    assert not any(label in ("Write to buyer", "Quick replies", "Appeal pack") for row in page.labels for label in row)
    lead = await shop.say(f"/chat {order[-4:]}", person=LEAD, contains="hello")
    assert any(label == "Appeal pack" for row in lead.labels for label in row)
    operator = await shop.say(f"/chat {order[-4:]}", person=OPERATOR_2, contains="hello")
    assert not any(label == "Appeal pack" for row in operator.labels for label in row)


async def test_a_lead_gets_the_appeal_pack_as_a_file_that_opens(shop: Shop) -> None:
    order = await shop.sale("75")
    await shop.asked(order, "words for the appeal")
    page = await shop.say(f"/chat {order[-4:]}", person=LEAD, contains="words for the appeal")
    await shop.box.telegram.press(LEAD, LEAD, page, text="Appeal pack")
    shown = await shop.box.telegram.wait_for_message(
        LEAD, contains="for Gate only", where=lambda message: message.document is not None
    )
    with zipfile.ZipFile(io.BytesIO(await shop.box.telegram.file_of(shown))) as packed:
        assert packed.testzip() is None
        content = b"\n".join(packed.read(name) for name in packed.namelist())
    assert b"words for the appeal" in content and order.encode() in content
