"""The main job: a buyer pays, somebody looks into the bank, the coins leave once."""

from decimal import Decimal

from tests.support.desk import DESK_GROUP, RunningDesk
from tests.support.sandbox import OPERATOR


async def test_a_paid_order_is_released_in_two_taps_from_the_bell_and_the_group_keeps_the_record(
    desk: RunningDesk,
) -> None:
    box = desk.box
    order = await box.gate.open_order(amount="1000.00", price="7.20", name="张三丰")
    await box.gate.act(order, "pay")
    bell = await box.telegram.wait_for_message(OPERATOR, contains="Paid – check the bank")
    assert not bell.silent
    await desk.press(OPERATOR, bell, "Release…")
    confirm = await box.telegram.wait_for_message(OPERATOR, contains="It cannot be undone")
    assert "+7,200.00 CNY" in confirm.text and "张三丰" in confirm.text
    await desk.considered()
    await desk.press(OPERATOR, confirm, "I saw it: release")
    await box.telegram.wait_for_message(OPERATOR, contains="Released 1,000.00 USDT")
    record = await box.telegram.wait_for_message(DESK_GROUP, contains="Released 1,000.00 USDT")
    assert "张三丰" not in record.text
    calls = await box.gate.money_calls()
    assert [call["endpoint"] for call in calls] == ["confirm-receipt"]
    assert (await box.gate.order(order)).coins_released == Decimal("1000.00")
    assert await box.telegram.violations() == []
