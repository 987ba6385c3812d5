"""A payment link from words and from buttons, both modes, both languages, to everything that MTPay can report of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.journeys.cashier import (
    CANCELLED,
    FAILED,
    FINISHED,
    LANGUAGES,
    NAMES,
    NEW,
    PAYER,
    PEOPLE,
    Cashier,
    close_cashier,
    id_on,
    labels,
    open_cashier,
    yes_of,
)
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import Json, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)


class Told(NamedTuple):
    """What is asked for, what a card shows of it, and what the payer and we have in the end (fee 3.5 %)."""

    words: str
    fixed: str
    currency: str
    fiat: str
    amount: Decimal
    rate: str
    paid: str
    received: str
    fee: str


PAYS_CNY = Told(
    "5500.20 CNY", "5,500.20 CNY", "CNY", "CNY", Decimal("5500.2"), "7.2", "5,500.20 CNY", "737.19", "26.73"
)
RECEIVES_CNY = Told(
    "5000 MTC CNY", "5,000.00 MTC", "MTC", "CNY", Decimal(5000), "7.2", "36,000.00 CNY", "4,825.00", "175.00"
)
PAYS_HKD = Told("100.5 hkd", "100.50 HKD", "HKD", "HKD", Decimal("100.5"), "7.8", "100.50 HKD", "12.43", "0.45")
WAYS = {"en": ("bank card", "Alipay", "WeChat"), "zh": ("银行卡", "支付宝", "微信")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cashier]:
    async with open_cashier(tmp_path_factory.mktemp("cashier")) as cashier:
        yield cashier


@pytest_asyncio.fixture(loop_scope="module")
async def cashier(opened: Cashier) -> AsyncIterator[Cashier]:
    yield opened
    await close_cashier(opened)


@BOTH
@pytest.mark.parametrize("told", [PAYS_CNY, RECEIVES_CNY, PAYS_HKD], ids=lambda told: told.words)
async def test_from_words_to_reported_finished(cashier: Cashier, language: str, told: Told) -> None:
    person, posts, group = PEOPLE[language], len(await cashier.posts()), await cashier.shop.newest(DESK_GROUP)
    card, deposit = await cashier.summary(f"{told.words} {PAYER}", language=language)
    assert told.fixed in card.text and PAYER in card.text and told.fiat in card.text
    assert all(way in card.text for way in WAYS[language])
    assert told.fixed.removesuffix(".00 MTC") in labels(card)[-1]
    assert len(await cashier.posts()) == posts, "a summary asks nothing of MTPay"
    await cashier.confirm(card, language=language)
    waiting = await cashier.shows(card, "MTPay", also="↗", person=person)
    order = await cashier.order(deposit)
    (call,) = (await cashier.posts())[posts:]
    await one_order_as_it_was_shown(cashier, deposit, told, call)
    await the_card_leads_to(cashier, waiting, order.url)
    await cashier.mtpay.match(order.code, told.rate)
    await cashier.mtpay.pay(order.code)
    done = await cashier.shows(card, FINISHED[language], person=person)
    for shown in (told.fixed, told.paid, f"{told.received} MTC", f"{told.fee} MTC", PAYER):
        assert shown in done.text, (shown, done.text)
    assert "🔴" not in done.text and labels(done) == [NEW[language]]
    bell = await cashier.bot_says(person, contains=FINISHED[language], after=card)
    assert not bell.silent and PAYER not in bell.text and told.paid in bell.text and NAMES[language] in bell.text
    await told_and_kept_once(cashier, deposit)
    record = await cashier.record(f"{(await cashier.stored(deposit)).label}", after=group)
    assert told.fixed in record.text and NAMES[language] in record.text


async def one_order_as_it_was_shown(cashier: Cashier, deposit: str, told: Told, call: Json) -> None:
    """Exactly what the summary said went to MTPay, the amount as a number with these digits."""
    stored, order = await cashier.stored(deposit), await cashier.order(deposit)
    assert await cashier.orders_made(deposit) == 1
    assert (order.currency, order.fiat, order.amount) == (told.currency, told.fiat, told.amount)
    assert (order.payer, order.methods, order.language) == (PAYER, 7, "zh_TW" if told.fiat == "HKD" else "zh_CN")
    assert f'"depositAmount":{told.amount:f}' in call["raw"] and "registeredAt" not in call["raw"]
    assert call["body"]["merchantOrderNo"] == stored.order_no == order.order_no
    assert stored.request_code == order.code and stored.url == order.url
    assert order.hook_url.rpartition("/")[2] not in str(stored), "of the unguessable address only a hash is kept"


async def the_card_leads_to(cashier: Cashier, waiting: Message, url: str) -> None:
    assert await cashier.picture(waiting) == url
    assert waiting.button("↗").data == url and url not in waiting.text
    assert [button.data for row in waiting.buttons for button in row if button.kind == "copy"] == [url]


async def told_and_kept_once(cashier: Cashier, deposit: str) -> None:
    """Two reports, each acknowledged once; every step stands in the journal, the payer's name nowhere in it."""
    stored = await cashier.stored(deposit)
    rows = await cashier.mtpay.wait_for_deliveries(stored.request_code, "delivered", "delivered")
    assert [row["tries"] for row in rows] == [1, 1]
    lines = await cashier.journal(deposit)
    assert [line.outcome for line in lines] == ["sent", "done", "reported_InProgress", "reported_Finished"]
    assert PAYER not in str(lines) and lines[0].facts["number"] == stored.order_no
    assert lines[-1].facts["request_code"] == stored.request_code


STEPS = {
    "en": ("CNY", "HKD", "How much", "Who pays?"),
    "zh": ("CNY", "HKD", "CNY", "谁付款"),
}


@BOTH
async def test_from_buttons_with_ways_to_pay_and_the_pages_language_to_failed(cashier: Cashier, language: str) -> None:
    person, posts = PEOPLE[language], len(await cashier.posts())
    pays, _, how_much, who = STEPS[language]
    menu = await cashier.ask("/deposit", person=person, contains="/deposit 5500.20 CNY")
    await cashier.press(menu, pays, person=person)
    prompt = await cashier.bot_says(person, contains=how_much, after=menu)
    assert prompt.asks_reply
    prompt = await cashier.answer(prompt, "1,500.5 cny", person=person)
    assert prompt.asks_reply and who in prompt.text and "1,500.50 CNY" in prompt.text
    card = await cashier.answer(prompt, "  Li   Si ", person=person)
    deposit = id_on(card)
    assert "Li Si" in card.text and "1,500.50 CNY" in card.text
    assert labels(card)[1:4] == [f"☑ {label}" for label in (SHORT[language])]
    assert labels(card)[4:7] == ["● 简体", "○ 繁體", "○ English"]
    first = yes_of(card)
    await cashier.press(card, SHORT[language][1], person=person)
    await cashier.shows(card, f"☐ {SHORT[language][1]}", person=person)
    await cashier.press(card, SHORT[language][2], person=person)
    await cashier.shows(card, f"☐ {SHORT[language][2]}", person=person)
    await cashier.press(card, "English", person=person)
    card = await cashier.shows(card, "● English", also="○ 简体", person=person)
    await cashier.press(card, SHORT[language][0], person=person)
    await cashier.shows(card, LAST_WAY[language], also=f"☑ {SHORT[language][0]}", person=person)
    await cashier.considered()
    await cashier.box.telegram.press(person, person, card.id, data=first, forged=True)
    assert len(await cashier.posts()) == posts and await cashier.state(deposit) == "", "an older summary's confirm"
    card = await cashier.shows(card, "● English", person=person)
    await cashier.confirm(card, language=language)
    await cashier.shows(card, "MTPay", also="↗", person=person)
    order = await cashier.order(deposit)
    assert (order.payer, order.methods, order.language) == ("Li Si", 1, "en") and order.url.endswith("lang=en")
    await cashier.mtpay.pay(order.code, ends_as="InProgress")
    await cashier.journalled(deposit, "reported_InProgress")
    await cashier.mtpay.end_payment(order.code, "Failed", "no <money> came")
    failed = await cashier.shows(card, FAILED[language], person=person)
    bell = await cashier.bot_says(person, contains="no <money> came", after=card)
    assert FAILED[language] in bell.text and not bell.silent and labels(failed) == [NEW[language]]
    assert await cashier.orders_made(deposit) == 1


LAST_WAY = {"en": "At least one way to pay must stay", "zh": "至少保留一种付款方式"}
SHORT = {"en": ("Bank", "WeChat", "Alipay"), "zh": ("银行", "微信", "支付宝")}


@BOTH
async def test_from_buttons_we_get_exactly_this_to_cancelled(cashier: Cashier, language: str) -> None:
    person = PEOPLE[language]
    menu = await cashier.ask("/deposit", person=person, contains="/deposit 5500.20 CNY")
    label = next(one for one in labels(menu) if "HKD" in one and "MTC" in one)
    await cashier.press(menu, label, person=person)
    prompt = await cashier.bot_says(person, contains="MTC", after=menu)
    prompt = await cashier.answer(prompt, "250.12345678", person=person)
    assert "250.12345678 MTC" in prompt.text
    card = await cashier.answer(prompt, PAYER, person=person)
    deposit = id_on(card)
    await cashier.confirm(card, language=language)
    await cashier.shows(card, "MTPay", also="↗", person=person)
    order = await cashier.order(deposit)
    assert (order.currency, order.fiat, order.amount) == ("MTC", "HKD", Decimal("250.12345678"))
    await cashier.mtpay.cancel(order.code, "changed his mind")
    ended = await cashier.shows(card, CANCELLED[language], person=person)
    assert "250.12345678 MTC" in ended.text
    bell = await cashier.bot_says(person, contains="changed his mind", after=card)
    assert CANCELLED[language] in bell.text and not bell.silent
    assert await cashier.outcomes(deposit) == ["sent", "done", "reported_Cancelled"]


ENDED = {"en": ("Link ended unused", "goes to nobody"), "zh": ("链接已失效", "不能再发给客户")}


@BOTH
async def test_a_link_that_nobody_used_is_marked_and_its_old_card_can_no_more_be_given_away(
    cashier: Cashier, language: str
) -> None:
    person, posts = PEOPLE[language], len(await cashier.posts())
    await cashier.mtpay.variants(life_seconds=cashier.life(12))
    card, deposit = await cashier.summary(f"77.70 CNY {PAYER}", language=language)
    await cashier.confirm(card, language=language)
    waiting = await cashier.shows(card, "MTPay", also="↗", person=person)
    ended = await cashier.shows(card, ENDED[language][0], person=person)
    assert labels(ended) == [NEW[language]] and "77.70 CNY" in ended.text
    before = await cashier.shop.newest(person)
    for button in [one for row in waiting.buttons for one in row if one.kind == "callback"]:
        answer = await cashier.box.telegram.press(person, person, card.id, data=button.data, forged=True)
        said = answer.text + (await cashier.now(card, person=person)).text
        assert any(words in said for words in ENDED[language]), said
    assert await cashier.shop.newest(person) == before, "nothing to give away"
    await cashier.press(card, NEW[language], person=person)
    fresh = await cashier.bot_says(
        person, after=card, contains="77.70 CNY", button={"en": "Make", "zh": "创建链接"}[language]
    )
    assert id_on(fresh) != deposit and len(await cashier.posts()) == posts + 1, "a summary, and nothing is sent"
    await cashier.press(fresh, labels(fresh)[0], person=person)


CUSTOMER = {
    "en": ("please pay exactly 5,500.20 CNY", "in your own name"),
    "zh_CN": ("准确支付 5,500.20 CNY", "本人名下"),
    "zh_TW": ("準確支付 5,500.20 CNY", "本人名下"),
}


@pytest.mark.parametrize("page", CUSTOMER)
async def test_text_and_picture_to_forward_are_the_customers_alone(cashier: Cashier, page: str) -> None:
    card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}")
    if page != "zh_CN":
        await cashier.press(card, {"en": "English", "zh_TW": "繁體"}[page])
        card = await cashier.shows(card, {"en": "● English", "zh_TW": "● 繁體"}[page])
    await cashier.confirm(card)
    waiting = await cashier.shows(card, "MTPay", also="↗")
    order = await cashier.order(deposit)
    assert order.language == page
    await cashier.press(waiting, "Text to forward")
    text = await cashier.bot_says(PEOPLE["en"], after=card, contains=order.url)
    assert all(words in text.text for words in (PAYER, *CUSTOMER[page])) and labels(text) == []
    stored = await cashier.stored(deposit)
    assert not any(word in text.text for word in ("MTPay", "Lead", stored.label, stored.order_no, "/deposit"))
    await cashier.press(waiting, "QR only")
    picture = await cashier.box.telegram.wait_for_message(
        PEOPLE["en"], after=text, where=lambda message: message.photo is not None
    )
    assert await cashier.picture(picture) == order.url and labels(picture) == []
    assert not any(word in picture.text for word in ("MTPay", PAYER, stored.label, "/"))


@BOTH
async def test_another_amount_is_red_and_first(cashier: Cashier, language: str) -> None:
    person = PEOPLE[language]
    card, deposit = await cashier.summary(f"900 CNY {PAYER}", language=language)
    await cashier.confirm(card, language=language)
    await cashier.shows(card, "MTPay", also="↗", person=person)
    order = await cashier.order(deposit)
    await cashier.mtpay.pay(order.code, "899.99")
    await cashier.mtpay.wait_for_status(order.code, "Finished")
    done = await cashier.shows(card, "🔴", also="✅", person=person)
    assert done.text.startswith("🔴") and "899.99 CNY" in done.text and "900.00 CNY" in done.text
    await cashier.journalled(deposit, "reported_Finished")
    bell = await cashier.bot_says(person, contains="899.99 CNY", after=card)
    assert bell.text.startswith("🔴") and not bell.silent
    record = await cashier.record("899.99 CNY")
    assert record.text.startswith("🔴") and PAYER not in record.text
    listed = await cashier.ask("/deposits finished", person=person, contains=LISTED[language])
    assert any("🔴" in line and "900.00 CNY" in line for line in listed.text.split("\n"))


UNAVAILABLE = {"en": "not available", "zh": "暂不可用"}


@BOTH
@pytest.mark.parametrize("has_url", [False, True], ids=["without a link", "with a link"])
async def test_what_nobody_can_take_is_said_plainly_and_gives_no_link(
    cashier: Cashier, language: str, has_url: bool
) -> None:
    person, posts = PEOPLE[language], len(await cashier.posts())
    await cashier.mtpay.variants(available=False, unavailable_url=has_url)
    card, deposit = await cashier.summary(f"61 CNY {PAYER}", language=language)
    await cashier.confirm(card, language=language)
    none = await cashier.shows(card, UNAVAILABLE[language], person=person)
    assert labels(none) == [NEW[language]] and none.photo is None and "http" not in none.text
    assert len(await cashier.posts()) == posts + 1 and await cashier.state(deposit) == "done"
    assert (await cashier.stored(deposit)).is_available is False
    assert (await cashier.journal(deposit))[-1].facts["available"] == "no"


REFUSED = {"en": "❌ MTPay refused", "zh": "❌ MTPay 拒绝"}


@BOTH
@pytest.mark.parametrize("status", [200, 422])
async def test_a_no_of_mtpay_is_told_in_its_words_and_not_repeated(
    cashier: Cashier, language: str, status: int
) -> None:
    person, posts = PEOPLE[language], len(await cashier.posts())
    await cashier.mtpay.refuse("INVALID_AMOUNT", f"min <100> for {PAYER}", status=status)
    card, deposit = await cashier.summary(f"62 CNY {PAYER}", language=language)
    await cashier.confirm(card, language=language)
    no = await cashier.shows(card, REFUSED[language], person=person)
    assert "min <100>" in no.text and await cashier.state(deposit) == "refused"
    assert len(await cashier.posts()) == posts + 1 and await cashier.orders_made(deposit) == 0
    assert PAYER not in str(await cashier.journal(deposit)), "MTPay's words are kept without the name in them"


LISTED = {"en": "Payment links", "zh": "收款链接"}


@BOTH
async def test_the_list_filters_turns_pages_makes_a_file_and_finds_one(cashier: Cashier, language: str) -> None:
    person = PEOPLE[language]
    listed = await cashier.ask("/deposits", person=person, contains=LISTED[language])
    first = lines_of(listed)
    assert len(first) == 6, "a page"
    await cashier.press(listed, next(label for label in labels(listed) if "▶" in label), person=person)
    second = lines_of(await cashier.shows(listed, "◀", person=person))
    assert second and not set(second) & set(first)
    for wanted, icons in {"open": "🔗⏳", "finished": "✅", "ended": "⌛❌🚫"}.items():
        page = await cashier.ask(f"/deposits {wanted}", person=person, contains=LISTED[language])
        assert lines_of(page) and all(line.lstrip("🔴")[0] in icons for line in lines_of(page)), page.text
    finished = await cashier.ask("/deposits finished", person=person, contains=LISTED[language])
    await cashier.press(finished, "CSV", person=person)
    file = await cashier.box.telegram.wait_for_message(
        person, after=finished, where=lambda one: one.document is not None
    )
    text = (await cashier.box.telegram.file_of(file)).decode("utf-8-sig")
    rows = text.split("\r\n")
    assert any(",5500.2" in row and PAYER in row and "737.19" in row for row in rows) and "http" not in text
    async with cashier.shop.desk.application.store.read() as tables:
        exported = (await tables.journal.page(limit=20, offset=0, target="deposits"))[0]
    assert (exported.action, exported.facts["rows"]) == ("export", str(len(rows) - 2))
    one = await cashier.ask("/deposit D0001", person=person, contains="D0001")
    assert one.text.startswith("✅") and "5,500.20 CNY" in one.text
    again = await cashier.ask("/deposit d1", person=person, contains="D0001")
    assert again.text == one.text


def lines_of(card: Message) -> list[str]:
    return [line for line in card.text.split("\n") if " D0" in line]


async def test_the_payer_stands_nowhere_in_the_group_and_masked_on_what_is_opened_there(cashier: Cashier) -> None:
    said = await cashier.told_to_group()
    assert "5,500.20 CNY" in said and PAYER not in said and "Li Si" not in said and "buy-coin" not in said
    async with cashier.shop.desk.application.store.read() as tables:
        lines = [line for line in await tables.journal.page(limit=500, offset=0) if "deposit" in line.target]
    assert lines and PAYER not in str(lines) and "Li Si" not in str(lines) and "buy-coin" not in str(lines)
    before = await cashier.shop.newest(PEOPLE["en"])
    await cashier.box.telegram.write(PEOPLE["en"], DESK_GROUP, "/deposit D0001")
    await cashier.bot_says(PEOPLE["en"], contains=PAYER, after=before)
    record = await cashier.record("D0001")
    await cashier.box.telegram.press(PEOPLE["en"], DESK_GROUP, record.id, text=labels(record)[0])
    opened = await cashier.bot_says(PEOPLE["en"], contains=PAYER, after=before + 1)
    assert opened.text.startswith("✅") and PAYER not in await cashier.told_to_group()
