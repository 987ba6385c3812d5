"""Ads while nobody looks: taking them offline is offered to leads, or done unasked where an owner switched that on."""

import json
from collections.abc import Sequence

from bot.domain.ad_views import AdMove, Auto
from bot.domain.ads import Ad, AdState
from bot.domain.errors import DeskError, NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.ads_all import perform_all, plan_all, unread_of
from bot.flows.announce import announce, with_role
from bot.flows.approve import check_not_frozen
from bot.flows.desk import Desk, log
from bot.flows.duty import ATTENDED, HANDLED, UNATTENDED
from bot.flows.journal_line import journal
from bot.flows.starting import Waits
from storage.store import Tables

BLIND = "blind"
CHOICES = {"off": (), "blind": (BLIND,), "duty": (UNATTENDED,), "both": (BLIND, UNATTENDED)}
AUTO = "ads_auto"
TRIED = "tried"
"""an absence that is not handled yet, of which leads have heard that Gate does not answer"""
AFTER_SECONDS = 60.0
ROUND_SECONDS = 5.0


async def auto(desk: Desk, user_id: int, words: Sequence[str]) -> Auto:
    """`/ads auto` tells, `/ads auto off|blind|duty|both` sets (owners). Raises NotAllowed."""
    if not words:
        desk.need(user_id, Right.READ)
        async with desk.store.read() as tables:
            return await _auto(desk, tables)
    desk.need(user_id, Right.ADS_AUTO)
    if len(words) != 1 or words[0].lower() not in CHOICES:
        raise NotAllowed("usage", {"command": "ads", "given": " ".join(words)[:40]})
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS_AUTO)
        kinds = CHOICES[words[0].lower()]
        await tables.desk.put(AUTO, json.dumps({"kinds": kinds, "owner": user_id}))
        await journal(desk, tables, user_id, AUTO, "ads", {"kinds": ",".join(kinds)}, "done")
        return await _auto(desk, tables)


async def _auto(desk: Desk, tables: Tables) -> Auto:
    stored = await tables.desk.get(AUTO)
    if stored is None:
        return Auto()
    facts = json.loads(stored)
    owner = desk.people.get(facts["owner"])
    return Auto(tuple(facts["kinds"]), facts["owner"], owner.name if owner is not None else "")


class AdsWatch:
    """Remembers since when nobody looks. What was done or offered for it is stored: once per absence."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._since: dict[str, float] = {}
        self._people: object = None
        self._was_blind = False
        self._attended: str | None = None

    async def round(self) -> None:
        """Every few seconds; costs nothing as long as nobody came or went."""
        desk = self._desk
        on_duty = any(person.on_duty for person in desk.people.values())
        is_blind = desk.blind_since is not None
        # Everybody is read anew whenever somebody comes or goes
        if desk.people is self._people and is_blind == self._was_blind and not self._since:
            return
        self._people, self._was_blind = desk.people, is_blind
        async with desk.store.read() as tables:
            attended = await tables.desk.get(ATTENDED)
        if attended != self._attended:
            self._attended = attended
            self._since.pop(UNATTENDED, None)
        # A shop that never uses the bell is not left alone when nobody is on duty
        await self._heed(BLIND, is_blind)
        await self._heed(UNATTENDED, attended is not None and not on_duty)

    async def _heed(self, kind: str, is_alone: bool) -> None:
        desk, now = self._desk, self._desk.clock.monotonic()
        key = f"{HANDLED}:{kind}"
        async with desk.store.read() as tables:
            handled = await tables.desk.get(key)
        if not is_alone:
            self._since.pop(kind, None)
            if handled is not None:
                async with desk.store.write() as tables:
                    await tables.desk.delete(key)
            return
        if handled not in (None, TRIED):
            self._since.pop(kind, None)
        elif now - self._since.setdefault(kind, now) >= AFTER_SECONDS:
            await self._act(kind, key)

    async def _act(self, kind: str, key: str) -> None:
        """Take them offline where that was switched on, else offer it. A venue that is away is asked again later."""
        desk = self._desk
        async with desk.store.read() as tables:
            chosen = await _auto(desk, tables)
        owner = desk.people.get(chosen.owner)
        may_act = kind in chosen.kinds and owner is not None and owner.may(Right.ADS)
        try:
            listed = await desk.venue.my_ads()
        except DeskError as away:
            log.warning("ads cannot be read while the desk is %s: %s", kind, away)
            if may_act:
                await self._say_tried(kind, key)
            else:
                await self._offer(kind, key, None)  # whether any is online cannot be told now
            return
        online = tuple(ad for ad in listed if ad.state is AdState.LISTED)
        unread = unread_of(listed)
        if not online:
            await self._offer(kind, key, None if unread else 0, unread)
        elif may_act and owner is not None and await self._take_offline(kind, key, owner, online, unread):
            return
        else:
            await self._offer(kind, key, len(online), unread)

    async def _say_tried(self, kind: str, key: str) -> None:
        """Leads hear once that what was switched on cannot be done yet; it goes on being tried."""
        desk = self._desk
        async with desk.store.write() as tables:
            if await tables.desk.get(key) == TRIED:
                return
            await tables.desk.put(key, TRIED)
            await announce(desk, tables, Notice("ads_off_waits", {"why": kind}), with_role(desk, Role.LEAD))
        desk.wake_relay.set()

    async def _offer(self, kind: str, key: str, online: int | None, unread: tuple[str, ...] = ()) -> None:
        desk = self._desk
        async with desk.store.write() as tables:
            await tables.desk.put(key, str(desk.now()))
            if online != 0:
                facts = {"why": kind, "online": "" if online is None else str(online), "unread": str(len(unread))}
                await announce(desk, tables, Notice("ads_off_offered", facts), with_role(desk, Role.LEAD))
        desk.wake_relay.set()

    async def _take_offline(
        self, kind: str, key: str, owner: Person, online: tuple[Ad, ...], unread: tuple[str, ...]
    ) -> bool:
        """One move as if the owner had confirmed it; False when the desk is frozen. A desk that is blind from its start
        does not wait: then it is needed most."""
        desk, now = self._desk, self._desk.now()
        move = AdMove(desk.new_id(), "off", online, None, kind, now, now, now, now, unread)
        try:
            async with desk.store.write() as tables:
                await check_not_frozen(desk, tables, Waits.FOR_NOTHING)
                await tables.desk.put(key, str(now))
                await tables.ad_changes.add_move(move)
                intents = await plan_all(desk, tables, owner, move, seal_id=AUTO)
        except NotAllowed as frozen:
            log.warning("ads stay online: %s", frozen)
            return False
        await perform_all(desk, move.id, intents)
        return True
