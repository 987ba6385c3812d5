"""S1 to S3 for off-ramps: without a right nothing is sold, and a quote is sold as it was shown or not at all."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest

from bot.domain.off_ramps import facts_of_off_ramp
from bot.domain.staff import Role
from bot.flows import freeze, people
from bot.flows.deliver import Shown, remember
from bot.flows.exchange import Exchange
from bot.views.buttons import FIELDS, Tap, Verb
from tests.security.forgeries import WITHOUT_RIGHT, Identity, taps
from tests.security.stand import (
    AGENT,
    DESK_GROUP,
    FOREIGN_GROUP,
    FROZEN,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    REMOVED,
    STRANGER,
    VIEWER,
    Stand,
    Told,
    callback,
)
from tests.support.fake_otc import CHASE, TOKEN, FakeOtc

WORDS = ("/otc 1000 USDT", "/otc", "/otc list", "/otc 5000 USD USDC SPRING", "/otc 4263")
LOWEST = {
    Verb.OT_WISH: "operator", Verb.OT_ASK: "operator", Verb.OT_BANK: "lead", Verb.OT_YES: "lead", Verb.OT_NEW: "lead",
    Verb.OT_LEAD: "lead", Verb.OT_BACK: "viewer", Verb.OT_OPEN: "viewer", Verb.OT_LOOK: "viewer",
    Verb.OT_LIST: "viewer", Verb.OT_CSV: "viewer", Verb.OT_SETTLE: "lead", Verb.OT_SETTLE_YES: "lead",
}  # fmt: skip
COMMANDS = {"/otc": "viewer", "/otc list": "viewer", "/otc 1000 USDT": "operator", "/otc 5000 USD": "operator"}
PEOPLE = {"viewer": VIEWER, "agent": AGENT, "operator": OPERATOR, "lead": LEAD, "owner": OWNER}
REFUSED = "may not do this"


@pytest.fixture
def otc(stand: Stand) -> FakeOtc:
    """The OTC desk is switched on."""
    made = FakeOtc(CHASE)
    stand.desk.exchange = Exchange(otc=made)
    return made


async def quoted(stand: Stand, by: int = LEAD) -> Told:
    """A live quote, seen long enough to be pressed."""
    await stand.write(by, "/otc 1000 USDT")
    stand.clock.go_on(2)
    return stand.last_card(by)


def data_of(shown: Told, verb: Verb = Verb.OT_YES) -> str:
    assert shown.card is not None
    return next(data for data in shown.card.data if data.startswith(f"{verb.value}:"))


def every_tap(stand: Stand) -> dict[Verb, str]:
    """Each verb of off-ramps, about the newest off-ramp, seal and request that there are."""
    made, seal = stand.rows("off_ramps")[-1], stand.rows("seals")[-1]["id"]
    values = {
        "side": "crypto", "coin": "USDT", "fiat": "USD", "seal": seal, "off_ramp": made["id"], "page": "0",
        "request": made["request"], "bank": CHASE.id, "filter": "all", "outcome": "nothing",
    }  # fmt: skip
    verbs = [verb for verb in Verb if verb.name.startswith("OT_")]
    assert set(verbs) == set(LOWEST)
    return {verb: Tap(verb, tuple(values[name] for name in FIELDS[verb])).data for verb in verbs}


def ledger(stand: Stand) -> dict[str, str]:
    memory = stand.memory()
    return {table: memory[table] for table in ("off_ramps", "off_ramp_requests", "seals", "intents")}


@pytest.mark.parametrize("identity", WITHOUT_RIGHT, ids=[identity.name for identity in WITHOUT_RIGHT])
async def test_whoever_has_no_right_reaches_the_otc_desk_by_no_word_and_no_button(
    stand: Stand, otc: FakeOtc, identity: Identity
) -> None:
    shown = await quoted(stand)
    live = tuple(every_tap(stand).values())
    for chat in (OPERATOR, DESK_GROUP):
        await remember(stand.desk, Shown(chat, shown.message_id, "off_ramp", None, None, live, 0, "x"))
    was, calls = ledger(stand), len(otc.calls)
    stand.forget()
    is_leads_own_tap = identity.name.startswith("lead ") and "text" not in str(identity.sender)
    for chat in (identity.person, OPERATOR, DESK_GROUP):
        for text in WORDS[:3]:
            body = {"message_id": 77, "date": 1, "chat": {"id": chat, "type": "group", "title": "x"}, "text": text}
            entity = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            sender: dict[str, Any] = {} if identity.sender is None else {"from": identity.sender}
            await stand.raw({"message": body | {"entities": [entity]} | sender | identity.more})
        if not is_leads_own_tap:
            await stand.raw(*taps(live)(identity, chat, shown.message_id))
    assert len(otc.calls) == calls and otc.posts == [] and ledger(stand) == was
    assert stand.told == [] and stand.mouth.files == []


@pytest.mark.parametrize("person", [STRANGER, REMOVED, FROZEN, VIEWER, AGENT, OPERATOR_2])
async def test_staff_without_the_right_sell_nothing_even_if_every_button_were_shown_to_them(
    stand: Stand, otc: FakeOtc, person: int
) -> None:
    await quoted(stand)
    was, calls = ledger(stand), len(otc.calls)
    for data in every_tap(stand).values():
        number = await stand.buttons(DESK_GROUP, [data])
        await stand.tap_data(person, DESK_GROUP, number, data)
    for text in WORDS:
        await stand.write(person, text)
    assert len(otc.calls) == calls and otc.posts == []
    now = ledger(stand)
    asked = ("off_ramp_requests",) if person == OPERATOR_2 else ()
    assert {table for table in now if now[table] != was[table]} == set(asked), "an operator may ask, no more"


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_may_exactly_what_it_may(stand: Stand, otc: FakeOtc, role: str) -> None:
    person, order = PEOPLE[role], list(PEOPLE)
    wrong: list[tuple[str, str]] = []
    await quoted(stand, OWNER if role != "owner" else LEAD)
    for verb, data in every_tap(stand).items():
        number = await stand.buttons(person, [data])
        stand.forget()
        await stand.tap_data(person, person, number, data)
        if (REFUSED in stand.words_to(person)) == (order.index(role) >= order.index(LOWEST[verb])):
            wrong.append((verb, stand.words_to(person)))
    for text, lowest in COMMANDS.items():
        stand.forget()
        await stand.write(person, text)
        if (REFUSED in stand.words_to(person)) == (order.index(role) >= order.index(lowest)):
            wrong.append((text, stand.words_to(person)))
    assert wrong == [] and otc.posts == []


@pytest.mark.parametrize("person", [OPERATOR, OWNER])
async def test_a_stolen_confirm_is_worth_nothing_to_a_colleague_in_any_place(
    stand: Stand, otc: FakeOtc, person: int
) -> None:
    shown = await quoted(stand)
    data = data_of(shown)
    for chat in (person, LEAD, DESK_GROUP, FOREIGN_GROUP):
        await stand.tap_data(person, chat, shown.message_id, data)
        number = await stand.buttons(chat, [data])
        await stand.tap_data(person, chat, number, data)
    assert otc.posts == []
    await stand.tap_data(LEAD, LEAD, shown.message_id, data)
    assert len(otc.posts) == 1


async def test_a_replayed_confirm_sells_once(stand: Stand, otc: FakeOtc) -> None:
    shown = await quoted(stand)
    tap = callback(LEAD, LEAD, shown.message_id, data_of(shown))
    for number in (9001, 9001, 9002, 9001, 9003):
        await stand.raw({"callback_query": tap} | {"update_id": number})
    again = await stand.buttons(LEAD, [tap["data"]])
    await stand.tap_data(LEAD, LEAD, again, tap["data"])
    assert len(otc.posts) == 1 and len(stand.rows("intents")) == 1


async def test_the_buttons_of_an_old_quote_are_dead(stand: Stand, otc: FakeOtc) -> None:
    old = await quoted(stand)
    await quoted(stand)
    await stand.tap_data(LEAD, LEAD, old.message_id, data_of(old))
    assert otc.posts == []


async def test_what_is_asked_in_the_group_is_answered_in_the_direct_message(stand: Stand, otc: FakeOtc) -> None:
    stand.forget()
    await stand.write(LEAD, "/otc 1000 USDT", DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {LEAD}
    assert TOKEN not in str(stand.told), "and the token is never shown"


REVOCATIONS: dict[str, Callable[[Stand], Awaitable[object]]] = {
    "removed": lambda stand: people.remove(stand.desk, OWNER, LEAD),
    "lowered": lambda stand: people.change_role(stand.desk, OWNER, LEAD, Role.OPERATOR),
    "frozen": lambda stand: people.freeze_person(stand.desk, OWNER, LEAD, True),
    "desk frozen": lambda stand: freeze.freeze_desk(stand.desk, OWNER),
}


@pytest.mark.parametrize("how", REVOCATIONS)
async def test_a_right_that_was_taken_is_gone_at_the_next_tap(stand: Stand, otc: FakeOtc, how: str) -> None:
    shown = await quoted(stand)
    await REVOCATIONS[how](stand)
    stand.forget()
    await stand.tap_data(LEAD, LEAD, shown.message_id, data_of(shown))
    await stand.write(LEAD, "/otc 1000 USDT")
    assert otc.posts == [] and len(stand.rows("off_ramps")) == 1
    assert (stand.told == []) is (how == "removed")


TAMPERED: dict[str, list[str]] = {
    "off_ramp": ["UPDATE seals SET target = (SELECT id FROM off_ramps WHERE person = 1001)"],
    "token": [
        "UPDATE off_ramps SET token_hash = 'x' || token_hash WHERE person = 1002",
        "UPDATE off_ramps SET token = 'another' WHERE person = 1002", "UPDATE off_ramps SET token = ''",
    ],
    "sell": [
        "UPDATE off_ramps SET coin_amount = '1000.01'", "UPDATE off_ramps SET coin_amount = '1000.000'",
        "UPDATE off_ramps SET coin = 'USDC'",
    ],
    "get": ["UPDATE off_ramps SET fiat_amount = '997'", "UPDATE off_ramps SET fiat = 'EUR'"],
    "side": ["UPDATE off_ramps SET side = 'fiat'"],
    "promotion": ["UPDATE off_ramps SET promotion = 'SPRING'"],
    "bank": ["UPDATE off_ramps SET bank_id = '502'", "UPDATE off_ramps SET bank_id = '\"501\"'"],
    "bank_shown": ["UPDATE off_ramps SET bank = 'ACME LTD · Chase ··4411'"],
    "ends_at": ["UPDATE off_ramps SET ends_at = ends_at + 1"],
    "action": ["UPDATE seals SET action = 'release'", "UPDATE seals SET action = 'convert'"],
    "approver": ["UPDATE seals SET opened_by = 1001"],
    "role": ["UPDATE staff SET role = 'owner' WHERE id = 1002"],
    "requester": ["UPDATE off_ramps SET requester = 1003"],
}  # fmt: skip


async def test_every_fact_of_an_off_ramp_has_a_row_that_changes_it(stand: Stand, otc: FakeOtc) -> None:
    await quoted(stand)
    async with stand.desk.store.read() as tables:
        (made,) = await tables.off_ramps.live(LEAD)
    assert set(TAMPERED) == set(facts_of_off_ramp(made, approver=LEAD, role="lead"))


@pytest.mark.parametrize(("fact", "change"), [(fact, change) for fact, rows in TAMPERED.items() for change in rows])
async def test_a_fact_that_changed_between_card_and_tap_is_not_sold(
    stand: Stand, otc: FakeOtc, fact: str, change: str
) -> None:
    await quoted(stand, OWNER)
    shown = await quoted(stand)
    with closing(sqlite3.connect(stand.database)) as connection, connection:
        assert connection.execute(change).rowcount > 0
    if fact == "role":
        async with stand.desk.store.read() as tables:
            await stand.desk.read_people(tables)
        assert stand.desk.people[LEAD].role is Role.OWNER
    for _ in range(2):
        await stand.tap_data(LEAD, LEAD, shown.message_id, data_of(shown))
    assert otc.posts == [] and stand.rows("intents") == []


async def test_a_quote_that_stayed_as_it_was_is_sold_once(stand: Stand, otc: FakeOtc) -> None:
    await quoted(stand, OWNER)
    shown = await quoted(stand)
    for _ in range(3):
        await stand.tap_data(LEAD, LEAD, shown.message_id, data_of(shown))
    assert len(otc.posts) == 1
