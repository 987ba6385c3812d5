"""Equal totals, other payers and money that is not there yet: from the bell to the release, as people tap it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.flows import own_settings
from bot.texts import texts_for
from tests.journeys.shop import Shop, open_shop
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKED, ASKED_ZH = "Which payer does the bank show?", "银行显示的付款人是谁？"
CONFIRM = "I saw it: release"


def labels(message: Message) -> list[str]:
    return [label for row in message.labels for label in row]


async def test_three_equal_totals_are_released_by_the_name_that_the_bank_shows(shop: Shop) -> None:
    orders = {name: await shop.sale("501.00", name=name) for name in ("张三丰", "李四", "王五")}
    order = orders["张三丰"]
    await shop.card(order, "Same total")
    await shop.tap(order, "Release…")
    asked = await shop.card(order, ASKED)
    assert "3 open orders of 3,607.20 CNY" in asked.text
    assert sorted(labels(asked)) == sorted([*orders, "None of these", "⬅ Back"])
    await shop.box.telegram.press(OPERATOR, OPERATOR, asked, text="张三丰")
    await shop.confirm(order, CONFIRM)
    done = await shop.card(order, "Released 501.00 USDT")
    assert "bank name seen: 张三丰" in done.text and "Same total, still open" in done.text
    assert any(label.startswith("Next: ") for label in labels(done))
    assert [len(await shop.posts(one)) for one in orders.values()] == [1, 0, 0]


async def test_another_name_or_none_stops_it_and_everybody_reads_what_the_bank_shows(shop: Shop) -> None:
    order, other = await shop.sale("502.00", name="张三丰"), await shop.sale("502.00", name="李四")
    await shop.card(order, f"Same total: {other[-4:]} 李四")
    await shop.tap(order, "Release…")
    await shop.tap(order, "李四", contains=ASKED)
    await shop.card(order, f"payer of {other[-4:]}, not of {order[-4:]}: nothing was released", button="Release…")
    await shop.record(order, "bank shows 李** · " + other[-4:])
    await shop.tap(order, "Release…")
    await shop.tap(order, "None of these", contains=ASKED)
    await shop.card(order, "None of these payers: nothing was released", button="Release…")
    await shop.record(order, "bank shows none of them")
    refused = await shop.journalled(order, "release", "not_allowed")
    assert refused.actor == OPERATOR and refused.facts["reason"] == "payer_not_listed"
    assert await shop.posts(order) == [] == await shop.posts(other)


async def test_a_twin_that_comes_while_the_confirm_stands_asks_anew(shop: Shop) -> None:
    order = await shop.sale("503.00", name="张三丰")
    await shop.tap(order, "Release…")
    await shop.card(order, button=CONFIRM)
    late = await shop.sale("503.00", name="王五")
    await shop.card(late, "Paid – check the bank")
    await shop.confirm(order, CONFIRM)
    asked = await shop.card(order, ASKED)
    assert "2 open orders have this total" in asked.text and await shop.posts(order) == []
    await shop.box.telegram.press(OPERATOR, OPERATOR, asked, text="张三丰")
    await shop.confirm(order, CONFIRM)
    await shop.card(order, "Released 503.00 USDT")


async def test_one_buyer_twice_is_told_apart_by_the_credit_and_no_credit_serves_twice(shop: Shop) -> None:
    first, second = await shop.sale("504.00"), await shop.sale("504.00")
    await shop.card(first, f"Same total: {second[-4:]}")
    await shop.tap(first, "Release…")
    for wrong in ("letters", "882", "25:00"):
        number = await shop.prompted(first, "Names cannot tell them apart", wrong)
        refusal = await shop.box.telegram.wait_for_message(OPERATOR, contains="neither 4 to 6 digits", after=number)
        assert wrong in refusal.text
    await shop.prompted(first, "Names cannot tell them apart", "448821")
    assert "credit 448821" in (await shop.card(first, button=CONFIRM)).text
    await shop.confirm(first, CONFIRM)
    assert "bank credit seen: 448821" in (await shop.card(first, "Released 504.00 USDT")).text
    await shop.tap(second, "Release…")
    number = await shop.prompted(second, "Reply with the last 4 to 6 digits", "8821")
    used = await shop.box.telegram.wait_for_message(OPERATOR, contains="already used for order", after=number)
    assert first[-4:] in used.text and await shop.posts(second) == []
    await shop.prompted(second, "Reply with the last 4 to 6 digits", "448830")
    await shop.confirm(second, CONFIRM)
    await shop.card(second, "Released 504.00 USDT")
    assert [len(await shop.posts(order)) for order in (first, second)] == [1, 1]


@pytest.mark.parametrize(("language", "amount"), [("en", "511.00"), ("zh", "512.00")])
async def test_two_credits_of_one_minute_are_two_releases_by_a_leads_word(
    shop: Shop, language: str, amount: str
) -> None:
    said, desk = texts_for(language), shop.desk.application.desk
    for person in (OPERATOR, LEAD):
        await own_settings.set_language(desk, person, language)
    try:
        await _two_of_one_minute(shop, said, amount)
    finally:
        for person in (OPERATOR, LEAD):
            await own_settings.set_language(desk, person, "en")


async def _two_of_one_minute(shop: Shop, said: Callable[..., str], amount: str) -> None:
    first, second = await shop.sale(amount, name="冯十"), await shop.sale(amount, name="冯十")
    desk = shop.desk.application.desk
    now = datetime.fromtimestamp(desk.clock.wall_seconds(desk.now()), ZoneInfo(desk.policy.timezone))
    asks, mark = said("Reply with the last 4 to 6 digits of"), now.strftime("%H:%M")
    await shop.tap(first, said("Release…"))
    await shop.prompted(first, asks, mark)
    await shop.confirm(first, said("I saw it: release {coins}", coins=f"{amount} USDT"))
    await shop.journalled(first, "release", "done")
    await shop.tap(second, said("Release…"))
    number = await shop.prompted(second, asks, mark)
    used = await shop.box.telegram.wait_for_message(
        OPERATOR, contains=first[-4:], button=said("Ask a lead"), after=number
    )
    await shop.box.telegram.press(OPERATOR, OPERATOR, used, text=said("Ask a lead"))
    await shop.tap(second, said("Open"), person=LEAD)
    await shop.tap(second, said("Take over"), person=LEAD)
    await shop.tap(second, said("Release…"), person=LEAD)
    number = await shop.prompted(second, asks, mark, person=LEAD)
    used = await shop.box.telegram.wait_for_message(
        LEAD, contains=first[-4:], button=said("One more credit…"), after=number
    )
    await shop.box.telegram.press(LEAD, LEAD, used, text=said("One more credit…"))
    await shop.prompted(second, said("One more credit?"), "two lines", person=LEAD)
    step = said("I see one more · {order}", order=second[-4:])
    await shop.tap(second, step, contains="two lines", person=LEAD)
    card = await shop.card(second, "two lines", button=said("Release…"), person=LEAD)
    assert "➕" in card.text and await shop.posts(second) == []
    await shop.journalled(second, "second_credit", "done")
    await shop.tap(second, said("Release…"), person=LEAD)
    await shop.prompted(second, asks, mark, person=LEAD)
    await shop.confirm(second, said("I saw it: release {coins}", coins=f"{amount} USDT"), person=LEAD)
    await shop.journalled(second, "release", "done")
    assert [len(await shop.posts(order)) for order in (first, second)] == [1, 1]
    assert "two lines" not in (await shop.record(second, amount)).text


async def test_what_ended_in_the_gate_app_may_have_had_the_only_credit_until_a_lead_sees_one_more(shop: Shop) -> None:
    first, second = await shop.sale("513.00", name="陈十一"), await shop.sale("513.00", name="陈十一")
    await shop.card(second, f"Same total: {first[-4:]}")
    await shop.box.gate.act(first, "close_elsewhere")
    ended = await shop.card(second, f"Ended with this sum: {first[-4:]}")
    assert "Same total" not in ended.text
    refused = f"Order {first[-4:]} of the same total has ended"
    await shop.tap(second, "Release…")
    asks = await shop.box.telegram.wait_for_message(OPERATOR, contains=refused, button="Ask a lead")
    await shop.box.telegram.press(OPERATOR, OPERATOR, asks, text="Ask a lead")
    await shop.tap(second, "Open", person=LEAD)
    await shop.tap(second, "Release…", person=LEAD)
    may_say = await shop.box.telegram.wait_for_message(LEAD, contains=refused, button="One more credit…")
    await shop.box.telegram.press(LEAD, LEAD, may_say, text="One more credit…")
    await shop.prompted(second, "One more credit?", "two lines", person=LEAD)
    await shop.tap(second, f"I see one more · {second[-4:]}", contains=f"Not the credit of {first[-4:]}", person=LEAD)
    await shop.journalled(second, "second_credit", "done")
    await shop.tap(second, "Release…", person=LEAD)
    await shop.prompted(second, "Reply with the last 4 to 6 digits", "448831", person=LEAD)
    await shop.confirm(second, CONFIRM, person=LEAD)
    await shop.card(second, "Released 513.00 USDT", person=LEAD)
    assert [len(await shop.posts(order)) for order in (first, second)] == [0, 1]


async def _press(shop: Shop, person: int, label: str, other: str, after: int) -> None:
    """On the refusal that names the order which has the credit."""
    used = await shop.box.telegram.wait_for_message(person, contains=other[-4:], button=label, after=after)
    await shop.box.telegram.press(person, person, used, text=label)


async def test_another_payer_is_named_stopped_and_unlocked_with_a_reason(shop: Shop) -> None:
    order = await shop.sale("505.00", name="赵六")
    await shop.tap(order, "Other payer")
    await shop.card(order, "Stopped: another payer")
    await shop.prompted(order, "Who paid?", "钱七八")
    stopped = await shop.card(order, "Bank shows: 钱七八")
    await shop.walk(order, "What to do", "Refund wording", leads_to="We cannot release for it")
    group = await shop.record(order, "Bank shows: 钱**")
    assert "钱七八" not in group.text
    await shop.tap(order, "Open", person=LEAD, contains="Release stopped")
    await shop.tap(order, "Unlock…", person=LEAD)
    number = await shop.prompted(order, "Unlock: why?", "..", person=LEAD)
    await shop.box.telegram.wait_for_message(LEAD, contains="Say why in words", after=number)
    await shop.prompted(order, "Unlock: why?", "company account", person=LEAD)
    await shop.tap(order, "Unlock order", contains="company account", person=LEAD)
    card = await shop.card(order, "company account", button="Release…", after=stopped)
    assert "🔓" in card.text
    await shop.release(order)
    await shop.card(order, "Released 505.00 USDT")
    assert "company account" not in (await shop.record(order, "Released")).text
    again = await shop.sale("506.00", name="赵六")
    warned = await shop.card(again, f"({order[-4:]})")
    assert re.search(r"⚠ Other payer on \d\d-\d\d \(" + order[-4:], warned.text)


async def test_who_paid_may_be_left_open(shop: Shop) -> None:
    order = await shop.sale("507.00", name="孙八")
    await shop.tap(order, "Other payer")
    await shop.tap(order, "Skip", contains="Who paid?")
    await shop.card(order, "No payer's name kept")
    assert "Bank shows" not in (await shop.card(order, "Stopped: another payer")).text


async def test_not_there_yet_waits_three_minutes_and_rings_who_waits(tmp_path: Path) -> None:
    async with open_shop(tmp_path, speed=40) as shop:
        order = await shop.sale("508.00", name="周九")
        await shop.tap(order, "Not there yet")
        card = await shop.card(order, "not there yet", button="Ask in 3 min")
        await shop.tap(order, "Tell buyer")
        await shop.box.telegram.wait_for_message(OPERATOR, contains="is not in our account yet")
        await shop.tap(order, "Ask in 3 min")
        await shop.card(order, "⏰ Asked again")
        rung = await shop.card(order, button="Ask in 3 min", after=card, timeout=15)
        assert not rung.silent and "⏰" not in rung.text


async def test_the_same_in_chinese(shop: Shop) -> None:
    await shop.say("/language zh", person=OPERATOR_2, contains="中文")
    order, other = await shop.sale("509.00", name="张三丰"), await shop.sale("509.00", name="李四")
    for one in (order, other):
        await shop.card(one, "Same total")
    await shop.say(f"/order {order[-4:]}", person=OPERATOR_2, contains="同额")
    await shop.tap(order, "放币…", person=OPERATOR_2)
    asked = await shop.card(order, ASKED_ZH, person=OPERATOR_2)
    assert "有 2 个 3,664.80 CNY 的订单" in asked.text and "都不是" in labels(asked)
    await shop.tap(order, "李四", contains=ASKED_ZH, person=OPERATOR_2)
    await shop.card(order, f"银行显示的是 {other[-4:]} 的付款人", person=OPERATOR_2)
    assert await shop.posts(order) == []
