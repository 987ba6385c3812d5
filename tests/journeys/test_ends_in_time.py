"""Told to end while everything around it hangs, the desk is gone within ten seconds (R11)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from bot.clients.file_hosts import FileHosts
from bot.clients.http import Http
from storage.store import StoreError
from tests.journeys.brought_desk import BroughtDesk
from tests.journeys.shop import Shop
from tests.support.sandbox import CHECKOUT, OPERATOR, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


async def half_a_body(port: int, path: str) -> asyncio.StreamWriter:
    """Somebody says how much is coming and never sends it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST {path} HTTP/1.1\r\nhost: desk\r\ncontent-length: 500\r\n\r\n{{".encode())
    await writer.drain()
    return writer


async def test_a_process_whose_venue_telegram_and_callers_all_hang_ends_within_ten_seconds(
    box: Sandbox, tmp_path: Path
) -> None:
    desk = BroughtDesk.on(box, tmp_path)
    async with desk.live() as shop:  # lays the memory and the people
        sent, asked = await shop.sale("951.00"), await shop.sale("952.00", name="李四")
        await shop.card(asked, button="Release…")
        await desk.all_brought()
    process = await asyncio.create_subprocess_exec(
        *desk.program, "run", cwd=CHECKOUT, env=desk.environment(poll_seconds="0.25"), stderr=asyncio.subprocess.DEVNULL
    )
    callers = list[asyncio.StreamWriter]()
    try:
        await shop.tap(sent, "Release…")
        confirm = await shop.card(sent, button="I saw it: release", timeout=40)
        await asyncio.sleep(1.5)
        await box.gate.fault("confirm-receipt", "delay", seconds=60, acts=True)
        await box.telegram.tap(OPERATOR, OPERATOR, confirm, text="I saw it: release")
        await until(lambda: _was_posted(shop, sent), "the request on its way")
        for call in ("get_transaction_details", "get_pending_transaction_list", "get_chats_list"):
            await box.gate.fault(call, "delay", seconds=60, times=-1)
        card = await shop.card(asked, button="Release…")
        await box.telegram.tap(OPERATOR, OPERATOR, card, text="Release…")  # a handler that waits for a look
        for method in ("sendMessage", "editMessageText", "answerCallbackQuery"):
            await box.telegram.fault(method, "slow", seconds=60, times=-1)
        await shop.sale("953.00", name="王五")
        callers = [await half_a_body(desk.port, path) for path in ("/callbacks/gatepay", "/callbacks/mtpay/x")]
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        code = await asyncio.wait_for(process.wait(), 30)
        took = time.monotonic() - began
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        for caller in callers:
            caller.close()
    print(f"ended after {took:.1f} s")
    assert (code, took < 10) == (0, True), took
    await box.gate.clear_faults()
    await box.telegram.clear_faults()


class NeverCloses:
    """A client whose connections cannot be closed."""

    async def aclose(self) -> None:
        await asyncio.sleep(3600)


async def test_clients_that_do_not_close_hang_at_the_same_time_and_not_one_after_the_other(
    box: Sandbox, tmp_path: Path
) -> None:
    desk = BroughtDesk.on(box, tmp_path)
    async with desk.live() as shop:
        application = shop.desk.application
        clients = [application.http, application.pay_http, application.mtpay_http]
        application.http = application.pay_http = application.mtpay_http = cast(Http, NeverCloses())
        clients.append(cast(Http, application.hosts))
        application.hosts = cast(FileHosts, NeverCloses())
        caller = await half_a_body(desk.port, "/callbacks/mtpay/x")
        await asyncio.sleep(0.5)
        began = time.monotonic()
    took = time.monotonic() - began
    caller.close()
    for client in clients:
        await client.aclose()
    print(f"ended after {took:.1f} s")
    assert took < 10
    with pytest.raises(StoreError, match="closed"):
        await application.store.cut_log()


async def _was_posted(shop: Shop, order: str) -> bool | None:
    return bool(await shop.posts(order)) or None
