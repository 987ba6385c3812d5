"""What the bank's app shows: whose money has arrived for which order. People look here, the desk never does."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Bank:
    _credits: dict[str, str] = field(default_factory=dict)

    def credit(self, order: str, payer: str) -> None:
        self._credits[order] = payer

    def has_paid(self, order: str) -> bool:
        return order in self._credits

    def payer(self, order: str) -> str:
        return self._credits[order]
