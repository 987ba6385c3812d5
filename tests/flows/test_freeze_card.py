"""The paper card: made by an owner, kept as a keyed hash, and able to do one thing."""

import asyncio
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.step_up import Step
from bot.domain.two_people import Waiting
from bot.flows import confirm, freeze, freeze_card, pin_questions
from bot.flows.freeze_card import Frozen
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, OPERATOR_2, ORDER, OWNER, RELEASE, Bench, notices
from tests.flows.step_up_bench import FIRST, SECOND, no, prove, reply, set_pin, set_second

EVERYBODY = sorted([GROUP, OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT])


@pytest.fixture
async def secret(bench: Bench) -> str:
    bench.desk.exchange.public_url = "https://desk.example/"
    return (await freeze_card.make(bench.desk, OWNER)).url.removeprefix("https://desk.example/freeze/")


def _files(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def is_frozen(bench: Bench) -> bool:
    async with bench.store.read() as tables:
        return await tables.desk.get("frozen") is not None


async def test_the_secret_is_long_new_each_time_and_stands_nowhere(bench: Bench, secret: str, tmp_path: Path) -> None:
    made = await freeze_card.make(bench.desk, OWNER)
    assert len(secret) >= 32 and secret not in made.url and secret not in repr(made)
    await bench.store.cut_log()
    written = b"".join(_files(tmp_path))
    assert written and secret.encode() not in written and made.url.rpartition("/")[2].encode() not in written
    (row,) = sqlite3.connect(tmp_path / "desk.db").execute("SELECT key, hash FROM freeze_cards")
    assert freeze_card.hash_of_secret(made.url.rpartition("/")[2], row[0]) == row[1]


async def test_only_an_owner_makes_one_and_only_with_an_address(bench: Bench) -> None:
    assert (await no(freeze_card.make(bench.desk, OWNER))).reason == "freeze_card_no_address"
    bench.desk.exchange.public_url = "https://desk.example"
    for person in (LEAD, OPERATOR):
        assert (await no(freeze_card.make(bench.desk, person))).reason == "role_too_low"
        assert (await no(freeze_card.end(bench.desk, person))).reason == "role_too_low"
    assert (await no(freeze_card.end(bench.desk, OWNER))).reason == "freeze_card_none"


async def test_it_freezes_once_however_often_it_is_pressed_and_tells_everybody_once(bench: Bench, secret: str) -> None:
    found = await asyncio.gather(*(freeze_card.freeze(bench.desk, secret) for _ in range(10)))
    assert sorted(found) == [Frozen.ALREADY] * 9 + [Frozen.NOW]
    assert notices(await bench.outbox(), "frozen_by_card") == EVERYBODY
    assert await bench.outcomes("freeze", "desk") == ["done"]
    assert (await no(bench.open_step())).reason == "desk_frozen"


@pytest.mark.parametrize("change", ["", "x", "short", "longer", "case"])
async def test_another_secret_changes_nothing(bench: Bench, secret: str, change: str) -> None:
    given = {"": "", "x": "x" * len(secret), "short": secret[:-1], "longer": secret + "a", "case": secret.swapcase()}
    assert await freeze_card.freeze(bench.desk, given[change]) is Frozen.NOT_OURS
    assert not await freeze_card.is_genuine(bench.desk, given[change]) and not await is_frozen(bench)


async def test_a_new_card_or_its_end_makes_the_old_one_worthless(bench: Bench, secret: str) -> None:
    newer = (await freeze_card.make(bench.desk, OWNER)).url.rpartition("/")[2]
    assert await freeze_card.freeze(bench.desk, secret) is Frozen.NOT_OURS
    await freeze_card.end(bench.desk, OWNER)
    assert await freeze_card.freeze(bench.desk, newer) is Frozen.NOT_OURS and not await is_frozen(bench)


async def test_without_a_card_nothing_is_genuine(bench: Bench) -> None:
    assert not await freeze_card.is_genuine(bench.desk, "") and not await freeze_card.is_genuine(bench.desk, "x")


async def test_frozen_by_the_card_an_owner_unfreezes_with_the_pin_and_not_with_the_phone_alone(
    bench: Bench, secret: str
) -> None:
    await set_pin(bench, by=OWNER)
    await freeze_card.freeze(bench.desk, secret)
    for _ in range(2):
        assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).facts["why"] == "always"
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), FIRST, by=OWNER)
    await freeze.unfreeze_desk(bench.desk, OWNER)
    assert not await is_frozen(bench)
    await freeze.freeze_desk(bench.desk, LEAD)
    assert (await no(freeze.unfreeze_desk(bench.desk, OWNER))).reason == "pin_needed"  # each time


async def test_an_owner_with_a_pin_gives_it_before_a_card_is_made_or_ended(bench: Bench, secret: str) -> None:
    await set_pin(bench, by=OWNER)
    await prove(bench, freeze_card.end(bench.desk, OWNER), FIRST, by=OWNER)
    await freeze_card.end(bench.desk, OWNER)
    assert (await no(freeze_card.make(bench.desk, OWNER))).reason == "pin_needed"


async def test_over_a_quiet_freeze_it_is_one_for_all_to_see(bench: Bench, secret: str) -> None:
    await set_pin(bench)
    await set_second(bench)
    await reply(bench, await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x"), SECOND)
    assert await freeze_card.freeze(bench.desk, secret) is Frozen.NOW
    assert (await no(bench.open_step(ORDER.id, RELEASE))).reason == "desk_frozen"
    assert OPERATOR in notices(await bench.outbox(), "frozen_by_card")


async def test_it_ends_every_first_yes(bench: Bench, secret: str) -> None:
    bench.desk.policy = replace(bench.desk.policy, two_people_above=Decimal(500))
    waiting = await confirm.confirm(bench.desk, OPERATOR, await bench.open_step(), bench.now)
    assert isinstance(waiting, Waiting)
    assert await freeze_card.freeze(bench.desk, secret) is Frozen.NOW
    assert await bench.outcomes("approval_end") == ["frozen"]
    assert notices(await bench.outbox(), "approval_ended") == [OPERATOR]
