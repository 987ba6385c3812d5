"""Lines that everything about payment links shares: who pays what, how, and what is reported of it."""

from decimal import Decimal

from bot.domain.deposits import COIN, Deposit, DepositStanding, DepositWish, Method, Mode, Report
from bot.domain.money import Money
from bot.texts import formatting as form
from bot.texts import mark
from bot.texts.customer_words import PAGE_LANGUAGES
from bot.views.card import Button, Card, Markup, bold, clean, code, cut, escape, joined, width
from bot.views.convert_lines import coins
from bot.views.drawing import Drawing
from bot.views.otc_lines import beside
from bot.views.pen import WIDE_LABEL_COLUMNS, Pen

RATE_COLUMNS = 40
NUMBER_COLUMNS = 28
WHOLE_NAME_COLUMNS = 160
METHOD_WORDS = {
    Method.BANK_CARD: mark("bank card"),
    Method.WECHAT: mark("WeChat Pay"),
    Method.ALIPAY: mark("Alipay"),
}
MODE_WORDS = {
    Mode.PAYS: mark("customer pays exactly"),
    Mode.RECEIVES: mark("we get exactly"),
}


def title_line(pen: Pen, icon: str, text: Markup, deposit: Deposit) -> Markup:
    """What a lock screen shows: icon, what happened, the number that people call it by."""
    return joined((joined((icon, bold(text)), " "), deposit.label), " · ")


def payer_of(pen: Pen, wish: DepositWish) -> str:
    """The customer by name, masked in the group; without one after it was forgotten."""
    return pen.name(wish.payer) or pen.words("Customer")


def add_wish(pen: Pen, wish: DepositWish, made: Drawing, *, has_whole_name: bool = False) -> None:
    """Who pays and what is fixed; the name on lines of its own where it is long, the amount never cut."""
    who = payer_of(pen, wish)
    if wish.mode is Mode.RECEIVES:
        made.line(pen.say("Get exactly {coins}", coins=bold(coins(wish.money))))
    line = _payer_line(pen, wish, who)
    if width(Card(line).plain) <= WIDE_LABEL_COLUMNS:
        made.line(line)
        return
    whole = clean(wish.payer, WHOLE_NAME_COLUMNS) if has_whole_name and not pen.reader.is_group else who
    for part in _parts(whole) if has_whole_name else [cut(whole, WIDE_LABEL_COLUMNS)]:
        made.line(escape(part, WIDE_LABEL_COLUMNS))
    if wish.mode is Mode.RECEIVES:
        made.line(pen.say("pays in {fiat}", fiat=wish.fiat), 0 if has_whole_name else 1)
    else:
        made.line(pen.say("pays exactly {coins}", coins=bold(coins(wish.money))))


def _payer_line(pen: Pen, wish: DepositWish, who: str) -> Markup:
    named = bold(escape(who, WHOLE_NAME_COLUMNS))
    if wish.mode is Mode.RECEIVES:
        return pen.say("{who} pays in {fiat}", who=named, fiat=wish.fiat)
    return pen.say("{who} pays exactly {coins}", who=named, coins=bold(coins(wish.money)))


def _parts(name: str) -> list[str]:
    """The whole name in lines as wide as a phone."""
    lines, line = [], ""
    for char in name:
        if width(line + char) > WIDE_LABEL_COLUMNS:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


def methods_line(pen: Pen, wish: DepositWish) -> Markup:
    """`by bank card or Alipay`."""
    return pen.say("by {methods}", methods=escape(method_words(pen, wish.methods), WHOLE_NAME_COLUMNS))


def method_words(pen: Pen, methods: Method) -> str:
    *others, last = [pen.words(text) for method, text in METHOD_WORDS.items() if method & methods] or ["–"]
    return pen.words("{some} or {last}", some=pen.words(", ").join(others), last=last) if others else last


def language_line(pen: Pen, wish: DepositWish) -> Markup:
    return pen.say("Page in {language}", language=PAGE_LANGUAGES.get(wish.language, wish.language))


def ends_line(pen: Pen, deposit: Deposit) -> Markup:
    """When the link ends, if the venue told that."""
    if not deposit.expires_at:
        return pen.say("End of the link: not told by MTPay")
    return pen.say("Link ends {time}", time=pen.clock(deposit.expires_at))


def number_line(deposit: Deposit, pen: Pen) -> Markup:
    """What the order is called at the venue."""
    return pen.say("Order {number}", number=code(escape(deposit.order_no, NUMBER_COLUMNS) or "–"))


def copy_number(pen: Pen, deposit: Deposit) -> Button | None:
    return pen.copy_as(pen.words("Copy order number"), deposit.order_no)


def add_reported(pen: Pen, deposit: Deposit, made: Drawing) -> None:
    """The amounts that the venue told; what differs from the wish is red, what it did not tell has no line."""
    wish = deposit.wish
    _add_amount(pen, made, mark("Paid {coins}"), _told(deposit, deposit.payment_amount), wish.fiat, wish, 1)
    price = _told(deposit, deposit.unit_price)
    if price is not None and price.is_finite():
        shown = escape(form.amount(price), RATE_COLUMNS)
        made.line(pen.say("1 {coin} = {number} {other}", coin=COIN, number=shown, other=wish.fiat), 4)
    _add_amount(pen, made, mark("Traded {coins}"), _told(deposit, deposit.transaction_amount), COIN, wish, 3)
    received, fee = _told(deposit, deposit.received), _told(deposit, deposit.fee)
    told = ((mark("Received {coins}"), received), (mark("Fee {coins}"), fee))
    for line in beside(*(pen.say(text, coins=bold(coins(Money(one, COIN)))) for text, one in told if one is not None)):
        made.line(line)


def _told(deposit: Deposit, amount: Decimal | None) -> Decimal | None:
    """Of a link that nobody paid, a nought tells nothing."""
    is_left = deposit.report in (Report.FAILED, Report.CANCELLED)
    return None if is_left and amount == 0 else amount


def _add_amount(
    pen: Pen, made: Drawing, text: str, amount: Decimal | None, unit: str, wish: DepositWish, rank: int
) -> None:
    if amount is None:
        return
    line = pen.say(text, coins=bold(coins(Money(amount, unit))))
    is_other = wish.currency == unit and amount != wish.amount
    made.line(joined(("🔴", line), " ") if is_other else line, 0 if is_other else rank)


def add_person(pen: Pen, standing: DepositStanding, made: Drawing, rank: int) -> None:
    if standing.person_name:
        made.line(pen.say("by {who}", who=pen.staff(standing.person_name)), rank)
