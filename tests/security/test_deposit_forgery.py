"""R7 for payment links: whatever is posted to a webhook address, only a report that fits in every field is believed.

The documented signature covers key and time alone, so that most of these are truly signed: by a replay.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.domain.deposits import Phase
from bot.domain.intents import State
from bot.domain.situations import Reader
from bot.flows import callbacks
from bot.views.deposits import deposit_card
from bot.watchers.http import MOST_BYTES, HttpDoor
from tests.flows.bench import LEAD
from tests.flows.deposit_bench import Links, open_links
from tests.support.fake_mtpay import HOOKS, LOST, signed

STATUSES = ("InProgress", "Finished", "Failed", "Cancelled")
ODD: tuple[Any, ...] = (None, "", 0, 1, True, False, [], {}, ["x"], {"x": 1}, "?", "x" * 500, "\x00", "'; --")
"""what no field of ours ever is"""
OTHERWISE: dict[str, tuple[Any, ...]] = {
    "tradeType": (*ODD, "Withdraw", "deposit", "Deposit ", "DEPOSIT"),
    "merchantOrderNo": (*ODD, "D0001", "AT-D-1"),
    "requestCode": (*ODD, "0" * 32),
    "requestAmount": (
        *ODD, Decimal("5500.21"), Decimal("5500.2000001"), Decimal(-5500), Decimal(55002), "NaN", "Infinity", "1e999",
        "5500.20 ", "5,500.20", "5500.20 CNY", "0x157c", "９",
    ),
    "requestCurrency": (*ODD, "HKD", "MTC", "USDT", "cny", "CNY "),
    "requestStatus": (*ODD, "finished", "FINISHED", "Finished ", "Success", "Done", "Refunded", "InProgress,Finished"),
    "fiatCurrency": ("HKD", "cny", "MTC", 1, True, [], {}, "CNY "),
}  # fmt: skip
MINUTE_MS = 60_000
WORST = b'{"signature":"%s","timestamp":"%d","data":%s}'


@dataclass(frozen=True)
class Forged:
    """A body, the class it is of, and which answers it may get."""

    kind: str
    raw: bytes
    answers: tuple[int, ...] = (400, 401)


def parts_of(raw: bytes) -> tuple[str, str, dict[str, Any]]:
    message = json.loads(raw)
    return message["signature"], message["timestamp"], message["data"]


def unsigned(links: Links, of: int) -> Iterator[Forged]:
    """No signature, somebody else's, or one that is not of this moment."""
    raw = links.mtpay.report(of=of)
    signature, timestamp, data = parts_of(raw)
    for odd in (*ODD, signature[:-1], signature + "0", signature.replace(signature[0], "g"), "0" * 64, [signature]):
        yield Forged("unsigned", json.dumps({"signature": odd, "timestamp": timestamp, "data": data}).encode())
    for name in ("signature", "timestamp"):
        left = {key: value for key, value in json.loads(raw).items() if key != name}
        yield Forged("unsigned", json.dumps(left).encode())
    for at, char in enumerate(signature):
        turned = signature[:at] + ("1" if char == "0" else "0") + signature[at + 1 :]
        yield Forged("tampered", raw.replace(signature.encode(), turned.encode()))
    for secret in ("", "another", "canary-mtpay-secreT", "canary-mtpay-secret "):
        yield Forged("wrong key", signed(data, links.bench.now, secret))


def out_of_time(links: Links, of: int) -> Iterator[Forged]:
    """Truly signed, too long ago or of a time to come, or of no time at all."""
    for minutes in (5.1, 6, 60, 1440, 525_600, -5.1, -6, -60, -1440):
        for status in STATUSES:
            raw = links.mtpay.report(status, of=of, ago_ms=int(minutes * MINUTE_MS))
            yield Forged("old", raw, (200,)) if minutes > 0 else Forged("future", raw)
    signature, timestamp, data = parts_of(links.mtpay.report(of=of, ago_ms=10 * MINUTE_MS))
    for odd in (*ODD, links.bench.now, str(links.bench.now), timestamp + "0", f"{timestamp}.0", f"+{timestamp}", -1):
        yield Forged("moved time", json.dumps({"signature": signature, "timestamp": odd, "data": data}).encode())
    yield Forged("seconds", signed(data, links.bench.now // 1000), (200,))  # read as of 1970


def replayed(links: Links, of: int) -> Iterator[Forged]:
    """One true signature of now, every field of the body another, whatever it is to become."""
    is_lost = of == 0
    _, timestamp, data = parts_of(links.mtpay.report("InProgress", of=of))
    data["requestAmount"] = Decimal("5500.20")
    for name, values in OTHERWISE.items():
        for number, value in enumerate(values):
            status = STATUSES[number % len(STATUSES)]
            if name == "requestCode" and is_lost and value not in (None, ""):
                continue  # none was ever told, so that any is as good; one that is no text: see below
            changed = data | {"requestStatus": status} | {name: value}
            yield Forged("replayed", signed(changed, int(timestamp)), (200,))
        left = {key: value for key, value in data.items() if key != name}
        if name != "fiatCurrency":  # not every report has it
            yield Forged("replayed", signed(left, int(timestamp)), (200,))


def of_others(links: Links, of: int) -> Iterator[Forged]:
    """True reports of another order, and of a payout, at this order's address."""
    for status in STATUSES:
        yield Forged("other order", links.mtpay.report(status, of=2), (200,))
        yield Forged("payout", links.mtpay.report(status, of=of, tradeType="Withdraw"), (200,))


def unreadable(links: Links, of: int) -> Iterator[Forged]:
    """What is no report at all, though it may be signed."""
    raw = links.mtpay.report(of=of)
    signature, timestamp, data = parts_of(raw)
    inner = json.dumps(data).encode()
    for words in (
        b"", b" ", b"null", b"true", b"[]", b"{}", b"1", b'"x"', b"<xml/>", b"a=b&c=d", b"\x1f\x8b\x08\x00",
        b"\xff" * 9, raw[:-1], raw[1:], raw[: len(raw) // 2], raw + b"x", raw + raw, b"[" * 30_000, b'{"a":' * 9_000,
        b"\xef\xbb\xbf" + raw, raw.decode().encode("utf-16"), raw.replace("张三丰".encode(), b"\xe5\xbc"),
        b"[" + raw + b"]", json.dumps(raw.decode()).encode(),
    ):  # fmt: skip
        yield Forged("not JSON", words)
    for nothing in (b"null", b"[]", b'"x"', b"1", json.dumps(json.dumps(data)).encode(), b"[" + inner + b"]"):
        yield Forged("no data", WORST % (signature.encode(), int(timestamp), nothing))
    for name in data:
        twice = b'{"%s":"x",%s' % (name.encode(), inner[1:])
        yield Forged("twice", WORST % (signature.encode(), int(timestamp), twice))
    for first in (b'"signature":"x"', b'"timestamp":1', b'"data":{}'):
        yield Forged("twice", b"{" + first + b"," + raw[1:])
    for size in (MOST_BYTES, 2 * 1024 * 1024):
        huge = signed(data | {"message": "x" * size}, int(timestamp))
        yield Forged("huge", huge, (413,))


CLASSES = (unsigned, out_of_time, replayed, of_others, unreadable)


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as made:
        yield made


@pytest.fixture
async def door(links: Links) -> AsyncIterator[httpx.AsyncClient]:
    """The desk's own door, over a real socket."""
    made = HttpDoor(links.desk, "127.0.0.1", 0)
    await made.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{made.port}", timeout=20, trust_env=False) as client:
        yield client
    await made.stop()


async def post(door: httpx.AsyncClient, links: Links, of: int, raw: bytes) -> httpx.Response:
    """To that order's address; and whatever came of it is handled."""
    answer = await door.post(HOOKS + links.mtpay.asked[of].token, content=raw)
    await callbacks.round_(links.desk)
    return answer


async def seen(links: Links) -> dict[str, Any]:
    """All that a forger might move: ledger, links, cards, requests to MTPay. Not the record of what was tried."""
    reader = Reader("en", "Asia/Shanghai", links.desk.people[LEAD])
    cards = {row["id"]: deposit_card(await links.standing(row["id"]), reader).digest for row in links.rows()}
    tables = {name: links.rows(name) for name in ("deposits", "intents", "seals", "messages")}
    tried = ("deposit_mismatch", "deposit_too_old", "mismatch", "too_old")
    news = [row["notice"] for row in links.rows("outbox") if row["notice"] not in tried]
    told = [row["outcome"] for row in links.rows("journal") if row["outcome"] not in tried]
    return tables | {"cards": cards, "news": news, "told": told, "asked": len(links.mtpay.asked)}


@pytest.mark.parametrize("is_lost", [False, True], ids=["a link that waits", "an order without an answer"])
async def test_nothing_forged_changes_a_deposit_and_the_true_report_still_counts(
    links: Links, door: httpx.AsyncClient, *, is_lost: bool
) -> None:
    tried = 0
    lost, waiting = await links.fail(LOST), await links.act()
    await links.act("700 HKD 李四")
    of, deposit = (0, lost) if is_lost else (1, waiting)
    before = await seen(links)
    for forge in CLASSES:
        for forged in forge(links, of):
            answer = await post(door, links, of, forged.raw)
            assert answer.status_code in forged.answers, f"{forged}: {answer.status_code} {answer.text}"
            tried += 1
        assert await seen(links) == before, forge.__name__
    assert await links.state(deposit) is (State.UNKNOWN if is_lost else State.DONE)
    assert await links.notices("deposit_mismatch")
    assert len(await links.notices("deposit_too_old", LEAD)) == len(STATUSES), "once for each word, however often"
    for status, phase in (("InProgress", Phase.IN_PROGRESS), ("Finished", Phase.FINISHED)):
        assert (await post(door, links, of, links.mtpay.report(status, of=of))).json() == {"success": True}
        assert await links.phase(deposit) is phase
    print(f"\nforged reports: {tried} bodies of {len(CLASSES)} classes, 0 state changes; the true ones still count")
    assert tried >= 300


@pytest.mark.parametrize("code", [True, False, [], {}, ["x"], {"x": 1}, "\x00", "x" * 500])
async def test_a_request_code_that_none_can_be_is_learnt_from_no_report(
    links: Links, door: httpx.AsyncClient, code: Any
) -> None:
    """Of an order without an answer: what is learnt here is what every later report must have."""
    deposit, before = await links.fail(LOST), await seen(links)
    await post(door, links, 0, links.mtpay.report("Finished", of=0, requestCode=code))
    assert await seen(links) == before
    await post(door, links, 0, links.mtpay.report("Finished", of=0))
    assert await links.phase(deposit) is Phase.FINISHED


@pytest.mark.parametrize("first", STATUSES)
async def test_nothing_goes_backwards_and_no_amount_is_rewritten(
    links: Links, door: httpx.AsyncClient, first: str
) -> None:
    deposit = await links.act()
    await post(door, links, 0, links.mtpay.report(first))
    before = await seen(links)
    is_open = first == "InProgress"
    for status in ("InProgress",) if is_open else STATUSES:
        for amounts in ({}, {"paymentAmount": 1}, {"receivedAmount": 999_999}, {"transactionFee": 0}):
            await post(door, links, 0, links.mtpay.report(status, **amounts))
    assert await seen(links) == before
    if is_open:
        await post(door, links, 0, links.mtpay.report("Finished"))
        assert await links.phase(deposit) is Phase.FINISHED


async def test_an_address_that_nobody_was_given_is_not_found_whatever_is_posted(
    links: Links, door: httpx.AsyncClient
) -> None:
    await links.act()
    token, raw, before = links.mtpay.asked[0].token, links.mtpay.report(), await seen(links)
    (row,) = links.rows()
    others = (
        token[:-1], token + "x", token.swapcase(), token[::-1], row["hook_hash"], row["id"], row["order_no"], "%00",
        "..%2f" + token, "x" * 4000, "' OR '1'='1", "张三丰", f"{token}%20", f"%20{token}", "-", "*",
    )  # fmt: skip
    for other in others:
        answer = await door.post(HOOKS + other, content=raw)
        assert answer.status_code == 404, other
    for path in (HOOKS, HOOKS.rstrip("/"), f"{HOOKS}{token}/more", "/callbacks", "/"):
        assert (await door.post(path, content=raw)).status_code in (404, 307), path
    assert (await door.get(HOOKS + token)).status_code == 405
    await callbacks.round_(links.desk)
    assert await seen(links) == before
    assert links.rows("callbacks") == []


async def test_a_replay_with_every_field_as_ours_is_told_as_reported_and_moves_nothing_else(
    links: Links, door: httpx.AsyncClient
) -> None:
    """No reader of the documented signature can tell it from MTPay's own: it may only ever be a hint."""
    deposit, _ = await links.act(), await links.act("700 HKD 李四")
    _, timestamp, data = parts_of(links.mtpay.report("InProgress", of=0))
    data["requestAmount"] = Decimal("5500.20")
    before, other = await seen(links), links.rows()[1]
    answer = await post(door, links, 0, signed(data | {"requestStatus": "Finished"}, int(timestamp)))
    assert answer.json() == {"success": True}
    after = await seen(links)
    assert await links.phase(deposit) is Phase.FINISHED
    assert {name for name, value in after.items() if value != before[name]} == {"deposits", "cards", "news", "told"}
    assert set(after["news"]) - set(before["news"]) == {"deposit_reported"}
    assert links.rows()[1] == other
    moved = {name for name, value in links.rows()[0].items() if value != before["deposits"][0][name]}
    reported = {"report", "reported_at", "payment_amount", "transaction_amount", "unit_price", "received", "fee"}
    assert moved == reported | {"method"}
    card = deposit_card(await links.standing(deposit), Reader("en", "Asia/Shanghai", links.desk.people[LEAD])).plain
    assert "reported by MTPay" in card


async def test_forged_reports_beside_true_ones_all_at_once_have_no_effect(
    links: Links, door: httpx.AsyncClient
) -> None:
    deposit = await links.act()
    await links.act("700 HKD 李四")
    await links.act("701 HKD 李四")
    forged = [one.raw for one in (*replayed(links, 0), *unsigned(links, 0))]
    true = [links.mtpay.report(status, of=0) for status in ("InProgress", "Finished")]
    mixed = [raw for at, raw in enumerate(forged) for raw in ((raw, true[at % 2]) if at % 9 == 0 else (raw,))]
    limit = asyncio.Semaphore(20)

    async def send(raw: bytes) -> None:
        async with limit:
            await door.post(HOOKS + links.mtpay.asked[0].token, content=raw)

    await asyncio.gather(*(send(raw) for raw in mixed))
    while await links.waiting():
        await callbacks.round_(links.desk)
    assert await links.phase(deposit) is Phase.FINISHED
    assert (await links.outcomes()).count("reported_Finished") == 1
    assert (await links.stored(deposit)).received == Decimal("146.21")
