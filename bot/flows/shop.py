"""Our account at the venue: what it shows, and a change of the working hours, sealed, sent once, and looked at again.

No money moves by it and what it sets can be read back, so that it has no row in the ledger: what is under way stands in
the desk's memory before the request leaves, and is looked at after a start.
"""

import asyncio
import json
from dataclasses import dataclass, replace

from bot.domain.accounts import PaymentMethod, WorkStatus
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.intents import Action, Event
from bot.domain.listing import Listing
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.shop import Change, End, Finding, Shop, Standing, Step, Wish, end_of, found
from bot.domain.shop_hours import is_moved, read_hours, whole_offset
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right
from bot.flows.announce import announce
from bot.flows.assemble import name_of
from bot.flows.confirm import check_seal, seal_of
from bot.flows.desk import Desk, log
from bot.flows.duress import is_shown_frozen
from bot.flows.outcome import attempt, keep_until_stored
from bot.flows.quoted import in_words, make_seal
from bot.flows.step_up import PIN_FIRST
from storage.store import Tables

TARGET = "shop"
"""what every step is about: there is one shop"""
UNDER_WAY = "shop_under_way"
OF_A_STEP = {"seal_expired": "shop_step_over", "seal_used": "shop_step_over"}
LEAVES_OPEN = frozenset({"too_quick", "not_your_step", "stale_button", "shop_busy", *PIN_FIRST})
PATIENCE_SECONDS = 2.0
"""longer than that, and the outcome comes as news of its own"""
LOOKS = 3
DEEDS = {WorkStatus.REST: "shop_rest", WorkStatus.WORK: "shop_work", WorkStatus.CUSTOM: "shop_hours"}


async def look(desk: Desk, user_id: int) -> Shop:
    """The account now. Raises NotAllowed, or VenueError when the profile cannot be read."""
    desk.need(user_id, Right.READ)
    profile, methods = await asyncio.gather(desk.venue.profile(), _methods(desk))
    async with desk.store.read() as tables:
        is_frozen = await is_shown_frozen(tables, user_id)
    return Shop(profile, methods, desk.now(), is_frozen)


async def _methods(desk: Desk) -> Listing[PaymentMethod] | None:
    """They only stand below: without them the rest is still worth showing."""
    try:
        return await desk.venue.payment_methods()
    except VenueError as error:
        log.info("own payment methods not read: %s", error)
        return None


async def offset(desk: Desk, user_id: int) -> tuple[int, str]:
    """Whether the person may be asked for hours: their clock's whole hours ahead of UTC, and its zone.

    Raises NotAllowed.
    """
    person = desk.need(user_id, Right.SHOP)
    desk.venue  # noqa: B018 raises without Gate's key
    async with desk.store.read() as tables:
        await _check(desk, tables, WorkStatus.CUSTOM)
    return whole_offset(person.timezone, desk.now()), person.timezone


async def ask_hours(desk: Desk, user_id: int, typed: str) -> Step:
    """The step behind hours that were written. Raises NotAllowed, "shop_hours_…" when they cannot be hours."""
    hours = read_hours(typed, (await offset(desk, user_id))[0])
    return await ask(desk, user_id, Wish(WorkStatus.CUSTOM, hours))


async def ask(desk: Desk, user_id: int, wish: Wish) -> Step:
    """Look, check, seal what the person is about to see. Raises NotAllowed (journalled) or VenueError."""
    desk.need(user_id, Right.SHOP)
    was = Standing.of_profile(await desk.venue.profile())
    try:
        async with desk.store.write() as tables:
            person = desk.need(user_id, Right.SHOP)  # the venue took its time; the right may be gone
            await _check(desk, tables, wish.status)
            is_frozen = await is_shown_frozen(tables, user_id)
            if found(wish, was) is Finding.DONE:
                raise NotAllowed("shop_same")
            await _end_own(desk, tables, user_id)
            expires_at = desk.now() + desk.policy.approval_seconds * 1000
            facts = _facts(was, wish, person)
            seal = make_seal(desk, person, Action.SHOP, TARGET, facts, expires_at=expires_at, choice=Choice())
            await tables.seals.add(seal)
    except NotAllowed as no:
        await _journal_refusal(desk, user_id, wish, no)
        raise
    return Step(was, wish, seal, is_frozen, wish.hours is not None and is_moved(person.timezone, desk.now()))


async def step_back(desk: Desk, user_id: int) -> None:
    """Close one's own open steps: nothing was sent."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        await _end_own(desk, tables, user_id)


async def _end_own(desk: Desk, tables: Tables, user_id: int) -> None:
    for seal in await tables.seals.open_for(TARGET):
        if seal.opened_by == user_id:
            await tables.seals.end(seal.id, desk.now())


async def _check(desk: Desk, tables: Tables, status: WorkStatus) -> None:
    """On a frozen desk resting is allowed: it moves no money, and keeps new orders away."""
    if desk.is_halted:
        raise NotAllowed("halted")
    is_frozen = await tables.desk.get("frozen") is not None
    if is_frozen and status is not WorkStatus.REST:
        raise NotAllowed("shop_frozen")
    under_way = await tables.desk.get(UNDER_WAY)
    if under_way is not None:
        raise NotAllowed("shop_busy", {"who": name_of(desk, _read(under_way).person)})


def _facts(was: Standing, wish: Wish, person: Person) -> dict[str, str]:
    return {"was": was.base, "wish": wish.text, "approver": str(person.id), "role": person.role.word}


async def send(desk: Desk, user_id: int, seal_id: str, tapped_at: int) -> Change:
    """Turn an open step into one request; `end` is None when its outcome will come as news.

    Raises NotAllowed or VenueError (the look before failed): then nothing was sent.
    """
    person = desk.need(user_id, Right.SHOP)
    seal = await seal_of(desk, seal_id)
    if seal.action is not Action.SHOP:
        raise NotAllowed("stale_button")
    try:
        await check_seal(desk, seal, person, tapped_at)
        was = Standing.of_profile(await desk.venue.profile())
        async with desk.store.write() as tables:
            change = await _decide(desk, tables, user_id, seal, was)
    except NotAllowed as error:
        no = in_words(error, seal, "shop", OF_A_STEP)
        await _refused(desk, user_id, seal, no)
        raise no from None
    work = _Work(change)
    request = desk.spawn(_perform(desk, work), TARGET)
    await asyncio.wait({request}, timeout=PATIENCE_SECONDS)
    if not work.is_being_told:
        work.is_news = True
    else:
        await asyncio.wait({request}, timeout=PATIENCE_SECONDS)  # only the memory is written now
    return work.change


async def _refused(desk: Desk, user_id: int, seal: Seal, no: NotAllowed) -> None:
    if no.reason not in LEAVES_OPEN:
        async with desk.store.write() as tables:
            await tables.seals.end(seal.id, desk.now())
    await _journal_refusal(desk, user_id, Wish.read(seal.facts["wish"]), no)


async def _journal_refusal(desk: Desk, user_id: int, wish: Wish, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        await _journal(desk, tables, user_id, wish, {"reason": no.reason, **no.facts}, "not_allowed")


async def _decide(desk: Desk, tables: Tables, user_id: int, seal: Seal, was: Standing) -> Change:
    """One transaction: every check again, the seal used, and what is under way written down."""
    person = desk.need(user_id, Right.SHOP)
    fresh = await tables.seals.get(seal.id)
    if fresh is None or fresh.used_at is not None:
        raise NotAllowed("seal_used", {"who": ""})
    if fresh.is_expired(desk.now()):
        raise NotAllowed("seal_expired")
    wish = Wish.read(fresh.facts["wish"])
    await _check(desk, tables, wish.status)
    if fingerprint(_facts(was, wish, person)) != fresh.fingerprint:
        raise NotAllowed("shop_changed")
    if not await tables.seals.use(seal.id, desk.now()):
        raise NotAllowed("seal_used", {"who": ""})
    await tables.seals.end_for(TARGET, desk.now())  # other steps rest on what is being changed
    change = Change(seal.id, user_id, was, wish)
    await tables.desk.put(UNDER_WAY, _written(change))
    await _journal(desk, tables, user_id, wish, {"was": was.text, "seal": fresh.fingerprint}, "sent")
    return change


@dataclass
class _Work:
    """`is_news`: whoever pressed no longer waits for it. `is_being_told`: too late to make it news."""

    change: Change
    is_news: bool = False
    is_being_told: bool = False


async def _perform(desk: Desk, work: _Work) -> None:
    """Send the one request and keep what the venue then showed; whatever happens, never a second time."""
    change = work.change
    request = desk.venue.set_work_hours(status=change.wish.status, hours=change.wish.hours)
    event, answer = await attempt(request, TARGET)
    now = await _look_again(desk, change.wish, patient=event not in (Event.REFUSED, Event.NEVER_LEFT))
    work.is_being_told = True
    work.change = replace(change, end=end_of(event, change.wish, now), answer=answer, now=now)
    await _keep(desk, work.change, to_person=work.is_news)


async def _look_again(desk: Desk, wish: Wish, *, patient: bool = True) -> Standing | None:
    """What the venue shows, asked up to three times a second apart until it shows what was wanted."""
    now: Standing | None = None
    for number in range(LOOKS if patient else 1):
        if number:
            await desk.clock.sleep(1)
        try:
            now = Standing.of_profile(await desk.venue.profile())
        except (VenueError, NotAllowed) as error:
            log.info("shop not looked at: %s", error)
            continue
        if found(wish, now) is Finding.DONE:
            break
    return now


async def _keep(desk: Desk, change: Change, *, to_person: bool) -> None:
    assert change.end is not None
    end = change.end

    async def keep(tables: Tables) -> None:
        await tables.desk.delete(UNDER_WAY)
        now = change.now.text if change.now is not None else ""
        facts = {"answer": change.answer[:300], "now": now, "seal_id": change.id}
        await _journal(desk, tables, change.person, change.wish, facts, end.value)
        notice = Notice("shop_set", {"who": name_of(desk, change.person), **change.facts})
        people = [desk.people[change.person]] if to_person and change.person in desk.people else []
        await announce(desk, tables, notice, people)
        await announce(desk, tables, notice, [], group=True, ring=False)

    await keep_until_stored(desk, keep, f"{TARGET} ({end})")


async def adopt(desk: Desk) -> int:
    """At start: a change without an outcome is looked at, and told to whoever made it; never sent again."""
    async with desk.store.read() as tables:
        left = await tables.desk.get(UNDER_WAY)
    if left is None:
        return 0
    desk.spawn(_settle(desk, _read(left)), TARGET)
    return 1


async def _settle(desk: Desk, change: Change) -> None:
    now = await _look_again(desk, change.wish) if desk.gate is not None else None
    event = Event.NO_ANSWER
    await _keep(desk, replace(change, end=end_of(event, change.wish, now), now=now), to_person=True)


async def _journal(
    desk: Desk, tables: Tables, user_id: int, wish: Wish, facts: dict[str, str], outcome: str | End
) -> None:
    hours = wish.hours
    told = {} if hours is None else {"hours": f"{hours.start}-{hours.end}"}
    await tables.journal.add(
        at=desk.now(), actor=user_id, action=DEEDS[wish.status], target=f"{TARGET}/{wish.text}", facts=facts | told,
        outcome=str(outcome),
    )  # fmt: skip


def _written(change: Change) -> str:
    parts = {"id": change.id, "person": change.person, "was": change.was.text, "wish": change.wish.text}
    return json.dumps(parts)


def _read(text: str) -> Change:
    parts = json.loads(text)
    return Change(parts["id"], parts["person"], Standing.read(parts["was"]), Wish.read(parts["wish"]))
