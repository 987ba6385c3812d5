"""The journal as a chain: each row's hash covers all its columns and the hash of the row before it.

    hash = SHA-256 of the ASCII JSON array [FORM, hash before, id, at, actor, action, target, facts, outcome]

The first row follows GENESIS. Nothing here reads a database or a file: rows come in, findings come out.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FORM = "c2c-desk journal 1"
GENESIS = hashlib.sha256(b"c2c-desk journal genesis").hexdigest()
BEGAN = "chain_begun"
"""The action of the row that a database from before the chain got behind its old rows, chained at that moment."""
KEPT_FINDINGS = 100
HEX_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Link:
    """One row as it is stored. `at` is Unix milliseconds, `facts` its JSON text, `hash` 64 lower-case hex digits."""

    id: int
    at: int
    actor: int | None
    action: str
    target: str
    facts: str
    outcome: str
    hash: str = ""

    def hash_after(self, before: str) -> str:
        """What this row's hash must be when `before` is the hash of the row before it."""
        columns = [self.id, self.at, self.actor, self.action, self.target, self.facts, self.outcome]
        return hashlib.sha256(_text([FORM, before, *columns]).encode("ascii")).hexdigest()

    def line(self) -> str:
        """The row as one line of an export: every column as it is stored, without a line end."""
        return _text({name: getattr(self, name) for name in COLUMNS})


COLUMNS = ("id", "at", "actor", "action", "target", "facts", "outcome", "hash")
_NUMBERS = ("id", "at", "actor")


class NotARow(ValueError):
    """A line of an export that no desk wrote."""


def read_line(line: str) -> Link:
    """The row of one line. Raises NotARow."""
    try:
        found = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise NotARow(str(error)[:80]) from None
    if not isinstance(found, dict) or set(found) != set(COLUMNS):
        raise NotARow("it has not the columns of the journal")
    for name, value in found.items():
        is_nobody = name == "actor" and value is None
        if type(value) is not (int if name in _NUMBERS else str) and not is_nobody:
            raise NotARow(f"{name} is of another kind")
    return Link(**found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values for one column would let two readers read two journals."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise NotARow("a column stands in it twice")
    return dict(pairs)


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many rows, the last one's id (0: none) and hash (GENESIS: none)."""

    rows: int
    last: int
    hash: str


class Wrong(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    MISPLACED = "misplaced"
    UNREADABLE = "unreadable"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True)
class Finding:
    """`line` is the place, from 1; `row` the id that stands there (0: none can be read); `before` the id before it.

    MISSING: rows between `before` and `row` are gone. MISPLACED: `row` is no higher than `before`.
    CUT_OFF: the head is not here; `row` is the last one that is.
    """

    wrong: Wrong
    line: int
    row: int
    before: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """Rows up to `last` are older than the chain and were chained at `at` (Unix ms): before then nothing held them."""

    last: int
    at: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`findings` are the first KEPT_FINDINGS of `wrong`. `head_row`: where the given head was found."""

    head: Head
    findings: tuple[Finding, ...]
    wrong: int
    head_row: int | None
    after_head: int
    beginning: Beginning | None

    @property
    def is_whole(self) -> bool:
        return self.wrong == 0


@dataclass
class Verifier:
    """Takes the rows in their order, keeps none of them; `verdict` ends it. `head` is a hash that left the machine.

    After a finding the chain is taken up again from any of four hashes, so that one forged row is not told as
    thousands. Three of them exist only after a finding: without one every row follows the row before it.
    """

    head: str | None = None
    _line: int = 0
    _rows: int = 0
    _last: Link | None = None
    _due: str = GENESIS
    _top: str = GENESIS
    _stray: str = GENESIS
    _findings: list[Finding] = field(default_factory=list)
    _wrong: int = 0
    _head_at: tuple[int, int] | None = None
    _beginning: Beginning | None = None

    def __post_init__(self) -> None:
        if self.head == GENESIS:
            self._head_at = (0, 0)

    def take(self, link: Link) -> None:
        self._line += 1
        self._rows += 1
        before, before_id = (GENESIS, 0) if self._last is None else (self._last.hash, self._last.id)
        due = link.hash_after(before)
        follows = link.hash == due or link.hash in self._other_ways(link)
        if link.id <= before_id:
            self._find(Wrong.MISPLACED, link.id, before_id)
        elif not follows:
            self._find(Wrong.MISSING if link.id > before_id + 1 else Wrong.CHANGED, link.id, before_id)
        if follows:
            self._top = link.hash
        else:
            self._stray = link.hash
        self._last, self._due = link, due
        self._note(link)

    def take_unreadable(self) -> None:
        self._line += 1
        self._find(Wrong.UNREADABLE, 0, 0 if self._last is None else self._last.id)

    def verdict(self) -> Verdict:
        last = 0 if self._last is None else self._last.id
        if self.head is not None and self._head_at is None:
            self._find(Wrong.CUT_OFF, last, last)
        row, rows = (None, 0) if self._head_at is None else (self._head_at[0], self._rows - self._head_at[1])
        head = Head(self._rows, last, GENESIS if self._last is None else self._last.hash)
        return Verdict(head, tuple(self._findings), self._wrong, row, rows, self._beginning)

    def _other_ways(self, link: Link) -> Iterable[str]:
        """From what the row before should have had as its hash, the last row in place, the last one out of place."""
        if not self._wrong:
            return ()
        return (link.hash_after(start) for start in (self._due, self._top, self._stray))

    def _note(self, link: Link) -> None:
        if link.hash == self.head:
            self._head_at = (link.id, self._rows)
        if link.action == BEGAN and self._beginning is None:
            self._beginning = Beginning(link.id - 1, link.at)

    def _find(self, wrong: Wrong, row: int, before: int) -> None:
        self._wrong += 1
        if len(self._findings) < KEPT_FINDINGS:
            self._findings.append(Finding(wrong, self._line, row, before))


def verify(links: Iterable[Link], head: str | None = None) -> Verdict:
    """All rows at once."""
    verifier = Verifier(head)
    for link in links:
        verifier.take(link)
    return verifier.verdict()


def is_hash(text: str) -> bool:
    return len(text) == HEX_DIGITS and set(text) <= set("0123456789abcdef")
