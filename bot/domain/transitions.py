"""The one way through a table of states: what a table does not name does not happen."""

from collections.abc import Mapping
from typing import TypeVar

from bot.domain.errors import TransitionError

State = TypeVar("State")
Event = TypeVar("Event")


def follow(table: Mapping[tuple[State, Event], State], state: State, event: Event) -> State:
    """The state that the table names after the event. Raises TransitionError for a pair that is not in it."""
    try:
        return table[state, event]
    except KeyError:
        raise TransitionError(f"{event} is not possible in {state}") from None
