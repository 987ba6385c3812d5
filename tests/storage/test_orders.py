from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.domain.orders import Phase
from bot.domain.situations import LockReason
from storage.orders import Followed, Orders, StoredOrder
from storage.store import Store
from tests.storage.examples import ORDER, order


async def stored(orders: Orders, order_id: str = ORDER.id) -> StoredOrder:
    found = await orders.get(order_id)
    assert found is not None
    return found


async def test_an_order_comes_back_with_nothing_the_desk_did_not_say(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.orders.get(ORDER.id) is None
        await tables.orders.put(ORDER, 5_000)
    async with store.read() as tables:
        assert await tables.orders.get(ORDER.id) == StoredOrder(
            ORDER, "", 5_000, 5_000, None, None, None, None, None, False, None, False, None
        )


async def test_new_facts_keep_what_the_desk_knows_and_the_first_sight(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(ORDER, 5_000)
        await tables.orders.claim(ORDER.id, 1001, 5_500)
        await tables.orders.set_row(ORDER.id, "row")
        await tables.orders.put(replace(ORDER, in_appeal=True), 6_000)
        found = await stored(tables.orders)
    assert found.order.in_appeal
    assert (found.first_seen_at, found.seen_at) == (5_000, 6_000)
    assert (found.claimed_by, found.claimed_at, found.row_signature) == (1001, 5_500, "row")


async def test_the_moment_of_the_end_is_set_once_and_taken_back_with_it(store: Store) -> None:
    done = replace(ORDER, status="FINISHED")
    async with store.write() as tables:
        for seen_at, facts, final_at in (
            (1, ORDER, None), (2, done, 2), (3, done, 2), (4, ORDER, None), (5, done, 5),
        ):  # fmt: skip
            await tables.orders.put(facts, seen_at)
            assert (await stored(tables.orders)).final_at == final_at


async def test_an_order_first_seen_at_its_end_is_final_at_once(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(replace(ORDER, status="CANCEL"), 9)
        assert (await stored(tables.orders)).final_at == 9
        assert await tables.orders.open_orders() == []
        assert await tables.orders.row_signatures() == {}


async def test_row_signatures_are_of_orders_that_are_not_final(store: Store) -> None:
    async with store.write() as tables:
        await tables.orders.put(order("1"), 1)
        await tables.orders.put(order("2"), 1)
        await tables.orders.put(order("3", status="EXPIRED"), 1)
        for order_id in ("1", "3", "never stored"):
            await tables.orders.set_row(order_id, f"row {order_id}")
        assert await tables.orders.row_signatures() == {"1": "row 1", "2": ""}


async def test_open_orders_come_oldest_first_and_recent_ones_newest_first(store: Store) -> None:
    async with store.write() as tables:
        for order_id, created_at, status in (("1", 30, "PAID"), ("2", 10, "UNPAY"), ("3", 20, "FINISHED")):
            await tables.orders.put(order(order_id, created_at=created_at, status=status), 1)
        assert [found.order.id for found in await tables.orders.open_orders()] == ["2", "1"]
        assert [found.order.id for found in await tables.orders.recent(2, 0)] == ["1", "3"]
        assert [found.order.id for found in await tables.orders.recent(2, 2)] == ["2"]


async def test_an_order_is_found_by_its_last_digits_or_its_whole_id(store: Store) -> None:
    async with store.write() as tables:
        for order_id, created_at in (("10005926", 1), ("20005926", 3), ("5926", 2), ("59260", 4)):
            await tables.orders.put(order(order_id, created_at=created_at), 1)

        async def found(digits: str, limit: int = 10) -> list[str]:
            return [one.order.id for one in await tables.orders.by_suffix(digits, limit)]

        assert await found("5926") == ["20005926", "5926", "10005926"]
        assert await found("5926", 1) == ["20005926"]
        assert await found("10005926") == ["10005926"]
        for nothing in ("", "%", "_926", "!", "7777"):
            assert await found(nothing) == []


async def test_twins_are_other_open_orders_with_numerically_the_same_total(store: Store) -> None:
    async with store.write() as tables:
        totals: dict[str, dict[str, Any]] = {
            "1": {},
            "2": {"total": Decimal("7200")},
            "3": {"total": Decimal("7200.000000")},
            "4": {"total": Decimal("7200.01")},
            "5": {"fiat": "USD"},
            "6": {"status": "FINISHED"},
        }
        for order_id, changes in totals.items():
            await tables.orders.put(order(order_id, **changes), 1)
        assert [twin.order.id for twin in await tables.orders.twins(order("1"))] == ["2", "3"]


async def test_what_the_desk_says_of_an_order_is_kept_and_taken_back(store: Store) -> None:
    async with store.write() as tables:
        orders, one = tables.orders, ORDER.id
        await orders.put(ORDER, 1)
        await orders.put(order("other"), 1)
        await orders.claim(one, 7, 10)
        await orders.lock(one, LockReason.NAME_DIFFERS, 8, 11)
        await orders.look(one, 9, 12)
        await orders.mark_done_elsewhere(one)
        await orders.set_topic(one, 99)
        await orders.need_topic(one)
        await orders.set_requester(one, 2**62)
        full = await stored(orders)
        assert (full.claimed_by, full.claimed_at, full.topic_id, full.requested_by) == (7, 10, 99, 2**62)
        assert (full.lock, full.bank_look) == ((LockReason.NAME_DIFFERS, 8, 11), (9, 12))
        assert full.is_done_elsewhere and full.needs_topic
        await orders.unclaim(one)
        await orders.unlock(one)
        await orders.set_topic(one, None)
        await orders.set_requester(one, None)
        bare = await stored(orders)
        assert (bare.claimed_by, bare.claimed_at, bare.lock, bare.topic_id, bare.requested_by) == (None,) * 5
        other = await stored(orders, "other")
        assert (other.claimed_by, other.lock, other.bank_look, other.is_done_elsewhere) == (None, None, None, False)


async def test_purging_forgets_the_people_of_old_final_orders_only(store: Store) -> None:
    async with store.write() as tables:
        orders = tables.orders
        await orders.put(order("old", status="FINISHED"), 100)
        await orders.set_row("old", "张三丰")
        await orders.put(order("young", status="FINISHED"), 200)
        await orders.put(order("open"), 50)
        assert await orders.purge(200) == 1
        assert await orders.purge(200) == 0
        old = await stored(orders, "old")
        assert (old.order.counterparty_name, old.order.payees, old.row_signature) == ("", (), "")
        assert old.order.total == ORDER.total
        assert (await stored(orders, "young")).order.counterparty_name == "张三丰"
        assert (await stored(orders, "open")).order.counterparty_name == "张三丰"
        await orders.put(order("old", status="FINISHED"), 300)
        assert await orders.purge(200) == 1  # seen again with its people, so forgotten again


async def test_the_newest_order_of_a_topic_is_meant(store: Store) -> None:
    async with store.write() as tables:
        orders = tables.orders
        for order_id, created_at in (("1", 2), ("2", 1), ("3", 3)):
            await orders.put(order(order_id, created_at=created_at), 1_000)
        for order_id in ("1", "2"):
            await orders.set_topic(order_id, 5)
        found = await orders.by_topic(5)
        assert found is not None and found.order.id == "1"
        assert await orders.by_topic(6) is None


async def test_followed_orders_can_be_had_briefly(store: Store) -> None:
    async with store.write() as tables:
        orders = tables.orders
        await orders.put(order("open", created_at=2, status="PAID", in_appeal=False), 1_000)
        await orders.put(order("open", created_at=2, status="PAID", in_appeal=True), 1_500)
        await orders.put(order("ended", created_at=1, status="FINISHED", in_appeal=False), 2_000)
        assert await orders.followed_briefly(2_000) == [
            Followed("ended", Phase.FINISHED, True, False, 2_000),
            Followed("open", Phase.PAID, False, True, None),
        ]
        assert [one.order_id for one in await orders.followed_briefly(2_001)] == ["open"]
