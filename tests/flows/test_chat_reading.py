"""One look at a chat: everything since the last one, once and in order, however the venue cuts its pages."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.chat import Author, ChatKind
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.flows import read_chat
from bot.flows.read_chat import MOST_PAGES, SMALLEST_PAGE, WHOLE_EVERY_MS, read, read_now
from tests.flows.bench import LEAD, NOW, OPERATOR, ORDER, VIEWER, Bench


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    """The order is in the desk's memory, as the orders' own watch keeps it."""
    await bench.see()


async def test_what_was_written_is_kept_in_order_and_only_once(bench: Bench) -> None:
    bench.writes("one", "two")
    assert await bench.read() == 2
    bench.writes("three")
    assert await bench.read() == 1
    assert await bench.read() == 0
    assert await bench.texts() == ["one", "two", "three"]
    assert {heard.author for heard in await bench.heard()} == {Author.THEM}


@pytest.mark.parametrize("includes_cursor", [False, True])
@pytest.mark.parametrize("page_size", [2, 3, 5, 50])
async def test_no_way_to_page_loses_or_doubles_a_word(bench: Bench, includes_cursor: bool, page_size: int) -> None:
    bench.gate.page_size, bench.gate.includes_cursor = page_size, includes_cursor
    said = [f"{number}" for number in range(7)]
    for number, text in enumerate(said):
        bench.writes(text, at=NOW - 100 + 5 * number)
    await bench.read()
    late = [f"late {number}" for number in range(2)]
    bench.writes(*late, at=NOW + 20)
    bench.pass_(30)
    await bench.read()
    while bench.desk.talk.hints:
        bench.desk.talk.hints.clear()
        await bench.read()
    assert await bench.texts() == said + late


@pytest.mark.parametrize("includes_cursor", [False, True])
async def test_several_words_of_one_second_are_all_kept_even_where_a_page_splits_it(
    bench: Bench, includes_cursor: bool
) -> None:
    bench.gate.page_size, bench.gate.includes_cursor = 3, includes_cursor
    bench.writes("a", at=NOW - 9)
    bench.writes("b", "c", at=NOW - 8)
    bench.writes("d", "e", at=NOW - 7)
    assert await bench.read() == 5
    assert await bench.texts() == ["a", "b", "c", "d", "e"]


async def test_the_same_words_twice_in_one_second_are_two_messages(bench: Bench) -> None:
    bench.writes("??", "??", at=NOW)
    assert await bench.read() == 2
    bench.writes("??", at=NOW)
    assert await bench.read() == 1
    assert await bench.texts() == ["??"] * 3
    assert await bench.read() == 0


async def test_the_same_words_split_over_two_pages_are_counted_together(bench: Bench) -> None:
    bench.gate.page_size = 3
    bench.writes("first", at=NOW - 5)
    bench.writes("??", "??", at=NOW - 4)
    bench.writes("last", "of all", at=NOW - 3)
    await bench.read()
    assert await bench.texts() == ["first", "??", "??", "last", "of all"]


@pytest.mark.parametrize("includes_cursor", [False, True])
async def test_a_second_that_fills_a_page_is_read_from_its_beginning_too(bench: Bench, includes_cursor: bool) -> None:
    bench.gate.page_size, bench.gate.includes_cursor = 4, includes_cursor
    bench.writes("old", at=NOW - 9)
    bench.writes("a", "??", "b", "c", "??", at=NOW - 4)
    await bench.read()
    assert await bench.texts() == ["old", "a", "??", "b", "c", "??"]


async def test_what_the_venue_stored_with_a_moment_of_long_ago_is_read_within_a_minute(bench: Bench) -> None:
    bench.writes("first", at=NOW - 100)
    bench.writes("second", at=NOW - 10)
    await bench.read()
    bench.writes("late", at=NOW - 60)
    bench.gate.chats[ORDER.id].sort(key=lambda message: message.at)
    before = bench.gate.count("chat")
    assert await bench.read(after=15) == 0 and await bench.read(after=WHOLE_EVERY_MS / 1000) == 1
    assert {heard.message.text for heard in await bench.heard()} == {"first", "second", "late"}
    assert bench.gate.count("chat") == before + 2, "it costs no request more"


async def test_a_long_chat_is_followed_back_to_its_beginning_oldest_numbers_first(bench: Bench) -> None:
    bench.gate.page_size = 4
    for number in range(11):
        bench.writes(f"{number}", at=NOW - 100 + number)
    assert await bench.read() == 11
    assert await bench.texts() == [f"{number}" for number in range(11)]
    assert bench.gate.count("chat") >= 3
    async with bench.store.read() as tables:
        reading = await tables.chats.reading(ORDER.id)
    assert reading is not None and reading.is_complete and reading.active_at == NOW - 90


async def test_a_chat_without_an_end_is_read_up_to_a_limit_and_said_to_be_incomplete(bench: Bench) -> None:
    bench.gate.page_size = 2
    for number in range(3 * MOST_PAGES):
        bench.writes(f"{number}", at=NOW - 900 + number)
    assert await bench.read() >= MOST_PAGES
    assert bench.gate.count("chat") <= 2 * MOST_PAGES
    async with bench.store.read() as tables:
        reading = await tables.chats.reading(ORDER.id)
    assert reading is not None and not reading.is_complete
    assert (await bench.texts())[-1] == f"{3 * MOST_PAGES - 1}", "the newest are there"


async def is_complete(bench: Bench) -> bool:
    async with bench.store.read() as tables:
        reading = await tables.chats.reading(ORDER.id)
    assert reading is not None
    return reading.is_complete


@pytest.mark.parametrize("wait", [15, 2 * WHOLE_EVERY_MS / 1000])
async def test_a_chat_whose_beginning_was_never_reached_stays_incomplete(bench: Bench, wait: float) -> None:
    """A later look need not go so far, and what is missing is missing from an appeal pack all the same."""
    bench.gate.page_size = 4
    for number in range(5 * MOST_PAGES):
        bench.writes(f"{number}", at=NOW - 9000 + 20 * number)
    await bench.read()
    bench.writes("new")
    await bench.read(after=wait)
    assert (await bench.texts())[-1] == "new" and not await is_complete(bench)
    bench.gate.page_size = 9 * MOST_PAGES
    await bench.read(after=WHOLE_EVERY_MS / 1000)
    assert await is_complete(bench), "a page that reaches the beginning has everything"


async def test_a_complete_chat_stays_complete_with_looks_that_reach_only_what_is_held(bench: Bench) -> None:
    bench.gate.page_size = 4
    for number in range(12):
        bench.writes(f"{number}", at=NOW - 900 + 5 * number)
    await bench.read()
    for wait in (15, WHOLE_EVERY_MS / 1000):
        bench.writes("new")
        await bench.read(after=wait)
        assert await is_complete(bench)


async def test_a_gap_between_two_looks_makes_a_complete_chat_incomplete(bench: Bench) -> None:
    bench.writes("old", at=NOW - 5000)
    await bench.read()
    assert await is_complete(bench)
    bench.gate.page_size = 4
    for number in range(5 * MOST_PAGES):
        bench.writes(f"{number}", at=NOW - 900 + number)
    await bench.read(after=WHOLE_EVERY_MS / 1000)
    assert not await is_complete(bench)


async def test_a_page_that_is_full_is_followed_by_another_look(bench: Bench) -> None:
    bench.writes("old", at=NOW - 50)
    await bench.read()
    bench.gate.page_size = SMALLEST_PAGE
    for number in range(5):
        bench.writes(f"{number}", at=NOW - 40 + 5 * number)
    bench.desk.talk.hints.clear()
    assert await bench.read() >= 1
    while bench.desk.talk.hints:
        bench.desk.talk.hints.clear()
        await bench.read()
    assert await bench.texts() == ["old", "0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "trouble",
    [Unknown("gate", "chat", why="timeout"), Unreachable("gate", "chat", "away"),
     Refused("gate", "chat", code="X", detail="no", status=400)],
)  # fmt: skip
async def test_a_read_that_fails_half_way_keeps_nothing_and_the_next_one_has_all(
    bench: Bench, trouble: VenueError
) -> None:
    bench.gate.page_size = 2
    for number in range(6):
        bench.writes(f"{number}", at=NOW - 60 + number)

    def second_page_fails() -> None:
        if bench.gate.count("chat") == 2:
            raise trouble

    bench.gate.before_answer = second_page_fails
    with pytest.raises(type(trouble)):
        await bench.read()
    assert await bench.texts() == []
    async with bench.store.read() as tables:
        assert await tables.chats.reading(ORDER.id) is None
    assert await bench.lines() == {}
    bench.gate.before_answer = None
    assert await bench.read() == 6


async def test_a_message_that_turns_up_late_with_an_older_second_is_still_heard(bench: Bench) -> None:
    bench.writes("newer", at=NOW)
    await bench.read()
    bench.gate.chats[ORDER.id].insert(0, replace(bench.gate.chats[ORDER.id][0], text="late", at=NOW - 2))
    assert await bench.read() == 1
    assert await bench.texts() == ["newer", "late"], "numbers grow in the order of hearing"


async def test_an_order_the_desk_does_not_know_is_not_kept(bench: Bench) -> None:
    bench.gate.said("62", "hello", by="c9")
    assert await read(bench.desk, "62") == 0
    assert await bench.heard("62") == []


async def test_our_own_id_is_asked_for_once_and_nothing_is_kept_without_it(bench: Bench) -> None:
    bench.writes("hello")
    bench.gate.errors["profile"] = [Unreachable("gate", "profile", "away")]
    with pytest.raises(Unreachable):
        await bench.read()
    assert await bench.texts() == [] and bench.gate.count("chat") == 0
    await bench.read()
    await bench.read()
    assert bench.gate.count("profile") == 2 and await bench.texts() == ["hello"]


async def test_everybody_is_known_by_id_or_stand_in_name_and_who_is_not_counts_as_unknown(bench: Bench) -> None:
    said = bench.gate.said
    for by, name in (
        ("own", "x"),
        ("c1", "x"),
        ("System", ""),
        ("", "Self"),
        ("", "Other"),
        ("c77", "Self"),
        ("", "?"),
    ):
        said(ORDER.id, f"{by}/{name}", by=by, author_name=name)
    said(ORDER.id, "status", by="c1", kind=ChatKind.STATUS)
    await bench.read()
    assert [heard.author.value for heard in await bench.heard()] == [
        "us", "them", "venue", "us", "them", "unknown", "unknown", "venue",
    ]  # fmt: skip


async def test_files_and_vouchers_of_the_other_side_are_wanted_at_once_and_our_own_are_not(bench: Bench) -> None:
    url = "https://files.example/1.jpg"
    bench.writes("", kind=ChatKind.FILE, file_key="k1", file_url=url)
    bench.gate.said(ORDER.id, "", kind=ChatKind.FILE, file_key="k2", file_url="https://files.example/2.jpg")
    bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, vouchers=("https://files.example/v.jpg",))
    bench.writes("", kind=ChatKind.FILE, file_key="k3", file_url="c2cchat_image/a-key-is-no-address")
    await bench.read()
    async with bench.store.read() as tables:
        wanted = await tables.files.of_order(ORDER.id)
    assert [file.url for file in wanted] == [url, "https://files.example/v.jpg"]


async def test_two_looks_at_once_keep_every_word_once(bench: Bench) -> None:
    bench.writes("a", "b", "c")
    await asyncio.gather(*(read(bench.desk, ORDER.id) for _ in range(4)))
    assert await bench.texts() == ["a", "b", "c"]


async def test_a_look_that_brings_news_wakes_the_relay_and_one_without_does_not(bench: Bench) -> None:
    bench.writes("a")
    bench.desk.wake_relay.clear()
    await bench.read()
    assert bench.desk.wake_relay.is_set() and bench.desk.talk.wake.is_set()
    bench.desk.wake_relay.clear()
    await bench.read()
    assert not bench.desk.wake_relay.is_set()


async def test_a_person_may_ask_for_a_look_unless_frozen_gone_or_without_a_venue(bench: Bench) -> None:
    bench.writes("a")
    await read_now(bench.desk, VIEWER, ORDER.id)
    assert await bench.texts() == ["a"]
    with pytest.raises(NotAllowed, match="no_right_here"):
        await read_now(bench.desk, 99, ORDER.id)
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], is_frozen=True)
    with pytest.raises(NotAllowed, match="person_frozen"):
        await read_now(bench.desk, OPERATOR, ORDER.id)
    bench.desk.gate = None
    with pytest.raises(NotAllowed, match="venue_off"):
        await read_now(bench.desk, LEAD, ORDER.id)


async def test_a_read_reaches_back_a_little_behind_what_is_held(bench: Bench) -> None:
    bench.writes("x", at=NOW - 10)
    await bench.read()
    assert read_chat.OVERLAP_SECONDS >= 2, "a venue whose cursor is exclusive would hide the rest of a second"
    bench.writes("y", at=NOW - 10)
    await bench.read()
    assert await bench.texts() == ["x", "y"]


async def test_a_quiet_chat_costs_one_request_whatever_time_comes_with_it(bench: Bench) -> None:
    bench.gate.tells_own_time = True
    bench.writes("hello", at=NOW - 100)
    await bench.read()
    before = bench.gate.count("chat")
    for _ in range(3):
        assert await bench.read(after=12) == 0
    assert bench.gate.count("chat") == before + 3
    bench.writes("more")
    assert await bench.read() == 1
