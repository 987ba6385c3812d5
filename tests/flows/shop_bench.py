"""Steps of the shop in the words of a test."""

import pytest

from bot.domain.accounts import WorkHours, WorkStatus
from bot.domain.errors import NotAllowed, Unknown, Unreachable
from bot.domain.shop import Change, Step, Wish
from bot.flows import shop
from tests.flows.bench import LEAD, Bench

REST, WORK = Wish(WorkStatus.REST), Wish(WorkStatus.WORK)
OFFICE = "Mon-Fri 09:00-18:00"
HOURS = WorkHours("Weekly", (1, 2, 3, 4, 5), "0", "09:00", "18:00")
AWAY = Unreachable("gate", "profile", "away")
LOST = Unknown("gate", "set_work_hours", why="timeout")


async def no(work: object) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        await work  # type: ignore[misc]
    return caught.value


async def opened(bench: Bench, wish: Wish = REST, by: int = LEAD) -> Step:
    """A step that was read for some seconds."""
    step = await shop.ask(bench.desk, by, wish)
    bench.pass_(2)
    return step


async def sent(bench: Bench, wish: Wish = REST, by: int = LEAD) -> Change:
    step = await opened(bench, wish, by)
    return await shop.send(bench.desk, by, step.seal.id, bench.clock.now())


async def lines(bench: Bench) -> list[tuple[int | None, str, str]]:
    """Who did what of the shop with which outcome, oldest first."""
    return [
        (line.actor, line.action, line.outcome)
        for line in reversed(await bench.journal())
        if line.action.startswith("shop_")
    ]


def sends(bench: Bench) -> int:
    return bench.gate.count("set_work_hours")
