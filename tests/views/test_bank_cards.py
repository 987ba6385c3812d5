"""What people read about bank accounts, in both languages, and the rules that each of these cards obeys."""

import re
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.bank_fields import Step
from bot.domain.errors import NotAllowed
from bot.domain.staff import Role
from bot.texts import texts_for
from bot.views import bank_form, banks
from bot.views.buttons import Tap, Verb
from bot.views.card import Card, width
from bot.views.refusals import refusal_card
from tests.views import bank_samples as made
from tests.views import samples
from tests.views.strict_html import problem
from tests.views.test_snapshots import drawn

LANGUAGES = ("en", "zh")
ROLES = (Role.LEAD, Role.OWNER)
ONLY_OWNERS = {
    Verb.BANK_ADD, Verb.BANK_GO_ON, Verb.BANK_DROP, Verb.BANK_DELETE, Verb.BANK_SEND, Verb.BANK_BACK, Verb.BANK_SKIP,
    Verb.BANK_COUNTRY,
}  # fmt: skip
HOSTILE = (
    "<b>bold</b> & <script>x</script>", "\u202eesrever\u202c", "x" * 5000, "汉" * 5000, "a\x00b\r\n\tc", "\ud800",
    "{0}{name}%s</code>", "💥🙈",
)  # fmt: skip


def verbs(card: Card) -> set[Verb]:
    return {tap.verb for tap in map(Tap.parse, card.data) if tap is not None}


def every(language: str, role: Role, words: str = "") -> list[tuple[str, Card]]:
    who = samples.reader(language, role)
    return [*made.bank_cards(who, words), *made.form_cards(who, words)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accounts_and_the_news_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.bank_cards(samples.reader(language, Role.OWNER))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_looks_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    cards = made.form_cards(samples.reader(language, Role.OWNER))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", ["", *HOSTILE])
def test_no_words_from_outside_break_a_card(language: str, words: str) -> None:
    for name, card in every(language, Role.OWNER, words):
        assert problem(card.text) == "", name
        assert 0 < len(card.plain) <= 4096, name
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", card.text), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_label_fits_and_every_card_is_short(language: str, role: Role) -> None:
    for name, card in every(language, role):
        assert all(width(button.text) <= 36 // len(row) + 4 for row in card.rows for button in row), name
        assert len(card.plain.splitlines()) <= (14 if name == "form confirm" else 10), name


def test_leads_have_no_button_that_changes_an_account() -> None:
    for name, card in made.bank_cards(samples.reader("en", Role.LEAD)):
        if not name.startswith("news"):
            assert not verbs(card) & ONLY_OWNERS, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_stands_in_full_in_the_confirm_only(language: str) -> None:
    for name, card in every(language, Role.OWNER):
        assert (made.IBAN in card.text) == (name == "form confirm"), name
        assert made.CHASE.iban not in card.text, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_confirm_has_every_answer_and_its_button_stands_alone(language: str) -> None:
    card = bank_form.bank_confirm(made.draft(), made.seal(), samples.reader(language, Role.OWNER))
    country = "德国" if language == "zh" else "Germany"
    for answer in ("ACME LTD", "Commerzbank", country, "Kaiserplatz", made.IBAN, "COBADEFF", "312", "CITIUS33"):
        assert answer in card.plain
    assert [tap.verb for tap in map(Tap.parse, [button.data for button in card.rows[-1]]) if tap] == [Verb.BANK_SEND]


def test_what_was_not_given_has_no_line_in_the_confirm() -> None:
    draft = made.draft(remittance="", agent="", agent_swift="")
    shown = bank_form.bank_confirm(draft, made.seal(), samples.reader("en", Role.OWNER)).plain
    assert "Agent" not in shown and "Remittance" not in shown


def test_only_what_may_be_empty_can_be_skipped() -> None:
    who = samples.reader("en", Role.OWNER)
    skippable = {
        step
        for step in list(Step)[:-1]
        if Verb.BANK_SKIP in verbs(bank_form.progress_card(replace(made.draft(step), answers={}, statement=""), who))
    }
    assert skippable == {Step.REMITTANCE, Step.AGENT, Step.AGENT_SWIFT}


def test_the_first_question_has_none_before_it() -> None:
    card = bank_form.progress_card(made.draft(Step.HOLDER), samples.reader("en", Role.OWNER))
    assert Verb.BANK_BACK not in verbs(card) and Verb.BANK_DROP in verbs(card)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_a_sentence_with_all_its_facts(language: str) -> None:
    facts = {"bank": "B", "least": "2", "most": "9", "has": "1", "country": "DE", "needs": "22", "given": "G",
             "megabytes": "5.0"}  # fmt: skip
    words = texts_for(language)
    for reason, sentence in banks.BANK_REASONS.items():
        shown = refusal_card(NotAllowed(reason, facts), samples.reader(language, Role.OWNER)).plain
        assert "–" not in shown and "{" not in shown and shown == words.template(sentence).format_map(facts), reason


@pytest.mark.parametrize("step", list(Step)[:-1])
def test_each_question_is_a_prompt_of_its_own(step: Step) -> None:
    card = bank_form.question_prompt(made.draft(step), samples.reader("en", Role.OWNER))
    assert card.prompt and card.prompt_hint and not card.rows
