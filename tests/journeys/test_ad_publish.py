"""What becomes of a new ad on the sandbox: refused by the filter, lost, found late, twice alike, across a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.ad_forms import Step
from bot.domain.intents import State
from tests.journeys.ad_maker import Maker
from tests.journeys.ad_window import FULL, LANGUAGES, AdWindow, looking, prepare
from tests.journeys.shop import Shop, open_desk
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OWNER, running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")
PUBLISH = "place_biz_push_order"
SPEED = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    folder = tmp_path_factory.mktemp("ad_publish")
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk(box, folder, speed=SPEED) as shop:
            await prepare(box)
            yield shop


@pytest_asyncio.fixture(loop_scope="module", params=LANGUAGES)
async def maker(opened: Shop, request: pytest.FixtureRequest) -> AsyncIterator[Maker]:
    async with looking(opened, request.param) as window:
        maker = Maker(window)
        await window.say(f"/language {window.language}")
        await window.remember()
        yield maker
        await window.box.gate.variants(new_ad_delay=0.0)
        await window.ads.rules(words=[])
        await window.box.gate.clear_faults()
        await maker.made()
        await maker.drop()


async def states(maker: Maker, form_id: str) -> list[State]:
    return [intent.state for _, intent in await maker.sendings(form_id)]


async def test_gates_filter_keeps_the_form_and_a_text_is_typed_again(maker: Maker) -> None:
    _, card = await maker.like(trade_tips="ask for my telegram @zhang3")
    form = await maker.open()
    await maker.publish(card)
    card = await maker.becomes(card, "refused", "risk control", "remove contact details", "70305102")
    assert "@zhang3" not in card.text and [post.acted for post in await maker.window.sent()] == [False]
    assert (await maker.open()).answer(Step.TERMS) == "ask for my telegram @zhang3"
    await maker.tap(f"ne:{form.id}:terms")
    await maker.stands_at(Step.TERMS)
    await maker.write("own accounts only", to=await maker.asked(await maker.open()))
    await maker.stands_at(Step.CONFIRM)
    card = await maker.of_form("ny:", form.id)
    await maker.publish(card)
    await maker.becomes(card, "published")
    (ad_id,) = await maker.made()
    assert (await maker.window.ads.ad(ad_id)).raw["trade_tips"] == "own accounts only"
    assert await states(maker, form.id) == [State.REFUSED, State.DONE]


async def test_gates_own_rules_are_quoted_and_the_line_is_corrected(maker: Maker) -> None:
    _, card = await maker.like(expire_min=25)
    form = await maker.open()
    await maker.publish(card)
    await maker.becomes(card, "refused", "Payment window must be one of")
    await maker.tap(f"nc:{form.id}")
    await maker.tap(f"ne:{form.id}:window")
    await maker.stands_at(Step.WINDOW)
    await maker.tap(f"ns:{form.id}:window:20")
    card = await maker.of_form("ny:", form.id)
    await maker.publish(card)
    await maker.becomes(card, "published")
    assert len(await maker.made()) == 1


async def test_a_lost_answer_is_found_in_the_list_and_nothing_is_sent_again(maker: Maker) -> None:
    before = await maker.window.shop.newest(DESK_GROUP)
    _, card = await maker.like()
    await maker.window.box.gate.variants(new_ad_delay=1.0)
    await maker.window.box.gate.fault(PUBLISH, "act_and_drop")
    form = await maker.open()
    await maker.publish(card)
    await maker.becomes(card, "unknown")
    await maker.window.record({"en": "No answer to a new ad", "zh": "新广告没有回应"}["en"], before)
    card = await maker.becomes(card, "published")
    (ad_id,) = await maker.made()
    assert f"··{ad_id[-4:]}" in card.text and len(await maker.window.sent()) == 1
    assert await states(maker, form.id) == [State.DONE]


async def test_a_lost_answer_without_an_ad_is_void_and_a_person_may_send_it_anew(maker: Maker) -> None:
    _, card = await maker.like()
    await maker.window.box.gate.fault(PUBLISH, "drop_before")
    form = await maker.open()
    await maker.publish(card)
    await maker.becomes(card, "unknown")
    card = await maker.becomes(card, "void", timeout=30)
    assert await maker.made() == [] and await states(maker, form.id) == [State.VOID]
    await maker.tap(f"ng:{form.id}", after=card.id - 1)
    card = await maker.of_form("ny:", form.id)
    await maker.publish(card)
    await maker.becomes(card, "published")
    assert len(await maker.made()) == 1 and await states(maker, form.id) == [State.VOID, State.DONE]


async def test_two_that_could_be_ours_are_a_leads_to_decide(maker: Maker) -> None:
    before = await maker.window.shop.newest(DESK_GROUP)
    _, card = await maker.like()
    await maker.window.box.gate.variants(new_ad_delay=60.0)
    await maker.publish(card)
    await maker.window.ads.wait_for_posts(maker.window.sent_before + 1)
    twin = await maker.window.ads.publish_from_app(**FULL)
    maker.window.made.append(twin)
    (ours,) = await maker.made()
    await maker.window.box.gate.variants(new_ad_delay=0.0)
    card = await maker.becomes(card, "doubt", f"··{ours[-4:]}", f"··{twin[-4:]}", ours, twin)
    await maker.window.record("Which of our ads is the new one?", before)
    form_id = next(one.data for row in card.buttons for one in row if one.data).split(":")[1]
    await maker.window.press(card, f"··{ours[-4:]}")
    await maker.becomes(card, "published", f"··{ours[-4:]}")
    assert [(one.ad_id, intent.state) for one, intent in await maker.sendings(form_id)] == [(ours, State.DONE)]


async def test_a_delayed_list_is_looked_at_until_it_shows_the_ad(maker: Maker) -> None:
    _, card = await maker.like()
    await maker.window.box.gate.variants(new_ad_delay=1.5)
    await maker.publish(card)
    await maker.window.shows(card, {"en": "Looking for it", "zh": "列表中查找"}[maker.window.language])
    await maker.becomes(card, "published")
    assert len(await maker.made()) == 1


async def test_two_leads_make_an_ad_each_at_the_same_time(opened: Shop) -> None:
    async with looking(opened, "en") as first, looking(opened, "zh") as second:
        makers = [Maker(first), Maker(second)]
        await first.remember()
        second.sent_before = first.sent_before
        cards = []
        for price, maker in zip(("7.21", "7.22"), makers, strict=True):
            await maker.window.say(f"/language {maker.window.language}")
            cards.append((await maker.like(price=price))[1])
        first.sent_before = len(await first.ads.posts())
        for maker, card in zip(makers, cards, strict=True):
            await maker.publish(card)
        for maker, card in zip(makers, cards, strict=True):
            await maker.becomes(card, "published")
        assert len(await makers[0].made()) == 2
        assert {LEAD, OWNER} == {maker.person for maker in makers}


async def test_a_desk_that_starts_again_goes_on_with_forms_and_finds_what_it_sent(tmp_path: Path) -> None:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        async with open_desk(box, tmp_path, speed=SPEED) as shop:
            await prepare(box)
            maker = Maker(AdWindow(shop))
            await maker.window.remember()
            form = await maker.fill(Step.LIMITS)
            question = await maker.asked(form)
        async with open_desk(box, tmp_path, speed=SPEED) as shop:
            maker.window.shop = shop
            assert await maker.open() == form
            await maker.write("100-5000", to=question)
            await maker.stands_at(Step.METHODS)
            card = await maker.summary()
            await box.gate.variants(new_ad_delay=3.0)
            await box.gate.fault(PUBLISH, "act_and_drop")
            await maker.publish(card)
            await maker.becomes(card, "unknown")
        async with open_desk(box, tmp_path, speed=SPEED) as shop:
            maker.window.shop = shop
            await maker.becomes(card, "published", timeout=20)
            assert len(await maker.made()) == len(await maker.window.sent()) == 1
            assert await states(maker, form.id) == [State.DONE]
