"""What cannot be meant is answered with a sentence and an example, in both languages, and nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.counter import PEOPLE, Counter, close_counter, labels, open_counter

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
EXAMPLE = "/convert 100 USDT BTC"
ROWS = {
    "unknown": ("100 USDT XYZ", "“XYZ” is no currency that Gate converts", "不支持币种 “XYZ”", EXAMPLE),
    "unknown to give": ("100 XYZ BTC", "“XYZ” is no currency", "不支持币种 “XYZ”", EXAMPLE),
    "no code": ("100 USDT B<b>C", "is no currency", "不支持币种", EXAMPLE),
    "equal": ("5 USDT usdt", "Both sides are USDT", "都是 USDT", EXAMPLE),
    "not a pair": ("1000 SHIB ALGO", "does not convert SHIB to ALGO", "不支持 SHIB 兑 ALGO", EXAMPLE),
    "zero": ("0 USDT BTC", "0.00 USDT is not above 0", "0.00 USDT 必须大于 0", EXAMPLE),
    "zero digits": ("0.000 USDT BTC", "is not above 0", "必须大于 0", EXAMPLE),
    "negative": ("-5 USDT BTC", "is not above 0", "必须大于 0", EXAMPLE),
    "too precise": ("1.123456789 USDT BTC", "8 is the most", "最多 8 位", "0.00101234"),
    "too large": ("99999999999999999 USDT BTC", "too large to be meant", "数量过大", EXAMPLE),
    "above maximum": ("3000000 USDT BTC", "1,980,000.00 USDT or less", "最多 1,980,000.00 USDT", "1,980,000.00"),
    "below minimum": ("0.5 USDT BTC", "Take 1.00 USDT or more", "至少 1.00 USDT", "1.00"),
    "other side too small": (
        "1 USDT BTC",
        "Gate does not quote 1 USDT",
        "平台不报 1 USDT 的价",
        "/convert 100 USDT BTC",
    ),
    "too small to get": ("USDT 0.00001 BTC", "0.00002 BTC or more", "至少 0.00002 BTC", "0.00002"),
    "words": ("ten USDT BTC", "“TEN” is no amount", "“TEN”不是有效金额", "1,000.50"),
    "decimal comma": ("1,5 USDT BTC", "“1,5” is no amount", "“1,5”不是有效金额", "1,000.50"),
    "exponent": ("1e3 USDT BTC", "is no amount", "不是有效金额", "1,000.50"),
    "two amounts": ("100 USDT to 0.01 BTC", "names two amounts", "两个数量", EXAMPLE),
    "no sense": ("some words", "what you give and what you want", "付出和得到", EXAMPLE),
    "too many words": ("100 USDT BTC please now", "what you give and what you want", "付出和得到", EXAMPLE),
}
ACCEPTED = {
    "1,000.50 usdt btc": "1,000.50 USDT",
    "１００ USDT to BTC": "100.00 USDT",
    "100 USDT 换 BTC": "100.00 USDT",
    "100 USDT → BTC": "100.00 USDT",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path_factory.mktemp("counter")) as counter:
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


@LANGUAGES
async def test_every_row_is_a_sentence_with_an_example_and_nothing_is_sent(counter: Counter, language: str) -> None:
    person, wrong = PEOPLE[language], []
    posts = len(await counter.posts())
    for row, (words, english, chinese, example) in ROWS.items():
        said = await counter.ask(f"/convert {words}", person=person)
        expected = {"en": english, "zh": chinese}[language]
        if expected not in said.text or example not in said.text or labels(said):
            wrong.append((row, said.text, labels(said)))
    assert wrong == []
    assert len(await counter.posts()) == posts
    assert await counter.box.pay.quotes() == [], "nothing was even offered"


async def test_what_people_write_otherwise_is_understood(counter: Counter) -> None:
    for words, give in ACCEPTED.items():
        card, _ = await counter.preview(f"/convert {words}")
        assert labels(card)[-1] == f"Convert {give}", words
    card, quote = await counter.preview("/convert USDT 0.01 BTC")
    assert "Get 0.01 BTC" in card.text and (await counter.stored(quote)).wish.fixed.value == "buy"
    await counter.press(card, "⬅ Back")


WRONG_ANSWERS = {
    "ten": ("no amount", "不是有效金额"),
    "0": ("not above 0", "必须大于 0"),
    "1,5": ("no amount", "不是有效金额"),
    "100 BTC": ("no amount", "不是有效金额"),
}


@LANGUAGES
async def test_a_wrong_answer_to_the_question_for_an_amount_is_no_quote(counter: Counter, language: str) -> None:
    person, telegram = PEOPLE[language], counter.box.telegram
    menu = await counter.ask("/convert", person=person)
    await counter.press(menu, "USDT", person=person)
    await counter.shows(menu, "⬅", person=person)
    await counter.press(menu, "BTC", person=person)
    fixed = await counter.shows(menu, "…", person=person)
    await counter.press(menu, labels(fixed)[1], person=person)
    prompt = await telegram.wait_for_message(person, after=menu, contains="USDT → BTC")
    quotes = len(await counter.box.pay.quotes())
    for text, words in WRONG_ANSWERS.items():
        number = await telegram.reply(person, person, prompt, text)
        said = await telegram.wait_for_message(
            person, after=number, where=lambda message: bool(message.sender.get("is_bot"))
        )
        assert dict(zip(("en", "zh"), words, strict=True))[language] in said.text, text
    assert len(await counter.box.pay.quotes()) == quotes
