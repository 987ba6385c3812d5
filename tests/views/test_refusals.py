"""A refusal as its reader should hear it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.situations import Reader
from bot.domain.staff import Person, Role
from bot.texts.extract import ROOT
from bot.views.refusal_words import MESSAGE_KINDS, REASONS
from bot.views.refusals import refusal, refusal_card, toast
from tests.views import samples

LEAD = Reader("en", "UTC", Person(7, Role.LEAD, "Lead", "en", "UTC"))


def test_a_lead_is_sent_to_an_owner_and_not_to_a_lead() -> None:
    said = toast(NotAllowed("role_too_low", {"role": "lead", "needed": "owner"}), LEAD)
    assert "Ask an owner" in said and "a lead." not in said
    below = toast(NotAllowed("role_too_low", {"role": "agent", "needed": "operator"}), LEAD)
    assert below.endswith("operator or higher. Ask a lead.")


def test_a_second_press_names_oneself_as_you_and_others_by_name() -> None:
    used = NotAllowed("seal_used", {"who": "Lead", "actor": "7", "order": "61000417"})
    assert toast(used, LEAD).startswith("You have already pressed this")
    assert LEAD.person is not None
    other = replace(LEAD, person=replace(LEAD.person, id=8))
    assert toast(used, other).startswith("Lead has already pressed this")


def _raised() -> Iterator[tuple[str, str]]:
    """Every reason that the code raises by name: (file, reason)."""
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from ((path.name, reason) for reason in _reasons(path))


def _reasons(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("NotAllowed", "BadFile", "Bad"):
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def test_every_reason_that_the_code_raises_has_a_sentence() -> None:
    raised = list(_raised())
    assert len(raised) > 60
    assert [(file, reason) for file, reason in raised if reason != "usage" and reason not in REASONS] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_go_to_gate_is_named_in_the_readers_language(language: str) -> None:
    reader = samples.reader(language)
    told = [refusal_card(NotAllowed("message_kind", {"given": kind}), reader).plain for kind in MESSAGE_KINDS]
    assert all(kind not in text for kind, text in zip(MESSAGE_KINDS, told, strict=True) if "_" in kind)
    assert len(set(told)) == len(set(MESSAGE_KINDS.values()))
    assert "{" not in "".join(told) and "–" not in "".join(told)


def test_a_file_that_cannot_go_is_named_in_the_readers_language() -> None:
    given = NotAllowed("file_kind", {"given": "ZIP archive"})
    assert "ZIP archive" in refusal(given, Reader("en", "UTC", None))
    assert "ZIP 压缩包" in refusal(given, Reader("zh", "UTC", None))
    assert "未知类型的文件" in refusal(NotAllowed("file_kind", {"given": "unknown"}), Reader("zh", "UTC", None))
