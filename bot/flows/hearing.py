"""Up to which moment the desk has heard what people tapped: what goes out by itself waits for that."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Hearing:
    """`until` in Unix ms; None where nobody listens, so that nothing can have been missed.

    `urgent`: something waits for it, so that Telegram is asked at once, and often.
    """

    until: int | None = None
    urgent: asyncio.Event = field(default_factory=asyncio.Event)

    def want(self, is_urgent: bool) -> None:
        if is_urgent:
            self.urgent.set()
        else:
            self.urgent.clear()

    def heard(self, until: int) -> None:
        """Telegram had nothing more to bring at that moment."""
        if self.until is not None:
            self.until = until

    def covers(self, moment: int) -> bool:
        return self.until is None or self.until >= moment

    def earliest(self, shown_at: int, now: int) -> int:
        """When a tap that comes now on something shown at `shown_at` (ms) may have been made: not before the desk
        last heard everything."""
        return now if self.until is None else min(max(self.until, shown_at), now)
