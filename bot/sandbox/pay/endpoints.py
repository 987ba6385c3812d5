"""The calls of convert and balance, for the merchant's own account and for sub-accounts (contract 3, 3b, 6)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.pay import shapes
from bot.sandbox.pay.amounts import read
from bot.sandbox.pay.book import CREATED, Order, Quote
from bot.sandbox.pay.calls import Call
from bot.sandbox.pay.refusals import INVALID, RATE_MOVED, WRONG_STATE, No
from bot.sandbox.pay.venue import OWN

_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)


def currencies(call: Call) -> object:
    call.side()
    return {"currency": list(call.venue.market.coins)}


def pairs(call: Call) -> object:
    """Both ways round, unless switched; `side` says what the asked currency is in the row."""
    wanted, side = call.query.get("currency", ""), call.side()
    if not wanted:
        raise No(INVALID, "missing currency")
    market, variants = call.venue.market, call.venue.variants
    rows = []
    for pair in market.pairs:
        for sell, buy in ((pair.base, pair.quote), (pair.quote, pair.base)):
            if variants.one_way_pairs and sell == pair.quote:
                continue
            if wanted in {"sell": (sell,), "buy": (buy,)}.get(side, (sell, buy)):
                rows.append(shapes.pair_row(market, pair, sell, variants))
    return rows


def preview(call: Call) -> object:
    """Balances are not looked at. An empty text counts as absent, as the vendor's own client sends it."""
    sell, buy = call.needed("sellCurrency"), call.needed("buyCurrency")
    sell_amount, buy_amount = call.text("sellAmount"), call.text("buyAmount")
    if bool(sell_amount) == bool(buy_amount):
        raise No(INVALID, "exactly one of buyAmount and sellAmount")
    given = read(sell_amount or buy_amount)
    if given is None:
        raise No(INVALID, "amounts are plain numbers above 0 of at most 8 decimals")
    quote = call.venue.quote(call.account, sell, buy, given, is_sell=bool(sell_amount))
    return shapes.preview(quote, call.venue.variants)


def convert(call: Call) -> object:
    venue = call.venue
    request_id, quote_id = call.needed("clientReqId"), call.needed("quoteId")
    if not _REQUEST_ID.fullmatch(request_id):
        raise No(INVALID, "clientReqId is letters, digits, - and _, at most 100")
    earlier = venue.orders_of(request_id)
    if earlier and venue.repeat == "refused":
        raise No(venue.variants.duplicate_code, "clientReqId used before")
    if earlier and venue.repeat == "same":
        if call.entry is not None:
            call.entry.repeated()
        return _shown(call, earlier[0])
    quote = venue.quotes.get(quote_id)
    if quote is None or quote.account != call.account:
        raise No(RATE_MOVED)
    if not earlier:
        if quote.used_by:
            raise No(WRONG_STATE, "quote used before")
        if venue.wall_clock() >= quote.ends_at:
            raise No(RATE_MOVED)
    _check_unchanged(call, quote)
    order = venue.execute(quote, request_id)
    if call.entry is not None:
        call.entry.done()
    return _shown(call, order)


def order(call: Call) -> object:
    wanted = call.query.get("orderId", "")
    if not wanted:
        raise No(INVALID, "missing orderId")
    found = call.venue.order(wanted, call.account)
    if call.stale is not None and found.status != CREATED:
        call.venue.faults.use(call.stale)
        found = found.as_created()
    return shapes.order(found, OWN, call.venue.variants)


def balance_query(call: Call) -> object:
    return {"balance_list": shapes.balance_rows(_held(call, ()), call.venue.variants)}


def balance_map(call: Call) -> object:
    return shapes.balance_map(_held(call, ()), call.venue.variants)


def balance_institution(call: Call) -> object:
    """The body is a bare array of currencies; an empty one asks for all."""
    wanted = call.body
    if not isinstance(wanted, list) or not all(isinstance(code, str) for code in wanted):
        raise No(INVALID, "the body is an array of currencies")
    return {"balanceList": shapes.balance_rows(_held(call, tuple(wanted)), call.venue.variants)}


def _held(call: Call, wanted: tuple[str, ...]) -> list[tuple[str, Decimal]]:
    held = call.venue.balances[call.account]
    return [(code, held.get(code, Decimal(0))) for code in wanted or held]


def _check_unchanged(call: Call, quote: Quote) -> None:
    """The five fields must be the preview's: codes as texts, amounts as numbers unless switched to texts."""
    for name, quoted in (("sellCurrency", quote.sell), ("buyCurrency", quote.buy)):
        if call.needed(name) != quoted:
            raise No(INVALID, f"{name} is not the quote's")
    for name, quoted in (("sellAmount", quote.sell_amount), ("buyAmount", quote.buy_amount)):
        given = call.needed(name)
        is_same = given == quoted if call.venue.variants.texts_exact else read(given) == Decimal(quoted)
        if not is_same:
            raise No(INVALID, f"{name} is not the quote's")


def _shown(call: Call, shown: Order) -> object:
    if call.entry is not None:
        call.entry.order_id = shown.id
    return shapes.order(shown, OWN, call.venue.variants)


@dataclass(frozen=True)
class Endpoint:
    """`path` without the institution prefix; `name` is what faults and counts call it; `families`: who has it."""

    name: str
    method: str
    path: str
    serve: Callable[[Call], object]
    families: tuple[str, ...] = (OWN, "institution")
    is_form: bool = False


ENDPOINTS = (
    Endpoint("currency", "GET", "/v1/pay/convert/currency", currencies),
    Endpoint("pair", "GET", "/v1/pay/convert/pair", pairs),
    Endpoint("preview", "POST", "/v1/pay/convert/preview", preview),
    Endpoint("convert", "POST", "/v1/pay/convert", convert),
    Endpoint("order", "GET", "/v1/pay/convert/order", order),
    Endpoint("balance", "GET", "/v1/pay/balance/query", balance_query, (OWN,)),
    Endpoint("balance", "GET", "/v1/pay/balance", balance_map, (OWN,)),
    Endpoint("balance", "POST", "/v1/balance", balance_institution, ("institution",)),
)
