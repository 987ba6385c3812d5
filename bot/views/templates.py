"""Quick replies: chosen and seen by whoever writes to a buyer, kept by leads."""

from collections.abc import Sequence

from bot.domain.conversation import Template
from bot.domain.situations import Reader, Situation
from bot.domain.staff import Right
from bot.domain.templates import LONGEST, digest
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, escape, exactly, joined, quote, units
from bot.views.chat_lines import one_line
from bot.views.chat_words import SPEAKERS
from bot.views.pen import LABEL_COLUMNS, Pen

PLACEHOLDERS = " ".join(f"{{{name}}}" for name in LONGEST)
LISTED_COLUMNS = 80
LIST_UNITS = 3300
TEXT_UNITS = 2000
BUTTONS = 24


def templates_card(s: Situation, templates: Sequence[Template], reader: Reader) -> Card:
    """A tap shows the text, nothing is sent yet. What is in the reader's language comes first."""
    templates = _readable_first(templates, reader)
    pen = Pen(reader, s.seen_at)
    lines = [pen.title("💬", pen.words("Quick replies"), s.order)]
    lines.append(pen.say(SPEAKERS[s.order.side], name=pen.counterparty(s.order)))
    if templates:
        lines.append(pen.say("Tap one: you see it before it is sent."))
    else:
        lines.append(pen.say("None yet. A lead adds them: /templates"))
    return Card(joined(lines), _choices(pen, s, templates))


def template_card(s: Situation, template: Template, text: str, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """Exactly what would be sent; `text` has its placeholders filled. *Send* says which text was seen."""
    pen = Pen(reader, s.seen_at)
    lines = (
        *above,
        pen.title("💬", clean(template.label, LABEL_COLUMNS), s.order),
        pen.say(SPEAKERS[s.order.side], name=pen.counterparty(s.order)),
        quote(exactly(text, TEXT_UNITS)),
    )
    back = press(pen.words("⬅ Back"), Verb.TEMPLATES, s.order.id)
    seen = s.order.id, form.count(template.number), digest(text)
    send = press(pen.words("Send"), Verb.SAY_TEMPLATE, *seen, style="primary")
    return Card(joined(lines), ((back, send),))


def templates_list(templates: Sequence[Template], reader: Reader) -> Card:
    """What there is, in the reader's language first; leads are told how to change it."""
    templates = _readable_first(templates, reader)
    pen = Pen(reader)
    text = bold(pen.say("💬 Quick replies"))
    if not templates:
        text = joined((text, pen.say("None yet.")))
    for shown, template in enumerate(templates):
        longer = joined((text, _listed(template)))
        if units(longer) > LIST_UNITS:
            text = joined((text, pen.say("+{number} more", number=form.count(len(templates) - shown))))
            break
        text = longer
    return Card(joined((text, *_usage(pen))))


def _usage(pen: Pen) -> tuple[Markup, ...]:
    if not pen.may(Right.TEMPLATES):
        return ()
    return (
        pen.say("Add: /templates add en Label | text"),
        pen.say("Remove: /templates remove 3"),
        pen.say("Filled in for you: {placeholders}", placeholders=escape(PLACEHOLDERS, 200)),
    )


def template_saved(template: Template, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(joined((bold(pen.say("✅ Quick reply saved")), _listed(template))))


def template_removed(template: Template, reader: Reader) -> Card:
    pen = Pen(reader)
    return Card(joined((bold(pen.say("🗑 Quick reply removed")), _listed(template))))


def _readable_first(templates: Sequence[Template], reader: Reader) -> list[Template]:
    return sorted(templates, key=lambda template: template.language[:2] != reader.language[:2])


def _choices(pen: Pen, s: Situation, templates: Sequence[Template]) -> Rows:
    buttons = [_choice(s, template) for template in templates[:BUTTONS]]
    pairs = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return (*pairs, (press(pen.words("⬅ Back"), Verb.CHAT, s.order.id),))


def _choice(s: Situation, template: Template) -> Button:
    number = form.count(template.number)
    return press(clean(template.label, LABEL_COLUMNS) or number, Verb.TEMPLATE, s.order.id, number)


def _listed(template: Template) -> Markup:
    head = f"{form.count(template.number)} · {clean(template.language, 4)} · {clean(template.label, LABEL_COLUMNS)}"
    return joined((escape_line(head), one_line(template.text, LISTED_COLUMNS)), " ")


def escape_line(text: str) -> Markup:
    """A whole line as HTML, not cut."""
    return escape(text, 4096)
