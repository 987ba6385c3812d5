"""A workshop with real workers."""

from collections.abc import AsyncIterator

import pytest

from bot.clients.workshop import Workshop
from bot.domain.attachments import BadFile


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    running = Workshop()
    yield running
    await running.aclose()


async def refusal_of(workshop: Workshop, content: bytes, name: str = "") -> BadFile:
    """The refusal that must come."""
    with pytest.raises(BadFile) as caught:
        await workshop.prepare(content, name)
    return caught.value
