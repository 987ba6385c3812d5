"""The bell outside Telegram: one POST to an address of the merchant's, for when nobody or nothing hears us inside.

The address may be as good as a password, so that it stands in no log and in no error.
"""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

from bot.clients.trust import certificates

LIMIT_SECONDS = 5.0


class NotRung(Exception):
    """Nobody took the ring. The words are ours: HTTP status or the kind of failure, never the address."""


class Bell:
    """Follows no redirect: what it tells goes where the settings say and nowhere else."""

    def __init__(self, url: str, *, seconds: float = LIMIT_SECONDS) -> None:
        self._url = url
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            verify=certificates(),
            follow_redirects=False,
            trust_env=False,
            timeout=seconds,
            headers={"User-Agent": "c2c-desk", "Accept-Encoding": "identity"},
        )

    def __repr__(self) -> str:
        return "Bell()"

    async def ring(self, told: Mapping[str, object]) -> None:
        """One try of at most five seconds, answered with any 2xx; the answer's body is not read. Raises NotRung."""
        try:
            async with asyncio.timeout(self._seconds):
                async with self._client.stream("POST", self._url, json=dict(told)) as answer:
                    status = answer.status_code
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, TimeoutError, UnicodeError) as error:
            raise NotRung(type(error).__name__) from None
        if not 200 <= status < 300:
            raise NotRung(f"HTTP {status}")

    async def aclose(self) -> None:
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
