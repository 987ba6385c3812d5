"""What is armed waits until the desk has heard and handled what people tapped in its time."""

import pytest

from bot.domain.orders import Order
from bot.domain.two_people import Approval
from bot.flows import two_people
from storage.inbox import Stored
from tests.flows.bench import OWNER, Bench, notices
from tests.flows.delayed_bench import STOP, armed, left_alone, now, round_
from tests.support.fake_gate import FakeGate


@pytest.fixture
async def alone(bench: Bench) -> Bench:
    return await left_alone(bench)


async def test_nothing_goes_out_by_itself_before_the_desk_has_heard_what_was_tapped_until_then(alone: Bench) -> None:
    alone.desk.hearing.until = 0
    approval = await armed(alone)
    await round_(alone, STOP + 1)
    assert alone.gate.count("release") == 0 and (await now(alone, approval)).ended_at is None
    assert alone.desk.hearing.urgent.is_set()
    alone.desk.hearing.heard(alone.now - 2000)
    await round_(alone)
    assert alone.gate.count("release") == 0, "a tap of the last two seconds may still be on its way"
    alone.desk.hearing.heard(alone.now)
    await round_(alone)
    assert alone.gate.count("release") == 1


async def test_a_tap_that_lies_here_unhandled_is_handled_first(alone: Bench) -> None:
    approval = await armed(alone)
    async with alone.store.write() as tables:
        await tables.inbox.add([Stored(7001, "x", {"update_id": 7001}, alone.now)])
    await round_(alone, STOP + 1)
    assert alone.gate.count("release") == 0
    await two_people.stop(alone.desk, OWNER, approval.id)
    await round_(alone, 1)
    assert alone.gate.count("release") == 0


class Interrupted(FakeGate):
    """Somebody taps while this venue answers."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.orders, self.seconds, self._bench = bench.gate.orders, bench.gate.seconds, bench

    async def order(self, *, order_id: str) -> Order:
        async with self._bench.store.write() as tables:
            await tables.inbox.add([Stored(7001, "x", {"update_id": 7001}, self._bench.now)])
        return await super().order(order_id=order_id)


async def tapped_during_its_look(alone: Bench) -> Approval:
    """What was armed, when its time has come and a tap was stored while the venue was looked at."""
    approval = await armed(alone)
    await alone.told()
    alone.gate = alone.desk.gate = Interrupted(alone)
    await round_(alone, STOP)
    assert alone.gate.count("order") == 1 and alone.gate.count("release") == 0
    assert (await now(alone, approval)).ended_at is None, "what was tapped is not known yet"
    return approval


async def test_a_stop_that_is_stored_during_the_look_is_handled_before_anything_is_sent(alone: Bench) -> None:
    approval = await tapped_during_its_look(alone)
    await two_people.stop(alone.desk, OWNER, approval.id)
    async with alone.store.write() as tables:
        await tables.inbox.handled(7001, alone.now)
    await round_(alone, 4)
    assert alone.gate.count("release") == 0 and (await now(alone, approval)).why == "stopped"


async def test_a_tap_of_something_else_during_the_look_only_holds_it_up(alone: Bench) -> None:
    approval = await tapped_during_its_look(alone)
    async with alone.store.write() as tables:
        await tables.inbox.handled(7001, alone.now)
    await round_(alone, 4)
    assert alone.gate.count("release") == 1 and (await now(alone, approval)).why == "used"


async def test_a_tap_that_is_never_handled_ends_it_in_words_when_its_time_is_over(alone: Bench) -> None:
    approval = await tapped_during_its_look(alone)
    alone.pass_((approval.ends_at - alone.now) / 1000)
    await round_(alone)
    assert alone.gate.count("release") == 0 and (await now(alone, approval)).why == "too_late"
    assert notices(await alone.told(), "armed_ended") == [OWNER]


async def test_whom_nobody_hears_in_time_is_told_that_nothing_went_out(alone: Bench) -> None:
    alone.desk.hearing.until = 0
    approval = await armed(alone)
    alone.pass_((approval.ends_at - alone.now) / 1000 + 1)
    await round_(alone)
    assert alone.gate.count("release") == 0 and (await now(alone, approval)).why == "too_late"
