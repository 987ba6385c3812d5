"""Questions about the payer: whom the bank shows, by which credit, who paid instead, and why a lead lets it go on."""

from bot.domain.orders import Order
from bot.domain.situations import LockReason, Reader, Situation, Twin
from bot.domain.twins import NONE_OF_THESE
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, joined, width
from bot.views.drawing import Drawing
from bot.views.pen import LABEL_COLUMNS, NAMED_TWINS, WIDE_LABEL_COLUMNS, Pen, rows

NARROW_LABEL_COLUMNS = 10
MARKS = {
    LockReason.NAME_DIFFERS: mark("⚠ Other bank name on {day} ({order})"),
    LockReason.OTHER_PAYER: mark("⚠ Other payer on {day} ({order})"),
}


def payer_question(
    s: Situation, question: str, payers: tuple[Twin, ...], reader: Reader, above: tuple[Markup, ...] = ()
) -> Card:
    """The names in the order in which they were shuffled; which one is right stands nowhere."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(_equal_orders(pen, order, len(payers)))
    for line in above:
        made.line(line)
    made.line(pen.say("Which payer does the bank show?"))
    made.line(where_and_when(pen, order))
    names = _labels(payers)
    buttons = [press(name, Verb.TWIN_PAYER, question, form.count(at)) for at, name in enumerate(names)]
    none = press(pen.words("None of these"), Verb.TWIN_PAYER, question, NONE_OF_THESE)
    back = press(pen.words("⬅ Back"), Verb.BACK, order.id)
    made.rows = rows(*_rows_of(buttons), (none, back))
    return made.card()


def _equal_orders(pen: Pen, order: Order, number: int) -> Markup:
    count = form.count(number)
    told = pen.say("{number} open orders of {total}", number=count, total=pen.money(order.fiat_total))
    return joined((bold(told), order.short_id), " · ")


def _labels(payers: tuple[Twin, ...]) -> list[str]:
    """Two long names may differ only where a button ends: then the orders' digits stand beside them."""
    names = [clean(payer.name, WIDE_LABEL_COLUMNS) for payer in payers]
    if len(set(names)) == len(names):
        return names
    room = WIDE_LABEL_COLUMNS - 7
    return [f"{clean(payer.name, room)} · {form.short_id(payer.order_id)}" for payer in payers]


def _rows_of(buttons: list[Button]) -> Rows:
    widest = max(width(button.text) for button in buttons)
    per_row = 3 if widest <= NARROW_LABEL_COLUMNS else 2 if widest <= LABEL_COLUMNS else 1
    return tuple(tuple(buttons[at : at + per_row]) for at in range(0, len(buttons), per_row))


def where_and_when(pen: Pen, order: Order, reference: str = "") -> Markup:
    """`ICBC ··8821, after 14:02`; a credit that was named stands there by its name."""
    facts: dict[str, str] = {}
    if reference:
        facts["mark"] = reference
        bare, full = mark("credit {mark}"), mark("{account}, credit {mark}")
    else:
        facts["time"] = pen.clock_s(order.paid_at or order.created_at)
        bare, full = mark("after {time}"), mark("{account}, after {time}")
    if order.main_payee is None:
        return pen.say(bare, **facts)
    return pen.say(full, account=pen.account(order, order.main_payee), **facts)


def reference_prompt(s: Situation, number: int, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """Names tell nothing here: the credit itself is asked for, as a reply that names its order."""
    pen, order = Pen(reader, s.seen_at), s.order
    if number > 1:
        title, why = _equal_orders(pen, order, number), pen.say("Names cannot tell them apart.")
    else:
        title = pen.title("🔎", pen.words("Which credit?"), order)
        why = _ended_alike(pen, s) if s.ended_alike else pen.say("One of this sum is used already.")
    lines = (
        title,
        *above,
        why,
        pen.say("Reply with the last 4 to 6 digits of"),
        pen.say("its bank reference, or with its time"),
        pen.say("like 14:02 or 14:02:31"),
        where_and_when(pen, order),
    )
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("8821 or 14:02"))


def payer_prompt(s: Situation, reader: Reader) -> Card:
    """Who paid instead; it may be left open."""
    pen, order = Pen(reader, s.seen_at), s.order
    lines = (
        pen.title("✍", pen.words("Who paid?"), order),
        pen.say("Reply with the payer's name"),
        pen.say("as the bank shows it."),
        pen.say("Staff only; deleted after a time."),
    )
    return Card(joined(lines), ((press(pen.words("Skip"), Verb.PAYER_SKIP, order.id),),))


def payer_skipped(s: Situation, reader: Reader) -> Card:
    pen = Pen(reader, s.seen_at)
    return Card(pen.title("✍", pen.words("No payer's name kept"), s.order))


def checklist(s: Situation, reader: Reader) -> Card:
    """Somebody else paid: what is done now, in this order."""
    pen, order = Pen(reader, s.seen_at), s.order
    made = Drawing()
    made.line(pen.title("📋", pen.words("Not the buyer's money"), order))
    made.line(pen.say("1. Release nothing on a receipt."))
    made.line(pen.say("2. Keep the payer's name."))
    made.line(pen.say("3. Tell the buyer why it stops."))
    made.line(pen.say("4. Money back only to its source."))
    made.line(pen.say("5. They pay from their own account."))
    made.line(pen.say("6. A lead unlocks, with a reason."))
    if s.doubts.payer:
        made.line(pen.say("Bank shows: {name}", name=bold(pen.name(s.doubts.payer))))
    made.rows = rows((press(pen.words("⬅ Back"), Verb.BACK, order.id),), doubt_row(pen, order))
    return made.card()


def doubt_row(pen: Pen, order: Order) -> tuple[Button, ...]:
    return (
        press(pen.words("Payer's name"), Verb.PAYER_NAME, order.id),
        press(pen.words("Refund wording"), Verb.OFFER, order.id, "refund"),
    )


def unlock_prompt(s: Situation, reader: Reader) -> Card:
    """A lead's reason, as a reply; the second step shows it again."""
    pen, order = Pen(reader, s.seen_at), s.order
    title = pen.title("🔓", pen.words("Unlock: why?"), order)
    lines = (title, pen.say("Reply with the reason."), pen.say("Leads and owners can read it."))
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Why unlock {order}?", order=order.short_id))


def add_ended_alike(pen: Pen, s: Situation, made: Drawing, rank: int = 0) -> None:
    """What the bank shows may be theirs."""
    if s.ended_alike:
        made.line(_ended_alike(pen, s), rank)


def _ended_alike(pen: Pen, s: Situation) -> Markup:
    rest = len(s.ended_alike) - NAMED_TWINS
    listed = pen.words(", ").join(form.short_id(one) for one in s.ended_alike[:NAMED_TWINS])
    return pen.say("⚠ Ended with this sum: {orders}", orders=listed + (f" +{form.count(rest)}" if rest > 0 else ""))


def add_mark(pen: Pen, s: Situation, made: Drawing) -> None:
    """What happened with this buyer before."""
    found = s.doubts.mark
    if found is not None:
        day = form.day(found.at, pen.reader.timezone)
        made.line(pen.say(MARKS[found.reason], day=day, order=form.short_id(found.order_id)))


def add_doubts(pen: Pen, s: Situation, made: Drawing) -> None:
    """Who looked when, what the bank showed instead, when it is asked again, why a lead let it go on."""
    answered, unlocked = s.doubts.answered, s.doubts.unlocked
    if answered is not None:
        seen = pen.clock(answered.at)
        if answered.order_id:
            name, order = clean(pen.name(answered.name), 10), form.short_id(answered.order_id)
            made.line(pen.say("⚠ {time} bank shows {name} · {order}", time=seen, name=name, order=order), 1)
        else:
            made.line(pen.say("⚠ {time} bank shows none of them", time=seen), 1)
    if s.last_look:
        seen = pen.clock(s.last_look.at)
        made.line(pen.say("👀 {time} {who}: not there yet", time=seen, who=pen.staff(s.last_look.by_name)), 1)
    if s.doubts.snoozed_until is not None:
        made.line(pen.say("⏰ Asked again {time}", time=pen.clock(s.doubts.snoozed_until)), 1)
    if unlocked is not None:
        add_unlocked(pen, s, made)


def add_unlocked(pen: Pen, s: Situation, made: Drawing) -> None:
    """In the group without the reason, which is somebody's own words."""
    unlocked = s.doubts.unlocked
    if unlocked is None:
        return
    seen, who = pen.clock(unlocked.at), pen.staff(unlocked.by_name)
    if pen.reader.is_group:
        made.line(pen.say("🔓 {time} unlocked by {who}", time=seen, who=who), 1)
    else:
        reason = clean(unlocked.reason, 16)
        made.line(pen.say("🔓 {time} {who}: {reason}", time=seen, who=clean(who, 10), reason=reason), 1)


def later_row(pen: Pen, s: Situation) -> tuple[Button | None, ...]:
    """After somebody looked and saw nothing: be quiet for a while, and tell the buyer."""
    if s.last_look is None:
        return ()
    again = None
    if s.doubts.snoozed_until is None:
        again = press(pen.words("Ask in 3 min"), Verb.SNOOZE, s.order.id)
    return again, press(pen.words("Tell buyer"), Verb.OFFER, s.order.id, "not_there")
