"""`/ads`: our ads on one page, and the card of one of them."""

from bot.domain.ad_edits import Part, draft_of
from bot.domain.ad_views import AdList, AdView
from bot.domain.ads import Ad, AdState, AdStatus, Demands
from bot.domain.errors import NotAllowed
from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_auto import auto_card
from bot.views.ad_lines import (
    ad_name,
    excerpt,
    floating_words,
    limits_words,
    methods_words,
    parts_lines,
    percent_of,
    price_of,
    price_words,
    state_icon,
    state_words,
    tail,
    tidy,
    title,
    with_code,
)
from bot.views.ad_outcome import last_line
from bot.views.buttons import Verb, press
from bot.views.card import Button, Card, Markup, Rows, bold, code, escape, joined, width
from bot.views.convert_lines import choice
from bot.views.pen import LABEL_COLUMNS, WIDE_LABEL_COLUMNS, Pen, rows

__all__ = ["ad_card", "ad_list_card", "auto_card", "demand_lines"]

HOME = ("all", "0")
METHODS_IN_LIST = (3, 2, 1)
FILTERS = {
    "online": mark("online"),
    "offline": mark("offline"),
    "closed": mark("closed"),
    "all": mark("all"),
}
FILTER_BUTTONS = {
    "online": mark("Online"),
    "offline": mark("Offline"),
    "closed": mark("Closed"),
    "all": mark("All"),
}
NONE = {
    "online": mark("None of our ads is online."),
    "offline": mark("None of our ads is offline."),
    "closed": mark("None of our ads is closed."),
    "all": mark("There is no ad yet."),
}
STATUS_BUTTONS = {
    AdStatus.LISTED: mark("Put online…"),
    AdStatus.DELISTED: mark("Take offline…"),
    AdStatus.CLOSED: mark("Close…"),
}
LEADS_TO = {
    AdState.LISTED: (AdStatus.DELISTED, AdStatus.CLOSED),
    AdState.DELISTED: (AdStatus.LISTED, AdStatus.CLOSED),
    AdState.UNKNOWN: (AdStatus.LISTED, AdStatus.DELISTED),
    AdState.CLOSED: (),
}
PART_BUTTONS = {
    Part.PRICE: mark("Price…"),
    Part.OFFSET: mark("Offset…"),
    Part.AMOUNT: mark("Amount…"),
    Part.LIMITS: mark("Limits…"),
    Part.WINDOW: mark("Time to pay…"),
    Part.TERMS: mark("Terms…"),
    Part.AUTO_REPLY: mark("Auto reply…"),
}


def ad_list_card(found: AdList, reader: Reader) -> Card:
    """One page of our ads: side, pair, price and state of each, below it what is left, its limits and ways to pay."""
    pen = Pen(reader, found.seen_at)
    head = [bold(pen.say("Ads")), pen.words(FILTERS.get(found.wanted, FILTERS["all"]))]
    if found.wanted in found.counts:
        head.append(form.count(found.counts[found.wanted]))
    if found.page or found.has_more:
        head.append(pen.words("page {page}", page=form.count(found.page + 1)))
    lines = [joined(("📢", joined(head, " · ")), " ")]
    for ad in found.ads:
        lines += _list_lines(pen, ad)
    if not found.ads:
        lines.append(pen.say(NONE.get(found.wanted, NONE["all"])))
    if found.unreadable:
        lines.append(pen.say("{count} more cannot be read", count=form.count(found.unreadable)))
    lines.append(pen.say("Gate shows now, read {at}", at=pen.clock(found.seen_at, seconds=True)))
    return Card(joined(lines), _list_rows(pen, found))


def _list_lines(pen: Pen, ad: Ad) -> list[Markup]:
    """`🟢 ··3647 Sell USDT/CNY 7.21 online`, below it `1,200 · 100–5,000 CNY · Bank card`."""
    head = (state_icon(ad), tail(ad), bold(joined((ad_name(pen, ad), price_of(ad.price)), " ")), state_words(pen, ad))
    below = [
        joined((tidy(ad.amount), limits_words(ad), methods_words(pen, ad, most)), " · ") for most in METHODS_IN_LIST
    ]
    fitting = (line for line in below if width(Card(line).plain) <= WIDE_LABEL_COLUMNS)
    return [joined(head, " "), next(fitting, below[-1])]


def _list_rows(pen: Pen, found: AdList) -> Rows:
    opening = [_opens(ad) for ad in found.ads]
    pairs = [tuple(opening[at : at + 2]) for at in range(0, len(opening), 2)]
    before, after = form.count(found.page - 1), form.count(found.page + 1)
    newer = choice(pen.words("◀ Before"), Verb.ADS, found.wanted, before) if found.page > 0 else None
    older = choice(pen.words("After ▶"), Verb.ADS, found.wanted, after) if found.has_more else None
    others = tuple(
        press(pen.words(text), Verb.ADS, one, "0") for one, text in FILTER_BUTTONS.items() if one != found.wanted
    )
    refresh = choice(pen.words("Refresh"), Verb.ADS, found.wanted, form.count(found.page))
    return rows(*pairs, (newer, older), others[:3], *_lead_rows(pen), (refresh,))


def _lead_rows(pen: Pen) -> Rows:
    if not pen.may(Right.ADS):
        return ()
    off, on = (
        press(pen.words("All offline…"), Verb.ADS_ALL, "off"),
        press(pen.words("Back online…"), Verb.ADS_ALL, "on"),
    )
    return ((press(pen.words("New ad"), Verb.NEW_AD),), (off, on))


def _opens(ad: Ad) -> Button | None:
    label = f"{tail(ad)} {price_of(ad.price)}"
    return choice(label if width(label) <= LABEL_COLUMNS else tail(ad), Verb.AD_OPEN, ad.id)


def ad_card(view: AdView, reader: Reader, above: tuple[Markup, ...] = ()) -> Card:
    """Everything of one ad as the venue shows it; `above` are sentences under its first line."""
    pen, ad = Pen(reader, view.seen_at), view.ad
    first = title(state_icon(ad), joined((ad_name(pen, ad), state_words(pen, ad)), " · "), ad)
    lines = [first, *above, _price_line(pen, view)]
    if ad.floating is not None:
        lines.append(pen.say("Follows {what}", what=floating_words(pen, ad.floating)))
    lines += _amount_lines(pen, ad)
    lines.append(pen.say("Per order {limits}", limits=limits_words(ad)))
    lines.append(pen.say("Ways to pay: {methods}", methods=methods_words(pen, ad)))
    lines.append(pen.say("Time to pay: {number} min", number=form.count(ad.expire_minutes)))
    lines += _text_lines(pen, mark("Terms, {count} characters:"), mark("Terms: none"), ad.terms)
    lines += _text_lines(pen, mark("Auto reply, {count} characters:"), mark("Auto reply: none"), ad.auto_reply)
    lines += demand_lines(pen, ad.demands)
    if ad.is_out_of_time:
        lines.append(pen.say("⚠ Gate calls it out of time"))
    lines += _unread_lines(pen, ad)
    if view.last is not None:
        lines += last_line(pen, view.last)
    lines.append(pen.say("Ad number {number}", number=code(escape(ad.id))))
    lines.append(pen.say("Gate shows now, read {at}", at=pen.clock(view.seen_at, seconds=True)))
    card = Card(joined(lines), _ad_rows(pen, ad))
    return Card(card.text, card.rows, stands_for=ad_card(view, reader).digest) if above else card


def _price_line(pen: Pen, view: AdView) -> Markup:
    """With its place in the market, where the market shows it."""
    price = pen.say("Price {coins}", coins=bold(price_words(pen, view.ad)))
    if view.rank is None:
        return price
    total = form.count(view.others + 1)
    return joined((price, pen.say("rank {rank} of {total}", rank=form.count(view.rank), total=total)), " · ")


def _amount_lines(pen: Pen, ad: Ad) -> list[Markup]:
    left = with_code(tidy(ad.amount), ad.asset)
    lines = [pen.say("Left {coins}", coins=bold(left))]
    if ad.locked:
        lines.append(pen.say("In orders now: {coins}", coins=with_code(tidy(ad.locked), ad.asset)))
    return lines


def _text_lines(pen: Pen, head: str, none: str, text: str) -> list[Markup]:
    """How long it is, and its beginning."""
    if not text.strip():
        return [pen.say(none)]
    return [pen.say(head, count=form.count(len(text))), excerpt(pen, text)]


def demand_lines(pen: Pen, demands: Demands) -> list[Markup]:
    """What counterparties must bring, a line each; nothing where nothing is asked for."""
    told: list[tuple[str, int | None]] = [
        (mark("VIP {number} or higher"), demands.vip_tier or None),
        (mark("verification {number} or higher"), demands.verification or None),
        (mark("{number} days at Gate or more"), demands.registered_days or None),
        (mark("{number} orders completed or more"), demands.least_completed),
        (mark("{number} orders completed at most"), demands.most_completed),
        (mark("{number} open orders at most"), demands.open_orders),
    ]
    lines = [pen.say(text, number=form.count(number)) for text, number in told if number is not None]
    if demands.completion_percent is not None:
        share = percent_of(demands.completion_percent).lstrip("+")
        lines.append(pen.say("completion {percent} or more", percent=share))
    if demands.country is not None:
        lines.append(pen.say("country: {country}", country=escape(demands.country, 20)))
    lines += [pen.say("no other advertisers")] if demands.shuts_out_advertisers else []
    lines += [pen.say("with Gate's Polymarket limit")] if demands.limits_polymarket else []
    return [pen.say("Counterparties:"), *(joined(("–", line), " ") for line in lines)] if lines else []


def missing_parts(ad: Ad) -> tuple[str, ...]:
    """What cannot be read of it, without which an edit would lose something."""
    try:
        draft_of(ad)
    except NotAllowed as no:
        return tuple(no.facts.get("parts", "").split(","))
    return ()


def _unread_lines(pen: Pen, ad: Ad) -> list[Markup]:
    missing = missing_parts(ad)
    if not missing or ad.state is AdState.CLOSED:
        return []
    told = parts_lines(pen, mark("⚠ Cannot be read: {parts}"), missing)
    return [*told, pen.say("An edit would lose that: none here.")]


def _ad_rows(pen: Pen, ad: Ad) -> Rows:
    home = press(pen.words("⬅ All ads"), Verb.ADS, *HOME)
    refresh = choice(pen.words("Refresh"), Verb.AD_OPEN, ad.id)
    if not pen.may(Right.ADS):
        return rows((home, refresh))
    states = tuple(_status(pen, ad, status) for status in LEADS_TO[ad.state])
    parts = [choice(pen.words(PART_BUTTONS[part]), Verb.AD_ASK, ad.id, part.value) for part in editable(ad)]
    pairs = [tuple(parts[at : at + 2]) for at in range(0, len(parts), 2)]
    like = choice(pen.words("Publish like it"), Verb.NA_LIKE, ad.id)
    follow = choice(pen.words("Follow market…"), Verb.RP_NEW, ad.id) if Part.PRICE in editable(ad) else None
    return rows(states, *pairs, (like, follow), (home, refresh))


def editable(ad: Ad) -> tuple[Part, ...]:
    """The parts that an edit may touch; none where it would lose what cannot be read."""
    if ad.state is AdState.CLOSED or missing_parts(ad):
        return ()
    price = Part.PRICE if ad.floating is None else Part.OFFSET
    return (price, Part.AMOUNT, Part.LIMITS, Part.WINDOW, Part.TERMS, Part.AUTO_REPLY)


def _status(pen: Pen, ad: Ad, status: AdStatus) -> Button | None:
    return choice(pen.words(STATUS_BUTTONS[status]), Verb.AD_STATUS, ad.id, form.count(int(status)))
