"""Publishing, listing and closing ads (contract 3.10 - 3.14)."""

from decimal import Decimal

from bot.sandbox.gate import ad_shapes
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.fields import Json


def place_biz_push_order(call: Call) -> Json:
    call.venue.ads.publish(call.fields, call.venue.seconds(), call.venue.account.ids_of)
    return {}


def ads_update_status(call: Call) -> Json:
    number, status = call.fields.integer("adv_no"), call.fields.integer("adv_status")
    return {"status": call.venue.ads.set_status(number, status)}


def ads_detail(call: Call) -> Json:
    return ad_shapes.detail(call.venue.ads.get(call.fields.digits("adv_no")))


def my_ads_list(call: Call) -> Json:
    asset, fiat = call.fields.text("asset", ""), call.fields.text("fiat_unit", "")
    side = call.fields.one_of("trade_type", ("buy", "sell"))
    shown = [
        ad_shapes.own(ad)
        for ad in call.venue.ads.all()
        if asset in ("", ad.asset) and fiat in ("", ad.fiat) and side in ("", ad.side) and ad.status != 4
    ]
    return {"lists": shown}


def ads_list(call: Call) -> list[Json]:
    asset, fiat = call.fields.needed("asset"), call.fields.needed("fiat_unit")
    call.fields.needed("trade_type")
    side = call.fields.one_of("trade_type", ("buy", "sell"))
    listed = [
        ad
        for ad in (*call.venue.ads.all(), *call.venue.rival_ads)
        if (ad.asset, ad.fiat, ad.side, ad.status) == (asset, fiat, side, 1)
    ]
    # The side is the advertiser's: what sells is best when cheap, what buys is best when dear.
    listed.sort(key=lambda ad: Decimal(ad.price), reverse=side == "buy")
    return [ad_shapes.market(ad, index) for index, ad in enumerate(listed, start=1)]
