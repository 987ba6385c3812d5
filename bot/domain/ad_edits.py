"""A change of one of our ads: what is wanted, what it makes of the ad, and whether the venue shows it.

Gate replaces a whole ad (`api/gate-c2c.md` §3.10), and no single answer holds all of it: `whole` joins the details
(§3.12) with the row of our list (§3.13), and `draft_of` is the one place that turns an ad into what an edit sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from bot.domain.ads import Ad, AdDraft, AdState, AdStatus, Floating, LimitBasis
from bot.domain.errors import NotAllowed
from bot.domain.money import plain

TEXT_CHARACTERS = 1000
PRICE_PLACES, COIN_PLACES, FIAT_PLACES, PERCENT_PLACES = 4, 8, 2, 2
MOST = Decimal("1e15")
LONGEST_WINDOW = 1440
HUNDRED = Decimal(100)
STATES = {AdStatus.LISTED: AdState.LISTED, AdStatus.DELISTED: AdState.DELISTED, AdStatus.CLOSED: AdState.CLOSED}
FROM_ROW = ("verification", "country")
"""what the details never carry (§3.12)"""


class Part(StrEnum):
    """What of an ad one change may touch."""

    STATUS = "status"
    PRICE = "price"
    OFFSET = "offset"
    AMOUNT = "amount"
    LIMITS = "limits"
    TERMS = "terms"
    AUTO_REPLY = "auto_reply"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One change of one ad; what is None stays as it is.

    `price` is fiat per coin of a fixed ad, `offset` the percent above (or below, negative) the reference of a floating
    one; `amount` coins; `limits` least and most per order in the ad's basis; `window` minutes to pay.
    """

    ad_id: str
    status: AdStatus | None = None
    price: Decimal | None = None
    offset: Decimal | None = None
    amount: Decimal | None = None
    limits: tuple[Decimal, Decimal] | None = None
    terms: str | None = None
    auto_reply: str | None = None
    window: int | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        given = {
            Part.STATUS: self.status, Part.PRICE: self.price, Part.OFFSET: self.offset, Part.AMOUNT: self.amount,
            Part.LIMITS: self.limits, Part.TERMS: self.terms, Part.AUTO_REPLY: self.auto_reply,
            Part.WINDOW: self.window,
        }  # fmt: skip
        return tuple(part for part, value in given.items() if value is not None)

    def as_facts(self) -> dict[str, str]:
        facts = {part.value: told(part, self) for part in self.parts}
        return facts | {"ad": self.ad_id}

    @classmethod
    def of(cls, facts: Mapping[str, str]) -> "Wanted":
        def number(part: Part) -> Decimal | None:
            return Decimal(facts[part]) if part in facts else None

        least, _, most = facts.get(Part.LIMITS, "").partition("~")
        return cls(
            ad_id=facts["ad"],
            status=AdStatus(int(facts[Part.STATUS])) if Part.STATUS in facts else None,
            price=number(Part.PRICE),
            offset=number(Part.OFFSET),
            amount=number(Part.AMOUNT),
            limits=(Decimal(least), Decimal(most)) if Part.LIMITS in facts else None,
            terms=facts.get(Part.TERMS),
            auto_reply=facts.get(Part.AUTO_REPLY),
            window=int(facts[Part.WINDOW]) if Part.WINDOW in facts else None,
        )


def told(part: Part, wanted: Wanted) -> str:
    """The wanted value as exact text."""
    if part is Part.STATUS:
        return str(int(wanted.status or 0))
    if part is Part.LIMITS:
        least, most = wanted.limits or (Decimal(0), Decimal(0))
        return f"{plain(least)}~{plain(most)}"
    value = {
        Part.PRICE: wanted.price, Part.OFFSET: wanted.offset, Part.AMOUNT: wanted.amount, Part.TERMS: wanted.terms,
        Part.AUTO_REPLY: wanted.auto_reply, Part.WINDOW: wanted.window,
    }[part]  # fmt: skip
    return plain(value) if isinstance(value, Decimal) else str(value)


def shown(part: Part, ad: Ad) -> str:
    """The same of an ad as it is; empty where the venue did not tell."""
    if part is Part.STATUS:
        return next((str(int(number)) for number, state in STATES.items() if state is ad.state), "")
    if part is Part.LIMITS:
        return "" if ad.limits is None else f"{plain(ad.limits[0])}~{plain(ad.limits[1])}"
    if part is Part.OFFSET:
        return "" if ad.floating is None else plain(signed_offset(ad.floating))
    value = {
        Part.PRICE: ad.price, Part.AMOUNT: ad.amount, Part.TERMS: ad.terms, Part.AUTO_REPLY: ad.auto_reply,
        Part.WINDOW: ad.expire_minutes,
    }[part]  # fmt: skip
    return plain(value) if isinstance(value, Decimal) else str(value)


def signed_offset(floating: Floating) -> Decimal:
    """Percent above the reference, below it negative."""
    return -floating.offset_percent if floating.is_discount else floating.offset_percent


def whole(details: Ad, row: Ad) -> Ad:
    """One ad from both of its answers: the details win, the row fills in what they never carry."""
    lacking = details.unread & set(FROM_ROW)
    demands = replace(
        details.demands,
        verification=row.demands.verification if "verification" in lacking else details.demands.verification,
        country=row.demands.country if "country" in lacking else details.demands.country,
    )
    methods = tuple(dict.fromkeys([*details.methods, *row.methods]))
    return replace(
        details,
        demands=demands,
        fiat_least=details.fiat_least if details.fiat_least is not None else row.fiat_least,
        fiat_most=details.fiat_most if details.fiat_most is not None else row.fiat_most,
        methods=methods,
        method_count=max(details.method_count, row.method_count, len(methods)),
        is_out_of_time=row.is_out_of_time,
        unread=details.unread - (lacking - row.unread),
    )


def draft_of(ad: Ad) -> AdDraft:
    """What an edit must send so that nothing changes. `amount` is what is left: assumption `ad_number_is_remaining`.

    Raises NotAllowed("ad_unread") when a part of the ad cannot be read: it would be lost.
    """
    unread = sorted(ad.unread) + (["methods"] if ad.method_count > len(ad.methods) or not ad.methods else [])
    if ad.limits is None:
        unread.append("limits")
    if unread or ad.limits is None:
        raise NotAllowed("ad_unread", {"ad": ad.id, "parts": ",".join(unread)})
    return AdDraft(
        side=ad.side,
        asset=ad.asset,
        fiat=ad.fiat,
        price=ad.price,
        amount=ad.amount,
        methods=ad.methods,
        least=ad.limits[0],
        most=ad.limits[1],
        basis=ad.basis,
        method_ids=ad.method_ids,
        floating=ad.floating,
        expire_minutes=ad.expire_minutes,
        terms=ad.terms,
        auto_reply=ad.auto_reply,
        demands=ad.demands,
        ad_id=ad.id,
    )


def with_change(ad: Ad, wanted: Wanted) -> AdDraft:
    """The whole ad with the change in it, checked. Raises NotAllowed; a change of status needs no draft."""
    check(ad, wanted)
    draft = draft_of(ad)
    if wanted.offset is not None and ad.floating is not None:
        floating = replace(ad.floating, offset_percent=abs(wanted.offset), is_discount=wanted.offset < 0)
        draft = replace(draft, floating=floating)
    least, most = wanted.limits or (draft.least, draft.most)
    draft = replace(
        draft,
        price=wanted.price if wanted.price is not None else draft.price,
        amount=wanted.amount if wanted.amount is not None else draft.amount,
        least=least,
        most=most,
        terms=draft.terms if wanted.terms is None else wanted.terms,
        auto_reply=draft.auto_reply if wanted.auto_reply is None else wanted.auto_reply,
        expire_minutes=wanted.window if wanted.window is not None else draft.expire_minutes,
    )
    # Of fiat limits alone the contract says that an edit is refused beyond what is left (§3.10)
    if wanted.limits is not None or wanted.amount is not None or ad.basis is LimitBasis.FIAT:
        check_limits(draft)
    return draft


def check(ad: Ad, wanted: Wanted) -> None:
    """Raises NotAllowed with the sentence's facts when this cannot be wanted of this ad."""
    about = {"ad": ad.id}
    if ad.state is AdState.CLOSED:
        raise NotAllowed("ad_closed", about)
    if not wanted.parts:
        raise NotAllowed("stale_button")
    if all(shown(part, ad) and is_same(part, shown(part, ad), told(part, wanted)) for part in wanted.parts):
        raise NotAllowed("ad_same", about)
    _check_price(ad, wanted)
    _check_texts(wanted, about)
    if wanted.amount is not None:
        check_number(wanted.amount, ad.asset, COIN_PLACES)
    for limit in wanted.limits or ():
        check_number(limit, ad.limit_code, FIAT_PLACES if ad.basis is LimitBasis.FIAT else COIN_PLACES)
    if wanted.window is not None and not 1 <= wanted.window <= LONGEST_WINDOW:
        raise NotAllowed("ad_window", about | {"given": str(wanted.window)[:10], "limit": str(LONGEST_WINDOW)})


def _check_texts(wanted: Wanted, about: dict[str, str]) -> None:
    for text in (wanted.terms, wanted.auto_reply):
        if text is not None and len(text) > TEXT_CHARACTERS:
            raise NotAllowed("ad_text_long", about | {"given": str(len(text)), "limit": str(TEXT_CHARACTERS)})


def _check_price(ad: Ad, wanted: Wanted) -> None:
    """A fixed price is fiat, a floating one an offset to its reference."""
    if wanted.price is not None:
        if ad.floating is not None:
            raise NotAllowed("ad_floats", {"ad": ad.id})
        check_number(wanted.price, ad.fiat, PRICE_PLACES)
    offset = wanted.offset
    if offset is None:
        return
    if ad.floating is None:
        raise NotAllowed("ad_fixed", {"ad": ad.id})
    if abs(offset) >= HUNDRED:
        raise NotAllowed("ad_offset", {"ad": ad.id, "given": plain(offset)[:20]})
    if offset:
        check_number(abs(offset), "%", PERCENT_PLACES)


def check_number(value: Decimal, code: str, places: int) -> None:
    """Raises NotAllowed for what is not above zero, finer than `places`, or beyond all measure."""
    if value <= 0:
        raise NotAllowed("ad_not_positive", {"amount": plain(value)[:40], "code": code})
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise NotAllowed("ad_too_precise", {"amount": plain(value)[:40], "code": code, "digits": str(places)})
    if value >= MOST:
        raise NotAllowed("ad_too_much", {"amount": plain(value)[:40], "code": code})


def check_limits(draft: AdDraft) -> None:
    """Least below most, and most within what the ad offers (§3.10)."""
    code = draft.fiat if draft.basis is LimitBasis.FIAT else draft.asset
    whole_ad = draft.amount * draft.price if draft.basis is LimitBasis.FIAT else draft.amount
    facts = {"least": plain(draft.least), "most": plain(draft.most), "code": code}
    if draft.least > draft.most:
        raise NotAllowed("ad_limits_order", facts)
    if draft.most > whole_ad:
        raise NotAllowed("ad_limits_beyond", facts | {"whole": plain(whole_ad)})


def has(ad: Ad, wanted: Wanted, before: Ad) -> bool:
    """Whether the venue now shows everything that was wanted of an ad that was `before`."""
    return all(_is_there(part, ad, wanted, before) for part in wanted.parts)


def held_since(before: Ad, now: Ad) -> Decimal:
    """The coins that orders have taken from what is left since then, as far as that can be told."""
    return max(now.locked - before.locked, Decimal(0))


def _is_there(part: Part, ad: Ad, wanted: Wanted, before: Ad) -> bool:
    now, then = shown(part, ad), told(part, wanted)
    if part is Part.AMOUNT and is_same(part, plain(ad.amount + held_since(before, ad)), then):
        return True
    return bool(now or not then) and is_same(part, now, then)


def is_same(part: Part, one: str, other: str) -> bool:
    """Equal as numbers where they are numbers; an empty one equals no number."""
    if part in (Part.TERMS, Part.AUTO_REPLY):
        return one.strip() == other.strip()
    if not one or not other:
        return False
    if part is Part.LIMITS:
        return [Decimal(side) for side in one.split("~")] == [Decimal(side) for side in other.split("~")]
    return Decimal(one) == Decimal(other)


def untouched(before: Ad, now: Ad, wanted: Wanted) -> bool:
    """Whether everything that was wanted to change is still as it was."""
    return all(shown(part, before) == shown(part, now) for part in wanted.parts)


def others_moved(before: Ad, now: Ad, wanted: Wanted) -> tuple[str, ...]:
    """What of an ad is not what it was although nobody wanted it. Orders take from the amount by themselves.

    Coins that left the amount and are in no order tell that the venue reads `number` otherwise than we do.
    """
    parts = wanted.parts
    was, are = facts_of(before, parts), facts_of(now, parts)
    if Part.OFFSET in parts:
        # The offset is a part of its own; of how the price floats the reference alone must stay
        was["floating"], are["floating"] = _reference(before), _reference(now)
    moved = tuple(name for name, value in was.items() if are.get(name) != value and name not in parts)
    is_edit = wanted.status is None and Part.AMOUNT not in parts
    return (*moved, Part.AMOUNT.value) if is_edit and _has_lost_coins(before, now) else moved


def _has_lost_coins(before: Ad, now: Ad) -> bool:
    """An order that ended has taken its coins from `locked`, not from what is left."""
    return now.amount < before.amount and now.amount + now.locked < before.amount + before.locked


def _reference(ad: Ad) -> str:
    return "" if ad.floating is None else str(int(ad.floating.reference))


def facts_of(ad: Ad, touched: tuple[Part, ...] = ()) -> dict[str, str]:
    """Everything of an ad that a change must keep, as exact text. What orders move is in it only when touched."""
    demands = ad.demands
    facts = {
        "side": ad.side.value,
        "pair": ad.pair,
        "status": ad.state.value,
        "limits": shown(Part.LIMITS, ad),
        "basis": str(int(ad.basis)),
        "methods": ",".join(sorted(ad.methods)),
        "method_ids": ",".join(f"{name}={number}" for name, number in sorted(ad.method_ids.items())),
        "floating": "" if ad.floating is None else f"{int(ad.floating.reference)}/{shown(Part.OFFSET, ad)}",
        "window": str(ad.expire_minutes),
        "terms": ad.terms,
        "auto_reply": ad.auto_reply,
        "demands": "/".join(
            str(value)
            for value in (
                demands.vip_tier, demands.verification, demands.registered_days, demands.least_completed,
                demands.most_completed, demands.completion_percent, demands.open_orders, demands.country,
                demands.shuts_out_advertisers, demands.limits_polymarket,
            )
        ),
    }  # fmt: skip
    if ad.floating is None:
        facts["price"] = plain(ad.price.normalize())
    if Part.AMOUNT in touched:
        facts["amount"] = plain(ad.amount.normalize())
    return facts
