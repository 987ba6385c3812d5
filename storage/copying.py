"""A copy of the database for safe keeping."""

import contextlib
import os
import sqlite3

from storage.errors import StoreError, problem_of
from storage.opening import Address, connect, create_private
from storage.session import to_the_end


async def copy_into(address: Address, path: str) -> None:
    """Writes a new file, durable when this returns; a failed one is removed again. Raises StoreError."""
    create_private(path, anew=True)
    try:
        await to_the_end(_copy(address, path))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise


async def _copy(address: Address, path: str) -> None:
    connection = await connect(address)
    try:
        await connection.execute_fetchall("VACUUM INTO :path", {"path": path})
    except sqlite3.Error as error:
        raise problem_of(error) from error
    finally:
        await connection.close()
    try:
        _make_durable(path)
    except OSError as error:
        raise StoreError("io", f"{path}: {error.strerror}") from error


def _make_durable(path: str) -> None:
    for name in (path, os.path.dirname(os.path.abspath(path))):
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
