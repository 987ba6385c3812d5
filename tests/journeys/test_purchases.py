"""We buy: our fiat leaves, we say so once, the seller releases. And cancelling, on either side."""

import pytest

from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, OPERATOR, OWNER

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_purchase_from_the_payee_to_the_coins(shop: Shop) -> None:
    order = await shop.purchase("201.00", name="李四")
    await shop.tap(order, "Show payee")
    payee = await shop.card(order, button="Copy account")
    number = str(payee.button("Copy account").data)
    assert len(number) > 6 and number in payee.text and "李四" in payee.text
    record = await shop.record(order)
    assert number not in record.text and "李四" not in record.text
    assert (await shop.journalled(order, "show_payee", "done")).actor == OPERATOR
    await shop.tap(order, "Mark paid…")
    question = await shop.card(order, "How was it paid?")
    labels = [label for row in question.labels for label in row if "Back" not in label]
    assert len(labels) == 2
    await shop.tap(order, labels[1], contains="How was it paid?")
    await shop.confirm(order, "I paid: mark")
    await shop.card(order, "We paid, coins to come")
    call = await shop.box.gate.wait_for_money_call("confirm-payment", order)
    venue = await shop.box.gate.order(order)
    assert call["body"]["payment_method"] and call["body"]["txid"] == order and venue.status == "paid"
    await shop.box.gate.act(order, "release")
    done = await shop.card(order, "Bought 201.00 USDT")
    assert "marked paid by Operator 1" in done.text
    assert len(await shop.posts(order)) == 1


async def test_a_single_method_is_not_asked_for(shop: Shop) -> None:
    order = await shop.purchase("202.00", supported_pay_types=["bank"], pay_type="bank")
    await shop.tap(order, "Mark paid…")
    confirm = await shop.card(order, button="I paid: mark")
    assert "cannot be undone" in confirm.text and "李四" in confirm.text
    await shop.tap(order, "Back, mark nothing")
    await shop.card(order, "We buy: pay the seller", button="Mark paid…")
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "expire")


async def test_an_agent_sees_no_payee_and_no_money_button(shop: Shop) -> None:
    await shop.go_on_duty(AGENT, contains="On duty: orders")
    order = await shop.purchase("203.00")
    card = await shop.card(order, "We buy: pay the seller", person=AGENT)
    labels = [label for row in card.labels for label in row]
    assert not any(word in label for label in labels for word in ("payee", "Mark", "Cancel"))
    await shop.go_off_duty(AGENT, contains="Off duty: orders")
    await shop.box.gate.act(order, "expire")


async def test_hidden_payment_data_cannot_be_paid_from_the_desk(shop: Shop) -> None:
    order = await shop.purchase("204.00", hide_payment=True)
    card = await shop.card(order, "Gate hides the payment data")
    assert not any("paid" in label or "payee" in label for row in card.labels for label in row)
    await shop.box.gate.act(order, "expire")


async def test_a_purchase_is_cancelled_with_one_of_the_fitting_reasons(shop: Shop) -> None:
    order = await shop.purchase("205.00")
    await shop.tap(order, "Cancel…")
    assert "Cancelled by us today: 0" in (await shop.card(order, "Why cancel?")).text
    await shop.tap(order, "No longer wanted")
    confirm = await shop.card(order, button="Cancel order")
    assert "No longer wanted" in confirm.text and "cannot be undone" in confirm.text
    await shop.confirm(order, "Cancel order")
    done = await shop.card(order, "Cancelled 205.00 USDT")
    assert "by Operator 1" in done.text
    call = await shop.box.gate.wait_for_money_call("cancel", order)
    assert call["body"]["reason_id"] == "1" and not call["body"].get("reason_memo")


async def test_a_reason_in_words_is_asked_as_a_reply_and_sent_to_gate(shop: Shop) -> None:
    order = await shop.purchase("206.00")
    await shop.tap(order, "Cancel…")
    await shop.tap(order, "More reasons")
    await shop.tap(order, "In my words…")
    prompt = await shop.card(order, "Reply with the reason")
    await shop.box.telegram.write(OPERATOR, OPERATOR, "the bank is <b>closed</b> today", reply_to=prompt.id)
    confirm = await shop.card(order, "the bank is <b>closed</b> today")
    assert confirm.button("Cancel order")
    await shop.confirm(order, "Cancel order")
    await shop.card(order, "Cancelled 206.00 USDT")
    call = await shop.box.gate.wait_for_money_call("cancel", order)
    assert call["body"]["reason_id"] == "9" and call["body"]["reason_memo"] == "the bank is <b>closed</b> today"


async def test_what_gate_does_not_let_us_cancel_is_not_offered_and_refused_at_the_tap(shop: Shop) -> None:
    order = await shop.purchase("207.00")
    card = await shop.card(order, "We buy: pay the seller", button="Cancel…")
    await shop.box.gate.act(order, "change", cancelable=False)
    said = await shop.box.telegram.press(OPERATOR, OPERATOR, card.id, data=f"c:{order}", forged=True)
    assert said.answered
    await shop.gone(order, "Cancel…")
    assert await shop.posts(order) == []
    await shop.box.gate.act(order, "expire")


async def test_a_cancel_that_became_impossible_while_the_reason_was_chosen_is_refused_in_words(shop: Shop) -> None:
    order = await shop.purchase("208.00")
    await shop.tap(order, "Cancel…")
    question = await shop.card(order, "Why cancel?")
    await shop.box.gate.fault("get_pending_transaction_list", "stale", times=-1)
    await shop.box.gate.act(order, "change", cancelable=False)
    said = await shop.box.telegram.press(OPERATOR, OPERATOR, question, text="No longer wanted")
    assert "Gate does not let us cancel" in said.text
    assert await shop.posts(order) == []
    await shop.box.gate.clear_faults()
    await shop.box.gate.act(order, "expire")


async def test_marked_paid_in_the_venues_own_app_is_told_to_owners(shop: Shop) -> None:
    order = await shop.purchase("209.00")
    await shop.card(order, "We buy: pay the seller")
    await shop.box.gate.act(order, "pay_elsewhere")
    await shop.card(order, "在别处操作", person=OWNER)
    await shop.box.telegram.wait_for_message(
        DESK_GROUP, contains="Done outside the desk", where=lambda m: order[-4:] in m.text
    )
    assert await shop.posts(order) == []
