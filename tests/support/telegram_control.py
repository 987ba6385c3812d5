"""The people's side of the sandbox's Telegram, for tests."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from typing import Any, cast

from tests.support.controls import LOOK_SECONDS, Controls, Json, SandboxError, until
from tests.support.telegram_seen import Answer, Call, ChatSeen, Message, call_seen

OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER, STRANGER = 1001, 1002, 1003, 1006, 1004, 1005, 1999
DESK = -1001000000001
BOT_TOKEN = "1000:sandbox-token-not-secret"


class TelegramControl:
    """The people's side of Telegram. `chat` is a person's id for the direct messages with the bot."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._chats: dict[int, ChatSeen] = {}

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

    async def send_photo(
        self, user: int, chat: int, content: bytes, *, caption: str | None = None, **where: int | None
    ) -> int:
        """`where`: reply_to, thread_id. The message's id."""
        more: Json = {"caption": caption, **where}
        sent = await self.send_file(user, chat, content, **more)
        return int(sent["message_id"])

    async def send_document(
        self,
        user: int,
        chat: int,
        content: bytes,
        *,
        file_name: str = "document.pdf",
        mime_type: str = "",
        caption: str | None = None,
        **where: int | None,
    ) -> int:
        more: Json = {"file_name": file_name, "mime_type": mime_type, "caption": caption, **where}
        return int((await self.send_file(user, chat, content, kind="document", **more))["message_id"])

    async def send_video(
        self, user: int, chat: int, content: bytes, *, caption: str | None = None, **where: int | None
    ) -> int:
        more: Json = {"file_name": "video.mp4", "mime_type": "video/mp4", "caption": caption, **where}
        sent = await self.send_file(user, chat, content, kind="video", **more)
        return int(sent["message_id"])

    async def send_album(
        self,
        user: int,
        chat: int,
        contents: list[bytes],
        *,
        caption: str | None = None,
        kinds: list[str] | None = None,
        **where: int | None,
    ) -> list[int]:
        """Photos (or `kinds`) in one album, the caption under the first; the messages' ids."""
        files: list[Json] = []
        for place, content in enumerate(contents):
            kind = kinds[place] if kinds else "photo"
            name = {"photo": "photo.png", "video": "video.mp4"}.get(kind, f"file-{place}.pdf")
            files.append({"kind": kind, "file_name": name, "base64": base64.b64encode(content).decode()})
        if caption is not None:
            files[0]["caption"] = caption
        return [int(number) for number in (await self.act("album", user, chat, files=files, **where))["message_ids"]]

    async def reply(self, user: int, chat: int, to_message: int | Message, text: str) -> int:
        """A text in reply to a message, in that message's topic; the new message's id."""
        number = to_message.id if isinstance(to_message, Message) else to_message
        return int((await self.write(user, chat, text, reply_to=number))["message_id"])

    async def edit_message(self, user: int, chat: int, message: int | Message, text: str) -> None:
        """One's own message, or the caption of one's own medium."""
        number = message.id if isinstance(message, Message) else message
        await self.act("edit", user, chat, message_id=number, text=text)

    async def delete_message(self, user: int, chat: int, message: int | Message) -> None:
        """The bot hears nothing of it."""
        number = message.id if isinstance(message, Message) else message
        await self.act("delete", user, chat, message_id=number)

    async def reactions(self, chat: int, message: int | Message, viewer: int | None = None) -> list[str]:
        """The emoji on a message, the bot's and the people's."""
        number = message.id if isinstance(message, Message) else message
        return (await self.message(chat, viewer, number)).reactions

    async def wait_for_reaction(
        self, chat: int, message: int | Message, emoji: str, *, viewer: int | None = None, timeout: float = 20
    ) -> None:
        async def look() -> bool | None:
            return emoji in await self.reactions(chat, message, viewer) or None

        await until(look, f"the reaction {emoji}", timeout, lambda: self.reactions(chat, message, viewer))

    async def file_of(self, message: Message) -> bytes:
        """The bytes of a message's photo, document or video, whatever faults downloads have."""
        if message.medium is None:
            raise SandboxError(f"message {message.id} has no file")
        return await self._controls.content(f"telegram/files/{message.medium.file_id}")

    async def allow_reactions(self, chat: int, emoji: list[str] | None) -> None:
        """Which reactions the group allows; an empty list: none; None: all of Telegram's."""
        await self._controls.post(f"telegram/groups/{chat}", {"reactions": emoji})

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
        timeout: float = 20,
    ) -> Answer:
        """Tap and wait for the bot's answer to the tap; `answered` is false when none came in `timeout` seconds."""
        callback = await self.tap(user, chat, message, text=text, data=data, forged=forged)
        return await self.answer_to(callback, timeout)

    async def answer_to(self, callback_id: str, timeout: float = 20) -> Answer:
        end = time.monotonic() + timeout
        while True:
            raw = cast(Json, await self._controls.get(f"telegram/callbacks/{callback_id}"))
            if raw.get("answered") or time.monotonic() > end:
                text, alert = str(raw.get("text") or ""), bool(raw.get("alert"))
                return Answer(bool(raw.get("answered")), text, alert, raw)
            await asyncio.sleep(LOOK_SECONDS)

    async def messages(self, chat: int, viewer: int | None = None) -> list[Message]:
        """All messages of the chat as the viewer sees them, oldest first; deleted ones are left out."""
        seen = self._chats.setdefault(chat, ChatSeen())
        found = await self._controls.get(
            f"telegram/chats/{chat}/messages", viewer=_viewer(chat, viewer), since=seen.revision
        )
        seen.change(found)
        return [message for message in seen.messages.values() if not message.deleted]

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
        timeout: float = 20,
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
        return [call for call in map(call_seen, rows) if call.n > since and (method is None or call.method == method)]

    async def wait_for_call(
        self,
        method: str,
        where: Callable[[Call], bool] = lambda _: True,
        *,
        since: int = 0,
        timeout: float = 20,
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
