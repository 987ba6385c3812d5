"""/reprice on the sandbox, in both languages: a rule by buttons and by words, its dry run, arming, following, stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.ad_window import BUYING, LANGUAGES, AdWindow, labels, looking, open_window
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OWNER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = "rank 1 floor 7.15 ceiling 7.30 every 10"
NO = {"en": "Nothing was", "zh": "未"}
SAID = {
    "dry": {"en": "Price rule, dry run", "zh": "调价规则，试运行"},
    "armed": {"en": "Price rule, armed", "zh": "调价规则，已启用"},
    "question": {"en": "Let the rule set the price?", "zh": "让规则自动调价？"},
    "would": {"en": "Dry run: would set 7.22", "zh": "试运行：会调到 7.22"},
    "stopped": {"en": "Price rule stopped", "zh": "调价规则已停止"},
    "record": {"en": "A rule sets a price now", "zh": "规则开始自动调价"},
    "outside": {"en": "Price outside its bounds", "zh": "价格在范围之外"},
    "gone": {"en": "This rule is no more", "zh": "该规则已不存在"},
    "list": {"en": "Price rules", "zh": "调价规则 ·"},
    "new": {"en": "New price rule", "zh": "新调价规则"},
    "bounds": {"en": "Lowest and highest price?", "zh": "最低价和最高价？"},
    "change": {"en": "What should be different?", "zh": "要改什么？"},
    "frozen": {"en": "the desk is frozen", "zh": "工作台已冻结"},
    "edited": {"en": "somebody else set the price", "zh": "价格被他人改动"},
    "arm": {"en": "Arm for 1 h…", "zh": "启用 1 小时…"},
    "yes": {"en": "Arm it for 1 h", "zh": "启用 1 小时"},
    "stop": {"en": "Stop now", "zh": "立即停止"},
    "by hand": {"en": "stopped by hand", "zh": "人工停止"},
    "rank 2": {"en": "Rank 2", "zh": "第 2 名"},
    "change it": {"en": "Change…", "zh": "修改…"},
    "delete": {"en": "Delete rule", "zh": "删除规则"},
    "meant": {"en": "I mean these", "zh": "就是这个范围"},
    "aim": {"en": "Follow rank 2", "zh": "跟第 2 名"},
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("rules")) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module", params=LANGUAGES)
async def window(opened: Shop, request: pytest.FixtureRequest) -> AsyncIterator[AdWindow]:
    async with looking(opened, request.param) as window:
        await market(window, "7.22", "7.23", "7.24")
        yield window
        await window.shop.say("/unfreeze", person=OWNER, contains="")


@pytest_asyncio.fixture(loop_scope="module")
async def english(opened: Shop) -> AsyncIterator[AdWindow]:
    """For what only takes time in another language."""
    async with looking(opened) as window:
        await market(window, "7.22", "7.23", "7.24")
        yield window


async def market(window: AdWindow, *prices: str, side: str = "sell") -> None:
    """The others from now on."""
    await window.ads.clear_rivals()
    for price in prices:
        await window.ads.add_rival(side, price=price, amount="2000")


def said(window: AdWindow, name: str) -> str:
    return SAID[name][window.language]


async def rule(window: AdWindow, words: str = WORDS, **facts: object) -> tuple[str, Message]:
    """An ad of ours at 7.25 with a rule in dry run; its number and the rule's card."""
    ad_id = await window.begin(**({"price": "7.25"} | facts))  # type: ignore[arg-type]
    card = await window.say(f"/reprice {ad_id} {words}", said(window, "dry"))
    return ad_id, card


async def armed(window: AdWindow, words: str = WORDS) -> tuple[str, Message]:
    ad_id, card = await rule(window, words)
    await window.press(card, said(window, "arm"))
    card = await window.shows(card, said(window, "question"), "7.15", "7.30")
    await window.considered()
    await window.press(card, said(window, "yes"))
    return ad_id, await window.shows(card, said(window, "armed"))


async def priced(window: AdWindow, ad_id: str, price: str) -> None:
    await window.ads.wait_for_ad(ad_id, lambda ad: Decimal(ad.price) == Decimal(price), f"the price {price}", 20)


async def test_a_dry_run_says_what_it_would_do_and_sends_nothing(window: AdWindow) -> None:
    _, card = await rule(window)
    told = await window.hears(said(window, "would"))
    assert len(labels(told)) == 1
    await window.shows(card, "7.22")
    await window.untouched()


async def test_an_armed_rule_follows_the_market_within_its_bounds_until_it_is_stopped(window: AdWindow) -> None:
    group = await window.shop.newest(DESK_GROUP)
    ad_id, card = await armed(window)
    await priced(window, ad_id, "7.22")
    await window.record("🎯", group)
    await market(window, "7.19", "7.20", "7.21")
    await priced(window, ad_id, "7.19")
    await market(window, "7.05", "7.18", "7.19")
    await priced(window, ad_id, "7.15")
    posts = await window.sent()
    assert {post.id for post in posts} == {ad_id} and len(posts) == 3
    card = await window.shows(card, "7.15", button=said(window, "stop"))
    await window.press(card, said(window, "stop"))
    await window.shows(card, said(window, "dry"), said(window, "by hand"))
    await market(window, "7.28", "7.29")
    await window.shows(card, "7.28")
    assert len(await window.sent()) == 3


async def test_traps_are_not_followed_and_our_own_ads_neither(english: AdWindow) -> None:
    other = await english.ads.publish_from_app("sell", price="7.16", amount="1000", min_amount="10", max_amount="500")
    english.made.append(other)
    ad_id, _ = await armed(english)
    await priced(english, ad_id, "7.22")
    await english.ads.trap("sell")
    await market_moves(english)
    assert Decimal((await english.ads.ad(ad_id)).price) == Decimal("7.22")


async def market_moves(window: AdWindow) -> None:
    """Long enough for three looks of a rule."""
    await asyncio.sleep(35 / window.shop.speed)


async def test_a_colleague_who_sets_the_price_in_the_app_stops_the_rule(english: AdWindow) -> None:
    ad_id, card = await armed(english)
    await priced(english, ad_id, "7.22")
    await market_moves(english)
    await english.ads.edit_from_app(ad_id, price="7.27")
    await english.hears(said(english, "stopped"))
    await english.shows(card, said(english, "dry"), said(english, "edited"))
    assert Decimal((await english.ads.ad(ad_id)).price) == Decimal("7.27")


async def test_a_frozen_desk_stops_the_rule(window: AdWindow) -> None:
    ad_id, card = await armed(window)
    await priced(window, ad_id, "7.22")
    await window.say("/freeze")
    await window.shows(card, said(window, "dry"), said(window, "frozen"))
    await market(window, "7.20")
    await market_moves(window)
    assert Decimal((await window.ads.ad(ad_id)).price) == Decimal("7.22")


async def test_a_rule_is_made_by_buttons_and_changed_by_a_reply(window: AdWindow) -> None:
    ad_id = await window.begin(price="7.25")
    menu = await window.say(f"/reprice {ad_id}", said(window, "new"))
    before = await window.shop.newest(window.person)
    await window.press(menu, said(window, "rank 2"))
    question = await window.hears(said(window, "bounds"), after=before)
    assert question.asks_reply
    card = await window.answer(question, "7.15 7.30", said(window, "dry"))
    assert said(window, "aim") in card.text
    before = await window.shop.newest(window.person)
    await window.press(card, said(window, "change it"))
    question = await window.hears(said(window, "change"), after=before)
    again = await window.answer(question, "floor 7.10 every 30", said(window, "dry"))
    assert "7.10" in again.text and "30" in again.text
    await window.shows(card, said(window, "gone"))
    assert ad_id[-4:] in (await window.say("/reprice", said(window, "list"))).text
    await window.press(again, said(window, "delete"))
    await window.shows(again, said(window, "gone"))
    await window.untouched()


async def test_bounds_beside_our_price_are_asked_about(window: AdWindow) -> None:
    ad_id = await window.begin(price="7.25")
    card = await window.say(f"/reprice {ad_id} rank 1 floor 7.26 ceiling 7.30", said(window, "outside"))
    await window.press(card, said(window, "meant"))
    await window.shows(card, said(window, "dry"))
    await window.untouched()


@pytest.mark.parametrize(
    "words",
    ["rank 0 floor 7.1 ceiling 7.3", "rank 1 floor 7.3 ceiling 7.1", "rank 1 floor 7.1 ceiling 7.3 every 5",
     "undercut -1 floor 7.1 ceiling 7.3", "rank 1 floor 7.12345 ceiling 7.3", "rank 1", "rank", "🙈 1"],
)  # fmt: skip
async def test_a_wish_that_cannot_be_is_a_sentence(window: AdWindow, words: str) -> None:
    ad_id = await window.begin(price="7.25")
    told = await window.say(
        f"/reprice {ad_id} {words}", "/reprice 2130000011" if words == "rank" else NO[window.language]
    )
    assert told.labels == []
    await window.untouched()


async def test_a_foreign_closed_or_floating_ad_gets_no_rule(window: AdWindow) -> None:
    ad_id = await window.begin(price="7.25", rate_fixed=0, rate_ref_id=1, rate_offset="0.5", float_trend=0)
    for number in (ad_id, "2130999999", BUYING + "9"):
        told = await window.say(f"/reprice {number} {WORDS}", NO[window.language])
        assert told.labels == []
    assert (await window.say("/reprice x y", "/reprice 2130000011")).labels == []
    await window.untouched()


async def test_an_operator_sees_the_rules_and_makes_none(opened: Shop) -> None:
    async with looking(opened) as window:
        ad_id, _ = await rule(window)
        await opened.say("/language en", person=OPERATOR, contains="")
        listed = await opened.say("/reprice", person=OPERATOR, contains="Price rules")
        assert ad_id[-4:] in listed.text
        for words in (f"/reprice {ad_id} rank 2", f"/reprice {ad_id} {WORDS}"):
            await opened.say(words, person=OPERATOR, contains="may not do this")
        await window.untouched()
