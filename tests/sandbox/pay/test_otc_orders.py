"""Quotes and orders of the OTC desk: what is offered, taken, refused and shown, and what really came about."""

from __future__ import annotations

import asyncio
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.pay.merchant import SUB, Merchant, fresh
from tests.sandbox.pay.otc_seller import (
    BANK,
    CREATE,
    DETAIL,
    LIST,
    OTHER_BANK,
    QUOTE,
    REFUSED_BANK,
    REVIEWED_BANK,
    asked,
    order_of,
    sold,
)
from tests.support.sandbox import Json, Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLES = Path(__file__).parents[2] / "fixtures" / "pay_otc"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"otc.{name}.json").read_text())


def kinds(document: Json) -> dict[str, type]:
    return {name: type(value) for name, value in document.items()}


async def test_either_side_is_quoted_and_has_the_documented_shape(merchant: Merchant) -> None:
    by_crypto = await merchant.data("POST", QUOTE, sample("quote.req.crypto"))
    assert kinds(by_crypto) == kinds(sample("quote.res.standard")["data"])
    assert (by_crypto["cryptoAmount"], by_crypto["fiatAmount"], by_crypto["validPeriod"]) == ("1000", "990", 60)
    by_fiat = await merchant.data("POST", QUOTE, sample("quote.req.fiat"))
    assert (by_fiat["fiatAmount"], by_fiat["cryptoAmount"]) == ("1000", "1010.101011")
    usdc = await merchant.data("POST", QUOTE, asked(cryptoCurrency="USDC"))
    assert usdc["fiatRate"] == "0.9905"


async def test_the_rate_moves_by_itself_and_by_hand(merchant: Merchant, box: Sandbox) -> None:
    assert await box.pay.otc.move_rate("USDC", "1") == Decimal("1.000405")
    await box.pay.otc.set_rate("USDC", "0.9905")
    await box.pay.variants(steady=False)
    seen = set()
    for _ in range(3):
        seen.add((await merchant.data("POST", QUOTE, asked()))["fiatRate"])
        await asyncio.sleep(0.1)
    assert len(seen) > 1 and all(abs(Decimal(rate) - Decimal("0.99")) < Decimal("0.001") for rate in seen)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"cryptoCurrency": "BTC"}, "550312"),
        ({"fiatCurrency": "EUR"}, "550312"),
        ({"cryptoAmount": "5"}, "550315"),
        ({"cryptoAmount": "99999999"}, "550315"),
        ({"cryptoAmount": "0"}, "400001"),
        ({"cryptoAmount": "1e3"}, "400001"),
        ({"cryptoAmount": ""}, "400001"),
        ({"side": "BOTH"}, "400001"),
        ({"side": "FIAT"}, "400001"),
        ({"side": "FIAT", "fiatAmount": "100.001"}, "400001"),
        ({"type": "BUY"}, "400001"),
        ({"promotionCode": "NOPE"}, "550318"),
    ],
)
async def test_what_cannot_be_quoted_is_refused(merchant: Merchant, changed: dict[str, str], code: str) -> None:
    assert await merchant.refusal("POST", QUOTE, asked(**changed)) == code


async def test_a_promotion_betters_the_rate(merchant: Merchant) -> None:
    assert (await merchant.data("POST", QUOTE, asked(promotionCode="SANDBOX10")))["fiatRate"] == "0.991"


async def test_a_quote_comes_in_every_documented_envelope(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(echo_currency=False, quote_seconds=300)
    for envelope, status, code in (("empty", "", ""), ("zero", "success", "0"), ("null", "SUCCESS", None)):
        await box.pay.variants(envelope=envelope)
        answer = (await merchant.send("POST", QUOTE, asked())).json()
        assert (answer["status"], answer["code"]) == (status, code)
        assert kinds(answer["data"]) == kinds(sample("quote.res.code0")["data"])
        assert answer["data"]["validPeriod"] == 300
    await box.pay.otc.variants(quote_answers="ten_times")
    assert (await merchant.send("POST", QUOTE, asked())).json()["data"]["cryptoAmount"] == "1000"


async def test_an_order_takes_the_coins_and_stands_in_the_log(merchant: Merchant, box: Sandbox) -> None:
    before = (await box.pay.balances())["USDT"]
    quote = await merchant.data("POST", QUOTE, asked())
    made = await merchant.data("POST", CREATE, order_of(quote, number := fresh()))
    assert kinds(made) == kinds(sample("order_create.res")["data"])
    assert (made["status"], made["clientOrderId"]) == ("PROCESSING", number)
    assert (await box.pay.balances())["USDT"] == before - 100
    [row] = await box.pay.otc.created(number)
    assert (row.order_id, row.token, row.bank_id) == (made["orderId"], quote["quoteToken"], BANK)
    assert (row.crypto_amount, row.fiat_amount) == (Decimal(100), Decimal(99))
    assert (row.times, row.token_times) == (1, 1)
    call = (await box.pay.otc.create_calls())[-1]
    assert (call["id"], call["outcome"], call["acted"], call["order_id"]) == (number, "done", True, made["orderId"])


async def test_bank_ids_are_taken_as_text_and_as_number(merchant: Merchant, box: Sandbox) -> None:
    quote = await merchant.data("POST", QUOTE, asked())
    made = await merchant.data("POST", CREATE, order_of(quote, fresh(), bankAccountId=int(OTHER_BANK)))
    assert (await box.pay.otc.order(made["orderId"])).bank_id == OTHER_BANK


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quoteToken": "qt_unknown"}, "550313"),
        ({"quoteToken": ""}, "400001"),
        ({"cryptoCurrency": "USDC"}, "400001"),
        ({"fiatCurrency": "EUR"}, "400001"),
        ({"cryptoAmount": "101"}, "400001"),
        ({"fiatAmount": "99.01"}, "400001"),
        ({"type": "BUY"}, "400001"),
        ({"bankAccountId": "1"}, "550310"),
        ({"bankAccountId": REVIEWED_BANK}, "550311"),
        ({"bankAccountId": REFUSED_BANK}, "550311"),
        ({"bankAccountId": None}, "400001"),
        ({"clientOrderId": "with space"}, "400001"),
    ],
)
async def test_an_order_that_is_not_the_quotes_is_refused_and_moves_nothing(
    merchant: Merchant, box: Sandbox, changed: dict[str, Any], code: str
) -> None:
    before, created = (await box.pay.balances())["USDT"], len(await box.pay.otc.created())
    quote = await merchant.data("POST", QUOTE, asked())
    assert await merchant.refusal("POST", CREATE, order_of(quote, fresh(), **changed)) == code
    assert (await box.pay.balances())["USDT"] == before and len(await box.pay.otc.created()) == created


async def test_an_order_beyond_the_balance_is_refused(merchant: Merchant) -> None:
    quote = await merchant.data("POST", QUOTE, asked(cryptoAmount="50000"))
    assert await merchant.refusal("POST", CREATE, order_of(quote, fresh())) == "400611"


async def test_a_quote_ends_by_its_life_by_hand_and_by_use(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(quote_seconds=0.05)
    quote = await merchant.data("POST", QUOTE, asked())
    await asyncio.sleep(0.06)
    assert await merchant.refusal("POST", CREATE, order_of(quote, fresh())) == "550313"
    await box.pay.otc.variants(quote_seconds=60)
    quote = await merchant.data("POST", QUOTE, asked())
    await box.pay.otc.expire_quotes()
    assert await merchant.refusal("POST", CREATE, order_of(quote, fresh())) == "550313"
    quote = await merchant.data("POST", QUOTE, asked())
    await merchant.data("POST", CREATE, order_of(quote, fresh()))
    assert await merchant.refusal("POST", CREATE, order_of(quote, fresh())) == "550313"


async def test_a_number_is_good_for_one_attempt_and_a_repeat_never_gets_the_order(
    merchant: Merchant, box: Sandbox
) -> None:
    number = fresh()
    quote = await merchant.data("POST", QUOTE, asked())
    body = order_of(quote, number)
    await merchant.data("POST", CREATE, body)
    assert await merchant.refusal("POST", CREATE, body) == "5502761"
    await box.pay.otc.variants(repeat="idempotency")
    assert await merchant.refusal("POST", CREATE, body) == "550314"
    await box.pay.otc.variants(repeat="executed")
    await merchant.data("POST", CREATE, body)
    assert [(row.times, row.token_times) for row in await box.pay.otc.created(number)] == [(1, 1), (2, 2)]


async def test_a_refused_attempt_uses_its_number_up_unless_switched(merchant: Merchant, box: Sandbox) -> None:
    for burns, again in ((True, "5502761"), (False, "550311")):
        await box.pay.otc.variants(refused_burns_id=burns)
        quote = await merchant.data("POST", QUOTE, asked())
        body = order_of(quote, fresh(), bankAccountId=REVIEWED_BANK)
        assert [await merchant.refusal("POST", CREATE, body) for _ in range(2)] == ["550311", again]


async def test_an_order_passes_to_its_end_by_itself(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(ends_as="DONE", dispatch_seconds=0.15, done_seconds=0.15)
    made = await sold(merchant)
    seen: list[str] = []
    end = time.monotonic() + 3
    while time.monotonic() < end and seen[-1:] != ["DONE"]:
        status = (await merchant.data("GET", DETAIL, orderId=made["orderId"]))["status"]
        seen += [status] if seen[-1:] != [status] else []
        await asyncio.sleep(0.03)
    assert seen == ["PROCESSING", "DISPATCHED", "DONE"]
    shown = await merchant.data("GET", DETAIL, orderId=made["orderId"])
    assert (shown["fiatAmount"], shown["tradeFee"], shown["finalFiatAmount"]) == ("99", "5", "94")


async def test_a_failed_order_gives_the_coins_back_and_says_why(merchant: Merchant, box: Sandbox) -> None:
    before = (await box.pay.balances())["USDT"]
    await box.pay.otc.variants(ends_as="FAIL", dispatch_seconds=0, done_seconds=0)
    shown = await merchant.data("GET", DETAIL, orderId=(await sold(merchant))["orderId"])
    assert (shown["status"], shown["errMsg"]) == ("FAIL", "bank rejected the transfer")
    assert "tradeFee" not in shown and (await box.pay.balances())["USDT"] == before


async def test_an_order_is_moved_by_hand_and_its_coins_follow(merchant: Merchant, box: Sandbox) -> None:
    before = (await box.pay.balances())["USDT"]
    order_id = (await sold(merchant))["orderId"]
    for status, held in (("FAIL", before), ("DISPATCHED", before - 100), ("DONE", before - 100)):
        await box.pay.otc.move(order_id, status, "account closed")
        order = await box.pay.otc.order(order_id)
        assert (order.status, order.error) == (status, "account closed" if status == "FAIL" else "")
        assert (await box.pay.balances())["USDT"] == held


async def test_details_are_found_by_either_number_and_the_older_ones_are_fewer(
    merchant: Merchant, box: Sandbox
) -> None:
    made = await sold(merchant)
    await box.pay.otc.move(made["orderId"], "DISPATCHED")
    await box.pay.otc.variants(fees="dispatched")
    shown = await merchant.data("GET", DETAIL, clientOrderId=made["clientOrderId"])
    assert kinds(shown) == kinds(sample("order_detail.res.dispatched")["data"])
    await box.pay.otc.variants(details="older")
    shown = await merchant.data("GET", DETAIL, orderId=made["orderId"])
    assert kinds(shown) == kinds(sample("order_detail.res.done")["data"])
    answer = (await merchant.send("GET", DETAIL, orderId="1")).json()
    assert answer == sample("order_detail.res.notfound")
    assert await merchant.refusal("GET", DETAIL) == "400001"
    await box.pay.otc.variants(detail_by="order_id")
    assert await merchant.refusal("GET", DETAIL, clientOrderId=made["clientOrderId"]) == "400001"


async def test_the_list_has_pages_and_filters_newest_first(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_balance("USDC", "500")
    started = str(int(time.time() * 1000))
    ids = [(await sold(merchant, cryptoCurrency=code))["orderId"] for code in ("USDT", "USDC", "USDT")]
    await box.pay.otc.move(ids[0], "DONE")

    async def listed(**body: object) -> tuple[int, list[str]]:
        data = await merchant.data("POST", LIST, {"startTime": started} | body)
        return data["total"], [row["orderId"] for row in data["data"]]

    assert await listed() == (3, ids[::-1])
    assert await listed(page=2, pageSize=2) == (3, ids[:1])
    assert await listed(status="DONE") == (1, ids[:1])
    assert await listed(cryptoCurrency="USDC", fiatCurrency="USD", type="SELL") == (1, [ids[1]])
    assert await listed(type="BUY") == (0, [])
    assert await listed(endTime=started + "0") == (3, ids[::-1])
    number = (await box.pay.otc.order(ids[2])).client_order_id
    assert await listed(clientOrderId=number) == (1, [ids[2]])
    assert await listed(clientOrderId="nobody") == (0, [])
    await box.pay.otc.variants(list_id="order_id")
    data = await merchant.data("POST", LIST, {"pageSize": 500})
    assert set(data) == set(sample("order_list.res")["data"]) and "order_id" in data["data"][0]
    for wrong in ({"pageSize": 501}, {"page": 0}, {"page": "1"}, {"startTime": "soon"}):
        assert await merchant.refusal("POST", LIST, wrong) == "400001"


@pytest.mark.parametrize(
    ("kind", "error", "times", "outcome"),
    [
        ("drop_before", httpx.RemoteProtocolError, 0, "dropped"),
        ("act_and_drop", httpx.RemoteProtocolError, 1, "acted and dropped"),
        ("reset", httpx.ReadError, 0, "reset"),
    ],
)
async def test_the_answer_of_a_create_gets_lost(
    merchant: Merchant, box: Sandbox, kind: str, error: type[Exception], times: int, outcome: str
) -> None:
    quote = await merchant.data("POST", QUOTE, asked())
    await box.pay.fault("otc_create", kind)
    with pytest.raises(error):
        await merchant.send("POST", CREATE, order_of(quote, number := fresh()))
    assert len(await box.pay.otc.created(number)) == times
    assert (await box.pay.otc.create_calls())[-1]["outcome"] == outcome


async def test_a_replica_that_lags_does_not_know_the_end_yet(merchant: Merchant, box: Sandbox) -> None:
    order_id = (await sold(merchant))["orderId"]
    await box.pay.otc.move(order_id, "DONE")
    await box.pay.fault("otc_order", "stale")
    shown = [(await merchant.data("GET", DETAIL, orderId=order_id))["status"] for _ in range(2)]
    assert shown == ["PROCESSING", "DONE"]


async def test_too_many_calls_in_a_second_are_refused(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.otc.variants(calls_per_second=1)
    await merchant.send("POST", QUOTE, asked())
    answer = (await merchant.send("POST", QUOTE, asked())).json()
    assert answer == sample("order_create.res.ratelimited")
    await merchant.data("GET", "/v1/pay/balance")


async def test_sub_accounts_have_no_desk_and_unknown_switches_are_refused(merchant: Merchant, box: Sandbox) -> None:
    assert await merchant.refusal("POST", QUOTE, asked(), headers={"X-GatePay-On-Behalf-Of": SUB}) == "400001"
    assert (await merchant.send("POST", "/withdraw/open/institution/otc/api/v1/quote", asked())).status_code == 404
    for wrong in ({"nonsense": True}, {"ends_as": "LOST"}, {"compress": 0}, {"review_as": 7}):
        with pytest.raises(AssertionError, match="no such variant"):
            await box.pay.otc.variants(**wrong)
