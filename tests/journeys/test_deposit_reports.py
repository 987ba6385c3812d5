"""What comes to a link's own address is a hint: it moves that link forward if all of it fits, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.cashier import (
    FINISHED,
    PAYER,
    Cashier,
    all_well,
    close_cashier,
    open_cashier,
)
from tests.support.sandbox import LEAD, OWNER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNSIGNED: dict[str, tuple[dict[str, Any], int]] = {
    "tampered": ({}, 401),
    "moved_time": ({}, 401),
    "unsigned": ({}, 401),
    "future": ({}, 401),
    "other_address": ({}, 404),
    "huge": ({}, 413),
    "not_json": ({}, 400),
}
WRONG: dict[str, Any] = {
    "tradeType": "Withdraw",
    "merchantOrderNo": "D9999-abc",
    "requestCode": "0" * 32,
    "requestAmount": 5500.21,
    "requestCurrency": "MTC",
    "requestStatus": "Done",
    "fiatCurrency": "HKD",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cashier]:
    async with open_cashier(tmp_path_factory.mktemp("cashier")) as cashier:
        yield cashier


@pytest_asyncio.fixture(loop_scope="module")
async def cashier(opened: Cashier) -> AsyncIterator[Cashier]:
    yield opened
    await close_cashier(opened)


async def waiting(cashier: Cashier) -> tuple[Message, str, str]:
    """A link that waits for its payer: card, our id, MTPay's code."""
    card, deposit = await cashier.link()
    return card, deposit, (await cashier.order(deposit)).code


async def untouched(cashier: Cashier, card: Message, deposit: str, outcomes: list[str]) -> None:
    await cashier.handled(deposit)
    stored = await cashier.stored(deposit)
    assert (stored.report, stored.received, stored.payment_amount) == ("", None, None)
    assert await cashier.outcomes(deposit) == outcomes and await cashier.state(deposit) == "done"
    assert (await cashier.now(card)).text == card.text


async def test_what_mtpay_did_not_sign_now_changes_nothing(cashier: Cashier) -> None:
    card, deposit, code = await waiting(cashier)
    for how, (more, status) in UNSIGNED.items():
        (answer,) = await cashier.mtpay.forge(code, how, report="Finished", **more)
        assert answer.status == status and '"success":true' not in answer.body, (how, answer)
    await untouched(cashier, card, deposit, ["sent", "done"])


async def test_a_true_report_of_long_ago_moves_nothing_and_leads_are_told_to_look(cashier: Cashier) -> None:
    card, deposit, code = await waiting(cashier)
    label = (await cashier.stored(deposit)).label
    for _ in range(2):
        assert all_well(await cashier.mtpay.forge(code, "old", report="Finished"))
    for lead, words in {LEAD: "Late report", OWNER: "迟到的上报"}.items():
        bell = await cashier.bot_says(lead, contains=words)
        assert label in bell.text and PAYER not in bell.text
    await untouched(cashier, card, deposit, ["sent", "done", "too_old"])
    assert all_well(await cashier.mtpay.forge(code, "now", report="Finished"))
    await cashier.shows(card, FINISHED["en"])


async def test_a_true_signature_over_another_orders_words_changes_nothing_and_is_shown_to_leads(
    cashier: Cashier,
) -> None:
    card, deposit, code = await waiting(cashier)
    label = (await cashier.stored(deposit)).label
    for field, value in WRONG.items():
        assert all_well(await cashier.mtpay.forge(code, "changed", field=field, value=value, report="Finished"))
        if field != "fiatCurrency":  # without it the report says nothing else than what we stored
            assert all_well(await cashier.mtpay.forge(code, "missing", field=field, report="Finished"))
    await cashier.handled(deposit)
    for lead, words in {LEAD: "Report does not fit", OWNER: "上报内容不符"}.items():
        bell = await cashier.bot_says(lead, contains=words)
        assert label in bell.text and PAYER not in bell.text
    stored = await cashier.stored(deposit)
    assert stored.report == "" and set((await cashier.outcomes(deposit))[2:]) == {"mismatch"}
    assert (await cashier.now(card)).text == card.text


async def test_another_orders_report_at_this_address_changes_neither(cashier: Cashier) -> None:
    card, deposit, _ = await waiting(cashier)
    other, other_deposit, code = await waiting(cashier)
    url = (await cashier.order(deposit)).hook_url
    assert all_well(await cashier.mtpay.forge(code, "other_address", url=url, report="Finished"))
    await untouched(cashier, card, deposit, ["sent", "done", "mismatch"])
    await untouched(cashier, other, other_deposit, ["sent", "done"])


async def test_repeats_and_what_comes_too_late_are_harmless(cashier: Cashier) -> None:
    card, deposit, code = await waiting(cashier)
    for how in ("twice", "replayed", "now"):
        assert all_well(await cashier.mtpay.forge(code, how, report="InProgress"))
    await cashier.shows(card, "⏳")
    await cashier.mtpay.pay(code)
    await cashier.shows(card, FINISHED["en"])
    for report in ("InProgress", "Failed", "Cancelled", "Finished"):
        assert all_well(await cashier.mtpay.forge(code, "now", report=report))
    await cashier.handled(deposit)
    assert (await cashier.stored(deposit)).report == "Finished"
    outcomes = await cashier.outcomes(deposit)
    assert outcomes[:4] == ["sent", "done", "reported_InProgress", "reported_Finished"]
    assert set(outcomes[4:]) == {"mismatch"}, "ends that contradict are told to leads"


async def test_a_replayed_signature_with_other_amounts_cannot_rewrite_an_end(cashier: Cashier) -> None:
    card, deposit, code = await waiting(cashier)
    await cashier.mtpay.pay(code)
    done = await cashier.shows(card, FINISHED["en"], also="737.19 MTC")
    await cashier.journalled(deposit, "reported_Finished")
    for how in ("replay_changed", "outgoing"):
        assert all_well(await cashier.mtpay.forge(code, how))
    await cashier.handled(deposit)
    assert (await cashier.now(card)).text == done.text and "999" not in done.text


async def test_what_could_not_be_told_is_told_again_until_it_is_stored(cashier: Cashier) -> None:
    card, deposit, code = await waiting(cashier)
    await cashier.mtpay.aim_webhooks("http://127.0.0.1:9")
    await cashier.mtpay.pay(code)
    await cashier.mtpay.wait_for_status(code, "Finished")
    assert await cashier.outcomes(deposit) == ["sent", "done"]
    await cashier.mtpay.aim_webhooks("")
    await cashier.shows(card, FINISHED["en"])
    assert all(row["tries"] > 1 for row in await cashier.mtpay.wait_for_deliveries(code, "delivered", "delivered"))


async def test_numbers_as_text_and_a_time_as_text_are_read_alike(cashier: Cashier) -> None:
    await cashier.mtpay.variants(timestamp_as="text", unknown_numbers="null", log_extras=True)
    card, deposit, code = await waiting(cashier)
    assert all_well(await cashier.mtpay.forge(code, "text_numbers", report="InProgress"))
    await cashier.shows(card, "⏳")
    await cashier.mtpay.pay(code)
    await cashier.shows(card, FINISHED["en"], also="737.19 MTC")
    assert (await cashier.stored(deposit)).has_other_payment is False
