"""What `check` found out about the desk's surroundings, as facts; `views/check.py` makes the sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing. `ok` is True (right), False (must be mended) or None (could not be told, or only advice).

    `area` groups lines (`settings`, `database`, `gate`, `telegram`, `group`, `owners`, `staff`, `assumptions`);
    `key` selects the sentence within it; `facts` are ready strings that fill the sentence.
    """

    area: str
    key: str
    ok: bool | None
    facts: Mapping[str, str] = field(default_factory=dict)
