"""Every request that moves money or ends an order."""

from bot.sandbox.gate.call_log import CallLog, LoggedCall

MONEY_ENDPOINTS = ("confirm-payment", "confirm-receipt", "cancel")


class MoneyCall(LoggedCall):
    """A `confirm-payment`, `confirm-receipt` or `cancel`."""


class MoneyLog(CallLog[MoneyCall]):
    def __init__(self) -> None:
        super().__init__(MoneyCall)
