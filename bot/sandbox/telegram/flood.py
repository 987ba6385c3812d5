"""Telegram's flood limits, sends and edits together: a chat, a group, and everything."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.telegram.refusals import too_many_requests

CHAT_PER_SECOND, CHAT_BURST = 1.0, 5.0
GROUP_PER_MINUTE = 20
ALL_PER_SECOND = 30


@dataclass
class FloodLimits:
    """About 1/s per chat with a burst of 5, 20 in any minute per group, 30 in any second overall."""

    clock: Callable[[], float]
    _buckets: dict[int, tuple[float, float]] = field(default_factory=dict)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)

    def take(self, chat_id: int, messages: int = 1) -> None:
        """Count so many messages to the chat; raises 429 (and counts nothing) when that is too many."""
        now = self.clock()
        level, at = self._buckets.get(chat_id, (CHAT_BURST, now))
        level = min(CHAT_BURST, level + (now - at) * CHAT_PER_SECOND)
        group = self._groups.setdefault(chat_id, deque())
        _forget(group, now - 60)
        _forget(self._all, now - 1)
        wait = 0.0
        if level < messages:
            wait = (messages - level) / CHAT_PER_SECOND
        if chat_id < 0 and len(group) + messages > GROUP_PER_MINUTE:
            wait = max(wait, group[0] + 60 - now if group else 60)
        if len(self._all) + messages > ALL_PER_SECOND:
            wait = max(wait, 1.0)
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        self._buckets[chat_id] = (level - messages, now)
        group.extend([now] * messages)
        self._all.extend([now] * messages)


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
