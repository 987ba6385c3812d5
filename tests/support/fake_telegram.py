"""Telegram in memory with the client's own types: what was shown where, and every way it can fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.clients.messages import CardLike
from bot.clients.telegram import Group, Telegram, Webhook
from bot.domain.reach import FileGone, NotReached, TooBig

SOUND = Group("Desk", "supergroup", True, True, True, 7, True, ())


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file that reached a chat; `content` is what was given, bytes or a file id."""

    chat_id: int
    message_id: int
    card: CardLike
    content: bytes | str
    form: str
    name: str
    silent: bool
    topic_id: int | None
    reply_to: int | None
    file_id: str


class FakeTelegram(Telegram):
    """`errors[call]` are raised one after the other; `shown` holds (call, chat, message id, card, silent, topic).

    `room` holds what was done to the group's topics and its pinned message: (call, chat, number, name?).
    `downloads` is what each file id gives; `reactions` holds (chat, message id, emoji).
    """

    def __init__(self) -> None:
        self.errors: dict[str, list[NotReached | Exception]] = defaultdict(list)
        self.shown: list[tuple[str, int, int, CardLike, bool, int | None]] = []
        self.answers: list[tuple[str, str]] = []
        self.topics: list[str] = []
        self.removed: list[int] = []
        self.room: list[tuple[str | int, ...]] = []
        self.pinned: int | None = None
        self.menus: list[int] = []
        self.batches: list[list[dict[str, Any]]] = []
        self.offsets: list[int | None] = []
        self.files: list[SentFile] = []
        self.downloads: dict[str, bytes] = {}
        self.reactions: list[tuple[int, int, str]] = []
        self.the_group = SOUND
        self.admins: list[tuple[int, str]] = []
        self.reachable: dict[int, bool] = {}
        self.hook = Webhook()
        self.hook_secrets: list[str] = []
        self._numbers = 100

    @property
    def id(self) -> int:
        return 1000

    @property
    def username(self) -> str:
        return "desk_bot"

    def _called(self, call: str) -> None:
        if self.errors[call]:
            raise self.errors[call].pop(0)

    def said(self, chat_id: int) -> list[str]:
        """The texts that reached a chat, oldest first."""
        return [card.plain for _, chat, _, card, _, _ in self.shown if chat == chat_id]

    async def start(self) -> None:
        self._called("start")

    async def stop(self) -> None: ...

    async def end_webhook(self) -> None:
        self._called("end_webhook")
        self.hook = Webhook()

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str], connections: int) -> None:
        self._called("set_webhook")
        self.hook = Webhook(url)
        self.hook_secrets.append(secret)
        self.asked_for = (url, secret, tuple(kinds), connections)

    async def webhook(self) -> Webhook:
        self._called("webhook")
        return self.hook

    async def updates(self, offset: int | None, seconds: int, kinds: Sequence[str]) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        self._called("updates")
        return self.batches.pop(0)

    async def send(
        self,
        chat_id: int,
        card: CardLike,
        *,
        silent: bool = True,
        topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> int:
        self._called("send")
        self._numbers += 1
        self.shown.append(("send", chat_id, self._numbers, card, silent, topic_id))
        return self._numbers

    async def send_file(
        self,
        chat_id: int,
        card: CardLike,
        content: bytes | str,
        form: str,
        name: str,
        *,
        silent: bool = True,
        topic_id: int | None = None,
        reply_to: int | None = None,
    ) -> tuple[int, str]:
        self._called("send_file")
        self._numbers += 1
        number, file_id = self._numbers, content if isinstance(content, str) else f"{form}-{self._numbers}"
        self.shown.append(("send_file", chat_id, number, card, silent, topic_id))
        sent = SentFile(chat_id, number, card, content, form, name, silent, topic_id, reply_to, file_id)
        self.files.append(sent)
        return number, file_id

    async def download(self, file_id: str, max_bytes: int) -> bytes:
        self._called("download")
        if file_id not in self.downloads:
            raise FileGone("wrong file_id")
        if len(self.downloads[file_id]) > max_bytes:
            raise TooBig("file is too big")
        return self.downloads[file_id]

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        self._called("react")
        self.reactions.append((chat_id, message_id, emoji))

    async def edit(self, chat_id: int, message_id: int, card: CardLike) -> None:
        self._called("edit")
        self.shown.append(("edit", chat_id, message_id, card, True, None))

    async def answer(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        self._called("answer")
        self.answers.append((callback_id, text))

    async def make_topic(self, chat_id: int, name: str) -> int:
        self._called("make_topic")
        self.topics.append(name)
        return 500 + len(self.topics)

    async def rename_topic(self, chat_id: int, topic_id: int, name: str) -> None:
        self._room("rename_topic", chat_id, topic_id, name)

    async def close_topic(self, chat_id: int, topic_id: int) -> None:
        self._room("close_topic", chat_id, topic_id)

    async def reopen_topic(self, chat_id: int, topic_id: int) -> None:
        self._room("reopen_topic", chat_id, topic_id)

    async def delete_topic(self, chat_id: int, topic_id: int) -> None:
        self._room("delete_topic", chat_id, topic_id)

    async def pin(self, chat_id: int, message_id: int) -> None:
        self._room("pin", chat_id, message_id)
        self.pinned = message_id

    async def newest_pinned(self, chat_id: int) -> int | None:
        self._called("newest_pinned")
        return self.pinned

    async def delete(self, chat_id: int, message_id: int) -> None:
        self._room("delete", chat_id, message_id)

    def _room(self, call: str, *given: int | str) -> None:
        self._called(call)
        self.room.append((call, *given))

    async def remove_member(self, chat_id: int, user_id: int) -> None:
        self._called("remove_member")
        self.removed.append(user_id)

    async def group(self, chat_id: int) -> Group:
        self._called("group")
        return self.the_group

    async def administrators(self, chat_id: int) -> list[tuple[int, str]]:
        self._called("administrators")
        return self.admins

    async def can_reach(self, user_id: int) -> bool:
        self._called("can_reach")
        return self.reachable.get(user_id, True)

    async def set_commands(self, chat_id: int, commands: Sequence[tuple[str, str]]) -> None:
        self._called("set_commands")
        self.menus.append(chat_id)
