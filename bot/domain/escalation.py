"""A paid order that nobody answers gets louder: who is rung when, as a function of what is known of it.

| stage | whom | when nobody has tapped for |
|---|---|---|
| alone | owners who were not told of it | nobody is on duty: at once, after a tap as the claimer |
| claimer | who took the order over | the first number of minutes |
| owners | owners | 5 minutes, if nobody has tapped since it is paid |
| duty | everybody on duty | the second number |
| leads | leads and owners | the third |
| answer | leads and owners | in an appeal that only the venue can end: at once |
| mark | leads and owners | in such an appeal: two minutes before the venue may act |
| taken | leads and owners | the venue took our release, and shows the order as open two minutes later |

A tap starts the waiting anew and a snooze holds it. Neither reaches beyond two minutes before the moment from which
the venue may release by itself: then every stage is due, once, whatever is tapped from then on. Of a sale that only a
lead may let go on, only leads and owners are rung, and outside not before that moment. Of a release that the venue
took nobody hears outside: it is decided, and nothing may be sent again.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.orders import FORCED_AFTER_SECONDS

MINUTE_MS = 60_000
BEFORE_FORCED_MS = 2 * MINUTE_MS
OWNERS_AFTER_MS = 5 * MINUTE_MS
OUTSIDE_AFTER_MS = 5 * MINUTE_MS
"""so long after the last stage nobody has tapped: the bell outside Telegram is rung"""
BEFORE_DEADLINE_MS = 3 * MINUTE_MS
"""so long before a purchase must be marked paid somebody hears of it: fiat that is paid later may be lost"""
TAKEN_AFTER_MS = 2 * MINUTE_MS
"""so long may the venue take to show what it took"""


class Stage(StrEnum):
    """In the order of their loudness."""

    CLAIMER = "claimer"
    ALONE = "alone"
    OWNERS = "owners"
    DUTY = "duty"
    LEADS = "leads"
    ANSWER = "answer"
    MARK = "mark"
    TAKEN = "taken"
    MAY_APPEAL = "may_appeal"
    """of a purchase: we may appeal that its seller does not release"""


LOUDNESS = tuple(Stage)
OF_APPEALS = (Stage.ANSWER, Stage.MARK)


class Whose(StrEnum):
    """Who can let a paid sale go on."""

    ANYBODY = "anybody"
    LEAD = "lead"
    VENUE = "venue"
    NOBODY = "nobody"
    """it was released, and the venue took it"""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that may ring of it."""
        if self is Whose.VENUE:
            return OF_APPEALS
        if self is Whose.NOBODY:
            return (Stage.TAKEN,)
        if self is Whose.LEAD:
            return (Stage.LEADS,)
        return (Stage.CLAIMER, Stage.ALONE, Stage.OWNERS, Stage.DUTY, Stage.LEADS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A paid sale that is not released. Moments in Unix ms; None: never, or not known.

    `paid_at` is when the desk first saw it paid, `tapped_at` when somebody last took care of it, `woken_at` when a
    snooze of it last rang, `forced_at` when the venue may act, `is_attended` whether anybody is on duty, `whose` who
    can let it go on, `taken_at` when the venue took our release.
    """

    paid_at: int
    tapped_at: int | None = None
    snoozed_until: int | None = None
    woken_at: int | None = None
    forced_at: int | None = None
    is_attended: bool = True
    whose: Whose = Whose.ANYBODY
    taken_at: int | None = None

    @property
    def is_answered(self) -> bool:
        """Somebody has tapped since it is paid."""
        return self.tapped_at is not None and self.tapped_at >= self.paid_at

    @property
    def quiet_since(self) -> int:
        """From when nobody has done anything about it, or wanted to wait."""
        return max(self.paid_at, self.tapped_at or 0, self.snoozed_until or 0, self.woken_at or 0)

    @property
    def began(self) -> int:
        """Since when this waiting lasts: what rang earlier rang for another one. Never later than a stage is due.

        From `latest` on no tap begins another: it could only ring at once at whoever has just tapped. What nobody here
        can let go on is told once, whatever is tapped.
        """
        if self.whose in (Whose.VENUE, Whose.NOBODY):
            return self.paid_at
        latest = self.latest
        ends = (at for at in (self.tapped_at, self.woken_at) if at is not None and (latest is None or at < latest))
        return max((self.paid_at, *ends))

    @property
    def latest(self) -> int | None:
        """No stage waits longer; None while nobody knows when the venue may act."""
        return None if self.forced_at is None else max(self.forced_at - BEFORE_FORCED_MS, self.paid_at)


def due(waiting: Waiting, minutes: tuple[int, int, int]) -> dict[Stage, int]:
    """When each stage is rung, in Unix ms; a stage that is not in it rings nobody. `minutes`: claimer, duty, leads."""

    def after(wait: int) -> int:
        moment, latest = waiting.quiet_since + wait, waiting.latest
        return moment if latest is None else min(moment, latest)

    if waiting.whose is Whose.VENUE:
        told = {Stage.ANSWER: waiting.paid_at}
        return told if waiting.latest is None else told | {Stage.MARK: waiting.latest}
    if waiting.whose is Whose.NOBODY:
        return {Stage.TAKEN: max(waiting.paid_at, (waiting.taken_at or 0) + TAKEN_AFTER_MS)}
    claimer, duty, leads = (number * MINUTE_MS for number in minutes)
    if waiting.whose is Whose.LEAD:
        return {Stage.LEADS: after(leads)}
    found = {Stage.CLAIMER: after(claimer), Stage.DUTY: after(duty), Stage.LEADS: after(leads)}
    if not waiting.is_attended:
        found[Stage.ALONE] = after(claimer if waiting.is_answered else 0)
    if not waiting.is_answered:
        found[Stage.OWNERS] = after(OWNERS_AFTER_MS)
    return found


def outside_at(waiting: Waiting, minutes: tuple[int, int, int]) -> int | None:
    """When the bell outside Telegram is rung: 5 minutes after the last stage, or when the venue may act. None: never.

    What no operator can let go on waits for the venue's mark; where nobody knows that, for the latest at which it can
    be.
    """
    if waiting.whose is Whose.NOBODY:
        return None
    leads = due(waiting, minutes).get(Stage.LEADS, waiting.paid_at)
    last = max(leads, waiting.quiet_since)
    moment, forced = last + OUTSIDE_AFTER_MS, waiting.forced_at
    waits_for_mark = waiting.whose is not Whose.ANYBODY
    if waits_for_mark and forced is None:
        forced = waiting.paid_at + FORCED_AFTER_SECONDS * 1000
    if forced is None or last > forced:
        return moment
    return forced if waits_for_mark else min(moment, forced)
