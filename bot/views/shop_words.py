"""The shop in words: what it is set to, its hours, how a change of it ended, and the refusals of all that."""

from collections.abc import Sequence

from bot.domain.accounts import WorkHours, WorkStatus
from bot.domain.shop import End, Standing, Wish
from bot.domain.shop_hours import DAILY, WEEK, offset_of
from bot.domain.situations import Notice
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Card, Markup, bold, escape, joined
from bot.views.pen import Pen

DAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
RANGE_FROM = 3
CLOCK_COLUMNS = 8
ANSWER_COLUMNS = 120
WORKING = {
    -1: mark("Gate does not say"),
    0: mark("resting"),
    1: mark("working"),
    2: mark("own hours, resting now"),
    3: mark("own hours, working now"),
}
WANTED = {
    WorkStatus.REST: mark("resting"),
    WorkStatus.WORK: mark("working"),
    WorkStatus.CUSTOM: mark("own hours"),
}
# The first line is what a lock screen must say
ENDS: dict[End, tuple[str, ...]] = {
    End.DONE: (mark("✅ Shop: {wish}"), mark("Gate shows it.")),
    End.DONE_LATE: (mark("✅ Shop: {wish}"), mark("No answer came, but Gate shows it.")),
    End.DIFFERS: (
        mark("⚠ Shop: Gate shows something else"),
        mark("Wanted: {wish}"),
        mark("Gate said yes."),
        mark("It shows: {now}"),
        mark("Nothing is sent again by itself."),
        mark("Look into the Gate app."),
    ),
    End.UNSEEN: (
        mark("⚠ Shop: own hours, but which?"),
        mark("Wanted: {wish}"),
        mark("Gate said yes, but shows no hours."),
        mark("Look into the Gate app."),
    ),
    End.NOT_SEEN: (
        mark("⚠ Shop: Gate said yes, not seen yet"),
        mark("Wanted: {wish}"),
        mark("It could not be read afterwards."),
        mark("Look later: /me"),
    ),
    End.REFUSED: (
        mark("❌ Shop: Gate said no"),
        mark("Wanted: {wish}"),
        mark("Gate: {answer}"),
        mark("It shows: {now}"),
    ),
    End.NEVER_LEFT: (
        mark("❌ Shop: nothing was sent"),
        mark("Wanted: {wish}"),
        mark("Gate could not be reached."),
        mark("It shows: {now}"),
    ),
    End.UNKNOWN: (
        mark("❓ Shop: no answer from Gate"),
        mark("Wanted: {wish}"),
        mark("It shows: {now}"),
        mark("It may still change."),
        mark("Nothing is sent again by itself."),
        mark("Look later: /me"),
    ),
}
UNDER_WAY = (mark("⏳ Shop: sent, no answer yet"), mark("Wanted: {wish}"), mark("The desk looks and tells you."))

SHOP_USAGE = {"me": mark("Write just /me")}
SHOP_REASONS = {
    "shop_same": mark("Gate shows exactly that already. Nothing was sent."),
    "shop_frozen": mark(
        "The desk is frozen: the shop does not open, and its hours stay. Nothing was sent. Resting is still allowed: "
        "it moves no money. An owner unfreezes it with /unfreeze."
    ),
    "shop_busy": mark("{who} is changing this just now, and Gate has not answered yet. Nothing was sent. Look: /me"),
    "shop_changed": mark("Gate no longer shows what you saw. Nothing was sent. Look again: /me"),
    "shop_step_over": mark("This step is over. Nothing was sent by this tap. Look again: /me"),
    "shop_hours_words": mark(
        "“{given}” is not understood. Nothing was sent. Reply like Mon-Fri 09:00-18:00 or daily 09:00-18:00"
    ),
    "shop_hours_days": mark("Which days? Nothing was sent. Reply like Mon-Fri 09:00-18:00 or daily 09:00-18:00"),
    "shop_hours_clock": mark("There is no time {given}: it goes from 00:00 to 23:59. Nothing was sent. Reply again."),
    "shop_hours_order": mark(
        "{end} is before {start}. Gate takes one span within a day, so not through midnight. Nothing was sent. "
        "Reply again."
    ),
    "shop_hours_same": mark("From {given} to {given} is no time at all. Nothing was sent. Reply again."),
    "shop_zone": mark(
        "Your clock, {zone}, is {offset} from UTC, and Gate takes whole hours only. Nothing was sent. "
        "Set the hours in the Gate app, or let somebody in another zone set them."
    ),
    "profile_unknown": mark("Gate did not say who the other side of this order is. Look into the Gate app."),
}


def standing_words(pen: Pen, standing: Standing | None) -> Markup:
    """`own hours, working now`; the hours themselves stand on a line of their own."""
    if standing is None:
        return pen.say("cannot be read now")
    if standing.working not in WORKING:
        return pen.say("Gate's number {number}", number=form.count(standing.working))
    return pen.say(WORKING[standing.working])


def wish_words(pen: Pen, wish: Wish) -> Markup:
    return pen.say(WANTED[wish.status])


def hours_line(pen: Pen, hours: WorkHours | None) -> list[Markup]:
    """The line below a state that has hours."""
    return [] if hours is None else [joined(("🕘", hours_words(pen, hours)), " ")]


def hours_words(pen: Pen, hours: WorkHours) -> Markup:
    """`Mon–Fri 09:00–18:00 (UTC+8)`; what the venue wrote in another way stays as it came."""
    offset = offset_of(hours)
    zone = escape(hours.zone, CLOCK_COLUMNS) or escape("?") if offset is None else escape(offset_words(offset))
    span = f"{escape(hours.start, CLOCK_COLUMNS)}–{escape(hours.end, CLOCK_COLUMNS)}"
    return joined((_days_words(pen, hours), Markup(span), Markup(f"({zone})")), " ")


def offset_words(offset: int) -> str:
    """`UTC+8`."""
    return f"UTC{offset:+d}" if offset else "UTC"


def _days_words(pen: Pen, hours: WorkHours) -> Markup:
    if hours.cycle.strip().casefold() == DAILY.casefold():
        return pen.say("every day")
    days = [day for day in hours.days if day in WEEK]
    if not days:
        return pen.say("days not told")
    return escape(pen.words(", ").join(_run(pen, run) for run in _runs(days)), 60)


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _run(pen: Pen, run: list[int]) -> str:
    names = [pen.words(DAYS[day - 1]) for day in run]
    if len(run) < RANGE_FROM:
        return pen.words(", ").join(names)
    return pen.words("{first}–{last}", first=names[0], last=names[-1])


def end_lines(pen: Pen, end: End | None, wish: Wish, now: Standing | None, answer: str) -> tuple[Markup, ...]:
    """How it ended, the first line bold; without an end, that it is under way."""
    facts = {
        "wish": wish_words(pen, wish),
        "now": standing_words(pen, now),
        "answer": escape(answer or "–", ANSWER_COLUMNS),
    }
    lines: list[Markup] = []
    for template in ENDS[end] if end is not None else UNDER_WAY:
        line = pen.say(template, **facts)
        lines.append(line if lines else bold(line))
        if "{wish}" in template:
            lines += hours_line(pen, wish.hours)
        if "{now}" in template and now is not None:
            lines += hours_line(pen, now.hours)
    return tuple(lines)


def shop_notice(notice: Notice, pen: Pen) -> Card:
    """What was changed, by whom, and what Gate shows: for the group's record, and for whoever could not wait for it."""
    facts = notice.facts
    now = Standing.read(facts["now"]) if facts.get("now") else None
    lines = end_lines(pen, End(facts["end"]), Wish.read(facts["wish"]), now, facts.get("answer", ""))
    before = Standing.read(facts["was"])
    was = [pen.say("Before: {was}", was=standing_words(pen, before)), *hours_line(pen, before.hours)]
    return Card(joined((*lines, *was, pen.say("by {who}", who=pen.staff(facts.get("who", ""))))))
