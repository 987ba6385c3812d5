"""`python -m bot journal` as people run it: export, verify offline and live, heads; exit codes and words."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.domain.journal_chain import GENESIS, KEPT_FINDINGS, Finding, Head, Link, Verdict, Wrong, read_line
from bot.journal_words import verdict_lines
from storage.store import Store
from tests.storage.test_journal_chain import older_desk

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Ran:
    code: int
    out: str
    err: str


def bot(folder: Path, *arguments: str, **settings: str) -> Ran:
    """In an empty folder with nothing in the environment but these settings."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--log", "WARNING", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def offline(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The same without a process of its own: what is offline asks for nothing that a test would have to give."""

    def run(*arguments: str) -> Ran:
        try:
            code = main(["journal", *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return Ran(code, *capfd.readouterr())

    return run


def desk(folder: Path) -> dict[str, str]:
    return {"TELEGRAM_TOKEN": "1:token", "DESK_OWNERS": "1001", "DATABASE_URL": f"sqlite:///{folder}/desk.db"}


async def filled(folder: Path, rows: int) -> list[Link]:
    store = await Store.open(f"sqlite:///{folder}/desk.db")
    async with store.write() as tables:
        for number in range(rows):
            await tables.journal.add(
                at=number, actor=7, action="claim", target="=1+1", facts={"name": "张三丰\n\u2028"}, outcome="done"
            )
    async with store.read() as tables:
        found = [link async for link in tables.journal.links()]
    await store.close()
    return found


@pytest.fixture
def rows(tmp_path: Path) -> list[Link]:
    return asyncio.run(filled(tmp_path, 5))


@pytest.fixture
def export(tmp_path: Path, rows: list[Link]) -> Path:
    file = tmp_path / "journal.jsonl"
    file.write_text("".join(f"{link.line()}\n" for link in rows), "ascii")
    return file


def test_an_export_is_lossless_private_never_over_a_file_and_verified_without_any_setting(
    tmp_path: Path, rows: list[Link]
) -> None:
    ran = bot(tmp_path, "journal", "export", "out.jsonl", **desk(tmp_path))
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == ["Copied to out.jsonl", f"Head: 5 rows, last row 5, hash {rows[-1].hash}"]
    file = tmp_path / "out.jsonl"
    assert [read_line(line) for line in file.read_text("ascii").splitlines()] == rows
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = bot(tmp_path, "journal", "export", "out.jsonl", **desk(tmp_path))
    assert again.code == 1 and "Cannot write out.jsonl" in again.err
    (tmp_path / "desk.db").unlink()
    checked = bot(tmp_path, "journal", "verify", "out.jsonl", "--head", rows[-1].hash)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.splitlines() == [
        "The journal is whole.",
        "The head is row 5, the last one: nothing was cut off.",
        f"Head: 5 rows, last row 5, hash {rows[-1].hash}",
    ]
    assert not (tmp_path / "desk.db").exists()


def test_an_edit_a_deletion_and_a_swap_are_said_with_their_rows(
    offline: Callable[..., Ran], tmp_path: Path, export: Path
) -> None:
    lines = export.read_text().splitlines()
    forgeries = {
        "Line 2, row 2: it is not what was written": [lines[0], lines[1].replace("claim", "Claim"), *lines[2:]],
        "Line 2, row 3: row 2 is missing before it.": [lines[0], *lines[2:]],
        "Line 2, row 4: rows 2 to 3 are missing before it.": [lines[0], *lines[3:]],
        "Line 3, row 2: it stands after row 3, where it does not belong.": [lines[0], lines[2], lines[1], *lines[3:]],
        "Line 3, after row 2: this is not a row of a journal.": [*lines[:2], lines[2][:-9], *lines[3:]],
        "Line 4, row 3: it stands after row 3": [*lines[:3], *lines[2:]],
    }
    assert bot(tmp_path, "journal", "verify", str(export)).code == 0
    for words, forged in forgeries.items():
        export.write_text("\n".join(forged))
        ran = offline("verify", str(export))
        assert ran.code == 1 and words in ran.out, ran.out
        assert ran.out.startswith("THE JOURNAL IS NOT WHOLE: ")


def test_a_journal_cut_off_at_its_end_is_found_with_the_head(
    offline: Callable[..., Ran], export: Path, rows: list[Link]
) -> None:
    export.write_text("".join(f"{line}\n" for line in export.read_text().splitlines()[:3]))
    without = offline("verify", str(export))
    assert without.code == 0 and "only a hash that left this machine can tell" in without.out
    ran = offline("verify", str(export), "--head", rows[-1].hash.upper())
    assert ran.code == 1 and "The head is not in it: rows after row 3 were cut off" in ran.out
    older = offline("verify", str(export), "--head", rows[1].hash)
    assert older.code == 0 and "The head is row 2" in older.out and "Rows after it: 1" in older.out


def test_mail_programs_may_change_line_ends_and_add_a_mark_and_an_empty_line(
    offline: Callable[..., Ran], export: Path
) -> None:
    export.write_bytes(b"\xef\xbb\xbf" + export.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert offline("verify", str(export)).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("verify", "HERE/nowhere.jsonl"), 2, "nowhere.jsonl: No such file or directory"),
        (("verify", "HERE"), 2, "Is a directory"),
        (("verify", "x", "--head", "812"), 2, "a head is 64 digits and letters a to f"),
        (("verify", "HERE/desk.db"), 1, ""),
        (("export",), 2, "file"),
        (("prove",), 2, "invalid choice"),
    ],
)
def test_what_cannot_be_done_is_said(
    offline: Callable[..., Ran], tmp_path: Path, rows: list[Link], arguments: tuple[str, ...], code: int, words: str
) -> None:
    ran = offline(*(argument.replace("HERE", str(tmp_path)) for argument in arguments))
    assert ran.code == code and words in ran.err, ran.err
    assert "Traceback" not in ran.err


def test_an_empty_file_is_no_proof_with_a_head(offline: Callable[..., Ran], tmp_path: Path, rows: list[Link]) -> None:
    (tmp_path / "empty").touch()
    assert offline("verify", str(tmp_path / "empty")).code == 0
    assert offline("verify", str(tmp_path / "empty"), "--head", rows[0].hash).code == 1


def test_the_live_database_is_verified_too(tmp_path: Path, rows: list[Link]) -> None:
    ran = bot(tmp_path, "journal", "verify", "--head", rows[2].hash, **desk(tmp_path))
    assert ran.code == 0 and "The journal is whole." in ran.out and "Rows after it: 2" in ran.out, ran.err
    with sqlite3.connect(tmp_path / "desk.db") as other:
        other.execute("DROP TRIGGER journal_is_never_changed")
        other.execute("UPDATE journal SET outcome = 'refused' WHERE id = 4")
    ran = bot(tmp_path, "journal", "verify", **desk(tmp_path))
    assert ran.code == 1 and "Line 4, row 4: it is not what was written" in ran.out, ran.out + ran.err


def test_the_lines_end_with_the_head_and_the_spreadsheet_does_not(tmp_path: Path, rows: list[Link]) -> None:
    head = f"Head: 5 rows, last row 5, hash {rows[-1].hash}"
    lines = bot(tmp_path, "journal", **desk(tmp_path))
    assert lines.code == 0 and lines.out.splitlines()[-1] == head
    sheet = bot(tmp_path, "journal", "--csv", **desk(tmp_path))
    assert sheet.code == 0 and "Head:" not in sheet.out and head in sheet.err
    assert sheet.out.startswith("id,at,actor") and "'=1+1" in sheet.out


def test_an_export_of_an_older_desk_says_since_when_it_is_a_chain(tmp_path: Path) -> None:
    asyncio.run(older_desk(tmp_path / "desk.db", tmp_path / "steps", 3))
    assert bot(tmp_path, "journal", "export", "out.jsonl", **desk(tmp_path)).code == 0
    ran = bot(tmp_path, "journal", "verify", "out.jsonl")
    assert ran.code == 0 and "Rows up to 3 are older than the chain: chained at 20" in ran.out
    assert "That they were not changed before then, nothing proves." in ran.out


@pytest.mark.parametrize("wrong", Wrong)
def test_every_finding_has_words_with_its_row(wrong: Wrong) -> None:
    verdict = Verdict(Head(9, 9, GENESIS), (Finding(wrong, 7, 5, 2),), 1, None, 0, None)
    lines = verdict_lines(verdict, asked_head=True).split("\n")
    assert lines[0] == "THE JOURNAL IS NOT WHOLE: 1 place." and lines[-1].startswith("Head: 9 rows")
    assert len(lines) == 3 and ("2" if wrong is Wrong.UNREADABLE else "5") in lines[1]


def test_more_findings_than_are_kept_are_counted() -> None:
    findings = tuple(Finding(Wrong.CHANGED, row, row, row - 1) for row in range(1, KEPT_FINDINGS + 1))
    verdict = Verdict(Head(200, 200, GENESIS), findings, KEPT_FINDINGS + 7, None, 0, None)
    assert "… and 7 more." in verdict_lines(verdict, asked_head=False)
