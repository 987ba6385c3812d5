"""The people's side of the sandbox's Telegram, for tests."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from tests.support.controls import LOOK_SECONDS, Controls, Json, SandboxError, until

OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER, STRANGER = 1001, 1002, 1003, 1006, 1004, 1005, 1999
DESK = -1001000000001
BOT_TOKEN = "1000:sandbox-token-not-secret"


@dataclass(frozen=True)
class Button:
    text: str
    kind: str
    """`callback`, `url` or `copy`"""
    style: str | None
    data: str | None
    row: int
    column: int
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class Message:
    """A message as one viewer sees it."""

    id: int
    text: str
    """the text, or the caption of a medium"""
    html: str
    sender: Json = field(repr=False)
    thread_id: int | None
    buttons: tuple[tuple[Button, ...], ...]
    silent: bool
    edited: bool
    deleted: bool
    pinned: bool
    raw: Json = field(repr=False)

    @property
    def labels(self) -> list[list[str]]:
        return [[button.text for button in row] for row in self.buttons]

    def button(self, contains: str) -> Button:
        """The first button whose label contains the text; SandboxError names the labels there are."""
        for row in self.buttons:
            for button in row:
                if contains in button.text:
                    return button
        raise SandboxError(f"no button {contains!r} under message {self.id}, only {self.labels}")


@dataclass(frozen=True)
class Answer:
    """What a tap was answered with; `answered` is false when nothing came in time."""

    answered: bool
    text: str
    alert: bool
    raw: Json = field(repr=False)


@dataclass(frozen=True)
class Call:
    """One Bot API call the sandbox received."""

    n: int
    method: str
    params: Json
    ok: bool
    error: str | None
    raw: Json = field(repr=False)

    @property
    def text(self) -> str:
        return str(self.params.get("text") or self.params.get("caption") or "")


class TelegramControl:
    """The people's side of Telegram. `chat` is a person's id for the direct messages with the bot."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def state(self) -> Json:
        return cast(Json, await self._controls.get("telegram/state"))

    async def add_user(self, user: int, first_name: str, **more: Any) -> Json:
        return cast(Json, await self._controls.post("telegram/users", {"id": user, "first_name": first_name, **more}))

    async def add_group(self, title: str, members: list[int], *, forum: bool = True, **more: Any) -> Json:
        body = {"title": title, "members": members, "forum": forum, **more}
        return cast(Json, await self._controls.post("telegram/groups", body))

    async def act(self, kind: str, user: int, chat: int, /, **body: Any) -> Json:
        """Any act of a person by its name in the control API."""
        body = {"user_id": user, "chat_id": chat, **{key: value for key, value in body.items() if value is not None}}
        return cast(Json, await self._controls.post(f"telegram/act/{kind}", body))

    async def start(self, user: int, payload: str | None = None) -> Json:
        return await self.act("start", user, user, payload=payload)

    async def write(
        self, user: int, chat: int, text: str, *, thread_id: int | None = None, reply_to: int | None = None
    ) -> Json:
        return await self.act("write", user, chat, text=text, thread_id=thread_id, reply_to=reply_to)

    async def send_file(
        self, user: int, chat: int, content: bytes, *, kind: str = "photo", file_name: str = "photo.png", **more: Any
    ) -> Json:
        encoded = base64.b64encode(content).decode()
        return await self.act("file", user, chat, kind=kind, base64=encoded, file_name=file_name, **more)

    async def tap(
        self,
        user: int,
        chat: int,
        message: int | Message,
        *,
        text: str | None = None,
        data: str | None = None,
        forged: bool = False,
    ) -> str:
        """Tap the button whose label contains `text` (or carries `data`); the callback's id, without waiting."""
        message_id = message.id if isinstance(message, Message) else message
        body: Json = {"message_id": message_id}
        if data is not None:
            body |= {"data": data, **({"forged": True} if forged else {})}
        elif text is not None:
            button = (await self.message(chat, user, message_id)).button(text)
            body |= {"row": button.row, "column": button.column}
        else:
            raise SandboxError("a tap needs the button's text or data")
        return str((await self.act("tap", user, chat, **body))["callback_id"])

    async def press(
        self,
        user: int,
        chat: int,
        message: int | Message,
        *,
        text: str | None = None,
        data: str | None = None,
        forged: bool = False,
        timeout: float = 5,
    ) -> Answer:
        """Tap and wait for the bot's answer to the tap; `answered` is false when none came in `timeout` seconds."""
        callback = await self.tap(user, chat, message, text=text, data=data, forged=forged)
        return await self.answer_to(callback, timeout)

    async def answer_to(self, callback_id: str, timeout: float = 5) -> Answer:
        end = time.monotonic() + timeout
        while True:
            raw = cast(Json, await self._controls.get(f"telegram/callbacks/{callback_id}"))
            if raw.get("answered") or time.monotonic() > end:
                text, alert = str(raw.get("text") or ""), bool(raw.get("alert"))
                return Answer(bool(raw.get("answered")), text, alert, raw)
            await asyncio.sleep(LOOK_SECONDS)

    async def messages(self, chat: int, viewer: int | None = None) -> list[Message]:
        """All messages of the chat as the viewer sees them, oldest first; deleted ones are left out."""
        found = await self._controls.get(f"telegram/chats/{chat}/messages", viewer=_viewer(chat, viewer))
        rows = found["messages"] if isinstance(found, dict) else found
        return [message for message in map(_message, rows) if not message.deleted]

    async def message(self, chat: int, viewer: int | None, message_id: int) -> Message:
        for message in await self.messages(chat, viewer):
            if message.id == message_id:
                return message
        raise SandboxError(f"no message {message_id} in chat {chat}")

    async def wait_for_message(
        self,
        chat: int,
        viewer: int | None = None,
        *,
        contains: str = "",
        button: str | None = None,
        after: int | Message = 0,
        where: Callable[[Message], bool] = lambda _: True,
        timeout: float = 10,
    ) -> Message:
        """The newest message with that text (in its text or a label), button, and id above `after`."""
        least = after.id if isinstance(after, Message) else after

        def fits(message: Message) -> bool:
            labels = [label for row in message.labels for label in row]
            return (
                message.id > least
                and contains in "\n".join([message.text, *labels])
                and (button is None or any(button in label for label in labels))
                and where(message)
            )

        async def look() -> Message | None:
            return next((message for message in reversed(await self.messages(chat, viewer)) if fits(message)), None)

        async def shown() -> list[str]:
            return [f"{message.id}: {message.text!r} {message.labels}" for message in await self.messages(chat, viewer)]

        return await until(look, f"a message with {contains or button!r} in chat {chat}", timeout, shown)

    async def calls(self, method: str | None = None, since: int = 0) -> list[Call]:
        """Bot API calls numbered above `since`, oldest first."""
        found = await self._controls.get("telegram/calls", since=since)
        rows = found["calls"] if isinstance(found, dict) else found
        return [call for call in map(_call, rows) if call.n > since and (method is None or call.method == method)]

    async def wait_for_call(
        self,
        method: str,
        where: Callable[[Call], bool] = lambda _: True,
        *,
        since: int = 0,
        timeout: float = 10,
    ) -> Call:
        """The first call of `method` numbered above `since` that fits."""

        async def look() -> Call | None:
            return next((call for call in await self.calls(method, since) if where(call)), None)

        async def seen() -> list[str]:
            return [f"{call.n} {call.method} {call.text!r}" for call in (await self.calls(since=since))[-30:]]

        return await until(look, f"a call {method}", timeout, seen)

    async def violations(self) -> list[Json]:
        """Calls that violated names, types or limits of the Bot API."""
        found = await self._controls.get("telegram/violations")
        return cast(list[Json], found["violations"] if isinstance(found, dict) else found)

    async def fault(self, method: str, kind: str, *, times: int = 1, **more: Any) -> Json:
        body = {"method": method, "kind": kind, "times": times, **more}
        return cast(Json, await self._controls.post("telegram/faults", body))

    async def clear_faults(self) -> None:
        await self._controls.delete("telegram/faults")

    async def away(self, away: bool = True) -> None:
        """Close (or open again) Telegram's port, really."""
        await self._controls.post("telegram/away", {"away": away})

    async def flood(self, enforce: bool) -> None:
        await self._controls.post("telegram/flood", {"enforce": enforce})


def _viewer(chat: int, viewer: int | None) -> int:
    if viewer is not None:
        return viewer
    return chat if chat > 0 else OWNER


def _message(raw: Json) -> Message:
    return Message(
        id=int(raw["message_id"]),
        text=str(raw.get("text") or raw.get("caption") or ""),
        html=str(raw.get("html") or ""),
        sender=raw.get("from") or {},
        thread_id=raw.get("thread_id"),
        buttons=tuple(
            tuple(_button(button, row, column) for column, button in enumerate(buttons))
            for row, buttons in enumerate(raw.get("buttons") or [])
        ),
        silent=bool(raw.get("silent")),
        edited=bool(raw.get("edited")),
        deleted=bool(raw.get("deleted")),
        pinned=bool(raw.get("pinned")),
        raw=raw,
    )


def _button(raw: Json, row: int, column: int) -> Button:
    return Button(str(raw["text"]), str(raw.get("kind")), raw.get("style"), raw.get("data"), row, column, raw)


def _call(raw: Json) -> Call:
    return Call(int(raw["n"]), str(raw["method"]), raw.get("params") or {}, bool(raw.get("ok")), raw.get("error"), raw)
