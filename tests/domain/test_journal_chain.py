"""S11: any single edit, deletion, insertion or swap is found; truncation through a head that left the machine."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.journal_chain import (
    BEGAN,
    GENESIS,
    KEPT_FINDINGS,
    Beginning,
    Finding,
    Head,
    Link,
    NotARow,
    Verifier,
    Wrong,
    is_hash,
    read_line,
    verify,
)

COLUMNS = ("id", "at", "actor", "action", "target", "facts", "outcome", "hash")
NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(max_size=20)
ROWS = st.builds(
    Link,
    id=st.just(0),
    at=NUMBERS,
    actor=st.none() | NUMBERS,
    action=TEXTS,
    target=TEXTS,
    facts=st.dictionaries(TEXTS, TEXTS, max_size=2).map(json.dumps),
    outcome=TEXTS,
)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


def chained(rows: Sequence[Link], before: str = GENESIS, first: int = 1) -> list[Link]:
    """The same rows as a desk would have written them."""
    made: list[Link] = []
    for number, row in enumerate(rows, start=first):
        numbered = replace(row, id=number)
        made.append(replace(numbered, hash=numbered.hash_after(made[-1].hash if made else before)))
    return made


def day(count: int = 12) -> list[Link]:
    """Rows that are like each other, as those of a desk are: two of them differ in nothing but their id."""
    return chained([Link(0, 1000 + number // 3, 7, "claim", f"{number % 4}", "{}", "done") for number in range(count)])


CHAINS = st.lists(ROWS, min_size=1, max_size=8).map(chained)


def test_the_hash_of_a_row_is_what_the_documents_say() -> None:
    row = Link(1, 1790000000000, None, "freeze", "desk", '{"who":"\\u5f20"}', "done")
    columns = r'1,1790000000000,null,"freeze","desk","{\"who\":\"\\u5f20\"}","done"'
    text = f'["c2c-desk journal 1","{GENESIS}",{columns}]'
    assert row.hash_after(GENESIS) == hashlib.sha256(text.encode("ascii")).hexdigest()
    # For ever: another value would break every journal there is
    assert GENESIS == "6e89991fd3960731ad55bb6ea668ce07f2f0f4991a327f52a9caa9ab635852ba"
    assert row.hash_after(GENESIS) == "e103e38cfe276e6bb9a82a03e3aec87d973e83ff6f23ed63b534bcb994c1ffbd"


@settings(max_examples=40, deadline=None)
@given(CHAINS)
def test_what_a_desk_wrote_is_whole_and_its_last_hash_is_its_head(chain: list[Link]) -> None:
    verdict = verify(chain, chain[-1].hash)
    assert verdict.is_whole and verdict.findings == ()
    assert verdict.head == Head(len(chain), len(chain), chain[-1].hash)
    assert (verdict.head_row, verdict.after_head) == (len(chain), 0)


@settings(max_examples=40, deadline=None)
@given(CHAINS)
def test_a_row_comes_back_from_its_line_as_it_was(chain: list[Link]) -> None:
    assert [read_line(link.line()) for link in chain] == chain
    assert all(link.line().isascii() and "\n" not in link.line() for link in chain)


def other_values(link: Link, column: str) -> list[Any]:
    """What could stand there instead: near ones, far ones, and what looks alike when columns are only joined."""
    was = getattr(link, column)
    if column == "actor":
        return [None, 0, 8, -7, 2**62]
    if column in ("id", "at"):
        return [was + 1, was - 1, 0, was * 10, -was - 1]
    if column == "hash":
        return [GENESIS, "0" * 64, was[::-1], was[:-1] + ("0" if was[-1] != "0" else "1"), ""]
    return ["", was + " ", was.upper() + "X", f'{was}","', f"{was}\0"]


def edits(chain: list[Link]) -> Iterator[tuple[str, list[Link], int]]:
    for place, link in enumerate(chain):
        for column in COLUMNS:
            for other in other_values(link, column):
                if other != getattr(link, column):
                    changed = replace(link, **{column: other})
                    yield f"edit {column}", [*chain[:place], changed, *chain[place + 1 :]], link.id


def deletions(chain: list[Link]) -> Iterator[tuple[str, list[Link], int]]:
    for first in range(len(chain)):
        for end in range(first + 1, len(chain)):
            yield "delete", [*chain[:first], *chain[end:]], chain[end].id


def insertions(chain: list[Link]) -> Iterator[tuple[str, list[Link], int]]:
    """Copies and new rows at every place but behind the last, with hashes from nowhere and with ones that fit."""
    for place in range(len(chain)):
        before = chain[place - 1].hash if place else GENESIS
        forged = Link(chain[place].id, 1003, 9, "release", "1", "{}", "done")
        for one in (*chain, forged, replace(forged, id=place), replace(forged, id=99)):
            for made in {one.hash or GENESIS, one.hash_after(before)}:
                row = replace(one, hash=made)
                yield (
                    "insert",
                    [*chain[:place], row, *chain[place:]],
                    chain[place].id if row == chain[place] else row.id,
                )
                renumbered = [replace(link, id=link.id + 1) for link in chain[place:]]
                yield "insert, renumbered", [*chain[:place], replace(row, id=place + 1), *renumbered], place + 2


def moves(chain: list[Link]) -> Iterator[tuple[str, list[Link], int]]:
    for first, second in combinations(range(len(chain)), 2):
        swapped = list(chain)
        swapped[first], swapped[second] = chain[second], chain[first]
        kind = "swap neighbours" if second == first + 1 else "swap"
        yield kind, swapped, chain[second].id
        yield kind, swapped, swapped[second].id
        contents = list(chain)
        contents[first] = replace(chain[second], id=chain[first].id)
        contents[second] = replace(chain[first], id=chain[second].id)
        yield "swap all but the id", contents, chain[first].id
        kept = [replace(link, hash=was.hash) for link, was in zip(contents, chain, strict=True)]
        if kept != chain:
            yield "swap contents", kept, chain[first].id
        turned = [*chain[:first], *reversed(chain[first : second + 1]), *chain[second + 1 :]]
        yield "turn around", turned, chain[second].id
        moved = [*chain[:first], *chain[first + 1 : second + 1], chain[first], *chain[second + 1 :]]
        yield "move", moved, chain[first].id


def forgeries(chain: list[Link]) -> Iterator[tuple[str, list[Link], int]]:
    yield from edits(chain)
    yield from deletions(chain)
    yield from insertions(chain)
    yield from moves(chain)


def names(findings: Sequence[Finding], row: int) -> bool:
    """Is the row named: itself, as the one after which another does not belong, or among those that are missing?"""
    for one in findings:
        if row == one.row or (one.wrong is Wrong.MISPLACED and row == one.before):
            return True
        if one.wrong is Wrong.MISSING and one.before < row < one.row:
            return True
    return False


def test_every_edit_deletion_insertion_and_swap_is_found_with_its_row() -> None:
    tried: Counter[str] = Counter()
    for length in (1, 2, 3, 8, 14):
        for kind, forged, row in forgeries(day(length)):
            tried[kind] += 1
            verdict = verify(forged)
            assert not verdict.is_whole, f"{kind}: {forged}"
            named = names(verdict.findings, row)
            if kind == "edit id":
                named = any(one.line == row for one in verdict.findings)
            assert named, f"{kind} of {row}: {verdict.findings}"
    assert len(tried) == len(COLUMNS) + 9 and min(tried.values()) > 10
    assert tried.total() > 2500, tried


def test_every_truncation_is_found_with_the_head_and_only_with_it() -> None:
    chain = day()
    for length in range(len(chain)):
        verdict = verify(chain[:length], chain[-1].hash)
        assert [(one.wrong, one.row) for one in verdict.findings] == [(Wrong.CUT_OFF, length)]
        assert verdict.head_row is None
        assert verify(chain[:length]).is_whole


def test_a_tail_that_was_written_anew_is_found_with_the_head_and_only_with_it() -> None:
    chain = day()
    for place in range(len(chain)):
        anew = chained(
            [replace(chain[place], outcome="refused"), *chain[place + 1 :]],
            chain[place - 1].hash if place else GENESIS,
            place + 1,
        )
        forged = [*chain[:place], *anew]
        assert verify(forged).is_whole
        assert [one.wrong for one in verify(forged, chain[-1].hash).findings] == [Wrong.CUT_OFF]
        for early in chain[:place]:
            assert verify(forged, early.hash).is_whole, "what came after that head it cannot know"


def test_a_chain_that_begins_anew_in_the_middle_is_found() -> None:
    chain = day()
    for place in range(1, len(chain)):
        for start in (GENESIS, *(link.hash for link in chain if link.id != place)):
            forged = [*chain[:place], *chained(chain[place:], start, place + 1)]
            assert verify(forged).findings == (Finding(Wrong.CHANGED, place + 1, place + 1, place),)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.lists(ROWS, min_size=2, max_size=10).map(chained))
def test_any_one_change_of_any_chain_is_found(data: st.DataObject, chain: list[Link]) -> None:
    forged = list(chain)
    place = data.draw(st.integers(0, len(chain) - 1))
    kind = data.draw(st.sampled_from(["edit", "delete", "insert", "permute"]))
    if kind == "edit":
        column = data.draw(st.sampled_from(COLUMNS))
        values: st.SearchStrategy[Any] = {
            "id": NUMBERS,
            "at": NUMBERS,
            "actor": st.none() | NUMBERS,
            "hash": HASHES,
        }.get(column, TEXTS)
        forged[place] = replace(chain[place], **{column: data.draw(values)})
    elif kind == "delete":
        del forged[place]
    elif kind == "insert":
        forged.insert(place, replace(data.draw(ROWS), id=data.draw(NUMBERS), hash=data.draw(HASHES)))
    else:
        forged = data.draw(st.permutations(chain))
    verdict = verify(forged, chain[-1].hash)
    assert verdict.is_whole == (forged == chain)


@settings(max_examples=60, deadline=None)
@given(st.data(), CHAINS)
def test_whatever_is_called_whole_has_every_row_after_the_one_before(data: st.DataObject, chain: list[Link]) -> None:
    """The four ways to take the chain up again after a finding never hide the first one."""
    rows = data.draw(st.lists(st.sampled_from([*chain, *(replace(link, at=0) for link in chain)]), max_size=8))
    linked = not rows or rows[0].hash == rows[0].hash_after(GENESIS)
    linked = linked and all(after.hash == after.hash_after(before.hash) for before, after in pairwise(rows))
    assert verify(rows).is_whole == linked


def test_one_forged_row_in_a_long_journal_is_told_as_one() -> None:
    chain = day(300)
    chain[99] = replace(chain[99], outcome="refused")
    assert verify(chain).findings == (Finding(Wrong.CHANGED, 100, 100, 99),)
    chain = day(300)
    chain[99] = replace(chain[99], hash="0" * 64)
    assert verify(chain).findings == (Finding(Wrong.CHANGED, 100, 100, 99),)
    del chain[98:100]
    assert verify(chain).findings == (Finding(Wrong.MISSING, 99, 101, 98),)


def test_two_swapped_neighbours_are_told_as_two_rows() -> None:
    chain = day(300)
    chain[99], chain[100] = chain[100], chain[99]
    assert verify(chain).findings == (Finding(Wrong.MISSING, 100, 101, 99), Finding(Wrong.MISPLACED, 101, 100, 101))


def test_a_journal_full_of_forgeries_is_counted_and_not_kept_in_memory() -> None:
    verdict = verify([replace(link, outcome="refused") for link in day(KEPT_FINDINGS + 50)])
    assert len(verdict.findings) == KEPT_FINDINGS and verdict.wrong == KEPT_FINDINGS + 50


def test_a_line_that_is_no_row_is_told_and_the_chain_goes_on_behind_it() -> None:
    verifier = Verifier()
    chain = day(5)
    for link in chain[:2]:
        verifier.take(link)
    verifier.take_unreadable()
    for link in chain[3:]:
        verifier.take(link)
    assert verifier.verdict().findings == (Finding(Wrong.UNREADABLE, 3, 0, 2), Finding(Wrong.MISSING, 4, 4, 2))


def test_rows_after_the_head_are_counted() -> None:
    chain = day(5)
    verdict = verify(chain, chain[2].hash)
    assert verdict.is_whole and (verdict.head_row, verdict.after_head) == (3, 2)


def test_an_empty_journal_is_whole_and_a_head_of_rows_is_not_in_it() -> None:
    assert verify([]).is_whole and verify([]).head == Head(0, 0, GENESIS)
    assert verify([], GENESIS).is_whole
    assert not verify([], day(1)[0].hash).is_whole


def test_the_moment_at_which_older_rows_were_chained_is_told() -> None:
    rows = [Link(0, 5, 7, "claim", "1", "{}", "done"), Link(0, 9, None, BEGAN, "journal", '{"last":"1"}', "done")]
    assert verify(chained(rows)).beginning == Beginning(1, 9)
    assert verify(day()).beginning is None


GOOD = json.loads(day(1)[0].line())


@pytest.mark.parametrize(
    "line",
    [
        "", "x", "[]", "7", "null", "{}", "[" * 100_000, json.dumps(GOOD)[:-1], json.dumps({**GOOD, "more": 1}),
        json.dumps({**GOOD, "id": "1"}), json.dumps({**GOOD, "id": True}), json.dumps({**GOOD, "id": 1.0}),
        json.dumps({**GOOD, "id": None}), json.dumps({**GOOD, "actor": "7"}), json.dumps({**GOOD, "facts": {}}),
        json.dumps({**GOOD, "hash": None}), json.dumps({name: GOOD[name] for name in COLUMNS[1:]}),
        json.dumps(GOOD)[:-1] + ', "outcome": "refused"}', '{"id": ' + "9" * 5000 + "}",
    ],
)  # fmt: skip
def test_what_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(NotARow):
        read_line(line)


def test_a_hash_is_64_lower_case_hexadecimal_digits() -> None:
    assert is_hash(GENESIS)
    assert not any(is_hash(one) for one in ("", GENESIS[1:], GENESIS.upper(), f"{GENESIS}0", "g" * 64, "０" * 64))
