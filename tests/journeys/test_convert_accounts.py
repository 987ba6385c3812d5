"""Sub-accounts: used and named when there is one, asked for when there are several, invisible when there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio

from tests.journeys.counter import (
    CONVERT,
    PEOPLE,
    Counter,
    as_it_was,
    close_counter,
    labels,
    moved,
    prepare,
    tail,
)
from tests.journeys.shop import open_desk
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, Json, Sandbox, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND = "2124538349", "2124538350"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ACCOUNT = {"en": f"sub-account {FIRST}", "zh": f"子账户 {FIRST}"}
CONVERTED = {"en": "✅ Converted", "zh": "✅ 闪兑完成"}
TITLE = {"en": "Convert", "zh": "闪兑"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        yield box


@asynccontextmanager
async def desk_with(box: Sandbox, folder: Path, **changes: str) -> AsyncIterator[Counter]:
    """The group speaks Chinese here."""
    changes |= {"quote_seconds": "120"}
    async with open_desk(box, folder, speed=8.0, language="zh", **changes) as shop:
        await prepare(shop)
        yield Counter(shop)
        await close_counter(Counter(shop))


@pytest_asyncio.fixture(loop_scope="module")
async def one(box: Sandbox, tmp_path: Path) -> AsyncIterator[Counter]:
    async with desk_with(box, tmp_path, gatepay_on_behalf_of=FIRST) as counter:
        yield counter


async def institution_calls(box: Sandbox, since: int) -> list[Json]:
    return [asked for asked in await box.pay.requests() if asked["n"] > since]


async def so_far(box: Sandbox) -> int:
    return max((asked["n"] for asked in await box.pay.requests()), default=0)


@LANGUAGES
async def test_one_sub_account_is_used_and_named_at_every_step(one: Counter, language: str) -> None:
    person, box = PEOPLE[language], one.box
    since = await so_far(box)
    card, quote = await one.preview("/convert 100 USDT BTC", person=person)
    assert card.text.split("\n")[0] == f"{TITLE[language]} · {ACCOUNT[language]}"
    before, own = await box.pay.balances(FIRST), await box.pay.balances()
    await one.take(card, person=person, language=language)
    done = await one.shows(card, CONVERTED[language], person=person)
    assert ACCOUNT[language] in "\n".join(done.text.split("\n")[:2])
    assert moved(before, await box.pay.balances(FIRST)) == {"USDT": Decimal(-100), "BTC": Decimal("0.00146373")}
    assert moved(own, await box.pay.balances()) == {}, "the own account is left alone"
    (sent,) = await one.posts(quote)
    assert sent["account"] == FIRST and FIRST not in str(sent["body"])
    lines = await one.journal(quote, FIRST)
    assert [line.outcome for line in lines] == ["sent", "taken", "done"]
    assert lines[0].facts["account"] == FIRST and lines[0].target == f"{FIRST}/{quote}"
    record = await box.telegram.wait_for_message(DESK_GROUP, contains="✅ 闪兑完成")
    assert f"子账户 {FIRST}" in record.text and "0.00146373 BTC" in record.text
    calls = await institution_calls(box, since)
    assert {asked["on_behalf_of"] for asked in calls} == {FIRST}
    assert all(asked["path"].startswith("/payment/open/institution/") for asked in calls)
    assert {"preview", "convert", "order", "balance"} <= {asked["endpoint"] for asked in calls}


async def test_a_lost_answer_and_a_lead_of_a_sub_account_name_it_too(one: Counter) -> None:
    no = await one.ask("/convert 2100 USDT BTC")
    await one.press(no, "Ask a lead")
    bell = await one.box.telegram.wait_for_message(LEAD, contains="2,100.00 USDT")
    assert FIRST in bell.text
    await one.box.pay.set_balance("USDT", "5000", FIRST)
    card, quote = await one.preview("/convert 7 USDT BTC")
    await one.box.pay.fault("convert", "act_and_drop")
    await one.take(card)
    unknown = await one.shows(card, "No answer from Gate")
    assert ACCOUNT["en"] in unknown.text
    record = await one.box.telegram.wait_for_message(DESK_GROUP, contains="❓")
    assert FIRST in record.text
    await one.box.pay.clear_faults()
    async with one.shop.desk.application.store.read() as tables:
        intent = await tables.intents.get((await one.stored(quote)).id)
    assert intent is not None and intent.arguments["account"] == FIRST


WHICH = {"en": "From which account?", "zh": "哪个账户"}


@LANGUAGES
async def test_of_two_sub_accounts_one_is_chosen_for_typed_words_and_for_buttons(
    box: Sandbox, tmp_path: Path, language: str
) -> None:
    person = PEOPLE[language]
    async with desk_with(box, tmp_path, gatepay_on_behalf_of=f"{FIRST},{SECOND}") as counter:
        quotes, since = len(await box.pay.quotes()), await so_far(box)
        asked = await counter.ask("/convert 100 USDT BTC", person=person)
        assert [FIRST in labels(asked)[0], SECOND in labels(asked)[1], len(labels(asked))] == [True, True, 2]
        assert "100.00 USDT" in asked.text and "BTC" in asked.text
        assert len(await box.pay.quotes()) == quotes, "no quote before the account is chosen"
        await counter.press(asked, SECOND, person=person)
        card = await counter.shows(asked, CONVERT[language], person=person)
        quote = await counter.newest_quote()
        assert SECOND in card.text.split("\n")[0] and tail(quote) in card.text
        await counter.take(card, person=person, language=language)
        done = await counter.shows(asked, CONVERTED[language], person=person)
        assert SECOND in done.text
        assert {one["on_behalf_of"] for one in await institution_calls(box, since)} == {SECOND}
        menu = await counter.ask("/convert", person=person)
        assert len(labels(menu)) == 2
        await counter.press(menu, FIRST, person=person)
        sells = await counter.shows(menu, "GT", person=person)
        assert FIRST in sells.text


async def test_the_own_account_stands_beside_only_when_switched_on_and_is_then_asked(
    box: Sandbox, tmp_path: Path
) -> None:
    async with desk_with(box, tmp_path, gatepay_on_behalf_of=FIRST, gatepay_own_convert="true") as counter:
        asked = await counter.ask("/convert 100 USDT BTC")
        assert labels(asked) == [f"sub-account {FIRST}", "own account"]
        await as_it_was(box)
        since = await so_far(box)
        await counter.press(asked, "own account")
        card = await counter.shows(asked, "Convert 100.00 USDT")
        assert card.text.split("\n")[0] == "Convert · own account"
        before, sub = await box.pay.balances(), await box.pay.balances(FIRST)
        await counter.take(card)
        await counter.shows(asked, "✅ Converted")
        assert moved(before, await box.pay.balances())["USDT"] == Decimal(-100)
        assert moved(sub, await box.pay.balances(FIRST)) == {}
        calls = await institution_calls(box, since)
        assert {one["on_behalf_of"] for one in calls} == {None}
        assert all(one["path"].startswith("/v1/pay/") for one in calls)


@LANGUAGES
async def test_without_sub_accounts_nothing_of_them_is_visible(box: Sandbox, tmp_path: Path, language: str) -> None:
    person = PEOPLE[language]
    async with desk_with(box, tmp_path) as counter:
        before = await counter.shop.newest(person)
        group = await counter.shop.newest(DESK_GROUP)
        since = await so_far(box)
        card, _ = await counter.preview("/convert 100 USDT BTC", person=person)
        await counter.take(card, person=person, language=language)
        await counter.shows(card, CONVERTED[language], person=person)
        for words in ("/convert", "/converts", "/help", "/start"):
            await counter.ask(words, person=person)
        seen = [one for one in await box.telegram.messages(person) if one.id > before]
        seen += [one for one in await box.telegram.messages(DESK_GROUP) if one.id > group]
        everything = "\n".join([*(one.text for one in seen), *(label for one in seen for label in labels(one))])
        for word in ("sub-account", "子账户", "nstitution", "机构", "2124538", "From which account", WHICH["zh"]):
            assert word not in everything, word
        assert {one["on_behalf_of"] for one in await institution_calls(box, since)} == {None}


FORGED = (
    "vw:{other}:USDT:BTC:sell:100",
    "v:{other}",
    "vs:{other}:0",
    "vf:{other}:USDT:BTC",
    "va:{other}:USDT:BTC:sell",
)


async def test_an_account_that_left_the_settings_is_refused_and_nothing_is_sent(box: Sandbox, tmp_path: Path) -> None:
    """The buttons were given by a desk with two accounts, the tap reaches one that has the first alone."""
    async with desk_with(box, tmp_path, gatepay_on_behalf_of=f"{FIRST},{SECOND}") as counter:
        asked = await counter.ask("/convert 100 USDT BTC")
        menu = await counter.ask("/convert")
        typed = asked.button(SECOND).data or ""
    async with open_desk(box, tmp_path, speed=8.0, language="en", gatepay_on_behalf_of=FIRST) as shop:
        counter = Counter(shop)
        since = await so_far(box)
        for card, data in ((asked, typed), (menu, menu.button(SECOND).data or "")):
            newest = await shop.newest(OPERATOR)
            said = await counter.forge(card, data)
            if not said:
                said = (await box.telegram.wait_for_message(OPERATOR, after=newest)).text
            assert SECOND in said and "no account in this desk's settings" in said and "/convert 100 USDT BTC" in said
        for data in FORGED:
            for account in (SECOND, "own"):
                said = await counter.forge(menu, data.format(other=account))
                assert "old" in said or "no account in this desk's settings" in said
        assert await institution_calls(box, since) == []
        assert await box.telegram.violations() == []
