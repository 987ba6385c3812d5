"""How loudly a person hears of what: their own choices, their quiet hours, and what no choice silences.

They act on direct messages only; the desk group and the queue keep everything.

| who | paid, appeal, unknown | everything else |
|---|---|---|
| on duty | as the event asks, whatever was chosen | as chosen; quiet hours do not count |
| an owner who stands in because nobody is on duty | as chosen, but never nothing; silent in quiet hours | as chosen |
| everybody else | as chosen; silent in quiet hours | as chosen; silent in quiet hours |
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.orders import Order, Phase, Side

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})\Z", re.ASCII)


class AlertKind(StrEnum):
    """What a person is told of. ALWAYS is nobody's to choose: escalations, freezes, an unknown outcome to owners."""

    UNPAID = "unpaid"
    PAID = "paid"
    APPEAL = "appeal"
    UNKNOWN = "unknown"
    ENDED = "ended"
    CHAT = "buyer"
    NOTICE = "notices"
    ALWAYS = "always"

    @classmethod
    def of(cls, word: str) -> "AlertKind":
        """The kind of a typed word. Raises NotAllowed("alert_kind")."""
        try:
            kind = cls(word.strip().lower())
        except ValueError:
            kind = cls.ALWAYS
        if kind not in CHOOSABLE:
            raise NotAllowed("alert_kind", {"given": word[:30]})
        return kind


CHOOSABLE = tuple(kind for kind in AlertKind if kind is not AlertKind.ALWAYS)
DUTY_RINGS = frozenset({AlertKind.PAID, AlertKind.APPEAL, AlertKind.UNKNOWN})
"""what rings at whoever is on duty, whatever they chose"""


class Loudness(StrEnum):
    ON = "on"
    SILENT = "silent"
    OFF = "off"

    @classmethod
    def of(cls, word: str) -> "Loudness":
        """The state of a typed word. Raises NotAllowed("alert_state")."""
        try:
            return cls(word.strip().lower())
        except ValueError:
            raise NotAllowed("alert_state", {"given": word[:30]}) from None


DEFAULTS = {
    AlertKind.UNPAID: Loudness.SILENT,
    AlertKind.PAID: Loudness.ON,
    AlertKind.APPEAL: Loudness.ON,
    AlertKind.UNKNOWN: Loudness.ON,
    AlertKind.ENDED: Loudness.SILENT,
    AlertKind.CHAT: Loudness.ON,
    AlertKind.NOTICE: Loudness.ON,
}


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the person's own day, 0 to 1439; `ends` is the first minute that may ring again."""

    begins: int
    ends: int

    @classmethod
    def of(cls, given: str) -> "QuietHours":
        """From `23:00-07:00`. Raises NotAllowed("quiet_hours" | "quiet_hours_same")."""
        found = _SPAN.match(given.strip())
        numbers = [int(part) for part in found.groups()] if found else []
        if not numbers or max(numbers[0::2]) > 23 or max(numbers[1::2]) > 59:
            raise NotAllowed("quiet_hours", {"given": given[:30]})
        begins, ends = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
        if begins == ends:
            raise NotAllowed("quiet_hours_same", {"given": given[:30]})
        return cls(begins, ends)

    def holds(self, minute: int) -> bool:
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends

    @property
    def text(self) -> str:
        """`23:00–07:00`"""
        return "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.begins, self.ends))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person chose; a kind that is not in `choices` is as the event asks."""

    choices: Mapping[AlertKind, Loudness] = field(default_factory=dict)
    quiet: QuietHours | None = None

    def chosen(self, kind: AlertKind) -> Loudness:
        """For a list of all kinds: the choice, else the default."""
        return self.choices.get(kind, DEFAULTS[kind])

    def loudness(self, kind: AlertKind, *, minute: int, on_duty: bool, stands_in: bool = False) -> Loudness | None:
        """How this person hears of it in that minute of their day; None: as the event asks."""
        is_must = kind in DUTY_RINGS
        if kind is AlertKind.ALWAYS or (is_must and on_duty):
            return None
        wish = self.choices.get(kind)
        if wish is Loudness.OFF:
            return Loudness.SILENT if is_must and stands_in else wish
        if not on_duty and self.quiet is not None and self.quiet.holds(minute):
            return Loudness.SILENT
        return wish


NO_WISHES = Wishes()


def kind_of(order: Order) -> AlertKind:
    """What news of an order is about, by its state. A purchase that we have to pay is our move, as a paid sale is."""
    if order.is_final:
        return AlertKind.ENDED
    if order.in_appeal or order.phase is Phase.LOCKED:
        return AlertKind.APPEAL
    is_ours_to_pay = order.side is Side.BUY and order.phase is Phase.UNPAID
    return AlertKind.PAID if order.phase is Phase.PAID or is_ours_to_pay else AlertKind.UNPAID


NEVER_SILENCED = frozenset(
    {
        "blind", "blind_over", "desk_frozen", "desk_unfrozen", "done_elsewhere", "release_locked", "outsider_in_group",
        "group_lost", "delivery_failed", "halted", "deaf", "webhook_taken", "welcome", "join_request", "pin_locked",
        "frozen_by_card", "credit_twice", "convert_stuck", "otc_stuck", "otc_odd",
    }
)  # fmt: skip
"""notices that no choice silences, beside those of unknown outcomes and of escalations"""
ESCALATED = "escalated"


def kind_of_notice(notice: str) -> AlertKind:
    """The kind of a notice by its name."""
    is_unknown = notice.endswith(("_unknown", "_maybe_twice")) or "_unknown_" in notice or notice == "unknown_long"
    is_loud = is_unknown or notice in NEVER_SILENCED or notice.startswith((ESCALATED, "duress"))
    return AlertKind.ALWAYS if is_loud else AlertKind.NOTICE
