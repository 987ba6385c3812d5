"""The form of a new bank account: each question, how far it is, and everything once more before it is sent."""

from collections.abc import Sequence

from bot.domain.bank_fields import OPTIONAL, QUESTIONS, STEPS, SWIFT_LENGTH, Draft, Step, before
from bot.domain.off_ramps import Country
from bot.domain.seals import Seal
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, code, escape, joined
from bot.views.convert_lines import choice
from bot.views.pen import Pen, rows

COUNTRY_COLUMNS = 30
ANSWER_ROOM = 256
GIVEN_ROOM = 60
QUESTION = {
    Step.HOLDER: mark("Whose account is it? The name exactly as verified at Gate."),
    Step.BANK: mark("What is the bank called?"),
    Step.COUNTRY: mark("In which country is the bank? Write the start of its name."),
    Step.ADDRESS: mark("What is the bank's address?"),
    Step.ACCOUNT: mark("What is the account number or IBAN?"),
    Step.SWIFT: mark("What is the bank's SWIFT code (BIC)?"),
    Step.REMITTANCE: mark("Is there a remittance line number? Skip if not."),
    Step.AGENT: mark("Is there an agent bank in between? Its name, or skip."),
    Step.AGENT_SWIFT: mark("What is the agent bank's SWIFT code?"),
    Step.STATEMENT: mark("Send a photo of a bank statement, under three months old, as a reply to this."),
}
FIELD_NAMES = {
    Step.HOLDER: mark("Holder"),
    Step.BANK: mark("Bank"),
    Step.COUNTRY: mark("Country"),
    Step.ADDRESS: mark("Address"),
    Step.ACCOUNT: mark("Account"),
    Step.SWIFT: mark("SWIFT"),
    Step.REMITTANCE: mark("Remittance line"),
    Step.AGENT: mark("Agent bank"),
    Step.AGENT_SWIFT: mark("Agent SWIFT"),
    Step.STATEMENT: mark("Statement"),
}
WARNINGS = {
    SWIFT_LENGTH: mark("⚠ A SWIFT code has 8 or 11 letters and digits. Compare it; it is kept as written."),
}


def progress_card(draft: Draft, reader: Reader, warning: str = "") -> Card:
    """How far the form is, with the ways on; the question itself follows in a message of its own."""
    pen = Pen(reader)
    lines = [_title(pen, draft)]
    given = _given_before(draft)
    if given is not None:
        lines.append(_field(pen, given, _short(pen, draft, given)))
    else:
        lines.append(pen.say("Stop whenever you like, /banks goes on with it."))
    if warning in WARNINGS:
        lines.append(pen.say(WARNINGS[warning]))
    if draft.has:
        lines.append(pen.say("Given before: {answer}", answer=_short(pen, draft, draft.step)))
    if draft.has and draft.step in OPTIONAL:
        lines.append(pen.say("Reply with - to take it out."))
    return Card(joined(lines), rows(_ways(pen, draft)))


def _title(pen: Pen, draft: Draft) -> Markup:
    number = form.count(min(STEPS.index(draft.step) + 1, QUESTIONS))
    step = pen.say("question {number} of {total}", number=number, total=form.count(QUESTIONS))
    return joined(("🏦", bold(pen.say("Bank account")), "·", step), " ")


def _given_before(draft: Draft) -> Step | None:
    """The newest answer, so that a slip is seen at once."""
    step = before(draft.step, draft.answers)
    return step if step is not draft.step else None


def _short(pen: Pen, draft: Draft, step: Step) -> Markup:
    """An answer on its line; of the account the tail only."""
    if step is Step.ACCOUNT:
        return escape(f"··{draft.tail}") if draft.tail else Markup("–")
    if step is Step.STATEMENT:
        return pen.say("a picture") if draft.statement else Markup("–")
    return escape(_country(pen, draft) if step is Step.COUNTRY else draft.answer(step), GIVEN_ROOM) or Markup("–")


def _country(pen: Pen, draft: Draft) -> str:
    return country_name(draft.country, pen.reader.language) if draft.country is not None else ""


def country_name(country: Country, language: str) -> str:
    return (country.name_zh if language == "zh" else country.name) or country.name


def _ways(pen: Pen, draft: Draft) -> tuple[Button | None, ...]:
    skip = None
    if draft.has:
        skip = press(pen.words("Keep it"), Verb.BANK_SKIP, draft.id, draft.step.value)
    elif draft.step in OPTIONAL:
        skip = press(pen.words("Skip"), Verb.BANK_SKIP, draft.id, draft.step.value)
    is_first = draft.step is STEPS[0]
    back = None if is_first else press(pen.words("⬅ Back"), Verb.BANK_BACK, draft.id)
    return skip, back, press(pen.words("Drop the form"), Verb.BANK_DROP, draft.id)


def question_prompt(draft: Draft, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """The question whose reply is the answer; `above` says why the one before was none."""
    pen = Pen(reader)
    lines = [*above, bold(pen.say(QUESTION[draft.step]))]
    return Card(joined(lines), prompt=True, prompt_hint=pen.words(FIELD_NAMES[draft.step]))


def countries_card(draft: Draft, found: Sequence[Country], page: int, pages: int, reader: Reader) -> Card:
    """The countries that fit what was written; `page` counts from 0."""
    pen = Pen(reader)
    lines = [_title(pen, draft), pen.say("Which one? Or reply to this with other letters.")]
    if pages > 1:
        lines.append(pen.say("page {page} of {pages}", page=form.count(page + 1), pages=form.count(pages)))
    each = [
        (choice(clean(country_name(one, reader.language), COUNTRY_COLUMNS), Verb.BANK_COUNTRY, draft.id, str(one.id)),)
        for one in found
    ]
    earlier = press(pen.words("◀ Earlier"), Verb.BANK_COUNTRY, draft.id, f"p{page - 1}") if page > 0 else None
    more = press(pen.words("More ▶"), Verb.BANK_COUNTRY, draft.id, f"p{page + 1}") if page + 1 < pages else None
    return Card(joined(lines), rows(*each, (earlier, more), _ways(pen, draft)))


def parked_card(draft: Draft, reader: Reader) -> Card:
    """There is one already: go on with it, or drop it."""
    pen = Pen(reader)
    lines = (_title(pen, draft), pen.say("You left this form half-way."))
    go_on = press(pen.words("Go on"), Verb.BANK_GO_ON, draft.id)
    return Card(joined(lines), ((go_on, press(pen.words("Drop the form"), Verb.BANK_DROP, draft.id)),))


def bank_confirm(draft: Draft, seal: Seal, reader: Reader) -> Card:
    """Everything as it will be sent, the account in full: for the direct message of the owner only."""
    pen = Pen(reader, seal.opened_at)
    lines = [bold(pen.say("Add this bank account?"))]
    for step in STEPS[:QUESTIONS]:
        text = _whole(pen, draft, step)
        if text:
            lines.append(_field(pen, step, text))
    lines.append(pen.say("Gate reviews it before it can be used."))
    lines.append(pen.say("Valid until {time}", time=pen.clock(seal.expires_at, seconds=True)))
    back = press(pen.words("⬅ Back"), Verb.BANK_BACK, draft.id)
    drop = press(pen.words("Drop the form"), Verb.BANK_DROP, draft.id)
    return Card(joined(lines), ((back, drop), (press(pen.words("Add this account"), Verb.BANK_SEND, seal.id),)))


def _whole(pen: Pen, draft: Draft, step: Step) -> Markup:
    if step is Step.STATEMENT:
        return pen.say("a picture")
    if step is Step.COUNTRY:
        return escape(_country(pen, draft), ANSWER_ROOM)
    text = escape(draft.answer(step), ANSWER_ROOM)
    return code(text) if step is Step.ACCOUNT and text else text


def _field(pen: Pen, step: Step, text: Markup) -> Markup:
    return pen.say("{field}: {answer}", field=pen.words(FIELD_NAMES[step]), answer=text)


def sending_card(draft: Draft, reader: Reader) -> Card:
    pen = Pen(reader)
    sent = pen.say("📤 Sent to Gate: {bank}", bank=escape(draft.shown, GIVEN_ROOM))
    return Card(joined((sent, pen.say("Its answer comes in a message of its own."))))


def dropped_card(reader: Reader) -> Card:
    return Card(Pen(reader).say("🗑 The form is dropped, nothing was sent. What you wrote is forgotten."))
