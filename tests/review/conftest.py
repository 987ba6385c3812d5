"""The stand of these tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.review.stand import Stand, standing


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        yield made
