"""The first step: what is asked, refused, offered and sealed. No quote ever sends anything."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Unreachable, VenueError
from bot.domain.money import Money
from bot.domain.quotes import OWN, Fixed, Quote, Wish
from bot.domain.staff import Limit, Role
from bot.flows import convert_quote, convert_view, freeze, people
from bot.flows.exchange import Exchange
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, VIEWER
from tests.flows.convert_bench import WISH, Deal, no, open_deal
from tests.support.fake_pay import OTHER_SUB, SUB

ETH_FOR_BTC = Wish(OWN, "BTC", "ETH", Fixed.SELL, Decimal("0.01"))


@pytest.fixture
async def deal(tmp_path: Path) -> AsyncIterator[Deal]:
    async with open_deal(tmp_path) as opened:
        yield opened
        assert opened.pay.posts == [], "no quote sends anything"


async def test_a_quote_is_kept_sealed_and_shown_with_the_amounts_as_offered(deal: Deal) -> None:
    standing = await deal.quote()
    made, seal = standing.conversion, standing.open_seal
    assert (str(made.quote.sell), str(made.quote.buy)) == ("100 USDT", "0.00100 BTC")
    assert made.ends_at - made.asked_at == 12_000 and seal is not None and seal.expires_at == made.ends_at
    assert seal.facts["sell"] == "100 USDT" and seal.facts["buy"] == "0.00100 BTC" and seal.facts["quote"] == "q1"
    assert made.balances_before == (Decimal("1000"), Decimal("0.5"))
    assert await deal.stored(made.id) == made and standing.intent is None


async def test_a_wish_for_an_exact_gain_fixes_the_bought_side(deal: Deal) -> None:
    made = (await deal.quote(replace(WISH, fixed=Fixed.BUY, amount=Decimal("0.01")))).conversion
    assert made.quote.buy == Money(Decimal("0.01"), "BTC") and made.free_money.code == "USDT"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sell": "XXX"}, "unknown_currency"),
        ({"buy": "XXX"}, "unknown_currency"),
        ({"sell": "USDT", "buy": "USDT"}, "pair_not_offered"),
        ({"amount": Decimal("0")}, "amount_not_positive"),
        ({"amount": Decimal("1.123456789")}, "amount_too_precise"),
        ({"amount": Decimal("1E+20")}, "amount_too_large"),
        ({"amount": Decimal("9.99")}, "below_minimum"),
        ({"amount": Decimal("5000.01")}, "above_maximum"),
        ({"fixed": Fixed.BUY, "amount": Decimal("0.00009")}, "below_minimum"),
        ({"account": SUB}, "account_not_listed"),
        ({"account": ""}, "account_not_listed"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_before_a_quote_is_asked_for(
    deal: Deal, changes: dict[str, object], why: str
) -> None:
    found = await no(deal.quote(replace(WISH, **changes)))  # type: ignore[arg-type]
    assert found.reason == why and deal.pay.count("preview") == 0
    assert await deal.outcomes() == ["not_allowed"]


async def test_a_pair_is_known_from_either_side_with_its_own_bounds(deal: Deal) -> None:
    deal.pay.price = Decimal("100000")
    standing = await deal.quote(Wish(OWN, "BTC", "USDT", Fixed.SELL, Decimal("0.001")))
    assert str(standing.conversion.quote.buy) == "100.000 USDT"
    found = await no(deal.quote(Wish(OWN, "BTC", "USDT", Fixed.SELL, Decimal("0.05"))))
    assert found.reason == "above_maximum" and found.facts["limit"] == "0.04"


@pytest.mark.parametrize(("price", "why"), [("0.0000001", "below_minimum"), ("1", "above_maximum")])
async def test_an_offer_out_of_bounds_is_not_shown(deal: Deal, price: str, why: str) -> None:
    deal.pay.price = Decimal(price)
    found = await no(deal.quote())
    assert (found.reason, found.facts["code"]) == (why, "BTC") and await deal.live() == []


@pytest.mark.parametrize("fixed", Fixed)
async def test_an_offer_for_another_amount_than_asked_is_not_shown(deal: Deal, fixed: Fixed) -> None:
    def other(quote: Quote) -> Quote:
        more = (
            Money(quote.sell.amount + Decimal("0.01"), "USDT"),
            Money(quote.buy.amount + Decimal("0.00000001"), "BTC"),
        )
        return replace(quote, sell=more[0], buy=more[1])

    deal.pay.offer = other
    wish = replace(WISH, fixed=fixed, amount=Decimal("100") if fixed is Fixed.SELL else Decimal("0.001"))
    found = await no(deal.quote(wish))
    assert found.reason == "other_quote" and found.facts["asked"] != found.facts["offered"]
    assert await deal.live() == [] and await deal.outcomes() == ["not_allowed"]


async def test_more_zeros_behind_the_asked_amount_are_the_same_amount(deal: Deal) -> None:
    deal.pay.offer = lambda quote: replace(quote, sell=Money(Decimal("100.00000000"), "USDT"))
    assert str((await deal.quote()).conversion.quote.sell) == "100.00000000 USDT"


@pytest.mark.parametrize("by", [VIEWER, AGENT, 999])
async def test_nobody_below_an_operator_gets_a_quote(deal: Deal, by: int) -> None:
    await no(deal.quote(by=by))
    assert deal.pay.calls == []


@pytest.mark.parametrize(
    ("per_action", "per_day", "why"),
    [("100", "100", None), ("99.99999999", "9999", "over_limit"), ("100", "99.99999999", "over_daily_limit"),
     ("0", "0", "over_limit")],
)  # fmt: skip
async def test_a_limit_is_kept_to_the_last_digit(deal: Deal, per_action: str, per_day: str, why: str | None) -> None:
    limit = Limit(Decimal(per_action), Decimal(per_day))
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", limit)
    if why is None:
        assert (await deal.quote()).open_seal is not None
        return
    found = await no(deal.quote())
    assert found.reason == why
    kept = await deal.stored(found.facts["conversion"])
    assert kept.ended_at is not None and await deal.live() == [], "kept for a lead, and nobody can take it"
    assert (await convert_view.show(deal.desk, OPERATOR, kept.id)).open_seal is None


async def test_a_lead_has_no_limit_and_needs_no_usdt(deal: Deal) -> None:
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(0), Decimal(0)))
    assert (await deal.quote(by=LEAD)).open_seal is not None
    deal.pay.price = Decimal("30")
    assert (await deal.quote(ETH_FOR_BTC, by=LEAD)).open_seal is not None


async def test_a_pair_without_usdt_is_for_leads(deal: Deal) -> None:
    deal.pay.price = Decimal("30")
    found = await no(deal.quote(ETH_FOR_BTC))
    assert (found.reason, found.facts["pair"]) == ("limit_needs_usdt", "BTC → ETH")
    assert (await deal.stored(found.facts["conversion"])).ended_at is not None


async def test_while_money_is_frozen_there_is_no_quote(deal: Deal) -> None:
    await freeze.freeze_desk(deal.desk, LEAD)
    assert (await no(deal.quote())).reason == "desk_frozen" and await deal.live() == []


async def test_a_freeze_or_removal_while_the_venue_thinks_leaves_no_quote(deal: Deal) -> None:
    deal.pay.during["preview"] = lambda: freeze.freeze_desk(deal.desk, LEAD)
    assert (await no(deal.quote())).reason == "desk_frozen"
    await freeze.unfreeze_desk(deal.desk, OWNER)
    deal.pay.during["preview"] = lambda: people.freeze_person(deal.desk, LEAD, OPERATOR, True)
    assert (await no(deal.quote())).reason == "person_frozen"
    deal.pay.during["preview"] = lambda: people.remove(deal.desk, OWNER, OPERATOR)
    await people.freeze_person(deal.desk, OWNER, OPERATOR, False)
    assert (await no(deal.quote())).reason == "no_right_here"
    assert await deal.live() == [] and deal.pay.count("preview") == 3


async def test_the_life_of_a_quote_begins_when_it_is_asked_for(deal: Deal) -> None:
    async def slow() -> None:
        deal.bench.pass_(5)

    deal.pay.during["preview"] = slow
    made = (await deal.quote(read_for=0)).conversion
    assert made.ends_at - deal.bench.now == 7_000
    assert deal.desk.exchange.deadlines[made.id] == deal.bench.seconds + 7


async def test_there_is_one_live_quote_per_person(deal: Deal) -> None:
    first, others = await deal.quote(), await deal.quote(by=OPERATOR_2)
    second = await deal.quote()
    assert [one.id for one in await deal.live()] == [second.conversion.id]
    assert [one.id for one in await deal.live(OPERATOR_2)] == [others.conversion.id]
    assert (await convert_view.show(deal.desk, OPERATOR, first.conversion.id)).open_seal is None
    await asyncio.gather(*(deal.quote() for _ in range(4)))
    assert len(await deal.live()) == 1


async def test_balances_that_cannot_be_read_keep_nobody_from_a_quote(deal: Deal) -> None:
    deal.pay.errors["balances"] = [Unreachable("gate_pay", "balances", "no route")]
    assert (await deal.quote()).conversion.balances_before is None


@pytest.mark.parametrize("call", ["currencies", "pairs", "preview"])
async def test_a_venue_that_does_not_answer_gives_no_quote(deal: Deal, call: str) -> None:
    deal.pay.errors[call] = [Unreachable("gate_pay", call, "no route")]
    with pytest.raises(VenueError):
        await deal.quote()
    assert await deal.live() == []
    assert (await deal.quote()).open_seal is not None, "the next try is as good as the first"


async def test_currencies_and_pairs_are_remembered_for_a_while(deal: Deal) -> None:
    for _ in range(3):
        await deal.quote()
    assert (deal.pay.count("currencies"), deal.pay.count("pairs"), deal.pay.count("preview")) == (1, 1, 3)


async def test_a_new_quote_says_how_much_it_differs(deal: Deal) -> None:
    first = await deal.quote()
    deal.pay.price = Decimal("0.000011")
    second = await convert_quote.new_quote(deal.desk, OPERATOR, first.conversion.id)
    assert second.conversion.instead_of == first.conversion.id and second.conversion.change_percent == Decimal(10)
    assert second.conversion.wish == first.conversion.wish


async def test_stepping_back_ends_only_ones_own_quote(deal: Deal) -> None:
    standing = await deal.quote()
    await convert_quote.step_back(deal.desk, OPERATOR_2, standing.conversion.id)
    assert len(await deal.live()) == 1
    assert (await convert_quote.step_back(deal.desk, OPERATOR, standing.conversion.id)).open_seal is None
    assert await deal.live() == []


async def test_without_settings_there_is_a_sentence(deal: Deal) -> None:
    deal.desk.exchange = Exchange()
    with pytest.raises(NotAllowed) as off:
        convert_view.accounts_for(deal.desk, OPERATOR)
    assert off.value.reason == "convert_off"


async def test_an_account_is_used_only_when_the_settings_name_it(tmp_path: Path) -> None:
    async with open_deal(tmp_path, SUB) as deal:
        await deal.quote(replace(WISH, account=SUB))
        assert {account for _, account, _ in deal.pay.calls} == {SUB}
        for account in (OWN, OTHER_SUB, SUB + "0", SUB[:-1]):
            assert (await no(deal.quote(replace(WISH, account=account)))).reason == "account_not_listed"
        assert {account for _, account, _ in deal.pay.calls} == {SUB}


async def test_two_accounts_share_no_memory_of_what_they_may_exchange(tmp_path: Path) -> None:
    async with open_deal(tmp_path, SUB, OTHER_SUB) as deal:
        await deal.quote(replace(WISH, account=SUB))
        await deal.quote(replace(WISH, account=OTHER_SUB))
        assert [account for call, account, _ in deal.pay.calls if call == "pairs"] == [SUB, OTHER_SUB]


async def test_who_is_over_the_limit_asks_leads_and_only_for_oneself(deal: Deal) -> None:
    await people.set_limit(deal.desk, OWNER, Role.OPERATOR, "convert", Limit(Decimal(1), Decimal(1)))
    found = await no(deal.quote())
    assert (
        await no(convert_quote.ask_lead(deal.desk, OPERATOR_2, found.facts["conversion"]))
    ).reason == "not_your_quote"
    await convert_quote.ask_lead(deal.desk, OPERATOR, found.facts["conversion"])
    told = await deal.notices("convert_asked")
    assert sorted(one.chat_id for one in told) == [OWNER, LEAD]
    assert told[0].facts["give"] == "100 USDT" and told[0].facts["get"] == "BTC", "the free side is not promised"
    taken = await convert_quote.quote_for(deal.desk, LEAD, found.facts["conversion"])
    assert (taken.conversion.person, taken.conversion.requester) == (LEAD, OPERATOR)
    assert taken.open_seal is not None and taken.open_seal.facts["requester"] == str(OPERATOR)
