"""The main cards as people see them, in both languages."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.situations import Queue
from bot.domain.staff import Role
from bot.views import confirms
from bot.views.card import Card
from bot.views.desk import help_card
from bot.views.orders import order_card
from bot.views.queue import queue_card
from tests.views import samples


def drawn(card: Card) -> str:
    marks = {"danger": "‼ ", "primary": "▸ ", "success": "", "": ""}
    rows = ["".join(f"[{marks[button.style]}{button.text}]" for button in row) for row in card.rows]
    return "\n".join([card.plain, "", *rows])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_main_cards_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    operator, group = samples.reader(language), samples.reader(language, None)
    paid = samples.situation(twins=samples.TWINS)
    buy = samples.situation(samples.order(Side.BUY, "unpay"))
    done = samples.situation(samples.order(status="finished"), intent=samples.intent(State.DONE), twins=samples.TWINS)
    cards = {
        "paid": order_card(paid, operator),
        "paid in the group": order_card(paid, group),
        "we buy": order_card(buy, operator),
        "release": confirms.release_confirm(paid, samples.seal(), operator),
        "mark paid": confirms.mark_paid_confirm(buy, samples.seal(Action.MARK_PAID), operator),
        "unknown": order_card(samples.situation(intent=samples.intent(State.UNKNOWN)), operator),
        "done": order_card(done, operator),
        "reasons": confirms.cancel_reasons(buy, operator, more=False, cancels_today=2, in_a_row=1),
        "queue": queue_card(Queue((paid, buy), (), ("operator 2",), samples.NOW), operator),
        "help": help_card(samples.reader(language, Role.OWNER)),
    }
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards.items()) == snapshot
