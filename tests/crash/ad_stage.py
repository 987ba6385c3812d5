"""Our ads as a cell sees them: what the venue has, what it had before, every request, and when it really acted."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

from bot.sandbox.faults import fault_from
from bot.sandbox.gate.ad_log import AdLog, AdPost
from bot.sandbox.gate.ads import AMOUNTS, DELISTED, FIRST_AD, Ad, with_facts
from bot.sandbox.gate.call_log import CallLog
from tests.crash.ad_cells import AdCell, Scene
from tests.crash.cells import AWAY, NONE, STALE_SECONDS
from tests.crash.stage import Stage

AD, BUYING, SECOND = FIRST_AD, FIRST_AD + 1, FIRST_AD + 2
PRICE = "7.21"
ON_THE_WAY = ("received", "waiting", "to act late")
OF_ITSELF = ("id", "created_at")
# Nothing of it is as a new ad would have it, so that a field which an edit forgets is seen.
RICH: dict[str, Any] = {
    "limit_basis": 1, "fiat_min_amount": "70", "fiat_max_amount": "350000", "expire_min": 20, "tier_limit": 1,
    "verified_limit": 2, "reg_time_limit": 30, "advertisers_limit": 1, "polymarket_limit": 1,
    "min_completed_limit": 5, "max_completed_limit": 900, "completed_rate_limit": 80, "user_orders_limit": 2,
    "user_country_limit": 86,
}  # fmt: skip


@dataclass
class TimedPost(AdPost):
    """`acted_at`: when the venue acted, as often as it did (Unix seconds)."""

    acted_at: list[float] = field(default_factory=list)

    def done(self) -> None:
        super().done()
        self.acted_at.append(time.time())


class TimedLog(AdLog):
    def __init__(self) -> None:
        CallLog.__init__(self, TimedPost)


@dataclass(frozen=True)
class Shop:
    """The venue's side of one stage. Made before the desk is started."""

    stage: Stage
    cell: AdCell
    before: dict[int, Ad]

    @classmethod
    def on(cls, stage: Stage, cell: AdCell) -> Shop:
        venue = stage.box.venue
        venue.ad_posts = TimedLog()
        rich = with_facts(venue.ads.get(AD), RICH)
        for ad in (rich, replace(rich, id=SECOND, price="7.25")):
            venue.ads.add(ad)
        return cls(stage, cell, {ad.id: ad for ad in venue.ads.all()})

    @property
    def posts(self) -> list[TimedPost]:
        return cast(list[TimedPost], self.stage.box.venue.ad_posts.calls)

    @property
    def is_at_work(self) -> bool:
        return any(post.outcome in ON_THE_WAY for post in self.posts)

    def acted(self, ad_id: str = "") -> list[float]:
        """When the venue acted on that ad, or on any."""
        return sorted(at for post in self.posts if ad_id in ("", post.ad_id) for at in post.acted_at)

    @property
    def made(self) -> list[Ad]:
        """What was not there before."""
        return [ad for ad in self.stage.box.venue.ads.all() if ad.id not in self.before]

    def set_trap(self) -> None:
        venue, fault = self.stage.box.venue, self.cell.fault
        if fault not in (NONE, AWAY):
            venue.faults.add(fault_from(self.cell.facts, venue.now()))
        if self.cell.reads == "stale":
            venue.faults.add(fault_from({"endpoint": "*", "kind": "stale", "seconds": STALE_SECONDS}, venue.now()))

    def astray(self, meant: set[str]) -> list[str]:
        """What of our ads is neither as before nor, where the venue acted on a meant one, as was wanted."""
        now = {ad.id: ad for ad in self.stage.box.venue.ads.all()}
        wrong = []
        for number, old in self.before.items():
            wanted = self._wanted(old) if str(number) in meant and self.acted(str(number)) else old
            wrong += [f"{number}: {name}" for name in differing(wanted, now[number])]
        for ad in self.made:
            wrong += [f"new {ad.id}: {name}" for name in differing(self.before[AD], ad)]
        return wrong

    def _wanted(self, old: Ad) -> Ad:
        return replace(old, price=PRICE) if self.cell.scene is Scene.PRICE else replace(old, status=DELISTED)


def differing(one: Ad, other: Ad) -> list[str]:
    """In which facts two ads are not the same, however those are written."""
    facts, others = _facts(one), _facts(other)
    return [f"{name} {value} became {others[name]}" for name, value in facts.items() if others[name] != value]


def _facts(ad: Ad) -> dict[str, Any]:
    """The limits that are not an ad's basis are only worked out from the others."""
    derived = ("min_amount", "max_amount") if ad.limit_basis else ("fiat_min_amount", "fiat_max_amount")
    facts = {name: value for name, value in vars(ad).items() if name not in (*derived, *OF_ITSELF)}
    numbers = {name: Decimal(facts[name]) for name in (*AMOUNTS, "locked", "traded", "rate_offset") if name in facts}
    return facts | numbers | {"pay_types": sorted(ad.pay_types), "pay_type_json": json.loads(ad.pay_type_json)}
