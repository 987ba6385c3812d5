"""Look at our ads: the list, and one of them whole (`api/gate-c2c.md` §3.12-§3.14). Nothing is changed here."""

import asyncio
from decimal import Decimal

from bot.domain.ad_changes import AdStanding
from bot.domain.ad_edits import whole
from bot.domain.ad_views import AdList, AdView
from bot.domain.ads import Ad, AdState, MarketAd
from bot.domain.errors import NotAllowed, Refused
from bot.domain.listing import Listing
from bot.domain.orders import Side
from bot.domain.staff import Right
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from storage.store import Tables

PAGE = 8
FILTERS: dict[str, frozenset[AdState]] = {
    "all": frozenset(AdState),
    "online": frozenset({AdState.LISTED}),
    "offline": frozenset({AdState.DELISTED, AdState.UNKNOWN}),
    "closed": frozenset({AdState.CLOSED}),
}


async def listed(desk: Desk, user_id: int, wanted: str, page: int) -> AdList:
    """One page of our ads, those online first. Raises NotAllowed("usage") for an unknown filter."""
    desk.need(user_id, Right.READ)
    if wanted not in FILTERS:
        raise NotAllowed("usage", {"command": "ads", "given": wanted[:20]})
    found = await desk.venue.my_ads()
    counts = {name: sum(ad.state in states for ad in found) for name, states in FILTERS.items()}
    fitting = sorted((ad for ad in found if ad.state in FILTERS[wanted]), key=_place)
    last = max((len(fitting) - 1) // PAGE, 0)
    page = min(page, last)
    return AdList(
        ads=tuple(fitting[page * PAGE : (page + 1) * PAGE]),
        wanted=wanted,
        page=page,
        has_more=page < last,
        unreadable=len(found.unreadable),
        seen_at=desk.now(),
        counts=counts,
    )


def _place(ad: Ad) -> tuple[bool, str, bool, str]:
    return ad.state is not AdState.LISTED, ad.pair, ad.side is not Side.SELL, ad.id


async def whole_ad(desk: Desk, ad_id: str) -> Ad:
    """One of our ads from both of its answers. Raises NotAllowed("not_our_ad", "ad_closed"), or what reading raises."""
    try:
        details = await desk.venue.ad(ad_id=ad_id)
    except Refused as no:
        if no.is_throttled or ad_id in {one.id for one in await desk.venue.my_ads()}:
            raise
        raise NotAllowed("not_our_ad", {"ad": ad_id}) from None
    if details.id != ad_id:
        raise NotAllowed("not_our_ad", {"ad": ad_id})
    rows = await desk.venue.my_ads(asset=details.asset, fiat=details.fiat, side=details.side)
    row = next((ad for ad in rows if ad.id == ad_id), None)
    if row is None and details.state is AdState.CLOSED:
        raise NotAllowed("ad_closed", {"ad": ad_id})
    if row is None:
        is_odd = ad_id in rows.unreadable
        raise (
            NotAllowed("ad_unread", {"ad": ad_id, "parts": "list"})
            if is_odd
            else NotAllowed("not_our_ad", {"ad": ad_id})
        )
    return whole(details, row)


async def others(desk: Desk, ad: Ad) -> Listing[MarketAd]:
    """The same side of the market without any of ours."""
    found, mine = await asyncio.gather(
        desk.venue.market_ads(asset=ad.asset, fiat=ad.fiat, side=ad.side),
        desk.venue.my_ads(asset=ad.asset, fiat=ad.fiat, side=ad.side),
    )
    own = {one.id for one in mine} | {ad.id}
    return Listing(one for one in found if one.id not in own)


async def others_prices(desk: Desk, ad: Ad) -> list[Decimal]:
    """What the others ask or offer on that side, in the market's order."""
    return [one.price for one in await others(desk, ad)]


async def open_ad(desk: Desk, user_id: int, ad_id: str) -> AdView:
    """One ad with its place in the market and the last thing the desk did to it."""
    desk.need(user_id, Right.READ)
    ad = await whole_ad(desk, ad_id)
    market = await desk.venue.market_ads(asset=ad.asset, fiat=ad.fiat, side=ad.side)
    rank = next((place for place, one in enumerate(market, start=1) if one.id == ad.id), None)
    async with desk.store.read() as tables:
        last = await last_of(desk, tables, ad_id)
    return AdView(ad=ad, seen_at=desk.now(), last=last, rank=rank, others=len(market) - (rank is not None))


async def last_of(desk: Desk, tables: Tables, ad_id: str) -> AdStanding | None:
    """The newest change of it that was sent."""
    changes = await tables.ad_changes.of_ad(ad_id)
    if not changes:
        return None
    intent = await tables.intents.get(changes[0].id)
    return AdStanding(changes[0], intent, None, name_of(desk, changes[0].person))


async def online(desk: Desk, user_id: int) -> list[Ad]:
    """Those of ours that buyers can see now."""
    desk.need(user_id, Right.READ)
    return sorted((ad for ad in await desk.venue.my_ads() if ad.state is AdState.LISTED), key=_place)
