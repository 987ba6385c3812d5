"""The sandbox put together: one venue, one Gate Pay, one MTPay, one Telegram, one page, each on a port of its own."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.control import Away, page_app
from bot.sandbox.gate import GateVenue, gate_app, gate_control_routes
from bot.sandbox.mtpay import MtpayVenue, mtpay_app, mtpay_control_routes
from bot.sandbox.pay import PayVenue, pay_app, pay_control_routes
from bot.sandbox.people import (
    BOT_NAME,
    BOT_TOKEN,
    BOT_USERNAME,
    DESK_ID,
    DESK_TITLE,
    GATE_KEY,
    GATE_SECRET,
    MTPAY_ACCESS_KEY,
    MTPAY_SECRET,
    PAY_ACCOUNTS,
    PAY_CLIENT_ID,
    PAY_SECRET,
    PEOPLE,
)
from bot.sandbox.serving import Listener
from bot.sandbox.telegram import TelegramWorld, telegram_app, telegram_control_routes


@dataclass(frozen=True)
class Ports:
    """0 takes a free one."""

    gate: int = 0
    telegram: int = 0
    page: int = 0
    pay: int = 0
    mtpay: int = 0


@dataclass(frozen=True)
class Keys:
    """What the sandbox accepts; opens nothing else."""

    bot_token: str = BOT_TOKEN
    gate_key: str = GATE_KEY
    gate_secret: str = GATE_SECRET
    pay_client_id: str = PAY_CLIENT_ID
    pay_secret: str = PAY_SECRET
    pay_accounts: tuple[str, ...] = PAY_ACCOUNTS
    mtpay_access_key: str = MTPAY_ACCESS_KEY
    mtpay_secret: str = MTPAY_SECRET


class Sandbox:
    """All of it in one event loop: `start`, `addresses`, `stage.play(...)`, `stop`."""

    def __init__(self, ports: Ports | None = None, keys: Keys | None = None) -> None:
        ports, self.keys = ports or Ports(), keys or Keys()
        self.venue = GateVenue(self.keys.gate_key, self.keys.gate_secret)
        self.pay_venue = PayVenue(self.keys.pay_client_id, self.keys.pay_secret, self.keys.pay_accounts)
        self.mtpay_venue = MtpayVenue(self.keys.mtpay_access_key, self.keys.mtpay_secret)
        self.world = TelegramWorld(self.keys.bot_token, BOT_NAME, BOT_USERNAME)
        settle(self.world)
        self.gate = Listener(gate_app(self.venue), port=ports.gate)
        self.pay = Listener(pay_app(self.pay_venue), port=ports.pay)
        self.mtpay = Listener(mtpay_app(self.mtpay_venue), port=ports.mtpay)
        self.telegram = Listener(telegram_app(self.world), port=ports.telegram)
        app, self.stage = page_app(
            away={
                "gate": Away(self.gate, self._mark_gate),
                "pay": Away(self.pay, self._mark_pay),
                "mtpay": Away(self.mtpay, self._mark_mtpay),
                "telegram": Away(self.telegram, self._mark_telegram),
            },
            routes=[
                *gate_control_routes(self.venue),
                *pay_control_routes(self.pay_venue),
                *mtpay_control_routes(self.mtpay_venue),
                *telegram_control_routes(self.world),
            ],
            addresses=self.addresses,
        )
        self.page = Listener(app, port=ports.page)

    async def start(self) -> None:
        """Listen on all five ports. Raises OSError when one is taken; then none stays open."""
        try:
            for listener in (self.gate, self.pay, self.mtpay, self.telegram, self.page):
                await listener.start()
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        await self.stage.stop()
        await self.world.updates.close()
        for listener in (self.page, self.telegram, self.mtpay, self.pay, self.gate):
            await listener.stop()
        await self.pay_venue.close()
        await self.mtpay_venue.close()

    def addresses(self) -> dict[str, str]:
        """Where everything is and what it accepts: what the bot's settings and tests need."""
        return {
            "gate_url": f"{self.gate.url}/api/v4",
            "telegram_url": self.telegram.url,
            "page_url": f"{self.page.url}/",
            "control_url": f"{self.page.url}/control",
            "bot_token": self.keys.bot_token,
            "gate_key": self.keys.gate_key,
            "gate_secret": self.keys.gate_secret,
            "pay_url": self.pay.url,
            "pay_client_id": self.keys.pay_client_id,
            "pay_secret": self.keys.pay_secret,
            "pay_accounts": ",".join(self.keys.pay_accounts),
            "mtpay_url": self.mtpay.url,
            "mtpay_access_key": self.keys.mtpay_access_key,
            "mtpay_secret": self.keys.mtpay_secret,
        }

    def _mark_gate(self, is_away: bool) -> None:
        self.venue.away = is_away

    def _mark_pay(self, is_away: bool) -> None:
        self.pay_venue.away = is_away

    def _mark_mtpay(self, is_away: bool) -> None:
        self.mtpay_venue.away = is_away

    def _mark_telegram(self, is_away: bool) -> None:
        self.world.is_away = is_away


def settle(world: TelegramWorld) -> None:
    """The desk's people, who all know the bot, their group, and a stranger who has only heard of it."""
    for person in PEOPLE:
        world.add_user(
            person.id,
            person.first_name,
            username=person.username,
            language_code=person.language_code,
            started=person.on_desk,
        )
    staff = [person.id for person in PEOPLE if person.on_desk]
    world.add_group(DESK_TITLE, staff, chat_id=DESK_ID, forum=True, bot_rights="admin")
