"""What cannot be meant is answered with a sentence that says what to write, in both languages; nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.teller import PEOPLE, Teller, close_teller, id_on, labels, open_teller
from tests.support.sandbox import LEAD, OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
EXAMPLE = "/otc 1000 USDT"
ROWS = {
    "other fiat": ("500 EUR", "“EUR” is not traded", "不支持“EUR”", EXAMPLE),
    "other coin": ("1 BTC", "“BTC” is not traded", "不支持“BTC”", EXAMPLE),
    "other second": ("1000 USDT EUR", "“EUR” is not traded", "不支持“EUR”", EXAMPLE),
    "hostile": ("1000 U<b>", "is not traded", "不支持", EXAMPLE),
    "zero": ("0 USDT", "0.00 USDT is not above 0", "0.00 USDT 必须大于 0", EXAMPLE),
    "negative": ("-5 USDT", "is not above 0", "必须大于 0", EXAMPLE),
    "too precise": ("1.123456789 USDT", "8 is the most", "最多 8 位", "0.00101234"),
    "cents": ("10.005 USD", "too many decimals", "小数位太多", "/otc 5000.50 USD"),
    "too large": ("99999999999999999 USDT", "too large to be meant", "数量过大", EXAMPLE),
    "words": ("ten USDT", "“TEN” is no amount", "“TEN”不是有效金额", "1,000.50"),
    "comma": ("1,5 USDT", "“1,5” is no amount", "“1,5”不是有效金额", "1,000.50"),
    "exponent": ("1e3 USDT", "is no amount", "不是有效金额", "1,000.50"),
    "nan": ("NaN USDT", "is no amount", "不是有效金额", "1,000.50"),
    "infinite": ("Infinity USD", "is no amount", "不是有效金额", "1,000.50"),
    "too many words": ("100 USDT USD CODE MORE", "/otc 5000 USD", "/otc 5000 USD", EXAMPLE),
    "odd promotion": ("100 USDT USD ä;--", "/otc 5000 USD", "/otc 5000 USD", EXAMPLE),
    "no number": ("hello", "/otc 5000 USD", "/otc 5000 USD", EXAMPLE),
    "unknown order": ("999999", "No off-ramp ends in “999999”", "999999", "/otc list"),
    "unknown filter": ("list everything", "/otc list", "/otc list", EXAMPLE),
}
ACCEPTED = {
    "1,000.50 usdt": "1,000.50 USDT",
    "１００ USDT": "100.00 USDT",
    "100 USDT USD": "100.00 USDT",
    "50 usdc": "50.00 USDC",
    "99 USD USDC": "99.00 USD",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    async with open_teller(tmp_path_factory.mktemp("teller")) as teller:
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened)


@LANGUAGES
async def test_every_row_is_a_sentence_with_an_example_and_nothing_is_asked_of_gate(
    teller: Teller, language: str
) -> None:
    person, wrong = PEOPLE[language], []
    quotes = len((await teller.otc.state())["quotes"])
    for row, (words, english, chinese, example) in ROWS.items():
        said = await teller.ask(f"/otc {words}", person=person)
        expected = {"en": english, "zh": chinese}[language]
        if expected not in said.text or example not in said.text or labels(said):
            wrong.append((row, said.text, labels(said)))
    assert wrong == []
    assert await teller.posts() == [] and len((await teller.otc.state())["quotes"]) == quotes


async def test_what_people_write_otherwise_is_understood(teller: Teller) -> None:
    for words, shown in ACCEPTED.items():
        choosing = await teller.ask(f"/otc {words}", button="··2345")
        assert shown in choosing.text, (words, choosing.text)


BOUNDS = {
    "en": ("The amount is outside Gate's limits", "Nothing happened"),
    "zh": ("金额超出平台限制", "什么也没有发生"),
}


@LANGUAGES
@pytest.mark.parametrize("words", ["5 USDT", "1100000 USD"])
async def test_amounts_that_gate_does_not_quote_are_said_so(teller: Teller, language: str, words: str) -> None:
    person = PEOPLE[language]
    choosing = await teller.ask(f"/otc {words}", person=person, button="··2345")
    said = await teller.answered(choosing, "··2345", person=person)
    assert all(one in said for one in BOUNDS[language]), said
    assert await teller.posts() == []


WRONG_ANSWERS = {
    "ten": ("no amount", "不是有效金额"),
    "0": ("not above 0", "必须大于 0"),
    "1,5": ("no amount", "不是有效金额"),
    "100 EUR": ("no amount", "不是有效金额"),
}
PROMPTED = {"en": ("Sell … USDT", "How much USDT"), "zh": ("卖出 … USDT", "卖出多少 USDT")}


@LANGUAGES
async def test_a_wrong_answer_to_the_question_for_an_amount_is_no_quote(teller: Teller, language: str) -> None:
    person, telegram = PEOPLE[language], teller.box.telegram
    button, question = PROMPTED[language]
    menu = await teller.ask("/otc", person=person, contains="/otc 5000 USD")
    await teller.press(menu, button, person=person)
    prompt = await teller.hears(question, person=person, after=menu)
    quotes = len((await teller.otc.state())["quotes"])
    for text, words in WRONG_ANSWERS.items():
        number = await telegram.reply(person, person, prompt, text)
        said = await telegram.wait_for_message(
            person, after=number, where=lambda message: bool(message.sender.get("is_bot"))
        )
        assert dict(zip(("en", "zh"), words, strict=True))[language] in said.text, (text, said.text)
    assert len((await teller.otc.state())["quotes"]) == quotes and await teller.posts() == []


async def test_buttons_that_nobody_was_given_do_nothing(teller: Teller) -> None:
    card, off_ramp = await teller.quote("33 USDT")
    yes = (card.buttons[1][0].data or "").partition(":")
    forged = [
        "fw:gift:USDT:USD", "fw:crypto:BTC:USD", "fb:nosuchrequest:2897434", "fy:nosuchseal", "fl:nosuch", "fo:nosuch",
        "fi:nosuch", "fn:nosuch", "fk:nosuch", f"fy:{off_ramp}", "gi:1", "gy:nosuchseal", "gs:x:y", "gd:nosuch",
    ]  # fmt: skip
    await teller.considered()
    for data in forged:
        await teller.box.telegram.press(LEAD, LEAD, card.id, data=data, forged=True)
    await teller.ask("/otc 33 USDT", person=OWNER, button="··2345")
    for message in await teller.box.telegram.messages(OWNER):
        if message.sender.get("is_bot"):
            await teller.box.telegram.press(OWNER, OWNER, message.id, data="".join(yes), forged=True)
    assert await teller.posts() == [], "not even by another lead, who saw it over a shoulder"
    texts = [message.text for message in await teller.box.telegram.messages(LEAD)]
    assert not any("Traceback" in text or "made a mistake" in text for text in texts), texts[-10:]
    assert id_on(card) == off_ramp
