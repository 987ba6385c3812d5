"""Draw the state diagrams of the docs from the tables: `python -m tests.architecture.diagrams` writes them in place."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.domain import intents, sayings

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"


@dataclass(frozen=True)
class Table:
    """One state machine. `name` is its module in `bot/domain`; it may begin in any state of `begins`.

    `ends` are the states after which nothing is expected any more; a late finding may still follow.
    """

    name: str
    begins: tuple[StrEnum, ...]
    transitions: Sequence[tuple[tuple[StrEnum, StrEnum], StrEnum]]
    ends: Iterable[StrEnum]

    @property
    def begin(self) -> str:
        return (
            f"<!-- {self.name}:begin (drawn from bot/domain/{self.name}.py by"
            " `python -m tests.architecture.diagrams`) -->"
        )

    @property
    def end(self) -> str:
        return f"<!-- {self.name}:end -->"

    def diagram(self) -> str:
        """Mermaid text: every transition of the table, beginnings and ends marked."""
        lines = ["```mermaid", "stateDiagram-v2", *(f"    [*] --> {state}" for state in self.begins)]
        lines += [f"    {before} --> {after}: {event}" for (before, event), after in self.transitions]
        lines += [f"    {state} --> [*]" for state in self.ends]
        return "\n".join([*lines, "```"])


def _without(states: Iterable[StrEnum], going_on: Set[StrEnum]) -> tuple[StrEnum, ...]:
    return tuple(state for state in states if state not in going_on)


TABLES = (
    Table(
        "intents", (intents.State.PLANNED,), tuple(intents.TRANSITIONS.items()),
        _without(intents.State, set(intents.OPEN)),
    ),
    Table(
        "sayings", (sayings.State.PLANNED, sayings.State.HELD), tuple(sayings.TRANSITIONS.items()),
        _without(sayings.State, {*sayings.OPEN, sayings.State.HELD}),
    ),
)  # fmt: skip


def document() -> str:
    """The document with the diagrams as they should be. Raises ValueError where one has no place."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for table in TABLES:
        head, begin, rest = text.partition(table.begin)
        _, end, tail = rest.partition(table.end)
        if not begin or not end:
            raise ValueError(f"{DOCUMENT.name} has no place for {table.name}")
        text = f"{head}{begin}\n{table.diagram()}\n{end}{tail}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
