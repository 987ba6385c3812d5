"""The control door: what people can and cannot do, what the page is shown, the call log."""

from __future__ import annotations

from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, STRANGER, Local

KEYS = {
    "inline_keyboard": [[{"text": "Release 1,000.00", "callback_data": "a"}, {"text": "Site", "url": "https://e.com"}]]
}


async def test_only_members_tap_and_only_buttons_that_are_there(local: Local) -> None:
    sent = await local.call("sendMessage", chat_id=DESK, text="card", reply_markup=KEYS)
    number = sent["result"]["message_id"]
    tap = {"user_id": STRANGER, "chat_id": DESK, "message_id": number}
    assert "is not in chat" in await local.refused("act/tap", tap | {"row": 0, "column": 0})
    assert "no button" in await local.refused("act/tap", tap | {"user_id": OPERATOR, "data": "b"})
    assert "no such button" in await local.refused("act/tap", tap | {"user_id": OPERATOR, "row": 3, "column": 0})
    assert "tells the bot nothing" in await local.refused("act/tap", tap | {"user_id": OPERATOR, "text": "Site"})
    assert local.world.updates.pending == type(local.world.updates.pending)()
    await local.act("tap", STRANGER, DESK, message_id=number, data="zzz", forged=True)
    await local.act("tap", OPERATOR, DESK, message_id=number, text="Release")
    forged, honest = await local.bot.get_updates()
    assert forged.callback_query is not None and forged.callback_query.from_user.id == STRANGER
    assert honest.callback_query is not None and honest.callback_query.data == "a"


async def test_strangers_neither_read_nor_write_in_the_group(local: Local) -> None:
    assert "is not in chat" in await local.refused("act/write", {"user_id": STRANGER, "chat_id": DESK, "text": "x"})
    assert "is not in chat" in await local.refused("act/write", {"user_id": STRANGER, "chat_id": OWNER, "text": "x"})
    answer = await local.client.get(f"{local.control_url}/chats/{OWNER}/messages", params={"viewer": STRANGER})
    assert answer.status_code == 400


async def test_messages_since_a_revision_are_the_changed_ones_and_deletions(local: Local) -> None:
    first = (await local.call("sendMessage", chat_id=OPERATOR, text="one"))["result"]["message_id"]
    second = (await local.call("sendMessage", chat_id=OPERATOR, text="two"))["result"]["message_id"]
    revision = (await local.get("state"))["revision"]
    assert await local.seen(OPERATOR, OPERATOR, revision) == []
    await local.call("editMessageText", chat_id=OPERATOR, message_id=first, text="1")
    await local.call("deleteMessage", chat_id=OPERATOR, message_id=second)
    edited, deleted = await local.seen(OPERATOR, OPERATOR, revision)
    assert (edited["text"], edited["edited"]) == ("1", True)
    assert deleted["deleted"] and "text" not in deleted


async def test_a_persons_deletion_is_no_news_for_the_bot(local: Local) -> None:
    sent = await local.act("write", OPERATOR, OPERATOR, text="oops")
    await local.bot.get_updates(offset=local.world.updates.last_id + 1)
    await local.act("delete", OPERATOR, OPERATOR, message_id=sent["message_id"])
    assert await local.bot.get_updates() == ()


async def test_silent_messages_and_reply_prompts_are_marked(local: Local) -> None:
    prompt = {"force_reply": True, "input_field_placeholder": "amount"}
    await local.call("sendMessage", chat_id=OPERATOR, text="x", disable_notification=True, reply_markup=prompt)
    (row,) = await local.seen(OPERATOR, OPERATOR)
    assert (row["silent"], row["force_reply"], row["buttons"]) == (True, True, [])


async def test_the_call_log_shows_what_was_asked_and_answered(local: Local) -> None:
    await local.bot.send_message(OPERATOR, "x")
    await local.call("sendMessage", chat_id=4242, text="y")
    calls = (await local.get("calls"))["calls"]
    sent, refused = [call for call in calls if call["method"] == "sendMessage"]
    assert sent["ok"] and sent["params"]["text"] == "x"
    assert (refused["ok"], refused["code"], refused["error"]) == (False, 400, "Bad Request: chat not found")
    assert (await local.get("calls", since=refused["n"]))["calls"] == []


async def test_a_malformed_body_is_refused_with_its_reason(local: Local) -> None:
    assert "KeyError" in await local.refused("act/write", {"user_id": OPERATOR})
    assert "no act" in await local.refused("act/dance", {"user_id": OPERATOR, "chat_id": DESK})
    assert "nobody has the id" in await local.refused("act/write", {"user_id": 5, "chat_id": DESK, "text": "x"})
    assert "no chat" in await local.refused("act/write", {"user_id": OPERATOR, "chat_id": 5, "text": "x"})


async def test_state_lists_people_chats_and_menus(local: Local) -> None:
    topic = await local.bot.create_forum_topic(DESK, "0417")
    state = await local.get("state")
    (desk,) = state["chats"]
    assert desk["topics"] == [{"thread_id": topic.message_thread_id, "name": "0417", "is_closed": False}]
    assert {user["id"]: user["started"] for user in state["users"]} == {OWNER: True, OPERATOR: True, STRANGER: False}
    assert state["bot"]["username"] == "c2c_desk_sandbox_bot"
