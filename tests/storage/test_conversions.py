"""Quotes and conversions in the memory: every digit kept, every race won by exactly one."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.intents import Action, State
from bot.domain.money import Money
from bot.domain.quotes import OWN, Conversion, ConvertOrder, Fixed, Quote, Wish
from storage.store import Store
from tests.storage.examples import intent

LONG = Decimal("123456789012345678901234567890.123456789012345678")
MADE = Conversion(
    id="c1",
    wish=Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal("100.00")),
    quote=Quote("q1", Money(Decimal("100.00"), "USDT"), Money(Decimal("0.00100000"), "BTC"), Decimal("0.00001")),
    person=3,
    requester=None,
    asked_at=1_000,
    ends_at=13_000,
)
FULL = replace(
    MADE,
    id="c9",
    wish=Wish("2124538349", "USDT", "BTC", Fixed.BUY, Decimal("0.00100000")),
    requester=7,
    instead_of="c1",
    request="c2",
    before=Decimal("0.00110"),
    ended_at=12_000,
    balances_before=(Decimal("1000.10"), Decimal("0.5000")),
)


def made(number: int, **changes: Any) -> Conversion:
    quote = replace(MADE.quote, id=f"q{number}")
    one = replace(MADE, id=f"c{number}", quote=quote)
    return replace(one, **changes)


async def add(store: Store, *conversions: Conversion) -> None:
    async with store.write() as tables:
        for conversion in conversions:
            await tables.conversions.add(conversion)


async def send(store: Store, state: State, *ids: str) -> None:
    """Their intents, which stand in this state."""
    async with store.write() as tables:
        for conversion_id in ids:
            conversion = await tables.conversions.get(conversion_id)
            assert conversion is not None
            planned = intent(conversion_id, action=Action.CONVERT, target=conversion.target, state=state)
            assert await tables.intents.plan(planned) is None


async def get(store: Store, conversion_id: str = "c1") -> Conversion | None:
    async with store.read() as tables:
        return await tables.conversions.get(conversion_id)


@pytest.mark.parametrize("conversion", [MADE, FULL, replace(MADE, quote=replace(MADE.quote, rate=None))])
async def test_what_was_added_is_read_as_it_was(store: Store, conversion: Conversion) -> None:
    await add(store, conversion)
    found = await get(store, conversion.id)
    assert found == conversion
    assert repr(found) == repr(conversion), "zeros behind the point stay, too"


async def test_an_unknown_id_is_none(store: Store) -> None:
    assert await get(store, "c1") is None
    async with store.write() as tables:
        assert not await tables.conversions.end("c1", 1)
        assert not await tables.conversions.ask_again("c1", 1)
        assert await tables.conversions.keep_balances("c1", (LONG, LONG), 1) is None
        order = ConvertOrder("o1", 1, MADE.quote.sell, MADE.quote.buy, "q1")
        assert await tables.conversions.keep_order("c1", order, 1, executed=None) is None


async def test_amounts_of_any_length_come_back_to_the_last_digit(store: Store) -> None:
    sell, buy = Money(LONG, "USDT"), Money(Decimal("1E-18"), "BTC")
    wish = replace(MADE.wish, amount=LONG)
    quote = Quote("q1", sell, buy, LONG)
    await add(store, replace(MADE, wish=wish, quote=quote, before=LONG, balances_before=(LONG, Decimal("1E-18"))))
    async with store.write() as tables:
        order = ConvertOrder("o1", 3, sell, buy, "q1")
        await tables.conversions.keep_order("c1", order, 5, executed=(sell, buy))
        await tables.conversions.keep_balances("c1", (LONG, Decimal("1E-18")), 6)
    found = await get(store)
    assert found is not None
    assert found.quote == quote and found.executed == (sell, buy) and found.before == LONG
    assert found.balances_before == found.balances_now == (LONG, Decimal("1E-18"))


async def test_the_same_id_is_not_added_twice(store: Store) -> None:
    await add(store, MADE)
    with pytest.raises(Exception, match=r"conversions\.id"):
        await add(store, replace(MADE, person=4))
    assert await get(store) == MADE


@pytest.mark.parametrize("verb", ["end", "ask_again"])
async def test_of_many_at_once_exactly_one_is_told_yes(store: Store, verb: str) -> None:
    await add(store, MADE)

    async def once(at: int) -> bool:
        async with store.write() as tables:
            call = tables.conversions.end if verb == "end" else tables.conversions.ask_again
            return await call("c1", at)

    told = await asyncio.gather(*(once(at) for at in range(1, 13)))
    found = await get(store)
    assert sorted(told) == [False] * 11 + [True]
    at = told.index(True) + 1
    assert found == (replace(MADE, ended_at=at) if verb == "end" else replace(MADE, asked_again_at=at))


async def test_a_repeat_that_never_left_may_be_pressed_once_more(store: Store) -> None:
    await add(store, MADE, made(2))
    async with store.write() as tables:
        assert await tables.conversions.ask_again("c1", 5) and await tables.conversions.ask_again("c2", 5)
        await tables.conversions.not_asked_again("c1")
        assert await tables.conversions.ask_again("c1", 9)
        assert not await tables.conversions.ask_again("c2", 9), "only that one"


async def test_live_quotes_are_the_persons_own_that_nobody_ended(store: Store) -> None:
    await add(store, made(1), made(2, person=4), made(3, ended_at=5), made(4))
    async with store.read() as tables:
        assert [one.id for one in await tables.conversions.live(3)] == ["c1", "c4"]
        assert [one.id for one in await tables.conversions.live(4)] == ["c2"]
        assert await tables.conversions.live(5) == []


async def test_a_quote_is_over_at_its_last_millisecond_and_once(store: Store) -> None:
    await add(store, made(1), made(2, ends_at=13_001), made(3, ends_at=12_000, ended_at=1))
    async with store.read() as tables:
        assert await tables.conversions.over(12_999) == []
        assert [one.id for one in await tables.conversions.over(13_000)] == ["c1"]
        assert [one.id for one in await tables.conversions.over(13_001)] == ["c1", "c2"]


async def test_the_venues_order_is_kept_as_it_is_told_each_time(store: Store) -> None:
    await add(store, MADE)
    created = ConvertOrder("o1", 1, MADE.quote.sell, MADE.quote.buy, "q1")
    less = Money(Decimal("0.00099"), "BTC")
    async with store.write() as tables:
        first = await tables.conversions.keep_order("c1", created, 20, executed=(MADE.quote.sell, MADE.quote.buy))
        second = await tables.conversions.keep_order("c1", replace(created, status=36), 30, executed=None)
        done = replace(created, status=3)
        third = await tables.conversions.keep_order("c1", done, 40, executed=(MADE.quote.sell, less))
    assert first is not None and second is not None and third is not None
    assert (first.order_id, first.status, first.looks, first.looked_at, first.differs) == ("o1", 1, 1, 20, False)
    assert (second.status, second.executed, second.looks, second.looked_at) == (36, None, 2, 30)
    assert (third.status, third.executed, third.differs) == (3, (MADE.quote.sell, less), True)
    assert await get(store) == third


async def test_an_order_that_is_new_is_followed_from_the_beginning(store: Store) -> None:
    await add(store, MADE)
    order = ConvertOrder("o1", 1, MADE.quote.sell, MADE.quote.buy, "q1")
    async with store.write() as tables:
        for at in (10, 20, 30, 40):
            await tables.conversions.keep_balances("c1", (LONG, LONG), at)
        taken = await tables.conversions.keep_order("c1", order, 50, executed=None)
        looked = await tables.conversions.keep_order("c1", order, 60, executed=None)
    assert taken is not None and looked is not None
    assert (taken.looks, looked.looks) == (1, 2)


async def test_what_the_repeat_was_told_begins_the_looks_anew(store: Store) -> None:
    await add(store, MADE)
    async with store.write() as tables:
        await tables.conversions.keep_balances("c1", (Decimal("900"), Decimal("1")), 20)
        kept = await tables.conversions.keep_balances("c1", (Decimal("901"), Decimal("2")), 30)
        await tables.conversions.again_answered("c1", "400201: duplicate")
    assert kept is not None
    assert (kept.balances_now, kept.looks, kept.looked_at) == ((Decimal("901"), Decimal("2")), 2, 30)
    found = await get(store)
    assert found == replace(kept, again_answer="400201: duplicate", looks=0, looked_at=None)


async def test_a_quote_is_replaced_by_the_one_that_names_it(store: Store) -> None:
    await add(store, made(1), made(2, instead_of="c1"))
    async with store.read() as tables:
        assert await tables.conversions.is_replaced("c1")
        assert not await tables.conversions.is_replaced("c2")
        assert not await tables.conversions.is_replaced("")


@pytest.mark.parametrize("state", State)
async def test_a_request_is_carried_out_unless_it_was_refused_or_never_left(store: Store, state: State) -> None:
    await add(store, made(1), made(2, request="c1"), made(3, request="c1"), made(4))
    async with store.read() as tables:
        assert await tables.conversions.carried_out_for("c1") is None, "quotes alone carry nothing out"
    await send(store, state, "c2")
    async with store.read() as tables:
        found = await tables.conversions.carried_out_for("c1")
    assert (None if found is None else found.id) == (None if state in (State.REFUSED, State.VOID) else "c2")


async def test_without_an_outcome_are_those_of_that_account_that_nobody_knows_of(store: Store) -> None:
    await add(store, *(made(number) for number in range(1, len(State) + 1)))
    await add(store, made(20, wish=replace(MADE.wish, account="2124538349")))
    for number, state in enumerate(State, start=1):
        await send(store, state, f"c{number}")
    await send(store, State.UNKNOWN, "c20")
    async with store.read() as tables:
        assert await tables.conversions.without_outcome(OWN) == 3
        assert await tables.conversions.without_outcome("2124538349") == 1
        assert await tables.conversions.without_outcome("nobody") == 0


async def test_the_history_is_newest_first_by_state_and_page_and_never_a_mere_quote(store: Store) -> None:
    await add(store, *(made(number) for number in range(1, 8)))
    await send(store, State.DONE, "c1", "c3", "c5", "c6")
    await send(store, State.UNKNOWN, "c4")
    await send(store, State.REFUSED, "c2")

    async def page(states: list[State], limit: int = 10, offset: int = 0) -> list[str]:
        async with store.read() as tables:
            return [one.id for one in await tables.conversions.history(states, limit, offset)]

    assert await page(list(State)) == ["c6", "c5", "c4", "c3", "c2", "c1"]
    assert await page([State.DONE]) == ["c6", "c5", "c3", "c1"]
    assert await page([State.UNKNOWN, State.REFUSED]) == ["c4", "c2"]
    assert await page([State.DONE], 2) == ["c6", "c5"] and await page([State.DONE], 2, 2) == ["c3", "c1"]
    assert await page([State.DONE], 2, 4) == [] and await page([]) == []


async def test_the_last_pairs_are_the_persons_own_newest_first_and_each_once(store: Store) -> None:
    def of(number: int, sell: str, buy: str, person: int = 3) -> Conversion:
        quote = Quote(f"q{number}", Money(Decimal(1), sell), Money(Decimal(1), buy))
        return made(number, quote=quote, wish=Wish(OWN, sell, buy, Fixed.SELL, Decimal(1)), person=person)

    await add(store, of(1, "USDT", "BTC"), of(2, "USDT", "ETH"), of(3, "BTC", "USDT"), of(4, "USDT", "BTC"))
    await add(store, of(5, "ETH", "DOGE", person=4))
    async with store.read() as tables:
        assert await tables.conversions.last_pairs(3, 4) == [("USDT", "BTC"), ("BTC", "USDT"), ("USDT", "ETH")]
        assert await tables.conversions.last_pairs(3, 2) == [("USDT", "BTC"), ("BTC", "USDT")]
        assert await tables.conversions.last_pairs(9, 4) == []


async def test_purging_forgets_old_quotes_and_keeps_whatever_was_sent(store: Store) -> None:
    await add(store, made(1, ended_at=10), made(2, ended_at=10), made(3, ended_at=50), made(4))
    await send(store, State.REFUSED, "c2")
    async with store.write() as tables:
        assert await tables.conversions.purge(10) == 0
        assert await tables.conversions.purge(50) == 1
        assert await tables.conversions.purge(10**15) == 1
    left = [one is not None for one in [await get(store, f"c{number}") for number in range(1, 5)]]
    assert left == [False, True, False, True]


async def test_a_named_order_has_no_status_and_its_looks_begin_at_one(store: Store) -> None:
    await add(store, made(1, looks=7))
    async with store.write() as tables:
        other = ConvertOrder("o0", 6, MADE.quote.sell, MADE.quote.buy, "q1")
        await tables.conversions.keep_order("c1", other, 4_000, executed=None)
        await tables.conversions.name_order("c1", "o1", 5_000)
        named = await tables.conversions.get("c1")
        missed = await tables.conversions.missed_look("c1", 6_000)
    assert named is not None and (named.order_id, named.status, named.looks, named.looked_at) == ("o1", None, 1, 5_000)
    assert named.is_named_only and not MADE.is_named_only
    assert missed is not None and (missed.looks, missed.looked_at) == (2, 6_000)


async def test_only_an_order_that_was_never_read_is_dropped(store: Store) -> None:
    await add(store, made(1), made(2))
    async with store.write() as tables:
        for one in ("c1", "c2"):
            await tables.conversions.name_order(one, "o1", 5_000)
        order = ConvertOrder("o1", 1, MADE.quote.sell, MADE.quote.buy, "q2")
        await tables.conversions.keep_order("c2", order, 6_000, executed=None)
        dropped = await tables.conversions.drop_order("c1", 7_000)
        assert await tables.conversions.drop_order("c2", 7_000) is None
        kept = await tables.conversions.get("c2")
    assert dropped is not None and (dropped.order_id, dropped.status, dropped.looks) == ("", None, 0)
    assert kept is not None and (kept.order_id, kept.status) == ("o1", 1) and not kept.is_named_only
