"""A clientReqId that comes twice: the same order, a refusal, or the same coins once more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sandbox.pay.merchant import Merchant, creation, fresh
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = "/v1/pay/convert"


async def test_the_same_order_is_answered_even_after_the_quote_ended(merchant: Merchant, box: Sandbox) -> None:
    quote, request_id = await merchant.preview(), fresh()
    first = await merchant.convert(quote, request_id)
    await box.pay.expire_quotes()
    held = await box.pay.balances()
    assert await merchant.convert(quote, request_id) == first
    assert await box.pay.balances() == held
    assert [execution.times for execution in await box.pay.executions(request_id)] == [1]
    one, other = [call for call in await box.pay.convert_calls() if call["id"] == request_id]
    assert [(call["outcome"], call["acted"]) for call in (one, other)] == [("done", True), ("done", False)]
    assert one["order_id"] == other["order_id"] == first["order_id"]


async def test_a_repeat_may_be_refused_with_a_code_of_choice(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.repeat("refused")
    quote, request_id = await merchant.preview(), fresh()
    await merchant.convert(quote, request_id)
    assert await merchant.refusal("POST", CREATE, creation(quote, request_id)) == "400201"
    await box.pay.variants(duplicate_code="5502761")
    assert await merchant.refusal("POST", CREATE, creation(quote, request_id)) == "5502761"
    assert len(await box.pay.executions(request_id)) == 1


async def test_a_repeat_may_move_the_coins_again(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.repeat("executed")
    await box.pay.set_balance("USDT", "250")
    quote, request_id = await merchant.preview(), fresh()
    first = await merchant.convert(quote, request_id)
    await box.pay.expire_quotes()
    second = await merchant.convert(quote, request_id)
    assert first["order_id"] != second["order_id"]
    assert (await box.pay.balances())["USDT"] == Decimal(50)
    executions = await box.pay.executions(request_id)
    assert [(one.times, one.sell_amount, one.quote_id, one.account) for one in executions] == [
        (1, Decimal(100), quote["quoteId"], "own"),
        (2, Decimal(100), quote["quoteId"], "own"),
    ]
    assert await merchant.refusal("POST", CREATE, creation(quote, request_id)) == "400611"
    await box.pay.set_balance("USDT", "5000")


async def test_what_was_refused_was_not_executed_and_may_come_again(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.repeat("refused")
    quote, request_id = await merchant.preview(), fresh()
    await box.pay.refuse("convert", "400622")
    assert await merchant.refusal("POST", CREATE, creation(quote, request_id)) == "400622"
    assert await box.pay.executions(request_id) == []
    await merchant.convert(quote, request_id)
