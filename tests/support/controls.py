"""The sandbox's control API for tests, and how to wait for what it will show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx

from tests.support.lean_http import LeanClient

LOOK_SECONDS = 0.05

Json = dict[str, Any]
T = TypeVar("T")


class SandboxError(AssertionError):
    """The sandbox refused a control request or did not show what a test waited for; says what it showed."""


class Controls:
    """The control API: JSON in, JSON out, a refusal is a SandboxError with the sandbox's own words."""

    def __init__(self, client: LeanClient | httpx.AsyncClient, control_url: str) -> None:
        self._client, self._url = client, control_url

    async def request(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: Any) -> Any:
        params = {key: value for key, value in query.items() if value is not None}
        answer = await self._client.request(method, f"{self._url}/{path}", json=body, params=params)
        if answer.status_code >= 400:
            raise SandboxError(f"{method} {path} {dict(body or {})}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else {}

    async def get(self, path: str, **query: Any) -> Any:
        return await self.request("GET", path, **query)

    async def content(self, path: str) -> bytes:
        """A file's bytes; `path` below the control API."""
        answer = await self._client.request("GET", f"{self._url}/{path}")
        if answer.status_code != 200:
            raise SandboxError(f"GET {path}: {answer.status_code} {answer.text[:500]}")
        return answer.content

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await self.request("POST", path, body or {})

    async def delete(self, path: str) -> Any:
        return await self.request("DELETE", path)


async def until(
    look: Callable[[], Awaitable[T | None]],
    what: str,
    timeout: float = 20,
    shown: Callable[[], Awaitable[Any]] | None = None,
) -> T:
    """The first non-None result of `look`; SandboxError tells what was waited for and what `shown` sees instead."""
    end = time.monotonic() + timeout
    while True:
        found = await look()
        if found is not None:
            return found
        if time.monotonic() > end:
            instead = await shown() if shown is not None else ""
            raise SandboxError(f"waited {timeout} s for {what}; instead: {instead}")
        await asyncio.sleep(LOOK_SECONDS)
