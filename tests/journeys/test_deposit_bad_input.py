"""What cannot be meant is answered with a sentence that says what to write, in both languages; nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.cashier import LANGUAGES, PEOPLE, Cashier, close_cashier, labels, open_cashier
from tests.support.sandbox import LEAD

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)
EXAMPLE = "/deposit 5500.20 CNY"
LONG = "张" * 61
ROWS = {
    "other fiat": ("500 USD 张三", "“USD” does not work here", "不支持“USD”", EXAMPLE),
    "other coin": ("500 USDT CNY 张三", "“USDT” does not work here", "不支持“USDT”", EXAMPLE),
    "no currency": ("500 张三丰", "“张三丰” does not work here", "不支持“张三丰”", EXAMPLE),
    "coin in another fiat": ("5000 MTC USD 张三", "“USD” does not work here", "不支持“USD”", EXAMPLE),
    "hostile": ("1 <b> 张三", "“<B>” does not work here", "不支持“<B>”", EXAMPLE),
    "mixed": ("500 CNY MTC 张三", "names two currencies", "写了两个币种", "5000 MTC CNY"),
    "two fiats": ("500 CNY HKD 张三", "“CNY HKD” names two currencies", "“CNY HKD”写了两个币种", EXAMPLE),
    "zero": ("0 CNY 张三", "0.00 CNY is not above 0", "0.00 CNY 不大于 0", "5500.20"),
    "negative": ("-5 CNY 张三", "is not above 0", "不大于 0", "5500.20"),
    "nothing of the coin": ("0.00 MTC CNY 张三", "MTC is not above 0", "MTC 不大于 0", "5500.20"),
    "cents of cents": ("5500.205 CNY 张三", "2 is the most", "最多 2 位", EXAMPLE),
    "coin's digits": ("1.123456789 MTC CNY 张三", "8 is the most", "最多 8 位", EXAMPLE),
    "too much": ("100000000 CNY 张三", "too much to be meant", "数额过大", EXAMPLE),
    "far too much": ("99999999999999999999 MTC HKD 张三", "to be meant", "过大", ""),
    "words": ("ten CNY 张三", "“TEN” is no amount", "“TEN”不是有效金额", "1,000.50"),
    "comma": ("1,5 CNY 张三", "is no amount", "不是有效金额", "1,000.50"),
    "exponent": ("1e3 CNY 张三", "is no amount", "不是有效金额", "1,000.50"),
    "nan": ("NaN CNY 张三", "is no amount", "不是有效金额", "1,000.50"),
    "infinite": ("Infinity MTC CNY 张三", "is no amount", "不是有效金额", "1,000.50"),
    "no name": ("5500.20 CNY", "real name is missing", "缺少付款人实名", EXAMPLE),
    "no name for the coin": ("5000 MTC CNY", "real name is missing", "缺少付款人实名", EXAMPLE),
    "long name": (f"5500.20 CNY {LONG}", "61 characters, 60 is the most", "61 个字符，最多 60 个", ""),
    "digits in a name": ("5500.20 CNY 张三 123", "is no name of a person", "不是人名", ""),
    "a link as a name": ("5500.20 CNY https://a.example", "is no name of a person", "不是人名", ""),
    "marks as a name": ("5500.20 CNY <b>&</b>", "is no name of a person", "不是人名", ""),
    "dots as a name": ("5500.20 CNY ...", "is no name of a person", "不是人名", ""),
    "one word": ("hello", "/deposit 5000 MTC CNY", "/deposit 5000 MTC CNY", EXAMPLE),
    "a number alone": ("5500.20", "/deposit 5000 MTC CNY", "/deposit 5000 MTC CNY", EXAMPLE),
    "coin without fiat": ("5000 MTC", "/deposit 5000 MTC CNY", "/deposit 5000 MTC CNY", EXAMPLE),
    "unknown number": ("D9999", "“D9999”", "“D9999”", "/deposits"),
    "huge number": (f"D{'9' * 40}", "No payment link has the number", "没有编号为", "/deposits"),
}
ACCEPTED = {
    "1,000.50 cny 张三丰": ("1,000.50 CNY", "张三丰"),
    "１００ CNY 张三丰": ("100.00 CNY", "张三丰"),
    "99999999.99 HKD Jean-Luc O’Neil": ("99,999,999.99 HKD", "Jean-Luc O’Neil"),
    "0.00000001 MTC HKD 阿凡提·李四": ("0.00000001 MTC", "阿凡提·李四"),
    f"1 CNY {'张' * 60}": ("1.00 CNY", "张" * 10),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cashier]:
    async with open_cashier(tmp_path_factory.mktemp("cashier")) as cashier:
        yield cashier


@pytest_asyncio.fixture(loop_scope="module")
async def cashier(opened: Cashier) -> AsyncIterator[Cashier]:
    yield opened
    await close_cashier(opened)


@BOTH
async def test_every_row_is_a_sentence_with_an_example_and_nothing_changes(cashier: Cashier, language: str) -> None:
    person, wrong, before = PEOPLE[language], [], await cashier.newest_stored()
    for row, (words, english, chinese, example) in ROWS.items():
        said = await cashier.ask(f"/deposit {words}", person=person)
        expected = {"en": english, "zh": chinese}[language]
        if expected not in said.text or example not in said.text or labels(said):
            wrong.append((row, said.text, labels(said)))
    assert wrong == []
    assert await cashier.posts() == [] and await cashier.newest_stored() == before


@BOTH
async def test_a_filter_that_is_none_is_said_so(cashier: Cashier, language: str) -> None:
    said = await cashier.ask("/deposits everything", person=PEOPLE[language])
    assert "/deposits" in said.text and labels(said) == []


async def test_what_people_write_otherwise_is_understood(cashier: Cashier) -> None:
    for words, shown in ACCEPTED.items():
        card, _ = await cashier.summary(words)
        assert all(part in card.text.replace("\n", "") for part in shown), (words, card.text)
        await cashier.press(card, labels(card)[0])
    assert await cashier.posts() == []


WRONG_AMOUNTS = {
    "ten": ("no amount", "不是有效金额"),
    "0": ("not above 0", "不大于 0"),
    "1.234": ("too many decimals", "小数太多"),
    "100 EUR": ("no amount", "不是有效金额"),
}
WRONG_NAMES = {
    "12345": ("is no name of a person", "不是人名"),
    LONG: ("61 characters", "61 个字符"),
}


@BOTH
async def test_a_wrong_answer_to_a_question_is_no_summary(cashier: Cashier, language: str) -> None:
    person, before = PEOPLE[language], await cashier.newest_stored()
    menu = await cashier.ask("/deposit", person=person, contains="/deposit 5000 MTC CNY")
    await cashier.press(menu, next(label for label in labels(menu) if "HKD" in label), person=person)
    prompt = await cashier.bot_says(person, after=menu, contains="HKD")
    for given, words in WRONG_AMOUNTS.items():
        said = await cashier.answer(prompt, given, person=person)
        assert dict(zip(LANGUAGES, words, strict=True))[language] in said.text, (given, said.text)
    prompt = await cashier.answer(prompt, "100", person=person)
    assert prompt.asks_reply and "100.00 HKD" in prompt.text
    for given, words in WRONG_NAMES.items():
        said = await cashier.answer(prompt, given, person=person)
        assert dict(zip(LANGUAGES, words, strict=True))[language] in said.text, (given, said.text)
    assert await cashier.posts() == [] and await cashier.newest_stored() == before


async def test_buttons_that_nobody_was_given_do_nothing(cashier: Cashier) -> None:
    card, deposit = await cashier.summary("33 CNY 张三丰")
    forged = [
        "pm:gift:CNY", "pm:pays:USD", "pt:nosuch:1", f"pt:{deposit}:8", f"pt:{deposit}:x", f"pl:{deposit}:xx",
        "py:nosuchseal", f"py:{deposit}", "px:nosuch", "po:nosuch", "pf:nosuch", "pq:nosuch", "pn:nosuch",
        f"pf:{deposit}", f"pq:{deposit}", f"ps:{deposit}:made", f"pu:{deposit}:made", f"pu:{deposit}:gone",
        "ph:nosuch:0", "ph:all:x", "ph:all:-1", "pc:nosuch",
    ]  # fmt: skip
    await cashier.considered()
    for data in forged:
        await cashier.box.telegram.press(LEAD, LEAD, card.id, data=data, forged=True)
    assert await cashier.posts() == [] and await cashier.state(deposit) == ""
    stored = await cashier.stored(deposit)
    assert (stored.wish.methods, stored.wish.language, stored.order_no) == (7, "zh_CN", "")
    texts = [message.text for message in await cashier.box.telegram.messages(LEAD)]
    assert not any("Traceback" in text or "made a mistake" in text for text in texts), texts[-10:]
