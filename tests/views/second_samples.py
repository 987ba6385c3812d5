"""Orders that wait for a second person, or for their moment, and every card about that."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.intents import Action, State
from bot.domain.orders import Side
from bot.domain.seals import Choice
from bot.domain.situations import Reader, Situation
from bot.domain.two_people import Approval, Way
from bot.views import confirms, two_people
from bot.views.card import Card
from bot.views.orders import order_card, order_line
from tests.views.samples import NOW, ORDER_ID, intent, order, seal, situation

FIRST = 7251000009


def approval(action: Action = Action.RELEASE, *, is_armed: bool = False, reference: str = "") -> Approval:
    due = NOW + 300_000 if is_armed else None
    choice = Choice(reference=reference) if action is Action.RELEASE else Choice(method="alipay")
    return Approval(
        "ap0123456789", ORDER_ID, action, FIRST, "s1", Decimal("1000.00"), "USDT", NOW, NOW + 600_000, due, choice, {}
    )


def waiting(action: Action = Action.RELEASE, **how: object) -> Situation:
    of = order() if action is Action.RELEASE else order(Side.BUY, "unpay")
    given = approval(action, **how)  # type: ignore[arg-type]
    return situation(of, approval=given, first_name="王五", claimed_by=5, claimed_name="operator 5")


def second_cards(who: Reader) -> Iterator[tuple[str, Card]]:
    for action in (Action.RELEASE, Action.MARK_PAID):
        for is_armed in (False, True):
            s = waiting(action, is_armed=is_armed)
            yield f"{action} {is_armed}", order_card(s, who)
            yield f"{action} {is_armed} in a list", Card(order_line(s, who))
        yield f"{action} credit", order_card(waiting(action, reference="4417"), who)
        s = waiting(action)
        yield f"{action} second", two_people.second_confirm(s, seal(action, Choice(first=FIRST)), who)
        yield f"{action} second, over", two_people.second_confirm(replace(s, approval=None), seal(action), who)
        yield f"{action} why not", two_people.why_not(s, who)
        yield f"{action} why not, over", two_people.why_not(replace(s, approval=None), who)
        for way in Way:
            draw = confirms.release_confirm if action is Action.RELEASE else confirms.mark_paid_confirm
            yield f"{action} first, {way}", draw(replace(s, approval=None, way=way), seal(action), who)
        for state in (State.SENT, State.DONE, State.UNKNOWN):
            of = replace(s.order, status="finished") if state is State.DONE else s.order
            ended = replace(s, order=of, approval=None, intent=intent(state, action))
            yield f"{action} {state}", order_card(ended, who)
