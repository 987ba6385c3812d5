"""News of the OTC desk and of callbacks: the sentences, and what is made ready for them."""

import re

from bot.domain.money import Money, parse_amount
from bot.domain.off_ramps import FIATS
from bot.domain.situations import Notice
from bot.domain.staff import Right
from bot.texts import mark
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Rows, clean
from bot.views.otc_lines import bank_words
from bot.views.pen import Pen

OTC_NOTICES: dict[str, tuple[str, ...]] = {
    # request, who, amount, other
    "otc_asked": (
        mark("🙋 {who} asks a lead to sell"),
        mark("{wished}"),
        mark("You take a quote of your own."),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, fee and final (may be empty)
    "otc_done": (
        mark("✅ Off-ramp done"),
        mark("Sold {sell}"),
        mark("Quoted {get} before fee"),
        mark("Bank got: {final}"),
        mark("Fee: {fee}"),
        mark("{bank}"),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, why
    "otc_failed": (
        mark("❌ An off-ramp failed at Gate"),
        mark("Sell {sell}"),
        mark("Bank gets {get} before fee"),
        mark("{bank}"),
        mark("Why: {why}"),
        mark("See in Gate Pay where the coins are."),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank
    "otc_unknown": (
        mark("❓ No answer to an off-ramp"),
        mark("Sell {sell}"),
        mark("Bank gets {get} before fee"),
        mark("{bank}"),
        mark("by {who}"),
        mark("It may be done, or not."),
        mark("Do not sell it in Gate Pay."),
        mark("The desk looks by itself."),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, by_word (may be empty)
    "otc_void": (
        mark("↩ This off-ramp did not happen"),
        mark("Sell {sell}"),
        mark("{bank}"),
        mark("{looked}"),
        mark("Nothing was sold."),
        mark("by {who}"),
        mark("asked for by {asked}"),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, since
    "otc_unknown_long": (
        mark("❓ Still no answer to an off-ramp"),
        mark("since {since}"),
        mark("Sell {sell}"),
        mark("Bank gets {get} before fee"),
        mark("{bank}"),
        mark("by {who}"),
        mark("It may be done, or not."),
        mark("Look into Gate Pay, then settle it."),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, status
    "otc_odd": (
        mark("⚠ Off-ramp: an unexpected word"),
        mark("Sell {sell}"),
        mark("Bank gets {get} before fee"),
        mark("{bank}"),
        mark("Gate's status: {status}"),
        mark("The desk goes on looking."),
        mark("See in Gate Pay what it means."),
        mark("by {who}"),
    ),
    # off_ramp, who, asked (may be empty), sell, get, bank, status, since
    "otc_stuck": (
        mark("⏳ An off-ramp comes to no end"),
        mark("since {since}"),
        mark("Sell {sell}"),
        mark("Bank gets {get} before fee"),
        mark("{bank}"),
        mark("Gate's status: {status}"),
        mark("See in Gate Pay what holds it up."),
        mark("by {who}"),
    ),
    # kind, id, status
    "callback_other": (
        mark("📨 Gate Pay reports something else"),
        mark("Kind: {kind}"),
        mark("Id {id}"),
        mark("Status: {status}"),
        mark("It is no off-ramp of this desk."),
        mark("Nothing done; look into Gate Pay."),
    ),
}
WISHED = {
    False: mark("Sell {amount} for {other}"),
    True: mark("Bank gets {amount} for {other}"),
}
UNTOUCHED = {
    False: mark("Gate knows no such order."),
    True: mark("A lead looked: no such order."),
}
"""whether a lead's word settled it: how it is known that nothing happened"""
OPENS = ("otc_failed", "otc_unknown", "otc_unknown_long", "otc_odd", "otc_stuck")
WITHOUT_REASON = re.compile(r"order \S+: [A-Z]+\Z")
"""the desk's own words for an order that failed without any of the venue's"""


def otc_words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours, or that must be fitted to a line."""
    facts = notice.facts
    made: dict[str, str] = {}
    if "bank" in facts:
        made["bank"] = bank_words(facts["bank"])
    if notice.kind == "otc_asked":
        made["wished"] = _wished(pen, facts.get("amount", ""), facts.get("other", ""))
    if notice.kind == "otc_void":
        made["looked"] = pen.words(UNTOUCHED[bool(facts.get("by_word"))])
    if notice.kind == "otc_done":
        made |= {name: facts.get(name) or pen.words("not told by Gate") for name in ("fee", "final")}
    if notice.kind == "otc_failed" and (not facts.get("why") or WITHOUT_REASON.match(facts["why"])):
        made["why"] = pen.words("not told by Gate")
    return made


def _wished(pen: Pen, amount: str, other: str) -> str:
    """Which side was named is told by its currency."""
    number, _, code = amount.partition(" ")
    shown = pen.money(Money(parse_amount(number), code)) if code and _is_number(number) else amount
    return pen.words(WISHED[code in FIATS], amount=shown, other=clean(other, 12) or "–")


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,40}(\.\d{1,40})?", text, re.ASCII))


def otc_rows(pen: Pen, notice: Notice) -> Rows | None:
    """The buttons of such news; None for every other kind."""
    if notice.kind not in OTC_NOTICES:
        return None
    request, off_ramp = notice.facts.get("request", ""), notice.facts.get("off_ramp", "")
    if notice.kind == "otc_asked" and FIELD.match(request) and pen.may(Right.OFF_RAMP) and not pen.reader.is_group:
        return ((press(pen.words("Take a quote"), Verb.OT_LEAD, request, style="primary"),),)
    if notice.kind in OPENS and FIELD.match(off_ramp):
        return ((press(pen.words("Open"), Verb.OT_OPEN, off_ramp),),)
    return ()
