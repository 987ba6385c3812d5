"""The way to a quote by buttons: account, what is given, what is got, which amount is named, how much."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.money import plain
from bot.domain.quotes import OWN, Fixed, Offer, Pair, Wish
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.buttons import Verb
from bot.views.card import Button, Card, Markup, bold, clean, joined
from bot.views.convert_lines import account_words, bounds_lines, choice, code_words, coins
from bot.views.pen import LABEL_COLUMNS, Pen, rows

PER_ROW = 3
NARROW_COLUMNS = 10
PAIRS_PER_ROW = 2
MOST_PAIRS = 4
MOST_OTHERS = 3
USUAL = Decimal(1)
HOW = mark("Or write: /convert 100 USDT BTC")
EXACTLY = {
    Fixed.SELL: mark("Give exactly … {code}"),
    Fixed.BUY: mark("Get exactly … {code}"),
}
ASKED = {
    Fixed.SELL: mark("How much {code} do you give?"),
    Fixed.BUY: mark("How much {code} do you want?"),
}
WISHED = {
    Fixed.SELL: mark("Give {coins} for {other}"),
    Fixed.BUY: mark("Get {coins} for {other}"),
}


def accounts_card(accounts: Sequence[str], wish: Wish | None, reader: Reader) -> Card:
    """Which account; `wish` is what was written already, for whichever is chosen."""
    pen = Pen(reader)
    lines = [bold(pen.say("Convert")), pen.say("From which account?")]
    if wish is not None:
        other = wish.buy if wish.fixed is Fixed.SELL else wish.sell
        told = pen.say(WISHED[wish.fixed], coins=bold(coins(wish.fixed_money)), other=code_words(other))
        lines.insert(1, told)
    lines.append(pen.say("Nothing is sent to Gate yet."))
    return Card(joined(lines), rows(*((_account_button(pen, account, wish),) for account in accounts)))


def _account_button(pen: Pen, account: str, wish: Wish | None) -> Button | None:
    label = _account_label(pen, account)
    if wish is None:
        return choice(label, Verb.CONVERT, account)
    return choice(label, Verb.CV_WISH, account, wish.sell, wish.buy, wish.fixed.value, plain(wish.amount))


def _account_label(pen: Pen, account: str) -> str:
    return pen.words("own account") if account == OWN else pen.words("sub-account {id}", id=clean(account, 20) or "–")


def sell_card(offer: Offer, reader: Reader) -> Card:
    """What is given. The first page begins with the pairs used last; another account is one tap away."""
    pen = Pen(reader)
    lines = [_title(pen, offer.account), pen.say("What do you give?")]
    pairs = offer.last[:MOST_PAIRS] if offer.page == 0 else ()
    if pairs:
        lines.append(pen.say("Your last pairs stand first."))
    _add_emptiness(pen, offer, lines)
    lines.append(pen.say(HOW))
    last = [
        choice(clean(f"{sell} → {buy}", LABEL_COLUMNS), Verb.CV_FIXED, offer.account, sell, buy) for sell, buy in pairs
    ]
    codes = [choice(_label(code), Verb.CV_BUY, offer.account, code, "0") for code in offer.codes]
    turning = _turning(pen, offer, Verb.CV_SELL, (offer.account,))
    return Card(
        joined(lines), rows(*_chunks(last, PAIRS_PER_ROW), *_chunks(codes, PER_ROW), turning, *_others(pen, offer))
    )


def _others(pen: Pen, offer: Offer) -> list[tuple[Button | None, ...]]:
    others = [account for account in offer.accounts if account != offer.account][:MOST_OTHERS]
    return [(choice(_account_label(pen, account), Verb.CONVERT, account),) for account in others]


def buy_card(offer: Offer, reader: Reader) -> Card:
    """What is got for `offer.sell`."""
    pen = Pen(reader)
    lines = [_title(pen, offer.account), pen.say("Give {code}, get what?", code=bold(code_words(offer.sell)))]
    _add_emptiness(pen, offer, lines)
    back = choice(pen.words("⬅ Back"), Verb.CV_SELL, offer.account, "0")
    codes = [choice(_label(code), Verb.CV_FIXED, offer.account, offer.sell, code) for code in offer.codes]
    turning = _turning(pen, offer, Verb.CV_BUY, (offer.account, offer.sell))
    return Card(joined(lines), rows((back,), *_chunks(codes, PER_ROW), turning))


def _add_emptiness(pen: Pen, offer: Offer, lines: list[Markup]) -> None:
    if not offer.codes:
        lines.append(pen.say("Gate offers nothing here now."))
    elif offer.pages > 1:
        of, page = form.count(offer.pages), form.count(offer.page + 1)
        lines.append(pen.say("Page {page} of {pages}", page=page, pages=of))


def fixed_card(account: str, pair: Pair, reader: Reader) -> Card:
    """Which of the two amounts is named; the venue finds the other."""
    pen = Pen(reader)
    lines = [
        _title(pen, account),
        pen.say("Give {sell}, get {buy}", sell=bold(code_words(pair.sell)), buy=bold(code_words(pair.buy))),
        pen.say("Which amount do you name?"),
        pen.say("Gate finds the other one."),
        *bounds_lines(pen, pair),
    ]
    named = [
        choice(
            pen.words(text, code=_label(_code(pair, fixed))), Verb.CV_AMOUNT, account, pair.sell, pair.buy, fixed.value
        )
        for fixed, text in EXACTLY.items()
    ]
    back = choice(pen.words("⬅ Back"), Verb.CV_BUY, account, pair.sell, "0")
    return Card(joined(lines), rows((back,), *((button,) for button in named)))


def amount_prompt(account: str, pair: Pair, fixed: Fixed, reader: Reader) -> Card:
    """A question whose reply is the amount."""
    pen, code = Pen(reader), _code(pair, fixed)
    least, most = (pair.sell_min, pair.sell_max) if fixed is Fixed.SELL else (pair.buy_min, pair.buy_max)
    example = form.amount(_example(least, most))
    lines = (
        _title(pen, account),
        joined((code_words(pair.sell), code_words(pair.buy)), " → "),
        bold(pen.say(ASKED[fixed], code=code_words(code))),
        *bounds_lines(pen, pair),
        pen.say("Reply with the number, like {amount}", amount=example),
        pen.say("Nothing is sent to Gate yet."),
    )
    hint = pen.words("Amount of {code}, like {amount}", code=_label(code), amount=clean(example, 24))
    return Card(joined(lines), prompt=True, prompt_hint=hint)


def _example(least: Decimal | None, most: Decimal | None) -> Decimal:
    """The least that works: a person who copies it must not have asked for a fortune."""
    if least is not None and least > 0:
        return least
    return most if most is not None and most < USUAL else USUAL


def _code(pair: Pair, fixed: Fixed) -> str:
    return pair.sell if fixed is Fixed.SELL else pair.buy


def _title(pen: Pen, account: str) -> Markup:
    return joined((bold(pen.words("Convert")), account_words(pen, account)), " · ")


def _label(code: str) -> str:
    return clean(code, NARROW_COLUMNS) or "–"


def _turning(pen: Pen, offer: Offer, verb: Verb, before: tuple[str, ...]) -> tuple[Button | None, ...]:
    earlier = choice(pen.words("◀ Page"), verb, *before, form.count(offer.page - 1)) if offer.page > 0 else None
    is_last = offer.page + 1 >= offer.pages
    later = None if is_last else choice(pen.words("Page ▶"), verb, *before, form.count(offer.page + 1))
    return earlier, later


def _chunks(buttons: Sequence[Button | None], most: int) -> list[tuple[Button, ...]]:
    present = [button for button in buttons if button is not None]
    return [tuple(present[at : at + most]) for at in range(0, len(present), most)]
