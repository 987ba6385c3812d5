"""The venue's market, our ads as colleagues handle them in Gate's app, and our account there, for tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from tests.support.controls import Controls, Json, SandboxError, until

AD_POSTS = ("place_biz_push_order", "ads_update_status")


@dataclass(frozen=True)
class VenueAd:
    """One of our ads as the venue itself knows it. `status`: OPEN, OFFLIN or CLOSED; `raw`: every fact by the names
    of `bot/sandbox/gate/ads.py`, such as `trade_tips`, `expire_min`, `min_completed_limit`."""

    id: str
    side: str
    asset: str
    fiat: str
    price: str
    amount: str
    status: str
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class Rival:
    """A row of the true market; `is_ours` marks the desk's own."""

    id: str
    side: str
    price: Decimal
    amount: Decimal
    nick: str
    is_ours: bool
    is_trap: bool
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class AdPost:
    """A POST the venue received: `raw` its exact text, `body` that as JSON, `id` the ad it names ("" for a new one),
    `ad_id` the ad it really made or changed ("" when none), `acted`, `outcome` what the caller was let see."""

    n: int
    at: float
    endpoint: str
    id: str
    ad_id: str
    body: Json
    acted: bool
    outcome: str
    why: str
    raw: str = field(repr=False)


class AdsControl:
    """Everything about ads that the merchant API cannot do."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    # What the venue has and received

    async def mine(self) -> list[VenueAd]:
        """All our ads, closed ones too, oldest first."""
        return [_venue_ad(row) for row in (await self._controls.get("gate/ads"))["ads"]]

    async def ad(self, ad_id: str) -> VenueAd:
        for ad in await self.mine():
            if ad.id == ad_id:
                return ad
        raise SandboxError(f"the venue has no ad {ad_id}")

    async def wait_for_ad(
        self, ad_id: str, where: Callable[[VenueAd], bool], what: str, timeout: float = 20
    ) -> VenueAd:
        async def look() -> VenueAd | None:
            ad = await self.ad(ad_id)
            return ad if where(ad) else None

        return await until(look, what, timeout, lambda: self.ad(ad_id))

    async def posts(self, endpoint: str | None = None, ad_id: str | None = None) -> list[AdPost]:
        """place_biz_push_order and ads_update_status that arrived, oldest first; work hours when asked by name.

        `ad_id`: only those that name or made this ad."""
        rows = (await self._controls.get("gate/ads/posts"))["posts"]
        wanted = AD_POSTS if endpoint is None else (endpoint,)
        return [
            post
            for post in map(_post, rows)
            if post.endpoint in wanted and (ad_id is None or ad_id in (post.id, post.ad_id))
        ]

    async def wait_for_posts(self, count: int = 1, endpoint: str | None = None, timeout: float = 20) -> list[AdPost]:
        async def look() -> list[AdPost] | None:
            found = await self.posts(endpoint)
            return found if len(found) >= count else None

        return await until(look, f"{count} ad posts", timeout, self.posts)

    # Colleagues in Gate's app: nothing is checked, nothing is logged

    async def publish_from_app(self, side: str = "sell", *, price: str = "7.25", **facts: Any) -> str:
        """A new ad; its id. Facts by the names of `Ad`: asset, fiat, amount, min_amount, max_amount, limit_basis with
        fiat_min_amount and fiat_max_amount, pay_types (list), pay_type_json (text), status (1|3|4), trade_tips …"""
        body = {"side": side, "price": price, **facts}
        return str((await self._controls.post("gate/ads", body))["id"])

    async def edit_from_app(self, ad_id: str, **facts: Any) -> VenueAd:
        """Only these facts change."""
        return _venue_ad(await self._controls.post(f"gate/ads/{ad_id}/edit", facts))

    async def set_status_from_app(self, ad_id: str, status: int | str) -> VenueAd:
        """1 or OPEN, 3 or OFFLIN, 4 or CLOSED."""
        return _venue_ad(await self._controls.post(f"gate/ads/{ad_id}/status", {"status": status}))

    async def next_id(self, number: int) -> None:
        """The id of the next ad, such as 2147483647; they rise from there. 0: one above the highest again."""
        await self._controls.post("gate/ads/next_id", {"id": number})

    async def rules(self, **rules: Any) -> Json:
        """listed_ads, band_percent ("50"), least_amount ("1"), windows, price_decimals ({"CNY": 2, "": 4}),
        amount_decimals, words (also refused in texts), refuses_texts (any text); all of them as they now are."""
        return cast(Json, await self._controls.post("gate/ads/rules", rules))

    # The market

    async def market(self) -> Json:
        """pace, seed, steps, answers, references, events, and `pairs`: {"USDT/CNY": {"sell": [row], "buy": […]}}."""
        return cast(Json, await self._controls.get("gate/market"))

    async def side(self, side: str = "sell", pair: str = "USDT/CNY") -> list[Rival]:
        """One side of the true market, best first, ours among them."""
        return [_rival(row) for row in (await self.market())["pairs"].get(pair, {}).get(side, [])]

    async def rivals(self, side: str = "sell", pair: str = "USDT/CNY") -> list[Rival]:
        return [row for row in await self.side(side, pair) if not row.is_ours]

    async def add_rival(self, side: str = "sell", *, price: str = "7.25", **facts: Any) -> Rival:
        """nick, asset, fiat, amount, min_amount, max_amount, pay_types …"""
        return _rival(await self._controls.post("gate/market/rivals", {"side": side, "price": price, **facts}))

    async def change_rival(self, rival_id: str, **facts: Any) -> Rival:
        return _rival(await self._controls.post(f"gate/market/rivals/{rival_id}", facts))

    async def remove_rival(self, rival_id: str) -> None:
        await self._controls.delete(f"gate/market/rivals/{rival_id}")

    async def clear_rivals(self) -> None:
        """All others leave; our own ads stay."""
        await self._controls.post("gate/market/clear")

    async def move(self, steps: int = 1) -> Json:
        """So many steps of the walk at once; the market then."""
        return cast(Json, await self._controls.post("gate/market/move", {"steps": steps}))

    async def pace(self, seconds: float) -> None:
        """One step each so many seconds; 0 stands still, as at the start."""
        await self._controls.post("gate/market", {"pace": seconds})

    async def seed(self, seed: int) -> None:
        await self._controls.post("gate/market", {"seed": seed})

    async def answers(self, how: str) -> None:
        """What ads_list says: "live", "stale" (as it is now, whatever moves), "empty" (nobody)."""
        await self._controls.post("gate/market", {"answers": how})

    async def reference(self, price: str, pair: str = "USDT/CNY") -> None:
        """The price that floating ads follow, and around which the venue's price band lies."""
        await self._controls.post("gate/market", {"references": {pair: price}})

    async def trap(self, side: str = "sell", **facts: Any) -> Rival:
        """A rival with 3 coins, 12 % better than the reference; facts bend it (price=, amount=, asset=, fiat=)."""
        return _rival(await self._controls.post("gate/market/trap", {"side": side, **facts}))

    async def undercut(self, side: str = "sell", *, ad_id: str | None = None, **pair: str) -> Rival:
        """The best rival goes one tick better than our best ad of that side, or than this one."""
        body = {"ad": ad_id} if ad_id is not None else {"side": side, **pair}
        return _rival(await self._controls.post("gate/market/undercut", body))

    # Our account

    async def account(self) -> Json:
        """work_status, work_hours, profile (what is bent), methods."""
        return cast(Json, await self._controls.get("gate/account"))

    async def profile(self, **facts: Any) -> Json:
        """Fields of get_user_info shown so from now on: need_replenish=1, online_status=0 …"""
        return cast(Json, await self._controls.post("gate/account", {"profile": facts}))

    async def work(self, status: int, hours: Json | None = None) -> Json:
        """As a colleague sets it in the app: 0 rest, 1 work, 2 / 3 custom hours resting / working."""
        return cast(Json, await self._controls.post("gate/account", {"work_status": status, "work_hours": hours}))

    async def set_methods(self, *methods: Json) -> Json:
        """All own payment methods: {"id", "pay_type", "account", and bank_name, real_name, fiats … if any}."""
        return cast(Json, await self._controls.post("gate/account", {"methods": list(methods)}))

    async def add_method(self, number: int, pay_type: str, account: str = "6222020000001234", **facts: Any) -> Json:
        """One more; `pay_type` may be one that nobody knows."""
        method = {"id": number, "pay_type": pay_type, "account": account, **facts}
        return cast(Json, await self._controls.post("gate/account", {"add_methods": [method]}))


def _venue_ad(raw: Json) -> VenueAd:
    facts = {name: str(raw[name]) for name in ("id", "side", "asset", "fiat", "price", "amount")}
    return VenueAd(**facts, status=str(raw["status_text"]), raw=raw)


def _rival(raw: Json) -> Rival:
    return Rival(
        id=str(raw["id"]),
        side=str(raw["side"]),
        price=Decimal(str(raw["price"])),
        amount=Decimal(str(raw["amount"])),
        nick=str(raw["nick"]),
        is_ours=bool(raw["is_ours"]),
        is_trap=bool(raw["is_trap"]),
        raw=raw,
    )


def _post(raw: Json) -> AdPost:
    body = raw["body"] if isinstance(raw["body"], dict) else {}
    names = ("n", "at", "endpoint", "id", "ad_id", "acted", "outcome", "why", "raw")
    return AdPost(body=body, **{name: raw[name] for name in names})
