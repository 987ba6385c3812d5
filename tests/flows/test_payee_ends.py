"""An account that stands on a phone is taken back when nobody may pay to it any more, and who looks at it hears so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.errors import Unknown
from bot.domain.intents import Action
from bot.domain.orders import Payee, Side
from bot.domain.payees import End, payee_mark
from bot.domain.seals import Choice
from bot.domain.staff import Role
from bot.flows import payee, payee_ends
from bot.flows.deliver import LINE, Shown
from bot.flows.payee import PAYEE, PAYEE_QR
from bot.flows.payee_ends import PayeeEnds
from storage.outbox import Delivery
from tests.flows.bench import LEAD, NOW, OPERATOR, OPERATOR_2, ORDER, Bench

BANK = Payee("bank", "ICBC", "张三丰", "6222020200008821")
WALLET = Payee("alipay", "Alipay", "张三丰", "a@b.example", qr_url="https://files.example/qr.png?signed=once")
BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0, payees=(BANK, WALLET), pay_deadline=NOW + 900)
NOTICES = {"payee_changed", "payee_late", "payee_over", "payee_not_now"}


@pytest.fixture
async def loop(bench: Bench) -> PayeeEnds:
    bench.add(BUY)
    await bench.see()
    return PayeeEnds(bench.desk)


async def show(bench: Bench, by: int = OPERATOR, index: int = 0, message_id: int = 700) -> None:
    situation, at = await payee.show_payee(bench.desk, by, ORDER.id, index)
    mark = payee_mark(situation.order, situation.order.payees[at])
    await remember(bench, PAYEE, by, message_id + by, mark)


async def remember(bench: Bench, kind: str, by: int, message_id: int, mark: str) -> None:
    data = (f"wp:{ORDER.id}:1",)
    async with bench.store.write() as tables:
        await tables.messages.remember(Shown(by, message_id, kind, ORDER.id, by, data, bench.now, mark))
    await bench.told()


async def round_(bench: Bench, loop: PayeeEnds) -> Sequence[Delivery]:
    await loop.round()
    return await bench.told()


def taken_back(told: Sequence[Delivery]) -> list[tuple[int, str]]:
    return sorted((one.chat_id, one.facts["end"]) for one in told if one.kind == PAYEE)


def rung(told: Sequence[Delivery]) -> list[tuple[int, str]]:
    return sorted((one.chat_id, one.notice) for one in told if one.notice in NOTICES and one.ring)


async def standing(bench: Bench) -> list[Shown]:
    async with bench.store.read() as tables:
        return await tables.messages.with_staff(PAYEE, PAYEE_QR)


async def erased(bench: Bench) -> list[int]:
    async with bench.store.read() as tables:
        return [one.message_id for one in await tables.step_up.erasures(bench.now)]


OTHER = replace(BANK, account="6222020200000001")


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ({"status": "expired"}, "over"),
        ({"status": "cancel"}, "over"),
        ({"status": "paid"}, "not_now"),
        ({"in_appeal": True}, "not_now"),
        ({"hides_payment": True, "payees": ()}, "changed"),
        ({"payees": (OTHER, WALLET)}, "changed"),
        ({"payees": (WALLET,)}, "changed"),
        ({"payees": (BANK, replace(WALLET, holder="王五"))}, "changed"),
        ({"payees": (replace(BANK, memo="other"), WALLET)}, "changed"),
        ({"total": ORDER.total + 1}, "changed"),
    ],
    ids=str,
)
async def test_an_account_nobody_may_pay_to_is_taken_back_and_its_reader_is_rung(
    bench: Bench, loop: PayeeEnds, change: dict[str, object], end: str
) -> None:
    await show(bench)
    assert taken_back(await round_(bench, loop)) == []
    await bench.see(**change)  # type: ignore[arg-type]
    told = await round_(bench, loop)
    assert taken_back(told) == [(OPERATOR, end)]
    assert rung(told) == [(OPERATOR, f"payee_{end}")]
    assert await standing(bench) == []
    async with bench.store.read() as tables:
        left = await tables.messages.get(OPERATOR, 700 + OPERATOR)
    assert left is not None and (left.kind, left.data) == (LINE, ()), "its buttons are dead at once"
    assert taken_back(await round_(bench, loop)) == [] and rung(await round_(bench, loop)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"unread": 5},
        {"payees": (BANK, replace(WALLET, qr_url="https://files.example/qr.png?signed=anew"))},
        {"payees": (BANK, replace(WALLET, account="c@d.example"))},
        {"payees": (WALLET, BANK)},
        {"pay_deadline": NOW + 1800},
    ],
    ids=str,
)
async def test_what_leaves_this_account_as_it_was_takes_nothing_back(
    bench: Bench, loop: PayeeEnds, change: dict[str, object]
) -> None:
    await show(bench)
    await bench.see(**change)  # type: ignore[arg-type]
    told = await round_(bench, loop)
    assert taken_back(told) == [] and rung(told) == [] and len(await standing(bench)) == 1


async def test_when_the_time_to_pay_is_over_the_account_goes_by_itself(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    await round_(bench, loop)
    bench.seconds = NOW + 899
    assert taken_back(await round_(bench, loop)) == []
    await loop.round()  # from here on nothing is written that could wake it
    bench.seconds = NOW + 900
    told = await round_(bench, loop)
    assert taken_back(told) == [(OPERATOR, "late")] and rung(told) == [(OPERATOR, "payee_late")]
    await bench.see(status="expired")
    assert rung(await round_(bench, loop)) == [], "it was said already"


async def test_each_reader_is_rung_once_however_often_they_looked(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    await show(bench, message_id=800)
    await show(bench, LEAD)
    await bench.see(status="cancel")
    told = await round_(bench, loop)
    assert taken_back(told) == [(LEAD, "over"), (OPERATOR, "over"), (OPERATOR, "over")]
    assert rung(told) == [(LEAD, "payee_over"), (OPERATOR, "payee_over")]


async def test_the_picture_of_a_code_is_taken_away_with_the_order_that_it_pays(bench: Bench, loop: PayeeEnds) -> None:
    await remember(bench, PAYEE_QR, OPERATOR, 900, payee_mark(BUY, WALLET))
    await bench.see(payees=(BANK, replace(WALLET, account="c@d.example")))
    told = await round_(bench, loop)
    assert await erased(bench) == [900] and taken_back(told) == [] and await standing(bench) == []
    assert rung(told) == [(OPERATOR, "payee_changed")]


@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize(
    ("action", "choice"), [(Action.MARK_PAID, Choice("bank")), (Action.CANCEL, Choice(reason="1"))]
)
async def test_who_did_it_is_not_rung_but_who_else_looks_is(
    bench: Bench, loop: PayeeEnds, action: Action, choice: Choice, is_lost: bool
) -> None:
    await show(bench)
    await show(bench, OPERATOR_2)
    if is_lost:
        bench.gate.acts = False
        bench.gate.errors[action.value].append(Unknown("gate", "confirm-payment", why="timeout"))
    await bench.act(action=action, choice=choice)
    await bench.told()
    told = await round_(bench, loop)
    assert [chat for chat, _ in taken_back(told)] == [OPERATOR, OPERATOR_2]
    assert [chat for chat, _ in rung(told)] == [OPERATOR_2]


async def test_who_may_not_see_it_any_more_loses_it_without_a_word(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], role=Role.AGENT)
    await bench.see(unread=3)
    told = await round_(bench, loop)
    assert await erased(bench) == [700 + OPERATOR] and taken_back(told) == [] and rung(told) == []


async def test_what_was_shown_long_ago_goes_silently(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    bench.gate.move(ORDER.id, pay_deadline=NOW + 90_000)
    await bench.see()
    await round_(bench, loop)
    bench.pass_(payee_ends.RUNG_WITHIN_SECONDS)
    await bench.see(status="cancel")
    told = await round_(bench, loop)
    assert taken_back(told) == [(OPERATOR, "over")] and rung(told) == []


async def test_a_message_of_an_older_desk_is_no_changed_account(bench: Bench, loop: PayeeEnds) -> None:
    await remember(bench, PAYEE, OPERATOR, 700, "0123456789abcdef")
    await bench.see(unread=3)
    assert taken_back(await round_(bench, loop)) == []
    await bench.see(status="cancel")
    assert taken_back(await round_(bench, loop)) == [(OPERATOR, "over")]


async def test_the_memory_is_not_asked_while_nothing_is_written_and_no_deadline_has_come(
    bench: Bench, loop: PayeeEnds
) -> None:
    await show(bench)
    await round_(bench, loop)
    await loop.round()
    before = bench.store.commits
    for _ in range(20):
        bench.pass_(30)
        await loop.round()
    assert bench.store.commits == before


async def test_a_new_desk_takes_back_what_ended_while_it_was_away(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    await bench.see(status="expired")
    assert taken_back(await round_(bench, PayeeEnds(bench.desk))) == [(OPERATOR, "over")]
    assert taken_back(await round_(bench, PayeeEnds(bench.desk))) == []


async def test_an_account_that_was_shown_anew_meanwhile_stays(bench: Bench, loop: PayeeEnds) -> None:
    await show(bench)
    await bench.see(payees=(OTHER, WALLET))
    (line,) = [one for one in await round_(bench, loop) if one.kind == PAYEE]
    telling = await payee_ends.telling(bench.desk, line)
    assert telling is not None and (telling.message_id, telling.end) == (700 + OPERATOR, End.CHANGED)
    await show(bench)
    assert await payee_ends.telling(bench.desk, line) is None
