"""PINs in the talk: `/pin`, questions and answers, PINs where none belongs, the paper card."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot import command_line
from bot.domain.reach import Offline
from bot.domain.staff import Person, Role
from bot.domain.step_up import GONE
from bot.flows import deliver, erasing, invites
from bot.flows.deliver import Shown
from bot.flows.pin_questions import PIN
from bot.flows.tell_chat import SAID
from bot.settings import build
from bot.views.card import Card
from handlers import ANSWERS, chat, release
from handlers.mouthpiece import Mouthpiece
from tests.security.stand import (
    DESK_GROUP,
    LEAD,
    OPERATOR,
    OWNER,
    STRANGER,
    VIEWER,
    Mouth,
    Stand,
    Told,
    itself,
    message,
    standing,
)  # fmt: skip
from tests.security.venue import SALE, SECOND

FIRST, OTHER, DURESS = "482913", "930275", "715046"
TYPED_AT = 77
"""the id of everything that people write on the stand"""


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        made.desk.exchange.public_url = "https://desk.example"
        yield made


def question(stand: Stand, by: int = OPERATOR) -> Told:
    """The newest question for a PIN."""
    return next(one for one in reversed(stand.told) if one.chat_id == by and one.card is not None and one.card.prompt)


async def reply(stand: Stand, text: str, by: int = OPERATOR, to: int | None = None) -> str:
    number = to or question(stand, by).message_id
    asked = {"message_id": number, "date": SECOND, "chat": {"id": by, "type": "private"}, "text": "x"}
    stand.forget()
    await stand.write(by, text, reply_to_message=asked | {"from": {"id": 1000, "is_bot": True, "first_name": "Desk"}})
    return stand.words_to(by)


async def say(stand: Stand, text: str, by: int = OPERATOR, chat: int | None = None) -> str:
    stand.forget()
    await stand.write(by, text, chat)
    return stand.words_to(by)


async def set_pin(stand: Stand, by: int = OPERATOR) -> None:
    await say(stand, "/pin", by)
    await reply(stand, FIRST, by)
    assert "Your PIN is set" in await reply(stand, FIRST, by)


async def speak_chinese(stand: Stand, person: int) -> None:
    async with stand.desk.store.write() as tables:
        await tables.staff.set_language(person, "zh")
        await stand.desk.read_people(tables)


async def test_a_pin_is_set_by_two_replies_and_each_is_taken_away_with_its_question(stand: Stand) -> None:
    assert "Choose a PIN" in await say(stand, "/pin")
    asked = question(stand).message_id
    assert "once more" in await reply(stand, FIRST)
    assert stand.mouth.erased == [(OPERATOR, TYPED_AT), (OPERATOR, asked)]
    assert "Your PIN is set" in await reply(stand, FIRST)
    assert FIRST not in str(stand.told) and FIRST not in str(stand.rows("inbox"))
    assert "is set" in await say(stand, "/pin")
    assert stand.last_card(OPERATOR).card.data == ("kc", "kr")  # type: ignore[union-attr]


async def test_a_release_asks_names_what_for_and_goes_on_with_the_same_button(stand: Stand) -> None:
    await set_pin(stand)
    stand.clock.go_on(3600)
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    stand.forget()
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert "PIN for: Release 1,000.00 USDT\nOrder 0417" in stand.words_to(OPERATOR) and stand.venue.posts == []
    said = await reply(stand, OTHER)
    assert "Wrong PIN" in said and "4" in said and "PIN for: Release" in said
    assert "PIN right. Tap the confirm again." in await reply(stand, FIRST)
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert [post[0] for post in stand.venue.posts] == ["release"]


async def test_the_second_pin_says_the_same_and_then_gate_is_away_for_this_person_alone(stand: Stand) -> None:
    await set_pin(stand)
    for text in ("/pin duress", FIRST, DURESS, DURESS):
        words = await (say(stand, text) if text.startswith("/") else reply(stand, text))
    assert "second PIN is set" in words
    assert {row["message_id"] for row in stand.rows("erasures")}  # what was said about it goes, too
    stand.clock.go_on(3600)
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    stand.forget()
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert "PIN right. Tap the confirm again." in await reply(stand, DURESS)
    stand.forget()
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert "cannot be reached" in stand.words_to(OPERATOR) and "rozen" not in stand.words_to(OPERATOR)
    stand.forget()
    await stand.tap(OPERATOR, await stand.card(OPERATOR, SALE), "Release…")
    assert "cannot be reached" in stand.words_to(OPERATOR) and "rozen" not in stand.words_to(OPERATOR)
    assert "rozen" not in await say(stand, "/orders")
    stand.forget()
    number = await stand.buttons(LEAD, [f"r:{SALE}"], SALE)
    await stand.tap_data(LEAD, LEAD, number, f"r:{SALE}")
    assert "frozen" in stand.words_to(LEAD)
    assert stand.venue.posts == []
    told = [(row["chat_id"], row["notice"]) for row in stand.rows("outbox") if row["notice"]]
    assert (OWNER, "duress") in told and not {"duress", "desk_frozen"} & {n for c, n in told if c != OWNER}


@pytest.mark.parametrize(
    ("language", "asks", "right"),
    [("en", "Let somebody in", "PIN right"), ("zh", "接纳新员工", "PIN 正确")],
)
async def test_letting_somebody_in_asks_and_the_same_button_goes_on(
    stand: Stand, language: str, asks: str, right: str
) -> None:
    if language == "zh":
        await speak_chinese(stand, OWNER)
    made, code = await invites.invite(stand.desk, OWNER, Role.AGENT)
    assert await invites.ask_to_join(stand.desk, STRANGER, "Some One", "", code)
    number = await stand.buttons(OWNER, [f"ry:{made.id}:agent"])
    await say(stand, "/pin", OWNER)
    await reply(stand, FIRST, OWNER)
    await reply(stand, FIRST, OWNER)
    for is_proven in (False, True):
        stand.forget()
        await stand.tap_data(OWNER, OWNER, number, f"ry:{made.id}:agent")
        assert (STRANGER in stand.desk.people) is is_proven
        if not is_proven:
            assert asks in stand.words_to(OWNER)
            assert right in await reply(stand, FIRST, OWNER)


@pytest.mark.parametrize(("language", "words"), [("en", "never stands in the group"), ("zh", "绝不能出现在群里")])
@pytest.mark.parametrize("text", ["/pin 482913", "/pin 482 913", "482913"])
async def test_a_pin_in_the_group_is_taken_away_and_said_in_the_direct_message(
    stand: Stand, text: str, language: str, words: str
) -> None:
    if language == "zh":
        await speak_chinese(stand, OPERATOR)
    await say(stand, "/pin")
    said = await say(stand, text, chat=DESK_GROUP)
    assert words in said and "482" not in said and stand.words_to(DESK_GROUP) == ""
    assert stand.mouth.erased[-1] == (DESK_GROUP, TYPED_AT)
    assert "482913" not in str(stand.rows("inbox")) and "482 913" not in str(stand.rows("inbox"))
    assert "482913" not in str(stand.rows("journal"))
    async with stand.desk.store.read() as tables:
        pins = await tables.step_up.pins(OPERATOR)
    assert pins is None or not pins.is_set


async def test_a_pin_beside_the_question_or_behind_a_command_is_taken_away_and_not_tried(stand: Stand) -> None:
    await say(stand, "/pin")
    assert "Reply to the question" in await say(stand, FIRST)
    assert "No PIN behind a command" in await say(stand, f"/pin {FIRST}")
    assert stand.mouth.erased == [(OPERATOR, TYPED_AT)] * 2 and FIRST not in str(stand.rows("inbox"))


KINDS = [SAID, chat.WRITE, *sorted(ANSWERS.keys() - {PIN}), deliver.CARD, deliver.NOTICE, deliver.MENU]
"""whatever may be replied to but the question for a PIN"""


@pytest.mark.parametrize("kind", KINDS)
async def test_a_pin_as_reply_to_the_wrong_message_is_taken_away_and_goes_nowhere(stand: Stand, kind: str) -> None:
    shown = Shown(OPERATOR, 4711, kind, SALE, OPERATOR, (), 0, "x")
    await deliver.remember(stand.desk, shown)
    await say(stand, "/pin")
    asked = question(stand).message_id
    before = stand.memory(without=["inbox", "inbox_last", "journal", "messages"])
    assert "looked like a PIN" in await reply(stand, FIRST, to=4711)
    await stand.send()
    assert stand.memory(without=["inbox", "inbox_last", "journal", "messages"]) == before
    assert stand.mouth.erased == [(OPERATOR, TYPED_AT)] and stand.venue.said == [] and stand.venue.posts == []
    assert FIRST not in str(stand.rows("inbox")) + str(stand.rows("sayings")) + str(stand.rows("journal"))
    assert "once more" in await reply(stand, FIRST, to=asked)  # the question waits on


@pytest.mark.parametrize(
    ("language", "kind", "words"),
    [
        ("en", release.REFERENCE, "Answer it or let it pass, then give this answer again."),
        ("zh", release.REFERENCE, "请先回答它或等它过期，再重新给出这个回答。"),
        ("en", release.PAYER, "Answer it or let it pass, then give this answer again."),
        ("en", deliver.MENU, "Reply to the question with it."),
    ],
)
async def test_digits_for_another_question_are_given_again_once_the_pin_is_not_asked_any_more(
    stand: Stand, language: str, kind: str, words: str
) -> None:
    if language == "zh":
        await speak_chinese(stand, OPERATOR)
    await deliver.remember(stand.desk, Shown(OPERATOR, 4711, kind, SALE, OPERATOR, (), 0, "x"))
    await say(stand, "/pin")
    assert words in await reply(stand, FIRST, to=4711)
    assert stand.mouth.erased == [(OPERATOR, TYPED_AT)] and FIRST not in str(stand.rows("inbox"))
    stand.clock.go_on(121)
    assert words not in await reply(stand, FIRST, to=4711)
    assert stand.mouth.erased == [(OPERATOR, TYPED_AT)]


async def test_in_the_group_it_goes_to_no_buyer_either(stand: Stand) -> None:
    await deliver.remember(stand.desk, Shown(DESK_GROUP, 4711, SAID, SALE, None, (), 0, "x"))
    await say(stand, "/pin")
    stand.forget()
    asked = {"message_id": 4711, "date": SECOND, "chat": {"id": DESK_GROUP, "type": "supergroup"}, "text": "x"}
    asked |= {"from": {"id": 1000, "is_bot": True, "first_name": "Desk"}}
    await stand.write(OPERATOR, FIRST, DESK_GROUP, reply_to_message=asked)
    await stand.send()
    assert "never stands in the group" in stand.words_to(OPERATOR) and stand.rows("sayings") == []
    assert stand.mouth.erased == [(DESK_GROUP, TYPED_AT)] and FIRST not in str(stand.rows("inbox"))


@pytest.mark.parametrize("text", [f"/say 0417 {FIRST}", f"/say {FIRST}"])
async def test_behind_a_command_to_the_buyer_it_goes_to_nobody(stand: Stand, text: str) -> None:
    await say(stand, "/pin")
    assert "No PIN behind a command" in await say(stand, text)
    await stand.send()
    assert stand.rows("sayings") == [] and stand.mouth.erased == [(OPERATOR, TYPED_AT)]
    assert FIRST not in str(stand.rows("inbox"))


async def test_written_into_an_older_message_it_is_taken_away(stand: Stand) -> None:
    await say(stand, "/pin")
    stand.forget()
    await stand.raw({"edited_message": message(OPERATOR, OPERATOR, FIRST) | {"edit_date": SECOND}})
    assert "looked like a PIN" in stand.words_to(OPERATOR) and stand.mouth.erased == [(OPERATOR, TYPED_AT)]
    assert FIRST not in str(stand.rows("inbox"))


class Breaking(Mouth):
    """Telegram takes what is said, and then the line breaks."""

    async def show(self, chat_id: int, card: Card, **how: Any) -> int:
        await super().show(chat_id, card, **how)
        raise Offline("no line")


async def test_what_may_not_stand_there_goes_even_when_its_answer_fails(stand: Stand) -> None:
    await set_pin(stand)
    for text in ("/pin duress", FIRST, DURESS):
        await (say(stand, text) if text.startswith("/") else reply(stand, text))
    asked, told = question(stand).message_id, stand.mouth.told
    broken = Breaking(stand.desk, told=told)
    broken._numbers = count(9000)
    stand.mouth, stand.mouthpiece = broken, Mouthpiece(stand.desk, broken, itself())
    with suppress(Offline):
        await reply(stand, DURESS, to=asked)
    assert broken.erased == [(OPERATOR, TYPED_AT), (OPERATOR, asked)]
    with suppress(Offline):
        await say(stand, "/freeze card", OWNER)
    shown = {row["message_id"]: row["due_at"] - stand.desk.now() for row in stand.rows("erasures")}
    assert shown == {9000: 20_000, 9001: 120_000}


@pytest.mark.parametrize(("language", "words"), [("en", "may be a PIN"), ("zh", "可能是 PIN")])
@pytest.mark.parametrize("text", [FIRST, OTHER, DURESS, f" {FIRST} ", "４８２９１３"])
async def test_whoever_has_a_pin_leaves_no_bare_number_in_the_group_right_or_wrong(
    stand: Stand, text: str, language: str, words: str
) -> None:
    """That the right one goes and a wrong one stays would tell whoever guesses."""
    if language == "zh":
        await speak_chinese(stand, OPERATOR)
    await with_pin(stand)
    stand.clock.go_on(3600)
    said = await say(stand, text, chat=DESK_GROUP)
    assert words in said and text.strip() not in said and stand.words_to(DESK_GROUP) == ""
    assert stand.mouth.erased == [(DESK_GROUP, TYPED_AT)]
    assert text.strip() not in str(stand.rows("inbox")) + str(stand.rows("journal"))
    async with stand.desk.store.read() as tables:
        pins = await tables.step_up.pins(OPERATOR)
    assert pins is not None and pins.wrong == 0 and pins.locked_at is None


async def with_pin(stand: Stand) -> None:
    """As somebody who set one earlier."""
    async with stand.desk.store.write() as tables:
        await tables.step_up.begin(OPERATOR, "salt")
        await tables.step_up.set_first(OPERATOR, "hash", (), stand.desk.now())


async def test_after_a_question_a_late_answer_in_the_group_goes_for_ten_minutes(stand: Stand) -> None:
    await say(stand, "/pin")
    stand.clock.go_on(599)
    assert "may be a PIN" in await say(stand, FIRST, chat=DESK_GROUP)
    stand.clock.go_on(2)
    assert await say(stand, FIRST, chat=DESK_GROUP) == "" and len(stand.mouth.erased) == 1


async def test_written_into_an_older_message_of_the_group_it_goes_as_well(stand: Stand) -> None:
    await with_pin(stand)
    stand.forget()
    await stand.raw({"edited_message": message(OPERATOR, DESK_GROUP, FIRST) | {"edit_date": SECOND}})
    assert "may be a PIN" in stand.words_to(OPERATOR) and stand.mouth.erased == [(DESK_GROUP, TYPED_AT)]


@pytest.mark.parametrize(
    "text", ["0417", "12345", "1000000", "7,200.00", SALE, "482 913", f"card {FIRST}", "6222020200008821"]
)
async def test_other_numbers_in_the_group_are_left_alone(stand: Stand, text: str) -> None:
    await with_pin(stand)
    assert await say(stand, text, chat=DESK_GROUP) == "" and stand.mouth.erased == []


NAMED = [f"my pin is {FIRST}", f"PIN:{OTHER}", f"我的密码{FIRST}", "pin 482 913", f"ｐｉｎ＝{FIRST}"]
"""no hash is computed for it: the word beside the number is enough"""


@pytest.mark.parametrize("text", NAMED)
async def test_a_number_that_words_of_the_group_call_a_pin_goes_whether_it_is_the_right_one_or_not(
    stand: Stand, text: str
) -> None:
    await with_pin(stand)
    assert "never stands in the group" in await say(stand, text, chat=DESK_GROUP)
    assert stand.mouth.erased == [(DESK_GROUP, TYPED_AT)]
    assert text not in str(stand.rows("inbox")) + str(stand.rows("journal"))


@pytest.mark.parametrize("kind", [deliver.CARD, SAID])
async def test_in_a_reply_or_under_a_picture_it_goes_as_well_and_to_no_buyer(stand: Stand, kind: str) -> None:
    await with_pin(stand)
    await deliver.remember(stand.desk, Shown(DESK_GROUP, 4711, kind, SALE, None, (), 0, "x"))
    asked = {"message_id": 4711, "date": SECOND, "chat": {"id": DESK_GROUP, "type": "supergroup"}, "text": "x"}
    asked |= {"from": {"id": 1000, "is_bot": True, "first_name": "Desk"}}
    await stand.write(OPERATOR, NAMED[0], DESK_GROUP, reply_to_message=asked)
    under = message(OPERATOR, DESK_GROUP, "") | {"caption": NAMED[0]}
    await stand.raw({"message": under | {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]}})
    await stand.send()
    assert stand.mouth.erased == [(DESK_GROUP, TYPED_AT)] * 2 and stand.rows("sayings") == []
    assert FIRST not in str(stand.rows("inbox"))


@pytest.mark.parametrize("text", ["the pin is wrong", "pin 12345", f"spinning {FIRST}", "pin 6222020200008821"])
async def test_words_about_a_pin_without_one_are_left_alone(stand: Stand, text: str) -> None:
    await with_pin(stand)
    assert await say(stand, text, chat=DESK_GROUP) == "" and stand.mouth.erased == []


async def test_the_whole_number_of_an_order_is_left_alone_though_it_is_short(stand: Stand) -> None:
    await with_pin(stand)
    async with stand.desk.store.read() as tables:
        stored = await tables.orders.get(SALE)
    assert stored is not None
    async with stand.desk.store.write() as tables:
        await tables.orders.put(replace(stored.order, id="61000417"), stand.desk.now())
    for text in ("61000417", "no pin for 61000417"):
        assert await say(stand, text, chat=DESK_GROUP) == "" and stand.mouth.erased == []


@pytest.mark.parametrize("kind", [deliver.CARD, SAID])
async def test_a_number_that_answers_a_message_of_the_group_is_left_to_whom_it_is_for(stand: Stand, kind: str) -> None:
    await with_pin(stand)
    await deliver.remember(stand.desk, Shown(DESK_GROUP, 4711, kind, SALE, None, (), 0, "x"))
    asked = {"message_id": 4711, "date": SECOND, "chat": {"id": DESK_GROUP, "type": "supergroup"}, "text": "x"}
    asked |= {"from": {"id": 1000, "is_bot": True, "first_name": "Desk"}}
    await stand.write(OPERATOR, FIRST, DESK_GROUP, reply_to_message=asked)
    assert stand.mouth.erased == [] and "may be a PIN" not in stand.words_to(OPERATOR)


async def test_nobody_without_a_pin_loses_a_number_in_the_group(stand: Stand) -> None:
    for text in (FIRST, NAMED[0]):
        assert await say(stand, text, chat=DESK_GROUP) == "" and stand.mouth.erased == []


async def test_a_pin_that_was_seemingly_taken_away_by_force_is_not_shown_to_be_there(stand: Stand) -> None:
    await with_pin(stand)
    async with stand.desk.store.write() as tables:
        await tables.step_up.pretend(OPERATOR, GONE)
    assert await say(stand, FIRST, chat=DESK_GROUP) == "" and stand.mouth.erased == []


async def test_digits_without_a_question_are_plain_words(stand: Stand) -> None:
    assert "went to nobody" in await say(stand, FIRST)
    assert stand.mouth.erased == []


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("abcdef", "digits only", "只能是数字"), ("12345", "6 to 12 digits", "6 到 12 位"),
        ("123456", "tried first", "最容易被猜到"),
    ],
)  # fmt: skip
async def test_bad_input_is_a_sentence_in_both_languages_and_the_question_again(
    stand: Stand, text: str, en: str, zh: str
) -> None:
    for words in (en, zh):
        await say(stand, "/pin")
        said = await reply(stand, text)
        assert words in said and question(stand).card is not None
        assert text not in said.replace("123456", "x") or text == "123456"
        await speak_chinese(stand, OPERATOR)
    async with stand.desk.store.read() as tables:
        pins = await tables.step_up.pins(OPERATOR)
    assert pins is not None and not pins.is_set


async def test_an_old_question_is_said_to_be_over(stand: Stand) -> None:
    await say(stand, "/pin")
    old = question(stand).message_id
    stand.clock.go_on(121)
    assert "This question is over" in await reply(stand, FIRST, to=old)
    await speak_chinese(stand, OPERATOR)
    assert "已失效" in await reply(stand, FIRST, to=old)


async def test_five_wrong_ones_lock_and_an_owner_lets_them_try_again(stand: Stand) -> None:
    await set_pin(stand)
    stand.clock.go_on(3600)
    shown = await stand.confirm_card(OPERATOR, SALE, "Release…")
    await stand.tap(OPERATOR, shown, "I saw it: release")
    said = [await reply(stand, OTHER) for _ in range(5)]
    assert "Too many wrong PINs" in said[-1] and "Too many" not in said[-2]
    stand.forget()
    await stand.tap(OPERATOR, shown, "I saw it: release")
    assert "Too many wrong PINs" in stand.words_to(OPERATOR) and stand.venue.posts == []
    assert "may try the PIN again" in await say(stand, f"/staff unfreeze {OPERATOR}", OWNER)
    assert "has no PIN" in await say(stand, f"/staff pin {OPERATOR} reset", OWNER)
    assert "Write the id" in await say(stand, f"/staff pin {OPERATOR}", OWNER)
    assert "Nobody of the staff" in await say(stand, "/staff pin 424242 reset", OWNER)
    assert "Nobody does this for themselves" in await say(stand, f"/staff pin {OWNER} reset", OWNER)
    assert "Ask an owner" in await say(stand, f"/staff pin {OPERATOR} reset", LEAD)


async def test_a_change_and_a_removal_by_their_buttons(stand: Stand) -> None:
    await set_pin(stand)
    await say(stand, "/pin")
    shown = stand.last_card(OPERATOR)
    stand.forget()
    await stand.tap(OPERATOR, shown, "Change PIN")
    assert "PIN of now" in stand.words_to(OPERATOR)
    assert "Choose a PIN" in await reply(stand, FIRST)
    assert "had this PIN before" in await reply(stand, FIRST)
    await reply(stand, OTHER)
    assert "The two differ" in await reply(stand, FIRST)
    await reply(stand, OTHER)
    assert "Your PIN is set" in await reply(stand, OTHER)
    stand.forget()
    await stand.tap(OPERATOR, shown, "Remove PIN")
    assert "taken away" in await reply(stand, OTHER)


async def test_the_card_is_shown_once_with_its_picture_and_goes_after_two_minutes(stand: Stand) -> None:
    said = await say(stand, "/freeze card", OWNER)
    shown = stand.last_card(OWNER)
    assert "https://desk.example/freeze/" in said and shown.card is not None and shown.card.picture[:4] == b"\x89PNG"
    assert "Set a PIN, too" in said
    secret = said.partition("/freeze/")[2].split()[0]
    assert secret not in str(stand.rows("messages")) + str(stand.rows("outbox")) + str(stand.rows("journal"))
    await erasing.round_(stand.desk, stand.mouth.erase)
    assert stand.mouth.erased == []
    stand.clock.go_on(121)
    await erasing.round_(stand.desk, stand.mouth.erase)
    assert stand.mouth.erased == [(OWNER, shown.message_id)] and stand.rows("erasures") == []
    assert "works no longer" in await say(stand, "/freeze card off", OWNER)
    assert "no paper card" in await say(stand, "/freeze card off", OWNER)


@pytest.mark.parametrize("by", [LEAD, OPERATOR, VIEWER])
async def test_nobody_but_an_owner_gets_a_card(stand: Stand, by: int) -> None:
    assert "may not do this" in await say(stand, "/freeze card", by)
    assert stand.rows("freeze_cards") == []


async def test_the_group_sees_neither_card_nor_pin(stand: Stand) -> None:
    assert "only in a direct message" in await say(stand, "/freeze card", OWNER, DESK_GROUP)
    assert "only in a direct message" in await say(stand, "/pin", chat=DESK_GROUP)
    assert "only in a direct message" in await say(stand, "/pin duress", chat=DESK_GROUP)
    assert stand.words_to(DESK_GROUP) == "" and stand.rows("freeze_cards") == [] and stand.rows("pin_prompts") == []


async def test_words_that_are_no_use_of_the_command_are_told_its_use(stand: Stand) -> None:
    assert "Write just /pin" in await say(stand, "/pin please")
    assert "Write just /freeze" in await say(stand, "/freeze 1003", OWNER)
    assert stand.rows("desk") == [] or "frozen" not in {row["key"] for row in stand.rows("desk")}


async def test_a_stranger_is_answered_by_silence(stand: Stand) -> None:
    for text in ("/pin", "/pin duress", "/freeze card", FIRST):
        assert await say(stand, text, STRANGER) == ""
    assert stand.mouth.erased == [] and isinstance(stand.desk.people[OPERATOR], Person)


async def test_a_message_that_cannot_be_taken_away_is_tried_again_and_said(stand: Stand) -> None:
    calls = 0

    async def away(chat_id: int, message_id: int) -> None:
        nonlocal calls
        calls += 1
        raise Offline("no line")

    assert not await erasing.erase(stand.desk, away, OPERATOR, 5)
    for _ in range(3):
        stand.clock.go_on(20)
        await erasing.round_(stand.desk, away)
    assert calls == 4
    stand.clock.go_on(20)
    await erasing.round_(stand.desk, stand.mouth.erase)
    assert stand.mouth.erased == [(OPERATOR, 5)] and stand.rows("erasures") == []


async def test_the_technician_takes_a_pin_away_beside_a_running_desk(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_pin(stand)
    settings = build(
        {"TELEGRAM_TOKEN": "1:x", "DESK_OWNERS": str(OWNER), "DATABASE_URL": f"sqlite:///{stand.database}"}
    )  # fmt: skip
    assert await command_line.staff(settings, Namespace(reset_pin=4242)) == 1
    assert await command_line.staff(settings, Namespace(reset_pin=OPERATOR)) == 0
    assert f"{OPERATOR} has no PIN now" in capsys.readouterr().out
    assert "Choose a PIN" in await say(stand, "/pin")
