"""HTML parse mode, what Telegram finds by itself, and the safe HTML the page gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.entities import formatted
from bot.sandbox.telegram.html_view import as_html
from bot.sandbox.telegram.refusals import Refusal, Violation


def parsed(source: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, marks = formatted(source, "HTML", None, "text")
    return text, [(mark["type"], mark["offset"], mark["length"]) for mark in marks]


@pytest.mark.parametrize(
    ("source", "text", "marks"),
    [
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("💰<b>字</b>", "💰字", [("bold", 2, 1)]),
        ("  <b>x</b> y \n", "x y", [("bold", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>", "ab", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<u>a</u><s>b</s><code>c</code>", "abc", [("underline", 0, 1), ("strikethrough", 1, 1), ("code", 2, 1)]),
        ("1 &lt; 2 &amp;&amp; &#x41;&#66; &copy;", "1 < 2 && AB &copy;", []),
        ("a > b", "a > b", []),
        ("<b></b>x", "x", []),
        ("<B>x</B>", "x", [("bold", 0, 1)]),
        ("a\x00b\rc", "a bc", []),
        ("/start@desk_bot now", "/start@desk_bot now", [("bot_command", 0, 15)]),
        ("<code>/start @somebody</code>", "/start @somebody", [("code", 0, 16)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, marks: list[tuple[str, int, int]]) -> None:
    assert parsed(source) == (text, marks)


def test_links_times_and_languages_keep_their_facts() -> None:
    source = '<a href="https://example.com/?a=1&amp;b=&quot;">l</a><tg-time unix="1647531900" format="wDT">t</tg-time>'
    _, (link, when) = formatted(source, "HTML", None, "text")
    assert link["url"] == 'https://example.com/?a=1&b="'
    assert (when["type"], when["unix_time"], when["date_time_format"]) == ("date_time", 1647531900, "wDT")
    _, (pre,) = formatted('<pre><code class="language-python">x</code></pre>', "HTML", None, "text")
    assert (pre["type"], pre["language"]) == ("pre", "python")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("字<x", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-time unix="soon">x</tg-time>', "Invalid Unix time specified"),
        ('<tg-time unix="1" format="rT">x</tg-time>', "Invalid date-time format specified"),
        ('<tg-emoji emoji-id="a">x</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_broken_html_is_refused_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(Violation) as refused:
        formatted(source, "HTML", None, "text")
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


def test_the_page_gets_escaped_html_only() -> None:
    source = '<b>a &lt;script&gt;</b> <a href="tg://user?id=1">u</a> <a href="https://e.com/&quot;&gt;">l</a>'
    text, marks = formatted(source, "HTML", None, "text")
    shown = as_html(text, marks)
    assert shown.startswith("<b>a &lt;script&gt;</b> ")
    assert 'href="#"' in shown and "tg://" not in shown
    assert 'href="https://e.com/&quot;&gt;"' in shown


@given(st.text(alphabet=st.sampled_from("ab<>/&;bi \"'=字💰\n"), max_size=40))
def test_any_text_is_parsed_or_refused_and_then_shown_without_a_foreign_tag(source: str) -> None:
    try:
        text, marks = formatted(source, "HTML", None, "text")
    except Refusal:
        return
    shown = as_html(text, marks)
    for tag in ("<b>", "</b>", "<i>", "</i>", '<span class="command">', "</span>"):
        shown = shown.replace(tag, "")
    assert "<" not in shown


@given(st.text(max_size=60))
def test_escaped_text_arrives_as_it_was_meant(words: str) -> None:
    clean, _ = formatted(words, None, None, "text")
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert formatted(escaped, "HTML", None, "text")[0] == clean
