"""The composition root: the one file that knows every other. `Application` is a desk that runs until it is stopped."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from bot import venues
from bot.clients.bell import Bell
from bot.clients.file_hosts import FileHosts
from bot.clients.http import Http
from bot.clients.telegram import Telegram
from bot.clients.workshop import Workshop
from bot.clock import Clock
from bot.domain.reach import NoAccess, NotReached, Rejected
from bot.domain.situations import Notice
from bot.ending import Ending
from bot.flows import (
    ad_follow,
    ad_publish_follow,
    ads_all,
    bank_add,
    bank_deletions,
    convert_follow,
    deliver,
    deposit_follow,
    fetch_files,
    lane,
    members,
    off_ramp_follow,
    people,
    reconcile,
    restored,
    shop,
)
from bot.flows.desk import Desk
from bot.flows.outside import OutsideBell
from bot.settings import Settings
from bot.views import desk as desk_views
from bot.watchers import bell, rounds
from bot.watchers.going import Going
from bot.watchers.http import HttpDoor
from bot.watchers.inbox import Inbox
from bot.watchers.pace import Pace
from bot.watchers.relay import Relay
from bot.watchers.room import Room
from bot.watchers.webhook import URGENT_LOOK_SECONDS, Looks, Webhook
from handlers.mouthpiece import Mouthpiece
from storage.store import Probe, Store

log = logging.getLogger("desk.app")

END_SECONDS = 8.5
"""for the whole end; ten are promised, and the interpreter needs some of them"""
HANDLERS_SECONDS, REQUESTS_SECONDS, LOOPS_SECONDS, CLOSING_SECONDS = 2.0, 4.0, 0.5, 0.5
"""what its steps may have of that; Telegram's last words get what they leave"""
MARGIN_SECONDS = 0.2
"""who was told to end by itself is given that much longer"""
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
    pay_http: Http
    mtpay_http: Http
    hosts: FileHosts
    bench: Workshop
    store: Store
    room: Room
    door: HttpDoor | None = None
    webhook: Webhook | None = None
    bell: Bell | None = None
    observed: dict[str, bool] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Until `stop` is set; then finish what is on its way, within ten seconds. Raises StartError."""
        loops: list[asyncio.Task[None]] = []
        try:
            await self._wake_up()
            loops += [asyncio.create_task(work, name=name) for name, work in self._rounds().items()]
            await self._open_door()
            if await self._reach_telegram(stop):
                loops.append(asyncio.create_task(self.relay.run(), name="relay"))
                loops.append(asyncio.create_task(self._take_updates(), name="inbox"))
                loops.append(asyncio.create_task(rounds.every(self.desk, 1.0, self.room.round), name="room"))
                if self.webhook is not None and await self._set_webhook(self.webhook, stop):
                    looks = Looks(self.webhook, self.desk.hearing, self.desk.clock)
                    looking = rounds.every(self.desk, URGENT_LOOK_SECONDS, looks.round)
                    loops.append(asyncio.create_task(looking, name="webhook"))
                ready()
                await _stopped(stop, loops)
        finally:
            await self._end({loop.get_name(): loop for loop in loops})

    def _rounds(self) -> dict[str, Coroutine[Any, Any, None]]:
        """The loops that look for something by themselves, by name; of what is not set up there are none."""
        desk, going = self.desk, Going(self.desk)
        found: dict[str, Coroutine[Any, Any, None]] = {
            "intents": rounds.settle_intents(desk, going),
            "conversions": rounds.follow_conversions(desk, going),
            "house": rounds.keep_house(desk),
            "erasures": rounds.erase_old(desk, going, self.relay.erase),
            "duty": rounds.follow_duty(desk, going),
            "assumptions": rounds.every(desk, 60, self._keep_assumptions),
        }
        if self.door is not None:
            found["refused calls"] = rounds.every(desk, 60, partial(self.door.refused.round, desk))
        if self.bell is not None:
            found["outside bell"] = bell.ring_outside(desk, OutsideBell(desk, self.bell), going)
        if desk.gate is not None:
            found |= {
                "escalation": bell.escalate(desk, going),
                "orders": rounds.watch_orders(desk),
                "chats": rounds.watch_chats(desk),
                "talk": rounds.talk(desk, going),
                "approvals": rounds.follow_approvals(desk, going),
                "ads": rounds.follow_ads(desk, going),
                "rules": rounds.follow_rules(desk, going),
                "snoozes": rounds.follow_snoozes(desk, going),
                "appeals": rounds.follow_appeals(desk, going),
                "payees": rounds.follow_payees(desk, going),
                "new ads": rounds.follow_new_ads(desk, going),
                "unwatched ads": rounds.watch_ads(desk),
            }
        if desk.exchange.otc is not None:
            found |= {"off-ramps": rounds.follow_off_ramps(desk, going), "banks": rounds.follow_banks(desk, going)}
        if desk.exchange.mtpay is not None:
            found["deposits"] = rounds.follow_deposits(desk, going)
        if self.door is not None:
            found["callbacks"] = rounds.handle_callbacks(desk, going)
        return found

    async def _take_updates(self) -> None:
        await (self.inbox.run() if self.webhook is None else self.inbox.listen())

    async def _set_webhook(self, webhook: Webhook, stop: asyncio.Event) -> bool:
        """Try until Telegram has answered; raises StartError when it will not bring anything there."""
        while not stop.is_set():
            try:
                await webhook.ask()
            except NoAccess:
                raise StartError("Telegram refuses TELEGRAM_TOKEN: get the right one from BotFather") from None
            except Rejected as no:
                raise StartError(f"PUBLIC_URL: Telegram will not bring messages there: {no}") from None
            except NotReached as away:
                log.warning("the webhook cannot be set yet: %s", away)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RETRY_START_SECONDS)
            else:
                return True
        return False

    async def _open_door(self) -> None:
        """Where venues and Telegram may call us. Raises StartError when the address is taken."""
        if self.door is None:
            return
        try:
            await self.door.start()
        except OSError as taken:
            where = f"{self.settings.http_host}:{self.settings.http_port}"
            raise StartError(f"HTTP_HOST, HTTP_PORT: {where} cannot be listened on: {taken.strerror}") from None

    async def _wake_up(self) -> None:
        """Adopt what the last process left; a desk that still runs is not the last process."""
        self.store.hold_alone()
        await people.seed_owners(self.desk)
        await restored.freeze_if_restored(self.desk)
        await deliver.recover(self.desk)
        orphans = await reconcile.adopt(self.desk)
        await reconcile.hold_until_seen(self.desk)
        orphans += await convert_follow.adopt(self.desk) + await off_ramp_follow.adopt(self.desk)
        orphans += await deposit_follow.adopt(self.desk) + await ad_follow.adopt(self.desk)
        orphans += await ad_publish_follow.adopt(self.desk)
        await ads_all.adopt(self.desk)
        unsaid = await lane.adopt(self.desk)
        await bank_add.adopt(self.desk)
        await bank_deletions.adopt(self.desk)
        orphans += await shop.adopt(self.desk)
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
                if self.webhook is None:
                    await self.telegram.end_webhook()
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
            menu = desk_views.menu(person.role, person.language, **self.desk.exchange.offered)
            await self.relay.show_menu(person.id, menu)

    async def _keep_assumptions(self) -> None:
        """Write down what live answers said of our assumptions."""
        if not self.observed:
            return
        seen = dict(self.observed)
        self.observed.clear()  # the clients hold this very one and write into it meanwhile
        async with self.store.write() as tables:
            for key, holds in seen.items():
                await tables.assumptions.observe(key, holds, self.desk.now())

    async def _end(self, loops: dict[str, "asyncio.Task[None]"]) -> None:
        """No new updates, let handlers and money requests end, keep the rest in the store."""
        ending = Ending(END_SECONDS)
        self.inbox.close()
        # Nothing more is taken in by now; who hangs at the door must not cost the handlers their time
        door = [asyncio.create_task(self.door.stop(), name="door")] if self.door is not None else []
        relay = loops.pop("relay", None)
        for loop in loops.values():
            loop.cancel()
        await ending.step(self.inbox.stop(HANDLERS_SECONDS), most=HANDLERS_SECONDS + MARGIN_SECONDS)
        await ending.step(self.desk.drain(REQUESTS_SECONDS), most=REQUESTS_SECONDS + MARGIN_SECONDS)
        if relay is not None:
            relay.cancel()
            loops["relay"] = relay
        await ending.step(*loops.values(), most=LOOPS_SECONDS)
        await ending.step(self.relay.stop(), most=max(0.0, ending.left - CLOSING_SECONDS))
        closing = [client.aclose() for client in (self.http, self.pay_http, self.mtpay_http)]
        closing += [self.hosts.aclose(), self.bench.aclose(), self.telegram.stop(), self._keep_assumptions()]
        if self.bell is not None:
            closing.append(self.bell.aclose())
        await ending.step(*door, *closing)
        await self.store.close()


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
    settings: Settings,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    probe: Probe | None = None,
    around: Around = _bare,
) -> Application:
    """Wire the desk from its settings; `around` sees every client that reaches outside.

    Without a `pace` of its own it talks as quickly as Telegram lets anybody.

    Raises StoreError when the database cannot be used.
    """
    clock = clock or Clock()
    store = await Store.open(settings.database_url, probe)
    try:
        return await _wire(settings, store, clock, pace, around)
    except BaseException:
        await store.close()  # its threads would keep the process alive
        raise


async def _wire(settings: Settings, store: Store, clock: Clock, pace: Pace | None, around: Around) -> Application:
    http, pay_http, mtpay_http = (Http(name, clock=time.time) for name in ("gate", "gate_pay", "mtpay"))
    observed: dict[str, bool] = {}
    gate = venues.gate_c2c(settings, http, observed)
    desk = Desk(
        store=store,
        gate=around("gate", gate) if gate is not None else None,
        policy=settings.policy(),
        clock=clock,
        new_id=lambda: secrets.token_urlsafe(9).replace("-", "x"),
    )
    pay = venues.gate_pay(settings, pay_http, observed)
    desk.exchange.pay = around("gate_pay", pay) if pay is not None else None
    otc = venues.gate_pay_otc(settings, pay_http, observed)
    desk.exchange.otc = around("otc", otc) if otc is not None else None
    mtpay = venues.mtpay(settings, mtpay_http, observed)
    desk.exchange.mtpay = around("mtpay", mtpay) if mtpay is not None else None
    desk.exchange.public_url = settings.public_url or ""
    desk.exchange.proof_of_report = venues.judge_of_reports(settings)
    desk.exchange.accounts = desk.policy.convert_accounts
    desk.started_at = desk.now()
    desk.hearing.until = 0
    async with store.read() as tables:
        await desk.read_people(tables)
    desk.desk_chat_id = await members.known_group(desk)
    token = settings.telegram_token.get_secret_value()
    telegram = around("telegram", Telegram(token, settings.telegram_api_url, settings.telegram_proxy))
    hosts, bench = FileHosts(settings.gate_file_hosts), Workshop()
    desk.talk.phone, desk.talk.hosts, desk.talk.bench = telegram, around("files", hosts), bench
    desk.talk.easel = bench
    relay = Relay(desk, telegram, clock.monotonic, pace)
    room = Room(desk, telegram, relay.pace)
    mouthpiece = Mouthpiece(desk, relay, telegram.bot)
    desk.alarm = lambda why: relay.shout(Notice("halted", {"why": why[:100]}))
    inbox = Inbox(desk, telegram, mouthpiece.handle, desk.alarm)
    door = None
    if settings.gatepay_secret is not None:
        desk.exchange.callback_secret = settings.gatepay_secret.get_secret_value()
    webhook = None
    if settings.webhook_url is not None:
        webhook = Webhook(telegram, settings.webhook_url, secrets.token_urlsafe(48), inbox.receive, relay.shout)
    if otc is not None or settings.public_url or webhook is not None:
        door = HttpDoor(desk, settings.http_host, settings.http_port, webhook)
    outside = Bell(settings.bell_url) if settings.bell_url is not None else None
    return Application(
        settings, desk, telegram, relay, inbox, http, pay_http, mtpay_http, hosts, bench, store, room, door, webhook,
        outside, observed,
    )  # fmt: skip
