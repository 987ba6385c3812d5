"""R10: a tap and a command survive a kill at every point between Telegram's socket and their handling."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.intents import Action
from bot.sandbox.telegram.acts import act
from tests.crash.cells import CONFIRM, Cell
from tests.crash.conftest import Ground
from tests.crash.frame import run_cells
from tests.crash.run import run_cell
from tests.crash.stage import OPERATOR, stage
from tests.crash.sweep import ACTIONS, Results

RECEIVING = ("telegram.updates", "inbox", "insert desk", "telegram.answer", "before:gate.order", "begin#1", "commit#1")
AT_ONCE = 8


def receive_points(trace: list[str]) -> list[str]:
    """From the first byte of the update to the mark that it was handled; each kind at its first two passes."""
    chosen = [point for point in trace if any(word in point for word in RECEIVING)]
    return [point for point in chosen if int(point.rpartition("#")[2]) <= 2]


@pytest.mark.timeout(360)
async def test_a_confirming_tap_is_carried_out_once_wherever_its_reception_is_killed(ground: Ground) -> None:
    results = Results()
    plain = Cell(Action.RELEASE, "none", begin=CONFIRM)
    verdict, trace = await run_cell(ground.nursery, ground.template, ground.folder / "plain", plain)
    assert verdict.broken == {}
    points = receive_points(trace)
    assert {"after:telegram.updates#1", "before:commit#1", "after:commit#1", "before:update inbox#1"} <= set(points)
    cells = [replace(plain, kill=point) for point in points]
    await run_cells(ACTIONS, cells, ground.nursery, ground.folder, results, at_once=AT_ONCE)
    assert results.broken() == []
    done = [one for _, one in results.verdicts if one.outcome == "done"]
    # The others died while the confirm's own buttons were not yet stored: they are told so, and nothing was sent
    assert len(done) >= len(cells) * 0.7


async def _answers(ground: Ground, number: int, kill: str) -> tuple[int, list[str]]:
    """How often `/orders` was answered when the desk died at `kill`, and the points it passed."""
    async with stage(ground.nursery, ground.template, ground.folder / f"command{number}") as made:
        made.open_order("sell", paid=True)
        await made.open_desk(kill=kill)
        assert made.desk is not None
        await made.until(lambda: made.messages(OPERATOR) or None, "the first card")
        before = len(made.messages(OPERATOR))
        made.desk.arm()
        act(made.box.world, "write", {"user_id": OPERATOR, "chat_id": OPERATOR, "text": "/orders"})
        if kill:
            await made.desk.gone(10)
            await made.open_desk()
        # The command itself is a message of the chat, too
        await made.until(lambda: len(made.messages(OPERATOR)) > before + 1 or None, f"an answer after {kill}")
        handled = "SELECT COUNT(*) AS open FROM inbox WHERE handled_at IS NULL"
        await made.until(lambda: not made.ask(handled)[0]["open"] or None, "the mark")
        await asyncio.sleep(0.1)
        return len(made.messages(OPERATOR)) - before - 1, made.trace()


@pytest.mark.timeout(240)
async def test_a_command_is_answered_wherever_its_reception_is_killed(ground: Ground) -> None:
    answers, trace = await _answers(ground, 0, "")
    assert answers == 1
    points = [point for point in receive_points(trace) if point != "before:telegram.updates#1"]
    found = await asyncio.gather(*(_answers(ground, number, kill) for number, kill in enumerate(points, start=1)))
    assert len(points) >= 8
    assert all(1 <= number <= 2 for number, _ in found)
