"""MTPay in memory with the client's own types, for tests of flows: answers and faults are set, reports are made."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.clients.mtpay.client import MtPay
from bot.clients.mtpay.webhooks import proof_of
from bot.domain.deposits import Link, Proof
from bot.domain.errors import Refused, Unknown, Unreachable

KEY, SECRET = "fake-access-key", "canary-mtpay-secret"
HOOKS = "/callbacks/mtpay/"
LOST = Unknown("mtpay", "deposit", why="timeout")
AWAY = Unreachable("mtpay", "deposit", "no route")
NO = Refused("mtpay", "deposit", code="INVALID_AMOUNT", detail="too small", status=200)


@dataclass(frozen=True)
class Asked:
    """One deposit order as it arrived. `raw` are its exact bytes, `code` is what this venue calls it."""

    raw: bytes
    code: str

    @property
    def fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.raw, parse_float=Decimal, parse_int=Decimal)
        return fields

    @property
    def token(self) -> str:
        """The end of its webhook address."""
        return str(self.fields["webhookUrl"]).rpartition(HOOKS)[2]


class FakeMtPay(MtPay):
    """`asked` are the orders that arrived. `errors` are raised one after the other, each instead of an answer.

    `during` runs while the request is on its way; `answer` changes a link before it is given; `now_ms` is its clock.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.now_ms = now_ms
        self.asked: list[Asked] = []
        self.errors: list[Exception] = []
        self.during: Callable[[], Awaitable[object]] | None = None
        self.answer: Callable[[Link], Link] = lambda link: link

    async def deposit(self, *, body: bytes) -> Link:
        asked = Asked(body, hashlib.md5(body, usedforsecurity=False).hexdigest())
        self.asked.append(asked)
        if self.during is not None:
            await self.during()
        if self.errors:
            raise self.errors.pop(0)
        now = self.now_ms()
        url = f"https://checkout.mtpay.example/api/buy-coin/{asked.code}?lang=zh_CN"
        return self.answer(Link(asked.code, url, True, now + 7_200_000, now))

    def hears(self, raw: bytes) -> Proof:
        """Whether such a report is signed with our key, and when."""
        return proof_of(KEY, SECRET, raw, now_ms=self.now_ms())

    def report(self, status: str = "Finished", *, of: int = -1, ago_ms: int = 0, **changes: Any) -> bytes:
        """A signed message about one of the orders, `changes` in its data; a field that is None is left out."""
        asked = self.asked[of]
        fields = asked.fields
        data = {
            "tradeType": "Deposit",
            "requestCode": asked.code,
            "merchantOrderNo": fields["merchantOrderNo"],
            "internalOrderNo": "AT-D-1",
            "source": "API_V2",
            "clientName": fields["client"]["realName"],
            "requestAmount": fields["depositAmount"],
            "requestCurrency": fields["depositCurrency"],
            "message": "",
            "paymentMethod": "BankCard",
            "requestStatus": status,
            "unitPrice": Decimal("7.28"),
            "transactionAmount": _paid_in_coin(fields),
            "receivedAmount": Decimal("146.21"),
            "transactionFee": Decimal("5.3"),
            "paymentAmount": _paid_in_fiat(fields),
            "fiatCurrency": fields["fiatCurrency"],
        } | changes
        return signed({name: value for name, value in data.items() if value is not None}, self.now_ms() - ago_ms)


def _paid_in_fiat(fields: dict[str, Any]) -> Decimal:
    amount: Decimal = fields["depositAmount"]
    return amount if fields["depositCurrency"] != "MTC" else amount * Decimal("7.28")


def _paid_in_coin(fields: dict[str, Any]) -> Decimal:
    amount: Decimal = fields["depositAmount"]
    return amount if fields["depositCurrency"] == "MTC" else Decimal("151.51")


def signed(data: dict[str, Any], timestamp: int, secret: str = SECRET) -> bytes:
    """As the venue writes it: numbers as numbers, the signature over key and time alone."""
    signature = hmac.new(secret.encode(), f"{KEY}_{timestamp}".encode(), hashlib.sha256).hexdigest().upper()
    fields = ",".join(f"{json.dumps(name)}:{_json(value)}" for name, value in data.items())
    return f'{{"signature":"{signature}","timestamp":"{timestamp}","data":{{{fields}}}}}'.encode()


def _json(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
