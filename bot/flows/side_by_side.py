"""Several looks at a venue at once, so that one that hangs does not hold up the others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable


async def few_at_once(work: Iterable[Callable[[], Awaitable[None]]], most: int) -> None:
    """All of it, begun in that order, so many at a time. The first failure is raised when everything has ended."""
    room = asyncio.Semaphore(most)

    async def one(begin: Callable[[], Awaitable[None]]) -> None:
        async with room:
            await begin()

    ended = await asyncio.gather(*(one(begin) for begin in work), return_exceptions=True)
    for failure in ended:
        if failure is not None:
            raise failure
