"""What the sandbox's Telegram shows of messages, taps and calls, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.controls import Json, SandboxError


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
class Medium:
    """A file in a message; `kind` as the Bot API names it. Its bytes: `TelegramControl.file_of`."""

    kind: str
    file_name: str
    mime_type: str
    size: int
    file_id: str


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
    def medium(self) -> Medium | None:
        raw = self.raw.get("media")
        names = ("kind", "file_name", "mime_type", "size", "file_id")
        return Medium(**{name: raw[name] for name in names}) if raw else None

    def _medium(self, kind: str) -> Medium | None:
        return self.medium if self.medium is not None and self.medium.kind == kind else None

    @property
    def photo(self) -> Medium | None:
        return self._medium("photo")

    @property
    def document(self) -> Medium | None:
        return self._medium("document")

    @property
    def video(self) -> Medium | None:
        return self._medium("video")

    @property
    def album(self) -> str | None:
        """What the messages of one album have in common."""
        return self.raw.get("media_group_id")

    @property
    def reply_to(self) -> int | None:
        return self.raw.get("reply_to")

    @property
    def reactions(self) -> list[str]:
        return list(self.raw.get("reactions") or [])

    @property
    def asks_reply(self) -> bool:
        """A prompt that Telegram's app answers as a reply (ForceReply)."""
        return bool(self.raw.get("force_reply"))

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


@dataclass
class ChatSeen:
    """A chat as it was last seen, so that only what changed since must be told. All its members see the same."""

    messages: dict[int, Message] = field(default_factory=dict)
    revision: int = 0

    def change(self, told: Json) -> None:
        """Take what the sandbox tells; two questions at once may be answered in any order."""
        for raw in told["messages"]:
            old = self.messages.get(int(raw["message_id"]))
            if old is None or old.raw["revision"] < raw["revision"]:
                self.messages[int(raw["message_id"])] = message_seen(raw)
        self.revision = max(self.revision, int(told["revision"]))


def message_seen(raw: Json) -> Message:
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


def call_seen(raw: Json) -> Call:
    return Call(int(raw["n"]), str(raw["method"]), raw.get("params") or {}, bool(raw.get("ok")), raw.get("error"), raw)
