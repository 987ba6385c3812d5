"""What people read about off-ramps: every state in both languages, and the rules that each of these cards obeys."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.intents import State
from bot.domain.journal import Entry
from bot.domain.money import Money
from bot.domain.off_ramps import OffRampSide
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Person, Role
from bot.views import desk, otc, otc_history
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, escape, width
from bot.views.journal import DEEDS, journal_page
from bot.views.notices import NOTICES, notice_card
from bot.views.otc_lines import bank_words, fiat_rate
from tests.views import otc_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
OPERATOR = samples.reader()
GROUP = samples.reader(role=None)
MONEY = {Verb.OT_YES, Verb.OT_NEW, Verb.OT_BANK, Verb.OT_WISH, Verb.OT_LEAD, Verb.OT_BACK}


def verbs(card: Card) -> list[Verb]:
    return [tap.verb for tap in map(Tap.parse, card.data) if tap is not None]


def money(text: str) -> Money:
    amount, code = text.split()
    return Money(Decimal(amount), code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_an_off_ramp_looks_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.off_ramp_cards(samples.reader(language, Role.LEAD))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_an_off_ramp_the_list_and_the_news_look_like_this(
    language: str, snapshot: SnapshotAssertion
) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.way_cards(lead), *made.settle_cards(lead), *made.history_cards(lead), *made.news(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_gate_pay_and_every_refusal_reads_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(f"{name}: {drawn(card)}" for name, card in made.refusals(samples.reader(language))) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("side", list(OffRampSide))
def test_every_card_fits_eight_lines_of_thirty_six_columns(language: str, side: OffRampSide) -> None:
    base = made.off_ramp(side=side, bank="A" * 40 + " · " + "汉" * 30 + " ··4410")
    for role in (None, Role.VIEWER, Role.OPERATOR, Role.LEAD):
        who = samples.reader(language, role)
        cards = [*made.off_ramp_cards(who), *made.off_ramp_cards(who, base), *made.way_cards(who)]
        cards += [*made.settle_cards(who), *made.settle_cards(who, base)]
        for name, card in [*cards, *made.history_cards(who), *made.news(who)]:
            lines = card.plain.split("\n")
            assert len(lines) <= 8, f"{name}\n{card.plain}"
            # A sentence for a known number wraps; it is worth its lines
            told = [line for line in lines if "550313:" not in line]
            assert max(map(width, told)) <= 36, f"{name}\n{card.plain}"


def test_a_full_card_loses_rate_and_fee_and_nothing_that_must_be_read() -> None:
    full = dict(made.standings())["quote of everything"]
    text = otc.off_ramp_card(full, LEAD).plain
    for told in ("999999", "5,012.63 USDT", "5,000.00 USD", "+100.00%", "··4410", "14:03:02", "agent 1", "answer: 2"):
        assert told in text, told
    assert "0.9975" not in text and "Fee" not in text
    simple = otc.off_ramp_card(made.standing(open_seal=made.seal()), LEAD).plain
    assert "1 USDT = 0.9975 USD" in simple and "Fee: told with the result" in simple


def test_a_sentence_above_the_card_costs_no_amount_and_keeps_its_digest() -> None:
    worse = dict(made.standings())["quote worse"]
    card = otc.off_ramp_card(worse, LEAD, (escape("⚠ Nothing done."),))
    lines = card.plain.split("\n")
    assert len(lines) == 8 and lines[1] == "⚠ Nothing done."
    assert "5,012.63 USDT" in card.plain and "5,000.00 USD" in card.plain and "··4410" in card.plain
    assert card.digest == otc.off_ramp_card(worse, LEAD).digest


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_codes_and_words_are_shown_harmlessly(words: str) -> None:
    base = made.off_ramp(Money(Decimal("100.00"), words), Money(Decimal("99"), words), bank=words, order_id=words)
    base = replace(base, wish=replace(base.wish, promotion=words), error=words)
    for who in (LEAD, GROUP, samples.reader("zh", Role.LEAD)):
        for name, card in made.every_otc_card(who, base, words):
            assert problem(card.text) == "", name
            assert 0 < len(card.plain) <= 4096, name
            shown = [card.plain, card.prompt_hint, *(one.text for row in card.rows for one in row)]
            for text in shown:
                assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", text)
            assert len(card.prompt_hint) <= 64, name
            assert all(0 < width(one.text) <= 36 for row in card.rows for one in row), name
            assert all(Tap.parse(data) is not None for data in card.data), name
        otc_history.csv_file([one for _, one in made.standings(base, words)], who).decode("utf-8-sig")


@pytest.mark.parametrize("who", [LEAD, GROUP, samples.reader("zh", Role.OWNER)])
def test_neither_the_token_nor_its_hash_is_ever_shown(who: Reader) -> None:
    target = Entry(1, samples.NOW, 7, "otc", f"otc/{made.TOKEN_HASH}", {"number": made.NUMBER}, "sent")
    for name, card in [*made.every_otc_card(who), ("journal", journal_page([target], 0, who))]:
        whole = f"{card.text}{card.prompt_hint}{card.rows}"
        assert not re.search("SECRET|5f1c|qt-|deadbeef|cafe0123", whole), name
    content = otc_history.csv_file([one for _, one in made.standings()], who).decode()
    assert not re.search("SECRET|deadbeef", content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_of_eighteen_digits_is_shown_unchanged(language: str) -> None:
    base = made.off_ramp(money("123456789012.345678 USDT"), money("123456789011.12 USD"))
    for name, one in made.standings(base):
        card = otc.off_ramp_card(one, samples.reader(language, Role.LEAD))
        assert "123,456,789,012.345678 USDT" in card.plain and "123,456,789,011.12 USD" in card.plain, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_amount_has_its_verb_before_it(language: str) -> None:
    """USD and USDT differ by one letter: no amount stands alone on its line."""
    who = samples.reader(language, Role.LEAD)
    for name, card in [*made.off_ramp_cards(who), *made.way_cards(who), *made.news(who)]:
        for line in card.plain.split("\n"):
            assert not re.match(r"[\d,.]+ USDT?", line) or " = " in line, f"{name}: {line}"


@pytest.mark.parametrize(
    ("sell", "get", "told"),
    [
        ("5012.63 USDT", "5000.00 USD", "0.9975"),
        ("1000 USDC", "1000 USD", "1.0000"),
        ("3 USDT", "2 USD", "0.6667"),
        ("1000000 USDT", "1 USD", "0.000001000"),
        ("1 USDT", "12345.67 USD", "12345.6700"),
    ],
)
def test_the_rate_is_fiat_per_coin_from_the_amounts(sell: str, get: str, told: str) -> None:
    found = fiat_rate(money(sell), money(get))
    assert found is not None and f"{found:f}" == told


@pytest.mark.parametrize("amounts", [("0 USDT", "1 USD"), ("1 USDT", "0 USD"), ("NaN A", "1 B"), ("1 A", "1E+40 B")])
def test_without_two_amounts_above_zero_there_is_no_rate(amounts: tuple[str, str]) -> None:
    assert fiat_rate(money(amounts[0]), money(amounts[1])) is None
    base = made.off_ramp(money(amounts[0]), money("1 USD"))
    assert otc.off_ramp_card(made.standing(base, open_seal=made.seal()), LEAD).plain


@pytest.mark.parametrize(
    ("side", "before", "line"),
    [
        (OffRampSide.CRYPTO, "5040", "⚠ Gets −0.79% against last quote"),
        (OffRampSide.CRYPTO, "4990", "Gets +0.20% against last quote"),
        (OffRampSide.FIAT, "5000", "⚠ Sell +0.25% against last quote"),
        (OffRampSide.FIAT, "5020", "Sell −0.15% against last quote"),
    ],
)
def test_a_change_that_is_worse_for_us_is_marked(side: OffRampSide, before: str, line: str) -> None:
    changed = made.off_ramp(side=side, before=Decimal(before))
    assert line in otc.off_ramp_card(made.standing(changed, open_seal=made.seal()), LEAD).plain.split("\n")


def test_red_is_only_the_sell_button_alone_in_the_last_row_with_back_first() -> None:
    for name, card in made.every_otc_card(LEAD):
        red = [(row, one) for row in card.rows for one in row if one.style == "danger"]
        is_step = name.startswith("off-ramp quote") and name != "off-ramp quote of another"
        assert len(red) == (1 if is_step else 0), name
        for row, one in red:
            assert row is card.rows[-1] and row == (one,), name
            assert one.data == "fy:0123456789abcdef" and one.text == "Sell 5,012.63 USDT", name
            assert [button.text for button in card.rows[0]] == ["⬅ Back", "New quote"], name


def test_only_who_opened_the_step_and_still_may_sees_its_red_button() -> None:
    quote = made.standing(open_seal=made.seal())
    assert verbs(otc.off_ramp_card(quote, LEAD)) == [Verb.OT_BACK, Verb.OT_NEW, Verb.OT_YES]
    other = Reader("en", "UTC", Person(5, Role.OWNER, "Owner", "en", "UTC"))
    for who in (GROUP, OPERATOR, samples.reader(role=Role.VIEWER), other):
        assert Verb.OT_YES not in verbs(otc.off_ramp_card(quote, who))


def test_a_card_of_the_group_only_opens_it() -> None:
    assert all(verbs(card) == [Verb.OT_OPEN] for _, card in made.off_ramp_cards(GROUP))
    for name, card in made.every_otc_card(GROUP):
        assert not (MONEY | {Verb.OT_CSV, Verb.OT_ASK}) & set(verbs(card)), name


def test_after_an_answer_was_lost_nothing_can_be_pressed_but_a_look() -> None:
    cards = dict(made.off_ramp_cards(LEAD))
    for name in ("taken", "taken dispatched", "taken odd", "taken beside"):
        assert verbs(cards[f"off-ramp {name}"]) == [Verb.OT_LOOK], name
    for name in ("unknown", "unknown looked"):
        assert verbs(cards[f"off-ramp {name}"]) == [Verb.OT_LOOK, Verb.OT_SETTLE, Verb.OT_SETTLE], name
        assert verbs(dict(made.off_ramp_cards(OPERATOR))[f"off-ramp {name}"]) == [Verb.OT_LOOK], name
    for name in ("planned", "sent", "done", "done untold"):
        assert cards[f"off-ramp {name}"].rows == (), name
    for name in ("refused", "failed", "void", "ended"):
        assert verbs(cards[f"off-ramp {name}"]) == [Verb.OT_NEW], name
        assert verbs(dict(made.off_ramp_cards(OPERATOR))[f"off-ramp {name}"]) == [], name


def test_a_lead_settles_in_two_steps_and_the_first_says_what_it_costs_to_be_wrong() -> None:
    cards = dict(made.settle_cards(LEAD))
    nothing, order, unnamed = (cards[f"settle {name}"] for name in ("nothing", "order", "order unnamed"))
    assert nothing.data == ("fo:0ff4a3b5", "fu:0ff4a3b5:nothing") and "sold twice" in nothing.plain
    assert order.data == unnamed.data == ("fo:0ff4a3b5", f"fu:0ff4a3b5:{made.ORDER}")
    assert "4263: moved" in order.plain and "desk's own number" in order.plain and "no number of ours" in unnamed.plain
    assert cards["settle order asked"].prompt and "Reply with its number" in cards["settle order asked"].plain


def test_a_word_that_nobody_knows_stands_beside_the_status() -> None:
    cards = dict(made.off_ramp_cards(LEAD))
    for name, word in (("taken beside", "REFUNDED"), ("done beside", "FAIL"), ("failed beside", "DONE")):
        assert f"⚠ Gate's status: {word}" in cards[f"off-ramp {name}"].plain, name
    assert cards["off-ramp taken odd"].plain.count("Gate's status") == 1


def test_how_it_is_known_that_nothing_happened_is_said() -> None:
    cards = dict(made.off_ramp_cards(LEAD))
    assert "A lead looked: no such order." in cards["off-ramp void by word"].plain
    assert "Gate knows no such order." in cards["off-ramp void looked"].plain
    assert "no such order" not in cards["off-ramp void"].plain
    news = dict(made.news(LEAD))
    assert "A lead looked" in news["otc news otc_void"].plain and "knows no" in news["otc news otc_void bare"].plain


def test_looks_are_counted_up_to_those_needed() -> None:
    sent = replace(made.off_ramp(), client_order_id=made.NUMBER)
    for looks, told in ((1, "(1 of 3)"), (3, "(3 of 3)"), (7, "(3 of 3)")):
        intent = made.intent(State.UNKNOWN, "timeout", looks=looks, last_look_at=samples.NOW + 31_000)
        text = otc.off_ramp_card(replace(made.standing(sent), intent=intent), LEAD).plain
        assert f"14:02:33: no such order {told}" in text
    assert "no such order" not in otc.off_ramp_card(made.standing(sent, State.UNKNOWN), LEAD).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_dispatched_is_on_the_way_and_not_called_an_end(language: str) -> None:
    text = dict(made.off_ramp_cards(samples.reader(language, Role.LEAD)))["off-ramp taken dispatched"].plain
    assert ("not the end yet" if language == "en" else "还没有结束") in text
    assert not re.search("✅|done|完成", text)


def test_what_gate_does_not_tell_is_said_to_be_untold() -> None:
    cards = dict(made.off_ramp_cards(LEAD))
    told, untold = cards["off-ramp done"].plain, cards["off-ramp done untold"].plain
    assert "Bank got 4,990.00 USD" in told and "Fee 10.00 USD" in told
    assert "Bank got: not told by Gate" in untold and "Fee: not told by Gate" in untold
    assert "Quoted 5,000.00 USD before fee" in untold
    assert "Gate: moved" in cards["off-ramp done with words"].plain
    zero = made.off_ramp(order_id=made.ORDER, status="DONE", fee=Decimal(0), final=Decimal(0))
    assert "Fee 0.00 USD" in otc.off_ramp_card(made.standing(zero, State.DONE), LEAD).plain


def test_a_known_number_is_told_with_what_to_do_and_an_unknown_one_in_gates_words() -> None:
    cards = dict(made.off_ramp_cards(LEAD))
    for name in ("refused known", "quote after known"):
        assert "550313: The quote ended before Gate had it" in cards[f"off-ramp {name}"].plain, name
    assert "Gate: 999999: moved" in cards["off-ramp refused"].plain
    zh = dict(made.off_ramp_cards(samples.reader("zh", Role.LEAD)))
    assert "报价已失效" in zh["off-ramp quote after known"].plain


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("ACME LTD · Chase ··4410", "ACME LTD · Chase ··4410"),
        ("ACME LTD · Chase ··", "ACME LTD · Chase"),
        ("A" * 40 + " · Chase ··4410", "A" * 20 + "… · Chase ··4410"),
        ("ACME · " + "B" * 40 + " ··4410", "ACME · " + "B" * 21 + "… ··4410"),
        ("汉" * 30 + " · " + "字" * 30 + " ··4410", "汉" * 6 + "… · " + "字" * 6 + "… ··4410"),
    ],
)
def test_names_give_way_and_the_accounts_last_digits_never_do(shown: str, told: str) -> None:
    assert bank_words(shown) == told and width(told) <= 36


def test_accounts_are_offered_with_the_last_used_first_and_only_usable_ones() -> None:
    banks = (made.bank("1"), made.bank("2", review=2), made.bank("3", name="Citi"), made.bank("4", review=None))
    card = otc.banks_to_choose(made.WISH, "ab12cd34", banks, "3", LEAD)
    assert card.data == ("fb:ab12cd34:3", "fb:ab12cd34:1", "fb:ab12cd34:4")
    assert "review state not told" in card.plain and "last stands first" in card.plain
    assert otc.banks_to_choose(made.WISH, "ab12cd34", banks, "3", OPERATOR).data == ()
    plain = otc.banks_to_choose(made.WISH, "ab12cd34", banks[:1], "9", LEAD).plain
    assert "not told" not in plain and "last" not in plain


def test_accounts_that_read_the_same_are_told_apart_and_none_is_lost_silently() -> None:
    twins = otc.banks_to_choose(made.WISH, "ab12cd34", (made.bank("4711"), made.bank("4712")), "", LEAD)
    assert [row[0].text for row in twins.rows] == ["ACME LTD · Chase ··4410 #4711", "ACME LTD · Chase ··4410 #4712"]
    many = otc.banks_to_choose(made.WISH, "ab12cd34", [made.bank(str(at)) for at in range(45)], "44", LEAD)
    assert len(many.rows) == 40 and many.data[0] == "fb:ab12cd34:44" and "Not shown here: 5" in many.plain
    assert "Not shown here: 1" in otc.banks_to_choose(made.WISH, "ab12cd34", (made.bank("a:b"),), "", LEAD).plain


def test_the_menu_offers_each_coin_on_both_sides_to_those_who_may_ask() -> None:
    card = otc.off_ramp_menu(OPERATOR)
    assert card.data == (
        "fw:crypto:USDT:USD", "fw:crypto:USDC:USD", "fw:fiat:USDT:USD", "fw:fiat:USDC:USD", "fh:all:0",
    )  # fmt: skip
    assert "/otc 1000 USDT" in card.plain and "/otc 5000 USD" in card.plain
    for who in (GROUP, samples.reader(role=Role.AGENT)):
        assert otc.off_ramp_menu(who).data == ("fh:all:0",)
    prompt = otc.amount_prompt(OffRampSide.FIAT, "USDC", "USD", OPERATOR)
    assert prompt.prompt and prompt.prompt_hint == "Amount of USD, like 1000"


def test_the_list_turns_pages_and_offers_the_other_filters() -> None:
    card = otc_history.history_card([made.standing(state=State.DONE)], "done", 1, True, LEAD)
    assert card.data == (
        "fo:0ff4a3b5", "fh:done:0", "fh:done:2", "fh:all:0", "fh:open:0", "fh:failed:0", "fc:done",
    )  # fmt: skip


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_row_per_off_ramp_with_plain_digits_and_the_readers_clock() -> None:
    person = Person(7, Role.LEAD, "Lead", "zh", "Asia/Shanghai")
    listed = dict(made.standings(made.off_ramp(money("1234567.50 USDT"))))
    header, *lines = rows_of(otc_history.csv_file(list(listed.values()), Reader("zh", "Asia/Shanghai", person)))
    assert header[:4] == ["时间", "编号", "付出数量", "付出币种"] and header[6:8] == ["手续费", "实际到账"]
    assert len(lines) == len(listed) and {len(line) for line in (header, *lines)} == {17}
    told = dict(zip(listed, lines, strict=True))
    assert told["done"] == [
        "2025-11-21T22:02:02+08:00", "0ff4a3b5", "1234567.50", "USDT", "5000.00", "USD", "10.00", "4990.00", made.BANK,
        "已完成", "DONE", made.ORDER, made.NUMBER, "", "", "lead 3", "",
    ]  # fmt: skip
    assert told["done untold"][6:8] == ["", ""]
    assert told["refused"][14] == "999999: rate moved" and told["failed"][14] == "rate moved"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_the_file_is_run_as_a_formula(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    base = made.off_ramp(Money(Decimal(1), evil), Money(Decimal(1), evil), bank=evil, order_id=evil, requester=1)
    base = replace(base, id=evil, status=evil, client_order_id=evil, error=evil)
    base = replace(base, wish=replace(base.wish, promotion=evil))
    one = replace(made.standing(base, State.DONE), person_name=evil, requester_name=evil)
    _, line = rows_of(otc_history.csv_file([one], LEAD))
    assert [cell for cell in line if "HYPERLINK" in cell] == [f"'{evil.strip()}"] * 11


def test_news_for_leads_take_a_quote_and_nobody_else_is_offered_one() -> None:
    facts = {"request": "ab12cd34", "off_ramp": "0ff4a3b5", "who": "op", "amount": "1000 USDT", "other": "USD"}
    asked = Notice("otc_asked", facts)
    assert notice_card(asked, LEAD).data == ("fl:ab12cd34",)
    assert "Sell 1,000.00 USDT for USD" in notice_card(asked, LEAD).plain
    fiat = notice_card(Notice("otc_asked", facts | {"amount": "5000.00 USD", "other": "USDT"}), LEAD)
    assert "Bank gets 5,000.00 USD for USDT" in fiat.plain
    assert notice_card(asked, GROUP).data == () and notice_card(asked, OPERATOR).data == ()
    for kind in ("otc_unknown", "otc_unknown_long", "otc_failed", "otc_odd", "otc_stuck"):
        assert notice_card(Notice(kind, facts), OPERATOR).data == ("fo:0ff4a3b5",)
        assert notice_card(Notice(kind, facts), GROUP).data == ("fo:0ff4a3b5",)
    assert {"otc_asked", "otc_done", "otc_failed", "otc_unknown", "otc_unknown_long", "callback_other"} <= set(NOTICES)
    reviewed = notice_card(Notice("bank_reviewed", {"bank": "Chase ··4410", "review": "99", "memo": "blurred"}), LEAD)
    assert "Chase ··4410" in reviewed.plain and "blurred" in reviewed.plain


def test_commands_of_the_otc_desk_are_hidden_where_gate_pay_is_not_set_up() -> None:
    for role in Role:
        shown = {command for command, _ in desk.menu(role, "en")}
        assert ("otc" in shown, "banks" in shown) == (role >= Role.OPERATOR, role >= Role.LEAD)
        assert not {"otc", "banks"} & {command for command, _ in desk.menu(role, "en", has_convert=False)}
        who = samples.reader(role=role)
        assert "/otc" not in desk.help_card(who, has_convert=False).plain
    assert "/banks" in desk.help_card(samples.reader(role=Role.OWNER)).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_journal_knows_off_ramps_callbacks_and_bank_accounts(language: str) -> None:
    who = samples.reader(language, Role.OWNER)
    line = Entry(1, samples.NOW, 7, "otc", f"otc/{made.TOKEN_HASH}", {"order": made.ORDER}, "done")
    added = replace(line, action="bank_add", target="bank/f00d", facts={"bank": "Chase ··4410"})
    callback = replace(line, action="callback", target=made.ORDER, facts={}, outcome="seen")
    told = journal_page([line, added, callback, replace(line, action="export", target="otc")], 0, who).plain.split("\n")
    assert ("off-ramp" if language == "en" else "出金") in told[1] and "4263" in told[1]
    assert "Chase ··4410" in told[2] and "f00d" not in told[2]
    assert "4263" in told[3]
    assert ("off-ramps as a file" if language == "en" else "导出出金记录") in told[4]
    assert {"otc", "callback", "bank_add", "bank_delete", "bank_review"} <= set(DEEDS)
