"""Take all ads offline in one confirmed move, bring those back in another: one question, one answer per ad."""

import asyncio
from dataclasses import replace
from decimal import Decimal

from bot.domain.ad_edits import Wanted
from bot.domain.ad_views import AdMove, MoveStanding
from bot.domain.ads import Ad, AdState, AdStatus
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.listing import Listing
from bot.domain.market import far_percent
from bot.domain.money import plain
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Right, Role
from bot.flows import ad_view, past_deals
from bot.flows.ad_change import perform, plan
from bot.flows.ad_view import record, standing_of
from bot.flows.ads import others_prices
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.desk import Desk, log
from bot.flows.duress import hidden_from
from bot.flows.past_deals import Telling
from bot.flows.quoted import in_words, is_over, make_seal
from bot.flows.starting import Waits
from storage.store import Tables

ALL = ad_view.ALL
AT_ONCE = 3
DAY_MS = 86_400_000
TOLD = "ads_move_told"
WAITS = {"off": Waits.FOR_NOTHING, "on": Waits.FOR_ORDERS}
"""right after a start, with Gate unreadable, going offline is needed most"""
STATUS = {"off": AdStatus.DELISTED, "on": AdStatus.LISTED}
FROM = {"off": AdState.LISTED, "on": AdState.DELISTED}
OF_A_MOVE = {"seal_expired": "ad_step_over", "seal_used": "ad_step_used"}


async def begin(desk: Desk, user_id: int, way: str) -> MoveStanding:
    """Show every ad that would be moved, with one confirm. Nothing is sent. Raises NotAllowed, or what reading does."""
    desk.need(user_id, Right.ADS)
    ads, unread = await _concerned(desk, way)
    far = await far_off(desk, ads) if way == "on" else {}
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables, WAITS[way])
        now = desk.now()
        ends_at = now + desk.policy.approval_seconds * 1000
        move = AdMove(desk.new_id(), way, ads, user_id, "", now, ends_at, None, None, unread, far)
        await tables.ad_changes.add_move(move)
        desk.exchange.deadlines[move.id] = desk.clock.monotonic() + desk.policy.approval_seconds
        facts = _facts(move, person)
        seal = make_seal(desk, person, Action.AD, move.id, facts, expires_at=ends_at, choice=Choice())
        await tables.seals.add(seal)
        return await move_standing(desk, tables, move)


async def _concerned(desk: Desk, way: str) -> tuple[tuple[Ad, ...], tuple[str, ...]]:
    """Off: what is online. On: what was taken offline and still is. With the ids of those that cannot be read.

    Raises NotAllowed for none.
    """
    if way not in STATUS:
        raise NotAllowed("stale_button")
    listed = await desk.venue.my_ads()
    found = sorted((ad for ad in listed if ad.state is FROM[way]), key=lambda ad: ad.id)
    unread = unread_of(listed)
    if way == "on":
        async with desk.store.read() as tables:
            taken = await tables.ad_changes.taken_off()
        found = [ad for ad in found if ad.id in taken]
        unread = tuple(ad_id for ad_id in unread if ad_id in taken)
    if not found and unread:
        raise NotAllowed("ads_none_readable", {"count": str(len(unread))})
    if not found:
        raise NotAllowed("ads_none_online" if way == "off" else "ads_none_to_bring_back")
    return tuple(found), unread


def unread_of(listed: Listing[Ad]) -> tuple[str, ...]:
    """Those of which nobody can tell whether they are online: no row that can be read, or a state of unknown words."""
    return tuple(sorted([*listed.unreadable, *(ad.id for ad in listed if ad.state is AdState.UNKNOWN)]))


async def far_off(desk: Desk, ads: tuple[Ad, ...]) -> dict[str, str]:
    """By how many percent each price is off the market, where that is far and the market can be read."""
    places = {(ad.asset, ad.fiat, ad.side): ad for ad in ads}
    around = {place: await _prices(desk, ad) for place, ad in places.items()}
    limit = desk.policy.price_far_percent
    far = {ad.id: far_percent(ad.price, around[ad.asset, ad.fiat, ad.side], limit) for ad in ads}
    return {ad_id: percent for ad_id, percent in far.items() if percent is not None}


async def _prices(desk: Desk, ad: Ad) -> list[Decimal]:
    try:
        return await others_prices(desk, ad)
    except DeskError as away:
        log.warning("the market around %s is not read: %s", ad.id, away)
        return []


def _facts(move: AdMove, person: Person) -> dict[str, str]:
    """What the approval rests on: each ad with its state and its price, unless that floats by itself."""
    prices = {ad.id: "floating" if ad.floating is not None else plain(ad.price.normalize()) for ad in move.ads}
    shown = {f"ad_{ad.id}": f"{ad.side} {ad.pair} {ad.state} {prices[ad.id]}" for ad in move.ads}
    person_facts = {"approver": str(person.id), "role": person.role.word}
    return shown | {"way": move.way, "unread": ",".join(move.unread)} | person_facts


async def stored_move(tables: Tables, move_id: str) -> AdMove:
    """Raises NotAllowed("stale_button") for an id we never gave."""
    found = await tables.ad_changes.move(move_id)
    if found is None:
        raise NotAllowed("stale_button")
    return found


async def move_standing(desk: Desk, tables: Tables, move: AdMove) -> MoveStanding:
    """The move now, with what became of each of its ads."""
    changes = [await standing_of(desk, tables, one) for one in await tables.ad_changes.of_move(move.id)]
    seals = await tables.seals.open_for(move.id) if move.ended_at is None else []
    return MoveStanding(
        move=move,
        changes=tuple(one for one in changes if one.intent is not None),
        open_seal=seals[-1] if seals else None,
        person_name=name_of(desk, move.person) if move.person is not None else "",
        skipped=tuple(one.change.ad.id for one in changes if one.intent is None),
    )


async def show(desk: Desk, user_id: int, move_id: str) -> MoveStanding:
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        return await move_standing(desk, tables, await stored_move(tables, move_id))


async def back(desk: Desk, user_id: int, move_id: str) -> MoveStanding:
    """The person does not want it: the step ends, nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        found = await stored_move(tables, move_id)
        if found.person == user_id and await tables.ad_changes.end_move(move_id, desk.now(), sent=False):
            await tables.seals.end_for(move_id, desk.now())
        return await move_standing(desk, tables, await stored_move(tables, move_id))


async def move(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> MoveStanding:
    """Turn the open question into one request per ad. Raises NotAllowed: then nothing was sent."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.ADS)
        if seal.action is not Action.AD:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.read() as tables:
            shown = await stored_move(tables, seal.target)
        ads, unread = await _concerned(desk, shown.way)
        now = replace(shown, ads=ads, unread=unread)
        async with desk.store.write() as tables:
            intents = await _decide(desk, tables, user_id, seal, now)
    except NotAllowed as error:
        no = in_words(error, seal, "move", OF_A_MOVE)
        await _refused(desk, user_id, seal, no)
        raise no from None
    work = desk.spawn(perform_all(desk, shown.id, intents), shown.target)
    await asyncio.wait({work}, timeout=HEAD_START_SECONDS)
    return await show(desk, user_id, shown.id)


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        if no.reason in ("ad_step_over", "ads_moved") or no.reason.startswith("ads_none_"):
            await end_move(desk, tables, seal.target)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action=Action.AD.value, target=seal.target,
            facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
        )  # fmt: skip


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal, now: AdMove) -> list[Intent]:
    """One transaction: every check again, the seal used, an intent for each ad as it is `now`."""
    person = desk.need(user_id, Right.ADS)
    shown = await stored_move(tables, seal.target)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None or shown.ended_at is not None:
        raise NotAllowed("seal_used", {"who": person.name if shown.sent_at is not None else ""})
    if is_over(desk, shown.id, shown.asked_at, shown.ends_at):
        raise NotAllowed("seal_expired")
    if fingerprint(_facts(now, person)) != fresh.fingerprint:
        raise NotAllowed("ads_moved")
    if not await tables.seals.use(seal.id, desk.now()):
        raise NotAllowed("seal_used", {"who": ""})
    await check_not_frozen(desk, tables, WAITS[now.way])
    await tables.ad_changes.end_move(now.id, desk.now(), sent=True)
    return await plan_all(desk, tables, person, now, seal_id=fresh.id)


async def plan_all(desk: Desk, tables: Tables, person: Person, found: AdMove, *, seal_id: str) -> list[Intent]:
    """One `planned` intent per ad; an ad on which something is on its way already is left out."""
    intents: list[Intent] = []
    for ad in found.ads:
        wanted = Wanted(ad.id, status=STATUS[found.way])
        change = await tables.ad_changes.add(
            desk.new_id(), ad, wanted, person=person.id, asked_at=desk.now(), ends_at=desk.now(), move=found.id
        )
        await tables.ad_changes.end(change.id, desk.now())
        try:
            intent = await plan(
                desk, tables, person, change,
                seal_id=seal_id, seal=seal_id, state=State.PLANNED, waits=WAITS[found.way],
            )  # fmt: skip
            intents.append(intent)
        except NotAllowed as busy:
            if busy.reason != "ad_busy":
                raise
    return intents


async def perform_all(desk: Desk, move_id: str, intents: list[Intent]) -> None:
    """Each in its turn, a few at once; then the cards and one line for the group."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(intent: Intent) -> None:
        async with gate:
            if await _is_sending(desk, intent):
                await perform(desk, intent)

    await asyncio.gather(*(one(intent) for intent in intents))
    await _say_all(desk, move_id)


async def _is_sending(desk: Desk, intent: Intent) -> bool:
    """`sent` is committed before its request; a desk that was frozen meanwhile sends no more."""
    async with desk.store.write() as tables:
        try:
            await check_not_frozen(desk, tables, Waits.FOR_NOTHING)
        except NotAllowed:
            # The card and the journal's line are read by whoever may not see the freeze, too
            answer = "no connection" if await hidden_from(tables) else "frozen"
            moved = await tables.intents.move(
                intent.id, frm=State.PLANNED, event=Event.ABANDONED, at=desk.now(), answer=answer
            )
            if moved is not None:
                await record(desk, tables, moved)
            return False
        moved = await tables.intents.move(intent.id, frm=State.PLANNED, event=Event.SENDING, at=desk.now())
        return moved is not None


async def adopt(desk: Desk) -> None:
    """At start, after its changes: the group hears of a move whose end the last process did not live to tell."""
    async with desk.store.read() as tables:
        sent = await tables.ad_changes.moves_sent_since(desk.now() - DAY_MS)
        untold = [found.id for found in sent if await tables.desk.get(f"{TOLD}:{found.id}") is None]
    for move_id in untold:
        await _say_all(desk, move_id)


async def _say_all(desk: Desk, move_id: str) -> None:
    """Every card of the move; the group gets one line, and leads too when nobody had asked for it."""
    async with desk.store.write() as tables:
        found = await stored_move(tables, move_id)
        standing = await move_standing(desk, tables, found)
        await tables.desk.put(f"{TOLD}:{move_id}", str(desk.now()))
        await tell(desk, tables, found)
        states = [one.intent.state for one in standing.changes if one.intent is not None]
        facts = {
            "way": found.way,
            "who": standing.person_name,
            "why": found.why,
            "done": str(states.count(State.DONE)),
            "failed": str(len(states) - states.count(State.DONE) - states.count(State.UNKNOWN)),
            "unknown": str(states.count(State.UNKNOWN)),
            "skipped": str(len(standing.skipped)),
            "unread": str(len(found.unread)),
        }
        is_unasked = found.person is None
        hearers = with_role(desk, Role.LEAD) if is_unasked else []
        await announce(desk, tables, Notice("ads_moved_all", facts), hearers, group=True, ring=is_unasked)
    desk.wake_relay.set()


async def tell(desk: Desk, tables: Tables, found: AdMove) -> None:
    """Whoever asked has one card; what the desk did by itself has none, and is told in a notice."""
    if found.person is not None:
        await past_deals.tell_cards(desk, tables, ALL, found.id, found.person, priority=0)


async def end_move(desk: Desk, tables: Tables, move_id: str) -> None:
    """Nobody can confirm it any more."""
    if await tables.ad_changes.end_move(move_id, desk.now(), sent=False):
        await tables.seals.end_for(move_id, desk.now())
        await tell(desk, tables, await stored_move(tables, move_id))


async def round_(desk: Desk) -> None:
    """Questions that nobody answered end."""
    async with desk.store.read() as tables:
        over = await tables.ad_changes.moves_over(desk.now())
    if not over:
        return
    async with desk.store.write() as tables:
        for found in over:
            await end_move(desk, tables, found.id)
    desk.wake_relay.set()


async def next_telling(desk: Desk, chat_id: int, person_id: int | None, move_id: str) -> Telling[MoveStanding] | None:
    """None when there is nothing to show."""
    person = desk.people.get(person_id or 0)
    if person is None or person.is_frozen:
        return None
    async with desk.store.read() as tables:
        found = await tables.ad_changes.move(move_id)
        if found is None:
            return None
        standing = await move_standing(desk, tables, found)
        there = await past_deals.messages_in(tables, chat_id, ALL, [move_id])
    if not there and found.sent_at is None:
        return None
    return Telling(standing, Reader(person.language, person.timezone, person), there[0] if there else None)
