"""The public market as text that a phone can hold: both sides around our own price."""

from decimal import ROUND_FLOOR, Decimal

from bot.domain.ads import MarketAd
from bot.domain.market import Market, MarketSide, Ranked
from bot.domain.money import Money
from bot.domain.orders import Side
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.ad_lines import tidy
from bot.views.buttons import FIELD, Verb, press
from bot.views.card import Card, Markup, bold, escape, joined
from bot.views.pen import Pen

ROWS = 5
ROUGH_FROM = 100
HEADS = {
    Side.SELL: mark("They sell {asset}"),
    Side.BUY: mark("They buy {asset}"),
}


def market_card(market: Market, reader: Reader) -> Card:
    """Sellers, buyers, the spread between them, and when it was read."""
    pen = Pen(reader, market.seen_at)
    title = pen.say("{asset}/{fiat} market", asset=market.asset, fiat=market.fiat)
    legend = pen.say("rank · price · {asset} left · {fiat} per order", asset=market.asset, fiat=market.fiat)
    lines = [joined(("📊", bold(title)), " "), legend]
    for side in (market.sellers, market.buyers):
        lines += _side(pen, side, market)
    if market.spread is not None and market.spread_percent is not None:
        gap = Money(market.spread, market.fiat)
        lines.append(
            pen.say("Spread {gap} ({percent})", gap=pen.money(gap), percent=form.percent(market.spread_percent))
        )
    lines.append(pen.say("read {at}", at=pen.clock(market.seen_at, seconds=True)))
    codes = (market.asset, market.fiat)
    is_pressable = all(FIELD.match(code) for code in codes)
    return Card(joined(lines), ((press(pen.words("Refresh"), Verb.MARKET, *codes),),) if is_pressable else ())


def _side(pen: Pen, side: MarketSide, market: Market) -> list[Markup]:
    lines = [bold(pen.say(HEADS[side.side], asset=market.asset))]
    if not side.rows:
        lines.append(pen.say("nobody"))
    for row in side.around(ROWS):
        lines += ([escape("⋯")] if row.is_gap_before else []) + [_row(row)]
    lines.append(_ours(pen, side))
    if side.unreadable:
        lines.append(pen.say("{count} more cannot be read", count=form.count(side.unreadable)))
    return lines


def _row(row: Ranked) -> Markup:
    """`▶ 3 · 7.21 · 1,200 · 100–5,000`: rank, price, surplus in coins, limits in fiat where they are told."""
    ad = row.ad
    parts = [f"{'▶ ' if row.is_ours else ''}{form.count(row.rank)}", form.plain_number(ad.price)]
    parts += [_rough(ad.amount)] if ad.amount is not None else []
    parts += [limits] if (limits := _limits(ad)) else []
    line = escape(" · ".join(parts), 60)
    return bold(line) if row.is_ours else line


def _limits(ad: MarketAd) -> str:
    if ad.fiat_least is not None and ad.fiat_most is not None:
        return f"{_rough(ad.fiat_least)}–{_rough(ad.fiat_most)}"
    if ad.least is not None and ad.most is not None:
        return f"{_rough(ad.least)}–{_rough(ad.most)} {ad.asset}"
    return ""


def _rough(value: Decimal) -> str:
    """Other people's figures in one line of a phone: from a hundred on without what is behind the point."""
    return tidy(value.to_integral_value(ROUND_FLOOR) if value >= ROUGH_FROM else value)


def _ours(pen: Pen, side: MarketSide) -> Markup:
    ranks = ", ".join(form.count(row.rank) for row in side.ours)
    if ranks:
        return pen.say("Ours: rank {ranks} of {total}", ranks=ranks, total=form.count(len(side.rows)))
    return pen.say("Ours is online, but not in this list") if side.ours_online else pen.say("None of ours is online")
