"""The technician's verbs. They open the same database as the running desk; none of them moves money."""

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.app import Application, assemble
from bot.clients.workshop import picture_font
from bot.domain.errors import NotAllowed
from bot.domain.journal import Entry
from bot.flows import check as check_flow
from bot.flows import evidence_pack, pin_setting
from bot.flows import freeze as freeze_flow
from bot.flows import journal as journal_flow
from bot.flows import people as people_flow
from bot.settings import Settings
from bot.views import technician
from bot.views.check import check_lines

RISKY = ("=", "+", "-", "@", "\t", "\r")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Application]:
    application = await assemble(settings)
    try:
        yield application
    finally:
        await application.http.aclose()
        await application.store.close()


async def check(settings: Settings, options: argparse.Namespace) -> int:
    """Everything that must be right, in words. Exit code 1 when something must be mended."""
    async with _opened(settings) as application:
        await people_flow.seed_owners(application.desk)
        desk = application.desk
        findings = await check_flow.check(
            desk, application.telegram, desk.desk_chat_id, settings.webhook_url, font=picture_font()
        )
        await application.telegram.stop()
    print(check_lines(findings, options.language or settings.desk_language))
    return 1 if any(finding.ok is False for finding in findings) else 0


async def freeze(settings: Settings, options: argparse.Namespace) -> int:
    """Stop the desk's money; the running desk sees it at its next decision."""
    async with _opened(settings) as application:
        await freeze_flow.freeze_desk(application.desk, None)
    print(technician.frozen(settings.desk_language))
    return 0


async def staff(settings: Settings, options: argparse.Namespace) -> int:
    """Who may do what; with an id the PIN of that person is taken away, for the owner who has nobody to ask."""
    if options.reset_pin is not None:
        return await _reset_pin(settings, options.reset_pin)
    async with _opened(settings) as application:
        print(technician.staff_lines(application.desk.people.values(), settings.desk_language))
    return 0


async def _reset_pin(settings: Settings, person_id: int) -> int:
    try:
        async with _opened(settings) as application:
            await pin_setting.reset(application.desk, None, person_id)
    except NotAllowed:
        print(technician.nobody(str(person_id), settings.desk_language), file=sys.stderr)
        return 1
    print(technician.pin_reset(str(person_id), settings.desk_language))
    return 0


async def journal(settings: Settings, options: argparse.Namespace) -> int:
    async with _opened(settings) as application:
        entries = await journal_flow.everything(application.desk)
    print(as_csv(entries) if options.csv else "\n".join(_line(entry) for entry in entries))
    return 0


def _line(entry: Entry) -> str:
    facts = " ".join(f"{key}={value}" for key, value in entry.facts.items())
    return f"{_clock(entry.at)} {entry.actor or '-'} {entry.action} {entry.target} {entry.outcome} {facts}".rstrip()


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"


def as_csv(entries: Sequence[Entry]) -> str:
    """Rows for a spreadsheet; cells that a spreadsheet would run are made harmless with a leading apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "at", "actor", "action", "target", "outcome", "facts"])
    for entry in entries:
        facts = json.dumps(dict(entry.facts), ensure_ascii=False, sort_keys=True)
        row = (
            str(entry.id),
            _clock(entry.at),
            str(entry.actor or ""),
            entry.action,
            entry.target,
            entry.outcome,
            facts,
        )
        writer.writerow([defused(cell) for cell in row])
    return out.getvalue()


def defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY) else cell


async def export(settings: Settings, options: argparse.Namespace) -> int:
    """The appeal pack of one order, in a new file that only its owner can read."""
    target = Path(options.file or f"order-{options.order[:40]}.zip")
    try:
        async with _opened(settings) as application:
            content = await evidence_pack.pack(application.desk, options.order, None)
        _write_new(target, content)
    except NotAllowed:
        print(technician.no_order(options.order, settings.desk_language), file=sys.stderr)
        return 1
    except OSError as no:
        print(technician.not_written(str(target), no.strerror or "", settings.desk_language), file=sys.stderr)
        return 1
    print(technician.copied(str(target), settings.desk_language))
    return 0


def _write_new(target: Path, content: bytes) -> None:
    """Readable by its owner only, and never over something else."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


async def backup(settings: Settings, options: argparse.Namespace) -> int:
    async with _opened(settings) as application:
        await application.store.backup(options.file)
    print(technician.copied(options.file, settings.desk_language))
    return 0
