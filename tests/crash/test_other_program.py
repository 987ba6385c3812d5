"""Another program looks into the database of a running desk, and nothing that the desk wrote is lost by that."""

import asyncio
import sys
from pathlib import Path

from storage.store import Store

LOOK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT COUNT(*) FROM desk WHERE key IN ('before', 'after')").fetchone()[0])
connection.close()
"""


async def _seen_from_outside(path: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOOK, str(path), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return int(told)


async def test_a_program_that_opens_and_closes_the_database_does_not_take_the_log_from_a_running_desk(
    tmp_path: Path,
) -> None:
    path = tmp_path / "desk.db"
    store = await Store.open(f"sqlite:///{path}")
    async with store.write() as tables:
        await tables.desk.put("before", "1")
    assert await _seen_from_outside(path) == 1
    async with store.write() as tables:
        await tables.desk.put("after", "1")
    assert await _seen_from_outside(path) == 2
    await store.close()
