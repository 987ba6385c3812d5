"""The honest answers at the bank question, and what they lock."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import ORDER_ACTIONS, Action
from bot.domain.orders import Side
from bot.domain.situations import LockReason, Notice, Situation
from bot.domain.staff import Right, Role
from bot.domain.two_people import Why
from bot.flows.announce import announce, announce_order, with_role
from bot.flows.approve import raise_if_open
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.locking import lock
from bot.flows.standing import end_for_order
from storage.orders import StoredOrder
from storage.store import Tables

MOST_NAME = 120
DOUBTS = frozenset({"not_there_yet", *(reason.value for reason in LockReason)})
"""answers that take the ground from under a yes somebody gave before"""


async def not_there_yet(desk: Desk, user_id: int, order_id: str) -> Situation:
    """Somebody looked into the bank and the money is not there: kept with name and time; open confirms die."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        await unreleased_sale(tables, order_id)
        await tables.orders.look(order_id, user_id, desk.now())
        await tables.orders.claim(order_id, user_id, desk.now())
        situation = await _said(desk, tables, user_id, order_id, "not_there_yet")
    desk.wake_relay.set()
    return situation


async def stop_release(desk: Desk, user_id: int, order_id: str, reason: LockReason) -> Situation:
    """The payer is not the buyer: nobody releases until a lead unlocks, and the buyer's next cards say so."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        stored = await unreleased_sale(tables, order_id)
        raise_if_open(desk, await tables.intents.open_for(order_id))
        await lock(desk, tables, user_id, stored, reason)
        situation = await _answered(desk, tables, user_id, order_id, reason.value)
    desk.wake_relay.set()
    return situation


async def keep_payer(desk: Desk, user_id: int, order_id: str, words: str) -> Situation:
    """Who paid instead, as the bank shows the name: kept for as long as the order's own names.

    Raises NotAllowed: `payer_name` for no name at all, `not_locked` when nobody doubts the payer any more.
    """
    desk.need(user_id, Right.CLAIM)
    name = " ".join(words.split())[:MOST_NAME]
    if not any(char.isalnum() for char in name):
        raise NotAllowed("payer_name", {"order": order_id})
    async with desk.store.write() as tables:
        stored = await unreleased_sale(tables, order_id)
        if stored.lock is None:
            raise NotAllowed("not_locked", {"order": order_id})
        await tables.doubts.keep_payer(order_id, name, desk.now(), user_id)
        situation = await _said(desk, tables, user_id, order_id, "payer_named")
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
        if action in ORDER_ACTIONS:
            await tables.approvals.ask(order_id, Action(action), user_id, desk.now())
        facts = {"order": order_id, "who": name_of(desk, user_id), "action": action, "coins": str(stored.order.coins)}
        leads = [person for person in with_role(desk, Role.LEAD) if person.id != user_id]
        await announce(desk, tables, Notice("ask_lead", facts), leads)
        await _journal(desk, tables, user_id, "ask_lead", order_id, {"asked_for": action})
        situation = await situation_of(desk, tables, await stored_order(tables, order_id))
    desk.wake_relay.set()
    return situation


async def unreleased_sale(tables: Tables, order_id: str) -> StoredOrder:
    """Raises NotAllowed: `order_unknown`, `wrong_side`, `already_final`."""
    stored = await stored_order(tables, order_id)
    if stored.order.side is not Side.SELL:
        raise NotAllowed("wrong_side", {"order": order_id})
    if stored.order.is_final:
        raise NotAllowed("already_final", {"order": order_id, "status": stored.order.status})
    return stored


async def _said(desk: Desk, tables: Tables, user_id: int, order_id: str, word: str) -> Situation:
    """Open confirms die, the answer is journalled, every copy of the card is brought up to date."""
    await tables.seals.end_for(order_id, desk.now())
    await _journal(desk, tables, user_id, word, order_id, {})
    return await _answered(desk, tables, user_id, order_id, word)


async def _answered(desk: Desk, tables: Tables, user_id: int, order_id: str, word: str) -> Situation:
    if word in DOUBTS:
        await end_for_order(desk, tables, order_id, Why.DOUBT, by=user_id, because=word)
    await announce_order(desk, tables, order_id)
    return await situation_of(desk, tables, await stored_order(tables, order_id))


async def _journal(desk: Desk, tables: Tables, user_id: int, word: str, order_id: str, facts: dict[str, str]) -> None:
    await tables.journal.add(at=desk.now(), actor=user_id, action=word, target=order_id, facts=facts, outcome="done")
