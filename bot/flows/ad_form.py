"""A new ad, question by question: each answer is checked and stored at once, so that the form can wait."""

from collections.abc import Mapping

from bot.domain.ad_answers import OF_ANSWERS, named, read, toggled
from bot.domain.ad_asking import DONE, Asking, digest_of
from bot.domain.ad_forms import (
    CHOICES,
    DEMANDS,
    MEANT,
    OFFERED,
    OPTIONAL,
    AdForm,
    Step,
    answers_like,
    before,
    is_asked,
    next_step,
    with_answer,
)
from bot.domain.ads import Ad
from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.domain.staff import Right
from bot.flows.ad_offers import own_methods, prices
from bot.flows.ads import whole_ad
from bot.flows.desk import Desk
from storage.store import Tables

AD_QUESTION = "ad_question"
"""the kind of a shown message; its `order_id` is the form's id and the question, `id/step`"""
LIFE_MS = 86_400_000


async def begin(desk: Desk, user_id: int) -> tuple[AdForm, bool]:
    """A new form, or the one that was left (False). Raises NotAllowed("ad_form_sent") while one has no outcome."""
    return await _begin(desk, user_id, {})


async def like(desk: Desk, user_id: int, ad_id: str) -> tuple[AdForm, bool]:
    """A form with everything of an old ad in it, standing at its summary; or the one that was left (False).

    What cannot be read of that ad, and methods that are ours no more, are asked. Raises NotAllowed or VenueError.
    """
    desk.need(user_id, Right.ADS)
    ad = await _old_ad(desk, ad_id)
    is_selling = ad.side is Side.SELL
    offered = await own_methods(desk, ad.fiat, is_selling=is_selling)
    kept = [one for one in offered if one.kind in ad.methods and (ad.method_ids.get(one.kind) == one.id or not one.id)]
    is_whole = ad.method_count <= len(ad.methods) == len(kept)
    answers = answers_like(ad, kept if is_whole else [])
    return await _begin(desk, user_id, answers, like_ad=ad_id)


async def _old_ad(desk: Desk, ad_id: str) -> Ad:
    """A closed one may be in no list any more: what only the list tells is asked then."""
    try:
        return await whole_ad(desk, ad_id)
    except NotAllowed as no:
        if no.reason != "ad_closed":
            raise
        return await desk.venue.ad(ad_id=ad_id)


async def _begin(desk: Desk, user_id: int, answers: Mapping[str, str], *, like_ad: str = "") -> tuple[AdForm, bool]:
    desk.need(user_id, Right.ADS)
    desk.venue  # noqa: B018 raises without Gate's key
    async with desk.store.write() as tables:
        desk.need(user_id, Right.ADS)
        is_new = await tables.ad_forms.begin(
            desk.new_id(), user_id, next_step(answers), answers, desk.now(), like=like_ad
        )
        form = await tables.ad_forms.open_of(user_id)
        assert form is not None
        if form.sent_at is not None:
            raise NotAllowed("ad_form_sent", {"pair": form.answer(Step.PAIR)})
        if is_new:
            await _journal(desk, tables, form, "begun")
    return form, is_new


async def parked(desk: Desk, user_id: int) -> AdForm | None:
    """The person's form that waits to be gone on with."""
    async with desk.store.read() as tables:
        form = await tables.ad_forms.open_of(user_id)
    return form if form is not None and form.sent_at is None else None


async def go_on(desk: Desk, user_id: int, form_id: str) -> AdForm:
    """The form where it stands. Raises NotAllowed."""
    desk.need(user_id, Right.ADS)
    async with desk.store.read() as tables:
        return await own_form(tables, user_id, form_id)


async def own_form(tables: Tables, user_id: int, form_id: str) -> AdForm:
    """Raises NotAllowed("ad_form_over", "ad_form_sent") for a form that cannot be filled in by this person."""
    form = await tables.ad_forms.get(form_id)
    if form is None or form.person != user_id or form.ended_at is not None:
        raise NotAllowed("ad_form_over")
    if form.sent_at is not None:
        raise NotAllowed("ad_form_sent", {"pair": form.answer(Step.PAIR)})
    return form


async def asking(desk: Desk, form: AdForm, spoilt: tuple[Step, ...] = ()) -> Asking:
    """What the form's question is asked with. What the venue does not tell now, the question does without."""
    if form.step is Step.PRICE:
        return Asking(form, prices=await prices(desk, form), spoilt=spoilt)
    if form.step is Step.METHODS:
        offered = await own_methods(desk, form.fiat, is_selling=form.is_selling)
        return Asking(form, offered=offered, spoilt=spoilt)
    return Asking(form, markets=tuple(desk.policy.markets), spoilt=spoilt)


async def answer(desk: Desk, user_id: int, form_id: str, step: Step, typed: str) -> Asking:
    """An answer in words. Raises NotAllowed (`bot.domain.ad_answers.is_no_answer`: the same question again)."""
    form = await _at(desk, user_id, form_id, step)
    if step is Step.CONFIRM:
        raise NotAllowed("ad_form_moved")
    if step is Step.METHODS:
        offered = await own_methods(desk, form.fiat, is_selling=form.is_selling)
        return await _keep(desk, form, named(typed, offered))
    return await _keep(desk, form, read(form, typed))


async def choose(desk: Desk, user_id: int, form_id: str, step: Step, value: str) -> Asking:
    """A button of the question. A method goes in or out, and the question stays until it is done."""
    form = await _at(desk, user_id, form_id, step)
    if step is Step.METHODS:
        return await _choose_method(desk, form, value)
    if step is Step.PAIR:
        return await _keep(desk, form, read(form, value))
    if step is Step.PRICE or value in CHOICES.get(step, OFFERED.get(step, ())):
        return await _keep(desk, form, read(form, value))
    raise NotAllowed("stale_button")


async def _choose_method(desk: Desk, form: AdForm, value: str) -> Asking:
    if value == DONE:
        if not form.methods:
            raise NotAllowed("ad_answer_no_method")
        return await _keep(desk, form, form.answer(Step.METHODS))
    offered = await own_methods(desk, form.fiat, is_selling=form.is_selling)
    method = next((one for one in offered if digest_of(one) == value), None)
    if method is None:
        raise NotAllowed("stale_button")
    answers = dict(form.answers) | {Step.METHODS.value: toggled(form.methods, method)}
    if not answers[Step.METHODS]:
        del answers[Step.METHODS]
    return Asking(await _move(desk, form, Step.METHODS, answers), offered=offered)


async def skip(desk: Desk, user_id: int, form_id: str, step: Step) -> Asking:
    """Past a question that may be passed over: nothing is demanded, no text stands there."""
    form = await _at(desk, user_id, form_id, step)
    if step not in OPTIONAL:
        raise NotAllowed(f"{OF_ANSWERS}empty")
    return await _keep(desk, form, "")


async def keep(desk: Desk, user_id: int, form_id: str, step: Step) -> Asking:
    """The answer from before stands."""
    form = await _at(desk, user_id, form_id, step)
    if not form.has:
        raise NotAllowed(f"{OF_ANSWERS}empty")
    return await _keep(desk, form, form.answer(step))


async def demand_nothing(desk: Desk, user_id: int, form_id: str) -> Asking:
    """All that could be demanded of counterparties is passed over."""
    form = await go_on(desk, user_id, form_id)
    if form.step not in DEMANDS:
        raise NotAllowed("ad_form_moved")
    answers = dict(form.answers) | {step.value: "" for step in DEMANDS}
    return await asking(desk, await _move(desk, form, next_step(answers), answers))


async def back(desk: Desk, user_id: int, form_id: str) -> Asking:
    """To the question before; what was answered stays, to be kept or answered anew."""
    form = await go_on(desk, user_id, form_id)
    return await asking(desk, await _move(desk, form, before(form.step, form.answers), form.answers))


async def change(desk: Desk, user_id: int, form_id: str, step: Step) -> Asking:
    """To a question that was answered before; after its answer the form stands at its summary again."""
    form = await go_on(desk, user_id, form_id)
    if step is Step.CONFIRM or not is_asked(step, form.answers) or step.value not in form.answers:
        raise NotAllowed("stale_button")
    return await asking(desk, await _move(desk, form, step, form.answers))


async def mean(desk: Desk, user_id: int, form_id: str, pricing: str) -> AdForm:
    """A price far from the market, or an offset far from its reference, is confirmed once more as it was shown."""
    form = await _at(desk, user_id, form_id, Step.CONFIRM)
    if form.pricing != pricing:
        raise NotAllowed("ad_form_moved")
    return await _move(desk, form, form.step, dict(form.answers) | {MEANT: pricing})


async def drop(desk: Desk, user_id: int, form_id: str) -> None:
    """The person does not want it: what was answered is forgotten."""
    desk.need(user_id, Right.ADS)
    async with desk.store.write() as tables:
        await end(desk, tables, await own_form(tables, user_id, form_id), "dropped")


async def end_old(desk: Desk) -> None:
    """A form that was left for a day is over."""
    async with desk.store.read() as tables:
        old = await tables.ad_forms.left_behind(desk.now() - LIFE_MS)
    for form in old:
        async with desk.store.write() as tables:
            fresh = await tables.ad_forms.get(form.id)
            if fresh is not None and fresh.sent_at is None and fresh.touched_at == form.touched_at:
                await end(desk, tables, fresh, "expired")


async def end(desk: Desk, tables: Tables, form: AdForm, outcome: str) -> None:
    if await tables.ad_forms.end(form.id, outcome, desk.now()):
        await tables.seals.end_for(form.target, desk.now())
        await _journal(desk, tables, form, outcome)


async def _at(desk: Desk, user_id: int, form_id: str, step: Step) -> AdForm:
    """The form, if this is the question it stands at. Raises NotAllowed("ad_form_moved") else."""
    form = await go_on(desk, user_id, form_id)
    if form.step is not step:
        raise NotAllowed("ad_form_moved")
    return form


async def _keep(desk: Desk, form: AdForm, text: str) -> Asking:
    """The answer is stored, and the next question stands, with what must be asked anew because of it."""
    answers = with_answer(form.answers, form.step, text)
    spoilt = tuple(step for step in Step if step.value in form.answers and step.value not in answers)
    return await asking(desk, await _move(desk, form, next_step(answers), answers), spoilt)


async def _move(desk: Desk, form: AdForm, to: Step, answers: Mapping[str, str]) -> AdForm:
    async with desk.store.write() as tables:
        desk.need(form.person, Right.ADS)
        kept = await tables.ad_forms.move(form.id, frm=form.step, to=to, answers=answers, at=desk.now())
        moved = await tables.ad_forms.get(form.id)
        if not kept or moved is None:
            raise NotAllowed("ad_form_moved")
        await tables.seals.end_for(form.target, desk.now())
    return moved


async def _journal(desk: Desk, tables: Tables, form: AdForm, outcome: str) -> None:
    facts = {"pair": form.answer(Step.PAIR), "side": form.answer(Step.SIDE), "like": form.like}
    await tables.journal.add(
        at=desk.now(), actor=form.person, action="ad_form", target=form.target,
        facts={name: fact for name, fact in facts.items() if fact}, outcome=outcome,
    )  # fmt: skip
