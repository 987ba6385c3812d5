"""We sell: what may happen between the new order and the released coins."""

import pytest

from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_buyer_who_never_pays_ends_in_silence(shop: Shop) -> None:
    order = await shop.sale("101.00", paid=False)
    new = await shop.card(order, "New order, not paid yet")
    assert new.silent
    await shop.box.gate.act(order, "expire")
    ended = await shop.card(order, "Expired")
    assert ended.id == new.id, "an end is an edit, which does not ring"
    await shop.record(order, "Expired")
    assert await shop.posts(order) == []


async def test_a_buyer_who_cancels_is_told_silently_and_leaves_no_money_button(shop: Shop) -> None:
    order = await shop.sale("102.00", paid=False)
    new = await shop.card(order, "New order, not paid yet")
    await shop.box.gate.act(order, "cancel")
    ended = await shop.card(order, "Cancelled 102.00 USDT")
    assert ended.id == new.id and ended.labels == [["Chat", "Replies", "More"]]
    assert "Done outside" not in ended.text


async def test_a_paid_order_is_posted_anew_with_sound_and_the_old_card_becomes_one_line(shop: Shop) -> None:
    order = await shop.sale("103.00", paid=False)
    new = await shop.card(order, "New order, not paid yet")
    await shop.box.gate.act(order, "pay")
    bell = await shop.card(order, "Paid – check the bank")
    assert bell.id > new.id and not bell.silent
    line = await shop.card(order, "below")
    assert line.id == new.id and line.buttons == ()
    record = await shop.record(order, "Paid – check the bank")
    assert record.silent, "the group is the record, not the bell"
    assert f"https://t.me/c/{str(DESK_GROUP)[4:]}/{record.id}" in (await shop.record(order, "below")).html
    await shop.release(order)
    await shop.card(order, "Released 103.00 USDT")


async def test_an_appeal_rings_gets_a_topic_and_offers_a_release_only_when_gate_does(shop: Shop) -> None:
    order = await shop.sale("104.00")
    paid = await shop.card(order, "Paid – check the bank")
    await shop.box.gate.act(order, "appeal")
    appeal = await shop.card(order, "Appeal open")
    assert appeal.id > paid.id and not appeal.silent
    assert not any("Release…" in label for row in appeal.labels for label in row)
    topic = await shop.box.telegram.wait_for_call("createForumTopic", lambda call: order[-4:] in str(call.params))
    assert topic.ok
    record = await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains="Appeal open", where=lambda m: m.thread_id is not None and order[-4:] in m.text
    )
    assert "张三丰" not in record.text
    await shop.box.gate.act(order, "change", is_show_receive=1)
    await shop.release(order)
    await shop.card(order, "Released 104.00 USDT")
    assert len(await shop.posts(order)) == 1


async def test_not_there_yet_is_kept_with_name_and_time_and_ends_an_open_confirm(shop: Shop) -> None:
    order = await shop.sale("105.00")
    await shop.tap(order, "Release…")
    await shop.tap(order, "Not there yet", contains="It cannot be undone")
    card = await shop.card(order, "Operator 1: not there yet")
    assert any("Release…" in label for row in card.labels for label in row)
    line = await shop.journalled(order, "not_there_yet", "done")
    assert line.actor == OPERATOR
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_a_name_that_differs_locks_the_order_until_a_lead_unlocks_it(shop: Shop) -> None:
    order = await shop.sale("106.00")
    await shop.tap(order, "Release…")
    await shop.tap(order, "Name differs", contains="It cannot be undone")
    locked = await shop.card(order, "Stopped: another bank name")
    assert not any("elease" in label or "Unlock" in label for row in locked.labels for label in row)
    notice = await shop.card(order, "Release stopped", person=LEAD)
    assert "Operator 1" in notice.text and not notice.silent
    await shop.tap(order, "Open", person=LEAD, contains="Release stopped")
    await shop.unlock(order, "a married name")
    await shop.card(order, "Paid – check the bank")
    await shop.release(order)
    await shop.card(order, "Released 106.00 USDT")
    assert [call["endpoint"] for call in await shop.posts(order)] == ["confirm-receipt"]


async def test_another_payer_locks_the_order_even_for_a_lead_until_it_is_unlocked(shop: Shop) -> None:
    order = await shop.sale("107.00")
    await shop.tap(order, "Other payer")
    await shop.card(order, "Stopped: another payer")
    await shop.tap(order, "Open", person=LEAD, contains="Somebody else paid")
    card = await shop.card(order, "Stopped: another payer", person=LEAD)
    assert not any("Release…" in label for row in card.labels for label in row)
    answer = await shop.box.telegram.press(LEAD, LEAD, card, data=f"r:{order}", forged=True)
    assert "old" in answer.text
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_over_the_limit_a_lead_is_asked_and_releases_under_an_own_step(shop: Shop) -> None:
    order = await shop.sale("3000.00")
    await shop.card(order, "Paid – check the bank")
    said = await shop.tap(order, "Release…")
    assert "over your limit of 2,000" in said
    assert await shop.posts(order) == []
    asking = await shop.box.telegram.wait_for_message(OPERATOR, button="Ask a lead")
    await shop.box.telegram.press(OPERATOR, OPERATOR, asking, text="Ask a lead")
    await shop.card(order, "The leads are asked")
    notice = await shop.card(order, "Operator 1 asks a lead", person=LEAD)
    assert "3000.00 USDT" in notice.text.replace(",", "")
    await shop.tap(order, "Open", person=LEAD, contains="asks a lead")
    await shop.tap(order, "Release…", person=LEAD)
    confirm = await shop.card(order, "It cannot be undone", person=LEAD)
    assert "asked for by Operator 1" in confirm.text
    await shop.confirm(order, "I saw it: release", person=LEAD)
    done = await shop.card(order, "Released 3,000.00 USDT", person=LEAD)
    assert "by Lead" in done.text and "asked for by Operator 1" in done.text
    refused = await shop.journalled(order, "release", "not_allowed")
    assert refused.actor == OPERATOR and refused.facts["reason"] == "over_limit"


async def test_a_colleague_takes_an_order_over_and_the_first_confirm_is_dead(shop: Shop) -> None:
    await shop.go_on_duty(OPERATOR_2, contains="On duty: orders")
    order = await shop.sale("108.00")
    await shop.card(order, "Paid – check the bank", person=OPERATOR_2)
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    taken = await shop.card(order, "Operator 1 is on it", person=OPERATOR_2)
    assert not any("Release…" in label for row in taken.labels for label in row)
    await shop.tap(order, "Take over", person=OPERATOR_2)
    await shop.card(order, button="Release…", person=OPERATOR_2)
    answer = await shop.box.telegram.press(
        OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True
    )
    assert answer.text and await shop.posts(order) == []
    await shop.release(order, person=OPERATOR_2)
    done = await shop.card(order, "Released 108.00 USDT", person=OPERATOR_2)
    assert "by Operator 2" in done.text
    assert len(await shop.posts(order)) == 1
    await shop.go_off_duty(OPERATOR_2, contains="Off duty: orders")


async def test_a_release_outside_the_desk_is_announced_and_the_open_confirm_dies(shop: Shop) -> None:
    order = await shop.sale("109.00")
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release")
    await shop.box.gate.act(order, "close_elsewhere")
    notice = await shop.card(order, "在别处操作", person=OWNER)
    assert not notice.silent
    group = await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains="Done outside the desk", where=lambda m: order[-4:] in m.text and not m.silent
    )
    assert group.text
    assert "Done outside the desk" in (await shop.card(order, "Released 109.00 USDT")).text
    await shop.box.telegram.press(OPERATOR, OPERATOR, confirm.id, data=confirm.button("I saw it").data, forged=True)
    assert await shop.posts(order) == []
    assert (await shop.box.gate.order(order)).released_times == 1


async def test_orders_of_the_same_total_name_each_other_and_the_done_card_leads_to_the_next(shop: Shop) -> None:
    first = await shop.sale("110.00", name="张三丰")
    second = await shop.sale("110.00", name="李四")
    await shop.card(first, f"Same total: {second[-4:]} 李四")
    await shop.tap(first, "Release…")
    await shop.tap(first, "张三丰", contains="2 open orders of 792.00 CNY")
    assert "李四" in (await shop.card(first, button="I saw it: release")).text
    await shop.confirm(first, "I saw it: release")
    await shop.tap(first, f"Next: {second[-4:]}", contains="Released 110.00 USDT")
    await shop.card(second, button="Release…")
    await shop.release(second)
    await shop.card(second, "Released 110.00 USDT")
    assert [len(await shop.posts(order)) for order in (first, second)] == [1, 1]
