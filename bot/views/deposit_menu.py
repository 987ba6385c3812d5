"""The way to a payment link: which amount is fixed, how much, and who pays."""

from decimal import Decimal

from bot.domain.deposits import COIN, FIATS, DepositWish, Mode
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Card, bold, joined
from bot.views.convert_lines import code_words, coins
from bot.views.pen import Pen, rows

EXAMPLES = {Mode.PAYS: "5500.20", Mode.RECEIVES: "5000"}
OFFERED = {
    Mode.PAYS: mark("Customer pays exactly … {fiat}"),
    Mode.RECEIVES: mark("We get … {coin}, paid in {fiat}"),
}
EXPLAINED = {
    Mode.PAYS: mark("Customer pays exactly this in {fiat}"),
    Mode.RECEIVES: mark("We get exactly this, paid in {fiat}"),
}
ASKED = {
    Mode.PAYS: mark("How much {fiat} is to be paid?"),
    Mode.RECEIVES: mark("How much {coin} are we to get?"),
}
FIXED = {
    Mode.PAYS: mark("Pays exactly {coins}"),
    Mode.RECEIVES: mark("Get exactly {coins}"),
}


def deposit_menu(reader: Reader) -> Card:
    """`/deposit` alone: what it is, how it is written, and the same by taps for whoever may make one."""
    pen = Pen(reader)
    lines = [
        joined((bold(pen.say("Payment link")), pen.say("a customer pays us")), " · "),
        pen.say("Customer pays exactly this:"),
        pen.say("/deposit 5500.20 CNY NAME"),
        pen.say("We get exactly this:"),
        pen.say("/deposit 5000 MTC CNY NAME"),
        pen.say("NAME is the payer's real name."),
        pen.say("Nothing is sent to MTPay yet."),
    ]
    may_make = pen.may(Right.DEPOSIT) and not reader.is_group
    modes = [
        (press(pen.words(OFFERED[mode], fiat=fiat, coin=COIN), Verb.DP_MODE, mode.value, fiat),)
        for mode in Mode
        for fiat in FIATS
    ]
    listing = press(pen.words("Open links"), Verb.DEPOSITS, "open", "0")
    return Card(joined(lines), rows(*(modes if may_make else ()), (listing,)))


def amount_prompt(mode: Mode, fiat: str, reader: Reader) -> Card:
    """A question whose reply is the amount."""
    pen = Pen(reader)
    codes = {"fiat": code_words(fiat), "coin": code_words(COIN)}
    lines = (
        bold(pen.say("Payment link")),
        pen.say(EXPLAINED[mode], **codes),
        bold(pen.say(ASKED[mode], **codes)),
        pen.say("Reply with the number, like {amount}", amount=EXAMPLES[mode]),
        pen.say("Nothing is sent to MTPay yet."),
    )
    code = COIN if mode is Mode.RECEIVES else fiat
    hint = pen.words("Amount of {code}, like {amount}", code=code, amount=EXAMPLES[mode])
    return Card(joined(lines), prompt=True, prompt_hint=hint)


def payer_prompt(mode: Mode, fiat: str, amount: Decimal, reader: Reader) -> Card:
    """A question whose reply is the payer's real name."""
    pen = Pen(reader)
    lines = (
        bold(pen.say("Payment link")),
        pen.say(FIXED[mode], coins=bold(coins(DepositWish(mode, fiat, amount, "").money))),
        bold(pen.say("Who pays? The real name, please")),
        pen.say("exactly as at their bank"),
        pen.say("MTPay gets this name."),
        pen.say("Nothing is sent to MTPay yet."),
    )
    return Card(joined(lines), prompt=True, prompt_hint=pen.words("The payer's real name"))
