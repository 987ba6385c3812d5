"""Answers before they are sent: the envelope, the gateway's error shape, and the headers of every answer."""

import json
from email.utils import formatdate
from secrets import token_hex

from bot.sandbox.answers import JSON_TYPE, Answer
from bot.sandbox.gate.fields import GatewayError, Json, Refusal
from bot.sandbox.gate.variants import Variants, empty_objects_as_arrays

__all__ = ["JSON_TYPE", "Answer", "gateway_error", "refusal", "server_time", "stamp", "success"]


def success(data: Json | list[Json], message: str, now: float, variants: Variants) -> Answer:
    if variants.minimal_envelope and data == {}:
        return _json(200, {"code": 0, "message": "ok"})
    shown = empty_objects_as_arrays(data) if variants.php_empty_arrays else data
    return _json(200, _envelope(now, 0, message, shown))


def refusal(no: Refusal, now: float, variants: Variants) -> Answer:
    data: object = no.data
    if not no.data and variants.null_data:
        data = None
    elif variants.php_empty_arrays:
        data = empty_objects_as_arrays(data)
    return _json(200, _envelope(now, no.code, no.message, data))


def gateway_error(no: GatewayError) -> Answer:
    return _json(no.status, {"label": no.label, "message": no.message})


def server_time(now: float) -> Answer:
    return _json(200, {"server_time": int(now * 1000)})


def _envelope(now: float, code: int, message: str, data: object) -> Json:
    return {
        "timestamp": round(now, 6),
        "method": "--",
        "code": code,
        "message": message,
        "data": data,
        "version": "1.0.0",
    }


def _json(status: int, content: object) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def stamp(answer: Answer, came_at: float, now: float) -> None:
    """`Date` from the venue's own clock, the trace id, and the two moments in microseconds."""
    answer.headers = {
        "Date": formatdate(now, usegmt=True),
        "X-Gate-Trace-ID": token_hex(16),
        "X-In-Time": str(int(came_at * 1_000_000)),
        "X-Out-Time": str(int(now * 1_000_000)),
        **answer.headers,
    }
