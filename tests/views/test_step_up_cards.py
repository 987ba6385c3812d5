"""Cards and words of step-up: short enough for a phone, in both languages, none of them telling a secret."""

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice, Reader
from bot.domain.staff import Role
from bot.domain.step_up import Prompt, Step
from bot.views import step_up as views
from bot.views.card import Card, width
from bot.views.freeze_page import ask_page, done_page, failed_page
from bot.views.notices import notice_card
from bot.views.refusals import refusal, toast
from bot.views.step_up_words import DEEDS, STEP_UP_NOTICES, STEP_UP_REASONS
from tests.views import samples
from tests.views.test_snapshots import drawn

LANGUAGES = ["en", "zh"]
FACTS = {
    "about": "s1", "sealed": "1", "deed": "release", "why": "above", "coins": "1000.00 USDT", "above": "500",
    "named": "61000417",
}  # fmt: skip
ADDRESS = "https://desk.example/freeze/" + "A" * 32
TOLD = {
    "duress": {"who": "operator 2", "id": "1003", "at": str(samples.NOW)},
    "pin_locked": {"who": "operator 2", "id": "1003", "wrong": "5"},
    "frozen_by_card": {"at": str(samples.NOW)},
}


def prompt(step: Step, facts: dict[str, str] | None = None) -> Prompt:
    return Prompt("q1", 3, step, "s1", facts or {}, "", 0, 1, None)


def cards(reader: Reader) -> dict[str, Card]:
    person = reader.person
    assert person is not None
    asked = {f"ask {why}": views.prompt_card(prompt(Step.PROVE, FACTS | {"why": why}), reader)
             for why in ("shift", "idle", "above", "always")}  # fmt: skip
    asked |= {step.value: views.prompt_card(prompt(step), reader) for step in Step if step is not Step.PROVE}
    again = views.prompt_card(prompt(Step.NEW), reader, above=(refusal(NotAllowed("pin_plain"), reader),))
    done = {f"done {step.value}": views.right_card(prompt(step), reader)
            for step in (Step.AGAIN, Step.REMOVE, Step.SECOND_PROVE, Step.SECOND_AGAIN)}  # fmt: skip
    told = {kind: notice_card(Notice(kind, facts), reader) for kind, facts in TOLD.items()}
    return asked | done | told | {
        "asked again": again,
        "right": views.right_card(prompt(Step.PROVE, FACTS), reader),
        "right, a deed": views.right_card(prompt(Step.PROVE, {"deed": "unfreeze"}), reader),
        "mine": views.pin_card(reader, set_at=samples.NOW, is_required=False),
        "mine, all": views.pin_card(reader, set_at=samples.NOW, is_required=True, above="5000", is_locked=True),
        "card": views.freeze_card(ADDRESS, reader, has_pin=False),
        "card ended": views.freeze_card_ended(reader),
        "unlocked": views.unlocked_card(person, reader),
        "reset": views.reset_card(person, reader),
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cards_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    made = cards(samples.reader(language, Role.OWNER))
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in made.items()) == snapshot


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_fit_a_phone(language: str) -> None:
    for name, card in cards(samples.reader(language, Role.OWNER)).items():
        lines = [line for line in card.plain.split("\n") if not line.startswith("https://")]
        assert len(lines) <= 8, name
        if "done" not in name and name not in (
            "asked again",
            "reset",
            "unlocked",
            "card ended",
            "right",
            "right, a deed",
        ):
            assert max(map(width, lines)) <= 41, (name, card.plain)
        for row in card.rows:
            assert all(width(button.text) <= 16 for button in row)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_deed_has_words_and_the_order_is_named_by_its_end(language: str) -> None:
    reader = samples.reader(language)
    seen = {views.prompt_card(prompt(Step.PROVE, FACTS | {"deed": deed}), reader).plain for deed in DEEDS}
    assert len(seen) == len(DEEDS) and all("{" not in text for text in seen)
    order = "Order 0417" if language == "en" else "订单 0417"
    assert order in views.prompt_card(prompt(Step.PROVE, FACTS), reader).plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_a_sentence(language: str) -> None:
    reader = samples.reader(language)
    facts = {"left": "4", "least": "6", "most": "12"}
    said = [toast(NotAllowed(reason, facts), reader) for reason in STEP_UP_REASONS]
    assert len(set(said)) == len(STEP_UP_REASONS)
    for text in said:
        assert "{" not in text and (text[-1] in ".。" or text.endswith("/pin")), text
    assert set(TOLD) == set(STEP_UP_NOTICES)


def test_the_words_after_either_pin_are_the_same_card() -> None:
    """There is one function for both, and it is not told which it was."""
    reader = samples.reader("en")
    assert views.right_card(prompt(Step.PROVE, FACTS), reader) == views.right_card(prompt(Step.PROVE, FACTS), reader)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_both_languages_the_desks_first(language: str) -> None:
    page = ask_page(language)
    first, second = ("Stop the desk", "停止全部资金操作") if language == "en" else ("停止全部资金操作", "Stop the desk")
    assert page.index(first) < page.index(second) and page.count("<form") == 1
    assert "<form" not in done_page(language) and "<form" in failed_page(language)
    assert "<script" not in page and "src=" not in page and "href=" not in page
