"""The judge of what was told: an unknown that comes after done is false, however soon; one on its way may arrive."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.domain.intents import Action
from bot.sandbox.gate.orders import Order
from tests.crash.cells import Cell
from tests.crash.judge import _wrong_then
from tests.crash.stage import Stage

DONE, UNKNOWN = "✅ Released 10 USDT", "❓ No answer from Gate"
ACTED, KNOWN = 10.0, 11.0


def _told(*calls: tuple[float, int, str]) -> list[str]:
    def ask(_sql: str, *_values: Any) -> list[dict[str, int]]:
        return [{"settled_at": int(KNOWN * 1000)}]

    post = SimpleNamespace(endpoint="confirm-receipt", acted=True, at=ACTED, outcome="done")
    heard = [
        SimpleNamespace(n=n, at=at, ok=True, params={"chat_id": chat, "text": text})
        for n, (at, chat, text) in enumerate(calls)
    ]
    world = SimpleNamespace(calls=heard)
    stage = SimpleNamespace(
        posts=lambda _: [post], ask=ask, start=0.0, speed=1.0, box=SimpleNamespace(world=world)
    )  # fmt: skip
    return _wrong_then(cast(Stage, stage), cast(Order, SimpleNamespace(id=1)), Cell(Action.RELEASE, "none"))


@pytest.mark.parametrize(
    ("calls", "wrong"),
    [
        ([(10.5, 1, UNKNOWN), (11.5, 2, DONE), (11.6, 1, UNKNOWN), (11.9, 1, DONE)], 0),
        ([(11.2, 1, DONE), (11.3, 1, UNKNOWN)], 1),
        ([(9.0, 1, DONE)], 1),
        ([(15.5, 1, UNKNOWN)], 1),
    ],
)
def test_what_was_told_is_judged_by_what_had_been_told_before(calls: list[tuple[float, int, str]], wrong: int) -> None:
    assert len(_told(*calls)) == wrong
