from decimal import Decimal

import pytest

from bot.domain.staff import Limit, Person, Role
from storage.errors import StoreError
from storage.staff import STRANGER_HOURS_KEPT, Invite
from storage.store import Store

OWNER = Person(2**62, Role.OWNER, "李四", "zh_CN", "Asia/Shanghai")
AGENT = Person(5, Role.AGENT, "王五", "en", "UTC", is_frozen=True, on_duty=True)
INVITE = Invite("v1", "hash1", Role.OPERATOR, made_by=OWNER.id, made_at=100, ends_at=200)


async def test_people_come_back_the_highest_role_first(store: Store) -> None:
    async with store.write() as tables:
        await tables.staff.put(AGENT, 1, OWNER.id)
        await tables.staff.put(OWNER, 1, None)
        assert await tables.staff.people() == [OWNER, AGENT]
        assert await tables.staff.get(AGENT.id) == AGENT
        assert await tables.staff.get(6) is None


async def test_putting_a_person_again_changes_no_freeze_and_no_duty(store: Store) -> None:
    async with store.write() as tables:
        await tables.staff.put(AGENT, 1, OWNER.id)
        await tables.staff.put(Person(5, Role.LEAD, "new", "zh_CN", "Asia/Tokyo"), 2, None)
        assert await tables.staff.get(5) == Person(5, Role.LEAD, "new", "zh_CN", "Asia/Tokyo", True, True)


async def test_each_fact_of_a_person_is_set_alone(store: Store) -> None:
    async with store.write() as tables:
        staff = tables.staff
        await staff.put(AGENT, 1, None)
        await staff.put(OWNER, 1, None)
        await staff.set_role(5, Role.VIEWER)
        await staff.set_frozen(5, False, 2)
        await staff.set_duty(5, False, 2)
        await staff.set_language(5, "zh_CN")
        await staff.set_timezone(5, "Asia/Tokyo")
        assert await staff.get(5) == Person(5, Role.VIEWER, "王五", "zh_CN", "Asia/Tokyo", False, False)
        assert await staff.get(OWNER.id) == OWNER


async def test_a_removed_person_is_gone_with_everything_about_reaching_them(store: Store) -> None:
    async with store.write() as tables:
        await tables.staff.put(AGENT, 1, None)
        await tables.staff.set_reachable(5, False)
        await tables.staff.remove(5)
        assert await tables.staff.people() == []
        assert await tables.staff.unreachable() == set()


async def test_who_cannot_be_reached_is_remembered_until_they_can(store: Store) -> None:
    async with store.write() as tables:
        for person_id, is_reachable in ((5, False), (5, False), (6, False), (6, True), (7, True)):
            await tables.staff.set_reachable(person_id, is_reachable)
        assert await tables.staff.unreachable() == {5}


async def test_a_blocked_person_stays_blocked(store: Store) -> None:
    async with store.write() as tables:
        await tables.staff.block(66, 1, OWNER.id)
        await tables.staff.block(66, 2, None)
        assert await tables.staff.is_blocked(66)
        assert not await tables.staff.is_blocked(67)


async def test_an_invite_is_used_by_one_person_and_settled_once(store: Store) -> None:
    async with store.write() as tables:
        staff = tables.staff
        await staff.add_invite(INVITE)
        assert await staff.invite("v1") == await staff.invite_by_hash("hash1") == INVITE
        assert not await staff.settle_invite("v1", "joined", 140)
        used = await staff.use_invite("hash1", 77, "张三丰", 150)
        assert used == Invite("v1", "hash1", Role.OPERATOR, OWNER.id, 100, 200, 77, "张三丰", 150, "")
        assert await staff.use_invite("hash1", 78, "王五", 151) is None
        assert await staff.settle_invite("v1", "joined", 160)
        assert not await staff.settle_invite("v1", "refused", 161)
        settled = await staff.invite("v1")
        assert settled is not None and (settled.outcome, settled.used_by) == ("joined", 77)


@pytest.mark.parametrize(
    ("code_hash", "at", "is_used"), [("hash1", 199, True), ("hash1", 200, False), ("x", 150, False)]
)
async def test_an_invite_ends_and_must_exist(store: Store, code_hash: str, at: int, is_used: bool) -> None:
    async with store.write() as tables:
        await tables.staff.add_invite(INVITE)
        assert (await tables.staff.use_invite(code_hash, 77, "x", at) is not None) == is_used
        assert await tables.staff.invite("v2") is None
        assert await tables.staff.invite_by_hash("y") is None


async def test_two_invites_with_one_code_are_refused(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        async with store.write() as tables:
            await tables.staff.add_invite(INVITE)
            await tables.staff.add_invite(Invite("v2", "hash1", Role.OWNER, 1, 1, 2))
    assert caught.value.why == "constraint"


async def test_a_limit_is_nothing_until_it_is_set_and_exact_then(store: Store) -> None:
    exact = Limit(Decimal("123456789012345678.123456789012345678"), Decimal("1E+3"))
    async with store.write() as tables:
        staff = tables.staff
        assert await staff.limit(Role.OPERATOR, "release") == Limit(Decimal(0), Decimal(0))
        await staff.set_limit(Role.OPERATOR, "release", Limit(Decimal(1), Decimal(2)), 1, None)
        await staff.set_limit(Role.OPERATOR, "release", exact, 2, OWNER.id)
        await staff.set_limit(Role.AGENT, "cancel", Limit(Decimal(3), Decimal(4)), 2, OWNER.id)
        assert await staff.limit(Role.OPERATOR, "release") == exact
        assert await staff.limit(Role.OPERATOR, "cancel") == Limit(Decimal(0), Decimal(0))
        assert await staff.limits() == [
            (Role.AGENT, "cancel", Limit(Decimal(3), Decimal(4))),
            (Role.OPERATOR, "release", exact),
        ]


async def test_strangers_are_counted_by_the_hour(store: Store) -> None:
    async with store.write() as tables:
        counts = [await tables.staff.count_stranger(*who) for who in ((1, 10), (1, 10), (2, 10), (1, 11), (1, 10))]
        assert counts == [1, 2, 1, 1, 3]
        await tables.staff.count_stranger(9, 11 + STRANGER_HOURS_KEPT)
        assert await tables.staff.count_stranger(1, 11) == 2
        assert await tables.staff.count_stranger(1, 10) == 1  # a day later the hour is forgotten
