"""S1 to S3 for conversions: without a right Gate Pay hears nothing, and a quote is executed as it was or not at all."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from decimal import Decimal

import pytest

from bot.domain.intents import Action
from bot.domain.quotes import OWN, facts_of_quote
from bot.domain.staff import Limit, Role
from bot.flows import freeze, people
from bot.flows.convert_again import AGAIN_AFTER_SECONDS
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
from tests.support.fake_pay import LOST, FakePay

MONEY = (Verb.CV_YES, Verb.CV_AGAIN_YES)
TELLING = (*MONEY, Verb.CV_NEW, Verb.CV_AGAIN, Verb.CV_SETTLE_YES, Verb.CV_LOOK, Verb.CV_CSV)
WORDS = ("/convert 100 USDT BTC", "/convert", "/converts", "/convert 100 USDT to 0.01 BTC")


@pytest.fixture
def pay(stand: Stand) -> FakePay:
    """Conversions are switched on."""
    made = FakePay()
    stand.desk.exchange = Exchange(pay=made, accounts=(OWN,))
    return made


async def quoted(stand: Stand, by: int = OPERATOR) -> Told:
    """A live quote, seen long enough to be pressed."""
    await stand.write(by, "/convert 100 USDT BTC")
    stand.clock.go_on(2)
    return stand.last_card(by)


def data_of(shown: Told, verb: Verb) -> str:
    assert shown.card is not None
    return next(data for data in shown.card.data if data.startswith(f"{verb.value}:"))


async def unknown(stand: Stand, pay: FakePay) -> tuple[Told, str]:
    """The open step of *Ask Gate again*, and the conversion's id."""
    pay.errors["convert"] = [LOST]
    await stand.tap_data(OPERATOR, OPERATOR, (shown := await quoted(stand)).message_id, data_of(shown, Verb.CV_YES))
    await stand.desk.drain(10)  # on a slow machine the answer is lost later than the tap is answered
    stand.clock.go_on(AGAIN_AFTER_SECONDS + 1)
    conversion = stand.rows("conversions")[0]["id"]
    opening = Tap(Verb.CV_OPEN, (conversion,)).data
    await stand.tap_data(OPERATOR, OPERATOR, await stand.buttons(OPERATOR, [opening]), opening)
    card = stand.last_card(OPERATOR)
    await stand.tap_data(OPERATOR, OPERATOR, card.message_id, data_of(card, Verb.CV_AGAIN))
    stand.clock.go_on(2)
    return stand.last_card(OPERATOR), conversion


def every_tap(stand: Stand) -> list[str]:
    """Each verb of conversions, about the one conversion and seal that there are."""
    conversion, seal = stand.rows("conversions")[0]["id"], stand.rows("seals")[-1]["id"]
    values = {
        "account": OWN, "page": "0", "sell": "USDT", "buy": "BTC", "fixed": "sell", "amount": "100", "seal": seal,
        "conversion": conversion, "outcome": "done", "filter": "all",
    }  # fmt: skip
    verbs = [verb for verb in Verb if verb.name.startswith(("CV_", "CONVERT"))]
    assert len(verbs) == 19
    return [Tap(verb, tuple(values[name] for name in FIELDS[verb])).data for verb in verbs]


def ledger(stand: Stand) -> dict[str, str]:
    memory = stand.memory()
    return {table: memory[table] for table in ("conversions", "seals", "intents")}


@pytest.mark.parametrize("identity", WITHOUT_RIGHT, ids=[identity.name for identity in WITHOUT_RIGHT])
async def test_whoever_has_no_right_reaches_gate_pay_by_no_word_and_no_button(
    stand: Stand, pay: FakePay, identity: Identity
) -> None:
    shown = await quoted(stand)
    live = [data for data in every_tap(stand) if Verb(data.split(":")[0]) in TELLING]
    for chat in (OPERATOR, DESK_GROUP):
        await remember(stand.desk, Shown(chat, shown.message_id, "conversion", None, None, tuple(live), 0, "x"))
    was, calls = ledger(stand), len(pay.calls)
    stand.forget()
    is_leads_own_tap = identity.name.startswith("lead ") and "text" not in str(identity.sender)
    for chat in (identity.person, OPERATOR, DESK_GROUP):
        for text in WORDS[:2]:
            body = {"message_id": 77, "date": 1, "chat": {"id": chat, "type": "group", "title": "x"}, "text": text}
            entity = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            sender = {} if identity.sender is None else {"from": identity.sender}
            await stand.raw({"message": body | {"entities": [entity]} | sender | identity.more})
        if not is_leads_own_tap:
            await stand.raw(*taps(tuple(live))(identity, chat, shown.message_id))
    assert len(pay.calls) == calls and pay.posts == [] and ledger(stand) == was
    assert stand.told == [] and stand.mouth.files == []


@pytest.mark.parametrize("person", [STRANGER, REMOVED, FROZEN, VIEWER, AGENT])
async def test_staff_without_the_right_move_nothing_even_if_every_button_were_shown_to_them(
    stand: Stand, pay: FakePay, person: int
) -> None:
    await unknown(stand, pay)
    was, calls, posts = ledger(stand), len(pay.calls), len(pay.posts)
    for data in every_tap(stand):
        number = await stand.buttons(DESK_GROUP, [data])
        await stand.tap_data(person, DESK_GROUP, number, data)
    for text in WORDS:
        await stand.write(person, text)
    looked = [call for call, _, _ in pay.calls[calls:]]
    assert set(looked) <= ({"balances"} if person in (VIEWER, AGENT) else set()), "who may read may look"
    assert len(pay.posts) == posts
    now = ledger(stand)
    assert (now["seals"], now["intents"]) == (was["seals"], was["intents"])


@pytest.mark.parametrize("person", [OPERATOR_2, LEAD, OWNER])
@pytest.mark.parametrize("step", MONEY)
async def test_a_stolen_confirm_is_worth_nothing_to_a_colleague_in_any_place(
    stand: Stand, pay: FakePay, person: int, step: Verb
) -> None:
    shown = await quoted(stand) if step is Verb.CV_YES else (await unknown(stand, pay))[0]
    data, posts = data_of(shown, step), len(pay.posts)
    for chat in (person, OPERATOR, DESK_GROUP, FOREIGN_GROUP):
        await stand.tap_data(person, chat, shown.message_id, data)
        number = await stand.buttons(chat, [data])
        await stand.tap_data(person, chat, number, data)
    assert len(pay.posts) == posts
    await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data)
    assert len(pay.posts) == posts + 1


@pytest.mark.parametrize("step", MONEY)
async def test_a_replayed_confirm_reaches_gate_pay_once(stand: Stand, pay: FakePay, step: Verb) -> None:
    shown = await quoted(stand) if step is Verb.CV_YES else (await unknown(stand, pay))[0]
    posts, tap = len(pay.posts), callback(OPERATOR, OPERATOR, shown.message_id, data_of(shown, step))
    for number in (9001, 9001, 9002, 9001, 9003):
        await stand.raw({"callback_query": tap} | {"update_id": number})
    again = await stand.buttons(OPERATOR, [tap["data"]])
    await stand.tap_data(OPERATOR, OPERATOR, again, tap["data"])
    assert len(pay.posts) == posts + 1 and len(stand.rows("intents")) == 1


async def test_the_buttons_of_an_old_quote_are_dead(stand: Stand, pay: FakePay) -> None:
    old = await quoted(stand)
    await quoted(stand)
    await stand.tap_data(OPERATOR, OPERATOR, old.message_id, data_of(old, Verb.CV_YES))
    assert pay.posts == []


async def test_what_is_asked_in_the_group_is_answered_in_the_direct_message(stand: Stand, pay: FakePay) -> None:
    stand.forget()
    await stand.write(OPERATOR, "/convert 100 USDT BTC", DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {OPERATOR}
    stand.clock.go_on(2)
    data = data_of(stand.last_card(OPERATOR), Verb.CV_YES)
    await stand.tap_data(OPERATOR, DESK_GROUP, stand.last_card(OPERATOR).message_id, data)
    assert pay.posts == []


REVOCATIONS: dict[str, Callable[[Stand], Awaitable[object]]] = {
    "removed": lambda stand: people.remove(stand.desk, OWNER, OPERATOR),
    "lowered": lambda stand: people.change_role(stand.desk, OWNER, OPERATOR, Role.VIEWER),
    "frozen": lambda stand: people.freeze_person(stand.desk, LEAD, OPERATOR, True),
    "desk frozen": lambda stand: freeze.freeze_desk(stand.desk, LEAD),
}


@pytest.mark.parametrize("how", REVOCATIONS)
@pytest.mark.parametrize("step", MONEY)
async def test_a_right_that_was_taken_is_gone_at_the_next_tap(stand: Stand, pay: FakePay, how: str, step: Verb) -> None:
    shown = await quoted(stand) if step is Verb.CV_YES else (await unknown(stand, pay))[0]
    posts = len(pay.posts)
    await REVOCATIONS[how](stand)
    stand.forget()
    await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data_of(shown, step))
    await stand.write(OPERATOR, "/convert 100 USDT BTC")
    assert len(pay.posts) == posts and len(stand.rows("conversions")) == 1
    assert (stand.told == []) is (how == "removed")


TAMPERED: dict[str, list[str]] = {
    "conversion": ["UPDATE seals SET target = (SELECT id FROM conversions WHERE person = 1006)"],
    "account": ["UPDATE conversions SET account = '2124538349'"],
    "quote": ["UPDATE conversions SET quote_id = 'q9'"],
    "sell": [
        "UPDATE conversions SET sell_amount = '100.01'", "UPDATE conversions SET sell_amount = '100.000'",
        "UPDATE conversions SET sell_code = 'USDC'",
    ],
    "buy": ["UPDATE conversions SET buy_amount = '0.00101'", "UPDATE conversions SET buy_code = 'ETH'"],
    "fixed": ["UPDATE conversions SET fixed = 'buy'"],
    "ends_at": ["UPDATE conversions SET ends_at = ends_at + 1"],
    "action": ["UPDATE seals SET action = 'release'", "UPDATE seals SET choice = '{\"answer\":\"again\"}'"],
    "approver": ["UPDATE seals SET opened_by = 1006"],
    "role": ["UPDATE staff SET role = 'lead' WHERE id = 1003"],
    "limit": ["UPDATE limits SET per_action = '2001'", "UPDATE limits SET per_day = '20001'"],
    "requester": ["UPDATE conversions SET requester = 1006"],
}  # fmt: skip


async def test_every_fact_of_a_quote_has_a_row_that_changes_it(stand: Stand, pay: FakePay) -> None:
    await quoted(stand)
    async with stand.desk.store.read() as tables:
        (made,) = await tables.conversions.live(OPERATOR)
    assert set(TAMPERED) == set(facts_of_quote(made, approver=OPERATOR, role="operator", limit="1/1"))


@pytest.mark.parametrize(("fact", "change"), [(fact, change) for fact, rows in TAMPERED.items() for change in rows])
async def test_a_fact_that_changed_between_card_and_tap_is_not_executed(
    stand: Stand, pay: FakePay, fact: str, change: str
) -> None:
    await quoted(stand, OPERATOR_2)
    shown = await quoted(stand)
    with closing(sqlite3.connect(stand.database)) as connection, connection:
        assert connection.execute(change).rowcount > 0
    if fact == "role":
        async with stand.desk.store.read() as tables:
            await stand.desk.read_people(tables)
        assert stand.desk.people[OPERATOR].role is Role.LEAD
    for _ in range(2):
        await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data_of(shown, Verb.CV_YES))
    assert pay.posts == [] and stand.rows("intents") == []


async def test_a_quote_that_stayed_as_it_was_is_executed_once(stand: Stand, pay: FakePay) -> None:
    await quoted(stand, OPERATOR_2)
    shown = await quoted(stand)
    for _ in range(3):
        await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data_of(shown, Verb.CV_YES))
    assert len(pay.posts) == 1


async def test_a_limit_that_was_changed_and_set_back_is_the_limit_that_was_sealed(stand: Stand, pay: FakePay) -> None:
    shown = await quoted(stand)
    for most in (1, 2000):
        limit = Limit(Decimal(most), Decimal(20000))
        await people.set_limit(stand.desk, OWNER, Role.OPERATOR, Action.CONVERT.value, limit)
    await stand.tap_data(OPERATOR, OPERATOR, shown.message_id, data_of(shown, Verb.CV_YES))
    assert len(pay.posts) == 1
