"""Questions for a PIN and what came of them; the paper card; who may try again."""

from bot.domain.situations import Reader
from bot.domain.staff import Person
from bot.domain.step_up import Prompt, Step
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, escape, joined
from bot.views.facts import ready
from bot.views.pen import Pen, rows
from bot.views.qr import qr_png
from bot.views.step_up_words import DEEDS, DONE, OTHER_DEED, QUESTIONS, WHY

URL_ROOM = 400


def prompt_card(prompt: Prompt, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """A question that is answered by a reply; `above` says what was wrong with the last answer."""
    pen = Pen(reader)
    if prompt.step is Step.PROVE:
        lines = _asked(pen, prompt.facts)
    else:
        first, *rest = QUESTIONS[prompt.step.value]
        lines = [bold(pen.say(first)), *(pen.say(line) for line in rest)]
    lines.append(pen.say("Reply with it; I delete it at once."))
    return Card(joined((*above, *lines)), prompt=True, prompt_hint=pen.words("Your PIN"))


def _asked(pen: Pen, facts: dict[str, str]) -> list[Markup]:
    """What for, for which order, and why now."""
    shown = ready(pen, {"sell": facts.get("coins", ""), "order": facts.get("named", "")})
    what = pen.say(DEEDS.get(facts.get("deed", ""), OTHER_DEED), coins=shown["sell"])
    lines = [bold(pen.say("🔑 PIN for: {what}", what=what))]
    if facts.get("named"):
        lines.append(pen.say("Order {order}", order=shown["order"]))
    return [*lines, _why(pen, facts)]


def _why(pen: Pen, facts: dict[str, str]) -> Markup:
    amount = ready(pen, {"amount": facts.get("above", "")})["amount"]
    return pen.say(WHY.get(facts.get("why", ""), WHY["always"]), above=amount)


def asked_toast(reader: Reader) -> str:
    return Pen(reader).words("🔑 Your PIN first: reply to the question.")


def right_card(prompt: Prompt, reader: Reader) -> Card:
    """The same words for either PIN."""
    pen = Pen(reader)
    if prompt.step is not Step.PROVE:
        return Card(pen.say(DONE[prompt.step.value]))
    again = (
        pen.say("✅ PIN right. Tap the confirm again.")
        if prompt.facts.get("sealed")
        else pen.say("✅ PIN right. Now do it once more.")
    )
    return Card(again)


def pin_card(
    reader: Reader, *, set_at: int | None, is_required: bool, above: str = "", is_locked: bool = False
) -> Card:
    """One's own PIN: since when, when it is asked, and what can be done about it. `set_at` in ms."""
    pen = Pen(reader)
    lines = [bold(pen.say("🔑 Your PIN is set"))]
    if set_at is not None:
        lines.append(pen.say("since {since}", since=pen.clock(set_at)))
    if is_locked:
        lines.append(pen.say("🔒 Locked: an owner unlocks you."))
    lines += [pen.say("Asked once per shift, and after"), pen.say("30 minutes without a money tap.")]
    if above:
        amount = ready(pen, {"amount": above})["amount"]
        lines.append(pen.say("Above {above}: each time.", above=amount))
    if is_required:
        lines.append(pen.say("Without one you move no money here."))
    change = press(pen.words("Change PIN"), Verb.PIN_CHANGE)
    remove = press(pen.words("Remove PIN"), Verb.PIN_REMOVE)
    return Card(joined(lines), rows((change, remove)))


def freeze_card(url: str, reader: Reader, *, has_pin: bool) -> Card:
    """The paper card, shown once."""
    pen = Pen(reader)
    lines = [
        bold(pen.say("🧊 Paper card: stops all money")),
        escape(url, URL_ROOM),
        pen.say("Print it; keep it away from phones."),
        pen.say("Whoever has it can freeze, no more."),
        pen.say("It is gone from here in 2 minutes."),
    ]
    if not has_pin:
        lines.append(pen.say("Set a PIN, too (/pin): without one"))
        lines.append(pen.say("your phone alone can unfreeze."))
    copy = Button(pen.words("Copy link"), copy=url) if len(url) <= 256 else None
    return Card(joined(lines), rows((copy,)), picture=qr_png(url))


def freeze_card_ended(reader: Reader) -> Card:
    return Card(Pen(reader).say("✅ The paper card works no longer."))


def unlocked_card(person: Person, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(pen.say("✅ {who} may try the PIN again.", who=pen.staff(person.name)))


def reset_card(person: Person, reader: Reader) -> Card:
    """`/pin` sets a new one."""
    pen = Pen(reader)
    who = joined((escape(pen.staff(person.name)), escape(form.count(person.id))), " ")
    return Card(joined((pen.say("✅ {who} has no PIN", who=who), pen.say("and sets a new one: /pin"))))
