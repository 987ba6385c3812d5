"""Rules about prices in words: what they do, why they did it, refusals, and news."""

import re
from decimal import Decimal

from bot.domain.ad_rules import AdRule, Stop
from bot.domain.orders import Side
from bot.domain.repricing import MOVES, Aim, Why
from bot.domain.situations import Notice
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import pair_name, percent_of, price_of, tail, tidy, with_code
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, Rows, clean
from bot.views.pen import Pen

NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?\Z", re.ASCII)
WHY = {
    Why.AIM: mark("That is its aim."),
    Why.BOUND: mark("The bound allows no more."),
    Why.THERE: mark("Stays: the price is right."),
    Why.AT_BOUND: mark("Stays at its bound."),
    Why.NO_GAIN: mark("Stays: the bound wins no place."),
    Why.TOO_FEW: mark("Stays: too few others count."),
    Why.TOO_SOON: mark("Waits until its interval is over."),
    Why.NO_PLACE: mark("Stays: no cent fits the bounds."),
    Why.FLOATS: mark("Stays: the ad's price floats."),
    Why.OFFLINE: mark("Stays: the ad is not online."),
    Why.EMPTY: mark("Stays: nobody else is there."),
    Why.NOT_LISTED: mark("Stays: the market lacks our ad."),
}
STOPS = {
    Stop.BY_PERSON: mark("stopped by hand"),
    Stop.CHANGED: mark("the rule was changed"),
    Stop.DROPPED: mark("the rule was deleted"),
    Stop.ENDED: mark("its time is over"),
    Stop.FROZEN: mark("the desk is frozen"),
    Stop.PERSON: mark("who armed it may not any more"),
    Stop.STALE: mark("no market to rely on"),
    Stop.REFUSED: mark("Gate refused three times"),
    Stop.EDITED: mark("somebody else set the price"),
    Stop.OFFLINE: mark("the ad is not online"),
    Stop.FLOATS: mark("the ad's price floats"),
    Stop.NOT_ALLOWED: mark("the ad cannot be changed now"),
}
RULE_USAGE = {
    "reprice": mark(
        "Write /reprice for the list, or /reprice 2130000011 rank 1 floor 7.15 ceiling 7.30 every 60. Instead of "
        "rank 1: undercut 0.01. Also: surplus 500, order 1000, traps 3, band 2"
    ),
}
RULE_REASONS = {
    "rule_missing": mark("The rule lacks “{word}”. Nothing was changed. Write it like: rank 1 floor 7.15 ceiling 7.30"),
    "rule_word": mark(
        "“{given}” is no word of a rule, or is there twice. Nothing was changed. There are rank, undercut, floor, "
        "ceiling, every, surplus, order, traps and band, each with a number."
    ),
    "rule_number": mark(
        "“{given}” does not fit behind “{word}”: it takes a number above 0 with at most {digits} decimals. "
        "Nothing was changed."
    ),
    "rule_percent": mark("“{given}” does not fit behind “{word}”: it takes 0.01 to {top} %. Nothing was changed."),
    "rule_rank": mark("“{given}” is no rank: it takes {least} to {top}. Nothing was changed."),
    "rule_every": mark("“{given}” is no interval: it takes {least} to {top} seconds. Nothing was changed."),
    "rule_bounds": mark(
        "The floor {floor} is above the ceiling {ceiling}. Nothing was changed. Write the smaller first."
    ),
    "rule_closed": mark("Ad {ad} is closed, so no rule can set its price. Nothing was changed."),
    "rule_floats": mark("The price of ad {ad} floats, so it follows the market by itself. Nothing was changed."),
    "rule_offline": mark("Ad {ad} is not online, so a rule has nothing to do. Nothing was armed. Put it online first."),
    "rule_over": mark("This rule is no more. Nothing was changed. /reprice lists those there are."),
    "rule_armed": mark("{who} has armed this rule already, until {until}. Stop it first."),
    "rule_moved": mark("Ad {ad} or the rule changed meanwhile. Nothing was armed. Look and arm it anew."),
    "rule_step_over": mark("This step is over, nothing was armed by this tap. Begin anew: /reprice"),
}
GOES_ON = mark("It goes on as a dry run.")
RULE_NOTICES: dict[str, tuple[str, ...]] = {
    # rule, ad, pair, side, fiat, ours, price, best, why
    "rule_would": (
        mark("🎯 Dry run: would set {price} · {ad}"),
        mark("{name}"),
        mark("Ours {ours}, best other {best}"),
        mark("{why}"),
        mark("Nothing was sent."),
    ),
    # rule, ad, pair, side, who, until, floor, top
    "rule_armed": (
        mark("🎯 A rule sets a price now · {ad}"),
        mark("{name}"),
        mark("From {floor} to {top}"),
        mark("Until {until}"),
        mark("by {who}"),
    ),
    # rule, ad, pair, side, why, ours; who and detail may be empty
    "rule_stopped": (
        mark("⏹ Price rule stopped · {ad}"),
        mark("{name}"),
        mark("Why: {why}"),
        mark("Ours {ours}"),
        mark("by {who}"),
        GOES_ON,
    ),
    # rule, ad, pair, side, ours, best, percent, band
    "rule_adrift": (
        mark("📈 Our price is off the market · {ad}"),
        mark("{name}"),
        mark("Ours {ours}, best other {best}"),
        mark("{percent} off, the band is {band}%"),
    ),
    "rule_back": (
        mark("✅ Our price is in its band · {ad}"),
        mark("{name}"),
        mark("Ours {ours}, best other {best}"),
    ),
}
PRICES = ("price", "ours", "best", "floor", "top")


def aim_words(pen: Pen, rule: AdRule) -> Markup:
    """`Follow rank 2`, `Undercut by 0.01`."""
    if rule.rule.aim is Aim.RANK:
        return pen.say("Follow rank {rank}", rank=form.count(rule.rule.rank))
    step = price_of(rule.rule.step)
    return pen.say("Outbid by {step}", step=step) if rule.side is Side.BUY else pen.say("Undercut by {step}", step=step)


def bounds_words(pen: Pen, rule: AdRule) -> Markup:
    """The bound that matters to that side stands first."""
    floor, ceiling = (with_code(price_of(bound), rule.fiat) for bound in (rule.rule.floor, rule.rule.ceiling))
    if rule.side is Side.BUY:
        return pen.say("Never above {ceiling}, from {floor} on", ceiling=ceiling, floor=price_of(rule.rule.floor))
    return pen.say("Never below {floor}, up to {ceiling}", floor=floor, ceiling=price_of(rule.rule.ceiling))


def ignores_lines(pen: Pen, rule: AdRule) -> list[Markup]:
    made = rule.rule
    lines = [pen.say("Ignores prices over {percent}% off", percent=tidy(made.trap_percent))]
    if made.least_surplus:
        lines.append(pen.say("Ignores under {coins}", coins=with_code(tidy(made.least_surplus), rule.asset)))
    if made.least_order:
        lines.append(pen.say("Ignores orders under {money}", money=with_code(tidy(made.least_order), rule.fiat)))
    return lines


def every_words(pen: Pen, rule: AdRule) -> Markup:
    return pen.say("At most once in {seconds} s", seconds=form.count(rule.rule.every_seconds))


def why_words(pen: Pen, why: str) -> str:
    return pen.words(WHY[Why(why)]) if why in set(Why) else "–"


def stop_words(pen: Pen, why: str) -> str:
    return pen.words(STOPS[Stop(why)]) if why in set(Stop) else clean(why, 40) or "–"


def is_moving(rule: AdRule) -> bool:
    """Whether its last look came to another price."""
    return rule.why in {str(why) for why in MOVES} and rule.wished is not None


def rule_notice_words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours, or that must be fitted to a line."""
    facts = notice.facts
    made = {name: _price(facts[name]) for name in PRICES if name in facts}
    made["ad"] = tail(facts.get("ad", ""))
    if facts.get("side") in {str(side) for side in Side}:
        made["name"] = Card(pair_name(pen, Side(facts["side"]), facts.get("pair", ""))).plain
    if "why" in facts:
        made["why"] = (stop_words if notice.kind == "rule_stopped" else why_words)(pen, facts["why"])
    if NUMBER.match(facts.get("percent", "")):
        made["percent"] = percent_of(Decimal(facts["percent"]))
    if "who" in facts:
        made["who"] = pen.staff(facts["who"])
    return made


def _price(fact: str) -> str:
    return price_of(Decimal(fact)) if NUMBER.match(fact) else "–"


def is_rule_line_left_out(notice: Notice, template: str) -> bool:
    if template == GOES_ON:
        return notice.facts.get("why") == Stop.DROPPED
    return "{who}" in template and not clean(notice.facts.get("who", ""))


def rule_rows(pen: Pen, notice: Notice) -> Rows | None:
    """The button of such news; None for every other kind."""
    if notice.kind not in RULE_NOTICES:
        return None
    rule = notice.facts.get("rule", "")
    return ((press(pen.words("Open the rule"), Verb.RP_OPEN, rule),),) if FIELD.match(rule) else ()
