"""All ads offline, or back online, on one card: every ad by name before the confirm, one line for each after it."""

from bot.domain.ad_changes import AdStanding, Phase
from bot.domain.ad_edits import Part
from bot.domain.ad_views import AdMove, MoveStanding
from bot.domain.ads import Ad
from bot.domain.intents import State
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import ad_name, price_of, tail, value_of
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, clean, escape, joined
from bot.views.convert_lines import choice, red
from bot.views.pen import Pen, rows

MOST_LINES = 60
"""ads on a line of their own; of more than that the others stand together by number"""
MOST_OPENS = 6
WORDS_COLUMNS = 24
# way: (question, last button, what each ad is to be, title of the result)
WAYS = {
    "off": (
        mark("Take all {count} ads offline?"),
        mark("Take all {count} offline"),
        mark("Offline now: {done} of {count} ads"),
        mark("Ads were not taken offline"),
    ),
    "on": (
        mark("Bring {count} ads back online?"),
        mark("Bring back {count} ads"),
        mark("Online now: {done} of {count} ads"),
        mark("Ads were not brought back"),
    ),
}
WHY = {
    "blind": mark("Gate unreadable"),
    "unattended": mark("nobody on duty"),
}
WAITS = "⏳"


def move_card(standing: MoveStanding, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """The question with every ad in it, or what became of each; `above` are sentences under its first line."""
    pen, move = Pen(reader, standing.move.asked_at), standing.move
    if move.sent_at is not None:
        lines, made = _result(pen, standing)
    elif move.ended_at is not None:
        lines, made = _left(pen, standing), rows((press(pen.words("⬅ All ads"), Verb.ADS, "all", "0"),))
    else:
        lines, made = _question(pen, standing), _question_rows(pen, standing)
    card = Card(joined([lines[0], *above, *lines[1:]]), () if reader.is_group else made)
    return Card(card.text, card.rows, stands_for=move_card(standing, reader).digest) if above else card


def _question(pen: Pen, standing: MoveStanding) -> list[Markup]:
    move = standing.move
    lines = [bold(pen.say(WAYS[move.way][0], count=form.count(len(move.ads))))]
    lines += _each(pen, [(ad, _asked_line(pen, ad, move.far.get(ad.id))) for ad in move.ads])
    lines += _unread_lines(pen, move)
    if move.way == "off":
        lines.append(pen.say("Orders that run go on."))
    lines.append(pen.say("One request each, none sent yet."))
    lines.append(pen.say("Valid until {time}", time=pen.clock(move.ends_at, seconds=True)))
    return lines


def _asked_line(pen: Pen, ad: Ad, far: str | None) -> Markup:
    """`··3647 Sell USDT/CNY 7.20`, and below it how far a stale price is off the market."""
    line = joined((tail(ad), ad_name(pen, ad), price_of(ad.price)), " ")
    if far is None:
        return line
    off = pen.say("Far off the market: {percent}", percent=value_of(pen, Part.OFFSET, far))
    return joined((line, joined(("🔴", bold(off)), " ")))


def _unread_lines(pen: Pen, move: AdMove) -> list[Markup]:
    """Whether these are online nobody can tell; nothing is sent for them."""
    if not move.unread:
        return []
    count, known = form.count(len(move.unread)), [tail(ad_id) for ad_id in move.unread if ad_id]
    lines = [joined(("🔴", bold(pen.say("{count} could not be read", count=count))), " ")]
    lines += [escape(pen.words(", ").join(known), 2000)] if known else []
    return [*lines, pen.say("Look into the Gate app.")]


def _each(pen: Pen, named: list[tuple[Ad, Markup]]) -> list[Markup]:
    """A line each; of very many the last ones by their numbers only, but none is left out."""
    lines = [line for _, line in named[:MOST_LINES]]
    rest = [tail(ad) for ad, _ in named[MOST_LINES:]]
    return [*lines, escape(pen.words(", ").join(rest), 2000)] if rest else lines


def _question_rows(pen: Pen, standing: MoveStanding) -> Rows:
    move, seal, person = standing.move, standing.open_seal, pen.reader.person
    if person is None or seal is None or person.id != seal.opened_by or not person.may(Right.ADS):
        return ()
    label = pen.words(WAYS[move.way][1], count=form.count(len(move.ads)))
    back = press(pen.words("⬅ Back, change nothing"), Verb.AL_BACK, move.id)
    return rows((back,), (red(label, label, Verb.AL_YES, seal),))


def _left(pen: Pen, standing: MoveStanding) -> list[Markup]:
    move = standing.move
    ended = min(move.ended_at or move.ends_at, move.ends_at)
    return [
        joined(("⌛", bold(pen.say(WAYS[move.way][3]))), " "),
        pen.say("Ended {time}", time=pen.clock(ended, seconds=True)),
        pen.say("Nothing was sent to Gate."),
    ]


def _result(pen: Pen, standing: MoveStanding) -> tuple[list[Markup], Rows]:
    """How many the venue shows as wanted stands first; every ad has a line, whatever became of it."""
    move = standing.move
    by_ad = {one.change.ad.id: one for one in standing.changes}
    done = sum(_is_as_wanted(one) for one in standing.changes)
    every = len(move.ads) + len(move.unread)
    icon = "✅" if done == every else WAITS if _is_under_way(standing) else "⚠"
    head = pen.say(WAYS[move.way][2], done=form.count(done), count=form.count(every))
    lines = [joined((icon, bold(head)), " ")]
    lines += _each(pen, [(ad, _ad_line(pen, ad, by_ad.get(ad.id), standing)) for ad in move.ads])
    lines += _unread_lines(pen, move)
    if standing.person_name:
        lines.append(pen.say("by {who}", who=pen.staff(standing.person_name)))
    elif move.person is None:
        lines.append(pen.say("by the desk: {why}", why=why_words(pen, move.why)))
    opens = [_opens(pen, one) for one in standing.changes if _needs_a_look(one)][:MOST_OPENS]
    pairs = [tuple(opens[at : at + 2]) for at in range(0, len(opens), 2)]
    return lines, rows(*pairs, (press(pen.words("⬅ All ads"), Verb.ADS, "all", "0"),))


def why_words(pen: Pen, why: str) -> Markup:
    return pen.say(WHY[why]) if why in WHY else escape(why) or Markup("–")


def _is_as_wanted(one: AdStanding) -> bool:
    return one.phase is Phase.DONE and one.change.found is not None and not one.change.differs


def _is_under_way(standing: MoveStanding) -> bool:
    return any(
        one.phase is Phase.SENT or (one.phase is Phase.DONE and one.change.found is None) for one in standing.changes
    )


def _needs_a_look(one: AdStanding) -> bool:
    return one.phase in (Phase.UNKNOWN, Phase.REFUSED) or one.change.differs


def _opens(pen: Pen, one: AdStanding) -> Button | None:
    return choice(pen.words("Open {ad}", ad=tail(one.change.ad)), Verb.AD_CHANGE, one.change.id)


def _ad_line(pen: Pen, ad: Ad, one: AdStanding | None, standing: MoveStanding) -> Markup:
    """`✅ ··3647 Sell USDT/CNY: offline`."""
    if one is None:
        is_left = ad.id in standing.skipped
        icon, words = ("⏭", pen.say("left: another change runs")) if is_left else (WAITS, pen.say("not begun"))
    else:
        icon, words = _outcome(pen, one)
    name = joined((icon, tail(ad), ad_name(pen, ad)), " ")
    return pen.say("{ad}: {state}", ad=name, state=words)


def _outcome(pen: Pen, one: AdStanding) -> tuple[str, Markup]:
    change, intent, phase = one.change, one.intent, one.phase
    if phase is Phase.DONE:
        if change.found is None:
            return "☑", pen.say("accepted")
        shown = value_of(pen, Part.STATUS, change.found.get(Part.STATUS, ""))
        return ("🔴", pen.say("shows {state}", state=bold(shown))) if change.differs else ("✅", shown)
    if phase is Phase.UNKNOWN:
        return "❓", pen.say("not known whether")
    if phase is Phase.REFUSED:
        answer = clean("" if intent is None else intent.answer, WORDS_COLUMNS) or "–"
        return "❌", pen.say("refused: {words}", words=answer)
    if phase is Phase.VOID:
        return "↩", pen.say("not changed")
    is_waiting = intent is not None and intent.state is State.PLANNED
    return WAITS, pen.say("waits for its turn") if is_waiting else pen.say("sent, no answer yet")
