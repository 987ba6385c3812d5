"""The calls of the OTC desk (contract section 4): O1 to O8, and O9, which is only there to be refused."""

from bot.sandbox.pay import otc_shapes as shapes
from bot.sandbox.pay.amounts import read
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.calls import Call
from bot.sandbox.pay.endpoints import Endpoint
from bot.sandbox.pay.otc_book import PROCESSING, OtcOrder, OtcQuote
from bot.sandbox.pay.refusals import INVALID, RESTRICTED, No
from bot.sandbox.pay.venue import OWN

PREFIX = "/withdraw/open/otc/api"
MOST_ROWS = 500
_SIDES = {"CRYPTO": "cryptoAmount", "FIAT": "fiatAmount"}


def quote(call: Call) -> object:
    desk = call.venue.otc
    crypto, fiat, side = call.needed("cryptoCurrency"), call.needed("fiatCurrency"), call.needed("side")
    if side not in _SIDES:
        raise No(INVALID, "side is CRYPTO or FIAT")
    _check_sale(call)
    given = read(call.needed(_SIDES[side]))
    if given is None:
        raise No(INVALID, f"{_SIDES[side]} is a plain number above 0 of at most 8 decimals")
    promotion = call.text("promotionCode")
    made = desk.quote(crypto, fiat, given, is_crypto=side == "CRYPTO", promotion=promotion)
    return shapes.quote(made, desk.variants)


def create(call: Call) -> object:
    token, number, bank_id = call.needed("quoteToken"), call.needed("clientOrderId"), _bank_id(call)
    for name in ("cryptoCurrency", "fiatCurrency", "cryptoAmount", "fiatAmount"):
        call.needed(name)
    _check_sale(call)
    order = call.venue.otc.create(token, number, bank_id, lambda quote: _check_unchanged(call, quote))
    if call.entry is not None:
        call.entry.done()
        call.entry.order_id = order.id
    call.venue.otc.tick()
    return shapes.created(order)


def detail(call: Call) -> object:
    desk = call.venue.otc
    order_id, number = call.query.get("orderId", ""), call.query.get("clientOrderId", "")
    if desk.variants.detail_by == "order_id":
        number = ""
    if not order_id and not number:
        raise No(INVALID, "missing orderId")
    found = desk.find(order_id, number)
    if call.stale is not None and found.status != PROCESSING:
        call.venue.faults.use(call.stale)
        return shapes.order(found, desk.variants) | {"status": PROCESSING}
    return shapes.order(found, desk.variants)


def listed(call: Call) -> object:
    """Newest first."""
    variants = call.venue.otc.variants
    page, size = _whole(call, "page", 1), _whole(call, "pageSize", 10)
    if size > MOST_ROWS:
        raise No(INVALID, f"pageSize is at most {MOST_ROWS}")
    rows = [order for order in reversed(call.venue.otc.orders.values()) if _is_wanted(call, order)]
    part = rows[(page - 1) * size : page * size]
    data = [shapes.order(order, variants, variants.list_id) for order in part]
    return {"page": page, "pageSize": size, "total": len(rows), "data": data}


def countries(_: Call) -> object:
    return shapes.countries()


def add_bank(call: Call) -> object:
    if call.form is None:
        raise No(INVALID, "a form is expected")
    account = call.venue.otc.banks.add(call.form)
    wanted = call.venue.otc.variants.supplement
    more = {} if wanted == "absent" else {"needSupplementMaterial": wanted == "yes"}
    return {"bankAccountId": account.id, **more}


def banks(call: Call) -> object:
    """All four filters are fuzzy: a part in any case."""
    asked = {name: call.query.get(name, "").casefold() for name in ("bankAccountName", "iban", "swift", "bankName")}
    rows: list[Json] = []
    for account in call.venue.otc.banks.accounts.values():
        facts = {"bankAccountName": account.holder, "iban": account.iban, "swift": account.swift}
        facts["bankName"] = account.bank
        if all(part in facts[name].casefold() for name, part in asked.items()):
            rows.append(shapes.bank(account, call.venue.otc.variants))
    return rows


def delete_bank(call: Call) -> object:
    call.venue.otc.banks.delete(_bank_id(call))
    return {}


def supplement(_: Call) -> object:
    raise No(RESTRICTED, "further material is handed in at the merchant console")


def _check_sale(call: Call) -> None:
    if call.needed("type") != shapes.SALE:
        raise No(INVALID, "type is SELL here")


def _check_unchanged(call: Call, quote: OtcQuote) -> None:
    """Currencies as texts, amounts as numbers."""
    for name, code in (("cryptoCurrency", quote.crypto), ("fiatCurrency", quote.fiat)):
        if call.needed(name) != code:
            raise No(INVALID, f"{name} is not the quote's")
    for name, amount in (("cryptoAmount", quote.crypto_amount), ("fiatAmount", quote.fiat_amount)):
        if read(call.needed(name)) != amount:
            raise No(INVALID, f"{name} is not the quote's")


def _bank_id(call: Call) -> str:
    """Text or number: the samples have both."""
    value = call.body.get("bankAccountId") if isinstance(call.body, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise No(INVALID, "missing bankAccountId")
    return str(value)


def _whole(call: Call, name: str, otherwise: int) -> int:
    value = call.body.get(name, otherwise) if isinstance(call.body, dict) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise No(INVALID, f"{name} is a whole number above 0")
    return value


def _is_wanted(call: Call, order: OtcOrder) -> bool:
    facts = {
        "status": order.status,
        "type": shapes.SALE,
        "cryptoCurrency": order.quote.crypto,
        "fiatCurrency": order.quote.fiat,
        "clientOrderId": order.client_order_id,
    }
    if any(call.text(name) not in ("", fact) for name, fact in facts.items()):
        return False
    start, end = (_moment(call, name) for name in ("startTime", "endTime"))
    created = int(order.created_at * 1000)
    return (start is None or created >= start) and (end is None or created <= end)


def _moment(call: Call, name: str) -> int | None:
    """A text of milliseconds."""
    text = call.text(name)
    if text and not (text.isascii() and text.isdecimal()):
        raise No(INVALID, f"{name} is a time in ms, as text")
    return int(text) if text else None


OTC_ENDPOINTS = (
    Endpoint("otc_quote", "POST", f"{PREFIX}/v1/quote", quote, (OWN,)),
    Endpoint("otc_create", "POST", f"{PREFIX}/order/create", create, (OWN,)),
    Endpoint("otc_order", "GET", f"{PREFIX}/order/detail", detail, (OWN,)),
    Endpoint("otc_list", "POST", f"{PREFIX}/order/list", listed, (OWN,)),
    Endpoint("bank_countries", "GET", f"{PREFIX}/bank/country/list", countries, (OWN,)),
    Endpoint("bank_create", "POST", f"{PREFIX}/bank/create", add_bank, (OWN,), is_form=True),
    Endpoint("bank_list", "GET", f"{PREFIX}/bank/list", banks, (OWN,)),
    Endpoint("bank_delete", "POST", f"{PREFIX}/bank/delete", delete_bank, (OWN,)),
    Endpoint("bank_supplement", "POST", f"{PREFIX}/bank/material/supplement", supplement, (OWN,), is_form=True),
)
