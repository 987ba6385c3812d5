"""The one door to Gate Pay: says for whom, signs, sends, and turns every answer into data or one of our errors."""

import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from bot.clients.gate_pay.envelope import data_of
from bot.clients.gate_pay.signing import Signer
from bot.clients.http import Answer, Http, Outgoing
from bot.domain.errors import NotAllowed, VenueError
from bot.domain.quotes import OWN

MAX_SKEW_SECONDS = 8.0
"""Gate Pay refuses from 10 s on (§1); our measure is good to about a second"""
MEASURE_AGAIN_SECONDS = 60.0
ON_BEHALF_OF = "X-GatePay-On-Behalf-Of"
ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` is that of the own account; `expected` as in `envelope.data_of`."""

    call: str
    account: str
    path: str
    expected: Collection[str]
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


class Door:
    """Calls of one client, for its own account and for those in `accounts`. `url` has no path."""

    def __init__(
        self,
        http: Http,
        url: str,
        signer: Signer,
        clock: Callable[[], float],
        *,
        accounts: Collection[str],
        prefix: str,
        new_nonce: Callable[[], str],
    ) -> None:
        if isinstance(accounts, str) or not all(ACCOUNT.fullmatch(account) for account in accounts):
            raise ValueError("accounts are several ids of letters, digits, - and _")
        self._http = http
        self._url = url.rstrip("/")
        self._signer = signer
        self._clock = clock
        self._accounts = frozenset(accounts)
        self._prefix = "/" + prefix.strip("/")
        self._new_nonce = new_nonce

    async def read(self, request: Request) -> Any:
        """The `data` of a call that changes nothing. Raises NotAllowed, Refused, Unreachable or Unknown."""
        self._check_account(request.account)
        await self._measure_anew()
        return self._judged(request, await self._http.read(request.call, lambda: self._signed(request)))

    async def move_money(self, request: Request) -> Any:
        """The `data` of a call that moves money: one attempt, exactly the given bytes. Raises as `read`."""
        self._check_account(request.account)
        return self._judged(request, await self._http.act(request.call, self._signed(request)))

    def _judged(self, request: Request, answer: Answer) -> Any:
        return data_of(request.call, answer, request.expected)

    def _check_account(self, account: str) -> None:
        """The header is outside the signature: a wrong id would act on somebody else's money (§3b)."""
        if account != OWN and account not in self._accounts:
            raise NotAllowed("account_not_listed", {"given": account[:40]})

    async def _measure_anew(self) -> None:
        """While the clocks differ nothing signed is sent, so that no answer would ever tell that they agree again.

        A paused machine, or one wrong `Date`, must not shut the venue for ever: a bare question, without key and
        signature, brings a new `Date`, at most once a minute.
        """
        if abs(self._http.skew_seconds) <= MAX_SKEW_SECONDS or self._http.skew_age_seconds < MEASURE_AGAIN_SECONDS:
            return
        with suppress(VenueError):
            await self._http.act("clock", Outgoing("GET", self._url + "/", {"Accept": "application/json"}))

    def _check_clock(self) -> None:
        skew = self._http.skew_seconds
        if abs(skew) > MAX_SKEW_SECONDS:
            raise NotAllowed("clock_skew", {"seconds": f"{skew:+.0f}", "limit": f"{MAX_SKEW_SECONDS:.0f}"})

    def _signed(self, request: Request) -> Outgoing:
        """Made anew for each attempt, and checked each time: an answer may just have told that our clock is off."""
        self._check_clock()
        is_own = request.account == OWN
        url = self._url + ("" if is_own else self._prefix) + request.path
        if request.query:
            url += "?" + urlencode(request.query)
        timestamp = str(int(self._clock() * 1000))
        headers = {
            "Accept": "application/json",
            **self._signer.headers(timestamp=timestamp, nonce=self._new_nonce(), body=request.body or b""),
        }
        if not is_own:
            headers[ON_BEHALF_OF] = request.account
        if request.body is None:
            return Outgoing("GET", url, headers)
        return Outgoing("POST", url, headers | {"Content-Type": "application/json"}, request.body)
