"""`place_biz_push_order`: a request read by its documented shape, held against the rules, and kept (contract 3.10)."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.sandbox.gate.ad_rules import CONTENT_RISK, AdRules
from bot.sandbox.gate.ads import CLOSED, LISTED, Ad, plain, priced
from bot.sandbox.gate.chats import offers_contact
from bot.sandbox.gate.fields import INVALID, WRONG_STATE, Fields, Json, Refusal, is_amount
from bot.sandbox.gate.people import PAY_NAMES
from bot.sandbox.gate.venue import GateVenue


def publish(venue: GateVenue, fields: Fields) -> Ad:
    """Type "0"/"1" publishes for sale or purchase, "2"/"3" edits.

    The documents do not say what becomes of a field that an edit leaves out. The venue resets it to what a new ad
    would have, since that is what hurts a desk that forgets one; the variant `edit_keeps_left_out` keeps it.
    """
    operation = fields.one_of("type", ("0", "1", "2", "3"))
    side = "sell" if operation in ("0", "2") else "buy"
    current = _edited(venue, fields, side) if operation in ("2", "3") else None
    if current is not None and venue.variants.edit_keeps_left_out:
        fields = fields.over(request_of(current))
    ad = _asked(venue, fields, side)
    _check_content(fields, venue.ad_rules)
    reference = venue.market.reference(ad.asset, ad.fiat)
    venue.ad_rules.check(ad, reference)
    ad = _replaced(venue, ad, current) if current is not None else _new(venue, ad)
    if venue.variants.ad_price_moved and ad.rate_fixed:
        ad = priced(ad, venue.market.rounded(Decimal(ad.price) + venue.market.tick(ad.fiat), ad.fiat))
    venue.ads.keep(venue.market.floated(ad), by_desk=True)
    return ad


def _new(venue: GateVenue, ad: Ad) -> Ad:
    venue.ad_rules.check_listed(len(venue.ads.listed(*ad.market)))
    return replace(ad, id=venue.ads.take_id())


def _replaced(venue: GateVenue, ad: Ad, current: Ad) -> Ad:
    """The edited ad. Whether `number` means what is left or the whole is not documented: variant `ad_number`."""
    amount = ad.amount
    if venue.variants.ad_number == "total":
        amount = f"{max(Decimal(amount) - Decimal(current.locked) - Decimal(current.traded), Decimal(0)):f}"
    status = LISTED if venue.variants.edit_relists else current.status
    return replace(
        ad,
        id=current.id,
        amount=amount,
        created_at=current.created_at,
        status=status,
        locked=current.locked,
        traded=current.traded,
    )


def _edited(venue: GateVenue, fields: Fields, side: str) -> Ad:
    ad = venue.ads.get(fields.digits("oid"))
    if ad.side != side:
        raise Refusal(f"{INVALID}: type")
    if ad.limit_basis != fields.integer("limitBasis", 0):
        raise Refusal(f"{INVALID}: limitBasis")
    if ad.status == CLOSED:
        raise Refusal(WRONG_STATE)
    return ad


def _check_content(fields: Fields, rules: AdRules) -> None:
    texts = {name: fields.text(name, "") for name in ("trade_tips", "auto_reply")}
    found = {name: offers_contact(text) or rules.offends(text) for name, text in texts.items()}
    if not any(found.values()):
        return
    event: Json = {
        "type": "modal",
        "title": "notice",
        "msg": "remove contact details",
        "action": [{"action_type": "close", "title": "ok", "mainly": 0, "action_data": {}}],
        "content_risk_type": "_".join(name for name, hit in found.items() if hit),
        **{name: "contact details found" if hit else "" for name, hit in found.items()},
    }
    raise Refusal("risk control", CONTENT_RISK, {"risk_code": 0, "risk_event": event})


def _asked(venue: GateVenue, fields: Fields, side: str) -> Ad:
    """The ad of the request, still without a number of its own."""
    price, amount, basis = _positive(fields, "unitPrice"), _positive(fields, "number"), fields.integer("limitBasis", 0)
    pay_types = tuple(part.strip() for part in fields.needed("payType").split(",") if part.strip())
    _check_pay_types(venue, side, pay_types)
    low, high, fiat_low, fiat_high = _limits(fields, basis, Decimal(price), Decimal(amount))
    wholes: Json = {fact: _whole(fields, name, default) for fact, (name, default) in WHOLES.items()}
    return Ad(
        id=0,
        side=side,
        asset=fields.needed("currencyType"),
        fiat=fields.needed("exchangeType"),
        price=price,
        amount=amount,
        min_amount=low,
        max_amount=high,
        fiat_min_amount=fiat_low,
        fiat_max_amount=fiat_high,
        pay_types=pay_types,
        pay_type_json=_checked_methods(venue, fields.text("pay_type_json", "{}"), pay_types),
        created_at=venue.seconds(),
        limit_basis=basis,
        trade_tips=fields.text("trade_tips", ""),
        auto_reply=fields.text("auto_reply", ""),
        team_payment_uid=fields.text("team_payment_uid", ""),
        rate_offset=_offset(fields),
        polymarket_limit=fields.integer("polymarket_limit", 0),
        **wholes,
    )


# The fact of an ad -> the request's field, and what a field left out means.
WHOLES = {
    "rate_fixed": ("rateFixed", "1"),
    "rate_ref_id": ("rateReferenceId", "-1"),
    "float_trend": ("float_trend", "0"),
    "expire_min": ("expire_min", "15"),
    "tier_limit": ("tierLimit", "0"),
    "verified_limit": ("verifiedLimit", "0"),
    "reg_time_limit": ("regTimeLimit", "0"),
    "advertisers_limit": ("advertisersLimit", "0"),
    "min_completed_limit": ("min_completed_limit", "-1"),
    "max_completed_limit": ("max_completed_limit", "-1"),
    "completed_rate_limit": ("completed_rate_limit", "-1"),
    "user_orders_limit": ("user_order_limit", "-1"),
    "user_country_limit": ("user_country_limit", "-1"),
}


def request_of(ad: Ad) -> Json:
    """The request that would make an ad exactly this one, apart from `type` and `oid`."""
    names = ("fiatMinAmount", "fiatMaxAmount") if ad.limit_basis else ("minAmount", "maxAmount")
    low, high = (ad.fiat_min_amount, ad.fiat_max_amount) if ad.limit_basis else (ad.min_amount, ad.max_amount)
    return {
        "currencyType": ad.asset,
        "exchangeType": ad.fiat,
        "unitPrice": ad.price,
        "number": ad.amount,
        "payType": ",".join(ad.pay_types),
        "pay_type_json": ad.pay_type_json,
        "limitBasis": ad.limit_basis,
        names[0]: low,
        names[1]: high,
        "trade_tips": ad.trade_tips,
        "auto_reply": ad.auto_reply,
        "team_payment_uid": ad.team_payment_uid,
        "rateOffset": ad.rate_offset,
        "polymarket_limit": ad.polymarket_limit,
        **{name: str(getattr(ad, fact)) for fact, (name, _) in WHOLES.items()},
    }


def _limits(fields: Fields, basis: int, price: Decimal, amount: Decimal) -> tuple[str, str, str, str]:
    """Crypto limits and fiat limits, the missing pair worked out from the given one."""
    if basis not in (0, 1):
        raise Refusal(f"{INVALID}: limitBasis")
    names = ("fiatMinAmount", "fiatMaxAmount") if basis else ("minAmount", "maxAmount")
    low, high = _positive(fields, names[0]), _positive(fields, names[1])
    whole = amount * price if basis else amount
    if Decimal(low) > Decimal(high):
        raise Refusal(f"{INVALID}: {names[0]} is above {names[1]}")
    if Decimal(high) > whole:
        raise Refusal(f"{INVALID}: {names[1]} is above the whole")
    if basis:
        return plain(Decimal(low) / price), plain(Decimal(high) / price), low, high
    return low, high, plain(Decimal(low) * price), plain(Decimal(high) * price)


def _check_pay_types(venue: GateVenue, side: str, pay_types: tuple[str, ...]) -> None:
    """Who sells must have such an account; who buys may name whatever the venue knows."""
    own = {method.pay_type for method in venue.account.methods}
    known = own if side == "sell" else own | set(PAY_NAMES)
    if not pay_types or not set(pay_types) <= known:
        raise Refusal(f"{INVALID}: payType")


def _checked_methods(venue: GateVenue, text: str, pay_types: tuple[str, ...]) -> str:
    try:
        chosen: Any = json.loads(text or "{}")
    except ValueError:
        chosen = None
    if not isinstance(chosen, dict) or not all(
        kind in pay_types and isinstance(number, str) and number in venue.account.ids_of(kind)
        for kind, number in chosen.items()
    ):
        raise Refusal(f"{INVALID}: pay_type_json")
    return text or "{}"


def _positive(fields: Fields, name: str) -> str:
    text = fields.needed(name)
    if not is_amount(text):
        raise Refusal(f"{INVALID}: {name}")
    return text


def _offset(fields: Fields) -> str:
    """Percent; "0" when not given."""
    text = fields.text("rateOffset", "0") or "0"
    if not is_amount(text) and text.strip("0.") != "":
        raise Refusal(f"{INVALID}: rateOffset")
    return text


def _whole(fields: Fields, name: str, default: str) -> int:
    text = fields.text(name, default) or default
    try:
        return int(text)
    except ValueError:
        raise Refusal(f"{INVALID}: {name}") from None
