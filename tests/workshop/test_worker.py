"""The worker's walls: memory, time, environment; and the desk's side of them."""

import asyncio
import contextlib
import io
import os
import re
import signal
import struct
import time
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.clients.workshop import ENVIRONMENT, Workshop
from bot.domain.attachments import Prepared
from tests.workshop import phones, samples
from tests.workshop.conftest import refusal_of
from tests.workshop.samples import opened, phone_jpeg, picture

WORKER_MEBIBYTES = 512
LAG_SECONDS = 0.020


def children() -> set[int]:
    """Workers of this process that run; one that has not become a worker yet does not count."""
    mine = str(os.getpid())
    found = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if words[1] == mine and words[0] != "Z" and b"bot.workshop" in command:
            found.add(int(status.parent.name))
    return found


async def one_worker(before: set[int]) -> int:
    """The process id of the worker, as soon as there is one."""
    async with asyncio.timeout(10):
        while True:
            if found := children() - before:
                return found.pop()
            await asyncio.sleep(0.002)


async def gone(worker: int) -> None:
    while True:
        if worker not in children():
            return
        await asyncio.sleep(0.005)


def slow_png() -> bytes:
    """Within every limit, and some work: 26 megapixels of 16 bits in four channels."""
    rows = zlib.compressobj(1)
    packed = b"".join(rows.compress(bytes(8192 * 8 + 1)) for _ in range(3200)) + rows.flush()
    head = struct.pack(">IIBBBBB", 8192, 3200, 16, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(samples.chunk(kind, body) for kind, body in chunks)


@pytest.fixture(scope="module")
def phone_heic() -> bytes:
    return phones.phone_heic()


async def peak_of(before: set[int], task: asyncio.Task[list[Prepared]]) -> float:
    """The most memory that the worker of a task had resident, in MiB, by the kernel's own mark."""
    status = Path("/proc") / str(await one_worker(before)) / "status"
    peak = 0
    while not task.done():
        with contextlib.suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
            peak = max(peak, int(found[1]) if found else 0)
        await asyncio.sleep(0.005)
    return peak / 1024


async def test_a_48_megapixel_heic_passes_within_its_memory(workshop: Workshop, phone_heic: bytes) -> None:
    before, began = children(), time.monotonic()
    task = asyncio.create_task(workshop.prepare(phone_heic))
    peak = await peak_of(before, task)
    (made,) = await task
    took = time.monotonic() - began
    print(f"48-megapixel HEIC: {took:.2f} s, {peak:.0f} MiB, {len(made.content)} bytes out")
    with Image.open(io.BytesIO(made.content)) as after:
        assert after.size == (phones.HEIGHT, phones.WIDTH)
    assert 200 < peak <= WORKER_MEBIBYTES
    assert samples.CANARY in phone_heic and samples.CANARY not in made.content


async def test_a_file_that_needs_more_memory_is_refused(phone_heic: bytes) -> None:
    narrow = Workshop(megabytes=160)
    assert (await refusal_of(narrow, phone_heic)).reason == "file_broken"
    (made,) = await narrow.prepare(phone_jpeg())
    assert opened(made.content).size == picture().size
    await narrow.aclose()


async def test_a_file_that_needs_more_processor_time_is_refused() -> None:
    hasty = Workshop(seconds=0.9)
    scribble = b" ".join(b"%d 0 m 590 %d l 0 %d l f*" % (at % 590, at % 840, at % 730) for at in range(9000))
    refusal = await refusal_of(hasty, samples.pdf(pages=10, drawing=scribble))
    assert refusal.reason == "file_slow"
    await hasty.aclose()


async def test_a_worker_that_gets_no_processor_is_killed_by_the_clock() -> None:
    workshop = Workshop(seconds=0.1)
    before = children()
    task = asyncio.create_task(refusal_of(workshop, slow_png()))
    worker = await one_worker(before)
    os.kill(worker, signal.SIGSTOP)
    assert (await task).reason == "file_slow"
    assert worker not in children()
    await workshop.aclose()


async def test_a_worker_that_somebody_kills_is_a_broken_file(workshop: Workshop) -> None:
    before = children()
    task = asyncio.create_task(refusal_of(workshop, slow_png()))
    os.kill(await one_worker(before), signal.SIGSEGV)
    assert (await task).reason == "file_broken"


async def test_who_gives_up_leaves_no_worker_behind(workshop: Workshop) -> None:
    before = children()
    task = asyncio.create_task(workshop.prepare(slow_png()))
    worker = await one_worker(before)
    os.kill(worker, signal.SIGSTOP)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(gone(worker), 5)
    assert await workshop.prepare(phone_jpeg())


async def test_closing_kills_what_runs_and_what_waits_is_refused() -> None:
    workshop = Workshop(at_once=1)
    before = children()
    waiting = [asyncio.create_task(refusal_of(workshop, slow_png())) for _ in range(3)]
    worker = await one_worker(before)
    await workshop.aclose()
    assert worker not in children()
    assert [(await task).reason for task in waiting] == ["file_slow"] * 3
    assert (await refusal_of(workshop, phone_jpeg())).reason == "file_slow"


async def test_no_more_workers_run_than_may(workshop: Workshop) -> None:
    before = children()
    tasks = [asyncio.create_task(workshop.prepare(slow_png())) for _ in range(5)]
    most = 0
    while not all(task.done() for task in tasks):
        most = max(most, len(children() - before))
        await asyncio.sleep(0.005)
    assert most == 2
    for task in tasks:
        assert len(await task) == 1


async def test_a_worker_knows_no_secret_and_may_do_little(workshop: Workshop) -> None:
    os.environ["WORKSHOP_TEST_CANARY"] = "a secret of the desk"
    before = children()
    task = asyncio.create_task(workshop.prepare(slow_png()))
    place = Path("/proc") / str(await one_worker(before))
    surroundings, limits = b"", ""
    # As soon as its walls stand, for it may be done before a fixed time is over
    while "Max processes 0 0" not in " ".join(limits.split()) and (place / "environ").exists():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            surroundings, limits = (place / "environ").read_bytes() or surroundings, (place / "limits").read_text()
        await asyncio.sleep(0.005)
    del os.environ["WORKSHOP_TEST_CANARY"]
    await task
    names = {line.partition(b"=")[0].decode() for line in surroundings.split(b"\x00") if line}
    assert names == set(ENVIRONMENT)
    for words in (
        "Max file size 0 0",
        "Max core file size 0 0",
        "Max processes 0 0",
        "Max address space 536870912 536870912",
    ):
        assert words in " ".join(limits.split())


async def test_the_loop_waits_for_nothing_while_a_photo_is_prepared(workshop: Workshop) -> None:
    photo = phone_jpeg(picture(500, 375).resize((4000, 3000)), quality=95)
    large = photo + os.urandom(19_000_000 - len(photo))
    lags: list[float] = []
    work = asyncio.gather(*(workshop.prepare(content) for content in (photo, large) * 6))
    while not work.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        lags.append(time.perf_counter() - began - 0.001)
    await work
    p99 = sorted(lags)[int(len(lags) * 0.99)]
    print(f"{len(lags)} turns of the loop: p99 {p99 * 1000:.1f} ms, longest {max(lags) * 1000:.1f} ms")
    assert p99 <= LAG_SECONDS
