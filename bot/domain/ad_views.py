"""What the cards of our ads are drawn from: a page of them, one of them, and a move of many behind one confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.ad_changes import AdStanding
from bot.domain.ads import Ad
from bot.domain.seals import Seal


@dataclass(frozen=True, slots=True)
class AdMove:
    """All ads `off`, or back `on`: `ads` as they were seen. `person` is None when the desk did it by itself.

    `unread` are ids of ours that may be meant, too, but whose row or state could not be read ("" for one without id):
    nothing is sent for these. `far`: by how many percent the price of an ad is off the market, where that is far.
    """

    id: str
    way: str
    ads: tuple[Ad, ...]
    person: int | None
    why: str
    asked_at: int
    ends_at: int
    ended_at: int | None
    sent_at: int | None
    unread: tuple[str, ...] = ()
    far: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return f"ads/{self.way}"


@dataclass(frozen=True, slots=True)
class AdList:
    """One page of our ads, read at `seen_at` (ms).

    `wanted` is "online", "offline", "closed" or "all"; `page` counts from 0; `unreadable`: how many more the venue has
    that cannot be read; `counts`: how many there are of each word of `wanted`.
    """

    ads: tuple[Ad, ...]
    wanted: str
    page: int
    has_more: bool
    unreadable: int
    seen_at: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdView:
    """One ad, read at `seen_at` (ms); `last` is what the desk last sent for it.

    `rank` is its place among the ads of its side, None when the market does not show it or could not be read; `others`
    is how many other ads stand there.
    """

    ad: Ad
    seen_at: int
    last: AdStanding | None = None
    rank: int | None = None
    others: int = 0


@dataclass(frozen=True, slots=True)
class MoveStanding:
    """A move now. `changes` are those that have begun; `skipped` the ids of ads that were left as they are."""

    move: AdMove
    changes: tuple[AdStanding, ...] = ()
    open_seal: Seal | None = None
    person_name: str = ""
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Auto:
    """When ads go offline unasked: `blind`, `unattended`, both or never. `owner` switched it on."""

    kinds: tuple[str, ...] = ()
    owner: int = 0
    owner_name: str = ""
