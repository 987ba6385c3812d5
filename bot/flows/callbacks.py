"""What a venue calls us with: verified, stored, and only then acknowledged; a callback is a hint where to look."""

from collections.abc import Iterable
from functools import partial

from bot.clients.gate_pay.callbacks import Event, is_genuine, read_event
from bot.domain.errors import Refused
from bot.domain.off_ramps import is_newer
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows import deposit_hooks
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, StoreError, log
from bot.flows.off_ramp_follow import hinted
from bot.flows.receipts import Receipt
from bot.flows.side_by_side import few_at_once
from storage.callbacks import Callback
from storage.store import Tables

GATE_PAY = "gate_pay"
OFF_RAMP_EVENTS = {"WITHDRAW_DISPATCHED": "DISPATCHED", "WITHDRAW_SUCCESS": "DONE", "WITHDRAW_FAIL": "FAIL"}
"""the events of an off-ramp, and what its order then says at the venue"""
RETRY_SECONDS = (2, 5, 15, 60, 300, 900, 1800)
MOST_ATTEMPTS = 55
"""about a day: what cannot be confirmed by then is told to owners as it came"""
LOOKS_BEHIND = 3
"""an order may lag behind its own callback: so often it is looked at again, before the usual rounds go on"""


class Behind(Exception):
    """The venue's order does not say yet what its callback said."""


async def receive(desk: Desk, *, timestamp: str, nonce: str, signature: str, raw: bytes) -> Receipt:
    """Verify, then store. Raises StoreError: then it must not be acknowledged, and will come again.

    Its age and its nonce decide nothing: a retry may carry the old ones, and what it says is looked up anyway.
    """
    secret = desk.exchange.callback_secret
    if not secret or not is_genuine(secret, timestamp, nonce, signature, raw):
        return Receipt.FORGED
    try:
        event, body = read_event(raw), raw.decode()
    except ValueError:
        return Receipt.UNREADABLE
    async with desk.store.write() as tables:
        await tables.callbacks.keep(
            venue=GATE_PAY,
            event=f"{event.biz_type[:40]}/{event.key[:160]}",
            timestamp=timestamp[:20],
            nonce=nonce[:64],
            body=body,
            at=desk.now(),
        )
    desk.exchange.callback_came.set()
    return Receipt.KEPT


async def round_(desk: Desk, venues: Iterable[str] = ()) -> None:
    """Handle what is due of these venues (all, without any): each event once; what cannot be looked up yet waits."""
    await few_at_once((partial(_round_of, desk, venue) for venue in venues or HANDLERS), len(HANDLERS))


async def _round_of(desk: Desk, venue: str) -> None:
    async with desk.store.read() as tables:
        due = await tables.callbacks.due(desk.now(), venue=venue)
    await few_at_once((partial(_handle_guarded, desk, callback) for callback in due), AT_ONCE[venue])


async def _handle_guarded(desk: Desk, callback: Callback) -> None:
    try:
        await HANDLERS[callback.venue](desk, callback)
    except StoreError:
        raise
    except Exception as error:  # one callback's trouble is tried again; it must not hold up the others
        log.warning("callback %s waits: %r", callback.event, error)
        wait = RETRY_SECONDS[min(callback.attempts, len(RETRY_SECONDS) - 1)]
        async with desk.store.write() as tables:
            await tables.callbacks.later(callback.number, desk.now() + wait * 1000)


async def _handle(desk: Desk, callback: Callback) -> None:
    event = read_event(callback.body.encode())
    outcome = "told"
    if event.biz_type == "OTC" and event.status in OFF_RAMP_EVENTS and callback.attempts < MOST_ATTEMPTS:
        order_id, number = event.order_id or event.biz_id, event.client_order_id
        is_ours = await hinted(desk, order_id=order_id, client_order_id=number)
        outcome = "looked" if is_ours or await _is_found_ours(desk, event) else "not_ours"
        if is_ours and callback.attempts < LOOKS_BEHIND:
            await _check_not_behind(desk, event, order_id, number)
    async with desk.store.write() as tables:
        if await tables.callbacks.handled(callback.number, outcome, desk.now()) and outcome != "looked":
            await _tell_owners(desk, tables, event)
    desk.wake_relay.set()


async def _check_not_behind(desk: Desk, event: Event, order_id: str, number: str) -> None:
    """Raises Behind, and the callback waits for its next turn."""
    async with desk.store.read() as tables:
        off_ramp = await tables.off_ramps.by_venue(client_order_id=number, order_id=order_id)
    if off_ramp is not None and is_newer(OFF_RAMP_EVENTS[event.status], than=off_ramp.status):
        raise Behind(f"{off_ramp.status or 'no status'} after {event.status}")


async def _is_found_ours(desk: Desk, event: Event) -> bool:
    """An order that this desk does not know: the venue may know it by our number, as when it calls before it answers.

    Raises VenueError when it cannot be asked; what it refuses to show is none of ours, and owners are told.
    """
    order_id = event.order_id or event.biz_id
    try:
        order = await desk.exchange.off_ramp.order(order_id=order_id)
    except Refused as no:
        log.info("a callback names an order that cannot be read: %s", no)
        return False
    if order.client_order_id and await hinted(desk, order_id=order_id, client_order_id=order.client_order_id):
        return True
    log.info("a callback names order %s (%s), which is not of this desk", order.id, order.status)
    return False


async def _tell_owners(desk: Desk, tables: Tables, event: Event) -> None:
    facts = {"kind": event.biz_type[:30] or "–", "id": event.biz_id[:40], "status": event.status[:40]}
    await tables.journal.add(
        at=desk.now(),
        actor=None,
        action="callback",
        target=event.biz_id[:60] or "callback",
        facts=facts,
        outcome="seen",
    )
    await announce(desk, tables, Notice("callback_other", facts), with_role(desk, Role.OWNER), ring=False)


HANDLERS = {GATE_PAY: _handle, deposit_hooks.MTPAY: deposit_hooks.handle}
AT_ONCE = {GATE_PAY: 4, deposit_hooks.MTPAY: 1}
"""Gate Pay is looked at for each, MTPay cannot be: its reports keep the order in which they came"""
