"""A change of the shop whose answer is a no, late, lost, or never heard: told as what it is, and never sent again."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.accounts import WorkHours, WorkStatus
from bot.domain.errors import Refused, Unreachable, VenueError
from bot.domain.shop import End, Standing, Wish
from bot.flows import shop
from tests.flows.bench import GROUP, LEAD, OWNER, Bench
from tests.flows.shop_bench import AWAY, HOURS, LOST, REST, WORK, lines, no, opened, sends, sent
from tests.support.fake_gate import FakeGate


@pytest.mark.parametrize(
    ("error", "end"),
    [
        (Refused("gate", "set_work_hours", code="-1", detail="Invalid parameter value", status=200), End.REFUSED),
        (Refused("gate", "set_work_hours", code="READ_ONLY", detail="read only", status=403), End.REFUSED),
        (Unreachable("gate", "set_work_hours", "away"), End.NEVER_LEFT),
        (LOST, End.UNKNOWN),
    ],
)
async def test_a_failure_is_told_with_what_gate_shows_and_nothing_is_sent_again(
    bench: Bench, error: VenueError, end: End
) -> None:
    bench.gate.errors["set_work_hours"] = [error]
    bench.clock.is_moved_by_sleep = True
    change = await sent(bench)
    assert (change.end, change.now, sends(bench)) == (end, Standing(1), 1)
    assert [outcome for _, _, outcome in await lines(bench)] == ["sent", end.value]
    assert (await sent(bench)).end is End.DONE and sends(bench) == 2


async def test_a_lost_answer_of_a_change_that_shows_is_done(bench: Bench) -> None:
    bench.gate.lost_after = {"set_work_hours"}
    change = await sent(bench)
    assert (change.end, change.answer, sends(bench)) == (End.DONE_LATE, "timeout", 1)


async def test_a_yes_that_changes_nothing_is_told_after_three_looks(bench: Bench) -> None:
    bench.gate.is_deaf, bench.clock.is_moved_by_sleep = True, True
    looks = bench.gate.count("profile")
    change = await sent(bench)
    assert (change.end, change.now, sends(bench)) == (End.DIFFERS, Standing(1), 1)
    assert bench.gate.count("profile") - looks == 2 + shop.LOOKS


async def test_a_change_that_cannot_be_looked_at_is_called_so(bench: Bench) -> None:
    step = await opened(bench)
    real = bench.gate.set_work_hours

    class Blind(FakeGate):
        async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
            bench.gate.errors["profile"] = [AWAY] * shop.LOOKS
            return await real(status=status, hours=hours)

    blind = Blind()
    blind.errors, blind.calls = bench.gate.errors, bench.gate.calls
    bench.desk.gate = blind
    change = await shop.send(bench.desk, LEAD, step.seal.id, bench.now)
    assert (change.end, change.now, sends(bench)) == (End.NOT_SEEN, None, 1)


async def test_when_gate_cannot_be_looked_at_before_nothing_is_sent_and_the_step_lives(bench: Bench) -> None:
    step = await opened(bench)
    bench.gate.errors["profile"] = [AWAY]
    with pytest.raises(Unreachable):
        await shop.send(bench.desk, LEAD, step.seal.id, bench.now)
    assert sends(bench) == 0
    assert (await shop.send(bench.desk, LEAD, step.seal.id, bench.now)).end is End.DONE


class Slow(FakeGate):
    """Takes working hours and answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.asked = asyncio.Event(), asyncio.Event()

    async def set_work_hours(self, *, status: WorkStatus, hours: WorkHours | None = None) -> int:
        self.asked.set()
        await self.answer.wait()
        return await super().set_work_hours(status=status, hours=hours)


async def test_an_answer_that_lets_itself_be_waited_for_comes_as_news_and_nothing_else_is_sent_meanwhile(
    bench: Bench,
) -> None:
    bench.desk.gate = slow = Slow()
    step = await opened(bench)
    other = await opened(bench, Wish(WorkStatus.CUSTOM, HOURS), OWNER)
    await bench.told()
    change = await shop.send(bench.desk, LEAD, step.seal.id, bench.now)
    assert change.end is None and await bench.told() == []
    busy = await no(shop.ask(bench.desk, OWNER, REST))
    assert (busy.reason, busy.facts["who"]) == ("shop_busy", "lead 2")
    assert (await no(shop.send(bench.desk, OWNER, other.seal.id, bench.now))).reason == "shop_step_over"
    slow.answer.set()
    await bench.desk.drain(5)
    told = {one.chat_id: one for one in await bench.told()}
    assert set(told) == {LEAD, GROUP} and told[LEAD].facts["end"] == "done"
    assert (told[LEAD].ring, told[GROUP].ring, slow.count("set_work_hours")) == (True, False, 1)
    assert (await shop.ask(bench.desk, OWNER, WORK)).was == Standing(0)


@pytest.mark.parametrize(("arrived", "end"), [(True, End.DONE_LATE), (False, End.UNKNOWN)])
async def test_a_desk_that_ended_in_between_looks_at_its_start_and_sends_nothing(
    bench: Bench, arrived: bool, end: End
) -> None:
    bench.desk.gate = slow = Slow()
    step = await opened(bench)
    task = asyncio.create_task(shop.send(bench.desk, LEAD, step.seal.id, bench.now))
    await slow.asked.wait()
    await bench.desk.drain(0.05)  # as at a stop: what hangs is cut off
    await task
    if arrived:
        slow.own = replace(slow.own, working=0)
    await bench.told()
    bench.clock.is_moved_by_sleep = True
    assert await shop.adopt(bench.desk) == 1
    await bench.desk.drain(5)
    assert [outcome for _, _, outcome in await lines(bench)] == ["sent", end.value]
    assert slow.count("set_work_hours") == 0 and {one.chat_id for one in await bench.told()} == {LEAD, GROUP}
    assert await shop.adopt(bench.desk) == 0


async def test_a_desk_without_gates_key_tells_what_it_left_and_knows_nothing(bench: Bench) -> None:
    step = await opened(bench)
    async with bench.store.write() as tables:
        await shop._decide(bench.desk, tables, LEAD, step.seal, step.was)
    bench.desk.gate = None
    await shop.adopt(bench.desk)
    await bench.desk.drain(5)
    assert [outcome for _, _, outcome in await lines(bench)] == ["sent", "unknown"]
