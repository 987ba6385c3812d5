"""A desk without sockets: the real gate, handlers, flows and SQLite file, with a venue and a mouth that only record."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from telegram.ext import ExtBot

from bot.clock import Clock
from bot.domain.intents import Action
from bot.domain.policy import Policy
from bot.domain.situations import Reader
from bot.domain.staff import Limit, Person, Role
from bot.flows import admit, assemble, deliver, lane
from bot.flows.absorb import look
from bot.flows.deliver import CARD, NOTICE, Shown
from bot.flows.desk import Desk
from bot.flows.talk import Talk
from bot.views.card import Card
from bot.views.orders import order_card
from handlers.mouthpiece import Mouthpiece
from storage.store import Store
from tests.security.venue import OWN_ID, SECOND, Venue
from tests.support.fake_files import FakeBench, FakeHosts, FakePhone
from tests.support.fresh_database import lay

OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER = 1001, 1002, 1003, 1006, 1004, 1005
STRANGER, REMOVED, FROZEN = 1999, 1007, 1008
DESK_GROUP, FOREIGN_GROUP, CHANNEL = -1001000000001, -1002000000002, -1003000000003
BOT_ID = 1000
ROLES = {
    OWNER: Role.OWNER, LEAD: Role.LEAD, OPERATOR: Role.OPERATOR, OPERATOR_2: Role.OPERATOR, AGENT: Role.AGENT,
    VIEWER: Role.VIEWER, FROZEN: Role.LEAD,
}  # fmt: skip
LIMIT = Limit(Decimal("2000"), Decimal("20000"))
NAME = "desk_bot"


class StillClock(Clock):
    """Stands still until it is moved; sleeping costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.at = SECOND * 1000

    def now(self) -> int:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += int(seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Itself(ExtBot[None]):
    """The bot as handlers know it: an identity, and nothing is ever sent through it."""

    @property
    def id(self) -> int:
        return BOT_ID


@cache
def itself() -> Itself:
    """One for all stands: making one is slow, and it holds nothing."""
    return Itself("1000:no-token")


@dataclass(frozen=True)
class Told:
    """One message, small window or removal that left the desk."""

    chat_id: int
    text: str
    card: Card | None = None
    message_id: int = 0


@dataclass
class Mouth:
    """Remembers what it shows like the relay does, and sends nothing. Callback ids are `cb-PERSON-…`.

    `files` are what was handed out, as (chat, file name).
    """

    desk: Desk
    files: list[tuple[int, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    erased: list[tuple[int, int]] = field(default_factory=list)
    menus: dict[int, tuple[str, ...]] = field(default_factory=dict)
    lets_remove: bool = True
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(500))

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
    ) -> int:
        card = card if redraw is None else await redraw(card)
        message_id = replace or next(self._numbers)
        self.told.append(Told(chat_id, card.plain, card, message_id))
        shown = Shown(chat_id, message_id, kind, order_id, person_id, card.data, self.desk.now(), card.digest)
        await deliver.remember(self.desk, shown, seal_id)
        return message_id

    async def answer(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        self.told.append(Told(int(callback_id.split("-")[1]), text))

    async def erase(self, chat_id: int, message_id: int) -> None:
        self.erased.append((chat_id, message_id))

    async def remove_from_group(self, user_id: int) -> bool:
        self.removed.append(user_id)
        return self.lets_remove

    async def show_menu(self, person_id: int, commands: Sequence[tuple[str, str]]) -> None:
        self.menus[person_id] = tuple(name for name, _ in commands)

    async def show_file(self, chat_id: int, card: Card, content: bytes, name: str, *, order_id: str) -> None:
        self.files.append((chat_id, name))

    async def leave_line(self, old: Shown, line: Card) -> None:
        await deliver.retire(self.desk, old)

    @property
    def username(self) -> str:
        return NAME


Json = dict[str, Any]


@dataclass
class Stand:
    """`told` is everything people were shown since the last `forget`; `phone` holds the files people send."""

    desk: Desk
    phone: FakePhone
    hosts: FakeHosts
    venue: Venue
    clock: StillClock
    mouth: Mouth
    mouthpiece: Mouthpiece
    database: Path
    _updates: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def told(self) -> list[Told]:
        return self.mouth.told

    def words_to(self, chat_id: int) -> str:
        return "\n".join(told.text for told in self.told if told.chat_id == chat_id)

    def last_card(self, chat_id: int) -> Told:
        """The newest message with a text that was shown in the chat."""
        return next(told for told in reversed(self.told) if told.chat_id == chat_id and told.card is not None)

    def forget(self) -> None:
        self.told.clear()
        self.mouth.files.clear()
        self.venue.posts.clear()
        self.venue.said.clear()

    async def send(self) -> None:
        """Whatever is planned for buyers leaves now."""
        self.clock.go_on(2)
        await lane.round_(self.desk)
        if lanes := list(self.desk.talk.lanes.values()):
            await asyncio.wait(lanes, timeout=10)
        await self.desk.drain(5)

    async def raw(self, *bodies: Mapping[str, Any]) -> None:
        """Updates as Telegram would hand them over in one batch: through the gate, then to their handler."""
        updates = [{"update_id": next(self._updates), **body} for body in bodies]
        for admitted in await admit.admit(self.desk, updates):
            await self.mouthpiece.handle(admitted)
            await admit.handled(self.desk, admitted.update_id)
        await self.desk.drain(5)

    async def write(self, person: int, text: str, chat: int | None = None, **more: Any) -> None:
        await self.raw({"message": message(person, chat if chat is not None else person, text, **more)})

    async def tap(self, person: int, shown: Told, label: str) -> None:
        """Press the button whose label contains these words, as the person in whose direct message it stands."""
        assert shown.card is not None
        data = next(one.data for row in shown.card.rows for one in row if label in one.text and one.data)
        await self.tap_data(person, shown.chat_id, shown.message_id, data)

    async def tap_data(self, person: int, chat: int, message_id: int, data: str) -> None:
        await self.raw({"callback_query": callback(person, chat, message_id, data)})

    async def buttons(self, chat: int, data: Sequence[str], order_id: str | None = None) -> int:
        """A message of ours with exactly these live buttons, whatever the views would have drawn. Its id."""
        message_id = next(self.mouth._numbers)
        person = chat if chat > 0 else None
        await deliver.remember(self.desk, Shown(chat, message_id, CARD, order_id, person, tuple(data), 0, "x"))
        return message_id

    async def card(self, person: int, order_id: str) -> Told:
        """The order's card in the person's direct message."""
        async with self.desk.store.read() as tables:
            situation = await assemble.situation_of(self.desk, tables, await assemble.stored_order(tables, order_id))
        reader = Reader("en", "UTC", self.desk.people[person])
        card = order_card(situation, reader)
        message_id = await self.mouth.show(person, card, kind=CARD, order_id=order_id, person_id=person)
        return Told(person, card.plain, card, message_id)

    async def confirm_card(self, person: int, order_id: str, label: str) -> Told:
        """The opened second step behind a button of the card, seen long enough to be pressed."""
        await self.tap(person, await self.card(person, order_id), label)
        shown = self.last_card(person)
        self.clock.go_on(2)
        return shown

    def rows(self, table: str) -> list[Json]:
        found = self.reading.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def memory(self, *, without: Sequence[str] = ()) -> dict[str, str]:
        """A digest of every table, to see what an update changed."""
        names = [row[0] for row in self.reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names = [name for name in names if not name.startswith("sqlite_") and name not in without]
        return {name: _digest(self.reading, name) for name in names}

    @cached_property
    def reading(self) -> sqlite3.Connection:
        """One for all looks: a new one would read the whole schema again, which takes longer than the look."""
        return sqlite3.connect(self.database, isolation_level=None)


def _digest(connection: sqlite3.Connection, table: str) -> str:
    return hashlib.sha256(repr(connection.execute(f"SELECT * FROM {table}").fetchall()).encode()).hexdigest()


def user(person: int, **more: Any) -> Json:
    return {"id": person, "is_bot": False, "first_name": f"Person {person}", **more}


def chat_of(chat: int) -> Json:
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": f"Person {chat}"}
    return {"id": chat, "type": "channel" if chat == CHANNEL else "supergroup", "title": "Some chat"}


def message(person: int, chat: int, text: str, **more: Any) -> Json:
    body = {"message_id": 77, "date": SECOND, "chat": chat_of(chat), "from": user(person), "text": text}
    if text.startswith("/"):
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    return body | more


def callback(person: int, chat: int, message_id: int, data: str) -> Json:
    shown = {"message_id": message_id, "date": SECOND, "chat": chat_of(chat), "text": "card"}
    return {"id": f"cb-{person}-{message_id}", "from": user(person), "chat_instance": "1", "data": data} | {
        "message": shown
    }


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Stand]:
    """A stand with one person of every role, a frozen lead, somebody removed, and three orders already known."""
    database = folder / "desk.db"
    await lay(database)
    store = await Store.open(f"sqlite:///{database}")
    clock, venue, numbers = StillClock(), Venue(), itertools.count(1)
    phone, hosts = FakePhone(), FakeHosts("files.example")
    desk = Desk(
        store=store,
        gate=venue,
        policy=Policy(frozenset({OWNER}), (("USDT", "CNY"),), desk_chat_id=DESK_GROUP, topics="off"),
        clock=clock,
        new_id=lambda: f"id{next(numbers):06d}",
        desk_chat_id=DESK_GROUP,
        talk=Talk(phone=phone, hosts=hosts, bench=FakeBench(), own_id=OWN_ID),
    )
    await _people(desk)
    for order_id in venue.orders:
        await look(desk, order_id)
    clock.go_on(1)
    mouth = Mouth(desk)
    stand = Stand(desk, phone, hosts, venue, clock, mouth, Mouthpiece(desk, mouth, itself()), database)
    try:
        yield stand
    finally:
        venue.let_go()
        await desk.drain(1)
        stand.reading.close()
        await store.close()


async def _people(desk: Desk) -> None:
    async with desk.store.write() as tables:
        for person_id, role in ROLES.items():
            person = Person(person_id, role, f"{role.word} {person_id}", "en", "UTC")
            await tables.staff.put(person, desk.now(), OWNER)
        await tables.staff.put(Person(REMOVED, Role.LEAD, "gone", "en", "UTC"), desk.now(), OWNER)
        await tables.staff.remove(REMOVED)
        await tables.staff.set_frozen(FROZEN, True, desk.now())
        for action in Action:
            await tables.staff.set_limit(Role.OPERATOR, action.value, LIMIT, desk.now(), OWNER)
        await desk.read_people(tables)
