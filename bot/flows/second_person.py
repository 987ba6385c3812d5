"""Who could be the second person for an action, and how it goes out because of that."""

from collections.abc import Sequence

from bot.domain.actions import RIGHTS
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.orders import Order
from bot.domain.staff import NO_LIMIT_FROM, Person, check_limit
from bot.domain.step_up import REQUIRED
from bot.domain.two_people import Way, needs_two, way_of
from bot.flows.desk import Desk
from bot.flows.working_day import day_start
from storage.store import Tables


async def others(desk: Desk, tables: Tables, action: Action, order: Order, besides: int) -> list[Person]:
    """Everybody else who may do it to this order today, by right, by limit and by PIN."""
    able = [person for person in desk.people.values() if person.id != besides and person.may(RIGHTS[action])]
    return [person for person in able if await _may_move(desk, tables, person, action, order)]


async def _may_move(desk: Desk, tables: Tables, person: Person, action: Action, order: Order) -> bool:
    return await _may_confirm(desk, tables, person) and await _is_within(desk, tables, person, action, order)


async def _may_confirm(desk: Desk, tables: Tables, person: Person) -> bool:
    """Not locked after wrong PINs, and with the PIN that the desk requires."""
    pins = await tables.step_up.pins(person.id)
    if pins is not None and pins.locked_at is not None:
        return False
    return desk.policy.step_up != REQUIRED or (pins is not None and pins.is_set)


async def _is_within(desk: Desk, tables: Tables, person: Person, action: Action, order: Order) -> bool:
    if person.role >= NO_LIMIT_FROM:
        return True
    if action is Action.MARK_PAID and order.holder_differs:
        return False
    try:
        await check_limits(desk, tables, person, action, order)
    except NotAllowed:
        return False
    return True


async def check_limits(desk: Desk, tables: Tables, person: Person, action: Action, order: Order) -> None:
    """Raises NotAllowed with the numbers when it is more than this person may move, at once or today."""
    limit = await tables.staff.limit(person.role, action.value)
    used = await tables.intents.used_since(person.id, action, day_start(desk))
    check_limit(person, limit, order.amount, used)


async def way(desk: Desk, tables: Tables, action: Action, order: Order, person_id: int) -> Way:
    """How the action would go out if this person confirmed it now."""
    if not needs_two(desk.policy, action, order.amount):
        return Way.AT_ONCE
    has_others = bool(await others(desk, tables, action, order, person_id))
    return way_of(desk.policy, action, order.amount, has_others=has_others)


def to_ring(able: Sequence[Person]) -> list[Person]:
    """Of those who could be the second: everybody on duty and every lead; nobody of these, then all."""
    first = [person for person in able if person.on_duty or person.role >= NO_LIMIT_FROM]
    return first or list(able)
