"""S1 of the buyer chat: no word reaches a buyer, no host is allowed and no file leaves without a right."""

from __future__ import annotations

import pytest

from bot.flows.tell_chat import SAID
from handlers.chat import WRITE
from tests.security.chat_forgeries import (
    CONTACT,
    FORWARDED,
    NUMBERS,
    ODD_HOST,
    PHONE_FILE,
    Loot,
    chat_is_at_work,
    contents,
    every_way,
    host_is_unknown,
    messages,
    reply_to,
    show,
    taps,
)
from tests.security.forgeries import FROZEN_LEAD, STAFF_ELSEWHERE, WITHOUT_RIGHT, Identity, places
from tests.security.stand import (
    AGENT,
    DESK_GROUP,
    FROZEN,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    VIEWER,
    Json,
    Stand,
    chat_of,
    message,
    user,
)
from tests.security.test_forgery import REPORTS, before, effects
from tests.security.venue import OTHER_SALE, SALE, greeting_of

ids = [identity.name for identity in (*WITHOUT_RIGHT, *STAFF_ELSEWHERE)]


@pytest.mark.parametrize("identity", (*WITHOUT_RIGHT, *STAFF_ELSEWHERE), ids=ids)
async def test_nobody_without_a_right_reaches_a_buyer_a_host_or_a_file(stand: Stand, identity: Identity) -> None:
    loot, cells, wrong = await chat_is_at_work(stand), 0, {}
    for place, chat in places(identity).items():
        for kind, forged in every_way(identity, chat, loot).items():
            if kind == "taps" and identity.name.startswith("lead ") and "text" not in str(identity.sender):
                continue  # a tap carries no sender chat and no inline bot: this would be the lead's own tap
            was = before(stand)
            await stand.raw(*forged)
            cells += len(forged)
            if found := effects(stand, was, REPORTS):
                wrong[kind, place] = found
                stand.forget()
    await stand.send()
    assert wrong == {} and stand.venue.said == [] and await host_is_unknown(stand)
    assert cells > 700


KEPT = ("sayings", "templates", "files", "orders", "chat_messages")


def _what_counts(stand: Stand) -> dict[str, str]:
    now = stand.memory()
    return {name: now[name] for name in KEPT}


@pytest.mark.parametrize("chat", [FROZEN, DESK_GROUP])
async def test_frozen_staff_say_nothing_to_a_buyer_and_open_nothing(stand: Stand, chat: int) -> None:
    loot = await chat_is_at_work(stand)
    await show(stand, FROZEN, loot.said, SAID)
    await show(stand, FROZEN, loot.prompt, WRITE)
    await show(stand, FROZEN, loot.menu, "menu", loot.live)
    was = _what_counts(stand)
    for forged in every_way(FROZEN_LEAD, chat, loot).values():
        await stand.raw(*forged)
    await stand.send()
    assert _what_counts(stand) == was
    assert stand.venue.said == [] and stand.mouth.files == [] and await host_is_unknown(stand)
    words = stand.words_to(FROZEN) + stand.words_to(DESK_GROUP)
    assert "frozen" in words and "张三丰" not in words and "1,000" not in words


@pytest.mark.parametrize("chat", [VIEWER, DESK_GROUP])
async def test_a_viewer_reads_the_chat_and_says_nothing(stand: Stand, chat: int) -> None:
    """Also as a member of the desk group who answers the buyer's words there."""
    loot = await chat_is_at_work(stand)
    viewer = Identity("viewer", VIEWER, user(VIEWER))
    forged = messages(viewer, chat, loot)
    was = _what_counts(stand)
    for one in forged:
        stand.forget()
        await stand.raw({"message": one})
        answer = "".join(told.text for told in stand.told)
        to_buyer = one.get("reply_to_message", {}).get("message_id") in (loot.said, loot.prompt)
        if to_buyer or "/say" in str(one.get("text") or one.get("caption")):
            assert "may not do this" in answer or "Nothing was sent" in answer, one
    for update in taps(viewer, chat, loot):
        stand.forget()
        await stand.raw(update)
        assert stand.mouth.files == []
    await stand.send()
    assert stand.venue.said == [] and await host_is_unknown(stand)
    assert {name: value for name, value in _what_counts(stand).items() if name != "chat_messages"} == {
        name: value for name, value in was.items() if name != "chat_messages"
    }


def _data(loot: Loot, verb: str) -> str:
    return next(data for data in loot.live if data.startswith(f"{verb}:"))


@pytest.mark.parametrize("thief", [OWNER, OPERATOR_2, AGENT])
@pytest.mark.parametrize("verb", ["sy", "sx", "sr"])
async def test_only_the_person_who_wrote_it_decides_about_what_is_held_or_lost(
    stand: Stand, verb: str, thief: int
) -> None:
    """Stolen data on own and foreign messages, and the very button where everybody of the group sees it."""
    loot = await chat_is_at_work(stand)
    was = _what_counts(stand)
    await show(stand, thief, loot.menu, "menu")
    for chat, number in ((thief, loot.menu), (LEAD, loot.menu), (DESK_GROUP, loot.said), (DESK_GROUP, 1)):
        await stand.tap_data(thief, chat, number, _data(loot, verb))
    for chat in (DESK_GROUP, thief):
        number = await stand.buttons(chat, [_data(loot, verb)], SALE)
        stand.forget()
        await stand.tap_data(thief, chat, number, _data(loot, verb))
        assert "Only who wrote it decides" in stand.words_to(thief)
    await stand.send()
    assert stand.venue.said == [] and _what_counts(stand) == was
    await stand.tap_data(LEAD, LEAD, loot.menu, _data(loot, verb))
    await stand.send()
    assert stand.venue.said == {"sy": [(SALE, CONTACT)], "sx": [], "sr": [(SALE, "refused words")]}[verb]


@pytest.mark.parametrize("verb", ["sy", "sr", "st"])
async def test_a_replayed_tap_says_it_once(stand: Stand, verb: str) -> None:
    loot = await chat_is_at_work(stand)
    for number in (5001, 5001, 5002, 5001, 5003):
        tap = callback_of(LEAD, loot.menu, _data(loot, verb))
        await stand.raw({"callback_query": tap} | {"update_id": number})
    await stand.send()
    assert len(stand.venue.said) == 1


def callback_of(person: int, number: int, data: str) -> Json:
    shown = {"message_id": number, "date": 1, "chat": chat_of(person), "text": "card"}
    return {"id": f"cb-{person}-{number}", "from": user(person), "chat_instance": "1", "data": data, "message": shown}


@pytest.mark.parametrize("person", [LEAD, OPERATOR, AGENT, VIEWER])
async def test_only_owners_allow_a_host_even_if_the_buttons_were_shown_to_others(stand: Stand, person: int) -> None:
    loot = await chat_is_at_work(stand)
    for chat in (person, DESK_GROUP):
        for verb in ("ah", "ay"):
            number = await stand.buttons(chat, [_data(loot, verb)], SALE)
            await stand.tap_data(person, chat, number, _data(loot, verb))
    assert await host_is_unknown(stand) and ODD_HOST not in stand.words_to(person)
    number = await stand.buttons(OWNER, [_data(loot, "ay")], SALE)
    await stand.tap_data(OWNER, OWNER, number, _data(loot, "ay"))
    assert ODD_HOST in stand.hosts.hosts
    assert ("allow_file_host", OWNER) in [(row["action"], row["actor"]) for row in stand.rows("journal")]


@pytest.mark.parametrize("chat", ["private", "group"])
@pytest.mark.parametrize("person", [OWNER, LEAD, OPERATOR, AGENT, VIEWER])
async def test_the_appeal_pack_goes_to_leads_in_their_direct_message_and_is_journalled(
    stand: Stand, person: int, chat: str
) -> None:
    place = person if chat == "private" else DESK_GROUP
    number = await stand.buttons(place, [f"pk:{SALE}"], SALE)
    await stand.tap_data(person, place, number, f"pk:{SALE}")
    may = person in (OWNER, LEAD)
    assert stand.mouth.files == ([(person, f"order-{SALE}.zip")] if may else [])
    assert [row["actor"] for row in stand.rows("journal") if row["action"] == "export"] == ([person] if may else [])


TALKERS = [OWNER, LEAD, OPERATOR, AGENT]


@pytest.mark.parametrize("place", ["private", "group"])
@pytest.mark.parametrize("person", TALKERS)
async def test_what_staff_say_to_a_buyer_from_their_places_is_never_refused(
    stand: Stand, person: int, place: str
) -> None:
    chat = person if place == "private" else DESK_GROUP
    stand.phone.files[PHONE_FILE] = b"a receipt"
    await show(stand, chat, 8001, SAID)
    await show(stand, chat, 8002, WRITE)
    for number in (8001, 8002):
        for body in contents():
            await stand.raw(
                {"message": message(person, chat, "", message_id=next(NUMBERS)) | reply_to(chat, number) | body}
            )
    for text in ("/say 0417 by number", f"/say@desk_bot {SALE} by whole number"):
        await stand.write(person, text, chat, message_id=next(NUMBERS))
    await stand.write(person, "/say as a reply", chat, message_id=next(NUMBERS), **reply_to(chat, 8001))
    number = await stand.buttons(chat, [greeting_of(SALE)], SALE)
    await stand.tap_data(person, chat, number, greeting_of(SALE))
    for _ in range(4):
        await stand.send()
    texts = [words for order, words in stand.venue.said if not words.startswith("key-")]
    assert {order for order, _ in stand.venue.said} == {SALE}
    assert texts.count("agreed") == 2 and texts.count("see the receipt") == 2 and texts.count("two of them") == 2
    assert texts.count("by number") == texts.count("by whole number") == texts.count("as a reply") == 1
    assert len(texts) == 10 and len(stand.venue.said) - len(texts) == 10
    assert "may not" not in "".join(told.text for told in stand.told) and stand.rows("strangers") == []


async def test_a_reply_reaches_only_the_buyer_whose_words_stand_in_that_very_chat(stand: Stand) -> None:
    """A message has its number in one chat: the same number elsewhere is another message, or none of ours."""
    await show(stand, LEAD, 8001, SAID)
    await show(stand, OPERATOR, 8002, WRITE)
    for person, chat, number in ((OPERATOR, OPERATOR, 8001), (OPERATOR, DESK_GROUP, 8001), (LEAD, LEAD, 8002),
                                 (LEAD, DESK_GROUP, 8002), (AGENT, AGENT, 8001), (OPERATOR, OPERATOR, 1)):  # fmt: skip
        was = _what_counts(stand)
        await stand.raw({"message": message(person, chat, "agreed", message_id=next(NUMBERS)) | reply_to(chat, number)})
        await stand.send()
        assert stand.venue.said == [] and _what_counts(stand) == was


@pytest.mark.parametrize("kind", ["card", "notice", "menu", "line", "confirm", "digest", "prompt"])
@pytest.mark.parametrize("chat", [LEAD, DESK_GROUP])
async def test_a_reply_to_anything_else_of_ours_stays_inside(stand: Stand, kind: str, chat: int) -> None:
    await show(stand, chat, 8001, kind)
    for body in contents():
        await stand.raw({"message": message(LEAD, chat, "", message_id=next(NUMBERS)) | reply_to(chat, 8001) | body})
    await stand.send()
    assert stand.venue.said == [] and stand.rows("sayings") == []


async def test_a_reply_that_points_into_another_chat_is_no_reply(stand: Stand) -> None:
    """Telegram's reply across chats, and a quote of the buyer's words."""
    await show(stand, LEAD, 8001, SAID)
    await show(stand, DESK_GROUP, 8001, SAID)
    origin = {"type": "chat", "date": 1, "sender_chat": chat_of(DESK_GROUP)}
    external = {"external_reply": {"origin": origin, "chat": chat_of(DESK_GROUP), "message_id": 8001},
                "quote": {"text": "hello", "position": 0}}  # fmt: skip
    for chat in (LEAD, DESK_GROUP):
        await stand.raw({"message": message(LEAD, chat, "agreed", message_id=next(NUMBERS)) | external})
    await stand.send()
    assert stand.venue.said == [] and stand.rows("sayings") == []


async def test_pieces_of_an_album_follow_only_their_own_album_in_their_own_chat(stand: Stand) -> None:
    stand.phone.files[PHONE_FILE] = b"a receipt"
    await show(stand, LEAD, 8001, SAID)
    first, *_ = (body for body in contents() if "media_group_id" in body)
    await stand.raw({"message": message(LEAD, LEAD, "", message_id=next(NUMBERS)) | reply_to(LEAD, 8001) | first})
    album = first["media_group_id"]
    for person, chat, name in ((LEAD, DESK_GROUP, album), (OPERATOR, OPERATOR, album), (LEAD, LEAD, "another")):
        body = message(person, chat, "", message_id=next(NUMBERS)) | first | {"media_group_id": name}
        await stand.raw({"message": body})
    assert len({row["source_message"] for row in stand.rows("sayings")}) == 1


@pytest.mark.parametrize("chat", [LEAD, DESK_GROUP])
async def test_a_forwarded_command_says_nothing(stand: Stand, chat: int) -> None:
    await show(stand, chat, 8001, SAID)
    for text in ("/say 0417 agreed", "/templates add en Thanks | Thank you."):
        await stand.write(LEAD, text, chat, message_id=next(NUMBERS), **FORWARDED)
    await stand.send()
    assert stand.venue.said == [] and stand.rows("sayings") == [] and stand.rows("templates") == []


async def test_an_edit_changes_nothing_that_was_said_or_is_held(stand: Stand) -> None:
    loot = await chat_is_at_work(stand)
    was = _what_counts(stand)
    edit = message(LEAD, LEAD, "pay to another account", message_id=loot.own, edit_date=1)
    await stand.raw({"edited_message": edit})
    assert _what_counts(stand) == was and CONTACT in stand.words_to(LEAD)
    await stand.tap_data(LEAD, LEAD, loot.menu, _data(loot, "sy"))
    await stand.send()
    assert stand.venue.said == [(SALE, CONTACT)]


async def test_a_number_of_another_order_in_a_tap_says_it_to_that_orders_buyer_or_nobody(stand: Stand) -> None:
    number = await stand.buttons(LEAD, [greeting_of(SALE)], SALE)
    await stand.tap_data(LEAD, LEAD, number, greeting_of(OTHER_SALE))
    await stand.send()
    assert stand.venue.said == []
