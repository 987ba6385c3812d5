"""What surrounds every answer of MTPay (§7): a yes, a no, or nothing to rely on."""

import logging
import re
from collections.abc import Collection, Mapping
from typing import Any

from bot.clients.gate_c2c.wire import decode
from bot.clients.http import Answer
from bot.clients.mtpay.wire import read_request_code
from bot.domain.errors import Refused, Unknown

VENUE = "mtpay"
SUCCESS = "SUCCESS"
SERVER_TROUBLE = re.compile(r"5[0-9]{2}|.*(?:INTERNAL|SYSTEM|SERVER|TIME_?OUT).*", re.IGNORECASE | re.DOTALL)
"""The list of codes is not known (§7). These words say that something broke on the way, not that nothing was made."""
LONGEST_CODE = 80
LONGEST_WORDS = 500

log = logging.getLogger(__name__)


def data_of(call: str, answer: Answer, hidden: Collection[str]) -> Any:
    """The `data` of a yes. Raises Refused for a no, Unknown for everything that is neither.

    `hidden`: what must not come back in the venue's words, because they are kept longer than it.
    """
    document = _document(call, answer)
    success, code = document.get("isSuccess"), _word(document.get("statusCode"))
    if success is True and answer.status < 400:
        return document.get("data")
    is_no = success is False or (success is None and answer.status >= 400 and code)
    request_code = read_request_code(document.get("data"))
    if not is_no or code.upper() == SUCCESS or request_code:
        detail = f"order {request_code}: neither a yes nor a no" if request_code else "neither a yes nor a no"
        raise unreadable(call, detail, answer.status)
    raise _no(call, answer, code, _without(_text(document.get("message")), hidden))


def unreadable(call: str, detail: str, status: int | None = None) -> Unknown:
    """An answer that says nothing, also logged."""
    log.warning("%s %s: HTTP %s, unreadable", VENUE, call, status or "2xx")
    return Unknown(VENUE, call, why="unreadable", detail=detail, status=status)


def _no(call: str, answer: Answer, code: str, words: str) -> Refused | Unknown:
    log.info("%s %s: HTTP %s, refused", VENUE, call, answer.status)
    if SERVER_TROUBLE.fullmatch(code):
        return Unknown(VENUE, call, why="server_error", detail=code[:LONGEST_CODE], status=answer.status)
    return Refused(VENUE, call, code=code[:LONGEST_CODE], detail=words[:LONGEST_WORDS], status=answer.status)


def _document(call: str, answer: Answer) -> Mapping[str, Any]:
    try:
        document = decode(answer.body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise unreadable(call, "no envelope", answer.status)
    return document


def _word(value: Any) -> str:
    """A code as text, "" for what is none: it may be a name or a number."""
    is_word = isinstance(value, str | int) and not isinstance(value, bool)
    return _text(str(value)) if is_word else ""


def _text(value: Any) -> str:
    """One line that can be stored and shown."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())


def _without(words: str, hidden: Collection[str]) -> str:
    for secret in sorted(hidden, key=len, reverse=True):
        words = words.replace(secret, "…") if len(secret) > 1 else words
    return words
