"""What every card of our ads shares: its name, its state, its price, and one line per part that changes."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from bot.domain.ad_changes import AdChange
from bot.domain.ad_edits import Part, shown, signed_offset, told
from bot.domain.ads import Ad, AdState, AdStatus, Floating, Reference
from bot.domain.orders import Side
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Card, Markup, bold, clean, escape, joined, quote, width
from bot.views.convert_lines import AMOUNT_COLUMNS, tail_of
from bot.views.pen import BRANDS, METHODS, WIDE_LABEL_COLUMNS, Pen

CENT_PLACES = 2
CODE_COLUMNS, METHOD_COLUMNS, STATUS_COLUMNS = 12, 12, 8
TEXT_COLUMNS = 24
BEFORE_DIFFERENCE = 6
TEXTS = (Part.TERMS, Part.AUTO_REPLY)
NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?\Z", re.ASCII)
# state: (icon, word); the word always stands beside the icon
STATES = {
    AdState.LISTED: ("🟢", mark("online")),
    AdState.DELISTED: ("⏸", mark("offline")),
    AdState.CLOSED: ("⛔", mark("closed")),
}
UNKNOWN_ICON = "❔"
STATUS_WORDS = {
    str(int(AdStatus.LISTED)): STATES[AdState.LISTED][1],
    str(int(AdStatus.DELISTED)): STATES[AdState.DELISTED][1],
    str(int(AdStatus.CLOSED)): STATES[AdState.CLOSED][1],
}
NAMES = {
    Side.SELL: mark("Sell {pair}"),
    Side.BUY: mark("Buy {pair}"),
}
FOLLOWED = {
    Reference.PLATFORM: mark("the platform's price"),
    Reference.GATE: mark("Gate's price"),
    Reference.SPOT: mark("the spot price"),
}
HEADS = {
    Part.STATUS: mark("State"),
    Part.PRICE: mark("Price"),
    Part.OFFSET: mark("Offset"),
    Part.AMOUNT: mark("Left"),
    Part.LIMITS: mark("Per order"),
    Part.TERMS: mark("Terms"),
    Part.AUTO_REPLY: mark("Auto reply"),
    Part.WINDOW: mark("Time to pay"),
}
# What is named in a list of what is different or cannot be read: our own words of facts, and of the venue's fields
NAMED = {
    "status": mark("state"),
    "price": mark("price"),
    "offset": mark("offset"),
    "floating": mark("floating price"),
    "amount": mark("amount left"),
    "limits": mark("limits"),
    "basis": mark("what limits count"),
    "terms": mark("terms"),
    "auto_reply": mark("auto reply"),
    "window": mark("time to pay"),
    "methods": mark("ways to pay"),
    "method_ids": mark("own accounts"),
    "demands": mark("conditions"),
    "verification": mark("verification asked for"),
    "country": mark("country asked for"),
    "side": mark("side"),
    "pair": mark("pair"),
    "list": mark("its line in the list"),
    "role": mark("your role"),
    "approver": mark("who confirms"),
    "far": mark("the market"),
    "meant": mark("the market"),
}
NEW = "new_"


def tidy(value: Decimal) -> str:
    """`1,200` or `0.5`: grouped, every digit but the noughts at the end."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price_of(value: Decimal) -> str:
    """`7.20` or `7.2145`: noughts only up to the second decimal."""
    whole, _, decimals = tidy(value).partition(".")
    return f"{whole}.{decimals.ljust(CENT_PLACES, '0')}"


def percent_of(value: Decimal) -> str:
    """`+0.50%`, `−0.125%`: always a sign, every digit."""
    return f"{'−' if value < 0 else '+'}{price_of(abs(value))}%"


def tail(ad: Ad | str) -> str:
    """`··3647`: what people call an ad by."""
    return tail_of(ad if isinstance(ad, str) else ad.id)


def ad_name(pen: Pen, ad: Ad) -> Markup:
    """`Sell USDT/CNY`: what we do with the coins."""
    return pair_name(pen, ad.side, ad.pair)


def pair_name(pen: Pen, side: Side, pair: str) -> Markup:
    return pen.say(NAMES[side], pair=escape(pair, 2 * CODE_COLUMNS + 1) or "–")


def pair_label(pen: Pen, ad: Ad) -> str:
    """The same for a button."""
    return Card(ad_name(pen, ad)).plain


def state_icon(ad: Ad) -> str:
    return STATES[ad.state][0] if ad.state in STATES else UNKNOWN_ICON


def state_words(pen: Pen, ad: Ad) -> Markup:
    """A state that the desk does not know stays as the venue wrote it."""
    if ad.state in STATES:
        return pen.say(STATES[ad.state][1])
    return quote(escape(ad.status, STATUS_COLUMNS) or "–")


def price_words(pen: Pen, ad: Ad) -> Markup:
    """`7.21 CNY`; a floating one is what the venue makes of it now."""
    return with_code(price_of(ad.price), ad.fiat)


def floating_words(pen: Pen, floating: Floating) -> Markup:
    """`Gate's price +0.50%`."""
    return joined((pen.say(FOLLOWED[floating.reference]), escape(percent_of(signed_offset(floating)))), " ")


def with_code(number: str, code: str) -> Markup:
    """Every digit of a number and its code, which may be anybody's text."""
    return joined((escape(number, AMOUNT_COLUMNS), escape(code, CODE_COLUMNS) or Markup("–")), " ")


def limits_words(ad: Ad) -> Markup:
    """`100–5,000 CNY`, in what the ad counts; a dash where the venue told none."""
    if ad.limits is None:
        return Markup("–")
    return with_code("–".join(tidy(limit) for limit in ad.limits), ad.limit_code)


def methods_words(pen: Pen, ad: Ad, most: int = 12) -> Markup:
    """`Bank card, Alipay +1`: at most so many by name, the others by their number."""
    names = [method_name(pen, method) for method in ad.methods[:most]]
    rest = max(ad.method_count, len(ad.methods)) - len(names)
    listed = pen.words(", ").join(names) + (f" +{form.count(rest)}" if rest > 0 else "")
    return escape(listed.strip() or "–", 400)


def method_name(pen: Pen, method: str) -> str:
    if method in METHODS:
        return pen.words(METHODS[method])
    return BRANDS.get(method) or clean(method, METHOD_COLUMNS) or "–"


def named(pen: Pen, names: Iterable[str]) -> Markup:
    """`terms, limits`: what is different, or what cannot be read; each once."""
    words: list[str] = []
    for name in names:
        text = NAMED.get(name.strip().removeprefix(NEW))
        word = pen.words(text) if text is not None else clean(name, METHOD_COLUMNS)
        words += [word] if word and word not in words else []
    return escape(pen.words(", ").join(words) or "–", 200)


def parts_lines(pen: Pen, text: str, names: Iterable[str]) -> list[Markup]:
    """`⚠ Cannot be read: terms, limits`; a line each where that would be too wide for a phone."""
    known = list(dict.fromkeys(Card(named(pen, [name])).plain for name in names))
    line = pen.say(text, parts=pen.words(", ").join(known))
    if width(Card(line).plain) <= WIDE_LABEL_COLUMNS:
        return [line]
    head = Card(pen.say(text, parts="")).plain.rstrip()
    return [escape(head, WIDE_LABEL_COLUMNS), *(escape(f"– {name}", WIDE_LABEL_COLUMNS) for name in known)]


def value_of(pen: Pen, part: Part, text: str, code: str = "") -> Markup:
    """An exact text of `told` or `shown` for reading; what is no such text stays as it is."""
    if part is Part.STATUS:
        return pen.say(STATUS_WORDS[text]) if text in STATUS_WORDS else escape(text, STATUS_COLUMNS) or Markup("–")
    if part in TEXTS:
        return pen.say("{count} characters", count=form.count(len(text)))
    numbers = [_number(one) for one in text.split("~")]
    if any(number is None for number in numbers):
        return escape(text, TEXT_COLUMNS) or Markup("–")
    return _numbers(pen, part, [number for number in numbers if number is not None], code)


def _numbers(pen: Pen, part: Part, numbers: list[Decimal], code: str) -> Markup:
    if part is Part.OFFSET:
        return escape(percent_of(numbers[0]), AMOUNT_COLUMNS)
    if part is Part.WINDOW:
        return pen.say("{number} min", number=tidy(numbers[0]))
    text = price_of(numbers[0]) if part is Part.PRICE else "–".join(tidy(number) for number in numbers)
    return with_code(text, code) if code else escape(text, AMOUNT_COLUMNS)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if NUMBER.match(text) else None
    except InvalidOperation:
        return None


def code_of(part: Part, ad: Ad) -> str:
    """What a part is counted in."""
    return {Part.PRICE: ad.fiat, Part.AMOUNT: ad.asset, Part.LIMITS: ad.limit_code}.get(part, "")


def wanted_value(pen: Pen, part: Part, change: AdChange) -> Markup:
    return value_of(pen, part, told(part, change.wanted), code_of(part, change.ad))


def diff_lines(pen: Pen, change: AdChange) -> list[Markup]:
    """`Price: 7.20 → 7.21 CNY` for every touched part; on two lines where one would be too wide for a phone."""
    lines: list[Markup] = []
    for part in change.wanted.parts:
        old, new = shown(part, change.ad), told(part, change.wanted)
        lines += text_lines(pen, part, old, new) if part in TEXTS else _number_lines(pen, part, change, old)
    return lines


def _number_lines(pen: Pen, part: Part, change: AdChange, old: str) -> list[Markup]:
    head, was = pen.say(HEADS[part]), value_of(pen, part, old)
    new = bold(wanted_value(pen, part, change))
    line = pen.say("{what}: {old} → {new}", what=head, old=was, new=new)
    if width(Card(line).plain) <= WIDE_LABEL_COLUMNS:
        return [line]
    return [pen.say("{what}: {value}", what=head, value=was), joined(("→", new), " ")]


def text_lines(pen: Pen, part: Part, old: str, new: str) -> list[Markup]:
    """How long both are, and both from where they begin to differ."""
    start = difference(old, new)
    was, then = pen.say("{count} characters", count=form.count(len(old))), form.count(len(new))
    head = pen.say("{what}: {old} → {new}", what=pen.say(HEADS[part]), old=was, new=bold(then))
    return [head, joined(("−", excerpt(pen, old, start)), " "), joined(("+", bold(excerpt(pen, new, start))), " ")]


def excerpt(pen: Pen, text: str, start: int = 0, columns: int = WIDE_LABEL_COLUMNS - 6) -> Markup:
    """`“…and then mark it as paid. No th…”`: one line of a long text."""
    if not clean(text):
        return pen.say("empty")
    return Markup(f"“{'…' if start else ''}{escape(text[start:], columns)}”")


def difference(one: str, other: str) -> int:
    """Where to begin to read them, so that what is different is seen."""
    same = min(len(one), len(other))
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            same = at
            break
    return max(same - BEFORE_DIFFERENCE, 0)


def title(icon: str, text: Markup, ad: Ad | str) -> Markup:
    """What a lock screen shows: icon, what happened, the number that people call the ad by."""
    head = bold(text)
    return joined((joined((icon, head), " ") if icon else head, tail(ad)), " · ")
