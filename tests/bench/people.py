"""Updates as Telegram writes them, from the few people that the measures need."""

from __future__ import annotations

from typing import Any

OWNER, OPERATOR, GROUP = 1001, 1003, -1001000000001
STRANGERS = range(900_000, 900_050)

Json = dict[str, Any]


def _user(user_id: int) -> Json:
    return {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}", "language_code": "en"}


def _private(user_id: int) -> Json:
    return {"id": user_id, "type": "private", "first_name": f"Person {user_id}"}


def text(user_id: int, words: str, number: int = 1) -> Json:
    """A direct message."""
    return {
        "message": {
            "message_id": number, "date": 1_790_000_000, "from": _user(user_id), "chat": _private(user_id),
            "text": words, "entities": _entities(words),
        }
    }  # fmt: skip


def _entities(words: str) -> list[Json]:
    command = words.partition(" ")[0]
    return [{"type": "bot_command", "offset": 0, "length": len(command)}] if command.startswith("/") else []


def talk(user_id: int, words: str, number: int = 1) -> Json:
    """Something said among colleagues in the desk group: admitted, stored, and nothing to answer."""
    chat = {"id": GROUP, "type": "supergroup", "title": "Desk", "is_forum": True}
    return {
        "message": {
            "message_id": number, "date": 1_790_000_000, "from": _user(user_id), "chat": chat, "text": words,
        }
    }  # fmt: skip


def tap(user_id: int, message_id: int, data: str, callback_id: str) -> Json:
    """A button under a message of the bot."""
    return {
        "callback_query": {
            "id": callback_id, "from": _user(user_id), "chat_instance": "1", "data": data,
            "message": {
                "message_id": message_id, "date": 1_790_000_000, "chat": _private(user_id), "text": "card",
                "from": {"id": 1000, "is_bot": True, "first_name": "Desk", "username": "bench_desk_bot"},
            },
        }
    }  # fmt: skip


def spam(count: int) -> list[Json]:
    """Messages of fifty strangers in turn."""
    return [text(STRANGERS[number % len(STRANGERS)], "hello, cheap coins", number + 1) for number in range(count)]
