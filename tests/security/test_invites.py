"""Joining: a link that lives half an hour and works once, an owner who decides, silence for everybody else."""

import re

import pytest

from bot.domain.staff import Role
from bot.flows import invites
from tests.security.stand import AGENT, DESK_GROUP, LEAD, OWNER, STRANGER, VIEWER, Stand, Told, message
from tests.security.venue import SALE

OTHER = STRANGER + 1
MINUTE = 60


async def invited(stand: Stand, role: str = "operator") -> str:
    """A fresh code, as the link carries it."""
    stand.forget()
    await stand.write(OWNER, f"/staff invite {role}")
    found = re.search(r"\?start=(\S+)", stand.words_to(OWNER))
    assert found is not None
    return found[1]


async def ask(stand: Stand, code: str, person: int = STRANGER) -> bool:
    """True when owners were asked about the person."""
    before = _requests(stand)
    await stand.write(person, f"/start {code}")
    return _requests(stand) > before


def _requests(stand: Stand) -> int:
    return len([row for row in stand.rows("journal") if row["action"] == "join_request"])


async def decide(stand: Stand, verb: str, role: str = "operator", person: int = OWNER) -> None:
    """Press a button of the join request, as it stands in the direct message of this person."""
    invite = next(row["id"] for row in stand.rows("invites") if row["used_by"] and not row["outcome"])
    data = f"{verb}:{invite}:{role}" if verb in ("ro", "ry") else f"{verb}:{invite}"
    number = await stand.buttons(person, [data])
    stand.forget()
    await stand.tap_data(person, person, number, data)


async def test_an_invited_person_joins_with_the_role_that_the_owner_chooses(stand: Stand) -> None:
    assert await ask(stand, await invited(stand))
    assert stand.words_to(STRANGER) == "" and STRANGER not in stand.desk.people
    await decide(stand, "ro", "agent")
    assert str(STRANGER) in stand.words_to(OWNER) and STRANGER not in stand.desk.people
    await decide(stand, "ry", "agent")
    assert stand.desk.people[STRANGER].role is Role.AGENT
    stand.forget()
    await stand.write(STRANGER, "/order 0417")
    assert "7,200" in stand.words_to(STRANGER)


async def test_a_code_works_once(stand: Stand) -> None:
    code = await invited(stand)
    assert await ask(stand, code)
    assert not await ask(stand, code) and not await ask(stand, code, OTHER)
    await decide(stand, "ry")
    assert not await ask(stand, code, OTHER)
    assert OTHER not in stand.desk.people and stand.words_to(OTHER) == ""


@pytest.mark.parametrize(("minutes", "is_good"), [(29.9, True), (30, False), (31, False)])
async def test_a_code_lives_half_an_hour(stand: Stand, minutes: float, is_good: bool) -> None:
    code = await invited(stand)
    stand.clock.go_on(minutes * MINUTE)
    assert await ask(stand, code) is is_good
    assert (stand.rows("strangers") == []) is is_good


async def test_an_owner_who_decides_too_late_lets_nobody_in(stand: Stand) -> None:
    assert await ask(stand, await invited(stand))
    stand.clock.go_on(31 * MINUTE)
    await decide(stand, "ry")
    assert STRANGER not in stand.desk.people and "used or over" in stand.words_to(OWNER)


async def test_guessed_codes_get_silence_and_are_counted_like_any_stranger(stand: Stand) -> None:
    code = await invited(stand)
    stand.forget()
    guesses = (code[:-1], code + "A", code.swapcase(), "", " ", "A" * 24, "x" * 5000, "' OR 1=1 --", f"{code} {code}")
    for guess in guesses:
        assert not await ask(stand, guess)
    assert stand.told == [] and stand.rows("strangers")[0]["count"] == len(guesses)
    assert [row["action"] for row in stand.rows("journal")].count("stranger") == 1
    assert await ask(stand, code)


async def test_a_code_is_kept_only_as_its_hash(stand: Stand) -> None:
    code = await invited(stand)
    await ask(stand, code, OTHER)
    await decide(stand, "rf")
    assert code not in str([stand.rows(table) for table in ("invites", "journal", "outbox", "messages")])


async def test_a_code_is_no_good_in_a_group_in_an_edit_or_from_a_bot(stand: Stand) -> None:
    code = await invited(stand)
    said = message(STRANGER, STRANGER, f"/start {code}")
    await stand.raw({"edited_message": said}, {"message": message(STRANGER, DESK_GROUP, f"/start {code}")})
    await stand.raw({"message": said | {"from": {"id": STRANGER, "is_bot": True, "first_name": "x"}}})
    await stand.raw({"message": said | {"via_bot": {"id": 5, "is_bot": True, "first_name": "x"}}})
    await stand.raw({"message": message(STRANGER, OTHER, f"/start {code}")})
    assert _requests(stand) == 0


async def test_who_was_blocked_can_use_no_later_invite_and_is_a_stranger_again(stand: Stand) -> None:
    assert await ask(stand, await invited(stand))
    await decide(stand, "bl")
    code = await invited(stand)
    assert not await ask(stand, code)
    assert [row["user_id"] for row in stand.rows("strangers")] == [STRANGER]
    assert await ask(stand, code, OTHER)


async def test_who_was_refused_stays_outside_and_the_answer_stands(stand: Stand) -> None:
    assert await ask(stand, await invited(stand))
    invite = stand.rows("invites")[0]["id"]
    await decide(stand, "rf")
    number = await stand.buttons(OWNER, [f"ry:{invite}:lead"])
    await stand.tap_data(OWNER, OWNER, number, f"ry:{invite}:lead")
    assert STRANGER not in stand.desk.people


@pytest.mark.parametrize("verb", ["ro", "ry", "rf", "bl"])
@pytest.mark.parametrize("person", [LEAD, AGENT, VIEWER])
async def test_only_owners_decide_even_if_the_buttons_were_shown_to_others(
    stand: Stand, verb: str, person: int
) -> None:
    assert await ask(stand, await invited(stand))
    await decide(stand, verb, person=person)
    assert STRANGER not in stand.desk.people and stand.rows("blocked") == []
    assert stand.rows("invites")[0]["outcome"] == "" and str(STRANGER) not in stand.words_to(person)


@pytest.mark.parametrize("role", ["owner", "emperor"])
async def test_a_button_with_a_role_that_cannot_be_given_gives_none(stand: Stand, role: str) -> None:
    assert await ask(stand, await invited(stand))
    await decide(stand, "ry", role)
    assert STRANGER not in stand.desk.people


async def test_staff_who_open_an_invite_are_not_asked_about_and_keep_their_role(stand: Stand) -> None:
    code = await invited(stand, "lead")
    assert not await ask(stand, code, VIEWER)
    assert stand.desk.people[VIEWER].role is Role.VIEWER
    assert await ask(stand, code)


async def test_who_left_and_comes_back_has_no_old_buttons(stand: Stand) -> None:
    assert await ask(stand, await invited(stand))
    await decide(stand, "ry")
    shown: Told = await stand.card(STRANGER, SALE)
    await stand.write(OWNER, f"/staff remove {STRANGER}")
    stand.forget()
    await stand.tap(STRANGER, shown, "Release…")
    await stand.write(STRANGER, "/orders")
    assert stand.told == [] and stand.rows("seals") == []


async def test_the_flow_itself_takes_no_dead_code_and_no_blocked_id_whatever_the_gate_let_in(stand: Stand) -> None:
    code = await invited(stand)
    async with stand.desk.store.write() as tables:
        await tables.staff.block(OTHER, stand.clock.now(), OWNER)
    assert not await invites.ask_to_join(stand.desk, OTHER, "x", "", code)
    stand.clock.go_on(30 * MINUTE)
    assert not await invites.ask_to_join(stand.desk, STRANGER, "x", "", code)
