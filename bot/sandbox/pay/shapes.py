"""Pairs, previews, orders and balances as the wire shows them (contract sections 3, 3b and 6)."""

from collections.abc import Iterable
from decimal import Decimal

from bot.sandbox.pay.amounts import STEP, plain
from bot.sandbox.pay.answers import Json
from bot.sandbox.pay.book import Order, Quote
from bot.sandbox.pay.market import Market, Pair
from bot.sandbox.pay.variants import Variants

OWN_USER = 10002


def pair_row(market: Market, pair: Pair, sell: str, variants: Variants) -> Json:
    buy = pair.quote if sell == pair.base else pair.base
    sold, bought = market.coins[sell], market.coins[buy]
    return {
        "pair": pair.name,
        "sellCurrency": sell,
        "sellCurrencyMax": _bare(sold.most, variants),
        "sellCurrencyMin": _bare(sold.least, variants),
        "buyCurrency": buy,
        "buyCurrencyMax": _bare(bought.most, variants),
        "buyCurrencyMin": _bare(bought.least, variants),
    }


def preview(quote: Quote, variants: Variants) -> Json:
    keys = {"both": ("price", "rate"), "none": ()}.get(variants.rate_key, (variants.rate_key,))
    return {
        "sellCurrency": quote.sell,
        "buyCurrency": quote.buy,
        "buyAmount": _amount(quote.buy_amount, variants),
        "sellAmount": _amount(quote.sell_amount, variants),
        **{key: _amount(plain(quote.price), variants) for key in keys},
        "quoteId": quote.id,
    }


def order(shown: Order, own: str, variants: Variants) -> Json:
    as_text = variants.numbers == "strings"
    account = shown.quote.account
    user = OWN_USER if account == own else int(account)
    created = int(shown.created_at * 1000)
    return {
        "order_id": shown.id,
        "userId": str(user) if as_text else user,
        "sellCurrency": shown.quote.sell,
        "buyCurrency": shown.quote.buy,
        "sellAmount": _amount(amount_text(shown.sell_amount, variants), variants),
        "buyAmount": _amount(amount_text(shown.buy_amount, variants), variants),
        "status": str(shown.status) if as_text else shown.status,
        "rate": plain(shown.rate) if as_text else shown.rate,
        "quoteId": shown.quote.id,
        "createTime": str(created) if as_text else created,
    }


def balance_rows(balances: Iterable[tuple[str, Decimal]], variants: Variants) -> list[Json]:
    return [{"currency": code, "available": _bare(amount, variants)} for code, amount in balances]


def balance_map(balances: Iterable[tuple[str, Decimal]], variants: Variants) -> Json:
    return {code: _bare(amount, variants) for code, amount in balances}


def amount_text(amount: Decimal, variants: Variants) -> str:
    return f"{amount.quantize(STEP):f}" if variants.eight_decimals else plain(amount)


def _bare(amount: Decimal, variants: Variants) -> str | Decimal:
    return _amount(plain(amount), variants)


def _amount(text: str, variants: Variants) -> str | Decimal:
    return Decimal(text) if variants.numbers == "numbers" else text
