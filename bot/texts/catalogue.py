"""One gettext catalogue per language, read once from its .po file through Babel; English is the source itself."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

LANGUAGES: Final = ("en", "zh")
DEFAULT_LANGUAGE: Final = "en"
PO_FILES: Final = {"zh": Path(__file__).with_name("zh_CN.po")}


def mark(text: str) -> str:
    """Mark a sentence in a table for the extractor; it is translated where it is used."""
    return text


class Words:
    """The sentences of one language: `words("Release {coins}?", coins="1,000.00 USDT")`.

    Arguments are ready-made strings: a number or a moment has gone through `formatting` before it gets here.
    """

    def __init__(self, language: str, sentences: Mapping[str, str]) -> None:
        self.language = language
        self._sentences = sentences

    def __call__(self, text: str, /, **facts: str) -> str:
        """The sentence in this language, filled. Raises TypeError for an argument that is not text."""
        for name, fact in facts.items():
            if not isinstance(fact, str):
                raise TypeError(f"{name} of {text!r} must be text, not {type(fact).__name__}")
        return self.template(text).format_map(facts)

    def template(self, text: str) -> str:
        """The sentence in this language with its placeholders still open."""
        return self._sentences.get(text) or text


@cache
def texts_for(language: str) -> Words:
    """The words of "en" or "zh" (also `zh-hans`, `zh_CN`); any other language reads English."""
    short = language.replace("_", "-").split("-")[0].lower()
    path = PO_FILES.get(short)
    return Words(short, _sentences(path)) if path else Words(DEFAULT_LANGUAGE, {})


def _sentences(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN", abort_invalid=True)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }
