"""Payment links in the memory: every digit kept, every race won by exactly one, names forgotten in time."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.deposits import Deposit, DepositWish, Link, Method, Mode, Report, Webhook
from bot.domain.intents import Action, State
from storage.deposits import FILTERS
from storage.errors import StoreError
from storage.store import Store
from tests.storage.examples import intent

WISH = DepositWish(Mode.PAYS, "CNY", Decimal("5500.20"), "张三丰")
LINK = Link("c" * 32, "https://checkout.example/c", True, 7_200_000, 5)
TOLD = Webhook("Deposit", "n1", "told", Decimal("5500.20"), "CNY", "Finished")
LONG = Decimal("123456789012345678901234.123456789012345678901234567890")


async def add(store: Store, *numbers: int, wish: DepositWish = WISH, **changes: Any) -> list[Deposit]:
    given = {"person": 2, "asked_at": 1_000, "ends_at": 121_000} | changes
    async with store.write() as tables:
        return [await tables.deposits.add(f"d{number}", wish, **given) for number in numbers]


async def send(store: Store, state: State, *numbers: int) -> None:
    """They were sent as n1, n2, … to addresses h1, h2, …, and their intents stand in this state."""
    async with store.write() as tables:
        for number in numbers:
            await tables.deposits.end(f"d{number}", 2_000)
            await tables.deposits.sent_as(f"d{number}", order_no=f"n{number}", hook_hash=f"h{number}")
            planned = intent(f"d{number}", action=Action.DEPOSIT, target=f"deposit/d{number}", state=state)
            assert await tables.intents.plan(planned) is None


async def keep(store: Store, deposit_id: str, link: Link = LINK) -> None:
    async with store.write() as tables:
        await tables.deposits.keep_link(deposit_id, link)


async def tell(store: Store, deposit_id: str, report: Report, webhook: Webhook = TOLD) -> Deposit | None:
    async with store.write() as tables:
        return await tables.deposits.keep_report(deposit_id, report, webhook, 9_000)


async def get(store: Store, deposit_id: str = "d1") -> Deposit | None:
    async with store.read() as tables:
        return await tables.deposits.get(deposit_id)


async def listed(store: Store, wanted: str, limit: int = 99, offset: int = 0) -> list[str]:
    async with store.read() as tables:
        return [one.id for one in await tables.deposits.history(wanted, limit, offset)]


@pytest.mark.parametrize(
    "wish",
    [
        WISH,
        DepositWish(Mode.RECEIVES, "HKD", Decimal("0.00000001"), "O'Neill", Method.ALIPAY, "zh_TW"),
        replace(WISH, amount=LONG, methods=Method.BANK_CARD | Method.WECHAT, language="en"),
    ],
)
async def test_what_was_added_is_read_as_it_was(store: Store, wish: DepositWish) -> None:
    (made,) = await add(store, 1, wish=wish)
    assert len(made.name_salt) == 16 and made == await get(store)
    assert replace(made, name_salt="") == Deposit("d1", 1, wish, 2, 1_000, 121_000)
    assert repr(made.wish.amount) == repr(wish.amount) and made.wish.payer == wish.payer
    assert (made.is_available, made.ended_at, made.reported_at, made.fee) == (None, None, None, None)


async def test_each_gets_the_next_number_and_none_is_given_twice(store: Store) -> None:
    made = [one for some in await asyncio.gather(*(add(store, number) for number in range(5))) for one in some]
    assert sorted(one.number for one in made) == [1, 2, 3, 4, 5]
    async with store.write() as tables:
        assert await tables.deposits.purge(10**15, names_before=0) == 0, "none of them has ended"
        for one in made:
            assert await tables.deposits.end(one.id, 2_000)
        assert await tables.deposits.purge(10**15, names_before=0) == 5
    assert [one.number for one in await add(store, 9)] == [6], "also after the others were removed"


async def test_an_unknown_one_is_none(store: Store) -> None:
    assert await get(store) is None and await tell(store, "d1", Report.FINISHED) is None
    async with store.write() as tables:
        assert not await tables.deposits.end("d1", 1) and not await tables.deposits.mark_over("d1", 1)
        assert await tables.deposits.change("d1", methods=Method.WECHAT, language="en", ends_at=1) is None
        assert await tables.deposits.by_hook("h1") is None and await tables.deposits.by_number(1) is None


async def test_a_choice_changes_only_what_was_chosen_and_only_while_it_stands(store: Store) -> None:
    (made,) = await add(store, 1)
    async with store.write() as tables:
        changed = await tables.deposits.change("d1", methods=Method.WECHAT, language="en", ends_at=5)
    assert changed == replace(made, wish=replace(WISH, methods=Method.WECHAT, language="en"), ends_at=5)
    async with store.write() as tables:
        assert await tables.deposits.end("d1", 4)
        assert await tables.deposits.change("d1", methods=Method.ALIPAY, language="zh_CN", ends_at=6) is None
    assert changed is not None and await get(store) == replace(changed, ended_at=4)


async def test_it_ends_once(store: Store) -> None:
    await add(store, 1, 2)

    async def end(at: int) -> bool:
        async with store.write() as tables:
            return await tables.deposits.end("d1", at)

    assert sorted(await asyncio.gather(*(end(at) for at in (10, 11, 12)))) == [False, False, True]
    async with store.read() as tables:
        assert [one.id for one in await tables.deposits.live(2)] == ["d2"]
        assert await tables.deposits.live(3) == []


async def test_a_summary_is_over_at_its_last_millisecond_and_once(store: Store) -> None:
    await add(store, 1, 3)
    await add(store, 2, ends_at=121_001)
    async with store.write() as tables:
        await tables.deposits.end("d3", 5)
    async with store.read() as tables:
        assert await tables.deposits.over(120_999) == []
        assert [one.id for one in await tables.deposits.over(121_000)] == ["d1"]
        assert [one.id for one in await tables.deposits.over(121_001)] == ["d1", "d2"]


async def test_it_is_found_by_its_address_and_its_number_once_it_was_sent(store: Store) -> None:
    await add(store, 1, 2)
    async with store.read() as tables:
        assert await tables.deposits.by_hook("") is None and await tables.deposits.by_number(1) is None
    await send(store, State.SENT, 1)
    async with store.read() as tables:
        found = await tables.deposits.by_hook("h1")
        assert found is not None and (found.id, found.order_no) == ("d1", "n1")
        assert found == await tables.deposits.by_number(1)
        assert await tables.deposits.by_number(2) is None and await tables.deposits.by_hook("h2") is None


@pytest.mark.parametrize("same", ["order_no", "hook_hash"])
async def test_no_two_are_sent_under_one_number_or_to_one_address(store: Store, same: str) -> None:
    await add(store, 1, 2)
    await send(store, State.SENT, 1)
    given = {"order_no": "n2", "hook_hash": "h2"} | {same: {"order_no": "n1", "hook_hash": "h1"}[same]}
    with pytest.raises(StoreError):
        async with store.write() as tables:
            await tables.deposits.sent_as("d2", **given)


@pytest.mark.parametrize("link", [LINK, replace(LINK, is_available=False, url="", expires_at=0)])
async def test_the_answer_is_kept_as_it_was(store: Store, link: Link) -> None:
    await add(store, 1)
    await keep(store, "d1", link)
    found = await get(store)
    assert found is not None
    assert (found.request_code, found.url) == (link.request_code, link.url)
    assert (found.is_available, found.expires_at) == (link.is_available, link.expires_at)
    async with store.read() as tables:
        assert await tables.deposits.links() == ([link.url] if link.url else [])


async def test_a_code_is_learnt_once_from_whoever_told_it_first(store: Store) -> None:
    await add(store, 1, 2)
    await keep(store, "d1")
    first = await tell(store, "d1", Report.IN_PROGRESS)
    second = await tell(store, "d2", Report.IN_PROGRESS)
    await keep(store, "d2")
    late = await get(store, "d2")
    assert first is not None and second is not None and late is not None
    assert (first.request_code, second.request_code, late.request_code) == (LINK.request_code, "told", "told")


async def test_what_is_reported_comes_back_to_the_last_digit(store: Store) -> None:
    await add(store, 1)
    told = replace(TOLD, payment_amount=LONG, transaction_amount=Decimal("755.50"), unit_price=Decimal("7.280"),
                   received=Decimal("-0.00"), fee=Decimal("1E-18"), method="x" * 99, message="y" * 999)  # fmt: skip
    kept = await tell(store, "d1", Report.FINISHED, told)
    assert kept is not None and kept == await get(store)
    assert (kept.report, kept.reported_at, kept.payment_amount, kept.fee) == ("Finished", 9_000, LONG, told.fee)
    assert f"{kept.transaction_amount:f} {kept.unit_price:f}" == "755.50 7.280"
    assert (len(kept.method), len(kept.message)) == (40, 200)
    nothing = await tell(store, "d1", Report.FINISHED)
    assert nothing is not None and nothing.payment_amount is None, "what a newer report leaves out is not told"


async def test_a_link_is_marked_over_once_and_only_when_nothing_was_reported(store: Store) -> None:
    await add(store, 1, 2, 3, 4, 5)
    await send(store, State.DONE, 1, 2, 3, 4, 5)
    for number in (1, 2, 5):
        await keep(store, f"d{number}")
    await keep(store, "d3", replace(LINK, expires_at=0))
    await tell(store, "d2", Report.IN_PROGRESS)
    await keep(store, "d5", replace(LINK, expires_at=7_200_001))
    async with store.write() as tables:
        assert await tables.deposits.links_over(7_199_999) == []
        assert [one.id for one in await tables.deposits.links_over(7_200_000)] == ["d1"]
        assert [await tables.deposits.mark_over(one, 7_200_000) for one in ("d1", "d1", "d2")] == [True, False, False]
        assert [one.id for one in await tables.deposits.links_over(10**12)] == ["d5"]


OPEN = {
    "planned": True, "sent": True, "unknown": True, "refused": False, "void": False, "waiting": True, "over": False,
    "not available": False, "made": True, "InProgress": True, "Finished": False, "Failed": False, "Cancelled": False,
    "InProgress after its end": True, "InProgress although not available": True, "Cancelled after its end": False,
}  # fmt: skip


async def stand(store: Store, what: str) -> None:
    """One link, d1, of this kind."""
    await add(store, 1)
    await send(store, State(what) if what in set(State) else State.DONE, 1)
    if what in set(State) or what == "made":
        return
    await keep(store, "d1", replace(LINK, is_available="not available" not in what))
    if "over" in what or "end" in what:
        async with store.write() as tables:
            await tables.deposits.mark_over("d1", 5)
    if what.split(" ", maxsplit=1)[0] in set(Report):
        await tell(store, "d1", Report(what.split(" ", maxsplit=1)[0]))


@pytest.mark.parametrize("what", OPEN)
async def test_every_link_that_was_sent_is_open_finished_or_ended(store: Store, what: str) -> None:
    await stand(store, what)
    found = {wanted for wanted in FILTERS if await listed(store, wanted)}
    kind = "finished" if what == "Finished" else "open" if OPEN[what] else "ended"
    assert found == {"all", kind}


async def test_the_newest_come_first_and_what_was_never_sent_not_at_all(store: Store) -> None:
    await add(store, 1, 2, 3, 4)
    await send(store, State.DONE, 1, 2, 4)
    assert await listed(store, "all") == ["d4", "d2", "d1"]
    assert await listed(store, "all", 1, 1) == ["d2"] and await listed(store, "open", 2, 2) == ["d1"]


async def test_those_without_an_outcome_are_counted(store: Store) -> None:
    await add(store, 1, 2, 3, 4)
    for number, state in ((1, State.SENT), (2, State.UNKNOWN), (3, State.DONE)):
        await send(store, state, number)
    async with store.read() as tables:
        assert await tables.deposits.without_outcome() == 2


async def test_old_summaries_go_whole_and_old_links_lose_name_and_address_only(store: Store) -> None:
    await add(store, 1, 2, 3, 4)
    await add(store, 5, asked_at=50_000)
    await send(store, State.DONE, 3, 5)
    for one in ("d3", "d5"):
        await keep(store, one)
    async with store.write() as tables:
        await tables.deposits.end("d1", 4_999)
        await tables.deposits.end("d2", 5_000)
        assert await tables.deposits.purge(5_000, names_before=50_000) == 1
    found = {number: await get(store, f"d{number}") for number in range(1, 6)}
    assert found[1] is None
    assert {number: (one.wish.payer, one.url) for number, one in found.items() if one is not None} == {
        2: ("", ""), 3: ("", ""), 4: ("", ""), 5: (WISH.payer, LINK.url),
    }  # fmt: skip
    assert {one.name_salt == "" for number, one in found.items() if one is not None and number < 5} == {True}
    assert found[5] is not None and found[5].name_salt != ""
    assert await listed(store, "open") == ["d5"], "a link that leads nowhere any more is over"
    third = found[3]
    assert third is not None and (third.request_code, third.wish.amount) == (LINK.request_code, WISH.amount)
    async with store.write() as tables:
        assert await tables.deposits.purge(5_000, names_before=50_000) == 0


@pytest.mark.parametrize("column", ["mode", "report"])
async def test_a_word_that_nobody_knows_is_not_stored(store: Store, column: str) -> None:
    await add(store, 1)
    with pytest.raises(StoreError):
        async with store.write() as tables:
            await tables.deposits._session.rows(f"UPDATE deposits SET {column} = 'odd' WHERE id = 'd1'")
