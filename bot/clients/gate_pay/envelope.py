"""What surrounds every answer of Gate Pay (§2): a yes, a no, the server's own trouble, or nothing to rely on."""

import logging
from collections.abc import Collection, Mapping
from typing import Any

from bot.clients.gate_c2c.wire import decode
from bot.clients.http import Answer
from bot.domain.errors import Refused, Unknown

VENUE = "gate_pay"
SUCCESS_CODES = frozenset({"000000", "0"})
SERVER_CODES = frozenset({"300000", "300001", "400000"})
LONGEST_CODE = 80
LONGEST_WORDS = 500

log = logging.getLogger(__name__)


def data_of(call: str, answer: Answer, expected: Collection[str]) -> Any:
    """The `data` of a yes. Raises Refused for a no, Unknown for everything that is neither.

    `expected`: keys of which one must be in `data` when code and status are both blank, as one sample has them.
    """
    document = _document(call, answer)
    status, code = _word(call, answer, document.get("status")).upper(), _word(call, answer, document.get("code"))
    if status == "FAIL" or (code and code not in SUCCESS_CODES):
        raise _no(call, answer, document, "" if code in SUCCESS_CODES else code)
    data = document.get("data")
    is_blank = not status and not code and _holds(data, expected)
    is_yes = status == "SUCCESS" or code in SUCCESS_CODES or is_blank
    if not is_yes or answer.status >= 400:
        raise unreadable(call, "neither a yes nor a no", answer.status)
    if is_blank:
        log.info("%s %s: HTTP %s, blank status and code", VENUE, call, answer.status)
    return data


def unreadable(call: str, detail: str, status: int | None = None, *, order_id: str = "") -> Unknown:
    """An answer that says nothing but perhaps the order's id, also logged."""
    log.warning("%s %s: HTTP %s, unreadable", VENUE, call, status or "2xx")
    return Unknown(VENUE, call, why="unreadable", detail=detail, status=status, order_id=order_id)


def _no(call: str, answer: Answer, document: Mapping[str, Any], code: str) -> Refused | Unknown:
    """A refusal in the venue's words; the codes of the server's own trouble say nothing of what happened."""
    log.info("%s %s: HTTP %s, refused", VENUE, call, answer.status)
    if code in SERVER_CODES:
        return Unknown(VENUE, call, why="server_error", detail=code, status=answer.status)
    shown = (code or _text(document.get("label")) or "FAIL")[:LONGEST_CODE]
    return Refused(VENUE, call, code=shown, detail=_words(document), status=answer.status)


def _document(call: str, answer: Answer) -> dict[str, Any]:
    try:
        document = decode(answer.body)
    except ValueError:
        if answer.status == 429:
            raise _throttled(call, answer) from None
        raise unreadable(call, "no JSON", answer.status) from None
    if not isinstance(document, dict):
        raise unreadable(call, "no object", answer.status)
    return document


def _throttled(call: str, answer: Answer) -> Refused:
    """Throttling needs no words: the request was thrown away before anybody looked at it."""
    wait = answer.headers.get("retry-after", "")
    seconds = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None
    detail = "too many requests"
    return Refused(VENUE, call, code="TOO_MANY_REQUESTS", detail=detail, status=429, retry_after=seconds)


def _word(call: str, answer: Answer, value: Any) -> str:
    """Status or code as text, "" when blank. Codes are never numbers to us: `000000` and `0` are two texts."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise unreadable(call, "odd status or code", answer.status)
    return str(value).strip()


def _holds(data: Any, expected: Collection[str]) -> bool:
    rows = data if isinstance(data, list) else [data]
    return any(isinstance(row, dict) and any(row.get(key) is not None for key in expected) for row in rows)


def _words(document: Mapping[str, Any]) -> str:
    found = (_text(document.get(name)) for name in ("errorMessage", "message", "label"))
    return next((words for words in found if words), "")[:LONGEST_WORDS]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
