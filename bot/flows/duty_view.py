"""What duty looks like now: the open money, the test bell, the handover; and who is told when one of them changes."""

from bot.domain.alerts import AlertKind
from bot.domain.chat import Author
from bot.domain.duty import BELL_MS, Bell, BellState, Handover, Offer, OfferState, OpenMoney, Watchman
from bot.domain.intents import State
from bot.domain.situations import Notice, Reader, Situation
from bot.domain.staff import Person, Right
from bot.flows import past_deals
from bot.flows.announce import QUIET, URGENT, announce
from bot.flows.assemble import name_of, situation_of, stored_order
from bot.flows.desk import Desk
from bot.flows.duress import is_shown_frozen
from bot.flows.journal_line import journal
from bot.flows.past_deals import Telling
from bot.flows.queue import needs_somebody, urgency
from storage.store import Tables

BELL, HANDOVER = "duty_bell", "handover"
"""the kinds of deliveries and of shown messages; their `order_id` is the bell's or the handover's id"""


async def on_watch(desk: Desk, tables: Tables) -> list[Person]:
    """Who hears the bell: on duty, with the right to act, and in the bot's reach."""
    away = await tables.staff.unreachable()
    return [one for one in desk.people.values() if one.on_duty and one.may(Right.CLAIM) and one.id not in away]


async def money_of(desk: Desk, tables: Tables) -> OpenMoney:
    """Everything that somebody on duty has to look after."""
    found = [await situation_of(desk, tables, stored) for stored in await tables.orders.open_orders()]
    unknown = [intent for intent in await tables.intents.all_open() if intent.state is State.UNKNOWN]
    return OpenMoney(
        orders=tuple(sorted((one for one in found if needs_somebody(one)), key=urgency)),
        unread=sum([await _is_unread(tables, one) for one in found]),
        unknown=len(unknown),
        stopped=sum(one.lock is not None for one in found),
    )


async def _is_unread(tables: Tables, situation: Situation) -> bool:
    """The other side wrote last; where the venue counts unread words, by its count."""
    if situation.has_unread_counts:
        return bool(situation.order.unread)
    newest = await tables.chats.before(situation.order.id, None, 1)
    return bool(newest) and newest[-1].author is Author.THEM


async def watchman_of(desk: Desk, tables: Tables, person: Person) -> Watchman:
    """The person and duty, from the desk's memory only."""
    handover = await tables.duty.open_of(person.id)
    claims = await tables.duty.claims_of(person.id)
    return Watchman(
        person=person,
        others=tuple(one.name for one in await on_watch(desk, tables) if one.id != person.id),
        money=await money_of(desk, tables),
        claims=tuple([await situation_of(desk, tables, await stored_order(tables, one)) for one in claims]),
        looked_at=desk.looked_at,
        blind_since=desk.blind_since,
        is_frozen=await is_shown_frozen(tables, person.id),
        bell=await tables.duty.waiting_bell(person.id),
        handover=handover,
        taker_name=name_of(desk, handover.taker) if handover is not None else "",
    )


async def offer_of(desk: Desk, tables: Tables, handover: Handover) -> Offer:
    """The handover with the open money of this moment."""
    money = await money_of(desk, tables)
    now, then = {one.order.id for one in money.orders}, set(handover.orders)
    was_offered = handover.state is not OfferState.DRAFT
    return Offer(
        handover=handover,
        giver_name=name_of(desk, handover.giver),
        taker_name=name_of(desk, handover.taker),
        money=money,
        claimed=len(await tables.duty.claims_of(handover.giver)),
        came=len(now - then) if was_offered else 0,
        went=len(then - now) if was_offered else 0,
    )


async def ring(desk: Desk, tables: Tables, bell: Bell) -> None:
    """The bell itself, loud."""
    await _put(desk, tables, bell.person, BELL, bell.id, is_loud=True)


async def tell_bell(desk: Desk, tables: Tables, bell: Bell) -> None:
    """Its message shows what became of it; one that never rang is told, too."""
    await _put(desk, tables, bell.person, BELL, bell.id, is_loud=False)


async def tell_handover(desk: Desk, tables: Tables, handover: Handover) -> None:
    """Every card of it is brought up to date; whoever is to take over gets one, loud, as long as it waits."""
    there = {shown.chat_id for shown in await tables.messages.everywhere(handover.id, HANDOVER)}
    is_offered = handover.state is OfferState.WAITING
    for person in sorted(there | {handover.taker} if is_offered else there):
        await _put(desk, tables, person, HANDOVER, handover.id, is_loud=is_offered and person == handover.taker)


async def _put(desk: Desk, tables: Tables, person: int, kind: str, about: str, *, is_loud: bool) -> None:
    await tables.outbox.put_line(
        chat_id=person, person_id=person, kind=kind, key=f"{kind}:{about}", order_id=about, facts={}, ring=is_loud,
        priority=URGENT if is_loud else QUIET, at=desk.now(),
    )  # fmt: skip


async def next_bell(desk: Desk, chat_id: int, person_id: int | None, bell_id: str) -> Telling[Bell] | None:
    """None when there is nothing to show. A bell that leaves for the phone now gets its whole time from now on."""
    person = _reader(desk, person_id)
    if person is None:
        return None
    async with desk.store.read() as tables:
        bell = await tables.duty.bell(bell_id)
        there = await past_deals.messages_in(tables, chat_id, BELL, [bell_id])
    if bell is None or bell.state is BellState.HEARD or (bell.state is BellState.DROPPED and not there):
        return None
    if bell.is_waiting and not there:
        async with desk.store.write() as tables:
            await tables.duty.is_sent(bell_id, desk.now() + BELL_MS)
            bell = await tables.duty.bell(bell_id) or bell
    return Telling(bell, Reader(person.language, person.timezone, person), there[0] if there else None)


async def next_handover(desk: Desk, chat_id: int, person_id: int | None, handover_id: str) -> Telling[Offer] | None:
    """None when there is nothing to show: nobody reads it, or it was answered before it was shown there."""
    person = _reader(desk, person_id)
    if person is None:
        return None
    async with desk.store.read() as tables:
        handover = await tables.duty.handover(handover_id)
        there = await past_deals.messages_in(tables, chat_id, HANDOVER, [handover_id])
        if handover is None or (not there and (handover.state is not OfferState.WAITING or chat_id != handover.taker)):
            return None
        offer = await offer_of(desk, tables, handover)
    return Telling(offer, Reader(person.language, person.timezone, person), there[0] if there else None)


def _reader(desk: Desk, person_id: int | None) -> Person | None:
    person = desk.people.get(person_id or 0)
    return None if person is None or person.is_frozen else person


async def end_handover(
    desk: Desk, tables: Tables, handover: Handover, state: OfferState, *, actor: int | None
) -> Handover | None:
    """It is over: kept, journalled, its cards brought up to date, and said to those who did not do it.

    None when it was over already.
    """
    ended = await tables.duty.end_handover(handover.id, state, desk.now())
    if ended is None:
        return None
    if handover.state is OfferState.DRAFT:
        await tell_handover(desk, tables, ended)
        return ended
    await journal_handover(desk, tables, ended, actor)
    await tell_handover(desk, tables, ended)
    for person_id, other in ((ended.giver, ended.taker), (ended.taker, ended.giver)):
        person = desk.people.get(person_id)
        if person is None or person_id == actor or not _concerns(state, is_giver=person_id == ended.giver):
            continue
        facts = {"who": name_of(desk, other), "orders": str(len(ended.orders)), "handover": ended.id}
        await announce(desk, tables, Notice(f"duty_{state.value}", facts), [person], kind=AlertKind.ALWAYS)
    return ended


def _concerns(state: OfferState, *, is_giver: bool) -> bool:
    """An answer is news to the giver; that nothing came of it, to both, and a card tells the one who was asked."""
    return is_giver if state is not OfferState.TAKEN_BACK else not is_giver


async def journal_handover(desk: Desk, tables: Tables, handover: Handover, actor: int | None) -> None:
    """Ids only: the notes have a time of their own."""
    facts = {"handover": handover.id, "giver": str(handover.giver), "orders": " ".join(handover.orders)}
    target = str(handover.taker)
    await journal(desk, tables, actor, "handover", target, facts, handover.state.value)
