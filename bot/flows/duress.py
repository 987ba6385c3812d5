"""Somebody is made to type a PIN. The second PIN stops the desk's money without a word where it was typed.

Who typed it, and the group, are told nothing: there every money button says that its venue cannot be reached, and what
asks no venue says what a failed write says. The other owners are rung, loudly. Everybody else who tries to move money
reads that the desk is frozen.
"""

from bot.domain.alerts import AlertKind
from bot.domain.errors import DeskError, NotAllowed, Unreachable
from bot.domain.intents import Action
from bot.domain.situations import Notice
from bot.domain.staff import Person, Role
from bot.domain.step_up import Pins
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from storage.store import Tables

FROZEN = "frozen"
QUIETLY = "frozen_quietly"
"""in the desk's memory beside FROZEN: the ids of those who may not be shown that the desk is frozen, with commas"""
GIVES_AWAY = frozenset({"desk_frozen", "shop_frozen"})
REASON = "pin_2"
"""why nothing was sent, in the journal's facts"""
ALONE = "owner_alone"
"""why the bell outside rang"""
NEVER_SHOWN = GIVES_AWAY | {REASON, ALONE}
"""reasons of journal lines that whoever typed the second PIN gets to see nowhere while it counts"""
GATE, GATE_PAY, MTPAY = "gate", "gate_pay", "mtpay"
OF_ACTION = {Action.CONVERT: GATE_PAY, Action.OFF_RAMP: GATE_PAY, Action.DEPOSIT: MTPAY}
OF_TARGET = {"conversion": GATE_PAY, "off_ramp": GATE_PAY, "bank": GATE_PAY, "deposit": MTPAY}
"""by what stands before the slash in a deed's target; everything else is Gate's own affair"""
ON_ORDERS = frozenset({"unlock"})
"""deeds that move nothing, on a card whose other buttons ask Gate"""


class Forced(Exception):
    """This person typed the second PIN and gets no further. Whoever catches it says something ordinary instead."""


async def freeze_quietly(desk: Desk, tables: Tables, pins: Pins) -> None:
    """Inside the transaction that judges the PIN. A desk that is frozen for all to see stays so."""
    person = desk.people[pins.person]
    hidden = await hidden_from(tables)
    if hidden or await tables.desk.get(FROZEN) is None:
        if not hidden:
            await tables.desk.put(FROZEN, str(desk.now()))
        await tables.desk.put(QUIETLY, ",".join(str(one) for one in sorted(hidden | {person.id})))
    await tables.step_up.quiet(person.id, desk.now())
    if pins.quiet_at is None:
        facts = {"who": person.name, "id": str(person.id), "at": str(desk.now())}
        await announce(desk, tables, Notice("duress", facts), others_to_ring(desk, person), kind=AlertKind.ALWAYS)


def others_to_ring(desk: Desk, person: Person) -> list[Person]:
    """The owners but for this person; where there is no other, the leads."""
    owners = [one for one in with_role(desk, Role.OWNER) if one.id != person.id]
    return owners or [one for one in with_role(desk, Role.LEAD) if one.id != person.id]


async def unheard_since(desk: Desk, tables: Tables) -> int | None:
    """Since when somebody is forced or locked of whom the desk can tell nobody."""
    stopped = await tables.step_up.stopped()
    found = [at for id_, at in stopped.items() if id_ in desk.people and not others_to_ring(desk, desk.people[id_])]
    return min(found, default=None)


async def hidden_from(tables: Tables) -> frozenset[int]:
    """Who may not see that the desk is frozen; nobody when it is not, or is for all to see."""
    ids = await tables.desk.get(QUIETLY) or ""
    return frozenset(int(one) for one in ids.split(",") if one)


async def is_shown_frozen(tables: Tables, user_id: int | None) -> bool:
    """Whether this person (None: the group) sees that the desk is frozen."""
    if await tables.desk.get(FROZEN) is None:
        return False
    hidden = await hidden_from(tables)
    return not hidden or (user_id is not None and user_id not in hidden)


async def kept_from(tables: Tables, user_id: int | None) -> frozenset[str]:
    """The reasons whose journal lines this person may not see (None: the command line, which sees all).

    A freeze for all to see that came later does not show that there was another one before.
    """
    pins = await tables.step_up.pins(user_id) if user_id is not None else None
    return NEVER_SHOWN if pins is not None and pins.quiet_at is not None else frozenset()


def looks_removed(pins: Pins) -> bool:
    """The PIN was seemingly taken away by force: a question for it would show that it was not."""
    return pins.quiet_at is not None and not pins.is_shown_set


async def as_shown(desk: Desk, user_id: int, no: DeskError) -> DeskError:
    """The refusal as this person may see it."""
    if not isinstance(no, NotAllowed) or no.reason not in GIVES_AWAY:
        return no
    async with desk.store.read() as tables:
        return away(no.facts.get("venue", GATE)) if user_id in await hidden_from(tables) else no


def away(venue: str) -> Unreachable:
    """What is said in its place: nothing was sent, nothing happened."""
    return Unreachable(venue, "orders", "no connection")


def excuse(deed: str, target: str, *, is_money: bool) -> DeskError:
    """What could as well have kept that deed from being done: a venue that it would ask, or else our own memory."""
    if is_money or deed in ON_ORDERS:
        return away(OF_TARGET.get(target.partition("/")[0], GATE))
    return NotAllowed("database")
