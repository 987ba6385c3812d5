"""What goes on is told from the rows themselves: every kind appears with its row and goes with its end."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from storage.going import KINDS
from storage.store import Store

# kind, table, a row that waits, and what ends the waiting; `id` joins an ad's change with its intent
CASES: list[tuple[str, str, Mapping[str, object], str]] = [
    *(
        (kind, "intents", {"action": action, "state": state}, "state = 'refused'")
        for kind, action in (
            ("orders", "release"), ("orders", "mark_paid"), ("orders", "cancel"), ("conversions", "convert"),
            ("off_ramps", "otc"), ("deposits", "deposit"), ("ads", "ad"), ("new_ads", "publish_ad"),
        )
        for state in ("planned", "sent", "taken", "asked", "unknown")
    ),
    ("steps", "seals", {"used_at": None}, "used_at = 1"),
    ("approvals", "approvals", {"ended_at": None}, "ended_at = 1"),
    ("conversions", "conversions", {"fixed": "sell", "ended_at": None}, "ended_at = 1"),
    ("off_ramps", "off_ramps", {"side": "crypto", "ended_at": None}, "ended_at = 1"),
    ("banks", "bank_forms", {"ended_at": None}, "ended_at = 1"),
    ("deposits", "deposits", {"mode": "pays", "ended_at": None, "report": "", "url": ""}, "ended_at = 1"),
    (
        "deposits", "deposits",
        {"mode": "pays", "ended_at": 1, "report": "", "url": "https://x", "over_at": None}, "over_at = 1",
    ),
    ("callbacks", "callbacks", {"handled_at": None}, "handled_at = 1"),
    ("ads", "ad_changes", {"ended_at": None, "checked_at": None}, "ended_at = 1"),
    ("ads", "ad_moves", {"way": "off", "ended_at": None}, "ended_at = 1"),
    ("new_ads", "ad_forms", {"ended_at": None}, "ended_at = 1"),
    ("new_ads", "ad_sendings", {"next_look_at": 5}, "next_look_at = NULL"),
    ("rules", "reprice_rules", {"ended_at": None}, "ended_at = 1"),
    ("duty", "duty_bells", {"state": "waiting"}, "state = 'heard'"),
    ("duty", "handovers", {"state": "waiting"}, "state = 'refused'"),
    ("paid", "orders", {"phase": "paid", "is_final": 0}, "is_final = 1"),
    ("to_pay", "orders", {"phase": "unpaid", "is_final": 0, "facts": '{"side":"buy"}'}, "phase = 'paid', is_final = 1"),
    ("ringing", "outbox", {"ring": 1, "chat_id": 5, "state": "sending"}, "state = 'sent'"),
    ("sayings", "sayings", {"state": "planned"}, "state = 'delivered'"),
    ("words_of_the_gone", "sayings", {"state": "held", "person_id": 9}, "state = 'dropped'"),
    ("files", "files", {"state": "wanted"}, "state = 'failed'"),
    ("erasures", "erasures", {"tries": 0}, "tries = 100"),
    ("forced", "pins", {"quiet_at": 5, "locked_at": None}, "quiet_at = NULL"),
    ("forced", "pins", {"quiet_at": None, "locked_at": 5}, "locked_at = NULL"),
]  # fmt: skip


def put(database: Path, table: str, given: Mapping[str, object]) -> None:
    """A row with these values; every other column gets something that it takes."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        row = {name: given.get(name, 1 if kind == "INTEGER" else "1") for _, name, kind, *_ in columns} | dict(given)
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        for name in set(row) - set(given):
            if f"{name} IN (" in sql:
                row[name] = sql.partition(f"{name} IN (")[2].partition(",")[0].strip(" '\n")
        names = ", ".join(row)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


async def going(url: str) -> frozenset[str]:
    store = await Store.open(url)
    try:
        async with store.read() as tables:
            return await tables.going.kinds()
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("kind", "table", "row", "end"),
    CASES,
    ids=[f"{kind} {table} {list(row.values())}" for kind, table, row, _ in CASES],
)
async def test_a_row_that_waits_is_going_on_until_it_has_ended(
    tmp_path: Path, kind: str, table: str, row: Mapping[str, object], end: str
) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    assert await going(url) == frozenset()
    put(database, table, row)
    assert await going(url) == {kind}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"UPDATE {table} SET {end}")
    assert await going(url) == frozenset()


async def test_an_accepted_change_of_an_ad_is_going_on_until_it_was_looked_at_again(tmp_path: Path) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "ad_changes", {"id": "c", "ended_at": 1, "checked_at": None})
    assert await going(url) == frozenset()
    put(database, "intents", {"id": "c", "action": "ad", "state": "done"})
    assert await going(url) == {"ads"}


def test_every_kind_is_tried() -> None:
    assert {kind for kind, *_ in CASES} | {"snoozes", "payees"} == KINDS


async def test_what_somebody_put_off_is_going_on_until_it_is_taken_up(tmp_path: Path) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "snoozes", {})
    assert await going(url) == {"snoozes"}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM snoozes")
    assert await going(url) == frozenset()


async def test_an_account_under_review_is_going_on(tmp_path: Path) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "bank_watches", {})
    assert await going(url) == {"banks"}


@pytest.mark.parametrize(("is_lost", "outcome", "kinds"), [(1, "", {"banks"}), (0, "", set()), (1, "deleted", set())])
async def test_a_deletion_without_an_answer_is_going_on(
    tmp_path: Path, is_lost: int, outcome: str, kinds: set[str]
) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "bank_deletions", {"is_lost": is_lost, "outcome": outcome})
    assert await going(url) == kinds


async def test_a_purchase_that_somebody_must_be_reminded_of_is_going_on(tmp_path: Path) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "pay_reminders", {})
    assert await going(url) == {"paid"}


async def test_what_somebody_who_left_wanted_to_say_is_going_on(tmp_path: Path) -> None:
    database, url = tmp_path / "desk.db", f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(database, "staff", {"id": 9})
    put(database, "album_pieces", {"person_id": 9})
    put(database, "sayings", {"state": "held", "person_id": 9})
    assert await going(url) == frozenset()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM staff")
        connection.execute("DELETE FROM sayings")
    assert await going(url) == {"words_of_the_gone"}


async def test_an_account_that_stands_with_somebody_of_the_staff_is_going_on(tmp_path: Path) -> None:
    """And with nobody else: who has left is told nothing more."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    await going(url)
    put(tmp_path / "desk.db", "messages", {"kind": "payee_qr", "person_id": 7})
    assert await going(url) == set()
    put(tmp_path / "desk.db", "staff", {"id": 7})
    assert await going(url) == {"payees"}
