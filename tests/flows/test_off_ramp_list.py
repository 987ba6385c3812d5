"""The list of past off-ramps: its filters and pages, its file, and one found by its number."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.intents import State
from bot.flows import convert_view, off_ramp_view
from tests.flows.bench import AGENT, VIEWER
from tests.flows.off_ramp_bench import Sale, no, open_sale, taken
from tests.support.fake_otc import LOST_ORDER


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


async def test_the_list_has_filters_and_pages_and_no_mere_quotes(sale: Sale) -> None:
    ids = [await taken(sale) for _ in range(7)]
    sale.otc.order_is(status="DONE")
    sale.otc.order_is(next(iter(sale.otc.made)), status="FAIL")
    await sale.look(30)
    lost = (await sale.fail(LOST_ORDER, acts=False)).id
    await sale.quote()

    async def page(wanted: str, number: int = 0) -> tuple[list[str], bool]:
        listed, has_more = await off_ramp_view.history(sale.desk, VIEWER, wanted, number)
        return [one.off_ramp.id for one in listed], has_more

    newest = [lost, *reversed(ids)]
    assert await page("all") == (newest[:6], True) and await page("all", 1) == (newest[6:], False)
    assert await page("done") == ([ids[6]], False) and await page("failed") == ([ids[0]], False)
    assert await page("open") == ([lost, *reversed(ids[1:6])], False) and await page("all", 9) == ([], False)
    assert (await no(off_ramp_view.history(sale.desk, VIEWER, "odd", 0))).reason == "usage"
    assert (await no(off_ramp_view.history(sale.desk, 999, "all", 0))).reason == "no_right_here"


async def test_a_file_of_them_is_handed_out_and_journalled(sale: Sale) -> None:
    ids = [await taken(sale) for _ in range(7)]
    found = await off_ramp_view.all_for_csv(sale.desk, AGENT, "all")
    assert [one.off_ramp.id for one in found] == ids[::-1]
    (line,) = await sale.lines("export")
    assert (line.actor, line.target, line.facts) == (AGENT, "otc", {"rows": "7"})
    assert (await no(off_ramp_view.all_for_csv(sale.desk, AGENT, "odd"))).reason == "usage"


async def test_one_is_found_by_the_end_of_its_number(sale: Sale) -> None:
    made = await sale.stored(await taken(sale))
    for digits in (made.order_id[-4:], made.client_order_id[-4:], made.order_id):
        (found,) = await off_ramp_view.find(sale.desk, VIEWER, digits)
        assert found.off_ramp.id == made.id
    assert (await no(off_ramp_view.find(sale.desk, VIEWER, "99999999"))).reason == "off_ramp_unknown"
    for odd in ("12", "x123", "٣٣٣", "", "1" * 31):
        assert (await no(off_ramp_view.find(sale.desk, VIEWER, odd))).reason == "usage"


@pytest.mark.parametrize("filters", [off_ramp_view.FILTERS, convert_view.FILTERS], ids=["off-ramps", "conversions"])
def test_every_state_is_found_by_a_filter_of_its_own(filters: dict[str, tuple[State, ...]]) -> None:
    assert {state for name, states in filters.items() if name != "all" for state in states} == set(filters["all"])
