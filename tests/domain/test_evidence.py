"""The documents of an appeal pack, on hostile words."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import evidence
from bot.domain.chat import Author, ChatKind, ChatMessage
from bot.domain.evidence import Case, PackFile, Said
from bot.domain.evidence_words import WORDS
from bot.domain.journal import Entry

FILE = PackFile(1_763_733_722, Author.THEM, "image/png", "ab" * 32, 10)


def said(text: str, author: Author = Author.THEM, **changes: object) -> Said:
    message = ChatMessage("7", ChatKind.TEXT, text, 1_763_733_722, "c1", "nick")
    return Said(replace(message, **changes), author, 1_763_733_723_000)  # type: ignore[arg-type]


def case(*messages: Said, journal: tuple[Entry, ...] = ()) -> Case:
    return Case("7", {"order": {}}, messages, (), journal, {3: "=operator"})


@given(st.text())
def test_no_words_of_others_can_look_like_a_line_of_their_own(text: str) -> None:
    lines = evidence.conversation_text(case(said(text), said("after")), "en").split("\n")
    assert sum(line.startswith("2025-11-21 14:02:02Z  ") for line in lines) == 2
    assert all(line.startswith(("2025-", "    ")) for line in lines[2:-1])


@given(st.text(), st.text())
def test_the_machines_copy_gives_the_words_back_exactly(text: str, name: str) -> None:
    document = evidence.conversation_json(case(said(text, author_name=name)))
    message = json.loads(document.encode("utf-8", "backslashreplace"))["messages"][0]
    assert (message["text"], message["author_name"]) == (text, name)


def test_a_turned_round_text_is_shown_as_it_is() -> None:
    text = evidence.conversation_text(case(said("paid \u202eyllautca\x07")), "en")
    assert "paid \\u202eyllautca\\u0007" in text


@pytest.mark.parametrize(
    ("one", "shown"),
    [(said("hi", Author.US), "Us (outside the desk): hi"),
     (replace(said("hi", Author.US), said_by="agent"), "Us (agent): hi"),
     (said("hi", Author.VENUE), "Gate: hi"), (said("hi", Author.UNKNOWN), "Unknown author (nick): hi"),
     (said("", kind=ChatKind.STATUS, status="paid"), "[status: paid]"), (said("", kind=ChatKind.UNKNOWN), "[unknown]"),
     (said("", kind=ChatKind.PAYMENT_METHOD, facts='{"account":"1"}'), '[payment_method: {"account":"1"}]'),
     (said("hi", is_flagged=True, warning="risky"), "[marked by Gate: risky]")],
)  # fmt: skip
def test_every_kind_of_message_is_shown(one: Said, shown: str) -> None:
    assert shown in evidence.conversation_text(case(one), "en")


def test_files_are_named_by_us_in_the_order_of_the_chat() -> None:
    odd = replace(FILE, content_type="text/html; ../../x", author=Author.US)
    named = evidence.named(case(replace(said("a"), files=(FILE, odd)), replace(said("b"), files=(FILE,))))
    assert [file.name for file in named.files] == [
        "3_files/01_20251121T140202Z_them.png", "3_files/02_20251121T140202Z_us.bin",
        "3_files/03_20251121T140202Z_them.png",
    ]  # fmt: skip
    assert evidence.hashes(named.files).splitlines()[1] == f"{'ab' * 32}  02_20251121T140202Z_us.bin"


def test_a_spreadsheet_runs_nothing_of_the_journal() -> None:
    entry = Entry(1, 1_763_733_722_123, 3, "say", "7", {"note": '"=1+1"\n'}, "=cmd")
    rows = evidence.journal_csv(case(journal=(entry,))).split("\r\n")
    assert rows[1].startswith('"1","2025-11-21 14:02:02.123Z","3","\'=operator","say","\'=cmd",')


def test_a_chat_that_was_read_in_part_says_so() -> None:
    part = replace(case(), read_at=1_763_733_722_000)
    assert WORDS["en"]["incomplete"] in evidence.readme(part, "en")
    assert WORDS["en"]["incomplete"] not in evidence.readme(replace(part, is_complete=True), "en")
    assert WORDS["en"]["never_read"] in evidence.readme(case(), "fr")


def test_a_moment_that_is_none_stays_a_number() -> None:
    assert evidence.utc(10**15) == str(10**15) and evidence.utc_ms(10**18) == str(10**15)


def test_both_languages_have_the_same_words() -> None:
    assert set(WORDS["en"]) == set(WORDS["zh"])
