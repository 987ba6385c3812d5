"""The sandbox as tests use it: a process of its own behind real sockets, and a typed hand on its controls.

async with running_sandbox() as box:
    order = await box.gate.open_order(name="张三丰")
    await box.gate.act(order, "pay")
    card = await box.telegram.wait_for_message(OPERATOR, contains="Release…")
    answer = await box.telegram.press(OPERATOR, OPERATOR, card, text="Release…")
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx

from tests.support.controls import Controls, Json, SandboxError, until
from tests.support.gate_control import ChatFile, ChatLine, ChatSend, GateControl, VenueOrder
from tests.support.telegram_control import (
    AGENT,
    BOT_TOKEN,
    DESK,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    STRANGER,
    VIEWER,
    TelegramControl,
)
from tests.support.telegram_seen import Answer, Button, Call, Medium, Message

__all__ = [
    "AGENT",
    "BOT_TOKEN",
    "DESK",
    "LEAD",
    "OPERATOR",
    "OPERATOR_2",
    "OWNER",
    "STRANGER",
    "VIEWER",
    "Answer",
    "Button",
    "Call",
    "ChatFile",
    "ChatLine",
    "ChatSend",
    "GateControl",
    "Json",
    "Medium",
    "Message",
    "Sandbox",
    "SandboxError",
    "TelegramControl",
    "VenueOrder",
    "running_sandbox",
    "until",
]

READY_SECONDS = 15.0
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its addresses, its keys and its controls."""

    gate_url: str
    telegram_url: str
    page_url: str
    control_url: str
    bot_token: str
    gate_key: str
    gate_secret: str
    pid: int
    controls: Controls = field(repr=False)
    gate: GateControl = field(repr=False)
    telegram: TelegramControl = field(repr=False)

    async def scenario(self, name: str, pace: float = 1.0) -> None:
        """Start a story of the page; `pace` 0.1 plays it ten times as fast."""
        await self.controls.post("scenario", {"name": name, "pace": pace})


@contextlib.asynccontextmanager
async def running_sandbox(*, scenario: str | None = None, arguments: tuple[str, ...] = ()) -> AsyncIterator[Sandbox]:
    """A sandbox process on free ports; ends with the block, and with this process should that die."""
    command = [sys.executable, "-m", "bot.sandbox", "--parent", str(os.getpid()), *arguments]
    if scenario is not None:
        command += ["--scenario", scenario]
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE)
    try:
        addresses = await _addresses(process)
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            controls = Controls(client, addresses["control_url"])
            yield Sandbox(
                **addresses,
                pid=process.pid,
                controls=controls,
                gate=GateControl(controls),
                telegram=TelegramControl(controls),
            )
    finally:
        await _end(process)


async def _addresses(process: asyncio.subprocess.Process) -> dict[str, str]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    except TimeoutError:
        raise SandboxError(f"the sandbox was not ready within {READY_SECONDS} s") from None
    if not line:
        raise SandboxError(f"the sandbox ended at once with code {await process.wait()}; its words are on stderr")
    return cast(dict[str, str], json.loads(line))


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
