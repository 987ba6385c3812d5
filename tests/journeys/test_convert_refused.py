"""Gate Pay says no, or fails, or answers with numbers nobody knows: said as it is, and never tried again by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from bot.domain.intents import Action
from tests.journeys.counter import (
    CONVERT,
    NEW_QUOTE,
    PEOPLE,
    Counter,
    close_counter,
    labels,
    moved,
    open_counter,
    tail,
)
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
REFUSED = {"en": "❌ Gate refused: ", "zh": "❌ 平台拒绝："}
CHANGE = {"en": "against last quote", "zh": "比上次报价"}
CONVERTED = {"en": "✅ Converted", "zh": "✅ 闪兑完成"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path_factory.mktemp("counter")) as counter:
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


@LANGUAGES
async def test_a_moved_rate_gives_a_fresh_quote_in_the_same_message_and_waits_for_a_tap(
    counter: Counter, language: str
) -> None:
    person, pay = PEOPLE[language], counter.box.pay
    card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
    before = await pay.balances()
    await pay.expire_quotes()
    await pay.move_rate("BTC", "2")
    await counter.take(card, person=person, language=language)
    fresh = await counter.shows(card, REFUSED[language], person=person)
    new = await counter.newest_quote()
    assert new != quote and tail(new) in fresh.text and tail(quote) not in fresh.text
    assert "400622" in fresh.text and "rate moved" in fresh.text, "Gate's own words"
    assert CHANGE[language] in fresh.text and "1.96%" in fresh.text
    assert fresh.button(CONVERT[language]).data != card.button(CONVERT[language]).data
    await asyncio.sleep(0.5)
    assert [len(await counter.posts(one)) for one in (quote, new)] == [1, 0], "nothing is sent without a new tap"
    assert await counter.executions(quote) == 0 and moved(before, await pay.balances()) == {}
    assert await counter.state(quote) == "refused"
    refused = await counter.journalled(quote, "convert", "refused")
    assert refused.facts["answer"].startswith("400622")
    await counter.take(fresh, person=person, language=language)
    await counter.shows(card, CONVERTED[language], person=person)
    assert [len(await counter.posts(one)) for one in (quote, new)] == [1, 1]
    assert await counter.executions(new) == 1


NOES = {
    "400611": ("insufficient balance", "insufficient balance"),
    "5503001": ("", "refused"),
    "7777777": ("Totally new reason", "Totally new reason"),
    "550018": ("", "risk control"),
}


@pytest.mark.parametrize("code", NOES)
async def test_every_other_no_is_shown_with_its_code_and_words_over_a_fresh_quote(counter: Counter, code: str) -> None:
    words, shown = NOES[code]
    card, quote = await counter.preview("/convert 100 USDT BTC")
    if code == "400611":
        await counter.box.pay.set_balance("USDT", "5")
    else:
        await counter.box.pay.refuse("convert", code, words or shown)
    await counter.take(card)
    fresh = await counter.shows(card, "against last quote")
    assert "Gate refused" in fresh.text and code in fresh.text and shown in fresh.text
    assert labels(fresh)[-1] == "Convert 100.00 USDT"
    await asyncio.sleep(0.3)
    new = await counter.newest_quote()
    assert [len(await counter.posts(one)) for one in (quote, new)] == [1, 0]
    assert await counter.executions(quote) == 0 and await counter.state(quote) == "refused"
    assert (await counter.journalled(quote, "convert", "refused")).facts["answer"].startswith(f"{code}: ")
    await counter.press(fresh, "⬅ Back")
    await counter.shows(card, "Quote ended")


async def test_when_no_fresh_quote_can_be_had_the_card_keeps_the_refusal_and_offers_one(counter: Counter) -> None:
    card, quote = await counter.preview("/convert 100 USDT BTC")
    await counter.box.pay.expire_quotes()
    await counter.box.pay.fault("preview", "error_500", times=-1)
    await counter.take(card)
    refused = await counter.shows(card, "❌ Gate refused")
    assert "400622" in refused.text and "Nothing was converted." in refused.text
    assert labels(refused) == ["New quote"]
    await counter.press(refused, "New quote")
    said = await counter.box.telegram.wait_for_message(OPERATOR, after=card, contains="try again")
    assert "nothing happened" in said.text
    await counter.box.pay.clear_faults()
    await counter.press(refused, "New quote")
    fresh = await counter.shows(card, "against last quote")
    assert labels(fresh)[-1] == "Convert 100.00 USDT"
    assert len(await counter.posts(quote)) == 1
    await counter.press(fresh, "⬅ Back")


@LANGUAGES
async def test_status_6_is_said_everywhere_and_frees_the_limit(counter: Counter, language: str) -> None:
    person, pay = PEOPLE[language], counter.box.pay
    await pay.variants(ends_as=6)
    before, used = await pay.balances(), await used_today(counter, person)
    card, quote = await counter.preview("/convert 1500 USDT BTC", person=person)
    await counter.take(card, person=person, language=language)
    await counter.reaches(quote, "refused")
    failed = await counter.shows(card, NEW_QUOTE[language], person=person)
    words = {"en": ("Failed at Gate", "status 6", "Gate tells no reason."), "zh": ("平台执行失败", "6", "平台没有说明")}
    for one in words[language]:
        assert one in failed.text, failed.text
    order = (await counter.stored(quote)).order_id
    assert tail(order) in failed.text and labels(failed) == [NEW_QUOTE[language]]
    record = await counter.record(tail(order))
    assert "❌ A conversion failed at Gate" in record.text and "status 6" in record.text
    assert (await counter.journalled(quote, "convert", "refused")).facts["status"] == "6"
    assert moved(before, await pay.balances()) == {}
    assert await used_today(counter, person) == used, "what failed does not count"
    await counter.press(failed, NEW_QUOTE[language], person=person)
    fresh = await counter.shows(card, CONVERT[language], person=person)
    assert "❌" not in fresh.text, "an order that failed is no refusal of this quote"


async def used_today(counter: Counter, person: int) -> Decimal:
    async with counter.shop.desk.application.store.read() as tables:
        return await tables.intents.used_since(person, Action.CONVERT, 0)


@pytest.mark.parametrize("number", [2, 7])
@LANGUAGES
async def test_a_number_nobody_knows_is_kept_and_shown_and_is_no_end(
    counter: Counter, language: str, number: int
) -> None:
    person, pay = PEOPLE[language], counter.box.pay
    await pay.variants(ends_as=number)
    card, quote = await counter.preview("/convert 20 USDT BTC", person=person)
    await counter.take(card, person=person, language=language)
    shown = {"en": f"status {number}", "zh": f"状态 {number}"}
    looking = await counter.shows(card, shown[language], person=person)
    assert labels(looking) == [{"en": "Look now", "zh": "立即查询"}[language]]
    assert await counter.state(quote) == "taken"
    looks = await pay.calls("order")
    await counter.press(looking, labels(looking)[0], person=person)
    assert await pay.calls("order") > looks and await counter.state(quote) == "taken"
    assert [line.outcome for line in await counter.journal(quote)] == ["sent", "taken"]
    await pay.set_order_status((await counter.stored(quote)).order_id, 3)
    await counter.press(looking, labels(looking)[0], person=person)
    await counter.shows(card, CONVERTED[language], person=person)
    assert await counter.executions(quote) == 1 == len(await counter.posts(quote))


async def test_other_amounts_than_quoted_are_named_on_the_card(counter: Counter) -> None:
    await counter.box.pay.variants(slip="1")
    card, quote = await counter.preview("/convert 100 USDT BTC")
    await counter.take(card)
    done = await counter.shows(card, "✅ Converted")
    assert "🔴 Not the amounts of the quote:" in done.text and "100.00 USDT → 0.00146373 BTC" in done.text
    assert "Got 0.00144909 BTC" in done.text
    assert "executed" in (await counter.journalled(quote, "convert", "done")).facts


async def test_a_double_tap_and_a_stolen_tap_send_one_request(counter: Counter) -> None:
    card, quote = await counter.preview("/convert 10 USDT BTC")
    seal = card.button("Convert ").data or ""
    await counter.considered()
    menu = await counter.ask("/convert", person=OPERATOR_2)
    lead_menu = await counter.ask("/convert", person=LEAD)
    assert await counter.forge(menu, seal, person=OPERATOR_2) != ""
    assert await counter.forge(lead_menu, seal, person=LEAD) != ""
    assert await counter.posts(quote) == []
    telegram = counter.box.telegram
    taps = [await telegram.tap(OPERATOR, OPERATOR, card.id, data=seal, forged=True) for _ in range(5)]
    assert all([(await telegram.answer_to(tap)).answered for tap in taps])
    await counter.shows(card, "✅ Converted")
    await counter.forge(card, seal)
    assert len(await counter.posts(quote)) == 1 == await counter.executions(quote)


async def test_a_frozen_desk_gives_no_quote_and_executes_none(counter: Counter) -> None:
    card, quote = await counter.preview("/convert 10 USDT BTC")
    await counter.box.telegram.start(OWNER)
    await counter.ask("/freeze", person=OWNER)
    asked = await counter.box.pay.calls("preview")
    await counter.take(card)
    no = await counter.ask("/convert 11 USDT BTC")
    assert no.buttons == () and "frozen" in no.text.lower()
    await asyncio.sleep(0.3)
    assert await counter.posts(quote) == []
    assert await counter.state(quote) == ""
    await counter.ask("/unfreeze", person=OWNER)
    card, quote = await counter.preview("/convert 12 USDT BTC")
    assert await counter.box.pay.calls("preview") >= asked
    await counter.take(card)
    await counter.shows(card, "✅ Converted")
