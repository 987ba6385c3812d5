"""What conversions share: the venue, the accounts that may be used, and what it exchanges, remembered for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cachetools import TTLCache

from bot.domain.deposits import Proof
from bot.domain.errors import NotAllowed
from bot.domain.quotes import Pair

if TYPE_CHECKING:
    from bot.clients.gate_pay.client import GatePay
    from bot.clients.gate_pay.otc import GatePayOtc
    from bot.clients.mtpay.client import MtPay

REMEMBERED_SECONDS = 600
MOST_HOOK_CHARACTERS = 200
HOOK_TOKEN_LENGTH = 32
"""of a webhook address, and of its unguessable end (§7)"""


@dataclass
class Exchange:
    """`deadlines`: monotonic seconds at which a quote ends, so that a step of the clock cannot lengthen its life.

    `failed_looks`: how often in a row an intent could not be looked at; `look_not_before`: when it is again (ms).
    """

    pay: GatePay | None = None
    otc: GatePayOtc | None = None
    mtpay: MtPay | None = None
    proof_of_report: Callable[[bytes], Proof] = lambda raw: Proof.NONE
    public_url: str = ""
    checkout_hosts: set[str] = field(default_factory=set)
    callback_secret: str = field(default="", repr=False)
    callback_came: asyncio.Event = field(default_factory=asyncio.Event)
    accounts: tuple[str, ...] = ()
    codes: TTLCache[tuple[str, str], tuple[str, ...]] = field(
        default_factory=lambda: TTLCache(maxsize=64, ttl=REMEMBERED_SECONDS)
    )
    pairs: TTLCache[tuple[str, str], tuple[Pair, ...]] = field(
        default_factory=lambda: TTLCache(maxsize=512, ttl=REMEMBERED_SECONDS)
    )
    deadlines: dict[str, float] = field(default_factory=dict)
    look_not_before: dict[str, int] = field(default_factory=dict)
    failed_looks: dict[str, int] = field(default_factory=dict)

    @property
    def venue(self) -> GatePay:
        if self.pay is None:
            raise NotAllowed("convert_off")
        return self.pay

    @property
    def off_ramp(self) -> GatePayOtc:
        if self.otc is None:
            raise NotAllowed("otc_off")
        return self.otc

    @property
    def offered(self) -> dict[str, bool]:
        """What is set up; of the rest nothing is shown in lists of commands."""
        return {"has_convert": self.pay is not None, "has_deposit": self.mtpay is not None}

    @property
    def deposits(self) -> MtPay:
        if self.mtpay is None:
            raise NotAllowed("deposit_off")
        return self.mtpay

    def check_deposits(self) -> None:
        """Raises NotAllowed when no link can be asked for, and says why: MTPay wants an address to report to (§7)."""
        self.deposits  # noqa: B018 raises without MTPay settings
        if not self.public_url:
            raise NotAllowed("deposit_no_address")
        if len(self.hook_url("x" * HOOK_TOKEN_LENGTH)) > MOST_HOOK_CHARACTERS:
            raise NotAllowed("deposit_address_long", {"limit": str(MOST_HOOK_CHARACTERS)})

    def hook_url(self, token: str) -> str:
        """Where MTPay reports of one deposit."""
        return f"{self.public_url.rstrip('/')}/callbacks/mtpay/{token}"

    def learn_checkout(self, url: str) -> None:
        """Links of that host never enter a buyer's chat."""
        host = urlsplit(url).hostname
        if host:
            self.checkout_hosts.add(host.removeprefix("www."))

    def forget_deadlines(self, now: float) -> None:
        """Those that are over; `now` in monotonic seconds. What is forgotten has ended, too."""
        self.deadlines = {deal: ends_at for deal, ends_at in self.deadlines.items() if ends_at > now}

    def account(self, given: str) -> str:
        """The account, which must be one of the settings'. Raises NotAllowed("account_not_listed")."""
        if given not in self.accounts:
            raise NotAllowed("account_not_listed", {"given": given[:20]})
        return given

    @property
    def only_account(self) -> str | None:
        """The one account, when there is nothing to ask."""
        return self.accounts[0] if len(self.accounts) == 1 else None

    async def sellable(self, account: str) -> tuple[str, ...]:
        """The codes that may be given, in the venue's order. Raises VenueError."""
        known = self.codes.get((account, "sell"))
        if known is None:
            known = tuple(await self.venue.currencies(account=self.account(account), side="sell"))
            self.codes[account, "sell"] = known
        return known

    async def pairs_from(self, account: str, sell: str) -> tuple[Pair, ...]:
        """What `sell` may be exchanged into; a row that names the coins the other way round counts, too (§3 C2)."""
        known = self.pairs.get((account, sell))
        if known is None:
            rows = await self.venue.pairs(account=self.account(account), currency=sell, side="sell")
            known = _directed(rows, sell)
            self.pairs[account, sell] = known
        return known

    async def pair(self, account: str, sell: str, buy: str) -> Pair:
        """Raises NotAllowed("unknown_currency" or "pair_not_offered") when the venue does not list it."""
        codes = await self.sellable(account)
        if sell not in codes:
            raise NotAllowed("unknown_currency", {"given": sell})
        found = await self._find(account, sell, buy)
        if found is None:
            reason = "pair_not_offered" if buy in codes else "unknown_currency"
            raise NotAllowed(reason, {"given": buy, "sell": sell, "buy": buy})
        return found

    async def _find(self, account: str, sell: str, buy: str) -> Pair | None:
        """The venue's filter by currency is not proven to work, so that the other coin's rows are asked, too."""
        for pair in await self.pairs_from(account, sell):
            if pair.buy == buy:
                return pair
        return next((pair.turned for pair in await self.pairs_from(account, buy) if pair.buy == sell), None)


def _directed(rows: list[Pair], sell: str) -> tuple[Pair, ...]:
    """Each partner once, its own row before one that is read from the other side."""
    found: dict[str, Pair] = {}
    for row in rows:
        if row.sell == sell:
            found[row.buy] = row
    for row in rows:
        if row.buy == sell:
            found.setdefault(row.sell, row.turned)
    return tuple(found.values())
