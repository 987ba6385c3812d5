"""What people read about our ads: every state and phase in both languages, and the rules that each card obeys."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from bot.domain.ad_edits import Part, Wanted
from bot.domain.ad_views import AdView
from bot.domain.ads import AdState, AdStatus
from bot.domain.intents import State
from bot.domain.situations import Reader
from bot.domain.staff import Role
from bot.views import ad_change, ads
from bot.views.ad_lines import percent_of, price_of, tidy
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, escape, width
from tests.views import ad_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
OTHER_LEAD = Reader("en", "UTC", replace(samples.person(Role.LEAD), id=5))
OPERATOR = samples.reader(role=Role.OPERATOR)
GROUP = samples.reader(role=None)
LAST_STEPS = (f"{Verb.AD_YES}:", f"{Verb.AL_YES}:")
OF_MANY_LINES = ("ad ", "list", "move", "ask", "change diff several", "change found moved", "refusal", "usage")
WIDE = ("ad long", "ad foreign", "ask", "which long", "change refused terms", "move", "refusal", "usage")


def verbs(card: Card) -> list[Verb]:
    return [tap.verb for tap in map(Tap.parse, card.data) if tap is not None]


def card_of(part: Part, state: State | None = None, who: Reader = LEAD, **changes: object) -> Card:
    return ad_change.change_card(made.standing(part, state, **changes), who)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_and_the_cards_of_ads_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.list_cards(lead), *made.ad_cards(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phase_of_a_change_looks_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.change_cards(samples.reader(language, Role.LEAD))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_news_and_refusals_of_ads_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.news(lead), *made.refusals(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.LEAD])
def test_cards_fit_a_phone(language: str, role: Role | None) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in made.every_ad_card(samples.reader(language, role)):
        lines = card.plain.split("\n")
        assert name.startswith(OF_MANY_LINES) or len(lines) <= 8, f"{name}\n{card.plain}"
        limit = 50 if name.startswith("move ") and "many" not in name else 40 if name == "list" else 36
        assert (name.startswith(WIDE) and limit == 36) or max(map(width, lines)) <= limit, f"{name}\n{card.plain}"
        assert len(set(card.data)) == len(card.data), name
        for row in card.rows:
            assert 1 <= len(row) <= 3, name
            assert all(width(one.text) <= allowed[len(row)] for one in row), f"{name}: {[one.text for one in row]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_red_is_only_the_last_step_behind_a_way_back(language: str) -> None:
    for name, card in made.every_ad_card(samples.reader(language, Role.LEAD)):
        red = [(row, one) for row in card.rows for one in row if one.style == "danger"]
        assert len(red) <= 1, name
        for row, one in red:
            assert row is card.rows[-1] and row == (one,) and one.data.startswith(LAST_STEPS), name
            assert card.rows[0][0].text.startswith("⬅") and verbs(card)[0] in (Verb.AD_BACK, Verb.AL_BACK), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_called_safe_and_no_colour_stands_alone(language: str) -> None:
    for name, card in made.every_ad_card(samples.reader(language, Role.LEAD)):
        shown = " ".join([card.plain, *(one.text for row in card.rows for one in row)])
        assert not re.search(r"\bsafe|安全", shown, re.IGNORECASE), name
        for line in card.plain.split("\n"):
            assert not re.fullmatch(r"[🔴🟢⏸⛔❔✅❌❓⏳\s]+", line), f"{name}: {line}"


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_words_are_shown_harmlessly(words: str) -> None:
    of = made.ad(asset=words, fiat=words, terms=words, auto_reply=words, status=words, methods=(words,))
    for who in (LEAD, GROUP, samples.reader("zh", Role.LEAD)):
        cards = [*made.every_ad_card(who, words), *made.change_cards(who, of, words), *made.list_cards(who, of)]
        for name, card in cards:
            assert problem(card.text) == "", name
            assert 0 < len(card.plain) <= 4096, name
            shown = [card.plain, card.prompt_hint, *(one.text for row in card.rows for one in row)]
            for text in shown:
                assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800-\udfff]", text)
            assert all(0 < width(one.text) <= 36 for row in card.rows for one in row), name
            assert all(Tap.parse(data) is not None for data in card.data), name


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=1100), other=st.text(max_size=1100))
def test_a_diff_of_any_two_texts_stays_a_few_short_lines(text: str, other: str) -> None:
    change = made.change(Part.TERMS, made.ad(terms=text), wanted=Wanted(made.AD_ID, terms=other))
    card = ad_change.change_card(replace(made.standing(Part.TERMS), change=change), LEAD)
    lines = card.plain.split("\n")
    assert problem(card.text) == "" and len(lines) <= 8 and max(map(width, lines)) <= 36
    assert f"{len(text)} characters → {len(other)}" in card.plain


NUMBERS = st.decimals(min_value="0.00000001", max_value="999999999999999", places=8, allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(number=NUMBERS)
def test_no_digit_of_a_number_is_lost(number: Decimal) -> None:
    for shown in (tidy(number), price_of(number)):
        assert Decimal(shown.replace(",", "")) == number
    assert Decimal(percent_of(-number)[1:-1].replace(",", "")) == number and percent_of(-number)[0] == "−"


@settings(max_examples=60, deadline=None)
@given(old=NUMBERS, new=NUMBERS)
def test_a_diff_shows_both_numbers_in_full(old: Decimal, new: Decimal) -> None:
    change = made.change(Part.PRICE, made.ad(price=old), wanted=Wanted(made.AD_ID, price=new))
    card = ad_change.change_card(replace(made.standing(), change=change), LEAD)
    assert price_of(old) in card.plain and f"{price_of(new)} CNY" in card.plain


def test_only_leads_are_offered_changes_and_only_those_that_the_state_allows() -> None:
    offered = {
        AdState.LISTED: ["es:2130003647:3", "es:2130003647:4"],
        AdState.DELISTED: ["es:2130003647:1", "es:2130003647:4"],
        AdState.UNKNOWN: ["es:2130003647:1", "es:2130003647:3"],
        AdState.CLOSED: [],
    }
    for state, wanted in offered.items():
        view = AdView(made.ad(state=state), samples.NOW)
        card = ads.ad_card(view, LEAD)
        assert [data for data in card.data if data.startswith("es:")] == wanted
        asked = [data.rpartition(":")[2] for data in card.data if data.startswith("ea:")]
        parts = ["price", "amount", "limits", "window", "terms", "auto_reply"]
        assert asked == ([] if state is AdState.CLOSED else parts)
        assert Verb.NA_LIKE in verbs(card) and (Verb.RP_NEW in verbs(card)) is (state is not AdState.CLOSED)
        for who in (OPERATOR, GROUP):
            assert verbs(ads.ad_card(view, who)) == [Verb.ADS, Verb.AD_OPEN]
    floats = ads.ad_card(AdView(made.floating(), samples.NOW), LEAD)
    assert "ea:2130003647:offset" in floats.data and "ea:2130003647:price" not in floats.data
    assert Verb.RP_NEW not in verbs(floats)


def test_an_ad_that_an_edit_would_harm_offers_its_state_only_and_says_why() -> None:
    card = ads.ad_card(dict(made.views())["unread"], LEAD)
    assert Verb.AD_ASK not in verbs(card) and Verb.AD_STATUS in verbs(card)
    for told in ("country asked for", "verification asked for", "ways to pay", "none here"):
        assert told in card.plain


def test_a_diff_can_be_confirmed_only_by_whoever_asked() -> None:
    for part in Part:
        asked = card_of(part)
        assert verbs(asked)[0] is Verb.AD_BACK and verbs(asked)[-1] is Verb.AD_YES
        for who in (OTHER_LEAD, OPERATOR):
            assert card_of(part, who=who).rows == ()
        assert card_of(part, who=GROUP).data == ("ec:c3p0",)


def test_a_far_price_has_to_be_meant_before_it_can_be_confirmed() -> None:
    for far in ("4.2", "-12.5", ""):
        card = card_of(Part.PRICE, far_percent=far)
        assert Verb.AD_YES not in verbs(card) and verbs(card)[-1] is Verb.AD_MEANT
        assert "🔴" in card.plain and not any(one.style for row in card.rows for one in row)
        meant = card_of(Part.PRICE, far_percent=far, is_meant=True)
        assert verbs(meant)[-1] is Verb.AD_YES and "🔴" in meant.plain
    assert "🔴 Far off the market: −12.50%" in card_of(Part.PRICE, far_percent="-12.5").plain
    assert "🔴 The market cannot be read now" in card_of(Part.PRICE, far_percent="").plain


def test_a_far_offset_has_to_be_meant_and_says_what_it_is_far_from() -> None:
    far = card_of(Part.OFFSET, far_percent="-9.6")
    assert "🔴 Far off the market: −9.60%" in far.plain and far.rows[-1][0].text == "I mean this offset"
    assert "🔴 Far from its reference: −0.30%" in card_of(Part.OFFSET, far_percent="-0.3").plain
    assert verbs(card_of(Part.OFFSET, far_percent="-9.6", is_meant=True))[-1] is Verb.AD_YES


def test_a_stale_price_that_goes_online_is_shown_beside_the_market_and_confirmed_at_once() -> None:
    card = card_of(Part.STATUS, wanted=Wanted(made.AD_ID, status=AdStatus.LISTED), far_percent="-9.6")
    assert "🔴 Far off the market: −9.60%" in card.plain and verbs(card)[-1] is Verb.AD_YES
    asked = ad_change.move_card(dict(made.moves())["on unread asked"], LEAD).plain.split("\n")
    assert asked[1:3] == ["··0001 Sell USDT/CNY 7.00", "🔴 Far off the market: −9.60%"]


def test_a_move_with_ads_that_cannot_be_read_is_no_success_and_names_them() -> None:
    asked = ad_change.move_card(dict(made.moves())["off unread asked"], LEAD).plain
    sent = ad_change.move_card(dict(made.moves())["off unread sent"], LEAD).plain
    for text in (asked, sent):
        assert "🔴 2 could not be read\n··0009\nLook into the Gate app." in text
    assert sent.startswith("⚠ Offline now: 1 of 3 ads\n✅ ··0001")


def test_only_a_fixed_price_has_steps_and_rank_1_needs_a_market() -> None:
    assert verbs(card_of(Part.PRICE, best=Decimal("7.19"))).count(Verb.AD_STEP) == 3
    assert "et:c3p0:rank" not in card_of(Part.PRICE).data and "et:c3p0:up" in card_of(Part.PRICE).data
    for part in set(Part) - {Part.PRICE}:
        assert Verb.AD_STEP not in verbs(card_of(part)), part


def test_the_last_step_names_what_the_ad_becomes() -> None:
    told = {
        Part.PRICE: "Set price 7.21 CNY ··3647", Part.STATUS: "Take it offline ··3647",
        Part.LIMITS: "Set limits 200–6,000 CNY ··3647", Part.AMOUNT: "Set amount 2,000 USDT ··3647",
        Part.OFFSET: "Set offset −0.30% ··3647", Part.WINDOW: "Set 20 min to pay ··3647",
    }  # fmt: skip
    for part, label in told.items():
        card = card_of(part)
        assert card.rows[-1][0].text == label
        assert card.plain.split("\n")[0] == f"{label.removesuffix(' ··3647')}? · ··3647"


def test_an_edit_says_what_goes_along_and_what_cannot_be_read() -> None:
    for part in set(Part) - {Part.STATUS}:
        text = card_of(part).plain
        assert "Team payee: unreadable, may be lost" in text, part
        assert ("Amount sent as left: 1,200 USDT" in text) is (part is not Part.AMOUNT), part
    amount = card_of(Part.AMOUNT).plain
    assert "Our reading: this is what is left," in amount and "without 200 USDT in orders." in amount
    assert "Team payee" not in card_of(Part.STATUS).plain
    assert "cannot open it again" in card_of(Part.STATUS, wanted=Wanted(made.AD_ID, status=AdStatus.CLOSED)).plain


def test_accepted_is_not_called_changed_before_the_ad_was_looked_at() -> None:
    for part in Part:
        lines = card_of(part, State.DONE).plain.split("\n")
        assert lines[0] == "✅ Gate accepted it · ··3647" and "Not looked at again yet." in lines
        assert "Gate shows" not in "\n".join(lines)


def test_what_a_look_found_is_what_is_told_and_a_difference_is_red_in_the_first_line() -> None:
    seen = ad_change.change_card(made.looked(Part.PRICE, "7.210"), LEAD).plain.split("\n")
    assert seen[0] == "✅ Ad changed · ··3647" and "Gate shows: price 7.21 CNY" in seen
    other = ad_change.change_card(made.looked(Part.PRICE, "7.20"), LEAD).plain.split("\n")
    assert other[0] == "🔴 Gate shows otherwise · ··3647"
    assert {"Wanted: price 7.21 CNY", "Gate shows: price 7.20 CNY", "Look into the Gate app."} <= set(other)
    moved = ad_change.change_card(made.looked(Part.PRICE, "7.21", moved=("terms",)), LEAD).plain.split("\n")
    assert moved[0] == "🔴 Gate shows otherwise · ··3647" and "🔴 Also different: terms" in moved


def test_without_an_answer_nothing_is_offered_but_a_look() -> None:
    for part in Part:
        card = card_of(part, State.UNKNOWN, found={part.value: ""})
        assert verbs(card) == [Verb.AD_LOOK, Verb.AD_OPEN]
        assert "Not known whether it is changed." in card.plain and "Do not change it in the Gate app." in card.plain
    for state in (State.PLANNED, State.SENT):
        assert card_of(Part.PRICE, state).data == ()


def test_a_refused_text_is_quoted_kept_whole_and_can_be_edited_again() -> None:
    card = ad_change.change_card(made.standing(Part.TERMS, State.REFUSED, "70305102: no telegram names"), LEAD)
    assert "Gate: “70305102: no telegram names”" in card.plain and "Nothing was changed." in card.plain
    assert str(made.WANTED[Part.TERMS].terms) in card.plain
    assert card.data == ("ea:2130003647:terms", "eo:2130003647")
    group = ad_change.change_card(made.standing(Part.TERMS, State.REFUSED, "70305102: no"), GROUP)
    assert "within three minutes" not in group.plain and group.data == ("ec:c3p0",)


def test_what_the_desks_own_looks_found_is_not_put_into_gates_mouth() -> None:
    other = card_of(Part.PRICE, State.REFUSED, answer="look: another value", found={"price": "7.19"}).plain
    assert "Gate refused" not in other and "look:" not in other and "Gate shows: price 7.19 CNY" in other
    void = card_of(Part.PRICE, State.VOID, answer="look: untouched").plain
    assert "found the ad as it was" in void and "did not reach" not in void
    assert "It did not reach Gate." in card_of(Part.PRICE, State.VOID, answer="never_left").plain


def test_sentences_above_a_card_keep_its_digest() -> None:
    note = (escape("⚠ Nothing done."),)
    view, standing = AdView(made.ad(), samples.NOW), made.standing()
    move = dict(made.moves())["off asked"]
    for plain, noted in (
        (ads.ad_card(view, LEAD), ads.ad_card(view, LEAD, note)),
        (ad_change.change_card(standing, LEAD), ad_change.change_card(standing, LEAD, note)),
        (ad_change.move_card(move, LEAD), ad_change.move_card(move, LEAD, note)),
    ):
        assert noted.plain.split("\n")[1] == "⚠ Nothing done." and noted.digest == plain.digest


def test_a_move_names_every_ad_before_and_after() -> None:
    for name, move in made.moves():
        for who in (LEAD, GROUP, OPERATOR):
            text = ad_change.move_card(move, who).plain
            named = [f"··{ad.id[-4:]}" in text for ad in move.move.ads]
            assert all(named) or "left" in name, name
    asked = ad_change.move_card(dict(made.moves())["off asked"], LEAD)
    assert asked.rows[-1][0].text == "Take all 3 offline" and verbs(asked) == [Verb.AL_BACK, Verb.AL_YES]
    assert ad_change.move_card(dict(made.moves())["on asked by another"], LEAD).rows == ()


def test_a_move_tells_what_became_of_each_and_claims_only_what_was_seen() -> None:
    card = ad_change.move_card(dict(made.moves())["off sent"], LEAD)
    lines = card.plain.split("\n")
    assert lines[:8] == [
        "⏳ Offline now: 1 of 7 ads", "✅ ··0001 Sell USDT/CNY: offline", "🔴 ··0002 Sell USDT/CNY: shows closed",
        "❓ ··0003 Sell USDT/CNY: not known whether", "❌ ··0004 Sell USDT/CNY: refused: ad limit",
        "⏳ ··0005 Sell USDT/CNY: waits for its turn", "⏭ ··0006 Sell USDT/CNY: left: another change runs",
        "⏳ ··0007 Sell USDT/CNY: not begun",
    ]  # fmt: skip
    assert card.data[:3] == ("ec:c2130000002", "ec:c2130000003", "ec:c2130000004")
    accepted = made.standing(Part.STATUS, State.DONE, "ok", made.ad(id="2130000001"))
    alone = replace(dict(made.moves())["off by itself"], changes=(accepted,))
    text = ad_change.move_card(alone, LEAD).plain
    assert "✅" not in text and ": accepted" in text and "by the desk: nobody on duty" in text


def test_the_group_reads_but_changes_nothing() -> None:
    opening = {Verb.ADS, Verb.AD_OPEN, Verb.AD_CHANGE}
    for name, card in [*made.list_cards(GROUP), *made.change_cards(GROUP), *made.news(GROUP)]:
        assert set(verbs(card)) <= opening, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_for_a_value_names_the_ad_shows_the_old_one_and_says_nothing_is_sent(language: str) -> None:
    who = samples.reader(language, Role.LEAD)
    for part in set(Part) - {Part.STATUS}:
        card = ad_change.ad_prompt(made.floating(), part, who)
        assert card.prompt and 0 < len(card.prompt_hint) <= 64 and card.rows == ()
        assert card.plain.split("\n")[0].endswith("··3647") and "USDT/CNY" in card.plain
    assert made.TERMS in ad_change.ad_prompt(made.ad(), Part.TERMS, who).plain


def test_each_of_several_ads_can_be_chosen_for_a_price() -> None:
    card = ad_change.which_ad([made.ad(), made.ad(id="8")], Decimal("7.215"), LEAD)
    assert card.data == ("ep:2130003647:7.215", "ep:8:7.215", "e:all:0")


def test_the_list_turns_pages_and_offers_the_other_filters() -> None:
    cards = dict(made.list_cards(LEAD))
    assert {"e:all:1", "e:online:0", "e:offline:0", "e:closed:0", "n", "eq:off", "eq:on", "e:all:0"} <= set(
        cards["list"].data
    )
    assert "e:online:2" in cards["list two"].data and "e:online:4" not in cards["list two"].data
    for who in (OPERATOR, GROUP):
        assert not {Verb.NEW_AD, Verb.ADS_ALL} & set(verbs(dict(made.list_cards(who))["list"]))
