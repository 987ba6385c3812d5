"""A copy of the database, with the files that its rows name, for safe keeping."""

import contextlib
import logging
import os
import shutil
import sqlite3
from urllib.parse import quote

import aiosqlite

from storage.errors import StoreError, problem_of
from storage.file_room import FileRoom
from storage.files import Files
from storage.opening import Address, connect, create_private
from storage.session import Session, to_the_end

_log = logging.getLogger(__name__)

COPIED_AT = "copied_at"
"""in the desk's memory of a copy: when it was made (Unix ms); the desk that is started on it takes it out"""


async def copy_into(address: Address, room: FileRoom, path: str, at: int) -> None:
    """Writes a new file and a new folder `<path>.files`, durable when this returns. Raises StoreError.

    A failed copy is removed again. The folder is only there when there are files. `at` (ms) is when it is made.
    """
    _refuse_existing(f"{path}.files")
    create_private(path, anew=True)
    try:
        await to_the_end(_copy(address, room, path, at))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        shutil.rmtree(f"{path}.files", ignore_errors=True)
        raise


def _refuse_existing(path: str) -> None:
    if os.path.lexists(path):
        raise StoreError("exists", path)


async def _copy(address: Address, room: FileRoom, path: str, at: int) -> None:
    # The rows first: a file is in the room before its row is; and until both are copied nothing leaves the room
    with room.untouched():
        await _copy_rows(address, path, at)
        await _copy_files(room, FileRoom(f"{path}.files"), await _named_in(path))


async def _copy_rows(address: Address, path: str, at: int) -> None:
    connection = await connect(address)
    try:
        await connection.execute_fetchall("VACUUM INTO :path", {"path": path})
    except sqlite3.Error as error:
        raise problem_of(error) from error
    finally:
        await connection.close()
    await _mark_as_copy(path, at)
    try:
        _make_durable(path)
    except OSError as error:
        raise StoreError("io", f"{path}: {error.strerror}") from error


async def _mark_as_copy(path: str, at: int) -> None:
    """Else a desk that starts on it could not tell that this is no restart. A copy of a copy is as old as the first."""
    try:
        connection = await aiosqlite.connect(f"file:{quote(path)}?mode=rw", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise problem_of(error) from error
    try:
        await connection.execute_fetchall(
            "INSERT INTO desk (key, value) VALUES (:key, :at) ON CONFLICT (key) DO NOTHING",
            {"key": COPIED_AT, "at": str(at)},
        )
    except sqlite3.Error as error:
        raise problem_of(error) from error
    finally:
        await connection.close()


async def _named_in(path: str) -> set[str]:
    """The files that the copy's rows name."""
    try:
        # Immutable: a reader that changes nothing, not even beside the copy
        connection = await aiosqlite.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise problem_of(error) from error
    connection.row_factory = sqlite3.Row
    try:
        return await Files(Session(connection, lambda point: None)).in_use()
    finally:
        await connection.close()


async def _copy_files(room: FileRoom, copies: FileRoom, names: set[str]) -> None:
    for name in sorted(names):
        try:
            content = await room.get(name)
        except StoreError as error:
            if error.why != "damaged":
                raise
            content = None
        if content is None:
            # The rows and the other files are worth keeping all the same
            _log.warning("a file is missing or damaged and was not copied: %s", name)
        else:
            await copies.put(content)


def _make_durable(path: str) -> None:
    for name in (path, os.path.dirname(os.path.abspath(path))):
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
