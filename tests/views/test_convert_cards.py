"""What people read about conversions: every state in both languages, and the rules that each of these cards obeys."""

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.intents import Action, State
from bot.domain.journal import Entry
from bot.domain.money import Money
from bot.domain.quotes import OWN, Fixed, Pair
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Limit, Person, Role
from bot.views import convert, convert_history, convert_menu, desk, past_deals
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, escape, width
from bot.views.convert_lines import rate
from bot.views.journal import DEEDS, OUTCOMES, journal_page
from bot.views.notices import NOTICES, notice_card
from bot.views.refusal_words import CONVERT_REASONS, REASONS, USAGE
from bot.views.refusals import refusal_card, toast
from bot.views.staff import limits_card
from tests.views import convert_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
OPERATOR = samples.reader()
GROUP = samples.reader(role=None)
MONEY = {Verb.CV_YES, Verb.CV_NEW, Verb.CV_AGAIN, Verb.CV_AGAIN_YES, Verb.CV_SETTLE, Verb.CV_SETTLE_YES, Verb.CV_LEAD}
PROMISED = (
    "unknown_currency", "equal_currencies", "pair_not_offered", "amount_not_positive", "amount_too_precise",
    "amount_too_large", "below_minimum", "above_maximum", "two_amounts", "account_not_listed", "quote_ended",
    "quote_used", "quote_changed", "not_your_quote", "other_quote", "limit_needs_usdt", "asked_again_already",
    "order_named", "again_too_early", "not_unknown", "convert_off", "clock_skew", "over_limit", "over_daily_limit",
)  # fmt: skip

WITH_EXAMPLE = (
    "unknown_currency", "equal_currencies", "pair_not_offered", "amount_not_positive", "two_amounts",
    "amount_too_large", "account_not_listed", "quote_ended", "not_your_quote", "other_quote",
)  # fmt: skip


def verbs(card: Card) -> list[Verb]:
    return [tap.verb for tap in map(Tap.parse, card.data) if tap is not None]


def money(text: str) -> Money:
    amount, code = text.split()
    return Money(Decimal(amount), code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_of_a_conversion_looks_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    sub = made.conversion(account=made.SUB)
    cards = [*made.conversion_cards(lead, sub), *made.convert_confirms(lead, sub)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_a_quote_the_history_and_the_news_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.menu_cards(lead), *made.history_cards(lead), *made.news(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("account", [OWN, made.SUB])
def test_every_card_fits_eight_lines_of_thirty_six_columns(language: str, account: str) -> None:
    base = made.conversion(account=account)
    for role in (None, Role.VIEWER, Role.OPERATOR, Role.LEAD):
        who = samples.reader(language, role)
        cards = [*made.conversion_cards(who, base), *made.convert_confirms(who, base), *made.menu_cards(who, account)]
        for name, card in [*cards, *made.history_cards(who, base), *made.news(who)]:
            lines = card.plain.split("\n")
            assert len(lines) <= 8, f"{name}\n{card.plain}"
            most = 44 if name == "converts mixed" else 36
            assert max(map(width, lines)) <= most, f"{name}\n{card.plain}"


def test_a_sentence_above_the_card_costs_the_derived_rate_and_no_amount() -> None:
    worse = dict(made.standings())["quote worse"]
    note = escape("⚠ Nothing done.")
    card = convert.conversion_card(worse, OPERATOR, (note,))
    lines = card.plain.split("\n")
    assert len(lines) == 8 and lines[1] == "⚠ Nothing done."
    assert "100.00 USDT" in card.plain and "0.00101234 BTC" in card.plain and "agent 1" in card.plain
    assert card.digest == convert.conversion_card(worse, OPERATOR).digest


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_codes_and_words_are_shown_harmlessly(words: str) -> None:
    base = made.conversion(Money(Decimal("100.00"), words), Money(Decimal("0.001"), words), account=words)
    base = replace(base, quote=replace(base.quote, id=words), order_id=words)
    for who in (LEAD, GROUP, samples.reader("zh", Role.LEAD)):
        cards = [*made.every_convert_card(who, base, words), *made.menu_cards(who, words, (words, words, words))]
        for name, card in cards:
            assert problem(card.text) == "", name
            assert 0 < len(card.plain) <= 4096, name
            shown = [card.plain, card.prompt_hint, *(one.text for row in card.rows for one in row)]
            for text in shown:
                assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", text)
            assert len(card.prompt_hint) <= 64, name
            assert all(width(one.text) <= 36 for row in card.rows for one in row), name
            assert all(Tap.parse(data) is not None for data in card.data), name
        convert_history.csv_file([one for _, one in made.standings(base, words)], who).decode("utf-8-sig")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_amount_of_eighteen_digits_is_shown_unchanged(language: str) -> None:
    base = made.conversion(money("123456789012.345678 USDT"), money("0.123456789012345678 BTC"))
    sell, buy = "123,456,789,012.345678 USDT", "0.123456789012345678 BTC"
    lead = samples.reader(language, Role.LEAD)
    for name, card in [*made.conversion_cards(lead, base), *made.convert_confirms(lead, base)]:
        assert (sell in card.plain and buy in card.plain) or "otherwise" in name, f"{name}\n{card.plain}"
    assert b",123456789012.345678,USDT,0.123456789012345678,BTC," in convert_history.csv_file(
        [made.standing(base, State.SENT)], lead
    )


@pytest.mark.parametrize(
    ("sell", "buy", "told"),
    [
        ("100 USDT", "0.00101234 BTC", ("BTC", "98781.04", "USDT")),
        ("0.00101234 BTC", "100 USDT", ("BTC", "98781.04", "USDT")),
        ("1 USDT", "0.04464002 GT", ("GT", "22.401424", "USDT")),
        ("5012.63 USDT", "5000.00 USD", ("USD", "1.002526", "USDT")),
        ("7 A", "7 B", ("B", "1", "A")),
        ("1 SHIB", "0.00000001 BTC", ("BTC", "1E+8", "SHIB")),
        ("123456789 SHIB", "1 BTC", ("BTC", "1.2345679E+8", "SHIB")),
    ],
)
def test_the_rate_comes_from_the_amounts_and_is_one_or_more(sell: str, buy: str, told: tuple[str, str, str]) -> None:
    found = rate(money(sell), money(buy))
    assert found is not None
    assert (found[0], str(found[1]), found[2]) == told
    assert found[1] >= 1 and len(found[1].as_tuple().digits) <= 8


def test_the_venues_rate_is_never_shown() -> None:
    quoted = made.conversion()
    wrong = replace(quoted, quote=replace(quoted.quote, rate=Decimal("777.77")))
    for state in (None, State.DONE, State.TAKEN):
        card = convert.conversion_card(made.standing(wrong, state, open_seal=made.seal()), LEAD)
        assert "777" not in card.plain


@pytest.mark.parametrize("amounts", [("0 USDT", "1 BTC"), ("1 USDT", "0 BTC"), ("NaN USDT", "1 BTC"), ("-1 A", "1 B")])
def test_without_two_amounts_above_zero_there_is_no_rate(amounts: tuple[str, str]) -> None:
    assert rate(money(amounts[0]), money(amounts[1])) is None


@pytest.mark.parametrize(
    ("fixed", "before", "line"),
    [
        (Fixed.SELL, "0.00102", "⚠ Get −0.75% against last quote"),
        (Fixed.SELL, "0.00101", "Get +0.23% against last quote"),
        (Fixed.BUY, "99", "⚠ Give +1.01% against last quote"),
        (Fixed.BUY, "101", "Give −0.99% against last quote"),
        (Fixed.SELL, "0.00101234", "Get +0.00% against last quote"),
    ],
)
def test_a_change_that_is_worse_for_us_is_marked(fixed: Fixed, before: str, line: str) -> None:
    changed = made.conversion(fixed=fixed, before=Decimal(before))
    card = convert.conversion_card(made.standing(changed, open_seal=made.seal()), OPERATOR)
    assert line in card.plain.split("\n")


def test_red_is_only_the_last_step_alone_in_the_last_row_with_back_first() -> None:
    for name, card in made.every_convert_card(LEAD):
        red = [(row, one) for row in card.rows for one in row if one.style == "danger"]
        is_step = name.startswith(("conversion quote", "convert again"))
        assert len(red) == (1 if is_step and name != "conversion quote of another" else 0), name
        for row, one in red:
            assert row is card.rows[-1] and row == (one,) and len(card.rows) > 1, name
            assert one.data.startswith((f"{Verb.CV_YES}:", f"{Verb.CV_AGAIN_YES}:")), name
            assert card.rows[0][0].text.startswith("⬅"), name
    backs = [card for name, card in made.menu_cards(LEAD) if name.startswith(("convert buy", "convert fixed"))]
    for card in [*backs, *(card for _, card in made.convert_confirms(LEAD))]:
        assert card.rows[0][0].text.startswith("⬅")


def test_only_who_opened_the_step_sees_its_red_button() -> None:
    quote = made.standing(open_seal=made.seal())
    assert verbs(convert.conversion_card(quote, OPERATOR)) == [Verb.CV_BACK, Verb.CV_NEW, Verb.CV_YES]
    for who in (
        GROUP, samples.reader(role=Role.VIEWER), Reader("en", "UTC", Person(5, Role.OWNER, "Owner", "en", "UTC")),
    ):  # fmt: skip
        assert Verb.CV_YES not in verbs(convert.conversion_card(quote, who))


def test_a_card_of_the_group_moves_nothing() -> None:
    assert all(verbs(card) == [Verb.CV_OPEN] for _, card in made.conversion_cards(GROUP))
    for name, card in [*made.conversion_cards(GROUP), *made.history_cards(GROUP), *made.news(GROUP)]:
        assert not MONEY & set(verbs(card)), name
        assert Verb.CV_CSV not in verbs(card), name


def test_without_an_answer_the_only_money_button_is_the_repeat_and_after_it_a_lead_settles() -> None:
    cards = dict(made.standings())
    viewer = samples.reader(role=Role.VIEWER)
    first, asked = cards["unknown"], cards["unknown asked"]
    assert verbs(convert.conversion_card(first, OPERATOR)) == [Verb.CV_AGAIN]
    assert verbs(convert.conversion_card(first, viewer)) == []
    assert verbs(convert.conversion_card(asked, OPERATOR)) == []
    lead = convert.conversion_card(asked, LEAD)
    assert lead.data == ("vt:c0ffee01:done", "vt:c0ffee01:nothing")
    for name in ("planned", "sent", "asked"):
        assert convert.conversion_card(cards[name], LEAD).rows == (), name


def test_a_lead_who_looked_need_not_ask_again_once_the_first_request_had_its_time() -> None:
    fresh = made.standing(made.conversion(looks=2), State.UNKNOWN, "timeout")
    looked = made.standing(made.conversion(looks=3), State.UNKNOWN, "timeout")
    assert verbs(convert.conversion_card(fresh, LEAD)) == [Verb.CV_AGAIN]
    assert verbs(convert.conversion_card(looked, LEAD)) == [Verb.CV_AGAIN, Verb.CV_SETTLE, Verb.CV_SETTLE]
    assert verbs(convert.conversion_card(looked, OPERATOR)) == [Verb.CV_AGAIN]


def test_where_gate_has_named_an_order_it_is_shown_and_only_a_lead_settles() -> None:
    cards = dict(made.standings())
    named = cards["unknown named"]
    card = convert.conversion_card(named, LEAD)
    assert "Gate's order ··1234 cannot be read" in card.plain and verbs(card) == [Verb.CV_SETTLE, Verb.CV_SETTLE]
    assert verbs(convert.conversion_card(named, OPERATOR)) == []
    assert "··1234" in convert.settle_confirm(named, "nothing", LEAD).plain
    taken = convert.conversion_card(cards["taken named"], OPERATOR)
    assert "Gate's order ··1234: not read yet" in taken.plain and verbs(taken) == [Verb.CV_LOOK]
    other = convert.conversion_card(cards["unknown of another quote"], OPERATOR)
    assert "Gate named ··1234: another quote" in other.plain and verbs(other) == [Verb.CV_AGAIN]


@pytest.mark.parametrize("code", ["400002", "400003", "400020", "TOO_MANY_REQUESTS", "5503001"])
def test_a_repeat_that_gate_did_not_even_read_is_said_to_be_the_only_one(code: str) -> None:
    asked = made.conversion(asked_again_at=made.ASKED_AGAIN, again_answer=f"{code}: no")
    assert "No more repeats." in convert.conversion_card(made.standing(asked, State.UNKNOWN), OPERATOR).plain
    for answer in ("400201: no", "timeout", f"{code}0: no"):
        other = made.standing(replace(asked, again_answer=answer), State.UNKNOWN)
        assert "No more repeats." not in convert.conversion_card(other, OPERATOR).plain, answer


@pytest.mark.parametrize("state", [State.TAKEN, State.DONE, State.REFUSED])
def test_an_order_of_the_repeat_does_not_hide_that_gate_was_asked_twice(state: State) -> None:
    order = made.conversion(order_id="200000000000001234", status=1, looked_at=samples.NOW + 70_000)
    asked = made.standing(replace(order, asked_again_at=made.ASKED_AGAIN), state)
    assert re.search(r"Asked again [0-9:]+: Look into Gate Pay first\.", convert.conversion_card(asked, OPERATOR).plain)
    assert "Asked again" not in convert.conversion_card(made.standing(order, state), OPERATOR).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_account_is_named_in_preview_repeat_settling_and_result(language: str) -> None:
    lead = samples.reader(language, Role.LEAD)
    own, sub = {"en": ("own account", "sub-account "), "zh": ("本账户", "子账户 ")}[language]
    for account, told in ((OWN, own), (made.SUB, f"{sub}{made.SUB}")):
        base = made.conversion(account=account)
        for name, card in [*made.conversion_cards(lead, base), *made.convert_confirms(lead, base)]:
            assert told in card.plain, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_about_conversions_is_called_safe(language: str) -> None:
    for name, card in made.every_convert_card(samples.reader(language, Role.LEAD)):
        assert not re.search(r"\bsafe|安全", card.plain, re.IGNORECASE), name


def test_the_menu_leads_by_taps_and_skips_what_a_button_cannot_carry() -> None:
    cards = dict(made.menu_cards(LEAD, OWN))
    first = cards["convert sell"]
    assert first.data[:3] == ("vf:own:USDT:BTC", "vf:own:BTC:USDT", "vb:own:USDT:0")
    assert "vs:own:1" in first.data
    assert cards["convert buy"].data[0] == "vs:own:0" and "vf:own:USDT:ETH" in cards["convert buy"].data
    assert cards["convert fixed"].data == ("vb:own:USDT:0", "va:own:USDT:BTC:sell", "va:own:USDT:BTC:buy")
    assert dict(made.menu_cards(LEAD))["convert accounts wish"].data[0] == "vw:own:USDT:BTC:buy:0.01"
    bad = convert_menu.fixed_card(OWN, Pair("U:SDT", "BTC"), LEAD)
    assert bad.data == ()


def test_the_prompt_names_the_bounds_and_an_example_within_them() -> None:
    card = convert_menu.amount_prompt(OWN, made.PAIR, Fixed.BUY, OPERATOR)
    assert card.prompt and "0.0001 to 1.00" in card.plain and "like 0.0001" in card.plain
    assert card.prompt_hint == "Amount of BTC, like 0.0001"


def test_the_history_turns_pages_and_offers_the_other_filters() -> None:
    listed = [made.standing(state=State.DONE)]
    card = convert_history.history_card(listed, "done", 1, True, OPERATOR)
    assert card.data == (
        "vo:c0ffee01", "vh:done:0", "vh:done:2", "vh:all:0", "vh:open:0", "vh:failed:0", "vc:done",
    )  # fmt: skip
    assert {state for state in past_deals.ICONS if state} == set(State)
    assert set(past_deals.STATUS_WORDS) == set(past_deals.ICONS)


def rows_of(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == data.count(b"\n")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_has_a_row_per_conversion_with_plain_digits_and_the_readers_clock() -> None:
    person = Person(7, Role.LEAD, "Lead", "zh", "Asia/Shanghai")
    listed = [one for _, one in made.standings(made.conversion(money("1234567.50 USDT"), account=made.SUB))]
    header, *lines = rows_of(convert_history.csv_file(listed, Reader("zh", "Asia/Shanghai", person)))
    assert header[:4] == ["时间", "编号", "账户", "付出数量"]
    assert len(lines) == len(listed) and {len(line) for line in (header, *lines)} == {12}
    assert lines[0] == [
        "2025-11-21T22:02:02+08:00", "c0ffee01", made.SUB, "1234567.50", "USDT", "0.00101234", "BTC", "仅报价", "",
        "operator 2", "", "q-20251121-7F3A",
    ]  # fmt: skip
    done = next(line for (name, _), line in zip(made.standings(), lines, strict=True) if name == "done otherwise")
    assert done[5] == "0.00050617" and done[8] == "200000000000001234"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_of_the_file_is_run_as_a_formula(start: str) -> None:
    evil = f"{start}HYPERLINK(1)"
    base = made.conversion(replace(made.GIVEN, code=evil), account=evil, order_id=evil, requester=1)
    base = replace(base, id=evil, quote=replace(base.quote, id=evil))
    one = replace(made.standing(base, State.DONE), person_name=evil, requester_name=evil)
    _, line = rows_of(convert_history.csv_file([one], LEAD))
    assert [cell for cell in line if "HYPERLINK" in cell] == [f"'{evil.strip()}"] * 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promised_refusal_has_a_sentence_of_its_own(language: str) -> None:
    who = samples.reader(language)
    facts = {
        "given": "XX", "sell": "A", "buy": "B", "amount": "1", "code": "A", "most": "8", "limit": "2", "pair": "A → B",
        "who": "x", "asked": "1 A", "offered": "2 A", "at": str(samples.NOW), "used": "1", "seconds": "+11",
    }  # fmt: skip
    told = [toast(NotAllowed(reason, facts), who) for reason in PROMISED]
    assert set(PROMISED) <= set(REASONS) and len(set(told)) == len(told)
    for text in told:
        assert "{" not in text and "–" not in text and len(text) < 200
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), text
    for command in ("convert", "converts"):
        assert f"/{command}" in toast(NotAllowed("usage", {"command": command}), who) and command in USAGE
    assert "/convert 100 USDT BTC" in toast(NotAllowed("usage", {"command": "convert"}), who)


def test_what_was_written_wrongly_is_answered_with_an_example() -> None:
    for reason in WITH_EXAMPLE:
        assert "/convert 100 USDT BTC" in CONVERT_REASONS[reason], reason
    facts = {"amount": "1", "code": "USDT", "limit": "10", "pair": "USDT → BTC"}
    assert "10.00 USDT or more" in toast(NotAllowed("below_minimum", facts), OPERATOR)
    skew = toast(NotAllowed("clock_skew", {"seconds": "+11", "limit": "8"}), OPERATOR)
    assert "+11 s" in skew and "8 s is the most" in skew and "nothing was sent" in skew


@pytest.mark.parametrize("reason", ["over_limit", "over_daily_limit", "limit_needs_usdt", "role_too_low"])
def test_a_lead_can_be_asked_for_a_conversion(reason: str) -> None:
    no = NotAllowed(reason, {"conversion": "c0ffee01", "amount": "1", "limit": "0", "needed": "operator"})
    assert refusal_card(no, OPERATOR).data == ("vk:c0ffee01",)
    assert refusal_card(no, GROUP).data == ()
    assert refusal_card(NotAllowed("not_unknown", {"conversion": "c0ffee01"}), OPERATOR).data == ()


def test_gate_pay_is_named_and_a_lost_look_claims_no_doubt_about_money() -> None:
    assert toast(Refused("gate_pay", "convert", code="777", detail="odd", status=200), OPERATOR) == (
        "Gate Pay said no: “odd” (code 777). Nothing happened."
    )
    lost = toast(Unknown("gate_pay", "preview", why="timeout"), OPERATOR)
    assert "Nothing was converted" in lost and "may be done" not in lost
    assert "may be done or not" in toast(Unknown("gate_pay", "convert", why="timeout"), OPERATOR)


def test_news_for_leads_take_a_quote_and_nobody_else_is_offered_one() -> None:
    facts = {"conversion": "c0ffee01", "who": "op", "give": "100000 USDT", "get": "… BTC", "account": OWN}
    asked = Notice("convert_asked", facts)
    assert notice_card(asked, LEAD).data == ("vl:c0ffee01",)
    assert notice_card(asked, GROUP).data == () and notice_card(asked, samples.reader(role=Role.AGENT)).data == ()
    assert "100,000.00 USDT" in notice_card(asked, LEAD).plain
    assert notice_card(Notice("convert_unknown", facts), OPERATOR).data == ("vo:c0ffee01",)
    assert {"convert_asked", "converted", "convert_failed", "convert_unknown", "convert_unknown_long"} <= set(NOTICES)


def test_commands_of_gate_pay_are_hidden_where_it_is_not_set_up() -> None:
    for role in Role:
        shown = {command for command, _ in desk.menu(role, "en")}
        assert ("convert" in shown, "converts" in shown) == (role >= Role.OPERATOR, True)
        assert not {"convert", "converts"} & {command for command, _ in desk.menu(role, "en", has_convert=False)}
        who = samples.reader(role=role)
        welcome = notice_card(Notice("welcome", {"role": role.word}), who, has_convert=False)
        hidden = (desk.help_card(who, has_convert=False), desk.start_card(who, has_convert=False), welcome)
        assert all("/convert" not in card.plain for card in hidden)
        assert "/converts" in desk.help_card(who).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_journal_and_limits_know_conversions(language: str) -> None:
    who = samples.reader(language, Role.OWNER)
    line = Entry(1, samples.NOW, 7, "convert", f"{made.SUB}/q-20251121-7F3A", {}, "taken")
    told = journal_page([line, replace(line, action="export", target="converts", outcome="done")], 0, who).plain
    assert f"7F3A {made.SUB}" in told and ("convert" if language == "en" else "闪兑") in told
    assert ("conversions as a file" if language == "en" else "导出闪兑记录") in told
    assert {"convert", "ask_again", "settle"} <= set(DEEDS)
    assert {state.value for state in State} <= set(OUTCOMES)
    limit = Limit(Decimal(100), Decimal(500))
    card = limits_card([(Role.OPERATOR, action.value, limit) for action in Action], who)
    assert "100.00 / 500.00 USDT" in card.plain
