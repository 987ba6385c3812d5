"""Gate Pay clients that break a promise on purpose, so that the judge can be judged. Only a cell's desk has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bot.clients.gate_pay.client import GatePay
from bot.domain.errors import Refused, Unknown, VenueError
from bot.domain.money import Money
from bot.domain.quotes import ConvertOrder, Progress


class _Wrong:
    """Stands before the client and looks like it."""

    def __init__(self, client: GatePay) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        raise NotImplementedError


class SendsAgain(_Wrong):
    """Retries a request whose answer was lost, as durable-execution engines do."""

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        try:
            return await self._client.convert(account=account, body=body)
        except Unknown:
            return await self._client.convert(account=account, body=body)


class SendsUnderAnotherId(_Wrong):
    """Retries as if it were something new."""

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        try:
            return await self._client.convert(account=account, body=body)
        except Unknown:
            fields = json.loads(body)
            other = json.dumps(fields | {"clientReqId": fields["clientReqId"] + "1"}).encode()
            return await self._client.convert(account=account, body=other)


class WritesAnew(_Wrong):
    """Says the same in other bytes than those that were stored."""

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        written = json.dumps(json.loads(body), indent=1).encode()
        return await self._client.convert(account=account, body=written)


class Believes(_Wrong):
    """Takes every loss for a success."""

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        try:
            return await self._client.convert(account=account, body=body)
        except VenueError:
            said = json.loads(body)
            sell = Money(Decimal(said["sellAmount"]), said["sellCurrency"])
            buy = Money(Decimal(said["buyAmount"]), said["buyCurrency"])
            return ConvertOrder("1", Progress.SUCCESS, sell, buy, said["quoteId"])


class Forgets(_Wrong):
    """Takes every loss for a clear no."""

    async def convert(self, *, account: str, body: bytes) -> ConvertOrder:
        try:
            return await self._client.convert(account=account, body=body)
        except Unknown:
            raise Refused("gate_pay", "convert", code="400622", detail="made up", status=200) from None


WRONG: dict[str, Callable[[GatePay], _Wrong]] = {
    one.__name__: one for one in (SendsAgain, SendsUnderAnotherId, WritesAnew, Believes, Forgets)
}
