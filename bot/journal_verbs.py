"""`python -m bot journal`: the lines, a lossless export, and the check of the chain."""

import argparse
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from bot import command_line
from bot.app import assemble
from bot.domain.journal_chain import GENESIS, Head, NotARow, Verdict, Verifier, is_hash, read_line
from bot.flows import journal as journal_flow
from bot.flows.desk import Desk
from bot.journal_words import head_line, verdict_lines
from bot.settings import Settings
from bot.views import technician


def add_verbs(journal: argparse.ArgumentParser) -> None:
    journal.add_argument("--csv", action="store_true", help="for a spreadsheet; cells it would run are changed")
    verbs = journal.add_subparsers(dest="what", metavar="export | verify")
    export = verbs.add_parser("export", help="every row as it is stored, with its hash, a JSON line each")
    export.add_argument("file", help="never over an existing file")
    verify = verbs.add_parser("verify", help="was anything changed, removed, inserted or moved?")
    verify.add_argument("file", nargs="?", help="an export: needs no settings, no database, no network")
    verify.add_argument("--head", type=_hash, help="a hash the owners were told: nothing up to it was cut off?")


def _hash(text: str) -> str:
    found = text.strip().lower()
    if not is_hash(found):
        raise argparse.ArgumentTypeError("a head is 64 digits and letters a to f")
    return found


def is_offline(options: argparse.Namespace) -> bool:
    return options.command == "journal" and options.what == "verify" and options.file is not None


def verify_file(options: argparse.Namespace) -> int:
    """Exit code 0 when the export is whole, 1 when not, 2 when it cannot be read."""
    verifier = Verifier(options.head)
    try:
        with open(options.file, encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            for line in lines:
                _take(verifier, line)
    except OSError as no:
        print(f"c2c-desk: {options.file}: {no.strerror}", file=sys.stderr)
        return 2
    return _told(verifier.verdict(), options)


def _take(verifier: Verifier, line: str) -> None:
    if not line.strip():
        return
    try:
        verifier.take(read_line(line))
    except NotARow:
        verifier.take_unreadable()


async def journal(settings: Settings, options: argparse.Namespace) -> int:
    """Everything else of the journal is about the database of the settings."""
    if options.what == "export":
        return await _export(settings, Path(options.file))
    if options.what == "verify":
        return await _verify(settings, options)
    code = await command_line.journal(settings, options)
    async with _opened(settings) as desk:
        end = await journal_flow.head(desk)
    print(head_line(end), file=sys.stderr if options.csv else sys.stdout)
    return code


async def _export(settings: Settings, target: Path) -> int:
    try:
        async with _opened(settings) as desk:
            end = await _write(desk, target)
    except OSError as no:
        print(technician.not_written(str(target), no.strerror or "", settings.desk_language), file=sys.stderr)
        return 1
    print(technician.copied(str(target), settings.desk_language))
    print(head_line(end))
    return 0


async def _write(desk: Desk, target: Path) -> Head:
    """A new file that only its owner can read; half of one is removed again. Raises OSError."""
    rows, last, end = 0, 0, GENESIS
    file = _new(target)
    try:
        with file:
            async for link in journal_flow.links(desk):
                file.write(f"{link.line()}\n")
                rows, last, end = rows + 1, link.id, link.hash
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        _remove(target)
        raise
    return Head(rows, last, end)


def _new(target: Path) -> TextIO:
    return open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii", newline="\n")


def _remove(target: Path) -> None:
    target.unlink(missing_ok=True)


async def _verify(settings: Settings, options: argparse.Namespace) -> int:
    verifier = Verifier(options.head)
    async with _opened(settings) as desk:
        async for link in journal_flow.links(desk):
            verifier.take(link)
    return _told(verifier.verdict(), options)


def _told(verdict: Verdict, options: argparse.Namespace) -> int:
    print(verdict_lines(verdict, options.head is not None))
    return 0 if verdict.is_whole else 1


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Desk]:
    application = await assemble(settings)
    try:
        yield application.desk
    finally:
        await application.http.aclose()
        await application.store.close()
