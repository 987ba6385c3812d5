"""One round of looking for news at the venue: one list call per market and tab, details only for what moved."""

from collections.abc import Sequence
from typing import Literal

from cachetools import TTLCache

from bot.domain.errors import NotAllowed, Refused, Unknown, VenueError
from bot.domain.orders import Order, OrderRow
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.absorb import look
from bot.flows.announce import announce, bell, with_role
from bot.flows.assemble import learn_profile
from bot.flows.desk import Desk, StoreError, log

TABS: tuple[Literal["pending", "dispute"], ...] = ("pending", "dispute")
CATCH_UP_MARGIN_SECONDS = 600
PAGE = 200
CLOCK_ALARM_SECONDS = 5.0
ASK_AGAIN_SECONDS = 30.0
APPEAL_LOOK_SECONDS = 15.0
TRIES = 3
PATIENCE_ROUNDS = 20
HISTORY_EVERY_SECONDS = 60.0
BLIND_SINCE = "blind_since"


class Watch:
    """Remembers which row of the list was last turned into details, so that an unmoved row costs nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen: dict[str, str] | None = None
        self._market_of: dict[str, tuple[str, str]] = {}
        self._is_clock_said = False
        self._kept_at = 0
        self._saw_at = desk.clock.monotonic()
        self._is_behind = True
        self._caught_up_at = desk.clock.monotonic()
        self._asked_again: dict[str, float] = {}
        self._unreadable: set[str] = set()
        self._failures: dict[str, int] = {}
        self._failed_at: dict[str, float] = {}
        self._failed_now: set[str] = set()
        self._disagreed: dict[str, tuple[str, int]] = {}
        self._appeal_looked_at: TTLCache[str, float] = TTLCache(maxsize=2048, ttl=3600)

    async def round(self) -> None:
        """One poll tick. Never raises for a venue that is away: the desk says that it is blind instead."""
        desk = self._desk
        if self._seen is None:
            self._seen = await self._remembered()
        started, self._failed_now = desk.now(), set()
        trouble: Exception | None = None
        for market in desk.policy.markets:
            try:
                await self._market(market, self._seen)
            except (VenueError, NotAllowed) as error:
                trouble = error
        if trouble is None or (isinstance(trouble, Refused) and not trouble.is_throttled):
            # A market that Gate refuses to list keeps nobody from the others
            trouble = await self._first_looks(self._seen) or trouble
        if trouble is not None:
            desk.starting.is_gate_away = True
            await self._went_blind(trouble)
            return
        await self._can_see(started, self._seen)
        await self._check_clock()

    async def _first_looks(self, seen: dict[str, str]) -> VenueError | NotAllowed | None:
        """Nothing is sent after a start before these were looked at; what the list showed unchanged is not among them.

        Returns what kept the venue from being read.
        """
        starting = self._desk.starting
        if not starting.is_waiting:
            return None
        try:
            for order_id in sorted(starting.unseen):
                await self._details(order_id, None, seen)
        except (VenueError, NotAllowed) as error:
            return error
        starting.is_list_read, starting.is_gate_away = True, False
        return None

    async def _remembered(self) -> dict[str, str]:
        """What the last process had seen, and whether it had said that it was blind."""
        desk = self._desk
        async with desk.store.read() as tables:
            since = await tables.desk.get(BLIND_SINCE)
            if since is not None:
                desk.blind_since = int(since)
            return await tables.orders.row_signatures()

    async def _market(self, market: tuple[str, str], seen: dict[str, str]) -> None:
        asset, fiat = market
        rows: dict[str, OrderRow] = {}
        for tab in TABS:
            listing = await self._desk.venue.pending_orders(asset=asset, fiat=fiat, tab=tab)
            await self._say_unreadable(listing.unreadable, "list")
            for row in listing:
                if row.id in seen or not row.phase.is_final:
                    rows[row.id] = row
        for row in rows.values():
            self._market_of[row.id] = market
            self._desk.talk.heed(row.id, row.unread)
            if row.id not in seen:
                self._desk.spawn(_learn(self._desk, row.counterparty_id), f"profile {row.counterparty_id}")
            if seen.get(row.id) != row.signature or (row.in_appeal and self._is_look_due(row.id)):
                await self._details(row.id, row, seen)
            else:
                self._desk.starting.listed(row.id)
        await self._vanished(market, set(rows), seen)

    def _is_look_due(self, order_id: str) -> bool:
        """In an appeal the details alone tell that it is our move, so they are read without a changed row, too."""
        now = self._desk.clock.monotonic()
        is_due = now - self._appeal_looked_at.get(order_id, -APPEAL_LOOK_SECONDS) >= APPEAL_LOOK_SECONDS
        if is_due:
            self._appeal_looked_at[order_id] = now
        return is_due

    async def _vanished(self, market: tuple[str, str], listed: set[str], seen: dict[str, str]) -> None:
        """An order that left the list is asked for by itself: absence alone proves nothing."""
        known = await self._known_markets(seen)
        now = self._desk.clock.monotonic()
        for order_id in [id_ for id_ in seen if id_ not in listed and known.get(id_) == market]:
            if now - self._asked_again.get(order_id, now - ASK_AGAIN_SECONDS) >= ASK_AGAIN_SECONDS:
                self._asked_again[order_id] = now
                await self._details(order_id, None, seen)

    async def _known_markets(self, seen: dict[str, str]) -> dict[str, tuple[str, str]]:
        if not seen.keys() <= self._market_of.keys():
            async with self._desk.store.read() as tables:
                for stored in await tables.orders.open_orders():
                    self._market_of.setdefault(stored.order.id, (stored.order.asset, stored.order.fiat))
        return self._market_of

    async def _details(self, order_id: str, row: OrderRow | None, seen: dict[str, str]) -> bool:
        """One details call. An order that cannot be read (False) is tried again and never stops the others."""
        if not self._is_worth_a_try(order_id):
            return False
        try:
            order = await look(self._desk, order_id, row)
        except Refused as no:
            log.warning("details of %s refused: %s %s", order_id, no.code, no.detail)
            if no.is_throttled:
                raise
            self._desk.starting.looked(order_id)
            return True
        except Unknown as lost:
            await self._not_read(order_id, lost)
            return False
        except (VenueError, NotAllowed, StoreError):
            raise
        except Exception as defect:  # what is odd about one order must not hide all the others
            log.exception("details of %s", order_id)
            await self._not_read(order_id, defect)
            return False
        self._failures.pop(order_id, None)
        self._failed_at.pop(order_id, None)
        if order.is_final:
            for memory in (seen, self._market_of, self._asked_again, self._disagreed):
                memory.pop(order_id, None)
        elif row is not None and self._is_settled(order, row):
            seen[order_id] = row.signature
        return True

    def _is_worth_a_try(self, order_id: str) -> bool:
        """An order that failed several times is asked for less often."""
        if self._failures.get(order_id, 0) < TRIES:
            return True
        now = self._desk.clock.monotonic()
        is_due = now - self._failed_at.get(order_id, now - ASK_AGAIN_SECONDS) >= ASK_AGAIN_SECONDS
        if is_due:
            self._failed_at[order_id] = now
        return is_due

    async def _not_read(self, order_id: str, why: Exception) -> None:
        """Count the failure, say it when it stays; several at once are not the orders' fault but the venue's."""
        log.warning("details of %s not read: %s", order_id, why)
        self._failed_now.add(order_id)
        if len(self._failed_now) >= TRIES and isinstance(why, Unknown) and why.why != "unreadable":
            for blameless in self._failed_now:
                self._failures.pop(blameless, None)
            raise why
        self._failures[order_id] = self._failures.get(order_id, 0) + 1
        if self._failures[order_id] >= TRIES:
            await self._say_unreadable((order_id,), "details")

    def _is_settled(self, order: Order, row: OrderRow) -> bool:
        """Details that lag behind the list are asked again, or a payment would be missed; in the end they win."""
        if order.phase is row.phase:
            self._disagreed.pop(order.id, None)
            return True
        signature, rounds = self._disagreed.get(order.id, ("", 0))
        rounds = rounds + 1 if signature == row.signature else 1
        self._disagreed[order.id] = (row.signature, rounds)
        return rounds >= PATIENCE_ROUNDS

    async def _say_unreadable(self, ids: Sequence[str], why: str) -> None:
        """An entry of the list that cannot be understood is said once; it must not hide the others."""
        for order_id in ids:
            if order_id not in self._unreadable:
                self._unreadable.add(order_id)
                self._desk.starting.looked(order_id)
                await self._say("unreadable_order", {"order": order_id, "why": why})

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
        away = desk.clock.monotonic() - self._saw_at
        if desk.blind_since is None and away >= desk.policy.blind_after_seconds:
            last = desk.looked_at if desk.looked_at is not None else desk.started_at
            await self._say("blind", {"since": str(last), "why": type(error).__name__}, blind_since=last)
            desk.blind_since = last

    async def _can_see(self, started: int, seen: dict[str, str]) -> None:
        """The list was read. What was missed before is looked up first, however often that takes.

        The list never shows an order that was opened and ended between two looks: the history does, once a minute.
        """
        desk = self._desk
        self._saw_at = desk.clock.monotonic()
        is_due = self._saw_at - self._caught_up_at >= HISTORY_EVERY_SECONDS
        if self._is_behind or is_due or desk.blind_since is not None:
            self._is_behind = not await self._catch_up(seen)
            self._caught_up_at = self._saw_at
        desk.looked_at = started
        if self._is_behind:
            return
        if desk.blind_since is not None:
            facts = {"since": str(desk.blind_since), "until": str(desk.now())}
            await self._say("blind_over", facts, blind_since=None)
            desk.blind_since = None
        if abs(started - self._kept_at) >= 5000:
            self._kept_at = started
            async with desk.store.write() as tables:
                await tables.desk.put("looked_at", str(started))

    async def _say(self, kind: str, facts: dict[str, str], *, blind_since: int | None = None) -> None:
        """To leads, to those who are rung, and to the group."""
        desk = self._desk
        hearers = {person.id: person for person in (*with_role(desk, Role.LEAD), *bell(desk))}
        async with desk.store.write() as tables:
            if blind_since is not None:
                await tables.desk.put(BLIND_SINCE, str(blind_since))
            elif kind == "blind_over":
                await tables.desk.delete(BLIND_SINCE)
            await tables.journal.add(at=desk.now(), actor=None, action=kind, target="gate", facts=facts, outcome="seen")
            await announce(desk, tables, Notice(kind, facts), hearers.values(), group=True)
        desk.wake_relay.set()

    async def _catch_up(self, seen: dict[str, str]) -> bool:
        """Orders that came and ended while nobody looked are told, too: read the history since the last look."""
        desk = self._desk
        async with desk.store.read() as tables:
            last = await tables.desk.get("looked_at")
        if last is None:
            return True
        start = int(last) // 1000 - CATCH_UP_MARGIN_SECONDS
        is_complete = True
        for asset, fiat in desk.policy.markets:
            try:
                is_complete = await self._history(asset, fiat, start, seen) and is_complete
            except (VenueError, NotAllowed) as error:
                log.warning("history of %s/%s not read: %s", asset, fiat, error)
                # What Gate refuses it will refuse again; everything else is worth another round
                is_complete = is_complete and isinstance(error, Refused) and not error.is_throttled
        return is_complete

    async def _history(self, asset: str, fiat: str, start: int, seen: dict[str, str]) -> bool:
        """True when every order of it that had to be looked up was, or was told to be unreadable."""
        is_complete = True
        for page in range(1, 50):
            rows = await self._desk.venue.completed_orders(
                asset=asset, fiat=fiat, start=start, page=page, per_page=PAGE
            )
            for row in rows:
                async with self._desk.store.read() as tables:
                    known = await tables.orders.get(row.id)
                if known is None or not known.order.is_final:
                    was_read = await self._details(row.id, None, seen)
                    is_complete = is_complete and (was_read or row.id in self._unreadable)
            if len(rows) < PAGE:
                break
        return is_complete


async def _learn(desk: Desk, counterparty_id: str) -> None:
    await learn_profile(desk, counterparty_id)
