"""Calls of venues that the door refused: counted, and told to owners in one line at most once an hour.

Anybody may call the door. So nothing of a call is kept but that it came, in counters of a fixed number; they reach the
memory once a minute, whatever the number of calls.
"""

import json
from collections import Counter

from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.receipts import Receipt

VENUES = ("gate_pay", "mtpay")
COUNTED = frozenset({Receipt.FORGED, Receipt.UNREADABLE, Receipt.TOO_MANY})
"""an address that does not exist is asked for by every scanner, and says nothing"""
HOUR_MS = 3_600_000
WAITING, TOLD_AT = "refused_calls", "refused_calls_told_at"
"""in the desk's memory: counts by venue that were not told yet, and when owners were told last (ms)"""
NOTICE = "calls_refused"


class RefusedCalls:
    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._may_wait = True
        """what the last process counted may not be told yet"""

    def count(self, venue: str, receipt: Receipt) -> None:
        if venue in VENUES and receipt in COUNTED:
            self._counts[venue] += 1

    async def round(self, desk: Desk) -> None:
        """Once a minute: nothing is asked while nothing was refused."""
        if not self._counts and not self._may_wait:
            return
        fresh, self._counts = self._counts, Counter()
        try:
            self._may_wait = await _keep(desk, fresh)
        except BaseException:
            self._counts += fresh
            raise


async def _keep(desk: Desk, fresh: Counter[str]) -> bool:
    """Add them up, and tell them when it is time; whether some are still untold."""
    async with desk.store.read() as tables:
        is_waiting = await tables.desk.get(WAITING) is not None
        told_at = int(await tables.desk.get(TOLD_AT) or 0)
    is_time = not 0 <= desk.now() - told_at < HOUR_MS
    if not fresh and not (is_waiting and is_time):
        return is_waiting
    async with desk.store.write() as tables:
        counts = Counter(json.loads(await tables.desk.get(WAITING) or "{}")) + fresh
        if not is_time:
            await tables.desk.put(WAITING, json.dumps(counts))
            return True
        await tables.desk.delete(WAITING)
        await tables.desk.put(TOLD_AT, str(desk.now()))
        facts = {venue: str(counts[venue]) for venue in VENUES} | {"count": str(counts.total())}
        await tables.journal.add(
            at=desk.now(), actor=None, action=NOTICE, target="callbacks", facts=facts, outcome="ignored"
        )
        await announce(desk, tables, Notice(NOTICE, facts), with_role(desk, Role.OWNER), ring=False, key=NOTICE)
    desk.wake_relay.set()
    return False
