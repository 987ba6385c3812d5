"""The demo's stories of tricks, played before a desk: what they try does not move a coin."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.shop import ENDED, Shop, is_about, open_shop, quoted, tidy, unquoted
from tests.support.sandbox import LEAD, OPERATOR, OWNER, STRANGER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("stories"), desk_follow_hours="0") as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(opened: Shop) -> AsyncIterator[Shop]:
    yield opened
    await opened.end_all()
    await tidy(opened.box)


async def play(shop: Shop, name: str, pace: float = 0.1) -> list[str]:
    """Play it to its end; the orders that it opened, oldest first."""
    before = {order.id for order in await shop.box.gate.orders()}
    await shop.box.scenario(name, pace)

    async def is_over() -> bool | None:
        return (await shop.box.controls.get("page"))["running"] is None or None

    await until(is_over, f"the end of {name}", 25)
    return [order.id for order in await shop.box.gate.orders() if order.id not in before]


async def talk_of(shop: Shop, order: str, words: str) -> list[Message]:
    await shop.box.telegram.wait_for_message(OPERATOR, contains=words, where=lambda one: is_about(one, order))
    return await shop.talk(order)


async def test_a_third_party_payer_is_stopped_by_one_tap(shop: Shop) -> None:
    (order,) = await play(shop, "third-party")
    assert any("我朋友王五帮我付的" in quote for quote in await _quotes(shop, order, "我朋友王五帮我付的"))
    await shop.tap(order, "Other payer")
    await shop.journalled(order, "other_payer", "done")
    await shop.gone(order, "Release…")
    assert await shop.posts(order) == []


async def _quotes(shop: Shop, order: str, words: str) -> list[str]:
    return [quote for one in await talk_of(shop, order, words) for quote in quoted(one)]


async def test_a_receipt_that_was_used_on_another_order_says_so(shop: Shop) -> None:
    first, second = await play(shop, "fake-receipt")
    shown = await shop.box.telegram.wait_for_message(
        OPERATOR, contains="Same picture as order", where=lambda one: is_about(one, second)
    )
    assert first[-4:] in shown.text
    assert await shop.posts(first) == await shop.posts(second) == []


async def test_pressure_stands_in_quotes_and_moves_nothing(shop: Shop) -> None:
    (order,) = await play(shop, "pressure")
    told = await talk_of(shop, order, "请立即放币")
    pretending = [one for one in told if any("Gate: payment verified" in quote for quote in quoted(one))]
    assert pretending and all("payment verified" not in unquoted(one) for one in told)
    assert await shop.posts(order) == []


async def test_a_shift_ends_with_open_money_and_a_payment_still_to_come(shop: Shop) -> None:
    paid, later = await play(shop, "handover", pace=0.02)
    for order in (paid, later):
        await shop.card(order, button="Release…")
    assert await shop.posts(paid) == await shop.posts(later) == []


async def test_a_stolen_phone_opens_a_step_and_gets_nothing_done_once_an_owner_froze_it(shop: Shop) -> None:
    silence = len(await shop.box.telegram.messages(STRANGER))
    (order,) = await play(shop, "stolen-phone", pace=0.3)
    await shop.box.telegram.wait_for_message(LEAD, contains="frozen")

    async def is_frozen() -> bool | None:
        person = shop.desk.application.desk.people.get(OPERATOR)
        return (person is not None and person.is_frozen) or None

    await until(is_frozen, "a frozen operator")
    bots = [one for one in await shop.box.telegram.messages(STRANGER) if one.sender.get("is_bot")]
    assert bots == [] and silence == 0
    await shop.box.telegram.wait_for_message(OPERATOR, contains="You are frozen")
    assert not any("Released" in one.text for one in await shop.box.telegram.messages(OPERATOR))
    assert await shop.posts(order) == []
    await shop.say("/unfreeze", person=OWNER, contains="✅")


async def test_a_story_begins_without_what_the_one_before_left_behind(shop: Shop) -> None:
    await play(shop, "stolen-phone", pace=0.1)

    async def is_frozen() -> bool | None:
        return shop.desk.application.desk.people[OPERATOR].is_frozen or None

    async def works_again() -> bool | None:
        return not shop.desk.application.desk.people[OPERATOR].is_frozen or None

    await until(is_frozen, "a frozen operator")
    left = [order.id for order in await shop.box.gate.orders() if order.status not in ENDED]
    await play(shop, "buyer-cancels")
    await until(works_again, "an operator who works again")
    await shop.box.telegram.wait_for_message(OWNER, contains="已解冻")
    assert left and not [one.id for one in await shop.box.gate.orders() if one.id in left and one.status not in ENDED]
