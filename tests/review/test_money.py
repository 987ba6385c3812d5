"""What may happen around a request for money that nobody thought of."""

from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed, Unknown
from bot.domain.intents import Action, Intent, State
from bot.domain.seals import Choice
from bot.flows import approve, confirm, reconcile
from bot.flows.absorb import look
from tests.review.stand import FIRST, LEAD, OPERATOR, SECOND, Stand, an_order

OTHER_SUM = Decimal("7201.00")


async def _released(stand: Stand, order_id: str = FIRST, person: int = OPERATOR, **changes: object) -> State:
    stand.venue.put(an_order(order_id, **changes))
    _, seal = await approve.open_step(stand.desk, person, order_id, Action.RELEASE)
    stand.clock.go_on(5)
    intent = await confirm.confirm(stand.desk, person, seal.id, stand.desk.now())
    assert isinstance(intent, Intent)
    await stand.desk.drain(2)
    async with stand.desk.store.read() as tables:
        now = await tables.intents.get(intent.id)
    assert now is not None
    return now.state


async def test_nothing_is_cancelled_after_gate_took_the_release_though_it_still_shows_the_order_open(
    stand: Stand,
) -> None:
    assert await _released(stand) is State.DONE
    stand.clock.go_on(1)
    for action, choice in ((Action.CANCEL, Choice(reason="1")), (Action.RELEASE, None)):
        with pytest.raises(NotAllowed) as no:
            await approve.open_step(stand.desk, LEAD, FIRST, action, choice)
        assert no.value.reason == "already_done"
    assert stand.venue.posts == [("release", FIRST)]
    stand.venue.put(an_order(status="finished"))
    await look(stand.desk, FIRST)
    assert not await stand.notices("done_elsewhere")


async def test_a_request_that_ends_in_a_defect_of_ours_is_unknown_and_not_silent(stand: Stand) -> None:
    stand.venue.trouble["release"] = RuntimeError("the pool is closed")
    assert await _released(stand) is State.UNKNOWN
    assert any(one.ring for one in await stand.pending(OPERATOR))


async def test_one_order_that_cannot_be_looked_at_keeps_no_other_outcome_unknown(stand: Stand) -> None:
    stand.venue.trouble["release"] = Unknown("gate", "release", why="timeout")
    assert await _released(stand, FIRST) is State.UNKNOWN
    assert await _released(stand, SECOND, total=OTHER_SUM) is State.UNKNOWN
    stand.venue.trouble = {FIRST: RuntimeError("odd")}
    stand.venue.put(an_order(SECOND, status="finished", total=OTHER_SUM))
    stand.clock.go_on(2)
    await reconcile.look_at_unknown(stand.desk)
    async with stand.desk.store.read() as tables:
        left = [intent.target for intent in await tables.intents.all_open()]
    assert left == [FIRST]


async def test_an_unknown_outcome_is_looked_at_though_the_clock_was_set_back(stand: Stand) -> None:
    stand.venue.trouble["release"] = Unknown("gate", "release", why="timeout")
    assert await _released(stand) is State.UNKNOWN
    stand.clock.wall -= 7200
    looks = len(stand.venue.looks)
    await reconcile.look_at_unknown(stand.desk)
    assert len(stand.venue.looks) == looks + 1


async def test_an_order_marked_finished_in_capitals_is_done_outside_the_desk_too(stand: Stand) -> None:
    stand.venue.put(an_order())
    await look(stand.desk, FIRST)
    stand.clock.go_on(1)
    stand.venue.put(an_order(status="Finished"))
    await look(stand.desk, FIRST)
    assert await stand.notices("done_elsewhere")
