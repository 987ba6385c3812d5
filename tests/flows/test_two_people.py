"""Two people above an amount: every way to be one person in disguise is refused, and nothing is sent twice."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.alerts import QuietHours
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.domain.staff import Limit, Role
from bot.domain.two_people import Waiting
from bot.flows import alerts, approve, assemble, bank, confirm, people, two_people
from bot.flows.announce import minute_of_day
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench, cards, notices
from tests.flows.two_people_bench import approved, needs_two, now, refused, tap


def sale(bench: Bench, number: int) -> str:
    """Another order of as many coins; its total is its own, so that it is nobody's twin."""
    return bench.add(replace(ORDER, id=f"6200000{number}", total=ORDER.total + number + 1))


@pytest.fixture
def two(bench: Bench) -> Bench:
    needs_two(bench)
    return bench


async def test_the_first_confirm_sends_nothing_and_the_second_persons_sends_once(two: Bench) -> None:
    approval = await approved(two)
    assert two.gate.count("release") == 0
    assert (await two.stored()).order.status == "paid"
    seal = await two.open_step(by=LEAD)
    intent = await tap(two, seal, LEAD)
    assert isinstance(intent, Intent)
    assert two.gate.count("release") == 1
    assert (intent.actor, intent.arguments["first"]) == (LEAD, str(OPERATOR))
    assert (await two.intent(intent.id)).state is State.DONE
    ended = await now(two, approval)
    assert (ended.why, ended.ended_by, ended.intent_id) == ("used", LEAD, intent.id)
    assert await two.outcomes("release") == ["first_approval", "sent", "done"]


async def test_everybody_who_could_be_the_second_is_rung_and_nobody_else(two: Bench) -> None:
    await two.see()
    await two.told()
    await approved(two)
    told = cards(await two.told())
    assert {chat for chat, delivery in told.items() if delivery.ring} == {OWNER, LEAD}
    async with two.store.write() as tables:
        await tables.staff.set_duty(OPERATOR_2, True, two.now)
        await two.desk.read_people(tables)
    second = sale(two, 2)
    await two.see(second)
    await two.told()
    await approved(two, order_id=second)
    told = cards(await two.told(), second)
    assert {chat for chat, delivery in told.items() if delivery.ring} == {OWNER, LEAD, OPERATOR_2}
    assert all(told[chat].repost for chat in (OWNER, LEAD, OPERATOR_2))


async def test_a_lead_in_quiet_hours_is_woken_only_when_nobody_on_duty_can_be_the_second(two: Bench) -> None:
    minute = minute_of_day(two.desk, two.desk.people[LEAD])
    await alerts.set_quiet(two.desk, LEAD, QuietHours((minute - 60) % 1440, (minute + 60) % 1440))
    await approved(two)
    assert cards(await two.told())[LEAD].ring, "nobody else could"
    async with two.store.write() as tables:
        await tables.staff.set_duty(OPERATOR_2, True, two.now)
        await two.desk.read_people(tables)
    second = sale(two, 2)
    await two.see(second)
    await two.told()
    await approved(two, order_id=second)
    told = cards(await two.told(), second)
    assert told[OPERATOR_2].ring and told[LEAD].repost and not told[LEAD].ring


async def test_the_card_says_who_approved_until_when_and_is_no_money_that_waits(two: Bench) -> None:
    approval = await approved(two)
    async with two.store.read() as tables:
        situation = await assemble.situation_of(two.desk, tables, await two.stored())
    assert situation.approval == approval
    assert situation.first_name == "operator 3"
    assert not situation.is_money_waiting
    assert approval.ends_at - approval.at == 600_000
    two.pass_(600)
    async with two.store.read() as tables:
        assert (await assemble.situation_of(two.desk, tables, await two.stored())).approval is None


@pytest.mark.parametrize("amount", ["500", "499.99"])
async def test_up_to_the_amount_one_person_is_enough(two: Bench, amount: str) -> None:
    two.add(replace(ORDER, amount=Decimal(amount)))
    assert (await two.act()).state is State.DONE


async def test_leads_and_owners_are_no_two_people_either(two: Bench) -> None:
    approval = await approved(two, by=OWNER)
    no = await refused(two.open_step(by=OWNER))
    assert no.reason == "own_approval"
    assert two.gate.count("release") == 0
    assert isinstance(await tap(two, await two.open_step(by=LEAD), LEAD), Intent)
    assert (await now(two, approval)).why == "used"


async def test_a_cancel_needs_one_person_and_ends_what_waited(two: Bench) -> None:
    approval = await approved(two)
    await two.told()
    intent = await two.act(action=Action.CANCEL, choice=Choice(reason="1"), by=LEAD)
    assert intent.state is State.DONE
    ended = await now(two, approval)
    assert (ended.why, ended.because) == ("other_action", "cancel")
    assert notices(await two.told(), "approval_ended") == [OPERATOR]
    assert two.gate.count("release") == 0


async def test_marking_paid_needs_two_as_well(two: Bench) -> None:
    two.add(replace(ORDER, side=Side.BUY, status="unpay", paid_at=0))
    approval = await approved(two, action=Action.MARK_PAID, choice=Choice(method="alipay"))
    assert two.gate.count("mark_paid") == 0
    no = await refused(two.open_step(action=Action.MARK_PAID, choice=Choice(method="bank"), by=LEAD))
    assert no.reason == "answered_otherwise"
    seal = await two.open_step(action=Action.MARK_PAID, choice=Choice(method="alipay"), by=LEAD)
    intent = await tap(two, seal, LEAD)
    assert isinstance(intent, Intent)
    assert intent.arguments["method"] == "alipay"
    assert (await now(two, approval)).why == "used"


async def test_the_same_person_is_refused_at_every_door(two: Bench) -> None:
    earlier = await two.open_step()
    _, late = await approve.open_step(two.desk, OPERATOR_2, ORDER.id, Action.RELEASE)
    two.pass_(2)
    approval = (await tap(two, earlier, OPERATOR)).approval  # type: ignore[union-attr]
    assert (await refused(two.open_step())).reason == "own_approval"
    assert (await refused(two_people.wanted(two.desk, OPERATOR, approval.id))).reason == "own_approval"
    assert (await refused(two_people.say_no(two.desk, OPERATOR, approval.id, "other"))).reason == "own_approval"
    assert (await refused(tap(two, earlier, OPERATOR))).reason == "seal_used"
    # A step that was opened before the first approval never saw it
    no = await refused(tap(two, late.id, OPERATOR_2))
    assert (no.reason, no.facts["who"]) == ("approved_meanwhile", "operator 3")
    assert two.gate.count("release") == 0
    assert (await now(two, approval)).ended_at is None
    assert (await two.outcomes("release"))[-1] == "not_allowed"


async def test_who_has_another_role_by_now_is_still_the_same_person(two: Bench) -> None:
    approval = await approved(two)
    await people.change_role(two.desk, OWNER, OPERATOR, Role.LEAD)
    assert (await now(two, approval)).why == "first_out"
    again = await approved(two)
    assert (await refused(two.open_step())).reason == "own_approval"
    assert again.first == OPERATOR
    assert two.gate.count("release") == 0


@pytest.mark.parametrize("by", [AGENT, VIEWER])
async def test_who_has_no_right_cannot_be_the_second(two: Bench, by: int) -> None:
    approval = await approved(two)
    assert (await refused(two.open_step(by=by))).reason == "role_too_low"
    assert (await refused(two_people.wanted(two.desk, by, approval.id))).reason == "role_too_low"
    assert (await refused(two_people.say_no(two.desk, by, approval.id, "other"))).reason == "role_too_low"
    assert (await refused(two_people.wanted(two.desk, 999, approval.id))).reason == "no_right_here"
    assert (await now(two, approval)).ended_at is None


async def test_who_is_over_the_limit_cannot_be_the_second(two: Bench) -> None:
    approval = await approved(two, by=LEAD)
    async with two.store.write() as tables:
        limit = Limit(Decimal("999"), Decimal("5000"))
        await tables.staff.set_limit(Role.OPERATOR, "release", limit, two.now, OWNER)
    assert (await refused(two.open_step(by=OPERATOR))).reason == "over_limit"
    assert (await now(two, approval)).ended_at is None
    assert two.gate.count("release") == 0


async def test_both_peoples_daily_limits_are_used(two: Bench) -> None:
    for number in range(5):
        order_id = sale(two, number)
        await approved(two, order_id=order_id, by=OPERATOR)
        assert isinstance(await tap(two, await two.open_step(order_id, by=OPERATOR_2), OPERATOR_2), Intent)
    for by in (OPERATOR, OPERATOR_2):
        assert (await refused(two.open_step(by=by))).reason == "over_daily_limit"


async def test_what_the_first_may_move_no_more_cannot_be_completed(two: Bench) -> None:
    first = [sale(two, number) for number in range(6)]
    waiting = [await approved(two, order_id=order_id) for order_id in first]  # nothing of it has moved yet
    for order_id in first[:5]:
        assert isinstance(await tap(two, await two.open_step(order_id, by=LEAD), LEAD), Intent)
    no = await refused(two.open_step(first[5], by=LEAD))
    assert no.reason == "approval_over"
    ended = await now(two, waiting[5])
    assert (ended.why, ended.because) == ("changed", "over_daily_limit")
    assert two.gate.count("release") == 5


async def test_two_seconds_at_once_are_one_request(two: Bench) -> None:
    await approved(two)
    _, mine = await approve.open_step(two.desk, LEAD, ORDER.id, Action.RELEASE)
    _, yours = await approve.open_step(two.desk, OPERATOR_2, ORDER.id, Action.RELEASE)
    two.pass_(2)
    ended = await asyncio.gather(
        confirm.confirm(two.desk, LEAD, mine.id, two.now),
        confirm.confirm(two.desk, OPERATOR_2, yours.id, two.now),
        confirm.confirm(two.desk, LEAD, mine.id, two.now),
        return_exceptions=True,
    )
    await two.desk.drain(5)
    assert two.gate.count("release") == 1
    assert sum(isinstance(one, Intent) for one in ended) == 1
    assert all(isinstance(one, Intent | NotAllowed) for one in ended)


@pytest.mark.parametrize("is_first_first", [True, False])
async def test_taking_back_while_the_second_confirms_has_one_winner(two: Bench, is_first_first: bool) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    works: list[Awaitable[object]] = [
        two_people.take_back(two.desk, OPERATOR, approval.id), confirm.confirm(two.desk, LEAD, seal, two.now),
    ]  # fmt: skip
    if not is_first_first:
        works.reverse()
    ended = await asyncio.gather(*works, return_exceptions=True)
    await two.desk.drain(5)
    refusals = [one for one in ended if isinstance(one, NotAllowed)]
    assert len(refusals) == 1
    assert two.gate.count("release") == (1 if (await now(two, approval)).why == "used" else 0)


async def test_two_firsts_at_once_leave_one_approval(two: Bench) -> None:
    _, mine = await approve.open_step(two.desk, LEAD, ORDER.id, Action.RELEASE)
    _, yours = await approve.open_step(two.desk, OPERATOR, ORDER.id, Action.RELEASE)
    two.pass_(2)
    ended = await asyncio.gather(
        confirm.confirm(two.desk, LEAD, mine.id, two.now),
        confirm.confirm(two.desk, OPERATOR, yours.id, two.now),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Waiting) for one in ended) == 1
    assert sum(isinstance(one, NotAllowed) for one in ended) == 1
    assert two.gate.count("release") == 0


async def test_who_asked_a_lead_never_releases_it_alone_whatever_they_become(bench: Bench) -> None:
    await people.set_limit(bench.desk, OWNER, Role.OPERATOR, "release", Limit(Decimal(10), Decimal(10)))
    await bench.see()
    await bank.ask_lead(bench.desk, OPERATOR, ORDER.id, "release")
    await people.change_role(bench.desk, OWNER, OPERATOR, Role.LEAD)
    assert (await refused(bench.open_step())).reason == "asked_by_you"
    await bank.ask_lead(bench.desk, AGENT, ORDER.id, "release")  # the last asker's name does not hide the first
    assert (await refused(bench.open_step())).reason == "asked_by_you"
    assert bench.gate.count("release") == 0
    intent = await bench.act(by=LEAD)
    assert (intent.state, intent.requester) == (State.DONE, AGENT)


async def test_who_asked_may_be_one_of_two(two: Bench) -> None:
    await two.see()
    await bank.ask_lead(two.desk, OPERATOR, ORDER.id, "release")
    await approved(two)
    assert isinstance(await tap(two, await two.open_step(by=LEAD), LEAD), Intent)


async def test_a_shop_with_nobody_else_is_told_so_before_anybody_looks_into_the_bank(two: Bench) -> None:
    for person in (LEAD, OPERATOR, OPERATOR_2):
        await people.change_role(two.desk, OWNER, person, Role.AGENT)
    no = await refused(two.open_step(by=OWNER))
    assert no.reason == "nobody_second"
    assert two.gate.count("release") == 0


async def test_a_step_that_saw_an_earlier_yes_does_not_complete_a_later_one(two: Bench) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two_people.take_back(two.desk, OPERATOR, approval.id)
    again = await approved(two)
    assert (await refused(tap(two, seal, LEAD))).reason == "approved_meanwhile"
    assert (await now(two, again)).ended_at is None
    assert two.gate.count("release") == 0
