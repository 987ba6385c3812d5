"""Whatever gives somebody more power asks for the PIN of whoever gives it, each time; what takes power away does not.

An unlocked phone of an owner must not be a way round PIN and second person.
"""

import ast
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.situations import LockReason
from bot.domain.staff import Limit, Role
from bot.domain.step_up import Step
from bot.flows import bank, freeze, invites, people, pin_questions, unlock
from bot.flows.desk import Desk
from bot.texts.extract import ROOT
from tests.flows.bench import AGENT, LEAD, OPERATOR, ORDER, OWNER, Bench, open_bench
from tests.flows.step_up_bench import FIRST, OTHER, SECOND, guess, no, reply, set_pin, set_second

NEW = 77


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as opened:
        yield opened


@dataclass
class Given:
    """`press` gives the power, `is_done` tells whether it was given. `action`, `target`: its journal line."""

    press: Callable[[Desk], Awaitable[object]]
    is_done: Callable[[Bench], Awaitable[bool]]
    action: str
    target: str


async def _asking(bench: Bench) -> str:
    """Somebody with a code wants to join; the id of the invite."""
    made, code = await invites.invite(bench.desk, OWNER, Role.LEAD)
    assert await invites.ask_to_join(bench.desk, NEW, "New One", "", code)
    return made.id


async def _admit(bench: Bench) -> Given:
    asking = await _asking(bench)

    async def joined(bench: Bench) -> bool:
        return NEW in bench.desk.people

    return Given(lambda desk: invites.admit_person(desk, OWNER, asking, Role.LEAD), joined, "staff_join", str(NEW))


async def _invite(bench: Bench) -> Given:
    async def invited(bench: Bench) -> bool:
        return any(line.action == "invite" and line.outcome == "made" for line in await bench.journal())

    return Given(lambda desk: invites.invite(desk, OWNER, Role.LEAD), invited, "invite", Role.LEAD.word)


async def _role(bench: Bench) -> Given:
    async def is_lead(bench: Bench) -> bool:
        return bench.desk.people[AGENT].role is Role.LEAD

    return Given(lambda desk: people.change_role(desk, OWNER, AGENT, Role.LEAD), is_lead, "staff_role", str(AGENT))


async def _remove(bench: Bench) -> Given:
    async def is_gone(bench: Bench) -> bool:
        return AGENT not in bench.desk.people

    return Given(lambda desk: people.remove(desk, OWNER, AGENT), is_gone, "staff_remove", str(AGENT))


async def _limit(bench: Bench) -> Given:
    wide = Limit(Decimal(90_000), Decimal(90_000))

    async def is_wide(bench: Bench) -> bool:
        async with bench.store.read() as tables:
            return await tables.staff.limit(Role.OPERATOR, "release") == wide

    return Given(
        lambda desk: people.set_limit(desk, OWNER, Role.OPERATOR, "release", wide), is_wide, "limit", "operator"
    )


async def _thaw(bench: Bench) -> Given:
    await people.freeze_person(bench.desk, OWNER, AGENT, True)

    async def is_free(bench: Bench) -> bool:
        return not bench.desk.people[AGENT].is_frozen

    return Given(lambda desk: people.freeze_person(desk, OWNER, AGENT, False), is_free, "staff_unfreeze", str(AGENT))


async def _unfreeze(bench: Bench) -> Given:
    await freeze.freeze_desk(bench.desk, OWNER)

    async def is_free(bench: Bench) -> bool:
        async with bench.store.read() as tables:
            return await tables.desk.get("frozen") is None

    return Given(lambda desk: freeze.unfreeze_desk(desk, OWNER), is_free, "unfreeze", "unfreeze")


GIVEN: dict[str, Callable[[Bench], Awaitable[Given]]] = {
    "join": _admit, "invite": _invite, "role": _role, "remove": _remove, "limit": _limit, "thaw": _thaw,
    "unfreeze": _unfreeze,
}  # fmt: skip


async def _opened(bench: Bench, name: str) -> Given:
    given = await GIVEN[name](bench)
    await set_pin(bench, by=OWNER)  # typed just now: that counts for no power
    return given


@pytest.mark.parametrize("name", GIVEN)
async def test_it_asks_each_time_and_the_same_goes_on_after_the_right_pin(bench: Bench, name: str) -> None:
    given = await _opened(bench, name)
    refused = await no(given.press(bench.desk))
    assert (refused.reason, refused.facts["why"]) == ("pin_needed", "always")
    assert not await given.is_done(bench)
    line = (await bench.journal())[0]
    assert (line.action, line.target, line.outcome) == (given.action, given.target, "not_allowed")
    assert line.facts["reason"] == "pin_needed"
    prompt = await pin_questions.ask(bench.desk, OWNER, Step.PROVE, refused.facts["about"], refused.facts)
    assert (await no(reply(bench, prompt, OTHER))).reason == "pin_wrong"
    assert (await no(given.press(bench.desk))).reason == "pin_needed"
    prompt = await pin_questions.ask(bench.desk, OWNER, Step.PROVE, refused.facts["about"], refused.facts)
    await reply(bench, prompt, FIRST)
    await given.press(bench.desk)
    assert await given.is_done(bench)


@pytest.mark.parametrize("name", GIVEN)
async def test_who_is_locked_gives_no_power(bench: Bench, name: str) -> None:
    given = await _opened(bench, name)
    await guess(bench, 5, by=OWNER)
    assert (await no(given.press(bench.desk))).reason == "pin_locked"
    assert not await given.is_done(bench)


@pytest.mark.parametrize("name", [one for one in GIVEN if one != "unfreeze"])  # test_duress has that one
async def test_who_is_forced_gives_no_power_and_reads_what_a_failed_write_says(bench: Bench, name: str) -> None:
    """None of these asks Gate: that it cannot be reached would show whoever forces them that something is wrong."""
    given = await _opened(bench, name)
    await set_second(bench, by=OWNER)
    refused = await no(given.press(bench.desk))
    prompt = await pin_questions.ask(bench.desk, OWNER, Step.PROVE, refused.facts["about"], refused.facts)
    await reply(bench, prompt, SECOND)
    assert (await no(given.press(bench.desk))).reason == "database"
    assert not await given.is_done(bench)
    assert (await bench.journal())[0].facts["reason"] == "pin_2"


@pytest.mark.parametrize("name", GIVEN)
async def test_without_a_pin_nothing_is_asked_even_where_money_needs_one(bench: Bench, name: str) -> None:
    given = await GIVEN[name](bench)
    bench.desk.policy = replace(bench.desk.policy, step_up="required")
    await given.press(bench.desk)
    assert await given.is_done(bench)


async def test_a_pin_for_one_person_or_role_is_none_for_another(bench: Bench) -> None:
    await set_pin(bench, by=OWNER)
    refused = await no(people.change_role(bench.desk, OWNER, AGENT, Role.VIEWER))
    prompt = await pin_questions.ask(bench.desk, OWNER, Step.PROVE, refused.facts["about"], refused.facts)
    await reply(bench, prompt, FIRST)
    assert (await no(people.change_role(bench.desk, OWNER, AGENT, Role.LEAD))).reason == "pin_needed"
    assert (await no(people.change_role(bench.desk, OWNER, OPERATOR, Role.VIEWER))).reason == "pin_needed"
    assert (await people.change_role(bench.desk, OWNER, AGENT, Role.VIEWER)).role is Role.VIEWER
    assert (await no(people.change_role(bench.desk, OWNER, AGENT, Role.VIEWER))).reason == "pin_needed"  # once


async def test_what_takes_power_away_asks_nothing(bench: Bench) -> None:
    asking = await _asking(bench)
    await set_pin(bench, by=OWNER)
    bench.pass_(3600)
    assert (await people.freeze_person(bench.desk, OWNER, AGENT, True)).is_frozen
    await freeze.freeze_desk(bench.desk, OWNER)
    with pytest.raises(NotAllowed, match="invite_ended"):  # half an hour has passed
        await invites.turn_away(bench.desk, OWNER, asking, block=True)


async def test_an_unlock_asks_once_per_shift_and_the_same_tap_goes_on(bench: Bench) -> None:
    await bench.see()
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "his wife paid")
    await set_pin(bench, by=LEAD)
    bench.pass_(3600)
    bench.desk.policy = replace(bench.desk.policy, approval_seconds=7200)
    refused = await no(unlock.carry_out(bench.desk, LEAD, step.id))
    assert refused.reason == "pin_needed" and (await bench.stored()).lock is not None
    assert (await bench.outcomes("unlock"))[-1] == "not_allowed"
    prompt = await pin_questions.ask(bench.desk, LEAD, Step.PROVE, refused.facts["about"], refused.facts)
    await reply(bench, prompt, FIRST)
    assert (await unlock.carry_out(bench.desk, LEAD, step.id)).lock is None


async def test_a_forced_unlock_says_that_gate_is_away_as_the_other_buttons_of_that_order_do(bench: Bench) -> None:
    await bench.see()
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.NAME_DIFFERS)
    _, step = await unlock.open_step(bench.desk, LEAD, ORDER.id, "his wife paid")
    await set_pin(bench, by=LEAD)
    await set_second(bench, by=LEAD)
    await reply(bench, await pin_questions.ask(bench.desk, LEAD, Step.PROVE, "x"), SECOND)
    with pytest.raises(Unreachable):
        await unlock.carry_out(bench.desk, LEAD, step.id)
    assert (await bench.stored()).lock is not None


WIDENS = {"STAFF", "UNFREEZE", "FILE_HOSTS", "UNLOCK"}
"""rights whose deeds give somebody or something more power"""
NARROWS = {"turn_away"}
OPENS_A_STEP = {"open_step"}
"""its own last tap asks"""


def test_no_deed_that_gives_power_is_without_the_lock() -> None:
    """A new one cannot forget it: it names the right, writes, and calls `check_deed`."""
    found = set()
    for path in sorted((ROOT / "bot" / "flows").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.AsyncFunctionDef):
                continue
            text = ast.unparse(node)
            asks = any(f"Right.{right})" in text or f"Right.{right} " in text for right in WIDENS)
            if (asks or "open_invite(" in text or "host_of_file(" in text) and "store.write()" in text:
                found.add(node.name)
                is_locked = "check_deed(" in text or "_check_pin(" in text
                assert is_locked or node.name in NARROWS | OPENS_A_STEP, f"{path.name}: {node.name}"
    assert {"invite", "admit_person", "change_role", "remove", "set_limit", "freeze_person", "allow_host"} <= found
