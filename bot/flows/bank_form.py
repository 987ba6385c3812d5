"""A new bank account, question by question: each answer is checked and stored at once, so that the form can wait."""

import hashlib
import json
from dataclasses import dataclass

from bot.domain.bank_fields import (
    OPTIONAL,
    STATEMENT_TYPES,
    STEPS,
    WITHOUT,
    Draft,
    Step,
    after,
    before,
    check,
    is_complete,
    is_named,
    search_countries,
)
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.off_ramps import Country
from bot.domain.sayings import PhoneFile
from bot.domain.seals import Choice, Seal
from bot.domain.staff import Person, Right
from bot.flows.bank_statement import prepare
from bot.flows.desk import Desk
from bot.flows.quoted import make_seal
from storage.store import Tables

BANK_FORM = "bank_form"
"""the kind of a shown message; its `order_id` is the form's id and the question, `id/step`"""
SEALED = "bank/"
"""what a seal's target begins with when it is about a form"""
COUNTRIES_PAGE = 6
LIFE_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Answered:
    """The form after an answer. `warning` is a key of the texts; `found` are the countries to choose from, a page."""

    draft: Draft
    warning: str = ""
    found: tuple[Country, ...] = ()
    page: int = 0
    pages: int = 1


async def begin(desk: Desk, user_id: int) -> tuple[Draft, bool]:
    """A new form, or the one that was left (False). Raises NotAllowed("bank_form_sent") while one has no outcome."""
    desk.need(user_id, Right.BANKS)
    desk.exchange.off_ramp  # noqa: B018 raises without Gate Pay settings
    async with desk.store.write() as tables:
        is_new = await tables.bank_forms.begin(desk.new_id(), user_id, desk.now())
        draft = await tables.bank_forms.open_of(user_id)
        assert draft is not None
        if draft.sent_at is not None:
            raise NotAllowed("bank_form_sent", {"bank": draft.shown})
        if is_new:
            await _journal(desk, tables, draft, "begun")
    return draft, is_new


async def parked(desk: Desk, user_id: int) -> Draft | None:
    """The person's form that waits to be gone on with."""
    async with desk.store.read() as tables:
        draft = await tables.bank_forms.open_of(user_id)
    return draft if draft is not None and draft.sent_at is None else None


async def go_on(desk: Desk, user_id: int, form_id: str) -> Draft:
    """The form where it stands. Raises NotAllowed."""
    desk.need(user_id, Right.BANKS)
    async with desk.store.read() as tables:
        return await own_draft(tables, user_id, form_id)


async def own_draft(tables: Tables, user_id: int, form_id: str) -> Draft:
    """Raises NotAllowed("bank_form_over", "bank_form_sent") for a form that cannot be filled in by this person."""
    draft = await tables.bank_forms.get(form_id)
    if draft is None or draft.person != user_id or draft.ended_at is not None:
        raise NotAllowed("bank_form_over")
    if draft.sent_at is not None:
        raise NotAllowed("bank_form_sent", {"bank": draft.shown})
    return draft


async def answer(desk: Desk, user_id: int, form_id: str, step: Step, typed: str) -> Answered:
    """An answer in words. Raises NotAllowed, "bank_field_…" when the words cannot be one, or VenueError."""
    draft = await _at(desk, user_id, form_id, step)
    if step in (Step.STATEMENT, Step.CONFIRM):
        raise NotAllowed("bank_statement_kind" if step is Step.STATEMENT else "bank_form_moved")
    if step in OPTIONAL and typed.strip() == WITHOUT:
        return Answered(await _keep(desk, draft, {step.value: ""}))
    text, warning = check(step, typed)
    if step is Step.COUNTRY:
        return await _find_country(desk, draft, text)
    return Answered(await _keep(desk, draft, {step.value: text}), warning)


async def choose_country(desk: Desk, user_id: int, form_id: str, chosen: str) -> Answered:
    """One of the countries that were found by its id, or `p2`: that page of them."""
    draft = await _at(desk, user_id, form_id, Step.COUNTRY)
    if chosen[:1] == "p" and chosen[1:].isdigit():
        found = search_countries(await desk.exchange.off_ramp.countries(), draft.answers.get("search", ""))
        return _page(draft, found, int(chosen[1:]))
    for country in await desk.exchange.off_ramp.countries():
        if str(country.id) == chosen:
            return Answered(await _keep(desk, draft, _of_country(country)))
    raise NotAllowed("bank_country_unknown", {"given": chosen[:20]})


async def skip(desk: Desk, user_id: int, form_id: str, step: Step) -> Draft:
    """Past an optional question, or past one whose answer stands from before."""
    draft = await _at(desk, user_id, form_id, step)
    if not draft.has and step not in OPTIONAL:
        raise NotAllowed("bank_field_empty")
    return await _keep(desk, draft, {})


async def back(desk: Desk, user_id: int, form_id: str) -> Draft:
    """To the question before; what was answered stays, to be kept or answered anew."""
    desk.need(user_id, Right.BANKS)
    async with desk.store.write() as tables:
        draft = await own_draft(tables, user_id, form_id)
        return await _move(desk, tables, draft, before(draft.step, draft.answers), dict(draft.answers))


async def drop(desk: Desk, user_id: int, form_id: str) -> None:
    """The person does not want it: what was answered is forgotten."""
    desk.need(user_id, Right.BANKS)
    async with desk.store.write() as tables:
        draft = await own_draft(tables, user_id, form_id)
        await end(desk, tables, draft, "dropped")
    await forget_statement(desk, draft)


async def give_statement(desk: Desk, user_id: int, form_id: str, step: Step, file: PhoneFile) -> Draft:
    """A picture from the phone, its hidden data cut. Raises NotAllowed with what is wrong with it."""
    draft = await _at(desk, user_id, form_id, step)
    if step is not Step.STATEMENT:
        raise NotAllowed("bank_field_no_file")
    prepared = await prepare(desk, file)
    sha256 = await desk.store.files.put(prepared.content)
    kept = await _keep(desk, draft, {step.value: STATEMENT_TYPES[prepared.content_type]}, sha256)
    if draft.statement != sha256:
        await forget_statement(desk, draft)
    return kept


async def to_confirm(desk: Desk, user_id: int, form_id: str) -> tuple[Draft, Seal]:
    """Open the last step: everything as it will be sent, under a seal. Raises NotAllowed."""
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.BANKS)
        draft = await own_draft(tables, user_id, form_id)
        if draft.step is not Step.CONFIRM or not is_complete(draft):
            raise NotAllowed("bank_form_moved")
        target = SEALED + draft.id
        await tables.seals.end_for(target, desk.now())
        expires_at = desk.now() + desk.policy.approval_seconds * 1000
        facts = sealed_facts(draft, person)
        seal = make_seal(desk, person, Action.OFF_RAMP, target, facts, expires_at=expires_at, choice=Choice())
        await tables.seals.add(seal)
    return draft, seal


def sealed_facts(draft: Draft, person: Person) -> dict[str, str]:
    """What the confirm rests on; the answers stand there by their hash, for they hold an account in full."""
    answers = json.dumps([draft.id, dict(draft.answers)], sort_keys=True)
    return {
        "form": draft.id,
        "answers": hashlib.sha256(answers.encode()).hexdigest(),
        "statement": draft.statement,
        "approver": str(person.id),
        "role": person.role.word,
    }


async def end_old(desk: Desk) -> None:
    """A form that was left for a day is over, and its statement is removed."""
    async with desk.store.read() as tables:
        old = await tables.bank_forms.left_behind(desk.now() - LIFE_MS)
    for draft in old:
        async with desk.store.write() as tables:
            fresh = await tables.bank_forms.get(draft.id)
            if fresh is None or fresh.sent_at is not None or fresh.ended_at is not None:
                continue
            await end(desk, tables, fresh, "expired")
        await forget_statement(desk, fresh)


async def end(desk: Desk, tables: Tables, draft: Draft, outcome: str) -> None:
    if await tables.bank_forms.end(draft.id, outcome, desk.now()):
        await tables.seals.end_for(SEALED + draft.id, desk.now())
        await _journal(desk, tables, draft, outcome)


async def forget_statement(desk: Desk, draft: Draft) -> None:
    """Take the bytes away, unless another row names them; what is in the way now is done by housekeeping."""
    if not draft.statement:
        return
    async with desk.store.read() as tables:
        is_needed = draft.statement in await tables.files.in_use()
    if not is_needed:
        await desk.store.files.remove(draft.statement)


async def _at(desk: Desk, user_id: int, form_id: str, step: Step) -> Draft:
    """The form, if this is the question it stands at. Raises NotAllowed("bank_form_moved") else."""
    draft = await go_on(desk, user_id, form_id)
    if draft.step is not step:
        raise NotAllowed("bank_form_moved")
    return draft


async def _keep(desk: Desk, draft: Draft, new: dict[str, str], statement: str = "") -> Draft:
    """The answer is stored, and the next question stands."""
    answers = {key: text for key, text in {**draft.answers, **new}.items() if text}
    answers.pop("search", None)
    if Step.AGENT not in answers:
        answers.pop(Step.AGENT_SWIFT, None)
    async with desk.store.write() as tables:
        return await _move(desk, tables, draft, after(draft.step, answers), answers, statement)


async def _move(
    desk: Desk, tables: Tables, draft: Draft, to: Step, answers: dict[str, str], statement: str = ""
) -> Draft:
    desk.need(draft.person, Right.BANKS)
    kept = await tables.bank_forms.move(
        draft.id, frm=draft.step, to=to, answers=answers, statement=statement or draft.statement, at=desk.now()
    )
    moved = await tables.bank_forms.get(draft.id)
    if not kept or moved is None:
        raise NotAllowed("bank_form_moved")
    await tables.seals.end_for(SEALED + draft.id, desk.now())
    return moved


async def _find_country(desk: Desk, draft: Draft, typed: str) -> Answered:
    found = search_countries(await desk.exchange.off_ramp.countries(), typed)
    if not found:
        raise NotAllowed("bank_country_unknown", {"given": typed[:40]})
    if is_named(found[0], typed):
        return Answered(await _keep(desk, draft, _of_country(found[0])))
    async with desk.store.write() as tables:
        searched = await _move(desk, tables, draft, draft.step, {**draft.answers, "search": typed})
    return _page(searched, found, 0)


def _page(draft: Draft, found: list[Country], page: int) -> Answered:
    pages = max(1, -(-len(found) // COUNTRIES_PAGE))
    page = min(page, pages - 1)
    shown = tuple(found[page * COUNTRIES_PAGE : (page + 1) * COUNTRIES_PAGE])
    return Answered(draft, found=shown, page=page, pages=pages)


def _of_country(country: Country) -> dict[str, str]:
    return {
        Step.COUNTRY.value: country.name,
        "country_zh": country.name_zh or country.name,
        "country_id": str(country.id),
    }


async def _journal(desk: Desk, tables: Tables, draft: Draft, outcome: str) -> None:
    facts = {"bank": draft.shown, "step": str(STEPS.index(draft.step) + 1)} if draft.answers else {}
    await tables.journal.add(
        at=desk.now(), actor=draft.person, action="bank_add", target=f"bank/{draft.id}", facts=facts, outcome=outcome
    )
