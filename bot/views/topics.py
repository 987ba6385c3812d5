"""The name of an order's topic: digits people use, and what it is worth; no names, because lists are glanced at."""

from bot.domain.situations import Situation
from bot.texts import formatting as form


def topic_name(s: Situation) -> str:
    """At most 128 characters, as Telegram allows."""
    order = s.order
    return f"{order.short_id} · {form.amount(order.total)} {order.fiat}"[:128]
