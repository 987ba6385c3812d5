"""The head as owners read it, in both languages."""

import pytest

from bot.domain.journal_chain import GENESIS
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.texts import LANGUAGES
from bot.views.notices import notice_card
from tests.views.samples import reader
from tests.views.strict_html import problem

FACTS = {"day": "2026-11-21", "at": "1795286055316", "rows": "812", "last": "812", "hash": GENESIS}


def test_an_owner_reads_the_head_and_can_copy_it() -> None:
    card = notice_card(Notice("journal_head", FACTS), reader("en", Role.OWNER))
    assert card.plain.split("\n") == [
        "📒 Journal · 2026-11-21",
        "Rows: 812",
        "Hash of row 812:",
        GENESIS,
        "Keep this message: it proves later",
        "that no row up to here was changed.",
    ]
    assert [(button.text, button.copy) for row in card.rows for button in row] == [("Copy hash", GENESIS)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_is_told_in_the_readers_language_also_when_facts_are_missing(language: str) -> None:
    for facts in (FACTS, {}, {"hash": "<b>", "day": "&"}):
        card = notice_card(Notice("journal_head", facts), reader(language, Role.OWNER))
        assert problem(card.text) == ""
        assert ("日志" in card.text) is (language == "zh")
        assert language == "en" or not {"Rows", "Hash", "Keep"} & set(card.plain.replace(":", " ").split())
