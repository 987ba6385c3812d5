"""The way to a quote: who may ask for what, to which account, and which offers are not shown."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.money import Money
from bot.domain.off_ramps import OffRampSide, OffRampWish, Review
from bot.domain.staff import Role
from bot.flows import freeze, off_ramp_quote, off_ramp_view, people
from bot.flows.exchange import Exchange
from tests.flows.bench import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, VIEWER
from tests.flows.off_ramp_bench import Sale, asked_by_operator, no, open_sale
from tests.support.fake_otc import CHASE

WISH = OffRampWish("USDT", "USD", OffRampSide.CRYPTO, Decimal("1000"))
WELLS = replace(CHASE, id="502", sent_id="502", bank="Wells", iban="4411")


@pytest.fixture
async def sale(tmp_path: Path) -> AsyncIterator[Sale]:
    async with open_sale(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("by", [LEAD, OWNER])
async def test_a_lead_takes_a_quote_of_exactly_the_wish(sale: Sale, by: int) -> None:
    standing = await sale.quote("1000.10 USDT SPRING", by)
    made, seal = standing.off_ramp, standing.open_seal
    assert sale.otc.calls[-1] == ("quote", replace(WISH, amount=Decimal("1000.10"), promotion="SPRING"))
    assert (str(made.quote.sell), str(made.quote.get)) == ("1000.10 USDT", "998.09980 USD")
    assert (made.ends_at - made.asked_at, made.bank_id, made.bank) == (30_000, "501", "ACME LTD · Chase ··4410")
    assert seal is not None and (seal.opened_by, seal.expires_at) == (by, made.ends_at) and standing.intent is None
    assert made.requester is None and sale.otc.posts == []


async def test_the_fiat_side_fixes_the_dollars(sale: Sale) -> None:
    sale.otc.price = Decimal("0.5")
    quote = (await sale.quote("5000.50 USD USDC")).off_ramp.quote
    assert (str(quote.sell), str(quote.get)) == ("10001.0 USDC", "5000.50 USD")


@pytest.mark.parametrize("by", [VIEWER, AGENT])
async def test_who_may_not_even_ask_is_refused_before_anything_is_kept(sale: Sale, by: int) -> None:
    for work in (
        off_ramp_quote.begin(sale.desk, by, WISH),
        off_ramp_quote.ask_lead(sale.desk, by, "id1"),
        off_ramp_quote.take_up(sale.desk, by, "id1"),
        off_ramp_quote.take_quote(sale.desk, by, "id1", CHASE.id),
    ):
        assert (await no(work)).reason == "role_too_low"
    assert sale.otc.calls == []


@pytest.mark.parametrize("who", ["frozen", "removed", "stranger"])
async def test_a_person_without_standing_asks_for_nothing(sale: Sale, who: str) -> None:
    if who == "frozen":
        await people.freeze_person(sale.desk, OWNER, LEAD, True)
    elif who == "removed":
        await people.remove(sale.desk, OWNER, LEAD)
    by = 999 if who == "stranger" else LEAD
    found = await no(off_ramp_quote.begin(sale.desk, by, WISH))
    assert found.reason == ("person_frozen" if who == "frozen" else "no_right_here") and sale.otc.calls == []


async def test_an_operator_asks_the_leads_and_each_hears_it_once(sale: Sale) -> None:
    found = await no(off_ramp_quote.begin(sale.desk, OPERATOR, WISH))
    assert found.reason == "otc_for_leads"
    request = found.facts["request"]
    for _ in range(2):
        assert await off_ramp_quote.ask_lead(sale.desk, OPERATOR, request) == WISH
    told = await sale.notices("otc_asked")
    assert sorted(one.chat_id for one in told) == [OWNER, LEAD]
    assert told[0].facts == {"request": request, "who": "operator 3", "amount": "1000 USDT", "other": "USD"}
    assert sale.otc.calls == [], "an operator sees neither accounts nor quotes"


async def test_only_the_asker_passes_an_own_request_on(sale: Sale) -> None:
    request = await sale.ask(by=OPERATOR)
    assert (await no(off_ramp_quote.ask_lead(sale.desk, OPERATOR_2, request))).reason == "not_your_quote"
    assert (await no(off_ramp_quote.ask_lead(sale.desk, OPERATOR, "never"))).reason == "stale_button"
    assert await sale.notices("otc_asked") == []


async def test_an_operator_takes_no_quote_of_an_own_request(sale: Sale) -> None:
    request = await asked_by_operator(sale)
    assert (await no(off_ramp_quote.take_quote(sale.desk, OPERATOR, request, CHASE.id))).reason == "role_too_low"
    assert (await no(off_ramp_quote.take_up(sale.desk, OPERATOR, request))).reason == "role_too_low"
    assert sale.otc.calls == [] and await sale.outcomes() == ["not_allowed"]


async def test_a_lead_takes_a_request_up_under_an_own_seal_and_the_asker_is_named(sale: Sale) -> None:
    request = await asked_by_operator(sale)
    wish, banks, last = await off_ramp_quote.take_up(sale.desk, LEAD, request)
    assert (wish, banks, last) == (WISH, [CHASE], "")
    standing = await sale.quote(request=request)
    assert (standing.off_ramp.requester, standing.requester_name) == (OPERATOR, "operator 3")
    assert standing.open_seal is not None
    assert (standing.open_seal.opened_by, standing.open_seal.choice.requester) == (LEAD, OPERATOR)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (replace(WISH, coin="BTC"), "otc_currency"),
        (replace(WISH, coin=""), "otc_currency"),
        (replace(WISH, fiat="EUR"), "otc_currency"),
        (replace(WISH, amount=Decimal(0)), "amount_not_positive"),
        (replace(WISH, amount=Decimal("-1")), "amount_not_positive"),
        (replace(WISH, amount=Decimal("1.123456789")), "amount_too_precise"),
        (replace(WISH, amount=Decimal("1e20")), "amount_too_large"),
        (replace(WISH, side=OffRampSide.FIAT, amount=Decimal("5000.001")), "amount_too_precise"),
    ],
)
async def test_a_wish_that_the_venue_does_not_trade_is_never_asked(sale: Sale, wish: OffRampWish, why: str) -> None:
    assert (await no(off_ramp_quote.begin(sale.desk, LEAD, wish))).reason == why
    async with sale.bench.store.write() as tables:
        await tables.off_ramps.ask("odd", wish, LEAD, 1)
    assert (await no(off_ramp_quote.take_quote(sale.desk, LEAD, "odd", CHASE.id))).reason == why
    assert sale.otc.calls == []


@pytest.mark.parametrize("typed", ["5000.01 USD", "5000.100 USD", "0.01 USD", "1000.12345678 USDT"])
async def test_cents_of_dollars_and_eight_digits_of_coins_are_asked(sale: Sale, typed: str) -> None:
    assert (await sale.quote(typed)).open_seal is not None


async def test_without_settings_there_is_no_otc_desk(sale: Sale) -> None:
    request = await sale.ask()
    sale.desk.exchange = Exchange()
    for work in (
        off_ramp_quote.begin(sale.desk, LEAD, WISH),
        off_ramp_quote.take_up(sale.desk, LEAD, request),
        off_ramp_quote.take_quote(sale.desk, LEAD, request, CHASE.id),
    ):
        assert (await no(work)).reason == "otc_off"


async def test_only_accounts_that_may_be_paid_to_are_offered(sale: Sale) -> None:
    reviews = (Review.APPROVED, None, Review.UNDER_REVIEW, Review.MORE_WANTED, Review.REFUSED, 7)
    sale.otc.listed = [replace(CHASE, id=str(number), review=review) for number, review in enumerate(reviews)]
    _, banks, _ = await off_ramp_quote.begin(sale.desk, LEAD, WISH)
    assert [bank.id for bank in banks] == ["0", "1"]
    sale.otc.listed = [replace(CHASE, review=Review.REFUSED)]
    assert (await no(off_ramp_quote.begin(sale.desk, LEAD, WISH))).reason == "no_bank"
    sale.otc.listed = []
    assert (await no(off_ramp_quote.begin(sale.desk, LEAD, WISH))).reason == "no_bank"


@pytest.mark.parametrize("became", [None, Review.UNDER_REVIEW, Review.MORE_WANTED, Review.REFUSED, 0])
async def test_an_account_that_was_deleted_or_refused_meanwhile_gets_no_quote(sale: Sale, became: int | None) -> None:
    request = await sale.ask()
    sale.otc.listed = [] if became is None else [replace(CHASE, review=became)]
    found = await no(off_ramp_quote.take_quote(sale.desk, LEAD, request, CHASE.id))
    assert (found.reason, found.facts) == ("bank_not_usable", {"bank": "501"})
    assert sale.otc.count("quote") == 0 and await sale.outcomes() == ["not_allowed"]


async def test_an_account_nobody_listed_gets_no_quote(sale: Sale) -> None:
    request = await sale.ask()
    for bank in ("502", "", '"501"', "501 ", "x" * 300):
        found = await no(off_ramp_quote.take_quote(sale.desk, LEAD, request, bank))
        assert found.reason == "bank_not_usable" and len(found.facts["bank"]) <= 20


async def test_the_account_that_was_used_last_is_known(sale: Sale) -> None:
    sale.otc.listed = [CHASE, WELLS]
    assert (await off_ramp_quote.begin(sale.desk, LEAD, WISH))[2] == ""
    await sale.quote(bank="501")
    assert (await off_ramp_quote.begin(sale.desk, LEAD, WISH))[2] == "", "a mere quote used nothing"
    await sale.tap(await sale.quote(bank="502"))
    assert (await off_ramp_quote.begin(sale.desk, LEAD, WISH))[2] == "502"


async def test_an_account_too_short_to_hide_in_is_shown_without_digits(sale: Sale) -> None:
    sale.otc.listed = [WELLS]
    assert "4411" not in (await sale.quote(bank="502")).off_ramp.bank


OTHER_OFFERS = {
    "less": ("1000 USDT", Money(Decimal("999.99"), "USDT"), Money(Decimal("998"), "USD")),
    "more": ("1000 USDT", Money(Decimal("1000.00000001"), "USDT"), Money(Decimal("998"), "USD")),
    "another coin": ("1000 USDT", Money(Decimal("1000"), "USDC"), Money(Decimal("998"), "USD")),
    "other dollars": ("5000 USD", Money(Decimal("5010"), "USDT"), Money(Decimal("4999.99"), "USD")),
    "another fiat": ("5000 USD", Money(Decimal("5010"), "USDT"), Money(Decimal("5000"), "EUR")),
    "another coin for the dollars": ("5000 USD", Money(Decimal("5010"), "USDC"), Money(Decimal("5000"), "USD")),
    "another fiat for the coins": ("1000 USDT", Money(Decimal("1000"), "USDT"), Money(Decimal("998"), "EUR")),
}


@pytest.mark.parametrize("offer", OTHER_OFFERS)
async def test_another_offer_than_the_wish_is_not_shown(sale: Sale, offer: str) -> None:
    typed, sell, get = OTHER_OFFERS[offer]
    sale.otc.offer = lambda quote: replace(quote, sell=sell, get=get)
    assert (await no(sale.quote(typed))).reason == "other_quote"
    assert await sale.live() == [] and await sale.outcomes() == ["not_allowed"]


async def test_the_same_amount_in_other_digits_is_the_wish(sale: Sale) -> None:
    sale.otc.offer = lambda quote: replace(quote, sell=Money(Decimal("1000.00"), "USDT"))
    assert str((await sale.quote()).off_ramp.quote.sell) == "1000.00 USDT"


async def test_a_venue_that_cannot_be_reached_leaves_no_quote(sale: Sale) -> None:
    sale.otc.errors["quote"] = [Unreachable("gate_pay", "off_ramp_quote", "no route")]
    with pytest.raises(Unreachable):
        await sale.quote()
    assert await sale.live() == []


@pytest.mark.parametrize(
    ("how", "why"), [("frozen", "desk_frozen"), ("role", "role_too_low"), ("gone", "no_right_here")]
)
async def test_what_changed_while_the_venue_thought_about_it_opens_no_step(sale: Sale, how: str, why: str) -> None:
    async def change() -> None:
        if how == "frozen":
            await freeze.freeze_desk(sale.desk, OWNER)
        elif how == "role":
            await people.change_role(sale.desk, OWNER, LEAD, Role.OPERATOR)
        else:
            await people.remove(sale.desk, OWNER, LEAD)

    request = await sale.ask()
    sale.otc.during["quote"] = change
    assert (await no(off_ramp_quote.take_quote(sale.desk, LEAD, request, CHASE.id))).reason == why
    assert await sale.live() == []


async def test_a_quotes_life_begins_when_it_is_asked_for(sale: Sale) -> None:
    async def slow() -> None:
        sale.bench.pass_(10)

    sale.otc.during["quote"] = slow
    made = (await sale.quote(read_for=0)).off_ramp
    assert made.ends_at - sale.bench.now == 20_000


async def test_a_newer_quote_ends_the_older_one_of_the_same_person_only(sale: Sale) -> None:
    first, others = await sale.quote(), await sale.quote(by=OWNER)
    second = await sale.quote()
    assert [one.id for one in await sale.live()] == [second.off_ramp.id]
    assert [one.id for one in await sale.live(OWNER)] == [others.off_ramp.id]
    old = await off_ramp_view.show(sale.desk, LEAD, first.off_ramp.id)
    assert old.open_seal is None and old.off_ramp.quote.token == ""


@pytest.mark.parametrize(("typed", "change"), [("1000 USDT", "-10"), ("1000 USD", "11.1")])
async def test_a_new_quote_tells_how_the_free_amount_changed(sale: Sale, typed: str, change: str) -> None:
    sale.otc.price = Decimal("1")
    first = await sale.quote(typed)
    sale.otc.price = Decimal("0.9")
    fresh = (await off_ramp_quote.new_quote(sale.desk, LEAD, first.off_ramp.id)).off_ramp
    assert fresh.change_percent is not None and round(fresh.change_percent, 1) == Decimal(change)
    assert (fresh.instead_of, fresh.request) == (first.off_ramp.id, first.off_ramp.request)


async def test_a_new_quote_of_anothers_request_keeps_its_asker(sale: Sale) -> None:
    first = await sale.quote(request=await asked_by_operator(sale))
    fresh = (await off_ramp_quote.new_quote(sale.desk, OWNER, first.off_ramp.id)).off_ramp
    assert (fresh.person, fresh.requester) == (OWNER, OPERATOR)
    assert len(await sale.live(LEAD)) == 1, "a lead's quote is not ended by somebody else's"
    assert (await no(off_ramp_quote.new_quote(sale.desk, OPERATOR, first.off_ramp.id))).reason == "role_too_low"
    assert (await no(off_ramp_quote.new_quote(sale.desk, LEAD, "never"))).reason == "stale_button"


async def test_stepping_back_ends_ones_own_quote_and_nobody_elses(sale: Sale) -> None:
    made = (await sale.quote()).off_ramp
    for by in (OWNER, OPERATOR, VIEWER):
        assert (await off_ramp_quote.step_back(sale.desk, by, made.id)).open_seal is not None
    assert (await off_ramp_quote.step_back(sale.desk, LEAD, made.id)).open_seal is None
    assert (await sale.stored(made.id)).quote.token == "" and sale.otc.posts == []


async def test_a_quote_ends_once_by_itself_and_its_token_is_forgotten(sale: Sale) -> None:
    made = (await sale.quote()).off_ramp
    await sale.look(27.999)
    assert len(await sale.live()) == 1
    await sale.look(0.001)
    ended = await sale.stored(made.id)
    assert await sale.live() == [] and (ended.quote.token, ended.token_hash) == ("", made.token_hash)
    await sale.look(10)
    assert await sale.stored(made.id) == ended
    assert (await off_ramp_view.show(sale.desk, LEAD, made.id)).open_seal is None


async def test_a_lead_who_lost_the_right_is_told_so_as_a_refusal(sale: Sale) -> None:
    request = await sale.ask()
    await people.change_role(sale.desk, OWNER, LEAD, Role.VIEWER)
    with pytest.raises(NotAllowed):
        await off_ramp_quote.take_quote(sale.desk, LEAD, request, CHASE.id)
    (line,) = await sale.lines()
    assert (line.actor, line.outcome, line.facts["reason"]) == (LEAD, "not_allowed", "role_too_low")
