"""S6 of the buyer chat: words, names, numbers, files and signed links stand only where they must, and not longer."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from PIL import Image, PngImagePlugin

from bot.clients.workshop import ENVIRONMENT, Workshop
from bot.clock import Clock
from bot.domain.policy import Policy
from bot.flows import housekeeping
from bot.flows.desk import Desk
from storage.store import Store
from tests.security import test_canaries
from tests.security.test_canaries import KEY, SECRET, TOKEN, Log, box
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import OPERATOR, OWNER, Sandbox, until

__all__ = ["box"]
log = test_canaries.log

NAME, NICK = "名雀", "nickcanary"
THEIRS, OURS, CAPTION, RAW, DEVICE = "buyercanary", "staffcanary", "captioncanary", "rawcanary", "devicecanary"
PHONE, SIGNATURE, FILE_NAME = "13977731939", "sigcanary", "filecanary"
PEOPLE = (NAME, NICK, THEIRS, OURS, CAPTION, RAW, PHONE, SIGNATURE, FILE_NAME, DEVICE)
ESCAPED = json.dumps(NAME)[1:-1]
SECRETS = (TOKEN, TOKEN.partition(":")[2], KEY, SECRET)
DAY_SECONDS = 86_400
ONLY_IN = {"chat_messages", "sayings", "files", "orders", "seals"}
"""where words and names may stand, each with its own time to be forgotten"""


def found(content: bytes, what: Iterable[str] = (*PEOPLE, *SECRETS, ESCAPED)) -> list[str]:
    return [canary for canary in what if canary.encode() in content]


def in_folder(folder: Path, what: Iterable[str] = (*PEOPLE, *SECRETS, ESCAPED)) -> list[str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [f"{file.name}: {canary}" for file in files for canary in found(file.read_bytes(), what)]


def tables_with(database: Path) -> dict[str, list[str]]:
    """The tables that hold a canary, and which."""
    with closing(sqlite3.connect(database)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: repr(connection.execute(f"SELECT * FROM {name}").fetchall()).encode() for name in names}
    return {name: found(row) for name, row in rows.items() if found(row)}


def picture() -> bytes:
    out, told = io.BytesIO(), PngImagePlugin.PngInfo()
    told.add_text("Comment", DEVICE)
    Image.new("RGB", (64, 48), "red").save(out, "PNG", pnginfo=told)
    return out.getvalue()


async def reply(desk: RunningDesk, words: str) -> None:
    """Answer the buyer's newest words and send what was held for its phone number."""
    box = desk.box
    shown = await box.telegram.wait_for_message(OPERATOR, contains=THEIRS)
    number = await box.telegram.reply(OPERATOR, OPERATOR, shown, words)
    if PHONE in words:
        held = await box.telegram.wait_for_message(OPERATOR, button="Send anyway", after=number)
        await box.telegram.press(OPERATOR, OPERATOR, held, text="Send anyway")
    await desk.settle(0.5)


GATE_TROUBLE = ("label:ORDER_NOT_EXIST", "error_500", "html", "truncated", "reset")


async def a_day_of_talk(desk: RunningDesk) -> str:
    """Words, files and links both ways, with everything failing once; the order's id."""
    box = desk.box
    order = await box.gate.open_order(amount="1000.00", name=NAME, nick=NICK, paid=True)
    await box.gate.buyer_says(order, f"{THEIRS} call {PHONE}")
    await reply(desk, f"{OURS} one")
    await reply(desk, f"{OURS} call {PHONE}")
    origin = box.gate_url.partition("/api")[0]
    for url in (f"https://odd.example/{FILE_NAME}.png?sig={SIGNATURE}", f"{origin}/files/{FILE_NAME}?sig={SIGNATURE}",
                f"http://user:{SIGNATURE}@127.0.0.1:9/{FILE_NAME}", f"https://[{SIGNATURE}"):  # fmt: skip
        await box.gate.buyer_sends(order, url=url)
    await box.gate.buyer_sends(order, picture(), fault={"kind": "truncated", "to": "cut", "times": 1})
    for kind in GATE_TROUBLE:
        await box.gate.fault("send_chat_message", kind, times=1)
        await reply(desk, f"{OURS} {kind}")
        await box.gate.fault("get_chats_list", kind, times=2)
        await box.gate.buyer_says(order, f"{THEIRS} {kind}")
        await box.gate.fault("upload_chat_file", kind, times=1)
        shown = await box.telegram.wait_for_message(OPERATOR, contains=THEIRS)
        await box.telegram.send_photo(OPERATOR, OPERATOR, picture(), caption=CAPTION, reply_to=shown.id)
        await box.telegram.send_document(
            OPERATOR, OPERATOR, b"PK\x03\x04" + b"x" * 90, file_name=f"{FILE_NAME}.zip", reply_to=shown.id
        )
        await desk.settle(0.4)
    await box.gate.act(order, "raw_message", message={"msg_type": "x", "content": [RAW], "timestamp": RAW})
    await box.gate.act(order, "raw_message", message={"msg_obj": RAW, "uid": 7})
    for method in ("sendMessage", "sendPhoto", "setMessageReaction", "getFile"):
        for trouble in ("500", f"bad_request:can't parse entities in {THEIRS}"):
            await box.telegram.fault(method, trouble, times=1, seconds=0)
            await box.gate.buyer_says(order, f"{THEIRS} {method}")
            await reply(desk, f"{OURS} {method}")
    await box.telegram.write(OPERATOR, OPERATOR, f"/say {order[-4:]} {OURS} {PHONE}")
    await box.telegram.write(OPERATOR, DESK_GROUP, f"/say {order[-4:]} {OURS}")
    await desk.settle(1)
    await box.gate.clear_faults()
    await box.telegram.clear_faults()
    await box.gate.act(order, "cancel_elsewhere")
    return order


@asynccontextmanager
async def days_later(folder: Path, days: float) -> AsyncIterator[None]:
    """The housekeeping of a desk that starts so many days later; then it ends."""
    seconds = days * DAY_SECONDS
    for file in (folder / "desk.db.files").glob("*") if (folder / "desk.db.files").is_dir() else ():
        os.utime(file, (time.time() - seconds, time.time() - seconds))
    store = await Store.open(f"sqlite:///{folder / 'desk.db'}")
    try:
        clock = Clock(source=lambda: time.time() + seconds)
        policy = Policy(frozenset({OWNER}), (("USDT", "CNY"),), retention_days=90)
        await housekeeping.purge(Desk(store=store, gate=None, policy=policy, clock=clock, new_id=lambda: "x"))
    finally:
        await store.close()
    yield


async def test_a_day_of_talk_stands_only_in_its_tables_and_is_forgotten_after_its_time(
    box: Sandbox, tmp_path: Path, log: Log
) -> None:
    async with running_desk(box, tmp_path / "desk.db", speed=5) as desk:
        order = await a_day_of_talk(desk)

        async def is_over() -> bool | None:
            async with desk.application.store.read() as tables:
                stored = await tables.orders.get(order)
                if await tables.sayings.orders_open():
                    return None
            return (stored is not None and stored.order.is_final) or None

        await until(is_over, "the end of the order and of all that was said", 60)
        await desk.settle(0.5)
        inside = tables_with(tmp_path / "desk.db")
        folder = Path(desk.application.store.files.folder)
        assert os.listdir(folder)
    assert set(inside) <= ONLY_IN
    for table, words in {"chat_messages": THEIRS, "sayings": OURS, "files": SIGNATURE}.items():
        assert words in inside[table], "the test's own words must have come that far"
    assert "Traceback" not in log.text and "not fetched" in log.text and "DEBUG" in log.text
    assert found(log.text.encode()) == []
    assert in_folder(tmp_path, SECRETS) == []
    async with days_later(tmp_path, 89):
        assert {"chat_messages", "sayings", "files"} <= set(tables_with(tmp_path / "desk.db"))
        assert os.listdir(folder)
    async with days_later(tmp_path, 92):
        assert tables_with(tmp_path / "desk.db") == {}
        assert in_folder(tmp_path) == [] and os.listdir(folder) == []


async def test_a_worker_of_the_workshop_knows_nothing_of_its_surroundings() -> None:
    """Neither a variable of the desk nor an open file of it."""
    kept = {name: os.environ.get(name) for name in ("TELEGRAM_TOKEN", "GATE_API_SECRET")}
    os.environ.update({"TELEGRAM_TOKEN": TOKEN, "GATE_API_SECRET": SECRET})
    bench, opened = Workshop(), os.open(__file__, os.O_RDONLY)
    os.set_inheritable(opened, True)
    work = asyncio.ensure_future(bench.prepare(picture(), "a.png"))
    seen: set[int] = set()
    try:
        while not work.done():
            for child in _children():
                if (known := _known_to(child)) is not None:
                    seen.add(child)
                    assert _variables(known[0]) == set(ENVIRONMENT) and found(known[0]) == []
                    assert not any(name.endswith(".py") for name in known[1])
            await asyncio.sleep(0.005)
        assert DEVICE.encode() not in (await work)[0].content
    finally:
        await bench.aclose()
        os.close(opened)
        for name, was in kept.items():
            os.environ.pop(name) if was is None else os.environ.update({name: was})
    assert seen


def _known_to(child: int) -> tuple[bytes, list[str]] | None:
    """The environment and the open files of a worker; None for what is none (yet, or any more)."""
    at = Path(f"/proc/{child}")
    with suppress(OSError):
        environment, command = (at / "environ").read_bytes(), (at / "cmdline").read_bytes()
        files = [os.readlink(file) for file in (at / "fd").iterdir()]
        if b"bot.workshop" in command and environment:
            return environment + command, files
    return None


def _variables(environment: bytes) -> set[str]:
    return {line.partition(b"=")[0].decode() for line in environment.split(b"\0") if b"=" in line}


def _children() -> list[int]:
    task = Path(f"/proc/{os.getpid()}/task")
    return [int(child) for one in task.iterdir() for child in (one / "children").read_text().split()]
