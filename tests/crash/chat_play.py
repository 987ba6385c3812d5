"""The people of a bad day of talk: buyers write, our own answer what they were shown and decide what is asked."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.gate.orders import Order
from bot.sandbox.telegram.acts import act
from bot.sandbox.telegram.model import Json, Message
from bot.views.buttons import Tap, Verb
from tests.crash.chat_pictures import picture
from tests.crash.chat_plan import BUYER, COMMAND, Plan, Word
from tests.crash.chat_seen import Told, from_bot, told
from tests.crash.stage import GROUP, LEAD, OPERATOR, OPERATOR_2, OWNER, Stage

TEAM = (OPERATOR, OPERATOR_2, LEAD, OWNER)
LATEST = 4
THUMB_SECONDS = 1.0
TAPS = 6


@dataclass(frozen=True)
class Spoken:
    """What somebody of ours meant for the buyer of an order: one message, or one of an album with its own content."""

    chat: int
    message: int
    order: Order
    by: int
    text: str = ""
    picture: int | None = None
    album: int = 0


@dataclass
class Play:
    stage: Stage
    orders: list[Order]
    plan: Plan
    began_at: float = field(default_factory=time.monotonic)
    spoken: list[Spoken] = field(default_factory=list)
    taps: dict[tuple[int, int], int] = field(default_factory=dict)
    albums: int = 0
    _seen: dict[int, int] = field(default_factory=dict)
    _told: dict[tuple[int, str], list[Told]] = field(default_factory=dict)

    async def at(self, seconds: float) -> None:
        """Waits until that moment of the plan."""
        await asyncio.sleep(max(0.0, self.began_at + seconds - time.monotonic()))

    async def talk(self) -> None:
        for word in self.plan.words:
            await self.at(word.at)
            self.do(word)

    def do(self, word: Word) -> None:
        if word.by == BUYER:
            self._buyer(word)
        else:
            self._staff(word)

    def _buyer(self, word: Word) -> None:
        order = self.orders[word.order]
        if word.texts:
            self.stage.venue_act(order, "write", texts=list(word.texts))
        for number in word.pictures:
            self.stage.venue_act(order, "file", base64=_base64(picture(number)), content_type="image/png")

    def _staff(self, word: Word) -> None:
        """A reply to something that was shown, else a command in the direct message."""
        order = self.orders[word.order]
        shown = None if word.way == COMMAND else self._shown_to(word, str(order.id)[-4:])
        text = word.texts[0] if word.texts else ""
        where: Json = {"user_id": word.by, "chat_id": word.by}
        if shown is not None:
            where = {"user_id": word.by, "chat_id": shown.chat_id, "reply_to": shown.id}
            if shown.thread_id:
                where["thread_id"] = shown.thread_id
        sent = text if shown is not None else f"/say {str(order.id)[-4:]} {text}".strip()
        if word.pictures:
            self._send_pictures(word, order, where, sent, text)
        else:
            number = act(self.stage.box.world, "write", {**where, "text": sent})["message_id"]
            self.spoken.append(Spoken(where["chat_id"], number, order, word.by, text))

    def _send_pictures(self, word: Word, order: Order, where: Json, sent: str, text: str) -> None:
        files: list[Json] = [
            {"kind": "photo", "file_name": "photo.png", "base64": _base64(picture(number))} for number in word.pictures
        ]
        files[0]["caption"] = sent or None
        world, chat = self.stage.box.world, where["chat_id"]
        if len(files) == 1:
            numbers = [act(world, "file", {**where, **files[0]})["message_id"]]
            album = 0
        else:
            numbers = act(world, "album", {**where, "files": files})["message_ids"]
            self.albums += 1
            album = self.albums
        for place, (message, number) in enumerate(zip(numbers, word.pictures, strict=True)):
            caption = text if place == 0 else ""
            self.spoken.append(Spoken(chat, message, order, word.by, caption, number, album))

    def _shown_to(self, word: Word, short: str) -> Message | None:
        """One of the latest words of this buyer that stand in a chat of this person."""
        lot = Random(word.lot)
        chats = [word.by, GROUP] if lot.random() < 0.85 else [GROUP, word.by]
        for chat in chats:
            self._look(chat)
            if found := self._told.get((chat, short)):
                return lot.choice(found[-LATEST:]).message
        return None

    def _look(self, chat: int) -> None:
        """Only what is new since the last look."""
        for message in from_bot(self.stage.box.world, chat):
            if message.id > self._seen.get(chat, 0):
                self._seen[chat] = message.id
                if (one := told(message)) is not None:
                    self._told.setdefault((chat, one.order), []).append(one)

    async def decide(self) -> None:
        """Until cancelled: whoever is asked about words that are held lets most of them go, and drops some."""
        lot = Random(len(self.plan.words))
        while True:
            await asyncio.sleep(THUMB_SECONDS)
            for chat in (*TEAM, GROUP):
                for message in from_bot(self.stage.box.world, chat):
                    self._tap(chat, message, lot)

    def undecided(self) -> bool:
        """Whether a question still stands that somebody will answer."""
        world = self.stage.box.world
        return any(
            _choices(message) and self.taps.get((chat, message.id), 0) < TAPS
            for chat in (*TEAM, GROUP)
            for message in from_bot(world, chat)
        )

    def _tap(self, chat: int, message: Message, lot: Random) -> None:
        choices = _choices(message)
        number = self.taps.get((chat, message.id), 0)
        if not choices or number >= TAPS:
            return
        self.taps[chat, message.id] = number + 1
        asked = next((one for one in self.spoken if (one.chat, one.message) == (chat, message.reply_to)), None)
        person = asked.by if asked is not None else chat
        if person in TEAM:
            wanted = Verb.SEND_HELD if lot.random() < 0.75 and Verb.SEND_HELD in choices else Verb.DROP_HELD
            self.stage.tap(person, message, choices[wanted])


def _choices(message: Message) -> dict[Verb, str]:
    found: dict[Verb, str] = {}
    for row in message.inline_keyboard:
        for button in row:
            tap = Tap.parse(button.get("callback_data", ""))
            if tap is not None and tap.verb in (Verb.SEND_HELD, Verb.DROP_HELD):
                found[tap.verb] = button["callback_data"]
    return found


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
