"""The round of the rules: look at the market, decide, tell what a dry run would do, and send what an armed rule may.

Everything that makes a rule careful is read anew each time: the freeze, the arming person, the end, our ad, what the
ledger says of the last change. What was sent, when, and to which end is known from the ledger alone, so that a desk
that was killed in between knows no less.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.domain.ad_edits import Wanted
from bot.domain.ad_rules import MOST_REFUSALS, AdRule, Ledger, Stop, read_ledger
from bot.domain.ads import Ad, AdState, MarketAd
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.listing import Listing
from bot.domain.orders import Side
from bot.domain.repricing import BLIND, Decision, Why, decide
from bot.domain.staff import Person, Right
from bot.flows import rule_tell
from bot.flows.ad_change import send_by_rule
from bot.flows.ads import whole_ad
from bot.flows.desk import Desk, log
from bot.flows.duress import is_shown_frozen
from bot.flows.rule_view import end, journal, stop, tell
from storage.store import Tables

REUSED_MS = 4_000
"""a market that was read so lately serves another rule of the same side, too"""
RETRY_MS = 10_000
LAG_MS = 30_000
"""how long a list may show the price before a change that the details already show"""
HARMLESS = frozenset({"ad_busy", "ad_same", "rule_over"})
OF_PERSON = frozenset({"role_too_low", "person_frozen", "no_right_here"})
UNFIT = {Why.FLOATS: Stop.FLOATS, Why.OFFLINE: Stop.OFFLINE}

Place = tuple[str, str, Side]


@dataclass(frozen=True, slots=True)
class Look:
    """One side of a pair with our own ads of it, asked for at `asked_at` (ms)."""

    market: Listing[MarketAd]
    mine: Listing[Ad]
    asked_at: int

    @property
    def own_ids(self) -> frozenset[str]:
        return frozenset(ad.id for ad in self.mine) | frozenset(self.mine.unreadable)


class Repricing:
    """What the rounds keep between them: when each rule is due, when it last saw a market it could rest on."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._due_at: dict[str, int] = {}
        self._good_at: dict[str, int] = {}
        self._looks: dict[Place, Look] = {}
        self._sending: set[str] = set()

    async def round(self) -> None:
        """Once a second. Without rules it costs one look into the memory."""
        desk = self._desk
        async with desk.store.read() as tables:
            rules = await tables.ad_rules.live()
            is_frozen = bool(rules) and await tables.desk.get("frozen") is not None
        if not rules or desk.gate is None or desk.is_halted:
            return
        self._forget(rules)
        rules = [rule for rule in rules if not await self._was_stopped(rule, is_frozen)]
        due = [] if desk.starting.is_waiting else [rule for rule in rules if self._is_due(rule)]
        await asyncio.gather(*(self._read(place) for place in {_place(rule) for rule in due}))
        for rule in due:
            await self._take_turn(rule)
        for rule in rules:
            await self._stop_when_stale(rule)

    def _forget(self, rules: list[AdRule]) -> None:
        """Of rules that are no more nothing is kept; a new one has just seen the market, as it were."""
        now, alive = self._desk.now(), {rule.id for rule in rules}
        self._due_at = {rule_id: at for rule_id, at in self._due_at.items() if rule_id in alive}
        self._good_at = {rule.id: min(max(self._good_at.get(rule.id, now), rule.armed_at or 0), now) for rule in rules}

    def _is_due(self, rule: AdRule) -> bool:
        """A moment further away than the interval is one from before the clock was set back."""
        wait = self._due_at.get(rule.id, 0) - self._desk.now()
        return wait <= 0 or wait > max(rule.rule.every_seconds * 1000, RETRY_MS)

    async def _was_stopped(self, rule: AdRule, is_frozen: bool) -> bool:
        """What needs no look at the market. A step to arm it that has ended is taken off its cards."""
        desk, now = self._desk, self._desk.now()
        if rule.step_ends_at is not None and rule.step_ends_at <= now:
            async with desk.store.write() as tables:
                if await tables.ad_rules.open_step(rule.id, None):
                    await tell(desk, tables, rule)
        why = why_stopped(desk, rule, is_frozen)
        if why is None:
            return False
        await self._stop(rule, why)
        return True

    async def _stop(self, rule: AdRule, why: Stop, detail: str = "") -> None:
        async with self._desk.store.write() as tables:
            if why is Stop.FROZEN and not await is_shown_frozen(tables, None):
                why, detail = Stop.STALE, ""
            await stop(self._desk, tables, rule, why, detail=detail)
        self._desk.wake_relay.set()

    async def _read(self, place: Place) -> None:
        """A side that was just read is not read again; one that cannot be read is no market."""
        desk, now = self._desk, self._desk.now()
        known = self._looks.get(place)
        if known is not None and 0 <= now - known.asked_at < REUSED_MS:
            return
        self._looks.pop(place, None)
        asset, fiat, side = place
        try:
            market, mine = await asyncio.gather(
                desk.venue.market_ads(asset=asset, fiat=fiat, side=side),
                desk.venue.my_ads(asset=asset, fiat=fiat, side=side),
            )
        except DeskError as away:
            log.warning("market of %s/%s %s not read for a rule: %s", asset, fiat, side, away)
            return
        self._looks[place] = Look(market, mine, now)

    async def _take_turn(self, rule: AdRule) -> None:
        """Guarded: what is odd about one ad must not keep the others from being looked after."""
        desk = self._desk
        self._due_at[rule.id] = desk.now() + min(RETRY_MS, rule.rule.every_seconds * 1000)
        look = self._looks.get(_place(rule))
        if look is None or desk.now() - look.asked_at > 2 * rule.rule.every_seconds * 1000:
            return
        ad = next((one for one in look.mine if one.id == rule.ad_id), None)
        if ad is None and rule.ad_id in look.mine.unreadable:
            return
        async with desk.store.read() as tables:
            ledger = await ledger_of(tables, rule)
        if ad is None or ad.state is AdState.CLOSED:
            await self._gone(rule)
            return
        await self._judge(rule, ad, look, ledger)

    async def _gone(self, rule: AdRule) -> None:
        """Our list does not have it: a closed one may be in no list, and its rule has nothing to do for good."""
        self._good_at[rule.id] = self._desk.now()
        self._due_at[rule.id] = self._desk.now() + rule.rule.every_seconds * 1000
        if rule.is_armed:
            await self._stop(rule, Stop.OFFLINE)
        if await self._is_closed(rule):
            await self._end(rule)
        else:
            await rule_tell.keep(self._desk, rule, Decision(None, Why.OFFLINE), rule.ours)

    async def _is_closed(self, rule: AdRule) -> bool:
        try:
            return (await whole_ad(self._desk, rule.ad_id)).state is AdState.CLOSED
        except NotAllowed as no:
            return no.reason == "ad_closed"
        except DeskError as away:
            log.info("whether %s is closed is not read: %s", rule.ad_id, away)
            return False

    async def _end(self, rule: AdRule) -> None:
        async with self._desk.store.write() as tables:
            await end(self._desk, tables, rule)
        self._desk.wake_relay.set()

    async def _judge(self, rule: AdRule, ad: Ad, look: Look, ledger: Ledger) -> None:
        desk = self._desk
        now, every = desk.now(), rule.rule.every_seconds * 1000
        timed = replace(rule.rule, moved_at=ledger.moved_at if rule.is_armed else None)
        decision = decide(timed, ad, look.market, look.own_ids, now)
        if decision.why not in BLIND:
            self._good_at[rule.id], self._due_at[rule.id] = look.asked_at, now + every
        if decision.why is Why.TOO_SOON and ledger.moved_at is not None:
            self._due_at[rule.id] = ledger.moved_at + every
        await rule_tell.drift(desk, rule, ad, look.market, look.own_ids, decision)
        if not rule.is_armed:
            await rule_tell.keep(desk, rule, decision, ad.price)
        elif rule.id not in self._sending and not ledger.waits:
            await self._act(rule, ad, decision, ledger)

    async def _act(self, rule: AdRule, ad: Ad, decision: Decision, ledger: Ledger) -> None:
        """An armed rule whose last change is settled: stop it, or let it send."""
        why = UNFIT.get(decision.why) or why_of_ledger(rule, ad, ledger, self._desk.now())
        await rule_tell.keep(self._desk, rule, decision, ad.price)
        if why is not None:
            await self._stop(rule, why)
        elif decision.price is not None and not _lags(ad, ledger, self._desk.now()):
            self._sending.add(rule.id)
            self._desk.spawn(self._send(rule, ad, decision), rule.target)

    async def _send(self, rule: AdRule, ad: Ad, decision: Decision) -> None:
        """One change, from a look at the whole ad. It runs beside: a hanging answer delays no other rule."""
        desk = self._desk
        try:
            assert decision.price is not None
            now = await whole_ad(desk, rule.ad_id)
            person = await self._still_armed(rule)
            if person is None or now.price != ad.price or now.state is not ad.state:
                return  # the next look says why
            wanted = Wanted(rule.ad_id, price=decision.price)
            sent = await send_by_rule(desk, person, rule.seal_id, now, wanted, rule.id, check_of(desk, rule, wanted))
            async with desk.store.write() as tables:
                facts = {"from": str(ad.price), "to": str(decision.price), "why": decision.why.value}
                await journal(desk, tables, rule.armed_by, rule, sent.phase.value, facts | {"change": sent.change.id})
                await tell(desk, tables, rule)
        except NotAllowed as no:
            if no.reason not in HARMLESS:
                await self._stop(rule, _stop_of(no), no.reason)
        except DeskError as away:
            log.warning("rule of %s could not look before its change: %s", rule.ad_id, away)
        finally:
            self._sending.discard(rule.id)
            desk.wake_relay.set()

    async def _still_armed(self, rule: AdRule) -> Person | None:
        """Whoever armed it, as long as that holds: the venue took its time."""
        async with self._desk.store.read() as tables:
            now = await tables.ad_rules.get(rule.id)
        is_same = now is not None and now.is_armed and now.seal_id == rule.seal_id
        if now is None or not is_same or (now.armed_until or 0) <= self._desk.now():
            return None
        return self._desk.people.get(now.armed_by or 0)

    async def _stop_when_stale(self, rule: AdRule) -> None:
        """Two intervals without a market that the rule could rest on."""
        if not rule.is_armed:
            return
        if self._desk.now() - self._good_at[rule.id] > 2 * rule.rule.every_seconds * 1000:
            await self._stop(rule, Stop.STALE)


def check_of(desk: Desk, rule: AdRule, wanted: Wanted) -> Callable[[Tables], Awaitable[None]]:
    """The last door: still armed by that very seal, not over, and the price within what was sealed."""

    async def check(tables: Tables) -> None:
        now = await tables.ad_rules.get(rule.id)
        if now is None or not now.is_armed or now.seal_id != rule.seal_id or (now.armed_until or 0) <= desk.now():
            raise NotAllowed("rule_over")
        if wanted.price is None or not now.rule.floor <= wanted.price <= now.rule.ceiling:
            raise NotAllowed("rule_over")

    return check


def _place(rule: AdRule) -> Place:
    return rule.asset, rule.fiat, rule.side


def why_stopped(desk: Desk, rule: AdRule, is_frozen: bool) -> Stop | None:
    """What ends an armed rule whatever the market is."""
    if not rule.is_armed:
        return None
    armer = desk.people.get(rule.armed_by or 0)
    if is_frozen:
        return Stop.FROZEN
    if armer is None or not armer.may(Right.ADS):
        return Stop.PERSON
    is_over = not (rule.armed_at or 0) <= desk.now() < (rule.armed_until or 0)  # a clock set back ends it, too
    return Stop.ENDED if is_over else None


def why_of_ledger(rule: AdRule, ad: Ad, ledger: Ledger, now: int) -> Stop | None:
    """Refused again and again, or the price is not the one that the rule left there."""
    if ledger.refusals >= MOST_REFUSALS:
        return Stop.REFUSED
    return Stop.EDITED if ad.price != ledger.price and not _lags(ad, ledger, now) else None


def _lags(ad: Ad, ledger: Ledger, now: int) -> bool:
    """The list still shows the price before a change that was just seen in the details."""
    is_old = ledger.was is not None and ad.price == ledger.was and ad.price != ledger.price
    return is_old and ledger.checked_at is not None and 0 <= now - ledger.checked_at < LAG_MS


def _stop_of(no: NotAllowed) -> Stop:
    if no.reason == "desk_frozen":
        return Stop.FROZEN
    return Stop.PERSON if no.reason in OF_PERSON else Stop.NOT_ALLOWED


async def ledger_of(tables: Tables, rule: AdRule) -> Ledger:
    """From the changes of the ad that were sent."""
    found = []
    for change in await tables.ad_changes.of_ad(rule.ad_id, 2 * MOST_REFUSALS + 2):
        intent = await tables.intents.get(change.id)
        if intent is not None:
            found.append((change, intent))
    return read_ledger(rule, found)
