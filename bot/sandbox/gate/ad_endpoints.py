"""Publishing, listing and closing ads (contract 3.10 - 3.14)."""

from bot.sandbox.gate import ad_shapes, publishing
from bot.sandbox.gate.ads import CLOSED, LISTED
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.fields import INVALID, Json, Refusal


def place_biz_push_order(call: Call) -> Json:
    """The new id is not told, as documented."""
    call.ad_id = str(publishing.publish(call.venue, call.fields).id)
    return {}


def ads_update_status(call: Call) -> Json:
    venue = call.venue
    number, status = call.fields.integer("adv_no"), call.fields.integer("adv_status")
    ad = venue.ads.get(number)
    if status == LISTED and ad.status not in (LISTED, CLOSED):
        venue.ad_rules.check_listed(len(venue.ads.listed(*ad.market)))
    call.ad_id = str(number)
    status = venue.ads.set_status(number, status)
    return {} if venue.variants.ad_status_unsaid else {"status": status}


def ads_detail(call: Call) -> Json:
    number, variants = call.fields.digits("adv_no"), call.venue.variants
    rival = call.venue.market.rivals.get(number)
    if rival is not None and variants.rival_details_shown:
        return ad_shapes.detail(rival, variants)
    ad = call.seen_ad(call.venue.ads.get(number))
    if ad is None:
        raise Refusal(f"{INVALID}: adv_no")
    return ad_shapes.detail(ad, variants)


def my_ads_list(call: Call) -> Json:
    asset, fiat = call.fields.text("asset", ""), call.fields.text("fiat_unit", "")
    side = call.fields.one_of("trade_type", ("buy", "sell"))
    venue, variants = call.venue, call.venue.variants
    known = [ad for ad in venue.ads.all() if venue.now() >= venue.ads.born(ad.id) + variants.new_ad_delay]
    seen = [ad for ad in map(call.seen_ad, known) if ad is not None]
    shown = [
        ad_shapes.own(ad, variants)
        for ad in seen
        if asset in ("", ad.asset)
        and fiat in ("", ad.fiat)
        and side in ("", ad.side)
        and (ad.status != CLOSED or variants.closed_ads_listed)
    ]
    return {"lists": shown}


def ads_list(call: Call) -> list[Json]:
    asset, fiat = call.fields.needed("asset"), call.fields.needed("fiat_unit")
    call.fields.needed("trade_type")
    side = call.fields.one_of("trade_type", ("buy", "sell"))
    variants = call.venue.variants
    listed = call.venue.market.listed(side, asset, fiat)[: variants.market_rows or None]
    return [ad_shapes.market(ad, index, variants) for index, ad in enumerate(listed, start=1)]
