"""What people read about a day, in both languages; the file of it, and the plan of its picture."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.day import Account, Ledger
from bot.domain.day_sums import sum_up
from bot.domain.money import Money
from bot.domain.orders import Phase, Side
from bot.domain.staff import Role
from bot.texts import texts_for
from bot.views.card import width
from bot.views.day import day_card, part_card
from bot.views.day_chart import chart_of
from bot.views.day_file import HEADER, csv_file
from bot.views.notices import notice_card
from tests.views import day_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_and_its_close_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in made.every_day_card(lead)) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_fits_a_phone(language: str) -> None:
    for name, card in made.every_day_card(samples.reader(language, Role.LEAD)):
        lines = card.plain.splitlines()
        assert len(lines) <= 9 and max(map(width, lines)) <= 40, name
        for row in card.rows:
            assert all(width(button.text) <= (36 if len(row) == 1 else 16) for button in row), (name, row)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", HOSTILE)
def test_no_name_breaks_a_card(language: str, words: str) -> None:
    lead = samples.reader(language, Role.LEAD)
    of = made.ledger(words, Account(words, words, words))
    cards = [*made.day_cards(lead, of, words or "note")]
    if '"' not in words and "\\" not in words and words.isprintable():
        cards.append(("told", notice_card(made.notice(words, words), lead)))
    for name, card in cards:
        assert problem(card.text) == "", name


def test_those_who_may_only_read_see_no_sum_and_no_way_to_one() -> None:
    for role in (Role.VIEWER, Role.AGENT, Role.OPERATOR):
        card = day_card(made.standing(with_sums=False), samples.reader(role=role))
        assert "CNY" not in card.plain and "USDT" not in card.plain and "Sold 5" in card.plain
        assert {data.split(":")[0] for data in card.data} == {"ca"}


def test_in_the_group_the_close_names_no_way_to_the_sums() -> None:
    assert notice_card(made.notice(), samples.reader(role=None)).rows == ()
    assert notice_card(made.notice(), samples.reader(role=Role.OWNER)).rows


def test_every_digit_of_a_large_sum_is_shown() -> None:
    large = "123456789012345.67890123"
    of = Ledger(made.SPAN, made.READ_AT, (made.order(1, large), made.order(2, "0.00000001")))
    card = day_card(made.standing(of), samples.reader(role=Role.LEAD))
    assert "123,456,789,012,345.67890124 CNY" in card.plain


def test_many_currencies_are_counted_and_their_accounts_paged() -> None:
    fiats = ["CNY", "HKD", "USD", "EUR", "VND"]
    orders = tuple(made.order(at, fiat=fiat) for at, fiat in enumerate(fiats, 1))
    now = made.standing(Ledger(made.SPAN, made.READ_AT, orders))
    lead = samples.reader(role=Role.LEAD)
    assert "+2 more kinds" in day_card(now, lead).plain
    seen = "".join(part_card(now, "accounts", page, lead).plain for page in range(3))
    assert all(f"7,200.00 {fiat}" in seen for fiat in fiats)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_row_for_everything_and_its_sums() -> None:
    of, lead = made.ledger(), samples.reader(role=Role.LEAD)
    now = made.standing(of, closes=1)
    assert now.close is not None
    content = csv_file(of, sum_up(of), [now.close], now, lead)
    assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n")
    rows = rows_of(content)
    assert list(rows[0]) == list(HEADER)
    kinds = [row["row"] for row in rows]
    assert {kind: kinds.count(kind) for kind in kinds} == {"order": 11, "deal": 4, "total": 5, "close": 2}
    orders = [row for row in rows if row["row"] == "order"]
    done = sum(Decimal(row["amount"]) for row in orders if row["outcome"] == "done" and row["what"] == "sale")
    (total,) = [row for row in rows if row["row"] == "total" and row["what"] == "sale" and not row["account"]]
    assert Decimal(total["amount"]) == done == Decimal("29300.50") and total["count"] == "5"
    assert orders[0]["person"] == "operator 2" and orders[0]["coins"] == "1000.00"
    first, second = (row for row in rows if row["row"] == "close")
    assert (first["bank more"], first["bank less"], second["bank more"]) == ("100.00", "", "")
    assert first["account"] == "工行 ··8821" and "6222020200008821" not in content.decode()


@pytest.mark.parametrize(("language", "no_answer"), [("en", "no answer"), ("zh", "结果未知")])
def test_an_order_without_an_outcome_says_so_beside_its_other_notes(language: str, no_answer: str) -> None:
    of = made.ledger()
    of = replace(of, unknown=(of.ended[0].id, of.open[0].id))
    content = csv_file(of, sum_up(of), [], made.standing(of), samples.reader(language, role=Role.LEAD))
    said = texts_for(language)
    words, title, note = said("no answer"), said("id"), said("note")
    rows = [row for row in rows_of(content) if row[said("row")] == said("order")]
    assert words == no_answer
    assert {row[title]: row[note] for row in rows if words in row[note]} == {
        of.ended[0].id: words,
        of.open[0].id: said(", ").join((words, said("other payer"))),
    }


@pytest.mark.parametrize("words", ["=HYPERLINK(1)", "+1", "-1", "@x", "＝1+1", "\t=1"])
def test_no_name_runs_as_a_formula(words: str) -> None:
    of = made.ledger(words, Account("bank", words, "6222020200008821"))
    deal = replace(of.deals[0], note=words)
    of = replace(of, deals=(deal,))
    now = made.standing(of, closes=1)
    assert now.close is not None
    close = replace(now.close, note=words)
    content = csv_file(of, sum_up(of), [close], now, samples.reader(role=Role.LEAD)).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "＝")) for cell in row), row


def test_what_the_bank_shows_less_is_a_number_without_a_sign() -> None:
    of = made.ledger()
    now = made.standing(of, closes=1)
    assert now.close is not None
    line = replace(now.close.lines[0], bank=now.close.lines[0].ours - 20)
    close = replace(now.close, lines=(line,))
    (row,) = [
        row for row in rows_of(csv_file(of, sum_up(of), [close], now, samples.reader(role=Role.LEAD)))
        if row["row"] == "close"
    ]  # fmt: skip
    assert (row["bank more"], row["bank less"]) == ("", "20.00")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_has_the_readers_words_and_english_behind_them(language: str) -> None:
    plan = chart_of(made.standing(), samples.reader(language, Role.LEAD), "UTC")
    (panel,) = plan.panels
    assert panel.sold[1:] == (
        "29,300.50 CNY",
        "5,000.00 USDT · " + ("average 5.8601" if language == "en" else "均价 5.8601"),
    )
    assert len(panel.hours) == 24 and [hour.label for hour in panel.hours[:4]] == ["00", "", "", "03"]
    assert max(hour.sold for hour in panel.hours) == 1000 and panel.hours[3].sold == 935
    assert [hour.count for hour in panel.hours[:4]] == ["1", "", "", "1"]
    english = plan if language == "en" else plan.plain
    assert english is not None and english.title == "Day 2025-11-21" and english.plain is None
    assert (plan.plain is None) == (language == "en")


def test_an_hour_with_next_to_nothing_still_has_a_bar() -> None:
    orders = (made.order(1, "999999999"), made.order(2, "0.01", hour=4), made.order(3, "5", side=Side.BUY, hour=5))
    plan = chart_of(made.standing(Ledger(made.SPAN, 1, orders)), samples.reader(role=Role.LEAD), "UTC")
    hours = plan.panels[0].hours
    assert (hours[9].sold, hours[4].sold, hours[5].bought, hours[6].sold) == (1000, 1, 1, 0)


def test_of_many_currencies_three_are_drawn_and_the_rest_is_named() -> None:
    orders = tuple(made.order(at, fiat=fiat) for at, fiat in enumerate(("CNY", "CNY", "HKD", "USD", "EUR"), 1))
    plan = chart_of(made.standing(Ledger(made.SPAN, 1, orders)), samples.reader(role=Role.LEAD), "UTC")
    assert [panel.fiat for panel in plan.panels] == ["CNY", "EUR", "HKD"] and "1 more" in plan.footer


def test_a_day_without_a_trade_has_a_picture_that_says_so() -> None:
    nothing = Ledger(made.SPAN, 1, (made.order(1, phase=Phase.CANCELLED),))
    plan = chart_of(made.standing(nothing), samples.reader(role=Role.LEAD), "UTC")
    assert plan.panels == () and plan.empty == "Nothing was sold or bought."


def test_sums_of_two_coins_in_one_currency_have_no_common_average() -> None:
    orders = (made.order(1), made.order(2, asset="BTC"))
    plan = chart_of(made.standing(Ledger(made.SPAN, 1, orders)), samples.reader(role=Role.LEAD), "UTC")
    assert "average" not in plan.panels[0].sold[2] and str(Money(Decimal("14400.00"), "CNY").code) == "CNY"
    assert plan.panels[0].sold[1] == "14,400.00 CNY"
