"""Taps about orders whose fields are not what a button of this desk says."""

from dataclasses import dataclass, replace

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.flows.desk import Desk
from handlers import orders
from handlers.context import Did
from tests.flows.bench import OPERATOR, ORDER, Bench


@dataclass
class FakeDid:
    """Somebody who taps; nothing is shown to them."""

    desk: Desk
    person_id: int = OPERATOR


@pytest.mark.parametrize("index", ["²", "-1", "2", "١", "x", ""])
async def test_an_index_that_names_no_method_is_told_and_nothing_is_opened(bench: Bench, index: str) -> None:
    bench.add(replace(ORDER, side=Side.BUY, status="unpay", paid_at=0))
    await bench.see()
    did: Did = FakeDid(bench.desk)  # type: ignore[assignment]
    with pytest.raises(NotAllowed) as no:
        await orders.method(did, ORDER.id, index)
    assert no.value.reason == "method_unknown"
