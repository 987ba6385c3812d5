"""How a request for a second person ends: by time, by a change, by a word of either, by a freeze."""

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.situations import LockReason
from bot.domain.staff import Limit, Role
from bot.domain.two_people import Waiting
from bot.flows import approve, assemble, bank, freeze, people, standing, two_people
from bot.flows.absorb import look
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, Bench, cards, notices
from tests.flows.two_people_bench import approved, needs_two, now, refused, tap


@pytest.fixture
def two(bench: Bench) -> Bench:
    needs_two(bench)
    return bench


async def test_an_expired_approval_counts_for_nothing(two: Bench) -> None:
    approval = await approved(two)
    two.pass_(599)
    late = await two.open_step(by=LEAD)
    no = await refused(tap(two, late, LEAD))
    assert no.reason == "approval_expired"
    assert two.gate.count("release") == 0
    assert (await now(two, approval)).why == "expired"
    assert (await refused(two_people.wanted(two.desk, LEAD, approval.id))).reason == "approval_over"
    assert notices(await two.told(), "approval_ended") == [OPERATOR]


async def test_the_loop_ends_what_has_had_its_time_and_writes_nothing_before(two: Bench) -> None:
    approval = await approved(two)
    before = two.store.commits
    two.pass_(599)
    await standing.round_(two.desk)
    assert two.store.commits == before
    two.pass_(1)
    await standing.round_(two.desk)
    assert (await now(two, approval)).why == "expired"
    assert notices(await two.told(), "approval_ended") == [OPERATOR]
    await standing.round_(two.desk)
    assert notices(await two.told(), "approval_ended") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("1000.01")}, {"total": Decimal("7199")}, {"counterparty_name": "李四"},
        {"status": "locked", "in_appeal": True, "can_release_in_appeal": True}, {"payees": ()}, {"terms": "else"},
    ],
    ids=["amount", "total", "name", "appeal", "payee", "terms"],
)  # fmt: skip
@pytest.mark.parametrize("moment", ["before the step", "under the step"])
async def test_any_changed_fact_ends_the_approval_and_the_first_is_told(
    two: Bench, changes: dict[str, object], moment: str
) -> None:
    approval = await approved(two)
    await two.told()
    seal = "" if moment == "before the step" else await two.open_step(by=LEAD)
    two.gate.move(ORDER.id, **changes)
    two.pass_(1)
    if seal:
        assert (await refused(tap(two, seal, LEAD))).reason in ("order_changed", "approval_over")
    else:
        with suppress(NotAllowed):  # or a first step of the lead's own: nothing of the old approval is left
            _, opened = await approve.open_step(two.desk, LEAD, ORDER.id, Action.RELEASE)
            assert opened.choice.first is None
    ended = await now(two, approval)
    assert ended.why == "changed"
    assert notices(await two.told(), "approval_ended") == [OPERATOR]
    assert two.gate.count("release") == 0


async def test_first_takes_back_and_nothing_is_left_to_complete(two: Bench) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two.told()
    assert (await refused(two_people.take_back(two.desk, LEAD, approval.id))).reason == "not_your_approval"
    situation = await two_people.take_back(two.desk, OPERATOR, approval.id)
    assert situation.approval is None
    assert notices(await two.told(), "approval_ended") == []  # whoever did it knows it
    no = await refused(tap(two, seal, LEAD))
    assert (no.reason, no.facts["why"]) == ("approval_over", "taken_back")
    assert (await refused(two_people.take_back(two.desk, OPERATOR, approval.id))).reason == "approval_over"
    assert (await refused(two_people.take_back(two.desk, OPERATOR, "never"))).reason == "stale_button"
    assert two.gate.count("release") == 0


@pytest.mark.parametrize("because", ["not_there", "name_differs", "other"])
async def test_a_no_of_the_second_ends_it_with_a_reason_and_is_told(two: Bench, because: str) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two.told()
    assert (await refused(two_people.say_no(two.desk, LEAD, approval.id, "never"))).reason == "stale_button"
    await two_people.say_no(two.desk, LEAD, approval.id, because)
    ended = await now(two, approval)
    assert (ended.why, ended.because, ended.ended_by) == ("refused", because, LEAD)
    told = [one for one in await two.told() if one.notice == "approval_ended"]
    assert [one.chat_id for one in told] == [OPERATOR]
    assert (told[0].facts["who"], told[0].facts["because"]) == ("lead 2", because)
    stored = await two.stored()
    assert (stored.lock is not None) == (because == "name_differs")
    assert (stored.bank_look is not None) == (because == "not_there")
    with pytest.raises(NotAllowed):
        await tap(two, seal, LEAD)
    assert two.gate.count("release") == 0
    assert await two.outcomes("approval_end") == ["refused"]


async def test_another_name_seen_by_the_second_is_as_another_name_seen_by_the_first(two: Bench) -> None:
    later = replace(ORDER, id="61000777", total=ORDER.total + 1)
    await look(two.desk, two.add(later))
    approval = await approved(two)
    await two.told()
    situation = await two_people.say_no(two.desk, OPERATOR_2, approval.id, "name_differs")
    assert situation.lock is not None and situation.lock.by == OPERATOR_2
    mark = (await assemble.show(two.desk, LEAD, later.id)).doubts.mark
    assert mark is not None and (mark.reason, mark.order_id) == (LockReason.NAME_DIFFERS, ORDER.id)
    assert sorted({one.chat_id for one in await two.told() if one.notice == "release_locked"}) == [OWNER, LEAD]
    assert await two.outcomes("name_differs") == ["done"]
    named = await bank.keep_payer(two.desk, OPERATOR_2, ORDER.id, "王五")
    assert named.doubts.payer == "王五"


async def test_a_doubt_of_anybody_ends_it(two: Bench) -> None:
    approval = await approved(two)
    await bank.not_there_yet(two.desk, AGENT, ORDER.id)
    assert (await now(two, approval)).why == "doubt"
    approval = await approved(two)
    await bank.stop_release(two.desk, OPERATOR_2, ORDER.id, LockReason.NAME_DIFFERS)
    assert (await now(two, approval)).why == "doubt"


@pytest.mark.parametrize("how", ["frozen", "removed", "demoted", "limited"])
async def test_a_first_approver_who_may_no_more_takes_the_approval_along(two: Bench, how: str) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two.told()
    if how == "frozen":
        await people.freeze_person(two.desk, OWNER, OPERATOR, True)
    elif how == "removed":
        await people.remove(two.desk, OWNER, OPERATOR)
    elif how == "demoted":
        await people.change_role(two.desk, OWNER, OPERATOR, Role.AGENT)
    else:
        await people.set_limit(two.desk, OWNER, Role.OPERATOR, "release", Limit(Decimal(600), Decimal(600)))
    assert (await now(two, approval)).why == "first_out"
    hearers = {"frozen": [LEAD], "removed": [LEAD], "demoted": [OPERATOR], "limited": [OPERATOR]}[how]
    assert notices(await two.told(), "approval_ended") == hearers
    assert (await refused(tap(two, seal, LEAD))).reason == "approval_over"
    assert two.gate.count("release") == 0


@pytest.mark.parametrize("by", [OWNER, LEAD, None])
async def test_a_freeze_ends_a_first_yes_for_good_and_says_so(two: Bench, by: int | None) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two.told()
    await freeze.freeze_desk(two.desk, by)
    ended = await now(two, approval)
    assert (ended.why, ended.ended_by) == ("frozen", by)
    told = await two.told()
    assert notices(told, "approval_ended") == [OPERATOR] and OPERATOR in cards(told)
    assert await two.outcomes("approval_end") == ["frozen"]
    assert (await refused(two.open_step(by=OPERATOR_2))).reason == "desk_frozen"
    await freeze.unfreeze_desk(two.desk, OWNER)
    no = await refused(tap(two, seal, LEAD))
    assert (no.reason, no.facts["why"]) == ("approval_over", "frozen")
    assert isinstance(await tap(two, await two.open_step(by=LEAD), LEAD), Waiting)
    assert two.gate.count("release") == 0


async def test_an_amount_that_is_no_longer_above_the_setting_is_let_go(two: Bench) -> None:
    approval = await approved(two)
    needs_two(two, "5000")
    await standing.round_(two.desk)
    assert (await now(two, approval)).why == "rules"


async def test_a_twin_that_comes_meanwhile_ends_the_yes_for_nobody_was_asked_which_payer(two: Bench) -> None:
    approval = await approved(two)
    seal = await two.open_step(by=LEAD)
    await two.told()
    twin = two.add(replace(ORDER, id="61000009", counterparty_id="c9", counterparty_name="李四"))
    await two.see(twin)
    no = await refused(tap(two, seal, LEAD))
    assert no.reason in ("which_payer", "reference_needed")
    ended = await now(two, approval)
    assert (ended.why, ended.because) == ("changed", no.reason)
    assert notices(await two.told(), "approval_ended") == [OPERATOR]
    assert two.gate.count("release") == 0
