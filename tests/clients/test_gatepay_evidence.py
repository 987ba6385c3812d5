"""The client tells what Gate Pay's answers say of our assumptions, once per verdict."""

from typing import Any

import pytest

from bot.domain.assumptions import BY_KEY
from bot.domain.errors import DeskError
from bot.domain.quotes import OWN
from tests.clients.pay_samples import BODY, CALLS, client, fixture, no, sample, yes
from tests.clients.raw_venue import Behaviour, raw_venue, says

OFFER = fixture("convert.preview.res.rate")["data"]
ROW = {"pair": "USDT_GT", "sellCurrency": "USDT", "buyCurrency": "GT"}


async def heard(*turns: tuple[Behaviour, str]) -> list[tuple[str, bool]]:
    told: list[tuple[str, bool]] = []
    async with raw_venue() as venue, client(venue, observe=lambda key, holds: told.append((key, holds))) as pay:
        for behaviour, name in turns:
            venue.behaviour = behaviour
            try:
                await CALLS[name][0](pay, OWN)
            except DeskError:
                continue
    assert {key for key, _ in told} <= set(BY_KEY)
    return told


def read(file: str, name: str) -> tuple[Behaviour, str]:
    return says(200, sample(file)), name


async def test_the_name_of_the_rate_is_noticed() -> None:
    assert ("convert_rate_key", True) in await heard(read("convert.preview.res.rate", "preview"))
    assert ("convert_rate_key", False) in await heard(read("convert.preview.res.price", "preview"))


async def test_the_name_of_the_order_id_and_the_kind_of_numbers_are_noticed() -> None:
    told = await heard(read("convert.create.res.all_strings", "convert"), read("convert.create.res.created", "convert"))
    assert ("convert_order_key_snake", True) in told
    assert [holds for key, holds in told if key == "pay_numbers_are_text"] == [True, False]
    camel = {"orderId": "7", "status": "1"} | {name: OFFER[name] for name in OFFER if name != "quoteId"}
    assert ("convert_order_key_snake", False) in await heard((yes(camel), "convert"))


async def test_a_status_that_no_document_knows_is_noticed() -> None:
    turns = [read(f"convert.order.res.{name}", "order") for name in ("success", "unknown_status")]
    told = await heard(*turns)
    assert [holds for key, holds in told if key == "convert_status_is_listed"] == [True, False]


@pytest.mark.parametrize("name", ["convert", "preview"])
async def test_the_status_of_a_refusal_is_noticed(name: str) -> None:
    assert await heard((no("400622"), name)) == [("pay_refusals_come_with_200", True)]
    assert await heard((no("400622", 400), name)) == [("pay_refusals_come_with_200", False)]
    assert await heard((no("300000"), name)) == await heard((says(429, b"<html>"), name)) == []


async def test_rows_of_other_coins_than_asked_for_are_noticed() -> None:
    assert ("pair_filter_holds", False) in await heard(read("convert.pair.res", "pairs"))
    assert ("pair_filter_holds", True) in await heard((yes([ROW]), "pairs"))
    assert await heard(read("convert.pair.res.empty", "pairs")) == []


async def test_both_directions_in_rows_or_an_offer_for_the_unlisted_one_judge_the_rows() -> None:
    turned = {"sellCurrency": "GT", "buyCurrency": "USDT"}
    offer = read("convert.preview.res.rate", "preview")
    assert ("pair_rows_are_directed", True) in await heard((yes([ROW, turned]), "pairs"), offer)
    assert ("pair_rows_are_directed", False) in await heard((yes([ROW]), "pairs"), offer)
    for rows in ([turned], []):
        told = await heard((yes(rows), "pairs"), offer)
        assert "pair_rows_are_directed" not in {key for key, _ in told}


async def test_unreadable_answers_say_nothing() -> None:
    odd: tuple[Any, ...] = ({"price": "1"}, {"orderId": "1"}, [], None)
    assert await heard(*((yes(data), name) for data in odd for name in ("preview", "convert"))) == []


async def test_a_failing_listener_does_not_change_what_is_told_of_money(caplog: pytest.LogCaptureFixture) -> None:
    def observe(key: str, holds: bool) -> None:
        raise RuntimeError("the listener is broken")

    answer = says(200, sample("convert.create.res.created"))
    async with raw_venue(answer) as venue, client(venue, observe=observe) as pay:
        assert (await pay.convert(account=OWN, body=BODY)).status == 1
    assert "convert_order_key_snake" in caplog.text
