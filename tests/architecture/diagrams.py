"""Draw the state diagram of the docs from the table: `python -m tests.architecture.diagrams` writes it in place."""

from pathlib import Path

from bot.domain.intents import OPEN, TRANSITIONS, State

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BEGIN = "<!-- intents:begin (drawn from bot/domain/intents.py by `python -m tests.architecture.diagrams`) -->"
END = "<!-- intents:end -->"


def diagram() -> str:
    """Mermaid text: every transition of the table, ends marked."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.PLANNED}"]
    lines += [f"    {before} --> {after}: {event}" for (before, event), after in TRANSITIONS.items()]
    lines += [f"    {state} --> [*]" for state in State if state not in OPEN]
    return "\n".join([*lines, "```"])


def document() -> str:
    """The document with the diagram as it should be."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{diagram()}\n{END}{tail}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
