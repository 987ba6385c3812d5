"""Reports of MTPay: hints that must match in every field, only move forward, and whatever is forged changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deposits import Phase
from bot.domain.intents import State
from bot.flows import callbacks, deposit_hooks, people
from bot.flows.receipts import Receipt
from storage.store import StoreError
from tests.flows.bench import GROUP, LEAD, OWNER
from tests.flows.deposit_bench import PAYER, PAYS, RECEIVES, REPORTS, WRONG, Links, handle, open_links
from tests.support.fake_mtpay import LOST, signed

FIXTURES = Path(__file__).parents[1] / "fixtures" / "pay_mtpay"
ENDS = REPORTS[1:]
MATTER = ("deposits", "intents", "journal", "outbox", "callbacks")


@pytest.fixture
async def links(tmp_path: Path) -> AsyncIterator[Links]:
    async with open_links(tmp_path) as opened:
        yield opened


def memory(links: Links) -> dict[str, str]:
    return {table: str(links.rows(table)) for table in MATTER}


@pytest.mark.parametrize("typed", [PAYS, RECEIVES])
@pytest.mark.parametrize("status", REPORTS)
async def test_a_genuine_report_is_told_and_moves_the_link(links: Links, typed: str, status: str) -> None:
    made = await links.act(typed)
    assert await links.receive(links.mtpay.report(status, message="paid late")) is Receipt.KEPT
    assert await links.phase(made) is Phase.WAITING, "nothing but storing before it is acknowledged"
    assert links.desk.exchange.callback_came.is_set()
    await handle(links)
    stored, now = await links.stored(made), links.bench.now
    assert (stored.report, stored.reported_at, stored.message, stored.method) == (status, now, "paid late", "BankCard")
    assert (stored.fee, stored.received, stored.unit_price) == (Decimal("5.3"), Decimal("146.21"), Decimal("7.28"))
    told = {one.chat_id: one for one in await links.notices("deposit_reported")}
    assert set(told) == {LEAD, GROUP} and {one.ring for one in told.values()} == {status != "InProgress"}
    facts = told[LEAD].facts
    assert (facts["status"], facts["differs"], facts["fee"], facts["why"]) == (status, "", "5.3 MTC", "paid late")
    assert facts["amount"] == str(stored.wish.money) and PAYER not in str(facts)
    assert await links.outcomes() == ["sent", "done", f"reported_{status}"] and await links.waiting() == []
    assert await links.state(made) is State.DONE and LEAD in await links.cards(made)


async def test_a_name_in_a_report_is_stored_nowhere(links: Links) -> None:
    made = await links.act()
    await links.report(clientName="canary name", message=f"{PAYER} paid")
    links.write("UPDATE deposits SET payer = ''")
    stored = "".join(memory(links).values())
    (to_the_group,) = await links.notices("deposit_reported", GROUP)
    (to_the_asker,) = await links.notices("deposit_reported", LEAD)
    assert (to_the_asker.facts["why"], to_the_group.facts["why"]) == ("… paid", "")
    assert "canary name" not in stored and PAYER not in stored and (await links.stored(made)).report == "Finished"


async def test_the_same_report_however_often_has_one_effect(links: Links) -> None:
    await links.act()
    await asyncio.gather(*(links.receive(links.mtpay.report()) for _ in range(5)))
    assert [one.times for one in await links.waiting()] == [5]
    await asyncio.gather(*(callbacks.round_(links.desk) for _ in range(3)))
    for _ in range(4):
        links.bench.pass_(1)  # signed anew, and still the same
        assert await links.report() is Receipt.KEPT
    assert len(await links.notices("deposit_reported", LEAD)) == 1
    assert await links.outcomes() == ["sent", "done", "reported_Finished"]


@pytest.mark.parametrize("order", list(permutations(REPORTS, 2)))
async def test_reports_only_move_it_forward(links: Links, order: tuple[str, str]) -> None:
    made = await links.act()
    for status in order:
        await links.report(status)
        await links.report(status, message="again")
    first, second = order
    assert (await links.stored(made)).report == (second if first == "InProgress" else first)
    told = [one.facts["status"] for one in await links.notices("deposit_reported", LEAD)]
    assert sorted(told) == sorted(order if first == "InProgress" else [first]) and await links.waiting() == []


@pytest.mark.parametrize(
    ("typed", "changes", "differs"),
    [
        (PAYS, {"paymentAmount": Decimal("5500.19")}, True),
        (PAYS, {"paymentAmount": "5500.2"}, False),
        (PAYS, {"paymentAmount": None}, False),
        (RECEIVES, {"transactionAmount": Decimal("4999.99")}, True),
        (RECEIVES, {"paymentAmount": Decimal("1")}, False),
    ],
)
@pytest.mark.parametrize("status", ["InProgress", "Finished"])
async def test_another_payment_rings_and_is_marked(
    links: Links, typed: str, changes: dict[str, Any], differs: bool, status: str
) -> None:
    made = await links.act(typed)
    await links.report(status, **changes)
    assert (await links.stored(made)).has_other_payment is differs
    (told,) = await links.notices("deposit_reported", LEAD)
    assert (bool(told.facts["differs"]), told.ring) == (differs, differs or status == "Finished")


@pytest.mark.parametrize("what", WRONG)
async def test_a_report_with_one_other_field_is_shown_to_leads_and_changes_nothing(links: Links, what: str) -> None:
    made = await links.act()
    before, rows = await links.standing(made), str(links.rows())
    assert await links.report(**WRONG[what]) is Receipt.KEPT
    assert await links.standing(made) == before and str(links.rows()) == rows and await links.waiting() == []
    told = await links.notices("deposit_mismatch")
    assert {one.chat_id for one in told} == {OWNER, LEAD} and all(one.ring for one in told)
    assert what.rsplit(maxsplit=1)[-1] + ": " in told[0].facts["what"] and told[0].facts["deposit"] == made
    assert await links.notices("deposit_reported") == [] and (await links.outcomes())[-1] == "mismatch"
    await links.report()
    assert await links.phase(made) is Phase.FINISHED, "and the true one still counts"


async def test_many_mismatches_are_one_piece_of_news_and_short(links: Links) -> None:
    await links.act()
    for number in range(5):
        await links.report(requestCode=str(number) * 400, merchantOrderNo="x" * 400, tradeType="y" * 400)
    told = await links.notices("deposit_mismatch", LEAD)
    assert len(told) == 1 and len(told[0].facts["what"]) <= 300 and "44444" in told[0].facts["what"]


def replayed(links: Links) -> bytes:
    """The signature of one of our own requests, which anybody on its way may have seen, over another body."""
    data = json.loads(links.mtpay.report())["data"]
    return signed(data | {"requestAmount": 1, "paymentAmount": 1}, links.bench.now)


FORGED: dict[str, tuple[Callable[[Links], bytes], Receipt]] = {
    "wrong secret": (lambda links: signed({"tradeType": "Deposit"}, links.bench.now, "other"), Receipt.FORGED),
    "of the future": (lambda links: links.mtpay.report(ago_ms=-300_001), Receipt.FORGED),
    "another time": (
        lambda links: links.mtpay.report().replace(str(links.bench.now).encode(), str(links.bench.now + 1).encode()),
        Receipt.FORGED,
    ),
    "unsigned": (lambda links: links.mtpay.report().replace(b"signature", b"signatura"), Receipt.FORGED),
    "no JSON": (lambda links: b"requestStatus=Finished", Receipt.UNREADABLE),
    "no data": (lambda links: b'{"signature": "x", "timestamp": "1"}', Receipt.UNREADABLE),
    "no text": (lambda links: b"\xff\xfe", Receipt.UNREADABLE),
    "nothing": (lambda links: b"", Receipt.UNREADABLE),
}


@pytest.mark.parametrize("what", FORGED)
async def test_what_is_forged_is_not_even_stored(links: Links, what: str) -> None:
    make, receipt = FORGED[what]
    await links.act()
    before = memory(links)
    assert await links.receive(make(links)) is receipt
    await handle(links)
    assert memory(links) == before and not links.desk.exchange.callback_came.is_set()


async def test_a_replayed_signature_over_another_body_changes_nothing(links: Links) -> None:
    made = await links.act()
    assert await links.receive(replayed(links)) is Receipt.KEPT, "no signature vouches for a body"
    await handle(links)
    assert await links.phase(made) is Phase.WAITING and len(await links.notices("deposit_mismatch", LEAD)) == 1


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "a" * 32, "../gatepay"])
async def test_an_address_that_was_never_given_is_nobodys(links: Links, token: str) -> None:
    await links.ask()
    await links.act("1 CNY 李四", by=OWNER)
    before = memory(links)
    assert await deposit_hooks.receive(links.desk, token=token, raw=links.mtpay.report()) is Receipt.NOT_OURS
    assert memory(links) == before


async def test_a_true_report_at_another_orders_address_changes_neither(links: Links) -> None:
    first = await links.act()
    second = await links.act(by=OWNER)
    assert await links.receive(links.mtpay.report(of=0), of=1) is Receipt.KEPT
    await handle(links)
    assert [await links.phase(one) for one in (first, second)] == [Phase.WAITING, Phase.WAITING]
    (told,) = await links.notices("deposit_mismatch", LEAD)
    assert told.facts["deposit"] == second and "merchantOrderNo" in told.facts["what"]


async def test_without_settings_nothing_is_from_mtpay(links: Links) -> None:
    await links.act()
    raw = links.mtpay.report()
    links.desk.exchange = type(links.desk.exchange)()
    assert await links.receive(raw) is Receipt.FORGED


async def test_the_published_samples_are_read_and_fit_no_order_of_ours(links: Links) -> None:
    made = await links.act("1103 CNY 李四")
    for path in sorted(FIXTURES.glob("mtpay.webhook.*_*.json")):
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["data"]
        assert await links.receive(signed(data, links.bench.now)) is Receipt.KEPT, path.name
    await handle(links)
    assert await links.phase(made) is Phase.WAITING and len(await links.notices("deposit_mismatch", LEAD)) == 1
    sample = json.loads((FIXTURES / "mtpay.webhook.deposit_finished.json").read_text(), parse_float=Decimal)["data"]
    ours = links.mtpay.asked[0]
    data = sample | {"requestCode": ours.code, "merchantOrderNo": ours.fields["merchantOrderNo"]}
    assert await links.receive(signed(data, links.bench.now)) is Receipt.KEPT
    await handle(links)
    stored = await links.stored(made)
    assert (stored.report, stored.received, stored.has_other_payment) == ("Finished", Decimal("146.21"), False)


# Who is told, and what is kept


@pytest.mark.parametrize("how", ["removed", "frozen"])
async def test_when_the_asker_is_gone_owners_are_told(links: Links, how: str) -> None:
    made = await links.act()
    if how == "removed":
        await people.remove(links.desk, OWNER, LEAD)
    else:
        await people.freeze_person(links.desk, OWNER, LEAD, True)
    await links.report()
    assert {one.chat_id for one in await links.notices("deposit_reported")} == {OWNER, GROUP}
    assert await links.phase(made) is Phase.FINISHED


async def test_a_link_has_so_many_different_reports_and_no_more_but_what_fits_is_always_kept(links: Links) -> None:
    made, other = await links.act(), await links.act(by=OWNER)
    odd = links.mtpay.report(of=0, requestAmount=Decimal(7))
    assert await links.receive(odd, of=0) is Receipt.KEPT
    statement = (
        "INSERT INTO callbacks (venue, event, timestamp, nonce, body, received_at, next_at, handled_at, outcome)"
    )
    for number in range(deposit_hooks.MOST_EVENTS):
        links.write(f"{statement} VALUES ('mtpay', '{made}/{number}', '', '', '', 1, 1, 1, '')")
    assert await links.receive(links.mtpay.report(of=0, requestAmount=Decimal(8)), of=0) is Receipt.TOO_MANY
    assert await links.receive(odd, of=0) is Receipt.KEPT, "known already"
    assert await links.receive(links.mtpay.report(of=1), of=1) is Receipt.KEPT
    assert await links.receive(links.mtpay.report(of=0), of=0) is Receipt.KEPT
    await handle(links)
    assert [await links.phase(one) for one in (made, other)] == [Phase.FINISHED, Phase.FINISHED]


@pytest.mark.parametrize("point", ["before:commit", "before:insert callbacks"])
async def test_what_cannot_be_stored_is_raised_and_leaves_nothing(links: Links, point: str) -> None:
    await links.act()
    links.bench.broken.add(point)
    with pytest.raises(StoreError):
        await links.receive(links.mtpay.report())
    links.bench.broken.clear()
    assert await links.waiting() == []


@pytest.mark.parametrize("point", ["before:commit", "before:insert journal", "before:update deposits"])
async def test_a_memory_that_fails_while_handling_loses_nothing_and_does_nothing_twice(
    links: Links, point: str
) -> None:
    made = await links.act()
    await links.receive(links.mtpay.report())
    links.bench.broken.add(point)
    with pytest.raises(StoreError):
        await handle(links)
    links.bench.broken.clear()
    assert await links.phase(made) is Phase.WAITING and len(await links.waiting()) == 1
    await handle(links)
    assert await links.phase(made) is Phase.FINISHED and len(await links.notices("deposit_reported", LEAD)) == 1


async def test_a_report_of_a_link_that_is_remembered_no_more_is_put_aside(links: Links) -> None:
    await links.act()
    await links.receive(links.mtpay.report())
    links.write("DELETE FROM deposits")
    await handle(links)
    assert await links.waiting() == [] and await links.notices("deposit_reported") == []


async def test_every_digit_of_a_report_is_kept(links: Links) -> None:
    made = await links.act()
    digits: dict[str, Any] = {"transactionFee": Decimal("0.00000000"),
              "receivedAmount": Decimal("123456789012.123456789012"),
              "unitPrice": "7.280", "transactionAmount": 755}  # fmt: skip
    await links.report(**digits)
    stored = await links.stored(made)
    told = (stored.fee, stored.received, stored.unit_price, stored.transaction_amount)
    assert [f"{one:f}" for one in told if one is not None] == [
        "0.00000000",
        "123456789012.123456789012",
        "7.280",
        "755",
    ]


async def test_two_rounds_at_once_handle_a_report_once(links: Links) -> None:
    made = await links.fail(LOST)
    await links.receive(links.mtpay.report())
    (callback,) = await links.waiting()
    await asyncio.gather(*(deposit_hooks.handle(links.desk, replace(callback)) for _ in range(4)))
    assert (
        await links.outcomes() == ["sent", "unknown", "reported_Finished"] and await links.phase(made) is Phase.FINISHED
    )


@pytest.mark.parametrize("status", ENDS)
async def test_an_end_is_never_taken_back_by_time(links: Links, status: str) -> None:
    made = await links.act()
    await links.report(status)
    await links.look(100_000)
    assert (await links.stored(made)).over_at is None and await links.phase(made) is Phase(status.lower())


@pytest.mark.parametrize(("first", "second"), [("Finished", "Failed"), ("Cancelled", "Finished")])
async def test_a_second_end_changes_nothing_and_leads_hear_that_the_two_contradict(
    links: Links, first: str, second: str
) -> None:
    made = await links.act()
    await links.report(first)
    await links.report(second)
    assert (await links.stored(made)).report == first
    told = await links.notices("deposit_mismatch", LEAD)
    assert [one.facts["what"] for one in told] == [f"requestStatus: {first} / {second}"]


async def test_a_second_end_with_other_amounts_is_told_too(links: Links) -> None:
    made = await links.act()
    await links.report("Finished", receivedAmount=Decimal("999999"))
    await links.report("Finished")
    assert (await links.stored(made)).received == Decimal("999999")
    (told,) = await links.notices("deposit_mismatch", LEAD)
    assert told.facts["what"].startswith("receivedAmount: 999999 / ")


@pytest.mark.parametrize(
    "field", ["paymentAmount", "transactionAmount", "receivedAmount", "transactionFee", "unitPrice"]
)
async def test_every_amount_of_a_second_end_is_compared_with_the_first(links: Links, field: str) -> None:
    await links.act()
    await links.report("Finished")
    other: dict[str, Any] = {field: Decimal("999999")}
    await links.report("Finished", **other)
    (told,) = await links.notices("deposit_mismatch", LEAD)
    assert told.facts["what"].startswith(f"{field}: ") and told.facts["what"].endswith(" / 999999")
