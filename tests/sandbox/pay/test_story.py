"""The story of the page in which coins are left over and Bitcoin moves."""

from __future__ import annotations

from decimal import Decimal

from tests.support.controls import until
from tests.support.sandbox import running_sandbox


async def test_coins_are_left_over_and_the_rate_moves_until_the_end() -> None:
    async with running_sandbox() as box:
        await box.pay.variants(steady=True)
        before, price = await box.pay.balances(), await box.pay.price("BTC")
        await box.scenario("convert", pace=0.0)

        async def over() -> bool | None:
            return True if (await box.controls.get("page"))["running"] is None else None

        await until(over, "the end of the story")
        assert (await box.pay.balances())["USDT"] - before["USDT"] == Decimal(500)
        assert price != await box.pay.price("BTC")
        assert [order.status for order in await box.gate.orders()] == ["finished"]
        told = [line["en"] for line in (await box.controls.get("page"))["told"]]
        assert told[0] == "Convert coins" and told[-1] == "Now on the phone: /convert 100 USDT BTC"
