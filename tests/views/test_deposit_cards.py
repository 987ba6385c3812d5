"""What people read about payment links: every phase in both languages, and the rules that each of these cards obeys."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
import zxingcpp
from PIL import Image
from syrupy.assertion import SnapshotAssertion

from bot.domain.deposits import Deposit, DepositWish, Method, Mode, Phase
from bot.domain.intents import State
from bot.domain.situations import Reader
from bot.domain.staff import Person, Role
from bot.views import deposits
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, escape, width
from bot.views.qr import spent_png
from tests.views import deposit_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
VIEWER = samples.reader(role=Role.VIEWER)
ENDED = (Phase.OVER, Phase.FINISHED, Phase.FAILED, Phase.CANCELLED)
GROUP = samples.reader(role=None)
LONG = DepositWish(Mode.PAYS, "HKD", Decimal("99999999.99"), "欧阳" * 20)
LONGEST = DepositWish(
    Mode.RECEIVES, "CNY", Decimal("99999999.12345678"), "Wolfeschlegelsteinhausen " * 2 + "Bergerdorff"
)
WIDEST = DepositWish(Mode.RECEIVES, "HKD", Decimal("99999999.12345678"), "司马" * 30)
PRECISE = DepositWish(Mode.RECEIVES, "CNY", Decimal("12345678.12345678"), "王五")


def named(wish: DepositWish) -> str:
    return f"{wish.mode}-{len(wish.payer)}"


def verbs(card: Card) -> list[Verb]:
    return [tap.verb for tap in map(Tap.parse, card.data) if tap is not None]


def labels(card: Card) -> list[list[str]]:
    return [[button.text for button in row] for row in card.rows]


def urls(card: Card) -> list[str]:
    return [button.url for row in card.rows for button in row if button.url]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", made.WISHES, ids=["pays", "receives"])
def test_every_phase_of_a_link_looks_like_this(language: str, wish: DepositWish, snapshot: SnapshotAssertion) -> None:
    cards = made.deposit_cards(samples.reader(language, Role.LEAD), wish)
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_a_link_the_list_and_the_news_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.way_cards(lead), *made.list_cards(lead), *made.news(lead), *made.refusals(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("wish", made.WISHES, ids=["pays", "receives"])
def test_what_the_customer_gets_reads_like_this(wish: DepositWish, snapshot: SnapshotAssertion) -> None:
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in made.customer_cards(wish)) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", [*made.WISHES, LONG, LONGEST, WIDEST, PRECISE], ids=named)
def test_every_card_fits_eight_lines_of_thirty_six_columns(language: str, wish: DepositWish) -> None:
    for role in (None, Role.VIEWER, Role.LEAD):
        who = samples.reader(language, role)
        for name, card in [*made.deposit_cards(who, wish), *made.way_cards(who), *made.list_cards(who, wish)]:
            assert len(card.plain.split("\n")) <= 8, f"{name}\n{card.plain}"
            assert max(map(width, card.plain.split("\n"))) <= 36, f"{name}\n{card.plain}"
        for name, card in made.news(who, "lead 3"):
            assert len(card.plain.split("\n")) <= 8, f"{name}\n{card.plain}"
            assert max(map(width, card.plain.split("\n"))) <= 36, f"{name}\n{card.plain}"


@pytest.mark.parametrize("who", [LEAD, GROUP, samples.reader("zh", Role.LEAD)])
def test_labels_fit_a_phone_and_no_button_is_there_twice(who: Reader) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in made.every_deposit_card(who):
        assert len(set(card.data)) == len(card.data), name
        for row in card.rows:
            assert all(width(button.text) <= allowed[len(row)] for button in row), f"{name}: {labels(card)}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("wish", [LONG, LONGEST, WIDEST, PRECISE], ids=named)
def test_an_amount_is_never_cut_and_stands_behind_its_verb(language: str, wish: DepositWish) -> None:
    amount = f"{wish.amount:,f} {wish.currency}"
    for name, card in made.deposit_cards(samples.reader(language, Role.LEAD), wish):
        assert amount in card.plain, f"{name}\n{card.plain}"
        for line in card.plain.split("\n"):
            assert not re.match(r"[\d,.]+ (CNY|HKD|MTC)", line) or " = " in line, f"{name}: {line}"


def test_the_summary_shows_every_letter_of_the_payers_name() -> None:
    for wish in (LONG, LONGEST, WIDEST):
        summary = deposits.deposit_card(made.standing(made.deposit(wish), open_seal=made.seal()), LEAD).plain
        assert wish.payer.replace(" ", "") in summary.replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_and_words_are_shown_harmlessly(words: str) -> None:
    wish = replace(made.PAYS, payer=words)
    for who in (LEAD, GROUP, samples.reader("zh", Role.LEAD)):
        for name, card in made.every_deposit_card(who, wish, words):
            assert problem(card.text) == "", name
            assert 0 < len(card.plain) <= 4096, name
            shown = [card.plain, card.prompt_hint, *(f"{one.text}{one.copy}" for row in card.rows for one in row)]
            for text in shown:
                assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", text)
            assert all(0 < width(one.text) <= 36 for row in card.rows for one in row), name
            assert all(Tap.parse(data) is not None for data in card.data), name


def test_the_group_sees_no_name_no_link_no_picture_and_only_opens() -> None:
    for wish in made.WISHES:
        for name, card in made.deposit_cards(GROUP, wish):
            whole = f"{card.text}{card.rows}"
            assert wish.payer not in whole and made.URL not in whole and "buy-coin" not in whole, name
            assert card.picture == b"", name
            if not name.startswith("deposit settle"):
                assert verbs(card) == [Verb.DP_OPEN], name
        for name, card in [*made.list_cards(GROUP, wish), *made.news(GROUP)]:
            assert wish.payer not in card.text and Verb.DP_CSV not in verbs(card), name
    assert "张**" in deposits.deposit_card(made.standing(made.linked(), State.DONE), GROUP).plain


def test_nobody_reads_the_hash_of_the_webhook_address_and_no_text_holds_the_link() -> None:
    for who in (LEAD, GROUP, VIEWER):
        for name, card in made.every_deposit_card(who):
            assert "feedbeef" not in f"{card.text}{card.rows}", name
            assert name.startswith("deposit text") or made.URL not in card.plain, name


def test_a_waiting_link_is_a_picture_with_the_ways_to_hand_it_on() -> None:
    card = deposits.deposit_card(made.standing(made.linked(), State.DONE), LEAD)
    assert card.picture.startswith(b"\x89PNG")
    assert labels(card) == [["Open ↗", "Copy link"], ["Text to forward", "QR only"]]
    assert urls(card) == [made.URL] and card.rows[0][1].copy == made.URL
    assert verbs(card) == [Verb.DP_FORWARD, Verb.DP_QR]
    assert len(card.plain) < 1024


def test_a_link_too_long_to_copy_is_still_opened() -> None:
    long = f"https://pay.example/{'a' * 492}"
    card = deposits.deposit_card(made.standing(made.linked(url=long), State.DONE), LEAD)
    assert labels(card)[0] == ["Open ↗"] and urls(card) == [long] and card.picture
    just = f"https://pay.example/{'a' * 236}"
    assert labels(deposits.deposit_card(made.standing(made.linked(url=just), State.DONE), LEAD))[0][1] == "Copy link"


def test_only_who_may_make_links_gets_one_in_hand() -> None:
    for who in (VIEWER, samples.reader(role=Role.OPERATOR), GROUP):
        card = deposits.deposit_card(made.standing(made.linked(), State.DONE), who)
        assert card.picture == b"" and urls(card) == []
        assert deposits.deposit_menu(who).data == ("ph:open:0",)
    for mode, fiat in (("pays", "CNY"), ("pays", "HKD"), ("receives", "CNY"), ("receives", "HKD")):
        assert f"pm:{mode}:{fiat}" in deposits.deposit_menu(LEAD).data


def test_no_phase_but_waiting_shows_the_link() -> None:
    for name, one in made.standings():
        card = deposits.deposit_card(one, LEAD)
        is_waiting = one.phase is Phase.WAITING
        assert bool(urls(card)) is is_waiting, name
        read = zxingcpp.read_barcodes(Image.open(io.BytesIO(card.picture)).convert("L")) if card.picture else []
        assert [found.text for found in read] == ([one.deposit.url] if is_waiting else []), name


def test_a_spent_link_leaves_a_band_where_its_picture_stood() -> None:
    standings = dict(made.standings())
    spent = [one for one in standings.values() if one.deposit.url and one.phase in ENDED]
    assert {one.phase for one in spent} >= {Phase.OVER, Phase.FINISHED, Phase.CANCELLED}
    assert {deposits.deposit_card(one, LEAD).picture for one in spent} == {spent_png()}


def test_red_is_only_the_button_that_makes_the_link_alone_in_the_last_row_with_back_first() -> None:
    for name, card in made.every_deposit_card(LEAD):
        red = [(row, one) for row in card.rows for one in row if one.style == "danger"]
        is_step = name in ("deposit summary", "deposit summary unanswered")
        assert len(red) == (1 if is_step else 0), name
        for row, one in red:
            assert row is card.rows[-1] and row == (one,), name
            assert one.data == "py:0123456789abcdef" and one.text == "Make link: 5,500.20 CNY", name
            assert verbs(Card("x", card.rows[:1])) == [Verb.DP_BACK], name


def test_the_summary_shows_what_is_chosen_and_every_other_choice() -> None:
    rows = labels(deposits.deposit_card(made.standing(open_seal=made.seal()), LEAD))
    assert rows[1:3] == [["☑ Bank", "☐ WeChat", "☑ Alipay"], ["● 简体", "○ 繁體", "○ English"]]
    other = made.deposit(replace(made.PAYS, methods=Method.WECHAT, language="en"))
    rows = labels(deposits.deposit_card(made.standing(other, open_seal=made.seal()), LEAD))
    assert rows[1:3] == [["☐ Bank", "☑ WeChat", "☐ Alipay"], ["○ 简体", "○ 繁體", "● English"]]
    card = deposits.deposit_card(made.standing(open_seal=made.seal()), LEAD)
    assert card.data[1:7] == tuple(
        f"{verb}:d3p05170:{arg}"
        for verb, arg in (("pt", 1), ("pt", 2), ("pt", 4), ("pl", "zh_CN"), ("pl", "zh_TW"), ("pl", "en"))
    )


def test_only_who_opened_the_step_and_still_may_can_press_anything_on_it() -> None:
    summary = made.standing(open_seal=made.seal())
    other = Reader("en", "UTC", Person(5, Role.OWNER, "Owner", "en", "UTC"))
    for who in (samples.reader(role=Role.OPERATOR), VIEWER, other):
        assert deposits.deposit_card(summary, who).rows == ()


def test_after_an_answer_was_lost_nothing_can_be_sent_and_only_a_lead_settles_it() -> None:
    unknown = made.standing(made.deposit(order_no=made.ORDER_NO), State.UNKNOWN, "timeout")
    card = deposits.deposit_card(unknown, LEAD)
    assert card.data == ("ps:d3p05170:made", "ps:d3p05170:nothing")
    assert card.rows[0][0].copy == made.ORDER_NO and made.ORDER_NO in card.plain
    for told in ("MTPay's console", "Nothing is sent again by itself", "A report of MTPay settles it"):
        assert told in card.plain
    assert deposits.deposit_card(unknown, samples.reader(role=Role.OPERATOR)).data == ()
    for name in ("planned", "sent", "made", "reported InProgress"):
        assert deposits.deposit_card(dict(made.standings())[name], LEAD).data == (), name


@pytest.mark.parametrize("outcome", ["made", "nothing"])
def test_a_lead_takes_on_what_he_saw_and_back_comes_first(outcome: str) -> None:
    unknown = made.standing(made.deposit(order_no=made.ORDER_NO), State.UNKNOWN, "timeout")
    card = deposits.settle_question(unknown, outcome, LEAD)
    assert card.data == ("po:d3p05170", f"pu:d3p05170:{outcome}")
    assert made.ORDER_NO in card.plain and "I looked into MTPay's console" in card.plain


def test_what_has_ended_offers_a_new_link_and_nothing_else() -> None:
    ended = ("left", "refused", "void", "unavailable", "over", "reported Finished", "reported Failed",
             "reported Cancelled")  # fmt: skip
    for name in ended:
        one = dict(made.standings())[name]
        assert verbs(deposits.deposit_card(one, LEAD)) == [Verb.DP_NEW], name
        assert deposits.deposit_card(one, VIEWER).rows == (), name
        forgotten = replace(one, deposit=replace(one.deposit, wish=replace(one.deposit.wish, payer="")))
        assert deposits.deposit_card(forgotten, LEAD).rows == (), name
        assert "Customer pays exactly" in deposits.deposit_card(forgotten, LEAD).plain


@pytest.mark.parametrize("report", ["InProgress", "Finished", "Failed", "Cancelled"])
def test_whatever_is_reported_is_said_to_be_reported(report: str) -> None:
    for name, one in made.standings():
        if name.startswith(f"reported {report}"):
            assert "reported by MTPay 14:03:02" in deposits.deposit_card(one, LEAD).plain, name
    text = deposits.deposit_card(made.standing(made.reported(report=report), State.DONE), LEAD).plain
    for told in ("Paid 5,500.20 CNY", "Fee 5.30 MTC", "Received 750.22 MTC", "1 MTC = 7.28 CNY", "Only a hint"):
        assert told in text, told
    assert "🔴" not in text


@pytest.mark.parametrize(
    ("of", "line"),
    [
        (replace(made.reported(), payment_amount=Decimal("4999.99")), "🔴 Paid 4,999.99 CNY"),
        (replace(made.reported(made.RECEIVES), transaction_amount=Decimal("4999.99")), "🔴 Traded 4,999.99 MTC"),
    ],
)
def test_another_amount_than_agreed_is_red_in_the_first_line_too(of: Deposit, line: str) -> None:
    lines = deposits.deposit_card(made.standing(of, State.DONE), LEAD).plain.split("\n")
    assert lines[0] == "🔴 Reported: other amount · D0612" and "✅ Reported finished" in lines and line in lines
    assert sum("🔴" in one for one in lines) == 2


def test_an_amount_that_was_not_told_is_not_made_up() -> None:
    bare = made.linked(report="Finished", reported_at=samples.NOW)
    text = deposits.deposit_card(made.standing(bare, State.DONE), LEAD).plain
    assert not re.search("Paid|Fee|Received|Traded|🔴", text)
    zero = replace(bare, fee=Decimal(0))
    assert "Fee 0.00 MTC" in deposits.deposit_card(made.standing(zero, State.DONE), LEAD).plain


def test_a_sentence_above_the_card_keeps_its_digest() -> None:
    one = made.standing(made.linked(), State.DONE)
    card = deposits.deposit_card(one, LEAD, (escape("⚠ Nothing done."),))
    lines = card.plain.split("\n")
    assert len(lines) == 8 and lines[1] == "⚠ Nothing done." and "5,500.20 CNY" in card.plain
    assert card.digest == deposits.deposit_card(one, LEAD).digest and card.picture


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_the_text_to_forward_speaks_the_language_of_the_page_and_has_no_word_of_the_desk(language: str) -> None:
    for wish in made.WISHES:
        text = deposits.forward_text(made.linked(replace(wish, language=language)))
        assert text.rows == () and text.picture == b"" and made.URL in text.plain.split("\n")
        assert wish.payer in text.plain and "2025-11-22 00:02" in text.plain
        assert not re.search("MTPay|MTC|D0612|Gate|desk|5,000", text.plain)
        assert ("5,500.20 CNY" in text.plain) is (wish is made.PAYS)
        own = text.plain.replace(made.URL, "").replace(wish.payer, "")
        assert bool(re.search("[\u4e00-\u9fff]", own)) is (language != "en")
    assert ("請" in deposits.forward_text(made.linked(replace(made.PAYS, language="zh_TW"))).plain) is True
    assert "请" not in deposits.forward_text(made.linked(replace(made.PAYS, language="zh_TW"))).plain


def test_the_qr_alone_has_no_buttons_and_no_number() -> None:
    card = deposits.qr_card(made.linked())
    assert card.picture and card.rows == () and card.plain == "请扫码付款"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_for_a_reply_says_what_is_wanted(language: str) -> None:
    who = samples.reader(language, Role.LEAD)
    for name, card in made.way_cards(who):
        if name != "deposit menu":
            assert card.prompt and 0 < len(card.prompt_hint) <= 64, name
    assert "99,999,999.12 MTC" in deposits.payer_prompt(Mode.RECEIVES, "CNY", Decimal("99999999.12"), who).plain
