"""A message that becomes a picture in place, what is under it, and what Telegram refuses there."""

from __future__ import annotations

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter

from tests.sandbox.telegram.conftest import DESK, OPERATOR, Local
from tests.sandbox.telegram.pictures import PNG, png

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("QR only", callback_data="qr:1")]])
PHOTO = {"type": "photo", "media": "unknown"}


async def put(local: Local, number: int, media: InputMediaPhoto | InputMediaDocument, chat: int = OPERATOR) -> Message:
    edited = await local.bot.edit_message_media(media, chat, number, reply_markup=KEYS)
    assert isinstance(edited, Message)
    return edited


async def test_a_text_becomes_a_picture_and_keeps_its_place(local: Local) -> None:
    topic = (await local.bot.create_forum_topic(DESK, "0417")).message_thread_id
    asked = await local.bot.send_message(DESK, "asked", message_thread_id=topic)
    text = await asked.reply_text("<b>summary</b>", ParseMode.HTML, reply_markup=KEYS)
    media = InputMediaPhoto(PNG, caption="<i>link</i>", parse_mode=ParseMode.HTML)
    edited = await put(local, text.message_id, media, DESK)
    assert (edited.text, edited.caption_html, edited.edit_date is None) == (None, "<i>link</i>", False)
    assert (edited.message_id, edited.date, edited.message_thread_id) == (text.message_id, text.date, topic)
    assert edited.reply_to_message is not None and edited.reply_to_message.message_id == asked.message_id
    assert edited.photo[-1].file_size == len(PNG)
    shown = (await local.seen(DESK, OPERATOR))[-1]
    assert (shown["text"], shown["caption"], shown["html"]) == (None, "link", "<i>link</i>")
    assert (shown["media"]["kind"], shown["edited"], shown["buttons"][0][0]["data"]) == ("photo", True, "qr:1")
    assert (await local.client.get(f"{local.control_url}/files/{shown['media']['file_id']}")).content == PNG
    assert local.violated() == []


async def test_an_edit_replaces_picture_caption_and_buttons_together(local: Local) -> None:
    sent = await local.bot.send_photo(OPERATOR, PNG, caption="first", reply_markup=KEYS)
    since = local.world.revision
    other = png(8, 8)
    await local.bot.edit_message_media(InputMediaPhoto(other), OPERATOR, sent.message_id)
    (shown,) = await local.seen(OPERATOR, OPERATOR, since)
    assert (shown["caption"], shown["buttons"]) == (None, [])
    assert (await local.client.get(f"{local.control_url}/files/{shown['media']['file_id']}")).content == other
    document = await put(local, sent.message_id, InputMediaDocument(b"x", caption="d", filename="x.txt"))
    assert (document.photo, document.caption) == ((), "d") and document.document is not None


async def test_words_of_a_picture_are_a_caption_and_words_of_a_text_are_none(local: Local) -> None:
    picture = (await local.bot.send_photo(OPERATOR, PNG, caption="c")).message_id
    text = (await local.bot.send_message(OPERATOR, "t")).message_id
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await local.bot.edit_message_text("x", OPERATOR, picture)
    with pytest.raises(BadRequest, match=r"(?i)there is no caption in the message to edit"):
        await local.bot.edit_message_caption(OPERATOR, text, caption="x")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await local.bot.edit_message_caption(OPERATOR, picture, caption="c")
    await put(local, text, InputMediaPhoto(PNG, caption="t"))
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await local.bot.edit_message_text("x", OPERATOR, text)
    edited = await local.bot.edit_message_caption(OPERATOR, text, caption="<b>x</b>", parse_mode=ParseMode.HTML)
    assert isinstance(edited, Message) and edited.caption_html == "<b>x</b>" and edited.photo
    assert local.violated() == []


async def test_the_same_file_again_is_no_change_and_the_same_bytes_are_a_new_file(local: Local) -> None:
    sent = await local.bot.send_photo(OPERATOR, PNG, caption="c", reply_markup=KEYS)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await put(local, sent.message_id, InputMediaPhoto(sent.photo[-1].file_id, caption="c"))
    edited = await put(local, sent.message_id, InputMediaPhoto(PNG, caption="c"))
    assert edited.photo[-1].file_id != sent.photo[-1].file_id


async def test_a_button_under_a_picture_is_tapped_and_tells_the_caption(local: Local) -> None:
    text = (await local.bot.send_message(OPERATOR, "summary")).message_id
    await put(local, text, InputMediaPhoto(PNG, caption="link"))
    tapped = await local.act("tap", OPERATOR, OPERATOR, message_id=text, row=0, column=0)
    (update,) = await local.bot.get_updates(timeout=2)
    query = update.callback_query
    assert query is not None and query.data == "qr:1" and isinstance(query.message, Message)
    assert (query.message.caption, query.message.text, len(query.message.photo)) == ("link", None, 1)
    await query.answer("here")
    assert (await local.get(f"callbacks/{tapped['callback_id']}"))["text"] == "here"
    await query.edit_message_caption("used")
    assert (await local.seen(OPERATOR, OPERATOR))[-1]["buttons"] == []


async def test_a_refused_picture_leaves_the_message_as_it_was(local: Local) -> None:
    text = (await local.bot.send_message(OPERATOR, "summary", reply_markup=KEYS)).message_id
    before = await local.seen(OPERATOR, OPERATOR)
    refused = (
        (InputMediaPhoto(b"no picture"), "IMAGE_PROCESS_FAILED"),
        (InputMediaPhoto(png(1, 30)), "PHOTO_INVALID_DIMENSIONS"),
        (InputMediaPhoto(PNG, caption="汉" * 1025), "message caption is too long"),
        (InputMediaPhoto(PNG, caption="<b>", parse_mode=ParseMode.HTML), "can't parse entities"),
        (InputMediaPhoto("unknown"), "wrong file identifier"),
    )
    for media, words in refused:
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await put(local, text, media)
    nowhere = InlineKeyboardMarkup([[InlineKeyboardButton("x", url="nowhere")]])
    with pytest.raises(BadRequest, match=r"(?i)Wrong HTTP URL"):
        await local.bot.edit_message_media(InputMediaPhoto(PNG), OPERATOR, text, reply_markup=nowhere)
    assert await local.seen(OPERATOR, OPERATOR) == before


async def test_what_is_not_there_not_ours_or_no_picture_place_takes_none(local: Local) -> None:
    voice = (await local.bot.send_voice(OPERATOR, b"OggS", filename="a.ogg")).message_id
    theirs = (await local.act("write", OPERATOR, OPERATOR, text="mine"))["message_id"]
    for number, words in ((999, "message to edit not found"), (theirs, "can't be edited"), (voice, "media can't be")):
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await put(local, number, InputMediaPhoto(PNG))
    assert "not found in the request" in str(await attached(local, "attach://lost"))


async def attached(local: Local, media: str, caption: str = "") -> dict[str, object]:
    number = (await local.bot.send_message(OPERATOR, "text")).message_id
    given = {"type": "photo", "media": media, "caption": caption}
    return await local.call("editMessageMedia", chat_id=OPERATOR, message_id=number, media=given)


async def test_a_caption_that_reads_like_a_file_is_a_caption(local: Local) -> None:
    known = (await local.bot.send_photo(OPERATOR, PNG)).photo[-1].file_id
    answer = await attached(local, known, "attach://lost")
    assert answer["ok"], answer


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ({"type": "photo"}, "missing_field"),
        ({**PHOTO, "captions": "x"}, "unknown_field"),
        ({**PHOTO, "type": "sticker"}, "wrong_type"),
        ({**PHOTO, "caption": 7}, "wrong_type"),
        ("photo", "wrong_type"),
    ],
)
async def test_a_faulty_medium_is_a_violation(local: Local, media: object, kind: str) -> None:
    number = (await local.bot.send_message(OPERATOR, "text")).message_id
    answer = await local.call("editMessageMedia", chat_id=OPERATOR, message_id=number, media=media)
    assert not answer["ok"] and local.violated() == [kind]


async def test_a_picture_put_into_a_message_counts_against_the_flood_limits(local: Local) -> None:
    number = (await local.bot.send_message(OPERATOR, "text")).message_id
    local.world.enforce_flood = True
    for _ in range(5):
        await put(local, number, InputMediaPhoto(PNG))
    with pytest.raises(RetryAfter):
        await put(local, number, InputMediaPhoto(PNG))
