"""A new database for a test: the empty one that a first start makes, made once and copied.

To make it anew takes all migrations, 30 ms of CPU and as many waits for the disk as there are; some thousand tests
need one. What the migrations do has tests of its own in tests/storage.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from storage.store import Store

_made: list[bytes] = []


async def lay(database: Path) -> None:
    """Put an empty database there, unless there is one already."""
    template = await _template()
    with contextlib.suppress(FileExistsError), open(database, "xb", opener=_for_us_alone) as new:  # noqa: ASYNC230
        new.write(template)


def _for_us_alone(path: str, flags: int) -> int:
    """As the desk makes it."""
    return os.open(path, flags, 0o600)


async def _template() -> bytes:
    if not _made:
        with tempfile.TemporaryDirectory(prefix="desk-database-") as folder:
            path = Path(folder, "empty.db")
            await (await Store.open(f"sqlite:///{path}")).close()
            _made.append(path.read_bytes())  # noqa: ASYNC240 # a page or two
    return _made[0]
