"""The desk's own refusals and news about two people, and why a first yes ended."""

from collections.abc import Mapping

from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Rows
from bot.views.pen import Pen

SECOND_REASONS = {
    "own_approval": mark(
        "Your yes is there already; now another person has to confirm it. Nothing was sent. "
        "You may take it back on the order's card."
    ),
    "already_armed": mark("This is armed and goes out by itself at {until}, unless somebody stops it on its card."),
    "approval_over": mark("The first yes is over: {why}. Nothing was sent. Open the order and begin anew."),
    "approval_expired": mark(
        "The first yes was too long ago and counts for nothing. Nothing was sent. Open the order and begin anew."
    ),
    "approved_meanwhile": mark(
        "{who} has confirmed it meanwhile, so you are the second person. Nothing was sent. Open the card and check it."
    ),
    "answered_otherwise": mark(
        "The first person answered otherwise. Nothing was sent. Talk to each other, then begin anew or say No."
    ),
    "asked_by_you": mark("You asked a lead for this, so somebody else has to confirm it. Nothing was sent."),
    "nobody_second": mark(
        "More than {limit} needs two people, and nobody else here may do it. Nothing was sent. Owners: /staff invite "
        "operator, or raise the limits. Alone for good: the technician sets SOLO_RELEASE=delay."
    ),
    "solo_cap": mark(
        "Only {limit} a day may go out on one person's yes; {used} of it is used, this is {amount}. Nothing was sent. "
        "Do it tomorrow, or in the Gate app."
    ),
    "not_your_approval": mark("Only {who} can take this yes back. You may press No on the order's card."),
}
SECOND_NOTICES: dict[str, tuple[str, ...]] = {
    # order, action, first, who (may be empty), why, because
    "approval_ended": (
        mark("👥 The first yes is over · {order}"),
        mark("{action}: nothing was sent"),
        mark("First: {first}"),
        mark("Why: {why}"),
        mark("by {who}"),
    ),
    "armed_ended": (
        mark("⏲ Not sent: what was armed · {order}"),
        mark("{action}: nothing was sent"),
        mark("Armed by {first}"),
        mark("Why: {why}"),
        mark("by {who}"),
    ),
}
WHY = {
    "used": mark("it was completed"),
    "expired": mark("nobody else confirmed in time"),
    "taken_back": mark("taken back"),
    "refused": mark("the second says no"),
    "refused:not_there": mark("the second sees no money"),
    "refused:name_differs": mark("the second sees another name"),
    "stopped": mark("stopped"),
    "changed": mark("the order has changed"),
    "changed:locked_for_lead": mark("the order is locked"),
    "changed:which_payer": mark("another order, the same total"),
    "changed:reference_needed": mark("another order, the same total"),
    "changed:reference_used": mark("its credit is used already"),
    "changed:credit_unnamed": mark("another of this total has ended"),
    "changed:asked_by_you": mark("the first asked a lead"),
    "changed:over_daily_limit": mark("the first is over the limit"),
    "first_out": mark("the first has other rights now"),
    "first_out:gone": mark("the first has left"),
    "first_out:frozen": mark("the first is frozen"),
    "first_out:locked": mark("the first is locked: wrong PINs"),
    "doubt": mark("somebody doubts the payment"),
    "doubt:payer_not_listed": mark("the bank shows no such payer"),
    "doubt:wrong_payer": mark("the bank shows another payer"),
    "other_action": mark("something else was done"),
    "not_now": mark("it was not allowed any more"),
    "not_now:desk_frozen": mark("the desk is frozen"),
    "not_now:solo_cap": mark("too much of it today"),
    "too_late": mark("the desk could not look in time"),
    "not_alone": mark("somebody else can confirm now"),
    "rules": mark("the settings have changed"),
    "frozen": mark("the desk is frozen"),
}
UNKNOWN_WHY = "changed"


def why_words(pen: Pen, facts: Mapping[str, str]) -> str:
    """The reason in words: as exactly as it is known."""
    why = facts.get("why", "")
    exact = f"{why}:{facts.get('because', '')}"
    return pen.words(WHY.get(exact) or WHY.get(why) or WHY[UNKNOWN_WHY])


def second_facts(pen: Pen, reason: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts of a refusal whose words are ours."""
    return {"why": why_words(pen, facts)} if reason == "approval_over" else {}


def second_notice_words(pen: Pen, facts: Mapping[str, str]) -> dict[str, str]:
    return {"why": why_words(pen, facts)}


def is_second_line_left_out(facts: Mapping[str, str], template: str) -> bool:
    return "{who}" in template and not facts.get("who")


def second_rows(pen: Pen, order: str) -> Rows:
    return ((press(pen.words("Open"), Verb.OPEN, order),),) if FIELD.match(order) else ()
