"""An album goes to one buyer, whichever of its pieces says so, and none of it is lost without a word."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.sayings import ALBUM_SECONDS, State
from bot.flows import housekeeping
from tests.flows.bench import AGENT, GROUP, OPERATOR, open_bench
from tests.handlers.phone import CONTACT, OTHER, TOPIC, Desk, add_other, in_topic, photo


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        await bench.see()
        await bench.read()
        await made.tell()
        for name in "abcd":
            bench.phone.files[name] = name.encode()
        yield made
        await made.relay.stop()


async def piece(desk: Desk, name: str, caption: str = "", *, album: str = "A", by: int = OPERATOR, **place: int) -> int:
    words = {"caption": caption} if caption else {}
    return await desk.write(by=by, media_group_id=album, **place, **words, **photo(name))  # type: ignore[arg-type]


async def left(desk: Desk, album: str = "A", by: int = OPERATOR, chat: int | None = None) -> int:
    async with desk.bench.store.read() as tables:
        return len(await tables.albums.waiting(chat or by, album, by))


@pytest.mark.parametrize("speaker", [1, 2])
async def test_a_later_caption_sends_the_whole_album_in_its_order(desk: Desk, speaker: int) -> None:
    numbers = [
        await piece(desk, name, "/say 0001 look" if place == speaker else "") for place, name in enumerate("abc")
    ]
    texts = await desk.sent(3)
    await desk.tell()
    files = [one for one in await desk.bench.sayings() if one.file is not None]
    in_order = sorted(files, key=lambda one: one.sent_at or 0)
    assert len(desk.bench.gate.sent_files) == 3 and texts == ["look"]
    assert [one.source_message for one in in_order] == numbers and desk.bench.phone.asked == ["a", "b", "c"]
    assert not [text for text in desk.telegram.said(OPERATOR) if "went to nobody" in text] and await left(desk) == 0


async def test_a_later_reply_to_the_buyers_words_sends_the_whole_album(desk: Desk) -> None:
    shown = await desk.hears()
    await piece(desk, "a", "first")
    await piece(desk, "b")
    await piece(desk, "c", reply=shown)
    assert await desk.sent(3) == ["first"] and len(desk.bench.gate.sent_files) == 3


async def test_in_the_topic_a_later_caption_sends_the_whole_album(desk: Desk) -> None:
    await in_topic(desk)
    await piece(desk, "a", chat=GROUP, topic=TOPIC)
    await piece(desk, "b", "/say", chat=GROUP, topic=TOPIC)
    await desk.sent(3)
    assert len(desk.bench.gate.sent_files) == 2


async def test_an_album_for_nobody_is_said_so_once(desk: Desk) -> None:
    for name in "abc":
        await piece(desk, name)
    assert "went to nobody" not in "".join(desk.telegram.said(OPERATOR)), "a later piece may still say whose it is"
    desk.bench.pass_(ALBUM_SECONDS)
    await desk.tell()
    assert sum("went to nobody" in text for text in desk.telegram.said(OPERATOR)) == 1
    assert await desk.sent(3) == [] and desk.bench.gate.sent_files == []


async def test_an_album_under_our_card_in_the_group_stays_inside_and_is_said_so_once(desk: Desk) -> None:
    card = desk.newest(GROUP)
    for name in "ab":
        await piece(desk, name, by=AGENT, chat=GROUP, reply=card)
    desk.bench.pass_(ALBUM_SECONDS)
    await desk.tell()
    assert sum("This stays inside" in text for text in desk.telegram.said(GROUP)) == 1
    assert await desk.bench.sayings() == []


async def test_pictures_for_each_other_in_the_group_get_no_answer(desk: Desk) -> None:
    before = len(desk.telegram.said(GROUP))
    await piece(desk, "a", chat=GROUP)
    desk.bench.pass_(ALBUM_SECONDS)
    await desk.tell()
    assert len(desk.telegram.said(GROUP)) == before and await desk.bench.sayings() == []


async def test_what_waits_of_one_person_never_goes_with_the_words_of_another(desk: Desk) -> None:
    await in_topic(desk)
    await piece(desk, "a", by=AGENT, chat=GROUP, topic=TOPIC)
    await piece(desk, "b", "/say", chat=GROUP, topic=TOPIC)
    await desk.sent(3)
    assert desk.bench.phone.asked == ["b"] and await left(desk, by=AGENT, chat=GROUP) == 1


async def test_another_album_stays_where_it_is(desk: Desk) -> None:
    await piece(desk, "a", album="B")
    await piece(desk, "b", "/say 0001")
    await desk.sent(3)
    assert desk.bench.phone.asked == ["b"] and await left(desk, "B") == 1


async def test_a_caption_for_no_order_sends_nothing_and_the_rest_is_answered(desk: Desk) -> None:
    await piece(desk, "a")
    await piece(desk, "b", "/say 9999 look")
    assert "9999" in desk.last()
    desk.bench.pass_(ALBUM_SECONDS)
    await desk.tell()
    assert "went to nobody" in desk.last() and await desk.bench.sayings() == []


async def test_an_album_never_goes_to_two_buyers(desk: Desk) -> None:
    await add_other(desk)
    await piece(desk, "a", "/say 61000001")
    await piece(desk, "b", f"/say {OTHER.id}")
    assert "An album goes to one buyer" in desk.last()
    await desk.sent(3)
    assert desk.bench.phone.asked == ["a"] and await desk.bench.sayings(OTHER.id) == []


async def test_a_doubt_about_a_waiting_piece_holds_the_whole_album(desk: Desk) -> None:
    await piece(desk, "a", CONTACT)
    await piece(desk, "b", "/say 0001 look")
    assert await desk.sent(3) == [] and set(await desk.bench.states()) == {State.HELD}
    await desk.tell()
    await desk.tap("Send anyway")
    assert await desk.sent(3) == [CONTACT, "look"] and len(desk.bench.gate.sent_files) == 2


async def test_a_person_without_the_right_sends_none_of_it(desk: Desk) -> None:
    await piece(desk, "a")
    person = desk.bench.desk.people[OPERATOR]
    desk.bench.desk.people[OPERATOR] = replace(person, is_frozen=True)
    await piece(desk, "b", "/say 0001")
    assert await desk.bench.sayings() == [] and await left(desk) == 1


async def test_what_waits_is_kept_in_the_memory_and_forgotten_after_a_day(desk: Desk) -> None:
    await piece(desk, "a")
    desk.bench.pass_(3600)
    await housekeeping.purge(desk.bench.desk)
    assert await left(desk) == 1
    desk.bench.pass_(86_400)
    await housekeeping.purge(desk.bench.desk)
    assert await left(desk) == 0
