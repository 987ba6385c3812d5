"""Telegram's budget: about 30 messages a second in all, one a second per chat, twenty a minute per group, edits too."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

OVERALL = ((25, 1.0),)
PRIVATE = ((5, 5.2), (20, 21.0))
PRIVATE_NEWS = ((2, 3.0),)
"""news never takes the last place of five seconds, so that an answer need not wait for it"""
GROUP = ((3, 3.0), (18, 60.0))

GROUP_NEWS = ((3, 3.0), (11, 60.0))
"""the rest of a group's minute is for answers and for digests of what has to wait"""
QUIET_MINUTE = 5
"""what can wait leaves a group's minute to the rest: it comes only where less than this was said"""
HERALD_EVERY_SECONDS = 8.0

Rules = tuple[tuple[int, float], ...]


class Window:
    """At most `count` events within any `seconds`, for each rule."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._past: deque[float] = deque(maxlen=max(count for count, _ in rules))

    def wait(self, now: float) -> float:
        """Seconds until the next event fits."""
        waits = [0.0]
        for count, seconds in self._rules:
            if len(self._past) >= count:
                waits.append(self._past[-count] + seconds - now)
        return max(waits)

    def used(self, now: float, seconds: float) -> int:
        """How many there were within the last seconds."""
        return sum(at > now - seconds for at in self._past)

    def take(self, now: float) -> None:
        self._past.append(now)

    def give_back(self) -> None:
        if self._past:
            self._past.pop()


class Pace:
    """Gives turns. An answer to a person goes before news: news waits while any answer is waiting for the same chat."""

    def __init__(self, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._now = now
        self._sleep = sleep
        self._overall = Window(OVERALL)
        self._chats: dict[int, Window] = {}
        self._news: dict[int, Window] = {}
        self._heralded: dict[int, float] = {}
        self._held: dict[int, float] = {}
        self._answers: dict[int, int] = {}

    def hold(self, chat_id: int, seconds: float) -> None:
        """Telegram asked to wait for this chat."""
        self._held[chat_id] = self._now() + seconds

    def wait(self, chat_id: int, *, is_answer: bool) -> float:
        """Seconds until the chat's next turn."""
        now = self._now()
        chat = self._chats.setdefault(chat_id, Window(GROUP if chat_id < 0 else PRIVATE))
        news = self._news.setdefault(chat_id, Window(GROUP_NEWS if chat_id < 0 else PRIVATE_NEWS))
        waits = [self._overall.wait(now), chat.wait(now), self._held.get(chat_id, 0.0) - now]
        return max(*waits, 0.0 if is_answer else news.wait(now))

    def _take(self, chat_id: int, *, is_answer: bool) -> None:
        now = self._now()
        self._overall.take(now)
        self._chats[chat_id].take(now)
        if not is_answer:
            self._news[chat_id].take(now)

    def give_back(self, chat_id: int, *, is_answer: bool = False) -> None:
        """The last turn was not used after all: there was nothing to say."""
        for window in (self._overall, self._chats[chat_id], *(() if is_answer else (self._news[chat_id],))):
            window.give_back()

    def spend(self, chat_id: int) -> None:
        """Count one more call of the same turn, so that what follows waits the longer."""
        self._take(chat_id, is_answer=False)

    def herald_wait(self, chat_id: int) -> float:
        """Seconds until the next digest of words."""
        return max(0.0, self._heralded.get(chat_id, -HERALD_EVERY_SECONDS) + HERALD_EVERY_SECONDS - self._now())

    def herald(self, chat_id: int) -> None:
        self._heralded[chat_id] = self._now()

    def try_turn(self, chat_id: int, least_quiet: int = QUIET_MINUTE) -> bool:
        """Take a turn for what can wait: only at once, and only where less than this was said in the last minute."""
        now = self._now()
        if self.wait(chat_id, is_answer=False) > 0 or self._answers.get(chat_id):
            return False
        if self._chats[chat_id].used(now, 60.0) >= least_quiet:
            return False
        self._take(chat_id, is_answer=False)
        return True

    async def turn(self, chat_id: int, *, is_answer: bool) -> None:
        """Wait for this chat's turn and take it."""
        if is_answer:
            self._answers[chat_id] = self._answers.get(chat_id, 0) + 1
        try:
            while (wait := self.wait(chat_id, is_answer=is_answer)) > 0 or (
                not is_answer and self._answers.get(chat_id)
            ):
                await self._sleep(max(wait, 0.02))
            self._take(chat_id, is_answer=is_answer)
        finally:
            if is_answer:
                self._answers[chat_id] -= 1
