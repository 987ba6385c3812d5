"""Everything that is shown of duty, for tests that look at all of it."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.duty import MOST_NOTE, Bell, BellState, Handover, Offer, OfferState, OpenMoney, Watchman
from bot.domain.intents import State
from bot.domain.orders import Side
from bot.domain.situations import Reader
from bot.domain.staff import Role
from bot.views import duty, handover
from bot.views.card import Card
from tests.views import samples

GIVER, TAKER = 7251000002, 7251000003


def money(several: int = 1) -> OpenMoney:
    paid, buy = samples.situation(), samples.situation(samples.order(Side.BUY, "unpay"))
    doubted = samples.situation(intent=samples.intent(State.UNKNOWN))
    return OpenMoney((paid, buy, doubted) * several, unread=2 * several, unknown=several, stopped=several)


def watchman(name: str = "王五", **changes: object) -> Watchman:
    person = replace(samples.person(), name=name, on_duty=True)
    made = Watchman(person, (), OpenMoney(), (), samples.NOW, None, is_frozen=False)
    return replace(made, **changes)  # type: ignore[arg-type]


def bell(state: BellState = BellState.WAITING) -> Bell:
    return Bell("bell1", GIVER, samples.NOW, samples.NOW + 60_000, state)


def offer(state: OfferState = OfferState.WAITING, note: str = "", name: str = "王五", several: int = 1) -> Offer:
    orders = tuple(one.order.id for one in money().orders)
    one = Handover("handover1", GIVER, TAKER, note, orders, state, samples.NOW, samples.NOW + 600_000)
    return Offer(one, name, name, money(several), claimed=2, came=1, went=2)


def duty_cards(who: Reader, name: str = "王五") -> Iterator[tuple[str, Card]]:
    off = replace(samples.person(), name=name)
    yield "duty on, nothing open", duty.duty_card(watchman(name), who)
    full = watchman(name, others=(name, name, name), money=money(4), blind_since=samples.NOW, is_frozen=True)
    yield "duty on, much open", duty.duty_card(full, who)
    yield "duty taken over", duty.duty_card(full, who, handover.taken_lines(offer(name=name), 2, who))
    yield "duty off", duty.duty_card(watchman(name, person=off), who)
    let_go = watchman(name, person=off, claims=money().orders, others=(name,))
    yield "duty off, claims let go", duty.duty_card(let_go, who)
    yield "duty bell waits", duty.duty_card(watchman(name, person=off, bell=bell()), who)
    yield "duty last one", duty.leaving_card(watchman(name, money=money(4)), who)
    for state in BellState:
        yield f"bell {state}", duty.bell_card(bell(state), who)
    people = [replace(samples.person(Role.AGENT, id=number), name=name) for number in range(20)]
    yield "handover to whom", handover.choose_card(watchman(name, money=money(4), claims=money().orders), people, who)
    for is_giver in (True, False):
        reader = replace(who, person=replace(who.person, id=GIVER if is_giver else TAKER)) if who.person else who
        side = "giver" if is_giver else "taker"
        for stage in OfferState:
            yield f"handover {side} {stage}", handover.handover_card(offer(stage, name=name, several=4), reader)
            yield f"noted handover {side} {stage}", handover.handover_card(offer(stage, "n" * MOST_NOTE, name), reader)
    yield "handover notes", handover.note_prompt(offer(name=name), who)
