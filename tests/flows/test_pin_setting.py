"""A PIN is set, changed and taken away by answers; owners unlock and reset, nobody for themselves."""

from itertools import pairwise

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.step_up import Step
from bot.flows import pin_questions, pin_setting
from tests.flows.bench import LEAD, OPERATOR, OWNER, Bench
from tests.flows.step_up_bench import FIRST, OTHER, SECOND, follow, guess, no, pins, reply, set_pin, set_second


@pytest.mark.parametrize("pin", ["111111", "123456", "987654", "890123", "210987", "48222222", "4812345691"])
async def test_a_plain_pin_is_refused_and_the_question_comes_again(bench: Bench, pin: str) -> None:
    prompt = await pin_setting.begin(bench.desk, OPERATOR, Step.NEW)
    refused = await no(reply(bench, prompt, pin))
    assert refused.reason == "pin_plain"
    fresh = await pin_questions.once_more(bench.desk, OPERATOR, prompt.id, refused)
    assert await follow(bench, fresh, FIRST, FIRST) is None
    assert (await pins(bench)).is_set


async def test_two_that_differ_set_nothing_and_begin_anew(bench: Bench) -> None:
    prompt = await pin_setting.begin(bench.desk, OPERATOR, Step.NEW)
    again = await follow(bench, prompt, FIRST)
    assert again is not None and again.step is Step.AGAIN
    refused = await no(reply(bench, again, OTHER))
    assert refused.reason == "pin_differs" and not (await pins(bench)).is_set
    fresh = await pin_questions.once_more(bench.desk, OPERATOR, again.id, refused)
    assert fresh is not None and fresh.step is Step.NEW


async def test_a_change_asks_for_the_old_one_and_refuses_the_last_three(bench: Bench) -> None:
    used = [FIRST, "520417", "637185"]
    await set_pin(bench, used[0])
    for old, new in pairwise(used):
        asked = await pin_setting.begin(bench.desk, OPERATOR, Step.NEW)  # there is one: the old one is asked first
        assert asked.step is Step.OLD
        assert await follow(bench, asked, old, new, new) is None
    fresh = await follow(bench, await pin_setting.begin(bench.desk, OPERATOR, Step.OLD), used[-1])
    for pin in used:
        assert fresh is not None
        refused = await no(reply(bench, fresh, pin))
        assert refused.reason == "pin_used_before"
        fresh = await pin_questions.once_more(bench.desk, OPERATOR, fresh.id, refused)
    assert await follow(bench, fresh, OTHER, OTHER) is None
    asked = await pin_setting.begin(bench.desk, OPERATOR, Step.OLD)
    assert await follow(bench, asked, OTHER, FIRST, FIRST) is None  # the first is the fourth last by now


async def test_a_wrong_old_one_changes_nothing_and_counts(bench: Bench) -> None:
    await set_pin(bench)
    before = (await pins(bench)).first
    for step in (Step.OLD, Step.REMOVE, Step.SECOND_PROVE):
        assert (
            await no(reply(bench, await pin_setting.begin(bench.desk, OPERATOR, step), OTHER))
        ).reason == "pin_wrong"
    assert ((await pins(bench)).first, (await pins(bench)).wrong) == (before, 3)


async def test_a_pin_that_is_taken_away_is_asked_no_more_and_may_not_come_back(bench: Bench) -> None:
    await set_pin(bench)
    await reply(bench, await pin_setting.begin(bench.desk, OPERATOR, Step.REMOVE), FIRST)
    assert not (await pin_setting.standing(bench.desk, OPERATOR)).is_set
    assert (await no(pin_setting.begin(bench.desk, OPERATOR, Step.REMOVE))).reason == "pin_none"
    prompt = await pin_setting.begin(bench.desk, OPERATOR, Step.OLD)
    assert prompt.step is Step.NEW
    assert (await no(reply(bench, prompt, FIRST))).reason == "pin_used_before"


async def test_the_second_pin_differs_from_the_first_and_from_every_used_one(bench: Bench) -> None:
    await set_pin(bench)
    prompt = await follow(bench, await pin_setting.begin(bench.desk, OPERATOR, Step.SECOND_PROVE), FIRST)
    assert prompt is not None and prompt.step is Step.SECOND
    refused = await no(reply(bench, prompt, FIRST))
    assert refused.reason == "pin_used_before"
    fresh = await pin_questions.once_more(bench.desk, OPERATOR, prompt.id, refused)
    assert await follow(bench, fresh, SECOND, SECOND) is None
    asked = await follow(bench, await pin_setting.begin(bench.desk, OPERATOR, Step.OLD), FIRST)
    assert asked is not None
    assert (await no(reply(bench, asked, SECOND))).reason == "pin_used_before"  # not “that is your other one”


async def test_nothing_that_is_shown_tells_whether_there_is_a_second_one(bench: Bench) -> None:
    await set_pin(bench)
    without = await pin_setting.standing(bench.desk, OPERATOR)
    await set_second(bench)
    assert await pin_setting.standing(bench.desk, OPERATOR) == without
    assert {line.action for line in await bench.journal()} == {"pin", "pin_set"}
    assert (await pin_setting.end_second(bench.desk, OPERATOR)).step is Step.SECOND_PROVE
    await reply(bench, await pin_setting.end_second(bench.desk, OPERATOR), FIRST)
    assert (await pins(bench)).second == ""


async def test_a_first_one_is_needed_before_a_second(bench: Bench) -> None:
    assert (await no(pin_setting.begin(bench.desk, OPERATOR, Step.SECOND_PROVE))).reason == "pin_none"
    assert (await no(pin_setting.end_second(bench.desk, OPERATOR))).reason == "pin_none"


async def test_an_owner_unlocks_and_resets_others_and_never_themselves(bench: Bench) -> None:
    await set_pin(bench)
    await set_pin(bench, by=OWNER)
    await guess(bench, 5)
    await guess(bench, 5, by=OWNER)
    assert (await no(pin_setting.unlock(bench.desk, LEAD, OPERATOR))).reason == "role_too_low"
    assert (await no(pin_setting.unlock(bench.desk, OWNER, OWNER))).reason == "pin_own"
    assert (await no(pin_setting.reset(bench.desk, OWNER, OWNER))).reason == "pin_own"
    assert (await no(pin_setting.reset(bench.desk, LEAD, OPERATOR))).reason == "role_too_low"
    assert (await no(pin_setting.reset(bench.desk, OWNER, 999))).reason == "unknown_person"
    assert (
        await no(pin_setting.reset(bench.desk, OWNER, OPERATOR))
    ).reason == "pin_locked"  # who is locked does nothing
    await pin_setting.reset(bench.desk, None, OWNER)  # the technician
    await pin_setting.reset(bench.desk, OWNER, OPERATOR)
    async with bench.store.read() as tables:
        assert await tables.step_up.pins(OPERATOR) is None
    assert not await pin_setting.unlock(bench.desk, OWNER, OPERATOR)


async def test_an_owner_with_a_pin_gives_it_for_each_reset(bench: Bench) -> None:
    await set_pin(bench)
    await set_pin(bench, by=OWNER, pin=OTHER)
    for _ in range(2):
        refused = await no(pin_setting.reset(bench.desk, OWNER, OPERATOR))
        assert (refused.reason, refused.facts["why"]) == ("pin_needed", "always")
        prompt = await pin_questions.ask(bench.desk, OWNER, Step.PROVE, refused.facts["about"], refused.facts)
        await reply(bench, prompt, OTHER)
        await pin_setting.reset(bench.desk, OWNER, OPERATOR)


async def test_a_frozen_person_sets_no_pin(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.staff.set_frozen(OPERATOR, True, bench.now)
        await bench.desk.read_people(tables)
    with pytest.raises(NotAllowed, match="person_frozen"):
        await pin_setting.begin(bench.desk, OPERATOR, Step.NEW)
