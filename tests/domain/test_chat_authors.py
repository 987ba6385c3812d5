"""Who wrote a message that carries no id: by the names the venue gave us, then by its stand-ins; doubt stays doubt."""

from dataclasses import replace

import pytest

from bot.domain.chat import Author, ChatKind, ChatMessage

WITHOUT_ID = ChatMessage("61", ChatKind.TEXT, "ok", 5, "", "")


def author(name: str, *, ours: str = "desk_one", theirs: str = "trader_07", uid: str = "") -> Author:
    message = replace(WITHOUT_ID, author_name=name, author_id=uid)
    return message.author(own_id="me", counterparty_id="them", own_name=ours, counterparty_name=theirs)


@pytest.mark.parametrize(
    ("name", "wrote"),
    [
        ("desk_one", Author.US), (" desk_one ", Author.US), ("trader_07", Author.THEM), ("Self", Author.US),
        ("Other", Author.THEM), ("System", Author.VENUE), ("somebody", Author.UNKNOWN), ("", Author.UNKNOWN),
    ],
)  # fmt: skip
def test_a_name_is_ours_theirs_the_venues_or_nobodys(name: str, wrote: Author) -> None:
    assert author(name) is wrote


@pytest.mark.parametrize("nick", ["System", "Self", "desk_one"])
def test_a_buyer_who_is_called_like_somebody_else_is_taken_for_nobody(nick: str) -> None:
    assert author(nick, theirs=nick) is Author.UNKNOWN


def test_a_name_that_says_the_same_as_its_stand_in_is_believed() -> None:
    assert author("Other", theirs="Other") is Author.THEM and author("Self", ours="Self") is Author.US


def test_names_the_venue_never_told_prove_nothing() -> None:
    assert author("", ours="") is Author.UNKNOWN and author("", theirs="") is Author.UNKNOWN


def test_the_id_weighs_more_than_any_name() -> None:
    assert author("desk_one", uid="them") is Author.THEM and author("trader_07", uid="odd") is Author.UNKNOWN
