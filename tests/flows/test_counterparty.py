"""The profile behind an order: read anew, for the staff, or said not to be there."""

import pytest

from bot.domain.errors import Unreachable
from bot.flows import counterparty
from tests.flows.bench import ORDER, VIEWER, Bench
from tests.flows.shop_bench import AWAY, no


async def test_the_other_sides_profile_is_read_anew_for_everybody_of_the_staff(bench: Bench) -> None:
    await bench.see()
    bench.gate.calls.clear()
    situation, profile = await counterparty.profile(bench.desk, VIEWER, ORDER.id)
    assert (situation.order.id, profile.id, situation.profile) == (ORDER.id, "c1", profile)
    assert bench.gate.calls == [("counterparty", "c1")]
    await counterparty.profile(bench.desk, VIEWER, ORDER.id)
    assert bench.gate.count("counterparty") == 2


async def test_a_profile_that_is_not_there_is_said(bench: Bench) -> None:
    await bench.see(counterparty_id="")
    assert (await no(counterparty.profile(bench.desk, VIEWER, ORDER.id))).reason == "profile_unknown"
    assert (await no(counterparty.profile(bench.desk, VIEWER, "999"))).reason == "order_unknown"
    assert (await no(counterparty.profile(bench.desk, 4711, ORDER.id))).reason == "no_right_here"
    await bench.see(counterparty_id="c1")
    bench.gate.errors["counterparty"] = [AWAY]
    with pytest.raises(Unreachable):
        await counterparty.profile(bench.desk, VIEWER, ORDER.id)
