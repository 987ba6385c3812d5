"""A PIN where none belongs: taken away, tried nowhere, told to nobody; other numbers stay."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.step_up import GONE
from bot.flows import deliver
from bot.flows.deliver import Shown
from bot.flows.pin_questions import PIN
from bot.flows.tell_chat import SAID
from handlers import ANSWERS, chat, release
from tests.handlers.pin_talk import DURESS, FIRST, OTHER, TYPED_AT, question, reply, say, speak_chinese
from tests.security.stand import DESK_GROUP, OPERATOR, Stand, message, standing
from tests.security.venue import SALE, SECOND


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        made.desk.exchange.public_url = "https://desk.example"
        yield made


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
