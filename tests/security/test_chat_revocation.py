"""S2 of the buyer chat: whoever lost the right to talk says nothing more, whatever still hangs open on the phone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.sayings import PhoneFile, digest
from bot.domain.staff import Role
from bot.flows import fetch_files, freeze, people, say
from bot.flows.say import Spoken
from bot.flows.tell_chat import SAID
from handlers.chat import WRITE
from tests.security.chat_forgeries import CONTACT, NUMBERS, PHONE_FILE, document, photo, reply_to, show
from tests.security.stand import DESK_GROUP, LEAD, OPERATOR, OWNER, Json, Stand, message
from tests.security.venue import SALE, greeting_of

Revoke = Callable[[Stand], Awaitable[object]]

REVOCATIONS: dict[str, Revoke] = {
    "removed": lambda stand: people.remove(stand.desk, OWNER, OPERATOR),
    "lowered": lambda stand: people.change_role(stand.desk, OWNER, OPERATOR, Role.VIEWER),
    "frozen": lambda stand: people.freeze_person(stand.desk, LEAD, OPERATOR, True),
}
every_revocation = pytest.mark.parametrize("revoke", REVOCATIONS.values(), ids=REVOCATIONS)


async def held(stand: Stand, album: str = "") -> str:
    """The operator's words that wait for *Send anyway*; the saying's id."""
    spoken = Spoken(CONTACT, OPERATOR, next(NUMBERS), stand.clock.now(), album=album)
    return (await say.say(stand.desk, OPERATOR, SALE, spoken))[0].id


async def tap_to_send(stand: Stand, saying_id: str) -> str:
    """The data of *Send anyway* under the question about it."""
    async with stand.desk.store.read() as tables:
        saying = await tables.sayings.get(saying_id)
    assert saying is not None
    return f"sy:{saying_id}:{digest([saying])}"


def states(stand: Stand) -> set[str]:
    return {row["state"] for row in stand.rows("sayings")}


@every_revocation
@pytest.mark.parametrize("chat", [OPERATOR, DESK_GROUP])
async def test_what_is_held_cannot_be_sent_by_whoever_lost_the_right(stand: Stand, revoke: Revoke, chat: int) -> None:
    saying = await held(stand)
    send = await tap_to_send(stand, saying)
    number = await stand.buttons(chat, [send, f"sx:{saying}"], SALE)
    await revoke(stand)
    await stand.tap_data(OPERATOR, chat, number, send)
    await stand.send()
    assert stand.venue.said == [] and states(stand) == {"held"}


@every_revocation
async def test_nobody_else_inherits_what_is_held(stand: Stand, revoke: Revoke) -> None:
    send = await tap_to_send(stand, await held(stand))
    await revoke(stand)
    for person in (OWNER, LEAD):
        number = await stand.buttons(person, [send], SALE)
        await stand.tap_data(person, person, number, send)
    await stand.send()
    assert stand.venue.said == []


@every_revocation
async def test_every_open_way_to_a_buyer_is_closed_at_the_next_update(stand: Stand, revoke: Revoke) -> None:
    stand.phone.files[PHONE_FILE] = b"a receipt"
    for chat in (OPERATOR, DESK_GROUP):
        await show(stand, chat, 8001, SAID)
        await show(stand, chat, 8002, WRITE)
    template = await stand.buttons(OPERATOR, [greeting_of(SALE)], SALE)
    await revoke(stand)
    bodies: list[Json] = [{"text": "agreed"}, photo(), document(), {"text": "/say 0417 agreed"}]
    for chat in (OPERATOR, DESK_GROUP):
        for number in (8001, 8002):
            for body in bodies:
                blank = message(OPERATOR, chat, "", message_id=next(NUMBERS))
                await stand.raw({"message": blank | reply_to(chat, number) | body})
    await stand.tap_data(OPERATOR, OPERATOR, template, greeting_of(SALE))
    await stand.send()
    assert stand.venue.said == [] and stand.rows("sayings") == [] and stand.venue.uploads == []


@every_revocation
async def test_a_second_piece_of_an_album_is_refused_once_the_right_is_gone(stand: Stand, revoke: Revoke) -> None:
    stand.phone.files[PHONE_FILE] = b"a receipt"
    await show(stand, OPERATOR, 8001, SAID)
    for turn in range(2):
        blank = message(OPERATOR, OPERATOR, "", message_id=next(NUMBERS)) | reply_to(OPERATOR, 8001)
        await stand.raw({"message": blank | photo() | {"media_group_id": "a1"}})
        if turn == 0:
            await revoke(stand)
    assert len(stand.rows("sayings")) == 1


@every_revocation
async def test_something_lost_is_not_sent_again_by_whoever_lost_the_right(stand: Stand, revoke: Revoke) -> None:
    spoken = Spoken("lost words", OPERATOR, next(NUMBERS), stand.clock.now())
    lost = (await say.say(stand.desk, OPERATOR, SALE, spoken))[0].id
    async with stand.desk.store.write() as tables:
        session = tables.sayings._session
        await session.rows("UPDATE sayings SET state = 'missing', settled_at = 1 WHERE id = :id", id=lost)
    number = await stand.buttons(OPERATOR, [f"sr:{lost}"], SALE)
    await revoke(stand)
    await stand.tap_data(OPERATOR, OPERATOR, number, f"sr:{lost}")
    await stand.send()
    assert stand.venue.said == [] and len(stand.rows("sayings")) == 1


@every_revocation
async def test_the_flows_ask_for_the_right_themselves(stand: Stand, revoke: Revoke) -> None:
    """Whatever the gate let in before the right was gone."""
    saying = await held(stand)
    await revoke(stand)
    desk, spoken = stand.desk, Spoken("agreed", OPERATOR, next(NUMBERS), stand.clock.now())
    for work in (
        say.say(desk, OPERATOR, SALE, spoken),
        say.approve(desk, OPERATOR, saying),
        say.discard(desk, OPERATOR, saying),
        say.say_again(desk, OPERATOR, saying, 1),
        fetch_files.allow_host(desk, OPERATOR, "1"),
    ):
        with pytest.raises(NotAllowed):
            await work


async def test_a_lead_who_is_no_lead_any_more_gets_no_pack(stand: Stand) -> None:
    number = await stand.buttons(LEAD, [f"pk:{SALE}"], SALE)
    await people.change_role(stand.desk, OWNER, LEAD, Role.OPERATOR)
    await stand.tap_data(LEAD, LEAD, number, f"pk:{SALE}")
    assert stand.mouth.files == [] and "may not do this" in stand.words_to(LEAD)


async def test_a_frozen_desk_goes_on_talking_for_that_moves_no_money(stand: Stand) -> None:
    send = await tap_to_send(stand, await held(stand))
    number = await stand.buttons(OPERATOR, [send], SALE)
    await freeze.freeze_desk(stand.desk, LEAD)
    await stand.tap_data(OPERATOR, OPERATOR, number, send)
    await stand.send()
    assert stand.venue.said == [(SALE, CONTACT)] and stand.venue.posts == []


@every_revocation
async def test_what_was_planned_does_not_leave_once_its_person_lost_the_right(stand: Stand, revoke: Revoke) -> None:
    saying = await held(stand)
    await say.approve(stand.desk, OPERATOR, saying)
    await revoke(stand)
    await stand.send()
    assert stand.venue.said == [] and states(stand) == {"refused"}


@every_revocation
async def test_a_right_taken_during_an_upload_keeps_the_file_from_the_buyer(stand: Stand, revoke: Revoke) -> None:
    stand.phone.files[PHONE_FILE] = b"a receipt"
    file = PhoneFile(PHONE_FILE, "photo", "a.jpg", 9)
    await say.say(stand.desk, OPERATOR, SALE, Spoken("", OPERATOR, next(NUMBERS), stand.clock.now(), file=file))
    stand.venue.hold_uploads()
    sending = asyncio.create_task(stand.send())
    await stand.venue.upload_begun.wait()
    await revoke(stand)
    stand.venue.let_go()
    await sending
    assert len(stand.venue.uploads) == 1
    assert stand.venue.said == [] and states(stand) == {"refused"}
