"""The desk's own refusals about off-ramps and bank accounts. A quote's refusals are worded for what it was a quote of:
those that name an off-ramp among their facts are told by the sentence behind `otc_`."""

from bot.texts import mark

OF_OFF_RAMP = "otc_"
OTC_REASONS = {
    "otc_off": mark("The OTC desk is not set up here. The technician enters Gate Pay's id and secret."),
    "otc_for_leads": mark("Only leads sell at the OTC desk. Nothing was sent. Tap Ask a lead below."),
    "otc_currency": mark(
        "“{given}” is not traded at the OTC desk. Sell {coins}, get {fiats}: /otc 1000 USDT or /otc 5000 USD"
    ),
    "no_bank": mark("Gate has no approved bank account of ours. Nothing was sent. An owner looks at /banks"),
    "bank_not_usable": mark(
        "Bank account {bank} is deleted, refused or not reviewed yet. Nothing was sent. Choose another: /otc 1000 USDT"
    ),
    "off_ramp_unknown": mark("No off-ramp ends in “{given}”. /otc list shows what there is."),
    "otc_not_unknown": mark("This off-ramp has its answer by now. Nothing was changed. /otc list shows it."),
    "otc_settle_early": mark("The order may still appear at Gate, and the desk looks by itself. Tap again after {at}"),
    "otc_order_number": mark("“{given}” is no number of an order. Nothing was changed. Tap the button again."),
    "otc_order_unknown": mark(
        "Gate Pay knows no order “{given}”. Nothing was changed. Check the number, then tap the button again."
    ),
    "otc_order_of_another": mark(
        "Order “{given}” belongs to another off-ramp. Nothing was changed. Look for this one's order again."
    ),
    "otc_order_differs": mark(
        "Order “{given}” has other amounts, another account or an older time. Nothing was changed. Look again."
    ),
    "otc_amount_too_precise": mark("{amount} {code} has too many decimals. 2 is the most, like /otc 5000.50 USD"),
    "otc_quote_ended": mark("This quote has ended, nothing was sold. Tap New quote, or write /otc 1000 USDT"),
    "otc_quote_changed": mark(
        "What this quote rests on changed, nothing was sold. Tap New quote, or write /otc 1000 USDT"
    ),
    "otc_quote_used": mark("{who} has already pressed this. It was sent once; /otc list shows what became of it."),
    "otc_quote_used_by_you": mark(
        "You have already pressed this. It was sent once; /otc list shows what became of it."
    ),
    "otc_quote_used_by_nobody": mark("This was already pressed. It was sent once; /otc list shows what became of it."),
    "otc_not_your_quote": mark("{who} took this quote, so only they may use it. Take your own: /otc 1000 USDT"),
    "otc_not_your_quote_by_nobody": mark(
        "Somebody else took this quote, so only they may use it. Take your own: /otc 1000 USDT"
    ),
    "otc_other_quote": mark(
        "Gate's quote names {offered} instead of {wanted}, so it is not shown. Nothing was sold. "
        "Try again: /otc 1000 USDT"
    ),
}
