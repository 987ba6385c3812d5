"""No sentence that people see stands outside the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from bot.texts.extract import ROOT, sentences

MARKED = ("words", "say", "mark")
SHOWN = ("Card", "Button", "press", "bold", "title", "escape", "keep")
TWO_WORDS = re.compile(r"[^\W\d_]{2,}\W*\s\W*[^\W\d_]{2,}")
HAN = re.compile("[\u4e00-\u9fff]")
WORD = re.compile(r"[^\W\d_]{2,}")
# Chosen by their own speakers, the same in every language.
SAME_EVERYWHERE = {"English", "简体中文"}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_log(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("log", "logger")


def _skipped(tree: ast.AST) -> set[int]:
    """Literals that nobody sees: docstrings, logs, our own exceptions; and the marked sentences themselves."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            skipped |= {id(one) for one in ast.walk(node.annotation)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            skipped |= {id(one) for one in ast.walk(node.returns)}
        elif isinstance(node, ast.Raise) and node.exc is not None:
            skipped |= {id(one) for one in ast.walk(node.exc)}
        elif isinstance(node, ast.Call) and _is_log(node):
            skipped |= {id(one) for one in ast.walk(node)}
        elif isinstance(node, ast.Call) and _name(node) in MARKED and node.args:
            skipped |= {id(one) for one in ast.walk(node.args[0])}
        elif isinstance(node, ast.Call) and _name(node) == "compile":
            skipped |= {id(one) for one in ast.walk(node)}
    return skipped


def outside(source: str) -> list[str]:
    """Literals of a file that people would see although no catalogue knows them."""
    tree = ast.parse(source)
    skipped = _skipped(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = re.sub(r"<[^>]*(?:>|$)", "", node.value)
            if (TWO_WORDS.search(text) or HAN.search(text)) and text not in SAME_EVERYWHERE:
                found.append(text)
        if isinstance(node, ast.Call) and _name(node) in SHOWN:
            found += _shown_literals(node, skipped)
    return found


def _shown_literals(call: ast.Call, skipped: set[int]) -> Iterator[str]:
    """A single word is a sentence, too, when it is handed over as a text or a label."""
    for argument in call.args[:2] if _name(call) == "title" else call.args[:1]:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        for part in parts:
            text = part.value if isinstance(part, ast.Constant) and id(part) not in skipped else ""
            if isinstance(text, str) and WORD.search(re.sub(r"<[^>]*>", "", text)):
                yield text


def marked(source: str) -> Iterator[str]:
    """Every literal that goes through the catalogue, nested calls included."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    for first in (call.args[0] for call in calls if _name(call) in MARKED):
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_views_and_handlers_say_nothing_around_the_catalogue() -> None:
    files = _files("bot/views", "handlers")
    assert files
    assert {str(path.relative_to(ROOT)): outside(path.read_text()) for path in files if outside(path.read_text())} == {}


def test_the_extractor_finds_every_sentence_that_the_code_marks() -> None:
    extracted = {text for _, _, text in sentences()}
    for path in _files("bot/views"):
        assert set(marked(path.read_text())) <= extracted, path.name


def test_a_sentence_around_the_catalogue_is_found() -> None:
    assert outside('Card("Paid")') == ["Paid"]
    assert outside('bold(f"Paid {total}")') == ["Paid "]
    assert outside('text = "Check the bank"') == ["Check the bank"]
    assert outside('label = "放币"') == ["放币"]
    assert outside('press("Release", Verb.RELEASE)') == ["Release"]
    assert outside('f"<b>{x}</b> is on it now"') == [" is on it now"]


def test_what_nobody_sees_is_left_alone() -> None:
    assert outside('"""A docstring of words."""') == []
    assert outside('pen.say("Check the bank")') == []
    assert outside('raise ValueError("two words here")') == []
    assert outside('log.info("two words here")') == []
    assert outside('Card(pen.words("Paid"))') == []
