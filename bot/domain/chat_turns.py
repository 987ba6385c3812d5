"""Whose chat is to be read now.

The venue tells nobody that somebody wrote; chats must be asked for, one request each, out of 150 per ten seconds
(`api/gate-c2c.md` §1.4). Where the rows of the list count unread messages, that count is the signal and reading is
only a backstop. Where they do not, chats are read in turns: the hot ones often, the rest seldom.

Every chat has a span: from its begin on it may be read again, at its end it must have been. Hints come first, hot chats
second, the rest by the nearest end; but the later ones keep a share of the turns, so that where there are too few, all
become later and none waits for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

RECENT = 600_000
MOST_HOT = 40
OTHERS_SHARE = 3
"""of this many turns one is kept for chats that come later in the order"""
PER_TEN_SECONDS = 57
"""Requests for chats when rows carry no counts, 38 % of what the venue takes. In rounds of 3 s exactly, 40 hot chats
every 15 s are 8 a round and 160 others every 90 s are 5.3: 13 a round are too few, 14 hold both. As a round has no
exact length, a hot chat is asked for one round early: 10 and 5.3, so 16 hold both. 57 makes 17 a round: one more for
finished orders."""
PER_TEN_SECONDS_COUNTED = 30
"""The same with counts, a fifth of what the venue takes: 200 chats every 84 to 90 s are 24 without any news. With news
fewer are needed, as each read counts as a backstop too: 22 messages in ten seconds are still seen within 15 s."""


class Span(NamedTuple):
    """How long after a read (ms) the next may be and must have been."""

    begin: int
    end: int


HOT = Span(12_000, 15_000)
REST = Span(60_000, 90_000)
BACKSTOP = Span(84_000, 90_000)
ENDED = Span(840_000, 900_000)


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
    """The chats to be read now, the most urgent first, at most `budget`: hinted ones, read longest ago first, then
    those whose time has come."""
    known = [_by_this_clock(one, now) for one in candidates]
    hot = _hot(known, now)
    spans = {one.order_id: _span(one, now, is_hot=one.order_id in hot) for one in known}
    waiting = [one for one in known if not one.hinted and _may_be_read(one, spans[one.order_id], now)]
    waiting.sort(key=lambda one: (_end(one, spans[one.order_id]), *_oldest_first(one)))
    late = {one.order_id for one in waiting if now - _end(one, spans[one.order_id]) >= spans[one.order_id].end}
    hot_ones = [one for one in waiting if one.order_id in hot]
    rest = [one for one in waiting if one.order_id not in hot]
    others = _shared(hot_ones, rest, budget, entitled=len(rest), late=_any_of(rest, late))
    news = sum(one.unread is None or one.order_id in late for one in others)
    hinted = sorted((one for one in known if one.hinted), key=_oldest_first)
    chosen = _shared(hinted, others, budget, entitled=news, late=_any_of(others, late))
    return [one.order_id for one in chosen]


def _by_this_clock(one: Candidate, now: int) -> Candidate:
    """A read in the future was before the clock was set back: it counts as that long ago, not as fresh for so long."""
    return one if one.read_at is None or one.read_at <= now else replace(one, read_at=2 * now - one.read_at)


def _shared(
    first: list[Candidate], second: list[Candidate], budget: int, *, entitled: int, late: bool
) -> list[Candidate]:
    """At most `budget`: of the first as many as the share of the second leaves, then of the second. Where there are
    hardly any turns, the second have one only when one of them waited twice its span."""
    kept = max(min(entitled, budget // OTHERS_SHARE), int(late and budget > 0))
    taken = first[: budget - kept]
    return taken + second[: budget - len(taken)]


def _any_of(candidates: list[Candidate], ids: set[str]) -> bool:
    return any(one.order_id in ids for one in candidates)


def _may_be_read(one: Candidate, span: Span, now: int) -> bool:
    return one.read_at is None or now - one.read_at >= span.begin


def _hot(known: list[Candidate], now: int) -> set[str]:
    """Open chats without counts that money or talk makes urgent: the latest to talk, as many as can be followed."""
    found = [one for one in known if one.is_open and one.unread is None and (one.is_hot or _is_recent(one, now))]
    found.sort(key=lambda one: (one.active_at is None, -(one.active_at or 0), one.order_id))
    return {one.order_id for one in found[:MOST_HOT]}


def _is_recent(one: Candidate, now: int) -> bool:
    return one.active_at is not None and now - one.active_at < RECENT


def _span(one: Candidate, now: int, *, is_hot: bool) -> Span:
    if is_hot:
        return HOT
    if one.is_open:
        return REST if one.unread is None else BACKSTOP
    ended_lately = one.final_at is not None and now - one.final_at < RECENT
    return BACKSTOP if ended_lately or _is_recent(one, now) else ENDED


def _end(one: Candidate, span: Span) -> int:
    """When it must have been read; what never was, at once."""
    return 0 if one.read_at is None else one.read_at + span.end


def _oldest_first(one: Candidate) -> tuple[int, bool, int, str]:
    """Never read first; then read longest ago; then hot; then the latest to talk."""
    return (-1 if one.read_at is None else one.read_at, not one.is_hot, -(one.active_at or 0), one.order_id)
