"""Show what was quoted where it stands: one card per person, edited in place; what has no card yet is sent."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from bot.clients.telegram import Telegram
from bot.domain.reach import MessageGone, NotReached, Slow
from bot.domain.seals import Seal
from bot.domain.situations import Reader
from bot.flows import deliver
from bot.flows.deliver import Delivery, Shown
from bot.flows.desk import Desk
from bot.views.card import Card
from bot.watchers.pace import Pace

log = logging.getLogger("desk.relay")


class Quoted(Protocol):
    """A conversion or an off-ramp, as far as showing it needs."""

    @property
    def open_seal(self) -> Seal | None: ...


S = TypeVar("S", bound=Quoted)
S_co = TypeVar("S_co", bound=Quoted, covariant=True)


class Telling(Protocol[S_co]):
    """What a chat is to be shown, and the message that stands there, if any."""

    @property
    def standing(self) -> S_co: ...

    @property
    def reader(self) -> Reader: ...

    @property
    def shown(self) -> Shown | None: ...

    @property
    def others(self) -> tuple[Shown, ...]: ...


class QuoteTeller(Generic[S]):
    """Cards of one kind. Raises NotReached when Telegram does not show it; then nothing was remembered as told."""

    def __init__(
        self,
        desk: Desk,
        telegram: Telegram,
        pace: Pace,
        kind: str,
        next_telling: Callable[[Desk, int, int | None, str], Awaitable[Telling[S] | None]],
        draw: Callable[[S, Reader], Card],
    ) -> None:
        self._desk = desk
        self._telegram = telegram
        self._pace = pace
        self._kind = kind
        self._next_telling = next_telling
        self._draw = draw

    async def tell(self, delivery: Delivery) -> None:
        chat_id, about = delivery.chat_id, delivery.order_id or ""
        telling = await self._next_telling(self._desk, chat_id, delivery.person_id, about)
        if telling is not None:
            await self._follow(telling)
        card = self._draw(telling.standing, telling.reader) if telling is not None else None
        old = telling.shown if telling is not None else None
        if telling is None or card is None or (old is not None and old.content_hash == card.digest):
            self._pace.give_back(chat_id)
            await deliver.finish(self._desk, [delivery], [])
            return
        message_id = await self._put(delivery, card, old)
        person_id, now = delivery.person_id, self._desk.now()
        shown = Shown(chat_id, message_id, self._kind, about, person_id, card.data, now, card.digest)
        seal = telling.standing.open_seal
        await deliver.remember(self._desk, shown, seal.id if seal is not None else None)
        await deliver.finish(self._desk, [delivery], [])

    async def _follow(self, telling: Telling[S]) -> None:
        """An older card of the same must neither tell an older truth nor keep a button that does nothing.

        The newest one is what counts: that an older one could not be changed keeps nothing from being told.
        """
        card = self._draw(telling.standing, telling.reader)
        for old in telling.others:
            if old.content_hash == card.digest:
                continue
            self._pace.spend(old.chat_id)
            try:
                await self._telegram.edit(old.chat_id, old.message_id, card)
            except Slow as slow:
                self._pace.hold(old.chat_id, slow.seconds)
                return
            except MessageGone:
                await deliver.forget(self._desk, old.chat_id, old.message_id)
                continue
            except NotReached as no:
                log.info("an older card in %s keeps its look: %s", old.chat_id, no)
                continue
            now = replace(old, data=card.data, at=self._desk.now(), content_hash=card.digest)
            await deliver.remember(self._desk, now)

    async def _put(self, delivery: Delivery, card: Card, old: Shown | None) -> int:
        if old is None:
            return await self._telegram.send(delivery.chat_id, card, silent=not delivery.ring)
        try:
            await self._telegram.edit(delivery.chat_id, old.message_id, card)
        except MessageGone:
            await deliver.forget(self._desk, delivery.chat_id, old.message_id)
            raise
        return old.message_id
