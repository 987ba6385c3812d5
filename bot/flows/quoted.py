"""What every action on something shown for a while shares: a life by two clocks, its seal, its refusals' words."""

from collections.abc import Mapping

from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.seals import Choice, Seal, fingerprint
from bot.domain.staff import Person
from bot.flows.desk import Desk

OF_A_QUOTE = {"seal_expired": "quote_ended", "seal_used": "quote_used", "not_your_step": "not_your_quote"}
ENDS_THE_QUOTE = frozenset({"quote_changed", "quote_ended", "limit_needs_usdt", "over_limit", "over_daily_limit"})


class NewerQuote(Exception):
    """The person took another quote meanwhile: one that nobody asked for must not end that."""


def of_quote(no: NotAllowed, seal: Seal, fact: str) -> NotAllowed:
    """The same refusal in the words of a quote; `fact` names what the seal is about."""
    return in_words(no, seal, fact, OF_A_QUOTE)


def in_words(no: NotAllowed, seal: Seal, fact: str, words: Mapping[str, str]) -> NotAllowed:
    """A refusal of a confirm step in the words of what was confirmed (reason → reason).

    A step that was used up although nobody sent anything is one that has ended.
    """
    facts = {key: value for key, value in no.facts.items() if key != "order"}
    reason = "seal_expired" if no.reason == "seal_used" and not facts.get("who") else no.reason
    return NotAllowed(words.get(reason, reason), facts | {fact: seal.target})


def is_over(desk: Desk, quote: str, asked_at: int, ends_at: int) -> bool:
    """By the clock on the wall and by the one that nobody can set: the shorter life counts (times in ms)."""
    now, deadline = desk.now(), desk.exchange.deadlines.get(quote)
    is_over_by_wall = now >= ends_at or now < asked_at
    return is_over_by_wall or deadline is None or desk.clock.monotonic() >= deadline


def make_seal(
    desk: Desk,
    person: Person,
    action: Action,
    target: str,
    facts: dict[str, str],
    *,
    expires_at: int,
    choice: Choice,
) -> Seal:
    """An open confirm step over these facts."""
    return Seal(
        id=desk.new_id(),
        target=target,
        action=action,
        opened_by=person.id,
        opened_at=desk.now(),
        expires_at=expires_at,
        shown_at=None,
        used_at=None,
        choice=choice,
        facts=facts,
        fingerprint=fingerprint(facts),
    )
