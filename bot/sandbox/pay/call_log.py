"""What was asked of Gate Pay: every request in short, and every POST that makes an order with all that became of it."""

from collections import deque
from dataclasses import asdict, dataclass

from bot.sandbox.gate.call_log import CallLog, LoggedCall
from bot.sandbox.pay.answers import Json

KEPT = 2000


@dataclass
class ConvertCall(LoggedCall):
    """A POST that makes an order; `id`: our number. `acted` False beside `done`: an earlier order, answered again."""

    account: str = ""
    order_id: str = ""

    def repeated(self) -> None:
        self.outcome = "done"


class ConvertLog(CallLog[ConvertCall]):
    number = "clientReqId"

    def __init__(self) -> None:
        super().__init__(ConvertCall)

    def receive(self, endpoint: str, raw: bytes, at: float) -> ConvertCall:
        call = super().receive(endpoint, raw, at)
        call.id = str(call.body.get(self.number, "")) if isinstance(call.body, dict) else ""
        return call


class OtcLog(ConvertLog):
    number = "clientOrderId"


@dataclass(frozen=True)
class Asked:
    """One request as it came, before anything was checked."""

    n: int
    at: float
    endpoint: str
    method: str
    path: str
    query: str
    on_behalf_of: str | None
    nonce: str


class RequestLog:
    def __init__(self) -> None:
        self._asked: deque[Asked] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, at: float, endpoint: str, method: str, path: str, query: str, who: str | None, nonce: str) -> None:
        self._count += 1
        self._asked.append(Asked(self._count, at, endpoint, method, path, query, who, nonce))

    def as_json(self) -> list[Json]:
        return [asdict(each) for each in self._asked]
