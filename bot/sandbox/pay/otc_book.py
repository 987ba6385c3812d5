"""What the OTC desk keeps: quotes, the orders made of them, bank accounts, and a log of every order that came about."""

from dataclasses import dataclass, field
from decimal import Decimal

PROCESSING, DISPATCHED, DONE, FAIL = "PROCESSING", "DISPATCHED", "DONE", "FAIL"
STATUSES = (PROCESSING, DISPATCHED, DONE, FAIL)
FINAL = (DONE, FAIL)
APPROVED, UNDER_REVIEW, MORE_WANTED, REFUSED = 1, 2, 3, 99
REVIEWS = (APPROVED, UNDER_REVIEW, MORE_WANTED, REFUSED)


@dataclass
class OtcQuote:
    """`token` locks the rest; times in Unix seconds by the wall clock."""

    token: str
    crypto: str
    fiat: str
    crypto_amount: Decimal
    fiat_amount: Decimal
    rate: Decimal
    promotion: str
    made_at: float
    ends_at: float
    valid_seconds: int
    used_by: str = ""
    """the clientOrderId that took it first"""


@dataclass
class OtcOrder:
    """`steps`: what it will become by itself, and when by the wall clock; other times are Gate Pay's own."""

    id: str
    quote: OtcQuote
    client_order_id: str
    bank_id: str
    fee: Decimal
    created_at: float
    updated_at: float
    status: str = PROCESSING
    error: str = ""
    steps: list[tuple[float, str]] = field(default_factory=list)

    @property
    def final_fiat(self) -> Decimal:
        return self.quote.fiat_amount - self.fee


@dataclass
class OtcCreation:
    """One order that really came about; `times`, `token_times`: of this clientOrderId and this token by then."""

    n: int
    at: float
    client_order_id: str
    token: str
    order_id: str
    bank_id: str
    crypto: str
    crypto_amount: str
    fiat: str
    fiat_amount: str
    times: int
    token_times: int


@dataclass
class BankAccount:
    """`reviewed_at`: when the review ends by itself, by the wall clock; None: when somebody ends it."""

    id: str
    holder: str
    bank: str
    country_id: int
    address: str
    iban: str
    swift: str
    line: str = ""
    agent_bank: str = ""
    agent_swift: str = ""
    status: int = UNDER_REVIEW
    memo: str = ""
    reviewed_at: float | None = None
    statement_name: str = ""
    statement_bytes: int = 0
