"""What a handler is given: one thing one person did, and the ways to answer it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telegram import Message

from bot.domain.sayings import STALE_SECONDS
from bot.domain.situations import Reader, Situation
from bot.flows import assemble, deliver
from bot.flows.deliver import CARD, NOTICE, Shown
from bot.flows.desk import Desk
from bot.views.card import Card, Markup
from bot.views.orders import moved_line, order_card

ACKNOWLEDGE_AFTER = 0.15


class Mouth(Protocol):
    """The relay, as far as handlers need it."""

    async def show(
        self,
        chat_id: int,
        card: Card,
        *,
        kind: str = NOTICE,
        order_id: str | None = None,
        person_id: int | None = None,
        replace: int | None = None,
        seal_id: str | None = None,
        reply_to: int | None = None,
        topic_id: int | None = None,
        redraw: Callable[[Card], Awaitable[Card]] | None = None,
    ) -> int: ...

    async def answer(self, callback_id: str, text: str = "", *, alert: bool = False) -> None: ...

    async def remove_from_group(self, user_id: int) -> bool: ...

    async def erase(self, chat_id: int, message_id: int) -> None: ...

    async def show_menu(self, person_id: int, commands: Sequence[tuple[str, str]]) -> None: ...

    async def leave_line(self, old: Shown, line: Card) -> None: ...

    async def show_file(self, chat_id: int, card: Card, content: bytes, name: str, *, order_id: str) -> None: ...

    @property
    def username(self) -> str: ...


@dataclass
class Ack:
    """A button's spinner is stopped once: with words if they come quickly, else without, and the words follow."""

    mouth: Mouth
    callback_id: str
    is_answered: bool = False
    timer: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        self.timer = asyncio.create_task(self._soon())

    async def _soon(self) -> None:
        await asyncio.sleep(ACKNOWLEDGE_AFTER)
        await self.say("")

    async def say(self, text: str, *, alert: bool = False) -> bool:
        """True when these words reached the person this way."""
        if self.is_answered or not self.callback_id:
            return False
        self.is_answered = True
        if self.timer is not None and self.timer is not asyncio.current_task():
            self.timer.cancel()
        await self.mouth.answer(self.callback_id, text, alert=alert)
        return True


@dataclass
class Did:
    """One command, reply or tap. `message_id` is the tapped message; `order_id` what that message was about.

    `tapped_since` (ms) is the earliest moment of a tap, which may have waited at Telegram until `received_at`.
    """

    desk: Desk
    mouth: Mouth
    person_id: int
    chat_id: int
    is_private: bool
    message_id: int | None
    message: Message | None
    ack: Ack
    received_at: int
    tapped_since: int = 0
    update_id: int = 0
    order_id: str | None = None
    words: list[str] = field(default_factory=list)

    @property
    def tapped_at(self) -> int:
        """When words of this tap count as said: a tap that may have waited for long is taken to have."""
        is_old = self.received_at - self.tapped_since > STALE_SECONDS * 1000
        return self.tapped_since if is_old else self.received_at

    @property
    def reader(self) -> Reader:
        """The person's own eyes; answers go to the direct message, so nothing is masked."""
        person = self.desk.people.get(self.person_id)
        if person is None:
            return Reader(self.desk.policy.language, self.desk.policy.timezone, None)
        return Reader(person.language, person.timezone, person)

    @property
    def place_reader(self) -> Reader:
        """Whose eyes a card in this very chat is for: the person's in a direct message, everybody's in the group."""
        return self.reader if self.is_private else Reader(self.desk.policy.language, self.desk.policy.timezone, None)

    async def reply(self, card: Card) -> int:
        """Answer under the person's own message, wherever that stands."""
        message = self.message
        topic_id = message.message_thread_id if message is not None and message.is_topic_message else None
        return await self.mouth.show(
            self.chat_id,
            card,
            person_id=self.person_id if self.is_private else None,
            reply_to=message.message_id if message is not None else None,
            topic_id=topic_id,
        )

    async def change(self, card: Card) -> int:
        """Put this in place of the message that was tapped."""
        return await self.mouth.show(
            self.chat_id,
            card,
            order_id=self.order_id,
            person_id=self.person_id if self.is_private else None,
            replace=self.message_id,
        )

    async def say(
        self,
        card: Card,
        *,
        kind: str = NOTICE,
        order_id: str | None = None,
        replace: bool = False,
        seal_id: str | None = None,
        redraw: Callable[[Card], Awaitable[Card]] | None = None,
    ) -> int:
        """Answer in the person's direct message; in place of the tapped message when that is there.

        `seal_id` is the confirm step that this card opens, `redraw` what it has become when its turn comes.
        """
        return await self.mouth.show(
            self.person_id,
            card,
            kind=kind,
            order_id=order_id,
            person_id=self.person_id,
            replace=self.message_id if replace and self.is_private else None,
            seal_id=seal_id,
            redraw=redraw,
        )

    async def show_order(
        self, situation: Situation, *, above: tuple[Markup, ...] = (), card: Card | None = None
    ) -> None:
        """The order's card, in place of the copy that was tapped, else as a new message."""
        await self.show_step(card or order_card(situation, self.reader, above), situation, kind=CARD, above=above)

    async def show_step(
        self,
        card: Card,
        situation: Situation,
        *,
        kind: str,
        seal_id: str | None = None,
        above: tuple[Markup, ...] = (),
    ) -> None:
        """A step of an order where its card stands; the copy that is left behind loses its buttons."""
        order_id = situation.order.id

        async def as_it_is(drawn: Card) -> Card:
            now = await assemble.show(self.desk, self.person_id, order_id)
            return drawn if _turn_of(now) == _turn_of(situation) else order_card(now, self.reader, above)

        old = await deliver.card_in(self.desk, self.person_id, order_id)
        in_place = old is not None and self.is_private and old.message_id == self.message_id
        await self.mouth.show(
            self.person_id,
            card,
            kind=kind,
            order_id=order_id,
            person_id=self.person_id,
            replace=self.message_id if in_place else None,
            seal_id=seal_id,
            redraw=as_it_is,
        )
        if old is not None and not in_place:
            await self.mouth.leave_line(old, moved_line(situation, self.reader))


def _turn_of(situation: Situation) -> tuple[object, ...]:
    """What decides which card an order has."""
    order = situation.order
    return situation.intent, order.status, order.in_appeal, situation.lock
