"""A change of an ad as a deal of its own: shown as a diff, confirmed once, looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.ad_edits import Wanted, facts_of, is_same, told
from bot.domain.ads import Ad
from bot.domain.intents import Intent
from bot.domain.seals import Seal


@dataclass(frozen=True, slots=True)
class AdChange:
    """One change that was shown as a diff. Times are Unix ms.

    `ad` as it was seen. `far_percent`: by how much the price would be off the market, or the wanted offset where that
    alone is far; None when it is not far or nothing about a price was wanted, empty when the market could not be read.
    `best` is the best price among the others. `is_meant`: a far one was confirmed once more. `rule`: made by an armed
    rule. `move`: one of several behind one confirm. `checked_at`: when it was looked at again; `found` is what the
    venue then showed of the parts, `moved` what else was different.
    """

    id: str
    number: int
    ad: Ad
    wanted: Wanted
    person: int
    asked_at: int
    ends_at: int
    ended_at: int | None = None
    far_percent: str | None = None
    best: Decimal | None = None
    is_meant: bool = False
    rule: str = ""
    move: str = ""
    checked_at: int | None = None
    found: Mapping[str, str] | None = None
    moved: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        return f"ad/{self.ad.id}"

    @property
    def asks_twice(self) -> bool:
        """A price that only goes online again is shown beside the market, and confirmed once."""
        return self.far_percent is not None and not self.is_meant and self.wanted.status is None

    @property
    def differs(self) -> bool:
        """Looked at again, and the venue does not show what was wanted, or not only that."""
        if self.found is None:
            return False
        wrong = [p for p in self.wanted.parts if not is_same(p, self.found.get(p, ""), told(p, self.wanted))]
        return bool(wrong) or bool(self.moved)


class Phase(StrEnum):
    """Where a change is, for its card."""

    DIFF = "diff"
    LEFT = "left"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class AdStanding:
    """A change now."""

    change: AdChange
    intent: Intent | None
    open_seal: Seal | None
    person_name: str

    @property
    def phase(self) -> Phase:
        if self.intent is not None:
            word = self.intent.state.value
            return Phase.SENT if word == "planned" else Phase(word) if word in set(Phase) else Phase.SENT
        return Phase.LEFT if self.change.ended_at is not None else Phase.DIFF


def facts_of_change(change: AdChange, *, approver: int, role: str) -> dict[str, str]:
    """What the approval of a change rests on: all of the ad, and every wanted value."""
    wanted = {f"new_{key}": value for key, value in change.wanted.as_facts().items()}
    person = {"approver": str(approver), "role": role, "far": change.far_percent or "", "meant": str(change.is_meant)}
    return facts_of(change.ad, change.wanted.parts) | wanted | person
