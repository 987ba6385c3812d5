"""Ring the bell outside Telegram while something lasts that nobody inside may hear of. Past the outbox, on purpose."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from bot.clients.bell import NotRung
from bot.domain.outside import AWAY_MS, Alarm, Cause, OutsideRing
from bot.flows import duress
from bot.flows.desk import Desk, log
from bot.flows.escalate import unanswered

BLIND_MS = 60_000
"""so long after the desk has said that it is blind something else rings"""
RUNG = "bell"


class Rings(Protocol):
    """The address outside."""

    async def ring(self, told: Mapping[str, object]) -> None: ...


def _places(alarm: Alarm) -> set[str]:
    return {alarm.place_of(order) for order in alarm.orders} if alarm.cause is Cause.UNANSWERED else set()


class OutsideBell:
    """What was rung for is in the store, so that a restart neither repeats nor forgets it."""

    def __init__(self, desk: Desk, bell: Rings) -> None:
        self._desk = desk
        self._bell = bell
        self._rung: dict[str, OutsideRing] | None = None

    async def round(self, *, may_be_paid: bool = True, may_ring: bool = True, may_be_forced: bool = True) -> None:
        """One look at every cause. The store may have paid orders, loud messages, somebody who is forced or locked."""
        alarms = {alarm.cause: alarm for alarm in await self._alarms(may_be_paid, may_ring)}
        if may_be_forced and (alarm := await self._owner_alarm()) is not None:
            alarms[alarm.cause] = alarm
        rung = await self._known()
        lasting = {*alarms, *(place for alarm in alarms.values() for place in _places(alarm))}
        for ring in [ring for cause, ring in rung.items() if cause not in lasting]:
            await self._over(ring)
        for alarm in alarms.values():
            ring = rung.get(alarm.cause) or OutsideRing(alarm.cause.value, alarm.since)
            if not rung.keys() >= _places(alarm):
                ring = replace(ring, rung=0)
            if ring.is_due(self._desk.now()):
                await self._ring(alarm, ring)

    async def _known(self) -> dict[str, OutsideRing]:
        if self._rung is None:
            async with self._desk.store.read() as tables:
                self._rung = await tables.alerts.outside()
        return self._rung

    async def _alarms(self, may_be_paid: bool, may_ring: bool) -> list[Alarm]:
        desk, now = self._desk, self._desk.now()
        found = []
        if may_be_paid or may_ring:
            async with desk.store.read() as tables:
                waiting = await unanswered(desk, tables) if may_be_paid else []
                unheard_since = await tables.alerts.ringing_since() if may_ring else None
            late = [one for one in waiting if one.outside_at <= now]
            if late:
                ids = tuple(one.order.id for one in late)
                found.append(Alarm(Cause.UNANSWERED, min(one.since for one in late), ids))
            if unheard_since is not None and now - unheard_since > AWAY_MS:
                found.append(Alarm(Cause.TELEGRAM, unheard_since, tuple(one.order.id for one in waiting)))
        blind_ms = int(desk.policy.blind_after_seconds * 1000) + BLIND_MS
        if desk.blind_since is not None and now - desk.blind_since > blind_ms:
            found.append(Alarm(Cause.BLIND, desk.blind_since))
        return found

    async def _owner_alarm(self) -> Alarm | None:
        async with self._desk.store.read() as tables:
            since = await duress.unheard_since(self._desk, tables)
        return None if since is None else Alarm(Cause.OWNER, since)

    async def _ring(self, alarm: Alarm, ring: OutsideRing) -> None:
        """Ring first, write then: a ring too many after a crash is better than one too few."""
        desk, why = self._desk, ""
        try:
            await self._bell.ring(alarm.told(desk.now(), ring.rung + 1))
        except NotRung as no:
            why = str(no)
            log.warning("BELL_URL was not rung for %s: %s", alarm.cause.value, why)
        known = await self._known()
        joined = sorted(_places(alarm) - known.keys())
        done = [ring.after(desk.now(), is_taken=not why), *(OutsideRing(place, desk.now()) for place in joined)]
        known.update({one.cause: one for one in done})
        async with desk.store.write() as tables:
            for one in done:
                await tables.alerts.put_outside(one)
            if not why or done[0].failed == 1:  # that it goes on failing is one line
                facts = {"cause": alarm.cause.value, "ring": str(ring.rung + 1), "orders": str(len(alarm.orders))}
                if alarm.cause is Cause.OWNER:
                    facts["reason"] = duress.ALONE  # whoever is forced reads no line of it
                await tables.journal.add(
                    at=desk.now(), actor=None, action=RUNG, target=RUNG,
                    facts=facts | ({"why": why} if why else {}), outcome="failed" if why else "rung",
                )  # fmt: skip

    async def _over(self, ring: OutsideRing) -> None:
        known = await self._known()
        if ring.may_be_forgotten(self._desk.now()):
            async with self._desk.store.write() as tables:
                await tables.alerts.end_outside(ring.cause)
            known.pop(ring.cause, None)
        elif ring != ring.ended:
            async with self._desk.store.write() as tables:
                await tables.alerts.put_outside(ring.ended)
            known[ring.cause] = ring.ended
