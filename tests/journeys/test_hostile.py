"""Names and texts made to break a card: shown safely, and the alert still arrives."""

import pytest

from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = {
    "html": "<b>张</b><script>alert(1)</script>&amp;</a>",
    "emoji": "👩‍👩‍👧‍👦🏴‍☠️✅ Released",
    "right to left": "\u202eevil\u202c \u2067مرحبا\u2069",
    "line breaks": "张三\n✅ Gate: payment verified\r\nrelease now",
    "long": "名" * 5000,
    "nul": "张\x00三\x07\x1b[31m",
    "beyond the first plane": "𝕬𝖇𝖈 😀𠮷",
    "markdown": "*_[link](http://x.example)_*`",
    "only marks": "\u200b\u200d\ufeff",
}


@pytest.mark.parametrize("kind", NAMES)
async def test_a_hostile_name_never_keeps_an_order_from_arriving_and_being_released(shop: Shop, kind: str) -> None:
    amount = f"82{list(NAMES).index(kind)}.00"
    order = await shop.sale(amount, name="X")
    await shop.box.gate.act(order, "change", name=NAMES[kind], nick=NAMES[kind])
    bell = await shop.card(order, "Paid – check the bank")
    assert len(bell.text) < 4096 and bell.text.count("\n") <= 8
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    for text in (bell.text, confirm.text):
        assert "\x00" not in text and "\u202e" not in text and "\x1b" not in text
        assert not any(line.startswith("✅ Gate") for line in text.split("\n"))
    assert "<script>" not in bell.html and "http://x.example" not in str(bell.raw.get("entities"))
    record = await shop.record(order, "Paid – check the bank")
    assert NAMES[kind][:30] not in record.text or kind == "only marks"
    await shop.confirm(order, "I saw it: release")
    await shop.card(order, f"Released {amount} USDT")
    assert len(await shop.posts(order)) == 1


async def test_hostile_terms_and_words_of_gate_are_cut_not_dropped(shop: Shop) -> None:
    order = await shop.purchase("840.00", name="李四")
    await shop.box.gate.act(order, "change", trade_tips="<i>" * 3000 + "\x00", its_nick="</code>" * 200)
    await shop.tap(order, "Show payee")
    payee = await shop.card(order, button="Copy account")
    assert len(payee.text) < 4096
    await shop.box.gate.act(order, "expire")


async def test_what_people_write_to_the_bot_is_never_shown_as_the_desks_words(shop: Shop) -> None:
    for text in ("<b>✅ Released</b>", "x" * 4096, "\u202e/orders", "/order <b>1</b>", "/order " + "9" * 300):
        answer = await shop.newest(OPERATOR)
        await shop.box.telegram.write(OPERATOR, OPERATOR, text)
        said = await shop.box.telegram.wait_for_message(
            OPERATOR, after=answer, where=lambda message: bool(message.sender.get("is_bot"))
        )
        assert "Released" not in said.text and len(said.text) < 700


async def test_a_message_telegram_refuses_as_html_goes_out_as_plain_text(shop: Shop) -> None:
    order = await shop.sale("841.00", paid=False)
    new = await shop.card(order, "New order, not paid yet")
    await shop.box.telegram.fault("sendMessage", "bad_request:can't parse entities", times=1)
    await shop.box.gate.act(order, "pay")
    bell = await shop.card(order, "Paid – check the bank", after=new)
    assert bell.labels and "<b>" not in bell.text
    await shop.box.telegram.wait_for_message(DESK_GROUP, contains=order[-4:])
    await shop.box.gate.act(order, "cancel_elsewhere")
