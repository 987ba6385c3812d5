"""Duty's sentences: what is refused, what is told, how it is written."""

from bot.domain.situations import Notice
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Rows
from bot.views.pen import Pen

DUTY_REASONS = {
    "duty_in_group": mark("Duty is changed in a direct message: write it here. Nothing changed."),
    "duty_late": mark("This bell is over, so you are NOT on duty. Write /duty on for another one."),
    "duty_not_on": mark("You are not on duty, so there is nothing to hand over. Nothing changed."),
    "duty_nobody": mark("Nobody can take over: it takes an agent or higher whom the bot reaches. Nothing changed."),
    "duty_self": mark("You cannot hand over to yourself. Nothing changed. Choose somebody else: /duty over"),
    "duty_nobody_known": mark("Nobody of the staff has the id “{given}”. Nothing changed. Choose somebody: /duty over"),
    "duty_taker_gone": mark("{who} cannot take over now: frozen, or not reached. Nothing changed. /duty over"),
    "duty_offered": mark("{who} is asked already. Take that back first. Nothing changed."),
    "duty_offer_over": mark("This handover is over: nothing moved by this tap. /duty shows who is on duty."),
    "duty_note_empty": mark("There are no notes in this. Nothing changed. Reply with some words."),
    "duty_note_long": mark("The notes have {given} characters, {most} is the most. Nothing changed. Write less."),
    "claim_taken": mark("{who} is on order {order} already. Open the card to take it over."),
}
DUTY_USAGE = {"duty": mark("Write /duty on, /duty off or /duty over")}
# who, orders, handover
DUTY_NOTICES: dict[str, tuple[str, ...]] = {
    "duty_accepted": (mark("✅ {who} has taken over"), mark("You are off duty.")),
    "duty_refused": (mark("✋ {who} does not take over"), mark("You are still on duty.")),
    "duty_unanswered": (mark("⌛ {who} did not answer the handover"), mark("You are still on duty.")),
    "duty_taken_back": (mark("↩ {who} took the handover back"), mark("Nothing moved.")),
    "duty_void": (mark("↩ The handover to {who} is over"), mark("Nothing moved.")),
}
OFFERS_AGAIN = frozenset({"duty_refused", "duty_unanswered", "duty_void"})


def duty_rows(pen: Pen, notice: Notice) -> Rows | None:
    """None for a notice of somebody else's."""
    if notice.kind not in DUTY_NOTICES:
        return None
    if notice.kind not in OFFERS_AGAIN or not pen.may(Right.CLAIM):
        return ()
    return ((press(pen.words("Hand over…"), Verb.DUTY, "over"),),)
