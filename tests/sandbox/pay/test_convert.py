"""From preview to order as the documents tell it, for the own account and for sub-accounts."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.sandbox.pay.merchant import NEW, OLD, OTHER_SUB, SUB, Merchant, creation, fresh
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREVIEW, CREATE, ORDER = "/v1/pay/convert/preview", "/v1/pay/convert", "/v1/pay/convert/order"


async def test_there_are_currencies_for_more_than_a_page_and_pairs_with_bounds(merchant: Merchant) -> None:
    codes = (await merchant.data("GET", "/v1/pay/convert/currency", side="sell"))["currency"]
    assert len(codes) >= 16 and {"USDT", "BTC", "ETH", "GT", "USDC", "DOGE"} <= set(codes)
    rows = await merchant.data("GET", "/v1/pay/convert/pair", currency="GT", side="buy")
    assert {row["buyCurrency"] for row in rows} == {"GT"}
    (row,) = [row for row in rows if row["sellCurrency"] == "USDT"]
    assert (row["pair"], row["sellCurrencyMin"], row["buyCurrencyMax"]) == ("GT_USDT", "1", "20000")
    assert await merchant.data("GET", "/v1/pay/convert/pair", currency="NONE") == []
    assert await merchant.refusal("GET", "/v1/pay/convert/pair") == "400001"
    assert await merchant.refusal("GET", "/v1/pay/convert/currency", side="both") == "400001"


async def test_a_quote_becomes_an_order_and_the_coins_move(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_price("BTC", "50000")
    before = await box.pay.balances()
    quote = await merchant.preview(sellAmount="100")
    assert (quote["sellAmount"], quote["buyAmount"], quote["price"]) == ("100", "0.001998", "50000")
    assert quote["quoteId"].startswith("PAY-") and len(quote["quoteId"]) == 12
    order = await merchant.convert(quote, fresh())
    assert order["status"] == 3 and len(order["order_id"]) == 18
    assert await merchant.order(order["order_id"]) == order
    after = await box.pay.balances()
    assert (before["USDT"] - after["USDT"], after["BTC"] - before["BTC"]) == (Decimal(100), Decimal("0.001998"))


async def test_an_exact_amount_may_be_bought(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_price("GT", "20")
    quote = await merchant.preview("USDT", "GT", buyAmount="1.5")
    assert (quote["buyAmount"], quote["sellAmount"]) == ("1.5", "30.03003004")
    back = await merchant.preview("GT", "USDT", sellAmount="1.5")
    assert back["buyAmount"] == "29.97"
    assert quote["price"] == back["price"] == "20", "the price is the market pair's, whoever sells"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sellAmount": "100", "buyAmount": "1"}, "400001"),
        ({}, "400001"),
        ({"sellAmount": "0"}, "400001"),
        ({"sellAmount": "-5"}, "400001"),
        ({"sellAmount": "100.123456789"}, "400001"),
        ({"sellAmount": 100}, "400001"),
        ({"sellAmount": "ten"}, "400001"),
        ({"sellAmount": "0.99"}, "400621"),
        ({"sellAmount": "1980001"}, "400621"),
        ({"sellAmount": "1"}, "400621"),
        ({"buyAmount": "0.00001"}, "400621"),
        ({"sellAmount": "100", "buyCurrency": "USDT"}, "400500"),
        ({"sellAmount": "100", "buyCurrency": "NONE"}, "400500"),
        ({"sellAmount": "100", "sellCurrency": "DOGE", "buyCurrency": "ETH"}, "400500"),
    ],
)
async def test_a_preview_checks_amounts_pair_and_the_bounds_of_both_sides(
    merchant: Merchant, box: Sandbox, changed: dict[str, object], code: str
) -> None:
    await box.pay.set_price("BTC", "68250")
    body = {"sellCurrency": "USDT", "buyCurrency": "BTC", **changed}
    assert await merchant.refusal("POST", PREVIEW, body) == code


async def test_the_balance_counts_at_the_create_and_not_before(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_balance("DOGE", "10")
    quote = await merchant.preview("DOGE", "USDT", sellAmount="10.00000001")
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh())) == "400611"
    assert (await box.pay.balances())["DOGE"] == 10


@pytest.mark.parametrize("field", ["sellCurrency", "buyCurrency", "sellAmount", "buyAmount"])
async def test_a_create_must_repeat_the_preview(merchant: Merchant, box: Sandbox, field: str) -> None:
    quote, count = await merchant.preview(), len(await box.pay.executions())
    other = "GT" if field.endswith("Currency") else "100.01"
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh(), **{field: other})) == "400001"
    assert len(await box.pay.executions()) == count
    assert (await merchant.convert(quote | {"sellAmount": "100.00"}, fresh()))["status"] == 3


async def test_the_amounts_may_have_to_be_the_previews_letters(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.variants(texts_exact=True, eight_decimals=True)
    quote = await merchant.preview()
    assert quote["sellAmount"] == "100.00000000"
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh(), sellAmount="100")) == "400001"
    await merchant.convert(quote, fresh())


async def test_a_quote_ends_by_time_by_hand_and_by_use(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.variants(quote_seconds=0.2)
    quote = await merchant.preview()
    await asyncio.sleep(0.25)
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh())) == "400622"
    await box.pay.variants(quote_seconds=20)
    quote = await merchant.preview()
    await box.pay.expire_quotes()
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh())) == "400622"
    quote = await merchant.preview()
    await merchant.convert(quote, fresh())
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh())) == "400204"
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh(), quoteId="PAY-00000000")) == "400622"


async def test_an_order_is_created_first_and_settled_later(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.variants(settle_seconds=0.2)
    before = await box.pay.balances()
    order = await merchant.convert(await merchant.preview(), fresh())
    assert order["status"] == 1
    during = await box.pay.balances()
    assert (during["USDT"], during["BTC"]) == (before["USDT"] - 100, before["BTC"])
    await asyncio.sleep(0.25)
    assert (await merchant.order(order["order_id"]))["status"] == 3
    assert (await box.pay.balances())["BTC"] > before["BTC"]


async def test_a_failed_order_gives_the_coins_back(merchant: Merchant, box: Sandbox) -> None:
    before = await box.pay.balances()
    await box.pay.variants(ends_as=6)
    order = await merchant.convert(await merchant.preview(), fresh())
    assert order["status"] == 6
    assert await box.pay.balances() == before
    await box.pay.variants(ends_as=3)
    order = await merchant.convert(await merchant.preview(), fresh())
    await box.pay.set_order_status(order["order_id"], 6)
    assert await box.pay.balances() == before


@pytest.mark.parametrize("status", [2, 7])
async def test_other_statuses_stay_until_told_otherwise(merchant: Merchant, box: Sandbox, status: int) -> None:
    await box.pay.variants(ends_as=1)
    order = await merchant.convert(await merchant.preview(), fresh())
    await box.pay.set_order_status(order["order_id"], status)
    assert (await merchant.order(order["order_id"]))["status"] == status
    await box.pay.set_order_status(order["order_id"], 3)
    assert (await box.pay.wait_for_status(order["order_id"], 3)).sell_amount == 100


@pytest.mark.parametrize("prefix", [NEW, OLD])
async def test_a_sub_account_has_its_own_coins_quotes_and_orders(merchant: Merchant, box: Sandbox, prefix: str) -> None:
    await box.pay.variants(prefix="both")
    sub, other = merchant.on_behalf_of(SUB, prefix), merchant.on_behalf_of(OTHER_SUB, prefix)
    own, theirs = await box.pay.balances(), await box.pay.balances(OTHER_SUB)
    quote = await sub.preview()
    assert await merchant.refusal("POST", CREATE, creation(quote, fresh())) == "400622"
    assert await other.refusal("POST", CREATE, creation(quote, fresh())) == "400622"
    order = await sub.convert(quote, fresh())
    assert order["userId"] == int(SUB)
    assert await other.refusal("GET", ORDER, orderId=order["order_id"]) == "400202"
    assert await merchant.refusal("GET", ORDER, orderId=order["order_id"]) == "400202"
    assert (await sub.order(order["order_id"]))["status"] == 3
    assert (await box.pay.balances(), await box.pay.balances(OTHER_SUB)) == (own, theirs)
    assert (await box.pay.executions())[-1].account == SUB


async def test_only_the_switched_prefix_lives(merchant: Merchant, box: Sandbox) -> None:
    body, new, old = ["USDT"], merchant.on_behalf_of(SUB), merchant.on_behalf_of(SUB, OLD)
    await new.data("POST", "/v1/balance", body)
    assert (await old.send("POST", "/v1/balance", body)).status_code == 404
    await box.pay.variants(prefix="old")
    await old.data("POST", "/v1/balance", body)
    assert (await new.send("POST", "/v1/balance", body)).status_code == 404


async def test_balances_in_their_three_shapes(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_balance("USDT", "12.34411", SUB)
    sub = merchant.on_behalf_of(SUB)
    answered = await sub.data("POST", "/v1/balance", ["USDT", "LINK"])
    rows = [{"currency": "USDT", "available": "12.34411"}, {"currency": "LINK", "available": "0"}]
    assert answered == {"balanceList": rows}
    assert {"currency": "USDT", "available": "12.34411"} in (await sub.data("POST", "/v1/balance", []))["balanceList"]
    assert await sub.refusal("POST", "/v1/balance", {"currency": "USDT"}) == "400001"
    await box.pay.set_balance("USDT", "5000")
    listed = (await merchant.data("GET", "/v1/pay/balance/query"))["balance_list"]
    assert {"currency": "USDT", "available": "5000"} in listed
    assert (await merchant.data("GET", "/v1/pay/balance"))["USDT"] == "5000"


async def test_rates_move_a_little_by_themselves_and_much_when_moved(merchant: Merchant, box: Sandbox) -> None:
    await box.pay.set_price("ETH", "2000")
    await box.pay.variants(steady=False)
    first = await merchant.preview("USDT", "ETH")
    await asyncio.sleep(0.1)
    second = await merchant.preview("USDT", "ETH")
    assert first["buyAmount"] != second["buyAmount"]
    assert abs(Decimal(first["buyAmount"]) / Decimal(second["buyAmount"]) - 1) < Decimal("0.001")
    assert await box.pay.move_rate("ETH", "-10") == 1800
    moved = await merchant.preview("USDT", "ETH")
    assert Decimal(moved["buyAmount"]) > Decimal(first["buyAmount"]) * Decimal("1.1")
