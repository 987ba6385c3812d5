"""Cards with a picture through the door to Telegram: sent, put into messages that stand, and what is refused there."""

import json
from dataclasses import replace

import pytest

from bot.clients.telegram import Telegram
from bot.domain.attachments import MAX_PHOTO_BYTES
from bot.domain.reach import Blocked, MessageGone, NoAccess, NotReached, Offline, Rejected, Slow
from bot.views.card import Button, Card
from tests.clients.raw_venue import raw_venue, says
from tests.clients.telegram.telegram_box import Box, Caption, Key, caption, door, sent
from tests.sandbox.telegram.pictures import PNG, png
from tests.support.sandbox import DESK, OPERATOR
from tests.support.telegram_seen import Message

SQUARE, OTHER = png(320, 320), png(300, 300)
LINK = (
    (Button("Open ↗", url="https://pay.example/buy-coin/1"), Button("Copy", copy="https://pay.example/1")),
    (Button("QR only", data="dq:1"),),
)
WAITING = Card("<b>Payment link</b>\n1,000 CNY", LINK, picture=SQUARE)
BROKEN = Caption("<b>open", "open", ((Key(),),), picture=PNG)
NOWHERE = Caption("<b>open", "open", ((Key(data="", url="nowhere"),),), picture=PNG)


async def at(box: Box, message_id: int, chat: int = OPERATOR) -> Message:
    return await box.telegram.message(chat, None, message_id)


async def edits(box: Box) -> list[tuple[str, str | None]]:
    """The edits so far: the method, and why it was refused."""
    return [(call.method, call.error) for call in await box.telegram.calls() if call.method.startswith("edit")]


async def test_a_card_with_a_picture_is_one_photo_with_caption_and_buttons(box: Box, telegram: Telegram) -> None:
    topic_id = await telegram.make_topic(DESK, "0417")
    first = await telegram.send(DESK, caption("card"), topic_id=topic_id)
    number = await telegram.send(DESK, WAITING, silent=False, topic_id=topic_id, reply_to=first)
    shown = await at(box, number, DESK)
    assert (shown.text, shown.html) == ("Payment link\n1,000 CNY", "<b>Payment link</b>\n1,000 CNY")
    assert (shown.labels, shown.silent, shown.thread_id) == ([["Open ↗", "Copy"], ["QR only"]], False, topic_id)
    assert shown.reply_to == first
    assert shown.photo is not None and await box.telegram.file_of(shown) == SQUARE
    assert (await at(box, await telegram.send(OPERATOR, WAITING))).silent
    assert [method for method, _ in await sent(box)] == ["sendMessage", "sendPhoto", "sendPhoto"]
    assert await box.telegram.violations() == []


async def test_a_text_becomes_a_picture_in_place_and_the_picture_another_one(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, caption("summary", rows=((Key(),),)))
    await telegram.edit(OPERATOR, number, WAITING)
    shown = await at(box, number)
    assert (shown.text, shown.labels) == (WAITING.plain, [["Open ↗", "Copy"], ["QR only"]])
    assert await box.telegram.file_of(shown) == SQUARE
    await telegram.edit(OPERATOR, number, Card("again", picture=OTHER))
    shown = await at(box, number)
    assert (shown.text, shown.labels, shown.edited) == ("again", [], True)
    assert await box.telegram.file_of(shown) == OTHER
    assert len(await box.telegram.messages(OPERATOR)) == 1
    assert await edits(box) == [("editMessageMedia", None)] * 2
    assert await box.telegram.violations() == []


async def test_a_tap_under_a_picture_that_was_a_text_arrives(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, caption("summary"))
    await telegram.edit(OPERATOR, number, WAITING)
    callback = await box.telegram.tap(OPERATOR, OPERATOR, number, text="QR only")
    (update,) = await telegram.updates(None, 1, ["callback_query"])
    query = update["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("dq:1", number)
    assert query["message"]["caption"] == WAITING.plain and query["message"]["photo"]
    await telegram.answer(callback, "done")
    assert (await box.telegram.answer_to(callback)).text == "done"


async def test_a_card_without_a_picture_changes_the_words_under_the_one_that_stands(
    box: Box, telegram: Telegram
) -> None:
    number = await telegram.send(OPERATOR, WAITING)
    await telegram.edit(OPERATOR, number, caption("ended", rows=((Key("New link"),),)))
    shown = await at(box, number)
    assert (shown.text, shown.html, shown.labels) == ("ended", "<b>ended</b>", [["New link"]])
    assert await box.telegram.file_of(shown) == SQUARE
    await telegram.edit(OPERATOR, number, replace(BROKEN, picture=b""))
    shown = await at(box, number)
    assert (shown.text, shown.labels) == ("open", [["Open"]])
    await telegram.edit(OPERATOR, number, replace(NOWHERE, text="fine", plain="fine", picture=b""))
    assert ((shown := await at(box, number)).text, shown.labels) == ("fine", [])


async def test_words_too_long_for_a_caption_are_told_to_be_shown_anew_and_leave_no_button(
    box: Box, telegram: Telegram
) -> None:
    number = await telegram.send(OPERATOR, WAITING)
    fits, too_long = caption("💬" * 512, rows=LINK), caption("💬" * 512 + "x", rows=LINK)
    await telegram.edit(OPERATOR, number, fits)
    assert ((shown := await at(box, number)).text, len(shown.labels)) == (fits.plain, 2)
    with pytest.raises(MessageGone):
        await telegram.edit(OPERATOR, number, too_long)
    assert ((shown := await at(box, number)).text, shown.labels) == ("💬" * 511 + "…", [])
    await box.telegram.fault("editMessageCaption", "bad_request:whatever", times=1)
    with pytest.raises(MessageGone):
        await telegram.edit(OPERATOR, number, too_long)


async def test_what_changes_nothing_is_no_error(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, WAITING)
    await box.telegram.fault("editMessageMedia", "bad_request:message is not modified: exactly the same", times=1)
    await telegram.edit(OPERATOR, number, WAITING)
    await telegram.edit(OPERATOR, number, Card(WAITING.text, LINK))
    refused = [error for _, error in await edits(box)]
    assert len(refused) == 3 and "not modified" in str(refused[-1])


async def test_tags_or_buttons_telegram_does_not_like_do_not_hold_up_a_picture(box: Box, telegram: Telegram) -> None:
    for card, labels in ((BROKEN, [["Open"]]), (NOWHERE, [])):
        shown = await at(box, await telegram.send(OPERATOR, card))
        assert (shown.text, shown.labels, shown.photo is not None) == ("open", labels, True)
        number = await telegram.send(OPERATOR, caption("summary"))
        await telegram.edit(OPERATOR, number, card)
        shown = await at(box, number)
        assert (shown.text, shown.labels, shown.photo is not None) == ("open", labels, True)


async def test_a_caption_that_is_too_long_all_the_same_is_cut(box: Box, telegram: Telegram) -> None:
    shown = await at(box, await telegram.send(OPERATOR, caption("汉" * 2000, rows=LINK, picture=PNG)))
    assert (shown.text, len(shown.labels)) == ("汉" * 1023 + "…", 2)


@pytest.mark.parametrize("content", [b"no picture", PNG + bytes(MAX_PHOTO_BYTES)], ids=["unreadable", "too big"])
async def test_what_telegram_takes_for_no_photo_stands_there_as_a_document(
    box: Box, telegram: Telegram, content: bytes
) -> None:
    card = replace(WAITING, picture=content)
    number = await telegram.send(OPERATOR, caption("summary"))
    await telegram.edit(OPERATOR, number, card)
    for shown in (await at(box, number), await at(box, await telegram.send(OPERATOR, card))):
        assert shown.document is not None and (shown.text, len(shown.labels)) == (card.plain, 2)
        assert await box.telegram.file_of(shown) == content


async def test_where_no_picture_may_be_the_card_arrives_as_a_text(box: Box, telegram: Telegram) -> None:
    await box.telegram.fault("sendPhoto", "bad_request:not enough rights to send photos to the chat", times=-1)
    shown = await at(box, await telegram.send(DESK, WAITING), DESK)
    assert (shown.medium, shown.text, len(shown.labels)) == (None, WAITING.plain, 2)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", Slow),
        ("500", Offline),
        ("drop_after", Offline),
        ("forbidden:bot was blocked by the user", Blocked),
        ("bad_request:chat not found", Blocked),
        ("bad_request:message to edit not found", MessageGone),
        ("bad_request:there is no media in the message to edit", MessageGone),
    ],
)
async def test_a_picture_that_fails_is_tried_once_and_says_what_to_do_next(
    box: Box, telegram: Telegram, kind: str, error: type[NotReached]
) -> None:
    number = await telegram.send(OPERATOR, caption("summary"))
    for method in ("sendPhoto", "editMessageMedia"):
        await box.telegram.fault(method, kind, times=1)
    with pytest.raises(error):
        await telegram.send(OPERATOR, WAITING)
    with pytest.raises(error):
        await telegram.edit(OPERATOR, number, WAITING)
    assert [method for method, _ in await sent(box)] == ["sendMessage", "sendPhoto"]
    assert [method for method, _ in await edits(box)] == ["editMessageMedia"]


async def test_a_deleted_message_takes_no_picture_and_no_words(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, WAITING)
    await telegram.bot.delete_message(OPERATOR, number)
    for card in (WAITING, Card("ended")):
        with pytest.raises(MessageGone):
            await telegram.edit(OPERATOR, number, card)


async def test_where_no_picture_may_be_the_words_still_change_in_place(box: Box, telegram: Telegram) -> None:
    await box.telegram.fault("editMessageMedia", "bad_request:not enough rights to send photos to the chat", times=-1)
    for before in (caption("summary"), Card("first", picture=OTHER)):
        number = await telegram.send(OPERATOR, before)
        await telegram.edit(OPERATOR, number, WAITING)
        shown = await at(box, number)
        assert (shown.text, len(shown.labels)) == (WAITING.plain, 2)


async def test_an_edit_refused_in_every_way_ends(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, WAITING)
    for method in ("editMessageMedia", "editMessageCaption"):
        await box.telegram.fault(method, "bad_request:no", times=-1)
    for card in (WAITING, Card("ended")):
        with pytest.raises(Rejected):
            await telegram.edit(OPERATOR, number, card)
    methods = [method for method, _ in await edits(box)]
    assert methods == ["editMessageMedia"] * 3 + (["editMessageText"] + ["editMessageCaption"] * 3) * 2


async def test_without_access_no_other_way_is_tried() -> None:
    refused = says(401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}')
    async with raw_venue(refused) as venue, door(f"http://{venue.host}") as telegram:
        with pytest.raises(NoAccess):
            await telegram.send(OPERATOR, WAITING)
        with pytest.raises(NoAccess):
            await telegram.edit(OPERATOR, 1, WAITING)
        with pytest.raises(NoAccess):
            await telegram.edit(OPERATOR, 1, Card("ended"))
    assert [request.path.rpartition("/")[2] for request in venue.requests] == [
        "sendPhoto",
        "editMessageMedia",
        "editMessageText",
    ]


async def test_the_wire_names_the_picture_and_holds_its_bytes_once(box: Box, telegram: Telegram) -> None:
    number = await telegram.send(OPERATOR, caption("summary"))
    await telegram.edit(OPERATOR, number, WAITING)
    (call,) = await box.telegram.calls("editMessageMedia")
    media = call.params["media"]
    assert (media["type"], media["caption"], media["parse_mode"]) == ("photo", WAITING.text, "HTML")
    files = [value for value in call.params.values() if isinstance(value, dict) and "file" in value]
    assert [(file["file"], file["size"]) for file in files] == [("picture.png", len(SQUARE))]
    assert "pay.example" in json.dumps(call.params["reply_markup"])
