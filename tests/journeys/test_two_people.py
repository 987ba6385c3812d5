"""Two people above an amount, and a shop of one: what each of them sees and presses, in both languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.domain.staff import Role
from bot.flows import own_settings, people
from bot.texts import texts_for
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, OWNER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class TwoPeople:
    """A shop where more than 500 needs two, spoken of in one language."""

    shop: Shop
    language: str

    def words(self, text: str, **facts: str) -> str:
        return texts_for(self.language)(text, **facts)

    async def first_yes(self, order: str) -> None:
        await self.shop.tap(order, self.words("Release…"))
        await self.shop.confirm(order, self.words("I saw it: ask a second person"))

    async def second_yes(self, order: str, label: str, person: int = LEAD) -> str:
        await self.shop.tap(order, self.words("Check it…"), person=person)
        return await self.shop.confirm(order, label, person=person)

    async def card(self, order: str, text: str, *, person: int = OPERATOR, button: str | None = None) -> Message:
        shown = None if button is None else self.words(button)
        return await self.shop.card(order, self.words(text), person=person, button=shown, timeout=15)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["en", "zh"])
async def opened_two(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[TwoPeople]:
    folder = tmp_path_factory.mktemp("two")
    language: str = request.param
    async with open_shop(
        folder, speed=5.0, language=language, desk_two_people_above="500", solo_release="delay", solo_stop_seconds="30",
        solo_daily_cap="2500",
    ) as shop:  # fmt: skip
        yield TwoPeople(shop, language)


@pytest_asyncio.fixture(loop_scope="module")
async def two(opened_two: TwoPeople) -> AsyncIterator[TwoPeople]:
    yield opened_two
    await tidy(opened_two.shop.box)


async def test_a_lead_adds_the_second_yes_and_both_are_named(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("901.00")
    await shop.card(order, button=two.words("Release…"))
    await two.first_yes(order)
    mine = await two.card(order, "Second person needed", button="Take back")
    assert two.words("Check it…") not in str(mine.labels)
    bell = await two.card(order, "Second person needed", person=LEAD, button="Check it…")
    assert not bell.silent
    assert "Operator 1" in bell.text and "张三丰" in bell.text
    assert "6,487.20 CNY" in bell.text
    assert await shop.posts(order) == []
    record = await shop.record(order, two.words("Second person needed"))
    assert record.silent and "张三丰" not in record.text
    await two.second_yes(order, two.words("I saw it too: release {coins}", coins="901.00 USDT"))
    done = await shop.card(order, "901.00 USDT", button=two.words("Chat"))
    done = await shop.card(order, two.words("approved first by {who}", who="Operator 1"))
    assert "Lead" in done.text
    assert len(await shop.posts(order)) == 1
    first = await shop.journalled(order, "release", "first_approval")
    second = await shop.journalled(order, "release", "sent")
    assert (first.actor, second.actor, second.facts["choice_first"]) == (OPERATOR, LEAD, str(OPERATOR))


async def test_up_to_the_amount_a_release_stays_three_taps_of_one_person(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("500.00")
    await shop.tap(order, two.words("Release…"))
    await shop.confirm(order, two.words("I saw it: release {coins}", coins="500.00 USDT"))
    await shop.journalled(order, "release", "done")
    assert len(await shop.posts(order)) == 1


async def test_a_first_yes_is_taken_back_and_the_others_buttons_go(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("902.00")
    await two.first_yes(order)
    await two.card(order, "Second person needed", person=LEAD, button="Check it…")
    await shop.tap(order, two.words("Take back"))
    await shop.card(order, button=two.words("Release…"))
    await shop.gone(order, two.words("Check it…"), person=LEAD)
    await shop.journalled(order, "approval_end", "taken_back")
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_a_no_with_another_name_stops_the_release_and_is_told(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("903.00")
    await two.first_yes(order)
    await shop.tap(order, two.words("No…"), person=LEAD)
    await shop.tap(order, two.words("Name differs"), contains=two.words("Why not?"), person=LEAD)
    told = await two.card(order, "the second sees another name")
    assert "Lead" in told.text and not told.silent
    await two.card(order, "Stopped: another bank name")
    await shop.prompted(order, two.words("Who paid?"), "钱七八", person=LEAD)
    await shop.card(order, two.words("Bank shows: {name}", name="钱七八"))
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_an_order_that_changes_ends_the_first_yes(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("904.00")
    await two.first_yes(order)
    await two.card(order, "Second person needed", person=LEAD, button="Check it…")
    await shop.box.gate.act(order, "appeal")
    await two.card(order, "the order has changed")
    await shop.gone(order, two.words("Check it…"), person=LEAD)
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_the_queue_says_what_waits_for_a_second_person(two: TwoPeople) -> None:
    shop = two.shop
    order = await shop.sale("905.00")
    await two.first_yes(order)
    await two.card(order, "Second person needed", person=LEAD, button="Check it…")
    line = two.words("{order} second person: {total}", order=order[-4:], total="6,516.00 CNY")
    await shop.say("/orders", contains=line)
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_a_shop_of_one_arms_stops_and_sends(two: TwoPeople) -> None:
    shop = two.shop
    desk = shop.desk.application.desk
    for person in (LEAD, OPERATOR, OPERATOR_2):
        await people.change_role(desk, OWNER, person, Role.AGENT)
    await own_settings.set_language(desk, OWNER, two.language)
    order = await shop.sale("906.00")
    await shop.card(order)
    await _arm(two, order)
    await shop.tap(order, two.words("Stop"), person=OWNER)
    await shop.card(order, button=two.words("Release…"), person=OWNER)
    assert (await shop.journalled(order, "armed_end", "stopped")).actor == OWNER
    assert await shop.posts(order) == []
    await _arm(two, order)
    await shop.journalled(order, "release", "done")
    assert len(await shop.posts(order)) == 1
    late = await shop.sale("1700.00")
    await shop.card(late)
    await shop.say(f"/order {late}", person=OWNER, contains=late[-4:])
    said = await shop.tap(late, two.words("Release…"), person=OWNER)
    assert "906" in said or "906" in (await shop.card(late, "906", person=OWNER)).text, "the day's cap is told"
    assert await shop.posts(late) == []
    await shop.box.gate.act(late, "cancel_elsewhere")


async def _arm(two: TwoPeople, order: str) -> None:
    shop = two.shop
    await shop.say(f"/order {order}", person=OWNER, contains=order[-4:])
    await shop.tap(order, two.words("Release…"), person=OWNER)
    await shop.confirm(order, two.words("I saw it: release later"), person=OWNER)
    await two.card(order, "Armed, can be stopped", person=OWNER, button="Stop")
    await asyncio.sleep(0)
