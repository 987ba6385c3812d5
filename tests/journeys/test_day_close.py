"""/today and /close on the sandbox, in both languages: sums, the bank typed account by account, file and picture."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_desk, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OWNER, VIEWER, Message, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
PEOPLE = {"en": LEAD, "zh": OWNER}
SAID = {
    "today": {"en": "Today ", "zh": "今日 "},
    "sold": {"en": "Sold 1 · 7,200.00 CNY", "zh": "卖出 1 单 · 7,200.00 CNY"},
    "average": {"en": "1,000.00 USDT · average 7.2000", "zh": "1,000.00 USDT · 均价 7.2000"},
    "open": {"en": "Open 1", "zh": "未完成 1"},
    "accounts": {"en": "Accounts", "zh": "收款账户"},
    "people": {"en": "People", "zh": "人员"},
    "released": {"en": "released 1", "zh": "放币 1 单"},
    "account 1": {"en": "account 1 of 1", "zh": "账户 1/1"},
    "question": {"en": "Credits in ", "zh": "入账多少"},
    "no sum": {"en": "is no sum", "zh": "不是金额"},
    "below": {"en": "is below 0", "zh": "小于 0"},
    "digits": {"en": "too many digits", "zh": "位数太多"},
    "summary": {"en": "Close the day 20", "zh": "日结 20"},
    "more": {"en": "100.00 CNY more", "zh": "银行多 100.00 CNY"},
    "paid": {"en": "Paid and open", "zh": "已付未完成"},
    "close": {"en": "Close the day", "zh": "确认日结"},
    "closed": {"en": "closed", "zh": "已日结"},
    "again": {"en": "Close number 2", "zh": "第 2 次日结"},
    "skip": {"en": "Skip this one", "zh": "跳过此账户"},
    "skipped": {"en": "··8821: 7,200.00 CNY", "zh": "··8821：7,200.00 CNY"},
    "picture": {"en": "Picture", "zh": "图片"},
    "file": {"en": "File (CSV)", "zh": "文件（CSV）"},
    "usage": {"en": "Write just /today", "zh": "直接发 /today"},
    "no day": {"en": "is no day", "zh": "不是日期"},
    "future": {"en": "has not come yet", "zh": "还没到"},
    "sale": {"en": "sale", "zh": "卖出"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Shop, str]]:
    """A shop with one released sale, and another one that says it is paid."""
    async with open_shop(tmp_path_factory.mktemp("day")) as shop:
        await shop.say("/language zh", person=OWNER, contains="中文")
        sold = await shop.sale("1000")
        await shop.release(sold)
        await shop.card(sold, "Released")
        paid = await shop.sale("500", name="李四")
        await shop.card(paid, "Release…")
        yield shop, paid


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened: tuple[Shop, str]) -> AsyncIterator[Shop]:
    yield opened[0]
    await tidy(opened[0].box)


async def press(shop: Shop, card: Message, label: str, person: int) -> None:
    await shop.box.telegram.press(person, person, card, text=label)


async def told(
    shop: Shop, person: int, contains: str, *, after: int | Message = 0, button: str | None = None
) -> Message:
    return await shop.box.telegram.wait_for_message(person, contains=contains, after=after, button=button)


async def begin(shop: Shop, language: str) -> tuple[Message, Message]:
    """The card of the first account, and the question below it."""
    person = PEOPLE[language]
    card = await shop.say("/close", person=person, contains=SAID["account 1"][language])
    question = await shop.box.telegram.wait_for_message(
        person, contains=SAID["question"][language], after=card, where=lambda message: message.asks_reply
    )
    return card, question


async def reply(shop: Shop, person: int, question: Message, words: str, contains: str) -> Message:
    before = await shop.newest(person)
    await shop.box.telegram.reply(person, person, question, words)
    return await told(shop, person, contains, after=before)


@LANGUAGES
async def test_the_day_is_told_with_its_accounts_and_people(shop: Shop, language: str) -> None:
    person = PEOPLE[language]
    card = await shop.say("/today", person=person, contains=SAID["today"][language])
    for name in ("sold", "average", "open"):
        assert SAID[name][language] in card.text, card.text
    await press(shop, card, SAID["accounts"][language], person)
    accounts = await told(shop, person, SAID["accounts"][language], after=card.id - 1)
    assert re.search(r"··\d{4}", accounts.text) and SAID["sold"][language] in accounts.text
    card = await shop.say("/today", person=person, contains=SAID["today"][language])
    await press(shop, card, SAID["people"][language], person)
    await told(shop, person, SAID["released"][language], after=card.id - 1)


@LANGUAGES
async def test_the_bank_is_typed_and_the_difference_is_closed_and_told(
    shop: Shop, opened: tuple[Shop, str], language: str
) -> None:
    person, paid = PEOPLE[language], opened[1]
    _, question = await begin(shop, language)
    assert "7,200" not in question.text  # nobody copies what the desk counted
    for words, no in (("about 7200", "no sum"), ("-5", "below"), ("9" * 20, "digits")):
        question = await reply(shop, person, question, words, SAID[no][language])
        assert question.asks_reply and SAID["question"][language] in question.text
    summary = await reply(shop, person, question, "７,３００.00 CNY", SAID["summary"][language])
    assert SAID["more"][language] in summary.text and "🔴" in summary.text
    assert SAID["paid"][language] in summary.text and paid[-4:] in summary.text
    before = await shop.newest(DESK_GROUP)
    await press(shop, summary, SAID["close"][language], person)
    closed = await told(shop, person, SAID["closed"][language], after=summary.id - 1, button=SAID["file"][language])
    assert SAID["more"][language] in closed.text
    picture = await shop.box.telegram.wait_for_message(
        person, after=summary, where=lambda message: message.photo is not None
    )
    assert (await shop.box.telegram.file_of(picture)).startswith(b"\x89PNG")
    record = await told(shop, DESK_GROUP, "Day closed", after=before)
    assert record.silent and "100.00 CNY more" in record.text and paid[-4:] in record.text
    owner = await told(shop, OWNER, "已日结", button="图片")
    assert owner.silent


@LANGUAGES
async def test_a_day_is_closed_again_with_an_account_skipped(shop: Shop, language: str) -> None:
    person = PEOPLE[language]
    card, _ = await begin(shop, language)
    await press(shop, card, SAID["skip"][language], person)
    summary = await told(shop, person, SAID["skipped"][language], after=card.id - 1)
    await press(shop, summary, SAID["close"][language], person)
    await told(shop, person, SAID["closed"][language], after=summary.id - 1, button=SAID["file"][language])


@LANGUAGES
async def test_the_file_and_the_picture_come_by_button_and_command(shop: Shop, language: str) -> None:
    person = PEOPLE[language]
    card = await shop.say("/today", person=person, contains=SAID["picture"][language])
    await press(shop, card, SAID["picture"][language], person)
    await shop.box.telegram.wait_for_message(person, after=card, where=lambda message: message.photo is not None)
    before = await shop.newest(person)
    await shop.box.telegram.write(person, person, "/close csv")
    file = await shop.box.telegram.wait_for_message(
        person, after=before, where=lambda message: message.document is not None
    )
    assert file.document is not None and re.fullmatch(r"day-\d{4}-\d\d-\d\d\.csv", file.document.file_name)
    content = await shop.box.telegram.file_of(file)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sales = [row for row in rows if row[3] == SAID["sale"][language] and row[13] == "1"]
    assert sales and all(Decimal(row[5]) == 1000 and Decimal(row[7]) == 7200 for row in sales)


@LANGUAGES
async def test_what_is_no_day_is_refused_in_words(shop: Shop, language: str) -> None:
    person = PEOPLE[language]
    for words, no in (
        ("/today x", "usage"), ("/close 7200", "no day"), ("/close 2099-12-31", "future"),
        ("/close soon csv", "no day"),
    ):  # fmt: skip
        await shop.say(words, person=person, contains=SAID[no][language])


async def test_a_viewer_sees_numbers_and_closes_nothing(shop: Shop) -> None:
    card = await shop.say("/today", person=VIEWER, contains="Today ")
    assert "Sold 1 · Bought 0" in card.text and "CNY" not in card.text
    await shop.say("/close", person=VIEWER, contains="may not do this")


async def test_a_close_goes_on_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restarted")
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk(box, folder, speed=8.0) as first:
            sold = await first.sale("1000")
            await first.release(sold)
            await first.card(sold, "Released")
            _, question = await begin(first, "en")
        async with open_desk(box, folder, speed=8.0) as second:
            summary = await reply(second, LEAD, question, "7200", SAID["summary"]["en"])
            assert "✅" in summary.text
            await press(second, summary, "Close the day", LEAD)
            await told(second, LEAD, "closed", after=summary.id - 1, button="File (CSV)")
            await tidy(box)
