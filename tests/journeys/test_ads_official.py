"""The venue's own client sees on the sandbox exactly what the desk did to our ads through Telegram."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import gate_api
import pytest

from tests.journeys.ad_window import SELLING, AdWindow, open_window, prepare
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Official:
    """The generated client in a thread, as it blocks."""

    def __init__(self, box: Sandbox) -> None:
        settings = gate_api.Configuration(host=box.gate_url, key=box.gate_key, secret=box.gate_secret)
        self._client = gate_api.ApiClient(settings)
        self._api = gate_api.P2pApi(self._client)

    async def _call(self, name: str, *given: Any, **named: Any) -> Any:
        answer = await asyncio.to_thread(getattr(self._api, f"p2p_merchant_books_{name}"), *given, **named)
        assert answer.code == 0, answer
        return answer.data

    async def details(self, ad_id: str) -> Any:
        return await self._call("ads_detail", gate_api.AdsDetailRequest(adv_no=ad_id))

    async def mine(self) -> dict[str, Any]:
        wanted = gate_api.MyAdsListRequest(asset="USDT", fiat_unit="CNY")
        return {row.id: row for row in (await self._call("my_ads_list", my_ads_list_request=wanted)).lists}

    async def market(self) -> dict[str, str]:
        wanted = gate_api.AdsListRequest(asset="USDT", fiat_unit="CNY", trade_type="sell")
        return {str(ad.adv_no): ad.price for ad in await self._call("ads_list", wanted)}

    def close(self) -> None:
        self._client.close()


def kept(details: Any, *without: str) -> dict[str, Any]:
    """Everything that the details tell, but for these."""
    return {name: value for name, value in details.to_dict().items() if name not in without}


async def test_a_price_a_close_and_all_offline_are_seen_by_the_venues_own_client(tmp_path: Path) -> None:
    async with open_window(tmp_path) as shop:
        window, official = AdWindow(shop), Official(shop.box)
        first, second = await window.begin(price="7.22"), await window.begin()
        before = await official.details(second)
        await window.confirmed(await window.say(f"/price 7.24 {second}", "7.21 → 7.24"))
        after, row = await official.details(second), (await official.mine())[second]
        moved = ("rate", "total", "fiat_min_amount", "fiat_max_amount")
        assert (after.rate, row.rate, (await official.market())[second]) == ("7.24", "7.24", "7.24")
        assert kept(after, *moved) == kept(before, *moved)
        assert (row.verified_limit, row.min_completed_limit, row.trade_tips) == (2, 5, "own-name accounts only")

        await window.confirmed(await window.state_step(await window.card(first), "close"))
        assert (await official.details(first)).status == "CLOSED"
        assert first not in await official.mine() and first not in await official.market()

        card = await window.say("/ads off", f"··{second[-4:]}")
        await window.confirm(card)
        await window.shows(card, "Offline now: 1 of 1 ads")
        assert kept(await official.details(second), "status") == kept(after, "status")
        assert (await official.details(second)).status == (await official.mine())[second].status == "OFFLIN"
        assert second not in await official.market() and SELLING in await official.mine()
        official.close()
        await prepare(shop.box)
        assert await shop.box.telegram.violations() == []
