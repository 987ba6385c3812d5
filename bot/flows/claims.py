"""Take an order that nobody is on. Acting on it does the same; taking one over from somebody is a step of its own."""

from bot.domain.errors import NotAllowed
from bot.domain.situations import Situation
from bot.domain.staff import Right
from bot.flows.announce import announce_order
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.journal_line import journal


async def claim(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Mine from now on, unless somebody was quicker. Raises NotAllowed("claim_taken", "already_final")."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        stored = await stored_order(tables, order_id)
        if stored.order.is_final:
            raise NotAllowed("already_final", {"order": order_id, "status": stored.order.status})
        if stored.claimed_by not in (None, user_id):
            raise NotAllowed("claim_taken", {"order": order_id, "who": name_of(desk, stored.claimed_by)})
        if stored.claimed_by is None:
            await tables.orders.claim(order_id, user_id, desk.now())
            await journal(desk, tables, user_id, "claim", order_id, {}, "done")
            await announce_order(desk, tables, order_id)
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    desk.wake_relay.set()
    return situation
