"""One change of one ad: a diff sealed for the lead who asked, and the one request behind its confirm.

Gate replaces the whole ad, so that what is sent is made from a look at the moment of the confirming tap. An order that
comes between that look and Gate's own reading takes a part of the amount which is then offered again; the contract has
no way to say "only if nothing has changed" (`api/gate-c2c.md` §3.10).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

from bot.domain.ad_changes import AdChange, AdStanding, facts_of_change
from bot.domain.ad_edits import Wanted, check, facts_of, with_change
from bot.domain.ads import Ad, AdStatus
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.intents import Action, Event, Intent, State
from bot.domain.market import far_percent, price_with
from bot.domain.money import plain
from bot.domain.orders import Side
from bot.domain.seals import Choice, Seal, differences, fingerprint
from bot.domain.staff import Person, Right
from bot.flows.ad_look import look_again
from bot.flows.ad_view import record, standing_of, stored_change, tell
from bot.flows.ads import others_prices, whole_ad
from bot.flows.approve import check_not_frozen
from bot.flows.assemble import name_of
from bot.flows.confirm import HEAD_START_SECONDS, check_seal, seal_of
from bot.flows.desk import Desk, log
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import in_words, is_over, make_seal
from bot.flows.starting import Waits
from storage.store import Tables

OF_AN_AD = {"seal_expired": "ad_step_over", "seal_used": "ad_step_used"}
STEP = Decimal("0.01")


async def begin(desk: Desk, user_id: int, wanted: Wanted) -> AdStanding:
    """Look at the ad and show what would change. Nothing is sent. Raises NotAllowed, or what reading raises."""
    desk.need(user_id, Right.ADS)
    ad = await whole_ad(desk, wanted.ad_id)
    _check_wanted(ad, wanted)
    far, best = await _market(desk, ad, wanted)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables)
        await _check_free(desk, tables, ad)
        for old in await tables.ad_changes.live(user_id):
            await end_diff(desk, tables, old)
        now = desk.now()
        change = await tables.ad_changes.add(
            desk.new_id(), ad, wanted, person=user_id, asked_at=now,
            ends_at=now + desk.policy.approval_seconds * 1000, far_percent=far, best=best,
        )  # fmt: skip
        return await _open_step(desk, tables, person, change)


async def _check_free(desk: Desk, tables: Tables, ad: Ad) -> None:
    """While something is on its way for this ad, nothing else can be."""
    going = await tables.intents.open_for(f"ad/{ad.id}")
    if going is not None:
        raise NotAllowed("ad_busy", {"who": name_of(desk, going.actor), "ad": ad.id})


def _check_wanted(ad: Ad, wanted: Wanted) -> None:
    """Every sentence about what cannot be is said before anything is shown to confirm."""
    check(ad, wanted)
    if wanted.status is None:
        with_change(ad, wanted)


async def _market(desk: Desk, ad: Ad, wanted: Wanted) -> tuple[str | None, Decimal | None]:
    """By how much the price would be off the market when that is far, and the best price of the others.

    "" when that cannot be told of a wanted price or offset: then it is asked twice. A large offset is far by itself.
    """
    is_shown_only = wanted.status is AdStatus.LISTED
    if wanted.price is None and wanted.offset is None and not is_shown_only:
        return None, None
    try:
        prices = await others_prices(desk, ad)
    except DeskError as away:
        log.warning("the market around %s is not read: %s", ad.id, away)
        return (None if is_shown_only else ""), None
    best = (min(prices) if ad.side is Side.SELL else max(prices)) if prices else None
    price, limit = price_with(ad, wanted), desk.policy.price_far_percent
    if price is None:
        return "", best
    far = far_percent(price, prices, limit)
    if far is None and wanted.offset is not None and abs(wanted.offset) > limit:
        far = plain(wanted.offset)
    return far, best


async def _open_step(desk: Desk, tables: Tables, person: Person, change: AdChange) -> AdStanding:
    """A seal that can be confirmed, unless the price is far and was not confirmed as meant yet."""
    desk.exchange.deadlines[change.id] = desk.clock.monotonic() + desk.policy.approval_seconds
    if not change.asks_twice:
        facts = facts_of_change(change, approver=person.id, role=person.role.word)
        seal = make_seal(desk, person, Action.AD, change.id, facts, expires_at=change.ends_at, choice=Choice())
        await tables.seals.add(seal)
    return await standing_of(desk, tables, change)


async def end_diff(desk: Desk, tables: Tables, change: AdChange) -> None:
    """Nobody can confirm it any more; every card of it is brought up to date once."""
    if await tables.ad_changes.end(change.id, desk.now()):
        await tables.seals.end_for(change.id, desk.now())
        await tell(desk, tables, change)


async def step(desk: Desk, user_id: int, change_id: str, way: str) -> AdStanding:
    """Another price in the place of the one shown: a cent `down` or `up`, or that of the market's first (`rank`)."""
    change = await _own_diff(desk, user_id, change_id)
    price, best = change.wanted.price, change.best
    if price is None or way not in ("down", "up", "rank") or (way == "rank" and best is None):
        raise NotAllowed("stale_button")
    wished = {"down": price - STEP, "up": price + STEP, "rank": best or price}[way]
    return await begin(desk, user_id, Wanted(change.ad.id, price=wished))


async def mean(desk: Desk, user_id: int, change_id: str) -> AdStanding:
    """A price far off the market is meant: only now can it be confirmed."""
    await _own_diff(desk, user_id, change_id)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.ADS)
        await check_not_frozen(desk, tables)
        change = await tables.ad_changes.mean(change_id, ends_at=desk.now() + desk.policy.approval_seconds * 1000)
        if change is None:
            raise NotAllowed("ad_step_over")
        await tables.seals.end_for(change_id, desk.now())
        return await _open_step(desk, tables, person, change)


async def _own_diff(desk: Desk, user_id: int, change_id: str) -> AdChange:
    """A diff that this person may still go on with."""
    desk.need(user_id, Right.ADS)
    async with desk.store.read() as tables:
        change = await stored_change(tables, change_id)
    if change.person != user_id:
        raise NotAllowed("not_your_step", {"who": name_of(desk, change.person)})
    if change.ended_at is not None or is_over(desk, change.id, change.asked_at, change.ends_at):
        raise NotAllowed("ad_step_over")
    return change


async def back(desk: Desk, user_id: int, change_id: str) -> AdStanding:
    """The person does not want it: the step ends, nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        change = await stored_change(tables, change_id)
        if change.person == user_id and await tables.ad_changes.end(change.id, desk.now()):
            await tables.seals.end_for(change.id, desk.now())
        return await standing_of(desk, tables, await stored_change(tables, change_id))


async def change(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> AdStanding:
    """Turn an open diff into one request. Raises NotAllowed: then nothing was sent; "ad_moved": look at it anew."""
    seal = await seal_of(desk, seal_id)
    try:
        person = desk.need(user_id, Right.ADS)
        if seal.action is not Action.AD:
            raise NotAllowed("stale_button")
        await check_seal(desk, seal, person, tapped_at)
        async with desk.store.read() as tables:
            shown = await stored_change(tables, seal.target)
        now = await whole_ad(desk, shown.ad.id)
        async with desk.store.write() as tables:
            intent = await _decide(desk, tables, user_id, seal, now)
    except NotAllowed as error:
        no = in_words(error, seal, "change", OF_AN_AD)
        await _refused(desk, user_id, seal, no)
        raise no from None
    request = desk.spawn(perform(desk, intent), intent.target)
    await asyncio.wait({request}, timeout=HEAD_START_SECONDS)
    desk.wake_relay.set()
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_change(tables, intent.id))


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        shown = await tables.ad_changes.get(seal.target)
        if no.reason in ("ad_step_over", "ad_moved", "ad_closed", "not_our_ad") and shown is not None:
            await end_diff(desk, tables, shown)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action=Action.AD.value,
            target=shown.target if shown is not None else seal.target,
            facts={"reason": no.reason, **no.facts}, outcome="not_allowed",
        )  # fmt: skip
    desk.wake_relay.set()


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal, now: Ad) -> Intent:
    """One transaction: every check again, the seal used, the ad as it is now kept, the intent written as sent."""
    person = desk.need(user_id, Right.ADS)
    shown = await stored_change(tables, seal.target)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None or shown.ended_at is not None:
        intent = await tables.intents.get(shown.id)
        raise NotAllowed("seal_used", {"who": name_of(desk, intent.actor) if intent is not None else ""})
    if is_over(desk, shown.id, shown.asked_at, shown.ends_at):
        raise NotAllowed("seal_expired")
    seen = replace(shown, ad=now)
    facts = facts_of_change(seen, approver=person.id, role=person.role.word)
    if fingerprint(facts) != fresh.fingerprint:
        parts = differences(fresh.facts, facts)
        raise NotAllowed("ad_moved", {"ad": now.id, "parts": ",".join(parts)})
    if not await tables.seals.use(seal.id, desk.now()) or not await tables.ad_changes.end(shown.id, desk.now()):
        raise NotAllowed("seal_used", {"who": ""})
    return await plan(desk, tables, person, seen, seal_id=fresh.id, seal=fresh.fingerprint)


async def plan(
    desk: Desk,
    tables: Tables,
    person: Person,
    change: AdChange,
    *,
    seal_id: str,
    seal: str,
    state: State = State.SENT,
    waits: Waits = Waits.FOR_ORDERS,
) -> Intent:
    """Write the decision down, with the ad it starts from. Raises NotAllowed when another change is on its way.

    `planned` and `sent` in one commit, unless several wait for their turn: then those are `planned`. `waits`: for what
    after a start.
    """
    await check_not_frozen(desk, tables, waits)
    _check_wanted(change.ad, change.wanted)
    await tables.ad_changes.sent_from(change.id, change.ad)
    intent = await _intent(desk, tables, person, change, seal_id, state)
    conflict = await tables.intents.plan(intent)
    if conflict is not None:
        raise NotAllowed("ad_busy", {"who": name_of(desk, conflict.actor), "ad": change.ad.id})
    facts = {key: value for key, value in facts_of(change.ad).items() if key not in ("terms", "auto_reply")}
    await tables.journal.add(
        at=desk.now(), actor=person.id, action=Action.AD.value, target=change.target,
        facts=facts | journal_facts(change) | {"intent": intent.id, "seal": seal}, outcome=state.value,
    )  # fmt: skip
    return intent


def journal_facts(change: AdChange) -> dict[str, str]:
    """What was wanted; texts only by their length."""
    wanted = change.wanted.as_facts()
    texts = {name: f"{len(wanted[name])} characters" for name in ("terms", "auto_reply") if name in wanted}
    made_by = {"rule": change.rule} if change.rule else {"move": change.move} if change.move else {}
    return {f"new_{key}": value for key, value in (wanted | texts).items() if key != "ad"} | made_by


async def _intent(desk: Desk, tables: Tables, person: Person, change: AdChange, seal_id: str, state: State) -> Intent:
    """`base` makes it done once per state that it starts from; a state that comes back is another one by its count."""
    now, count = desk.now(), await tables.ad_changes.done_count(change.ad.id)
    return Intent(
        id=change.id,
        action=Action.AD,
        target=change.target,
        state=state,
        actor=person.id,
        actor_role=person.role.word,
        requester=None,
        seal_id=seal_id,
        amount=Decimal(0),
        asset=change.ad.asset,
        arguments=journal_facts(change),
        planned_at=now,
        sent_at=now if state is State.SENT else None,
        settled_at=None,
        looks=0,
        first_look_at=None,
        last_look_at=None,
        answer="",
        base=f"{fingerprint(facts_of(change.ad))[:16]}/{count}",
    )


async def send_by_rule(
    desk: Desk,
    person: Person,
    seal_id: str,
    ad: Ad,
    wanted: Wanted,
    rule: str,
    check: Callable[[Tables], Awaitable[None]],
) -> AdStanding:
    """The same without a tap, under a seal that was confirmed before. Raises NotAllowed: then nothing was sent.

    `check` raises it, too: whether that seal still holds is asked in the transaction that decides.
    """
    async with desk.store.write() as tables:
        person = desk.need(person.id, Right.ADS)
        await check(tables)
        now = desk.now()
        change = await tables.ad_changes.add(
            desk.new_id(), ad, wanted, person=person.id, asked_at=now, ends_at=now, rule=rule
        )
        await tables.ad_changes.end(change.id, now)
        intent = await plan(desk, tables, person, change, seal_id=seal_id, seal=rule)
    await perform(desk, intent)
    async with desk.store.read() as tables:
        return await standing_of(desk, tables, await stored_change(tables, intent.id))


async def perform(desk: Desk, intent: Intent) -> None:
    """Send the one request of a `sent` intent and keep its outcome; whatever happens, never a second time."""
    async with desk.store.read() as tables:
        change = await stored_change(tables, intent.id)
    event, answer = await attempt(_request(desk, change), intent.target)

    async def keep(tables: Tables) -> None:
        moved = await tables.intents.move(intent.id, frm=State.SENT, event=event, at=desk.now(), answer=answer)
        if moved is not None:
            await record(desk, tables, moved)

    await keep_until_stored(desk, keep, f"{intent.target} ({event})")
    if event is Event.ACCEPTED:
        await look_again(desk, change.id)


async def _request(desk: Desk, change: AdChange) -> None:
    if change.wanted.status is not None:
        await desk.venue.set_ad_status(ad_id=change.ad.id, status=change.wanted.status)
    else:
        await desk.venue.publish_ad(draft=with_change(change.ad, change.wanted))
