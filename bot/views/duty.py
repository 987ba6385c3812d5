"""Duty: the test bell, what whoever goes on duty finds, and the question to the last one who leaves."""

from bot.domain.duty import Bell, BellState, OpenMoney, Watchman
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, escape, joined
from bot.views.drawing import MOST_LINES
from bot.views.orders import order_line
from bot.views.pen import Pen, rows
from bot.views.queue import open_rows

LISTED, OPENED = 3, 6
NAMES_COLUMNS = 24


def duty_card(watchman: Watchman, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """What somebody finds who is on duty, or how to go there; off with `claims`: what was let go."""
    pen = Pen(reader, watchman.looked_at)
    if not watchman.person.on_duty:
        return _off_card(pen, watchman)
    lines = [bold(pen.say("🔔 On duty: orders ring here.")), *above, *_trouble(pen, watchman)]
    lines.append(_others(pen, watchman))
    lines += money_lines(pen, watchman.money, MOST_LINES - len(lines))
    over = press(pen.words("Hand over…"), Verb.DUTY, "over")
    buttons = (over, press(pen.words("Go off duty"), Verb.DUTY, "off"))
    return Card(joined(lines), rows(*open_rows(watchman.money.orders[:OPENED]), *_for_staff(pen, buttons)))


def _off_card(pen: Pen, watchman: Watchman) -> Card:
    lines = [bold(pen.say("🔕 Off duty: orders do not ring."))]
    if watchman.bell is not None:
        until = pen.clock(watchman.bell.ends_at, seconds=True)
        lines.append(pen.say("A test bell rings: tap by {until}.", until=until))
    if watchman.claims:
        orders = escape(pen.words(", ").join(one.order.short_id for one in watchman.claims[:OPENED]))
        lines.append(pen.say("You let go: {orders}", orders=orders))
    if watchman.others:
        lines.append(_others(pen, watchman))
    else:
        lines.append(pen.say("Nobody is: the owners are rung."))
    return Card(joined(lines), rows(*_for_staff(pen, (press(pen.words("Go on duty"), Verb.DUTY, "on"),))))


def leaving_card(watchman: Watchman, reader: Reader) -> Card:
    """The last one on duty wants to leave open money behind: hand it over, or say so once more."""
    pen = Pen(reader, watchman.looked_at)
    lines = [bold(pen.say("⚠ You are the last one on duty."))]
    lines += money_lines(pen, watchman.money, MOST_LINES - 2)
    lines.append(pen.say("If you go, only the owners are rung."))
    stay = press(pen.words("⬅ Stay"), Verb.DUTY, "show")
    over = press(pen.words("Hand over…"), Verb.DUTY, "over")
    return Card(joined(lines), rows((stay, over), (press(pen.words("Go off anyway"), Verb.DUTY_ANYWAY),)))


def bell_card(bell: Bell, reader: Reader) -> Card:
    """The test bell, and the one line that is left of it."""
    pen = Pen(reader)
    if bell.state is BellState.WAITING:
        until = pen.clock(bell.ends_at, seconds=True)
        lines = [bold(pen.say("🔔 Test bell: did you hear it?"))]
        lines.append(pen.say("Tap by {until} to go on duty.", until=until))
        heard = press(pen.words("I hear it"), Verb.DUTY_HEARD, bell.id, style="primary")
        return Card(joined(lines), ((heard,),))
    if bell.state is BellState.MISSED:
        missed = (pen.say("🔕 Not tapped: you are NOT on duty."), pen.say("Check the phone's notifications."))
        return Card(joined(missed), ((press(pen.words("Try again"), Verb.DUTY, "on"),),))
    if bell.state is BellState.HEARD:
        return Card(pen.say("🔔 You heard the bell."))
    return Card(pen.say("🔕 This bell is over."))


def money_lines(pen: Pen, money: OpenMoney, room: int) -> list[Markup]:
    """The most pressing orders with amounts and times, then what else waits, in at most `room` lines."""
    counts = _counts(pen, money)
    room = max(min(room - len(counts), LISTED + 1), 1)
    listed = [order_line(one, pen.reader) for one in money.orders[:room]]
    if len(money.orders) > room:
        rest = form.count(len(money.orders) - room + 1)
        listed[-1] = pen.say("… and {number} more: /orders", number=rest)
    if not listed:
        listed = [pen.say("Nothing needs you now.")]
    return [*listed, *counts]


def _counts(pen: Pen, money: OpenMoney) -> list[Markup]:
    parts = []
    if money.unknown:
        parts.append(pen.say("unknown {number}", number=form.count(money.unknown)))
    if money.unread:
        parts.append(pen.say("unread {number}", number=form.count(money.unread)))
    if money.stopped:
        parts.append(pen.say("stopped {number}", number=form.count(money.stopped)))
    return [joined(parts, " · ")] if parts else []


def _trouble(pen: Pen, watchman: Watchman) -> list[Markup]:
    lines = []
    if watchman.is_frozen:
        lines.append(pen.say("🧊 Desk frozen: no money moves"))
    if watchman.blind_since is not None:
        lines.append(pen.say("🙈 Gate not seen since {time}", time=pen.clock(watchman.blind_since, seconds=True)))
    return lines


def _others(pen: Pen, watchman: Watchman) -> Markup:
    if not watchman.others:
        return pen.say("Nobody else is.")
    names = pen.words(", ").join(pen.staff(name) for name in watchman.others)
    return pen.say("Also on duty: {names}", names=escape(names, NAMES_COLUMNS))


def _for_staff(pen: Pen, buttons: tuple[Button, ...]) -> tuple[tuple[Button, ...], ...]:
    return (buttons,) if pen.may(Right.CLAIM) else ()
