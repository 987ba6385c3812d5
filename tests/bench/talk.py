"""P10c: sixty words of buyers in a minute, flood limits on. P15: the loop while a large photo is relayed."""

from __future__ import annotations

import asyncio
import io
import json
import random
import tempfile
import time
from pathlib import Path

from PIL import Image

from tests.bench.burst import is_queue
from tests.bench.table import Effort, Row
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, Sandbox, running_sandbox

SAYING_SECONDS = 60.0
LOOKING_SECONDS = 150.0
PHOTO = (4000, 3000)


async def measure(effort: Effort, wanted: set[str]) -> list[Row]:
    rows = []
    if "P10c" in wanted:
        rows.append(await _many_words(effort))
    if "P15" in wanted:
        rows.append(await _large_photo(effort))
    return rows


async def _many_words(effort: Effort) -> Row:
    with tempfile.TemporaryDirectory(prefix="c2c-desk-bench-") as folder:
        async with (
            running_sandbox() as box,
            running_desk(box, Path(folder) / "desk.db", poll_seconds="1", desk_markets="USDT/CNY", desk_topics="need"),
        ):
            orders = [
                await box.gate.open_order(amount=f"{10 + number}.00", name="李四") for number in range(effort.chats)
            ]
            await _all_told(box, orders)
            await box.telegram.flood(True)
            await asyncio.sleep(effort.quiet)
            return await _said(box, orders, effort)


async def _all_told(box: Sandbox, orders: list[str]) -> None:
    """Every order has its card in the group before anybody writes."""
    end = time.monotonic() + LOOKING_SECONDS
    while time.monotonic() < end:
        told = [call.params for call in await box.telegram.calls() if not is_queue(call)]
        shown = json.dumps(told, ensure_ascii=False)
        if all(f"o:{order}" in shown for order in orders):
            return
        await asyncio.sleep(0.3)


async def _said(box: Sandbox, orders: list[str], effort: Effort) -> Row:
    since = max((call.n for call in await box.telegram.calls()), default=0)
    dice = random.Random(7)
    said: dict[str, float] = {}
    began = time.time()
    for number in range(effort.words):
        text = f"question number {number:03d} of mine"
        await box.gate.buyer_says(
            orders[number % len(orders) if number < len(orders) else dice.randrange(len(orders))], text
        )
        said[text] = time.time()
        await asyncio.sleep(max(0.0, began + (number + 1) * SAYING_SECONDS / effort.words - time.time()))
    told = await _heard(box, list(said), since)
    calls = await box.telegram.calls(since=since)
    refused = sum(not call.ok and "Too Many Requests" in str(call.error) for call in calls)
    group, person = told[DESK_GROUP], told[OPERATOR]
    end = max(said.values())
    last = max((group.get(text, end + 999) for text in said), default=end) - end
    waits = sorted(group.get(text, end + 999) - at for text, at in said.items())
    bell = max(person.get(text, end + 999) - at for text, at in said.items())
    missing = sum(text not in group for text in said) + sum(text not in person for text in said)
    figures = {"last": last, "longest": waits[-1], "bell": bell, "refused": float(refused), "missing": float(missing)}
    return Row(
        "P10c",
        f"{effort.words} words of buyers over {effort.chats} orders in a minute, one group: last one told; 429s",
        f"{last:.1f} s; {refused}",
        "",
        "",
        "≤ 30 s, 0",
        last <= 30 and refused == 0 and missing == 0,
        figures,
        f"After the last of them was written; every order needed its topic first. Longest wait of any in the group "
        f"{waits[-1]:.1f} s (median {waits[len(waits) // 2]:.1f} s), in the direct message {bell:.1f} s; "
        f"{missing} missing.",
    )


async def _heard(box: Sandbox, texts: list[str], since: int) -> dict[int, dict[str, float]]:
    """When each text first stood in the group and in the operator's direct message."""
    end = time.monotonic() + LOOKING_SECONDS
    while True:
        found: dict[int, dict[str, float]] = {OPERATOR: {}, DESK_GROUP: {}}
        for call in await box.telegram.calls(since=since):
            chat = found.get(int(call.params.get("chat_id") or 0))
            if chat is None or not call.ok or call.method != "sendMessage":
                continue
            for text in texts:
                if text in str(call.params.get("text")):
                    chat.setdefault(text, float(call.raw["at"]))
        if all(len(seen) == len(texts) for seen in found.values()) or time.monotonic() > end:
            return found
        await asyncio.sleep(0.3)


async def _large_photo(effort: Effort) -> Row:
    """The desk runs in this loop, and so do we: a sleep of a millisecond tells how long the loop was held up."""
    content = await asyncio.to_thread(_photo)
    lags: list[float] = []
    with tempfile.TemporaryDirectory(prefix="c2c-desk-bench-") as folder:
        async with running_sandbox() as box:
            await box.telegram.flood(False)
            async with running_desk(box, Path(folder) / "desk.db", poll_seconds="1", desk_markets="USDT/CNY") as desk:
                for number in range(effort.photos):
                    lags += await _relayed(box, desk, content, number)
    lags.sort()
    p99, worst = lags[int(len(lags) * 0.99)], lags[-1]
    still = await asyncio.to_thread(_re_encoding, content)
    return Row(
        "P15",
        f"loop lag p99 while a photo of {PHOTO[0] * PHOTO[1] // 1_000_000} MP, {len(content) / 1e6:.1f} MB is relayed",
        f"{p99 * 1000:.1f} ms",
        f"re-encoding on the loop: {still * 1000:.0f} ms",
        f"{p99 / still:.2f}",
        "≤ 20 ms",
        p99 <= 0.020,
        {"p99": p99, "worst": worst, "peer": still},
        f"{len(lags)} samples over {effort.photos} photos, from the phone to the buyer; the worst "
        f"was {worst * 1000:.1f} ms.",
    )


async def _relayed(box: Sandbox, desk: RunningDesk, content: bytes, number: int) -> list[float]:
    order = await box.gate.open_order(amount=f"{20 + number}.00", name="张三丰", paid=True)
    await box.gate.buyer_says(order, f"show me {number}")
    seen = await box.telegram.wait_for_message(OPERATOR, contains=f"show me {number}")
    await box.telegram.send_file(OPERATOR, OPERATOR, content, kind="document", file_name="photo.jpg", reply_to=seen.id)
    lags: list[float] = []
    watching = asyncio.create_task(_watch(lags))
    try:
        await box.gate.wait_for_chat(order, lambda line: line.file is not None, timeout=30)
    finally:
        watching.cancel()
    return lags


async def _watch(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        lags.append(time.perf_counter() - began - 0.001)


def _photo() -> bytes:
    """As a phone makes it: full of detail, so that it is large."""
    dice = random.Random(5)
    small = Image.frombytes("RGB", (500, 375), dice.randbytes(500 * 375 * 3))
    out = io.BytesIO()
    small.resize(PHOTO, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def _re_encoding(content: bytes) -> float:
    began = time.perf_counter()
    Image.open(io.BytesIO(content)).convert("RGB").save(io.BytesIO(), "JPEG", quality=90)
    return time.perf_counter() - began
