"""Words for Gate's reasons to cancel (contract section 2.2) and for every fact that a seal holds."""

from bot.domain.orders import Side
from bot.texts import mark

REASONS = {
    "1": mark("No longer wanted"),
    "2": mark("Seller silent"),
    "3": mark("Will not pay"),
    "4": mark("Account not real"),
    "5": mark("Payee problem"),
    "6": mark("Price mismatch"),
    "7": mark("Agreed by both"),
    "8": mark("Hard to talk to"),
    "9": mark("In my words…"),
    "10": mark("Cannot release"),
    "11": mark("Terms not met"),
    "12": mark("Account at risk"),
}

# Which of them a merchant really has, by our side and whether the order is paid; the rest stands behind "more".
REASON_ROWS = {
    (Side.BUY, False): ("1", "5", "2", "7"),
    (Side.BUY, True): ("10", "7"),
    (Side.SELL, False): ("7", "11"),
    (Side.SELL, True): ("10", "7"),
}

FACT_WORDS = {
    "order": mark("the order"),
    "side": mark("buy or sell"),
    "status": mark("the state"),
    "asset": mark("the coin"),
    "fiat": mark("the currency"),
    "amount": mark("the amount of coins"),
    "price": mark("the price"),
    "total": mark("the total"),
    "chosen_method": mark("the payment method"),
    "methods": mark("the payment methods"),
    "payees": mark("the payee"),
    "own_name": mark("our name"),
    "counterparty": mark("the counterparty"),
    "counterparty_name": mark("the verified name"),
    "in_appeal": mark("the appeal"),
    "can_release_in_appeal": mark("releasing in the appeal"),
    "cancelable": mark("whether it may be cancelled"),
    "hides_payment": mark("the hidden payment data"),
    "vouchers": mark("the receipts"),
    "deadline": mark("the deadline"),
    "paid_at": mark("the time of payment"),
    "terms": mark("the terms"),
    "warnings": mark("Gate's warnings"),
    "action": mark("the action"),
    "approver": mark("who confirms"),
    "role": mark("your role"),
    "limit": mark("your limit"),
    "choice_method": mark("the chosen method"),
    "choice_reason": mark("the chosen reason"),
    "choice_memo": mark("the written reason"),
    "choice_answer": mark("the answer about the bank"),
    "choice_requester": mark("who asked for it"),
}
