"""A card has at most eight lines of 36 columns, as a phone shows them: measured in every snapshot of a view."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.views.drawing import MOST_LINES

COLUMNS = 36
SNAPSHOTS = Path(__file__).parent / "__snapshots__"
ADDRESS = re.compile(r"https?://\S+")
"""never broken, so that it stands on a line of its own"""

# What may be wider or longer, each for its reason: (snapshot file, beginning of the card's name)
MAY_WRAP = (
    # A sentence that says why, that nothing happened and what to do; it is read once, not scanned
    ("", "refusal "), ("", "usage "), ("test_payer_cards", "used, to "),
    # A question with such a sentence above it
    ("test_payer_cards", "which payer, once more"), ("test_step_up_cards", "asked again"),
    # Lists of commands and texts for customers, which belong to whoever reads them there
    ("", "help"), ("", "hint"), ("test_deposit_cards", "deposit text "),
    # Words of the venue about a refusal, and a list whose lines hold two amounts of any length
    ("test_otc_cards", "off-ramp quote after known"), ("test_otc_cards", "off-ramp refused known"),
    ("test_convert_cards", "converts mixed"),
)  # fmt: skip
# Somebody's words, and all that an ad, a rule, an account has: looked through, not acted on in a hurry. How many lines
# are too wide or too many there; a number may only go down.
LOOKED_THROUGH = {
    "test_ad_cards": 117, "test_ad_form_cards": 76, "test_bank_cards": 76, "test_chat_cards": 33, "test_rule_cards": 41,
}  # fmt: skip


def width(line: str) -> int:
    """Columns of a fixed grid: by Unicode's East Asian width, marks and joiners none."""
    shown = (char for char in line if unicodedata.category(char) not in ("Mn", "Me", "Cf"))
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in shown)


def cards(text: str) -> Iterator[tuple[str, list[str]]]:
    """Names and lines of the cards in a snapshot file, without their buttons."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        inner = line.removeprefix("  ")
        if inner.startswith("=== ") or line.startswith("# name:"):
            yield name, without_buttons(lines)
            name, lines = inner.removeprefix("=== ") if inner.startswith("=== ") else "", []
        elif line not in ("# ---", "  '''"):
            lines.append(inner)
    yield name, without_buttons(lines)


def without_buttons(lines: list[str]) -> list[str]:
    """The rows of buttons stand behind an empty line."""
    kept = list(lines)
    while kept and (not kept[-1].strip() or kept[-1].startswith("[")):
        kept.pop()
    return kept


def may_wrap(file: str, name: str) -> bool:
    return any(file.startswith(where) and name.startswith(kind) for where, kind in MAY_WRAP)


def misfits(path: Path) -> list[str]:
    """Cards with too many lines, and lines that are too wide."""
    wrong = []
    for name, lines in cards(path.read_text(encoding="utf-8")):
        if not name or may_wrap(path.stem, name):
            continue
        if len(lines) > MOST_LINES:
            wrong.append(f"{name}: {len(lines)} lines")
        wide = [line for line in lines if width(line) > COLUMNS and not ADDRESS.fullmatch(line)]
        wrong += [f"{name}: {width(line)} columns: {line}" for line in wide]
    return wrong


@pytest.mark.parametrize("path", sorted(SNAPSHOTS.glob("*.ambr")), ids=lambda path: path.stem)
def test_every_card_fits_a_phone(path: Path) -> None:
    wrong = misfits(path)
    if path.stem in LOOKED_THROUGH:
        assert len(wrong) == LOOKED_THROUGH[path.stem]
    else:
        assert wrong == []


def test_the_measure_sees_cards_buttons_and_wide_characters() -> None:
    text = "# name: x\n  '''\n  === a\n  张三丰 paid\n  \n  [Back][Next]\n  \n  === b\n  one\n  '''\n# ---\n"
    assert [one for one in cards(text) if one[0]] == [("a", ["张三丰 paid"]), ("b", ["one"])]
    assert width("张三丰 paid") == 11 and width("e\u0301") == 1


def test_what_may_wrap_is_there() -> None:
    """An exception whose card is gone goes, too."""
    found = [
        (path.stem, name) for path in SNAPSHOTS.glob("*.ambr") for name, _ in cards(path.read_text(encoding="utf-8"))
    ]
    for where, kind in MAY_WRAP:
        assert any(file.startswith(where) and name.startswith(kind) for file, name in found if name), (where, kind)
