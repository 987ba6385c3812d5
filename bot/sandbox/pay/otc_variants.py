"""Switches of the OTC desk and of its callbacks, for what the documents leave open or say in two ways."""

from dataclasses import dataclass
from typing import ClassVar

from bot.sandbox.pay.otc_book import REVIEWS, STATUSES
from bot.sandbox.pay.switches import Switches


@dataclass
class OtcVariants(Switches):
    """A name is the switch of `POST /control/pay/otc/variants`; envelopes are those of all of Gate Pay."""

    choices: ClassVar[dict[str, tuple[object, ...]]] = {
        "quote_answers": ("asked", "ten_times"),
        "repeat": ("refused", "idempotency", "executed"),
        "ends_as": STATUSES,
        "detail_by": ("both", "order_id"),
        "details": ("newer", "older"),
        "fees": ("end", "dispatched"),
        "list_id": ("orderId", "order_id"),
        "bank_ids": ("text", "number"),
        "supplement": ("no", "yes", "absent"),
        "review_as": REVIEWS,
        "callback_data": ("text", "object"),
        "callback_client": ("clientId", "client_id", "absent"),
        "callback_time": ("ms", "s"),
        "schedule": ("older", "newer"),
        "retry_stamp": ("new", "old"),
    }

    quote_seconds: float = 60.0  # validPeriod; the wire shows whole seconds
    echo_currency: bool = True  # a quote repeats its currencies (one sample does not)
    quote_answers: str = "asked"  # "ten_times": another amount than asked for, as the vendor's own sample
    repeat: str = "refused"  # of a clientOrderId: 5502761; "idempotency": 550314; "executed": a second order!
    refused_burns_id: bool = True  # after a refused create the clientOrderId must be changed
    dispatch_seconds: float = 3.0  # from PROCESSING to DISPATCHED
    done_seconds: float = 3.0  # from DISPATCHED to the end
    ends_as: str = "DONE"  # FAIL comes after DISPATCHED; the other two stay as they are
    fail_words: str = "bank rejected the transfer"
    detail_by: str = "both"  # "order_id": order/detail knows no clientOrderId
    details: str = "newer"  # "older": no errMsg, tradeFee, finalFiatAmount, bankSlipInfo, promCode
    fees: str = "end"  # from when tradeFee and finalFiatAmount are shown
    list_id: str = "orderId"  # what order/list calls it
    calls_per_second: float = 0.0  # more are refused with 5503001; 0: any number
    bank_ids: str = "text"  # bankAccountId of bank/list
    bank_status: bool = True  # bank/list has status and memo
    masked_iban: bool = False  # UYTU****GFHG
    supplement: str = "no"  # needSupplementMaterial of bank/create
    review_seconds: float = 5.0
    review_as: int = 1  # how reviews of new accounts end by themselves; 2: not at all
    review_memo: str = ""
    callback_data: str = "text"  # data is JSON in JSON, or an object
    callback_client: str = "clientId"
    callback_time: str = "ms"  # updateTime
    schedule: str = "older"  # of re-sending: 9 pauses, or the newer document's 15
    retry_stamp: str = "new"  # a re-sent callback has a new timestamp and nonce, or its first ones
    compress: float = 1.0  # pauses before re-sending are divided by it
    answer_seconds: float = 5.0  # how long a callback's answer may take
    early_callback: bool = False  # dispatched and called back before the create is answered

    def fits(self, name: str, value: object) -> bool:
        return value != 0 if name in ("compress", "quote_seconds", "answer_seconds") else super().fits(name, value)
