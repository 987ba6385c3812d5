"""Our ads from the phone on the sandbox, in both languages: the list, one ad, and every part changed by its question.

An edit replaces the whole ad, so that after each one everything that the venue has is compared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from tests.journeys.ad_window import BUYING, FIAT, FLOATING, AdWindow, labels, open_window
from tests.journeys.shop import Shop
from tests.support.desk import DESK_GROUP

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


class Edit(NamedTuple):
    """What is asked for and typed, what the diff says of it, and all that the venue then has otherwise."""

    part: str
    typed: str
    said: str
    facts: dict[str, Any]
    ad: Mapping[str, Any] = MappingProxyType({})
    side: str = "sell"


LONG = "只收本人账户。\nNo third-party payments; put nothing into the note <of the transfer> & be quick."
EDITS = {
    "price": Edit("price", "7.25", "7.21 → 7.25 CNY", {
        "price": "7.25", "fiat_min_amount": "362.50", "fiat_max_amount": "3625.00",
    }),
    "price of a purchase": Edit("price", " 7，05 CNY ".replace("，", "."), "7.21 → 7.05 CNY", {
        "price": "7.05", "fiat_min_amount": "352.50", "fiat_max_amount": "3525.00",
    }, side="buy"),
    "price with fiat limits": Edit("price", "7.25", "7.21 → 7.25 CNY", {
        "price": "7.25", "min_amount": "68.97", "max_amount": "551.72",
    }, FIAT),
    "offset": Edit("offset", "-1.25", "+0.50% → −1.25%", {
        "rate_offset": "1.25", "float_trend": 1, "price": "7.06", "fiat_min_amount": "353.00",
        "fiat_max_amount": "3530.00",
    }, FLOATING),
    "amount": Edit("amount", "8,000.25", "5,000.5 → 8,000.25 USDT", {"amount": "8000.25"}),
    "limits in coins": Edit("limits", "100-700.5", "50–500 → 100–700.5 USDT", {
        "min_amount": "100", "max_amount": "700.5", "fiat_min_amount": "721.00", "fiat_max_amount": "5050.60",
    }),
    "limits in fiat": Edit("limits", "1,000 ~ 20,000 CNY", "1,000–20,000 CNY", {
        "fiat_min_amount": "1000", "fiat_max_amount": "20000", "min_amount": "138.70", "max_amount": "2773.93",
    }, FIAT),
    "terms": Edit("terms", LONG, "22", {"trade_tips": LONG}),
    "auto reply": Edit("auto_reply", "您好，请稍等", "37", {"auto_reply": "您好，请稍等"}),
    "no auto reply": Edit("auto_reply", "-", "37", {"auto_reply": ""}),
    "payment window": Edit("window", "45 分钟", "→ 45", {"expire_min": 45}),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
async def test_a_part_is_changed_by_its_question_one_request_and_nothing_else_moves(
    window: AdWindow, name: str
) -> None:
    edit = EDITS[name]
    ad_id = await window.begin(edit.side, **edit.ad)
    group = await window.shop.newest(DESK_GROUP)
    card = await window.diff(ad_id, edit.part, edit.typed)
    assert edit.said in card.text, card.text
    await window.untouched()
    done = await window.confirmed(card)
    await window.only(ad_id, **edit.facts)
    assert "🔴" not in done.text and labels(done) == [window.label("open ad")]
    record = await window.record(f"✅ Ad changed · ··{ad_id[-4:]}", group)
    assert record.silent


STATES = {
    "offline": (1, 3, {"status": 3, "status_text": "OFFLIN"}),
    "online": (3, 1, {"status": 1, "status_text": "OPEN"}),
    "close": (1, 4, {"status": 4, "status_text": "CLOSED"}),
}


@pytest.mark.parametrize("way", STATES)
async def test_a_state_is_changed_by_two_taps_and_nothing_else_moves(window: AdWindow, way: str) -> None:
    status, wanted, facts = STATES[way]
    ad_id = await window.begin(status=status)
    card = await window.state_step(await window.card(ad_id), way)
    await window.untouched()
    done = await window.confirmed(card)
    await window.only(ad_id, **facts)
    (post,) = await window.sent()
    assert post.endpoint == "ads_update_status" and post.body == {"adv_no": int(ad_id), "adv_status": wanted}
    if way == "close":
        assert labels(done) == [window.label("all ads")]
        await window.say(f"/ads {ad_id}", CLOSED[window.language])
    else:
        assert window.label("price") in labels(await window.tap(done, "open ad", ad_id))


CLOSED = {"en": "is closed", "zh": "已关闭"}


WORDS = {
    "en": ("all", "Sell USDT/CNY", "Buy USDT/CNY", "online", "offline"),
    "zh": ("全部", "出售 USDT/CNY", "购买 USDT/CNY", "已上架", "已下架"),
}


async def test_the_list_has_a_line_for_each_filters_and_pages(window: AdWindow) -> None:
    everything, sell, buy, online, offline = WORDS[window.language]
    made = [await window.begin(price=f"7.{25 + number}") for number in range(8)]
    await window.ads.set_status_from_app(made[-1], 4)
    card = await window.say("/ads", everything)
    assert card.text.splitlines()[0].endswith(f"{everything} · 9 · {PAGE[window.language]}")
    assert card.text.count("🟢") == 7 and card.text.count("⏸") == 1
    assert f"··{made[0][-4:]} {sell} 7.25 {online}" in card.text
    await window.press(card, AFTER[window.language])
    card = await window.shows(card, "··0012", button=BEFORE[window.language])
    assert card.text.count("⏸") == 1
    await window.press(card, FILTERS[window.language][1])
    card = await window.shows(card, "··0011", "··0012")
    assert f"··{BUYING[-4:]} {buy} 7.10 {offline}" in card.text and "🟢" not in card.text
    await window.press(card, FILTERS[window.language][2])
    card = await window.shows(card, NO_CLOSED[window.language])
    for word, number in (("online", 7), ("offline", 2), ("closed", 0), ("all", 9)):
        assert f" · {number}" in (await window.say(f"/ads {word}")).text.splitlines()[0]
    card = await window.say("/ads online", made[0][-4:])
    await window.press(card, f"··{made[0][-4:]}")
    await window.shows(card, made[0])


PAGE = {"en": "page 1", "zh": "第 1 页"}
AFTER, BEFORE = {"en": "After ▶", "zh": "▶"}, {"en": "◀ Before", "zh": "◀"}
FILTERS = {"en": ("Online", "Offline", "Closed", "All"), "zh": ("已上架", "已下架", "已关闭", "全部")}
NO_CLOSED = {"en": "None of our ads is closed", "zh": "已关闭"}
