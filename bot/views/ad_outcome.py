"""What became of a change of an ad that was sent: what is not known, what the venue said, and what a look found."""

from bot.domain.ad_changes import AdChange, AdStanding, Phase
from bot.domain.ad_edits import Part, is_same, shown, told
from bot.domain.ads import AdStatus
from bot.domain.intents import LOOKS_NEEDED, Intent
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import (
    TEXTS,
    ad_name,
    code_of,
    difference,
    excerpt,
    named,
    parts_lines,
    title,
    value_of,
    wanted_value,
)
from bot.views.buttons import Verb, press
from bot.views.card import Button, Markup, bold, clean, code, escape, exactly, joined
from bot.views.convert_lines import choice
from bot.views.drawing import Drawing
from bot.views.pen import Pen, rows

WORDS_COLUMNS = 200
KEPT_UNITS = 1500
LOOKED = "look: "
"""what the ledger's answer begins with when the desk's own looks gave it"""
LAST = {
    Phase.SENT: mark("sent, no answer yet"),
    Phase.UNKNOWN: mark("not known whether it is changed"),
    Phase.DONE: mark("accepted, not looked at again yet"),
    Phase.REFUSED: mark("refused by Gate"),
    Phase.VOID: mark("nothing was changed"),
}
LAST_SEEN = mark("done, Gate showed it")
LAST_DIFFERS = mark("accepted, Gate showed otherwise")


def draw_unknown(pen: Pen, standing: AdStanding) -> Drawing:
    change, intent = standing.change, standing.intent
    made = Drawing()
    made.line(title("❓", pen.say("No answer from Gate"), change.ad))
    made.line(ad_name(pen, change.ad))
    add_wanted(pen, change, made)
    made.line(pen.say("Not known whether it is changed."))
    made.line(bold(pen.say("Do not change it in the Gate app.")))
    if intent is None or intent.last_look_at is None:
        made.line(pen.say("The first look is under way"))
    else:
        _add_look(pen, change, intent, intent.last_look_at, made)
    add_person(pen, standing, made)
    made.rows = rows((choice(pen.words("Look now"), Verb.AD_LOOK, change.id), open_ad(pen, change)))
    return made


def _add_look(pen: Pen, change: AdChange, intent: Intent, at: int, made: Drawing) -> None:
    number, most = form.count(intent.looks), form.count(LOOKS_NEEDED)
    made.line(pen.say("Looked {time} ({number} of {most})", time=pen.clock(at, seconds=True), number=number, most=most))
    for line in found_lines(pen, change):
        made.line(line)


def draw_done(pen: Pen, standing: AdStanding) -> Drawing:
    """Accepted is not seen: only a look says what is there."""
    change, intent = standing.change, standing.intent
    made = Drawing()
    if change.found is None or change.checked_at is None:
        made.line(title("✅", pen.say("Gate accepted it"), change.ad))
        made.line(ad_name(pen, change.ad))
        add_wanted(pen, change, made)
        made.line(pen.say("Not looked at again yet."))
    else:
        icon, head = ("🔴", mark("Gate shows otherwise")) if change.differs else ("✅", mark("Ad changed"))
        made.line(title(icon, pen.say(head), change.ad))
        made.line(ad_name(pen, change.ad))
        add_wanted(pen, change, made)
        for line in found_lines(pen, change):
            made.line(line)
        if change.moved:
            for line in parts_lines(pen, mark("🔴 Also different: {parts}"), change.moved):
                made.line(line)
        if change.differs:
            made.line(bold(pen.say("Look into the Gate app.")))
        made.line(pen.say("Looked at again {time}", time=pen.clock(change.checked_at, seconds=True)))
    if intent is not None and intent.answer.startswith(LOOKED):
        made.line(pen.say("Gate's answer was lost."), 1)
    add_person(pen, standing, made)
    made.rows = rows((open_ad(pen, change),))
    return made


def draw_refused(pen: Pen, standing: AdStanding) -> Drawing:
    """The venue's own words; a wanted text is kept to be copied, put right and sent again."""
    change, intent = standing.change, standing.intent
    made = Drawing()
    answer = "" if intent is None else intent.answer
    is_seen = answer.startswith(LOOKED)
    made.line(title("❌", pen.say("Not changed: no answer") if is_seen else pen.say("Gate refused it"), change.ad))
    made.line(ad_name(pen, change.ad))
    add_wanted(pen, change, made)
    if is_seen:
        for line in found_lines(pen, change):
            made.line(line)
    else:
        if clean(answer):
            made.line(pen.say("Gate: “{words}”", words=escape(answer, WORDS_COLUMNS)))
        made.line(pen.say("Nothing was changed."))
    _add_settled(pen, standing, made)
    add_person(pen, standing, made)
    edits = [part for part in change.wanted.parts if part is not Part.STATUS]
    texts = [told(part, change.wanted) for part in edits if part in TEXTS]
    for text in filter(str.strip, () if pen.reader.is_group else texts):
        made.line(pen.say("Your text, a tap copies it:"))
        made.line(code(exactly(text, KEPT_UNITS)))
    made.rows = rows(tuple(_again(pen, change, part) for part in edits[:2]), (open_ad(pen, change),))
    return made


def draw_void(pen: Pen, standing: AdStanding) -> Drawing:
    change, intent = standing.change, standing.intent
    made = Drawing()
    made.line(title("↩", pen.say("Nothing was changed"), change.ad))
    made.line(ad_name(pen, change.ad))
    add_wanted(pen, change, made)
    if intent is not None and intent.answer.startswith(LOOKED):
        made.line(pen.say("No answer came, and all looks"))
        made.line(pen.say("found the ad as it was."))
    else:
        made.line(pen.say("It did not reach Gate."))
    _add_settled(pen, standing, made)
    add_person(pen, standing, made)
    made.rows = rows((open_ad(pen, change),))
    return made


def last_line(pen: Pen, standing: AdStanding) -> list[Markup]:
    """What the desk last sent for an ad, and what became of it, on two lines of its card."""
    change, intent = standing.change, standing.intent
    at = change.asked_at if intent is None else intent.sent_at or intent.planned_at
    head = pen.say("Last change {time}: {what}", time=pen.clock(at), what=named(pen, change.wanted.parts))
    words = LAST.get(standing.phase, LAST[Phase.SENT])
    if standing.phase is Phase.DONE:
        words = LAST_SEEN if change.found is not None and not change.differs else words
        words = LAST_DIFFERS if change.differs else words
    return [head, joined(("→", pen.say(words)), " ")]


def add_wanted(pen: Pen, change: AdChange, made: Drawing) -> None:
    for line in wanted_lines(pen, change):
        made.line(line)


def wanted_lines(pen: Pen, change: AdChange) -> list[Markup]:
    """`Wanted: price 7.21 CNY` of every part; of a text where it is new."""
    lines: list[Markup] = []
    for part in change.wanted.parts:
        value = bold(wanted_value(pen, part, change))
        lines.append(pen.say("Wanted: {part} {value}", part=named(pen, [part]), value=value))
        if part in TEXTS:
            new = told(part, change.wanted)
            lines.append(excerpt(pen, new, difference(shown(part, change.ad), new)))
    return lines


def found_lines(pen: Pen, change: AdChange) -> list[Markup]:
    """`Gate shows: price 7.20 CNY` of every part that a look found."""
    found = change.found or {}
    lines: list[Markup] = []
    for part in change.wanted.parts:
        if part not in found:
            continue
        value = value_of(pen, part, found[part], code_of(part, change.ad))
        if part in TEXTS:
            value = _text_found(pen, part, change, found[part])
        lines.append(pen.say("Gate shows: {part} {value}", part=named(pen, [part]), value=bold(value)))
    return lines


def _text_found(pen: Pen, part: Part, change: AdChange, found: str) -> Markup:
    if is_same(part, found, told(part, change.wanted)):
        return pen.say("as wanted")
    if is_same(part, found, shown(part, change.ad)):
        return pen.say("as before")
    return pen.say("otherwise, {count} characters", count=form.count(len(found)))


def _add_settled(pen: Pen, standing: AdStanding, made: Drawing) -> None:
    if standing.intent is not None and standing.intent.settled_at is not None:
        made.line(pen.say("Settled {time}", time=pen.clock(standing.intent.settled_at, seconds=True)), 2)


def add_person(pen: Pen, standing: AdStanding, made: Drawing) -> None:
    if standing.change.rule:
        made.line(pen.say("by the rule of {who}", who=pen.staff(standing.person_name)), 1)
    elif standing.person_name:
        made.line(pen.say("by {who}", who=pen.staff(standing.person_name)), 1)


def open_ad(pen: Pen, change: AdChange) -> Button | None:
    if change.wanted.status is AdStatus.CLOSED:
        return press(pen.words("⬅ All ads"), Verb.ADS, "all", "0")
    return choice(pen.words("Open the ad"), Verb.AD_OPEN, change.ad.id)


def _again(pen: Pen, change: AdChange, part: Part) -> Button | None:
    return choice(pen.words("Edit again"), Verb.AD_ASK, change.ad.id, part.value) if pen.may(Right.ADS) else None
