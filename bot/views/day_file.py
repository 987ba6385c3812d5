"""A day as a file for a spreadsheet: one row for every order and deal, then its sums, then how it was closed."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from bot.domain.day import DayOrder, DayReport, Deal, DealKind, Ledger, Outcome
from bot.domain.day_close import CreditLine, DayClose, DayStanding
from bot.domain.money import Money, plain
from bot.domain.orders import Phase, Side
from bot.domain.situations import Reader
from bot.texts import formatting as form
from bot.texts import mark
from bot.views.day import KINDS, who
from bot.views.day_lines import account_name, sale_account
from bot.views.past_deals import sheet
from bot.views.pen import Pen

HEADER = (
    mark("row"),
    mark("time"),
    mark("id"),
    mark("what"),
    mark("outcome"),
    mark("coins"),
    mark("coin"),
    mark("amount"),
    mark("currency"),
    mark("price"),
    mark("account"),
    mark("counterparty"),
    mark("person"),
    mark("count"),
    mark("bank shows"),
    mark("bank more"),
    mark("bank less"),
    mark("note"),
)
ORDER, DEAL, TOTAL, CLOSE = mark("order"), mark("deal"), mark("total"), mark("close")
SIDES = {Side.SELL: mark("sale"), Side.BUY: mark("purchase")}
PHASES = {
    Phase.FINISHED: mark("done"),
    Phase.CANCELLED: mark("cancelled"),
    Phase.EXPIRED: mark("expired"),
    Phase.UNPAID: mark("open, unpaid"),
    Phase.PAID: mark("open, paid"),
    Phase.LOCKED: mark("open, locked"),
    Phase.UNKNOWN: mark("open, unknown status"),
}
OUTCOMES = {
    Outcome.DONE: mark("done"),
    Outcome.FAILED: mark("failed"),
    Outcome.UNKNOWN: mark("no answer"),
    Outcome.OPEN: mark("on the way"),
}
NOTES = (
    ("is_outside", mark("outside the desk")),
    ("is_locked", mark("other payer")),
    ("is_ours_cancelled", mark("cancelled here")),
)
NO_ANSWER = OUTCOMES[Outcome.UNKNOWN]
Row = tuple[str, ...]


def csv_file(
    ledger: Ledger, report: DayReport, closes: Iterable[DayClose], standing: DayStanding, reader: Reader
) -> bytes:
    """UTF-8 with BOM, CRLF; amounts are plain digits. The first column says which kind of row it is.

    Totals add up the finished orders per side, currency, coin and account; closes come newest first, all of them.
    """
    pen = Pen(reader)
    actors = {act.order_id: who(pen, standing, act.person) for act in ledger.acts}
    lines = [
        *(
            _order(pen, order, actors.get(order.id, ""), is_unknown=order.id in ledger.unknown)
            for order in (*ledger.ended, *ledger.open)
        ),
        *(_deal(pen, standing, deal) for deal in ledger.deals),
        *_totals(pen, report),
        *(row for close in closes for row in _close(pen, standing, close)),
    ]
    return sheet([pen.words(title) for title in HEADER], lines)


def _row(pen: Pen, kind: str, **cells: str) -> Row:
    """By the names of the columns; empty where nothing is told."""
    return tuple([pen.words(kind), *(cells.get(title.replace(" ", "_"), "") for title in HEADER[1:])])


def _at(pen: Pen, at: int | None) -> str:
    return "" if at is None else form.iso(at, pen.reader.timezone)


def _order(pen: Pen, order: DayOrder, person: str, *, is_unknown: bool) -> Row:
    """`person`: who released it or marked it paid on this day; `is_unknown`: its last request has no outcome."""
    is_sale = order.side is Side.SELL
    notes = [*([NO_ANSWER] if is_unknown else []), *(text for name, text in NOTES if getattr(order, name))]
    name = account_name(pen, order.account)
    return _row(
        pen,
        ORDER,
        time=_at(pen, order.ended_at or order.created_at * form.SECOND_MS),
        id=order.id,
        what=pen.words(SIDES[order.side]),
        outcome=pen.words(PHASES[order.phase]),
        coins=plain(order.amount),
        coin=order.asset,
        amount=plain(order.total),
        currency=order.fiat,
        price=plain(order.price),
        account=sale_account(pen, order.account) if is_sale else name,
        counterparty=order.counterparty,
        person=person,
        note=pen.words(", ").join(pen.words(text) for text in notes),
    )


def _deal(pen: Pen, standing: DayStanding, deal: Deal) -> Row:
    """What we gave as coins, what came in as money; of a link what is paid in as money, what we receive as coins."""
    coins, money = (deal.got, deal.given) if deal.kind is DealKind.DEPOSIT else (deal.given, deal.got)
    return _row(
        pen,
        DEAL,
        time=_at(pen, deal.at),
        id=deal.id,
        what=pen.words(KINDS[deal.kind]),
        outcome=pen.words(OUTCOMES[deal.outcome]),
        coins=_amount(coins),
        coin=coins.code if coins else "",
        amount=_amount(money),
        currency=money.code if money else "",
        person=who(pen, standing, deal.person),
        note=deal.note,
    )


def _amount(money: Money | None) -> str:
    return "" if money is None else plain(money.amount)


def _totals(pen: Pen, report: DayReport) -> Iterator[Row]:
    for one in (*report.traded, *report.accounts):
        is_sale, account = one.side is Side.SELL, one.account
        named = "" if account is None else sale_account(pen, account) if is_sale else account_name(pen, account)
        yield _row(
            pen,
            TOTAL,
            what=pen.words(SIDES[one.side]),
            coins=plain(one.coins),
            coin=one.asset,
            amount=plain(one.money),
            currency=one.fiat,
            price="" if one.average is None else plain(one.average),
            account=named,
            count=form.count(one.count),
        )


def _close(pen: Pen, standing: DayStanding, close: DayClose) -> Iterator[Row]:
    """A row for each account, or one that says who closed it where there was none."""
    told = {"time": _at(pen, close.closed_at), "person": who(pen, standing, close.person), "note": close.note}
    if not close.lines:
        yield _row(pen, CLOSE, **told)
    for line in close.lines:
        yield _row(pen, CLOSE, **told, **_credits(pen, line))


def _credits(pen: Pen, line: CreditLine) -> dict[str, str]:
    """What the bank shows more or less stands in two columns: a minus would begin a formula."""
    more = line.difference or Decimal(0)
    return {
        "account": sale_account(pen, line.account),
        "amount": plain(line.ours),
        "currency": line.fiat,
        "count": form.count(line.count),
        "bank_shows": "" if line.bank is None else plain(line.bank),
        "bank_more": plain(more) if more > 0 else "",
        "bank_less": plain(-more) if more < 0 else "",
    }
