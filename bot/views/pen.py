"""Writes for one reader: language, clock, and how much of a name these eyes may see."""

from bot.domain.masks import account_tail
from bot.domain.money import Money, plain
from bot.domain.orders import Order, Payee
from bot.domain.situations import Reader, Twin
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark, texts_for
from bot.views.card import (
    COPY_LENGTH,
    NAME_COLUMNS,
    Button,
    Markup,
    Rows,
    bold,
    clean,
    escape,
    fill,
    joined,
    moment,
    width,
)

LABEL_COLUMNS = 16
WIDE_LABEL_COLUMNS = 36
NAMED_TWINS = 2
LISTED_TWINS = 3
METHODS = {
    "bank": mark("Bank card"),
    "alipay": mark("Alipay"),
    "wechat": mark("WeChat Pay"),
    "wu": mark("Western Union"),
}
BRANDS = {"paypal": "PayPal", "swift": "SWIFT"}


class Pen:
    """`near_ms` is the moment the card speaks of: clocks of another day carry their date."""

    def __init__(self, reader: Reader, near_ms: int | None = None) -> None:
        self.reader = reader
        self.words = texts_for(reader.language)
        self.near_ms = near_ms

    def say(self, text: str, /, **facts: str) -> Markup:
        """A sentence as HTML; facts that are not Markup are escaped and cut to a name's length."""
        return fill(self.words.template(text), facts)

    def title(self, icon: str, text: str, order: Order) -> Markup:
        """The first line, which a lock screen shows: icon, what happened, the order's last digits."""
        return joined((icon, bold(text), "·", order.short_id), " ")

    def may(self, right: Right) -> bool:
        return self.reader.person is not None and self.reader.person.may(right)

    def money(self, value: Money) -> Markup:
        """Every digit of an amount; never cut, whatever its length."""
        return escape(form.money(value), 4096)

    def clock(self, at_ms: int, *, seconds: bool = False) -> Markup:
        text = form.clock(at_ms, self.reader.timezone, near_ms=self.near_ms, seconds=seconds)
        return moment(at_ms // form.SECOND_MS, text)

    def clock_s(self, at_seconds: int) -> Markup:
        """The same for the venue's own moments, which are seconds."""
        return self.clock(at_seconds * form.SECOND_MS)

    def name(self, full: str) -> str:
        """A person's name: in full for a person of the staff, masked in the group (`张**`, `B*** S***`)."""
        seen = clean(full, NAME_COLUMNS * 4)
        return masked(seen) if self.reader.is_group else clean(seen)

    def counterparty(self, order: Order) -> str:
        """The verified name; without one the nick, said to be one."""
        if clean(order.counterparty_name):
            return self.name(order.counterparty_name)
        return self.words("nick {nick}", nick=self.name(order.counterparty_nick) or "–")

    def staff(self, name: str) -> str:
        """One of our own, by the shown name."""
        return clean(name, 20) or "–"

    def method(self, order: Order, method: str) -> str:
        """A payment method by the name people use; one the desk does not know stays as the venue wrote it."""
        if method in METHODS:
            return self.words(METHODS[method])
        named = next((payee.name for payee in order.payees if payee.method == method and payee.name), "")
        return BRANDS.get(method) or clean(named or method, 24)

    def method_label(self, order: Order, method: str) -> str:
        return clean(self.method(order, method), LABEL_COLUMNS)

    def account(self, order: Order, payee: Payee) -> str:
        """`ICBC ··8821`: where the money goes, by its last digits."""
        named = clean(payee.name, 18) or self.method(order, payee.method)
        return f"{named} {tail(payee.account)}".strip()

    def copy_total(self, order: Order) -> Button:
        label = self.words("Copy {what}", what=form.amount(order.total))
        if width(label) > LABEL_COLUMNS:
            label = self.words("Copy total")
        return Button(label, copy=plain(order.total))

    def copy_text(self, shown: str, full: str) -> Button | None:
        """Copies the full text; the label names as much of it as fits. None for an empty text."""
        return self.copy_as(self.words("Copy {what}", what=clean(shown, LABEL_COLUMNS - 5)), full)

    def copy_as(self, label: str, full: str) -> Button | None:
        """Copies the full text under a fixed label. None for an empty text."""
        value = clean(full, 4 * COPY_LENGTH)[:COPY_LENGTH].strip()
        return Button(label, copy=value) if value else None

    def twins(self, twins: tuple[Twin, ...]) -> Markup:
        """The other open orders of the same total: two with their names, more by number only."""
        if len(twins) <= NAMED_TWINS:
            known = [f"{form.short_id(twin.order_id)} {clean(self.name(twin.name), 8)}".strip() for twin in twins]
        else:
            known = [form.short_id(twin.order_id) for twin in twins[:LISTED_TWINS]]
        rest = len(twins) - len(known)
        listed = self.words(", ").join(known) + (f" +{form.count(rest)}" if rest else "")
        return self.say("⚠ Same total: {orders}", orders=escape(listed, 100))


def masked(name: str) -> str:
    """The first letter of each part, the rest stars: enough to tell two people apart, too little to know one."""
    parts = name.split()
    if len(parts) == 1 and width(name) == 2 * len(name):
        return name[:1] + "**"
    return " ".join(part[:1] + "***" for part in parts[:2])


def tail(account: str) -> str:
    """`··8821`; an account too short to hide in shows nothing."""
    return account_tail(clean(account, 200))


def rows(*made: tuple[Button | None, ...]) -> Rows:
    """Rows without the buttons and rows that are not there."""
    present = (tuple(button for button in row if button is not None) for row in made)
    return tuple(row for row in present if row)
