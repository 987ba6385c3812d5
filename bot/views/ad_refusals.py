"""The desk's own refusals about our ads, and what the venue's text filter means for them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from bot.domain.ad_edits import PRICE_PLACES
from bot.texts import mark
from bot.views.ad_lines import named, tail, tidy
from bot.views.card import Card, clean
from bot.views.pen import Pen

CONTENT_FILTER = "70305102"
AD_CALLS = frozenset({"publish_ad", "set_ad_status"})
LISTED_FILTERS = {
    "online": mark("online"),
    "offline": mark("offline"),
    "closed": mark("closed"),
    "all": mark("all"),
}
AD_REASONS = {
    "ad_closed": mark("Ad {ad} is closed, so it cannot be changed. Nothing was sent. Publish a new one: /ads new"),
    "ad_same": mark("Gate shows exactly that already for ad {ad}. Nothing was sent."),
    "ad_unread": mark(
        "Of ad {ad} this cannot be read: {parts}. An edit would lose it, so nothing was sent. Use the Gate app."
    ),
    "ad_floats": mark("The price of ad {ad} floats. Nothing was sent. Change its offset: open it with /ads"),
    "ad_fixed": mark("The price of ad {ad} is fixed, so it has no offset. Nothing was sent. Write a price like 7.21"),
    "ad_offset": mark("An offset of {given}% cannot be meant. Nothing was sent. Write it like +0.5% or -0.5%"),
    "ad_bare_offset": mark(
        "The price of ad {ad} floats, so {given} may be a price or percent. Nothing was sent. "
        "Write its offset like +0.5% or -0.5%"
    ),
    "ad_too_precise": mark("{amount} {code} has too many decimals, {digits} is the most. Nothing was sent."),
    "ad_too_much": mark("{amount} {code} is too much to be meant. Nothing was sent."),
    "ad_not_positive": mark("{amount} {code} is not above 0. Nothing was sent."),
    "ad_text_long": mark("The text has {given} characters, {most} is the most. Nothing was sent. Write it shorter."),
    "ad_window": mark("{given} minutes cannot be set: it takes 1 to {most}. Nothing was sent."),
    "ad_limits_order": mark(
        "The least, {least} {code}, is above the most, {most} {code}. Nothing was sent. Write the smaller number first."
    ),
    "ad_limits_beyond": mark(
        "The most per order, {most} {code}, is beyond the whole ad of {whole} {code}. Nothing was sent."
    ),
    "ad_bad_limits": mark("“{given}” is not understood. Nothing was sent. Write the least and the most: 100 5000"),
    "ad_bad_window": mark("“{given}” is no number of minutes. Nothing was sent. Write it like 15"),
    "not_our_ad": mark("Ad {ad} is none of ours. Nothing was sent. /ads all lists ours."),
    "ad_busy": mark("{who} is changing ad {ad} just now, and its result is not known yet. Nothing was sent. Wait."),
    "ad_busy_by_nobody": mark(
        "A change of ad {ad} is on its way, its result is not known yet. Nothing was sent. Wait."
    ),
    "ad_moved": mark("Ad {ad} changed meanwhile, nothing was sent. Different now: {parts}. Look and confirm anew."),
    "ad_step_over": mark("This step is over, nothing was sent by this tap. Begin anew: /ads"),
    "ad_step_used": mark("{who} has already pressed this. It was sent once; its card shows what became of it."),
    "ad_step_used_by_you": mark("You have already pressed this. It was sent once; its card shows what became of it."),
    "ad_step_used_by_nobody": mark("This was already pressed, nothing was sent by this tap. Look: /ads"),
    "ad_no_market": mark("Nobody else's ad of {pair} can be seen, so there is no rank to match. Nothing was sent."),
    "ad_none": mark("There is no such ad: {filter}. /ads all lists what there is."),
    "ads_none_online": mark("None of our ads is online at Gate now. Nothing was sent. /ads all lists them."),
    "ads_none_readable": mark(
        "{count} of our ads could not be read, none else can be moved. Nothing was sent. Look into the Gate app."
    ),
    "ads_none_to_bring_back": mark(
        "None of the ads that /ads off took offline is still offline. Nothing was sent. Open single ones: /ads all"
    ),
    "ads_moved": mark("Our ads changed meanwhile, nothing was sent. Look at them and confirm anew."),
}
AD_USAGE = {
    "ads": mark(
        "Write /ads, /ads online, /ads offline, /ads closed, /ads and an ad's number, /ads new, /ads off, /ads on "
        "or /ads auto"
    ),
    "price": mark("Write the price, and the ad's number if several are online: /price 7.21 or /price 7.21 2130000011"),
}
AD_CODES = {
    CONTENT_FILTER: mark(
        "Gate's text filter said no: “{words}”. Nothing was changed; your text is kept. Change it and send it again."
    ),
}
"""what the venue's own codes mean for an ad"""
NUMBERS = ("least", "whole", "amount")


def ad_facts(pen: Pen, reason: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts whose words are ours, or that must be made ready; empty for a reason that is none of these."""
    if reason not in AD_REASONS:
        return {}
    made = {name: _number(facts[name]) for name in NUMBERS if name in facts}
    if "most" in facts and "limit" not in facts:
        made["most"] = _number(facts["most"])
    if "ad" in facts:
        made["ad"] = tail(facts["ad"])
    if "parts" in facts:
        made["parts"] = Card(named(pen, facts["parts"].split(","))).plain
    if "filter" in facts:
        text = LISTED_FILTERS.get(facts["filter"])
        made["filter"] = pen.words(text) if text is not None else clean(facts["filter"], 20)
    return made


def _number(fact: str) -> str:
    """Digits grouped; what is no number stays as it came."""
    try:
        value = Decimal(fact)
    except InvalidOperation:
        return fact
    return tidy(value) if value.is_finite() and abs(value.adjusted()) < 10 * PRICE_PLACES else fact
