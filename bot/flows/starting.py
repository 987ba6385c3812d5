"""The barrier after a start: no money request before every order that was open has been looked at.

The memory may be older than the venue: the machine was off, or a copy of the database was put back. Until each order
that it calls open, and each one with a request whose outcome is not known, was seen since the start, nobody confirms
anything at Gate. Gate Pay and MTPay have orders of their own, whose open requests are adopted before the first update
is handled; they wait with the rest, but not for a Gate that cannot be read.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import NotAllowed


class Waits(StrEnum):
    """What an action waits for after a start."""

    FOR_ORDERS = "for_orders"
    WHILE_GATE_ANSWERS = "while_gate_answers"
    FOR_NOTHING = "for_nothing"


@dataclass
class Starting:
    """Armed once, at the start. `undecided` are those among the unseen whose last request has no outcome yet."""

    unseen: set[str] = field(default_factory=set)
    undecided: set[str] = field(default_factory=set)
    is_list_read: bool = True
    is_gate_away: bool = False

    def arm(self, orders: Collection[str], undecided: Collection[str]) -> None:
        """Wait for these orders, and for the first list of what is open at Gate."""
        self.undecided = set(undecided)
        self.unseen = set(orders) | self.undecided
        self.is_list_read = False

    @property
    def is_waiting(self) -> bool:
        return bool(self.unseen) or not self.is_list_read

    def listed(self, order_id: str) -> None:
        """The list shows the order just as it was seen last: enough, unless a request of ours is without outcome."""
        if order_id not in self.undecided:
            self.unseen.discard(order_id)

    def looked(self, order_id: str) -> None:
        """Its details were read, or Gate refuses to show them."""
        self.unseen.discard(order_id)
        self.undecided.discard(order_id)

    def check(self, waits: Waits) -> None:
        """Raises NotAllowed("starting", how many orders) as long as the action has to wait."""
        if not self.is_waiting or waits is Waits.FOR_NOTHING:
            return
        if waits is Waits.WHILE_GATE_ANSWERS and self.is_gate_away:
            return
        raise NotAllowed("starting" if self.unseen else "starting_list", {"count": str(len(self.unseen))})
