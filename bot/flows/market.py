"""Look at the public market: both sides of a pair around our own ads. Nothing is sent that changes anything."""

import asyncio

from bot.domain.errors import NotAllowed
from bot.domain.market import Market, rank
from bot.domain.orders import Side
from bot.domain.staff import Right
from bot.flows.desk import Desk


async def look(desk: Desk, user_id: int, asset: str, fiat: str) -> Market:
    """Three reads at once. Raises NotAllowed, or what the venue's reads raise."""
    desk.need(user_id, Right.READ)
    gate = desk.gate
    if gate is None:
        raise NotAllowed("venue_off", {"venue": "Gate C2C"})
    sellers, buyers, mine = await asyncio.gather(
        gate.market_ads(asset=asset, fiat=fiat, side=Side.SELL),
        gate.market_ads(asset=asset, fiat=fiat, side=Side.BUY),
        gate.my_ads(asset=asset, fiat=fiat),
    )
    own = {side: [(ad.id, ad.state) for ad in mine if ad.side is side] for side in Side}
    return Market(
        asset,
        fiat,
        rank(Side.SELL, sellers, own[Side.SELL], len(sellers.unreadable)),
        rank(Side.BUY, buyers, own[Side.BUY], len(buyers.unreadable)),
        desk.now(),
    )
