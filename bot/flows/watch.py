"""One round of looking for news at the venue: one list call per market and tab, details only for what moved."""

from collections.abc import Sequence
from typing import Literal

from cachetools import TTLCache

from bot.domain.errors import NotAllowed, Refused, VenueError
from bot.domain.orders import OrderRow
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.absorb import look
from bot.flows.announce import announce, with_role
from bot.flows.assemble import learn_profile
from bot.flows.desk import Desk, log

TABS: tuple[Literal["pending", "dispute"], ...] = ("pending", "dispute")
CATCH_UP_MARGIN_SECONDS = 600
PAGE = 200
CLOCK_ALARM_SECONDS = 5.0
ASK_AGAIN_MS = 30_000
APPEAL_LOOK_SECONDS = 15


class Watch:
    """Remembers which row of the list was last turned into details, so that an unmoved row costs nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[str, str] | None = None
        self._market_of: dict[str, tuple[str, str]] = {}
        self._is_clock_said = False
        self._kept_at = 0
        self._asked_again: dict[str, int] = {}
        self._unreadable: set[str] = set()
        self._appeal_looked_at: TTLCache[str, int] = TTLCache(maxsize=2048, ttl=3600)

    async def round(self) -> None:
        """One poll tick. Never raises for a venue that is away: the desk says that it is blind instead."""
        desk = self._desk
        if self._seen is None:
            async with desk.store.read() as tables:
                self._seen = await tables.orders.row_signatures()
        started = desk.now()
        try:
            for market in desk.policy.markets:
                await self._market(market, self._seen)
        except (VenueError, NotAllowed) as error:
            await self._went_blind(error)
            return
        await self._can_see(started)
        await self._check_clock()

    async def _market(self, market: tuple[str, str], seen: dict[str, str]) -> None:
        asset, fiat = market
        rows: dict[str, OrderRow] = {}
        for tab in TABS:
            listing = await self._desk.venue.pending_orders(asset=asset, fiat=fiat, tab=tab)
            await self._say_unreadable(listing.unreadable)
            for row in listing:
                if row.id in seen or not row.phase.is_final:
                    rows[row.id] = row
        for row in rows.values():
            self._market_of[row.id] = market
            if row.id not in seen:
                self._desk.spawn(_learn(self._desk, row.counterparty_id), f"profile {row.counterparty_id}")
            if seen.get(row.id) != row.signature or (row.in_appeal and self._is_look_due(row.id)):
                await self._details(row.id, row.signature, seen)
        await self._vanished(market, set(rows), seen)

    def _is_look_due(self, order_id: str) -> bool:
        """In an appeal the details alone tell that it is our move, so they are read without a changed row, too."""
        now = self._desk.now()
        is_due = now - self._appeal_looked_at.get(order_id, 0) >= APPEAL_LOOK_SECONDS * 1000
        if is_due:
            self._appeal_looked_at[order_id] = now
        return is_due

    async def _vanished(self, market: tuple[str, str], listed: set[str], seen: dict[str, str]) -> None:
        """An order that left the list is asked for by itself: absence alone proves nothing."""
        known = await self._known_markets(seen)
        now = self._desk.now()
        for order_id in [id_ for id_ in seen if id_ not in listed and known.get(id_) == market]:
            if now - self._asked_again.get(order_id, 0) >= ASK_AGAIN_MS:
                self._asked_again[order_id] = now
                await self._details(order_id, None, seen)

    async def _known_markets(self, seen: dict[str, str]) -> dict[str, tuple[str, str]]:
        if not seen.keys() <= self._market_of.keys():
            async with self._desk.store.read() as tables:
                for stored in await tables.orders.open_orders():
                    self._market_of.setdefault(stored.order.id, (stored.order.asset, stored.order.fiat))
        return self._market_of

    async def _details(self, order_id: str, signature: str | None, seen: dict[str, str]) -> None:
        """One details call; an order that cannot be read is tried again next round and never stops the others."""
        try:
            order = await look(self._desk, order_id, signature)
        except Refused as no:
            log.warning("details of %s refused: %s %s", order_id, no.code, no.detail)
            if no.is_throttled:
                raise
            return
        if order.is_final:
            seen.pop(order_id, None)
            self._market_of.pop(order_id, None)
            self._asked_again.pop(order_id, None)
        elif signature is not None:
            seen[order_id] = signature

    async def _say_unreadable(self, ids: Sequence[str]) -> None:
        """An entry of the list that cannot be understood is said once; it must not hide the others."""
        for order_id in ids:
            if order_id not in self._unreadable:
                self._unreadable.add(order_id)
                await self._say("unreadable_order", {"order": order_id, "why": "list"})

    async def _check_clock(self) -> None:
        """Say once when our clock drifts from the venue's, long before the venue refuses us."""
        skew = self._desk.venue.skew_seconds
        if abs(skew) <= CLOCK_ALARM_SECONDS:
            self._is_clock_said = False
        elif not self._is_clock_said:
            self._is_clock_said = True
            await self._say("clock_skew", {"seconds": f"{skew:.0f}"})

    async def _went_blind(self, error: Exception) -> None:
        desk = self._desk
        log.warning("Gate cannot be read: %s", error)
        last = desk.looked_at if desk.looked_at is not None else desk.started_at
        if desk.blind_since is None and desk.now() - last >= desk.policy.blind_after_seconds * 1000:
            desk.blind_since = last
            await self._say("blind", {"since": str(last), "why": type(error).__name__})

    async def _can_see(self, started: int) -> None:
        desk = self._desk
        if desk.looked_at is None or desk.blind_since is not None:
            await self._catch_up()
        if desk.blind_since is not None:
            since, desk.blind_since = desk.blind_since, None
            await self._say("blind_over", {"since": str(since), "until": str(desk.now())})
        desk.looked_at = started
        if started - self._kept_at >= 5000:
            self._kept_at = started
            async with desk.store.write() as tables:
                await tables.desk.put("looked_at", str(started))

    async def _say(self, kind: str, facts: dict[str, str]) -> None:
        desk = self._desk
        async with desk.store.write() as tables:
            await tables.journal.add(at=desk.now(), actor=None, action=kind, target="gate", facts=facts, outcome="seen")
            await announce(desk, tables, Notice(kind, facts), with_role(desk, Role.LEAD), group=True)
        desk.wake_relay.set()

    async def _catch_up(self) -> None:
        """Orders that came and ended while nobody looked are told, too: read the history since the last look."""
        desk = self._desk
        async with desk.store.read() as tables:
            last = await tables.desk.get("looked_at")
        if last is None:
            return
        start = int(last) // 1000 - CATCH_UP_MARGIN_SECONDS
        for asset, fiat in desk.policy.markets:
            try:
                await self._history(asset, fiat, start)
            except (VenueError, NotAllowed) as error:
                log.warning("history of %s/%s not read: %s", asset, fiat, error)

    async def _history(self, asset: str, fiat: str, start: int) -> None:
        for page in range(1, 50):
            rows = await self._desk.venue.completed_orders(
                asset=asset, fiat=fiat, start=start, page=page, per_page=PAGE
            )
            for row in rows:
                async with self._desk.store.read() as tables:
                    known = await tables.orders.get(row.id)
                if known is None or not known.order.is_final:
                    await look(self._desk, row.id)
            if len(rows) < PAGE:
                return


async def _learn(desk: Desk, counterparty_id: str) -> None:
    await learn_profile(desk, counterparty_id)
