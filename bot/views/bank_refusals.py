"""Sentences about payers, credits and waiting for the bank."""

from bot.texts import mark

PAYER_REASONS = {
    # count
    "which_payer": mark("{count} open orders have this total: say which payer the bank shows. Nothing was released."),
    "reference_needed": mark(
        "Several orders have this total, and names cannot tell them apart: name the credit. Nothing was released."
    ),
    # order, other (four digits)
    "wrong_payer": mark("The bank shows the payer of {other}, not of {order}: nothing was released. Look at {other}."),
    "payer_not_listed": mark(
        "None of these payers: nothing was released. If somebody else paid, press Other payer, else Not there yet."
    ),
    # given
    "bad_reference": mark(
        "“{given}” is neither 4 to 6 digits nor a time like 14:02 or 14:02:31. Reply once more; nothing was changed."
    ),
    # given, other
    "reference_used": mark(
        "The credit {given} was already used for order {other}. One credit, one release: look for this order's own. "
        "If the bank shows two that look alike, a lead can say so."
    ),
    # other
    "credit_unnamed": mark(
        "Order {other} of the same total has ended, and nobody named its credit: what the bank shows may be its own. "
        "Nothing was released. If the bank shows one more, a lead can say so."
    ),
    # order
    "no_other_credit": mark("No credit of this sum is used for another order: name the one of {order}."),
    # order, most
    "credits_too_many": mark(
        "More than {most} orders stand on credits of this sum since {order} was opened: too many to say one more of. "
        "Nothing was changed; it can be released in the Gate app."
    ),
    # other
    "reference_as_digits": mark(
        "Order {other} of the same total was released by its bank reference: reply with this credit's digits, too. "
        "If it has none, a lead can say that the bank shows one more."
    ),
    "reference_as_time": mark(
        "Order {other} of the same total was released by the time of its credit: reply with this credit's time, too. "
        "If both came at one time, a lead can say that the bank shows one more."
    ),
    # order, given
    "time_before_order": mark("At {given} order {order} was not open. Look for its own credit, reply with its time."),
    "time_of_two_days": mark(
        "Order {order} is older than a day, {given} may be two credits. Reply with 4 to 6 digits of the reference."
    ),
    # order, until
    "snooze_past_limit": mark(
        "Gate may act from {until} on, so this cannot wait longer. Look into the bank now, answer the buyer."
    ),
    "payer_name": mark("There is no name in it. Reply with the payer's name as the bank shows it, or tap Skip."),
    # most
    "reason_in_words": mark("Say why in words, at most {most} characters. Nothing was changed."),
}

PAYER_NOTICES: dict[str, tuple[str, ...]] = {
    # order, given
    "credit_twice": (
        mark("🔴 One credit, two releases · {order}"),
        mark("Both stand on the credit {given}."),
        mark("One went late, or in the Gate app."),
        mark("Look into the bank and the Gate app."),
    ),
}
