"""Questions for a PIN and their answers: a try is counted before it is judged, so that a kill gives nobody another one.

The typed text is taken out of the stored update in that same transaction; no fact, journal line or error ever holds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.alerts import AlertKind
from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Right
from bot.domain.step_up import ASKS_KNOWN, MOST_WRONG, Pins, Prompt, Step, typed, wish_of
from bot.flows import duress
from bot.flows.announce import announce
from bot.flows.desk import Desk, log
from bot.flows.hiding import HIDDEN, SECRET, hide_text
from bot.flows.journal_line import journal
from bot.flows.pin_hashing import hash_of, is_same
from bot.flows.standing import end_of_people
from storage.store import StoreError, Tables

PIN = SECRET
"""the kind of a question for a PIN; its `order_id` is the question's id"""
PROMPT_SECONDS = 120
RECENT_SECONDS = 600
"""so long after a question its answer may still come to the wrong place"""
CUT_TRIES, CUT_SECONDS = 6, 1.0


@dataclass(frozen=True, slots=True)
class Typed:
    """What came as an answer. The text never shows."""

    text: str
    update_id: int

    def __repr__(self) -> str:
        return f"Typed(update {self.update_id})"


async def ask(
    desk: Desk, user_id: int, step: Step, about: str = "", facts: Mapping[str, str] | None = None, draft: str = ""
) -> Prompt:
    """A new question to this person; an older one is over."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        return await put_prompt(desk, tables, user_id, step, about, facts, draft)


async def put_prompt(
    desk: Desk,
    tables: Tables,
    user_id: int,
    step: Step,
    about: str = "",
    facts: Mapping[str, str] | None = None,
    draft: str = "",
) -> Prompt:
    now = desk.now()
    prompt = Prompt(
        desk.new_id(), user_id, step, about, dict(facts or {}), draft, now, now + PROMPT_SECONDS * 1000, None
    )  # fmt: skip
    await tables.step_up.ask(prompt)
    return prompt


async def open_prompt(desk: Desk, user_id: int) -> Prompt | None:
    """The question that waits for this person's answer."""
    async with desk.store.read() as tables:
        prompt = await tables.step_up.open_prompt(user_id)
    return None if prompt is None or prompt.is_over(desk.now()) else prompt


async def take(desk: Desk, user_id: int, prompt_id: str, typing: Typed) -> tuple[Prompt, Pins | None, str]:
    """Take the text out of the memory, and count the try. Returns the question, the PINs, the digits.

    Raises NotAllowed; a text that can be no PIN leaves the question open and is not counted.
    """
    no: NotAllowed | None = None
    try:
        async with desk.store.write() as tables:
            await hide_text(tables, typing.update_id)
            try:
                prompt, pins, pin = await _taken(desk, tables, user_id, prompt_id, typing.text)
            except NotAllowed as refused:
                no = refused
    finally:
        desk.spawn(_cut_log(desk), "cut the log")
    if no is not None:
        desk.wake_relay.set()
        raise no
    return prompt, pins, pin


async def _taken(
    desk: Desk, tables: Tables, user_id: int, prompt_id: str, text: str
) -> tuple[Prompt, Pins | None, str]:
    desk.need(user_id, Right.READ)
    prompt, pins = await tables.step_up.prompt(prompt_id), await tables.step_up.pins(user_id)
    if text == HIDDEN:
        raise NotAllowed("pin_typed_again")
    if prompt is None or prompt.person != user_id or prompt.is_over(desk.now()):
        raise NotAllowed("pin_prompt_over")
    if pins is not None and pins.locked_at is not None:
        raise NotAllowed("pin_locked")
    pin = typed(text)
    if prompt.step in ASKS_KNOWN and not await tables.step_up.try_(user_id, MOST_WRONG):
        await _lock(desk, tables, user_id)
        raise NotAllowed("pin_locked")
    await tables.step_up.end_prompt(prompt.id, desk.now())
    return prompt, pins, pin


async def misplaced(desk: Desk, user_id: int, update_id: int, reason: str) -> None:
    """Something that looks like a PIN came where none belongs: it was not tried, and is not kept."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        await hide_text(tables, update_id)
        await journal(desk, tables, user_id, "pin", str(user_id), {"reason": reason}, "not_allowed")
    desk.spawn(_cut_log(desk), "cut the log")


async def is_taken_for_pin(desk: Desk, user_id: int, numbers: Sequence[str]) -> bool:
    """Whether a message of the group with these numbers in it goes as if one were this person's PIN.

    They are not compared with the PIN: what stays would tell whoever guesses, without a try being counted.
    """
    async with desk.store.read() as tables:
        if all([await tables.orders.get(number) is not None for number in numbers]):
            return False
        pins = await tables.step_up.pins(user_id)
        is_set = pins is not None and pins.is_shown_set
        return is_set or await tables.step_up.was_asked(user_id, desk.now() - RECENT_SECONDS * 1000)


async def _cut_log(desk: Desk) -> None:
    """What was taken out of the memory stands in its log until that is cut; twice, for the taking out may come late."""
    left = 2
    for _ in range(CUT_TRIES):
        try:
            left -= await desk.store.cut_log()
        except StoreError as error:
            log.info("the log is not cut yet: %s", error)
        if not left:
            return
        await desk.clock.sleep(CUT_SECONDS)


async def judge(desk: Desk, pins: Pins | None, prompt: Prompt, pin: str) -> bool:
    """A PIN that is set already. True: the first; False: the second, and the desk is frozen. Raises NotAllowed.

    One computation for both, and one transaction whatever comes of it: neither words nor time tell them apart.
    """
    hashed = await hash_of(pin, pins.salt) if pins is not None else ""
    no: NotAllowed | None = None
    async with desk.store.write() as tables:
        fresh = await tables.step_up.pins(prompt.person)
        is_first = fresh is not None and is_same(hashed, fresh.first)
        is_second = fresh is not None and _counts_as_second(fresh, hashed)
        if fresh is None or not (is_first or is_second):
            no = await _wrong(desk, tables, prompt, fresh)
        else:
            await _right(desk, tables, prompt, fresh, is_first=is_first)
    desk.wake_relay.set()
    if no is not None:
        raise no
    return is_first


def _counts_as_second(pins: Pins, hashed: str) -> bool:
    """After a change by force what was typed there is taken, and what was typed before it no longer."""
    pretended = pins.pretended
    is_changed = is_same(hashed, pretended.first)
    is_kept = is_same(hashed, pins.second) and not pretended.first
    return is_changed or is_kept or is_same(hashed, pretended.second)


async def _right(desk: Desk, tables: Tables, prompt: Prompt, pins: Pins, *, is_first: bool) -> None:
    now = desk.now()
    await tables.step_up.prove(prompt.person, now)
    if prompt.step is Step.PROVE and is_first:
        seal = await tables.seals.get(prompt.about)
        await tables.step_up.add_proof(prompt.about, prompt.person, wish_of(seal) if seal else "", now)
    if not is_first:
        await duress.freeze_quietly(desk, tables, pins)
    # Which of the two it was is told by a number alone: whoever forces a PIN may read over a shoulder, too
    facts = {"step": prompt.step.value, "about": prompt.about, "pin": "1" if is_first else "2"}
    await journal(desk, tables, prompt.person, "pin", str(prompt.person), facts, "done")


async def _wrong(desk: Desk, tables: Tables, prompt: Prompt, pins: Pins | None) -> NotAllowed:
    left = MOST_WRONG - (pins.wrong if pins is not None else 0)
    facts = {"step": prompt.step.value, "about": prompt.about, "reason": "pin_wrong", "left": str(left)}
    await journal(desk, tables, prompt.person, "pin", str(prompt.person), facts, "not_allowed")
    if left > 0:
        return NotAllowed("pin_wrong", {"left": str(left)})
    await _lock(desk, tables, prompt.person)
    return NotAllowed("pin_locked")


async def _lock(desk: Desk, tables: Tables, user_id: int) -> None:
    """Nothing that moves money is done by this person until an owner unlocks them."""
    if not await tables.step_up.lock(user_id, desk.now()):
        return
    await tables.step_up.end_prompts(user_id, desk.now())
    await end_of_people(desk, tables, {user_id}, by=user_id)
    person = desk.people[user_id]
    await journal(desk, tables, user_id, "pin_locked", str(user_id), {}, "done")
    notice = Notice("pin_locked", {"who": person.name, "id": str(user_id), "wrong": str(MOST_WRONG)})
    await announce(desk, tables, notice, duress.others_to_ring(desk, person), kind=AlertKind.ALWAYS)


RETRIED = {"pin_wrong": None, "pin_plain": None, "pin_used_before": None, "pin_differs": Step.NEW}
"""after these the question is asked once more, the repeat from its beginning"""
STAYS_OPEN = frozenset({"pin_letters", "pin_length", "pin_typed_again"})


async def once_more(desk: Desk, user_id: int, prompt_id: str, no: NotAllowed) -> Prompt | None:
    """The question to show again after that refusal, if there is one."""
    async with desk.store.write() as tables:
        prompt = await tables.step_up.prompt(prompt_id)
        if prompt is None or prompt.person != user_id:
            return None
        if no.reason in STAYS_OPEN:
            return None if prompt.is_over(desk.now()) else prompt
        if no.reason not in RETRIED:
            return None
        step = RETRIED[no.reason] or prompt.step
        if prompt.step is Step.SECOND_AGAIN:
            step = Step.SECOND
        return await put_prompt(desk, tables, user_id, step, prompt.about, prompt.facts)
