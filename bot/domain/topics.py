"""What a topic's name says of its order, and the facts of the one line that stays when the topic goes."""

from enum import IntEnum

from bot.domain.intents import State
from bot.domain.orders import Order
from bot.domain.situations import Situation


class Stage(IntEnum):
    """A name is given at birth and changed at most once for trouble and once for the end."""

    GOING_ON = 0
    IN_TROUBLE = 1
    OVER = 2


def stage_of(situation: Situation) -> Stage:
    """Trouble is an appeal or an outcome that nobody knows."""
    if situation.order.is_final:
        return Stage.OVER
    is_unknown = situation.intent is not None and situation.intent.state is State.UNKNOWN
    return Stage.IN_TROUBLE if situation.order.in_appeal or is_unknown else Stage.GOING_ON


def end_facts(order: Order, ended_at: int, who: str) -> dict[str, str]:
    """The end of an order in ready strings, without its people; `ended_at` in ms, `who` of ours ended it, or ""."""
    return {
        "order": order.id,
        "phase": order.phase.value,
        "side": order.side.value,
        "coins": str(order.coins),
        "total": str(order.fiat_total),
        "at": str(ended_at),
        "who": who,
    }
