"""What people of ours can see of buyers' chats: messages of the bot in Telegram, read back into what was said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.sandbox.telegram.model import Message
from bot.sandbox.telegram.world import TelegramWorld
from tests.crash.chat_pictures import number_of

HEADER = re.compile(r"^💬 .*? · (\d{4})( · .*)?$")
REPEAT = "↻"  # in whatever language
NOT_HERE, UNDER_WAY_IN = re.compile(r", not here: |没取到："), re.compile(r": being fetched|：正在下载")
FILE_MISSING, FILE_TO_COME = "(a file that is not here)", "(a file that is being fetched)"
HELD, UNKNOWN, MISSING, REFUSED, DELIVERED, OTHER = "held", "unknown", "missing", "refused", "delivered", "other"
OUTCOMES = {"✋": HELD, "❓": UNKNOWN, "❗": MISSING, "💔": REFUSED, "👌": DELIVERED}
UNDER_WAY = ("⏫", "👀")


@dataclass(frozen=True)
class Told:
    """One message that tells lines of one order's chat. A line is a text, `#7` for a picture, FILE_MISSING or
    FILE_TO_COME.
    """

    message: Message
    order: str
    lines: tuple[str, ...]
    is_repeat: bool


def told(message: Message) -> Told | None:
    """None for every other message. `order` is the short number in its header."""
    words = message.caption if message.file is not None else message.text
    head = HEADER.match((words or "").partition("\n")[0])
    if head is None:
        return None
    if message.file is not None:
        lines: tuple[str, ...] = (f"#{number_of(message.file.content)}",)
    else:
        words = message.text or ""
        missing, to_come = len(NOT_HERE.findall(words)), len(UNDER_WAY_IN.findall(words))
        lines = (*_quotes(message), *(FILE_MISSING,) * missing, *(FILE_TO_COME,) * to_come)
    return Told(message, head[1], lines, REPEAT in head[0])


def _quotes(message: Message) -> list[str]:
    """Entities count in units of UTF-16."""
    raw = (message.text or "").encode("utf-16-le")
    return [
        raw[2 * mark["offset"] : 2 * (mark["offset"] + mark["length"])].decode("utf-16-le").strip()
        for mark in message.entities
        if "blockquote" in mark["type"]
    ]


def all_told(world: TelegramWorld, chat: int) -> dict[str, list[Told]]:
    """What stands in a chat, oldest first, by order."""
    found: dict[str, list[Told]] = {}
    for message in from_bot(world, chat):
        if (one := told(message)) is not None and one.lines:
            found.setdefault(one.order, []).append(one)
    return found


def from_bot(world: TelegramWorld, chat: int) -> list[Message]:
    return [one for one in world.chats[chat].messages.values() if one.sender_id == world.bot.id and not one.is_deleted]


def mark_on(world: TelegramWorld, chat: int, message: int) -> str:
    """The bot's reaction on somebody's message, "" for none."""
    marks = world.chats[chat].messages[message].reactions.get(world.bot.id, [])
    return str(marks[0]["emoji"]) if marks else ""


def answers(world: TelegramWorld, chat: int) -> dict[int, set[str]]:
    """By message of a person: what the bot's replies to it say of what became of it."""
    found: dict[int, set[str]] = {}
    for message in from_bot(world, chat):
        words = message.text or " "
        if message.reply_to is not None and not words.startswith(UNDER_WAY):
            found.setdefault(message.reply_to, set()).add(OUTCOMES.get(words[0], OTHER))
    return found
