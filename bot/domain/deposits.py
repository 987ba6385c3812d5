"""A payment link for a customer: what was asked for, what MTPay gave, and what its reports say of it (§7)."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, IntFlag, StrEnum

from bot.domain.intents import Intent, State
from bot.domain.money import Money
from bot.domain.seals import Seal

COIN = "MTC"
FIATS = ("CNY", "HKD")
LANGUAGES = ("zh_CN", "zh_TW", "en")
"""of the page the customer sees; the first is where a CNY payer begins, the second where an HKD payer does"""
NAME_COLUMNS = 60
ORDER_NUMBER = "D{:04d}"
REQUEST_CODE = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""the sample is 32 hexadecimal digits (§7); anything that people can read to each other may be one"""


class Mode(StrEnum):
    """Which amount is fixed: what the customer pays in fiat, or what we receive in the venue's coin."""

    PAYS = "pays"
    RECEIVES = "receives"


class Method(IntFlag):
    """How the customer may pay; the venue's bits."""

    BANK_CARD = 1
    WECHAT = 2
    ALIPAY = 4


ANY_METHOD = Method.BANK_CARD | Method.WECHAT | Method.ALIPAY


@dataclass(frozen=True, slots=True)
class DepositWish:
    """`payer` is the customer's real name: personal data, forgotten after the retention time (then empty)."""

    mode: Mode
    fiat: str
    amount: Decimal
    payer: str = field(repr=False)
    methods: Method = ANY_METHOD
    language: str = LANGUAGES[0]

    @property
    def currency(self) -> str:
        """What the amount is in; the venue tells the two modes apart by it."""
        return COIN if self.mode is Mode.RECEIVES else self.fiat

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Link:
    """The venue's answer to a deposit order. Times are Unix ms; `url` is empty when nobody can take the payment."""

    request_code: str
    url: str = field(repr=False)
    is_available: bool = True
    expires_at: int = 0
    created_at: int = 0


class Report(StrEnum):
    """What the venue's webhooks may say of a deposit; nothing follows an end."""

    IN_PROGRESS = "InProgress"
    FINISHED = "Finished"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


class Proof(Enum):
    """What the signature of a message proves: nothing, or that its sender has one of long ago, or one of now."""

    NONE = "none"
    OLD = "old"
    FRESH = "fresh"


ENDS = frozenset({Report.FINISHED, Report.FAILED, Report.CANCELLED})


def may_follow(report: Report, before: str) -> bool:
    """States only go forward: the first report, or an end after InProgress."""
    return not before or (before == Report.IN_PROGRESS and report in ENDS)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One message of the venue, a hint. Amounts are exact Decimals, None where absent or no number; texts cut.

    `status` is the venue's word, one of Report or anything else.
    """

    trade_type: str
    order_no: str
    request_code: str
    amount: Decimal | None
    currency: str
    status: str
    message: str = ""
    method: str = ""
    fiat: str = ""
    unit_price: Decimal | None = None
    transaction_amount: Decimal | None = None
    received: Decimal | None = None
    fee: Decimal | None = None
    payment_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Deposit:
    """One link that was asked for, and what came of it. `id` is ours; times are Unix ms.

    `order_no` is our number at the venue, empty until it is sent. `hook_hash` stands for the unguessable end of its
    webhook address, `name_salt` hides the payer's name in what is sealed. `request_code`, `url`,
    `is_available`, `expires_at` are the venue's answer; `report` and the amounts behind it are reported, never proven.
    `over_at`: when we saw that the link had ended unused.
    """

    id: str
    number: int
    wish: DepositWish
    person: int
    asked_at: int
    ends_at: int
    ended_at: int | None = None
    order_no: str = ""
    hook_hash: str = ""
    name_salt: str = field(default="", repr=False)
    request_code: str = ""
    url: str = field(default="", repr=False)
    is_available: bool | None = None
    expires_at: int = 0
    report: str = ""
    reported_at: int | None = None
    payment_amount: Decimal | None = None
    transaction_amount: Decimal | None = None
    unit_price: Decimal | None = None
    received: Decimal | None = None
    fee: Decimal | None = None
    method: str = ""
    message: str = ""
    over_at: int | None = None

    @property
    def label(self) -> str:
        """`D0612`: what people call it by."""
        return ORDER_NUMBER.format(self.number)

    @property
    def target(self) -> str:
        """What the ledger knows it by: one order number, one order."""
        return f"deposit/{self.id}"

    @property
    def has_other_payment(self) -> bool:
        """The customer is said to have paid something else than what was fixed: shown red."""
        told = self.payment_amount if self.wish.mode is Mode.PAYS else self.transaction_amount
        is_told = told is not None and (told != 0 or self.report == Report.FINISHED)  # nothing is paid of what was left
        return is_told and told != self.wish.amount


class Phase(StrEnum):
    """What a reader needs to know first."""

    SUMMARY = "summary"
    LEFT = "left"
    SENDING = "sending"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    VOID = "void"
    UNAVAILABLE = "unavailable"
    MADE = "made"
    WAITING = "waiting"
    OVER = "over"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


BY_STATE = {State.REFUSED: Phase.REFUSED, State.UNKNOWN: Phase.UNKNOWN, State.VOID: Phase.VOID}
BY_REPORT = {
    Report.IN_PROGRESS: Phase.IN_PROGRESS,
    Report.FINISHED: Phase.FINISHED,
    Report.FAILED: Phase.FAILED,
    Report.CANCELLED: Phase.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class DepositStanding:
    """A deposit now. `open_seal` is the live confirm step; `unanswered`: links without an outcome, ours included."""

    deposit: Deposit
    intent: Intent | None = None
    open_seal: Seal | None = None
    person_name: str = ""
    unanswered: int = 0

    @property
    def phase(self) -> Phase:
        deposit, intent = self.deposit, self.intent
        if intent is None:
            return Phase.SUMMARY if self.open_seal is not None else Phase.LEFT
        if intent.state is not State.DONE:
            return BY_STATE.get(intent.state, Phase.SENDING)
        if deposit.report:
            return BY_REPORT[Report(deposit.report)]
        if deposit.is_available is False:
            return Phase.UNAVAILABLE
        if deposit.over_at is not None:
            return Phase.OVER
        return Phase.WAITING if deposit.url else Phase.MADE


def differences(deposit: Deposit, webhook: Webhook) -> dict[str, tuple[str, str]]:
    """What a webhook tells otherwise than we stored it: field → (ours, told). Empty when all of it matches.

    A request code that we never learnt, because the answer was lost, differs from none that can be one.
    """
    wish = deposit.wish
    pairs = {
        "tradeType": ("Deposit", webhook.trade_type),
        "merchantOrderNo": (deposit.order_no, webhook.order_no),
        "requestCode": (deposit.request_code or _learnable(webhook.request_code), webhook.request_code),
        "requestCurrency": (wish.currency, webhook.currency),
        "requestStatus": (webhook.status if webhook.status in set(Report) else "–", webhook.status),
    }
    found = {name: (ours, told) for name, (ours, told) in pairs.items() if ours != told}
    if webhook.amount is None or webhook.amount != wish.amount:
        told = "" if webhook.amount is None else f"{webhook.amount:f}"
        found["requestAmount"] = (f"{wish.amount:f}", told)
    if webhook.fiat and webhook.fiat != wish.fiat:
        found["fiatCurrency"] = (wish.fiat, webhook.fiat)
    return found


def without_name(webhook: Webhook, name: str) -> Webhook:
    """The same report without the payer's name in the venue's free words: those are kept longer than names may be."""
    parts = [re.escape(part) for part in name.split()]
    if not parts:
        return webhook
    pattern = r"\s*".join(parts)
    if name.isascii():
        pattern = rf"(?<!\w){pattern}(?!\w)"  # "Li" is no name within "client"
    hide = re.compile(pattern, re.IGNORECASE)
    return replace(webhook, message=hide.sub("…", webhook.message), method=hide.sub("…", webhook.method))


def _learnable(code: str) -> str:
    """The code itself when it can be one, else what equals none."""
    return code if REQUEST_CODE.fullmatch(code) else "–"


def contradictions(deposit: Deposit, webhook: Webhook) -> dict[str, tuple[str, str]]:
    """What a second end of one deposit says otherwise than the first: field → (first, second). Both fit our order."""
    pairs = {
        "requestStatus": (deposit.report, webhook.status),
        "paymentAmount": (deposit.payment_amount, webhook.payment_amount),
        "transactionAmount": (deposit.transaction_amount, webhook.transaction_amount),
        "unitPrice": (deposit.unit_price, webhook.unit_price),
        "receivedAmount": (deposit.received, webhook.received),
        "transactionFee": (deposit.fee, webhook.fee),
    }
    return {name: (_told(first), _told(second)) for name, (first, second) in pairs.items() if first != second}


def _told(value: str | Decimal | None) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value or ""


def facts_of_deposit(deposit: Deposit, *, approver: int, role: str) -> dict[str, str]:
    """Every fact that an approval rests on, as exact text; the payer's name by a hash, its salt forgotten with it."""
    wish = deposit.wish
    return {
        "deposit": deposit.id,
        "mode": wish.mode.value,
        "amount": str(wish.money),
        "fiat": wish.fiat,
        "payer": hashlib.sha256(f"{deposit.name_salt}/{wish.payer}".encode()).hexdigest()[:24],
        "methods": str(int(wish.methods)),
        "language": wish.language,
        "ends_at": str(deposit.ends_at),
        "action": "deposit",
        "approver": str(approver),
        "role": role,
    }


def hash_of_hook(token: str) -> str:
    """What is stored of the unguessable end of a webhook address."""
    return hashlib.sha256(token.encode()).hexdigest()
