"""Commands with missing or wrong ids, persons and amounts: what is expected, with an example, and nothing changed."""

import pytest

from tests.security.stand import LEAD, OPERATOR, OWNER, Stand
from tests.security.venue import SALE

# what is typed: what must stand in the answer
WRONG = {
    "/order": "/order 0417",
    "/order x": "/order 0417",
    "/order 0417 0418": "/order 0417",
    "/order 12": "/order 0417",
    "/order ٠٤١٧": "/order 0417",
    "/order " + "9" * 30: "/order 0417",
    "/order -417": "/order 0417",
    "/order %417": "/order 0417",
    "/order 9999": "9999",
    "/duty maybe": "/duty on",
    "/duty on off": "/duty on",
    "/language klingon": "/language zh",
    "/timezone Mars/Base": "/timezone Asia/Shanghai",
    "/timezone ../../etc/passwd": "/timezone Asia/Shanghai",
    "/journal x": "/journal 2",
    "/journal 0": "/journal 2",
    "/journal -1": "/journal 2",
    "/journal 1 2": "/journal 2",
    "/journal 99999999999999999999": "/journal 2",
    f"/freeze {OPERATOR}": "/freeze",
    f"/unfreeze {OPERATOR}": "/unfreeze",
    "/staff nonsense": "/staff invite operator",
    "/staff invite": "/staff invite operator",
    "/staff invite operator lead": "/staff invite operator",
    "/staff invite boss": "boss",
    "/staff invite <b>": "There are viewer",
    "/staff role": "/staff role",
    f"/staff role {OPERATOR}": "/staff role",
    f"/staff role {OPERATOR} boss": "boss",
    "/staff role @operator lead": "@operator",
    "/staff role 4242 lead": "4242",
    "/staff role -1003 lead": "-1003",
    "/staff role 1003.0 lead": "1003.0",
    "/staff role " + "9" * 40 + " lead": "/staff",
    "/staff remove": "/staff remove",
    "/staff remove everybody": "everybody",
    "/staff remove 1003 1004": "/staff remove",
    "/staff freeze": "/staff freeze",
    "/staff freeze 4242": "4242",
    "/staff unfreeze x": "“x”",
    "/staff limit operator": "/staff limit operator release 1000 5000",
    "/staff limit operator release": "/staff limit operator release 1000 5000",
    "/staff limit operator release 1000": "/staff limit operator release 1000 5000",
    "/staff limit operator release 1000 5000 9": "/staff limit operator release 1000 5000",
    "/staff limit boss release 1 1": "boss",
    "/staff limit operator steal 1 1": "steal",
    "/staff limit operator ad 1 1": "ad",
    "/staff limit operator deposit 1 1": "deposit",
    "/staff limit operator release x 1": "“x”",
    "/staff limit operator release -1 1": "“-1”",
    "/staff limit operator release 1 NaN": "“NaN”",
    "/staff limit operator release Infinity 1": "“Infinity”",
    "/staff limit operator release 1e999999 1": "1e999999",
    "/staff limit operator release " + "9" * 50 + " 1": "is no amount",
    "/staff limit operator release 1,5 10": "“1,5”",
    "/staff limit operator release 1,00,000 10": "“1,00,000”",
    "/staff limit operator release +5 10": "“+5”",
    "/staff limit operator release 1_000 10": "“1_000”",
    "/nonsense": "/help",
    "/": "/help",
    "/order\x00": "/help",
}
STAYS = ("staff", "limits", "invites", "blocked", "orders", "intents", "seals", "journal")


@pytest.mark.parametrize("text", WRONG)
async def test_a_wrong_command_is_answered_with_an_example_and_changes_nothing(stand: Stand, text: str) -> None:
    was = {table: stand.rows(table) for table in STAYS}
    await stand.write(OWNER, text)
    assert WRONG[text] in stand.words_to(OWNER)
    assert {table: stand.rows(table) for table in STAYS} == was
    assert [row for row in stand.rows("desk") if row["key"] == "frozen"] == [] and stand.venue.posts == []


async def test_a_person_meant_with_the_desks_own_unfreeze_does_not_let_the_money_go(stand: Stand) -> None:
    await stand.write(LEAD, "/freeze")
    await stand.write(LEAD, f"/staff freeze {OPERATOR}")
    await stand.write(OWNER, f"/unfreeze {OPERATOR}")
    assert [row["key"] for row in stand.rows("desk") if row["key"] == "frozen"] == ["frozen"]


@pytest.mark.parametrize("data", [f"me:2089000000000000518:{index}" for index in ("9", "x", "-1", "²")])
async def test_a_method_that_does_not_exist_is_not_marked_as_paid(stand: Stand, data: str) -> None:
    number = await stand.buttons(OPERATOR, [data], "2089000000000000518")
    await stand.tap_data(OPERATOR, OPERATOR, number, data)
    assert stand.rows("seals") == [] and stand.words_to(OPERATOR) != ""


@pytest.mark.parametrize("data", [f"rn:2089000000000000518:{reason}" for reason in ("0", "13", "x")])
async def test_a_reason_the_venue_does_not_know_cancels_nothing(stand: Stand, data: str) -> None:
    number = await stand.buttons(OPERATOR, [data], "2089000000000000518")
    await stand.tap_data(OPERATOR, OPERATOR, number, data)
    assert stand.rows("seals") == [] and "no such reason" in stand.words_to(OPERATOR)


@pytest.mark.parametrize("verb", ["mp", "c", "pe"])
async def test_a_verb_of_the_other_side_is_explained(stand: Stand, verb: str) -> None:
    number = await stand.buttons(OPERATOR, [f"{verb}:{SALE}"], SALE)
    await stand.tap_data(OPERATOR, OPERATOR, number, f"{verb}:{SALE}")
    assert stand.rows("seals") == [] and stand.words_to(OPERATOR) != "" and stand.venue.posts == []
