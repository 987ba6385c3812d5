"""News of our ads: the sentences, and what is made ready for them."""

import re

from bot.domain.ad_edits import Part
from bot.domain.orders import Side
from bot.domain.situations import Notice
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import TEXTS, named, pair_name, tail, value_of
from bot.views.ad_move import why_words
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Rows, clean
from bot.views.pen import Pen

AD_NOTICES: dict[str, tuple[str, ...]] = {
    # ad, pair, side, who, what, rule (may be empty)
    "ad_changed": (
        mark("✅ Ad changed · {ad}"),
        mark("{name}"),
        mark("Gate shows: {what}"),
        mark("by {who}"),
        mark("by the rule of {ruler}"),
    ),
    # ad, pair, side, what, found, moved, who, rule (what, found, moved and rule may be empty)
    "ad_differs": (
        mark("🔴 Gate shows otherwise · {ad}"),
        mark("{name}"),
        mark("Wanted: {what}"),
        mark("Gate shows: {found}"),
        mark("Also different: {moved}"),
        mark("by {who}"),
        mark("by the rule of {ruler}"),
        mark("Look into the Gate app."),
    ),
    # ad, pair, side, what, who, rule (may be empty)
    "ad_unseen": (
        mark("🔴 Accepted, but unreadable · {ad}"),
        mark("{name}"),
        mark("Wanted: {what}"),
        mark("by {who}"),
        mark("by the rule of {ruler}"),
        mark("Gate does not show this ad to us."),
        mark("Look into the Gate app."),
    ),
    # ad, pair, side, who, what
    "ad_unknown": (
        mark("❓ No answer to a change · {ad}"),
        mark("{name}"),
        mark("Wanted: {what}"),
        mark("Not known whether it is changed."),
        mark("The desk looks; do not repeat it."),
        mark("by {who}"),
        mark("by the rule of {ruler}"),
    ),
    # ad, pair, side, who, what, since
    "ad_unknown_long": (
        mark("❓ Still not known · {ad}"),
        mark("{name}"),
        mark("since {since}"),
        mark("Wanted: {what}"),
        mark("Not known whether it is changed."),
        mark("Look into the Gate app."),
        mark("by {who}"),
        mark("by the rule of {ruler}"),
    ),
    # ad, pair, side, what
    "ad_changed_late": (
        mark("🔴 Changed after all · {ad}"),
        mark("{name}"),
        mark("Gate shows: {what}"),
        mark("It was held to have failed."),
        mark("Was it sent again meanwhile?"),
    ),
    # way, who, done, failed, unknown; skipped, unread, who and why may be empty
    "ads_moved_all": (
        mark("{moved_all}"),
        mark("🔴 Unreadable: {unread}, see Gate app"),
        mark("Failed: {failed}"),
        mark("Not known: {unknown}"),
        mark("Left as they were: {skipped}"),
        mark("by {who}"),
        mark("by the desk: {why}"),
    ),
    # why; online and unread may be empty
    "ads_off_offered": (
        mark("🙈 Take all ads offline?"),
        mark("Why: {why}"),
        mark("Online at Gate now: {online}"),
        mark("🔴 Unreadable: {unread}, see Gate app"),
        mark("Nothing was sent."),
    ),
    # why
    "ads_off_waits": (
        mark("🙈 Ads cannot go offline yet"),
        mark("Why: {why}"),
        mark("Gate does not answer."),
        mark("The desk tries until it does."),
        mark("Look into the Gate app."),
    ),
}
MOVED_ALL = {
    "off": mark("📴 Offline: Gate accepted {done} of {count}"),
    "on": mark("📢 Online: Gate accepted {done} of {count}"),
}
OTHER_MOVE = mark("📢 Ads: Gate accepted {done} of {count}")
COUNTED = ("done", "failed", "unknown", "skipped", "unread")
COUNTS = (*COUNTED, "online")
WITHOUT_NOUGHT = ("failed", "unknown", "skipped", "unread")
OPENS_CHANGE = frozenset({"ad_unknown", "ad_unknown_long"})
ONE_PART = re.compile(rf"({'|'.join(part.value for part in Part)})=(.*)", re.DOTALL)


def ad_notice_words(pen: Pen, notice: Notice) -> dict[str, str]:
    """Facts whose words are ours, or that must be fitted to a line."""
    facts = notice.facts
    made: dict[str, str] = {name: clean(facts[name], 12) for name in COUNTS if name in facts}
    made["name"] = _name(pen, facts)
    if "ad" in facts:
        made["ad"] = tail(facts["ad"])
    for name in ("what", "found"):
        if facts.get(name):
            made[name] = told_parts(pen, facts[name], facts.get("pair", ""))
    if facts.get("moved"):
        made["moved"] = Card(named(pen, facts["moved"].split(","))).plain
    if "why" in facts:
        made["why"] = Card(why_words(pen, facts["why"])).plain
    if "who" in facts:
        made["who"] = made["ruler"] = pen.staff(facts["who"])
    head = MOVED_ALL.get(facts.get("way", ""), OTHER_MOVE)
    made["moved_all"] = pen.words(head, done=made.get("done", "–"), count=_total(facts))
    return made


def _total(facts: dict[str, str]) -> str:
    counts = [facts[name] for name in COUNTED if facts.get(name, "").isdecimal()]
    return form.count(sum(map(int, counts))) if counts else "–"


def _name(pen: Pen, facts: dict[str, str]) -> str:
    pair = facts.get("pair", "")
    if facts.get("side") in {str(side) for side in Side}:
        return Card(pair_name(pen, Side(facts["side"]), pair)).plain
    return clean(pair, 25)


def told_parts(pen: Pen, fact: str, pair: str) -> str:
    """`price=7.21` for reading: `price 7.21 CNY`. Our texts are only named, because they may hold anything."""
    told: list[str] = []
    for piece in fact.split("; "):
        found = ONE_PART.fullmatch(piece)
        if found is None:
            told.append(clean(piece, 24))
            continue
        part = Part(found[1])
        name = Card(named(pen, [part])).plain
        if part in TEXTS:
            return pen.words(", ").join([*told, name])
        told.append(f"{name} {Card(value_of(pen, part, found[2], _code(part, pair))).plain}")
    return pen.words(", ").join(told)


def _code(part: Part, pair: str) -> str:
    asset, _, fiat = pair.partition("/")
    return {Part.PRICE: fiat, Part.AMOUNT: asset}.get(part, "")


def is_ad_line_left_out(notice: Notice, template: str) -> bool:
    """A line whose fact is empty says nothing, one of nought failures neither; a rule takes the place of a person."""
    facts = notice.facts
    if "{ruler}" in template:
        return not facts.get("rule")
    if "{who}" in template and (facts.get("rule") or not clean(facts.get("who", ""))):
        return True
    if any(f"{{{name}}}" in template and facts.get(name, "0") in ("", "0") for name in WITHOUT_NOUGHT):
        return True
    if "{name}" in template:
        return not facts.get("pair")
    if "{why}" in template and notice.kind == "ads_moved_all":
        return bool(facts.get("who")) or not facts.get("why")
    return any(f"{{{name}}}" in template and not facts.get(name) for name in ("what", "found", "moved", "online"))


def ad_notice_rows(pen: Pen, notice: Notice) -> Rows | None:
    """The button of such news; None for every other kind."""
    if notice.kind not in AD_NOTICES:
        return None
    if notice.kind in ("ads_off_offered", "ads_off_waits"):
        off = press(pen.words("All offline…"), Verb.ADS_ALL, "off", style="primary")
        return ((off,),) if pen.may(Right.ADS) else ()
    if notice.kind == "ads_moved_all":
        return ((press(pen.words("⬅ All ads"), Verb.ADS, "all", "0"),),)
    change, ad = notice.facts.get("change", ""), notice.facts.get("ad", "")
    if notice.kind in OPENS_CHANGE and FIELD.match(change):
        return ((press(pen.words("Open"), Verb.AD_CHANGE, change),),)
    return ((press(pen.words("Open the ad"), Verb.AD_OPEN, ad),),) if FIELD.match(ad) else ()
