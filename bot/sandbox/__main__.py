"""`python -m bot.sandbox`: a local Gate, Gate Pay, MTPay and Telegram, and the page between them, on 127.0.0.1.

Prints one JSON line with the addresses when all five listen; ends on SIGTERM, SIGINT or with its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Sequence

from bot.sandbox.people import (
    BOT_TOKEN,
    GATE_KEY,
    GATE_SECRET,
    MTPAY_ACCESS_KEY,
    MTPAY_SECRET,
    PAY_CLIENT_ID,
    PAY_SECRET,
)
from bot.sandbox.running import Keys, Ports, Sandbox
from bot.sandbox.scenarios import SCENARIOS

PARENT_LOOK_SECONDS = 0.25


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until a signal comes or the parent is gone; a second signal ends it the hard way."""
    options = _parser().parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    sandbox = Sandbox(
        ports=Ports(options.gate_port, options.telegram_port, options.page_port, options.pay_port, options.mtpay_port),
        keys=Keys(
            bot_token=options.bot_token,
            gate_key=options.gate_key,
            gate_secret=options.gate_secret,
            pay_client_id=options.pay_client_id,
            pay_secret=options.pay_secret,
            mtpay_access_key=options.mtpay_access_key,
            mtpay_secret=options.mtpay_secret,
        ),
    )
    sandbox.venue.market.set_pace(options.market_pace)
    try:
        await sandbox.start()
    except (OSError, OverflowError) as taken:
        raise SystemExit(f"sandbox: {taken}") from None
    try:
        print(json.dumps(sandbox.addresses()), flush=True)
        if options.scenario:
            await sandbox.stage.play(options.scenario)
        watch = asyncio.create_task(_watch_parent(options.parent, ended))
        await ended.wait()
        watch.cancel()
    finally:
        await sandbox.stop()


async def _watch_parent(parent: int | None, ended: asyncio.Event) -> None:
    """Ends with the process that started us, however that died."""
    if parent is None:
        return
    first = os.getppid()
    while _is_alive(parent) and os.getppid() == first:  # noqa: ASYNC110 # a process gives no event when it dies
        await asyncio.sleep(PARENT_LOOK_SECONDS)
    ended.set()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A local Gate and a local Telegram.")
    for name in ("gate", "pay", "mtpay", "telegram", "page"):
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="PORT", help="0 takes a free one")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), help="the story to start with")
    parser.add_argument(
        "--market-pace", type=float, default=0.0, metavar="SECONDS", help="between two steps of the market; 0 stands"
    )
    parser.add_argument("--bot-token", default=BOT_TOKEN, help="the token Telegram accepts")
    parser.add_argument("--gate-key", default=GATE_KEY)
    parser.add_argument("--gate-secret", default=GATE_SECRET)
    parser.add_argument("--pay-client-id", default=PAY_CLIENT_ID)
    parser.add_argument("--pay-secret", default=PAY_SECRET)
    parser.add_argument("--mtpay-access-key", default=MTPAY_ACCESS_KEY)
    parser.add_argument("--mtpay-secret", default=MTPAY_SECRET)
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process is gone")
    return parser


if __name__ == "__main__":
    main()
