"""A day in many states, and every card there is of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.day import Account, Act, DayOrder, Deal, DealKind, Ledger, Outcome
from bot.domain.day_close import Closing, DayClose, DayForm, DayStanding, credit_key, lines_of, span_of
from bot.domain.day_sums import sum_up
from bot.domain.intents import Action
from bot.domain.money import Money
from bot.domain.orders import Phase, Side
from bot.domain.situations import Notice, Reader
from bot.views import day, day_close
from bot.views.card import Card
from bot.views.notices import notice_card

SPAN = span_of("2025-11-21", "UTC")
READ_AT = SPAN.begins_at + 14 * 3_600_000 + 120_000
ICBC, WECHAT = Account("bank", "工行", "6222020200008821"), Account("wechat", "", "wxid-31788")
NAMES = {3: "operator 2", 2: "lead 1"}


def order(
    number: int, total: str = "7200.00", *, side: Side = Side.SELL, phase: Phase = Phase.FINISHED, fiat: str = "CNY",
    asset: str = "USDT", account: Account = ICBC, name: str = "张三丰", hour: int = 9, **marks: bool,
) -> DayOrder:  # fmt: skip
    at = SPAN.begins_at + hour * 3_600_000 + number
    return DayOrder(
        f"208900000000000{number:04d}", side, phase, asset, fiat, Decimal("1000.00"), Decimal(total), Decimal("7.20"),
        at // 1000 - 600, None if phase in (Phase.PAID, Phase.UNPAID) else at,
        account if side is Side.SELL else Account("alipay"), name, **marks,
    )  # fmt: skip


def ledger(name: str = "张三丰", account: Account = ICBC) -> Ledger:
    """Sales into two accounts, a purchase outside the desk, what ended without a trade, and what is open."""
    usdt, cny = Money(Decimal("1000.00"), "USDT"), Money(Decimal("7200.00"), "CNY")
    btc = Money(Decimal("0.00101234"), "BTC")
    deal = Deal(DealKind.CONVERT, "c1", Outcome.DONE, READ_AT, usdt, btc, 3, "own")
    return Ledger(
        SPAN,
        READ_AT,
        ended=(
            *(order(417 + at, account=account, name=name, hour=at * 3) for at in range(4)),
            order(430, "500.50", account=WECHAT),
            order(440, side=Side.BUY, is_outside=True, name=name),
            order(450, phase=Phase.CANCELLED),
            order(451, phase=Phase.CANCELLED, is_ours_cancelled=True),
            order(452, phase=Phase.EXPIRED),
        ),
        open=(order(460, phase=Phase.PAID, is_locked=True), order(461, phase=Phase.UNPAID, side=Side.BUY)),
        acts=(
            Act(3, Action.RELEASE, order(417).id, usdt, cny, READ_AT),
            Act(2, Action.MARK_PAID, order(440).id, usdt, cny, READ_AT),
        ),
        deals=(
            deal,
            replace(deal, id="c2", outcome=Outcome.UNKNOWN),
            Deal(
                DealKind.OFF_RAMP,
                "o1",
                Outcome.FAILED,
                READ_AT,
                usdt,
                Money(Decimal("997.50"), "USD"),
                2,
                "ACME ··4410",
            ),
            Deal(DealKind.DEPOSIT, "p1", Outcome.DONE, READ_AT, cny, Money(Decimal("1000"), "MTC"), 2, "D0612"),
        ),
        unknown=(order(462).id,),
    )


def standing(of: Ledger | None = None, *, with_sums: bool = True, closes: int = 0) -> DayStanding:
    report = sum_up(of or ledger())
    made = DayStanding(SPAN, READ_AT, SPAN.day, report.counts, report if with_sums else None, names=NAMES)
    return replace(made, close=close(made), closes=closes) if closes else made


def answers(of: DayStanding) -> dict[str, str]:
    """100 more than counted in the first account, the second as counted."""
    assert of.report is not None
    first, *rest = of.report.credits
    return {credit_key(first): format(first.money + 100, "f")} | {credit_key(o): format(o.money, "f") for o in rest}


def close(of: DayStanding) -> DayClose:
    assert of.report is not None
    return DayClose(
        "f1", of.span.day, 2, READ_AT, of.report.traded, lines_of(of.report, answers(of)), of.counts, "all is well", 1
    )


def closing(of: DayStanding, given: dict[str, str], note: str = "", *, is_resumed: bool = False) -> Closing:
    assert of.report is not None
    left = [one for one in of.report.credits if credit_key(one) not in given]
    total = len(of.report.credits)
    return Closing(
        DayForm("f1", of.span.day, 2, given, note), of, left[0] if left else None, total - len(left) + 1, total,
        lines_of(of.report, given), is_resumed,
    )  # fmt: skip


def notice(account: str = "工行", who: str = "lead 1") -> Notice:
    facts = {
        "day": "2025-11-21", "who": who, "closed_at": str(READ_AT), "again": "1", "sold": "29300.50 CNY, 5.00 HKD",
        "sold_count": "5", "bought": "7200.00 CNY", "bought_count": "1", "agreed": "1", "skipped": "1",
        "differing": "1", "open": order(460).id, "unknown": order(462).id, "locked": "",
        "differences": f'[["bank", "{account}", "··8821", "-100.00", "CNY"]]',
    }  # fmt: skip
    return Notice("day_closed", facts)


def day_cards(who: Reader, of: Ledger | None = None, note: str = "all is well") -> Iterator[tuple[str, Card]]:
    now = standing(of)
    yield "day", day.day_card(now, who)
    yield "day, closed", day.day_card(standing(of, closes=2), who)
    yield "day, numbers only", day.day_card(standing(of, with_sums=False), who)
    yield "day, empty", day.day_card(standing(Ledger(SPAN, READ_AT)), who)
    yield "day, another one", day.day_card(replace(now, today="2025-11-22"), who)
    for part in day.PARTS:
        for page in range(3):
            yield f"day {part} {page}", day.part_card(now, part, page, who)
        yield f"day {part}, nothing", day.part_card(standing(Ledger(SPAN, READ_AT)), part, 0, who)
    asked = closing(now, {}, is_resumed=True)
    yield "close, question", day_close.question_prompt(asked, who)
    yield "close, account", day_close.progress_card(asked, who)
    yield "close, note", day_close.note_prompt(asked, who)
    yield "close, summary", day_close.summary_card(closing(now, answers(now), note), who)
    yield "close, skipped", day_close.summary_card(closing(now, {key: "" for key in answers(now)}), who)
    yield "close, again", day_close.summary_card(closing(standing(of, closes=1), answers(now)), who)
    empty = standing(Ledger(SPAN, READ_AT))
    yield "close, no sale", day_close.summary_card(closing(empty, {}), who)
    before = "2025-11-20"
    yield "close, account after midnight", day_close.progress_card(replace(asked, unclosed=before), who)
    yield "close, no sale after midnight", day_close.summary_card(replace(closing(empty, {}), unclosed=before), who)
    full = replace(closing(now, answers(now), note), unclosed=before)
    yield "close, summary after midnight", day_close.summary_card(full, who)
    yield "close, left", day_close.dropped_card(SPAN.day, who)
    closed = standing(of, closes=2)
    assert closed.close is not None
    yield "close, done", day_close.closed_card(closed, closed.close, who)
    yield "close, picture", day_close.picture_card(closed, who, b"", "no font")


def every_day_card(who: Reader) -> Iterator[tuple[str, Card]]:
    yield from day_cards(who)
    yield "close, told", notice_card(notice(), who)
