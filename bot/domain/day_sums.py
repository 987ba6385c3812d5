"""A day's ledger added up: exactly, in whatever order it comes in, and never across coins or currencies."""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce

from bot.domain.day import (
    HOUR_MS,
    Account,
    Act,
    Counts,
    DayOrder,
    DayReport,
    Deal,
    DealKind,
    DealTally,
    HourTally,
    Ledger,
    OpenTally,
    Outcome,
    PersonTally,
    Span,
    Tally,
    added,
)
from bot.domain.intents import Action
from bot.domain.money import Money
from bot.domain.orders import Phase, Side


def sum_up(ledger: Ledger) -> DayReport:
    """The report of a day. The order of what comes in does not matter."""
    done = [order for order in ledger.ended if order.phase is Phase.FINISHED]
    return DayReport(
        span=ledger.span,
        read_at=ledger.read_at,
        counts=_counts(ledger, done),
        traded=_tallies(done, with_accounts=False),
        accounts=_tallies(done, with_accounts=True),
        people=_people(ledger.acts),
        open=_open(ledger.open),
        deals=_deals(ledger.deals),
        hours=_hours(ledger.span, done),
    )


def _counts(ledger: Ledger, done: list[DayOrder]) -> Counts:
    oldest = min(ledger.open, key=lambda order: (order.created_at, order.id), default=None)
    cancelled = [order for order in ledger.ended if order.phase is Phase.CANCELLED]
    ours = sum(order.is_ours_cancelled for order in cancelled)
    return Counts(
        sold=sum(order.side is Side.SELL for order in done),
        bought=sum(order.side is Side.BUY for order in done),
        outside=_ids(order for order in done if order.is_outside),
        open=len(ledger.open),
        oldest=None if oldest is None else (oldest.id, oldest.created_at),
        paid=_ids(order for order in ledger.open if order.phase is Phase.PAID),
        locked=_ids(order for order in (*ledger.ended, *ledger.open) if order.is_locked),
        unknown=tuple(sorted(ledger.unknown)),
        cancels_ours=ours,
        cancels_theirs=len(cancelled) - ours,
        expired=sum(order.phase is Phase.EXPIRED for order in ledger.ended),
    )


def _ids(orders: Iterable[DayOrder]) -> tuple[str, ...]:
    return tuple(order.id for order in sorted(orders, key=lambda order: (order.created_at, order.id)))


def _tallies(done: list[DayOrder], *, with_accounts: bool) -> tuple[Tally, ...]:
    groups: dict[tuple[Side, str, str, Account | None], list[DayOrder]] = {}
    for order in done:
        account = order.account if with_accounts else None
        groups.setdefault((order.side, order.fiat, order.asset, account), []).append(order)
    found = [
        Tally(
            side, fiat, asset, _sum(order.amount for order in of_them), _sum(order.total for order in of_them),
            len(of_them), account,
        )
        for (side, fiat, asset, account), of_them in groups.items()
    ]  # fmt: skip
    return tuple(sorted(found, key=_most_first))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(added, amounts, Decimal(0))


def _most_first(one: Tally) -> tuple[object, ...]:
    return one.side is Side.BUY, -one.count, one.fiat, one.asset, one.account or Account()


def _people(acts: Iterable[Act]) -> tuple[PersonTally, ...]:
    groups: dict[tuple[int, Action, str, str], list[Act]] = {}
    for act in acts:
        groups.setdefault((act.person, act.action, act.money.code, act.coins.code), []).append(act)
    found = [
        PersonTally(
            *key, _sum(act.coins.amount for act in of_them), _sum(act.money.amount for act in of_them), len(of_them)
        )
        for key, of_them in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.person, one.action is not Action.RELEASE, one.fiat, one.asset)))


def _open(orders: Iterable[DayOrder]) -> tuple[OpenTally, ...]:
    found: dict[tuple[Side, str], OpenTally] = {}
    for order in orders:
        was = found.get((order.side, order.fiat), OpenTally(order.side, order.fiat))
        found[order.side, order.fiat] = OpenTally(
            was.side, was.fiat, added(was.money, order.total), was.count + 1,
            was.paid + (order.phase is Phase.PAID),
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (one.side is Side.BUY, one.fiat)))


def _deals(deals: Iterable[Deal]) -> tuple[DealTally, ...]:
    groups: dict[tuple[DealKind, Outcome], list[Deal]] = {}
    for deal in deals:
        groups.setdefault((deal.kind, deal.outcome), []).append(deal)
    order = [(kind, outcome) for kind in DealKind for outcome in Outcome]
    return tuple(
        DealTally(
            kind, outcome, len(of_them), totals(deal.given for deal in of_them), totals(deal.got for deal in of_them)
        )
        for kind, outcome in order
        if (of_them := groups.get((kind, outcome)))
    )


def totals(moneys: Iterable[Money | None]) -> tuple[Money, ...]:
    """One sum per currency."""
    sums: dict[str, Decimal] = {}
    for one in moneys:
        if one is not None:
            sums[one.code] = added(sums.get(one.code, Decimal(0)), one.amount)
    return tuple(Money(sums[code], code) for code in sorted(sums))


def _hours(span: Span, done: list[DayOrder]) -> dict[str, tuple[HourTally, ...]]:
    """Every hour of the day, empty ones too, per currency; currencies with the most orders first."""
    by_fiat: dict[str, dict[int, list[DayOrder]]] = {}
    for order in done:
        hour = ((order.ended_at or span.begins_at) - span.begins_at) // HOUR_MS
        by_fiat.setdefault(order.fiat, {}).setdefault(hour, []).append(order)
    counted = {fiat: sum(map(len, hours.values())) for fiat, hours in by_fiat.items()}
    return {
        fiat: tuple(_hour(hour, by_fiat[fiat].get(hour, [])) for hour in range(span.hours))
        for fiat in sorted(counted, key=lambda fiat: (-counted[fiat], fiat))
    }


def _hour(hour: int, orders: list[DayOrder]) -> HourTally:
    sold = _sum(order.total for order in orders if order.side is Side.SELL)
    return HourTally(hour, sold, _sum(order.total for order in orders if order.side is Side.BUY), len(orders))
