"""The sandbox's faults, said in this venue's words."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp

from bot.sandbox import injection
from bot.sandbox.faults import Fault
from bot.sandbox.gate import answers
from bot.sandbox.gate.answers import Answer
from bot.sandbox.gate.call_log import LoggedCall
from bot.sandbox.gate.fields import UNPUBLISHED_CODE, GatewayError, Refusal
from bot.sandbox.gate.venue import GateVenue
from bot.sandbox.injection import Act, Manner

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
    return await injection.spoil(fault, _GateManner(venue), act, entry, request)


class _GateManner(Manner):
    def __init__(self, venue: GateVenue) -> None:
        self._venue = venue

    def refusal(self, fault: Fault) -> tuple[Answer, str]:
        code = fault.code if isinstance(fault.code, int) else UNPUBLISHED_CODE
        no = Refusal(fault.message or "ORDER_STATUS_ERROR", code)
        return answers.refusal(no, self._venue.now(), self._venue.variants), no.message

    def error(self, status: int, label: str, words: str) -> Answer:
        return answers.gateway_error(GatewayError(status, label, words))

    def too_many(self, fault: Fault) -> Answer:
        answer = self.error(429, "TOO_MANY_REQUESTS", "slow down")
        reset_at = int(self._venue.now() + (fault.seconds or 1)) + 1
        answer.headers["X-Gate-RateLimit-Requests-Remain"] = "0"
        answer.headers["X-Gate-RateLimit-Reset-Timestamp"] = str(reset_at)
        return answer

    def status_of(self, label: str) -> int:
        return _LABEL_STATUS.get(label, 401)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self._venue.later(seconds, act)
