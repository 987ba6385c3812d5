"""The form of a new ad: each question with its buttons, how far it is, and which line to change."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.ad_asking import DONE, Asking, Prices, digest_of
from bot.domain.ad_forms import (
    CHOICES,
    DEMANDS,
    FIXED,
    OFFERED,
    OPTIONAL,
    PRESSED,
    STEPS,
    AdForm,
    Step,
    before,
    is_asked,
    number_of,
    questions,
)
from bot.domain.ads import Reference
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_form_words import FIELD_NAMES, QUESTION, answer_words
from bot.views.ad_lines import FOLLOWED, price_of, with_code
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, clean, joined
from bot.views.convert_lines import choice
from bot.views.pen import LABEL_COLUMNS, WIDE_LABEL_COLUMNS, Pen, rows

CHOICE_WORDS = {
    (Step.SIDE, "sell"): mark("We sell coins"),
    (Step.SIDE, "buy"): mark("We buy coins"),
    (Step.PRICING, FIXED): mark("A fixed price"),
    (Step.PRICING, "platform"): FOLLOWED[Reference.PLATFORM],
    (Step.PRICING, "gate"): FOLLOWED[Reference.GATE],
    (Step.PRICING, "spot"): FOLLOWED[Reference.SPOT],
    (Step.BASIS, "coins"): mark("Limits in {code}"),
    (Step.BASIS, "fiat"): mark("Limits in {code}"),
    (Step.TRADERS, "yes"): mark("Yes, shut them out"),
    (Step.POLYMARKET, "yes"): mark("Yes, with that limit"),
}


def question_card(asking: Asking, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """The question with its buttons and the ways on; `above` says what was wrong with an answer.

    Where words are wanted the question itself follows in a prompt.
    """
    pen, draft = Pen(reader), asking.form
    lines = [*above, title(pen, draft)]
    given = before(draft.step, draft.answers)
    if given is not draft.step and given.value in draft.answers:
        lines.append(field_line(pen, given, answer_words(pen, draft, given)))
    elif draft.step is STEPS[0]:
        lines.append(pen.say("Stop whenever you like, /ads new goes on with it."))
    for step in asking.spoilt:
        if step is Step.LIMITS:
            lines.append(pen.say("⚠ The limits fit no more, give them anew."))
    lines += price_lines(pen, draft, asking.prices) if draft.step is Step.PRICE else []
    lines += [] if wants_words(draft) else [bold(question(pen, draft))]
    if draft.has and draft.step is not Step.METHODS:
        lines.append(pen.say("Given before: {answer}", answer=answer_words(pen, draft, draft.step)))
    if draft.step is Step.METHODS and not asking.offered:
        lines.append(pen.say("Gate lists no way to pay for {fiat}.", fiat=draft.fiat))
    return Card(joined(lines), rows(*_answers(pen, asking), *_ways(pen, draft)))


def title(pen: Pen, draft: AdForm) -> Markup:
    number, total = form.count(number_of(draft.step, draft.answers)), form.count(questions(draft.answers))
    return joined(
        ("📢", bold(pen.say("New ad")), "·", pen.say("question {number} of {total}", number=number, total=total)), " "
    )


def question(pen: Pen, draft: AdForm) -> Markup:
    template = QUESTION[draft.step]
    if draft.step is Step.METHODS and not draft.is_selling:
        template = mark("How do we pay?")
    return pen.say(template, asset=draft.asset, fiat=draft.fiat, code=draft.limit_code)


def field_line(pen: Pen, step: Step, text: Markup) -> Markup:
    return pen.say("{field}: {answer}", field=pen.words(FIELD_NAMES[step]), answer=text)


def price_lines(pen: Pen, draft: AdForm, found: Prices | None) -> list[Markup]:
    """The best price on our side and the middle one."""
    if found is None:
        return [pen.say("The market cannot be read now.")]
    if found.best is None or found.middle is None:
        return [pen.say("Nobody else is on this side.")]
    best, middle = (with_code(price_of(_short(one)), draft.fiat) for one in (found.best, found.middle))
    return [
        pen.say("Best: {price}", price=best),
        pen.say("Middle of {count}: {price}", count=form.count(found.others), price=middle),
    ]


def _short(price: Decimal) -> Decimal:
    """The middle of two prices may have a digit more than any price."""
    return price.quantize(Decimal("0.0001")) if -int(price.as_tuple().exponent) > 4 else price


def _answers(pen: Pen, asking: Asking) -> list[tuple[Button | None, ...]]:
    """The buttons that answer the question."""
    draft = asking.form
    if draft.step is Step.PAIR:
        return [(_pick(draft, f"{asset}-{fiat}", f"{asset}/{fiat}"),) for asset, fiat in asking.markets]
    if draft.step is Step.METHODS:
        return _methods(pen, asking)
    if draft.step is Step.PRICE:
        return _prices(pen, draft, asking.prices)
    if draft.step is Step.WINDOW:
        labels = [(value, pen.words("{number} min", number=value)) for value in OFFERED[Step.WINDOW]]
        buttons = [_pick(draft, value, label) for value, label in labels]
        return [tuple(buttons[:2]), tuple(buttons[2:])]
    values = CHOICES.get(draft.step, ())
    return [(_pick(draft, value, _choice_label(pen, draft, value)),) for value in values]


def _choice_label(pen: Pen, draft: AdForm, value: str) -> str:
    label = pen.words(CHOICE_WORDS[draft.step, value], code=draft.fiat if value == "fiat" else draft.asset)
    chosen = draft.has and draft.answer(draft.step) == value
    return f"✓ {label}" if chosen else label[:1].upper() + label[1:]


def _pick(draft: AdForm, value: str, label: str) -> Button | None:
    return choice(clean(label, WIDE_LABEL_COLUMNS), Verb.NA_SET, draft.id, draft.step.value, value)


def _prices(pen: Pen, draft: AdForm, found: Prices | None) -> list[tuple[Button | None, ...]]:
    """The best price as it is, to be had by one tap."""
    if found is None or found.best is None:
        return []
    return [(_pick(draft, format(found.best, "f"), pen.words("Take {price}", price=price_of(found.best))),)]


def _methods(pen: Pen, asking: Asking) -> list[tuple[Button | None, ...]]:
    draft = asking.form
    made: list[tuple[Button | None, ...]] = [
        (_pick(draft, digest_of(one), f"{'☑' if one in draft.methods else '☐'} {one.shown}"),) for one in asking.offered
    ]
    done = _pick(draft, DONE, pen.words("Done")) if draft.methods else None
    return [*made, (done,)]


def _ways(pen: Pen, draft: AdForm) -> list[tuple[Button | None, ...]]:
    """Skip or keep, nothing demanded, back, drop."""
    skip = keep = None
    if draft.has and draft.step is not Step.METHODS:
        keep = press(pen.words("Keep it"), Verb.NA_KEEP, draft.id, draft.step.value)
    if draft.step in OPTIONAL:
        label = pen.words("Nothing demanded") if draft.step in DEMANDS else pen.words("No text")
        skip = press(pen.words("Skip") if not draft.has else label, Verb.NA_SKIP, draft.id, draft.step.value)
    free = None
    if draft.step in DEMANDS and not draft.has:
        free = press(pen.words("Demand nothing of all this"), Verb.NA_FREE, draft.id)
    is_first = draft.step is STEPS[0]
    back = None if is_first else press(pen.words("⬅ Back"), Verb.NA_BACK, draft.id)
    return [(keep, skip), (free,), (back, press(pen.words("Drop the form"), Verb.NA_DROP, draft.id))]


def wants_words(draft: AdForm) -> bool:
    """Whether the question is asked by a prompt, too: its answer is usually written."""
    return draft.step not in PRESSED and draft.step is not Step.PAIR


def question_prompt(draft: AdForm, reader: Reader, above: Sequence[Markup] = ()) -> Card:
    """The question whose reply is the answer; `above` says why the one before was none."""
    pen = Pen(reader)
    return Card(
        joined((*above, bold(question(pen, draft)))), prompt=True, prompt_hint=pen.words(FIELD_NAMES[draft.step])
    )


def parked_card(draft: AdForm, reader: Reader) -> Card:
    """There is one already: go on with it, or drop it."""
    pen = Pen(reader)
    lines = [title(pen, draft), pen.say("You left this form half-way.")]
    for step in (Step.SIDE, Step.PAIR, Step.PRICE):
        if step.value in draft.answers:
            lines.append(field_line(pen, step, answer_words(pen, draft, step)))
    go_on = press(pen.words("Go on"), Verb.NA_GO_ON, draft.id)
    return Card(joined(lines), ((go_on, press(pen.words("Drop the form"), Verb.NA_DROP, draft.id)),))


def lines_card(draft: AdForm, reader: Reader) -> Card:
    """Which line to change: everything that was answered, a button each."""
    pen = Pen(reader)
    steps = [one for one in STEPS if one.value in draft.answers and is_asked(one, draft.answers)]
    buttons = [press(_line_label(pen, one), Verb.NA_EDIT, draft.id, one.value) for one in steps]
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    back = press(pen.words("⬅ Back"), Verb.NA_GO_ON, draft.id)
    lines = (joined(("📢", bold(pen.say("New ad"))), " "), pen.say("What do you want to change?"))
    return Card(joined(lines), rows(*pairs, (back,)))


def _line_label(pen: Pen, step: Step) -> str:
    return clean(pen.words(FIELD_NAMES[step]), LABEL_COLUMNS)


def dropped_card(reader: Reader) -> Card:
    return Card(Pen(reader).say("🗑 The form is dropped, nothing was sent. What you wrote is forgotten."))
