"""MTPay for one merchant (`api/gate-pay-and-mtpay.md` §7). Nothing can be asked there: no query is documented."""

import json
from collections.abc import Callable

from pydantic import ValidationError

from bot.clients.gate_c2c.evidence import Evidence, Observe
from bot.clients.http import Answer, Http, Outgoing
from bot.clients.mtpay.envelope import data_of, unreadable
from bot.clients.mtpay.signing import Signer
from bot.clients.mtpay.wire import encode_deposit, read_link, read_request_code
from bot.domain.deposits import DepositWish, Link
from bot.domain.errors import Refused

DEPOSIT = "/api/v2/merchant/deposit"


def _unheard(key: str, holds: bool) -> None:
    """Nobody listens to what answers say of the assumptions."""


class MtPay:
    """MTPay for one merchant. `url` is the merchant's own address; `clock` gives Unix seconds.

    `observe` hears what answers say of the assumptions.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        access_key: str,
        secret: str,
        clock: Callable[[], float],
        *,
        observe: Callable[[str, bool], object] = _unheard,
    ) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._signer = Signer(access_key, secret)
        self._clock = clock
        self._tell = Evidence(_hearing(observe)).tell

    def __repr__(self) -> str:
        return "MtPay(…)"

    @property
    def skew_seconds(self) -> float:
        """How far our clock is ahead of MTPay's."""
        return self._http.skew_seconds

    def deposit_body(self, *, wish: DepositWish, order_no: str, hook_url: str) -> bytes:
        """The bytes that ask for this link and no other, to be kept before they are sent. Raises ValueError."""
        return encode_deposit(wish, order_no, hook_url)

    async def deposit(self, *, body: bytes) -> Link:
        """Ask for a link: sent once, exactly these bytes. One that nobody can take is not available.

        Raises Refused (MTPay said no), Unreachable (nothing left this machine) or Unknown (there may be an order).
        """
        timestamp = str(int(self._clock() * 1000))
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            **self._signer.headers(timestamp=timestamp),
        }
        answer = await self._http.act("deposit", Outgoing("POST", self._url + DEPOSIT, headers, body))
        link = self._link_of(answer, body)
        if not link.is_available:
            self._tell("mtpay_unavailable_has_no_link", not link.url)
        return link

    def _link_of(self, answer: Answer, body: bytes) -> Link:
        """An answer that cannot be read is none, but its request code is worth passing on."""
        try:
            data = data_of("deposit", answer, _hidden(body))
        except Refused as refused:
            self._tell("mtpay_refusals_come_with_200", refused.status == 200)
            raise
        try:
            return read_link(data)
        except ValueError as error:
            code, why = read_request_code(data), _why(error)
        raise unreadable("deposit", f"order {code}: {why}" if code else why, answer.status)


def _hearing(observe: Callable[[str, bool], object]) -> Observe:
    def hear(key: str, holds: bool) -> None:
        observe(key, holds)

    return hear


def _hidden(body: bytes) -> frozenset[str]:
    """The payer and the address that nobody may guess."""
    try:
        sent = json.loads(body)
        hook = str(sent["webhookUrl"])
        return frozenset({str(sent["client"]["realName"]), hook, hook.rpartition("/")[2]})
    except (ValueError, KeyError, TypeError):
        return frozenset()


def _why(error: ValueError) -> str:
    """Our own words, or the names of the fields that could not be read; never what stood in them."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "cannot read " + ", ".join(sorted({str(part["loc"][0]) for part in error.errors() if part["loc"]}) or ["it"])
