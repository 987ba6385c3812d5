"""What a message is to a client of Telegram: plain data, and how a long one is cut."""

from collections.abc import Sequence
from typing import Protocol

TEXT_LIMIT = 4096


class ButtonLike(Protocol):
    """What a button must have: exactly one of data, url, copy."""

    @property
    def text(self) -> str: ...
    @property
    def data(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def copy(self) -> str: ...
    @property
    def style(self) -> str: ...


class CardLike(Protocol):
    """A message as plain data: Telegram HTML, rows of buttons, and the same text without tags.

    With a `picture` (the bytes of a PNG or JPEG, else empty) the text is what stands under it.
    """

    @property
    def text(self) -> str: ...
    @property
    def plain(self) -> str: ...
    @property
    def prompt(self) -> bool: ...
    @property
    def prompt_hint(self) -> str: ...
    @property
    def rows(self) -> Sequence[Sequence[ButtonLike]]: ...
    @property
    def picture(self) -> bytes: ...


def parts_of(text: str) -> list[str]:
    """A text within Telegram's limit, cut at line ends; a card's own lines never come near it."""
    if len(text) <= TEXT_LIMIT:
        return [text]
    parts, current = [], ""
    for line in text.split("\n"):
        if current and len(current) + 1 + len(line) > TEXT_LIMIT:
            parts.append(current)
            current = ""
        current = f"{current}\n{line}" if current else line
        while len(current) > TEXT_LIMIT:
            parts.append(current[:TEXT_LIMIT])
            current = current[TEXT_LIMIT:]
    return [*parts, current]
