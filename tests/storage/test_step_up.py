"""PINs, questions and proofs in the memory: every race is won by one, nothing is forgotten by a restart."""

import asyncio

from bot.domain.intents import Action
from bot.domain.step_up import Prompt, Step
from storage.step_up import Erasure, FreezeCard
from storage.store import Store
from tests.storage.examples import intent


def prompt(prompt_id: str = "q1", person: int = 3, at: int = 1_000) -> Prompt:
    return Prompt(prompt_id, person, Step.AGAIN, "seal", {"coins": "1 张"}, "draft", at, at + 120_000, None)


async def test_a_persons_row_is_made_once_and_keeps_its_salt(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.step_up.pins(3) is None
        assert (await tables.step_up.begin(3, "aa")).salt == "aa"
        assert (await tables.step_up.begin(3, "bb")).salt == "aa"
        await tables.step_up.set_first(3, "h1", ("h1", "h0"), 5_000)
        await tables.step_up.set_second(3, "h2")
        kept = await tables.step_up.pins(3)
    assert kept is not None and (kept.first, kept.second, kept.past, kept.proven_at) == (
        "h1",
        "h2",
        ("h1", "h0"),
        5_000,
    )


async def test_there_are_as_many_tries_as_there_are_however_many_come_at_once(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.begin(3, "aa")

    async def one() -> bool:
        async with store.write() as tables:
            return await tables.step_up.try_(3, 5)

    assert sum(await asyncio.gather(*(one() for _ in range(20)))) == 5
    async with store.write() as tables:
        assert await tables.step_up.lock(3, 9_000) and not await tables.step_up.lock(3, 9_001)
        assert not await tables.step_up.try_(3, 50)
        assert await tables.step_up.unlock(3) and not await tables.step_up.unlock(3)
        assert await tables.step_up.try_(3, 5)


async def test_taken_away_both_are_gone_and_the_past_stays(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.begin(3, "aa")
        await tables.step_up.set_first(3, "h1", ("h1",), 5_000)
        await tables.step_up.set_second(3, "h2")
        await tables.step_up.take_away(3)
        kept = await tables.step_up.pins(3)
    assert kept is not None and not kept.is_set and not kept.second and kept.past == ("h1",)


async def test_a_question_ends_once_and_its_draft_with_it(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.ask(prompt())
        assert await tables.step_up.prompt("q1") == prompt() == await tables.step_up.open_prompt(3)
        await tables.step_up.ask(prompt("q2", at=2_000))
        old = await tables.step_up.prompt("q1")
        assert old is not None and (old.ended_at, old.draft) == (2_000, "")
        assert await tables.step_up.end_prompt("q2", 3_000) and not await tables.step_up.end_prompt("q2", 3_001)
        assert await tables.step_up.open_prompt(3) is None


async def test_a_proof_is_for_one_thing_one_person_and_a_while(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.add_proof("s1", 3, "w", 5_000)
        assert await tables.step_up.is_proven("s1", 3, 5_000)
        assert not await tables.step_up.is_proven("s1", 3, 5_001)
        assert not await tables.step_up.is_proven("s1", 4, 0) and not await tables.step_up.is_proven("s2", 3, 0)
        assert await tables.step_up.use_proof("s1", 3, 0) and not await tables.step_up.use_proof("s1", 3, 0)


async def test_a_proof_is_taken_over_once_and_not_from_a_seal_that_was_carried_out(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.add_proof("s1", 3, "w", 5_000)
        assert not await tables.step_up.take_over_proof("s2", 3, "other", 0)
        assert not await tables.step_up.take_over_proof("s2", 4, "w", 0)
        assert not await tables.step_up.take_over_proof("s2", 3, "w", 5_001)
        assert await tables.step_up.take_over_proof("s2", 3, "w", 5_000)
        assert await tables.step_up.is_proven("s2", 3, 0) and not await tables.step_up.is_proven("s1", 3, 0)
        assert await tables.intents.plan(intent("i1", action=Action.CONVERT, seal_id="s2")) is None
        assert not await tables.step_up.take_over_proof("s3", 3, "w", 0)


async def test_a_new_card_ends_the_one_before(store: Store) -> None:
    async with store.write() as tables:
        assert await tables.step_up.card() is None and not await tables.step_up.end_card()
        await tables.step_up.put_card(FreezeCard("k1", "h1", 1, 1_000))
        await tables.step_up.put_card(FreezeCard("k2", "h2", 1, 2_000))
        assert await tables.step_up.card() == FreezeCard("k2", "h2", 1, 2_000)
        assert await tables.step_up.end_card() and await tables.step_up.card() is None


async def test_what_is_to_be_taken_away_waits_for_its_time_and_is_kept_until_it_is_done(store: Store) -> None:
    async with store.write() as tables:
        await tables.step_up.erase_later(3, 77, 5_000)
        await tables.step_up.erase_later(3, 77, 4_000)
        assert await tables.step_up.erasures(3_999) == []
        assert await tables.step_up.erasures(4_000) == [Erasure(3, 77, 4_000)]
        await tables.step_up.erase_again(3, 77, 9_000)
        assert await tables.step_up.erasures(9_000) == [Erasure(3, 77, 9_000, 1)]
        assert "erasures" in await tables.going.kinds()
        await tables.step_up.erased(3, 77)
        assert "erasures" not in await tables.going.kinds()


async def test_who_left_is_forgotten_and_old_questions_and_proofs_too(store: Store) -> None:
    async with store.write() as tables:
        for person in (3, 4):
            await tables.step_up.begin(person, "aa")
            await tables.step_up.ask(prompt(f"q{person}", person))
            await tables.step_up.add_proof(f"s{person}", person, "w", 1_000)
        await tables.step_up.forget(3)
        assert await tables.step_up.pins(3) is None and await tables.step_up.prompt("q3") is None
        assert not await tables.step_up.is_proven("s3", 3, 0) and await tables.step_up.is_proven("s4", 4, 0)
        await tables.step_up.purge(1_001)
        assert await tables.step_up.prompt("q4") is None and not await tables.step_up.is_proven("s4", 4, 0)
