"""P10: forty orders at once, with Telegram's flood limits enforced by the sandbox."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.bench.child import start
from tests.bench.table import Effort, Row
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, Call, Message, Sandbox, running_sandbox

TICK_SECONDS = 1.0
SLOT_SECONDS = 1.0
"""Telegram takes one message a second per chat"""
LOOKING_SECONDS = 75.0


Theirs = dict[str, float]


async def measure(effort: Effort, wanted: set[str], naive: asyncio.Task[Theirs] | None = None) -> list[Row]:
    """`naive` is the peer, which takes more than a minute and was started earlier."""
    if "P10" not in wanted:
        return []
    async with _quiet_desk(effort.quiet) as (desk, confirm):
        row = await _burst(desk, confirm, effort)
    return [_with_peer(row, await naive if naive is not None else {"seconds": 0.0, "refused": 0})]


@asynccontextmanager
async def _quiet_desk(seconds: float) -> AsyncIterator[tuple[RunningDesk, Message]]:
    """A desk with one open confirm, long enough after the last message that nothing of the limits is used up."""
    with tempfile.TemporaryDirectory(prefix="c2c-desk-bench-") as folder:
        async with running_sandbox() as box:
            database = Path(folder) / "desk.db"
            async with running_desk(
                box, database, poll_seconds=str(TICK_SECONDS), desk_markets="USDT/CNY", desk_topics="off"
            ) as desk:
                await box.telegram.flood(True)
                await box.gate.open_order(amount="10.00", name="张三丰", paid=True)
                bell = await box.telegram.wait_for_message(OPERATOR, button="Release…")
                await desk.press(OPERATOR, bell, "Release…")
                confirm = await box.telegram.wait_for_message(OPERATOR, button="I saw it")
                await asyncio.sleep(seconds)
                yield desk, confirm


async def _burst(desk: RunningDesk, confirm: Message, effort: Effort) -> Row:
    box = desk.box
    since = max((call.n for call in await box.telegram.calls()), default=0)
    orders = [
        await box.gate.open_order(amount=f"{11 + number}.00", name="李四", paid=True) for number in range(effort.burst)
    ]
    complete = time.time()
    await box.telegram.wait_for_call("sendMessage", _is_bell, since=since)
    tapped = time.time()
    await box.telegram.tap(OPERATOR, OPERATOR, confirm, text="I saw it")
    told = await _told(box, orders, since)
    calls = await box.telegram.calls(since=since)
    answer = next((at for call in calls if _is_answer(call, confirm) and (at := _at(call)) >= tapped), tapped + 99)
    refused = sum(not call.ok and "Too Many Requests" in str(call.error) for call in calls)
    last = max(told[OPERATOR].values(), default=complete + 99) - complete
    group = max(told[DESK_GROUP].values(), default=complete + 99) - complete
    missing = sum(len(set(orders) - set(seen)) for seen in told.values())
    slots = (answer - tapped) / SLOT_SECONDS
    figures = {
        "last": last, "group": group, "refused": float(refused), "missing": float(missing), "slots": slots,
        "messages": float(len(calls)),
    }  # fmt: skip
    return Row(
        "P10",
        f"burst of {effort.burst} new orders in one tick: last one told; 429s; wait of a release answer",
        f"{last:.1f} s; {refused}; {slots:.1f} slots",
        "",
        "",
        "≤ 5 s, 0, ≤ 1 slot",
        last <= 5 and refused == 0 and slots <= 1 and missing == 0,
        figures,
        f"From the moment the last order exists; a tick is {TICK_SECONDS:.0f} s. {missing} of {2 * effort.burst} facts "
        f"missing in direct message and group; the group's last one after {group:.1f} s. A slot is the second that "
        "Telegram asks for between messages of a chat; the answer is the card after the confirming tap in the midst.",
    )


def _is_bell(call: Call) -> bool:
    return str(call.params.get("chat_id")) == str(OPERATOR)


def is_queue(call: Call) -> bool:
    """The group's pinned queue names many orders, and tells none of them."""
    return str(call.params.get("text", "")).startswith("<b>Now ")


def _at(call: Call) -> float:
    return float(call.raw["at"])


def _is_answer(call: Call, confirm: Message) -> bool:
    return call.ok and call.method == "editMessageText" and str(call.params.get("message_id")) == str(confirm.id)


async def _told(box: Sandbox, orders: list[str], since: int) -> dict[int, dict[str, float]]:
    """When each order first had a button in the operator's direct message and in the group."""
    end = time.monotonic() + LOOKING_SECONDS
    while True:
        found: dict[int, dict[str, float]] = {OPERATOR: {}, DESK_GROUP: {}}
        for call in await box.telegram.calls(since=since):
            chat = found.get(int(call.params.get("chat_id") or 0))
            if chat is None or not call.ok or call.method not in ("sendMessage", "editMessageText") or is_queue(call):
                continue
            shown = json.dumps(call.params, ensure_ascii=False)
            for order in orders:
                if order in shown:
                    chat.setdefault(order, _at(call))
        if all(len(seen) == len(orders) for seen in found.values()) or time.monotonic() > end:
            await asyncio.sleep(2)
            return found
        await asyncio.sleep(0.2)


async def naive_burst(effort: Effort) -> Theirs:
    """Everything told one by one: seconds, and how often Telegram refused."""
    async with running_sandbox() as box:
        await box.telegram.flood(True)
        await box.telegram.start(OPERATOR)
        chats = f"{OPERATOR},{DESK_GROUP}"
        module = "tests.bench.peers.naive_burst"
        async with start(module, box.telegram_url, box.bot_token, str(effort.burst), chats) as child:
            await asyncio.sleep(0)
            line = await asyncio.wait_for(child.process.stdout.readline(), 150) if child.process.stdout else b"{}"
            found: Theirs = json.loads(line)
            return found


def _with_peer(row: Row, theirs: Theirs) -> Row:
    seconds, refused = theirs["seconds"], theirs["refused"]
    peer = f"one message each: {seconds:.0f} s; {refused:.0f}" if seconds else "–"
    ratio = f"{row.figures['last'] / seconds:.2f}" if seconds else "–"
    figures = {**row.figures, "peer": seconds}
    return Row(row.id, row.what, row.ours, peer, ratio, row.target, row.holds, figures, row.note)
