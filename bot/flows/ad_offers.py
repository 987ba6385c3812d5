"""What the questions of a new ad are asked with: the market around a price, and our own payment methods."""

import asyncio
import re
from decimal import Decimal

from bot.domain.accounts import PayAccount, PaymentMethod
from bot.domain.ad_asking import Distance, Prices
from bot.domain.ad_forms import AdForm, Method, Step, is_asked
from bot.domain.errors import VenueError
from bot.domain.market import HUNDRED, median, off_percent
from bot.domain.masks import account_tail
from bot.domain.orders import Side
from bot.flows.desk import Desk, log

LONG_NUMBER = re.compile(r"\d(?:[ \-]?\d){4,}")


async def prices(desk: Desk, form: AdForm) -> Prices | None:
    """None when the market cannot be read now."""
    found = await _others(desk, form)
    if found is None:
        return None
    best = (min(found) if form.is_selling else max(found)) if found else None
    return Prices(best, median(found), len(found))


async def distance(desk: Desk, form: AdForm) -> Distance:
    """The form's price and the market of this moment, its offset and the desk's limit."""
    limit = desk.policy.price_far_percent
    is_offset_far = is_asked(Step.OFFSET, form.answers) and abs(Decimal(form.answer(Step.OFFSET) or 0)) > limit
    found = await _others(desk, form)
    if found is None:
        return Distance(None, None, is_far=True, is_offset_far=is_offset_far)
    price, middle = Decimal(form.answer(Step.PRICE)), median(found)
    best = (min(found) if form.is_selling else max(found)) if found else None
    is_far = middle is not None and abs(price - middle) * HUNDRED > middle * limit
    return Distance(Prices(best, middle, len(found)), off_percent(price, found), is_far, is_offset_far)


async def _others(desk: Desk, form: AdForm) -> list[Decimal] | None:
    side = Side.SELL if form.is_selling else Side.BUY
    try:
        found, mine = await asyncio.gather(
            desk.venue.market_ads(asset=form.asset, fiat=form.fiat, side=side),
            desk.venue.my_ads(asset=form.asset, fiat=form.fiat, side=side),
        )
    except VenueError as away:
        log.info("no market for a new ad: %s", away)
        return None
    own = {ad.id for ad in mine}
    return [ad.price for ad in found if ad.id not in own]


async def own_methods(desk: Desk, fiat: str, *, is_selling: bool) -> tuple[Method, ...]:
    """Our accounts for that currency, masked; who buys names kinds only. Raises VenueError."""
    found = await desk.venue.payment_methods(fiat=fiat)
    if not is_selling:
        return tuple({one.method: Method(one.method, "", _name(one)) for one in found}.values())
    return tuple(Method(one.method, account.id, _shown(one, account)) for one in found for account in accounts(one))


def accounts(method: PaymentMethod) -> list[PayAccount]:
    """Those that an ad can refer to; an id without its account is shown by nothing but the kind."""
    told = [account for account in method.accounts if account.id]
    known = {account.id for account in told}
    return told + [PayAccount(id=number, holder="", account="") for number in method.ids if number not in known]


def _name(method: PaymentMethod) -> str:
    return LONG_NUMBER.sub("…", method.name or method.method)[:24]


def _shown(method: PaymentMethod, account: PayAccount) -> str:
    """`ICBC ··8821`; an account too short to hide in shows nothing."""
    bank = LONG_NUMBER.sub("…", account.bank)[:16] or _name(method)
    return f"{bank} {account_tail(account.account)}".strip()
