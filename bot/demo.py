"""`demo`: the sandbox as a child process, and in this one the same desk that `run` starts. Nothing outside is read."""

import asyncio
import json
import os
import sys
import tempfile
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
        "--page-port", str(page_port), stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    if process.stdout is None or not (line := await process.stdout.readline()):
        await process.wait()
        raise StartError("the sandbox did not start; its words are above")
    return process, json.loads(line)


def demo_settings(addresses: dict[str, str], database: Path, language: str) -> Settings:
    """Only the sandbox's addresses; neither `.env` nor the environment."""
    return build(
        {
            "TELEGRAM_TOKEN": addresses["bot_token"],
            "TELEGRAM_API_URL": addresses["telegram_url"],
            "GATE_API_URL": addresses["gate_url"],
            "GATE_API_KEY": addresses["gate_key"],
            "GATE_API_SECRET": addresses["gate_secret"],
            "GATE_FILE_HOSTS": addresses["gate_url"].split("/")[2],
            "DESK_OWNERS": str(OWNER),
            "DESK_CHAT_ID": "-1001000000001",
            "DESK_LANGUAGE": language,
            "DESK_TIMEZONE": "Asia/Shanghai",
            "DATABASE_URL": f"sqlite:///{database}",
            "POLL_SECONDS": "1",
            "DESK_MARKETS": "USDT/CNY,USDT/USD",
        }
    )


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


async def run_demo(stop: asyncio.Event, *, scenario: str, page_port: int, language: str) -> None:
    """Until `stop`; the database is temporary and goes away with the demo."""
    with tempfile.TemporaryDirectory(prefix="c2c-desk-demo-") as folder:
        process, addresses = await start_sandbox(scenario, page_port)
        try:
            application = await assemble(demo_settings(addresses, Path(folder) / "desk.db", language))
            await seed(application, language)

            def ready() -> None:
                print(f"\n  C2C Desk demo: {addresses['page_url']}\n  Ctrl-C stops everything.\n", flush=True)

            await application.run(stop, ready)
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
