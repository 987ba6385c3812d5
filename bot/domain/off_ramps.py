"""Coins for dollars through the OTC desk: what was asked and offered, the venue's order, and the bank accounts."""

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum

from bot.domain.intents import Intent
from bot.domain.money import Money
from bot.domain.seals import Seal

COINS = ("USDT", "USDC")
FIATS = ("USD",)
"""what the vendor's pages name (§4 "Supported"); the venue refuses the rest itself (550312)"""


class Review(IntEnum):
    """What the venue says of a bank account; an older contract says nothing (None), other numbers are kept."""

    APPROVED = 1
    UNDER_REVIEW = 2
    MORE_WANTED = 3
    REFUSED = 99


@dataclass(frozen=True, slots=True)
class Country:
    id: int
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """`id` is the text we know it by, `sent_id` the form in which the list gave it (§4 quirks), which is sent back."""

    id: str
    sent_id: str | int
    holder: str
    bank: str
    country: str
    iban: str
    swift: str
    review: int | None = None
    memo: str = ""
    address: str = ""

    @property
    def is_usable(self) -> bool:
        return self.review is None or self.review == Review.APPROVED

    @property
    def tail(self) -> str:
        """The last four characters of the account, nothing of one too short to hide in."""
        return self.iban[-4:] if len(self.iban) > 4 else ""


@dataclass(frozen=True, slots=True)
class BankForm:
    """A bank account that is being added; empty fields are not given yet. `statement` is a JPEG or PNG."""

    holder: str = ""
    bank: str = ""
    country: Country | None = None
    address: str = ""
    iban: str = ""
    swift: str = ""
    remittance_line: str = ""
    agent_bank: str = ""
    agent_swift: str = ""
    statement: bytes = field(default=b"", repr=False)
    statement_name: str = ""


class OffRampSide(StrEnum):
    """Which amount the person named."""

    CRYPTO = "crypto"
    FIAT = "fiat"


@dataclass(frozen=True, slots=True)
class OffRampWish:
    coin: str
    fiat: str
    side: OffRampSide
    amount: Decimal
    promotion: str = ""

    @property
    def fixed_money(self) -> Money:
        return Money(self.amount, self.coin if self.side is OffRampSide.CRYPTO else self.fiat)


@dataclass(frozen=True, slots=True)
class OffRampQuote:
    """The venue's offer. `token` locks it and is never shown; it lives `valid_seconds` from its answer on."""

    token: str = field(repr=False)
    sell: Money
    get: Money
    valid_seconds: int
    rate: Decimal | None = None


class Stage(StrEnum):
    """The venue's words, in the order in which they may follow each other; others are kept beside them and shown."""

    PROCESSING = "PROCESSING"
    DISPATCHED = "DISPATCHED"
    DONE = "DONE"
    FAIL = "FAIL"


RANK = {Stage.PROCESSING: 1, Stage.DISPATCHED: 2, Stage.DONE: 3, Stage.FAIL: 3}


def is_newer(status: str, than: str) -> bool:
    """Whether a status may follow another one: never backwards, and nothing follows an end."""
    if not than:
        return True
    before = RANK.get(Stage(than), 0) if than in Stage.__members__.values() else 0
    now = RANK.get(Stage(status), 0) if status in Stage.__members__.values() else 0
    return now > before


def is_odd(status: str, than: str) -> bool:
    """A word nobody knows, or the other end after an end: it moves no status, but people must see it."""
    is_unknown = bool(status) and status not in Stage.__members__.values()
    return is_unknown or {status, than} == {Stage.DONE, Stage.FAIL}


@dataclass(frozen=True, slots=True)
class OffRampOrder:
    """The venue's record (§4). Amounts of fee and final are in fiat, None where it tells none; times Unix ms."""

    id: str
    status: str
    client_order_id: str
    sell: Money | None = None
    get: Money | None = None
    fee: Decimal | None = None
    final: Decimal | None = None
    error: str = ""
    bank_account: str = ""
    created_at: int = 0
    updated_at: int = 0

    @property
    def is_done(self) -> bool:
        return self.status == Stage.DONE

    @property
    def is_failed(self) -> bool:
        return self.status == Stage.FAIL

    @property
    def is_final(self) -> bool:
        return self.is_done or self.is_failed


@dataclass(frozen=True, slots=True)
class OffRamp:
    """One quote that was shown to a person, and what came of it. `id` is ours; times are Unix ms.

    `token_hash` stands for the token everywhere but in the request. `bank` is the account as it was shown (masked),
    `bank_id` the form that is sent. `before`: the other amount of the quote that this one replaces. The token itself
    is forgotten once the quote has ended. `order_id`, `status`, `fee`, `final`, `error` are the venue's.
    """

    id: str
    wish: OffRampWish
    quote: OffRampQuote
    token_hash: str
    bank_id: str
    bank: str
    person: int
    requester: int | None
    asked_at: int
    ends_at: int
    request: str = ""
    instead_of: str = ""
    before: Decimal | None = None
    ended_at: int | None = None
    client_order_id: str = ""
    order_id: str = ""
    status: str = ""
    fee: Decimal | None = None
    final: Decimal | None = None
    error: str = ""
    looked_at: int | None = None
    looks: int = 0

    @property
    def target(self) -> str:
        """What the ledger knows it by: one token, one order."""
        return f"otc/{self.token_hash}"

    @property
    def free_money(self) -> Money:
        return self.quote.get if self.wish.side is OffRampSide.CRYPTO else self.quote.sell

    @property
    def change_percent(self) -> Decimal | None:
        if not self.before:
            return None
        return (self.free_money.amount - self.before) / self.before * 100


@dataclass(frozen=True, slots=True)
class OffRampStanding:
    """An off-ramp now. `open_seal` is the live confirm step; `refusal`: the venue's words to the quote before.

    `odd_status`: what the venue says now, where that word moves no status.
    """

    off_ramp: OffRamp
    intent: Intent | None = None
    open_seal: Seal | None = None
    person_name: str = ""
    requester_name: str = ""
    unanswered: int = 0
    refusal: str = ""
    odd_status: str = ""


def hash_of_token(token: str) -> str:
    """What stands for the token wherever it must not stand itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:24]


def facts_of_off_ramp(off_ramp: OffRamp, *, approver: int, role: str) -> dict[str, str]:
    """Every fact that an approval rests on, as exact text; the token stands there by its hash."""
    return {
        "off_ramp": off_ramp.id,
        "token": off_ramp.token_hash,
        "sell": str(off_ramp.quote.sell),
        "get": str(off_ramp.quote.get),
        "side": off_ramp.wish.side.value,
        "promotion": off_ramp.wish.promotion,
        "bank": off_ramp.bank_id,
        "bank_shown": off_ramp.bank,
        "ends_at": str(off_ramp.ends_at),
        "action": "off_ramp",
        "approver": str(approver),
        "role": role,
        "requester": str(off_ramp.requester or ""),
    }
