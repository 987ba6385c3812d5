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
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

from tests.support.ads_control import AdPost, AdsControl, Rival, VenueAd
from tests.support.controls import Controls, Json, SandboxError, until
from tests.support.gate_control import ChatFile, ChatLine, ChatSend, GateControl, VenueOrder
from tests.support.lean_http import LeanClient
from tests.support.mtpay_control import MtPayControl, MtPayOrder
from tests.support.pay_control import Execution, PayControl, PayOrder
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
from tests.support.warm import CHECKOUT
from tests.support.warm_sandbox import forked

__all__ = [
    "AGENT",
    "BOT_TOKEN",
    "CHECKOUT",
    "DESK",
    "LEAD",
    "OPERATOR",
    "OPERATOR_2",
    "OWNER",
    "STRANGER",
    "VIEWER",
    "AdPost",
    "AdsControl",
    "Answer",
    "Button",
    "Call",
    "ChatFile",
    "ChatLine",
    "ChatSend",
    "Execution",
    "GateControl",
    "Json",
    "Medium",
    "Message",
    "MtPayControl",
    "MtPayOrder",
    "PayControl",
    "PayOrder",
    "Rival",
    "Sandbox",
    "SandboxError",
    "TelegramControl",
    "VenueAd",
    "VenueOrder",
    "running_sandbox",
    "until",
]

READY_SECONDS = 15.0


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
    pay_url: str
    pay_client_id: str
    pay_secret: str
    pay_accounts: str
    """ids of the sub-accounts, with commas between them"""
    mtpay_url: str
    mtpay_access_key: str
    mtpay_secret: str
    pid: int
    controls: Controls = field(repr=False)
    gate: GateControl = field(repr=False)
    pay: PayControl = field(repr=False)
    mtpay: MtPayControl = field(repr=False)
    telegram: TelegramControl = field(repr=False)

    @property
    def ads(self) -> AdsControl:
        """The market, our ads and our account at Gate."""
        return self.gate.ads

    async def scenario(self, name: str, pace: float = 1.0) -> None:
        """Start a story of the page; `pace` 0.1 plays it ten times as fast."""
        await self.controls.post("scenario", {"name": name, "pace": pace})


@contextlib.asynccontextmanager
async def running_sandbox(*, scenario: str | None = None, arguments: tuple[str, ...] = ()) -> AsyncIterator[Sandbox]:
    """A sandbox process on free ports; ends with the block, and with this process should that die."""
    if scenario is not None:
        arguments = (*arguments, "--scenario", scenario)
    process = await forked(("--parent", str(os.getpid()), *arguments))
    try:
        addresses = await _addresses(process.words)
        with contextlib.closing(LeanClient(addresses["control_url"])) as client:
            controls = Controls(client, addresses["control_url"])
            yield Sandbox(
                **addresses,
                pid=process.pid,
                controls=controls,
                gate=GateControl(controls),
                pay=PayControl(controls),
                mtpay=MtPayControl(controls),
                telegram=TelegramControl(controls),
            )
    finally:
        await process.end()


async def _addresses(words: asyncio.StreamReader) -> dict[str, str]:
    try:
        line = await asyncio.wait_for(words.readline(), READY_SECONDS)
    except TimeoutError:
        raise SandboxError(f"the sandbox was not ready within {READY_SECONDS} s") from None
    if not line:
        raise SandboxError("the sandbox ended at once; its words are on stderr")
    return cast(dict[str, str], json.loads(line))
