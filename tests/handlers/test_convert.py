"""Conversions by words and by buttons: every answer is a card, every no a sentence, and one tap one request."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.money import Money
from bot.domain.quotes import OWN, Progress
from bot.domain.reach import MessageGone
from bot.flows import convert_follow
from bot.flows.exchange import Exchange
from tests.flows.bench import AGENT, GROUP, OPERATOR, open_bench
from tests.handlers.phone import Desk
from tests.support.fake_pay import OTHER_SUB, SUB, FakePay


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_bench(tmp_path) as bench:
        made = Desk(bench)
        made.bench.desk.exchange = Exchange(pay=FakePay(), accounts=(OWN,))
        yield made
        await made.relay.stop()


def pay_of(desk: Desk) -> FakePay:
    pay = desk.bench.desk.exchange.pay
    assert isinstance(pay, FakePay)
    return pay


async def test_a_typed_wish_is_a_preview_and_its_tap_one_request(desk: Desk) -> None:
    await desk.write("/convert 100 USDT BTC")
    assert "100" in desk.last() and "0.001" in desk.last() and pay_of(desk).posts == []
    await desk.tap("Convert 100")
    await desk.bench.desk.drain(5)
    assert len(pay_of(desk).posts) == 1


async def test_by_buttons_the_answer_to_the_question_is_the_amount(desk: Desk) -> None:
    await desk.write("/convert")
    for label in ("USDT", "BTC", "Give exactly"):
        await desk.tap(label)
    await desk.write("100 USDT", reply=desk.newest(OPERATOR))
    assert pay_of(desk).calls[-2:] != [] and ("preview", OWN, "100 USDT") in pay_of(desk).calls


async def test_of_several_accounts_the_one_that_is_tapped_is_asked(desk: Desk) -> None:
    desk.bench.desk.exchange = Exchange(pay=FakePay(), accounts=(SUB, OTHER_SUB))
    await desk.write("/convert 100 USDT BTC")
    assert pay_of(desk).calls == []
    await desk.tap(OTHER_SUB)
    assert {account for _, account, _ in pay_of(desk).calls} == {OTHER_SUB}
    assert pay_of(desk).count("preview") == 1


@pytest.mark.parametrize(
    "text",
    [
        "/convert 100 USDT to 0.01 BTC",
        "/convert 0 USDT BTC",
        "/convert -1 USDT BTC",
        "/convert 1,5 USDT BTC",
        "/convert many USDT BTC",
        "/convert 100 USDT USDT",
        "/convert 100 USDT XXX",
        "/convert 1 USDT BTC",
        "/converts everything",
    ],
)
async def test_every_wrong_wish_is_answered_with_a_sentence_and_no_quote(desk: Desk, text: str) -> None:
    await desk.write(text)
    assert len(desk.last()) > 15 and pay_of(desk).count("preview") == 0
    assert desk.last().strip() not in ("", text)


async def test_without_settings_the_command_says_so(desk: Desk) -> None:
    desk.bench.desk.exchange = Exchange()
    await desk.write("/convert 100 USDT BTC")
    assert "Gate Pay" in desk.last()


async def test_an_agent_is_told_that_this_is_not_theirs(desk: Desk) -> None:
    await desk.write("/convert 100 USDT BTC", by=AGENT)
    assert "agent" in desk.last(AGENT).lower() and pay_of(desk).calls == []


async def test_what_is_asked_in_the_group_shows_no_preview_there(desk: Desk) -> None:
    await desk.write("/convert 100 USDT BTC", chat=GROUP)
    assert desk.telegram.said(GROUP) == [] and "0.001" in desk.last()


async def test_an_ended_quote_is_said_on_its_own_card(desk: Desk) -> None:
    await desk.write("/convert 100 USDT BTC")
    desk.bench.pass_(60)
    await desk.tap("Convert 100")
    assert "ended" in desk.last().lower() and pay_of(desk).posts == []


async def test_an_offer_of_another_amount_is_not_shown(desk: Desk) -> None:
    pay_of(desk).offer = lambda quote: replace(quote, sell=Money(Decimal("101"), "USDT"))
    await desk.write("/convert 100 USDT BTC")
    assert "Convert 10" not in str(desk.telegram.shown[-1][3]) and pay_of(desk).posts == []


def cards_of(desk: Desk) -> dict[int, str]:
    """What each of the operator's messages shows now."""
    return {number: card.plain for _, chat, number, card, _, _ in desk.telegram.shown if chat == OPERATOR}


async def two_cards(desk: Desk) -> list[int]:
    """A conversion that Gate works on, on its own card and on one that was opened from the list."""
    pay_of(desk).status = 1
    await desk.write("/convert 100 USDT BTC")
    first = desk.newest(OPERATOR)
    await desk.tap("Convert 100")
    await desk.bench.desk.drain(5)
    await desk.write("/converts")
    await desk.tap("q1 ")
    await desk.tell()
    return [first, desk.newest(OPERATOR)]


async def is_done(desk: Desk) -> None:
    """Gate is done with it, and the desk sees that."""
    pay = pay_of(desk)
    pay.orders = {number: replace(order, status=int(Progress.SUCCESS)) for number, order in pay.orders.items()}
    desk.bench.pass_(10)
    await convert_follow.round_(desk.bench.desk)
    await desk.tell()


async def test_two_cards_of_one_conversion_say_the_same(desk: Desk) -> None:
    first, second = await two_cards(desk)
    before = cards_of(desk)
    await is_done(desk)
    now = cards_of(desk)
    assert first != second and now[first] == now[second] and now[first] not in (before[first], before[second])


async def test_an_older_card_that_is_gone_keeps_nothing_from_being_told(desk: Desk) -> None:
    first, second = await two_cards(desk)
    before = cards_of(desk)
    desk.telegram.errors["edit"] = [MessageGone("gone")]
    await is_done(desk)
    now = cards_of(desk)
    assert now[first] == before[first] and now[second] != before[second]
