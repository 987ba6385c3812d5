"""Forms of bank accounts in the memory: one open for each person, every race won by one, answers gone at the end."""

import asyncio
from dataclasses import replace

from bot.domain.bank_fields import Draft, Step
from storage.store import Store

ANSWERS = {"holder": "张三丰\x00\ud800", "account": "990044004410"}


async def begun(store: Store, form_id: str = "f1", person: int = 1, at: int = 1_000) -> Draft:
    async with store.write() as tables:
        assert await tables.bank_forms.begin(form_id, person, at)
    return await get(store, form_id)


async def get(store: Store, form_id: str = "f1") -> Draft:
    async with store.read() as tables:
        found = await tables.bank_forms.get(form_id)
    assert found is not None
    return found


async def to_confirm(store: Store, draft: Draft) -> Draft:
    async with store.write() as tables:
        assert await tables.bank_forms.move(
            draft.id, frm=draft.step, to=Step.CONFIRM, answers=ANSWERS, statement="a" * 64, at=2_000
        )
    return await get(store, draft.id)


async def sent(store: Store, draft: Draft) -> bool:
    async with store.write() as tables:
        return await tables.bank_forms.send(draft.id, {"9", "501"}, 3_000)


async def test_a_form_comes_back_as_it_was_kept(store: Store) -> None:
    draft = await to_confirm(store, await begun(store))
    kept = replace(Draft("f1", 1, Step.HOLDER, 1_000, 2_000), step=Step.CONFIRM, answers=ANSWERS, statement="a" * 64)
    assert draft == kept
    assert await sent(store, draft)
    assert (await get(store)).known == {"9", "501"} and (await get(store)).sent_at == 3_000


async def test_a_person_has_one_open_form(store: Store) -> None:
    await begun(store)
    async with store.write() as tables:
        assert not await tables.bank_forms.begin("f2", 1, 2_000)
        assert await tables.bank_forms.begin("f3", 2, 2_000)
        assert await tables.bank_forms.end("f1", "dropped", 3_000)
        assert await tables.bank_forms.begin("f4", 1, 4_000)
        found = await tables.bank_forms.open_of(1)
    assert found is not None and found.id == "f4"


async def test_a_form_is_sent_by_one_of_many(store: Store) -> None:
    draft = await to_confirm(store, await begun(store))
    assert sorted(await asyncio.gather(*(sent(store, draft) for _ in range(5)))) == [False] * 4 + [True]


async def test_a_form_that_was_sent_or_stands_elsewhere_is_not_moved(store: Store) -> None:
    draft = await begun(store)
    async with store.write() as tables:
        for frm in (Step.BANK, Step.CONFIRM):
            assert not await tables.bank_forms.move("f1", frm=frm, to=Step.BANK, answers={}, statement="", at=1)
        assert not await tables.bank_forms.send("f1", (), 1)
    draft = await to_confirm(store, draft)
    await sent(store, draft)
    async with store.write() as tables:
        assert not await tables.bank_forms.move(
            "f1", frm=Step.CONFIRM, to=Step.BANK, answers={}, statement="", at=1
        )  # fmt: skip


async def test_what_was_lost_is_looked_for_and_may_be_sent_again(store: Store) -> None:
    draft = await to_confirm(store, await begun(store))
    await sent(store, draft)
    async with store.write() as tables:
        assert await tables.bank_forms.looked("f1", 4_000) is None
        assert await tables.bank_forms.lost("f1") and not await tables.bank_forms.lost("f1")
        await tables.bank_forms.looked("f1", 4_000)
        found = await tables.bank_forms.looked("f1", 5_000)
        assert found is not None and (found.looks, found.first_look_at, found.last_look_at) == (2, 4_000, 5_000)
        assert await tables.bank_forms.reopen("f1", 6_000) and not await tables.bank_forms.reopen("f1", 6_000)
        assert await tables.bank_forms.sent() == []
    assert await sent(store, draft)
    assert (await get(store)).looks == 0 and (await get(store)).first_look_at is None


async def test_an_ended_form_has_forgotten_its_answers(store: Store) -> None:
    draft = await to_confirm(store, await begun(store))
    await sent(store, draft)
    async with store.write() as tables:
        assert draft.statement in await tables.files.in_use()
        assert await tables.bank_forms.end("f1", "added", 7_000)
        assert not await tables.bank_forms.end("f1", "dropped", 8_000)
        assert await tables.files.in_use() == set()
    ended = await get(store)
    assert (ended.answers, ended.statement, ended.known, ended.outcome) == ({}, "", frozenset(), "added")


async def test_only_what_was_never_sent_is_left_behind(store: Store) -> None:
    await begun(store, "old", 1, at=1_000)
    await begun(store, "new", 2, at=5_000)
    await sent(store, await to_confirm(store, await begun(store, "sent", 3, at=1_000)))
    async with store.read() as tables:
        assert [draft.id for draft in await tables.bank_forms.left_behind(5_000)] == ["old"]


async def test_ended_forms_are_purged_and_open_ones_are_not(store: Store) -> None:
    await begun(store, "open", 1)
    await begun(store, "ended", 2)
    async with store.write() as tables:
        await tables.bank_forms.end("ended", "dropped", 3_000)
        assert await tables.bank_forms.purge(3_000) == 0
        assert await tables.bank_forms.purge(3_001) == 1
        assert await tables.bank_forms.get("open") is not None


async def test_a_watch_keeps_what_was_seen_last(store: Store) -> None:
    async with store.write() as tables:
        await tables.bank_forms.watch("7", "Chase ··4410", 1_000)
        await tables.bank_forms.seen("7", 3, 9_000)
        await tables.bank_forms.watch("7", "Chase ··4410", 2_000)
        (watch,) = await tables.bank_forms.watches()
        assert (watch.bank, watch.review, watch.added_at, watch.next_at) == ("Chase ··4410", 3, 1_000, 9_000)
        await tables.bank_forms.unwatch("7")
        assert await tables.bank_forms.watches() == []


async def test_a_form_that_has_ended_is_not_sent(store: Store) -> None:
    draft = await to_confirm(store, await begun(store))
    async with store.write() as tables:
        await tables.bank_forms.end("f1", "dropped", 3_000)
    assert not await sent(store, draft)
