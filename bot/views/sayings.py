"""What staff are asked and told about their own words to a buyer. They never stand in a blockquote: that is theirs."""

from collections.abc import Sequence

from bot.domain.errors import NotAllowed
from bot.domain.orders import Side
from bot.domain.parts import length
from bot.domain.sayings import LOOKS_NEEDED, NEVER_SENT, Doubt, Saying, SayingKind, State, digest
from bot.domain.situations import Reader, Situation
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import NAME_COLUMNS, Button, Card, Markup, bold, clean, escape, joined
from bot.views.chat_lines import one_line
from bot.views.chat_words import DOUBTS, SPEAKERS, WRITE
from bot.views.pen import Pen, rows
from bot.views.refusal_words import REASONS
from bot.views.refusals import refusal

QUOTED_COLUMNS = 200
FOUND_COLUMNS = 60
ANSWERS_GO = {
    Side.SELL: mark("Your reply here goes to the BUYER."),
    Side.BUY: mark("Your reply here goes to the SELLER."),
}
HINTS = {
    Side.SELL: mark("To the buyer of {order}"),
    Side.BUY: mark("To the seller of {order}"),
}
STANDS = {
    State.DROPPED: mark("🗑 Not sent: {to}"),
    State.HELD: mark("✋ Waits for your answer: {to}"),
}
NOT_SENT_YET, STILL_NOT_SENT = mark("Not sent yet"), mark("Still not sent")
SENDING = mark("👀 Sending to {to}")
EDITED = (
    ({State.DELIVERED}, mark("✏ They still see: {words}. Edits do not reach Gate.")),
    (
        {State.SENT, State.UNKNOWN, State.MISSING},
        mark("✏ What was sent is the old text: {words}. Edits do not reach Gate."),
    ),
    (
        {State.HELD, State.PLANNED},
        mark("✏ What waits to be sent is the old text: {words}. Edits do not reach Gate."),
    ),
)
"""the answer to an edit, by the states that it is about"""


def write_prompt(s: Situation, reader: Reader) -> Card:
    """A question whose reply goes to the other side of the order."""
    pen, side = Pen(reader, s.seen_at), s.order.side
    lines = (
        pen.title("✍", pen.words(WRITE[side]), s.order),
        pen.say(SPEAKERS[side], name=bold(pen.counterparty(s.order))),
        pen.say(ANSWERS_GO[side]),
    )
    return Card(joined(lines), prompt=True, prompt_hint=pen.words(HINTS[side], order=s.order.short_id))


def held_card(sayings: Sequence[Saying], s: Situation, reader: Reader, *, is_again: bool = False) -> Card:
    """Why it waits, what it is, and the two ways on. `sayings` came of one message or one album, in its order."""
    pen = Pen(reader, s.seen_at)
    lines = [pen.title("✋", pen.words(STILL_NOT_SENT if is_again else NOT_SENT_YET), s.order)]
    lines.append(pen.say(SPEAKERS[s.order.side], name=pen.counterparty(s.order)))
    lines += _doubts(pen, sayings, s)
    lines.append(_said(pen, sayings))
    first = next((one for one in sayings if one.state is State.HELD), sayings[0])
    drop = press(pen.words("Don't send"), Verb.DROP_HELD, first.id)
    return Card(joined(lines), rows((drop,), (_send(pen, sayings, first),)))


def held_settled(saying: Saying, was_sent: bool, reader: Reader) -> Card:
    """What is left of the question once it was answered."""
    pen = Pen(reader)
    text = mark("➡ {order}: on its way, {words}") if was_sent else mark("🗑 {order}: not sent, {words}")
    return Card(pen.say(text, order=form.short_id(saying.order_id), words=_said(pen, [saying])))


def outcome_card(saying: Saying, s: Situation | None, reader: Reader) -> Card:
    """The short reply to somebody's own message: how it ended, or stands."""
    pen = Pen(reader)
    to = _to(pen, saying, s)
    if saying.state is State.REFUSED:
        return Card(joined((bold(pen.say("💔 Not sent: {to}", to=to)), _answer(saying, reader), _said(pen, [saying]))))
    if saying.state is State.MISSING:
        return _missing(pen, saying, to)
    if saying.state is State.UNKNOWN:
        waits = pen.say("The chat is read before any resend.")
        return Card(joined((bold(pen.say("❓ No answer from Gate: {to}", to=to)), waits)))
    if saying.state is State.DELIVERED:
        return _delivered(pen, saying, to)
    return Card(pen.say(STANDS.get(saying.state, SENDING), to=to))


def progress_card(saying: Saying, s: Situation | None, done: int, total: int, reader: Reader) -> Card:
    """While files go up: `done` of `total` are at Gate."""
    pen = Pen(reader)
    number = form.count(min(done + 1, total))
    lines = pen.say("⏫ Uploading {number} of {total}…", number=number, total=form.count(total)), _to(pen, saying, s)
    return Card(joined(lines, " "))


def still_sees(sayings: Sequence[Saying], reader: Reader) -> Card:
    """The answer to an edit: it changed nothing at Gate. `sayings` came of the message, in its order.

    Of several parts those count that got farthest.
    """
    pen = Pen(reader)
    for found, text in EDITED:
        if those := [one for one in sayings if one.state in found]:
            return Card(pen.say(text, words=_said(pen, those)))
    return Card(pen.say("✏ This was not sent: write it anew. Edits do not reach Gate."))


def _missing(pen: Pen, saying: Saying, to: Markup) -> Card:
    looks = form.count(max(saying.looks, LOOKS_NEEDED))
    lines = (
        bold(pen.say("❗ Not in the chat: {to}", to=to)),
        pen.say("No answer, {number} looks did not show it.", number=looks),
        _said(pen, [saying]),
    )
    return Card(joined(lines), ((press(pen.words("Send again"), Verb.SEND_AGAIN, saying.id),),))


def _delivered(pen: Pen, saying: Saying, to: Markup) -> Card:
    if not saying.is_flagged:
        return Card(pen.say("👌 Delivered to {to}", to=to))
    lines = [bold(pen.say("⚠ Taken but flagged: {to}", to=to))]
    if clean(saying.warning):
        lines.append(pen.say("Gate: {words}", words=one_line(saying.warning, QUOTED_COLUMNS)))
    lines.append(pen.say("They may not see it. Do not repeat."))
    return Card(joined(lines))


def _to(pen: Pen, saying: Saying, s: Situation | None) -> Markup:
    """`张三丰 · 0417`; the number alone while the order is not at hand."""
    order = escape(form.short_id(saying.order_id))
    return order if s is None else joined((pen.counterparty(s.order), order), " · ")


def _answer(saying: Saying, reader: Reader) -> Markup:
    """The sentence of a key we know; anything else is the venue's words."""
    if saying.answer in REASONS:
        return refusal(NotAllowed(saying.answer, {"order": saying.order_id, **saying.answer_facts}), reader)
    return refusal(NotAllowed("gate_says", {"detail": saying.answer}), reader)


def _said(pen: Pen, sayings: Sequence[Saying]) -> Markup:
    """The words on one line, cut; files by their number."""
    files = [one for one in sayings if one.kind is SayingKind.FILE]
    text = " ".join(one.text for one in sayings if one.kind is SayingKind.TEXT and one.text)
    names = [clean(one.file.name, NAME_COLUMNS) for one in files if one.file is not None]
    parts = [pen.say("📎 files: {number}", number=form.count(len(files)))] if files else []
    if len(files) == 1 and any(names):
        parts = [joined(("📎", one_line(names[0], NAME_COLUMNS)), " ")]
    if clean(text):
        parts.append(one_line(text, QUOTED_COLUMNS))
    return joined(parts, " ") if parts else Markup("–")


def _doubts(pen: Pen, sayings: Sequence[Saying], s: Situation) -> list[Markup]:
    """Each doubt once, in the order of the table; then the files that were refused, by their place."""
    facts = {
        "order": escape(s.order.short_id),
        "given": _length(sayings),
    }
    found = {Doubt(doubt): about for saying in sayings for doubt, about in saying.doubts.items()}
    lines = [pen.say(DOUBTS[doubt], about=_about(doubt, found[doubt]), **facts) for doubt in DOUBTS if doubt in found]
    for place, saying in enumerate(sayings, start=1):
        if saying.state is State.REFUSED:
            lines.append(pen.say("File {which}: {reason}", which=form.count(place), reason=_answer(saying, pen.reader)))
    return lines


def _length(sayings: Sequence[Saying]) -> str:
    """As it was written: cut into parts it has lost the white space between them."""
    told = next((one.doubts[Doubt.LONG].partition("/")[2] for one in sayings if Doubt.LONG in one.doubts), "")
    return told if told.isdecimal() else form.count(sum(length(one.text) for one in sayings))


def _about(doubt: Doubt, about: str) -> str:
    if doubt is Doubt.WRONG_ORDER:
        return form.short_id(about)
    if doubt is Doubt.LONG:
        about = about.partition("/")[0]
    return clean(about, FOUND_COLUMNS) or "–"


def _send(pen: Pen, sayings: Sequence[Saying], first: Saying) -> Button | None:
    """None where it must never leave, or nothing is left to send."""
    doubts = {Doubt(doubt): about for saying in sayings for doubt, about in saying.doubts.items()}
    good = [one for one in sayings if one.state is not State.REFUSED]
    if NEVER_SENT & doubts.keys() or not good:
        return None
    number = form.count(len(good))
    if Doubt.BAD_FILE in doubts or len(good) < len(sayings):
        label = pen.words("Send the other {number}", number=number)
    elif Doubt.LONG in doubts:
        label = pen.words("Send in {number} parts", number=clean(doubts[Doubt.LONG].partition("/")[0], 4))
    elif Doubt.MANY_PAGES in doubts:
        label = pen.words("Send all {number}", number=number)
    else:
        label = pen.words("Send anyway")
    return press(label, Verb.SEND_HELD, first.id, digest(sayings))
