"""Switches of MTPay, for what its documents leave open."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from bot.sandbox.pay.switches import Switches


@dataclass
class MtpayVariants(Switches):
    """A name is the switch of `POST /control/mtpay/variants`."""

    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "repeat": ("refused", "same", "new"),
        "refusal_status": (200, 400, 422),
        "odd_answer": (
            "",
            "no_code",
            "no_url",
            "relative_url",
            "script_url",
            "user_url",
            "long_url",
            "text_times",
            "no_data",
        ),
        "ends_as": ("Finished", "Failed", "InProgress"),
        "end_webhook": ("", "Cancelled", "Failed"),
        "unknown_numbers": ("zero", "null", "absent"),
        "timestamp_as": ("number", "text"),
        "retry_stamp": ("new", "old"),
    }

    repeat: str = "refused"  # of a merchantOrderNo; "same": the same order again; "new": a second order!
    refusal_status: int = 400  # HTTP status of a business no; a wrong signature is a 401
    available: bool = True  # False: isAvailable is false, and nobody can pay
    unavailable_url: bool = False  # isAvailable false with a checkoutUrl all the same
    odd_answer: str = ""  # a deposit answer that is not as documented
    life_seconds: float = 7200.0  # of a link
    match_on_open: bool = True  # an advert is matched when the payer opens the page
    rate_cny: str = "7.2"
    rate_hkd: str = "7.8"
    fee_percent: str = "3.5"  # of the transaction amount
    finish_seconds: float = 2.0  # from "the payer says paid" to the end
    ends_as: str = "Finished"  # "InProgress": nothing more by itself
    end_webhook: str = ""  # what is told when a link ends unused; the documents list nothing
    unknown_numbers: str = "zero"  # what a webhook says of amounts before a rate is matched
    timestamp_as: str = "number"
    signs_body: bool = False  # a webhook's signature covers its data, too: one reading of the documents
    log_extras: bool = False  # latency and status_code, as in one copy of the documents
    tries: int = 6  # of one webhook
    gap_seconds: float = 10.0  # between two tries
    retry_stamp: str = "new"  # a repeated webhook has a new timestamp and signature, or its first ones
    answer_seconds: float = 5.0  # how long an answer may take

    def fits(self, name: str, value: object) -> bool:
        if name in ("rate_cny", "rate_hkd"):
            return _number(value) > 0
        if name == "fee_percent":
            return 0 <= _number(value) <= 100
        if name == "tries":
            return isinstance(value, int) and 1 <= value <= 1000
        if name in ("answer_seconds", "life_seconds"):
            return value != 0
        return super().fits(name, value)

    def rate(self, fiat: str) -> Decimal:
        return Decimal(self.rate_hkd if fiat == "HKD" else self.rate_cny)


def _number(value: object) -> Decimal:
    """−1 for what is no finite number."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return Decimal(-1)
    return number if number.is_finite() else Decimal(-1)
