"""Who belongs to the desk, how somebody joins, who is in the group, what everybody sets, and the freeze."""

from collections.abc import Awaitable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.staff import Limit, Role
from bot.domain.two_people import Waiting
from bot.domain.updates import read_update
from bot.flows import confirm, duty, freeze, invites, journal, members, own_settings, people
from storage.store import StoreError
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, VIEWER, Bench, notices
from tests.flows.step_up_bench import set_pin

NEW = 77


async def refused(work: Awaitable[object]) -> str:
    with pytest.raises(NotAllowed) as no:
        await work
    return no.value.reason


async def invited(bench: Bench, role: Role = Role.AGENT) -> tuple[str, str]:
    made, code = await invites.invite(bench.desk, OWNER, role)
    return made.id, code


async def test_an_invited_stranger_becomes_staff_only_when_an_owner_says_so(bench: Bench) -> None:
    invite_id, code = await invited(bench)
    assert code not in str(await bench.journal()), "only a hash of the code is kept"
    assert await refused(invites.open_invite(bench.desk, OWNER, invite_id)) == "invite_ended"
    assert await invites.ask_to_join(bench.desk, NEW, "New", "new", code)
    assert notices(await bench.told(), "join_request") == [OWNER]
    assert NEW not in bench.desk.people
    assert not await invites.ask_to_join(bench.desk, 78, "Other", "", code), "a code works once"
    person = await invites.admit_person(bench.desk, OWNER, invite_id, Role.VIEWER)
    assert person.role is Role.VIEWER and bench.desk.people[NEW].name == "New"
    assert notices(await bench.told(), "welcome") == [NEW]
    assert await refused(invites.admit_person(bench.desk, OWNER, invite_id, Role.LEAD)) == "invite_ended"


async def test_an_invite_ends_with_its_time_and_with_a_wrong_code(bench: Bench) -> None:
    invite_id, code = await invited(bench)
    assert not await invites.ask_to_join(bench.desk, NEW, "New", "", "x" + code[1:])
    bench.pass_(1801)
    assert not await invites.ask_to_join(bench.desk, NEW, "New", "", code)
    again, code = await invited(bench)
    await invites.ask_to_join(bench.desk, NEW, "New", "", code)
    bench.pass_(1801)
    assert await refused(invites.open_invite(bench.desk, OWNER, again)) == "invite_ended"
    assert invite_id != again


async def test_nobody_becomes_an_owner_by_invite(bench: Bench) -> None:
    assert await refused(invites.invite(bench.desk, OWNER, Role.OWNER)) == "owner_from_settings"
    invite_id, code = await invited(bench)
    await invites.ask_to_join(bench.desk, NEW, "New", "", code)
    assert await refused(invites.admit_person(bench.desk, OWNER, invite_id, Role.OWNER)) == "owner_from_settings"
    for person in (LEAD, OPERATOR):
        assert await refused(invites.invite(bench.desk, person, Role.VIEWER)) == "role_too_low"
        assert await refused(invites.open_invite(bench.desk, person, invite_id)) == "role_too_low"


@pytest.mark.parametrize("block", [True, False])
async def test_a_refused_person_stays_out_and_a_blocked_one_for_good(bench: Bench, block: bool) -> None:
    invite_id, code = await invited(bench)
    await invites.ask_to_join(bench.desk, NEW, "New", "", code)
    await invites.turn_away(bench.desk, OWNER, invite_id, block=block)
    assert await refused(invites.turn_away(bench.desk, OWNER, invite_id, block=block)) == "invite_ended"
    _, second = await invited(bench)
    assert await invites.ask_to_join(bench.desk, NEW, "New", "", second) is not block


async def test_only_a_living_code_lets_somebody_be_heard(bench: Bench) -> None:
    _, code = await invited(bench)

    async def is_heard(text: str) -> bool:
        async with bench.store.read() as tables:
            return await invites.is_invited(bench.desk, tables, NEW, text)

    assert await is_heard(f"/start {code}")
    for guess in ("/start", "/start ", "/start nope", "/start " + "a" * 65):
        assert not await is_heard(guess)
    async with bench.store.write() as tables:
        await tables.staff.block(NEW, bench.now, OWNER)
    assert not await is_heard(f"/start {code}"), "a blocked person is a stranger whatever they carry"


async def test_owners_stand_in_the_settings_and_are_changed_only_there(bench: Bench) -> None:
    for work in (
        people.change_role(bench.desk, OWNER, OWNER, Role.LEAD),
        people.change_role(bench.desk, OWNER, AGENT, Role.OWNER),
        people.remove(bench.desk, OWNER, OWNER),
    ):
        assert await refused(work) == "owner_from_settings"
    bench.desk.policy = replace(bench.desk.policy, owners=frozenset({LEAD, 50}))
    await people.seed_owners(bench.desk)
    roles = {person.id: person.role for person in bench.desk.people.values()}
    assert roles[LEAD] is Role.OWNER and roles[50] is Role.OWNER and OWNER not in roles
    await people.seed_owners(bench.desk)
    assert {person.id for person in bench.desk.people.values() if person.role is Role.OWNER} == {LEAD, 50}


async def test_a_role_and_a_removal_hold_at_once(bench: Bench) -> None:
    assert (await people.change_role(bench.desk, OWNER, AGENT, Role.LEAD)).role is Role.LEAD
    await people.remove(bench.desk, OWNER, AGENT)
    assert AGENT not in bench.desk.people
    assert await refused(people.remove(bench.desk, OWNER, AGENT)) == "unknown_person"
    assert await refused(people.remove(bench.desk, LEAD, OPERATOR)) == "role_too_low"
    assert await refused(people.change_role(bench.desk, OPERATOR, VIEWER, Role.LEAD)) == "role_too_low"


async def test_leads_freeze_those_below_and_only_owners_thaw(bench: Bench) -> None:
    assert (await people.freeze_person(bench.desk, LEAD, OPERATOR, True)).is_frozen
    assert await refused(people.freeze_person(bench.desk, LEAD, OWNER, True)) == "role_too_low"
    assert await refused(people.freeze_person(bench.desk, OWNER, OWNER, True)) == "role_too_low"
    assert await refused(people.freeze_person(bench.desk, LEAD, OPERATOR, False)) == "role_too_low"
    assert await refused(duty.set_duty(bench.desk, OPERATOR, True)) == "person_frozen"
    assert not (await people.freeze_person(bench.desk, OWNER, OPERATOR, False)).is_frozen


async def test_limits_are_kept_per_role_and_action(bench: Bench) -> None:
    await people.set_limit(bench.desk, OWNER, Role.OPERATOR, "release", Limit(Decimal("7"), Decimal("8")))
    async with bench.store.read() as tables:
        assert await tables.staff.limit(Role.OPERATOR, "release") == Limit(Decimal("7"), Decimal("8"))
    assert (Role.OPERATOR, "release", Limit(Decimal("7"), Decimal("8"))) in await people.limits(bench.desk, OWNER)
    assert await refused(people.set_limit(bench.desk, OWNER, Role.AGENT, "fly", Limit(Decimal(1), Decimal(1)))) == (
        "unknown_action"
    )
    assert await refused(people.limits(bench.desk, LEAD)) == "role_too_low"
    assert Action.RELEASE.value == "release"


async def test_the_staff_list_tells_whom_the_bot_cannot_reach(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_reachable(AGENT, False)
    everybody, unreachable = await people.people(bench.desk, OWNER)
    assert len(everybody) == 6 and unreachable == {AGENT}
    await own_settings.started(bench.desk, AGENT, "Ann")
    assert (await people.people(bench.desk, OWNER))[1] == set()
    assert await refused(people.people(bench.desk, LEAD)) == "role_too_low"


async def test_duty_language_and_time_zone_are_ones_own(bench: Bench) -> None:
    assert (await duty.set_duty(bench.desk, AGENT, True)).on_duty
    assert await refused(duty.set_duty(bench.desk, VIEWER, True)) == "role_too_low"
    assert (await own_settings.set_language(bench.desk, VIEWER, "zh")).language == "zh"
    assert (await own_settings.set_timezone(bench.desk, VIEWER, "Asia/Shanghai")).timezone == "Asia/Shanghai"
    assert await refused(own_settings.set_language(bench.desk, VIEWER, "fr")) == "usage"
    assert await refused(own_settings.set_timezone(bench.desk, VIEWER, "Mars/Olympus")) == "usage"
    assert bench.desk.people[VIEWER].language == "zh"
    assert await refused(own_settings.set_language(bench.desk, 999, "zh")) == "no_right_here"


async def test_an_owners_shown_name_is_learnt_at_start_and_kept(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, owners=frozenset({OWNER, 50}))
    await people.seed_owners(bench.desk)
    await own_settings.started(bench.desk, 50, "Real Name")
    assert bench.desk.people[50].name == "Real Name"
    await own_settings.started(bench.desk, 50, "Another")
    assert bench.desk.people[50].name == "Real Name"


async def test_an_owner_who_left_the_settings_takes_pin_and_first_yes_along(bench: Bench) -> None:
    bench.desk.policy = replace(bench.desk.policy, owners=frozenset({OWNER, 50}), two_people_above=Decimal(500))
    await people.seed_owners(bench.desk)
    await set_pin(bench, by=50)
    seal = await bench.open_step(by=50)
    assert isinstance(await confirm.confirm(bench.desk, 50, seal, bench.now), Waiting)
    await bench.told()
    bench.desk.policy = replace(bench.desk.policy, owners=frozenset({OWNER}))
    await people.seed_owners(bench.desk)
    async with bench.store.read() as tables:
        found, pins = await tables.approvals.latest_for(ORDER.id), await tables.step_up.pins(50)
    assert found is not None and (found.why, found.because) == ("first_out", "gone") and pins is None
    assert "approval_ended" in {one.notice for one in await bench.told()}


async def test_a_freeze_is_told_to_everybody_who_acts_and_to_the_group(bench: Bench) -> None:
    assert await refused(freeze.freeze_desk(bench.desk, OPERATOR)) == "role_too_low"
    await freeze.freeze_desk(bench.desk, LEAD)
    assert notices(await bench.told(), "desk_frozen") == [GROUP, OWNER, OPERATOR, AGENT, OPERATOR_2]
    assert await refused(freeze.unfreeze_desk(bench.desk, LEAD)) == "role_too_low"
    await freeze.unfreeze_desk(bench.desk, OWNER)
    thawed = notices(await bench.told(), "desk_unfrozen")
    assert LEAD in thawed and OWNER not in thawed, "whoever did it has the answer already"
    await freeze.freeze_desk(bench.desk, None)
    told = [delivery for delivery in await bench.told() if delivery.notice == "desk_frozen"]
    assert told and all(delivery.facts == {"who": ""} for delivery in told)
    assert [line.outcome for line in await bench.journal("desk")] == ["done", "done", "done"]


def member(
    user_id: int, status: str, *, kind: str = "chat_member", chat: int = GROUP, by: int = OWNER
) -> dict[str, object]:
    user = {"id": user_id, "first_name": "Eve"}
    return {
        "update_id": 1,
        kind: {"chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"}, "from": {"id": by},
               "new_chat_member": {"user": user, "status": status}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (member(NEW, "member"), "outsider_in_group"),
        (member(NEW, "restricted"), "outsider_in_group"),
        (member(NEW, "left"), ""),
        (member(NEW, "kicked"), ""),
        (member(AGENT, "member"), ""),
        (member(1000, "kicked", kind="my_chat_member"), "group_lost"),
        (member(1000, "member", kind="my_chat_member"), "group_lost"),
        (member(1000, "administrator", kind="my_chat_member"), "group_back"),
        (member(1000, "left"), "group_lost"),
    ],
)
async def test_owners_hear_who_reads_along_and_when_the_bot_is_out(
    bench: Bench, payload: dict[str, object], kind: str
) -> None:
    await members.membership_changed(bench.desk, read_update(payload), 1000)
    told = await bench.told()
    assert [delivery.notice for delivery in told] == ([kind] if kind else [])
    assert all(delivery.chat_id == OWNER and delivery.ring for delivery in told)


async def test_a_person_who_blocks_the_bot_is_out_of_reach_until_they_return(bench: Bench) -> None:
    for status, expected in (("kicked", {AGENT}), ("member", set())):
        payload = member(1000, status, kind="my_chat_member", chat=AGENT, by=AGENT)
        await members.membership_changed(bench.desk, read_update(payload), 1000)
        assert (await people.people(bench.desk, OWNER))[1] == expected
    await members.membership_changed(
        bench.desk, read_update(member(1000, "kicked", kind="my_chat_member", chat=NEW, by=NEW)), 1000
    )
    assert (await people.people(bench.desk, OWNER))[1] == set()


async def test_somebody_removed_who_is_still_inside_is_an_outsider(bench: Bench) -> None:
    person = await people.remove(bench.desk, OWNER, AGENT)
    await members.still_inside(bench.desk, person)
    assert notices(await bench.told(), "outsider_in_group") == [OWNER]


async def test_an_upgraded_group_is_remembered_until_the_settings_name_another(bench: Bench) -> None:
    assert await members.known_group(bench.desk) == GROUP
    await bench.see()
    await members.group_migrated(bench.desk, -100777)
    assert bench.desk.desk_chat_id == -100777 == await members.known_group(bench.desk)
    told = await bench.told()
    assert GROUP not in {delivery.chat_id for delivery in told} and -100777 in {one.chat_id for one in told}
    await members.group_migrated(bench.desk, -100777)
    assert await bench.told() == []
    await members.group_migrated(bench.desk, -100888)
    assert await members.known_group(bench.desk) == -100888, "twice upgraded, the settings still name the first"
    bench.desk.policy = replace(bench.desk.policy, desk_chat_id=-100888)
    assert await members.known_group(bench.desk) == -100888
    bench.desk.policy = replace(bench.desk.policy, desk_chat_id=-5)
    assert await members.known_group(bench.desk) == -5
    bench.desk.desk_chat_id = None
    await members.group_migrated(bench.desk, -1)
    assert bench.desk.desk_chat_id is None


async def test_leads_read_the_journal_page_by_page(bench: Bench) -> None:
    for number in range(12):
        await duty.set_duty(bench.desk, AGENT, number % 2 == 0)
    assert len(await journal.page(bench.desk, LEAD, 0)) == 10
    assert len(await journal.page(bench.desk, LEAD, 1)) == 2
    assert await journal.page(bench.desk, LEAD, -1) == await journal.page(bench.desk, LEAD, 0)
    assert await journal.page(bench.desk, LEAD, 0, target="nobody") == []
    assert await refused(journal.page(bench.desk, OPERATOR, 0)) == "role_too_low"
    everything = await journal.everything(bench.desk)
    assert [line.id for line in everything] == sorted(line.id for line in everything) and len(everything) == 12


async def test_what_could_not_be_written_gives_nobody_a_right(bench: Bench) -> None:
    await people.freeze_person(bench.desk, OWNER, OPERATOR, True)
    bench.broken.add("before:commit")
    with pytest.raises(StoreError):
        await people.freeze_person(bench.desk, OWNER, OPERATOR, False)
    with pytest.raises(StoreError):
        await people.change_role(bench.desk, OWNER, AGENT, Role.LEAD)
    bench.broken.clear()
    assert bench.desk.people[OPERATOR].is_frozen and bench.desk.people[AGENT].role is Role.AGENT
    await people.change_role(bench.desk, OWNER, AGENT, Role.LEAD)
    assert bench.desk.people[OPERATOR].is_frozen and bench.desk.people[AGENT].role is Role.LEAD
