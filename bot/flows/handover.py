"""Hand the open money to a colleague: it moves only when the other accepts, and then all of it at once."""

from dataclasses import dataclass

from bot.domain.duty import OFFER_MS, Handover, Offer, OfferState, Watchman, note_of
from bot.domain.errors import NotAllowed
from bot.domain.staff import Person, Right
from bot.flows import duty
from bot.flows.announce import announce_order
from bot.flows.assemble import name_of
from bot.flows.desk import Desk
from bot.flows.duty_view import end_handover, journal_handover, money_of, offer_of, tell_handover, watchman_of
from storage.store import Tables


@dataclass(frozen=True, slots=True)
class Taken:
    """What the one who accepted has now: `moved` orders of the giver, and what came and went since the offer."""

    watchman: Watchman
    offer: Offer
    moved: int


async def choose(desk: Desk, user_id: int) -> tuple[Watchman, list[Person]]:
    """Who may take over. Raises NotAllowed("duty_not_on", "duty_nobody")."""
    person = _on_duty(desk, user_id)
    async with desk.store.read() as tables:
        fitting = await _fitting(desk, tables, user_id)
        if not fitting:
            raise NotAllowed("duty_nobody")
        return await watchman_of(desk, tables, person), fitting


async def standing(desk: Desk, user_id: int) -> Offer | None:
    """What the person has offered already and nobody has answered."""
    async with desk.store.read() as tables:
        handover = await tables.duty.open_of(user_id)
        if handover is None or handover.state is not OfferState.WAITING:
            return None
        return await offer_of(desk, tables, handover)


async def write(desk: Desk, user_id: int, taker_id: int) -> Offer:
    """A handover to this person, not offered yet; it takes the place of another that is being written."""
    _on_duty(desk, user_id)
    async with desk.store.write() as tables:
        await _check_taker(desk, tables, user_id, taker_id)
        before = await tables.duty.open_of(user_id)
        if before is not None and before.state is OfferState.WAITING:
            raise NotAllowed("duty_offered", {"who": name_of(desk, before.taker)})
        if before is not None:
            await end_handover(desk, tables, before, OfferState.VOID, actor=user_id)
        now = desk.now()
        handover = Handover(desk.new_id(), user_id, taker_id, "", (), OfferState.DRAFT, now, now + OFFER_MS)
        await tables.duty.offer(handover)
        return await offer_of(desk, tables, handover)


async def written(desk: Desk, user_id: int, handover_id: str) -> Offer:
    """One's own handover, as long as it is being written."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.read() as tables:
        return await offer_of(desk, tables, await _own(tables, user_id, handover_id, OfferState.DRAFT))


async def add_note(desk: Desk, user_id: int, handover_id: str, text: str) -> Offer:
    """Notes for the other one, instead of those before. Raises NotAllowed("duty_note_empty", "duty_note_long")."""
    desk.need(user_id, Right.CLAIM)
    note = note_of(text)
    async with desk.store.write() as tables:
        await _own(tables, user_id, handover_id, OfferState.DRAFT)
        await tables.duty.note(handover_id, note)
        return await offer_of(desk, tables, await _own(tables, user_id, handover_id, OfferState.DRAFT))


async def send(desk: Desk, user_id: int, handover_id: str) -> Offer:
    """Offered from now on, loud, for ten minutes."""
    _on_duty(desk, user_id)
    async with desk.store.write() as tables:
        draft = await _own(tables, user_id, handover_id, OfferState.DRAFT)
        await _check_taker(desk, tables, user_id, draft.taker)
        orders = tuple(one.order.id for one in (await money_of(desk, tables)).orders)
        await tables.duty.send(handover_id, orders, desk.now() + OFFER_MS)
        sent = await _own(tables, user_id, handover_id, OfferState.WAITING)
        await journal_handover(desk, tables, sent, user_id)
        await tell_handover(desk, tables, sent)
        offer = await offer_of(desk, tables, sent)
    desk.wake_relay.set()
    return offer


async def take_back(desk: Desk, user_id: int, handover_id: str) -> Offer:
    """Nothing is handed over; one that is only being written is dropped."""
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        handover = await tables.duty.handover(handover_id)
        if handover is None or handover.giver != user_id:
            raise NotAllowed("stale_button")
        state = OfferState.VOID if handover.state is OfferState.DRAFT else OfferState.TAKEN_BACK
        ended = await end_handover(desk, tables, handover, state, actor=user_id)
        if ended is None and handover.state is not state:
            raise NotAllowed("duty_offer_over")
        offer = await offer_of(desk, tables, ended or handover)
    desk.wake_relay.set()
    return offer


async def refuse(desk: Desk, user_id: int, handover_id: str) -> Offer:
    desk.need(user_id, Right.CLAIM)
    async with desk.store.write() as tables:
        handover = await _offered_to(tables, user_id, handover_id)
        ended = await end_handover(desk, tables, handover, OfferState.REFUSED, actor=user_id)
        if ended is None and handover.state is not OfferState.REFUSED:
            raise NotAllowed("duty_offer_over")
        offer = await offer_of(desk, tables, ended or handover)
    desk.wake_relay.set()
    return offer


async def accept(desk: Desk, user_id: int, handover_id: str, tapped_at: int) -> Taken:
    """The giver's claims, and duty, are this person's from now on; the bell was heard with it.

    Raises NotAllowed("duty_offer_over"), also when one of the two may not any more; then nothing moved.
    """
    desk.need(user_id, Right.CLAIM)
    taken: Taken | None = None
    async with desk.store.write() as tables:
        handover = await _offered_to(tables, user_id, handover_id)
        if handover.state is OfferState.ACCEPTED and desk.people[user_id].on_duty:  # the same tap, handled twice
            offer = await offer_of(desk, tables, handover)
            taken = Taken(await watchman_of(desk, tables, desk.people[user_id]), offer, offer.claimed)
        elif handover.state is OfferState.WAITING:
            state = _outcome(desk, handover, tapped_at)
            if state is OfferState.ACCEPTED:
                taken = await _move(desk, tables, handover)
            else:
                await end_handover(desk, tables, handover, state, actor=None)
    desk.wake_relay.set()
    if taken is None:
        raise NotAllowed("duty_offer_over")
    return taken


async def _move(desk: Desk, tables: Tables, handover: Handover) -> Taken:
    """In one transaction: the claims, who is on duty, the journal, and everybody's cards."""
    giver, taker, now = handover.giver, handover.taker, desk.now()
    offer = await offer_of(desk, tables, handover)
    moved = await tables.duty.claims_of(giver)
    for order_id in moved:
        await tables.orders.claim(order_id, taker, now)
        await tables.seals.end_for(order_id, now)
    await end_handover(desk, tables, handover, OfferState.ACCEPTED, actor=taker)
    counter = await tables.duty.open_of(taker)
    if counter is not None and counter.taker == giver:  # each offered to the other: one of the two is enough
        await end_handover(desk, tables, counter, OfferState.VOID, actor=None)
    await duty.change(desk, tables, taker, True)
    await duty.change(desk, tables, giver, False)
    for order_id in moved:
        await announce_order(desk, tables, order_id)
    return Taken(await watchman_of(desk, tables, desk.people[taker]), offer, len(moved))


async def end_late(desk: Desk) -> None:
    """Offers that nobody answered in time, or that cannot come true any more."""
    async with desk.store.read() as tables:
        waiting = await tables.duty.waiting_handovers()
    if all(_outcome(desk, one, desk.now()) is OfferState.ACCEPTED for one in waiting):
        return
    async with desk.store.write() as tables:
        for handover in await tables.duty.waiting_handovers():
            state = _outcome(desk, handover, desk.now())
            if state is not OfferState.ACCEPTED:
                await end_handover(desk, tables, handover, state, actor=None)
    desk.wake_relay.set()


def _outcome(desk: Desk, handover: Handover, at: int) -> OfferState:
    """What an acceptance at this moment would lead to."""
    giver, taker = desk.people.get(handover.giver), desk.people.get(handover.taker)
    if giver is None or taker is None or not giver.on_duty:
        return OfferState.VOID
    if not giver.may(Right.CLAIM) or not taker.may(Right.CLAIM):
        return OfferState.VOID
    return OfferState.UNANSWERED if at > handover.ends_at else OfferState.ACCEPTED


def _on_duty(desk: Desk, user_id: int) -> Person:
    person = desk.need(user_id, Right.CLAIM)
    if not person.on_duty:
        raise NotAllowed("duty_not_on")
    return person


async def _fitting(desk: Desk, tables: Tables, giver: int) -> list[Person]:
    """Who may act and can be reached, those on duty first."""
    away = await tables.staff.unreachable()
    able = [one for one in desk.people.values() if one.may(Right.CLAIM) and one.id not in away and one.id != giver]
    return sorted(able, key=lambda one: (not one.on_duty, one.role, one.name))


async def _check_taker(desk: Desk, tables: Tables, giver: int, taker: int) -> None:
    if taker == giver:
        raise NotAllowed("duty_self")
    if taker not in desk.people:
        raise NotAllowed("duty_nobody_known", {"given": str(taker)[:20]})
    if taker not in {one.id for one in await _fitting(desk, tables, giver)}:
        raise NotAllowed("duty_taker_gone", {"who": name_of(desk, taker)})


async def _own(tables: Tables, user_id: int, handover_id: str, state: OfferState) -> Handover:
    handover = await tables.duty.handover(handover_id)
    if handover is None or handover.giver != user_id:
        raise NotAllowed("stale_button")
    if handover.state is not state:
        raise NotAllowed("duty_offer_over")
    return handover


async def _offered_to(tables: Tables, user_id: int, handover_id: str) -> Handover:
    handover = await tables.duty.handover(handover_id)
    if handover is None or handover.taker != user_id or handover.state is OfferState.DRAFT:
        raise NotAllowed("stale_button")
    return handover
