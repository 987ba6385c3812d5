"""The desk's own refusals about payment links, and what the venue's silence means for them."""

from bot.domain.deposits import COIN, FIATS
from bot.texts import mark

MTPAY = "mtpay"
CODES = frozenset({COIN, *FIATS})
"""a wish for a link is in one of these, so that a refusal of its amount needs no other example"""
NOT_POSITIVE = "deposit_not_positive"
DEPOSIT_REASONS = {
    "deposit_off": mark(
        "Payment links are not set up here. The technician enters MTPay's address, access key and secret."
    ),
    "deposit_no_address": mark(
        "MTPay needs an address for its reports, and this desk has none. Nothing was sent. "
        "The technician sets PUBLIC_URL."
    ),
    "deposit_address_long": mark(
        "The address for MTPay's reports is over {most} characters. Nothing was sent. "
        "The technician shortens PUBLIC_URL."
    ),
    "deposit_mixed": mark(
        "“{given}” names two currencies. Write /deposit 5500.20 CNY NAME, or /deposit 5000 MTC CNY NAME"
    ),
    "deposit_currency": mark(
        "“{given}” does not work here. The customer pays {fiats}, or we get {coin}: /deposit 5500.20 CNY NAME"
    ),
    "deposit_too_precise": mark(
        "{amount} {code} has too many decimals, {digits} is the most. Write it like /deposit 5500.20 CNY NAME"
    ),
    "deposit_too_much": mark("{amount} {code} is too much to be meant. Write it like /deposit 5500.20 CNY NAME"),
    NOT_POSITIVE: mark("{amount} {code} is not above 0. Write a number like 5500.20"),
    "payer_missing": mark("The payer's real name is missing. Write it at the end: /deposit 5500.20 CNY NAME"),
    "payer_too_long": mark("This name has {given} characters, {most} is the most. Nothing was sent. Write it shorter."),
    "payer_odd": mark("“{given}” is no name of a person. Nothing was sent. Write only letters, like at the bank."),
    "deposit_in_group": mark(
        "A payment link names a customer, so ask for it in a direct message to me. Nothing was sent. "
        "Delete your message here."
    ),
    "no_method": mark("At least one way to pay must stay. Choose another one first."),
    "deposit_step_over": mark("This step is over, nothing was sent. Begin anew: /deposit 5500.20 CNY NAME"),
    "deposit_step_used": mark("{who} has already pressed this. It was sent once; /deposits shows what became of it."),
    "deposit_step_used_by_you": mark(
        "You have already pressed this. It was sent once; /deposits shows what became of it."
    ),
    "deposit_step_used_by_nobody": mark(
        "This was already pressed. It was sent once; /deposits shows what became of it."
    ),
    "deposit_unknown_number": mark("No payment link has the number “{given}”. /deposits shows what there is."),
    "deposit_not_unknown": mark("This link is settled by now, nothing was changed. Look at it: /deposits"),
    "link_ended": mark("This link has ended, so it goes to nobody. Make a new one: tap New link on its card."),
}
DEPOSIT_USAGE = {
    "deposit": mark(
        "Write /deposit 5500.20 CNY NAME if the customer pays exactly that, /deposit 5000 MTC CNY NAME if we get "
        "exactly that, or just /deposit for buttons"
    ),
    "deposits": mark("Write just /deposits, or /deposits D0612 for one of them"),
}
LOST = mark(
    "No usable answer from MTPay: the link may be made, or not. Nothing is sent again. "
    "Look into MTPay's console, then a lead settles it on its card."
)
"""no query is documented, so that the desk cannot look"""
