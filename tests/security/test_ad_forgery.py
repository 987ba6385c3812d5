"""Our ads are changed by leads of this desk only, each by the very tap that saw what it does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.orders import Side
from bot.domain.staff import Role
from tests.flows.ad_bench import OURS
from tests.security.stand import (
    AGENT,
    DESK_GROUP,
    FOREIGN_GROUP,
    FROZEN,
    LEAD,
    OPERATOR,
    OWNER,
    REMOVED,
    STRANGER,
    VIEWER,
    Stand,
    Told,
)
from tests.security.venue import SALE

AD, OTHER = "2130000011", "2130000012"
NOT_LEADS = {"viewer": VIEWER, "agent": AGENT, "operator": OPERATOR}
OUTSIDE = {"stranger": STRANGER, "removed": REMOVED, "frozen lead": FROZEN}
EVERYBODY_ELSE = pytest.mark.parametrize("who", [*NOT_LEADS.values(), *OUTSIDE.values()], ids=[*NOT_LEADS, *OUTSIDE])
VERBS = ("y", "uy", "py", "vy", "fy", "hy", "ey", "eu", "ny", "vz", "oy", "cy")
"""verbs that carry a seal, and some that could"""


def open_shelf(stand: Stand) -> None:
    """Two ads of ours are online."""
    sale = replace(OURS, id=AD)
    stand.venue.mine = [sale, replace(sale, id=OTHER, side=Side.BUY, price=Decimal("7.10"))]


async def diff(stand: Stand, person: int = LEAD, words: str = f"/price 7.21 {AD}") -> Told:
    """The opened diff, seen long enough to be pressed."""
    open_shelf(stand)
    await stand.write(person, words)
    stand.clock.go_on(2)
    return stand.last_card(person)


async def question(stand: Stand, person: int = LEAD) -> Told:
    """All offline: the opened question."""
    return await diff(stand, person, "/ads off")


def live(shown: Told, verb: str) -> str:
    assert shown.card is not None
    return next(data for data in shown.card.data if data.startswith(f"{verb}:"))


def seal_of(shown: Told, verb: str) -> str:
    return live(shown, verb).partition(":")[2]


def reply_to(number: int, chat: int) -> dict[str, object]:
    kind = "private" if chat > 0 else "supergroup"
    return {"message_id": number, "date": 1, "chat": {"id": chat, "type": kind}}


async def test_a_lead_changes_a_price_by_one_tap_and_all_states_by_another(stand: Stand) -> None:
    await stand.tap(LEAD, await diff(stand), "Set price 7.21")
    assert [post[:2] for post in stand.venue.posts] == [("publish_ad", AD)]
    stand.venue.posts.clear()
    await stand.tap(LEAD, await question(stand), "Take all 2")
    assert sorted(post[:2] for post in stand.venue.posts) == [("set_ad_status", AD), ("set_ad_status", OTHER)]


@EVERYBODY_ELSE
async def test_nobody_else_changes_an_ad_by_any_way(stand: Stand, who: int) -> None:
    shown, asked = await diff(stand), await question(stand)
    await stand.tap_data(LEAD, LEAD, (await opened(stand)).message_id, f"ea:{AD}:terms")
    prompt = stand.last_card(LEAD).message_id
    stand.forget()
    seals = stand.rows("seals")
    every = (
        live(shown, "ey"), live(asked, "eu"), f"es:{AD}:3", f"es:{AD}:4", f"ep:{AD}:7.21", f"ea:{AD}:price", "eq:off",
        "eq:on", live(shown, "et"), live(shown, "ex"), live(asked, "ev"),
    )  # fmt: skip
    for chat in (who, DESK_GROUP, LEAD):
        number = await stand.buttons(chat, every)
        for data in every:
            await stand.tap_data(who, chat, number, data)
    for told, verb in ((shown, "ey"), (asked, "eu")):
        await stand.tap_data(who, LEAD, told.message_id, live(told, verb))
    for words in (f"/price 7.3 {AD}", "/price 7.3", "/ads off", "/ads on", "/ads auto both", "/ads new"):
        for chat in (who, DESK_GROUP, FOREIGN_GROUP):
            await stand.write(who, words, chat)
    for chat in (who, LEAD, DESK_GROUP, FOREIGN_GROUP):
        await stand.write(who, "call me", chat, reply_to_message=reply_to(prompt, chat))
    assert stand.venue.posts == [] and stand.rows("seals") == seals and stand.rows("intents") == []


async def opened(stand: Stand) -> Told:
    """The ad's own card."""
    open_shelf(stand)
    await stand.write(LEAD, f"/ads {AD}")
    return stand.last_card(LEAD)


@pytest.mark.parametrize("verb", ["ey", "eu"])
async def test_the_step_of_one_lead_is_confirmed_by_nobody_else_and_stays_theirs(stand: Stand, verb: str) -> None:
    shown = await (diff(stand) if verb == "ey" else question(stand))
    number = await stand.buttons(OWNER, [live(shown, verb)])
    await stand.tap_data(OWNER, OWNER, number, live(shown, verb))
    assert stand.venue.posts == [] and f"lead {LEAD}" in stand.words_to(OWNER)
    await stand.tap_data(LEAD, LEAD, shown.message_id, live(shown, verb))
    assert len(stand.venue.posts) == (1 if verb == "ey" else 2)


@pytest.mark.parametrize("verb", ["et", "em", "ex"])
async def test_the_diff_of_one_lead_is_stepped_meant_and_left_by_nobody_else(stand: Stand, verb: str) -> None:
    shown = await diff(stand)
    change = live(shown, "ex").partition(":")[2]
    data = f"et:{change}:up" if verb == "et" else f"{verb}:{change}"
    number = await stand.buttons(OWNER, [data])
    await stand.tap_data(OWNER, OWNER, number, data)
    assert stand.venue.posts == [] and len(stand.rows("ad_changes")) == 1
    await stand.tap(LEAD, shown, "Set price 7.21")
    assert [post[:2] for post in stand.venue.posts] == [("publish_ad", AD)]


async def test_who_is_no_longer_lead_confirms_nothing_that_was_opened_before(stand: Stand) -> None:
    shown, asked = await diff(stand), await question(stand)
    await stand.write(OWNER, f"/staff role {LEAD} operator")
    await stand.tap_data(LEAD, LEAD, shown.message_id, live(shown, "ey"))
    await stand.tap_data(LEAD, LEAD, asked.message_id, live(asked, "eu"))
    assert stand.venue.posts == [] and "may not do this" in stand.words_to(LEAD)


@pytest.mark.parametrize("words", [f"/price 7.21 {AD}", "/ads off"])
async def test_a_raised_role_does_not_carry_an_older_approval(stand: Stand, words: str) -> None:
    shown = await diff(stand, words=words)
    async with stand.desk.store.write() as tables:
        await tables.staff.put(replace(stand.desk.people[LEAD], role=Role.OWNER), stand.clock.now(), OWNER)
        await stand.desk.read_people(tables)
    assert shown.card is not None
    yes = next(data for data in shown.card.data if data.startswith(("ey:", "eu:")))
    await stand.tap_data(LEAD, LEAD, shown.message_id, yes)
    assert stand.venue.posts == []


async def test_a_seal_opens_only_the_door_it_was_made_for(stand: Stand) -> None:
    """A release's, a change's and a move's, each behind every verb but its own."""
    order = (await stand.confirm_card(LEAD, SALE, "Release…")).card
    assert order is not None
    release = next(data for data in order.data if data.startswith("y:")).partition(":")[2]
    change, move = seal_of(await diff(stand), "ey"), seal_of(await question(stand), "eu")
    stand.venue.posts.clear()
    own = {release: "y", change: "ey", move: "eu"}
    for seal, verb in own.items():
        for other in VERBS:
            if other != verb:
                number = await stand.buttons(LEAD, [f"{other}:{seal}"])
                await stand.tap_data(LEAD, LEAD, number, f"{other}:{seal}")
    assert stand.venue.posts == [] and stand.rows("intents") == []
    assert {row["id"] for row in stand.rows("seals") if row["used_at"] is None} >= {change, move}


async def test_a_confirm_that_is_replayed_sends_nothing_more(stand: Stand) -> None:
    shown = await diff(stand)
    yes = live(shown, "ey")
    await stand.tap(LEAD, shown, "Set price 7.21")
    asked = await question(stand)
    stand.venue.posts.clear()
    await stand.tap_data(LEAD, LEAD, asked.message_id, live(asked, "eu"))
    assert len(stand.venue.posts) == 2
    for data in (yes, live(asked, "eu")):
        for chat in (LEAD, DESK_GROUP):
            number = await stand.buttons(chat, [data])
            for _ in range(3):
                await stand.tap_data(LEAD, chat, number, data)
    assert len(stand.venue.posts) == 2 and len(stand.rows("intents")) == 3


async def test_a_tap_in_the_group_changes_nothing(stand: Stand) -> None:
    shown, asked = await diff(stand), await question(stand)
    sealed = (live(shown, "ey"), live(asked, "eu"))
    opening = (f"eo:{AD}", "e:all:0", f"es:{AD}:3", "eq:off", f"ea:{AD}:price", f"ep:{AD}:7.3")
    for person, chat, every in (
        (LEAD, DESK_GROUP, opening), (OWNER, DESK_GROUP, sealed), (LEAD, FOREIGN_GROUP, sealed + opening),
    ):  # fmt: skip
        number = await stand.buttons(chat, every)
        for data in every:
            stand.forget()
            await stand.tap_data(person, chat, number, data)
            assert stand.venue.posts == [] and chat not in {told.chat_id for told in stand.told}, data


FORGED = (
    "ey:nothing", "eu:nothing", "ey:", f"es:{AD}:2", f"es:{AD}:0", f"es:{AD}:OPEN", f"es:{AD}", "es:..:3", "es:9:3",
    f"ep:{AD}:-1", f"ep:{AD}:0", f"ep:{AD}:NaN", f"ep:{AD}:1e9", f"ea:{AD}:status", f"ea:{AD}:team_payee",
    f"ea:{AD}:../x", "et:nothing:up", "et:id000001:sideways", "em:nothing", "ex:nothing", "ec:nothing", "ei:nothing",
    "eo:nothing", "e:everything:0", "e:all:-1", "e:all:999999999999", "eq:sideways", "ev:nothing",
)  # fmt: skip


@pytest.mark.parametrize("data", FORGED)
async def test_a_made_up_button_of_an_ad_is_refused_with_a_sentence(stand: Stand, data: str) -> None:
    open_shelf(stand)
    number = await stand.buttons(OWNER, [data])
    await stand.tap_data(OWNER, OWNER, number, data)
    assert stand.venue.posts == [] and stand.rows("seals") == [] and stand.told != []


async def test_a_button_that_the_message_never_had_is_not_pressed(stand: Stand) -> None:
    shown = await diff(stand)
    card = await opened(stand)
    for data in (live(shown, "ey"), f"es:{AD}:2", f"ep:{AD}:7.3"):
        await stand.tap_data(LEAD, LEAD, card.message_id, data)
    assert stand.venue.posts == []


async def test_a_tap_that_is_too_quick_sends_nothing_and_the_next_one_does(stand: Stand) -> None:
    open_shelf(stand)
    for words, verb, sent in ((f"/price 7.21 {AD}", "ey", 1), ("/ads off", "eu", 3)):
        await stand.write(LEAD, words)
        shown = stand.last_card(LEAD)
        before = len(stand.venue.posts)
        await stand.tap_data(LEAD, LEAD, shown.message_id, live(shown, verb))
        assert len(stand.venue.posts) == before and "very quick" in stand.words_to(LEAD)
        stand.clock.go_on(2)
        await stand.tap_data(LEAD, LEAD, shown.message_id, live(shown, verb))
        assert len(stand.venue.posts) == sent


async def test_a_diff_that_is_too_old_confirms_nothing(stand: Stand) -> None:
    shown = await diff(stand)
    stand.clock.go_on(200)
    await stand.tap_data(LEAD, LEAD, shown.message_id, live(shown, "ey"))
    assert stand.venue.posts == [] and "is over" in stand.words_to(LEAD) + stand.last_card(LEAD).text


async def test_asked_in_the_group_the_ads_are_told_in_the_direct_message(stand: Stand) -> None:
    open_shelf(stand)
    for words in ("/ads", f"/ads {AD}", f"/price 7.21 {AD}", "/ads off"):
        await stand.write(LEAD, words, DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {LEAD} and stand.venue.posts == []
