"""A new ad from the phone on the sandbox, in both languages: every question, what cannot be an answer, the summary."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.ad_forms import Step
from tests.journeys.ad_maker import Maker
from tests.journeys.ad_window import LANGUAGES, looking, open_window, whole
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ad_form"), speed=20.0) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module", params=LANGUAGES)
async def maker(opened: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Maker]:
    async with looking(opened, request.param) as window:
        maker = Maker(window)
        await window.say(f"/language {window.language}")
        await window.remember()
        yield maker
        await maker.made()
        await maker.drop()


async def test_an_ad_is_made_of_nothing_and_its_number_is_told(maker: Maker) -> None:
    before = await maker.window.shop.newest(DESK_GROUP)
    card = await maker.summary({Step.METHODS: "ICBC ··8821, Alipay ··alid", Step.AUTO_REPLY: "hello"})
    for text in ("USDT/CNY", "7.20 CNY", "1,000 USDT", "100–5,000 CNY", "ICBC ··8821", "own-name accounts only"):
        assert text in card.text, text
    assert await maker.window.sent() == []
    await maker.publish(card)
    card = await maker.becomes(card, "published")
    (post,) = await maker.window.sent()
    (ad_id,) = await maker.made()
    assert f"··{ad_id[-4:]}" in card.text
    assert post.body["type"] == "0" and post.body["unitPrice"] == "7.2" and post.body["number"] == "1000"
    ad = await maker.window.ads.ad(ad_id)
    assert (ad.status, ad.price, ad.raw["trade_tips"]) == ("OPEN", "7.2", "own-name accounts only")
    assert ad.raw["limit_basis"] == 1 and (ad.raw["fiat_min_amount"], ad.raw["fiat_max_amount"]) == ("100", "5000")
    assert ad.raw["auto_reply"] == "hello" and ad.raw["min_completed_limit"] == -1 and ad.raw["expire_min"] == 15
    seen = await maker.official(ad_id)
    assert (seen.type, seen.rate, seen.amount, seen.trade_tips) == ("sell", "7.2", "1000", "own-name accounts only")
    told = await maker.window.record(ad_id, before)
    assert "7.20" in told.text and "1,000" in told.text
    assert await maker.form() is None


async def test_a_purchase_at_a_floating_price_with_demands(maker: Maker) -> None:
    given = {
        Step.SIDE: "buy", Step.PRICING: "gate", Step.OFFSET: "-0.3", Step.PRICE: "7.1", Step.BASIS: "coins",
        Step.LIMITS: "10-500", Step.METHODS: "Alipay", Step.VERIFIED: "1", Step.REGISTERED: "30",
        Step.LEAST_DONE: "5", Step.MOST_DONE: "900", Step.RATE: "95", Step.OPEN_ORDERS: "2", Step.TIER: "1",
        Step.TRADERS: "yes", Step.WINDOW: "30", Step.TERMS: "",
    }  # fmt: skip
    card = await maker.summary(given)
    await maker.publish(card)
    await maker.becomes(card, "published")
    (ad_id,) = await maker.made()
    raw = (await maker.window.ads.ad(ad_id)).raw
    assert (raw["side"], raw["rate_fixed"], raw["rate_ref_id"], raw["rate_offset"], raw["float_trend"]) == (
        "buy", 0, 2, "0.3", 1,
    )  # fmt: skip
    wanted = {"verified_limit": 1, "reg_time_limit": 30, "min_completed_limit": 5, "max_completed_limit": 900,
              "completed_rate_limit": 95, "user_orders_limit": 2, "tier_limit": 1, "advertisers_limit": 1,
              "polymarket_limit": 0, "user_country_limit": -1, "expire_min": 30}  # fmt: skip
    assert {name: raw[name] for name in wanted} == wanted and raw["pay_type_json"] == "{}"


async def test_what_cannot_be_an_answer_is_asked_again_and_nothing_is_lost(maker: Maker) -> None:
    said = {"en": ("not above 0", "decimals", "no amount"), "zh": ("大于 0", "小数", "不是有效金额")}[
        maker.window.language
    ]
    await maker.fill(Step.PRICE)
    for typed, why in (("0", said[0]), ("-7.2", said[0]), ("7.123456", said[1]), ("cheap", said[2])):
        form = await maker.open()
        again = await maker.write(typed, why, to=await maker.asked(form))
        assert again.asks_reply and (await maker.open()) == form, typed
    await maker.fill(Step.LIMITS)
    for typed in ("5000-100", "100-999999", "100", "1-2-3", "0-5"):
        form = await maker.open()
        again = await maker.write(typed, to=await maker.asked(form))
        await maker.asked(form)
        assert (await maker.open()) == form, typed
    await maker.fill(Step.WINDOW)
    for typed in ("0", "1441", "soon"):
        form = await maker.open()
        await maker.write(typed, to=await maker.asked(form))
        assert (await maker.open()).step is Step.WINDOW, typed
    await maker.fill(Step.TERMS)
    await maker.write("x" * 1001, "1001", to=await maker.asked(await maker.open()))
    form = await maker.open()
    assert form.step is Step.TERMS and form.answer(Step.LIMITS) == "100~5000"
    await maker.window.untouched()


async def test_unknown_pairs_and_methods_are_refused_with_an_example(maker: Maker) -> None:
    form = await maker.fill(Step.PAIR)
    card = await maker.with_button(f"ns:{form.id}:pair:")
    number = await maker.window.box.telegram.reply(maker.person, maker.person, card, "USDT 人民币")
    again = await maker.window.hears("USDT CNY", number)
    number = await maker.window.box.telegram.reply(maker.person, maker.person, again, "usdt usd")
    form = await maker.stands_at(Step.PRICING)
    assert form.answer(Step.PAIR) == "USDT/USD"
    form = await maker.fill(Step.METHODS, {Step.PRICE: "1", Step.LIMITS: "10-500"})
    card = await maker.with_button(f"ns:{form.id}:methods:")
    assert not any("Alipay" in label for label in whole(card).splitlines()), "of that currency only"
    number = await maker.window.box.telegram.reply(maker.person, maker.person, card, "paypal")
    await maker.window.hears("paypal", number)
    assert (await maker.open()).step is Step.METHODS
    await maker.tap(f"ns:{form.id}:methods:")
    await maker.tap(f"ns:{form.id}:methods:done")
    card = await maker.summary()
    assert {"en": "does not watch", "zh": "不监控"}[maker.window.language] in card.text


async def test_a_price_far_from_the_market_is_meant_before_it_is_confirmed(maker: Maker) -> None:
    await maker.fill(given={Step.PRICE: "7.9"})
    card = await maker.with_button("nm:")
    assert "🔴" in card.text and "ny:" not in str([one.data for row in card.buttons for one in row])
    await maker.window.press(card, maker.window.label("meant"))
    card = await maker.with_button("ny:")
    await maker.publish(card)
    await maker.becomes(card, "published")
    assert [ad.price for ad in [await maker.window.ads.ad((await maker.made())[0])]] == ["7.9"]


async def test_a_line_is_changed_from_the_summary_and_one_steps_back(maker: Maker) -> None:
    card = await maker.summary()
    form = await maker.open()
    await maker.tap(f"nc:{form.id}")
    await maker.tap(f"ne:{form.id}:amount")
    await maker.stands_at(Step.AMOUNT)
    await maker.write("2000", to=await maker.asked(await maker.open()))
    form = await maker.stands_at(Step.CONFIRM)
    card = await maker.with_button("ny:", after=card.id)
    assert "2,000 USDT" in card.text
    await maker.tap(f"nb:{form.id}")
    await maker.stands_at(Step.AUTO_REPLY)
    await maker.tap(f"nb:{form.id}")
    await maker.stands_at(Step.TERMS)
    await maker.tap(f"nw:{form.id}:terms")
    await maker.stands_at(Step.CONFIRM)
    await maker.window.untouched()


async def test_a_form_waits_is_gone_on_with_and_dropped(maker: Maker) -> None:
    form = await maker.fill(Step.AMOUNT)
    card = await maker.window.say("/ads new", maker.title("parked"))
    await maker.tap(f"ng:{form.id}")
    assert await maker.asked(form)
    card = await maker.window.say("/ads new", maker.title("parked"))
    await maker.tap(f"nx:{form.id}")
    await maker.window.shows(card, maker.title("dropped"))
    assert await maker.form() is None
    late = await maker.write("1000", "/ads new", to=await maker.asked(form))
    assert late.text and await maker.form() is None
    await maker.window.untouched()


async def test_an_old_ad_is_published_again_with_one_line_changed(maker: Maker) -> None:
    old = await maker.window.begin()
    await maker.window.card(old)
    await maker.tap(f"nl:{old}")
    form = await maker.stands_at(Step.CONFIRM)
    await maker.with_button("ny:")
    await maker.tap(f"nc:{form.id}")
    await maker.tap(f"ne:{form.id}:price")
    await maker.stands_at(Step.PRICE)
    await maker.write("7.22", to=await maker.asked(await maker.open()))
    await maker.stands_at(Step.CONFIRM)
    card = await maker.with_button("ny:")
    await maker.publish(card)
    await maker.becomes(card, "published")
    (ad_id,) = await maker.made()
    was, now = (await maker.window.ads.ad(old)).raw, (await maker.window.ads.ad(ad_id)).raw
    told = {"id", "price", "created_at", "fiat_min_amount", "fiat_max_amount", "team_payment_uid", "nick", "total"}
    differing = {name for name in was if str(was[name]) != str(now.get(name))} - told
    assert differing <= {"pay_type_json", "rate_ref_id"}, {name: (was[name], now[name]) for name in differing}
    assert now["price"] == "7.22"


async def test_below_a_lead_nobody_begins_one(maker: Maker) -> None:
    for person in (OPERATOR, VIEWER):
        await maker.window.box.telegram.start(person)
        await maker.window.say("/ads new", "role", person=person)
    await maker.window.untouched()
