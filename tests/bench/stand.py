"""A Telegram and a Gate made of bare sockets that do nothing but answer and remember when they were asked.

One stand serves one bot, so that every contestant talks to the same code and nobody waits for another's requests.
Times are `time.perf_counter()` seconds, which all processes of one machine share.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.bench.venue_shapes import COUNTERPARTY, details, row

Json = dict[str, Any]

TOKEN = "1000:bench-token"
BATCH = 100
RELEASE, DETAILS, LISTED = "confirm-receipt", "get_transaction_details", "get_pending_transaction_list"
ME: Json = {"id": 1000, "is_bot": True, "first_name": "Desk", "username": "bench_desk_bot", "can_join_groups": True}


@dataclass(frozen=True)
class Hit:
    """One request: its last path segment, its fields, when it was complete."""

    name: str
    fields: Json
    at: float

    @property
    def order(self) -> str:
        return str(self.fields.get("txid", ""))


@dataclass
class Stand:
    """`orders` maps order ids to facts that differ from the fixture's; `delays` seconds per call's name."""

    url: str = ""
    orders: dict[str, Json] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    """releases of these orders are answered when the event is set"""
    hits: list[Hit] = field(default_factory=list)
    keeps_hits: bool = True
    waiting: list[Json] = field(default_factory=list)
    confirmed: int = 0
    _last_update: int = 0
    _message: int = 500_000
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _watchers: list[tuple[Callable[[Hit], bool], asyncio.Future[Hit]]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def gate_url(self) -> str:
        return f"{self.url}/api/v4"

    def give(self, *updates: Json) -> float:
        """Make updates available to the bot; when that was. Their ids are set here."""
        for update in updates:
            self._last_update += 1
            self.waiting.append({"update_id": self._last_update, **update})
        at = time.perf_counter()
        self._news.set()
        return at

    def expect(self, name: str, where: Callable[[Hit], bool] = lambda _: True) -> asyncio.Future[Hit]:
        """The next request of that name that fits."""
        found: asyncio.Future[Hit] = asyncio.get_running_loop().create_future()
        self._watchers.append((lambda hit: hit.name == name and where(hit), found))
        return found

    def count(self, name: str) -> int:
        return sum(hit.name == name for hit in self.hits)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                name, fields = await _request(reader)
                hit = Hit(name, fields, time.perf_counter())
                self._note(hit)
                answer = json.dumps(await self._answer(hit)).encode()
                head = (
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    f"Content-Length: {len(answer)}\r\nDate: {formatdate(usegmt=True)}\r\n\r\n"
                )
                writer.write(head.encode() + answer)
        writer.close()
        self._tasks.discard(task)

    def end(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    def _note(self, hit: Hit) -> None:
        if self.keeps_hits:
            self.hits.append(hit)
        for watcher in list(self._watchers):
            fits, found = watcher
            if found.done():
                self._watchers.remove(watcher)
            elif fits(hit):
                self._watchers.remove(watcher)
                found.set_result(hit)

    async def _answer(self, hit: Hit) -> Json:
        if (delay := self.delays.get(hit.name)) is not None:
            await asyncio.sleep(delay)
        if hit.name == "getUpdates":
            return {"ok": True, "result": await self._updates(hit.fields)}
        if hit.name == RELEASE:
            if (held := self.held.get(hit.order)) is not None:
                await held.wait()
            if hit.order in self.orders:
                self.orders[hit.order]["status"] = "finished"
            return _yes({})
        if hit.name == LISTED:
            shown = self.orders.items() if hit.fields.get("order_tab") == "pending" else ()
            return _yes({"list": [row(id_, facts) for id_, facts in shown], "count": len(shown)})
        if hit.name == DETAILS:
            return _yes(details(hit.order, self.orders.get(hit.order, {})))
        if hit.name == "get_counterparty_user_info":
            return _yes(COUNTERPARTY)
        if hit.name == "get_chats_list":
            return _yes({"txid": hit.order, "messages": []})
        return {"ok": True, "result": self._telegram(hit)}

    def _telegram(self, hit: Hit) -> Any:
        if hit.name == "getMe":
            return ME
        if hit.name in ("sendMessage", "editMessageText"):
            self._message += 1
            chat = int(hit.fields.get("chat_id", 0))
            kind = "private" if chat > 0 else "supergroup"
            return {"message_id": self._message, "date": 0, "chat": {"id": chat, "type": kind}, "text": "x"}
        return True

    async def _updates(self, fields: Json) -> list[Json]:
        """What waits from the offset on, as soon as there is something, at most `timeout` seconds later."""
        offset = int(fields.get("offset") or 0)
        self.confirmed = max(self.confirmed, offset - 1)
        self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        if not self.waiting:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), float(fields.get("timeout") or 0))
        return self.waiting[:BATCH]


@contextlib.asynccontextmanager
async def open_stand() -> AsyncIterator[Stand]:
    stand = Stand()
    server = await asyncio.start_server(stand.serve, "127.0.0.1", 0)
    stand.url = "http://{}:{}".format(*server.sockets[0].getsockname())
    try:
        yield stand
    finally:
        server.close()
        stand.end()
        await asyncio.sleep(0)


def _yes(data: Json) -> Json:
    return {"timestamp": time.time(), "method": "--", "code": 0, "message": "success", "data": data, "version": "1.0.0"}


async def _request(reader: asyncio.StreamReader) -> tuple[str, Json]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    target = head.split(" ", 2)[1]
    length = 0
    for line in head.split("\r\n"):
        if line[:15].lower() == "content-length:":
            length = int(line[15:])
    body = await reader.readexactly(length) if length else b""
    parts = urlsplit(target)
    fields: Json = dict(parse_qsl(parts.query))
    if body.startswith(b"{"):
        fields |= json.loads(body)
    elif body:
        fields |= dict(parse_qsl(body.decode()))
    return parts.path.rsplit("/", 1)[-1], fields
