"""Whose chat is to be read now.

The venue tells nobody that somebody wrote; chats must be asked for, one request each, out of 150 per ten seconds
(`api/gate-c2c.md` §1.4). Where the rows of the list count unread messages, that count is the signal and reading is
only a backstop. Where they do not, chats are read in turns: the hot ones often, the rest seldom.

A chat is asked for a little before its bound, because a round of the desk takes time of its own. Turns are taken by how
late a chat is in proportion to its interval, so that too little budget makes all of them later and none of them never.
"""

from collections.abc import Iterable
from dataclasses import dataclass

HOT_EVERY = 12_000
REST_EVERY = 84_000
COUNTED_EVERY = 90_000
ENDED_EVERY = 900_000
RECENT = 600_000
MOST_HOT = 40
OTHERS_SHARE = 3
"""one of this many turns belongs to chats that nobody hinted at, when they are due"""
FAR_TOO_LATE = 2.0
"""a chat that waited this many of its intervals gets a turn, however few there are"""

PER_TEN_SECONDS = 54
"""Requests for chats when rows carry no counts: 40 hot ones every 12 s are 33, 160 others every 84 s are 19, that makes
52 of the 150 that the venue takes; the rest is for finished orders, for history and for settling what we said."""

PER_TEN_SECONDS_COUNTED = 30
"""With counts: 200 chats every 90 s are 22, which leaves 8 for news, all within a fifth of what the venue takes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One order's chat. Moments are Unix milliseconds.

    `is_hot`: paid or in appeal. `unread` is the count of the list's row, None when rows carry none. `hinted`: there is
    a reason to read now (the count rose, the status changed, something we said awaits its proof). `active_at` is when
    somebody last wrote, `read_at` the last read or attempt, `final_at` when the order ended.
    """

    order_id: str
    is_open: bool
    is_hot: bool
    unread: int | None
    hinted: bool
    active_at: int | None
    read_at: int | None
    final_at: int | None


def budget_of(poll_seconds: float, *, has_counts: bool) -> int:
    """Turns in one round of the desk, at least one."""
    per_ten = PER_TEN_SECONDS_COUNTED if has_counts else PER_TEN_SECONDS
    return max(1, int(per_ten * poll_seconds / 10))


def due(candidates: Iterable[Candidate], now: int, *, budget: int) -> list[str]:
    """The chats to be read now, the most urgent first, at most `budget`; among equals the one read longest ago."""
    known = list(candidates)
    hot = _hot(known, now)
    hinted = sorted((one for one in known if one.hinted), key=_oldest_first)
    waits = [(_wait(one, now, is_hot=one.order_id in hot), one) for one in known if not one.hinted]
    waits = sorted((wait for wait in waits if wait[0] >= 1), key=lambda wait: (-wait[0], *_oldest_first(wait[1])))
    others = [one for _, one in waits]
    fair = max(budget // OTHERS_SHARE, int(bool(waits) and waits[0][0] >= FAR_TOO_LATE))
    first = hinted[: max(budget - min(len(others), fair), 0)]
    chosen = first + others[: budget - len(first)]
    return [one.order_id for one in chosen]


def _hot(known: list[Candidate], now: int) -> set[str]:
    """Open chats without counts that money or talk makes urgent: the latest to talk, as many as can be followed."""
    found = [one for one in known if one.is_open and one.unread is None and (one.is_hot or _is_recent(one, now))]
    found.sort(key=lambda one: (one.active_at is None, -(one.active_at or 0), one.order_id))
    return {one.order_id for one in found[:MOST_HOT]}


def _is_recent(one: Candidate, now: int) -> bool:
    return one.active_at is not None and now - one.active_at < RECENT


def _wait(one: Candidate, now: int, *, is_hot: bool) -> float:
    """How long it waited, in intervals of its own: from 1 on it is due. Never read counts as forever."""
    if one.read_at is None:
        return float("inf")
    return (now - one.read_at) / _every(one, now, is_hot=is_hot)


def _every(one: Candidate, now: int, *, is_hot: bool) -> int:
    if is_hot:
        return HOT_EVERY
    if one.is_open:
        return REST_EVERY if one.unread is None else COUNTED_EVERY
    ended_lately = one.final_at is not None and now - one.final_at < RECENT
    return COUNTED_EVERY if ended_lately or _is_recent(one, now) else ENDED_EVERY


def _oldest_first(one: Candidate) -> tuple[int, bool, int, str]:
    """Never read first; then read longest ago; then hot; then the latest to talk."""
    return (-1 if one.read_at is None else one.read_at, not one.is_hot, -(one.active_at or 0), one.order_id)
