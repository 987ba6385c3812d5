"""Files from staff's phones made fit for the venue, each in a worker process of its own (`bot/workshop`).

The worker has no secret in its environment and limits on memory and time; whatever a file does to it, the desk sees a
`BadFile`. The desk's own threads only carry bytes, so the loop waits for nothing.

Time: `seconds` of CPU for a file, four times that for a HEIC (two threads, large pictures), counted by the kernel. By
the clock a worker may take `PATIENCE` times as long, because on a busy machine a second of CPU takes several.
"""

import asyncio
import contextlib
import logging
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from bot.domain.attachments import MAX_FROM_PHONE_BYTES, MAX_PAGES, BadFile, Prepared
from bot.domain.chat import FILE_TYPES, MAX_FILE_BYTES
from bot.domain.day_chart import ChartPlan, Drawn
from bot.workshop.kinds import ending_of
from bot.workshop.wire import CHART, PLAIN, Garbled, take, take_head

PATIENCE = 15
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8"}
"""All that a worker knows of its surroundings. One arena: the allocator must not reserve what the limit counts."""

MAX_FACT = 40
REASONS = frozenset(
    ("file_kind", "file_empty", "file_broken", "file_pixels", "file_pages", "file_size", "file_locked", "file_animated")
)

log = logging.getLogger(__name__)


class Workshop:
    """`seconds` and `megabytes` (MiB) are what one worker may take, `at_once` how many may run; others wait in turn."""

    def __init__(self, *, seconds: float = 2.0, megabytes: int = 512, at_once: int = 2) -> None:
        self._command = (sys.executable, "-s", "-m", "bot.workshop", str(seconds), str(megabytes))
        self._patience = seconds * PATIENCE
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="workshop")
        self._jobs: set[_Job] = set()
        self._is_closed = False

    async def prepare(self, content: bytes, name: str = "") -> list[Prepared]:
        """What the venue may have of a file: one file, or one for each page of a PDF.

        `name` is only used to say what a file is whose content does not tell. Being cancelled kills the worker.

        Raises:
            BadFile: it cannot be sent; never anything else, whatever is in the file.
        """
        if not content:
            raise BadFile("file_empty")
        if len(content) > MAX_FROM_PHONE_BYTES:
            raise _too_big(len(content))
        if self._is_closed:
            raise BadFile("file_slow")
        job = _Job(self._command, self._patience, content)
        self._jobs.add(job)
        try:
            return await asyncio.wrap_future(self._threads.submit(job.run))
        except BadFile as bad:
            if bad.reason == "file_kind" and not bad.facts.get("given"):
                bad.facts["given"] = ending_of(name)
            raise
        finally:
            job.stop()
            self._jobs.discard(job)

    async def draw(self, plan: ChartPlan) -> Drawn:
        """The picture of a day, under the same limits.

        Raises:
            BadFile: it was not drawn.
        """
        if self._is_closed:
            raise BadFile("file_slow")
        job = _Job((*self._command, CHART), self._patience, plan.to_json())
        self._jobs.add(job)
        try:
            (picture,) = await asyncio.wrap_future(self._threads.submit(job.run))
        finally:
            job.stop()
            self._jobs.discard(job)
        return Drawn(picture.content, has_font=job.given != PLAIN)

    async def aclose(self) -> None:
        """Kill what runs; who waits for it gets `file_slow`. Returns when no worker is left."""
        self._is_closed = True
        for job in tuple(self._jobs):
            job.stop()
        await asyncio.to_thread(self._threads.shutdown)


def picture_font(folders: tuple[str, ...] | None = None) -> str:
    """The name of the font that has Chinese characters for pictures, empty without one; `check` asks it once."""
    from bot.workshop import fonts  # brings the library that draws, which the desk's own process never needs

    found = fonts.chinese(fonts.SAMPLE_SIZE, folders=fonts.FOLDERS if folders is None else folders)
    return "" if found is None else " ".join(part for part in found.getname() if part)


class _Job:
    """One worker and its file. `run` belongs to a thread, `stop` may be called from any."""

    def __init__(self, command: tuple[str, ...], patience: float, content: bytes) -> None:
        self._command = command
        self._patience = patience
        self._content = content
        self._given = ""
        self._child: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    @property
    def given(self) -> str:
        """What the worker said of what it was given."""
        return self._given

    def stop(self) -> None:
        """Kill the worker if it still runs, and let none be started."""
        self._is_stopped = True
        if self._child is not None:
            self._child.kill()

    def run(self) -> list[Prepared]:
        """Start the worker, feed it, take its answer.

        Raises:
            BadFile: for every way in which this can end without one.
        """
        try:
            child = self._start()
        except OSError:
            log.exception("no worker could be started")
            raise BadFile("file_slow") from None
        if child is None:
            raise BadFile("file_slow")
        clock = threading.Timer(self._patience, self.stop)
        clock.daemon = True
        with child:
            clock.start()
            try:
                return self._talk(child)
            except (Garbled, OSError) as error:
                raise self._fate(child, error) from None
            finally:
                clock.cancel()
                self.stop()

    def _start(self) -> "subprocess.Popen[bytes] | None":
        """A worker, unless it is no longer wanted. `stop` sees the child, or this sees that it was called."""
        if self._is_stopped:
            return None
        self._child = child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, nothing from outside
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        if self._is_stopped:
            child.kill()
        return child

    def _talk(self, child: "subprocess.Popen[bytes]") -> list[Prepared]:
        assert child.stdin is not None and child.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it may refuse before it has read, and its answer says why
            child.stdin.write(self._content)
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        files: list[Prepared] = []
        while True:
            head = take_head(child.stdout)
            if head.get("end") is True and files:
                return files
            if "given" in head:
                self._given = _fact(head["given"])
            elif "reason" in head:
                raise _refusal(head)
            else:
                files.append(_file(head, child.stdout))
                if len(files) > MAX_PAGES:
                    raise Garbled("too many files")

    def _fate(self, child: "subprocess.Popen[bytes]", error: Exception) -> BadFile:
        """Why there was no whole answer: out of time or stopped, or it broke the worker."""
        was_stopped = self._is_stopped
        self.stop()
        code = child.wait()
        log.warning("a worker ended with %s: %s", code, error)
        if was_stopped or code == -signal.SIGXCPU:
            return BadFile("file_slow")
        return BadFile("file_broken", {"given": self._given})


def _file(head: dict[str, object], stream: IO[bytes]) -> Prepared:
    kind, size = head.get("content_type"), head.get("size")
    if kind not in FILE_TYPES or not isinstance(kind, str) or not isinstance(size, int):
        raise Garbled("no head of a file")
    if not 0 < size <= MAX_FILE_BYTES:
        raise Garbled(f"a file of {size} bytes")
    return Prepared(take(stream, size), kind)


def _refusal(head: dict[str, object]) -> BadFile:
    """A refusal in the worker's words, which are believed no further than their shape."""
    reason, facts = head["reason"], head.get("facts")
    if reason not in REASONS or not isinstance(reason, str) or not isinstance(facts, dict):
        raise Garbled("no refusal")
    return BadFile(reason, {_fact(key): _fact(value) for key, value in facts.items()})


def _fact(value: object) -> str:
    return "".join(character for character in str(value)[:MAX_FACT] if character.isprintable())


def _too_big(size: int) -> BadFile:
    facts = {"megabytes": f"{size / 1_000_000:.1f}", "limit": str(MAX_FROM_PHONE_BYTES // 1_000_000)}
    return BadFile("file_size", facts)
