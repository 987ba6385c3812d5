"""What rings at me and how loudly, and the sentences of a paid order that nobody answers."""

from bot.domain.alerts import DUTY_RINGS, ESCALATED, AlertKind, Loudness, Wishes
from bot.domain.escalation import Stage
from bot.domain.situations import Reader
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, bold, joined
from bot.views.pen import Pen, rows

KINDS = {
    AlertKind.PAID: mark("Paid"),
    AlertKind.APPEAL: mark("Appeal"),
    AlertKind.UNKNOWN: mark("Unknown"),
    AlertKind.CHAT: mark("Buyer"),
    AlertKind.UNPAID: mark("Unpaid"),
    AlertKind.ENDED: mark("Ended"),
    AlertKind.NOTICE: mark("Notices"),
}
"""at most 8 columns, for the button names the state, too"""
STATES = {Loudness.ON: mark("rings"), Loudness.SILENT: mark("silent"), Loudness.OFF: mark("off")}
PER_LINE = 2

ESCALATION_NOTICES: dict[str, tuple[str, ...]] = {
    # order, since, and one of: act_at, latest_at
    f"{ESCALATED}_{Stage.CLAIMER.value}": (
        mark("⏰ Your order waits · {order}"),
        mark("Paid, nobody tapped since {since}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("Look into the bank now."),
    ),
    f"{ESCALATED}_{Stage.ALONE.value}": (
        mark("⏰ Paid, nobody on duty · {order}"),
        mark("Paid, nobody tapped since {since}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("You are rung as an owner."),
    ),
    f"{ESCALATED}_{Stage.OWNERS.value}": (
        mark("⏰ Nobody answers · {order}"),
        mark("Paid, nobody tapped since {since}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("The owners are rung."),
    ),
    f"{ESCALATED}_{Stage.DUTY.value}": (
        mark("⏰ Nobody answers · {order}"),
        mark("Paid, nobody tapped since {since}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("All on duty are rung."),
    ),
    f"{ESCALATED}_{Stage.LEADS.value}": (
        mark("⏰ Still nobody answers · {order}"),
        mark("Paid, nobody tapped since {since}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("The leads are rung."),
    ),
    f"{ESCALATED}_{Stage.ANSWER.value}": (
        mark("⚖ Appeal: answer in the app · {order}"),
        mark("Gate decides: we cannot release"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("The leads are rung."),
    ),
    f"{ESCALATED}_{Stage.MARK.value}": (
        mark("⚖ Appeal: Gate may act soon · {order}"),
        mark("Gate may act {act_at}"),
        mark("Gate may act {latest_at} at the latest"),
        mark("Is it answered in the Gate app?"),
        mark("The leads are rung."),
    ),
    # order, since (when Gate took it)
    f"{ESCALATED}_{Stage.TAKEN.value}": (
        mark("⏰ Release not seen yet · {order}"),
        mark("Gate took the release {since}"),
        mark("but still shows the order as paid."),
        mark("Nothing is sent again."),
        mark("Look into the Gate app."),
    ),
    # order, until
    f"{ESCALATED}_deadline": (
        mark("⏰ Not marked paid yet · {order}"),
        mark("The time to pay ends {until}"),
        mark("Paid? Mark it now."),
        mark("Not paid? Do not pay after it."),
    ),
}
ALERT_REASONS = {
    "alert_kind": mark(
        "“{given}” is none of them: paid, appeal, unknown, buyer, unpaid, ended, notices. "
        "Write it like /alerts unpaid off"
    ),
    "alert_state": mark("“{given}” is no state. There are on, silent and off: /alerts unpaid off"),
    "alert_on_duty": mark("On duty this rings in any case, so nothing was changed. Go off duty first: /duty off"),
    "quiet_hours": mark("“{given}” are no quiet hours. Write them like /alerts quiet 23:00-07:00"),
    "quiet_hours_same": mark(
        "“{given}” begins when it ends, so nothing was changed. Write it like /alerts quiet 23:00-07:00"
    ),
}
ALERT_USAGE = {
    "alerts": mark(
        "Write just /alerts, a kind and a state like /alerts unpaid off, /alerts quiet 23:00-07:00 or /alerts quiet off"
    ),
}


def alerts_card(wishes: Wishes, reader: Reader) -> Card:
    """Every kind with its state, and a button for each state it could have instead."""
    pen = Pen(reader)
    on_duty = reader.person is not None and reader.person.on_duty
    states = {kind: _state(wishes, kind, on_duty) for kind in KINDS}
    told = [pen.say("{kind}: {state}", kind=pen.words(KINDS[kind]), state=bold(pen.words(STATES[states[kind]])))
            for kind in KINDS]  # fmt: skip
    lines = [bold(pen.say("🔔 What rings at you"))]
    lines += [joined(told[at : at + PER_LINE], " · ") for at in range(0, len(told), PER_LINE)]
    lines.append(_quiet(pen, wishes))
    if wishes.quiet is None:
        lines.append(pen.say("Set: /alerts quiet 23:00-07:00"))
    lines.append(pen.say("On duty: paid, appeal, unknown ring"))
    off = press(pen.words("No quiet hours"), Verb.ALERT_QUIET) if wishes.quiet is not None else None
    return Card(joined(lines), rows(*(_buttons(pen, kind, states[kind], on_duty) for kind in KINDS), (off,)))


def _state(wishes: Wishes, kind: AlertKind, on_duty: bool) -> Loudness:
    return Loudness.ON if on_duty and kind in DUTY_RINGS else wishes.chosen(kind)


def _quiet(pen: Pen, wishes: Wishes) -> Markup:
    if wishes.quiet is None:
        return pen.say("You have no quiet hours.")
    return pen.say("Quiet {hours}, off duty only", hours=bold(wishes.quiet.text))


def _buttons(pen: Pen, kind: AlertKind, now: Loudness, on_duty: bool) -> tuple[Button, ...]:
    """Named after the state they lead to; on duty there is nothing to choose about what must ring."""
    if on_duty and kind in DUTY_RINGS:
        return ()
    return tuple(
        press(
            pen.words("{kind}: {state}", kind=pen.words(KINDS[kind]), state=pen.words(word)),
            Verb.ALERT,
            kind.value,
            state.value,
        )
        for state, word in STATES.items()
        if state is not now
    )
