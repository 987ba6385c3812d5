"""Taps, replies and the command of a new ad: each is one call of a flow and one card."""

from collections.abc import Awaitable

from bot.domain.ad_answers import is_no_answer
from bot.domain.ad_asking import Asking
from bot.domain.ad_forms import AdForm, Step
from bot.domain.ad_sendings import FormStanding
from bot.domain.errors import NotAllowed
from bot.domain.staff import Right
from bot.flows import ad_form, ad_publish, ad_publish_follow, ad_publish_view
from bot.flows.ad_form import AD_QUESTION
from bot.flows.ad_publish_view import AD_FORM
from bot.flows.deliver import MENU
from bot.views import ad_form as views
from bot.views.ad_published import standing_card, summary_card
from bot.views.card import Card, Markup
from bot.views.refusals import refusal
from handlers.context import Did

ON_ITS_CARD = frozenset({"ad_form_published", "ad_form_maybe_there"})
"""what is said over the form's card as it is now"""


async def new(did: Did) -> None:
    """`/ads new`, or its button; a form that was left is offered first."""
    await _begun(did, *await ad_form.begin(did.desk, did.person_id))


async def like(did: Did, ad_id: str) -> None:
    """*Publish like this*: everything of an old ad, at the summary."""
    await _begun(did, *await ad_form.like(did.desk, did.person_id, ad_id))


async def _begun(did: Did, form: AdForm, is_new: bool) -> None:
    if is_new:
        await _ask(did, await ad_form.asking(did.desk, form))
        return
    await did.say(views.parked_card(form, did.reader), kind=MENU)


async def go_on(did: Did, form_id: str) -> None:
    await _ask(did, await ad_form.asking(did.desk, await ad_form.go_on(did.desk, did.person_id, form_id)))


async def reply(did: Did, question: str, text: str) -> None:
    """An answer in words."""
    did.desk.need(did.person_id, Right.ADS)
    form_id, _, word = question.partition("/")
    await _answered(did, form_id, ad_form.answer(did.desk, did.person_id, form_id, _step(word), text))


async def choose(did: Did, form_id: str, step: str, value: str) -> None:
    await _answered(did, form_id, ad_form.choose(did.desk, did.person_id, form_id, _step(step), value))


async def skip(did: Did, form_id: str, step: str) -> None:
    await _ask(did, await ad_form.skip(did.desk, did.person_id, form_id, _step(step)))


async def keep(did: Did, form_id: str, step: str) -> None:
    await _ask(did, await ad_form.keep(did.desk, did.person_id, form_id, _step(step)))


async def demand_nothing(did: Did, form_id: str) -> None:
    await _ask(did, await ad_form.demand_nothing(did.desk, did.person_id, form_id))


async def back(did: Did, form_id: str) -> None:
    await _ask(did, await ad_form.back(did.desk, did.person_id, form_id))


async def lines(did: Did, form_id: str) -> None:
    """Which answer to change."""
    form = await ad_form.go_on(did.desk, did.person_id, form_id)
    await did.say(views.lines_card(form, did.reader), kind=AD_QUESTION, order_id=_question(form), replace=True)


async def edit(did: Did, form_id: str, step: str) -> None:
    await _ask(did, await ad_form.change(did.desk, did.person_id, form_id, _step(step)))


async def mean(did: Did, form_id: str, pricing: str) -> None:
    await _confirm(did, await ad_form.mean(did.desk, did.person_id, form_id, pricing))


async def drop(did: Did, form_id: str) -> None:
    await ad_form.drop(did.desk, did.person_id, form_id)
    await did.say(views.dropped_card(did.reader), replace=True)


async def send(did: Did, seal_id: str) -> None:
    """The confirm; one that is too old is shown anew, with a life of its own."""
    try:
        standing = await ad_publish.send(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        form_id = no.facts.get("form", "").rpartition("/")[2]
        if no.reason in ON_ITS_CARD and form_id:
            found = await ad_publish_view.show(did.desk, did.person_id, form_id)
            await _show(did, found, above=(refusal(no, did.reader),))
            return
        left = await ad_form.parked(did.desk, did.person_id) if no.reason == "ad_form_step_over" else None
        if left is None or left.step is not Step.CONFIRM:
            raise
        await _confirm(did, left, above=(refusal(no, did.reader),))
        return
    await _show(did, standing)


async def open_form(did: Did, form_id: str) -> None:
    """What became of it; one that was never sent is gone on with."""
    standing = await ad_publish_view.show(did.desk, did.person_id, form_id)
    if standing.sending is None:
        await go_on(did, form_id)
        return
    await _show(did, standing)


async def pick(did: Did, form_id: str, ad_id: str) -> None:
    await _show(did, await ad_publish_follow.pick(did.desk, did.person_id, form_id, ad_id))


async def none_of_them(did: Did, form_id: str, digest: str) -> None:
    await _show(did, await ad_publish_follow.disown(did.desk, did.person_id, form_id, digest))


async def _answered(did: Did, form_id: str, work: Awaitable[Asking]) -> None:
    """The next question, or the same one with what was wrong."""
    try:
        asking = await work
    except NotAllowed as no:
        if not is_no_answer(no):
            raise
        form = await ad_form.go_on(did.desk, did.person_id, form_id)
        await _ask(did, await ad_form.asking(did.desk, form), above=(refusal(no, did.reader),))
        return
    await _ask(did, asking)


async def _ask(did: Did, asking: Asking, above: tuple[Markup, ...] = ()) -> None:
    """Where the form stands: the question with its buttons, a prompt where words are wanted, or the summary."""
    form = asking.form
    if form.step is Step.CONFIRM:
        await _confirm(did, form)
        return
    is_prompted = views.wants_words(form)
    card = views.question_card(asking, did.reader, () if is_prompted else above)
    await did.say(card, kind=AD_QUESTION, order_id=_question(form), replace=True)
    if is_prompted:
        await did.say(views.question_prompt(form, did.reader, above), kind=AD_QUESTION, order_id=_question(form))


async def _confirm(did: Did, form: AdForm, above: tuple[Markup, ...] = ()) -> None:
    summary = await ad_publish.to_confirm(did.desk, did.person_id, form.id)
    await did.say(
        summary_card(summary, did.reader, above),
        kind=AD_FORM,
        order_id=form.id,
        replace=True,
        seal_id=summary.seal.id if summary.seal is not None else None,
    )


async def _show(did: Did, standing: FormStanding, *, above: tuple[Markup, ...] = ()) -> None:
    """In place of the card that was tapped; an outcome that came meanwhile is shown instead."""
    form_id = standing.form.id

    async def as_it_is(drawn: Card) -> Card:
        now = await ad_publish_view.show(did.desk, did.person_id, form_id)
        return drawn if now == standing else standing_card(now, did.reader, above)

    await did.say(
        standing_card(standing, did.reader, above),
        kind=AD_FORM,
        order_id=form_id,
        replace=True,
        redraw=as_it_is,
    )


def _question(form: AdForm) -> str:
    return f"{form.id}/{form.step}"


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        raise NotAllowed("stale_button") from None
