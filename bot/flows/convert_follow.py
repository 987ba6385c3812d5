"""Conversions go on by themselves: orders are followed to their end; without an answer only balances can be read."""

from decimal import Decimal

from bot.domain.errors import Refused, Unknown
from bot.domain.intents import LOOKS_NEEDED, Action, Event, Intent, State
from bot.domain.quotes import OTHER_QUOTE, TURNED_AWAY, Conversion, Standing
from bot.domain.staff import Right
from bot.flows import following
from bot.flows.convert import keep_order, record
from bot.flows.convert_again import keep_unanswered
from bot.flows.convert_quote import end_quote
from bot.flows.convert_view import facts_for, standing_of, stored_conversion, tell
from bot.flows.desk import Desk, log
from bot.flows.following import RETRY_SECONDS, Kind, open_of
from storage.store import Tables

LOOK_AFTER_SECONDS = (5, 10, 30, 60, 180, 300, 600, 1800)
KNOWS_THE_REQUEST = ("400201", "5502761", "550314")
"""codes of a venue that has seen this very request id before (§2)"""


async def adopt(desk: Desk) -> int:
    """At start: also a repeat that was on its way; of the first request it says nothing."""
    async with desk.store.write() as tables:
        asked = [one for one in await open_of(tables, Action.CONVERT) if one.state is State.ASKED]
        for intent in asked:
            await keep_unanswered(desk, tables, intent, Event.NO_ANSWER, "restarted")
    return len(asked) + await following.adopt(desk, CONVERSIONS)


async def round_(desk: Desk) -> None:
    await following.round_(desk, CONVERSIONS)


async def look_now(desk: Desk, user_id: int, conversion_id: str) -> Standing:
    """A person asks for a look. Raises VenueError when the venue cannot be read."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        conversion, intent = await stored_conversion(tables, conversion_id), await tables.intents.get(conversion_id)
    if intent is not None and intent.is_open:
        await _look(desk, intent, conversion)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_conversion(tables, conversion_id))


def _due_at(intent: Intent, conversion: Conversion) -> int | None:
    """Orders of the venue are followed; without an answer only balances can be looked at."""
    if intent.state not in (State.TAKEN, State.UNKNOWN):
        return None
    looks = conversion.looks - 1 if intent.state is State.TAKEN else conversion.looks  # the answer was the first
    wait = LOOK_AFTER_SECONDS[min(max(looks, 0), len(LOOK_AFTER_SECONDS) - 1)]
    return (conversion.looked_at or intent.sent_at or intent.planned_at) + wait * 1000


async def _look(desk: Desk, intent: Intent, conversion: Conversion) -> None:
    if intent.state is State.TAKEN or (intent.state is State.UNKNOWN and conversion.is_named_only):
        await _look_at_order(desk, intent, conversion)
    elif intent.state is State.UNKNOWN:
        await _look_at_balances(desk, intent, conversion)
    desk.wake_relay.set()


async def _look_at_order(desk: Desk, intent: Intent, conversion: Conversion) -> None:
    try:
        order = await desk.exchange.venue.order(account=conversion.wish.account, order_id=conversion.order_id)
    except (Refused, Unknown) as error:
        if conversion.is_named_only and _is_about_the_order(error):
            await _count_unread(desk, intent)
        raise
    if order.id != conversion.order_id:
        log.warning("asked for order %s, told of %s", conversion.order_id, order.id)
        desk.exchange.look_not_before[intent.id] = desk.now() + RETRY_SECONDS * 1000
        return
    is_foreign = bool(order.quote_id) and conversion.target != f"{conversion.wish.account}/{order.quote_id}"
    async with desk.store.write() as tables:
        if conversion.is_named_only and is_foreign:
            await tables.conversions.drop_order(intent.id, desk.now())
            await _lose_order(desk, tables, intent, OTHER_QUOTE.format(order.id))
        else:
            await keep_order(desk, tables, intent, order, frm=intent.state)


def _is_about_the_order(error: Refused | Unknown) -> bool:
    """Nothing else than that this order cannot be told: neither the way to the venue, nor how it was asked."""
    if isinstance(error, Refused):
        return not error.is_throttled and error.code not in TURNED_AWAY
    return error.why == "unreadable"


async def _count_unread(desk: Desk, intent: Intent) -> None:
    """A venue that named an order and can never tell of it has told nothing: a person must look."""
    async with desk.store.write() as tables:
        kept = await tables.conversions.missed_look(intent.id, desk.now())
        if kept is not None and kept.looks > LOOKS_NEEDED:  # naming it was the first
            await _lose_order(desk, tables, intent, f"order {kept.order_id} cannot be read")


async def _lose_order(desk: Desk, tables: Tables, intent: Intent, answer: str) -> None:
    """The order that was followed tells nothing of ours."""
    if intent.state is not State.TAKEN:
        await tell(desk, tables, await stored_conversion(tables, intent.id))
        return
    moved = await tables.intents.move(intent.id, frm=State.TAKEN, event=Event.NO_ANSWER, at=desk.now(), answer=answer)
    if moved is not None:
        await record(desk, tables, moved)


async def _look_at_balances(desk: Desk, intent: Intent, conversion: Conversion) -> None:
    """No look-up by our request id exists. Balances are shown as they are; they decide only beside the venue's word.

    A venue that knows the request already has received it; when both balances moved by exactly this quote, it was done.
    """
    wish = conversion.wish
    held = await desk.exchange.venue.balances(account=wish.account, codes=(wish.sell, wish.buy))
    now_held = held.get(wish.sell, Decimal(0)), held.get(wish.buy, Decimal(0))
    async with desk.store.write() as tables:
        kept = await tables.conversions.keep_balances(intent.id, now_held, desk.now())
        if kept is None:
            return
        if kept.has_moved_exactly and kept.again_answer.split(":")[0] in KNOWS_THE_REQUEST:
            answer = f"{kept.again_answer[:80]}; both balances moved by this quote"
            moved = await tables.intents.move(
                intent.id, frm=State.UNKNOWN, event=Event.FOUND_DONE, at=desk.now(), answer=answer
            )
            if moved is not None:
                await record(desk, tables, moved)
            return
        await tell(desk, tables, kept)


async def _over(tables: Tables, now: int) -> list[Conversion]:
    return await tables.conversions.over(now)


CONVERSIONS = Kind(
    action=Action.CONVERT,
    is_on=lambda desk: desk.exchange.pay is not None,
    stored=stored_conversion,
    over=_over,
    end_quote=end_quote,
    record=record,
    due_at=_due_at,
    look=_look,
    facts=facts_for,
    long_notice="convert_unknown_long",
    stuck_notice="convert_stuck",
)
