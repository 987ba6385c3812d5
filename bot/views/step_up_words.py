"""The sentences of step-up: what a PIN is asked for, why, what was wrong, and what owners must hear."""

from bot.texts import mark

STEP_UP_REASONS = {
    "pin_needed": mark("Your PIN is asked first: reply to the question. Nothing was sent."),
    "pin_missing": mark("This desk moves money only with a PIN, and you have none. Set one: /pin"),
    "pin_locked": mark(
        "Too many wrong PINs: you move no money. An owner lets you try again: /staff unfreeze and your id."
    ),
    "pin_wrong": mark("Wrong PIN, nothing was done. Tries left: {left}. Reply again."),
    "pin_letters": mark("A PIN is digits only. Nothing changed; reply again."),
    "pin_length": mark("A PIN has {least} to {most} digits. Nothing changed; reply again."),
    "pin_plain": mark("Six equal or consecutive digits are tried first by anybody. Choose others."),
    "pin_used_before": mark("You had this PIN before. Choose another one."),
    "pin_differs": mark("The two differ, nothing was set. Begin with the first one again."),
    "pin_prompt_over": mark("This question is over, nothing was done. Tap the button again, or write /pin"),
    "pin_typed_again": mark("The desk was restarted meanwhile and kept nothing of it. Reply once more."),
    "pin_in_group": mark("A PIN never stands in the group: I take that message away. Choose another PIN: /pin"),
    "pin_like_in_group": mark(
        "A number alone in the group may be a PIN: I take that message away. If it is yours, choose another: /pin"
        " If not, write it with a word beside it."
    ),
    "pin_in_command": mark(
        "No PIN behind a command: I take that message away. Write just /pin and choose another one."
    ),
    "pin_no_reply": mark("That looked like a PIN, so I take it away; it was not tried. Reply to the question with it."),
    "pin_first": mark(
        "That looked like a PIN, so I take it away; it was not tried. A question for your PIN is open."
        " Answer it or let it pass, then give this answer again."
    ),
    "pin_not_erased": mark("I could not take that message away: delete it yourself, now. Choose another PIN: /pin"),
    "pin_none": mark("You have no PIN. Write /pin to set one."),
    "pin_own": mark("Nobody does this for themselves: another owner does, or the technician."),
    "freeze_card_no_address": mark("The paper card needs PUBLIC_URL, which the technician sets. Nothing was made."),
    "freeze_card_none": mark("There is no paper card. /freeze card makes one."),
}
STEP_UP_USAGE = {
    "pin": mark("Write just /pin, or /pin duress for a second PIN that stops the desk, or /pin duress off"),
    "freeze": mark("Write just /freeze, /freeze card for a paper card, or /freeze card off"),
    "staff_pin": mark("Write the id: /staff pin 7251000123 reset"),
}
STEP_UP_NOTICES: dict[str, tuple[str, ...]] = {
    # who, id, at
    "duress": (
        mark("🆘 {who} typed the second PIN"),
        mark("at {at} · id {id}"),
        mark("Somebody may be forcing them."),
        mark("The desk's money is frozen."),
        mark("They and the group are not told:"),
        mark("write nothing about it there."),
        mark("No /freeze: everybody would read it."),
        mark("/unfreeze ends it, not told there."),
    ),
    # who, id, wrong
    "pin_locked": (
        mark("🔒 {who} typed {wrong} wrong PINs"),
        mark("They move no money now."),
        mark("Ask them by phone: was it them?"),
        mark("Yes: /staff unfreeze {id}"),
        mark("Forgotten: /staff pin {id} reset"),
    ),
    # at
    "frozen_by_card": (
        mark("🧊 Desk frozen by the paper card"),
        mark("at {at}: no money moves"),
        mark("What was sent is still looked at."),
        mark("An owner unfreezes it: /unfreeze"),
    ),
}
DEEDS = {
    "release": mark("Release {coins}"),
    "mark_paid": mark("Mark paid {coins}"),
    "cancel": mark("Cancel {coins}"),
    "convert": mark("Convert {coins}"),
    "otc": mark("Sell {coins}"),
    "deposit": mark("Payment link {coins}"),
    "ad": mark("Change of an ad"),
    "publish_ad": mark("Publish an ad"),
    "reprice": mark("Arm a price rule"),
    "shop": mark("Working hours"),
    "bank_add": mark("Add a bank account"),
    "bank_delete": mark("Delete a bank account"),
    "settle": mark("Settle what has no answer"),
    "unfreeze": mark("Unfreeze the desk"),
    "pin_unlocked": mark("Let somebody try again"),
    "pin_reset": mark("Reset somebody's PIN"),
    "freeze_card": mark("The paper card"),
    "invite": mark("Make an invite"),
    "staff_join": mark("Let somebody in"),
    "staff_role": mark("Change somebody's role"),
    "staff_remove": mark("Remove somebody"),
    "staff_unfreeze": mark("Unfreeze somebody"),
    "limit": mark("Set a limit"),
    "allow_file_host": mark("Allow a host for files"),
    "unlock": mark("Unlock an order"),
    "second_credit": mark("Say there is one more credit"),
}
"""what a PIN is asked for, by the action's word"""
OTHER_DEED = mark("What you tapped")
WHY = {
    "shift": mark("Asked once per shift."),
    "idle": mark("Asked after 30 min without a tap."),
    "above": mark("Above {above}: for this one tap."),
    "always": mark("Always asked for this."),
}
QUESTIONS = {
    "new": (mark("🔑 Choose a PIN"), mark("6 to 12 digits, no six equal or"), mark("consecutive ones in a row.")),
    "again": (mark("🔑 The same PIN once more"),),
    "old": (mark("🔑 Your PIN of now, first"),),
    "remove": (mark("🔑 Your PIN, to take it away"),),
    "second_prove": (mark("🔑 Your PIN, first"),),
    "second": (
        mark("🔑 Choose a second PIN"),
        mark("Typed in place of the first it looks"),
        mark("the same, stops the desk's money"),
        mark("and rings the owners."),
    ),
    "second_again": (mark("🔑 The second PIN once more"),),
}
DONE = {
    "again": mark("✅ Your PIN is set."),
    "remove": mark("✅ Your PIN is taken away."),
    "second_prove": mark("✅ There is no second PIN now."),
    "second_again": mark("✅ The second PIN is set."),
}
