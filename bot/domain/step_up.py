"""The PIN that some money taps ask for: which ones, what may be a PIN, and when it is asked.

A person without a PIN is asked nothing, unless the desk requires one. With one it is asked once in a shift (going on
duty begins it; off duty a shift is twelve hours), after thirty minutes without a money tap, and for every seal above
the desk's amount: there a right PIN counts for that one seal.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.off_ramps import OffRampSide
from bot.domain.seals import Seal

LEAST_DIGITS, MOST_DIGITS = 6, 12
RUN = 6
"""so many equal or consecutive digits in a row are the first that anybody tries"""
NAMES_A_PIN = re.compile(r"(?<![a-z])pins?(?![a-z])|密码|口令", re.IGNORECASE)
NUMBERS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9])*")
MOST_WRONG = 5
KEPT_PAST = 3
SHIFT_MS = 12 * 3_600_000
IDLE_MS = 30 * 60_000
REQUIRED = "required"


class Why(StrEnum):
    """Why a PIN is asked now."""

    SHIFT = "shift"
    IDLE = "idle"
    ABOVE = "above"
    ALWAYS = "always"


class Step(StrEnum):
    """What a question for a PIN asks."""

    PROVE = "prove"
    NEW = "new"
    AGAIN = "again"
    OLD = "old"
    REMOVE = "remove"
    SECOND_PROVE = "second_prove"
    SECOND = "second"
    SECOND_AGAIN = "second_again"


NEXT = {
    Step.OLD: Step.NEW,
    Step.NEW: Step.AGAIN,
    Step.SECOND_PROVE: Step.SECOND,
    Step.SECOND: Step.SECOND_AGAIN,
}
"""the question that follows a good answer; the others end there"""
ASKS_KNOWN = frozenset({Step.PROVE, Step.OLD, Step.REMOVE, Step.SECOND_PROVE})
"""answered with a PIN that is set already: wrong ones are counted"""
ASKS_NEW = frozenset({Step.NEW, Step.SECOND})


@dataclass(frozen=True, slots=True)
class Pins:
    """What is kept of a person's PINs. `first`, `second`, `past` are hashes, "" is none; times are Unix ms."""

    person: int
    salt: str
    first: str = ""
    second: str = ""
    past: tuple[str, ...] = ()
    set_at: int | None = None
    wrong: int = 0
    locked_at: int | None = None
    proven_at: int | None = None
    acted_at: int | None = None
    quiet_at: int | None = None
    pretends: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.first)

    @property
    def is_shown_set(self) -> bool:
        """What the person's own screen says."""
        return self.is_set and self.pretends.partition("|")[0] != GONE

    @property
    def pretended(self) -> "Pretended":
        """What somebody who is being forced has seemingly set since then."""
        parts = self.pretends.split("|")
        if parts[0] == GONE:
            return Pretended(past=tuple(parts[1:]))
        return Pretended(parts[0], parts[1], int(parts[2] or 0), tuple(parts[3:])) if len(parts) >= 3 else Pretended()

    @property
    def shown_set_at(self) -> int | None:
        return self.pretended.at or self.set_at


@dataclass(frozen=True, slots=True)
class Pretended:
    """PINs that look as if they counted, as hashes, "" is none; `at` (ms): since when the first does, 0: never.

    `past` are the last of them, newest first: they do not come again either.
    """

    first: str = ""
    second: str = ""
    at: int = 0
    past: tuple[str, ...] = ()

    @property
    def stored(self) -> str:
        return "|".join((self.first, self.second, str(self.at), *self.past))

    @property
    def gone(self) -> str:
        """What is stored once they were seemingly taken away."""
        return "|".join((GONE, *self.past))


GONE = "gone"


@dataclass(frozen=True, slots=True)
class Shift:
    """`since`: when the person last went on or off duty (ms), None: never."""

    on_duty: bool = False
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that stands in a direct message."""

    id: str
    person: int
    step: Step
    about: str
    facts: dict[str, str]
    draft: str
    asked_at: int
    ends_at: int
    ended_at: int | None

    def is_over(self, now: int) -> bool:
        return self.ended_at is not None or not self.asked_at <= now < self.ends_at


def typed(text: str) -> str:
    """The digits of what somebody typed, wide ones as plain ones. Raises NotAllowed, never with the text in it."""
    given = unicodedata.normalize("NFKC", text).strip()
    if not (given.isascii() and given.isdigit()):
        raise NotAllowed("pin_letters")
    if not LEAST_DIGITS <= len(given) <= MOST_DIGITS:
        raise NotAllowed("pin_length", {"least": str(LEAST_DIGITS), "most": str(MOST_DIGITS)})
    return given


def check_new(pin: str) -> None:
    """Raises NotAllowed("pin_plain") for six equal or consecutive digits in a row, 9 and 0 being neighbours."""
    steps = [(int(after) - int(before)) % 10 for before, after in pairwise(pin)]
    for start in range(len(steps) - RUN + 2):
        run = steps[start : start + RUN - 1]
        if len(set(run)) == 1 and run[0] in (0, 1, 9):
            raise NotAllowed("pin_plain")


def looks_like_pin(text: str) -> bool:
    """Nothing but digits, as many as a PIN has."""
    given = "".join(unicodedata.normalize("NFKC", text).split())
    return given.isascii() and given.isdigit() and LEAST_DIGITS <= len(given) <= MOST_DIGITS


def may_be_pin(text: str) -> bool:
    """Just what somebody could have set as their PIN: what cannot be one is no one's secret."""
    try:
        check_new(typed(text))
    except NotAllowed:
        return False
    return True


def called_pins(text: str) -> tuple[str, ...]:
    """Numbers in these words that could be somebody's PIN, where the words name a PIN at all."""
    given = unicodedata.normalize("NFKC", text)
    if not NAMES_A_PIN.search(given):
        return ()
    numbers = ("".join(filter(str.isdigit, found)) for found in NUMBERS.findall(given))
    return tuple(number for number in numbers if may_be_pin(number))


def why_asked(pins: Pins, shift: Shift, *, is_above: bool, is_proven: bool, now: int) -> Why | None:
    """Why this person's PIN is asked for this seal, None: it is not. `is_proven`: it was given for this very seal.

    A clock that was set back asks once more.
    """
    if is_proven:
        return None
    if is_above:
        return Why.ABOVE
    began = shift.since or 0
    if not shift.on_duty:
        began = max(began, now - SHIFT_MS)
    if pins.proven_at is None or not began <= pins.proven_at <= now:
        return Why.SHIFT
    last = max(pins.proven_at, pins.acted_at or 0)
    return None if last <= now and now - last < IDLE_MS else Why.IDLE


def sealed_amount(seal: Seal) -> tuple[Decimal, str] | None:
    """How much of what the seal moves, e.g. 1000.00 and USDT; None where nothing is counted."""
    text = seal.facts.get("sell") or seal.facts.get("amount") or seal.facts.get("new_amount") or ""
    number, _, code = text.partition(" ")
    asset = code or seal.facts.get("asset") or seal.facts.get("pair", "").partition("/")[0]
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return None
    return (amount, asset) if amount.is_finite() else None


def is_above(seal: Seal, most: Decimal | None) -> bool:
    """More than the desk lets through with the shift's PIN."""
    moved = sealed_amount(seal)
    return most is not None and moved is not None and moved[0] > most


def wish_of(seal: Seal) -> str:
    """Equal for two seals when the later one asks for just what the earlier did, as after a quote that has ended.

    Quotes end sooner than a PIN is typed. Everything else is asked for once: there it is the seal alone.
    """
    facts = seal.facts
    if seal.action is Action.CONVERT and facts.get("fixed") in ("sell", "buy"):
        fixed, other = facts["fixed"], "buy" if facts["fixed"] == "sell" else "sell"
        parts = ["convert", facts.get("action", ""), facts.get("account", "")]
    elif seal.action is Action.OFF_RAMP and facts.get("side") in set(OffRampSide):
        fixed, other = ("sell", "get") if facts["side"] == OffRampSide.CRYPTO else ("get", "sell")
        parts = ["otc", facts.get("bank", ""), facts.get("promotion", "")]
    else:
        return seal.id
    parts += [str(seal.opened_by), fixed, facts.get(fixed, ""), facts.get(other, "").partition(" ")[2]]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
