"""A list from a venue of which some entries could not be read: the rest is still worth having."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


class Listing(list[T]):
    """The readable entries in the venue's order. `unreadable` holds the ids of the others ("" for one without).

    `counted` is the number that the venue itself told, None when it tells none.
    """

    def __init__(
        self, entries: Iterable[T] = (), *, unreadable: tuple[str, ...] = (), counted: int | None = None
    ) -> None:
        super().__init__(entries)
        self.unreadable = unreadable
        self.counted = counted
