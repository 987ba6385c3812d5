"""The composition root: the one file that knows every other. `Application` is a desk that runs until it is stopped."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bot.clients.file_hosts import FileHosts
from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.clients.telegram import Telegram
from bot.clients.workshop import Workshop
from bot.clock import Clock
from bot.domain.reach import NotReached, Rejected
from bot.domain.situations import Notice
from bot.flows import deliver, fetch_files, lane, members, people, reconcile
from bot.flows.desk import Desk
from bot.settings import Settings
from bot.views import desk as desk_views
from bot.watchers import rounds
from bot.watchers.inbox import Inbox
from bot.watchers.relay import Relay
from handlers import Mouthpiece
from storage.store import Probe, Store

log = logging.getLogger("desk.app")

DRAIN_SECONDS = 8.0
RETRY_START_SECONDS = 2.0

Client = TypeVar("Client")


class Around(Protocol):
    """Puts something around a client that reaches outside; `name` is gate or telegram."""

    def __call__(self, name: str, client: Client) -> Client: ...


def _bare(name: str, client: Client) -> Client:
    return client


class StartError(Exception):
    """One line that says why the desk cannot start."""


@dataclass
class Application:
    """Everything that runs. Make it with `assemble`, then `await run(stop)`."""

    settings: Settings
    desk: Desk
    telegram: Telegram
    relay: Relay
    inbox: Inbox
    http: Http
    hosts: FileHosts
    bench: Workshop
    store: Store
    observed: dict[str, bool] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Until `stop` is set; then finish what is on its way, within ten seconds. Raises StartError."""
        loops: list[asyncio.Task[None]] = []
        try:
            await self._wake_up()
            loops += [
                asyncio.create_task(rounds.settle_intents(self.desk), name="intents"),
                asyncio.create_task(rounds.keep_house(self.desk), name="house"),
                asyncio.create_task(rounds.every(self.desk, 60, self._keep_assumptions), name="assumptions"),
            ]
            if self.desk.gate is not None:
                loops.append(asyncio.create_task(rounds.watch_orders(self.desk), name="orders"))
                loops.append(asyncio.create_task(rounds.watch_chats(self.desk), name="chats"))
                loops.append(asyncio.create_task(rounds.talk(self.desk), name="talk"))
            if await self._reach_telegram(stop):
                loops.append(asyncio.create_task(self.relay.run(), name="relay"))
                loops.append(asyncio.create_task(self.inbox.run(), name="inbox"))
                ready()
                await _stopped(stop, loops)
        finally:
            await self._end({loop.get_name(): loop for loop in loops})

    async def _wake_up(self) -> None:
        """Adopt what the last process left; a desk that still runs is not the last process."""
        self.store.hold_alone()
        await people.seed_owners(self.desk)
        await deliver.recover(self.desk)
        orphans = await reconcile.adopt(self.desk)
        unsaid = await lane.adopt(self.desk)
        if unsaid:
            log.warning("%s words to buyers had no answer when the desk ended; their chats are read now", unsaid)
        for host in await fetch_files.allowed_hosts(self.desk):
            self.hosts.allow(host)
        if orphans:
            log.warning("%s requests had no answer when the desk ended; they are looked at now", orphans)

    async def _reach_telegram(self, stop: asyncio.Event) -> bool:
        """Try until Telegram answers, however long it is away; orders and intents are watched meanwhile."""
        while not stop.is_set():
            try:
                await self.telegram.start()
            except Rejected:
                raise StartError("Telegram refuses TELEGRAM_TOKEN: get the right one from BotFather") from None
            except NotReached as away:
                log.warning("Telegram cannot be reached yet: %s", away)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_START_SECONDS)
            else:
                self.desk.spawn(self._show_menus(), "menus")
                return True
        return False

    async def _show_menus(self) -> None:
        for person in list(self.desk.people.values()):
            await self.relay.show_menu(person.id, desk_views.menu(person.role, person.language))

    async def _keep_assumptions(self) -> None:
        """Write down what live answers said of our assumptions."""
        if not self.observed:
            return
        seen, self.observed = self.observed, {}
        for key in seen:
            self.observed.pop(key, None)
        async with self.store.write() as tables:
            for key, holds in seen.items():
                await tables.assumptions.observe(key, holds, self.desk.now())

    async def _end(self, loops: dict[str, "asyncio.Task[None]"]) -> None:
        """No new updates, let handlers and money requests end, keep the rest in the store."""
        relay = loops.pop("relay", None)
        for loop in loops.values():
            loop.cancel()
        await self.inbox.stop(DRAIN_SECONDS / 4)
        await self.desk.drain(DRAIN_SECONDS / 2)
        if relay is not None:
            relay.cancel()
            loops["relay"] = relay
        await asyncio.gather(*loops.values(), return_exceptions=True)
        await self.relay.stop()
        await self._closing(self._keep_assumptions())
        await self._closing(self.telegram.stop())
        await self._closing(self.http.aclose())
        await self._closing(self.hosts.aclose())
        await self._closing(self.bench.aclose())
        await self.store.close()

    @staticmethod
    async def _closing(work: Awaitable[None]) -> None:
        try:
            await asyncio.wait_for(asyncio.ensure_future(work), 2)
        except Exception:  # at the end everything is tried, and nothing may keep the store from closing
            log.warning("closing failed", exc_info=True)


async def _stopped(stop: asyncio.Event, loops: list["asyncio.Task[None]"]) -> None:
    """Until `stop` is set. Raises when a loop ended by itself: half a desk must not look like a whole one."""
    stopping = asyncio.create_task(stop.wait(), name="stop")
    try:
        ended, _ = await asyncio.wait({stopping, *loops}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
    for loop in ended - {stopping}:
        log.critical("the loop %s has ended; the desk must be started again", loop.get_name())
        loop.result()


async def assemble(
    settings: Settings, *, clock: Clock | None = None, probe: Probe | None = None, around: Around = _bare
) -> Application:
    """Wire the desk from its settings; `around` sees every client that reaches outside.

    Raises StoreError when the database cannot be used.
    """
    clock = clock or Clock()
    store = await Store.open(settings.database_url, probe)
    try:
        return await _wire(settings, store, clock, around)
    except BaseException:
        await store.close()  # its threads would keep the process alive
        raise


async def _wire(settings: Settings, store: Store, clock: Clock, around: Around) -> Application:
    http = Http("gate", clock=time.time)
    observed: dict[str, bool] = {}
    gate = _gate(settings, http, observed)
    desk = Desk(
        store=store,
        gate=around("gate", gate) if gate is not None else None,
        policy=settings.policy(),
        clock=clock,
        new_id=lambda: secrets.token_urlsafe(9).replace("-", "x"),
    )
    desk.started_at = desk.now()
    async with store.read() as tables:
        await desk.read_people(tables)
    desk.desk_chat_id = await members.known_group(desk)
    token = settings.telegram_token.get_secret_value()
    telegram = around("telegram", Telegram(token, settings.telegram_api_url, settings.telegram_proxy))
    hosts, bench = FileHosts(settings.gate_file_hosts), Workshop()
    desk.talk.phone, desk.talk.hosts, desk.talk.bench = telegram, around("files", hosts), bench
    relay = Relay(desk, telegram, clock.monotonic)
    mouthpiece = Mouthpiece(desk, relay, telegram.bot)
    desk.alarm = lambda why: relay.shout(Notice("halted", {"why": why[:100]}))
    inbox = Inbox(desk, telegram, mouthpiece.handle, desk.alarm)
    return Application(settings, desk, telegram, relay, inbox, http, hosts, bench, store, observed)


def _gate(settings: Settings, http: Http, observed: dict[str, bool]) -> GateC2C | None:
    if settings.gate_api_key is None or settings.gate_api_secret is None:
        return None
    return GateC2C(
        http,
        settings.gate_api_url,
        settings.gate_api_key,
        settings.gate_api_secret.get_secret_value(),
        time.time,
        observe=observed.__setitem__,
    )
