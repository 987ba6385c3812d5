"""The desk in webhook mode: a release from the bell, restarts in the middle, forgeries, and a change of the mode."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.app import StartError, assemble
from tests.journeys.brought_desk import BroughtDesk, tap_of
from tests.journeys.shop import tidy
from tests.support.desk import settings_for
from tests.support.sandbox import CHECKOUT, OPERATOR, Sandbox, running_sandbox, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as sandbox:
        await sandbox.telegram.flood(False)
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def desk(box: Sandbox, tmp_path: Path) -> AsyncIterator[BroughtDesk]:
    yield BroughtDesk.on(box, tmp_path)
    for order in await box.gate.orders():
        if order.status not in ("finished", "cancel"):
            await box.gate.act(order.id, "cancel_elsewhere")
    await tidy(box)


async def polls(box: Sandbox, since: int) -> int:
    return len(await box.telegram.calls("getUpdates", since))


async def last_call(box: Sandbox) -> int:
    return max((call.n for call in await box.telegram.calls()), default=0)


async def test_a_release_from_the_bell_and_nothing_is_asked_for(desk: BroughtDesk) -> None:
    since = await last_call(desk.box)
    async with desk.live() as shop:
        order = await shop.sale("901.00")
        await shop.release(order)
        await shop.card(order, "Released 901.00 USDT")
        assert len(await shop.posts(order)) == 1
        assert "Now" in (await shop.say("/orders", contains="Now")).text
        assert await polls(desk.box, since) == 0
        (asked,) = await desk.box.telegram.calls("setWebhook", since)
        assert asked.params["url"] == desk.url and "callback_query" in str(asked.params["allowed_updates"])
        assert str(asked.params.get("drop_pending_updates", "false")).lower() == "false"
        await desk.all_brought()
    assert (await desk.webhook())["url"] == desk.url, "what comes while the desk is away waits for it"


async def test_what_came_while_the_desk_was_away_is_handled_after_it_once(desk: BroughtDesk) -> None:
    async with desk.live() as shop:
        order = await shop.sale("902.00")
        bell = await shop.card(order, button="Release…")
        await desk.all_brought()
        secret = (await desk.webhook())["secret"]
    taps = [await desk.box.telegram.tap(OPERATOR, OPERATOR, bell, text="Release…")]
    before = await shop.newest(OPERATOR)
    await desk.box.telegram.write(OPERATOR, OPERATOR, "/orders")
    await asyncio.sleep(0.3)
    assert (await desk.webhook())["waiting"] == 2
    async with desk.live() as shop:
        await desk.all_brought()
        await shop.card(order, button="I saw it: release", timeout=15)
        await shop.confirm(order, "I saw it: release")
        await shop.card(order, "Released 902.00 USDT")
        assert len(await shop.posts(order)) == 1
        for tap in taps:
            assert (await desk.box.telegram.answer_to(tap)).answered
        lists = [one for one in await desk.box.telegram.messages(OPERATOR) if one.id > before and "Now" in one.text]
        assert len(lists) == 1, [one.text for one in lists]
        numbers = desk.stored()
        assert len(numbers) == len(set(numbers))
        assert (await desk.webhook())["secret"] not in ("", secret), "a secret lives as long as the desk does"
        assert await desk.post({"update_id": 1}, secret) == 401


async def test_an_update_that_was_stored_and_not_handled_is_handled_after_a_restart_though_it_comes_again(
    desk: BroughtDesk,
) -> None:
    async with desk.live() as shop:
        order = await shop.sale("903.00")
        bell = await shop.card(order, button="Release…")
        await desk.all_brought()
        update = tap_of(800_000_001, bell, bell.button("Release…").data)

        async def never(_: object) -> None:
            await asyncio.sleep(3600)

        shop.desk.application.inbox._handle = never
        assert await desk.post(update, (await desk.webhook())["secret"]) == 200
        assert desk.stored()[-1] == 800_000_001
    async with desk.live() as shop:

        async def is_taken() -> bool | None:
            return await desk.post(update, (await desk.webhook())["secret"]) == 200 or None

        await until(is_taken, "the same update acknowledged")
        await shop.card(order, button="I saw it: release", timeout=15)
        assert desk.stored().count(800_000_001) == 1
        await shop.confirm(order, "I saw it: release")
        await shop.card(order, "Released 903.00 USDT")
        assert len(await shop.posts(order)) == 1


async def test_forged_updates_have_no_effect(desk: BroughtDesk) -> None:
    async with desk.live() as shop:
        order = await shop.sale("904.00")
        await shop.tap(order, "Release…")
        confirm = await shop.card(order, button="I saw it: release")
        await asyncio.sleep(0.3)
        await desk.all_brought()
        before, stored = await shop.newest(OPERATOR), desk.stored()
        secret = (await desk.webhook())["secret"]
        data = confirm.button("I saw it").data
        forged = [
            await desk.post(tap_of(810_000_000 + number, confirm, data), guess, path=path)
            for number, (guess, path) in enumerate(
                [
                    (None, "/telegram"),
                    ("", "/telegram"),
                    ("x" * len(secret), "/telegram"),
                    (secret[:-1], "/telegram"),
                    (secret.swapcase(), "/telegram"),
                    (secret, "/telegram/x"),
                    (secret, "/callbacks/telegram"),
                ]
            )
        ]
        assert forged == [401] * 5 + [404] * 2
        await asyncio.sleep(0.5)
        assert await shop.posts(order) == [] and desk.stored() == stored
        assert await shop.newest(OPERATOR) == before
        webhook = shop.desk.application.webhook
        assert webhook is not None and webhook.refused == 5
        genuine = tap_of(810_000_100, confirm, data)
        assert await desk.post(genuine, secret) == 200, "the same tap, by who knows the secret"
        await shop.card(order, "Released 904.00 USDT")
        assert len(await shop.posts(order)) == 1


async def test_a_change_of_the_mode_loses_nothing_in_either_direction(desk: BroughtDesk) -> None:
    async with desk.live(telegram_webhook="false") as shop:
        order = await shop.sale("905.00")
        bell = await shop.card(order, button="Release…")
        assert (await desk.webhook())["url"] == ""
    await desk.box.telegram.tap(OPERATOR, OPERATOR, bell, text="Release…")
    async with desk.live() as shop:
        await shop.card(order, button="I saw it: release", timeout=15)
        await desk.all_brought()
    await desk.box.telegram.write(OPERATOR, OPERATOR, "/orders")
    before = await shop.newest(OPERATOR)
    since = await last_call(desk.box)
    async with desk.live(telegram_webhook="false") as shop:
        await desk.box.telegram.wait_for_message(OPERATOR, contains="Now", after=before, timeout=15)
        assert (await desk.webhook())["url"] == ""
        first = (await desk.box.telegram.calls("getUpdates", since))[0]
        assert first.ok and "offset" not in first.params
        numbers = desk.stored()
        assert len(numbers) == len(set(numbers))
    async with desk.live() as shop:
        assert "Now" in (await shop.say("/orders", contains="Now")).text
        await shop.confirm(order, "I saw it: release")
        await shop.card(order, "Released 905.00 USDT")
        assert len(await shop.posts(order)) == 1


async def test_a_webhook_that_another_program_took_away_is_set_again(desk: BroughtDesk) -> None:
    async with desk.live(speed=60.0) as shop:
        await desk.all_brought()
        await shop.desk.application.telegram.end_webhook()

        async def back() -> bool | None:
            return (await desk.webhook())["url"] == desk.url or None

        await until(back, "the webhook set again")
        await desk.box.telegram.wait_for_message(1001, contains="另一个程序在用这个机器人")


async def test_a_webhook_that_telegram_refuses_keeps_the_desk_from_starting_in_words(desk: BroughtDesk) -> None:
    words = "bad_request:Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    await desk.box.telegram.fault("setWebhook", words)
    application = await assemble(settings_for(desk.box, desk.folder / "desk.db", **desk.settings))
    with pytest.raises(StartError, match=r"PUBLIC_URL: Telegram will not bring messages there:.*(?i:resolve host)"):
        await asyncio.wait_for(application.run(asyncio.Event()), 15)


async def test_telegram_that_is_troubled_at_the_start_is_asked_until_it_is_not(desk: BroughtDesk) -> None:
    await desk.box.telegram.fault("setWebhook", "502")
    async with desk.live() as shop:
        assert (await desk.webhook())["url"] == desk.url
        assert "Now" in (await shop.say("/orders", contains="Now")).text


async def test_sigterm_takes_no_more_updates_and_ends_a_release_on_its_way_within_ten_seconds(
    desk: BroughtDesk,
) -> None:
    async with desk.live() as shop:  # lays the memory and the people
        order = await shop.sale("906.00")
        await shop.card(order, button="Release…")
        await desk.all_brought()
    process = await asyncio.create_subprocess_exec(
        *desk.program, "run", cwd=CHECKOUT, env=desk.environment(poll_seconds="0.25"), stderr=asyncio.subprocess.PIPE
    )
    log = asyncio.create_task(_words_of(process))

    async def is_open() -> bool | None:
        return await _answers(desk) or process.returncode is not None or None

    await until(is_open, "the desk's door", 40)
    await shop.tap(order, "Release…")
    confirm = await shop.card(order, button="I saw it: release", timeout=25)
    await asyncio.sleep(1.5)
    await desk.box.gate.fault("confirm-receipt", "delay", seconds=2, acts=True)
    await desk.box.telegram.press(OPERATOR, OPERATOR, confirm, text="I saw it: release")
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    await until(lambda: _is_closed(desk), "a closed door")
    await desk.box.telegram.write(OPERATOR, OPERATOR, "/orders")
    code = await asyncio.wait_for(process.wait(), 12)
    took = time.monotonic() - began
    said = await log
    assert code == 0 and took < 10, (took, said[-2000:])
    assert "Traceback" not in said and (await desk.webhook())["secret"] not in said
    assert len(await shop.posts(order)) == 1
    assert (await desk.webhook())["waiting"] == 1, "it was not taken, and waits"
    before = await shop.newest(OPERATOR)
    async with desk.live() as shop:
        await desk.box.telegram.wait_for_message(OPERATOR, contains="Now", after=before, timeout=15)
        await shop.card(order, "Released 906.00 USDT")
        assert len(await shop.posts(order)) == 1


async def _answers(desk: BroughtDesk) -> bool:
    try:
        return await desk.post({"update_id": 1}, "wrong") == 401
    except httpx.TransportError:
        return False


async def _is_closed(desk: BroughtDesk) -> bool | None:
    return None if await _answers(desk) else True


async def _words_of(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode()
