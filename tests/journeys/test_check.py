"""`check` tells in words what is right and what is not, without moving anything."""

import asyncio
import os
import sys
from pathlib import Path

from bot.clients.workshop import picture_font
from tests.support.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]


async def run_check(box: Sandbox, database: Path, **changes: str) -> tuple[int, str]:
    """Exit code and words of `python -m bot check` against the sandbox."""
    settings = {
        "TELEGRAM_TOKEN": box.bot_token,
        "TELEGRAM_API_URL": box.telegram_url,
        "GATE_API_URL": box.gate_url,
        "GATE_API_KEY": box.gate_key,
        "GATE_API_SECRET": box.gate_secret,
        "DESK_OWNERS": "1001",
        "DESK_CHAT_ID": "-1001000000001",
        "DATABASE_URL": f"sqlite:///{database}",
    } | changes
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "check", cwd=ROOT, env=os.environ | settings, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_check_names_every_venue_and_what_must_be_mended(box: Sandbox, tmp_path: Path) -> None:
    code, words = await run_check(box, tmp_path / "desk.db")
    for line in (
        "✔ Gate knows the key.",
        "✔ The bot is @c2c_desk_sandbox_bot.",
        "✔ The bot may manage topics.",
        "✔ Reactions are allowed.",
        "? Only one owner",
        "✔ Owner 1001 can be written to.",
        "✔ The database is whole.",
        "Font for Chinese words: " if picture_font() else "? No font with Chinese characters",
        "Not seen yet: Gate takes the order id under the name txid",
    ):
        assert line in words, words
    assert "✘ The group has 7 members, but only 1 staff" in words
    assert code == 1


async def test_a_wrong_secret_a_lost_right_and_an_unreachable_owner_are_said(box: Sandbox, tmp_path: Path) -> None:
    await box.telegram.act("member", 1001, -1001000000001, target="bot", status="administrator", rights={})
    code, words = await run_check(box, tmp_path / "desk.db", GATE_API_SECRET="wrong", DESK_OWNERS="1001,1999")
    assert code == 1
    assert "✘ Gate refuses the key (INVALID_SIGNATURE)" in words
    assert "✘ The bot may not manage topics" in words
    assert "✘ Owner 1999 never pressed Start" in words
    assert "wrong" not in words.replace("something wrong", "")
