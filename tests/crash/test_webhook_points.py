"""R10 in webhook mode: what Telegram brings survives a kill at every point between the door and its handling."""

import asyncio

import pytest

from bot.sandbox.telegram.acts import act
from tests.crash.conftest import Ground
from tests.crash.otc_stage import free_port
from tests.crash.stage import OPERATOR, stage

RECEIVING = ("inbox", "begin#1", "commit#1")


def receive_points(trace: list[str]) -> list[str]:
    """From the update's first statement to the mark that it was handled."""
    chosen = [point for point in trace if any(word in point for word in RECEIVING)]
    return [point for point in chosen if int(point.rpartition("#")[2]) <= 2]


async def _brought(ground: Ground, number: int, kill: str) -> tuple[int, list[str]]:
    """How often `/orders` was answered when the desk died at `kill`, and the points it passed."""
    port = free_port()
    address, folder = f"http://127.0.0.1:{port}", ground.folder / f"brought{number}"
    async with stage(
        ground.nursery, ground.template, folder, PUBLIC_URL=address, HTTP_PORT=str(port), TELEGRAM_WEBHOOK="true"
    ) as made:
        made.open_order("sell", paid=True)
        await made.open_desk(kill=kill)
        assert made.desk is not None
        await made.until(lambda: made.messages(OPERATOR) or None, "the first card")
        updates = made.box.world.updates
        await made.until(lambda: (updates.webhook is not None and not updates.pending) or None, "the webhook")
        before = len(made.messages(OPERATOR))
        made.desk.arm()
        act(made.box.world, "write", {"user_id": OPERATOR, "chat_id": OPERATOR, "text": "/orders"})
        if kill:
            await made.desk.gone(10)
            await made.open_desk()
        # The command itself is a message of the chat, too
        await made.until(lambda: len(made.messages(OPERATOR)) > before + 1 or None, f"an answer after {kill}")
        await made.until(lambda: not updates.pending or None, "everything acknowledged")
        handled = "SELECT COUNT(*) AS open FROM inbox WHERE handled_at IS NULL"
        await made.until(lambda: not made.ask(handled)[0]["open"] or None, "the mark")
        await asyncio.sleep(0.1)
        kept = made.ask("SELECT update_id FROM inbox")
        assert len(kept) == len({row["update_id"] for row in kept})
        return len(made.messages(OPERATOR)) - before - 1, made.trace()


@pytest.mark.timeout(240)
async def test_a_command_that_was_brought_is_answered_wherever_its_reception_is_killed(ground: Ground) -> None:
    answers, trace = await _brought(ground, 0, "")
    assert answers == 1
    points = receive_points(trace)
    assert {"before:commit#1", "after:commit#1", "before:insert inbox#1", "before:update inbox#1"} <= set(points)
    found = await asyncio.gather(*(_brought(ground, number, kill) for number, kill in enumerate(points, start=1)))
    assert all(1 <= number <= 2 for number, _ in found)
