"""`python -m bot …`: run, demo, check, freeze, staff, journal, export, backup."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from bot import command_line, journal_verbs
from bot.app import StartError, assemble
from bot.logs import start_log
from bot.settings import Settings, SettingsError, load
from storage.store import StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 well, 1 something is wrong, 2 settings or arguments."""
    options = _parser().parse_args(arguments)
    if options.command == "demo":
        return _demo(options)
    if journal_verbs.is_offline(options):
        return journal_verbs.verify_file(options)
    try:
        settings = load()
    except SettingsError as wrong:
        print(f"c2c-desk: {wrong}", file=sys.stderr)
        return 2
    start_log(_secrets(settings), options.log)
    try:
        return asyncio.run(VERBS[options.command](settings, options))
    except StartError as wrong:
        print(f"c2c-desk: {wrong}", file=sys.stderr)
        return 2
    except StoreError as broken:
        print(f"c2c-desk: database: {broken}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _secrets(settings: Settings) -> list[str]:
    hidden = (settings.telegram_token, settings.gate_api_secret, settings.gatepay_secret, settings.mtpay_secret_key)
    shown = (settings.gate_api_key, settings.mtpay_access_key)
    return [secret.get_secret_value() for secret in hidden if secret is not None] + [key for key in shown if key]


def _demo(options: argparse.Namespace) -> int:
    from bot.demo import run_demo

    start_log([], "WARNING" if options.log == "INFO" else options.log)
    work = _until_stopped(
        lambda stop: run_demo(stop, scenario=options.scenario, page_port=options.port, language=options.language)
    )
    try:
        asyncio.run(work)
    except StartError as wrong:
        print(f"c2c-desk: {wrong}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return 0


async def _run(settings: Settings, options: argparse.Namespace) -> int:
    application = await assemble(settings)
    await _until_stopped(application.run)
    return 0


async def _until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """SIGTERM and Ctrl-C end the work gently."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(stop)


VERBS: dict[str, Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]] = {
    "run": _run,
    "check": command_line.check,
    "freeze": command_line.freeze,
    "staff": command_line.staff,
    "journal": journal_verbs.journal,
    "export": command_line.export,
    "backup": command_line.backup,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="C2C Desk: Gate C2C orders from the phone")
    parser.add_argument("--log", default="INFO", choices=("DEBUG", "INFO", "WARNING"), help="how much is logged")
    verbs = parser.add_subparsers(dest="command", required=True)
    verbs.add_parser("run", help="the desk, live, from .env")
    demo = verbs.add_parser("demo", help="the same desk on a local Gate and a local Telegram")
    demo.add_argument("--scenario", default="happy-sale", help="the first story, e.g. happy-purchase or appeal")
    demo.add_argument("--port", type=int, default=8711, help="of the page; 0 takes a free one")
    demo.add_argument("--language", default="en", choices=("en", "zh"), help="of everybody but the owner")
    check = verbs.add_parser("check", help="is everything set up right?")
    check.add_argument("--language", choices=("en", "zh"), help="of the report")
    verbs.add_parser("freeze", help="stop the desk's money at once")
    staff = verbs.add_parser("staff", help="who may do what")
    staff.add_argument("--reset-pin", type=int, metavar="ID", help="this person has no PIN afterwards")
    journal_verbs.add_verbs(verbs.add_parser("journal", help="who did what; export it, verify its chain"))
    export = verbs.add_parser("export", help="the appeal pack of one order, as a zip")
    export.add_argument("order")
    export.add_argument("file", nargs="?", help="order-ORDER.zip when left out; never over an existing file")
    backup = verbs.add_parser("backup", help="a copy of the database while the desk runs")
    backup.add_argument("file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
