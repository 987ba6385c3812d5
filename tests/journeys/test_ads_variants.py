"""The venue answers in every other way that its documents leave open, and an edit still keeps what it must."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.ad_window import FIAT, FLOATING, AdWindow, labels, looking, open_window
from tests.journeys.shop import Shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = {"price": "7.24", "fiat_min_amount": "362.00", "fiat_max_amount": "3620.00"}
PLAIN: dict[str, bool | float | str] = {
    "ad_ids_otherwise": False, "ad_status_unsaid": False, "closed_ads_listed": False, "closed_is_cancel": False,
    "legacy_keys": False, "fiat_limits_in_rows": False, "edit_keeps_left_out": False, "edit_relists": False,
    "ad_number": "remaining", "stringly_typed": False, "php_empty_arrays": False, "ids_as_strings": False,
    "minimal_envelope": False,
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_window(tmp_path_factory.mktemp("ads")) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def window(opened: Shop) -> AsyncIterator[AdWindow]:
    async with looking(opened) as window:
        yield window
        await opened.box.gate.variants(**PLAIN)


SHAPES = (
    "ad_ids_otherwise", "ad_status_unsaid", "legacy_keys", "fiat_limits_in_rows", "edit_keeps_left_out",
    "stringly_typed", "php_empty_arrays", "minimal_envelope",
)  # fmt: skip


@pytest.mark.parametrize("variant", SHAPES)
async def test_whatever_the_answers_look_like_a_price_and_a_state_change_alone(window: AdWindow, variant: str) -> None:
    await window.box.gate.variants(**{variant: True})
    ad_id = await window.begin(**FIAT)
    await window.confirmed(await window.say("/price 7.24", "7.21 → 7.24"))
    await window.only(ad_id, price="7.24", min_amount="69.06", max_amount="552.49")
    await window.remember()
    done = await window.confirmed(await window.state_step(await window.card(ad_id), "offline"))
    assert "🔴" not in done.text
    await window.only(ad_id, status=3, status_text="OFFLIN")


@pytest.mark.parametrize("number", [2**31 - 1, 2**31 + 7, 2**53 + 5])
async def test_an_id_beyond_what_fits_a_number_elsewhere_is_an_id(window: AdWindow, number: int) -> None:
    await window.ads.next_id(number)
    ad_id = await window.begin()
    assert ad_id == str(number)
    await window.confirmed(await window.say(f"/price 7.24 {ad_id}", "7.21 → 7.24"))
    await window.only(ad_id, **NEW)
    await window.remember()
    await window.confirmed(await window.state_step(await window.card(ad_id), "close"))
    await window.only(ad_id, status=4, status_text="CLOSED")


@pytest.mark.parametrize("closed", ["closed_ads_listed", "closed_is_cancel"])
async def test_closed_ads_are_listed_as_closed_and_not_changed(window: AdWindow, closed: str) -> None:
    ad_id = await window.begin()
    await window.box.gate.variants(**{"closed_ads_listed": True, closed: True})
    done = await window.confirmed(await window.state_step(await window.card(ad_id), "close"))
    await window.only(ad_id, status=4, status_text="CLOSED")
    await window.remember()
    assert "⛔" in (await window.say("/ads closed", "closed")).text
    assert labels(done) == ["⬅ All ads"]
    card = await window.card(ad_id)
    assert [label for label in labels(card) if "…" in label] == []
    await window.say(f"/price 7.24 {ad_id}", "is closed")
    await window.untouched()


async def test_an_edit_that_puts_an_ad_online_by_itself_is_told(window: AdWindow) -> None:
    ad_id = await window.begin(status=3)
    await window.box.gate.variants(edit_relists=True)
    card = await window.say(f"/price 7.24 {ad_id}", "7.21 → 7.24")
    await window.confirm(card)
    shown = await window.shows(card, "🔴 Gate shows otherwise", "Also different: state")
    assert "price 7.24 CNY" in shown.text


async def test_a_number_that_means_the_whole_is_told_when_coins_are_missing(window: AdWindow) -> None:
    """Our reading is that an edit's number is what is left; where it is not, a lead hears of it."""
    await window.box.gate.variants(ad_number="total")
    await window.begin(locked="100")
    card = await window.say("/price 7.24", "Amount sent as left: 5,000.5 USDT")
    await window.confirm(card)
    shown = await window.shows(card, "🔴 Gate shows otherwise")
    assert "amount left" in shown.text


HALVES: dict[str, dict[str, Any]] = {
    "a method that nobody can name": {"pay_types": ["bank", "zellepay"], "pay_type_json": '{"bank":"20011"}'},
}


@pytest.mark.parametrize("name", HALVES)
async def test_an_ad_that_an_edit_would_strip_is_not_edited_but_its_state_is(window: AdWindow, name: str) -> None:
    ad_id = await window.begin(**HALVES[name])
    card = await window.card(ad_id)
    assert [label for label in labels(card) if "…" in label] == ["Take offline…", "Close…"]
    assert "Cannot be read: ways to pay" in card.text
    said = await window.say("/price 7.24", "cannot be read: ways to pay")
    assert "An edit would lose it, so nothing was sent" in said.text
    await window.untouched()
    await window.confirmed(await window.state_step(card, "offline"))
    await window.only(ad_id, status=3, status_text="OFFLIN")


async def test_the_team_payee_is_named_in_the_diff_as_what_cannot_be_kept(window: AdWindow) -> None:
    """No answer carries it (3.10), so that an edit loses it where the venue resets what is left out."""
    ad_id = await window.begin(team_payment_uid="t-9")
    card = await window.say("/price 7.24", "Team payee: unreadable, may be lost")
    await window.confirmed(card)
    await window.only(ad_id, team_payment_uid="", **NEW)


async def test_a_floating_ads_price_may_move_while_its_window_changes(window: AdWindow) -> None:
    ad_id = await window.begin(**FLOATING)
    card = await window.diff(ad_id, "window", "30")
    await window.ads.reference("7.30")
    await window.remember()
    done = await window.confirmed(card)
    assert "🔴" not in done.text
    await window.only(ad_id, expire_min=30)
    await window.ads.reference("7.15")
