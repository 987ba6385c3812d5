"""What the sandbox answers instead of doing the call, in Telegram's own words where they are known."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer with ok=false. `parameters` may hold `retry_after` (seconds) or `migrate_to_chat_id`."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Violation(Refusal):
    """A call no bot should ever make: `kind` says which rule of the Bot API it breaks, `where` the field."""

    def __init__(self, kind: str, where: str, text: str, code: int = 400) -> None:
        super().__init__(code, f"Bad Request: {text}" if code == 400 else text)
        self.kind, self.where = kind, where


def bad_request(text: str, **parameters: Any) -> Refusal:
    """400 with Telegram's prefix; a sentence starts with a small letter, a code (`BUTTON_DATA_INVALID`) stays."""
    is_code = text.partition(" ")[0].isupper()
    return Refusal(400, "Bad Request: " + (text if is_code else text[:1].lower() + text[1:]), parameters or None)


def forbidden(text: str) -> Refusal:
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    return Refusal(409, f"Conflict: {text}")


def too_many_requests(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def not_built(what: str) -> Refusal:
    """501, never 404: a client library takes 404 for a wrong token."""
    return Refusal(501, f"Not Implemented: the sandbox does not know {what} yet")
