"""What may stand behind Gate Pay's numbers (contract §2): what each means here, and what to do now.

A number that is not here is shown as it came, with the venue's own words.
"""

from bot.texts import mark
from bot.views.card import Markup, joined
from bot.views.facts import told
from bot.views.pen import Pen

OUR_REQUEST = {
    "400001": mark("Gate Pay did not take a value: “{words}” (code {code}). Nothing happened. Check it, begin anew."),
    "400002": mark("Gate Pay refuses our signature. The technician must check the secret. Nothing happened."),
    "400003": mark("Our clock differs from Gate Pay's. Set the server's clock, e.g. by NTP. Nothing happened."),
    "400004": mark("Gate Pay does not know our id. The technician must check it. Nothing happened."),
    "400007": mark("Gate Pay could not read the form of our request. Tell the technician. Nothing happened."),
    "400020": mark("Gate Pay refuses our nonce. Tell the technician. Nothing happened."),
    "400624": mark("Gate Pay refuses the callback address. The technician must check it. Nothing happened."),
    "5503001": mark("Gate Pay gets too many requests from us. Nothing happened; try again shortly."),
    "5504060": mark("Gate Pay does not know this kind of order. Tell the technician. Nothing happened."),
}
TROUBLE = {
    "300000": mark(
        "Gate Pay has trouble of its own ({code}). It may be done or not: do not repeat it, the desk looks."
    ),
    "300001": mark(
        "Gate Pay has trouble of its own ({code}). It may be done or not: do not repeat it, the desk looks."
    ),
    "400000": mark(
        "Gate Pay has trouble of its own ({code}). It may be done or not: do not repeat it, the desk looks."
    ),
}
ORDERS = {
    "400201": mark("Gate Pay has an order of this number. Look into Gate Pay before you begin anew."),
    "400202": mark("Gate Pay finds no such order. Look into Gate Pay before you begin anew."),
    "400204": mark("Gate Pay's order is in another state by now. Look at it, then decide."),
    "400500": mark("Gate Pay does not take this currency. Nothing happened; choose another one."),
    "400603": mark("Gate Pay's order ran out of time. Look into Gate Pay, then begin anew."),
    "400611": mark("The balance is too low. Nothing happened. Look into Gate Pay, or take a smaller amount."),
    "400621": mark("Gate Pay says the amount is wrong. Nothing happened. Check the amount and begin anew."),
    "400622": mark("The rate moved, so Gate Pay refused. Nothing happened. Use a new quote."),
    "550018": mark("Gate Pay's risk control refused: “{words}”. Nothing happened; try again later."),
    "550175": mark("Gate Pay knows no such order. Check the number, or look into Gate Pay."),
}
PAYOUTS = {
    "550233": mark("The balance is too low for this payout. Nothing happened; top up Gate Pay first."),
    "550234": mark("The memo of this payout is too long. Nothing happened; shorten it."),
    "550235": mark("The amount of this payout has too many decimals. Nothing happened; round it."),
    "550238": mark("This payout has too many parts. Nothing happened; split it into several."),
    "550239": mark("This payout lacks an amount. Nothing happened; enter one."),
    "550240": mark("This payout lacks a currency. Nothing happened; enter one."),
    "550241": mark("This payout lacks an address. Nothing happened; enter one."),
    "550242": mark("This payout lacks its chain. Nothing happened; choose one."),
    "550245": mark("Gate Pay has a payout of this number. Look into Gate Pay before you begin anew."),
    "550249": mark("Gate Pay does not take this payout's number. Tell the technician. Nothing happened."),
}
PAYOUT = mark("Gate Pay refused a payout: “{words}” (code {code}). Nothing happened; look into Gate Pay.")
QUALIFICATION = {
    "550301": mark("Gate's Global OTC is not verified. The owner does that at Gate first. Nothing happened."),
    "550302": mark("The personal Pro account is not applied for. The owner does that at Gate. Nothing happened."),
    "550303": mark("The company Pro account is not applied for. The owner does that at Gate. Nothing happened."),
    "550304": mark("Gate refused the OTC application. The owner applies anew or asks Gate. Nothing happened."),
    "550305": mark("Gate froze this OTC account. The owner asks Gate's support. Nothing happened."),
    "550306": mark("Gate still reviews the OTC application. Wait for its result. Nothing happened."),
    "550307": mark("The OTC limit is too small. The owner asks Gate to raise it; or sell less. Nothing happened."),
    "550308": mark("Gate still reviews the higher OTC limit. Wait, or sell less. Nothing happened."),
    "550309": mark("Gate refused a higher OTC limit. Sell less, or the owner asks Gate. Nothing happened."),
    "5502961": mark("Gate's OTC desk does not serve this account's country. The owner asks Gate. Nothing happened."),
    "5502971": mark("Gate does not let this account use the OTC desk. The owner asks Gate. Nothing happened."),
}
OFF_RAMPS = {
    "550310": mark("Gate has no bank account of ours. An owner adds one with /banks. Nothing happened."),
    "550311": mark("Gate restricted this account. The owner asks Gate's support. Nothing happened."),
    "550312": mark("Gate does not pay out this currency. Nothing happened. Try /otc 1000 USDT"),
    "550313": mark("The quote ended before Gate had it. Nothing happened. Use a new quote."),
    "550314": mark("Gate says it had this request before. Do not repeat it: the desk looks."),
    "550315": mark("The amount is outside Gate's limits. Nothing happened. Take another amount."),
    "550316": mark("Gate did not add the bank account: “{words}”. Look at /banks, check it, try again."),
    "550317": mark("Gate did not delete the bank account: “{words}”. Look at /banks, then try again."),
    "550318": mark("Gate does not take this promotion code. Nothing happened. Try without it, or with another."),
    "5502761": mark("Gate has an order of this number. Do not repeat it: the desk looks."),
}
PAY_CODES = {
    **OUR_REQUEST,
    **TROUBLE,
    **ORDERS,
    **{str(code): PAYOUT for code in range(550233, 550250)},
    **PAYOUTS,
    **QUALIFICATION,
    **OFF_RAMPS,
}
PAY_READ = mark("{venue} gave no readable answer, so there is nothing to show. Nothing was converted; try again.")
OTC_READ = mark("{venue} gave no readable answer, so there is nothing to show. Nothing was sold; try again.")
BANK_UNCLEAR = mark("{venue} gave no clear answer. It may be done or not: look at /banks before you repeat it.")


def answer_words(pen: Pen, answer: str) -> Markup | None:
    """`550313: The quote ended …` for the ledger's `550313: quote expired`; None for a number that is not known."""
    code, _, words = answer.partition(":")
    if code not in PAY_CODES:
        return None
    return joined((code, told(pen, PAY_CODES[code], {"code": code, "words": words.strip() or "–"})), ": ")
