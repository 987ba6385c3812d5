"""The shop window at the venue: what it is set to, what somebody wants of it, and what a look afterwards says."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.accounts import OwnProfile, PaymentMethod, WorkHours, WorkStatus
from bot.domain.intents import Event
from bot.domain.listing import Listing
from bot.domain.seals import Seal
from bot.domain.shop_hours import same_hours

UNSAID = -1
RESTS, WORKS = 0, 1
CUSTOM = (2, 3)
SEPARATOR = "|"


def _hours_text(hours: WorkHours | None) -> str:
    if hours is None:
        return ""
    days = ",".join(str(day) for day in hours.days)
    parts = (hours.cycle, days, hours.zone, hours.start, hours.end)
    return SEPARATOR + SEPARATOR.join(part.replace(SEPARATOR, " ") for part in parts)


def _hours_of(parts: list[str]) -> WorkHours | None:
    if len(parts) != 5:
        return None
    cycle, days, zone, start, end = parts
    return WorkHours(cycle, tuple(int(day) for day in days.split(",") if day.isdecimal()), zone, start, end)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the venue shows. `working`: 0 rest, 1 work, 2 and 3 custom hours, resting and working now; -1 unsaid."""

    working: int
    hours: WorkHours | None = None

    @classmethod
    def of_profile(cls, profile: OwnProfile) -> "Standing":
        return cls(profile.working, profile.hours)

    @property
    def text(self) -> str:
        """One line that `read` understands, e.g. `3|Weekly|1,2,3|8|09:00|18:00`."""
        return f"{self.working}{_hours_text(self.hours)}"

    @classmethod
    def read(cls, text: str) -> "Standing":
        working, *hours = text.split(SEPARATOR)
        return cls(int(working), _hours_of(hours))

    @property
    def base(self) -> str:
        """What a decision rests on: whether custom hours are working just now moves by itself."""
        working = CUSTOM[0] if self.working in CUSTOM else self.working
        return Standing(working, self.hours).text


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: rest, work, or hours of one's own."""

    status: WorkStatus
    hours: WorkHours | None = None

    @property
    def text(self) -> str:
        return f"{int(self.status)}{_hours_text(self.hours)}"

    @classmethod
    def read(cls, text: str) -> "Wish":
        status, *hours = text.split(SEPARATOR)
        return cls(WorkStatus(int(status)), _hours_of(hours))


class Finding(StrEnum):
    """What a look says of a wish. UNSEEN: custom hours stand, but the venue does not show which."""

    DONE = "done"
    OTHERWISE = "otherwise"
    UNSEEN = "unseen"


def found(wish: Wish, standing: Standing) -> Finding:
    if wish.status is not WorkStatus.CUSTOM or wish.hours is None:
        expected = RESTS if wish.status is WorkStatus.REST else WORKS
        return Finding.DONE if standing.working == expected else Finding.OTHERWISE
    if standing.working not in CUSTOM:
        return Finding.OTHERWISE
    if standing.hours is None:
        return Finding.UNSEEN
    return Finding.DONE if same_hours(wish.hours, standing.hours) else Finding.OTHERWISE


class End(StrEnum):
    """How a change ended, by the venue's answer and by what it showed afterwards. It is never sent again by itself.

    DONE_LATE: no answer came, but it shows. DIFFERS: it said yes and shows otherwise. UNSEEN: it said yes and does not
    show the hours. NOT_SEEN: it said yes and could not be looked at.
    """

    DONE = "done"
    DONE_LATE = "done_late"
    DIFFERS = "differs"
    UNSEEN = "unseen"
    NOT_SEEN = "not_seen"
    REFUSED = "refused"
    NEVER_LEFT = "never_left"
    UNKNOWN = "unknown"


def end_of(event: Event, wish: Wish, now: Standing | None) -> End:
    """`event` is what came back for the request, `now` what a look afterwards showed, None when there was none."""
    if event is Event.REFUSED:
        return End.REFUSED
    if event is Event.NEVER_LEFT:
        return End.NEVER_LEFT
    finding = found(wish, now) if now is not None else None
    if event is not Event.ACCEPTED:
        return End.DONE_LATE if finding is Finding.DONE else End.UNKNOWN
    if finding is None:
        return End.NOT_SEEN
    return {Finding.DONE: End.DONE, Finding.OTHERWISE: End.DIFFERS, Finding.UNSEEN: End.UNSEEN}[finding]


@dataclass(frozen=True, slots=True)
class Shop:
    """Our account as the venue shows it at `seen_at` (ms). `methods` is None when they could not be read."""

    profile: OwnProfile
    methods: Listing[PaymentMethod] | None
    seen_at: int
    is_frozen: bool = False

    @property
    def standing(self) -> Standing:
        return Standing.of_profile(self.profile)


@dataclass(frozen=True, slots=True)
class Step:
    """A change that waits for its second tap. `is_moved`: the person's clocks are moved within the year."""

    was: Standing
    wish: Wish
    seal: Seal
    is_frozen: bool = False
    is_moved: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was sent, and what became of it; `end` is None while nobody knows. `answer`: the venue's words."""

    id: str
    person: int
    was: Standing
    wish: Wish
    end: End | None = None
    answer: str = ""
    now: Standing | None = None

    @property
    def facts(self) -> dict[str, str]:
        """For the notice of it, without who it was."""
        now = self.now.text if self.now is not None else ""
        end = self.end.value if self.end is not None else ""
        return {"was": self.was.text, "wish": self.wish.text, "now": now, "end": end, "answer": self.answer[:200]}
