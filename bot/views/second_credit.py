"""A lead's word that the bank shows one more credit of a sum: the question for a reason, the step, what stands then."""

from collections.abc import Sequence

from bot.domain.situations import Reader, Situation
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Card, bold, clean, escape, joined
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows
from bot.views.twins import where_and_when


def second_credit_prompt(s: Situation, reader: Reader) -> Card:
    """A lead's reason, as a reply; the second step shows it again."""
    pen, order = Pen(reader, s.seen_at), s.order
    title = pen.title("➕", pen.words("One more credit?"), order)
    lines = (title, pen.say("Reply with the reason."), pen.say("Leads and owners can read it."))
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Why one more, {order}?", order=order.short_id))


def second_credit_confirm(s: Situation, step: str, besides: Sequence[str], reason: str, reader: Reader) -> Card:
    """What the lead says is on the card in full: it stands against these orders' credits and no later ones."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(pen.title("➕", pen.words("One more credit?"), order))
    made.line(pen.say("{total} from {name}", total=bold(pen.money(order.fiat_total)), name=pen.counterparty(order)))
    made.line(where_and_when(pen, order))
    named = pen.words(", ").join(form.short_id(one) for one in besides)
    made.line(pen.say("Not the credit of {orders}", orders=named))
    made.line(pen.say("Reason: “{words}”", words=escape(reason, 500)))
    made.line(pen.say("Then it can be named and released."))
    label = pen.words("I see one more · {order}", order=order.short_id)
    made.rows = rows(
        (press(pen.words("⬅ Back"), Verb.BACK, order.id),), (press(label, Verb.SECOND_CREDIT_YES, step),)
    )  # fmt: skip
    return made.card()


def add_second_credit(pen: Pen, s: Situation, made: Drawing) -> None:
    """In the group without the reason, which is somebody's own words."""
    said = s.doubts.second_credit
    if said is None:
        return
    seen, who = pen.clock(said.at), pen.staff(said.by_name)
    if pen.reader.is_group:
        made.line(pen.say("➕ {time} one more credit: {who}", time=seen, who=clean(who, 10)), 1)
    else:
        reason = clean(said.reason, 16)
        made.line(pen.say("➕ {time} {who}: {reason}", time=seen, who=clean(who, 10), reason=reason), 1)
