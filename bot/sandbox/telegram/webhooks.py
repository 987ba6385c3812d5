"""Updates brought to the bot's webhook: several at once, in order within a chat, again and again until they are taken.

Nothing leaves this machine: what is to go elsewhere fails with a word of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

import httpx

from bot.sandbox.telegram.model import Json

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 # its name
RETRY_SECONDS = (0.2, 0.4, 0.8, 1.6, 3.2, 5.0)
"""Telegram's own pauses begin with a second and double; a retry-after of the bot's is kept instead"""
MOST_RETRY_AFTER = 3600
ANSWER_SECONDS = 10
KEPT_ATTEMPTS = 2_000
KEPT_WORDS = 400
NOT_HERE = "the sandbox calls nobody but this machine"


@dataclass
class Webhook:
    url: str
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None

    @property
    def is_local(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK


@dataclass
class Attempt:
    """One try of one update. `status` 0 with `error` when no answer came."""

    n: int
    at: float
    update_id: int
    tries: int
    status: int = 0
    error: str = ""
    answer: str = ""


@dataclass
class Deliveries:
    """Brings what is `pending` to a webhook; `taken` is told of each update once the bot has it. Ends with `stop`."""

    pending: deque[Json]
    taken: Callable[[Json], None]
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=KEPT_ATTEMPTS))
    _numbers: int = 0
    _tries: Counter[int] = field(default_factory=Counter)
    _not_before: dict[int, float] = field(default_factory=dict)
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _sender: asyncio.Task[None] | None = None

    def start(self, webhook: Webhook) -> None:
        """Pauses begin anew with every webhook that is set."""
        self._tries.clear()
        self._not_before.clear()
        self._sender = asyncio.get_running_loop().create_task(self._send_all(webhook))

    def stop(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            self._sender = None
        for task in self._busy.values():
            task.cancel()
        self._busy.clear()

    async def close(self) -> None:
        tasks = [task for task in (self._sender, *self._busy.values()) if task is not None]
        self.stop()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        self._news.set()

    def as_json(self) -> list[Json]:
        return [asdict(attempt) for attempt in self.attempts]

    async def _send_all(self, webhook: Webhook) -> None:
        # Only this machine is called; reading the world's certificates would hold the whole sandbox up.
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, verify=False) as client:  # noqa: S501
            while True:
                self._news.clear()
                wait = self._begin(webhook, client)
                try:
                    await asyncio.wait_for(self._news.wait(), wait)
                except TimeoutError:
                    continue

    def _begin(self, webhook: Webhook, client: httpx.AsyncClient) -> float | None:
        """Send whatever may be sent now; how long until the next one may, None: only after news."""
        now, waits, seen = time.monotonic(), [], set(self._busy)
        for update in list(self.pending):
            line = queue_of(update)
            if line in seen:
                continue
            seen.add(line)
            wait = self._not_before.get(id(update), 0.0) - now
            if wait > 0:
                waits.append(wait)
            elif len(self._busy) < webhook.max_connections:
                sending = asyncio.get_running_loop().create_task(self._send(webhook, client, line, update))
                self._busy[line] = sending
        return min(waits, default=None)

    async def _send(self, webhook: Webhook, client: httpx.AsyncClient, line: str, update: Json) -> None:
        self._tries[id(update)] += 1
        self._numbers += 1
        attempt = Attempt(self._numbers, time.time(), int(update.get("update_id", 0)), self._tries[id(update)])
        self.attempts.append(attempt)
        retry_after = await _post(webhook, client, update, attempt)
        self._busy.pop(line, None)
        if attempt.error:
            webhook.last_error_date, webhook.last_error_message = int(time.time()), attempt.error
            pause = RETRY_SECONDS[min(attempt.tries, len(RETRY_SECONDS)) - 1]
            self._not_before[id(update)] = time.monotonic() + (retry_after or pause)
        else:
            self._tries.pop(id(update), None)
            self._not_before.pop(id(update), None)
            self.taken(update)
        self._news.set()


async def _post(webhook: Webhook, client: httpx.AsyncClient, update: Json, attempt: Attempt) -> float:
    """What went wrong goes into the attempt, in Telegram's words; the seconds the bot asks to wait."""
    if not webhook.is_local:
        attempt.error = NOT_HERE
        return 0
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    try:
        answer = await client.post(webhook.url, json=update, headers=headers)
    except httpx.ConnectError:
        attempt.error = "Connection refused"
    except httpx.TimeoutException:
        attempt.error = "Connection timed out"
    except httpx.HTTPError as error:
        attempt.error = f"Read error: {type(error).__name__}"
    else:
        attempt.status, attempt.answer = answer.status_code, answer.text[:KEPT_WORDS]
        if not answer.is_success:
            attempt.error = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
            asked = answer.headers.get("retry-after", "")
            return float(min(int(asked), MOST_RETRY_AFTER)) if asked.isdecimal() else 0
    return 0


def queue_of(update: Json) -> str:
    """What is brought one after the other: a chat's messages, a person's taps; everything else goes by itself."""
    for kind, body in update.items():
        if not isinstance(body, dict):
            continue
        person, chat = body.get("from"), body.get("chat")
        if kind == "callback_query" and isinstance(person, dict):
            return f"taps {person.get('id')}"
        if isinstance(chat, dict):
            return f"{'edits' if kind.startswith('edited') else 'chat'} {chat.get('id')}"
    return f"update {update.get('update_id')}"
