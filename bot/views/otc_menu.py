"""The way to an off-ramp: what is sold for what, how much, and to which bank account."""

from collections.abc import Sequence

from bot.domain.off_ramps import COINS, FIATS, BankAccount, OffRampSide, OffRampWish
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, bold, clean, joined, width
from bot.views.convert_lines import choice, code_words
from bot.views.drawing import Drawing
from bot.views.otc_lines import add_promotion, bank_words, shown_name, wish_line
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen, rows

MOST_BANKS = 40
ID_COLUMNS = 6
EXAMPLE = "1000"
SIDES = {
    OffRampSide.CRYPTO: mark("Sell … {coin}"),
    OffRampSide.FIAT: mark("Bank gets … {fiat} for {coin}"),
}
ASKED = {
    OffRampSide.CRYPTO: mark("How much {coin} do you sell?"),
    OffRampSide.FIAT: mark("How much {fiat} is the bank to get?"),
}
EXPLAINED = {
    OffRampSide.CRYPTO: mark("Sell {coin}, the bank gets {fiat}"),
    OffRampSide.FIAT: mark("Bank gets {fiat}, sell {coin} for it"),
}


def off_ramp_menu(reader: Reader) -> Card:
    """`/otc` alone: what it is, how it is written, and the same by taps for whoever may ask for it."""
    pen = Pen(reader)
    lines = [
        joined((bold(pen.say("Off-ramp")), pen.say("coins to a bank account")), " · "),
        pen.say("Sell exactly: /otc 1000 USDT"),
        pen.say("Bank gets exactly: /otc 5000 USD"),
        pen.say("Add a promotion code at the end."),
        pen.say("A lead takes the quote and sells."),
        pen.say("Nothing is sent to Gate yet."),
    ]
    may_ask = pen.may(Right.ASK_OFF_RAMP) and not reader.is_group
    asking = [(_wish_button(pen, side, coin, fiat),) for side in OffRampSide for coin in COINS for fiat in FIATS]
    listing = press(pen.words("Off-ramps so far"), Verb.OT_LIST, "all", "0")
    return Card(joined(lines), rows(*(asking if may_ask else ()), (listing,)))


def _wish_button(pen: Pen, side: OffRampSide, coin: str, fiat: str) -> Button | None:
    return choice(pen.words(SIDES[side], coin=coin, fiat=fiat), Verb.OT_WISH, side.value, coin, fiat)


def amount_prompt(side: OffRampSide, coin: str, fiat: str, reader: Reader) -> Card:
    """A question whose reply is the amount."""
    pen = Pen(reader)
    codes = {"coin": code_words(coin), "fiat": code_words(fiat)}
    lines = (
        bold(pen.say("Off-ramp")),
        pen.say(EXPLAINED[side], **codes),
        bold(pen.say(ASKED[side], **codes)),
        pen.say("Reply with the number, like {amount}", amount=EXAMPLE),
        pen.say("Nothing is sent to Gate yet."),
    )
    code = clean(coin if side is OffRampSide.CRYPTO else fiat, 10) or "–"
    hint = pen.words("Amount of {code}, like {amount}", code=code, amount=EXAMPLE)
    return Card(joined(lines), prompt=True, prompt_hint=hint)


def banks_to_choose(
    wish: OffRampWish, request_id: str, banks: Sequence[BankAccount], last: str, reader: Reader
) -> Card:
    """Which account is paid to; the one used last (`last` is its id) stands first."""
    pen = Pen(reader)
    usable = sorted((bank for bank in banks if bank.is_usable), key=lambda bank: bank.id != last)
    buttons = [choice(label, Verb.OT_BANK, request_id, bank.id) for bank, label in _labels(usable[:MOST_BANKS])]
    missing = len(usable) - sum(button is not None for button in buttons)
    made = Drawing()
    made.line(bold(pen.say("Off-ramp to which account?")))
    made.line(wish_line(pen, wish))
    add_promotion(pen, wish, made)
    if any(bank.id == last for bank in usable):
        made.line(pen.say("The one used last stands first."))
    if any(bank.review is None for bank in usable):
        made.line(pen.say("Gate: review state not told"))
    if missing:
        made.line(pen.say("⚠ Not shown here: {number}, see /banks", number=form.count(missing)))
    made.line(pen.say("A tap only asks for a quote."))
    may_choose = pen.may(Right.OFF_RAMP) and not reader.is_group
    made.rows = rows(*((button,) for button in buttons)) if may_choose else ()
    return made.card()


def _labels(banks: Sequence[BankAccount]) -> list[tuple[BankAccount, str]]:
    """Two accounts that would read the same carry the end of their ids: money must not go to the wrong one."""
    plain = [bank_words(shown_name(bank)) or "–" for bank in banks]
    return [
        (bank, label if plain.count(label) == 1 else _told_apart(bank))
        for bank, label in zip(banks, plain, strict=True)
    ]


def _told_apart(bank: BankAccount) -> str:
    end = f" #{clean(bank.id[-ID_COLUMNS:], ID_COLUMNS)}"
    return bank_words(shown_name(bank), WIDE_LABEL_COLUMNS - width(end)) + end


def leads_asked(wish: OffRampWish, reader: Reader) -> Card:
    """To whoever pressed *Ask a lead*."""
    pen = Pen(reader)
    made = Drawing()
    made.line(bold(pen.say("🙋 The leads are asked")))
    made.line(wish_line(pen, wish))
    add_promotion(pen, wish, made)
    made.line(pen.say("One of them takes a quote."))
    made.line(pen.say("You hear here what becomes of it."))
    return made.card()
