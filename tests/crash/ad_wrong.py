"""Clients of the venue that break a promise about ads on purpose, so that the judge can be judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.clients.gate_c2c.client import GateC2C
from bot.domain.ads import Ad, AdDraft, AdStatus
from bot.domain.errors import Refused, Unknown, VenueError

DRAFT = TypeAdapter(AdDraft)
ANOTHER = "2130000013"

Send = Callable[[], Awaitable[None]]


class Honest:
    """Stands before the client and looks like it; passes everything on as it is. `folder`: the stage's own."""

    def __init__(self, client: GateC2C, folder: Path) -> None:
        self._client, self._folder = client, folder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def publish_ad(self, *, draft: AdDraft) -> None:
        bent = self.bent(draft)
        await self.send(lambda: self._client.publish_ad(draft=bent))

    async def set_ad_status(self, *, ad_id: str, status: AdStatus) -> None:
        await self.send(lambda: self._client.set_ad_status(ad_id=ad_id, status=status))

    async def ad(self, *, ad_id: str) -> Ad:
        return await self._client.ad(ad_id=ad_id)

    def bent(self, draft: AdDraft) -> AdDraft:
        return draft

    async def send(self, send: Send) -> None:
        await send()


class SendsTwice(Honest):
    """Asks a second time to be on the safe side."""

    async def send(self, send: Send) -> None:
        await send()
        await send()


class SendsAgain(Honest):
    """Retries a request whose answer was lost: an ad that it published is published again."""

    async def send(self, send: Send) -> None:
        try:
            await send()
        except Unknown:
            await send()


class ResendsAfterRestart(Honest):
    """Writes down what it is about to send, and sends what a life before has left there."""

    async def publish_ad(self, *, draft: AdDraft) -> None:
        self._left.write_bytes(DRAFT.dump_json(draft))
        await self._client.publish_ad(draft=draft)
        self._left.unlink()

    async def ad(self, *, ad_id: str) -> Ad:
        if self._left.exists():
            draft = DRAFT.validate_json(self._left.read_bytes())
            self._left.unlink()
            await self._client.publish_ad(draft=draft)
        return await self._client.ad(ad_id=ad_id)

    @property
    def _left(self) -> Path:
        return self._folder / "left.json"


class Believes(Honest):
    """Takes every loss for a success."""

    async def send(self, send: Send) -> None:
        try:
            await send()
        except VenueError:
            return


class Forgets(Honest):
    """Takes every loss for a clear no."""

    async def send(self, send: Send) -> None:
        try:
            await send()
        except Unknown:
            raise Refused("gate", "ad", code="70300001", detail="made up", status=200) from None


class NeverReturns(Honest):
    """Has no end to its waiting: what came of it is told to nobody."""

    async def send(self, send: Send) -> None:
        await send()
        await asyncio.Event().wait()


class DropsAField(Honest):
    """Leaves out what nobody touched."""

    def bent(self, draft: AdDraft) -> AdDraft:
        return replace(draft, auto_reply="")


class EditsAnother(Honest):
    """Puts the change on another ad of ours."""

    def bent(self, draft: AdDraft) -> AdDraft:
        return replace(draft, ad_id=ANOTHER)


class AsksMore(Honest):
    """Sends another price than the one that was shown."""

    def bent(self, draft: AdDraft) -> AdDraft:
        return replace(draft, price=draft.price + 1)


AD_WRONG: dict[str, type[Honest]] = {
    one.__name__: one
    for one in (
        Honest, SendsTwice, SendsAgain, ResendsAfterRestart, Believes, Forgets, NeverReturns, DropsAField,
        EditsAnother, AsksMore,
    )
}  # fmt: skip
