"""What people read while they make a new ad: every question, the summary and every end, in both languages."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.ad_asking import Distance
from bot.domain.ad_forms import Step
from bot.domain.intents import State
from bot.domain.situations import Reader
from bot.domain.staff import Role
from bot.views import ad_form, ad_published
from bot.views.buttons import Tap, Verb
from bot.views.card import width
from tests.views import ad_form_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
OTHER_LEAD = Reader("en", "UTC", replace(samples.person(Role.LEAD), id=5))
SENTENCES = ("ask", "refusal", "refused", "dropped", "summary", "left", "news ad_publish_doubt")
"""what holds whole sentences, or words of others: a phone breaks their lines"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_questions_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.questions(samples.reader(language, Role.LEAD))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_and_every_end_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.summaries(lead), *made.standings(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_news_and_refusals_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    lead = samples.reader(language, Role.LEAD)
    cards = [*made.news(lead), *made.refusals(lead)]
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_fit_a_phone(language: str) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in made.every_card(samples.reader(language, Role.LEAD)):
        widest = max(map(width, card.plain.split("\n")))
        assert name.startswith(SENTENCES) or widest <= 36, f"{name}\n{card.plain}"
        assert len(set(card.data)) == len(card.data), name
        for row in card.rows:
            assert 1 <= len(row) <= 3, name
            assert all(width(one.text) <= allowed[len(row)] for one in row), f"{name}: {[one.text for one in row]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_red_is_only_the_last_step_behind_a_way_back(language: str) -> None:
    for name, card in made.every_card(samples.reader(language, Role.LEAD)):
        red = [(row, one) for row in card.rows for one in row if one.style == "danger"]
        assert len(red) == (name.startswith("summary") and "far" not in name and "unread" not in name), name
        for row, one in red:
            assert row is card.rows[-1] and row == (one,) and one.data.startswith(f"{Verb.NA_SEND}:"), name
            assert card.rows[0][0].text.startswith("⬅"), name


def test_a_price_that_must_be_meant_has_no_confirm_beside_it() -> None:
    cards = dict(made.summaries(LEAD))
    for name in ("summary far", "summary unread"):
        assert not any(data.startswith(f"{Verb.NA_SEND}:") for data in cards[name].data), name
        assert f"{Verb.NA_MEANT}:{made.FORM}:7.25" in cards[name].data, name


def test_a_far_offset_must_be_meant_with_its_price_and_says_what_it_is_far_from() -> None:
    floating = made.form(pricing="gate", offset="-30")
    far = Distance(made.PRICES, Decimal("0.4"), is_far=False, is_offset_far=True)
    offset = ad_published.summary_card(made.summary(floating, far, seal=None), LEAD)
    assert f"{Verb.NA_MEANT}:{made.FORM}:7.25_-30" in offset.data
    assert "🔴 Far from its reference: −30.00%" in offset.plain
    assert offset.rows[-1][0].text == "I mean this offset" and "🔴 0.4" not in offset.plain


def test_every_value_that_is_sent_stands_in_the_summary() -> None:
    card = dict(made.summaries(LEAD))["summary demanding"]
    for text in ("Sell USDT/CNY", "7.25 CNY", "10,000 USDT", "100–50,000 CNY", "ICBC ··8821", "Alipay ··0001", "15 min",
                 "verification 2", "30 days", "5 orders", "900 orders", "95", "2 open", "CN", "VIP 1", "advertisers",
                 "Polymarket", made.TERMS, "hello", "does not watch USDT/CNY"):  # fmt: skip
        assert text in card.plain, text


def test_a_field_of_the_wire_has_no_place_in_any_text() -> None:
    for name, card in made.every_card(LEAD):
        assert not re.search(r"[a-z]_[a-z]|auto_reply|trade_tips|payType", card.plain), f"{name}\n{card.plain}"


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_foreign_words_are_shown_harmlessly(words: str) -> None:
    for who in (LEAD, samples.reader("zh", Role.LEAD)):
        for name, card in made.every_card(who, words):
            assert problem(card.text) == "", name
            assert 0 < len(card.plain) <= 4096, name
            assert all(0 < width(one.text) <= 36 for row in card.rows for one in row), name
            assert all(Tap.parse(data) is not None for data in card.data), name


def test_two_texts_of_full_length_still_fit_one_message() -> None:
    for text in ("字" * 1000, "🙂" * 1000, "<&>" * 333, "a\n" * 500):
        answers = made.DEMANDING | {"terms": text, "auto_reply": text}
        card = ad_published.summary_card(made.summary(made.form(Step.CONFIRM, **answers)), LEAD)
        assert len(card.plain.encode("utf-16-le")) // 2 <= 4096


def test_the_buttons_of_an_end_are_its_makers_and_a_doubt_is_every_leads() -> None:
    for state in (State.REFUSED, State.VOID):
        assert ad_published.standing_card(made.standing(state), LEAD).rows
        assert ad_published.standing_card(made.standing(state), OTHER_LEAD).rows == ()
    doubt = made.standing(State.DONE, candidates=("1",), differs={"1": ""})
    assert ad_published.standing_card(doubt, OTHER_LEAD).rows
    assert ad_published.standing_card(doubt, samples.reader(role=Role.OPERATOR)).rows == ()


def test_the_filter_leads_to_the_texts_that_there_are() -> None:
    card = dict(made.standings(LEAD))["refused by the filter"]
    edits = [data for data in card.data if data.startswith(f"{Verb.NA_EDIT}:")]
    assert edits == [f"ne:{made.FORM}:terms"] and "remove contact details" in card.plain


def test_a_pair_that_no_button_can_carry_is_still_asked() -> None:
    odd = replace(made.asking(Step.PAIR), markets=(("USDT", "CNY"), ("币", "CNY")))
    assert [row[0].text for row in ad_form.question_card(odd, LEAD).rows][:2] == ["USDT/CNY", "⬅ Back"]
