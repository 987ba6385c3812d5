"""How MTPay says no: a code as text and a sentence. Of its codes only one is known; the others are our own."""

SIGNATURE = "INVALID_SIGNATURE"
ACCESS_KEY = "INVALID_ACCESS_KEY"
TIMESTAMP = "INVALID_TIMESTAMP"
PARAMETER = "INVALID_PARAMETER"
AMOUNT = "INVALID_AMOUNT"
CURRENCY = "UNSUPPORTED_CURRENCY"
DUPLICATE = "DUPLICATE_ORDER"
UNAUTHORIZED = 401


class No(Exception):
    """A refusal. `status` 0: as the venue's variant says."""

    def __init__(self, code: str, message: str, status: int = 0) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(f"{code} {message}")
