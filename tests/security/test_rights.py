"""Who may do what: every role against every command and button, judged by a table written from the product's page."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Payee, Side
from bot.domain.situations import LockReason
from bot.flows import confirm, people, unlock
from bot.flows.absorb import look
from bot.flows.approve import open_step
from tests.security.stand import AGENT, DESK_GROUP, LEAD, OPERATOR, OPERATOR_2, OWNER, REMOVED, VIEWER, Stand
from tests.security.test_revocation import seal_on
from tests.security.venue import OTHER_SALE, PURCHASE, SALE, an_order, greeting_of

PEOPLE = {"viewer": VIEWER, "agent": AGENT, "operator": OPERATOR, "lead": LEAD, "owner": OWNER}
REFUSED = "may not do this"

# what is done: the lowest role that may, after design/product.md "The people" and "The order desk"
COMMANDS = {
    "/orders": "viewer", "/order 0417": "viewer", "/help": "viewer", "/language en": "viewer",
    "/timezone UTC": "viewer", "/alerts": "viewer", "/alerts unpaid off": "viewer", "/alerts quiet off": "viewer",
    "/duty": "viewer", "/duty on": "agent",
    "/duty off": "agent", "/freeze": "lead", "/journal": "lead",
    f"/staff freeze {OPERATOR_2}": "lead", "/unfreeze": "owner", f"/staff unfreeze {OPERATOR_2}": "owner",
    "/today": "viewer", "/close": "lead", "/close csv": "lead", "/close 2099-01-01": "lead",
    "/chat 0417": "viewer", "/market": "viewer", "/me": "viewer", "/templates": "viewer", "/say 0417 hello": "agent",
    "/templates add en Thanks | Thank you.": "lead", "/templates remove 1": "lead",
    "/reprice": "viewer", "/reprice 2130000011 rank 1 floor 7.10 ceiling 7.30": "lead",
    "/pin": "viewer", "/freeze card": "owner", f"/staff pin {OPERATOR_2} reset": "owner",
    "/staff": "owner", "/staff invite agent": "owner", f"/staff role {OPERATOR_2} agent": "owner",
    f"/staff remove {OPERATOR_2}": "owner", "/staff limit operator release 1 1": "owner", "/staff limits": "owner",
}  # fmt: skip
BUTTONS = {
    f"o:{SALE}": "viewer", f"m:{SALE}": "viewer", f"b:{SALE}": "viewer", f"lk:{SALE}": "viewer", "q": "viewer",
    "w:0": "viewer", "k:USDT:CNY": "viewer", "h": "viewer", "hx": "viewer", "kc": "viewer",
    "kr": "viewer", "l:en": "viewer", "i:unpaid:off": "viewer",
    "iq": "viewer", "d:on": "agent", "dx": "agent",
    f"dc:{SALE}": "agent", f"dt:{OPERATOR_2}": "agent", "dh:id000001": "agent", "dn:id000001": "agent",
    "ds:id000001": "agent", "db:id000001": "agent", "dy:id000001": "agent", "dr:id000001": "agent",
    "js:id000001": "operator", "jn:id000001": "operator", "jw:id000001:other": "operator",
    "jb:id000001": "operator", "jx:id000001": "agent",
    f"cl:{SALE}": "agent", f"nt:{SALE}": "agent",
    f"zs:{SALE}": "agent", f"zc:{SALE}": "agent", f"zp:{SALE}": "agent", f"zx:{SALE}": "agent",
    f"zt:{SALE}:refund": "agent", f"op:{SALE}": "agent", f"nd:{SALE}:id000001": "agent", f"a:{SALE}:release": "agent",
    f"r:{SALE}": "operator", f"mp:{PURCHASE}": "operator",
    f"me:{PURCHASE}:0": "operator", f"pe:{PURCHASE}": "operator", f"c:{PURCHASE}": "operator",
    f"rs:{PURCHASE}": "operator", f"rn:{PURCHASE}:1": "operator", f"u:{OTHER_SALE}": "lead",
    f"zn:{SALE}": "lead", "zy:id000001": "lead",
    "uy:id000001": "lead", "j:0": "lead", "z:id000001:0": "operator", "z:id000001:none": "operator",
    f"ch:{SALE}": "viewer", f"hi:{SALE}:1": "viewer", f"te:{SALE}:1": "agent", greeting_of(SALE): "agent",
    "sy:id000001:0123456789ab": "agent", "sx:id000001": "agent", "sr:id000001": "agent", f"pk:{SALE}": "lead",
    f"hp:{SALE}": "viewer", "hs:rest": "lead", "hs:work": "lead", "ht": "lead", "hy:id000001": "lead",
    "t:0": "viewer", "to:id000001": "viewer", "tx:id000001": "viewer", "tn:2130000011": "lead",
    "tg:2130000011:rank:1": "lead", "tm:id000001": "lead", "tc:id000001": "lead", "ta:id000001:1": "lead",
    "ty:id000001": "lead", "ts:id000001": "lead", "td:id000001": "lead",
    "ca:2026-01-01": "viewer", "cb:2026-01-01:accounts:0": "lead", "ci:2026-01-01": "lead", "cc:2026-01-01": "lead",
    "cg:2026-01-01": "lead", "cs:id000001:0123456789ab": "lead", "cn:id000001": "lead", "ct:id000001": "lead",
    "cx:id000001": "lead", "cy:id000001:0123456789abcdef": "lead",
    "ah:1": "owner", "ay:1": "owner", "s": "owner",
}  # fmt: skip
SHOWN_FROM = {"wr": "agent", "tp": "agent"}
"""buttons that change nothing and hand out nothing, but are only shown to those who can use what they open"""
ORDER = list(PEOPLE)
LOWEST_OF_VERB = {data.split(":")[0]: lowest for data, lowest in BUTTONS.items()} | SHOWN_FROM


def _may(role: str, lowest: str) -> bool:
    return ORDER.index(role) >= ORDER.index(lowest)


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_may_by_command_exactly_what_it_may(stand: Stand, role: str) -> None:
    wrong = []
    for command, lowest in COMMANDS.items():
        kept = stand.memory(without=("inbox", "inbox_last", "desk", "messages", "journal"))
        stand.forget()
        await stand.write(PEOPLE[role], command)
        refused = REFUSED in stand.words_to(PEOPLE[role])
        if refused == _may(role, lowest):
            wrong.append((command, stand.words_to(PEOPLE[role])))
        if refused and kept != stand.memory(without=("inbox", "inbox_last", "desk", "messages", "journal")):
            wrong.append((command, "changed something"))
    assert wrong == []


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_may_by_button_exactly_what_it_may_even_if_it_were_shown_more(stand: Stand, role: str) -> None:
    person, wrong = PEOPLE[role], []
    for data, lowest in BUTTONS.items():
        async with stand.desk.store.write() as tables:
            await tables.orders.unlock(SALE)
            await tables.orders.lock(OTHER_SALE, LockReason.OTHER_PAYER, AGENT, 1)
        number = await stand.buttons(person, [data], PURCHASE if PURCHASE in data else SALE)
        was = {table: stand.memory()[table] for table in ("seals", "orders", "intents", "staff")}
        stand.forget()
        await stand.tap_data(person, person, number, data)
        refused = REFUSED in stand.words_to(person)
        if refused == _may(role, lowest):
            wrong.append((data, stand.words_to(person)))
        if refused and was != {table: stand.memory()[table] for table in was}:
            wrong.append((data, "changed something"))
    assert wrong == [] and stand.venue.posts == []


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_sees_only_the_buttons_that_it_may_press(stand: Stand, role: str) -> None:
    for order_id in (SALE, PURCHASE):
        card = (await stand.card(PEOPLE[role], order_id)).card
        assert card is not None
        for data in card.data:
            assert _may(role, LOWEST_OF_VERB[data.split(":")[0]]), data


@pytest.mark.parametrize("role", ["viewer", "agent"])
async def test_a_payee_in_full_is_for_operators_only(stand: Stand, role: str) -> None:
    await stand.write(PEOPLE[role], "/order 0518")
    number = await stand.buttons(PEOPLE[role], [f"pe:{PURCHASE}"], PURCHASE)
    await stand.tap_data(PEOPLE[role], PEOPLE[role], number, f"pe:{PURCHASE}")
    copies = [button.copy for told in stand.told if told.card for row in told.card.rows for button in row]
    assert "6222020200008821" not in stand.words_to(PEOPLE[role]) + "".join(copies)


async def test_the_payee_asked_for_in_the_group_is_told_in_the_direct_message_and_journalled(stand: Stand) -> None:
    number = await stand.buttons(DESK_GROUP, [f"pe:{PURCHASE}"], PURCHASE)
    await stand.tap_data(OPERATOR, DESK_GROUP, number, f"pe:{PURCHASE}")
    assert {told.chat_id for told in stand.told} == {OPERATOR}
    assert "6222020200008821" in stand.words_to(OPERATOR).replace(" ", "")
    assert ("show_payee", OPERATOR) in [(row["action"], row["actor"]) for row in stand.rows("journal")]


async def test_a_holder_who_is_somebody_else_is_for_leads_only(stand: Stand) -> None:
    other = (Payee("bank", "工行", "李四", "6222020200008821"),)
    stand.venue.orders[PURCHASE] = an_order(PURCHASE, Side.BUY, payees=other)
    stand.clock.go_on(1)
    await look(stand.desk, PURCHASE)
    for person, may in ((OPERATOR, False), (LEAD, True)):
        for data in (f"pe:{PURCHASE}", f"mp:{PURCHASE}"):
            number = await stand.buttons(person, [data], PURCHASE)
            stand.forget()
            await stand.tap_data(person, person, number, data)
            assert ("Leads only: ask one" in stand.words_to(person)) != may


async def test_a_stopped_order_is_released_by_nobody_before_a_lead_unlocks_it(stand: Stand) -> None:
    open_before = await stand.confirm_card(OPERATOR_2, SALE, "Release…")
    shown = await stand.confirm_card(OPERATOR, SALE, "Take over")
    await stand.tap(OPERATOR, shown, "Other payer")
    await stand.tap(OPERATOR_2, open_before, "I saw it: release")
    for person in (OPERATOR, LEAD, OWNER):
        number = await stand.buttons(person, [f"r:{SALE}"], SALE)
        await stand.tap_data(person, person, number, f"r:{SALE}")
    assert stand.venue.posts == [] and [row for row in stand.rows("seals") if row["used_at"] is None] == []
    _, step = await unlock.open_step(stand.desk, LEAD, SALE, "it was his wife")
    await unlock.carry_out(stand.desk, LEAD, step.id)
    await stand.write(LEAD, "/order 0417")
    shown = await stand.confirm_card(LEAD, SALE, "Take over")
    await stand.tap(LEAD, shown, "Release…")
    stand.clock.go_on(2)
    await stand.tap(LEAD, stand.last_card(LEAD), "I saw it: release")
    assert len(stand.venue.posts) == 1


async def limit(stand: Stand, per_action: str, per_day: str) -> None:
    await stand.write(OWNER, f"/staff limit operator release {per_action} {per_day}")


@pytest.mark.parametrize(
    ("per_action", "per_day", "may"),
    [("1000", "1000", True), ("999.99", "9999", False), ("5000", "999.999999", False), ("0", "0", False)],
)
async def test_a_limit_is_kept_to_the_last_digit(stand: Stand, per_action: str, per_day: str, may: bool) -> None:
    await limit(stand, per_action, per_day)
    await stand.tap(OPERATOR, await stand.card(OPERATOR, SALE), "Release…")
    assert (len(stand.rows("seals")) == 1) is may
    assert ("Ask a lead" in str([told.card for told in stand.told])) is not may
    async with stand.desk.store.write() as tables:
        await tables.orders.claim(SALE, LEAD, stand.clock.now())
    shown = await stand.confirm_card(LEAD, SALE, "Release…")
    await stand.tap(LEAD, shown, "I saw it: release")
    assert len(stand.venue.posts) == 1


async def test_a_role_for_which_nobody_set_a_limit_moves_nothing(stand: Stand) -> None:
    with closing(sqlite3.connect(stand.database)) as connection, connection:
        connection.execute("DELETE FROM limits")
    with pytest.raises(NotAllowed) as no:
        await open_step(stand.desk, OPERATOR, PURCHASE, Action.CANCEL)
    assert no.value.reason == "over_limit"


async def test_two_confirms_at_the_same_time_cannot_pass_the_daily_limit_together(stand: Stand) -> None:
    await limit(stand, "1000", "1500")
    seals = [seal_on(await stand.confirm_card(OPERATOR, order, "Release…")) for order in (SALE, OTHER_SALE)]
    stand.venue.hold_looks()
    taps = [asyncio.create_task(confirm.confirm(stand.desk, OPERATOR, seal, stand.clock.now())) for seal in seals]
    await stand.venue.look_begun.wait()
    await asyncio.sleep(0.05)
    stand.venue.let_go()
    ended = await asyncio.gather(*taps, return_exceptions=True)
    await stand.desk.drain(5)
    reasons = [one.reason for one in ended if isinstance(one, NotAllowed)]
    assert reasons == ["over_daily_limit"] and len(stand.venue.posts) == 1


async def test_a_lead_who_was_asked_acts_under_an_own_seal_and_the_asker_is_named(stand: Stand) -> None:
    await limit(stand, "10", "10")
    await stand.tap(OPERATOR, await stand.card(OPERATOR, SALE), "Release…")
    await stand.tap(OPERATOR, stand.last_card(OPERATOR), "Ask a lead")
    asked = [row["chat_id"] for row in stand.rows("outbox") if row["notice"] == "ask_lead"]
    assert sorted(asked) == [OWNER, LEAD] and stand.rows("seals") == []
    async with stand.desk.store.write() as tables:
        await tables.orders.claim(SALE, LEAD, stand.clock.now())
    shown = await stand.confirm_card(LEAD, SALE, "Release…")
    assert "operator 1003" in shown.text
    number = await stand.buttons(OPERATOR, [f"y:{seal_on(shown)}"], SALE)
    await stand.tap_data(OPERATOR, OPERATOR, number, f"y:{seal_on(shown)}")
    assert stand.venue.posts == []
    await stand.tap(LEAD, shown, "I saw it: release")
    row = stand.rows("intents")[0]
    assert (row["actor"], row["requester"]) == (LEAD, OPERATOR) and len(stand.venue.posts) == 1


async def test_nobody_changes_an_owner_from_the_chat(stand: Stand) -> None:
    kept = stand.memory()["staff"]
    for text in (f"/staff remove {OWNER}", f"/staff role {OWNER} viewer", f"/staff freeze {OWNER}",
                 f"/staff role {LEAD} owner", "/staff invite owner"):  # fmt: skip
        for person in (OWNER, LEAD):
            await stand.write(person, text)
    assert stand.memory()["staff"] == kept and stand.rows("invites") == []


async def test_a_lead_freezes_a_colleague_and_only_an_owner_thaws(stand: Stand) -> None:
    await stand.write(LEAD, f"/staff freeze {OPERATOR}")
    assert stand.desk.people[OPERATOR].is_frozen
    for person in (LEAD, OPERATOR, AGENT):
        await stand.write(person, f"/staff unfreeze {OPERATOR}")
        assert stand.desk.people[OPERATOR].is_frozen
    await stand.write(OWNER, f"/staff unfreeze {OPERATOR}")
    assert not stand.desk.people[OPERATOR].is_frozen


@pytest.mark.parametrize("lets_remove", [True, False])
async def test_who_is_removed_also_leaves_the_group_or_owners_hear_of_it(stand: Stand, lets_remove: bool) -> None:
    stand.mouth.lets_remove = lets_remove
    await stand.write(OWNER, f"/staff remove {OPERATOR}")
    assert stand.mouth.removed == [OPERATOR] and OPERATOR not in stand.desk.people
    assert stand.mouth.menus[OPERATOR] == ()
    told = [row["notice"] for row in stand.rows("outbox") if row["chat_id"] == OWNER]
    assert ("outsider_in_group" in told) is not lets_remove


async def test_a_person_who_was_removed_is_unknown_to_every_verb(stand: Stand) -> None:
    for text in (f"/staff role {REMOVED} viewer", f"/staff freeze {REMOVED}", f"/staff remove {REMOVED}"):
        stand.forget()
        await stand.write(OWNER, text)
        assert "Nobody of the staff" in stand.words_to(OWNER)
    with pytest.raises(NotAllowed):
        await people.people(stand.desk, REMOVED)
