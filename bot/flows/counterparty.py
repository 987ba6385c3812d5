"""What the venue tells of the other side of an order, read anew for somebody who asks."""

from bot.domain.errors import NotAllowed
from bot.domain.orders import Profile
from bot.domain.situations import Situation
from bot.flows import assemble
from bot.flows.desk import Desk


async def profile(desk: Desk, user_id: int, order_id: str) -> tuple[Situation, Profile]:
    """The order and its counterparty's profile now. Raises NotAllowed, or VenueError when it cannot be read."""
    situation = await assemble.show(desk, user_id, order_id)
    counterparty = situation.order.counterparty_id
    if not counterparty:
        raise NotAllowed("profile_unknown", {"order": order_id})
    found = await desk.venue.counterparty(counterparty_id=counterparty)
    desk.profiles[counterparty] = found
    return await assemble.show(desk, user_id, order_id), found
