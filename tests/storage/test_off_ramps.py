"""Off-ramps in the memory: every digit kept, the token forgotten in time, every race won by exactly one."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.intents import Action, State
from bot.domain.money import Money
from bot.domain.off_ramps import OffRamp, OffRampOrder, OffRampQuote, OffRampSide, OffRampWish
from storage.errors import StoreError
from storage.store import Store
from tests.storage.examples import intent

LONG = Decimal("123456789012345678901234567890.123456789012345678")
TOKEN = "canary-token-of-a-quote"
MADE = OffRamp(
    id="r1",
    wish=OffRampWish("USDT", "USD", OffRampSide.CRYPTO, Decimal("1000.10")),
    quote=OffRampQuote(TOKEN, Money(Decimal("1000.10"), "USDT"), Money(Decimal("998.00"), "USD"), 30, Decimal("0.99")),
    token_hash="h1",
    bank_id="501",
    bank="ACME LTD · Chase ··4410",
    person=2,
    requester=None,
    asked_at=1_000,
    ends_at=31_000,
)
FULL = replace(
    MADE,
    id="r9",
    wish=OffRampWish("USDC", "USD", OffRampSide.FIAT, Decimal("998.00"), "SPRING"),
    quote=OffRampQuote(TOKEN, Money(Decimal("1000.10"), "USDC"), Money(Decimal("998.00"), "USD"), 30),
    bank_id='"501"',
    requester=3,
    request="q1",
    instead_of="r1",
    before=Decimal("1000.00"),
    ended_at=12_000,
)
ORDER = OffRampOrder("2016768770965639168", "PROCESSING", "n1", fee=Decimal("1.50"))
WISH = MADE.wish


def made(number: int, **changes: Any) -> OffRamp:
    return replace(MADE, id=f"r{number}", token_hash=f"h{number}", **changes)


async def add(store: Store, *off_ramps: OffRamp) -> None:
    async with store.write() as tables:
        for off_ramp in off_ramps:
            await tables.off_ramps.add(off_ramp)


async def send(store: Store, state: State, *ids: str) -> None:
    """They were sent under the number n1, n2, …, and their intents stand in this state."""
    async with store.write() as tables:
        for off_ramp_id in ids:
            await tables.off_ramps.sent_as(off_ramp_id, f"n{off_ramp_id[1:]}")
            target = f"otc/h{off_ramp_id[1:]}"
            planned = intent(off_ramp_id, action=Action.OFF_RAMP, target=target, state=state)
            assert await tables.intents.plan(planned) is None


async def get(store: Store, off_ramp_id: str = "r1") -> OffRamp | None:
    async with store.read() as tables:
        return await tables.off_ramps.get(off_ramp_id)


@pytest.mark.parametrize("off_ramp", [MADE, FULL])
async def test_what_was_added_is_read_as_it_was(store: Store, off_ramp: OffRamp) -> None:
    await add(store, off_ramp)
    found = await get(store, off_ramp.id)
    assert found == off_ramp and found is not None
    assert repr(found) == repr(off_ramp), "zeros behind the point stay, too"
    assert found.quote.token == TOKEN


async def test_an_unknown_id_is_none(store: Store) -> None:
    assert await get(store) is None
    async with store.write() as tables:
        assert not await tables.off_ramps.end("r1", 1)
        assert await tables.off_ramps.keep_order("r1", ORDER, "PROCESSING", 1) is None
        assert await tables.off_ramps.asked("q1") is None
        assert await tables.off_ramps.last_bank() == ""


async def test_amounts_of_any_length_come_back_to_the_last_digit(store: Store) -> None:
    quote = OffRampQuote(TOKEN, Money(LONG, "USDT"), Money(Decimal("1E-18"), "USD"), 30, LONG)
    await add(store, replace(MADE, wish=replace(WISH, amount=LONG), quote=quote, before=LONG))
    async with store.write() as tables:
        kept = await tables.off_ramps.keep_order("r1", replace(ORDER, fee=LONG, final=Decimal("1E-18")), "DONE", 1)
    found = await get(store)
    assert found == kept and found is not None
    assert (found.quote, found.wish.amount, found.before) == (quote, LONG, LONG)
    assert (found.fee, found.final) == (LONG, Decimal("1E-18"))


async def test_the_token_is_forgotten_when_the_quote_ends_and_it_ends_once(store: Store) -> None:
    await add(store, made(1), made(2))

    async def end(at: int) -> bool:
        async with store.write() as tables:
            return await tables.off_ramps.end("r1", at)

    assert sorted(await asyncio.gather(*(end(at) for at in (10, 11, 12)))) == [False, False, True]
    first, second = await get(store), await get(store, "r2")
    assert first is not None and second is not None
    assert (first.quote.token, first.token_hash, first.ended_at in (10, 11, 12)) == ("", "h1", True)
    assert second.quote.token == TOKEN and second.ended_at is None


async def test_the_live_ones_are_the_persons_own_that_nobody_ended(store: Store) -> None:
    await add(store, made(1), made(2, person=4), made(3, ended_at=5), made(4))
    async with store.read() as tables:
        assert [one.id for one in await tables.off_ramps.live(2)] == ["r1", "r4"]
        assert [one.id for one in await tables.off_ramps.live(4)] == ["r2"]
        assert await tables.off_ramps.live(5) == []


async def test_a_quote_is_over_at_its_last_millisecond_and_once(store: Store) -> None:
    await add(store, made(1), made(2, ends_at=31_001), made(3, ends_at=1, ended_at=1))
    async with store.read() as tables:
        assert await tables.off_ramps.over(30_999) == []
        assert [one.id for one in await tables.off_ramps.over(31_000)] == ["r1"]
        assert [one.id for one in await tables.off_ramps.over(31_001)] == ["r1", "r2"]


async def test_it_is_found_by_our_number_before_the_venues(store: Store) -> None:
    await add(store, made(1), made(2), made(3))
    await send(store, State.TAKEN, "r1", "r2")
    async with store.write() as tables:
        await tables.off_ramps.keep_order("r1", ORDER, "PROCESSING", 1)

    async def found(client: str = "", order: str = "") -> str | None:
        async with store.read() as tables:
            one = await tables.off_ramps.by_venue(client_order_id=client, order_id=order)
        return one.id if one is not None else None

    assert await found("n1") == await found(order=ORDER.id) == await found("n1", ORDER.id) == "r1"
    assert await found("n2", ORDER.id) == "r2", "ours counts more"
    assert await found("strange", ORDER.id) == "r1"
    assert await found() is None, "what was never sent has no number, and nothing is found by none"
    assert await found("n9", "9") is None


async def test_one_number_is_never_given_to_two(store: Store) -> None:
    await add(store, made(1), made(2))
    await send(store, State.SENT, "r1")
    with pytest.raises(StoreError):
        async with store.write() as tables:
            await tables.off_ramps.sent_as("r2", "n1")


async def test_the_last_digits_of_either_number_find_what_was_sent_newest_first(store: Store) -> None:
    await add(store, *(made(number) for number in range(1, 14)))
    async with store.write() as tables:
        for number in range(1, 13):
            await tables.off_ramps.sent_as(f"r{number}", f"1790{number:03d}4263")
        await tables.off_ramps.keep_order("r2", replace(ORDER, id="5550417"), "DONE", 1)
        await tables.off_ramps.keep_order("r13", replace(ORDER, id="6660417"), "DONE", 1)

    async def found(digits: str) -> list[str]:
        async with store.read() as tables:
            return [one.id for one in await tables.off_ramps.by_suffix(digits)]

    assert await found("0417") == ["r2"], "not of one that was never sent"
    assert await found("0014263") == ["r1"] and await found("17900014263") == ["r1"]
    assert await found("4263") == [f"r{number}" for number in range(12, 2, -1)], "ten at most"
    assert await found("999") == [] and await found("%") == [] and await found("0" * 30) == []


async def test_what_the_venue_told_once_is_never_forgotten_again(store: Store) -> None:
    await add(store, MADE)
    bare = OffRampOrder("", "DISPATCHED", "")
    async with store.write() as tables:
        first = await tables.off_ramps.keep_order("r1", replace(ORDER, error="slow"), "PROCESSING", 20)
        second = await tables.off_ramps.keep_order("r1", bare, "DISPATCHED", 30)
        third = await tables.off_ramps.keep_order("r1", replace(bare, final=Decimal("996.5")), "DONE", 40)
    assert first is not None and second is not None and third is not None
    assert (first.order_id, first.status, first.fee, first.error) == (ORDER.id, "PROCESSING", Decimal("1.50"), "slow")
    assert replace(second, status="PROCESSING", looked_at=20, looks=1) == first
    assert (third.order_id, third.fee, third.final) == (ORDER.id, Decimal("1.50"), Decimal("996.5"))
    assert (third.looks, third.looked_at) == (3, 40) and await get(store) == third


async def test_a_look_that_tells_nothing_is_counted(store: Store) -> None:
    await add(store, MADE)
    async with store.write() as tables:
        await tables.off_ramps.looked("r1", 20)
        await tables.off_ramps.looked("r1", 30)
    assert await get(store) == replace(MADE, looks=2, looked_at=30)


async def test_a_quote_is_replaced_by_the_one_that_names_it(store: Store) -> None:
    await add(store, made(1), made(2, instead_of="r1"))
    async with store.read() as tables:
        assert await tables.off_ramps.is_replaced("r1")
        assert not await tables.off_ramps.is_replaced("r2") and not await tables.off_ramps.is_replaced("")


@pytest.mark.parametrize("state", State)
async def test_a_request_is_carried_out_unless_it_was_refused_or_never_left(store: Store, state: State) -> None:
    await add(store, made(1, request="q1"), made(2, request="q1"), made(3, request="q2"))
    async with store.read() as tables:
        assert await tables.off_ramps.carried_out_for("q1") is None, "quotes alone carry nothing out"
    await send(store, state, "r2")
    async with store.read() as tables:
        found = await tables.off_ramps.carried_out_for("q1")
        assert await tables.off_ramps.carried_out_for("q2") is None
    assert (None if found is None else found.id) == (None if state in (State.REFUSED, State.VOID) else "r2")


async def test_without_an_outcome_are_those_that_nobody_knows_of(store: Store) -> None:
    await add(store, *(made(number) for number in range(1, len(State) + 1)))
    for number, state in enumerate(State, start=1):
        await send(store, state, f"r{number}")
    async with store.read() as tables:
        assert await tables.off_ramps.without_outcome() == 2


async def test_the_last_account_is_that_of_the_newest_that_was_sent(store: Store) -> None:
    await add(store, made(1, bank_id="501"), made(2, bank_id='"502"'), made(3, bank_id="503"))
    await send(store, State.DONE, "r1", "r2")
    async with store.read() as tables:
        assert await tables.off_ramps.last_bank() == '"502"'


async def test_the_history_is_newest_first_by_state_and_page_and_never_a_mere_quote(store: Store) -> None:
    await add(store, *(made(number) for number in range(1, 8)))
    await send(store, State.DONE, "r1", "r3", "r5", "r6")
    await send(store, State.UNKNOWN, "r4")
    await send(store, State.REFUSED, "r2")

    async def page(states: list[State], limit: int = 10, offset: int = 0) -> list[str]:
        async with store.read() as tables:
            return [one.id for one in await tables.off_ramps.history(states, limit, offset)]

    assert await page(list(State)) == ["r6", "r5", "r4", "r3", "r2", "r1"]
    assert await page([State.UNKNOWN, State.REFUSED]) == ["r4", "r2"]
    assert await page([State.DONE], 2) == ["r6", "r5"] and await page([State.DONE], 2, 2) == ["r3", "r1"]
    assert await page([State.DONE], 2, 4) == [] and await page([]) == []


@pytest.mark.parametrize("wish", [WISH, FULL.wish, replace(WISH, amount=LONG)])
async def test_what_leads_are_asked_for_is_read_as_it_was(store: Store, wish: OffRampWish) -> None:
    async with store.write() as tables:
        await tables.off_ramps.ask("q1", wish, 3, 1_000)
    async with store.read() as tables:
        assert repr(await tables.off_ramps.asked("q1")) == repr((wish, 3))
        assert await tables.off_ramps.asked("q2") is None


async def test_purging_forgets_old_quotes_and_requests_and_keeps_whatever_was_sent(store: Store) -> None:
    await add(store, made(1, ended_at=10), made(2, ended_at=10), made(3, ended_at=50), made(4))
    await send(store, State.REFUSED, "r2")
    async with store.write() as tables:
        for number, at in (("q1", 10), ("q2", 50)):
            await tables.off_ramps.ask(number, WISH, 3, at)
        assert await tables.off_ramps.purge(10) == 0
        assert await tables.off_ramps.purge(50) == 1
        assert [await tables.off_ramps.asked(one) is None for one in ("q1", "q2")] == [True, False]
        assert await tables.off_ramps.purge(10**15) == 1
    assert [await get(store, f"r{number}") is not None for number in range(1, 5)] == [False, True, False, True]
