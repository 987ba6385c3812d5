"""Taps, commands and replies about the merchant's bank accounts: each is one call of a flow and one card."""

import json
from collections.abc import Awaitable

from telegram import Message

from bot.domain.bank_fields import Draft, Step
from bot.domain.errors import NotAllowed
from bot.domain.sayings import PhoneFile
from bot.domain.staff import Right
from bot.flows import bank_add, bank_form
from bot.flows import banks as flow
from bot.flows.bank_form import BANK_FORM, Answered
from bot.flows.banks import BANK_DELETE
from bot.flows.deliver import MENU
from bot.views import bank_form as form_views
from bot.views import banks as views
from bot.views.card import Card, Markup
from bot.views.refusals import refusal
from handlers.context import Did

LISTED = "banks"
"""what the `order_id` of a shown list begins with; the filters follow, so that its pages keep them"""
ASKED_AGAIN = ("bank_field_", "bank_country_", "bank_statement_", "file_")


async def banks(did: Did) -> None:
    """`/banks`, `/banks add`, `/banks Chase`, `/banks holder=ACME swift=CHASUS33`."""
    if [word.lower() for word in did.words] == ["add"]:
        await add(did)
        return
    await _list(did, flow.read_filters(did.words), 0, replace=False)


async def page(did: Did, number: str) -> None:
    """Another page of the list that was tapped, under its filters."""
    await _list(did, _filters_of(did.order_id), int(number) if number.isdigit() else 0, replace=True)


async def _list(did: Did, filters: dict[str, str], number: int, *, replace: bool) -> None:
    found = await flow.listed(did.desk, did.person_id, filters, number)
    card = views.bank_list(
        found.banks, found.page, found.pages, did.reader, form_left=found.form, unreadable=found.unreadable,
        filters=filters,
    )  # fmt: skip
    await did.say(card, kind=MENU, order_id=LISTED + json.dumps(filters), replace=replace)


def _filters_of(about: str | None) -> dict[str, str]:
    if not about or not about.startswith(LISTED):
        return {}
    return {str(key): str(value) for key, value in json.loads(about.removeprefix(LISTED)).items()}


async def open_bank(did: Did, bank_id: str) -> None:
    bank = await flow.one(did.desk, did.person_id, bank_id)
    await did.say(views.bank_card(bank, did.reader), kind=MENU, order_id=did.order_id, replace=True)


async def ask_delete(did: Did, bank_id: str) -> None:
    found = await flow.doomed(did.desk, did.person_id, bank_id)
    card = views.delete_prompt(
        found.bank, did.reader, was_used_last=found.was_used_last, is_in_use=found.is_in_use
    )  # fmt: skip
    await did.say(card, kind=BANK_DELETE, order_id=bank_id)


async def delete(did: Did, bank_id: str, text: str) -> None:
    """The answer to the question for the last four characters."""
    done = await flow.delete(did.desk, did.person_id, bank_id, text, did.update_id or None)
    if done is not None:
        await did.say(views.deleted_card(*done, did.reader))


async def add(did: Did) -> None:
    draft, is_new = await bank_form.begin(did.desk, did.person_id)
    if is_new:
        await _ask(did, draft)
        return
    await did.say(form_views.parked_card(draft, did.reader), kind=MENU)


async def go_on(did: Did, form_id: str) -> None:
    await _ask(did, await bank_form.go_on(did.desk, did.person_id, form_id))


async def reply(did: Did, question: str, text: str) -> None:
    """An answer: words, or the picture of the statement."""
    did.desk.need(did.person_id, Right.BANKS)
    form_id, _, word = question.partition("/")
    message, step = did.message, _step(word)
    assert message is not None
    file = _picture(message)
    if file is not None:
        await _answered(did, form_id, step, _taken(did, form_id, step, file))
        return
    if step is Step.STATEMENT or not text:
        await _ask_again(did, form_id, step, NotAllowed(_no_words(step)))
        return
    await _answered(did, form_id, step, bank_form.answer(did.desk, did.person_id, form_id, step, text))


async def _taken(did: Did, form_id: str, step: Step, file: PhoneFile) -> Answered:
    return Answered(await bank_form.give_statement(did.desk, did.person_id, form_id, step, file))


def _no_words(step: Step) -> str:
    return "bank_statement_kind" if step is Step.STATEMENT else "bank_field_no_file"


async def country(did: Did, form_id: str, chosen: str) -> None:
    found = await bank_form.choose_country(did.desk, did.person_id, form_id, chosen)
    if found.found:
        await _choose(did, found, replace=True)
        return
    await _ask(did, found.draft)


async def skip(did: Did, form_id: str, step: str) -> None:
    await _ask(did, await bank_form.skip(did.desk, did.person_id, form_id, _step(step)))


async def back(did: Did, form_id: str) -> None:
    await _ask(did, await bank_form.back(did.desk, did.person_id, form_id))


async def drop(did: Did, form_id: str) -> None:
    await bank_form.drop(did.desk, did.person_id, form_id)
    await did.say(form_views.dropped_card(did.reader), replace=True)


async def send(did: Did, seal_id: str) -> None:
    """The confirm; one that is too old is shown anew, with a life of its own."""
    try:
        draft = await bank_add.send(did.desk, did.person_id, seal_id, did.received_at)
    except NotAllowed as no:
        left = await bank_form.parked(did.desk, did.person_id) if no.reason == "seal_expired" else None
        if left is None:
            raise
        await did.say(Card(refusal(no, did.reader)), replace=True)
        await _ask(did, left)
        return
    await did.say(form_views.sending_card(draft, did.reader), replace=True)


async def _answered(did: Did, form_id: str, step: Step, work: Awaitable[Answered]) -> None:
    """The next question, the countries that fit, or the same question with what was wrong."""
    try:
        answered = await work
    except NotAllowed as no:
        if not no.reason.startswith(ASKED_AGAIN):
            raise
        await _ask_again(did, form_id, step, no)
        return
    if answered.found:
        await _choose(did, answered, replace=False)
        return
    await _ask(did, answered.draft, answered.warning)


async def _ask_again(did: Did, form_id: str, step: Step, no: NotAllowed) -> None:
    draft = await bank_form.go_on(did.desk, did.person_id, form_id)
    if draft.step is not step:
        raise NotAllowed("bank_form_moved")
    await _prompt(did, draft, (refusal(no, did.reader),))


async def _choose(did: Did, answered: Answered, *, replace: bool) -> None:
    card = form_views.countries_card(answered.draft, answered.found, answered.page, answered.pages, did.reader)
    await did.say(card, kind=BANK_FORM, order_id=_question(answered.draft), replace=replace)


async def _ask(did: Did, draft: Draft, warning: str = "") -> None:
    """Where the form stands: what was answered with the ways on, then the question, or the confirm."""
    if draft.step is Step.CONFIRM:
        await _confirm(did, draft)
        return
    card = form_views.progress_card(draft, did.reader, warning)
    await did.say(card, kind=BANK_FORM, order_id=_question(draft), replace=True)
    await _prompt(did, draft)


async def _prompt(did: Did, draft: Draft, above: tuple[Markup, ...] = ()) -> None:
    card = form_views.question_prompt(draft, did.reader, above)
    await did.say(card, kind=BANK_FORM, order_id=_question(draft))


async def _confirm(did: Did, draft: Draft) -> None:
    draft, seal = await bank_form.to_confirm(did.desk, did.person_id, draft.id)
    await did.say(
        form_views.bank_confirm(draft, seal, did.reader),
        kind=BANK_FORM,
        order_id=_question(draft),
        seal_id=seal.id,
    )


def _question(draft: Draft) -> str:
    return f"{draft.id}/{draft.step}"


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        raise NotAllowed("stale_button") from None


def _picture(message: Message) -> PhoneFile | None:
    """A photo in its largest size, or a file; what it is shows when it is here."""
    if message.photo:
        photo = message.photo[-1]
        return PhoneFile(photo.file_id, "photo", "photo.jpg", photo.file_size or 0)
    if message.document:
        document = message.document
        return PhoneFile(document.file_id, "document", (document.file_name or "")[:80], document.file_size or 0)
    return None
