"""Faulty calls: each refused for its own reason and written down; and calls that are merely unlucky are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.telegram.conftest import DESK, OPERATOR, Local


def _keys(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


def _text(**more: Any) -> dict[str, Any]:
    return {"chat_id": OPERATOR, "text": "x", **more}


PHOTO = {"type": "photo", "media": "id"}
FAULTY: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "an unknown parameter": ("sendMessage", _text(mark_up=1), "unknown_parameter", "unknown parameter"),
    "an unknown field": ("sendMessage", _text(reply_markup=_keys(callback="a")), "unknown_field", "unknown field"),
    "a wrong type": ("sendMessage", _text(disable_notification="maybe"), "wrong_type", "must be bool"),
    "a missing parameter": ("sendMessage", {"chat_id": OPERATOR}, "missing_parameter", '"text" is required'),
    "a missing field": ("setMyCommands", {"commands": [{"command": "a"}]}, "missing_field", '"description"'),
    "a text that is too long": ("sendMessage", _text(text="字" * 4097), "limit", "message is too long"),
    "an empty text": ("sendMessage", _text(text=" \n"), "limit", "text must be non-empty"),
    "a tag that does not exist": (
        "sendMessage",
        _text(text="字<h1>x</h1>", parse_mode="HTML"),
        "entities",
        'can\'t parse entities: Unsupported start tag "h1" at byte offset 3',
    ),
    "a tag that stays open": (
        "sendMessage",
        _text(text="<b>x", parse_mode="HTML"),
        "entities",
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    "callback data of 65 bytes": (
        "sendMessage",
        _text(reply_markup=_keys(callback_data="字" * 21 + "ab")),
        "limit",
        "BUTTON_DATA_INVALID",
    ),
    "a button with two actions": (
        "sendMessage",
        _text(reply_markup=_keys(callback_data="a", url="https://example.com")),
        "button_action",
        "exactly one action",
    ),
    "a button with no action": (
        "sendMessage",
        _text(reply_markup=_keys()),
        "button_action",
        "Text buttons are unallowed",
    ),
    "a button to nowhere": ("sendMessage", _text(reply_markup=_keys(url="nowhere")), "button_url", "Wrong HTTP URL"),
    "a button of a fourth colour": (
        "sendMessage",
        _text(reply_markup=_keys(callback_data="a", style="yellow")),
        "choice",
        "must be one of",
    ),
    "a tap answered with 201 characters": (
        "answerCallbackQuery",
        {"callback_query_id": "1", "text": "x" * 201},
        "limit",
        "MESSAGE_TOO_LONG",
    ),
    "a command in capitals": (
        "setMyCommands",
        {"commands": [{"command": "Start", "description": "x"}]},
        "alphabet",
        "BOT_COMMAND_INVALID",
    ),
    "a topic name of 129 characters": (
        "createForumTopic",
        {"chat_id": DESK, "name": "x" * 129},
        "limit",
        "TOPIC_TITLE_INVALID",
    ),
    "an album of one": ("sendMediaGroup", {"chat_id": OPERATOR, "media": [PHOTO]}, "limit", "2-10"),
    "an icon of a seventh colour": (
        "createForumTopic",
        {"chat_id": DESK, "name": "x", "icon_color": 1},
        "choice",
        "must be one of",
    ),
    "a reaction that is no reaction": (
        "setMessageReaction",
        {"chat_id": OPERATOR, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "✅"}]},
        "choice",
        "REACTION_INVALID",
    ),
    "a webhook without TLS": ("setWebhook", {"url": "http://example.com/x"}, "url", "An HTTPS URL must be provided"),
    "a chat action that does not exist": (
        "sendChatAction",
        {"chat_id": OPERATOR, "action": "dancing"},
        "choice",
        "wrong parameter action",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
async def test_a_faulty_call_is_refused_for_its_own_reason(local: Local, name: str) -> None:
    method, params, kind, words = FAULTY[name]
    await local.bot.send_message(OPERATOR, "first")
    answer = await local.call(method, **params)
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert words in answer["description"]
    assert local.violated() == [kind]
    (written,) = (await local.get("violations"))["violations"]
    assert (written["method"], written["error"]) == (method, answer["description"])


async def test_nothing_is_sent_by_a_refused_call(local: Local) -> None:
    for method, params, _, _ in FAULTY.values():
        await local.call(method, **params)
    assert await local.seen(OPERATOR, OPERATOR) == []
    assert await local.seen(DESK, OPERATOR) == []


async def test_a_call_that_is_merely_unlucky_is_no_violation(local: Local) -> None:
    assert "chat not found" in (await local.call("sendMessage", chat_id=5, text="x"))["description"]
    assert "not found" in (await local.call("deleteMessage", chat_id=OPERATOR, message_id=99))["description"]
    assert local.violated() == []


async def test_limits_count_what_is_left_after_parsing(local: Local) -> None:
    long = "<b>" + "字" * 4096 + "</b>"
    assert (await local.call("sendMessage", chat_id=OPERATOR, text=long, parse_mode="HTML"))["ok"]
    emoji = await local.call("sendMessage", chat_id=OPERATOR, text="💰" * 2049)
    assert emoji["description"] == "Bad Request: message is too long"


async def test_a_method_not_built_yet_says_so_and_never_pretends(local: Local) -> None:
    known = await local.call("sendPoll", chat_id=OPERATOR, question="?", options=["a", "b"])
    unknown = await local.call("sendTelepathy")
    rich = await local.call("sendMessage", chat_id=OPERATOR, text="*x*", parse_mode="MarkdownV2")
    assert [known["error_code"], unknown["error_code"], rich["error_code"]] == [501, 501, 501]
    assert "sendPoll" in known["description"]


async def test_a_wrong_token_is_unauthorized(local: Local) -> None:
    answer = await local.client.post(f"{local.url}/bot1000:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
