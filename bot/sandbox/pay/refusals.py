"""How Gate Pay says no (contract section 2): a code as text, a label, a sentence. Convert has no list of its own."""

SYSTEM = "300000"
INVALID = "400001"
SIGNATURE = "400002"
TIMESTAMP = "400003"
CLIENT = "400004"
CONTENT_TYPE = "400007"
NONCE = "400020"
DUPLICATE = "400201"
NOT_FOUND = "400202"
WRONG_STATE = "400204"
CURRENCY = "400500"
BALANCE = "400611"
AMOUNT = "400621"
RATE_MOVED = "400622"
OTC_NOT_FOUND = "550175"
NO_BANK = "550310"
RESTRICTED = "550311"
NOT_WITHDRAWABLE = "550312"
QUOTE_EXPIRED = "550313"
IDEMPOTENCY = "550314"
QUOTE_AMOUNT = "550315"
BANK_NOT_ADDED = "550316"
BANK_NOT_DELETED = "550317"
PROMOTION = "550318"
USED_NUMBER = "5502761"
RATE_LIMITED = "5503001"

_WORDS = {
    SYSTEM: ("SYSTEM_ERROR", "system error"),
    "300001": ("INTERNAL_ERROR", "internal error"),
    "400000": ("UNKNOWN_ERROR", "unknown error"),
    INVALID: ("INVALID_PARAMETER", "invalid parameter"),
    SIGNATURE: ("INVALID_SIGNATURE", "signature verification failed"),
    TIMESTAMP: ("TIMESTAMP_EXPIRED", "request timestamp expired"),
    CLIENT: ("INVALID_CLIENT_ID", "client id missing or unknown"),
    CONTENT_TYPE: ("INVALID_CONTENT_TYPE", "content type not supported"),
    NONCE: ("INVALID_NONCE", "nonce invalid"),
    DUPLICATE: ("DUPLICATE_ORDER", "duplicate merchant order number"),
    NOT_FOUND: ("ORDER_NOT_FOUND", "order not found"),
    WRONG_STATE: ("ORDER_STATE_ERROR", "wrong order state"),
    CURRENCY: ("CURRENCY_NOT_SUPPORTED", "currency not supported"),
    BALANCE: ("INSUFFICIENT_BALANCE", "insufficient balance"),
    AMOUNT: ("INVALID_AMOUNT", "amount outside the pair's limits"),
    RATE_MOVED: ("CONVERT_RATE_CHANGED", "conversion failed because the exchange rate moved"),
    "550018": ("RISK_CONTROL", "refused by risk control"),
    OTC_NOT_FOUND: ("ORDER_NOT_FOUND", "order does not exist"),
    "550301": ("OTC_NOT_VERIFIED", "Global OTC verification required"),
    "550302": ("OTC_PERSONAL_NOT_APPLIED", "personal pro application required"),
    "550303": ("OTC_COMPANY_NOT_APPLIED", "company pro application required"),
    "550304": ("OTC_APPLICATION_REFUSED", "the application was refused"),
    "550305": ("OTC_FROZEN", "the qualification is frozen"),
    "550306": ("OTC_UNDER_REVIEW", "the application is under review"),
    "550307": ("OTC_LIMIT", "the limit is too small, apply for more"),
    "550308": ("OTC_LIMIT_UNDER_REVIEW", "the limit raise is under review"),
    "550309": ("OTC_LIMIT_REFUSED", "the limit raise was refused"),
    NO_BANK: ("NO_BANK_ACCOUNT", "no bank account bound"),
    RESTRICTED: ("OPERATION_RESTRICTED", "operation restricted, contact support"),
    NOT_WITHDRAWABLE: ("CURRENCY_NOT_WITHDRAWABLE", "currency may not be withdrawn"),
    QUOTE_EXPIRED: ("QUOTE_EXPIRED", "quote expired"),
    IDEMPOTENCY: ("IDEMPOTENCY_CHECK_FAILED", "idempotency check failed"),
    QUOTE_AMOUNT: ("QUOTE_AMOUNT_OUT_OF_RANGE", "quote amount outside limits"),
    BANK_NOT_ADDED: ("BANK_CREATE_FAILED", "bank account could not be created"),
    BANK_NOT_DELETED: ("BANK_DELETE_FAILED", "bank account could not be deleted"),
    PROMOTION: ("PROMOTION_CODE_INVALID", "promotion code invalid"),
    USED_NUMBER: ("DUPLICATE_CLIENT_ORDER", "duplicate merchant order number"),
    "5502961": ("COUNTRY_NOT_SERVED", "country not served"),
    "5502971": ("NOT_ELIGIBLE", "user not eligible for OTC"),
    RATE_LIMITED: ("RATE_LIMITED", "too many requests"),
}
# Documented with HTTP 500 and the advice to retry with the same parameters; every other no is an HTTP 200.
_SERVER_ERRORS = (SYSTEM, "300001", "400000")


class No(Exception):
    """A refusal: its code, label and sentence, and the HTTP status it travels with."""

    def __init__(self, code: str, message: str = "", *, label: str = "", status: int = 0) -> None:
        known_label, known_message = _WORDS.get(code, ("ERROR", "refused"))
        self.code = code
        self.label = label or known_label
        self.message = message or known_message
        self.status = status or (500 if code in _SERVER_ERRORS else 200)
        super().__init__(f"{self.code} {self.message}")
