"""What is given to the customer by hand: a text with the link, and the picture alone. No word of it is the desk's."""

from bot.domain.deposits import Deposit
from bot.texts import formatting as form
from bot.texts.customer_words import CUSTOMER_WORDS, CustomerWords
from bot.views.card import Card, clean, escape, joined
from bot.views.deposit_lines import WHOLE_NAME_COLUMNS
from bot.views.qr import qr_png

URL_COLUMNS = 2048
CUSTOMER_ZONE = "Asia/Shanghai"
"""where whoever pays in CNY or HKD lives by the clock"""


def forward_text(deposit: Deposit) -> Card:
    """A plain message that a person forwards by hand: the customer's words in the language of his page."""
    wish = deposit.wish
    words = _customer_words(deposit)
    name, amount = clean(wish.payer, WHOLE_NAME_COLUMNS), form.money(wish.money)
    ask = words.receives if wish.currency != wish.fiat else words.pays
    methods = words.comma.join(text for bit, text in words.methods.items() if int(wish.methods) & bit)
    lines = [
        ask.format(name=name, amount=amount, fiat=wish.fiat),
        deposit.url,
        words.ways.format(methods=methods),
        words.own_name.format(name=name),
    ]
    if deposit.expires_at:
        lines.append(words.ends.format(time=_minute(deposit.expires_at)))
    return Card(joined([escape(line, URL_COLUMNS) for line in lines]))


def qr_card(deposit: Deposit) -> Card:
    """The picture alone, to be forwarded; its caption is the customer's."""
    return Card(escape(_customer_words(deposit).scan), picture=qr_png(deposit.url))


def _minute(at_ms: int) -> str:
    """`2025-11-22 00:02`."""
    return form.iso(at_ms, CUSTOMER_ZONE)[: len("2025-11-22T00:02")].replace("T", " ")


def _customer_words(deposit: Deposit) -> CustomerWords:
    return CUSTOMER_WORDS.get(deposit.wish.language, CUSTOMER_WORDS["en"])
