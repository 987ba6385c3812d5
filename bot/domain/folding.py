"""A text as a filter reads it: one form of each letter, nothing invisible, and the way back to what was written."""

import unicodedata
from dataclasses import dataclass

HAN_DIGITS = str.maketrans("零〇○一幺壹二贰三叁四肆五伍六陆七柒八捌九玖", "0001112233445566778899")
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is for searching; its character at `i` was written at `places[i]` of `source`."""

    text: str
    source: str
    places: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """What was written where `text[start:end]` stands; `end` is above `start`."""
        return self.source[self.places[start] : self.places[end - 1] + 1]


def fold(text: str) -> Folded:
    """Compatibility forms, case, and digits of every script made one; format and joining characters left out."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = _folded(char)
        letters.append(plain)
        places.extend([place] * len(plain))
    return Folded("".join(letters), text, tuple(places))


def with_digits(text: Folded) -> Folded:
    """The same with Chinese numerals as digits: `一三八` reads 138."""
    return Folded(text.text.translate(HAN_DIGITS), text.source, text.places)


def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char in INVISIBLE or unicodedata.category(char) == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", char).casefold()
