"""`python -m bot.sandbox` as a process: one line, three ports, and an end that never lingers."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time

import httpx
import pytest

from tests.support.sandbox import BOT_TOKEN, CHECKOUT, OPERATOR, STRANGER, SandboxError, running_sandbox


async def started(*arguments: str) -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    command = (sys.executable, "-m", "bot.sandbox", *arguments)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    return process, json.loads(await asyncio.wait_for(process.stdout.readline(), 15))


async def test_it_prints_one_line_of_addresses_that_answer() -> None:
    async with running_sandbox() as box, httpx.AsyncClient(trust_env=False) as client:
        assert box.control_url == f"{box.page_url}control"
        assert (await client.get(f"{box.gate_url}/spot/time")).json()["server_time"] > 0
        me = (await client.get(f"{box.telegram_url}/bot{box.bot_token}/getMe")).json()
        assert me["result"]["username"] == "c2c_desk_sandbox_bot"
        assert "C2C Desk" in (await client.get(box.page_url)).text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_long_before_a_long_poll_would(number: signal.Signals) -> None:
    process, addresses = await started()
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        url = f"{addresses['telegram_url']}/bot{BOT_TOKEN}/getUpdates"
        poll = asyncio.create_task(client.post(url, json={"timeout": 10}))
        await asyncio.sleep(0.3)
        asked = time.monotonic()
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        took = time.monotonic() - asked
        with pytest.raises(httpx.TransportError):
            await poll
    assert took < 3
    assert process.stderr is not None
    assert await process.stderr.read() == b"", "Ctrl-C in the demo is no reason for a traceback"


async def test_it_ends_when_its_parent_is_gone() -> None:
    parent = await asyncio.create_subprocess_exec("sleep", "60")
    process, _ = await started("--parent", str(parent.pid))
    parent.kill()
    await parent.wait()
    assert await asyncio.wait_for(process.wait(), 3) == 0


async def test_it_says_when_a_port_is_taken() -> None:
    async with running_sandbox() as box:
        port = box.page_url.rstrip("/").rsplit(":", 1)[1]
        command = (sys.executable, "-m", "bot.sandbox", "--page-port", port)
        pipe = asyncio.subprocess.PIPE
        second = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdout=pipe, stderr=pipe)
        out, error = await asyncio.wait_for(second.communicate(), 15)
        assert (second.returncode, out) == (1, b"")
        assert f"port {port}" in error.decode() and "Traceback" not in error.decode()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--scenario", "nope"), "invalid choice: 'nope'"), (("--port", "99999"), "port must be 0-65535")],
)
async def test_a_demo_that_cannot_start_says_so_in_words(arguments: tuple[str, str], says: str) -> None:
    command = (sys.executable, "-m", "bot", "demo", *arguments)
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stderr=asyncio.subprocess.PIPE)
    _, error = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 2
    assert says in error.decode() and "c2c-desk: the sandbox did not start" in error.decode()
    assert "Traceback" not in error.decode()


async def test_away_closes_the_port_and_gives_the_same_one_back() -> None:
    async with running_sandbox() as box, httpx.AsyncClient(trust_env=False) as client:
        time_url, me_url = f"{box.gate_url}/spot/time", f"{box.telegram_url}/bot{box.bot_token}/getMe"
        for control, url in ((box.gate, time_url), (box.telegram, me_url)):
            await control.away()
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
            assert (await control.state())["away"] is True
            await control.away(False)
            assert (await client.get(url)).status_code == 200
            assert (await control.state())["away"] is False


async def test_the_desk_is_settled_and_the_stranger_is_outside() -> None:
    async with running_sandbox() as box:
        state = await box.telegram.state()
        desk = next(chat for chat in state["chats"] if chat.get("title") == "C2C Desk")
        members = json.dumps(desk["members"])
        assert desk["id"] == -1001000000001
        assert str(OPERATOR) in members and str(STRANGER) not in members
        assert await box.telegram.violations() == []


async def test_the_controls_refuse_other_hosts_and_other_sites() -> None:
    async with running_sandbox() as box, httpx.AsyncClient(trust_env=False) as client:
        for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
            answer = await client.post(f"{box.control_url}/scenario", json={"name": "twins"}, headers=headers)
            assert answer.status_code == 403
        own = {"origin": box.page_url.rstrip("/")}
        assert (await client.get(f"{box.control_url}/page", headers=own)).status_code == 200


async def test_wrong_control_requests_say_what_is_expected() -> None:
    async with running_sandbox() as box:
        for path, body, words in (
            ("scenario", {"name": "nonsense"}, "happy-sale"),
            ("scenario", {"name": "happy-sale", "pace": "fast"}, "pace"),
            ("gate/away", {"away": "yes"}, "away"),
        ):
            with pytest.raises(SandboxError, match=words):
                await box.controls.post(path, body)


async def test_two_sandboxes_run_side_by_side() -> None:
    async with running_sandbox() as one, running_sandbox() as other:
        await one.gate.open_order()
        assert await other.gate.orders() == []
        assert one.pid != other.pid != os.getpid()
