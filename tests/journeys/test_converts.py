"""What was converted: filters, pages and a file, for everybody who may read; converting is for fewer people."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.counter import PEOPLE, Counter, close_counter, labels, open_counter
from tests.support.sandbox import AGENT, OPERATOR, STRANGER, VIEWER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
WORDS = {
    "en": {
        "title": "Conversions",
        "older": "Older ▶",
        "newer": "◀ Newer",
        "done": "Done",
        "failed": "Failed",
        "open": "Open ones",
        "file": "As a file (CSV)",
        "own": "own account",
        "states": ("done", "failed"),
        "none": "/convert 100 USDT BTC",
    },
    "zh": {
        "title": "闪兑记录",
        "older": "较早 ▶",
        "newer": "◀ 较新",
        "done": "已完成",
        "failed": "失败",
        "open": "进行中",
        "file": "导出 CSV 文件",
        "own": "本账户",
        "states": ("已完成", "失败"),
        "none": "/convert 100 USDT BTC",
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Counter, list[str], str]]:
    """Seven conversions that were done, and one that Gate Pay refused."""
    async with open_counter(tmp_path_factory.mktemp("counter"), speed=16.0) as counter:
        for person in (VIEWER, AGENT):
            await counter.box.telegram.start(person)
        await counter.box.pay.variants(settle_seconds=0)
        done = []
        for amount in range(10, 17):
            card, quote = await counter.preview(f"/convert {amount} USDT BTC")
            await counter.take(card)
            await counter.reaches(quote, "done")
            done.append(quote)
        card, refused = await counter.preview("/convert 17 USDT BTC")
        await counter.box.pay.refuse("convert", "7777777", "=SUM(1) no")
        await counter.take(card)
        await counter.reaches(refused, "refused")
        yield counter, done, refused


@pytest_asyncio.fixture(loop_scope="module")
async def book(opened: tuple[Counter, list[str], str]) -> AsyncIterator[tuple[Counter, list[str], str]]:
    yield opened
    await close_counter(opened[0])


@LANGUAGES
async def test_pages_filters_and_opening_one(book: tuple[Counter, list[str], str], language: str) -> None:
    counter, done, refused = book
    person, words = PEOPLE[language], WORDS[language]
    page = await counter.ask("/converts", person=person, contains=str(words["title"]))
    newest = [refused, *reversed(done)]
    assert [line.split(" ")[1] for line in lines(page)] == [quote[-4:] for quote in newest[:6]]
    assert lines(page)[0].startswith("❌") and lines(page)[1].startswith("✅")
    await counter.press(page, str(words["older"]), person=person)
    older = await counter.shows(page, str(words["newer"]), person=person)
    assert [line.split(" ")[1] for line in lines(older)] == [quote[-4:] for quote in newest[6:]]
    await counter.press(page, str(words["failed"]), person=person)
    failed = await counter.shows(page, str(words["open"]), person=person)
    assert [line.split(" ")[1] for line in lines(failed)] == [refused[-4:]] or await shows_only(counter, page, refused)
    await counter.press(page, str(words["open"]), person=person)
    await counter.shows(page, str(words["none"]), person=person)
    typed = await counter.ask("/converts done", person=person, contains=str(words["title"]))
    assert [line.split(" ")[1] for line in lines(typed)] == [quote[-4:] for quote in newest[1:7]]
    await counter.press(typed, done[-1][-4:], person=person)
    opened = await counter.box.telegram.wait_for_message(person, after=typed, contains="16.00 USDT")
    assert "✅" in opened.text


def lines(page: Message) -> list[str]:
    return [line for line in page.text.split("\n") if "→" in line]


async def shows_only(counter: Counter, page: Message, quote: str) -> bool:
    card = await counter.shows(page, "❌")
    return [line.split(" ")[1] for line in lines(card)] == [quote[-4:]]


@LANGUAGES
async def test_the_file_has_one_row_each_that_no_spreadsheet_runs(
    book: tuple[Counter, list[str], str], language: str
) -> None:
    counter, done, refused = book
    person, words = PEOPLE[language], WORDS[language]
    page = await counter.ask("/converts", person=person, contains=str(words["title"]))
    await counter.press(page, str(words["file"]), person=person)
    file = await counter.box.telegram.wait_for_message(
        person, after=page, where=lambda message: message.document is not None
    )
    assert file.document is not None and file.document.file_name == "conversions-all.csv"
    content = await counter.box.telegram.file_of(file)
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == 9
    header, *table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(header) == 12 and [row[11] for row in table] == [refused, *reversed(done)]
    first, last = table[1], table[-1]
    assert first[2:8] == [words["own"], "16", "USDT", first[5], "BTC", words["states"][0]]
    conversion = await counter.stored(done[-1])
    assert (first[1].lstrip("'"), first[5], first[8]) == (
        conversion.id,
        f"{conversion.quote.buy.amount:f}",
        conversion.order_id,
    )
    assert (last[3], last[9], last[10]) == ("10", "Operator 1", "")
    assert table[0][7] == words["states"][1] and table[0][8] == ""
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)
    journal = await counter.shop.journal("converts")
    assert (journal[0].actor, journal[0].action, journal[0].facts["rows"]) == (person, "export", "8")


@pytest.mark.parametrize("person", [VIEWER, AGENT])
async def test_who_may_only_read_reads_and_gets_no_quote(book: tuple[Counter, list[str], str], person: int) -> None:
    counter, done, _ = book
    page = await counter.ask("/converts", person=person, contains="Conversions")
    await counter.press(page, done[-1][-4:], person=person)
    card = await counter.box.telegram.wait_for_message(person, after=page, contains="Gave 16.00 USDT")
    assert labels(card) == [] or "Again…" not in labels(card)
    quotes = len(await counter.box.pay.quotes())
    for words in ("/convert 100 USDT BTC", "/convert"):
        said = await counter.ask(words, person=person)
        assert said.buttons == () and "operator" in said.text.lower()
    conversion = (await counter.stored(done[-1])).id
    for data in (f"vn:{conversion}", f"vg:{conversion}", f"vl:{conversion}", "v:own", "vw:own:USDT:BTC:sell:1"):
        await counter.forge(page, data, person=person)
    assert len(await counter.box.pay.quotes()) == quotes


async def test_a_stranger_hears_nothing(book: tuple[Counter, list[str], str]) -> None:
    counter, _, _ = book
    quotes = len(await counter.box.pay.quotes())
    await counter.box.telegram.write(STRANGER, STRANGER, "/converts")
    await counter.box.telegram.write(STRANGER, STRANGER, "/convert 100 USDT BTC")
    await counter.ask("/converts", person=OPERATOR)
    heard = [one.text for one in await counter.box.telegram.messages(STRANGER) if one.sender.get("is_bot")]
    assert not any("USDT" in text for text in heard)
    assert len(await counter.box.pay.quotes()) == quotes
