"""The shop window is opened and closed by leads of this desk only, and by the very tap that saw what it does."""

import pytest

from bot.domain.staff import Person, Role
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

NOT_LEADS = {"viewer": VIEWER, "agent": AGENT, "operator": OPERATOR}
OUTSIDE = {"stranger": STRANGER, "removed": REMOVED, "frozen lead": FROZEN}
HOURS = "Mon-Fri 09:00-18:00"


async def step(stand: Stand, person: int = LEAD, label: str = "Rest") -> Told:
    """The opened second step, seen long enough to be pressed."""
    await stand.write(person, "/me")
    await stand.tap(person, stand.last_card(person), label)
    stand.clock.go_on(2)
    return stand.last_card(person)


def yes_of(shown: Told) -> str:
    assert shown.card is not None
    return next(data for data in shown.card.data if data.startswith("hy:"))


async def question(stand: Stand, person: int = LEAD) -> int:
    """The number of the message whose reply is read as hours."""
    await stand.write(person, "/me")
    await stand.tap(person, stand.last_card(person), "Hours…")
    return stand.last_card(person).message_id


async def reply(stand: Stand, person: int, number: int, text: str = HOURS, chat: int | None = None) -> None:
    chat = chat or person
    shown = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"}}
    await stand.write(person, text, chat, reply_to_message=shown)


async def test_a_lead_opens_closes_and_gives_hours_each_by_two_taps(stand: Stand) -> None:
    await stand.tap(LEAD, await step(stand), "Yes, rest")
    await stand.tap(LEAD, await step(stand, label="Go online"), "Yes, go online")
    number = await question(stand)
    await reply(stand, LEAD, number)
    stand.clock.go_on(2)
    await stand.tap(LEAD, stand.last_card(LEAD), "Yes, set the hours")
    assert [status for _, status, _ in stand.venue.posts] == ["0", "1", "2"]
    record = [row["notice"] for row in stand.rows("outbox") if row["chat_id"] == DESK_GROUP]
    assert record.count("shop_set") == 3


@pytest.mark.parametrize("who", [*NOT_LEADS.values(), *OUTSIDE.values()], ids=[*NOT_LEADS, *OUTSIDE])
async def test_nobody_else_moves_the_shop_by_any_way(stand: Stand, who: int) -> None:
    shown = await step(stand)
    number = await question(stand)
    stand.forget()
    yes = yes_of(shown)
    for chat in (who, DESK_GROUP, LEAD):
        own = await stand.buttons(chat, ["hs:rest", "hs:work", "ht", yes], SALE)
        for data in ("hs:rest", "hs:work", "ht", yes):
            await stand.tap_data(who, chat, own, data)
    await stand.tap_data(who, LEAD, shown.message_id, yes)
    for chat in (who, LEAD, DESK_GROUP, FOREIGN_GROUP):
        await reply(stand, who, number, chat=chat)
    assert stand.venue.posts == [] and stand.venue.working == 1
    seals = [row for row in stand.rows("seals") if row["opened_by"] != LEAD]
    assert seals == []


async def test_the_step_of_one_lead_is_not_confirmed_by_an_owner(stand: Stand) -> None:
    shown = await step(stand)
    number = await stand.buttons(OWNER, [yes_of(shown)])
    await stand.tap_data(OWNER, OWNER, number, yes_of(shown))
    assert stand.venue.posts == [] and "lead 1002 opened this step" in stand.words_to(OWNER)
    await stand.tap(LEAD, shown, "Yes, rest")
    assert len(stand.venue.posts) == 1


async def test_who_is_no_longer_lead_confirms_nothing_that_was_opened_before(stand: Stand) -> None:
    shown = await step(stand)
    number = await question(stand)
    await stand.write(OWNER, f"/staff role {LEAD} operator")
    await stand.tap(LEAD, shown, "Yes, rest")
    await reply(stand, LEAD, number)
    assert stand.venue.posts == [] and "may not do this" in stand.words_to(LEAD)


async def test_the_seal_of_the_shop_opens_no_other_door_and_no_other_seal_opens_the_shop(stand: Stand) -> None:
    shop_seal = yes_of(await step(stand)).partition(":")[2]
    order_card = (await stand.confirm_card(LEAD, SALE, "Release…")).card
    assert order_card is not None
    order_seal = next(data for data in order_card.data if data.startswith("y:")).partition(":")[2]
    stand.venue.posts.clear()
    for data in (f"y:{shop_seal}", f"vy:{shop_seal}", f"fy:{shop_seal}", f"py:{shop_seal}", f"hy:{order_seal}"):
        number = await stand.buttons(LEAD, [data])
        await stand.tap_data(LEAD, LEAD, number, data)
    assert stand.venue.posts == []


@pytest.mark.parametrize("data", ["hs:2", "hs:custom", "hs:1", "hs:WORK", "hs:..", "hy:nothing", "hp:0"])
async def test_a_made_up_button_of_the_shop_is_refused(stand: Stand, data: str) -> None:
    number = await stand.buttons(OWNER, [data])
    await stand.tap_data(OWNER, OWNER, number, data)
    assert stand.venue.posts == [] and stand.rows("seals") == [] and stand.told != []


async def test_a_tap_that_is_too_quick_sends_nothing_and_the_next_one_does(stand: Stand) -> None:
    await stand.write(LEAD, "/me")
    await stand.tap(LEAD, stand.last_card(LEAD), "Rest")
    shown = stand.last_card(LEAD)
    await stand.tap(LEAD, shown, "Yes, rest")
    assert stand.venue.posts == [] and "very quick" in stand.words_to(LEAD)
    stand.clock.go_on(2)
    await stand.tap(LEAD, shown, "Yes, rest")
    assert len(stand.venue.posts) == 1


async def test_asked_in_the_group_the_account_is_told_in_the_direct_message(stand: Stand) -> None:
    await stand.write(LEAD, "/me", DESK_GROUP)
    assert {told.chat_id for told in stand.told} == {LEAD}
    number = await stand.buttons(DESK_GROUP, [f"hp:{SALE}"], SALE)
    await stand.tap_data(VIEWER, DESK_GROUP, number, f"hp:{SALE}")
    assert DESK_GROUP not in {told.chat_id for told in stand.told} and "profile" in stand.words_to(VIEWER)


@pytest.mark.parametrize("role", list(Role))
async def test_an_own_account_is_shown_by_its_last_digits_to_everybody(stand: Stand, role: Role) -> None:
    async with stand.desk.store.write() as tables:
        await tables.staff.put(Person(1900, role, "somebody", "en", "UTC"), stand.clock.now(), OWNER)
        await stand.desk.read_people(tables)
    await stand.write(1900, "/me")
    card = stand.last_card(1900).card
    assert card is not None and "··8821" in card.plain and "王**" in card.plain
    everything = card.text + str(card.rows)
    assert not any(secret in everything for secret in ("08821", "王五", "备注", "qr"))
    assert any(data.startswith("hs:") for data in card.data) is (role >= Role.LEAD)
