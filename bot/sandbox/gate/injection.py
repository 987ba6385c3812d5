"""Makes a fault happen to one request: on the wire, in the answer, or in the order of acting and answering."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from bot.sandbox.gate import answers
from bot.sandbox.gate.answers import Answer
from bot.sandbox.gate.call_log import LoggedCall
from bot.sandbox.gate.faults import Fault
from bot.sandbox.gate.fields import GatewayError, Refusal
from bot.sandbox.gate.venue import GateVenue
from bot.sandbox.wires import Drip, NoAnswer, TooMuch

Act = Callable[[], Answer]

LATE_SECONDS = 2.0
OVERSIZE = 25 * 1024 * 1024
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_LABEL_STATUS = {
    "READ_ONLY": 403,
    "FORBIDDEN": 403,
    "ACCOUNT_LOCKED": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "TOO_MANY_REQUESTS": 429,
    "INTERNAL": 500,
    "SERVER_ERROR": 500,
    "INTERNAL_SERVER_ERROR": 500,
    "TOO_BUSY": 503,
    "INVALID_PARAM_VALUE": 400,
    "INVALID_PROTOCOL": 400,
    "INVALID_ARGUMENT": 400,
    "INVALID_REQUEST_BODY": 400,
    "MISSING_REQUIRED_PARAM": 400,
    "BAD_REQUEST": 400,
    "INVALID_CONTENT_TYPE": 400,
}


async def spoil(
    fault: Fault, venue: GateVenue, act: Act, entry: LoggedCall | None, request: Request
) -> Answer | ASGIApp:
    """`act` changes the venue and gives the true answer; whether and when it is called is the fault's matter."""
    if fault.kind == "delay":
        return await _slow(fault, act, entry)
    if fault.kind == "refuse":
        no = Refusal(fault.message or "ORDER_STATUS_ERROR", fault.code)
        if entry is not None:
            entry.refused(no.message)
        return answers.refusal(no, venue.now(), venue.variants)
    if fault.kind == "act_late":
        return _late(fault, venue, act, entry)
    true_answer = act() if fault.acts_first else None
    if fault.kind == "drip" and true_answer is not None:
        return Drip(true_answer.body, true_answer.content_type, fault.seconds)
    wrong = _wrong(fault, true_answer, request, venue.now())
    if entry is not None:
        entry.answered(_OUTCOMES.get(fault.kind, f"answered {fault.kind}"))
    return wrong


_OUTCOMES = {
    "drop_before": "dropped",
    "act_and_drop": "dropped",
    "act_and_500": "answered 500",
    "error_500": "answered 500",
    "reset": "reset",
}


async def _slow(fault: Fault, act: Act, entry: LoggedCall | None) -> Answer:
    if fault.acts_first:
        answer = act()
        await asyncio.sleep(fault.seconds)
        return answer
    if entry is not None:
        entry.outcome = "waiting"
    await asyncio.sleep(fault.seconds)
    return act()


def _late(fault: Fault, venue: GateVenue, act: Act, entry: LoggedCall | None) -> Answer | ASGIApp:
    def act_now() -> None:
        act()
        if entry is not None:
            entry.late()

    if entry is not None:
        entry.outcome = "to act late"
    venue.later(fault.seconds or LATE_SECONDS, act_now)
    return _server_error(fault) if fault.answer == "500" else NoAnswer(reset=False)


def _wrong(fault: Fault, true_answer: Answer | None, request: Request, now: float) -> Answer | ASGIApp:
    kind = fault.kind
    if kind in ("drop_before", "act_and_drop", "reset"):
        return NoAnswer(reset=kind == "reset")
    if kind in ("error_500", "act_and_500"):
        return _server_error(fault)
    if kind == "429":
        answer = answers.gateway_error(GatewayError(429, "TOO_MANY_REQUESTS", "slow down"))
        reset_at = int(now + (fault.seconds or 1)) + 1
        answer.headers["X-Gate-RateLimit-Requests-Remain"] = "0"
        answer.headers["X-Gate-RateLimit-Reset-Timestamp"] = str(reset_at)
        return answer
    if kind == "html":
        return Answer(fault.status or 502, _PAGE, "text/html")
    if kind == "missing":
        return answers.gateway_error(GatewayError(404, "NOT_FOUND", "no such file"))
    if kind == "oversize":
        return TooMuch(fault.size or OVERSIZE, is_announced=fault.to != "chunked")
    if kind == "redirect":
        return Answer(fault.status or 302, b"", "text/html", {"Location": fault.to or str(request.url)})
    if kind == "truncated":
        whole = (true_answer or answers.gateway_error(GatewayError(200, "", ""))).body
        half = whole[: len(whole) // 2]
        kind = true_answer.content_type if true_answer else answers.JSON_TYPE
        if fault.to == "cut":
            return NoAnswer(reset=False, first=half, promised=len(whole), content_type=kind)
        return Answer(200, half, kind)
    label = kind.removeprefix("label:")
    status = fault.status or _LABEL_STATUS.get(label, 401)
    return answers.gateway_error(GatewayError(status, label, fault.message or "sandbox fault"))


def _server_error(fault: Fault) -> Answer:
    return answers.gateway_error(GatewayError(fault.status or 500, "SERVER_ERROR", "sandbox fault"))
