"""A purchase that is not marked paid shortly before its deadline: whoever is on it hears so, once."""

from dataclasses import replace

import pytest

from bot.domain.intents import Action
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.flows import bank, deliver
from bot.flows.escalate import Escalation
from tests.flows.bench import GROUP, NOW, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench, cards, notices
from tests.flows.test_alerts import duty

BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0, pay_deadline=NOW + 900)
MINUTE = 60


@pytest.fixture
async def loop(bench: Bench) -> Escalation:
    bench.add(BUY)
    await bench.see()
    await bench.told()
    return Escalation(bench.desk)


async def reminded(bench: Bench, loop: Escalation, seconds: float = 0) -> list[int]:
    bench.pass_(seconds)
    await loop.round()
    told = await bench.told()
    found = notices(told, "escalated_deadline")
    assert sorted(chat for chat, card in cards(told).items() if card.ring and card.kind == "card") == found
    assert GROUP not in found
    return found


async def test_everybody_on_duty_hears_it_three_minutes_before_and_once(bench: Bench, loop: Escalation) -> None:
    assert await reminded(bench, loop, 12 * MINUTE - 2) == []
    assert await reminded(bench, loop, 1) == [OPERATOR]
    for _ in range(10):
        assert await reminded(bench, loop, 30) == []
    assert await bench.outcomes("escalated") == ["rung"]


async def test_who_took_it_over_hears_it_alone(bench: Bench, loop: Escalation) -> None:
    await bank.claim(bench.desk, OPERATOR_2, ORDER.id)
    await bench.told()
    assert await reminded(bench, loop, 13 * MINUTE) == [OPERATOR_2]


async def test_nobody_on_duty_the_owners_hear_it(bench: Bench, loop: Escalation) -> None:
    await duty(bench, OPERATOR, False)
    assert await reminded(bench, loop, 13 * MINUTE) == [OWNER]


@pytest.mark.parametrize(("status", "in_appeal"), [("paid", False), ("cancel", False), ("unpay", True)])
async def test_what_is_marked_paid_or_over_is_nobodys_to_pay(
    bench: Bench, loop: Escalation, status: str, in_appeal: bool
) -> None:
    await bench.see(status=status, in_appeal=in_appeal)
    await bench.told()
    assert await reminded(bench, loop, 13 * MINUTE) == []
    async with bench.store.read() as tables:
        assert await tables.alerts.reminders() == {}


async def test_a_purchase_that_we_marked_paid_is_silent(bench: Bench, loop: Escalation) -> None:
    await bench.act(action=Action.MARK_PAID, choice=Choice(method="bank"))
    await bench.told()
    assert await reminded(bench, loop, 13 * MINUTE) == []


async def test_a_newer_deadline_counts_and_one_that_is_near_already_rings_nobody(bench: Bench) -> None:
    bench.add(replace(BUY, pay_deadline=NOW + 170))
    await bench.see()
    await bench.told()
    loop = Escalation(bench.desk)
    assert await reminded(bench, loop, 100) == []
    await bench.see(pay_deadline=NOW + 1800)
    await bench.told()
    assert await reminded(bench, loop, 20 * MINUTE) == []
    assert await reminded(bench, loop, 6 * MINUTE) == [OPERATOR]


async def test_a_new_desk_neither_forgets_nor_repeats(bench: Bench, loop: Escalation) -> None:
    assert await reminded(bench, Escalation(bench.desk), 13 * MINUTE) == [OPERATOR]
    assert await reminded(bench, Escalation(bench.desk)) == []


async def test_said_too_late_it_is_not_said(bench: Bench, loop: Escalation) -> None:
    bench.pass_(13 * MINUTE)
    await loop.round()
    waiting = [one for one in await bench.outbox() if one.notice]
    await bench.see(status="paid", paid_at=NOW + 770)
    assert await deliver.take(bench.desk, waiting) == []
