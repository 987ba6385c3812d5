"""The documents of an appeal pack: what was said, which files, what the desk did, in words and for machines.

They follow the order in which Gate asks for evidence (`api/gate-c2c.md` §5). A file that cannot be had is named with
its reason; nothing is left out silently. Times are UTC.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.chat import Author, ChatMessage
from bot.domain.evidence_words import words_of
from bot.domain.journal import Entry
from bot.domain.sayings import Saying

ENDINGS = {
    "image/jpeg": "jpg", "image/jpg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
    "image/heic": "heic", "video/mp4": "mp4", "application/pdf": "pdf",
}  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class PackFile:
    """A file of the chat. `name` is its place in the pack, `why` (a key of the words) says that it is not there.

    `sha256` and `size` (bytes) are known of every file that was ever kept. `at` is Unix seconds.
    """

    at: int
    author: Author
    content_type: str
    sha256: str
    size: int
    name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the chat. `said_by` is the name of our own who wrote it through the desk; `seen_at` in ms."""

    message: ChatMessage
    author: Author
    seen_at: int
    said_by: str = ""
    files: tuple[PackFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything of one order. `read_at` is when the chat was last read (ms), `order` the JSON-ready transaction."""

    order_id: str
    order: dict[str, Any]
    said: tuple[Said, ...]
    sayings: tuple[Saying, ...]
    journal: tuple[Entry, ...]
    names: dict[int, str]
    read_at: int | None = None
    is_complete: bool = False

    @property
    def files(self) -> tuple[PackFile, ...]:
        return tuple(file for said in self.said for file in said.files)


def named(case: Case) -> Case:
    """The same with a place in the pack for every file: its number, moment and author, nothing a stranger chose."""
    said, number = [], 0
    for one in case.said:
        files = []
        for file in one.files:
            number += 1
            files.append(replace(file, name=_file_name(number, file)))
        said.append(replace(one, files=tuple(files)))
    return replace(case, said=tuple(said))


def _file_name(number: int, file: PackFile) -> str:
    moment = utc(file.at).replace("-", "").replace(":", "").replace(" ", "T")
    return f"3_files/{number:02d}_{moment}_{file.author.value}.{ENDINGS.get(file.content_type, 'bin')}"


def order_json(case: Case) -> str:
    return _json(case.order)


def conversation_text(case: Case, language: str) -> str:
    """One line a message, oldest first: moment, author, words; further lines of a message are indented."""
    words = words_of(language)
    lines = [words["conversation"].format(order=case.order_id), ""]
    for one in case.said:
        parts = [_visible(one.message.text)] if one.message.text else []
        if one.message.status:
            parts.append(f"[{words['status']}: {_visible(one.message.status)}]")
        if one.message.facts and not one.message.text:
            parts.append(f"[{one.message.kind.value}: {_visible(one.message.facts)}]")
        parts += [_file_line(file, words) for file in one.files]
        if one.message.is_flagged:
            parts.append(f"[{words['flagged']}: {_visible(one.message.warning)}]")
        text = "\n".join(parts) or f"[{one.message.kind.value}]"
        lines.append(f"{utc(one.message.at)}  {_author(one, words)}: " + text.replace("\n", "\n    "))
    return "\n".join(lines) + "\n"


def _author(one: Said, words: dict[str, str]) -> str:
    if one.author is Author.US:
        return words["us"].format(name=_visible(one.said_by)) if one.said_by else words["us_outside"]
    name = f" ({_visible(one.message.author_name)})" if one.message.author_name else ""
    return words[one.author.value] + (name if one.author is not Author.VENUE else "")


def _file_line(file: PackFile, words: dict[str, str]) -> str:
    if file.why:
        return f"[{words['no_file']}: {words[file.why]}]"
    return f"[{words['file']} {file.name}  sha256 {file.sha256}]"


def conversation_json(case: Case) -> str:
    """Every message with all that the venue told of it, and what staff said with its outcome."""
    return _json(
        {
            "order": case.order_id,
            "read_at": None if case.read_at is None else utc_ms(case.read_at),
            "is_complete": case.is_complete,
            "messages": [_message(one) for one in case.said],
            "sayings": [_saying(one, case.names) for one in case.sayings],
        }
    )


def _message(one: Said) -> dict[str, Any]:
    message = one.message
    return {
        "at": utc(message.at), "at_seconds": message.at, "seen_at": utc_ms(one.seen_at), "author": one.author.value,
        "author_id": message.author_id, "author_name": message.author_name, "said_by": one.said_by,
        "kind": message.kind.value, "text": message.text, "status": message.status, "facts": message.facts,
        "is_flagged": message.is_flagged, "warning": message.warning, "fingerprint": message.fingerprint,
        "files": [_file(file) for file in one.files],
    }  # fmt: skip


def _file(file: PackFile) -> dict[str, Any]:
    return {
        "name": "" if file.why else file.name, "content_type": file.content_type, "size": file.size,
        "sha256": file.sha256, "missing": file.why,
    }  # fmt: skip


def _saying(one: Saying, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": one.id, "by": names.get(one.person_id, str(one.person_id)), "kind": one.kind.value, "text": one.text,
        "state": one.state.value, "said_at": utc_ms(one.said_at),
        "sent_at": None if one.sent_at is None else utc_ms(one.sent_at), "sha256": one.content, "answer": one.answer,
        "is_flagged": one.is_flagged, "warning": one.warning,
    }  # fmt: skip


def hashes(files: Iterable[PackFile]) -> str:
    """What `sha256sum -c` reads, run beside the files."""
    return "".join(f"{file.sha256}  {file.name.rpartition('/')[2]}\n" for file in files if not file.why)


def journal_json(case: Case) -> str:
    return _json([_entry(entry, case.names) for entry in case.journal])


def _entry(entry: Entry, names: dict[int, str]) -> dict[str, Any]:
    actor = None if entry.actor is None else {"id": entry.actor, "name": names.get(entry.actor, "")}
    return {
        "id": entry.id, "at": utc_ms(entry.at), "actor": actor, "action": entry.action, "outcome": entry.outcome,
        "facts": dict(entry.facts),
    }  # fmt: skip


def journal_csv(case: Case) -> str:
    """Rows for a spreadsheet; what a spreadsheet would run is made harmless with a leading apostrophe."""
    rows = [("id", "at", "actor", "name", "action", "outcome", "facts")]
    for entry in case.journal:
        actor = "" if entry.actor is None else str(entry.actor)
        name = "" if entry.actor is None else case.names.get(entry.actor, "")
        facts = json.dumps(dict(entry.facts), ensure_ascii=False, sort_keys=True)
        rows.append((str(entry.id), utc_ms(entry.at), actor, name, entry.action, entry.outcome, facts))
    return "".join(",".join(_cell(cell) for cell in row) + "\r\n" for row in rows)


def _cell(cell: str) -> str:
    harmless = f"'{cell}" if cell.startswith(RISKY) else cell
    return '"' + harmless.replace('"', '""') + '"'


def readme(case: Case, language: str) -> str:
    """What is here, what is not, and what must be added by hand."""
    words = words_of(language)
    missing = [f"  {file.name}  {words[file.why]}  {file.sha256}".rstrip() for file in case.files if file.why]
    read = words["never_read"] if case.read_at is None else words["read_at"].format(at=utc_ms(case.read_at))
    parts = [
        words["title"].format(order=case.order_id),
        words["contents"],
        words["by_hand"],
        read if case.is_complete or case.read_at is None else f"{read}\n{words['incomplete']}",
        "\n".join([words["missing"], *missing]) if missing else words["all_files"],
        words["check"],
    ]
    return "\n\n".join(parts) + "\n"


def utc(seconds: int) -> str:
    """`2025-11-21 14:02:02Z`; what is no moment stays a number."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def utc_ms(at: int) -> str:
    """The same with milliseconds."""
    whole = utc(at // 1000)
    return f"{whole[:-1]}.{at % 1000:03d}Z" if whole.endswith("Z") else whole


def _visible(text: str) -> str:
    """Words of others as they are, but for characters that would hide or turn round what stands beside them."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char == "\n" or not _hides(char) else f"\\u{ord(char):04x}" for char in plain)


def _hides(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    return "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069" or char in "\u200e\u200f\u061c"


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def joined_actors(journal: Sequence[Entry], sayings: Sequence[Saying]) -> set[int]:
    """Everybody of ours who did or said something."""
    return {entry.actor for entry in journal if entry.actor is not None} | {one.person_id for one in sayings}
