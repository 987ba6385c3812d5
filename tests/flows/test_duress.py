"""The second PIN: where it was typed everything looks as with the first, and no money moves."""

import io
import statistics
import time
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.accounts import WorkStatus
from bot.domain.errors import DeskError, NotAllowed, Unreachable
from bot.domain.intents import State
from bot.domain.shop import Wish
from bot.domain.step_up import Step
from bot.flows import (
    approve,
    duty,
    evidence_pack,
    freeze,
    journal,
    pin_questions,
    pin_setting,
    queue,
    shop,
    step_up,
)  # fmt: skip
from bot.flows.duress import as_shown
from tests.flows.bench import GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, RELEASE, Bench, notices
from tests.flows.rule_bench import open_rules
from tests.flows.step_up_bench import (
    FIRST,
    OTHER,
    SECOND,
    asked,
    follow,
    no,
    pins,
    prove,
    reply,
    require,
    set_pin,
    set_second,
)


@pytest.fixture
async def forced(bench: Bench) -> Bench:
    """The operator has both PINs and is asked again."""
    await set_pin(bench)
    await set_second(bench)
    bench.pass_(3600)
    await bench.told()
    return bench


async def test_it_freezes_and_rings_the_owners_alone_and_tells_neither_person_nor_group(forced: Bench) -> None:
    seal = await forced.open_step()
    await prove(forced, forced.confirm(seal), SECOND)
    told = await forced.outbox()
    assert notices(told, "duress") == [OWNER] and all(one.ring for one in told if one.notice == "duress")
    assert {one.notice for one in told if one.chat_id in (OPERATOR, GROUP)} <= {""}
    with pytest.raises(Unreachable):
        await forced.confirm(seal)
    assert forced.gate.count("release") == 0
    assert (await forced.journal(ORDER.id))[0].facts["reason"] == "pin_2"
    assert (await no(forced.open_step(by=OPERATOR_2))).reason == "desk_frozen"


async def test_its_answer_and_its_journal_line_look_like_the_right_ones(forced: Bench) -> None:
    seal = await forced.open_step()
    first = await reply(forced, await asked(forced, forced.confirm(seal)), FIRST)
    forced.pass_(3600)
    seal = await forced.open_step()
    second = await reply(forced, await asked(forced, forced.confirm(seal)), SECOND)
    assert (first.follows, first.prompt.step) == (second.follows, second.prompt.step)
    newest, older = [line for line in await forced.journal() if line.action == "pin" and line.outcome == "done"][:2]
    assert (newest.actor, newest.target, newest.outcome) == (older.actor, older.target, older.outcome)
    assert not [line for line in await forced.journal() if line.action in ("freeze", "duress")]


async def test_whatever_this_person_tries_afterwards_says_that_gate_is_away(forced: Bench) -> None:
    await prove(forced, forced.confirm(await forced.open_step()), SECOND)
    try:
        await approve.open_step(forced.desk, OPERATOR, ORDER.id, RELEASE)
    except DeskError as error:
        shown = await as_shown(forced.desk, OPERATOR, error)
        assert isinstance(shown, Unreachable) and isinstance(error, NotAllowed)
        assert await as_shown(forced.desk, LEAD, error) is error
    else:
        raise AssertionError("the desk is not frozen")
    assert not (await queue.queue(forced.desk, OPERATOR)).is_frozen
    assert not (await queue.queue_for(forced.desk, None)).is_frozen  # the pinned one
    assert (await queue.queue(forced.desk, OWNER)).is_frozen


async def test_typed_again_it_rings_nobody_a_second_time(forced: Bench) -> None:
    for _ in range(2):
        prompt = await pin_questions.ask(forced.desk, OPERATOR, Step.PROVE, "x")
        await reply(forced, prompt, SECOND)
    assert notices(await forced.outbox(), "duress") == [OWNER]


async def test_an_owner_unfreezes_and_everybody_sees_things_as_they_are_again(forced: Bench) -> None:
    seal = await forced.open_step()
    await prove(forced, forced.confirm(seal), SECOND)
    await freeze.unfreeze_desk(forced.desk, OWNER)
    assert (await pins(forced)).quiet_at is None
    assert (await forced.confirm(await forced.open_step())).state is State.DONE


async def test_somebodys_open_freeze_over_it_is_seen_by_all(forced: Bench) -> None:
    seal = await forced.open_step()
    await prove(forced, forced.confirm(seal), SECOND)
    await freeze.freeze_desk(forced.desk, LEAD)
    assert (await queue.queue(forced.desk, OPERATOR)).is_frozen
    assert (await no(forced.confirm(seal))).reason == "desk_frozen"


async def test_on_a_desk_that_is_frozen_for_all_to_see_nothing_is_hidden_and_the_owners_are_rung(
    forced: Bench,
) -> None:
    seal = await forced.open_step()
    await freeze.freeze_desk(forced.desk, LEAD)
    await prove(forced, forced.confirm(seal), SECOND)
    assert (await no(forced.confirm(seal))).reason == "desk_frozen"
    assert notices(await forced.outbox(), "duress") == [OWNER]


async def test_a_forced_change_or_removal_looks_done_and_is_not(forced: Bench) -> None:
    kept = (await pins(forced)).first
    asked_old = await pin_setting.begin(forced.desk, OPERATOR, Step.OLD)
    assert await follow(forced, asked_old, SECOND, OTHER, OTHER) is None
    assert (await pins(forced)).first == kept
    await reply(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.REMOVE), OTHER)
    assert not (await pin_setting.standing(forced.desk, OPERATOR)).is_set
    assert (await pins(forced)).first == kept
    asked_new = await pin_setting.begin(forced.desk, OPERATOR, Step.NEW)
    assert asked_new.step is Step.NEW
    assert await follow(forced, asked_new, "520417", "520417") is None
    assert (await pin_setting.standing(forced.desk, OPERATOR)).is_set and (await pins(forced)).first == kept
    await freeze.unfreeze_desk(forced.desk, OWNER)
    assert (await pins(forced)).pretends == "" and (await pins(forced)).first == kept


async def test_a_pin_that_was_changed_by_force_is_taken_as_one_that_counts(forced: Bench) -> None:
    set_at = (await pins(forced)).set_at
    forced.pass_(60)
    assert await follow(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.OLD), SECOND, OTHER, OTHER) is None
    seen = await pin_setting.standing(forced.desk, OPERATOR)
    assert seen.is_set and seen.set_at == forced.now and (await pins(forced)).set_at == set_at
    await reply(forced, await pin_questions.ask(forced.desk, OPERATOR, Step.PROVE, "x"), OTHER)
    refused = await no(reply(forced, await pin_questions.ask(forced.desk, OPERATOR, Step.PROVE, "x"), SECOND))
    assert refused.reason == "pin_wrong"  # as the one before a change is
    again = await follow(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.OLD), OTHER)
    assert again is not None and (await no(reply(forced, again, OTHER))).reason == "pin_used_before"
    await reply(forced, await pin_questions.ask(forced.desk, OPERATOR, Step.PROVE, "x"), FIRST)  # the way back
    await set_second(forced, "520417", first=OTHER)
    for pin in ("520417", OTHER):
        await reply(forced, await pin_questions.ask(forced.desk, OPERATOR, Step.PROVE, "x"), pin)
    assert {line.facts["pin"] for line in await forced.journal() if line.facts.get("about") == "x" and
            line.outcome == "done"} == {"1", "2"}  # fmt: skip
    assert notices(await forced.outbox(), "duress") == [OWNER]
    await freeze.unfreeze_desk(forced.desk, OWNER)
    forced.pass_(3600)
    seal = await forced.open_step()
    assert (await no(reply(forced, await asked(forced, forced.confirm(seal)), OTHER))).reason == "pin_wrong"
    await prove(forced, forced.confirm(seal), FIRST)
    assert (await forced.confirm(seal)).state is State.DONE


async def test_the_last_three_pins_set_by_force_are_refused_like_those_of_a_change(forced: Bench) -> None:
    kept, used = await pins(forced), [SECOND, OTHER, "520417", "637185"]
    for old, new in pairwise(used):
        assert await follow(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.OLD), old, new, new) is None
    fresh = await follow(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.OLD), used[-1])
    for pin in used[1:]:
        assert fresh is not None
        refused = await no(reply(forced, fresh, pin))
        assert refused.reason == "pin_used_before", pin
        fresh = await pin_questions.once_more(forced.desk, OPERATOR, fresh.id, refused)
    assert await follow(forced, fresh, "804613", "804613") is None
    asked_old = await pin_setting.begin(forced.desk, OPERATOR, Step.OLD)
    assert await follow(forced, asked_old, "804613", OTHER, OTHER) is None  # the fourth last by now
    assert ((await pins(forced)).first, (await pins(forced)).past) == (kept.first, kept.past)


async def test_a_pin_that_was_taken_away_by_force_may_not_come_back(forced: Bench) -> None:
    assert await follow(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.OLD), SECOND, OTHER, OTHER) is None
    await reply(forced, await pin_setting.begin(forced.desk, OPERATOR, Step.REMOVE), OTHER)
    assert not (await pin_setting.standing(forced.desk, OPERATOR)).is_set
    fresh = await pin_setting.begin(forced.desk, OPERATOR, Step.NEW)
    assert (await no(reply(forced, fresh, OTHER))).reason == "pin_used_before"


async def test_a_change_by_force_leaves_the_lines_of_a_change(forced: Bench) -> None:
    async def lines(old: str, new: str) -> list[tuple[str, str]]:
        before = len(await forced.journal())
        begun = pin_setting.begin
        assert await follow(forced, await pin_setting.end_second(forced.desk, OPERATOR), old) is None
        assert (
            await follow(forced, await begun(forced.desk, OPERATOR, Step.SECOND_PROVE), old, "520417", "520417") is None
        )
        assert await follow(forced, await begun(forced.desk, OPERATOR, Step.OLD), old, new, new) is None
        await reply(forced, await begun(forced.desk, OPERATOR, Step.REMOVE), new)
        return [(line.action, line.outcome) for line in (await forced.journal())[:-before]]

    kept = (await pins(forced)).first
    by_force = await lines(SECOND, OTHER)
    assert (await pins(forced)).first == kept
    await freeze.unfreeze_desk(forced.desk, OWNER)
    assert await lines(FIRST, "637185") == by_force and ("pin_removed", "done") in by_force


async def test_after_a_removal_by_force_no_tap_asks_for_a_pin(bench: Bench) -> None:
    require(bench, approval_seconds=7200)
    seal = await bench.open_step(by=LEAD)
    for person in (OWNER, LEAD):
        await set_pin(bench, by=person)
        await set_second(bench, by=person)
        await reply(bench, await pin_setting.begin(bench.desk, person, Step.REMOVE), SECOND)
        assert not (await pin_setting.standing(bench.desk, person)).is_set
    bench.pass_(3600)
    assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).reason == "database"
    await freeze.freeze_desk(bench.desk, LEAD)  # a loud freeze in between changes nothing about it
    assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).reason == "database"
    with pytest.raises(Unreachable):
        await step_up.check_deed(bench.desk, LEAD, "settle", "1")
    with pytest.raises(Unreachable):
        await bench.confirm(seal, by=LEAD)


def unpacked(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if "journal" in name)


@pytest.mark.parametrize("is_loud_since", [False, True])
async def test_neither_pack_nor_journal_shows_it_to_this_person(bench: Bench, is_loud_since: bool) -> None:
    await set_pin(bench, by=LEAD)
    await set_second(bench, by=LEAD)
    bench.pass_(3600)
    seal = await bench.open_step(by=LEAD)
    await prove(bench, bench.confirm(seal, by=LEAD), SECOND, by=LEAD)
    with pytest.raises(Unreachable):
        await bench.confirm(seal, by=LEAD)
    assert (await no(bench.open_step(by=OPERATOR))).reason == "desk_frozen"
    await write_down_refusals(bench)
    if is_loud_since:
        await freeze.freeze_desk(bench.desk, OWNER)
    telling = ("pin_2", "desk_frozen", "shop_frozen")
    theirs = unpacked(await evidence_pack.pack(bench.desk, ORDER.id, LEAD))
    assert "pin_needed" in theirs and not [word for word in telling if word in theirs]
    for everything in (OWNER, None):
        seen = unpacked(await evidence_pack.pack(bench.desk, ORDER.id, everything))
        assert not [word for word in telling if word not in seen]
    lines = await journal.page(bench.desk, LEAD, 0)
    assert len(lines) == journal.PAGE  # hidden ones leave no gap
    assert not [line for line in lines if set(line.facts.values()) & set(telling)]
    assert [line for line in await journal.page(bench.desk, OWNER, 0) if set(line.facts.values()) & set(telling)]
    await freeze.unfreeze_desk(bench.desk, OWNER)
    assert "pin_2" in unpacked(await evidence_pack.pack(bench.desk, ORDER.id, LEAD))


async def write_down_refusals(bench: Bench) -> None:
    """As others of the staff are refused meanwhile, and what they approved ends."""
    plain = {"reason": "too_quick"}
    async with bench.store.write() as tables:
        for facts in (plain, plain, {"reason": "desk_frozen"}, {"reason": "shop_frozen"}, {"because": "desk_frozen"}):
            await tables.journal.add(
                at=bench.now, actor=OPERATOR, action="release", target=ORDER.id, facts=facts, outcome="not_allowed"
            )


async def test_an_owner_who_is_forced_cannot_unfreeze_with_the_second_and_can_with_the_first(bench: Bench) -> None:
    await set_pin(bench, by=OWNER)
    await set_second(bench, by=OWNER)
    bench.pass_(3600)
    await reply(bench, await pin_questions.ask(bench.desk, OWNER, Step.PROVE, "x"), SECOND)
    assert notices(await bench.outbox(), "duress") == [LEAD]  # no other owner: the leads
    bench.pass_(200)
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), SECOND, by=OWNER)
    assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).reason == "database"
    bench.pass_(200)
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), FIRST, by=OWNER)
    await freeze.unfreeze_desk(bench.desk, OWNER)
    assert not (await queue.queue(bench.desk, OWNER)).is_frozen


async def test_a_loud_freeze_in_between_does_not_tell_the_two_pins_apart(bench: Bench) -> None:
    await set_pin(bench, by=OWNER)
    await set_second(bench, by=OWNER)
    bench.pass_(3600)
    await reply(bench, await pin_questions.ask(bench.desk, OWNER, Step.PROVE, "x"), SECOND)
    await freeze.freeze_desk(bench.desk, OWNER)
    bench.pass_(200)
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), SECOND, by=OWNER)
    assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).reason == "database"


async def test_right_second_and_wrong_take_the_same_time(bench: Bench) -> None:
    await set_pin(bench)
    await set_second(bench)
    took: dict[str, list[float]] = {FIRST: [], SECOND: [], OTHER: []}
    for _ in range(7):
        for pin, times in took.items():
            prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
            began = time.process_time()
            try:
                await reply(bench, prompt, pin)
            except NotAllowed:
                assert pin == OTHER
            times.append(time.process_time() - began)
    middle = {pin: statistics.median(times) for pin, times in took.items()}
    assert max(middle.values()) < 1.6 * min(middle.values()), middle


async def test_neither_shop_nor_duty_shows_it_to_this_person(bench: Bench) -> None:
    await set_pin(bench, by=LEAD)
    await set_second(bench, by=LEAD)
    await reply(bench, await pin_questions.ask(bench.desk, LEAD, Step.PROVE, "x"), SECOND)
    for person, seen in ((LEAD, False), (OWNER, True)):
        assert (await shop.look(bench.desk, person)).is_frozen is seen
        assert (await shop.ask(bench.desk, person, Wish(WorkStatus.REST))).is_frozen is seen
        assert (await duty.stand(bench.desk, person)).is_frozen is seen


async def test_a_price_rule_stops_as_if_the_market_could_not_be_read(tmp_path: Path) -> None:
    async with open_rules(tmp_path) as rules:
        await set_pin(rules.bench, by=LEAD)
        await set_second(rules.bench, by=LEAD)
        armed = await rules.armed()
        await reply(rules.bench, await pin_questions.ask(rules.desk, LEAD, Step.PROVE, "x"), SECOND)
        await rules.turn()
        assert not (await rules.rule(armed)).is_armed
        told = [one for one in await rules.told() if one.notice.startswith("rule_")]
        assert told and "frozen" not in str([one.facts for one in told]) and "stale" in str([one.facts for one in told])
