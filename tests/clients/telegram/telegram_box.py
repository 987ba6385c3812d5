"""Telegram's door against the sandbox's Telegram alone, and cards as the door sees them."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.clients.messages import ButtonLike
from bot.clients.telegram import Telegram
from tests.support.controls import Controls
from tests.support.telegram_control import TelegramControl

TOKEN = "424242:CanaryTokenCanaryTokenCanary_-77"


@dataclass(frozen=True)
class Key:
    text: str = "Open"
    data: str = "chat:1"
    url: str = ""
    copy: str = ""
    style: str = ""


@dataclass(frozen=True)
class Caption:
    text: str
    plain: str
    rows: Sequence[Sequence[ButtonLike]] = ()
    prompt: bool = False
    prompt_hint: str = ""
    picture: bytes = b""


def caption(words: str, **more: Any) -> Caption:
    return Caption(f"<b>{words}</b>", words, **more)


RECEIPT = caption("收据 0417", rows=((Key(),),))


@dataclass(frozen=True)
class Box:
    """The sandbox's Telegram alone, on real sockets in this process: there are many tests here."""

    url: str
    controls: Controls
    telegram: TelegramControl


@contextlib.asynccontextmanager
async def door(url: str, token: str = TOKEN) -> AsyncIterator[Telegram]:
    telegram = Telegram(token, url)
    try:
        yield telegram
    finally:
        await telegram.stop()


async def sent(box: Box) -> list[tuple[str, str | None]]:
    """The sending calls so far: the method, and why it was refused."""
    return [(call.method, call.error) for call in await box.telegram.calls() if call.method.startswith("send")]
