"""From when the venue may act on a paid sale by itself: on our own clock for what we do, on its clock for people."""

from dataclasses import dataclass

from bot.domain.orders import FORCED_AFTER_SECONDS, Order
from bot.flows.desk import Desk


@dataclass(frozen=True, slots=True)
class Mark:
    """`at` in ms of our clock; `shown` in Unix seconds of the venue, as phones show it.

    `is_latest`: the venue does not say since when the order is paid, so that it is 20 minutes after we saw it, or less.
    """

    at: int
    shown: int
    is_latest: bool = False


def forced_mark(desk: Desk, order: Order, seen_at: int) -> Mark:
    """`seen_at` is when the desk first saw the order paid, in ms."""
    skew = desk.gate.skew_seconds if desk.gate is not None else 0.0
    forced = order.may_be_forced_at
    if forced:
        return Mark(desk.clock.moment_of(forced + skew), forced)
    at = min(seen_at, desk.now()) + FORCED_AFTER_SECONDS * 1000
    return Mark(at, int(desk.clock.wall_seconds(at) - skew), is_latest=True)
