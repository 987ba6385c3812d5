"""What is told of all ads moved at once when an answer was lost, or when the list holds less than the details."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.ads import LimitBasis
from bot.domain.errors import Unknown
from bot.domain.intents import State
from bot.flows import ads_all
from bot.flows.ads_all import ALL
from tests.flows.ad_bench import AD, BUYING, Shelf, open_shelf
from tests.flows.bench import GROUP, LEAD, notices

LOST = Unknown("gate", "set_ad_status", why="timeout")


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    async with open_shelf(tmp_path) as opened:
        yield opened


async def lost_move(shelf: Shelf) -> str:
    """All off, of which the first answer is lost; everything that was told until then is delivered."""
    off = await ads_all.begin(shelf.desk, LEAD, "off")
    shelf.bench.pass_(2)
    shelf.gate.errors["set_ad_status"] = [LOST]
    assert off.open_seal is not None
    await ads_all.move(shelf.desk, LEAD, off.open_seal.id, shelf.bench.clock.now())
    await shelf.desk.drain(10)
    await shelf.told()
    return off.move.id


async def test_the_card_of_all_and_the_group_hear_how_a_lost_answer_ended(shelf: Shelf) -> None:
    move_id = await lost_move(shelf)
    shelf.elsewhere(AD, status="OFFLIN")
    await shelf.rounds(10)
    standing = await ads_all.show(shelf.desk, LEAD, move_id)
    assert [one.intent.state for one in standing.changes if one.intent] == [State.DONE, State.DONE]
    told = await shelf.told()
    assert [one.chat_id for one in told if one.kind == ALL] == [LEAD]
    assert notices(told, "ad_changed") == [GROUP], "the group had read that it is not known"


async def test_what_only_the_details_tell_is_not_taken_for_something_that_moved(shelf: Shelf) -> None:
    """A row of the list says nothing of fiat limits; the look afterwards sees them for the first time."""

    def told_by_details() -> None:
        limits = {"fiat_least": Decimal(70), "fiat_most": Decimal(3500)}
        shelf.elsewhere(AD, basis=LimitBasis.FIAT, unread=frozenset(), **limits)

    shelf.elsewhere(AD, unread=frozenset({"basis"}))
    shelf.gate.before_answer = told_by_details
    off = await ads_all.begin(shelf.desk, LEAD, "off")
    shelf.bench.pass_(2)
    assert off.open_seal is not None
    await ads_all.move(shelf.desk, LEAD, off.open_seal.id, shelf.bench.clock.now())
    await shelf.desk.drain(10)
    standing = await ads_all.show(shelf.desk, LEAD, off.move.id)
    assert [(one.change.ad.id, one.change.differs) for one in standing.changes] == [(AD, False), (BUYING, False)]
    assert notices(await shelf.told(), "ad_differs") == []
