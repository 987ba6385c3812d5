"""A picture of a day before it is drawn: words and numbers are ready, only heights are left, in thousandths.

It goes to the process that draws as JSON, because that one knows nothing of the desk (`bot/workshop/chart.py`).
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

FULL = 1000
"""the height of the highest bar"""


@dataclass(frozen=True, slots=True)
class ChartHour:
    """One hour: heights from 0 to 1000, `label` below (empty: none), `count` above (empty: nothing ended)."""

    label: str
    sold: int
    bought: int
    count: str


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """One currency. `top` is what the highest bar is worth; `sold` and `bought` are lines of (label, sum, rest)."""

    fiat: str
    sold: tuple[str, str, str]
    bought: tuple[str, str, str]
    top: str
    hours: tuple[ChartHour, ...]


@dataclass(frozen=True, slots=True)
class ChartPlan:
    """`plain` is the same in English, for a machine without a font that has this language's characters."""

    title: str
    subtitle: str
    footer: str
    empty: str
    orders_per_hour: str
    panels: tuple[ChartPanel, ...]
    plain: "ChartPlan | None" = None

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "ChartPlan":
        """Raises ValueError, KeyError or TypeError for anything else."""
        return _plan(json.loads(content))


def _plan(facts: dict[str, Any]) -> ChartPlan:
    panels = tuple(
        ChartPanel(
            one["fiat"], _line(one["sold"]), _line(one["bought"]), one["top"],
            tuple(ChartHour(**hour) for hour in one["hours"]),
        )
        for one in facts["panels"]
    )  # fmt: skip
    plain = facts.get("plain")
    words = {name: str(facts[name]) for name in ("title", "subtitle", "footer", "empty", "orders_per_hour")}
    return ChartPlan(**words, panels=panels, plain=_plan(plain) if plain else None)


def _line(parts: list[str]) -> tuple[str, str, str]:
    label, amount, rest = parts
    return label, amount, rest


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PNG. `has_font`: the characters of the language were there; else it is in English."""

    content: bytes = field(repr=False)
    has_font: bool = True
