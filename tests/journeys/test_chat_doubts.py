"""What must be said before it leaves: held with its reason, sent or dropped by the one who wrote it, and only whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.parts import split
from tests.journeys.shop import Shop, open_shop, quoted, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, OPERATOR, OPERATOR_2

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    settings = {
        "desk_follow_hours": "0",
        "mtpay_api_url": "https://api.pay.example",
        "mtpay_access_key": "sandbox-access-key",
        "mtpay_secret_key": "sandbox-secret-key",
    }
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=8.0, **settings) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


CONTACTS = {
    "call +86 138 0013 8000 please": "+86 138 0013 8000",
    "write to @lisi_2024": "@lisi_2024",
    "see https://bank.example/login": "https://bank.example/login",
    "mail me at li.si@mail.example": "li.si@mail.example",
}


@pytest.mark.parametrize("text", CONTACTS, ids=lambda text: text.split()[0])
async def test_contact_data_is_held_with_what_it_is_and_sent_only_by_a_tap(shop: Shop, text: str) -> None:
    order = await shop.sale("3001")
    seen = await shop.asked(order, "how do I reach you")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, text)
    held = await shop.under(number, "Not sent yet")
    assert f"It holds “{CONTACTS[text]}”. Gate may punish phone numbers, handles and links." in held.text
    assert held.labels == [["Don't send"], ["Send anyway"]] and not quoted(held)
    assert await shop.sent(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Send anyway")
    await shop.box.gate.wait_for_text(order, text)
    assert await shop.sent(order) == [text]
    flagged = await shop.under(number, "Taken but flagged")
    assert "Gate: “off-platform contact warning”" in flagged.text
    assert "They may not see it. Do not repeat." in flagged.text
    again = await shop.box.telegram.press(OPERATOR, OPERATOR, held.id, data=held.button("Send").data, forged=True)
    assert again.answered
    await asyncio.sleep(0.3)
    assert await shop.sent(order) == [text]


async def test_what_is_dropped_is_never_sent_and_a_second_thought_comes_too_late(shop: Shop) -> None:
    order = await shop.sale("3002")
    seen = await shop.asked(order, "your number?")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "13800138000")
    held = await shop.under(number, button="Don't send")
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Don't send")
    await shop.box.telegram.wait_for_message(
        OPERATOR, contains=f"🗑 {order[-4:]}: not sent, “13800138000”", where=lambda message: message.id == held.id
    )
    late = await shop.box.telegram.press(OPERATOR, OPERATOR, held.id, data=held.button("Send").data, forged=True)
    assert "old" in late.text or "settled" in late.text
    await shop.journalled(order, "say", "dropped")
    assert await shop.sent(order) == []


OLD_BUTTON = "This button is old, nothing was done. /orders shows what is open."


async def test_only_who_wrote_it_decides(shop: Shop) -> None:
    order = await shop.sale("3003")
    await shop.asked(order, "your mail?")
    topic = await shop.heard(order, "your mail?", DESK_GROUP)
    number = await shop.box.telegram.reply(AGENT, DESK_GROUP, topic, "agent@mail.example")
    held = await shop.under(number, chat=DESK_GROUP, button="Send anyway")
    for label in ("Send anyway", "Don't send"):
        answer = await shop.box.telegram.press(OPERATOR_2, DESK_GROUP, held, text=label)
        assert answer.text in ("Only who wrote it decides about it.", OLD_BUTTON)
    assert await shop.sent(order) == []
    await shop.box.telegram.press(AGENT, DESK_GROUP, held, text="Send anyway")
    await shop.box.gate.wait_for_text(order, "agent@mail.example")
    assert await shop.sent(order) == ["agent@mail.example"]


@pytest.mark.parametrize(
    "text", ["pay here: https://pay.example/c/123", "pay . example [.] x or pay[.]example", "HTTPS://SHOP.PAY.EXAMPLE"]
)
async def test_our_checkout_host_never_enters_the_chat(shop: Shop, text: str) -> None:
    order = await shop.sale("3004")
    seen = await shop.asked(order, "where do I pay")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, text)
    held = await shop.under(number, "Not sent yet")
    assert "It holds our payment link (pay.example). That never goes into Gate's chat." in held.text
    assert held.labels == [["Don't send"]]
    data = (held.button("Don't send").data or "").replace("sx:", "sy:") + ":0123456789ab"
    await shop.box.telegram.press(OPERATOR, OPERATOR, held.id, data=data, forged=True)
    await asyncio.sleep(0.3)
    assert await shop.sent(order) == []


async def test_words_that_speak_of_another_order_are_held(shop: Shop) -> None:
    order, other = await shop.sale("3005"), await shop.sale("3006", name="王五小明")
    await shop.card(other, "Paid – check the bank")
    seen = await shop.asked(order, "which order")
    for text in (f"your order {other[-4:]} is ready", "王五小明 please wait", "we got 21,643.20 CNY"):
        number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, text)
        held = await shop.under(number, "Not sent yet")
        assert f"Is it meant for order {other[-4:]}? This is {order[-4:]}." in held.text
        await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Don't send")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, f"your order {order[-4:]} is ready")
    await shop.marked(number, "👌")
    assert await shop.sent(order) == [f"your order {order[-4:]} is ready"] and await shop.sent(other) == []


@pytest.mark.parametrize("size", [501, 1600])
async def test_a_long_text_is_offered_in_parts_which_arrive_in_order(shop: Shop, size: int) -> None:
    order = await shop.sale("3007")
    seen = await shop.asked(order, "explain it all")
    text = " ".join(f"word{number}." for number in range(size))[: size - 1] + "!"
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, text)
    parts = split(text)
    held = await shop.under(number, "Not sent yet")
    assert f"characters, Gate takes 500: it would go in {len(parts)} parts." in held.text
    assert await shop.sent(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text=f"Send in {len(parts)} parts")
    await shop.box.gate.wait_for_text(order, parts[-1])
    assert await shop.sent(order) == parts and all(len(part) <= 500 for part in parts)
    await shop.marked(number, "👌")


async def test_exactly_500_characters_go_at_once(shop: Shop) -> None:
    order = await shop.sale("3008")
    seen = await shop.asked(order, "a little shorter")
    await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "字" * 500)
    await shop.box.gate.wait_for_text(order, "字" * 500)
    assert await shop.sent(order) == ["字" * 500]


async def test_words_for_a_finished_order_ask_first(shop: Shop) -> None:
    order = await shop.sale("39.09")
    seen = await shop.asked(order, "released already?")
    await shop.release(order)
    await shop.card(order, "Released")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "yes it is")
    held = await shop.under(number, "Not sent yet")
    assert f"Order {order[-4:]} is over. The other side may not read it." in held.text
    assert await shop.sent(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Send anyway")
    await shop.box.gate.wait_for_text(order, "yes it is")
    topic = await shop.heard(order, "released already?", DESK_GROUP)
    number = await shop.box.telegram.reply(OPERATOR, DESK_GROUP, topic, "in its topic")
    assert "is over" in (await shop.under(number, chat=DESK_GROUP)).text
    assert await shop.sent(order) == ["yes it is"]


async def test_an_edit_of_what_waits_does_not_change_it(shop: Shop) -> None:
    order = await shop.sale("3010")
    seen = await shop.asked(order, "and your handle")
    number = await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "it is @handle_one")
    held = await shop.under(number, button="Send anyway")
    await shop.box.telegram.edit_message(OPERATOR, OPERATOR, number, "harmless")
    told = await shop.under(number, "✏")
    assert told.text == "✏ What waits to be sent is the old text: “it is @handle_one”. Edits do not reach Gate."
    await shop.box.telegram.press(OPERATOR, OPERATOR, held, text="Don't send")
    assert await shop.sent(order) == []


async def test_what_is_held_is_told_in_the_readers_language(shop: Shop) -> None:
    await shop.say("/language zh", person=OPERATOR_2, contains="中文")
    order = await shop.sale("3011")
    await shop.card(order, "Paid – check the bank")
    sent = await shop.box.telegram.write(OPERATOR_2, OPERATOR_2, f"/say {order[-4:]} https://pay.example/x")
    held = await shop.under(int(sent["message_id"]), chat=OPERATOR_2)
    assert "pay.example" in held.text and not any(word in held.text for word in ("Gate's", "never", "link", "sent"))
    long = await shop.box.telegram.write(OPERATOR_2, OPERATOR_2, f"/say {order[-4:]} " + "字" * 501)
    held = await shop.under(int(long["message_id"]), "501", chat=OPERATOR_2)
    assert "500" in held.text and not any("parts" in label for row in held.labels for label in row)
    await shop.say("/language en", person=OPERATOR_2, contains="English")
    assert await shop.sent(order) == []
