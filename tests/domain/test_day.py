"""A day's sums against a naive oracle, its hours over a change of clocks, and what people type at its close."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.day import (
    HOUR_MS,
    Account,
    Act,
    DayOrder,
    Deal,
    DealKind,
    DealTally,
    HourTally,
    Ledger,
    Outcome,
    PersonTally,
    Span,
    average,
    receiving_account,
)
from bot.domain.day_close import (
    credit_key,
    fingerprint_of,
    lines_of,
    read_credits,
    read_day,
    read_note,
    span_of,
    unasked,
)
from bot.domain.day_sums import sum_up
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action
from bot.domain.money import Money
from bot.domain.orders import Payee, Phase, Side

SPAN = Span("2026-11-21", 1_000_000_000_000, 1_000_000_000_000 + 24 * HOUR_MS)
AMOUNTS = st.decimals(min_value=Decimal("0.00000001"), max_value=Decimal("999999999999.99"), places=8)
ACCOUNTS = st.sampled_from(
    [Account("bank", "ICBC", "6222··8821"), Account("bank", "ICBC", "6222··0042"), Account("alipay")]
)
ORDERS = st.builds(
    DayOrder,
    id=st.uuids().map(str),
    side=st.sampled_from(Side),
    phase=st.sampled_from([Phase.FINISHED, Phase.FINISHED, Phase.CANCELLED, Phase.EXPIRED]),
    asset=st.sampled_from(["USDT", "BTC"]),
    fiat=st.sampled_from(["CNY", "HKD", "VND"]),
    amount=AMOUNTS,
    total=AMOUNTS,
    price=AMOUNTS,
    created_at=st.integers(1, 10**9),
    ended_at=st.integers(SPAN.begins_at, SPAN.ends_at - 1),
    account=ACCOUNTS,
    is_outside=st.booleans(),
    is_ours_cancelled=st.booleans(),
)
OPEN = st.builds(
    DayOrder, id=st.uuids().map(str), side=st.sampled_from(Side), phase=st.sampled_from([Phase.PAID, Phase.UNPAID]),
    asset=st.just("USDT"), fiat=st.sampled_from(["CNY", "HKD"]), amount=AMOUNTS, total=AMOUNTS, price=AMOUNTS,
    created_at=st.integers(1, 10**9), ended_at=st.none(), account=ACCOUNTS, is_locked=st.booleans(),
)  # fmt: skip
ACTS = st.builds(
    Act, person=st.integers(1, 3), action=st.sampled_from([Action.RELEASE, Action.MARK_PAID]), order_id=st.just("1"),
    coins=st.builds(Money, AMOUNTS, st.sampled_from(["USDT", "BTC"])), money=st.builds(Money, AMOUNTS, st.just("CNY")),
    at=st.just(SPAN.begins_at),
)  # fmt: skip
MONEYS = st.none() | st.builds(Money, AMOUNTS, st.sampled_from(["USDT", "CNY", "BTC"]))
DEALS = st.builds(
    Deal, kind=st.sampled_from(DealKind), id=st.just("d"), outcome=st.sampled_from(Outcome), at=st.just(0),
    given=MONEYS, got=MONEYS, person=st.just(1),
)  # fmt: skip


def exact(amounts: list[Decimal]) -> Fraction:
    return sum((Fraction(one) for one in amounts), Fraction(0))


def rounded(value: Fraction) -> Fraction:
    """Half to even to four decimals, or to four digits of what is below 0.1."""
    places = 4
    while value and value * 10 ** (places - 3) < 1:
        places += 1
    return Fraction(round(value * 10**places), 10**places)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(ORDERS, max_size=30), st.lists(OPEN, max_size=8), st.lists(ACTS, max_size=12), st.lists(DEALS, max_size=12)
)
def test_every_sum_is_what_a_naive_count_finds(
    ended: list[DayOrder], still_open: list[DayOrder], acts: list[Act], deals: list[Deal]
) -> None:
    report = sum_up(Ledger(SPAN, 1, tuple(ended), tuple(still_open), tuple(acts), tuple(deals), ("9",)))
    done = [order for order in ended if order.phase is Phase.FINISHED]
    assert {(one.side, one.fiat, one.asset) for one in report.traded} == {(o.side, o.fiat, o.asset) for o in done}
    for tally in (*report.traded, *report.accounts):
        mine = [
            order
            for order in done
            if (order.side, order.fiat, order.asset) == (tally.side, tally.fiat, tally.asset)
            and tally.account in (None, order.account)
        ]
        money, coins = exact([order.total for order in mine]), exact([order.amount for order in mine])
        assert (Fraction(tally.money), Fraction(tally.coins), tally.count) == (money, coins, len(mine))
        assert tally.average is not None and Fraction(tally.average) == rounded(money / coins)
    counts = report.counts
    assert (counts.sold, counts.bought) == tuple(sum(o.side is side for o in done) for side in (Side.SELL, Side.BUY))
    assert counts.cancels == len(ended) - len(done)
    assert counts.cancels_ours == sum(o.phase is Phase.CANCELLED and o.is_ours_cancelled for o in ended)
    assert sorted(counts.outside) == sorted(o.id for o in done if o.is_outside)
    assert sorted(counts.locked) == sorted(o.id for o in still_open if o.is_locked)
    assert sum(one.count for one in report.open) == counts.open == len(still_open)
    assert counts.oldest == min(((o.id, o.created_at) for o in still_open), key=lambda it: (it[1], it[0]), default=None)
    _people_and_deals(report.people, acts, report.deals, deals)
    _hours(report.hours, done)


def _people_and_deals(
    people: tuple[PersonTally, ...], acts: list[Act], tallies: tuple[DealTally, ...], deals: list[Deal]
) -> None:
    of_person: dict[object, list[Act]] = defaultdict(list)
    for act in acts:
        of_person[act.person, act.action, act.money.code, act.coins.code].append(act)
    assert {(p.person, p.action, p.fiat, p.asset): (p.count, Fraction(p.money), Fraction(p.coins)) for p in people} == {
        key: (len(mine), exact([a.money.amount for a in mine]), exact([a.coins.amount for a in mine]))
        for key, mine in of_person.items()
    }
    counted = Counter((deal.kind, deal.outcome) for deal in deals)
    assert {(one.kind, one.outcome): one.count for one in tallies} == counted
    for one in tallies:
        given = [d.given for d in deals if (d.kind, d.outcome) == (one.kind, one.outcome) and d.given]
        sums = {code: exact([g.amount for g in given if g.code == code]) for code in {g.code for g in given}}
        assert {money.code: Fraction(money.amount) for money in one.given} == sums


def _hours(hours: Mapping[str, tuple[HourTally, ...]], done: list[DayOrder]) -> None:
    for fiat, of_day in hours.items():
        assert [one.hour for one in of_day] == list(range(24))
        for one in of_day:
            mine = [o for o in done if o.fiat == fiat and ((o.ended_at or 0) - SPAN.begins_at) // HOUR_MS == one.hour]
            assert one.count == len(mine)
            assert Fraction(one.sold) == exact([o.total for o in mine if o.side is Side.SELL])
            assert Fraction(one.bought) == exact([o.total for o in mine if o.side is Side.BUY])


@pytest.mark.parametrize(
    ("money", "coins", "expected"),
    [
        ("7200.00", "1000.00", "7.2000"),
        ("1", "8", "0.1250"),
        ("0.00005", "1", "0.00005000"),
        ("1.00005", "1", "1.0000"),  # half to even
        ("1.00015", "1", "1.0002"),
        ("0", "3", "0.0000"),
    ],
)
def test_an_average_is_rounded_half_to_even(money: str, coins: str, expected: str) -> None:
    assert str(average(Decimal(money), Decimal(coins))) == expected


def test_nothing_bought_has_no_average() -> None:
    assert average(Decimal(5), Decimal(0)) is None


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [("2026-11-21", "Asia/Shanghai", 24), ("2026-03-29", "Europe/Berlin", 23), ("2026-10-25", "Europe/Berlin", 25)],
)
def test_a_day_has_as_many_hours_as_its_zone_gives_it(day: str, zone: str, hours: int) -> None:
    span = span_of(day, zone)
    assert (span.ends_at - span.begins_at, span.hours) == (hours * HOUR_MS, hours)


BANK, OTHER = Payee("bank", "ICBC", "李四", "6222··8821"), Payee("bank", "CCB", "李四", "6217··0042")
ALIPAY = Payee("alipay", "", "", "a@b.cn")


@pytest.mark.parametrize(
    ("method", "payees", "expected"),
    [
        ("bank", (BANK, ALIPAY), Account("bank", "ICBC", "6222··8821")),
        ("", (BANK,), Account("bank", "ICBC", "6222··8821")),
        ("bank", (BANK, OTHER), Account("bank")),  # which of the two is not known
        ("", (BANK, ALIPAY), Account("")),
        ("wechat", (BANK, ALIPAY), Account("wechat")),
        ("bank", (), Account("bank")),
        ("bank", (Payee("bank", "ICBC", "", ""),), Account("bank")),
    ],
)
def test_a_receiving_account_is_never_guessed(method: str, payees: tuple[Payee, ...], expected: Account) -> None:
    assert receiving_account(method, payees) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7300", "7300"), ("7,300.00", "7300.00"), ("７，３００．５０", "7300.50"), (" ¥7,300 ", "7300"),
        ("7300 CNY", "7300"),
        ("7300元", "7300"), ("￥7,300.00元", "7300.00"), ("¥ 7300", "7300"), ("7300 块", "7300"),
        ("0", "0"), ("123456789012345", "123456789012345"),
    ],
)  # fmt: skip
def test_a_banks_total_is_read_as_people_type_it(typed: str, expected: str) -> None:
    assert str(read_credits(typed, "CNY")) == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "day_number"), ("about 7300", "day_number"), ("7,30", "day_number"), ("7300 HKD", "day_number"),
        ("12元50", "day_number"), ("12块5", "day_number"), ("300、200", "day_number"), ("¥¥5", "day_number"),
        ("7¥300", "day_number"), ("5元块", "day_number"), ("-¥5", "day_negative"), ("¥-5", "day_negative"),
        ("1e9", "day_number"), ("NaN", "day_number"), ("七千", "day_number"), ("7300 + 5", "day_number"),
        ("-1", "day_negative"), ("−20.5", "day_negative"), ("- 5", "day_negative"), ("－５", "day_negative"),
        ("1234567890123456", "day_digits"), ("1" * 60, "day_digits"), ("0.123456789", "day_digits"),
    ],
)  # fmt: skip
def test_what_is_no_total_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_credits(typed, "CNY")
    assert no.value.reason == reason


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_total_from_0_on_or_refused(typed: str) -> None:
    try:
        amount = read_credits(typed, "CNY")
    except NotAllowed as no:
        assert no.reason in ("day_negative", "day_digits", "day_number")
    else:
        assert amount.is_finite() and 0 <= amount < 10**15


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("2026-12-31", "day_future"), ("2026-11-22", "day_future"), ("2026-08-01", "day_too_old"),
        ("yesterday", "day_bad"),
        ("2026-02-30", "day_bad"), ("7300", "day_bad"), ("20261121", "day_bad"), ("2026-11-21T10", "day_bad"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_closed_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_day(typed, "2026-11-21", oldest="2026-08-23")
    assert no.value.reason == reason


def test_days_up_to_today_may_be_closed() -> None:
    assert read_day("2026-11-21", "2026-11-21", oldest="2026-08-23") == "2026-11-21"
    assert read_day("２０２６-11-20", "2026-11-21", oldest="2026-08-23") == "2026-11-20"


@pytest.mark.parametrize(("typed", "reason"), [(" \n", "day_note_empty"), ("x" * 301, "day_note_long")])
def test_a_note_has_words_and_not_too_many(typed: str, reason: str) -> None:
    with pytest.raises(NotAllowed) as no:
        read_note(typed)
    assert no.value.reason == reason
    assert read_note("  two\nlines ") == "two lines"


def sale(number: int, account: Account, total: str, fiat: str = "CNY") -> DayOrder:
    return DayOrder(
        str(number), Side.SELL, Phase.FINISHED, "USDT", fiat, Decimal(1000), Decimal(total), Decimal("7.2"), number,
        SPAN.begins_at, account,
    )  # fmt: skip


def test_differences_stand_first_and_a_new_sale_changes_what_was_read() -> None:
    icbc, ccb = Account("bank", "ICBC", "6222··8821"), Account("bank", "CCB", "6217··0042")
    report = sum_up(Ledger(SPAN, 1, (sale(1, ccb, "100.00"), sale(2, icbc, "7200.00"), sale(3, icbc, "0.50"))))
    first, second = unasked(report, {})
    answers = {credit_key(first): "100.00", credit_key(second): "7300"}
    lines = lines_of(report, answers)
    assert [(line.account.name, line.difference) for line in lines] == [("ICBC", Decimal("99.50")), ("CCB", Decimal(0))]
    assert lines[1].differs is False and unasked(report, answers) == ()
    more = sum_up(Ledger(SPAN, 1, (sale(1, ccb, "100.00"), sale(2, icbc, "7200.00"), sale(3, icbc, "0.51"))))
    assert fingerprint_of(report, answers) != fingerprint_of(more, answers)
    assert fingerprint_of(report, answers) == fingerprint_of(report, dict(reversed(answers.items())))
