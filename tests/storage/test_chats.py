import itertools
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.chat import Author, ChatKind, ChatMessage
from storage.chats import Chats, Heard, Reading
from storage.store import Store
from tests.storage.examples import ORDER, message, order, saying

ID = ORDER.id
GROUP = -1_001_234_567_890
_FRESH = itertools.count()


async def hear(chats: Chats, *texts: str, at: int = 100, order_id: str = ID, seen_at: int = 1_000) -> list[Heard]:
    page = [(message(text, at, order_id=order_id), Author.THEM) for text in texts]
    return await chats.add(order_id, page, seen_at)


def texts(heard: Sequence[Heard]) -> list[str]:
    return [one.message.text for one in heard]


async def test_a_message_comes_back_as_it_was(store: Store) -> None:
    exact = ChatMessage(
        ID, ChatKind.STATUS, 'a "b" \0 张', 2**40, "", "Other", "https://f/1", "key", "image/png", "PAID",
        ("https://f/2", "https://f/3"), True, "careful", '{"a":1}',
    )  # fmt: skip
    async with store.write() as tables:
        (added,) = await tables.chats.add(ID, [(exact, Author.VENUE)], 5_000)
    async with store.read() as tables:
        assert added == Heard(1, exact, Author.VENUE, 5_000, "", None)
        assert await tables.chats.get(1) == added
        assert await tables.chats.get(2) is None


async def test_the_same_page_again_is_no_news(store: Store) -> None:
    async with store.write() as tables:
        assert texts(await hear(tables.chats, "a", "b")) == ["a", "b"]
        assert await hear(tables.chats, "a", "b", seen_at=2_000) == []
        assert await tables.chats.add(ID, [], 3_000) == []


async def test_equal_messages_of_one_second_are_told_apart_by_their_count(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        assert texts(await hear(chats, "?", "?")) == ["?", "?"]
        assert texts(await hear(chats, "?", "a", "?", "?", "b")) == ["a", "?", "b"]
        assert await hear(chats, "?") == []
        assert texts(await hear(chats, "?", at=101)) == ["?"]
        assert texts(await chats.after(ID, 0, 99)) == ["?", "?", "a", "?", "b", "?"]


async def test_a_page_that_overlaps_brings_only_what_is_new(store: Store) -> None:
    async with store.write() as tables:
        await hear(tables.chats, "a", "b", "c")
        assert texts(await hear(tables.chats, "b", "c", "d")) == ["d"]


async def test_equal_words_on_another_order_are_other_messages(store: Store) -> None:
    async with store.write() as tables:
        await hear(tables.chats, "a")
        assert texts(await hear(tables.chats, "a", order_id="2")) == ["a"]
        assert [one.number for one in await tables.chats.after("2", 0, 9)] == [2]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=12), st.data())
async def test_any_whole_seconds_of_a_chat_read_in_any_order_are_kept_once(
    store: Store, said: list[tuple[str, int]], data: st.DataObject
) -> None:
    """A page starts and ends between two seconds, as the reader asks for it."""
    said.sort(key=lambda one: one[1])
    windows = data.draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=5))
    async with store.write() as tables:
        order_id = str(next(_FRESH))
        for first, last in [*windows, (0, 5)]:
            page = [(message(text, at, order_id=order_id), Author.THEM) for text, at in said if first <= at <= last]
            await tables.chats.add(order_id, page, 1)
        kept = await tables.chats.before(order_id, None, 99)
        assert sorted((one.message.text, one.message.at) for one in kept) == sorted(said)


async def test_the_newest_moment_of_what_is_held(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        assert await chats.newest_at(ID) is None
        await hear(chats, "new", at=200)
        await hear(chats, "old", at=100)
        await hear(chats, "elsewhere", at=300, order_id="2")
        assert await chats.newest_at(ID) == 200


async def test_what_comes_after_a_number_is_in_the_order_of_hearing(store: Store) -> None:
    async with store.write() as tables:
        await hear(tables.chats, "b", "c", at=200)
        await hear(tables.chats, "other", order_id="2")
        await hear(tables.chats, "a", at=100)
        assert texts(await tables.chats.after(ID, 0, 99)) == ["b", "c", "a"]
        assert texts(await tables.chats.after(ID, 1, 1)) == ["c"]
        assert await tables.chats.after(ID, 4, 99) == []


async def test_paging_back_passes_every_message_once_also_those_heard_late(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        await hear(chats, "d", "e", "f", at=200)
        await hear(chats, "other", at=150, order_id="2")
        await hear(chats, "a", "b", "c", at=100)
        pages = [await chats.before(ID, None, 2)]
        while pages[-1]:
            pages.append(await chats.before(ID, pages[-1][0].number, 2))
        assert [texts(page) for page in pages] == [["e", "f"], ["c", "d"], ["a", "b"], []]
        assert await chats.before(ID, 99, 2) == []


async def test_a_message_of_ours_and_its_saying_find_each_other_once(store: Store) -> None:
    async with store.write() as tables:
        await hear(tables.chats, "a", "b")
        await tables.sayings.add(saying("w1", person_id=7))
        assert await tables.chats.explain(1, "w1")
        assert not await tables.chats.explain(2, "w1")
        assert not await tables.chats.explain(1, "w2")
        assert not await tables.chats.explain(9, "w2")
        found = [(one.saying_id, one.said_by) for one in await tables.chats.after(ID, 0, 9)]
        assert found == [("w1", 7), ("", None)]
        assert await tables.chats.explain(2, "gone")
        assert (await tables.chats.after(ID, 1, 9))[0].said_by is None


async def test_how_far_a_chat_was_read(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        assert await chats.reading(ID) is None
        await chats.read(ID, 2_000, active_at=None, is_complete=True)
        await chats.rang(ID, 2_500)
        assert await chats.reading(ID) == Reading(ID, 2_000, 2_000, None, 2_500, True)
        await chats.read(ID, 3_000, active_at=50, is_complete=False)
        await chats.rang("2", 1)
        assert await chats.readings() == {
            ID: Reading(ID, 3_000, 3_000, 50, 2_500, False),
            "2": Reading("2", None, None, None, 1, False),
        }
        for active_at in (40, None):
            await chats.read(ID, 5_000, active_at=active_at, is_complete=True)
        assert (await chats.readings())[ID].active_at == 50


async def test_a_chat_is_told_forwards_only_and_telling_begins_once(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        assert await chats.told(GROUP, ID) is None
        await chats.begin_telling(GROUP, ID, 3)
        await chats.begin_telling(GROUP, ID, 0)
        await chats.begin_telling(GROUP, ID, 9)
        assert await chats.told(GROUP, ID) == 3
        await chats.set_told(GROUP, ID, 5)
        await chats.set_told(GROUP, ID, 4)
        assert await chats.told(GROUP, ID) == 5
        await chats.set_told(7, ID, 1)
        assert [await chats.told(7, ID), await chats.told(GROUP, "2")] == [1, None]
        assert await chats.tellings(ID) == {GROUP: 5, 7: 1}
        assert await chats.tellings("2") == {}


async def test_where_what_was_told_is_gone_it_is_told_again_from_the_beginning(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        for chat_id in (GROUP, 7):
            await chats.set_told(chat_id, ID, 5)
        await chats.start_over(GROUP, ID)
        await chats.start_over(GROUP, "2")
        assert (await chats.tellings(ID), await chats.told(GROUP, "2")) == ({GROUP: 0, 7: 5}, None)


async def test_a_digest_of_one_chat_is_no_digest_of_another(store: Store) -> None:
    async with store.write() as tables:
        await tables.chats.herald(GROUP, 9)
        await tables.chats.herald(GROUP, 4)
        assert (await tables.chats.heralded(GROUP), await tables.chats.heralded(7)) == (4, 0)


async def test_a_group_with_a_new_id_keeps_what_it_was_told(store: Store) -> None:
    new = -5
    async with store.write() as tables:
        chats = tables.chats
        for order_id, number in ((ID, 5), ("2", 2)):
            await chats.set_told(GROUP, order_id, number)
        await chats.set_told(new, ID, 3)
        await chats.set_told(new, "2", 4)
        await chats.herald(GROUP, 8)
        await chats.migrate(GROUP, GROUP)
        assert await chats.told(GROUP, ID) == 5
        await chats.migrate(GROUP, new)
        assert (await chats.told(new, ID), await chats.told(new, "2"), await chats.heralded(new)) == (5, 4, 8)
        assert (await chats.told(GROUP, ID), await chats.heralded(GROUP)) == (None, 0)


async def test_purging_forgets_chats_of_orders_that_ended_before_and_of_orders_nobody_knows(store: Store) -> None:
    async with store.write() as tables:
        chats = tables.chats
        await tables.orders.put(order("ended", status="FINISHED"), 1_000)
        await tables.orders.put(order("later", status="FINISHED"), 2_000)
        await tables.orders.put(order("open"), 1_000)
        for order_id in ("ended", "later", "open", "unknown"):
            await hear(chats, "a", "b", order_id=order_id, seen_at=1_500)
            await chats.read(order_id, 1_500, active_at=1, is_complete=True)
            await chats.set_told(GROUP, order_id, 1)
        await hear(chats, "c", order_id="unknown", seen_at=2_000)
        assert await chats.purge(2_000) == 4
        assert [len(await chats.after(one, 0, 9)) for one in ("ended", "later", "open", "unknown")] == [0, 2, 2, 1]
        assert set(await chats.readings()) == {"later", "open"}
        told = [await chats.told(GROUP, one) for one in ("ended", "later", "open", "unknown")]
        assert told == [None, 1, 1, None]
        assert await chats.purge(2_000) == 0


async def test_a_number_is_never_used_twice(store: Store) -> None:
    async with store.write() as tables:
        await hear(tables.chats, "a", seen_at=1)
        await tables.chats.purge(2)
        assert [one.number for one in await hear(tables.chats, "b")] == [2]


async def test_a_message_without_a_time_keeps_its_place_and_is_heard_once(store: Store) -> None:
    timeless = (message("odd", 0), Author.THEM)
    page = [(message("a", 100), Author.THEM), timeless, (message("b", 101), Author.THEM)]
    async with store.write() as tables:
        chats = tables.chats
        assert texts(await chats.add(ID, page, 1_000)) == ["a", "odd", "b"]
        assert await chats.add(ID, page, 2_000) == []
        assert await chats.add(ID, [timeless], 2_000) == []
        assert texts(await chats.before(ID, None, 9)) == ["a", "odd", "b"]
        assert texts(await chats.before(ID, 3, 1)) == ["odd"]
        assert texts(await chats.before(ID, 2, 9)) == ["a"]
        assert await chats.newest_at(ID) == 101


async def test_readings_are_told_of_the_orders_that_are_followed(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(order("open"), 1_000)
        await tables.orders.put(order("ended", status="FINISHED"), 2_000)
        for order_id in ("open", "ended", "unheard of"):
            await tables.chats.read(order_id, 5, active_at=None, is_complete=True)
        assert set(await tables.chats.readings(2_000)) == {"open", "ended"}
        assert set(await tables.chats.readings(2_001)) == {"open"}
        assert set(await tables.chats.readings()) == {"open", "ended", "unheard of"}
