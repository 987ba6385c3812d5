"""One warm nursery and one template database for a test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash.frame import quiet
from tests.crash.nursery import Nursery, nursery
from tests.crash.stage import make_template


@dataclass(frozen=True)
class Ground:
    """What every cell of a test shares."""

    nursery: Nursery
    folder: Path

    @property
    def template(self) -> Path:
        return self.folder / "template.db"


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    quiet()
    await make_template(tmp_path)
    async with nursery() as found:
        yield Ground(found, tmp_path)
