"""Facts of refusals and notices, made ready for a sentence: known words translated, moments as clocks."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from bot.domain.intents import Action
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.card import Markup, escape, fill, joined
from bot.views.pen import Pen

ROLES = {
    "viewer": mark("viewer"),
    "agent": mark("agent"),
    "operator": mark("operator"),
    "lead": mark("lead"),
    "owner": mark("owner"),
}
ACTIONS = {
    Action.RELEASE.value: mark("release"),
    Action.MARK_PAID.value: mark("mark paid"),
    Action.CANCEL.value: mark("cancel"),
    Action.CONVERT.value: mark("convert"),
    Action.OFF_RAMP.value: mark("off-ramp"),
    Action.DEPOSIT.value: mark("payment link"),
    Action.AD.value: mark("change of an ad"),
    Action.PUBLISH_AD.value: mark("publish an ad"),
    Action.SHOP.value: mark("working hours"),
}
MOMENTS = ("since", "until", "at", "opened", "sent", "last")
MOMENT_DIGITS = 13
ROLE_FACTS = ("role", "needed", "new", "old")
AMOUNTS = ("amount", "limit", "used", "per_action", "per_day")
COINS = ("give", "sell", "get", "wanted", "offered", "fee", "final")
FACT_COLUMNS = 200


MISSING = "–"


def told(pen: Pen, template: str, facts: Mapping[str, str]) -> Markup:
    """The sentence filled with ready facts; one that did not come leaves a dash, so that it is told in any case."""
    return fill(pen.words.template(template), ready(pen, facts), missing=MISSING)


def ready(pen: Pen, facts: Mapping[str, str]) -> dict[str, Markup]:
    """Every fact as HTML. Moments are Unix milliseconds in text (`since`, `until`, `at`, or a name ending in `_at`);
    `order` is a full id and is told by its last four digits."""
    return {name: _ready(pen, name, fact) for name, fact in facts.items()}


def _amount(fact: str) -> Markup:
    try:
        return escape(form.amount(Decimal(fact)), FACT_COLUMNS)
    except (InvalidOperation, ValueError):
        return escape(fact, FACT_COLUMNS)


def _coins(fact: str) -> Markup:
    """`100000.00 USDT` with its digits grouped; anything else as it is."""
    number, _, code = fact.partition(" ")
    return joined((_amount(number), escape(code, FACT_COLUMNS)), " ") if code else escape(fact, FACT_COLUMNS)


def _ready(pen: Pen, name: str, fact: str) -> Markup:
    if (name in MOMENTS or name.endswith("_at")) and fact.isdecimal() and len(fact) == MOMENT_DIGITS:
        return pen.clock(int(fact), seconds=True)
    if name == "order":
        return escape(form.short_id(fact))
    if name in AMOUNTS:
        return _amount(fact)
    if name in COINS:
        return _coins(fact)
    if name in ROLE_FACTS and fact in ROLES:
        return escape(pen.words(ROLES[fact]))
    if name == "action" and fact in ACTIONS:
        return escape(pen.words(ACTIONS[fact]))
    return escape(fact, FACT_COLUMNS)
