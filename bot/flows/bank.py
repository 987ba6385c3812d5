"""The honest answers at the bank question, and what they lock."""

from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.domain.situations import LockReason, Notice, Situation
from bot.domain.staff import Right, Role
from bot.flows.announce import announce, announce_order, with_role
from bot.flows.approve import raise_if_open
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk
from storage.orders import StoredOrder
from storage.store import Tables


async def not_there_yet(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Somebody looked into the bank and the money is not there: kept with name and time; open confirms die."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        await _unreleased_sale(tables, order_id)
        await tables.orders.look(order_id, user_id, desk.now())
        await tables.orders.claim(order_id, user_id, desk.now())
        situation = await _said(desk, tables, user_id, order_id, "not_there_yet")
    desk.wake_relay.set()
    return situation


async def stop_release(desk: Desk, user_id: int, order_id: str, reason: LockReason) -> Situation:
    """The payer is not the buyer: nobody releases until a lead unlocks."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        await _unreleased_sale(tables, order_id)
        raise_if_open(desk, await tables.intents.open_for(order_id))
        await tables.orders.lock(order_id, reason, user_id, desk.now())
        facts = {"order": order_id, "who": name_of(desk, user_id), "reason": reason.value}
        await announce(desk, tables, Notice("release_locked", facts), with_role(desk, Role.LEAD))
        situation = await _said(desk, tables, user_id, order_id, reason.value)
    desk.wake_relay.set()
    return situation


async def unlock(desk: Desk, user_id: int, order_id: str) -> Situation:
    """A lead takes the lock away; the release itself still needs its own step."""
    desk.need(user_id, Right.UNLOCK)
    async with desk.store.write() as tables:
        stored = await _unreleased_sale(tables, order_id)
        if stored.lock is None:
            raise NotAllowed("not_locked", {"order": order_id})
        await tables.orders.unlock(order_id)
        situation = await _said(desk, tables, user_id, order_id, "unlock")
        await announce_order(desk, tables, order_id, repost=True, ring=True)  # whoever waits for it must hear it
    desk.wake_relay.set()
    return situation


async def claim(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Take the order over: the buttons move to this person's copy of the card."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        stored = await stored_order(tables, order_id)
        if stored.order.is_final:
            raise NotAllowed("already_final", {"order": order_id, "status": stored.order.status})
        await tables.orders.claim(order_id, user_id, desk.now())
        situation = await _said(desk, tables, user_id, order_id, "claim")
    desk.wake_relay.set()
    return situation


async def ask_lead(desk: Desk, user_id: int, order_id: str, action: str) -> Situation:
    """Pass an action that is over one's limit or role to the leads, who act under a seal of their own."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        stored = await stored_order(tables, order_id)
        if stored.order.is_final:
            raise NotAllowed("already_final", {"order": order_id, "status": stored.order.status})
        await tables.orders.set_requester(order_id, user_id)
        facts = {"order": order_id, "who": name_of(desk, user_id), "action": action, "coins": str(stored.order.coins)}
        leads = [person for person in with_role(desk, Role.LEAD) if person.id != user_id]
        await announce(desk, tables, Notice("ask_lead", facts), leads)
        await _journal(desk, tables, user_id, "ask_lead", order_id, {"asked_for": action})
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    desk.wake_relay.set()
    return situation


async def show_payee(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Whom we are to pay, in full, for an operator or higher; that it was looked at is journalled."""
    person = desk.need(user_id, Right.SHOW_PAYEE)
    async with desk.store.write() as tables:
        stored = await stored_order(tables, order_id)
        if stored.order.side is not Side.BUY:
            raise NotAllowed("wrong_side", {"order": order_id})
        if stored.order.hides_payment:
            raise NotAllowed("hides_payment", {"order": order_id})
        if stored.order.holder_differs and person.role < Role.LEAD:
            raise NotAllowed("holder_differs", {"order": order_id})
        await _journal(desk, tables, user_id, "show_payee", order_id, {})
        return await situation_of(desk, tables, stored)


async def _unreleased_sale(tables: Tables, order_id: str) -> StoredOrder:
    stored = await stored_order(tables, order_id)
    if stored.order.side is not Side.SELL:
        raise NotAllowed("wrong_side", {"order": order_id})
    if stored.order.is_final:
        raise NotAllowed("already_final", {"order": order_id, "status": stored.order.status})
    return stored


async def _said(desk: Desk, tables: Tables, user_id: int, order_id: str, word: str) -> Situation:
    """Open confirms die, the answer is journalled, every copy of the card is brought up to date."""
    await tables.seals.end_for_order(order_id, desk.now())
    await _journal(desk, tables, user_id, word, order_id, {})
    await announce_order(desk, tables, order_id)
    return await situation_of(desk, tables, await stored_order(tables, order_id))


async def _journal(desk: Desk, tables: Tables, user_id: int, word: str, order_id: str, facts: dict[str, str]) -> None:
    await tables.journal.add(at=desk.now(), actor=user_id, action=word, target=order_id, facts=facts, outcome="done")
