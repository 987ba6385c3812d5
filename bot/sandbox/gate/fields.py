"""What a request may carry and how the venue says no to it (contract sections 1.5 and 3)."""

import re
from typing import Any

Json = dict[str, Any]

# Numeric business codes are not published; -1 stands for all of them, as in the contract's examples.
UNPUBLISHED_CODE = -1
INVALID = "Invalid parameter value"
WRONG_STATE = "ORDER_STATUS_ERROR"

_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,8})?", re.ASCII)


def is_amount(text: str) -> bool:
    """Plain decimal text above 0, of a size that money has."""
    return _AMOUNT.fullmatch(text) is not None and text.strip("0.") != ""


class Refusal(Exception):
    """A business no: HTTP 200 with a code other than 0 and an empty object, or what the contract adds to it."""

    def __init__(self, message: str, code: int = UNPUBLISHED_CODE, data: Json | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.data: Json = data or {}


class GatewayError(Exception):
    """A no of the gateway: non-2xx with {"label", "message"}."""

    def __init__(self, status: int, label: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.label = label
        self.message = message


class Fields:
    """Reads a request body by the documented JSON types: text is no number and a number is no text."""

    def __init__(self, body: Json) -> None:
        self._body = body

    def __contains__(self, name: str) -> bool:
        return self._body.get(name) is not None

    def over(self, defaults: Json) -> "Fields":
        """The same request, with these for what it leaves out."""
        return Fields(defaults | self._body)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._body.get(name)
        if value is None:
            value = default
        if not isinstance(value, str):
            raise Refusal(f"{INVALID}: {name}")
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value.strip():
            raise Refusal(f"{INVALID}: {name}")
        return value

    def digits(self, name: str) -> int:
        """An id that the contract wants as text."""
        text = self.needed(name)
        if not (text.isascii() and text.isdigit() and len(text) <= 19):
            raise Refusal(f"{INVALID}: {name}")
        return int(text)

    def integer(self, name: str, default: int | None = None) -> int:
        value = self._body.get(name)
        if value is None:
            value = default
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(f"{INVALID}: {name}")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        value = self.text(name, default)
        if value and value not in allowed:
            raise Refusal(f"{INVALID}: {name}")
        return value
