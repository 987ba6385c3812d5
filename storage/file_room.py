"""The bytes of chat files: a private folder beside the database, each file under its SHA-256.

A file is put here before the row that names it is committed, and taken away after the row is gone. Whoever writes or
copies holds the folder's lock together with others, whoever takes away holds it alone: a copy finds every file that
its rows name, and nothing vanishes that is being written. Symbolic links are refused.
"""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import re
import stat
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from storage.errors import StoreError, Why
from storage.session import Probe, to_the_end

GRACE_SECONDS = 3600.0
T = TypeVar("T")

_NAME = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = ".unfinished"
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WHY: dict[int, Why] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "read_only",
    errno.EACCES: "read_only",
    errno.EPERM: "read_only",
    errno.ELOOP: "cannot_open",
    errno.ENOTDIR: "cannot_open",
    errno.ENOENT: "cannot_open",
}


class FileRoom:
    """Files by SHA-256 (64 lower-case hexadecimal digits). The folder is made when the first one is put."""

    def __init__(self, folder: str, probe: Probe = lambda point: None) -> None:
        self.folder = folder
        self._probe = probe

    async def put(self, content: bytes) -> str:
        """Keeps the bytes, durable when this returns; their name. Raises StoreError: full, read_only, io...

        A cancellation that arrives meanwhile is raised afterwards.
        """
        return await to_the_end(self._put(content))

    async def get(self, sha256: str) -> bytes | None:
        """The bytes, None when they are not here. Raises StoreError("damaged") when they are not what was put."""
        return await self._off_the_loop(lambda: self._read(_checked(sha256)))

    async def remove(self, sha256: str) -> bool:
        """Whether it was here and is gone; nothing is taken away while somebody writes or copies."""
        return await self._off_the_loop(lambda: self._take_away([_checked(sha256)])) > 0

    async def all(self) -> set[str]:
        return await self._off_the_loop(self._names)

    async def purge(self, in_use: Collection[str], grace_seconds: float = GRACE_SECONDS) -> int:
        """Takes away what no row names; how many. What was put within the grace is spared: its row may be on its way.

        Nothing is taken away while somebody writes or copies: the next round will.
        """
        return await self._off_the_loop(
            lambda: self._take_away(sorted(self._names() - set(in_use)), put_before=time.time() - grace_seconds)
        )

    async def tidy(self) -> None:
        """Removes what a process that died left unfinished. Raises StoreError when the folder cannot be used."""
        await self._off_the_loop(self._remove_unfinished)

    @contextlib.contextmanager
    def untouched(self) -> Iterator[None]:
        """Nothing is taken away during this block."""
        with _told(self.folder), self._opened(fcntl.LOCK_SH):
            yield

    async def _put(self, content: bytes) -> str:
        name = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        folder = await self._off_the_loop(self._open_to_write)
        with _told(self.folder):
            try:
                if not await asyncio.to_thread(_refresh, folder, name, content):
                    await self._put_anew(folder, name, content)
            finally:
                os.close(folder)
        return name

    async def _put_anew(self, folder: int, name: str, content: bytes) -> None:
        unfinished = f"{uuid.uuid4().hex}{_UNFINISHED}"
        try:
            await asyncio.to_thread(_write, folder, unfinished, content)
            self._probe("before:rename file")
            await asyncio.to_thread(_rename, folder, unfinished, name)
            self._probe("after:rename file")
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(unfinished, dir_fd=folder)
            raise

    async def _off_the_loop(self, work: Callable[[], T]) -> T:
        with _told(self.folder):
            return await asyncio.to_thread(work)

    def _open_to_write(self) -> int:
        """The folder, made if need be, and its lock, for which the short taking away by others is waited."""
        with contextlib.suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)
            _sync_folder_of(self.folder)
        folder = _open_folder(self.folder)
        fcntl.flock(folder, fcntl.LOCK_SH)
        return folder

    @contextlib.contextmanager
    def _opened(self, lock: int) -> Iterator[int | None]:
        """The folder with that lock; None when there is no folder or the lock is somebody else's."""
        try:
            folder = _open_folder(self.folder)
        except FileNotFoundError:
            yield None
            return
        try:
            yield folder if _locked(folder, lock) else None
        finally:
            os.close(folder)

    def _read(self, name: str) -> bytes | None:
        with self._opened(fcntl.LOCK_UN) as folder:
            content = None if folder is None else _content(folder, name)
        if content is not None and hashlib.sha256(content).hexdigest() != name:
            raise StoreError("damaged", f"{self.folder}/{name}")
        return content

    def _names(self) -> set[str]:
        with self._opened(fcntl.LOCK_UN) as folder:
            return set() if folder is None else {name for name in os.listdir(folder) if _NAME.fullmatch(name)}

    def _take_away(self, names: list[str], put_before: float | None = None) -> int:
        gone = 0
        with self._opened(fcntl.LOCK_EX | fcntl.LOCK_NB) as folder:
            for name in names if folder is not None else ():
                with contextlib.suppress(FileNotFoundError):
                    put_at = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
                    if put_before is None or put_at < put_before:
                        os.unlink(name, dir_fd=folder)
                        gone += 1
        return gone

    def _remove_unfinished(self) -> None:
        with self._opened(fcntl.LOCK_EX | fcntl.LOCK_NB) as folder:
            for name in os.listdir(folder) if folder is not None else ():
                if name.endswith(_UNFINISHED):
                    os.unlink(name, dir_fd=folder)


def _checked(sha256: str) -> str:
    if not _NAME.fullmatch(sha256):
        raise StoreError("value", "a file's name is its SHA-256")
    return sha256


@contextlib.contextmanager
def _told(folder: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(_WHY.get(error.errno or 0, "io"), f"{folder}: {error.strerror}") from error


def _open_folder(path: str) -> int:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    if stat.S_IMODE(os.fstat(folder).st_mode) != 0o700:
        os.fchmod(folder, 0o700)
    return folder


def _locked(folder: int, lock: int) -> bool:
    try:
        fcntl.flock(folder, lock)
    except BlockingIOError:
        return False
    return True


def _content(folder: int, name: str) -> bytes | None:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StoreError("damaged", f"{name} is not a file")
        return file.read()


def _refresh(folder: int, name: str, content: bytes) -> bool:
    """Whether the very bytes are here; if so they count as put now."""
    try:
        is_here = _content(folder, name) == content
    except (OSError, StoreError):
        return False
    if is_here:
        os.utime(name, dir_fd=folder, follow_symlinks=False)
    return is_here


def _write(folder: int, name: str, content: bytes) -> None:
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _rename(folder: int, unfinished: str, name: str) -> None:
    os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def _sync_folder_of(path: str) -> None:
    descriptor = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
