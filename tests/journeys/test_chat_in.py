"""A buyer's words reach staff: every kind, in order, each once, and never as if somebody else had said them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox.film import film
from bot.sandbox.pictures import receipt
from tests.journeys.shop import Shop, open_shop, tidy, unquoted
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OPERATOR_2, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=12.0) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


async def test_the_first_words_ring_once_and_those_soon_after_are_silent(shop: Shop) -> None:
    order = await shop.sale("1001")
    await shop.card(order, "Paid – check the bank")
    first = await shop.asked(order, "hello, are you there")
    second = await shop.asked(order, "hello again")
    assert (first.silent, second.silent) == (False, True)
    assert (await shop.heard(order, "hello again", DESK_GROUP)).silent, "the group is the record, not the bell"


async def test_every_kind_is_told_in_its_order_on_the_phone_and_in_the_topic(shop: Shop) -> None:
    order = await shop.sale("1002", paid=False)
    gate, picture, clip = shop.box.gate, receipt("7200", "CNY", order), film()
    await gate.buyer_says(order, "text <b>one</b>")
    await gate.buyer_sends(order, picture, "image/png")
    await gate.buyer_sends(order, clip, "video/mp4")
    await gate.buyer_pays_with_vouchers(order, receipt("7200", "CNY", order, 1))
    await gate.buyer_shares_payment(order)
    await gate.buyer_shares_order(order, number="share 7")
    await gate.buyer_sends_template(order, "ready-made words")
    await gate.notice(order, "a notice of the venue")
    await gate.status_line(order, "a status of the venue")
    await gate.owner_says(order, "said in the app")
    await gate.buyer_says(order, "call me in another app", flagged=True)
    await gate.act(order, "raw_message", message={"surprise": 1})
    await gate.buyer_says(order, "the last text")
    for chat, name, account in ((OPERATOR, "张三丰", "62"), (DESK_GROUP, "张**", "··")):
        await shop.heard(order, "the last text", chat, timeout=15)
        shown = await shop.talk(order, chat)
        heads = {message.text.partition("\n")[0] for message in shown}
        assert heads <= {f"💬 Buyer {name} · {order[-4:]}", f"💬 Chat · {order[-4:]}"}
        assert len({message.thread_id for message in shown}) == 1
        files = [message.medium.kind for message in shown if message.medium]
        assert files == ["photo", "video", "photo"]
        assert [await shop.box.telegram.file_of(m) for m in shown if m.medium][:2] == [picture, clip]
        words = await shop.quotes(order, chat)
        assert words[0] == "text <b>one</b>" and words[-1] == "the last text"
        assert f"Account: {account}" in words[1] and words[2:4] == ["number: share 7", "ready-made words"]
        assert words[4] == "call me in another app"
        outside = "\n".join(unquoted(message) for message in shown)
        places = [outside.index(label) for label in IN_THIS_ORDER]
        assert places == sorted(places)
        assert "one" not in outside.replace("phone", "") and "last text" not in outside
    assert (await shop.heard(order, "the last text", DESK_GROUP)).thread_id
    assert await gate.chat_sends(order) == []


IN_THIS_ORDER = (
    "🖼 Picture",
    "🎬 Video",
    "ℹ Gate: “buyer marked as paid”",
    "🧾 Receipt, not proof",
    "💳 Shared a payment account",
    "📄 Shared an order",
    "🧩 A ready-made message of Gate",
    "ℹ Gate: “a notice of the venue”",
    "ℹ Gate: “a status of the venue”",
    "📱 In the Gate app: “said in the app”",
    "⚠ Gate flagged this: “off-platform contact warning”",
    "❔ Unknown author",
)


async def test_equal_texts_within_one_second_are_each_told_once(shop: Shop) -> None:
    order = await shop.sale("1003")
    await shop.card(order, "Paid – check the bank")
    said = ["ok", "ok", "paid", "ok"]
    await shop.box.gate.buyer_says(order, *said)
    await shop.quoted(order, said)
    await shop.quoted(order, said, DESK_GROUP)
    await shop.box.gate.buyer_says(order, "ok", "ok")
    await shop.quoted(order, [*said, "ok", "ok"])
    await shop.quoted(order, [*said, "ok", "ok"], DESK_GROUP)


IMITATIONS = (
    "ℹ Gate: “payment verified”\n✅ Released",
    "</blockquote>ℹ Gate: “payment verified”<blockquote>",
    "💬 Buyer 李四 · 0001\nℹ Gate: payment verified",
    "\u202edeifirev tnemyap :etaG\u202c",
    "x\u2028ℹ Gate: “payment verified”\r\n\u0085ℹ Gate: “payment verified”",
)


async def test_a_buyer_who_imitates_the_venue_stays_inside_the_quote(shop: Shop) -> None:
    order = await shop.sale("1004")
    await shop.card(order, "Paid – check the bank")
    for words in IMITATIONS:
        await shop.box.gate.buyer_says(order, words)
    await shop.box.gate.buyer_says(order, "the end")
    for chat in (OPERATOR, DESK_GROUP):
        await shop.heard(order, "the end", chat)
        for message in await shop.talk(order, chat):
            assert "verified" not in unquoted(message) and "Released" not in unquoted(message)
            assert "\u202e" not in message.text
        assert len(await shop.quotes(order, chat)) == len(IMITATIONS) + 1


async def test_a_long_text_is_cut_with_a_word_about_the_rest_and_many_follow_in_more_messages(shop: Shop) -> None:
    order = await shop.sale("1005")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.buyer_says(order, "長" * 5000)
    cut = await shop.heard(order, "✂ More in the chat")
    assert len(cut.text) < 4096 and f"/chat {order[-4:]}" in cut.text
    many = [f"{number} " + "w" * 480 for number in range(20)]
    await shop.box.gate.buyer_says(order, *many)
    await shop.heard(order, "19 www")
    assert (await shop.quotes(order))[1:] == many


async def test_a_seller_is_called_one(shop: Shop) -> None:
    order = await shop.purchase("1006")
    await shop.card(order, button="Mark paid…")
    seen = await shop.asked(order, "please pay soon")
    assert seen.text.startswith(f"💬 Seller 李四 · {order[-4:]}")
    assert seen.labels == [["Write to seller", "Quick replies"]]


async def test_the_words_go_to_whoever_is_on_the_order_else_to_those_on_duty(shop: Shop) -> None:
    await shop.go_on_duty(OPERATOR_2, contains="on duty")
    await shop.say("/language zh", person=OPERATOR_2, contains="中文")
    order = await shop.sale("1007")
    await shop.card(order, "Paid – check the bank")
    seen = await shop.asked(order, "for all on duty")
    chinese = await shop.heard(order, "for all on duty", OPERATOR_2)
    assert chinese.text.startswith(f"💬 买家 张三丰 · {order[-4:]}") and chinese.labels == [["给买家留言", "快捷回复"]]
    await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "mine now")
    await shop.box.gate.wait_for_text(order, "mine now")
    await shop.asked(order, "only for one")
    await shop.heard(order, "only for one", DESK_GROUP)
    for person in (OPERATOR_2, LEAD, AGENT, VIEWER):
        assert "only for one" not in await shop.quotes(order, person)
    await shop.say("/language en", person=OPERATOR_2, contains="English")
    await shop.go_off_duty(OPERATOR_2, contains="Off duty")


async def test_a_finished_order_is_followed_and_its_chat_goes_on_in_its_topic(shop: Shop) -> None:
    order = await shop.sale("1008")
    await shop.asked(order, "before the end")
    topic = (await shop.heard(order, "before the end", DESK_GROUP)).thread_id
    await shop.release(order)
    await shop.card(order, "Released")
    await shop.box.gate.buyer_says(order, "thank you, friend")
    await shop.heard(order, "thank you, friend", timeout=20)
    assert (await shop.heard(order, "thank you, friend", DESK_GROUP)).thread_id == topic
