"""A person's PINs: set, changed and taken away by answers to the desk's questions; an owner unlocks and resets.

Nothing here tells whether somebody has a second PIN, nor, while that one stops the desk, that it does: whoever forces
a person sees a PIN being changed or taken away, and it is not.
"""

from dataclasses import dataclass, replace

from bot.domain.errors import NotAllowed
from bot.domain.staff import Right
from bot.domain.step_up import ASKS_KNOWN, ASKS_NEW, KEPT_PAST, NEXT, Pins, Pretended, Prompt, Step, check_new
from bot.flows.desk import Desk
from bot.flows.journal_line import journal
from bot.flows.pin_hashing import hash_of, is_same, new_salt
from bot.flows.pin_questions import Typed, judge, put_prompt, take
from bot.flows.step_up import check_deed
from storage.store import Tables

OFF = "off"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person sees of their own PIN. `set_at` in ms."""

    is_set: bool
    set_at: int | None
    is_locked: bool
    is_required: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer led to: the question it answered, and the one that follows, if any."""

    prompt: Prompt
    follows: Prompt | None = None


async def standing(desk: Desk, user_id: int) -> Standing:
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        pins = await tables.step_up.pins(user_id)
    shown = pins if pins is not None and pins.is_shown_set else None
    return Standing(
        is_set=shown is not None,
        set_at=shown.shown_set_at if shown is not None else None,
        is_locked=pins is not None and pins.locked_at is not None,
        is_required=desk.policy.step_up == "required",
    )


async def begin(desk: Desk, user_id: int, step: Step) -> Prompt:
    """The first question: for the PIN that is set, or for a new one where there is none. Raises NotAllowed."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        pins = await tables.step_up.begin(user_id, new_salt())
        if pins.locked_at is not None:
            raise NotAllowed("pin_locked")
        if step is Step.OLD and not pins.is_shown_set:
            step = Step.NEW
        if step is Step.NEW and pins.is_shown_set:
            step = Step.OLD
        if step in (Step.REMOVE, Step.SECOND_PROVE) and not pins.is_shown_set:
            raise NotAllowed("pin_none")
        return await put_prompt(desk, tables, user_id, step)


async def end_second(desk: Desk, user_id: int) -> Prompt:
    """The question before the second PIN is taken away; asked whether or not there is one."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        pins = await tables.step_up.pins(user_id)
        if pins is None or not pins.is_shown_set:
            raise NotAllowed("pin_none")
        if pins.locked_at is not None:
            raise NotAllowed("pin_locked")
        return await put_prompt(desk, tables, user_id, Step.SECOND_PROVE, OFF)


async def answer(desk: Desk, user_id: int, prompt_id: str, typing: Typed) -> Answered:
    """Judge one answer. Raises NotAllowed: then nothing changed but the count of wrong ones."""
    prompt, pins, pin = await take(desk, user_id, prompt_id, typing)
    if prompt.step in ASKS_KNOWN:
        await judge(desk, pins, prompt, pin)
        return await _go_on(desk, prompt)
    if pins is None:
        raise NotAllowed("pin_prompt_over")
    if prompt.step in ASKS_NEW:
        check_new(pin)
        hashed = await hash_of(pin, pins.salt)
        seeming = pins.pretended
        used = (pins.first, pins.second, *pins.past, seeming.first, seeming.second, *seeming.past)
        if any(is_same(hashed, old) for old in used):
            raise NotAllowed("pin_used_before")
        return await _follow(desk, prompt, hashed)
    if not is_same(await hash_of(pin, pins.salt), prompt.draft):
        raise NotAllowed("pin_differs")
    await _keep(desk, prompt)
    return Answered(prompt)


async def _go_on(desk: Desk, prompt: Prompt) -> Answered:
    """After a right one: the next question, or what it was typed for."""
    if prompt.step is Step.REMOVE:
        async with desk.store.write() as tables:
            pins = await tables.step_up.pins(prompt.person)
            is_quiet = pins is not None and pins.quiet_at is not None
            if pins is not None and is_quiet:
                await tables.step_up.pretend(prompt.person, pins.pretended.gone)
            else:
                await tables.step_up.take_away(prompt.person)
            await _note(desk, tables, prompt.person, "pin_removed", is_quiet=is_quiet)
        return Answered(prompt)
    if prompt.about == OFF and prompt.step is Step.SECOND_PROVE:
        async with desk.store.write() as tables:
            is_quiet = await _is_quiet(tables, prompt.person)
            if not is_quiet:
                await tables.step_up.set_second(prompt.person, "")
            await _note(desk, tables, prompt.person, "pin_set", is_quiet=is_quiet)
        return Answered(prompt)
    return await _follow(desk, prompt) if prompt.step in NEXT else Answered(prompt)


async def _follow(desk: Desk, prompt: Prompt, draft: str = "") -> Answered:
    async with desk.store.write() as tables:
        return Answered(prompt, await put_prompt(desk, tables, prompt.person, NEXT[prompt.step], draft=draft))


async def _keep(desk: Desk, prompt: Prompt) -> None:
    """The new PIN, typed twice, counts from now on, unless somebody is being forced to change it."""
    async with desk.store.write() as tables:
        pins = await tables.step_up.pins(prompt.person)
        if pins is None or pins.locked_at is not None:
            raise NotAllowed("pin_locked")
        if pins.quiet_at is not None:
            await tables.step_up.pretend(prompt.person, _pretended(pins, prompt, desk.now()).stored)
        elif prompt.step is Step.SECOND_AGAIN:
            await tables.step_up.set_second(prompt.person, prompt.draft)
        else:
            past = (prompt.draft, *pins.past)[:KEPT_PAST]
            await tables.step_up.set_first(prompt.person, prompt.draft, past, desk.now())
        await _note(desk, tables, prompt.person, "pin_set", is_quiet=pins.quiet_at is not None)


async def _note(desk: Desk, tables: Tables, person: int, what: str, *, is_quiet: bool) -> None:
    """The same line whether it counts or not: that it did not, by force, is told by a number alone."""
    await journal(desk, tables, person, what, str(person), {"pin": "2"} if is_quiet else {}, "done")


def _pretended(pins: Pins, prompt: Prompt, now: int) -> Pretended:
    if prompt.step is Step.SECOND_AGAIN:
        return replace(pins.pretended, second=prompt.draft)
    past = (prompt.draft, *pins.pretended.past)[:KEPT_PAST]
    return replace(pins.pretended, first=prompt.draft, at=now, past=past)


async def _is_quiet(tables: Tables, person: int) -> bool:
    pins = await tables.step_up.pins(person)
    return pins is not None and pins.quiet_at is not None


async def unlock(desk: Desk, user_id: int, target_id: int) -> bool:
    """An owner lets a person try again. False when that person was not locked. Nobody unlocks themselves."""
    desk.need(user_id, Right.UNFREEZE)
    async with desk.store.read() as tables:
        pins = await tables.step_up.pins(target_id)
    if pins is None or pins.locked_at is None:
        return False
    _not_oneself(user_id, target_id)
    await check_deed(desk, user_id, "pin_unlocked", str(target_id), is_always=True, is_money=False)
    async with desk.store.write() as tables:
        desk.need(user_id, Right.UNFREEZE)
        if not await tables.step_up.unlock(target_id):
            return False
        await journal(desk, tables, user_id, "pin_unlocked", str(target_id), {}, "done")
    return True


async def reset(desk: Desk, user_id: int | None, target_id: int) -> None:
    """The person has no PIN any more and sets a new one; past ones are forgotten. `user_id` None: the technician."""
    if target_id not in desk.people:
        raise NotAllowed("unknown_person", {"given": str(target_id)})
    if user_id is not None:
        desk.need(user_id, Right.STAFF)
        _not_oneself(user_id, target_id)
        await check_deed(desk, user_id, "pin_reset", str(target_id), is_always=True, is_money=False)
    async with desk.store.write() as tables:
        if user_id is not None:
            desk.need(user_id, Right.STAFF)
        await tables.step_up.forget(target_id)
        await journal(desk, tables, user_id, "pin_reset", str(target_id), {}, "done")


def _not_oneself(user_id: int, target_id: int) -> None:
    """Whoever holds the phone must not get around the PIN."""
    if user_id == target_id:
        raise NotAllowed("pin_own")
