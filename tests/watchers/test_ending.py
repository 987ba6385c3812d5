"""One deadline for the whole end: nothing that hangs, fails or will not be cancelled holds up the rest."""

import asyncio
import time

from bot.ending import Ending


async def never() -> None:
    await asyncio.sleep(3600)


async def stubborn(let_go: asyncio.Event) -> None:
    """Somebody who does not end when told to."""
    while not let_go.is_set():
        try:
            await let_go.wait()
        except asyncio.CancelledError:
            continue


async def test_steps_that_hang_share_one_deadline() -> None:
    ending, began = Ending(0.3), time.monotonic()
    for _ in range(4):
        await ending.step(never(), never())
    assert time.monotonic() - began < 0.3 + 4 * 0.1 + 0.3
    assert ending.left == 0


async def test_a_step_takes_no_more_than_its_share_and_the_next_one_still_runs() -> None:
    ending, done, began = Ending(5), asyncio.Event(), time.monotonic()

    async def quick() -> None:
        done.set()

    await ending.step(never(), most=0.1)
    await ending.step(quick())
    assert done.is_set() and time.monotonic() - began < 1


async def test_what_will_not_be_cancelled_is_left_behind() -> None:
    ending, let_go, began = Ending(0.2), asyncio.Event(), time.monotonic()
    await ending.step(stubborn(let_go))
    assert time.monotonic() - began < 1
    let_go.set()
    await asyncio.sleep(0)


async def test_what_is_quick_gets_its_turn_even_after_the_deadline_and_a_failure_is_no_obstacle() -> None:
    ending, closed = Ending(0), list[str]()

    async def fails() -> None:
        raise OSError("gone")

    async def closes() -> None:
        closed.append("store")

    await ending.step(fails(), closes())
    assert closed == ["store"]
