"""S2: a right that was taken away is gone at the very next update, wherever the person's last tap still hangs."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.staff import Role
from bot.flows import admit, approve, confirm, deliver, freeze, people
from bot.flows.absorb import look
from bot.flows.approve import open_step
from bot.views.buttons import Tap
from tests.security.stand import LEAD, OPERATOR, OWNER, Stand, Told, callback
from tests.security.venue import PURCHASE, SALE

Revoke = Callable[[Stand], Awaitable[object]]

REVOCATIONS: dict[str, Revoke] = {
    "removed": lambda stand: people.remove(stand.desk, OWNER, OPERATOR),
    "lowered": lambda stand: people.change_role(stand.desk, OWNER, OPERATOR, Role.VIEWER),
    "frozen": lambda stand: people.freeze_person(stand.desk, LEAD, OPERATOR, True),
    "desk frozen": lambda stand: freeze.freeze_desk(stand.desk, LEAD),
}
every_revocation = pytest.mark.parametrize("revoke", REVOCATIONS.values(), ids=REVOCATIONS)
of_a_person = pytest.mark.parametrize("how", ["removed", "lowered", "frozen"])

STEPS = {"Release…": SALE, "Mark paid…": PURCHASE}
YES = {"Release…": "I saw it: release", "Mark paid…": "I paid: mark"}


def seal_on(shown: Told) -> str:
    assert shown.card is not None
    taps = [Tap.parse(data) for data in shown.card.data]
    return next(tap.args[0] for tap in taps if tap is not None and tap.verb.name == "YES")


@every_revocation
@pytest.mark.parametrize("label", STEPS)
async def test_the_confirm_that_stood_open_is_refused_at_the_next_tap(stand: Stand, revoke: Revoke, label: str) -> None:
    shown = await stand.confirm_card(OPERATOR, STEPS[label], label)
    await revoke(stand)
    await stand.tap(OPERATOR, shown, YES[label])
    assert stand.venue.posts == [] and stand.rows("intents") == []


@every_revocation
@pytest.mark.parametrize("label", STEPS)
async def test_an_old_card_opens_no_step_any_more(stand: Stand, revoke: Revoke, label: str) -> None:
    shown = await stand.card(OPERATOR, STEPS[label])
    stand.forget()
    await revoke(stand)
    await stand.tap(OPERATOR, shown, label)
    assert stand.rows("seals") == [] and stand.venue.posts == []
    assert "7,200" not in stand.words_to(OPERATOR) or revoke in (REVOCATIONS["lowered"], REVOCATIONS["desk frozen"])


@every_revocation
async def test_a_right_taken_while_the_last_look_hangs_stops_the_release(stand: Stand, revoke: Revoke) -> None:
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    stand.venue.hold_looks()
    tapping = asyncio.create_task(confirm.confirm(stand.desk, OPERATOR, seal_on(shown), stand.clock.now()))
    await stand.venue.look_begun.wait()
    await revoke(stand)
    stand.venue.let_go()
    with pytest.raises(NotAllowed):
        await tapping
    await stand.desk.drain(5)
    assert stand.venue.posts == [] and stand.rows("intents") == []
    refused = [row for row in stand.rows("journal") if row["action"] == "release"]
    assert [row["outcome"] for row in refused] == ["not_allowed"]


@every_revocation
async def test_a_right_taken_while_the_first_look_hangs_opens_no_step(stand: Stand, revoke: Revoke) -> None:
    stand.venue.hold_looks()
    opening = asyncio.create_task(open_step(stand.desk, OPERATOR, SALE, Action.RELEASE))
    await stand.venue.look_begun.wait()
    await revoke(stand)
    stand.venue.let_go()
    with pytest.raises(NotAllowed):
        await opening
    assert stand.rows("seals") == []


@every_revocation
async def test_a_right_taken_while_the_questions_before_a_step_are_drawn_shows_none(
    stand: Stand, revoke: Revoke
) -> None:
    stand.venue.hold_looks()
    asking = asyncio.create_task(approve.prepare(stand.desk, OPERATOR, PURCHASE, Action.CANCEL))
    await stand.venue.look_begun.wait()
    await revoke(stand)
    stand.venue.let_go()
    with pytest.raises(NotAllowed):
        await asking


@of_a_person
async def test_what_was_stored_before_but_is_handled_after_the_revocation_does_nothing(stand: Stand, how: str) -> None:
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    data = next(data for data in shown.card.data if data.startswith("y:")) if shown.card else ""
    waiting = await admit.admit(
        stand.desk,
        [{"update_id": 9001, "callback_query": callback(OPERATOR, OPERATOR, shown.message_id, data)}],
    )
    await REVOCATIONS[how](stand)
    for one in waiting:
        await stand.mouthpiece.handle(one)
    await stand.desk.drain(5)
    assert len(waiting) == 1 and stand.venue.posts == []


async def test_removed_staff_get_silence_and_frozen_staff_are_told_so_without_any_fact_of_an_order(
    stand: Stand,
) -> None:
    shown = await stand.card(OPERATOR, SALE)
    await people.freeze_person(stand.desk, LEAD, OPERATOR, True)
    stand.forget()
    for text in ("/orders", "/order 0417", "/duty", "/duty on", "/journal", "/staff"):
        await stand.write(OPERATOR, text)
    await stand.tap(OPERATOR, shown, "More")
    words = stand.words_to(OPERATOR)
    assert "frozen" in words and "7,200" not in words and "张三丰" not in words and "0417" not in words
    await people.remove(stand.desk, OWNER, OPERATOR)
    stand.forget()
    await stand.write(OPERATOR, "/orders")
    await stand.tap(OPERATOR, shown, "Release…")
    assert stand.words_to(OPERATOR) == ""


@of_a_person
async def test_news_of_an_order_reaches_nobody_who_may_not_read_it_any_more(stand: Stand, how: str) -> None:
    await stand.card(OPERATOR, SALE)
    await REVOCATIONS[how](stand)
    stand.venue.change(SALE, status="locked", in_appeal=True)
    stand.clock.go_on(5)
    await look(stand.desk, SALE)
    due = [delivery for delivery in await deliver.due(stand.desk) if delivery.chat_id == OPERATOR]
    tasks = await deliver.take(stand.desk, due)
    assert len(tasks) == (1 if how == "lowered" else 0)  # a viewer may still read


async def test_the_right_is_back_when_the_freeze_is_taken_away(stand: Stand) -> None:
    await people.freeze_person(stand.desk, LEAD, OPERATOR, True)
    await people.freeze_person(stand.desk, OWNER, OPERATOR, False)
    await freeze.freeze_desk(stand.desk, LEAD)
    await freeze.unfreeze_desk(stand.desk, OWNER)
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert [post[0] for post in stand.venue.posts] == ["release"]
