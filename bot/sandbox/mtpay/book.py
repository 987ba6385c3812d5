"""What MTPay keeps: deposit orders with what became of them, and every deposit call received."""

import json
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from bot.sandbox.gate.call_log import CallLog, LoggedCall

COIN = "MTC"
FIATS = ("CNY", "HKD")
LANGUAGES = ("en", "zh_CN", "zh_TW")
OPEN, MATCHED = "Open", "Matched"
IN_PROGRESS, FINISHED, FAILED, CANCELLED = "InProgress", "Finished", "Failed", "Cancelled"
ENDED = "Ended"
REPORTED = (IN_PROGRESS, FINISHED, FAILED, CANCELLED)
OVER = (FINISHED, FAILED, CANCELLED, ENDED)
METHODS = {1: "BankCard", 2: "WeChatPay", 4: "Alipay"}
CENT = Decimal("0.01")
_EXACT = Context(prec=60)


@dataclass
class Order:
    """One link. Times in Unix seconds by MTPay's clock; `rate`, `paid` (fiat) are None until they are known."""

    code: str
    internal_no: str
    order_no: str
    currency: str
    fiat: str
    amount: Decimal
    payer: str
    methods: int
    language: str
    hook_url: str
    url: str
    is_available: bool
    created_at: float
    ends_at: float
    times: int
    """how many orders this merchantOrderNo had by then"""
    stamp: tuple[str, str] = ("", "")
    """timestamp and signature of the merchant's own request"""
    status: str = OPEN
    rate: Decimal | None = None
    paid: Decimal | None = None
    method: str = ""
    message: str = ""
    fee_percent: Decimal = Decimal(0)

    @property
    def due(self) -> Decimal | None:
        """What the payer owes in fiat; unknown until a rate is matched when the coin's amount is fixed."""
        if self.currency != COIN:
            return self.amount
        return None if self.rate is None else _EXACT.multiply(self.amount, self.rate).quantize(CENT, context=_EXACT)

    @property
    def payment(self) -> Decimal | None:
        return self.due if self.paid is None else self.paid

    @property
    def transaction(self) -> Decimal | None:
        """In the coin; follows what was really paid."""
        if self.currency == COIN and self.paid in (None, self.due):
            return self.amount
        if self.rate is None or self.payment is None:
            return None
        return _EXACT.divide(self.payment, self.rate).quantize(CENT, ROUND_HALF_UP, context=_EXACT)

    @property
    def fee(self) -> Decimal | None:
        if self.transaction is None or self.rate is None:
            return None
        return (self.transaction * self.fee_percent / 100).quantize(CENT, ROUND_DOWN, context=_EXACT)

    @property
    def received(self) -> Decimal | None:
        return None if self.transaction is None or self.fee is None else self.transaction - self.fee


@dataclass
class DepositCall(LoggedCall):
    """`id`: merchantOrderNo; `raw`: the body as it came; `acted`: an order came about by it."""

    raw: str = ""
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class DepositLog(CallLog[DepositCall]):
    def __init__(self) -> None:
        super().__init__(DepositCall)

    def receive(self, endpoint: str, raw: bytes, at: float) -> DepositCall:
        call = super().receive(endpoint, raw, at)
        call.raw = raw.decode("utf-8", "replace")
        call.body = call.body if _can_be_shown(call.body) else call.raw
        call.id = str(call.body.get("merchantOrderNo", "")) if isinstance(call.body, dict) else ""
        return call


def _can_be_shown(body: object) -> bool:
    """NaN, endless numbers and half characters can be read, but nobody could be told of them."""
    try:
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return True
