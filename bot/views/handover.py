"""The handover as its two people see it: whom to ask, what moves, and how it ended."""

from collections.abc import Sequence

from bot.domain.duty import MOST_NOTE, Offer, OfferState, Watchman
from bot.domain.situations import Reader
from bot.domain.staff import Person
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, Markup, bold, clean, escape, joined
from bot.views.drawing import MOST_LINES
from bot.views.duty import money_lines
from bot.views.pen import LABEL_COLUMNS, Pen, rows

MOST_PEOPLE = 12
NOTHING_MOVED = mark("Nothing moved.")
TO_GIVER = {
    OfferState.ACCEPTED: (mark("✅ {other} has taken over."), mark("You are off duty.")),
    OfferState.REFUSED: (mark("✋ {other} does not take over."), mark("You are still on duty.")),
    OfferState.TAKEN_BACK: (mark("↩ Handover taken back."), NOTHING_MOVED),
    OfferState.UNANSWERED: (mark("⌛ {other} did not answer."), NOTHING_MOVED),
    OfferState.VOID: (mark("↩ This handover is over."), NOTHING_MOVED),
}
TO_TAKER = {
    OfferState.ACCEPTED: (mark("✅ You have taken over from {other}."),),
    OfferState.REFUSED: (mark("✋ You did not take over from {other}."),),
    OfferState.TAKEN_BACK: (mark("↩ {other} took it back."), NOTHING_MOVED),
    OfferState.UNANSWERED: (mark("⌛ Not answered in time."), NOTHING_MOVED),
    OfferState.VOID: (mark("↩ This handover is over."), NOTHING_MOVED),
}


def choose_card(watchman: Watchman, fitting: Sequence[Person], reader: Reader) -> Card:
    """Everybody who may take over, those on duty with a bell."""
    pen = Pen(reader, watchman.looked_at)
    lines = [bold(pen.say("Hand over to whom?"))]
    lines += money_lines(pen, watchman.money, MOST_LINES - 2)
    lines.append(pen.say("Orders you are on: {number}", number=form.count(len(watchman.claims))))
    buttons = [
        press(clean(f"🔔 {one.name}" if one.on_duty else one.name, LABEL_COLUMNS) or "–", Verb.HANDOVER_TO, str(one.id))
        for one in fitting[:MOST_PEOPLE]
    ]
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Card(joined(lines), rows((press(pen.words("⬅ Back"), Verb.DUTY, "show"),), *pairs))


def handover_card(offer: Offer, reader: Reader) -> Card:
    """For the giver or the taker, whoever reads; one line when it is over."""
    pen = Pen(reader)
    is_giver = reader.person is not None and reader.person.id == offer.handover.giver
    other = pen.staff(offer.taker_name if is_giver else offer.giver_name)
    if not offer.handover.is_open:
        lines = (TO_GIVER if is_giver else TO_TAKER)[offer.handover.state]
        return Card(joined([pen.say(line, other=other) for line in lines]))
    if not is_giver:
        return _offered(pen, offer, other)
    return _written(pen, offer, other) if offer.handover.state is OfferState.DRAFT else _waiting(pen, offer, other)


def _written(pen: Pen, offer: Offer, other: str) -> Card:
    lines = [bold(pen.say("Hand over to {other}?", other=other))]
    lines += _moves(pen, offer)
    lines.append(pen.say("It counts when {other} accepts.", other=other))
    handover = offer.handover.id
    back = press(pen.words("⬅ Back"), Verb.HANDOVER_BACK, handover)
    notes = press(pen.words("Notes…"), Verb.HANDOVER_NOTE, handover)
    send = press(pen.words("Offer it"), Verb.HANDOVER_SEND, handover, style="primary")
    return Card(joined(lines), rows((back, notes), (send,)))


def _waiting(pen: Pen, offer: Offer, other: str) -> Card:
    until = pen.clock(offer.handover.ends_at)
    lines = [bold(pen.say("⏳ {other} is asked to take over.", other=other))]
    lines.append(pen.say("Until {until}; you stay on duty.", until=until))
    return Card(joined(lines), ((press(pen.words("Take back"), Verb.HANDOVER_BACK, offer.handover.id),),))


def _offered(pen: Pen, offer: Offer, other: str) -> Card:
    until = pen.clock(offer.handover.ends_at)
    lines = [bold(pen.say("🤝 {other} hands over to you", other=other)), *_moves(pen, offer)]
    lines.append(pen.say("Accept by {until} to go on duty.", until=until))
    accept = press(pen.words("Accept"), Verb.HANDOVER_YES, offer.handover.id, style="primary")
    return Card(joined(lines), rows((accept, press(pen.words("Refuse"), Verb.HANDOVER_NO, offer.handover.id))))


def _moves(pen: Pen, offer: Offer) -> list[Markup]:
    """The open money, whose orders move, and the notes."""
    note = offer.handover.note
    lines = money_lines(pen, offer.money, MOST_LINES - 3 - bool(note))
    lines.append(pen.say("Orders that move: {number}", number=form.count(offer.claimed)))
    if note:
        lines.append(pen.say("Notes: {note}", note=escape(note, 2 * MOST_NOTE)))
    return lines


def taken_lines(offer: Offer, moved: int, reader: Reader) -> tuple[Markup, ...]:
    """Over the card of whoever accepted: what is theirs now, and what is different from the offer."""
    pen = Pen(reader)
    lines = [pen.say("Moved to you: {number}", number=form.count(moved))]
    if offer.came or offer.went:
        came, went = form.count(offer.came), form.count(offer.went)
        lines.append(pen.say("Since the offer: {came} new, {went} over", came=came, went=went))
    return tuple(lines)


def note_prompt(offer: Offer, reader: Reader) -> Card:
    """A question whose reply are the notes."""
    pen = Pen(reader)
    lines = [bold(pen.say("Notes for {other}?", other=pen.staff(offer.taker_name)))]
    lines.append(pen.say("Reply with at most {most} characters.", most=form.count(MOST_NOTE)))
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("Notes for the next one"))
