"""PINs in the talk: `/pin`, questions and answers, the paper card."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot import command_line
from bot.domain.reach import Offline
from bot.domain.staff import Person, Role
from bot.flows import erasing, invites
from bot.settings import build
from bot.views.card import Card
from handlers.mouthpiece import Mouthpiece
from tests.handlers.pin_talk import DURESS, FIRST, OTHER, TYPED_AT, question, reply, say, speak_chinese
from tests.security.stand import DESK_GROUP, LEAD, OPERATOR, OWNER, STRANGER, VIEWER, Mouth, Stand, itself, standing
from tests.security.venue import SALE


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    async with standing(tmp_path) as made:
        made.desk.exchange.public_url = "https://desk.example"
        yield made


async def set_pin(stand: Stand, by: int = OPERATOR) -> None:
    await say(stand, "/pin", by)
    await reply(stand, FIRST, by)
    assert "Your PIN is set" in await reply(stand, FIRST, by)


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
