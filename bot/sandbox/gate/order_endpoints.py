"""Lists, details, and the three calls that move an order (contract 3.4 - 3.9)."""

from functools import partial

from bot.sandbox.gate import order_shapes, orders
from bot.sandbox.gate.calls import Call
from bot.sandbox.gate.fields import INVALID, WRONG_STATE, Json, Refusal
from bot.sandbox.gate.orders import CANCELLED, CLOSED, LIVE, REASONS, Order

_DAYS_BACK = 89 * 86400
_PENDING_STATUS = {"open": ("OPEN",), "paid": ("PAID",), "locked": ("LOCKED",)}
_COMPLETED_STATUS = {
    **_PENDING_STATUS,
    "closed": CLOSED,
    "cancel": CANCELLED,
    "completed": CLOSED + CANCELLED,
    "": CLOSED + CANCELLED,
}
_LARGEST_PAGE = 200


def get_pending_transaction_list(call: Call) -> Json:
    tab = call.fields.one_of("order_tab", ("pending", "dispute"), "pending") or "pending"
    status = call.fields.one_of("status", ("open", "paid", "locked", "dispute"))
    only_tab = call.venue.variants.dispute_tab_only
    chosen = []
    for order in _of_market(call):
        if tab == "dispute" or status == "dispute":
            fits = order.in_appeal
        else:
            fits = order.raw in LIVE and not (only_tab and order.in_appeal)
        if fits and (status in ("", "dispute") or order.raw in _PENDING_STATUS[status]):
            chosen.append(order)
    return _listing(call, chosen, len(chosen), history=False)


def get_completed_transaction_list(call: Call) -> Json:
    wanted = _COMPLETED_STATUS[call.fields.one_of("status", tuple(_COMPLETED_STATUS))]
    call.fields.integer("query_dispute", 0)
    page = max(1, call.fields.integer("page", 1))
    size = min(_LARGEST_PAGE, max(1, call.fields.integer("per_page", 10)))
    matching = [order for order in _of_market(call) if order.raw in wanted]
    chosen = matching[(page - 1) * size : page * size]
    count = len(chosen) if call.venue.variants.count_is_page else len(matching)
    return _listing(call, chosen, count, history=True)


def _of_market(call: Call) -> list[Order]:
    """Orders by the filters both lists share, newest first, as this answer sees them."""
    fields, now = call.fields, call.venue.seconds()
    asset, fiat = fields.needed("crypto_currency"), fields.needed("fiat_currency")
    side = fields.one_of("select_type", ("buy", "sell"))
    number = fields.integer("txid", 0)
    start, end = fields.integer("start_time", now - _DAYS_BACK), fields.integer("end_time", now + 86400)
    chosen = [
        call.seen(order)
        for order in call.venue.orders.values()
        if (order.asset, order.fiat) == (asset, fiat)
        and side in ("", order.side)
        and number in (0, order.id)
        and start <= order.created_at <= end
    ]
    return sorted(chosen, key=lambda order: (order.created_at, order.id), reverse=True)


def _listing(call: Call, chosen: list[Order], count: int, *, history: bool) -> Json:
    now, variants = call.venue.seconds(), call.venue.variants
    left = [order_shapes.countdown(order, now) for order in chosen]
    return {
        "list": [order_shapes.row(order, now, variants, history=history) for order in chosen],
        "trans_time": [{"od_time": str(each) if variants.stringly_typed else each} for each in left],
        "count": count,
        "exported_num": 0,
    }


def get_transaction_details(call: Call) -> Json:
    order = call.venue.order(call.fields.integer("txid"))
    call.fields.text("channel", "")
    seen = call.seen(order)
    return order_shapes.details(seen, call.venue.seconds(), call.venue.variants, call.files_url)


def confirm_payment(call: Call) -> Json:
    order = _target(call)
    method = call.fields.text("payment_method", "")
    if order.side != "buy":
        raise Refusal(WRONG_STATE)
    now = call.venue.seconds()
    call.venue.change(order, partial(orders.mark_paid, order, now, method), by_desk=True)
    return {}


def confirm_receipt(call: Call) -> Json:
    order = _target(call)
    if order.side != "sell":
        raise Refusal(WRONG_STATE)
    now = call.venue.seconds()
    call.venue.change(order, partial(orders.release, order, now, "desk"), by_desk=True)
    return {}


def cancel(call: Call) -> Json:
    order = _target(call)
    reason, memo = call.fields.text("reason_id", ""), call.fields.text("reason_memo", "")
    if (reason and reason not in REASONS) or (reason == "9" and not memo.strip()):
        raise Refusal(f"{INVALID}: reason_id")
    if not order.cancelable:
        raise Refusal(WRONG_STATE)
    now = call.venue.seconds()
    call.venue.change(order, partial(orders.cancel, order, now, "desk", reason, memo), by_desk=True)
    return {}


def _target(call: Call) -> Order:
    """Money calls name the order as text, unlike every other call."""
    return call.venue.order(call.fields.digits("trade_id" if call.venue.variants.trade_id else "txid"))
