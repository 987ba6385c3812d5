"""The Chinese catalogue is complete, and no sentence goes around it."""

import re
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from bot.texts import LANGUAGES, texts_for
from bot.texts.catalogue import PO_FILES
from bot.texts.extract import sentences

# Sentences that are the same in Chinese, each for its reason.
NO_HAN = {
    ", ": "punctuation, which has its own form",
}


def _source() -> set[str]:
    return {text for _, _, text in sentences()}


def _chinese() -> dict[str, str]:
    with PO_FILES["zh"].open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
        assert not catalogue.obsolete
        return {str(one.id): str(one.string) for one in catalogue if one.id}


def _placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_no_sentence_is_missing_and_none_is_left_over() -> None:
    assert len(_source()) > 400
    assert _source() == set(_chinese())


def test_every_chinese_sentence_has_a_han_character() -> None:
    for english, chinese in _chinese().items():
        is_only_placeholders = not re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", english))
        assert re.search("[\u4e00-\u9fff]", chinese) or is_only_placeholders or english in NO_HAN, english


def test_both_languages_have_the_same_placeholders() -> None:
    for english, chinese in _chinese().items():
        assert _placeholders(english) == _placeholders(chinese), english


def test_commands_and_settings_are_never_translated() -> None:
    for english, chinese in _chinese().items():
        named = re.findall(r"(?<![\w/])/[a-z]+|[A-Z]+_[A-Z_]+", english)
        assert [name for name in named if name not in chinese] == [], english


def test_chinese_sentences_have_chinese_punctuation() -> None:
    """Half-width marks stay inside commands, numbers, times and names of settings; they never touch a Han character."""
    for english, chinese in _chinese().items():
        assert re.search("[\u4e00-\u9fff”）}][,:;!?(]|[,:;!?)][\u4e00-\u9fff“（]", chinese) is None, english


def test_staff_is_addressed_as_colleagues_are() -> None:
    assert [english for english, chinese in _chinese().items() if "您" in chinese] == []


def test_an_argument_that_is_not_text_is_refused() -> None:
    with pytest.raises(TypeError):
        texts_for("en")("Paid {total}", total=7)  # type: ignore[arg-type]


def test_a_missing_argument_is_refused() -> None:
    with pytest.raises(KeyError):
        texts_for("zh")("Paid {total}")


def test_languages_are_known_by_their_short_names_and_others_read_english() -> None:
    assert LANGUAGES == ("en", "zh")
    for name in ("zh", "zh-hans", "zh_CN", "ZH"):
        assert texts_for(name)("Release…") == "放币…"
    for name in ("en", "fr", ""):
        assert texts_for(name)("Release…") == "Release…"


def test_a_hostile_argument_is_never_read_as_a_template() -> None:
    assert texts_for("en")("Paid {total}", total="{0.__class__}") == "Paid {0.__class__}"
