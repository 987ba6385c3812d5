"""A card's parts are checked at birth, and foreign text is harmless in it."""

import pytest

from bot.views.buttons import Tap, Verb, press
from bot.views.card import Button, Card, bold, clean, escape, width
from tests.views.strict_html import problem


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"data": "x", "url": "https://a.example"}, {"copy": "1", "data": "x"}, {"data": "x" * 65},
        {"copy": "x" * 257}, {"url": "javascript:alert(1)"}, {"data": "x", "style": "pink"},
    ],
)  # fmt: skip
def test_a_button_without_exactly_one_usable_action_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Button("Label", **fields)


def test_a_tap_with_wrong_fields_is_refused() -> None:
    for args in ((), ("a", "b"), ("a:b",), ("汉",), ("x" * 49,), ("",)):
        with pytest.raises(ValueError):
            Tap(Verb.OPEN, args)


def test_data_that_this_desk_never_made_is_no_tap() -> None:
    for text in ("", "o", "o:", "zz:1", "o:1:2", "release_1", "o:1\n", "y:" + "x" * 64):
        assert Tap.parse(text) is None
    assert Tap.parse("rn:2089000000000000417:9") == Tap(Verb.REASON, ("2089000000000000417", "9"))


def test_foreign_text_loses_what_is_not_visible() -> None:
    assert clean("a\x00b\u202ec\u2066d\u2069\n e") == "abcd e"
    assert escape("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert width(clean("汉" * 500, 40)) <= 40


def test_a_rare_han_character_of_a_name_stays() -> None:
    assert clean("\U00031350三") == "\U00031350三"


def test_plain_text_is_what_the_tags_showed() -> None:
    assert Card(bold("a < b & <i>")).plain == "a < b & <i>"


def test_the_digest_changes_with_anything_that_is_seen_or_pressed() -> None:
    one = Card("a", ((press("x", Verb.QUEUE),),))
    others = [Card("b", one.rows), Card("a"), Card("a", ((press("y", Verb.QUEUE),),)), Card("a", one.rows, prompt=True)]
    assert one.digest == Card("a", ((press("x", Verb.QUEUE),),)).digest
    assert len({one.digest, *(other.digest for other in others)}) == 5


def test_a_picture_is_part_of_the_digest_and_no_part_of_the_repr() -> None:
    plain, one, other = Card("a"), Card("a", picture=b"one"), Card("a", picture=b"other")
    assert len({plain.digest, one.digest, other.digest}) == 3
    assert one.digest == Card("a", picture=b"one").digest
    assert "one" not in repr(one) and "picture" not in repr(one)


def test_words_under_a_picture_have_room_for_1024_units_without_their_tags() -> None:
    assert Card(bold("😀" * 400) + "&amp;" * 224, picture=b"x")
    with pytest.raises(ValueError, match="caption"):
        Card("😀" * 512 + "x", picture=b"x")
    with pytest.raises(ValueError, match="reply"):
        Card("a", prompt=True, picture=b"x")
    assert Card("😀" * 512 + "x")


def test_the_strict_reader_refuses_broken_html() -> None:
    for text in ("<b>", "</b>", "<b><code></b></code>", "a & b", "a < b", "<i>x</i>", "<a>x</a>", "&nbsp;"):
        assert problem(text)
    assert problem('<b>a</b> &lt; <tg-time unix="1">2</tg-time>') == ""
