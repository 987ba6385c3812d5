"""An off-ramp that no look settles: a lead has seen its order in Gate Pay, or that there is none.

An order is looked at by its number before it counts, and must be the one that this off-ramp could have made. That
there is none is believed only when the off-ramp could not be made any more, after one more look of the desk's own.
"""

import json
import re

from bot.domain.errors import NotAllowed, Refused, VenueError
from bot.domain.intents import Event, Intent, State
from bot.domain.off_ramps import OffRamp, OffRampOrder, OffRampStanding
from bot.flows.desk import Desk, log
from bot.flows.off_ramp import apply, record
from bot.flows.off_ramp_follow import NOT_FOUND, found_order
from bot.flows.off_ramp_view import standing_of, stored_off_ramp
from bot.flows.settling import check_may_settle, journal_word, settle_by_word
from storage.store import Tables

NOTHING = "nothing"
NUMBER = re.compile(r"[A-Za-z0-9_\-]{4,40}")
"""what may be an order's number: it fits a button"""
OLDER_MS = 300_000
"""our clocks may differ so much: an order that is older still was there before"""


async def may_settle(desk: Desk, user_id: int, off_ramp_id: str) -> OffRampStanding:
    """The off-ramp, for the questions before `settle`."""
    await check_may_settle(desk, user_id, f"off_ramp/{off_ramp_id}")
    async with desk.store.read() as tables:
        off_ramp, _ = await _unknown(tables, off_ramp_id)
        return await standing_of(desk, tables, off_ramp)


async def look_up(desk: Desk, user_id: int, off_ramp_id: str, number: str) -> tuple[OffRampStanding, OffRampOrder]:
    """The order that a lead names, as Gate has it now. Raises NotAllowed for one that cannot be it, or VenueError."""
    standing = await may_settle(desk, user_id, off_ramp_id)
    assert standing.intent is not None, "what is unknown was sent"
    return standing, await _named(desk, standing.off_ramp, standing.intent, number)


async def settle(desk: Desk, user_id: int, off_ramp_id: str, outcome: str) -> OffRampStanding:
    """A lead has looked into Gate Pay: `outcome` is the order's number there, or "nothing". No request is sent."""
    await check_may_settle(desk, user_id, f"off_ramp/{off_ramp_id}")
    async with desk.store.read() as tables:
        off_ramp, intent = await _unknown(tables, off_ramp_id)
    if outcome == NOTHING:
        _check_arrived(desk, off_ramp, intent)
        order = await _last_look(desk, off_ramp)
    else:
        order = await _named(desk, off_ramp, intent, outcome)
    async with desk.store.write() as tables:
        _, intent = await _unknown(tables, off_ramp_id)
        if order is None:
            await settle_by_word(desk, tables, user_id, intent, NOTHING, Event.FOUND_UNTOUCHED, record)
        else:
            word = "seen" if outcome == NOTHING else "done"
            await journal_word(desk, tables, user_id, intent, word, order=order.id, said=outcome)
            await apply(desk, tables, off_ramp_id, order)
        standing = await standing_of(desk, tables, await stored_off_ramp(tables, off_ramp_id))
    desk.wake_relay.set()
    return standing


async def _unknown(tables: Tables, off_ramp_id: str) -> tuple[OffRamp, Intent]:
    off_ramp, intent = await stored_off_ramp(tables, off_ramp_id), await tables.intents.get(off_ramp_id)
    if intent is None or intent.state is not State.UNKNOWN:
        raise NotAllowed("otc_not_unknown", {"off_ramp": off_ramp_id})
    return off_ramp, intent


def _check_arrived(desk: Desk, off_ramp: OffRamp, intent: Intent) -> None:
    """Until then the request may still be on its way, and the desk's own looks settle it better than a word."""
    waited = (intent.sent_at or intent.planned_at) + desk.policy.unknown_long_seconds * 1000
    free_at = max(waited, off_ramp.ends_at)
    if desk.now() < free_at:
        raise NotAllowed("otc_settle_early", {"off_ramp": off_ramp.id, "at": str(free_at)})


async def _last_look(desk: Desk, off_ramp: OffRamp) -> OffRampOrder | None:
    """An order that the desk itself sees after all outweighs the word; None also when it cannot look."""
    try:
        return await found_order(desk, off_ramp, off_ramp.order_id)
    except VenueError as blind:
        log.info("off-ramp %s is settled by a word: %s", off_ramp.target, blind)
        return None


async def _named(desk: Desk, off_ramp: OffRamp, intent: Intent, number: str) -> OffRampOrder:
    """Raises NotAllowed when the venue knows none of that number, or one that is not this off-ramp's."""
    facts = {"off_ramp": off_ramp.id, "given": number[:40]}
    if not NUMBER.fullmatch(number):
        raise NotAllowed("otc_order_number", facts)
    try:
        order = await desk.exchange.off_ramp.order(order_id=number)
    except Refused as no:
        if no.code == NOT_FOUND:
            raise NotAllowed("otc_order_unknown", facts) from None
        raise
    async with desk.store.read() as tables:
        known = await tables.off_ramps.by_venue(client_order_id="", order_id=order.id)
    if order.client_order_id not in ("", off_ramp.client_order_id) or (known is not None and known.id != off_ramp.id):
        raise NotAllowed("otc_order_of_another", facts)
    if not order.client_order_id and not _may_be(off_ramp, intent, order):
        raise NotAllowed("otc_order_differs", facts)
    return order


def _may_be(off_ramp: OffRamp, intent: Intent, order: OffRampOrder) -> bool:
    """Without our number: these very amounts, this account, and no older than the request."""
    quote = off_ramp.quote
    has_amounts = (order.sell, order.get) == (quote.sell, quote.get)
    has_account = order.bank_account in ("", str(json.loads(off_ramp.bank_id)))
    began_at = (intent.sent_at or intent.planned_at) - OLDER_MS
    return has_amounts and has_account and (not order.created_at or order.created_at >= began_at)
