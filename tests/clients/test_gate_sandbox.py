"""The client against the whole local venue, over the socket: what it says happened is what happened."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.domain.accounts import WorkStatus
from bot.domain.ads import AdDraft, AdState, AdStatus
from bot.domain.chat import Author
from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.orders import Phase, Side
from tests.clients.raw_venue import fixture
from tests.support.sandbox import Sandbox, running_sandbox

PNG = base64.b64decode(fixture("upload_chat_file")["request"]["base64_img"])


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        yield box


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http("gate", clock=time.time) as http:
        yield http


def client(box: Sandbox, http: Http, **more: Any) -> GateC2C:
    return GateC2C(http, box.gate_url, box.gate_key, box.gate_secret, time.time, **more)


async def test_a_sale_is_seen_paid_and_released_once(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", amount="1234567890.12345678", price="7.20")
    row = next(row for row in await gate.pending_orders(asset="USDT", fiat="CNY") if row.id == order_id)
    assert (row.phase, row.amount, row.side) == (Phase.UNPAID, Decimal("1234567890.12345678"), Side.SELL)
    with pytest.raises(Refused):
        await gate.release(order_id=order_id)
    await box.gate.act(order_id, "pay")
    order = await gate.order(order_id=order_id)
    assert (order.side, order.phase, order.counterparty_name) == (Side.SELL, Phase.PAID, "张三丰")
    assert (await gate.counterparty(counterparty_id=order.counterparty_id)).id == order.counterparty_id
    await gate.release(order_id=order_id)
    assert (await gate.order(order_id=order_id)).phase is Phase.FINISHED
    with pytest.raises(Refused):
        await gate.release(order_id=order_id)
    assert (await box.gate.order(order_id)).released_times == 1
    finished = await gate.completed_orders(asset="USDT", fiat="CNY", status="closed")
    assert order_id in [row.id for row in finished]


async def test_a_purchase_is_marked_as_paid_and_another_is_cancelled(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    first, second = await box.gate.open_order("buy"), await box.gate.open_order("buy")
    order = await gate.order(order_id=first)
    assert order.side is Side.BUY
    assert order.main_payee is not None
    await gate.mark_paid(order_id=first, method=order.methods[0])
    assert (await gate.order(order_id=first)).phase is Phase.PAID
    await gate.cancel(order_id=second, reason="9", memo="agreed by both")
    assert (await gate.order(order_id=second)).phase is Phase.CANCELLED


@pytest.mark.parametrize(
    ("kind", "error", "released"),
    [
        ("drop_before", Unknown, 0),
        ("act_and_drop", Unknown, 1),
        ("act_and_500", Unknown, 1),
        ("error_500", Unknown, 0),
        ("429", Refused, 0),
        ("html", Unknown, 0),
        ("truncated", Unknown, 1),
        ("redirect", Unknown, 0),
        ("reset", Unknown, 0),
        ("refuse", Refused, 0),
        ("label:INVALID_SIGNATURE", Refused, 0),
    ],
)
async def test_a_fault_at_release_is_told_as_what_it_is(
    box: Sandbox, http: Http, kind: str, error: type[Exception], released: int
) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", paid=True)
    await gate.order(order_id=order_id)
    await box.gate.fault("confirm-receipt", kind)
    with pytest.raises(error):
        await gate.release(order_id=order_id)
    assert (await box.gate.order(order_id)).released_times == released


async def test_a_venue_that_is_away_was_never_reached(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", paid=True)
    await box.gate.away()
    with pytest.raises(Unreachable):
        await gate.release(order_id=order_id)
    await box.gate.away(False)
    await gate.release(order_id=order_id)
    assert (await box.gate.order(order_id)).released_times == 1


async def test_a_clock_that_is_off_stops_money_before_anything_is_sent(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", paid=True)
    await box.gate.clock(45)
    await gate.order(order_id=order_id)
    assert gate.skew_seconds == pytest.approx(-45, abs=1.5)
    with pytest.raises(NotAllowed):
        await gate.release(order_id=order_id)
    assert await box.gate.money_calls("confirm-receipt", order_id) == []


async def test_a_wrong_secret_is_refused(box: Sandbox, http: Http) -> None:
    gate = GateC2C(http, box.gate_url, box.gate_key, "another-secret", time.time)
    with pytest.raises(Refused) as caught:
        await gate.profile()
    assert caught.value.code == "INVALID_SIGNATURE"


@pytest.mark.parametrize(
    "switches",
    [
        ("stringly_typed", "php_empty_arrays", "legacy_keys", "null_data", "minimal_envelope"),
        ("unconfirmed", "im_unread_in_rows", "ids_as_strings", "srvtm_ms", "srvtm_seconds", "uid_on_own"),
    ],
)
async def test_tolerated_variants_read_the_same(box: Sandbox, http: Http, switches: tuple[str, ...]) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", paid=True)
    plain = await gate.order(order_id=order_id)
    await box.gate.variants(**dict.fromkeys(switches, True))
    order = await gate.order(order_id=order_id)
    assert (order.id, order.side, order.phase, order.total) == (plain.id, plain.side, Phase.PAID, plain.total)
    assert order_id in [row.id for row in await gate.pending_orders(asset="USDT", fiat="CNY")]
    assert await gate.payment_methods()
    assert (await gate.say(order_id=order_id, text="hello")).at > 1_600_000_000_000
    assert (await gate.chat(order_id=order_id)).messages
    await gate.release(order_id=order_id)
    assert (await box.gate.order(order_id)).released_times == 1


async def test_a_venue_with_the_older_key_refutes_the_assumption(box: Sandbox, http: Http) -> None:
    told: list[tuple[str, bool]] = []
    await box.gate.variants(trade_id=True)
    order_id = await box.gate.open_order("sell", paid=True)
    with pytest.raises(Refused):
        await client(box, http, observe=lambda key, holds: told.append((key, holds))).release(order_id=order_id)
    assert ("order_key_is_txid", False) in told
    await client(box, http, order_key="trade_id").release(order_id=order_id)
    assert (await box.gate.order(order_id)).released_times == 1


async def test_an_order_that_is_unknown_is_refused(box: Sandbox, http: Http) -> None:
    with pytest.raises(Refused):
        await client(box, http).order(order_id="99999999")


async def test_chat_goes_both_ways_with_text_and_file(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    own = await gate.profile()
    order_id = await box.gate.open_order("sell", paid=True)
    them = (await gate.order(order_id=order_id)).counterparty_id
    await box.gate.act(order_id, "write", text="已付款 <b>&")
    await gate.say(order_id=order_id, text="收到")
    key = await gate.upload_file(content=PNG, content_type="image/png")
    await gate.send_file(order_id=order_id, file_key=key)
    messages = (await gate.chat(order_id=order_id)).messages
    authors = {message.text: message.author(own_id=own.id, counterparty_id=them) for message in messages}
    assert (authors["已付款 <b>&"], authors["收到"]) == (Author.THEM, Author.US)
    assert key in [message.file_key for message in messages]


async def test_an_ad_is_published_listed_and_closed(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    before = {ad.id for ad in await gate.my_ads()}
    methods = {method.method: method.ids[0] for method in await gate.payment_methods() if method.ids}
    name, number = next(iter(methods.items()))
    await gate.publish_ad(
        draft=AdDraft(
            side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.21"), amount=Decimal(500), methods=(name,),
            method_ids={name: number}, least=Decimal(10), most=Decimal(100), expire_minutes=15,
        )
    )  # fmt: skip
    (new,) = [ad for ad in await gate.my_ads(asset="USDT", fiat="CNY", side=Side.SELL) if ad.id not in before]
    assert new.price == Decimal("7.21")
    await gate.set_ad_status(ad_id=new.id, status=AdStatus.DELISTED)
    assert (await gate.ad(ad_id=new.id)).state is AdState.DELISTED
    await gate.set_ad_status(ad_id=new.id, status=AdStatus.CLOSED)
    assert await gate.market_ads(asset="USDT", fiat="CNY", side=Side.SELL) is not None


async def test_hours_and_clock_are_answered(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    assert await gate.set_work_hours(status=WorkStatus.REST) == 0
    assert await gate.set_work_hours(status=WorkStatus.WORK) == 1
    assert abs(await gate.server_time() / 1000 - time.time()) < 5


async def test_real_names_without_ids_still_tell_who_wrote(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    own = await gate.profile()
    await box.gate.variants(real_usernames=True, no_uid_on_theirs=True)
    order_id = await box.gate.open_order("sell", paid=True)
    order = await gate.order(order_id=order_id)
    await box.gate.act(order_id, "write", text="paid")
    await gate.say(order_id=order_id, text="ok")
    messages = {message.text: message for message in (await gate.chat(order_id=order_id)).messages}
    assert (messages["paid"].author_id, messages["ok"].author_id) == ("", "")
    names = {"own_name": own.nick, "counterparty_name": order.counterparty_nick}
    authors = [messages[text].author(own_id=own.id, counterparty_id="x", **names) for text in ("paid", "ok")]
    assert authors == [Author.THEM, Author.US]


async def test_a_chat_may_tell_the_servers_time_instead_of_its_last_message(box: Sandbox, http: Http) -> None:
    gate = client(box, http)
    order_id = await box.gate.open_order("sell", paid=True)
    await box.gate.variants(srvtm_is_now=True)
    await box.gate.act(order_id, "write", text="paid")
    await asyncio.sleep(1.1)
    chat = await gate.chat(order_id=order_id)
    assert chat.last_at > max(message.at for message in chat.messages)
