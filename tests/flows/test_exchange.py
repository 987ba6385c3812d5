"""How long a quote lives by the clock that nobody can set: exactly as long as was promised, whatever else is quoted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed
from bot.flows import housekeeping
from bot.flows.exchange import Exchange
from tests.flows.off_ramp_bench import Sale, open_sale


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


def test_a_deadline_has_no_end_but_its_own() -> None:
    assert type(Exchange().deadlines) is dict


async def test_a_quote_of_a_quarter_of_an_hour_is_taken_near_its_end_however_many_came_after_it(sale: Sale) -> None:
    sale.otc.valid_seconds = 900
    quote = await sale.quote(read_for=880)
    for number in range(2000):
        sale.desk.exchange.deadlines[f"other{number}"] = sale.bench.seconds + 30
    await housekeeping.purge(sale.desk)
    await sale.tap(quote)
    assert len(sale.otc.posts) == 1


async def test_a_deadline_that_is_over_is_forgotten_and_the_quote_stays_over(sale: Sale) -> None:
    quote = await sale.quote()
    sale.bench.pass_(40)
    await housekeeping.purge(sale.desk)
    assert sale.desk.exchange.deadlines == {}
    with pytest.raises(NotAllowed):
        await sale.tap(quote)
    assert sale.otc.posts == []
