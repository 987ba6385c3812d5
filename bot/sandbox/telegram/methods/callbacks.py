"""Answers to taps."""

from __future__ import annotations

from bot.sandbox.telegram.model import Json
from bot.sandbox.telegram.refusals import bad_request, not_built
from bot.sandbox.telegram.world import TelegramWorld

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(world: TelegramWorld, params: Json) -> bool:
    """Once and in time; a second or late answer is refused with the same words."""
    if params.get("url"):
        raise not_built("answerCallbackQuery's url")
    query = world.callbacks.get(params["callback_query_id"])
    now = world.clock()
    if query is None or query.answered_at is not None or now - query.at > world.callback_seconds:
        raise bad_request(TOO_OLD)
    query.answered_at = now
    query.text, query.is_alert = params.get("text"), params.get("show_alert", False)
    return True


METHODS = {"answerCallbackQuery": answer_callback_query}
