"""What keeps the desk from starting, each in one line that names it; and what leaves it in logs and tables."""

import csv
import hashlib
import hmac
import io
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command_line import as_csv, defused
from bot.demo import demo_settings, free_port
from bot.domain.deposits import Proof
from bot.domain.journal import Entry
from bot.logs import Redacting, start_log
from bot.settings import SettingsError, build, load
from bot.venues import judge_of_reports

CHECKOUT = Path(__file__).resolve().parents[2]
TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
GOOD = {"TELEGRAM_TOKEN": TOKEN, "DESK_OWNERS": "1,2"}

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN"),
    "no owner": ({"DESK_OWNERS": ""}, "DESK_OWNERS"),
    "blank owner": ({"DESK_OWNERS": "   "}, "DESK_OWNERS"),
    "only commas": ({"DESK_OWNERS": ",,"}, "DESK_OWNERS"),
    "owner by name": ({"DESK_OWNERS": "@somebody"}, "DESK_OWNERS"),
    "half a key": ({"GATE_API_KEY": "k"}, "GATE_API_SECRET"),
    "other half": ({"GATE_API_SECRET": "s"}, "GATE_API_KEY"),
    "half of Gate Pay": ({"GATEPAY_CLIENT_ID": "c"}, "GATEPAY_SECRET"),
    "a third of MTPay": ({"MTPAY_API_URL": "https://example.org"}, "MTPAY_ACCESS_KEY"),
    "unknown": ({"DESK_OWNER": "1"}, "DESK_OWNER "),
    "unknown of Gate": ({"GATE_SECRET": "1"}, "GATE_SECRET"),
    "market": ({"DESK_MARKETS": "USDTCNY"}, "DESK_MARKETS"),
    "no market": ({"DESK_MARKETS": ","}, "DESK_MARKETS"),
    "zone": ({"DESK_TIMEZONE": "Mars"}, "DESK_TIMEZONE"),
    "language": ({"DESK_LANGUAGE": "fr"}, "DESK_LANGUAGE"),
    "topics": ({"DESK_TOPICS": "sometimes"}, "DESK_TOPICS"),
    "hours of a topic": ({"TOPIC_KEEP_HOURS": "-1"}, "TOPIC_KEEP_HOURS"),
    "too many hours": ({"TOPIC_KEEP_HOURS": "721"}, "TOPIC_KEEP_HOURS"),
    "hours in words": ({"TOPIC_KEEP_HOURS": "a day"}, "TOPIC_KEEP_HOURS"),
    "chat": ({"DESK_CHAT_ID": "desk"}, "DESK_CHAT_ID"),
    "poll": ({"POLL_SECONDS": "0"}, "POLL_SECONDS"),
    "approval": ({"APPROVAL_SECONDS": "9999"}, "APPROVAL_SECONDS"),
    "days": ({"DESK_RETENTION_DAYS": "0"}, "DESK_RETENTION_DAYS"),
    "address": ({"GATE_API_URL": "gate"}, "GATE_API_URL"),
    "webhook": ({"TELEGRAM_WEBHOOK": "true"}, "TELEGRAM_WEBHOOK"),
    "port": ({"HTTP_PORT": "70000"}, "HTTP_PORT"),
    "what a webhook covers": ({"MTPAY_WEBHOOK_COVERS_BODY": "perhaps"}, "MTPAY_WEBHOOK_COVERS_BODY"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_is_refused_in_one_line_that_names_it(case: str) -> None:
    changes, name = WRONG[case]
    with pytest.raises(SettingsError) as no:
        build(GOOD | changes)
    words = str(no.value)
    assert name.strip() in words and "\n" not in words and TOKEN not in words


def test_good_settings_become_the_desks_rules() -> None:
    settings = build(GOOD | {"DESK_MARKETS": "USDT/CNY, BTC/USD", "GATE_API_KEY": "k", "GATE_API_SECRET": "hidden="})
    policy = settings.policy()
    assert policy.owners == {1, 2} and policy.markets == (("USDT", "CNY"), ("BTC", "USD"))
    assert settings.gate_is_on and settings.gate_api_secret is not None
    assert settings.gate_api_secret.get_secret_value() == "hidden="
    assert TOKEN not in repr(settings) and "hidden" not in repr(settings)
    assert not build(GOOD).gate_is_on


MTPAY = {"MTPAY_API_URL": "https://api.m.example/x", "MTPAY_ACCESS_KEY": "key", "MTPAY_SECRET_KEY": "hidden="}


@pytest.mark.parametrize(("given", "covers"), [("", False), ("false", False), ("true", True), ("1", True)])
def test_what_a_webhook_covers_is_one_named_switch_that_is_off(given: str, covers: bool) -> None:
    settings = build(GOOD | MTPAY | {"MTPAY_WEBHOOK_COVERS_BODY": given, "PUBLIC_URL": "https://desk.example"})
    assert settings.mtpay_webhook_covers_body is covers and "hidden" not in repr(settings)
    assert settings.policy().checkout_hosts == ("m.example", "desk.example")


@pytest.mark.parametrize("covers", ["", "true"])
def test_the_switch_decides_which_signature_counts(covers: str) -> None:
    judge = judge_of_reports(build(GOOD | MTPAY | {"MTPAY_WEBHOOK_COVERS_BODY": covers}))
    stamp = str(time.time_ns() // 1_000_000)
    documented, guessed = (_report(stamp, text) for text in (f"key_{stamp}", f"key_{stamp}_{{}}"))
    proven = [Proof.NONE, Proof.FRESH] if covers else [Proof.FRESH, Proof.NONE]
    assert [judge(documented), judge(guessed)] == proven
    assert judge_of_reports(build(GOOD))(documented) is Proof.NONE
    late = str(int(stamp) - 301_000)
    old = [judge(_report(late, f"key_{late}")), judge(_report(late, f"key_{late}_{{}}"))]
    assert old == [Proof.OLD if one is Proof.FRESH else one for one in proven]


def _report(stamp: str, text: str) -> bytes:
    signature = hmac.new(b"hidden=", text.encode(), hashlib.sha256).hexdigest().upper()
    return f'{{"signature":"{signature}","timestamp":"{stamp}","data":{{}}}}'.encode()


def test_the_demo_may_have_mtpay_and_an_address_it_can_be_called_at(tmp_path: Path) -> None:
    addresses = dict.fromkeys(
        ("bot_token", "gate_key", "gate_secret", "pay_client_id", "pay_secret", "mtpay_access_key", "mtpay_secret"), "x"
    )
    addresses |= {name: "http://127.0.0.1:9" for name in ("telegram_url", "gate_url", "pay_url", "mtpay_url")}
    port = free_port()
    settings = demo_settings(addresses, tmp_path / "desk.db", "en", port)
    assert 0 < port < 65536 and settings.http_port == port and settings.public_url == f"http://127.0.0.1:{port}"
    assert settings.mtpay_api_url == "http://127.0.0.1:9" and not settings.mtpay_webhook_covers_body
    del addresses["mtpay_url"]
    without = demo_settings(addresses, tmp_path / "desk.db", "en")
    assert without.mtpay_api_url is None and without.public_url is None and without.http_port == 0


def env(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_file_is_read_verbatim_and_the_environment_wins(tmp_path: Path) -> None:
    text = f"# comment\n\nTELEGRAM_TOKEN='{TOKEN}'\nDESK_OWNERS = 5\nGATE_API_KEY=k\nGATE_API_SECRET=abc==\n"
    settings = load(env(tmp_path, text), {"DESK_OWNERS": "6", "HOME": "/nowhere", "GATE_API_KEY": "other"})
    assert settings.desk_owners == (6,) and settings.gate_api_key == "other"
    assert settings.gate_api_secret is not None and settings.gate_api_secret.get_secret_value() == "abc=="
    assert settings.telegram_token.get_secret_value() == TOKEN


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SettingsError, match="chmod 600"):
        load(env(tmp_path, "DESK_OWNERS=1\n", mode), {})


def test_a_line_that_is_none_is_named_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        load(env(tmp_path, "DESK_OWNERS=1\nnonsense\n"), {})


RUNS = {
    "no owner": f"TELEGRAM_TOKEN={TOKEN}\n",
    "half a venue": f"TELEGRAM_TOKEN={TOKEN}\nDESK_OWNERS=1\nGATE_API_KEY=k\n",
    "unknown": f"TELEGRAM_TOKEN={TOKEN}\nDESK_OWNERS=1\nDESK_COLOUR=red\n",
}
NAMED = {"no owner": "DESK_OWNERS", "half a venue": "GATE_API_SECRET", "unknown": "DESK_COLOUR", "open": "chmod 600"}


@pytest.mark.parametrize("case", [*RUNS, "open"])
def test_run_ends_with_code_two_and_one_line(tmp_path: Path, case: str) -> None:
    env(tmp_path, RUNS.get(case, RUNS["no owner"]), 0o644 if case == "open" else 0o600)
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("DESK_", "GATE_", "TELEGRAM_"))
    }
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=environment | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2 and ended.stdout == ""
    assert NAMED[case] in ended.stderr and len(ended.stderr.strip().split("\n")) == 1
    assert TOKEN not in ended.stderr


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(cell: str) -> None:
    assert defused(cell) == "'" + cell


@given(st.text())
def test_no_cell_of_the_export_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    assert not defused(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert defused(text).removeprefix("'").endswith(text.removeprefix("'"))


def test_the_journals_table_keeps_every_value_in_its_cell() -> None:
    entry = Entry(1, 1_763_733_722_000, None, "=HYPERLINK", "-100123", {"words": '"a",b\nc', "name": "张"}, "@done")
    rows = list(csv.reader(io.StringIO(as_csv([entry, Entry(2, 0, 7, "freeze", "desk", {}, "done")]))))
    assert rows[0] == ["id", "at", "actor", "action", "target", "outcome", "facts"]
    assert rows[1][:6] == ["1", "2025-11-21 14:02:02.000Z", "", "'=HYPERLINK", "'-100123", "'@done"]
    assert "张" in rows[1][6] and rows[2][2] == "7" and len(rows) == 3


def logged(secrets: list[str], message: str, *arguments: object, error: Exception | None = None) -> str:
    info = (type(error), error, None) if error is not None else None
    record = logging.LogRecord("x", logging.INFO, "x", 1, message, arguments, info)
    return Redacting(secrets).format(record)


def test_secrets_are_cut_from_words_arguments_and_errors() -> None:
    secret = "s3cret-value"
    for text in (
        logged([secret], f"a {secret} b"),
        logged([secret], "a %s b", secret),
        logged([secret], "a", error=ValueError(f"sent {secret}")),
        logged([secret, secret + "-longer"], f"{secret}-longer"),
    ):
        assert secret not in text and "[secret]" in text


def test_a_token_in_an_address_is_cut_even_when_nobody_named_it() -> None:
    assert TOKEN not in logged([], f"POST https://example.org/bot{TOKEN}/getUpdates")
    assert "12:30:45" in logged([], "at 12:30:45"), "times are no secrets"
    assert "abc" in logged(["a", ""], "abc"), "a secret of a letter would cut everything"


def test_the_log_is_one_handler_and_talkative_libraries_are_quiet() -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        start_log(["hidden-value"], "DEBUG")
        assert len(root.handlers) == 1 and isinstance(root.handlers[0].formatter, Redacting)
        assert logging.getLogger("httpx").level == logging.WARNING
    finally:
        root.handlers[:] = before
        root.setLevel(level)
