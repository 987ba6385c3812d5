"""People's phones beside a bench: what they write and tap, and what they and the buyer read."""

import asyncio
from dataclasses import replace
from itertools import count
from typing import Any

from telegram import Bot

from bot.flows import deliver
from bot.flows.admit import admit
from bot.views.card import Card
from bot.watchers.relay import Relay
from handlers.mouthpiece import Mouthpiece
from tests.flows.bench import OPERATOR, ORDER, Bench
from tests.support.fake_telegram import FakeTelegram

OTHER = replace(ORDER, id="62000417", counterparty_id="c2", counterparty_name="李四")
TOPIC = 501
CONTACT = "call 13800138000"


class NamedBot(Bot):
    """The bot's own id without a start."""

    @property
    def id(self) -> int:
        return 1000


class Desk:
    """What people do on their phones goes through the gate, the handlers and the relay, as when the desk runs."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.telegram = bench, FakeTelegram()
        self.relay = Relay(bench.desk, self.telegram, bench.clock.monotonic)
        self.mouthpiece = Mouthpiece(bench.desk, self.relay, NamedBot("1000:token"))
        self._numbers = count(3001)

    async def _handle(self, update: dict[str, Any]) -> None:
        self.bench.clock.is_moved_by_sleep = True
        self.bench.pass_(6)
        for one in await admit(self.bench.desk, [{"update_id": next(self._numbers), **update}]):
            await self.mouthpiece.handle(one)
        self.bench.clock.is_moved_by_sleep = False

    def _message(self, by: int, chat: int, text: str, reply: int | None, topic: int | None) -> dict[str, Any]:
        place = {"id": chat, "type": "private" if chat > 0 else "supergroup", "title": "x", "first_name": "x"}
        made: dict[str, Any] = {
            "message_id": next(self._numbers), "date": int(self.bench.seconds) + 6, "chat": place,
            "from": {"id": by, "is_bot": False, "first_name": "Somebody"},
        }  # fmt: skip
        if text:
            made["text"] = text
        if topic is not None:
            made |= {"message_thread_id": topic, "is_topic_message": True}
        if reply is not None:
            ours = {"id": 1000, "is_bot": True, "first_name": "Desk"}
            made["reply_to_message"] = {"message_id": reply, "date": 1, "chat": place, "from": ours, "text": "x"}
        return made

    async def write(
        self, text: str = "", *, by: int = OPERATOR, chat: int | None = None, reply: int | None = None,
        topic: int | None = None, **extra: Any,
    ) -> int:  # fmt: skip
        """A message; its number."""
        message = self._message(by, chat or by, text, reply, topic) | extra
        await self._handle({"message": message})
        return int(message["message_id"])

    async def edit(self, number: int, text: str, by: int = OPERATOR) -> None:
        message = self._message(by, by, text, None, None) | {"message_id": number, "edit_date": 5}
        await self._handle({"edited_message": message})

    async def tap(self, label: str, by: int = OPERATOR) -> None:
        """Tap the newest button of that label in the person's direct message."""
        number, data = next(
            (number, button.data)
            for _, chat, number, card, _, _ in reversed(self.telegram.shown)
            if chat == by and isinstance(card, Card)
            for row in card.rows
            for button in row
            if label in button.text
        )
        await self._press(number, data, by)

    async def _press(self, number: int, data: str, by: int) -> None:
        message = self._message(1000, by, "x", None, None) | {"message_id": number}
        message["from"] = {"id": 1000, "is_bot": True, "first_name": "Desk"}
        user = {"id": by, "is_bot": False, "first_name": "Somebody"}
        query = {"id": "q", "from": user, "chat_instance": "1", "data": data, "message": message}
        await self._handle({"callback_query": query})

    async def tell(self) -> None:
        """Everything that is due is told."""
        self.bench.clock.is_moved_by_sleep = True
        for _ in range(8):
            for chat in await deliver.chats_due(self.bench.desk):
                self.bench.pass_(4)
                await asyncio.wait_for(self.relay._serve(chat), 5)
        self.bench.clock.is_moved_by_sleep = False

    async def hears(self, text: str = "is it there?", by: int = OPERATOR) -> int:
        """The buyer writes; the number of the message that shows it to the person."""
        self.bench.pass_(1)
        self.bench.writes(text)
        await self.bench.read()
        await self.tell()
        return self.newest(by)

    def newest(self, chat: int) -> int:
        return next(number for _, to, number, _, _, _ in reversed(self.telegram.shown) if to == chat)

    def last(self, chat: int = OPERATOR) -> str:
        return self.telegram.said(chat)[-1] if self.telegram.said(chat) else ""

    async def sent(self, seconds: float = 0) -> list[str]:
        """What has reached the buyer."""
        await self.bench.send(seconds)
        return [text for _, text in self.bench.gate.sent_texts]


def photo(name: str = "p") -> dict[str, Any]:
    """A photo in two sizes."""
    small = {"file_id": f"{name}-small", "file_unique_id": "s", "width": 1, "height": 1, "file_size": 1}
    return {"photo": [small, small | {"file_id": name, "file_size": 9}]}


async def add_other(desk: Desk) -> None:
    desk.bench.add(OTHER)
    await desk.bench.see(OTHER.id)
    await desk.tell()


async def in_topic(desk: Desk) -> None:
    async with desk.bench.store.write() as tables:
        await tables.orders.set_topic(ORDER.id, TOPIC)
