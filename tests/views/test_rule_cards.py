"""What people read about price rules: every mode in both languages, and the rules that each card obeys."""

from dataclasses import replace
from decimal import Decimal

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.ad_rules import HOUR_MS, Stop
from bot.domain.repricing import Why
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Role
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from bot.views.notices import notice_card
from bot.views.rule_words import RULE_NOTICES, STOPS, WHY
from bot.views.rules import rule_card, rule_list
from tests.views import rule_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_every_card import HOSTILE, LANGUAGES
from tests.views.test_snapshots import drawn

LEAD = samples.reader(role=Role.LEAD)
OTHER_LEAD = Reader("en", "UTC", replace(samples.person(Role.LEAD), id=5))
VIEWER = Reader("en", "UTC", replace(samples.person(Role.VIEWER), id=6))
LONG = ("refusal", "rules none", "rules many", "rule change", "rules some")


def verbs(card: Card) -> set[Verb]:
    return {tap.verb for tap in map(Tap.parse, card.data) if tap is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_a_rule_looks_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.every_rule_card(samples.reader(language, Role.LEAD))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.LEAD])
def test_cards_fit_a_phone_and_telegram_takes_them(language: str, role: Role | None) -> None:
    allowed = {1: 36, 2: 16, 3: 10}
    for name, card in made.every_rule_card(samples.reader(language, role)):
        lines = card.plain.split("\n")
        assert problem(card.text) == "", name
        assert len(lines) <= (10 if name in ("rules many", "rule confirm full", "rule confirm buying") else 8), (
            f"{name}\n{card.plain}"
        )
        assert name.startswith(LONG) or max(map(width, lines)) <= 40, f"{name}\n{card.plain}"
        for row in card.rows:
            assert all(width(one.text) <= allowed[len(row)] for one in row), f"{name}: {[one.text for one in row]}"


def test_chinese_cards_have_no_english_words() -> None:
    words = ("rule", "Stays", "Would", "Arm", "Ours", "Until", "price", "Never", "Gate refused")
    for name, card in made.every_rule_card(samples.reader("zh", Role.LEAD)):
        labels = " ".join(button.text for row in card.rows for button in row)
        assert name.startswith(("refusal", "rule change", "rules none")) or not any(
            word in f"{card.plain} {labels}" for word in words
        ), f"{name}\n{card.plain}"


def test_every_reason_has_its_sentence() -> None:
    assert set(WHY) == set(Why) and set(STOPS) == set(Stop)
    assert len(set(WHY.values())) == len(Why) and len(set(STOPS.values())) == len(Stop)


def test_the_step_to_arm_it_is_shown_to_its_opener_only_and_ends_in_the_one_red_button() -> None:
    standing = made.standing(seal=made.seal())
    card = rule_card(standing, LEAD)
    assert verbs(card) == {Verb.RP_BACK, Verb.RP_YES}
    assert [button.style for row in card.rows for button in row] == ["", "danger"]
    assert "Never below 7.15 CNY, up to 7.30" in card.plain and "24 h" in card.plain and "··3647" in card.plain
    for other in (OTHER_LEAD, VIEWER, samples.reader(role=None)):
        assert Verb.RP_YES not in verbs(rule_card(standing, other))


def test_who_may_only_read_gets_no_button_that_changes_anything() -> None:
    for name, card in made.rule_cards(VIEWER):
        assert verbs(card) <= {Verb.REPRICE, Verb.RP_OPEN}, name
    for name, card in made.rule_cards(samples.reader(role=None)):
        assert card.rows == (), name


def test_an_armed_rule_says_until_when_and_by_whom_and_can_be_stopped() -> None:
    card = rule_card(made.standing(made.ARMED), LEAD)
    assert "armed by 王五" in card.plain and "Sets 7.18." in card.plain
    assert {Verb.RP_STOP, Verb.RP_CHANGE, Verb.RP_DROP} <= verbs(card) and Verb.RP_ARM not in verbs(card)


def test_a_dry_run_says_what_it_would_do_and_never_that_it_does() -> None:
    card = rule_card(made.standing(), LEAD)
    assert "dry run" in card.plain and "Would set 7.18." in card.plain and Verb.RP_ARM in verbs(card)
    assert "Nothing was sent" in notice_card(Notice("rule_would", made.WORDS | {"why": "aim"}), LEAD).plain


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_the_venue_calls_its_coins_cards_stay_cards(words: str, language: str) -> None:
    who = samples.reader(language, Role.LEAD)
    odd = replace(made.FULL, asset=words, fiat=words, ad_id="1" * 19)
    armed = replace(odd, armed_by=1, armed_until=odd.made_at + HOUR_MS)
    cards = [rule_card(made.standing(rule), who) for rule in (odd, armed, replace(odd, is_meant=False))]
    cards += [rule_list([made.standing(odd)], 0, who)]
    cards += [notice_card(Notice(kind, dict.fromkeys(made.WORDS, words)), who) for kind in RULE_NOTICES]
    for card in cards:
        assert problem(card.text) == "" and len(card.text) < 4096


def test_a_price_of_many_digits_is_shown_whole() -> None:
    rule = replace(made.LOOKED, ours=Decimal("123456789.1234"), best=Decimal("123456789.1233"))
    assert "Ours 123,456,789.1234" in rule_card(made.standing(rule), LEAD).plain
