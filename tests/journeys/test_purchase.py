"""We buy: the seller's accounts in full, a QR code as a picture, the terms, and the wait for the coins."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop, quoted, tidy, unquoted
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

TERMS = "仅限本人账户\nOwn account only <b>now</b>"
WORDS = {
    "en": {
        "show": "Show payee", "account": "Copy account", "wallet": "Alipay", "bank": "Copy bank",
        "follows": "The QR code follows as a picture", "caption": "The app must show that name.",
        "terms": "The seller's terms:", "appeal": "You may appeal now, in the Gate app",
        "wait": "Waiting for the seller's release", "hidden": "The seller's account is still hidden.",
        "again": "Look again", "pay": "We buy: pay the seller", "cancel": "Cancel…",
        "row": "In a row, none completed: 0", "thank": "Thank seller", "over": "Order over: do not pay",
        "changed": "Payee changed: do not pay",
    },
    "zh": {
        "show": "查看收款人", "account": "复制账号", "wallet": "支付宝", "bank": "复制银行",
        "follows": "二维码稍后以图片发送", "caption": "扫码后显示的须是此姓名。", "terms": "卖家的交易条款：",
        "appeal": "现在可在 Gate App 申诉", "wait": "等待卖家放币", "hidden": "卖家账户尚未显示。",
        "again": "再查一次", "pay": "我方买币，请付款", "cancel": "取消订单…", "row": "连续取消（期间无成交）：0",
        "thank": "感谢卖家", "over": "订单已结束，请勿付款", "changed": "收款人已变，请勿付款",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["en", "zh"])
async def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    folder = tmp_path_factory.mktemp("purchase")
    async with open_shop(folder, language=request.param, desk_follow_hours="0") as shop:
        yield shop


@pytest.fixture(scope="module")
def words(opened: Shop) -> dict[str, str]:
    return WORDS[opened.desk.application.settings.desk_language]


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened: Shop) -> AsyncIterator[Shop]:
    yield opened
    await opened.end_all()
    await tidy(opened.box)


async def picture(shop: Shop, order: str, person: int = OPERATOR) -> Message:
    return await shop.box.telegram.wait_for_message(
        person, where=lambda one: one.photo is not None and order[-4:] in one.text
    )


async def test_every_account_is_shown_with_its_fields_to_copy_and_its_code_as_a_picture(
    shop: Shop, words: dict[str, str]
) -> None:
    order = await shop.purchase("301.00", qr="alipay", terms=TERMS)
    await shop.tap(order, words["show"])
    bank = await shop.card(order, button=words["account"])
    number = str(bank.button(words["account"]).data)
    assert number in bank.text and bank.button(words["bank"]).data == "Sample Bank"
    assert words["terms"] in unquoted(bank) and quoted(bank) == [TERMS]
    assert words["follows"] not in bank.text
    await shop.box.telegram.press(OPERATOR, OPERATOR, bank, text=words["wallet"])
    wallet = await shop.card(order, words["follows"], button=words["account"])
    assert wallet.id == bank.id and str(wallet.button(words["account"]).data) != number
    shown = await picture(shop, order)
    assert words["caption"] in shown.text and "李四" in shown.text
    assert (await shop.box.telegram.file_of(shown)).startswith(b"\x89PNG")
    for message in await shop.box.telegram.messages(DESK_GROUP):
        assert message.photo is None and number not in message.text and "李四" not in message.text
    methods = [line.facts.get("method") for line in await shop.journal(order) if line.action == "show_payee"]
    assert sorted(str(method) for method in methods) == ["alipay", "bank"]


async def test_an_account_on_a_phone_and_its_code_go_when_the_order_ends(shop: Shop, words: dict[str, str]) -> None:
    order = await shop.purchase("306.00", qr="bank", supported_pay_types=["bank"])
    await shop.tap(order, words["show"])
    account = await shop.card(order, button=words["account"])
    code = await picture(shop, order)
    await shop.box.gate.act(order, "expire")
    rung = await shop.box.telegram.wait_for_message(
        OPERATOR, contains=words["over"], where=lambda one: one.id > code.id and order[-4:] in one.text
    )
    left = await shop.box.telegram.wait_for_message(
        OPERATOR, contains=words["over"], where=lambda one: one.id == account.id
    )
    assert not rung.silent and left.edited
    assert str(account.button(words["account"]).data) not in left.text
    said = await shop.box.telegram.press(OPERATOR, OPERATOR, account, data=f"pe:{order}", forged=True)
    assert said.answered
    async with asyncio.timeout(10):
        while any(one.id == code.id for one in await shop.box.telegram.messages(OPERATOR)):  # noqa: ASYNC110 at the sandbox
            await asyncio.sleep(0.1)


async def test_another_account_takes_the_first_one_away_with_a_ring(shop: Shop, words: dict[str, str]) -> None:
    order = await shop.purchase("307.00", supported_pay_types=["bank"])
    await shop.tap(order, words["show"])
    account = await shop.card(order, button=words["account"])
    await shop.box.gate.act(order, "change", total="308.00")
    await shop.box.telegram.wait_for_message(
        OPERATOR, contains=words["changed"], where=lambda one: one.id == account.id
    )
    await shop.box.telegram.wait_for_message(
        OPERATOR, contains=words["changed"], where=lambda one: one.id > account.id and not one.silent
    )


async def test_a_code_that_was_fetched_once_is_shown_to_the_next_who_looks(shop: Shop, words: dict[str, str]) -> None:
    order = await shop.purchase("302.00", qr="bank", supported_pay_types=["bank"])
    await shop.tap(order, words["show"])
    await picture(shop, order)
    await shop.say(f"/order {order[-4:]}", person=LEAD, contains=order[-4:])
    if any(words["show"] in label for row in (await shop.card(order, person=LEAD)).labels for label in row):
        await shop.tap(order, words["show"], person=LEAD)
        assert words["caption"] in (await picture(shop, order, LEAD)).text


async def test_a_hidden_account_is_explained_and_looked_for_again(shop: Shop, words: dict[str, str]) -> None:
    order = await shop.purchase("303.00", hide_payment=True)
    card = await shop.card(order, words["hidden"], button=words["again"])
    assert not any(words["show"] in label for row in card.labels for label in row)
    await shop.box.gate.act(order, "change", hide_payment=False)
    await shop.tap(order, words["again"])
    await shop.card(order, words["pay"], button=words["show"])


async def test_the_wait_for_the_coins_says_when_we_may_appeal_and_then_that_we_may(
    shop: Shop, words: dict[str, str]
) -> None:
    order = await shop.purchase("304.00")
    before = await shop.card(order, words["pay"])
    await shop.box.gate.act(order, "change", dispute_time=int(time.time()) + 3)
    await shop.box.gate.act(order, "pay_elsewhere")
    await shop.card(order, words["wait"])
    now = await shop.card(order, words["appeal"], after=before)
    assert not now.silent, "the move is ours: the card comes anew and rings, it is no silent edit"
    await shop.box.gate.act(order, "release")
    await shop.card(order, "304.00 USDT", button=words["thank"])


async def test_a_cancel_shows_todays_number_and_how_many_came_in_a_row(shop: Shop, words: dict[str, str]) -> None:
    order = await shop.purchase("305.00")
    await shop.tap(order, words["cancel"])
    await shop.card(order, words["row"])
