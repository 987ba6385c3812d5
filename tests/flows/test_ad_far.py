"""How far from the market a change would put an ad: an offset as well as a price, and what goes online unchanged."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ad_changes import Phase
from bot.domain.ad_edits import Wanted
from bot.domain.ads import AdStatus, Floating, Reference
from bot.domain.errors import Unreachable
from bot.flows import ad_change
from tests.flows.ad_bench import AD, SECOND, Shelf, open_shelf
from tests.flows.bench import LEAD

AWAY = Unreachable("gate", "market_ads", "away")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    """Our ad floats at half a percent above its reference and asks 7.20; another one asks 7.19."""
    async with open_shelf(tmp_path) as opened:
        opened.elsewhere(floating=Floating(Reference.GATE, Decimal("0.5"), is_discount=False))
        yield opened


async def test_an_offset_that_leads_far_off_the_market_has_to_be_meant(shelf: Shelf) -> None:
    far = await shelf.ask(Wanted(AD, offset=Decimal("7.21")))
    assert (far.open_seal, far.change.far_percent, far.change.asks_twice) == (None, "6.8", True)
    meant = await ad_change.mean(shelf.desk, LEAD, far.change.id)
    shelf.bench.pass_(2)
    assert (await shelf.tap(meant)).phase is Phase.DONE


async def test_a_small_offset_of_an_ad_whose_reference_is_far_off_the_market_has_to_be_meant(shelf: Shelf) -> None:
    shelf.elsewhere(price=Decimal("9.20"))
    far = await shelf.ask(Wanted(AD, offset=Decimal("-0.5")))
    assert (far.open_seal, far.change.far_percent) == (None, "26.7")


async def test_a_large_offset_has_to_be_meant_wherever_it_leads(shelf: Shelf) -> None:
    shelf.elsewhere(floating=Floating(Reference.GATE, Decimal("5.5"), is_discount=True))
    far = await shelf.ask(Wanted(AD, offset=Decimal("-5.4")))
    assert (far.open_seal, far.change.far_percent) == (None, "-5.4")
    shelf.gate.market = {}
    alone = await shelf.ask(Wanted(AD, offset=Decimal("-5.4")))
    assert (alone.open_seal, alone.change.far_percent) == (None, "-5.4")


async def test_an_offset_into_a_market_that_cannot_be_read_has_to_be_meant(shelf: Shelf) -> None:
    shelf.gate.errors["market_ads"] = [AWAY]
    standing = await shelf.ask(Wanted(AD, offset=Decimal("0.6")))
    assert (standing.open_seal, standing.change.far_percent) == (None, "")


async def test_a_small_offset_beside_the_market_is_confirmed_at_once(shelf: Shelf) -> None:
    standing = await shelf.ask(Wanted(AD, offset=Decimal("1.5")))
    assert standing.open_seal is not None and standing.change.best == Decimal("7.19")
    assert (await shelf.tap(standing)).phase is Phase.DONE


async def test_a_stale_price_is_shown_before_it_goes_online_and_confirmed_once(shelf: Shelf) -> None:
    shelf.elsewhere(SECOND, price=Decimal("6.50"))
    standing = await shelf.ask(Wanted(SECOND, status=AdStatus.LISTED))
    assert (standing.change.far_percent, standing.change.best) == ("-9.6", Decimal("7.19"))
    assert not standing.change.asks_twice
    assert (await shelf.tap(standing)).phase is Phase.DONE


async def test_an_ad_goes_online_without_a_market_and_offline_without_a_look_at_it(shelf: Shelf) -> None:
    shelf.gate.errors["market_ads"] = [AWAY]
    standing = await shelf.ask(Wanted(SECOND, status=AdStatus.LISTED))
    assert (standing.change.far_percent, standing.change.best) == (None, None)
    shelf.gate.calls.clear()
    await shelf.ask(Wanted(AD, status=AdStatus.DELISTED))
    assert "market_ads" not in {call for call, _ in shelf.gate.calls}
