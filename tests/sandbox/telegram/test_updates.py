"""How news reaches the bot: polling, its conflicts, and a real webhook. Updates fit the Bot API's own models."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import BadRequest, Conflict
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes

from bot.sandbox.serving import Listener
from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, STRANGER, Local, new_bot
from tests.sandbox.telegram.pictures import PNG


async def test_updates_stay_until_a_higher_offset_confirms_them(local: Local) -> None:
    for text in ("one", "two", "three"):
        await local.act("write", OPERATOR, OPERATOR, text=text)
    first = await local.bot.get_updates(limit=2)
    again = await local.bot.get_updates()
    assert [update.update_id for update in again[:2]] == [update.update_id for update in first]
    rest = await local.bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["three"]
    assert await local.bot.get_updates(offset=rest[-1].update_id + 1) == ()


async def test_a_long_poll_returns_as_soon_as_there_is_news(local: Local) -> None:
    polling = asyncio.create_task(local.bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    assert not polling.done()
    await local.act("write", OPERATOR, OPERATOR, text="now")
    updates = await asyncio.wait_for(polling, 2)
    assert updates[0].message is not None and updates[0].message.text == "now"


async def test_a_second_poller_ends_the_first_with_a_conflict(local: Local) -> None:
    async with new_bot(local.url) as other:
        first = asyncio.create_task(local.bot.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match=r"(?i)terminated by other getUpdates request"):
            await asyncio.wait_for(first, 2)
        await local.act("write", OPERATOR, OPERATOR, text="now")
        assert len(await asyncio.wait_for(second, 2)) == 1


async def test_kinds_the_bot_did_not_ask_for_are_not_kept(local: Local) -> None:
    sent = await local.bot.send_message(DESK, "notice")
    await local.act("react", OPERATOR, DESK, message_id=sent.message_id, emoji="👀")
    assert await local.bot.get_updates() == ()
    await local.bot.get_updates(allowed_updates=["message_reaction"])
    await local.act("react", OPERATOR, DESK, message_id=sent.message_id, emoji="👌")
    await local.act("write", OPERATOR, DESK, text="no")
    (update,) = await local.bot.get_updates()
    assert update.message_reaction is not None and update.message_reaction.user is not None


async def test_an_application_polls_and_answers_unmodified(local: Local) -> None:
    async def start(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text("hello")

    async def tapped(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("ok")

    application = ApplicationBuilder().bot(new_bot(local.url)).build()
    application.add_handlers([CommandHandler("start", start), CallbackQueryHandler(tapped)])
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        await local.act("start", STRANGER, STRANGER)
        for _ in range(100):
            rows = await local.seen(STRANGER, STRANGER)
            if len(rows) == 2:
                break
            await asyncio.sleep(0.05)
        assert [row["text"] for row in rows] == ["/start", "hello"]
        await application.updater.stop()
        await application.stop()
    assert local.violated() == []


async def test_a_webhook_gets_updates_by_post_with_its_secret_and_again_after_a_failure(local: Local) -> None:
    received: list[tuple[str | None, dict[str, Any]]] = []

    async def hook(request: Request) -> Response:
        received.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return Response(status_code=500 if len(received) == 1 else 200)

    bot = Listener(Starlette(routes=[Route("/telegram", hook, methods=["POST"])]))
    await bot.start()
    try:
        await local.bot.set_webhook(f"{bot.url}/telegram", secret_token="s3cret_", max_connections=1)
        with pytest.raises(Conflict, match=r"(?i)can't use getUpdates method while webhook is active"):
            await local.bot.get_updates()
        await local.act("write", OPERATOR, OPERATOR, text="one")
        await local.act("write", OPERATOR, OPERATOR, text="two")
        for _ in range(100):
            if len(received) == 3:
                break
            await asyncio.sleep(0.05)
        assert [(secret, body["message"]["text"]) for secret, body in received] == [
            ("s3cret_", "one"),
            ("s3cret_", "one"),
            ("s3cret_", "two"),
        ]
        info = await local.bot.get_webhook_info()
        assert "500" in (info.last_error_message or "") and info.pending_update_count == 0
        await local.bot.delete_webhook()
        assert (await local.bot.get_webhook_info()).url == ""
        assert await local.bot.get_updates() == ()
    finally:
        await bot.stop()


async def test_setting_a_webhook_ends_a_running_poll(local: Local) -> None:
    polling = asyncio.create_task(local.bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    await local.call("setWebhook", url="http://127.0.0.1:9/telegram")
    with pytest.raises(Conflict, match=r"(?i)terminated by setWebhook request"):
        await asyncio.wait_for(polling, 2)


async def test_a_forged_update_arrives_exactly_as_given(local: Local) -> None:
    forged = {"update_id": 7, "inline_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "x"}}}
    assert (await local.post("act/raw_update", {"update": forged}))["update_id"] == 7
    assert (await local.call("getUpdates"))["result"] == [forged]


async def test_every_update_and_answer_fits_the_bot_apis_models(local: Local) -> None:
    from aiogram.types import ChatFullInfo, ChatMemberAdministrator, Message
    from aiogram.types import Update as Model

    await local.call("getUpdates", allowed_updates=["message", "edited_message", "callback_query", "my_chat_member"])
    local.world.updates.allowed = [name for name in Model.model_fields if name != "update_id"]
    sent = await local.call(
        "sendMessage",
        chat_id=DESK,
        text="<b>x</b> /start https://example.com",
        parse_mode="HTML",
        reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": "a"}]]},
    )
    topic = (await local.call("createForumTopic", chat_id=DESK, name="0417"))["result"]["message_thread_id"]
    number = sent["result"]["message_id"]
    await local.call("pinChatMessage", chat_id=DESK, message_id=number)
    await local.act("write", OPERATOR, DESK, text="inner", thread_id=topic)
    await local.act("anonymous_write", OWNER, DESK, text="anonymous", reply_to=number)
    await local.act("tap", OPERATOR, DESK, message_id=number, data="a")
    await local.act("react", OPERATOR, DESK, message_id=number, emoji="👀")
    mine = await local.act("write", OPERATOR, DESK, text="typo")
    await local.act("edit", OPERATOR, DESK, message_id=mine["message_id"], text="fixed")
    await local.act("forward", OPERATOR, OPERATOR, from_chat_id=DESK, message_id=number)
    encoded = base64.b64encode(PNG).decode()
    for kind in ("photo", "document", "video"):
        await local.act("file", OPERATOR, OPERATOR, kind=kind, base64=encoded, file_name="receipt.png", caption="c")
    await local.act("contact", OPERATOR, OPERATOR, contact={"phone_number": "1", "first_name": "x"})
    await local.act("member", OWNER, DESK, target=OPERATOR, status="restricted", rights={"can_send_polls": False})
    await local.act("member", OWNER, DESK, target=STRANGER, status="member")
    await local.act("member", OWNER, DESK, target=STRANGER, status="kicked")
    await local.act("topic", OWNER, DESK, op="close", thread_id=topic)
    await local.act("member", OWNER, DESK, target="bot", status="administrator", rights={"can_pin_messages": True})
    await local.act("block", OPERATOR, OPERATOR)
    updates = list(local.world.updates.pending)
    kinds = {key for update in updates for key in update if key != "update_id"}
    assert kinds >= {"message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "chat_member"}
    for update in updates:
        _assert_known(Model.model_validate(update), str(update))
    _assert_known(Message.model_validate(sent["result"]), str(sent))
    chat = (await local.call("getChat", chat_id=DESK))["result"]
    _assert_known(ChatFullInfo.model_validate(chat), str(chat))
    bot = (await local.call("getChatMember", chat_id=DESK, user_id=1000))["result"]
    _assert_known(ChatMemberAdministrator.model_validate(bot), str(bot))


def _assert_known(value: Any, whole: str) -> None:
    """No object holds a name its Bot API type does not have."""
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{type(value).__name__} has {value.model_extra} in {whole}"
        for name in type(value).model_fields:
            _assert_known(getattr(value, name), whole)
    if isinstance(value, list):
        for item in value:
            _assert_known(item, whole)


async def test_a_tap_under_a_deleted_message_still_arrives_without_its_text(local: Local) -> None:
    keys = {"inline_keyboard": [[{"text": "x", "callback_data": "a"}]]}
    number = (await local.call("sendMessage", chat_id=OPERATOR, text="x", reply_markup=keys))["result"]["message_id"]
    await local.act("delete", OPERATOR, OPERATOR, message_id=number)
    assert "no button" in await local.refused(
        "act/tap", {"user_id": OPERATOR, "chat_id": OPERATOR, "message_id": number, "data": "a"}
    )
    await local.act("tap", OPERATOR, OPERATOR, message_id=number, data="a", forged=True)
    (update,) = await local.bot.get_updates()
    assert update.callback_query is not None and update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await local.bot.edit_message_text("y", OPERATOR, number)
