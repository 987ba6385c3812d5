"""Whose chat is read now: bounds held over simulated minutes, with and without unread counts."""

import random
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.chat_turns import PER_TEN_SECONDS, PER_TEN_SECONDS_COUNTED, Candidate, budget_of, due

NOW = 10_000_000
QUIET = Candidate("q", True, False, None, False, None, NOW, None)


def ago(seconds: float, order_id: str = "a", /, **changes: object) -> Candidate:
    return replace(QUIET, order_id=order_id, read_at=NOW - int(seconds * 1000), **changes)  # type: ignore[arg-type]


def is_due(candidate: Candidate) -> bool:
    return due([candidate], NOW, budget=5) == [candidate.order_id]


@pytest.mark.parametrize(
    ("seconds", "changes", "expected"),
    [(0, {"hinted": True}, True), (0, {"hinted": True, "unread": 3}, True),
     (11, {"is_hot": True}, False), (12, {"is_hot": True}, True),
     (12, {"active_at": NOW - 599_000}, True), (12, {"active_at": NOW - 600_000}, False),
     (59, {}, False), (60, {}, True),
     (80, {"unread": 2, "is_hot": True}, False), (84, {"unread": 0}, True),
     (80, {"is_open": False, "final_at": NOW - 599_000}, False),
     (84, {"is_open": False, "final_at": NOW - 599_000}, True),
     (830, {"is_open": False, "final_at": NOW - 900_000}, False),
     (840, {"is_open": False, "final_at": NOW - 900_000}, True),
     (840, {"is_open": False}, True), (12, {"is_open": False, "is_hot": True, "final_at": NOW}, False),
     (84, {"is_open": False, "final_at": NOW - 10**7, "active_at": NOW - 1000}, True)],
)  # fmt: skip
def test_when_a_chat_is_due(seconds: float, changes: dict[str, object], expected: bool) -> None:
    assert is_due(ago(seconds, "a", **changes)) is expected


def test_a_chat_never_read_is_due_at_once() -> None:
    assert is_due(replace(QUIET, read_at=None))


def test_hints_come_first_then_hot_ones_then_the_rest() -> None:
    rest, hot, hinted = ago(999, "rest"), ago(13, "hot", is_hot=True), ago(1, "hinted", hinted=True)
    assert due([rest, hot, hinted], NOW, budget=5) == ["hinted", "hot", "rest"]


def test_the_one_read_longest_ago_comes_first() -> None:
    ones = [ago(20, "b", hinted=True), ago(30, "c", hinted=True), ago(10, "a", hinted=True)]
    assert due(ones, NOW, budget=2) == ["c", "b"]


def test_only_the_forty_that_talked_last_are_hot() -> None:
    ones = [ago(20, f"{number:03}", active_at=NOW - number) for number in range(50)]
    assert sorted(due(ones, NOW, budget=99)) == [f"{number:03}" for number in range(40)]


def test_many_hints_leave_a_share_to_chats_that_could_have_news() -> None:
    hinted = [ago(5, f"h{number}", hinted=True) for number in range(20)]
    rest = [ago(99, f"r{number}") for number in range(20)]
    chosen = due([*hinted, *rest], NOW, budget=9)
    assert [order_id[0] for order_id in chosen] == ["h"] * 6 + ["r"] * 3


def test_a_backstop_waits_for_hints_but_not_for_ever() -> None:
    hinted = [ago(5, f"h{number}", hinted=True) for number in range(20)]
    assert "b" not in due([*hinted, ago(120, "b", unread=0)], NOW, budget=9)
    assert "b" in due([*hinted, ago(180, "b", unread=0)], NOW, budget=9)
    assert due([*hinted, ago(180, "b", unread=0)], NOW, budget=1) == ["b"]


def test_never_more_than_the_budget_and_nobody_twice() -> None:
    ones = [ago(number, f"{number}", hinted=number % 3 == 0, is_hot=number % 2 == 0) for number in range(300)]
    for budget in (0, 1, 2, 9, 500):
        chosen = due(ones, NOW, budget=budget)
        assert len(chosen) == len(set(chosen)) <= budget


def test_the_budget_of_a_round() -> None:
    assert budget_of(3.0, has_counts=True) == 9 and budget_of(3.0, has_counts=False) == 17
    assert budget_of(0.01, has_counts=False) == 1
    assert PER_TEN_SECONDS_COUNTED <= 0.2 * 150 and PER_TEN_SECONDS <= 0.4 * 150


@dataclass
class Simulation:
    """Chats on a clock that goes in rounds; `gaps` are the longest times between two reads of a chat (ms)."""

    candidates: dict[str, Candidate]
    now: int = 0
    gaps: dict[str, int] = field(default_factory=dict)
    reads: list[int] = field(default_factory=list)

    def round(self, budget: int, length: int, measured: bool) -> list[str]:
        chosen = due(self.candidates.values(), self.now, budget=budget)
        for order_id in chosen:
            before = self.candidates[order_id].read_at
            if measured and before is not None:
                self.gaps[order_id] = max(self.gaps.get(order_id, 0), self.now - before)
            self.candidates[order_id] = replace(self.candidates[order_id], read_at=self.now, hinted=False)
        self.reads.append(len(chosen))
        self.now += length
        return chosen


def open_chats(*, hot: int, total: int = 200, unread: int | None = None) -> dict[str, Candidate]:
    return {
        str(number): Candidate(str(number), True, number < hot, unread, False, None, None, None)
        for number in range(total)
    }


@pytest.mark.parametrize("length", [3000, 3200, 2900])
def test_without_counts_forty_hot_chats_are_read_in_15_s_and_the_rest_in_90(length: int) -> None:
    simulation = Simulation(open_chats(hot=40))
    for ended in range(10):
        simulation.candidates[f"e{ended}"] = Candidate(
            f"e{ended}", False, False, None, False, None, None, -ended * 60_000
        )
    for number in range(600_000 // length):
        simulation.round(budget_of(3.0, has_counts=False), length, measured=number * length >= 90_000)
    hot = [gap for order_id, gap in simulation.gaps.items() if order_id in {str(number) for number in range(40)}]
    rest = [gap for order_id, gap in simulation.gaps.items() if order_id in {str(number) for number in range(40, 200)}]
    assert len(hot) == 40 and max(hot) <= 15_000
    assert len(rest) == 160 and max(rest) <= 90_000


def test_from_a_cold_start_every_chat_is_read_within_90_s_and_the_hot_ones_within_15() -> None:
    simulation = Simulation(open_chats(hot=40))
    seen: dict[str, int] = {}
    while simulation.now <= 90_000:
        at = simulation.now
        for order_id in simulation.round(budget_of(3.0, has_counts=False), 3000, measured=True):
            seen.setdefault(order_id, at)
    assert len(seen) == 200 and max(seen[str(number)] for number in range(40)) <= 12_000
    assert max(simulation.gaps[str(number)] for number in range(40)) <= 15_000


@pytest.mark.parametrize("seconds_between", [90, 120, 300])
def test_with_counts_every_message_of_200_orders_is_seen_in_15_s(seconds_between: int) -> None:
    story = random.Random(7)
    chats = open_chats(hot=0, unread=0)
    simulation = Simulation({order_id: replace(chats[order_id], read_at=-450 * int(order_id)) for order_id in chats})
    next_at = {order_id: story.expovariate(1 / seconds_between) * 1000 for order_id in simulation.candidates}
    since: dict[str, float] = {}
    waits = []
    while simulation.now <= 600_000:
        for order_id, at in next_at.items():
            if at <= simulation.now:
                since.setdefault(order_id, at)
                next_at[order_id] = simulation.now + story.expovariate(1 / seconds_between) * 1000
                simulation.candidates[order_id] = replace(simulation.candidates[order_id], hinted=True)
        at_round = simulation.now
        for order_id in simulation.round(budget_of(3.0, has_counts=True), 3000, measured=True):
            if order_id in since:
                waits.append(at_round - since.pop(order_id))
    assert len(waits) > 200 and max(waits) <= 15_000
    assert max(sum(simulation.reads[place : place + 10]) for place in range(len(simulation.reads))) <= 0.2 * 150 * 3
    assert max(simulation.gaps.values()) <= 200_000


def test_with_far_too_little_budget_everybody_still_gets_a_turn() -> None:
    simulation = Simulation(open_chats(hot=40))
    for _ in range(400):
        simulation.round(4, 3000, measured=True)
    assert len(simulation.gaps) == 200 and max(simulation.gaps.values()) <= 160 * 3000


def test_a_clock_that_was_set_back_stops_no_reading() -> None:
    assert is_due(ago(-3600))
    assert not is_due(ago(-5))
    future, past = ago(-7200, "future"), ago(3600, "past")
    assert due([future, past], NOW, budget=2) == ["future", "past"]
