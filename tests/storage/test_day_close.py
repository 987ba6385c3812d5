"""What the day's ledger is read from: its borders, odd names, deals of every kind, and that old rows cost nothing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.day import Account, Counts, DealKind, Ledger, Outcome, Span, Tally
from bot.domain.day_close import CreditLine, DayClose, DayForm
from bot.domain.money import Money
from bot.domain.orders import Order, Payee, Side
from bot.domain.situations import LockReason
from storage import day_close, order_facts
from storage.day_facts import PARTS
from storage.doubts import Unlock
from storage.exact import read_facts
from storage.store import Store
from tests.storage.examples import ORDER

SPAN = Span("2026-11-21", 1_000_000_000, 1_086_400_000)
CNY = Account("bank", "ICBC", "6222··8821")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
    yield opened
    await opened.close()


def sale(number: int, **changes: object) -> Order:
    of = replace(ORDER, id=f"6100{number:04d}", status="finished", payees=(Payee("bank", "ICBC", "", "6222··8821"),))
    return replace(of, **changes)  # type: ignore[arg-type]


async def put(store: Store, order: Order, at: int) -> None:
    async with store.write() as tables:
        await tables.orders.put(order, at)


async def run(store: Store, sql: str, **values: str | int | None) -> list[object]:
    async with store.write() as tables:
        return list(await tables.days._session.rows(sql, **values))


async def intent(store: Store, number: int, action: str, state: str, *, settled: int | None, target: str = "") -> None:
    await run(
        store,
        "INSERT INTO intents (id, action, target, state, actor, actor_role, seal_id, amount, asset, arguments,"
        " planned_at, settled_at, looks, answer) VALUES"
        " (:id, :action, :target, :state, 3, 'lead', 's', '1000', 'USDT', '{}', :planned, :settled, 0, '')",
        id=f"i{number}", action=action, target=target or f"t{number}", state=state, planned=SPAN.begins_at - 5,
        settled=settled,
    )  # fmt: skip


async def ledger(store: Store) -> Ledger:
    async with store.read() as tables:
        return await tables.days.ledger(SPAN, SPAN.ends_at)


@pytest.mark.parametrize(
    ("at", "is_of_the_day"),
    [(SPAN.begins_at - 1, False), (SPAN.begins_at, True), (SPAN.ends_at - 1, True), (SPAN.ends_at, False)],
)
async def test_an_order_is_of_the_day_from_its_first_millisecond_to_before_the_next(
    store: Store, at: int, is_of_the_day: bool
) -> None:
    await put(store, sale(1), at)
    assert [order.id for order in (await ledger(store)).ended] == ["61000001"] * is_of_the_day


async def test_more_orders_than_a_page_that_ended_in_one_moment_are_all_there_once(store: Store) -> None:
    count = day_close.PAGE + 7
    async with store.write() as tables:
        for number in range(count):
            await tables.orders.put(sale(number), SPAN.begins_at)
    found = [order.id for order in (await ledger(store)).ended]
    assert len(found) == len(set(found)) == count


async def test_amounts_accounts_and_odd_names_come_as_they_were(store: Store) -> None:
    amount = Decimal("123456789012345.123456789012345678")
    for number, name in enumerate(("张三丰", "a\x00b", "\ud800 half", '"quoted"\\', "")):
        await put(store, sale(number, amount=amount, counterparty_name=name), SPAN.begins_at + number)
    ended = (await ledger(store)).ended
    assert [order.counterparty for order in ended] == ["张三丰", "a\x00b", "\ud800 half", '"quoted"\\', ""]
    assert {order.amount for order in ended} == {amount} and {order.account for order in ended} == {CNY}


async def test_an_open_order_belongs_to_every_day_that_it_began_before_the_end_of(store: Store) -> None:
    for number, created in ((1, SPAN.begins_at - 10**9), (2, SPAN.ends_at - 1000), (3, SPAN.ends_at)):
        await put(store, sale(number, status="paid", created_at=created // 1000), SPAN.begins_at)
    assert [order.id for order in (await ledger(store)).open] == ["61000001", "61000002"]


async def test_only_what_is_done_counts_for_a_person_and_what_is_unknown_is_named(store: Store) -> None:
    for number, state, settled in ((1, "done", SPAN.begins_at), (2, "refused", SPAN.begins_at), (3, "unknown", None)):
        await put(store, sale(number, total=Decimal("7200.00")), SPAN.begins_at)
        await intent(store, number, "release", state, settled=settled, target=f"6100{number:04d}")
    await intent(store, 4, "release", "done", settled=SPAN.ends_at, target="61000002")
    found = await ledger(store)
    assert [(act.person, act.order_id, act.money, act.coins) for act in found.acts] == [
        (3, "61000001", Money(Decimal(7200), "CNY"), Money(Decimal(1000), "USDT"))
    ]
    assert found.unknown == ("61000003",)


@pytest.mark.parametrize("status", ["finished", "paid"])
async def test_another_payer_stays_in_the_day_after_a_lead_unlocked(store: Store, status: str) -> None:
    for number in (1, 2, 3):
        await put(store, sale(number, status=status, created_at=SPAN.begins_at // 1000), SPAN.begins_at)
    async with store.write() as tables:
        for number in (1, 2):
            await tables.orders.lock(f"6100{number:04d}", LockReason.OTHER_PAYER, 3, SPAN.begins_at)
        for number in (2, 3):
            await tables.doubts.add_unlock(
                Unlock(f"u{number}", f"6100{number:04d}", SPAN.begins_at, "company account", 2, SPAN.begins_at)
            )
        assert await tables.doubts.use_unlock("u2", SPAN.begins_at)
        await tables.orders.unlock("61000002")
    found = await ledger(store)
    counted = {order.id: order.is_locked for order in (*found.ended, *found.open)}
    assert counted == {"61000001": True, "61000002": True, "61000003": False}


async def test_conversions_and_off_ramps_count_by_their_outcome(store: Store) -> None:
    cases = (
        ("done", SPAN.begins_at), ("refused", SPAN.ends_at - 1), ("void", SPAN.begins_at), ("unknown", None),
        ("taken", None), ("done", SPAN.ends_at), ("done", SPAN.begins_at - 1),
    )  # fmt: skip
    for number, (state, settled) in enumerate(cases):
        await intent(store, number, "convert", state, settled=settled)
        await run(
            store,
            "INSERT INTO conversions (id, target, account, fixed, quote_id, sell_code, sell_amount, buy_code,"
            " buy_amount, person, asked_at, ends_at, executed_buy) VALUES"
            " (:id, :id, 'own', 'sell', 'q', 'USDT', '100', 'BTC', '0.5', 3, 1, 1, :executed)",
            id=f"i{number}", executed="0.4" if number == 0 else None,
        )  # fmt: skip
    await intent(store, 90, "otc", "done", settled=SPAN.begins_at)
    await run(
        store,
        "INSERT INTO off_ramps (id, token, token_hash, side, coin, coin_amount, fiat, fiat_amount, valid_seconds,"
        " bank_id, bank, person, asked_at, ends_at, final) VALUES"
        " ('i90', '', 'h', 'crypto', 'USDT', '1000', 'USD', '990', 1, 'b', 'Chase ··4410', 3, 1, 1, '985')",
    )
    deals = (await ledger(store)).deals
    converts = [deal for deal in deals if deal.kind is DealKind.CONVERT]
    assert sorted(deal.outcome for deal in converts) == sorted(
        [Outcome.DONE, Outcome.FAILED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.OPEN]
    )
    assert next(deal.got for deal in converts if deal.outcome is Outcome.DONE) == Money(Decimal("0.4"), "BTC")
    (off_ramp,) = (deal for deal in deals if deal.kind is DealKind.OFF_RAMP)
    assert (off_ramp.given, off_ramp.got) == (Money(Decimal(1000), "USDT"), Money(Decimal(985), "USD"))


@pytest.mark.parametrize(
    ("state", "columns", "outcome"),
    [
        ("done", {"url": "u", "is_available": 1, "report": "Finished", "reported_at": SPAN.begins_at}, Outcome.DONE),
        ("done", {"url": "u", "is_available": 1, "report": "Failed", "reported_at": SPAN.begins_at}, Outcome.FAILED),
        ("done", {"url": "u", "is_available": 1, "report": "Finished", "reported_at": SPAN.ends_at}, None),
        ("done", {"url": "u", "is_available": 1, "over_at": SPAN.begins_at}, Outcome.FAILED),
        ("done", {"is_available": 0}, Outcome.FAILED),
        ("done", {"url": "u", "is_available": 1}, Outcome.OPEN),
        ("done", {"url": "u", "is_available": 1, "report": "InProgress", "reported_at": 5}, Outcome.OPEN),
        ("refused", {}, Outcome.FAILED),
        ("unknown", {}, Outcome.UNKNOWN),
    ],
)
async def test_a_payment_link_counts_by_what_is_reported_of_it(
    store: Store, state: str, columns: dict[str, str | int], outcome: Outcome | None
) -> None:
    await intent(store, 1, "deposit", state, settled=None if state == "unknown" else SPAN.begins_at)
    names = "".join(f", {name}" for name in columns)
    values = "".join(f", :{name}" for name in columns)
    await run(
        store,
        "INSERT INTO deposits (id, mode, fiat, amount, payer, methods, language, person, asked_at, ends_at, name_salt"
        f"{names}) VALUES ('i1', 'pays', 'CNY', '5500.20', '', 7, 'en', 3, 1, 1, ''{values})",
        **columns,
    )
    deals = (await ledger(store)).deals
    assert [(deal.outcome, deal.given, deal.note) for deal in deals] == (
        [] if outcome is None else [(outcome, Money(Decimal("5500.20"), "CNY"), "D0001")]
    )


async def test_no_statement_of_the_ledger_reads_all_there_ever_was(store: Store) -> None:
    asked: list[str] = []
    async with store.read() as tables:
        session, rows = tables.days._session, tables.days._session.rows

        class Watching:
            async def rows(self, sql: str, **values: str | int | None) -> list[object]:
                asked.append(sql)
                return list(await rows(sql, **values))

        tables.days._session = Watching()  # type: ignore[assignment]
        await tables.days.ledger(SPAN, 1)
        for sql in asked:
            values = {
                name: 1 for name in ("begins", "ends", "last_at", "last_id", "page", "action") if f":{name}" in sql
            }
            plan = [str(row["detail"]) for row in await session.rows(f"EXPLAIN QUERY PLAN {sql}", **values)]
            scanned = [line for line in plan if line.startswith("SCAN")]
            assert all(any(few in line for few in FEW) for line in scanned), (sql, plan)
            assert not any(all_of_them in line for line in plan for all_of_them in ALL), (sql, plan)
    assert len(asked) >= 12


ALL = ("orders_newest", "intents_by_end (action=?)")
"""ways through an index that lead past every order, or every release, there ever was"""
FEW = ("orders_open", "intents_one_open", "deposits_waiting", "deposits_by_report", "SCAN deposits")
"""what may be read whole: the indexes of what is open, and the few payment links"""


async def test_a_close_is_kept_exactly_and_the_newest_comes_first(store: Store) -> None:
    lines = (
        CreditLine("CNY", Account("bank", "工行", "··8821"), 3, Decimal("7200.10"), Decimal("7300.00")),
        CreditLine("CNY", Account("wechat"), 1, Decimal("1.00")),
    )
    counts = Counts(sold=3, outside=("1", "2"), open=1, oldest=("9", 5), unknown=("7",), cancels_ours=1)
    totals = (Tally(Side.SELL, "CNY", "USDT", Decimal("1000.12345678"), Decimal("7201.10"), 4),)
    first = DayClose("c1", "2026-11-21", 2, 5, totals, lines, counts, "a note", 1)
    second = replace(first, id="c2", closed_at=6, lines=(), number=2)
    async with store.write() as tables:
        await tables.days.add(first)
        await tables.days.add(second)
    async with store.read() as tables:
        assert await tables.days.of_day("2026-11-21") == [second, first]
        assert await tables.days.of_day("2026-11-20") == []


async def test_a_person_has_one_open_form_a_day(store: Store) -> None:
    async with store.write() as tables:
        made, is_new = await tables.days.begin("f1", "2026-11-21", 2, 5)
        assert (made, is_new) == (DayForm("f1", "2026-11-21", 2), True)
        assert await tables.days.begin("f2", "2026-11-21", 2, 6) == (made, False)
        assert (await tables.days.begin("f3", "2026-11-20", 2, 6))[1]
        assert (await tables.days.begin("f4", "2026-11-21", 3, 6))[1]
        kept = replace(made, answers={"a": "7200.00", "b": ""}, note="n")
        assert await tables.days.keep(kept, 7) and await tables.days.form("f1") == kept
        assert await tables.days.end("f1", 8) and not await tables.days.end("f1", 8)
        assert not await tables.days.keep(kept, 9) and await tables.days.form("f1") is None
        assert (await tables.days.begin("f5", "2026-11-21", 2, 9))[1]
        assert await tables.days.purge(8, notes_before=0) == 3


def test_the_parts_of_an_orders_facts_are_all_written() -> None:
    facts = read_facts(order_facts.encode(sale(1)))
    assert set(PARTS) <= facts.keys() and "payees" in facts
