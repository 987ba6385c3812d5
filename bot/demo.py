"""`demo`: the sandbox as a child process, and in this one the same desk that `run` starts. Nothing outside is read."""

import asyncio
import json
import os
import socket
import sys
import tempfile
import urllib.request
from decimal import Decimal
from pathlib import Path

from bot.app import Application, StartError, assemble
from bot.domain.intents import Action
from bot.domain.staff import Limit, Person, Role
from bot.settings import Settings, build

OWNER = 1001
STAFF = (
    (1002, Role.LEAD, "Lead"),
    (1003, Role.OPERATOR, "Operator 1"),
    (1006, Role.OPERATOR, "Operator 2"),
    (1004, Role.AGENT, "Agent"),
    (1005, Role.VIEWER, "Viewer"),
)
ON_DUTY = 1003
LIMIT = Limit(Decimal("2000"), Decimal("20000"))


async def start_sandbox(scenario: str, page_port: int) -> tuple[asyncio.subprocess.Process, dict[str, str]]:
    """A child that ends with us. Returns it with its addresses and keys."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--parent", str(os.getpid()), "--scenario", scenario,
        "--page-port", str(page_port), "--market-pace", "4", stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    if process.stdout is None or not (line := await process.stdout.readline()):
        await process.wait()
        raise StartError("the sandbox did not start; its words are above")
    return process, json.loads(line)


def free_port() -> int:
    """A port that nobody listens on now: MTPay is told the desk's address before the desk opens its door."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def demo_settings(addresses: dict[str, str], database: Path, language: str, port: int = 0) -> Settings:
    """Only the sandbox's addresses; neither `.env` nor the environment. `port`: where venues may call the desk."""
    return build(
        {
            "TELEGRAM_TOKEN": addresses["bot_token"],
            "TELEGRAM_API_URL": addresses["telegram_url"],
            "GATE_API_URL": addresses["gate_url"],
            "GATE_API_KEY": addresses["gate_key"],
            "GATE_API_SECRET": addresses["gate_secret"],
            "GATE_FILE_HOSTS": addresses["gate_url"].split("/")[2],
            "GATEPAY_API_URL": addresses["pay_url"],
            "GATEPAY_CLIENT_ID": addresses["pay_client_id"],
            "GATEPAY_SECRET": addresses["pay_secret"],
            "HTTP_PORT": str(port),
            "DESK_OWNERS": str(OWNER),
            "DESK_CHAT_ID": "-1001000000001",
            "DESK_LANGUAGE": language,
            "DESK_TIMEZONE": "Asia/Shanghai",
            "DATABASE_URL": f"sqlite:///{database}",
            "POLL_SECONDS": "1",
            "DESK_MARKETS": "USDT/CNY,USDT/USD",
        }
        | (_mtpay(addresses, port) if "mtpay_url" in addresses else {})
    )


def _mtpay(addresses: dict[str, str], port: int) -> dict[str, str]:
    return {
        "MTPAY_API_URL": addresses["mtpay_url"],
        "MTPAY_ACCESS_KEY": addresses["mtpay_access_key"],
        "MTPAY_SECRET_KEY": addresses["mtpay_secret"],
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


async def seed(application: Application, language: str) -> None:
    """The demo's people with their limits, the operator on duty."""
    desk = application.desk
    async with application.store.write() as tables:
        owner = Person(OWNER, Role.OWNER, "Owner", "zh", desk.policy.timezone)
        await tables.staff.put(owner, desk.now(), OWNER)
        for user_id, role, name in STAFF:
            person = Person(user_id, role, name, language, desk.policy.timezone)
            await tables.staff.put(person, desk.now(), OWNER)
        await tables.staff.set_duty(ON_DUTY, True, desk.now())
        for action in Action:
            await tables.staff.set_limit(Role.OPERATOR, action.value, LIMIT, desk.now(), OWNER)
        await desk.read_people(tables)


async def _name_callbacks(addresses: dict[str, str], application: Application) -> None:
    """Tell the sandbox's Gate Pay where this desk listens: what a merchant types into its console."""
    if application.door is None:
        return
    body = json.dumps({"url": f"http://127.0.0.1:{application.door.port}/callbacks/gatepay"}).encode()
    request = urllib.request.Request(  # noqa: S310 the sandbox's own address
        f"{addresses['control_url']}/pay/callback", body, {"content-type": "application/json"}
    )
    await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=5).close())  # noqa: S310


async def run_demo(stop: asyncio.Event, *, scenario: str, page_port: int, language: str) -> None:
    """Until `stop`; the database is temporary and goes away with the demo."""
    with tempfile.TemporaryDirectory(prefix="c2c-desk-demo-") as folder:
        process, addresses = await start_sandbox(scenario, page_port)
        try:
            application = await assemble(demo_settings(addresses, Path(folder) / "desk.db", language, free_port()))
            await seed(application, language)

            def ready() -> None:
                application.desk.spawn(_name_callbacks(addresses, application), "callbacks")
                print(f"\n  C2C Desk demo: {addresses['page_url']}\n  Ctrl-C stops everything.\n", flush=True)

            await application.run(stop, ready)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
