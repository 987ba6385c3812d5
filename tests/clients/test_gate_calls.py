"""Each verb against its fixture: the path, the exact fields that are sent, and what every answer is read as."""

import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.clients.gate_c2c.client import GateC2C
from bot.clients.http import Http
from bot.domain.accounts import WorkHours, WorkStatus
from bot.domain.ads import AdDraft, AdStatus, Demands, Floating, LimitBasis, Reference
from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.orders import Side
from tests.clients.raw_venue import FIXTURES, KEY, SECRET, RawVenue, answers_of, fixture, raw_venue, says, yes

ORDER, AD = "61000002", "2130000011"
PNG = base64.b64decode(fixture("upload_chat_file")["request"]["base64_img"])

DRAFT = AdDraft(
    side=Side.SELL,
    asset="USDT",
    fiat="USD",
    price=Decimal("1.01"),
    amount=Decimal("1000"),
    methods=("bank", "swift"),
    method_ids={"bank": "20011", "swift": "20012"},
    least=Decimal("50"),
    most=Decimal("500"),
    expire_minutes=15,
    terms="own-name accounts only",
    auto_reply="thanks, details are on the order page",
    demands=Demands(
        verification=1, registered_days=30, least_completed=5, completion_percent=Decimal(80), open_orders=2
    ),
)  # fmt: skip
FLOATING = replace(
    DRAFT,
    side=Side.BUY,
    methods=("bank",),
    method_ids={},
    floating=Floating(Reference.SPOT, Decimal("0.5"), is_discount=True),
)
IN_FIAT = replace(DRAFT, basis=LimitBasis.FIAT, most=Decimal("1000"))
WEEK = WorkHours(cycle="Weekly", days=(1, 2, 3, 4, 5), zone="3", start="09:00", end="18:00")
HISTORY: dict[str, Any] = {"asset": "USDT", "fiat": "USD"}

Verb = Callable[[GateC2C], Awaitable[Any]]
CALLS: dict[tuple[str, str], Verb] = {
    ("get_user_info", "main"): lambda gate: gate.profile(),
    ("get_counterparty_user_info", "main"): lambda gate: gate.counterparty(counterparty_id="bizuid-them-a902"),
    ("get_myself_payment", "main"): lambda gate: gate.payment_methods(fiat="USD"),
    ("get_myself_payment", "none_bound"): lambda gate: gate.payment_methods(),
    ("get_pending_transaction_list", "dispute_tab"): lambda gate: gate.pending_orders(
        asset="USDT", fiat="USD", tab="dispute"
    ),
    ("get_completed_transaction_list", "cancelled"): lambda gate: gate.completed_orders(
        **HISTORY, status="cancel", page=1, per_page=10
    ),
    ("get_transaction_details", "buy_unpaid_with_payee"): lambda gate: gate.order(order_id="61000003"),
    ("confirm-payment", "main"): lambda gate: gate.mark_paid(order_id="61000003", method="bank"),
    ("confirm-payment", "without_method"): lambda gate: gate.mark_paid(order_id="61000003"),
    ("confirm-receipt", "main"): lambda gate: gate.release(order_id=ORDER),
    ("cancel", "main"): lambda gate: gate.cancel(order_id="61000003", reason="9", memo="free text explanation"),
    ("cancel", "minimal"): lambda gate: gate.cancel(order_id="61000003"),
    ("place_biz_push_order", "main"): lambda gate: gate.publish_ad(draft=DRAFT),
    ("place_biz_push_order", "edit_sell"): lambda gate: gate.publish_ad(
        draft=replace(DRAFT, price=Decimal("1.02"), ad_id=AD)
    ),
    ("place_biz_push_order", "floating_buy"): lambda gate: gate.publish_ad(draft=FLOATING),
    ("place_biz_push_order", "fiat_limits"): lambda gate: gate.publish_ad(draft=IN_FIAT),
    ("ads_update_status", "main"): lambda gate: gate.set_ad_status(ad_id=AD, status=AdStatus.DELISTED),
    ("ads_update_status", "relist"): lambda gate: gate.set_ad_status(ad_id=AD, status=AdStatus.LISTED),
    ("ads_update_status", "close"): lambda gate: gate.set_ad_status(ad_id=AD, status=AdStatus.CLOSED),
    ("ads_detail", "main"): lambda gate: gate.ad(ad_id=AD),
    ("my_ads_list", "main"): lambda gate: gate.my_ads(asset="USDT", fiat="USD", side=Side.SELL),
    ("my_ads_list", "no_filters"): lambda gate: gate.my_ads(),
    ("ads_list", "main"): lambda gate: gate.market_ads(asset="USDT", fiat="USD", side=Side.SELL),
    ("get_chats_list", "main"): lambda gate: gate.chat(order_id=ORDER),
    ("get_chats_list", "incremental"): lambda gate: gate.chat(order_id=ORDER, after=1789999960),
    ("get_chats_list", "older_page"): lambda gate: gate.chat(order_id=ORDER, before=1789999700),
    ("send_chat_message", "main"): lambda gate: gate.say(order_id=ORDER, text="received, releasing now"),
    ("send_chat_message", "file"): lambda gate: gate.send_file(
        order_id=ORDER, file_key="c2cchat_image/sample-file-0001|s3-sample-bucket"
    ),
    ("upload_chat_file", "main"): lambda gate: gate.upload_file(content=PNG, content_type="image/png"),
    ("set_merchant_work_hours", "main"): lambda gate: gate.set_work_hours(status=WorkStatus.WORK),
    ("set_merchant_work_hours", "custom_weekly"): lambda gate: gate.set_work_hours(
        status=WorkStatus.CUSTOM, hours=WEEK
    ),
}


@asynccontextmanager
async def client(venue: RawVenue) -> AsyncIterator[GateC2C]:
    async with Http("gate", clock=time.time) as http:
        yield GateC2C(http, venue.url, KEY, SECRET, time.time)


def sample(name: str, variant: str) -> tuple[Any, Any]:
    """Request and answer of a fixture."""
    whole = fixture(name)
    chosen = whole if variant == "main" else next(item for item in whole["variants"] if item["name"] == variant)
    return chosen.get("request"), chosen["response"]


@pytest.mark.parametrize(("name", "variant"), CALLS, ids=["-".join(key) for key in CALLS])
async def test_a_verb_sends_what_the_contract_shows(name: str, variant: str) -> None:
    request, answer = sample(name, variant)
    async with raw_venue(says(200, answer)) as venue, client(venue) as gate:
        await CALLS[name, variant](gate)
    (sent,) = venue.requests
    assert sent.method == "POST"
    assert sent.path == "/api/v4" + fixture(name)["path"]
    if request is None:
        assert sent.body == b""
        return
    fields = sent.fields
    if isinstance(request.get("pay_type_json"), str):
        assert json.loads(fields.pop("pay_type_json")) == json.loads(request.pop("pay_type_json"))
    assert fields == request
    assert {key: type(value) for key, value in fields.items()} == {key: type(request[key]) for key in fields}


def test_every_fixture_file_has_a_verb() -> None:
    names = {path.stem for path in FIXTURES.glob("[!_]*.json")}
    assert {name for name, _ in CALLS} == names


@pytest.mark.parametrize(("name", "variant"), CALLS, ids=["-".join(key) for key in CALLS])
async def test_every_answer_of_a_verb_is_read_or_refused(name: str, variant: str) -> None:
    for label, answer in answers_of(name):
        async with raw_venue(says(200, answer)) as venue, client(venue) as gate:
            if answer["code"] == 0:
                if name in ("get_transaction_details", "get_chats_list"):
                    continue
                await CALLS[name, variant](gate)
            else:
                with pytest.raises(Refused) as caught:
                    await CALLS[name, variant](gate)
                assert caught.value.code == str(answer["code"]), label


async def test_an_ad_whose_text_trips_the_filter_is_refused_with_the_hint() -> None:
    _, answer = sample("place_biz_push_order", "content_risk_rejected")
    async with raw_venue(says(200, answer)) as venue, client(venue) as gate:
        with pytest.raises(Refused) as caught:
            await gate.publish_ad(draft=DRAFT)
    assert (caught.value.code, caught.value.detail) == (
        "70305102",
        "risk control: notice: remove contact details: contact details found",
    )


async def test_payment_method_ids_are_only_sent_for_the_methods_of_the_ad() -> None:
    async with raw_venue(yes()) as venue, client(venue) as gate:
        await gate.publish_ad(draft=replace(DRAFT, methods=("bank",)))
    assert json.loads(venue.requests[0].fields["pay_type_json"]) == {"bank": "20011"}


async def test_history_is_asked_for_page_by_page_and_never_above_the_limit() -> None:
    async with raw_venue(yes({"list": []})) as venue, client(venue) as gate:
        await gate.completed_orders(**HISTORY, side=Side.SELL, page=3, per_page=999, start=5, end=9)
    assert venue.requests[0].fields == {
        "crypto_currency": "USDT", "fiat_currency": "USD", "status": "completed", "select_type": "sell",
        "start_time": 5, "end_time": 9, "page": 3, "per_page": 200,
    }  # fmt: skip


async def test_money_calls_can_go_by_the_older_key() -> None:
    async with raw_venue(yes()) as venue, Http("gate", clock=time.time) as http:
        gate = GateC2C(http, venue.url, KEY, SECRET, time.time, order_key="trade_id")
        await gate.release(order_id=ORDER)
        await gate.mark_paid(order_id=ORDER)
        await gate.cancel(order_id=ORDER)
    assert [request.fields for request in venue.requests] == [{"trade_id": ORDER}] * 3


async def test_server_time_is_asked_without_a_key() -> None:
    async with raw_venue(says(200, {"server_time": 1790000000123})) as venue, client(venue) as gate:
        assert await gate.server_time() == 1790000000123
    (sent,) = venue.requests
    assert (sent.method, sent.path) == ("GET", "/api/v4/spot/time")
    assert not {"key", "sign", "timestamp"} & set(sent.headers)


@pytest.mark.parametrize(("status", "body"), [(200, {}), (200, {"server_time": "soon"}), (200, b"<html>")])
async def test_an_odd_server_time_is_no_time(status: int, body: Any) -> None:
    async with raw_venue(says(status, body)) as venue, client(venue) as gate:
        with pytest.raises(Unknown):
            await gate.server_time()


async def test_a_refused_server_time_is_refused() -> None:
    async with raw_venue(says(404, {"label": "NOT_FOUND"})) as venue, client(venue) as gate:
        with pytest.raises(Refused):
            await gate.server_time()


@pytest.mark.parametrize("odd", ["", "0", "abc", "12 34", "-5", "1" * 20, "６１０", "1e3"])
async def test_an_id_that_is_none_is_not_sent(odd: str) -> None:
    verbs: list[Verb] = [
        lambda gate: gate.order(order_id=odd),
        lambda gate: gate.release(order_id=odd),
        lambda gate: gate.mark_paid(order_id=odd),
        lambda gate: gate.cancel(order_id=odd),
        lambda gate: gate.chat(order_id=odd),
        lambda gate: gate.say(order_id=odd, text="hello"),
        lambda gate: gate.ad(ad_id=odd),
        lambda gate: gate.set_ad_status(ad_id=odd, status=AdStatus.CLOSED),
    ]
    async with raw_venue(yes()) as venue, client(venue) as gate:
        for verb in verbs:
            with pytest.raises(NotAllowed):
                await verb(gate)
        assert venue.connections == 0


async def test_a_text_or_file_that_gate_cannot_take_is_not_sent() -> None:
    async with raw_venue(yes({"SRVTM": 1})) as venue, client(venue) as gate:
        for text in ("", "  ", "x" * 501):
            with pytest.raises(NotAllowed):
                await gate.say(order_id=ORDER, text=text)
        for content, kind in ((b"", "image/png"), (b"x" * (15 * 1024 * 1024 + 1), "image/png"), (b"x", "image/gif")):
            with pytest.raises(NotAllowed):
                await gate.upload_file(content=content, content_type=kind)
        assert venue.connections == 0
        await gate.say(order_id=ORDER, text="界" * 500)
        assert len(venue.requests) == 1


async def test_the_chat_of_another_order_is_no_answer() -> None:
    _, answer = sample("get_chats_list", "main")
    async with raw_venue(says(200, answer)) as venue, client(venue) as gate:
        with pytest.raises(Unknown):
            await gate.chat(order_id="61000003")
