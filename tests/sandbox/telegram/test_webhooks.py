"""Updates brought to a webhook: the secret, the order, what is tried again, and what never leaves this machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram.error import BadRequest, Conflict

from bot.sandbox.serving import Listener
from bot.sandbox.telegram.webhooks import NOT_HERE
from tests.sandbox.telegram.conftest import DESK, OPERATOR, OWNER, Local

SECRET = "s3cret_-"
KEYS = {"inline_keyboard": [[{"text": "x", "callback_data": "a"}]]}


@dataclass
class Hook:
    """A bot that is called: `answers` are given one after the other, then 200. A gate holds the answer to a text."""

    listener: Listener = field(init=False)
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.listener = Listener(Starlette(routes=[Route("/telegram", self.take, methods=["POST"])]))

    async def take(self, request: Request) -> Response:
        update = await request.json()
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        answer = self.answers.pop(0) if self.answers else Response()
        if (gate := self.gates.get(text_of(update))) is not None:
            await gate.wait()
        return answer

    @property
    def url(self) -> str:
        return f"{self.listener.url}/telegram"

    @property
    def texts(self) -> list[str]:
        return [text_of(update) for update in self.got]


def text_of(update: dict[str, Any]) -> str:
    return str(update.get("message", {}).get("text", next(key for key in update if key != "update_id")))


@pytest.fixture
async def hook(local: Local) -> AsyncIterator[Hook]:
    made = Hook()
    await made.listener.start()
    yield made
    local.world.updates.stop()
    await made.listener.stop()


async def until(is_so: Callable[[], bool], what: str) -> None:
    for _ in range(400):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(what)


async def write(local: Local, *texts: str, person: int = OPERATOR, chat: int = 0) -> None:
    for text in texts:
        await local.act("write", person, chat or person, text=text)


async def test_updates_come_with_the_secret_and_in_order(local: Local, hook: Hook) -> None:
    await write(local, "waited")
    await local.bot.set_webhook(hook.url, secret_token=SECRET)
    await write(local, "one", "two", "three")
    await until(lambda: len(hook.got) == 4, "four updates")
    assert hook.texts == ["waited", "one", "two", "three"] and set(hook.secrets) == {SECRET}
    numbers = [update["update_id"] for update in hook.got]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    seen = await local.get("webhook")
    assert (seen["url"], seen["secret"], seen["waiting"]) == (hook.url, SECRET, 0)


async def test_a_chat_waits_for_its_own_and_the_others_do_not(local: Local, hook: Hook) -> None:
    hook.gates["slow"] = asyncio.Event()
    await local.bot.set_webhook(hook.url, max_connections=3)
    await write(local, "slow", "after")
    await write(local, "other", person=OWNER)
    sent = await local.call("sendMessage", chat_id=OPERATOR, text="x", reply_markup=KEYS)
    await local.act("tap", OPERATOR, OPERATOR, message_id=sent["result"]["message_id"], data="a")
    await until(lambda: len(hook.got) == 3, "three at once")
    assert sorted(hook.texts) == ["callback_query", "other", "slow"]
    hook.gates["slow"].set()
    await until(lambda: len(hook.got) == 4, "the one that waited")
    assert hook.texts[-1] == "after"


async def test_no_more_come_at_once_than_the_bot_allows(local: Local, hook: Hook) -> None:
    hook.gates = {"a": asyncio.Event(), "b": asyncio.Event()}
    await local.bot.set_webhook(hook.url, max_connections=1)
    await write(local, "a")
    await until(lambda: hook.texts == ["a"], "the first")
    await write(local, "b", person=OWNER)
    await asyncio.sleep(0.1)
    assert hook.texts == ["a"]
    hook.gates["a"].set()
    await until(lambda: hook.texts == ["a", "b"], "the second")
    hook.gates["b"].set()


async def test_what_is_not_taken_comes_again_after_growing_pauses(local: Local, hook: Hook) -> None:
    hook.answers = [Response(status_code=500), Response(status_code=401), Response(status_code=302)]
    await local.bot.set_webhook(hook.url)
    await write(local, "one", "two")
    await until(lambda: len(hook.got) == 5, "tries")
    assert hook.texts == ["one", "one", "one", "one", "two"]
    tries = (await local.get("webhook"))["attempts"]
    pauses = [later["at"] - before["at"] for before, later in pairwise(tries[:4])]
    assert pauses[0] < pauses[1] < pauses[2] and [one["status"] for one in tries] == [500, 401, 302, 200, 200]
    info = await local.bot.get_webhook_info()
    assert "302" in (info.last_error_message or "") and info.last_error_date is not None


async def test_a_retry_after_is_kept_instead_of_a_growing_pause(local: Local, hook: Hook) -> None:
    hook.answers = [Response(status_code=503, headers={"retry-after": "1"})]
    await local.bot.set_webhook(hook.url)
    began = time.monotonic()
    await write(local, "one")
    await until(lambda: len(hook.got) == 2, "the second try")
    assert 0.9 < time.monotonic() - began < 2


async def test_a_bot_that_was_away_gets_everything_when_it_is_back(local: Local, hook: Hook) -> None:
    await local.bot.set_webhook(hook.url)
    await hook.listener.go_away()
    await write(local, "one", "two")
    await asyncio.sleep(0.3)
    info = await local.bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (2, "Connection refused")
    await hook.listener.come_back()
    await until(lambda: hook.texts == ["one", "two"], "both")


async def test_polling_is_refused_while_a_webhook_is_set_and_finds_what_waits_after_it(
    local: Local, hook: Hook
) -> None:
    hook.answers = [Response(status_code=500)] * 50
    await local.bot.set_webhook(hook.url)
    await write(local, "one")
    with pytest.raises(Conflict, match=r"(?i)while webhook is active"):
        await local.bot.get_updates()
    await local.bot.delete_webhook()
    (update,) = await local.bot.get_updates()
    assert update.message is not None and update.message.text == "one"
    tries = len(hook.got)
    await asyncio.sleep(0.5)
    assert len(hook.got) == tries, "nothing is brought any more"


async def test_deleting_a_webhook_that_is_not_there_disturbs_no_poll(local: Local) -> None:
    polling = asyncio.create_task(local.bot.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    await local.bot.delete_webhook()
    await write(local, "now")
    assert len(await asyncio.wait_for(polling, 2)) == 1


async def test_pending_updates_go_only_when_that_is_asked_for(local: Local, hook: Hook) -> None:
    await write(local, "old")
    await local.bot.set_webhook(hook.url, drop_pending_updates=True)
    await write(local, "new", chat=OPERATOR)
    await until(lambda: bool(hook.got), "the new one")
    assert hook.texts == ["new"]


async def test_kinds_that_were_not_asked_for_are_not_brought(local: Local, hook: Hook) -> None:
    await local.bot.set_webhook(hook.url, allowed_updates=["callback_query"])
    sent = await local.call("sendMessage", chat_id=DESK, text="x", reply_markup=KEYS)
    await write(local, "no", chat=DESK)
    await local.act("tap", OPERATOR, DESK, message_id=sent["result"]["message_id"], data="a")
    await until(lambda: bool(hook.got), "a tap")
    assert hook.texts == ["callback_query"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://bot.example/telegram", "An HTTPS URL must be provided"),
        ("ftp://127.0.0.1/telegram", "An HTTPS URL must be provided"),
        ("https://bot.example:8080/telegram", "only on ports 80, 88, 443 or 8443"),
        ("https://", "invalid webhook URL"),
        ("https://bot.example:99999/", "invalid webhook URL"),
    ],
)
async def test_an_address_telegram_would_not_call_is_refused(local: Local, url: str, words: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){words}"):
        await local.bot.set_webhook(url)
    assert (await local.get("webhook"))["url"] == ""


@pytest.mark.parametrize("secret", ["with space", "ünïcode", "x" * 257])
async def test_a_secret_of_a_shape_telegram_does_not_take_is_refused(local: Local, hook: Hook, secret: str) -> None:
    answer = await local.call("setWebhook", url=hook.url, secret_token=secret)
    assert answer["error_code"] == 400 and (await local.get("webhook"))["url"] == ""


async def test_nothing_is_brought_to_another_machine(local: Local) -> None:
    await local.bot.set_webhook("https://bot.example/telegram", secret_token=SECRET)
    await write(local, "one")
    await until(lambda: bool(local.world.updates.deliveries.attempts), "a try")
    info = await local.bot.get_webhook_info()
    assert (info.last_error_message, info.pending_update_count) == (NOT_HERE, 1)
    assert {one.status for one in local.world.updates.deliveries.attempts} == {0}
