"""The lock on a sale whose payer is not its buyer, by whichever question that came out."""

from bot.domain.situations import LockReason, Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from storage.orders import StoredOrder
from storage.store import Tables


async def lock(desk: Desk, tables: Tables, user_id: int, stored: StoredOrder, reason: LockReason) -> None:
    """Nobody releases until a lead unlocks, the buyer's next cards say so, leads hear of it, open steps are over."""
    order, now = stored.order, desk.now()
    await tables.orders.lock(order.id, reason, user_id, now)
    if order.counterparty_id:
        await tables.doubts.mark_buyer(order.id, order.counterparty_id, reason, now, user_id)
    await tables.seals.end_for(order.id, now)
    await tables.journal.add(at=now, actor=user_id, action=reason.value, target=order.id, facts={}, outcome="done")
    facts = {"order": order.id, "who": name_of(desk, user_id), "reason": reason.value}
    await announce(desk, tables, Notice("release_locked", facts), with_role(desk, Role.LEAD))
