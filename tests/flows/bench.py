"""A desk without Telegram and network: real memory in a file, a fake venue, a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path

from bot.clock import Clock
from bot.domain.chat import ChatMessage
from bot.domain.intents import Action, Intent
from bot.domain.journal import Entry
from bot.domain.orders import Order, Payee, Side
from bot.domain.policy import Policy
from bot.domain.sayings import PhoneFile, Saying, State
from bot.domain.seals import Choice
from bot.domain.staff import Limit, Person, Role
from bot.flows import approve, confirm, fetch_files, lane
from bot.flows.absorb import look
from bot.flows.chat_round import ChatRound
from bot.flows.desk import Desk
from bot.flows.read_chat import CHAT, read
from bot.flows.say import Spoken, say
from bot.flows.talk import Talk
from storage.chats import Heard
from storage.orders import StoredOrder
from storage.outbox import Delivery
from storage.store import Store, StoreError
from tests.support.fake_files import FakeBench, FakeHosts, FakePhone
from tests.support.fake_gate import FakeGate
from tests.support.fresh_database import lay

OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER = 1, 2, 3, 6, 4, 5
GROUP = -100123
RELEASE = Action.RELEASE
NOW = 1_790_000_000
ROLES = {
    OWNER: Role.OWNER, LEAD: Role.LEAD, OPERATOR: Role.OPERATOR, OPERATOR_2: Role.OPERATOR, AGENT: Role.AGENT,
    VIEWER: Role.VIEWER,
}  # fmt: skip
ORDER = Order(
    id="61000001", side=Side.SELL, asset="USDT", fiat="CNY", amount=Decimal("1000.00"), price=Decimal("7.20"),
    total=Decimal("7200.00"), status="paid", created_at=NOW - 300, pay_deadline=NOW + 600, paid_at=NOW - 60,
    appeal_from=NOW + 1140, in_appeal=False, is_cancelable=True, can_release_in_appeal=False, hides_payment=False,
    counterparty_id="c1", counterparty_nick="nick", counterparty_name="张三丰", own_name="李掌柜",
    chosen_method="bank", methods=("bank", "alipay"),
    payees=(Payee("bank", "ICBC", "张三丰", "6222020200008821"),), vouchers=(), unread=0, has_traded=True, terms="",
    verdict="", cancel_reason="", ad_id="7", kind=1,
)  # fmt: skip


class HandClock(Clock):
    """Both clocks stand until the test moves them; nobody sleeps, but time may pass as if.

    With `is_waited_for` a sleeper sleeps until the test has moved the clock far enough.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        super().__init__(source=seconds)
        self._seconds = seconds
        self.slept = 0.0
        self.is_moved_by_sleep = False
        self.is_waited_for = False

    def monotonic(self) -> float:
        return self._seconds() + self.slept

    def now(self) -> int:
        return super().now() + int(self.slept * 1000)

    async def sleep(self, seconds: float) -> None:
        if self.is_moved_by_sleep:
            self.slept += seconds
        await asyncio.sleep(0)
        until = self.monotonic() + seconds
        for _ in range(20_000 if self.is_waited_for else 0):
            if self.monotonic() >= until:
                break
            await asyncio.sleep(0.001)


@dataclass
class Bench:
    """`seconds` is the time now; `desk` the desk under test. The rest is what its chats need, in memory.

    At every point of `broken` (`before:commit`) the desk's memory fails, as when its disk is full.
    """

    store: Store
    gate: FakeGate
    seconds: float = float(NOW)
    phone: FakePhone = field(default_factory=FakePhone)
    hosts: FakeHosts = field(default_factory=lambda: FakeHosts("files.example"))
    workshop: FakeBench = field(default_factory=FakeBench)
    desk: Desk = field(init=False)
    clock: HandClock = field(init=False)
    broken: set[str] = field(default_factory=set)
    _spoken: Iterator[int] = field(default_factory=lambda: count(9001))

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds

    @property
    def now(self) -> int:
        return int(self.seconds * 1000)

    def add(self, order: Order) -> str:
        self.gate.orders[order.id] = order
        return order.id

    async def see(self, order_id: str = ORDER.id, **changes: object) -> Order:
        """The order moves at the venue, a second passes, and the desk looks."""
        self.gate.move(order_id, **changes)
        self.pass_(1)
        return await look(self.desk, order_id)

    async def open_step(
        self,
        order_id: str = ORDER.id,
        action: Action = Action.RELEASE,
        choice: Choice | None = None,
        by: int = OPERATOR,
    ) -> str:
        """The seal of an opened and read step."""
        _, seal = await approve.open_step(self.desk, by, order_id, action, choice)
        self.pass_(2)
        return seal.id

    async def confirm(self, seal_id: str, by: int = OPERATOR) -> Intent:
        """Confirm, and wait until the request has an outcome."""
        intent = await confirm.confirm(self.desk, by, seal_id, self.now)
        assert isinstance(intent, Intent)
        await self.desk.drain(5)
        return await self.intent(intent.id)

    async def act(
        self,
        order_id: str = ORDER.id,
        action: Action = Action.RELEASE,
        choice: Choice | None = None,
        by: int = OPERATOR,
    ) -> Intent:
        return await self.confirm(await self.open_step(order_id, action, choice, by), by)

    async def intent(self, intent_id: str) -> Intent:
        async with self.store.read() as tables:
            found = await tables.intents.get(intent_id)
        assert found is not None
        return found

    async def stored(self, order_id: str = ORDER.id) -> StoredOrder:
        async with self.store.read() as tables:
            found = await tables.orders.get(order_id)
        assert found is not None
        return found

    async def outbox(self) -> list[Delivery]:
        """Everything that waits to be told, whenever it is due."""
        async with self.store.read() as tables:
            return await tables.outbox.due(10**18)

    async def told(self) -> list[Delivery]:
        """The same, taken out: the next call gives only what is newer."""
        waiting = await self.outbox()
        async with self.store.write() as tables:
            await tables.outbox.sent([delivery.id for delivery in waiting], self.now)
        return waiting

    async def journal(self, target: str | None = None) -> list[Entry]:
        async with self.store.read() as tables:
            return await tables.journal.page(limit=500, offset=0, target=target)

    async def outcomes(self, action: str, target: str = ORDER.id) -> list[str]:
        """Outcomes of an action, oldest first."""
        return [line.outcome for line in reversed(await self.journal(target)) if line.action == action]

    def writes(self, *texts: str, order_id: str = ORDER.id, at: float | None = None, **changes: object) -> ChatMessage:
        """The other side writes these now (or at that second of the venue)."""
        for text in texts:
            message = self.gate.heard(order_id, text, at=int(self.seconds if at is None else at), **changes)
        return message

    async def read(self, order_id: str = ORDER.id, after: float = 1) -> int:
        """A second passes, and the chat is read."""
        self.pass_(after)
        return await read(self.desk, order_id)

    async def heard(self, order_id: str = ORDER.id) -> list[Heard]:
        async with self.store.read() as tables:
            return await tables.chats.after(order_id, 0, 10_000)

    async def texts(self, order_id: str = ORDER.id) -> list[str]:
        return [heard.message.text for heard in await self.heard(order_id)]

    async def round(self, rounds: ChatRound, seconds: float = 3) -> None:
        self.pass_(seconds)
        await rounds.round()

    async def say(
        self,
        text: str = "hello",
        *,
        order_id: str = ORDER.id,
        by: int = OPERATOR,
        chat_id: int | None = None,
        message_id: int | None = None,
        file: PhoneFile | None = None,
        album: str = "",
        ago: float = 0,
        attempt: int = 0,
        is_composed: bool = False,
        is_forwarded: bool = False,
    ) -> list[Saying]:
        """A person says something for the buyer in a message of its own; nothing leaves yet."""
        spoken = Spoken(
            text, chat_id or by, message_id or next(self._spoken), self.now - int(ago * 1000), file, album, attempt,
            is_composed, is_forwarded,
        )  # fmt: skip
        return await say(self.desk, by, order_id, spoken)

    def picture(self, name: str = "a.jpg", content: bytes | None = None, size: int = 10) -> PhoneFile:
        """A file that lies on a phone."""
        self.phone.files[f"phone-{name}"] = name.encode() if content is None else content
        return PhoneFile(f"phone-{name}", "photo", name, size)

    async def send(self, seconds: float = 0) -> None:
        """Time passes, and every order's lane runs until nothing of it can leave."""
        self.pass_(seconds)
        await lane.round_(self.desk)
        if lanes := list(self.desk.talk.lanes.values()):
            await asyncio.wait(lanes, timeout=10)
        await asyncio.sleep(0)

    async def fetch(self, seconds: float = 0) -> None:
        """Time passes, and every file that is due is asked for once."""
        self.pass_(seconds)
        await fetch_files.round_(self.desk)
        await self.desk.drain(5)
        await asyncio.sleep(0)

    async def sayings(self, order_id: str = ORDER.id) -> list[Saying]:
        async with self.store.read() as tables:
            return await tables.sayings.of_order(order_id)

    async def states(self, order_id: str = ORDER.id) -> list[State]:
        return [saying.state for saying in await self.sayings(order_id)]

    async def lines(self, kind: str = CHAT) -> dict[int, Delivery]:
        """What waits to be told of chats, by our chat."""
        return {delivery.chat_id: delivery for delivery in await self.outbox() if delivery.kind == kind}


def notices(told: Sequence[Delivery], kind: str) -> list[int]:
    """The chats that are told a notice of this kind."""
    return sorted(delivery.chat_id for delivery in told if delivery.notice == kind)


def cards(told: Sequence[Delivery], order_id: str = ORDER.id) -> dict[int, Delivery]:
    return {delivery.chat_id: delivery for delivery in told if delivery.order_id == order_id}


@asynccontextmanager
async def open_bench(folder: Path) -> AsyncIterator[Bench]:
    broken = set[str]()

    def probe(point: str) -> None:
        if point in broken:
            raise StoreError("full", point)

    await lay(folder / "desk.db")
    store = await Store.open(f"sqlite:///{folder / 'desk.db'}", probe)
    try:
        bench = Bench(store, FakeGate(), broken=broken)
        bench.clock = HandClock(lambda: bench.seconds)
        bench.gate.seconds = lambda: bench.clock.now() / 1000
        numbers = count(1)
        bench.desk = Desk(
            store=store,
            gate=bench.gate,
            policy=Policy(owners=frozenset({OWNER}), markets=(("USDT", "CNY"),), desk_chat_id=GROUP),
            clock=bench.clock,
            new_id=lambda: f"id{next(numbers)}",
            desk_chat_id=GROUP,
            started_at=bench.now,
            talk=Talk(phone=bench.phone, hosts=bench.hosts, bench=bench.workshop),
        )
        async with store.write() as tables:
            for user_id, role in ROLES.items():
                await tables.staff.put(Person(user_id, role, f"{role.word} {user_id}", "en", "UTC"), bench.now, OWNER)
            await tables.staff.set_duty(OPERATOR, True, bench.now)
            for action in Action:
                limit = Limit(Decimal("2000"), Decimal("5000"))
                await tables.staff.set_limit(Role.OPERATOR, action.value, limit, bench.now, OWNER)
            await bench.desk.read_people(tables)
        bench.add(ORDER)
        yield bench
        await bench.desk.drain(1)
    finally:
        await store.close()  # its threads would keep a failed run alive
