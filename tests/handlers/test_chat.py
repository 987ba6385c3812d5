"""Two lanes: what is meant for a buyer goes there, everything else stays inside, and every no is a sentence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.domain.chat import ChatKind
from bot.domain.errors import Unknown
from bot.domain.reach import Offline
from bot.domain.sayings import State
from bot.domain.staff import Role
from bot.flows import chat_view
from bot.flows.saying_outcome import REMIND_MS
from bot.flows.tell_chat import SAID
from tests.flows.bench import GROUP, LEAD, OPERATOR, ORDER, OWNER, VIEWER, open_bench
from tests.handlers.phone import CONTACT, OTHER, TOPIC, Desk, add_other, in_topic, photo


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The order is known, its chat was read, its card was told."""
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        await bench.see()
        await bench.read()
        await made.tell()
        yield made
        await made.relay.stop()


async def test_a_reply_to_the_buyers_words_goes_to_the_buyer(desk: Desk) -> None:
    shown = await desk.hears()
    number = await desk.write("  we look at it ", reply=shown)
    assert await desk.sent() == ["we look at it"]
    assert (await desk.bench.sayings())[0].source_message == number


async def test_words_that_answer_nothing_stay_inside(desk: Desk) -> None:
    await desk.hears()
    await desk.write("hello everybody")
    await desk.write("hello group", chat=GROUP)
    assert await desk.sent() == [] and await desk.bench.sayings() == []


async def test_a_reply_to_a_card_or_notice_of_ours_stays_inside_and_says_so(desk: Desk) -> None:
    await desk.write("is this for the buyer?", reply=desk.newest(OPERATOR))
    assert "stays inside" in desk.last() and await desk.bench.sayings() == []


async def test_a_reply_to_a_message_that_is_forgotten_is_answered(desk: Desk) -> None:
    before = len(desk.telegram.shown)
    await desk.write("hello", reply=9)
    assert await desk.bench.sayings() == [] and len(desk.telegram.shown) == before + 1
    assert "stays inside" not in desk.last(), "nobody knows what it was"


async def test_a_viewers_reply_is_refused_under_the_message(desk: Desk) -> None:
    await desk.hears()
    async with desk.bench.store.read() as tables:
        (shown,) = await tables.messages.of_order_in(GROUP, ORDER.id, SAID)
    await desk.write("hello", by=VIEWER, chat=GROUP, reply=shown.message_id)
    assert await desk.bench.sayings() == [] and "viewer" in desk.last(GROUP).lower()


async def test_write_to_buyer_asks_for_words_and_its_answer_goes_to_the_buyer(desk: Desk) -> None:
    await desk.hears()
    await desk.tap("Write to buyer")
    assert "goes to the BUYER" in desk.last()
    await desk.write("here I am", reply=desk.newest(OPERATOR))
    assert await desk.sent() == ["here I am"]


@pytest.mark.parametrize(
    ("words", "said"),
    [("/say 0001 hello", "hello"), ("/say #61000001 hello", "hello"), (f"/say {ORDER.id} two\nlines", "two\nlines"),
     ("/say@desk_bot 0001\nhello", "hello")],
)  # fmt: skip
async def test_say_with_a_number_says_it_to_that_order(desk: Desk, words: str, said: str) -> None:
    await desk.write(words)
    assert await desk.sent() == [said]


async def test_say_in_an_orders_topic_needs_no_number_and_keeps_numbers_that_are_none(desk: Desk) -> None:
    await in_topic(desk)
    await desk.write("/say hello", chat=GROUP, topic=TOPIC)
    await desk.write("/say 500 arrived", chat=GROUP, topic=TOPIC)
    await desk.write("/say 0001 hello again", chat=GROUP, topic=TOPIC)
    assert await desk.sent() == ["hello", "500 arrived", "hello again"]


async def test_say_as_a_reply_to_the_orders_card_needs_no_number(desk: Desk) -> None:
    await desk.write("/say hello", reply=desk.newest(OPERATOR))
    assert await desk.sent() == ["hello"]


async def test_say_to_another_order_from_an_orders_topic_is_refused(desk: Desk) -> None:
    await add_other(desk)
    await in_topic(desk)
    await desk.write("/say 0417 hello", chat=GROUP, topic=TOPIC)
    assert await desk.sent() == [] and "another order" in desk.last(GROUP)


@pytest.mark.parametrize(
    ("words", "answer"),
    [("/say hello", "which order"), ("/say", "which order"), ("/say 0001", ""), ("/say 9999 hello", "9999")],
)
async def test_say_without_an_order_or_words_is_a_sentence(desk: Desk, words: str, answer: str) -> None:
    await desk.write(words)
    assert await desk.bench.sayings() == []
    assert answer.lower() in desk.last().lower() and "Paid" not in desk.last()


async def test_a_number_of_several_open_orders_asks_which_one(desk: Desk) -> None:
    desk.bench.add(replace(OTHER, id="63000001"))
    await desk.bench.see("63000001")
    await desk.tell()
    await desk.write("/say 0001 hello")
    assert await desk.bench.sayings() == []
    await desk.bench.see("63000001", status="finished")
    await desk.write("/say 0001 hello")
    assert [one.order_id for one in await desk.bench.sayings()] == [ORDER.id], "the one that is open is meant"


async def test_a_picture_with_say_goes_with_its_words(desk: Desk) -> None:
    desk.bench.phone.files["p"] = b"pic"
    await desk.write(caption="/say 0001 look", **photo())
    assert await desk.sent() == ["look"] and len(desk.bench.gate.sent_files) == 1
    assert desk.bench.phone.asked == ["p"], "the largest size"


@pytest.mark.parametrize(
    ("extra", "form", "name"),
    [(photo(), "photo", "photo.jpg"),
     ({"video": {"file_id": "p", "file_unique_id": "v", "width": 1, "height": 1, "duration": 1}}, "video", "video.mp4"),
     ({"document": {"file_id": "p", "file_unique_id": "d", "file_name": "a.pdf", "file_size": 7}}, "document", "a.pdf"),
     ({"document": {"file_id": "p", "file_unique_id": "d"}}, "document", "")],
)  # fmt: skip
async def test_a_reply_with_a_file_sends_the_file(desk: Desk, extra: dict[str, Any], form: str, name: str) -> None:
    await desk.write(reply=await desk.hears(), **extra)
    file = (await desk.bench.sayings())[0].file
    assert file is not None and (file.id, file.form, file.name) == ("p", form, name)


async def test_a_sticker_cannot_go_to_a_buyer_and_is_named(desk: Desk) -> None:
    shown = await desk.hears()
    sticker = {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False, "is_video": False,
               "type": "regular"}  # fmt: skip
    await desk.write(reply=shown, sticker=sticker)
    assert "sticker" in desk.last().lower() and await desk.bench.sayings() == []
    await desk.write(reply=shown, new_thing=1)
    assert await desk.bench.sayings() == []


async def test_the_pieces_of_an_album_follow_the_one_that_carries_the_reply(desk: Desk) -> None:
    shown = await desk.hears()
    for name, reply in (("a", shown), ("b", None), ("c", None)):
        desk.bench.phone.files[name] = name.encode()
        await desk.write(reply=reply, media_group_id="A", **photo(name))
    await desk.sent(2)
    assert len(desk.bench.gate.sent_files) == 3
    await desk.write(media_group_id="B", **photo("d"))
    assert len(await desk.bench.sayings()) == 3


async def test_a_forwarded_command_is_words_of_somebody_else(desk: Desk) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    await desk.write("/say 0001 hello", forward_origin=origin)
    assert await desk.bench.sayings() == []


async def test_the_chat_of_an_order_opens_by_command_button_and_topic(desk: Desk) -> None:
    await desk.hears("is it there?")
    await desk.write("/chat 0001")
    assert "is it there?" in desk.last() and "Chat read" in desk.last()
    await in_topic(desk)
    await desk.write("/chat", chat=GROUP, topic=TOPIC)
    assert "is it there?" in desk.last()
    await desk.write("/chat")
    assert "/chat 0417" in desk.last()


async def test_a_reply_to_an_opened_chat_goes_to_the_buyer(desk: Desk) -> None:
    await desk.hears()
    await desk.write("/chat 0001")
    await desk.write("here", reply=desk.newest(OPERATOR))
    assert await desk.sent() == ["here"]


async def test_older_lines_are_a_tap_away(desk: Desk) -> None:
    for number in range(12):
        desk.bench.writes(f"<{number}>", at=desk.bench.seconds - 60 + number)
    await desk.bench.read()
    await desk.tell()
    await desk.write("/chat 0001")
    assert "<11>" in desk.last() and "<2>" not in desk.last()
    await desk.tap("Older")
    assert "<2>" in desk.last() and "<11>" not in desk.last()


async def test_held_words_go_by_a_tap_and_the_question_becomes_a_line(desk: Desk) -> None:
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    assert await desk.sent() == []
    await desk.tap("Send anyway")
    assert await desk.sent() == [CONTACT] and "on its way" in desk.last()
    assert desk.telegram.shown[-1][0] == "edit"


async def test_held_words_are_dropped_by_a_tap_and_the_buttons_are_dead(desk: Desk) -> None:
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    await desk.tap("Don't send")
    assert "not sent" in desk.last() and await desk.bench.states() == [State.DROPPED]
    await desk.tap("Send anyway")
    assert await desk.sent() == []


async def test_held_words_without_an_answer_are_asked_about_once_more(desk: Desk) -> None:
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    assert "Still not sent" not in "".join(desk.telegram.said(OPERATOR))
    desk.bench.pass_(REMIND_MS / 1000)
    await desk.tell()
    assert sum("Still not sent" in text for text in desk.telegram.said(OPERATOR)) == 1
    await desk.tap("Send anyway")
    assert await desk.sent() == [CONTACT]
    before = len(desk.telegram.said(OPERATOR))
    desk.bench.pass_(10 * REMIND_MS / 1000)
    await desk.tell()
    assert not [text for text in desk.telegram.said(OPERATOR)[before:] if "not sent" in text.lower()]


async def test_held_words_with_an_answer_are_not_asked_about_again(desk: Desk) -> None:
    await desk.write(CONTACT, reply=await desk.hears())
    await desk.tell()
    await desk.tap("Don't send")
    desk.bench.pass_(REMIND_MS / 1000)
    await desk.tell()
    assert "Still not sent" not in "".join(desk.telegram.said(OPERATOR))


async def test_send_again_is_one_tap_and_one_message(desk: Desk) -> None:
    desk.bench.gate.errors["say"] = [Unknown("gate", "say", why="timeout")]
    await desk.write("hello", reply=await desk.hears())
    await desk.sent()
    for _ in range(3):
        await desk.bench.read(after=31)
    await desk.tell()
    await desk.tap("Send again")
    await desk.tap("Send again")
    assert await desk.sent() == ["hello"]
    assert await desk.bench.states() == [State.MISSING, State.DELIVERED]


async def test_an_edit_says_what_the_buyer_still_sees(desk: Desk) -> None:
    number = await desk.write("helo", reply=await desk.hears())
    await desk.sent()
    await desk.edit(number, "hello")
    assert "still see" in desk.last() and "helo" in desk.last()
    before = len(desk.telegram.shown)
    await desk.edit(9, "inside words")
    assert len(desk.telegram.shown) == before and await desk.sent() == ["helo"]


async def test_a_ready_text_is_shown_first_and_sent_by_a_second_tap(desk: Desk) -> None:
    await desk.hears()
    await desk.tap("Quick replies")
    await desk.tap("Please pay")
    assert "7,200.00 CNY" in desk.last() and await desk.sent() == []
    await desk.tap("Send")
    assert len(await desk.sent()) == 1 and "7,200.00 CNY" in desk.bench.gate.sent_texts[0][1]
    assert "on its way" in desk.last()


async def previewed(desk: Desk, text: str) -> str:
    """A lead's text as an operator sees it before it is sent; its number."""
    made = await chat_view.add_template(desk.bench.desk, LEAD, "en", "Soon", text)
    await desk.hears()
    await desk.tap("Quick replies")
    await desk.tap("Soon")
    return str(made.number)


async def test_a_ready_text_that_was_changed_after_it_was_seen_is_shown_anew_and_not_sent(desk: Desk) -> None:
    await previewed(desk, "We look at it.")
    await chat_view.add_template(desk.bench.desk, LEAD, "en", "Soon", "We release it now.")
    await desk.tap("Send")
    assert await desk.sent() == [] and await desk.bench.states() == []
    assert "We release it now." in desk.last() and "nothing was sent" in desk.last()
    await desk.tap("Send")
    assert await desk.sent() == ["We release it now."]


async def test_a_ready_text_whose_order_has_other_facts_now_is_shown_anew_and_not_sent(desk: Desk) -> None:
    await previewed(desk, "Pay {total} by {ends}, {name}.")
    desk.bench.add(replace(ORDER, pay_deadline=ORDER.pay_deadline + 600))
    await desk.bench.see()
    await desk.tap("Send")
    assert await desk.sent() == [] and "nothing was sent" in desk.last()


async def test_a_ready_text_with_a_clock_time_is_the_same_on_the_next_day(desk: Desk) -> None:
    await previewed(desk, "Pay by {ends}.")
    desk.bench.pass_(86_400)
    await desk.bench.see()
    await desk.tap("Send")
    assert len(await desk.sent()) == 1


async def test_a_ready_text_for_a_finished_order_is_asked_about(desk: Desk) -> None:
    await desk.hears()
    await desk.tap("Quick replies")
    await desk.tap("Thank you")
    await desk.bench.see(status="finished")
    await desk.tap("Send")
    assert await desk.sent() == [] and await desk.bench.states() == [State.HELD]


async def test_leads_add_and_remove_ready_texts_and_others_read_them(desk: Desk) -> None:
    await desk.write("/templates add en Soon | We look at it.", by=LEAD)
    await desk.write("/templates", by=VIEWER)
    assert "Soon" in desk.last(VIEWER)
    number = next(
        word.strip(".:·") for word in desk.last(VIEWER).split("Soon")[0].split()[::-1] if word.strip(".:·").isdigit()
    )
    await desk.write(f"/templates remove {number}", by=LEAD)
    await desk.write("/templates", by=VIEWER)
    assert "Soon" not in desk.last(VIEWER)


@pytest.mark.parametrize(
    "words", ["/templates add", "/templates add en", "/templates add en no bar", "/templates remove", "/templates x y"]
)
async def test_a_templates_command_that_is_none_is_explained(desk: Desk, words: str) -> None:
    await desk.write(words, by=LEAD)
    assert "/templates" in desk.last(LEAD)


async def test_only_leads_change_ready_texts(desk: Desk) -> None:
    await desk.write("/templates add en Soon | words")
    assert "lead" in desk.last().lower()


async def test_an_owner_allows_a_file_host_with_two_taps(desk: Desk) -> None:
    url = "https://new.example/1.jpg"
    desk.bench.hosts.files[url] = (b"pic", "image/jpeg")
    desk.bench.writes("", kind=ChatKind.FILE, file_key="k", file_url=url)
    await desk.bench.read()
    await desk.bench.fetch()
    await desk.tell()
    assert "new.example" in desk.last(OWNER)
    await desk.tap("Allow", by=OWNER)
    assert "new.example" not in desk.bench.hosts.hosts
    await desk.tap("Allow", by=OWNER)
    assert "new.example" in desk.bench.hosts.hosts
    await desk.bench.fetch()
    await desk.tell()
    assert {file.chat_id for file in desk.telegram.files} == {OPERATOR, GROUP}


async def test_an_appeal_pack_is_handed_to_a_lead_in_the_direct_message(desk: Desk) -> None:
    await desk.hears("is it there?")
    await desk.write("/chat 0001", by=LEAD)
    await desk.tap("Appeal pack", by=LEAD)
    (file,) = desk.telegram.files
    assert (file.chat_id, file.name, file.form) == (LEAD, f"order-{ORDER.id}.zip", "document")
    assert isinstance(file.content, bytes) and file.content[:2] == b"PK"


async def test_an_appeal_pack_that_telegram_did_not_take_follows_when_it_is_back(desk: Desk) -> None:
    await desk.hears("is it there?")
    await desk.write("/chat 0001", by=LEAD)
    desk.telegram.errors["send_file"] = [Offline("away"), Offline("still away")]
    await desk.tap("Appeal pack", by=LEAD)
    for _ in range(3):
        desk.bench.pass_(10)
        await desk.tell()
    (file,) = desk.telegram.files
    assert (file.chat_id, file.name, file.form) == (LEAD, f"order-{ORDER.id}.zip", "document")
    assert isinstance(file.content, bytes) and "Appeal pack" in file.card.plain
    packed, handed = [line for line in reversed(await desk.bench.journal(ORDER.id)) if line.action == "export"]
    assert handed.actor == packed.actor == LEAD and handed.facts["sha256"] == sha256(file.content).hexdigest()


async def test_an_appeal_pack_that_waits_is_not_for_somebody_who_lost_the_right(desk: Desk) -> None:
    await desk.hears("is it there?")
    await desk.write("/chat 0001", by=LEAD)
    desk.telegram.errors["send_file"] = [Offline("away")]
    await desk.tap("Appeal pack", by=LEAD)
    desk.bench.desk.people[LEAD] = replace(desk.bench.desk.people[LEAD], role=Role.OPERATOR)
    desk.bench.pass_(10)
    await desk.tell()
    assert desk.telegram.files == [] and await desk.bench.outbox() == []
