"""The PIN before money moves: whether a confirming tap may go on without one. `pin_questions` asks and judges."""

from bot.domain.errors import NotAllowed
from bot.domain.intents import ORDER_ACTIONS
from bot.domain.money import Money
from bot.domain.seals import Seal
from bot.domain.staff import Person
from bot.domain.step_up import REQUIRED, Pins, Why, is_above, sealed_amount, why_asked, wish_of
from bot.flows import duress
from bot.flows.desk import Desk
from bot.flows.journal_line import journal
from bot.flows.pin_questions import PROMPT_SECONDS
from storage.store import Tables

PIN_FIRST = frozenset({"pin_needed", "pin_locked", "pin_missing"})
"""refusals after which the same step may be confirmed"""
ACTED_MS = 60_000
"""a money tap is written down again only when the last one is older"""


async def check(desk: Desk, seal: Seal, person: Person) -> None:
    """Whether this confirm may go on. Raises NotAllowed("pin_needed", "pin_locked", "pin_missing"), or Unreachable."""
    try:
        await _check(desk, seal, person)
    except NotAllowed as no:
        if seal.action in ORDER_ACTIONS:  # the others write down every refusal of theirs
            await _journal_no(desk, person.id, seal.action.value, seal.target, no)
        raise
    except duress.Forced:
        await _journal_no(desk, person.id, seal.action.value, seal.target, NotAllowed(duress.REASON))
        raise duress.away(duress.OF_ACTION.get(seal.action, duress.GATE)) from None


async def _check(desk: Desk, seal: Seal, person: Person) -> None:
    async with desk.store.read() as tables:
        pins = await tables.step_up.pins(person.id)
        await _check_standing(desk, tables, pins, is_money=True)
        if pins is None or not pins.is_set:
            return
        shift, since = await tables.step_up.shift(person.id), desk.now() - PROMPT_SECONDS * 1000
        is_proven = await tables.step_up.is_proven(seal.id, person.id, seal.opened_at)
    above = is_above(seal, desk.policy.step_up_above)
    if above and not is_proven:
        async with desk.store.write() as tables:
            is_proven = await tables.step_up.take_over_proof(seal.id, person.id, wish_of(seal), since)
    why = why_asked(pins, shift, is_above=above, is_proven=is_proven, now=desk.now())
    if why is not None:
        raise NotAllowed("pin_needed", _about(desk, seal, why))
    await _acted(desk, pins)


async def _acted(desk: Desk, pins: Pins) -> None:
    if pins.acted_at is None or not 0 <= desk.now() - pins.acted_at < ACTED_MS:
        async with desk.store.write() as tables:
            await tables.step_up.act(pins.person, desk.now())


async def _check_standing(desk: Desk, tables: Tables, pins: Pins | None, *, is_money: bool) -> None:
    """Raises for whoever is locked, without the PIN that the desk requires, or under duress: `Forced`."""
    _check_unlocked(pins)
    if (pins is None or not pins.is_set) and is_money and desk.policy.step_up == REQUIRED:
        raise NotAllowed("pin_missing")
    if pins is not None and (pins.person in await duress.hidden_from(tables) or duress.looks_removed(pins)):
        raise duress.Forced


def _check_unlocked(pins: Pins | None) -> None:
    if pins is not None and pins.locked_at is not None:
        raise NotAllowed("pin_locked")


def _about(desk: Desk, seal: Seal, why: Why) -> dict[str, str]:
    moved = sealed_amount(seal)
    most = desk.policy.step_up_above
    return {
        "about": seal.id,
        "sealed": "1",
        "deed": "bank_add" if seal.target.startswith("bank/") else seal.action.value,
        "why": why.value,
        "coins": str(Money(*moved)) if moved is not None else "",
        "above": format(most, "f") if most is not None else "",
        "named": seal.target if seal.action in ORDER_ACTIONS else "",
    }


async def check_deed(
    desk: Desk,
    user_id: int,
    deed: str,
    target: str = "",
    *,
    detail: str = "",
    is_always: bool = False,
    is_money: bool = True,
) -> None:
    """The same for what has no seal: `bank_delete`, `settle`, `unfreeze`, … `target` and `detail` tell it from another.

    `is_always`: a PIN given for just this, once, whatever was typed before. `is_money` False: nothing moves and no
    venue is asked. Raises as `check`, or NotAllowed("database") as any write that fails.
    """
    about = "/".join(part for part in (deed, target, detail) if part)
    try:
        await _check_deed(desk, user_id, deed, about, is_always=is_always, is_money=is_money)
    except NotAllowed as no:
        await _journal_no(desk, user_id, deed, target or deed, no)
        raise
    except duress.Forced:
        await _journal_no(desk, user_id, deed, target or deed, NotAllowed(duress.REASON))
        raise duress.excuse(deed, target, is_money=is_money) from None


async def _check_deed(desk: Desk, user_id: int, deed: str, about: str, *, is_always: bool, is_money: bool) -> None:
    async with desk.store.read() as tables:
        pins = await tables.step_up.pins(user_id)
        if is_always and pins is not None and pins.is_set:
            is_hidden = user_id in await duress.hidden_from(tables) or pins.quiet_at is not None
        else:
            await _check_standing(desk, tables, pins, is_money=is_money)
        shift = await tables.step_up.shift(user_id)
    if pins is None or not pins.is_set:
        return
    if is_always:
        await _check_fresh(desk, pins, deed, about, is_hidden=is_hidden)
        return
    why = why_asked(pins, shift, is_above=False, is_proven=False, now=desk.now())
    if why is not None:
        raise NotAllowed("pin_needed", {"about": about, "deed": deed, "why": why.value})
    await _acted(desk, pins)


async def _check_fresh(desk: Desk, pins: Pins, deed: str, about: str, *, is_hidden: bool) -> None:
    """Whoever is free again proves it with the first PIN; the second counts for nothing but looks as if it did."""
    _check_unlocked(pins)
    since = desk.now() - PROMPT_SECONDS * 1000
    async with desk.store.write() as tables:
        if await tables.step_up.use_proof(about, pins.person, since):
            return
    if duress.looks_removed(pins) or (is_hidden and (pins.proven_at or 0) >= since):
        raise duress.Forced
    raise NotAllowed("pin_needed", {"about": about, "deed": deed, "why": Why.ALWAYS.value})


async def _journal_no(desk: Desk, user_id: int, action: str, target: str, no: NotAllowed) -> None:
    async with desk.store.write() as tables:
        facts = {"reason": no.reason, **({"why": no.facts["why"]} if "why" in no.facts else {})}
        await journal(desk, tables, user_id, action, target, facts, "not_allowed")
