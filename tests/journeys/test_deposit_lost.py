"""The answer to a payment link is lost: unknown is said, nothing is ever sent again, a report or a lead settles it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.journeys.cashier import (
    FINISHED,
    LANGUAGES,
    NEW,
    PAYER,
    PEOPLE,
    UNKNOWN,
    Cashier,
    all_well,
    close_cashier,
    labels,
    open_cashier,
)
from tests.support.sandbox import LEAD, OPERATOR, OWNER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)
LOST: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
    "never arrived": ({"kind": "drop_before"}, {}, 0),
    "acted and dropped": ({"kind": "act_and_drop"}, {}, 1),
    "acted and 500": ({"kind": "act_and_500"}, {}, 1),
    "500": ({"kind": "error_500"}, {}, 0),
    "a code of a broken server": ({"kind": "refuse", "code": "SYSTEM_ERROR", "status": 200}, {}, 0),
    "no code": ({}, {"odd_answer": "no_code"}, 1),
    "no url": ({}, {"odd_answer": "no_url"}, 1),
    "a relative url": ({}, {"odd_answer": "relative_url"}, 1),
    "a script url": ({}, {"odd_answer": "script_url"}, 1),
    "a url with a user": ({}, {"odd_answer": "user_url"}, 1),
    "a long url": ({}, {"odd_answer": "long_url"}, 1),
    "no data": ({}, {"odd_answer": "no_data"}, 1),
}
SETTLE = {
    "en": {"made": "It was made", "nothing": "Nothing was made"},
    "zh": {"made": "已创建", "nothing": "没有创建"},
}
STANDS = {"en": "Order", "zh": "订单号"}
MADE = {"en": "Made, but no link here", "zh": "已创建，但没有链接"}
VOID = {"en": "Nothing was made", "zh": "没有创建"}
UNANSWERED = {"en": "Links without an answer: ", "zh": "未获回应的链接："}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cashier]:
    async with open_cashier(tmp_path_factory.mktemp("cashier")) as cashier:
        yield cashier


@pytest_asyncio.fixture(loop_scope="module")
async def cashier(opened: Cashier) -> AsyncIterator[Cashier]:
    yield opened
    await close_cashier(opened)


async def lost(cashier: Cashier, kind: str = "act_and_drop", *, language: str = "en") -> tuple[Message, str, int]:
    """A link whose answer does not come: its card, our id, and how many requests there were before."""
    card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}", language=language)
    posts = len(await cashier.posts())
    await cashier.mtpay.fault(kind)
    await cashier.confirm(card, language=language)
    await cashier.reaches(deposit, "unknown")
    return await cashier.shows(card, UNKNOWN[language], person=PEOPLE[language]), deposit, posts


@pytest.mark.parametrize("kind", LOST)
async def test_every_lost_answer_is_unknown_and_no_second_request_ever_follows(cashier: Cashier, kind: str) -> None:
    fault, variants, made = LOST[kind]
    language = LANGUAGES[list(LOST).index(kind) % 2]
    person, posts = PEOPLE[language], len(await cashier.posts())
    if fault:
        await cashier.mtpay.fault(**fault)
    await cashier.mtpay.variants(**variants)
    card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}", language=language)
    await cashier.confirm(card, language=language)
    await cashier.reaches(deposit, "unknown")
    unknown = await cashier.shows(card, UNKNOWN[language], person=person)
    stored = await cashier.stored(deposit)
    assert stored.order_no in unknown.text and stored.url == "" and unknown.photo is None
    assert [button.data for row in unknown.buttons for button in row if button.kind == "copy"] == [stored.order_no]
    assert labels(unknown)[1:] == list(SETTLE[language].values()), "nothing here sends anything"
    assert "http" not in unknown.text and all(button.kind != "url" for row in unknown.buttons for button in row)
    await asyncio.sleep(0.3)
    assert len(await cashier.posts()) == posts + 1 and await cashier.orders_made(deposit) == made
    assert await cashier.outcomes(deposit) == ["sent", "unknown"]
    assert PAYER not in str(await cashier.journal(deposit))


async def test_asker_and_group_hear_of_it_and_the_next_summary_counts_it(cashier: Cashier) -> None:
    _, deposit, posts = await lost(cashier)
    stored = await cashier.stored(deposit)
    record = await cashier.record(f"❓ No answer from MTPay · {stored.label}")
    assert not record.silent and "5,500.20 CNY" in record.text and PAYER not in record.text
    assert not (await cashier.bot_says(LEAD, contains=f"❓ No answer from MTPay · {stored.label}\nAmount")).silent
    for language in LANGUAGES:
        card, _ = await cashier.summary(f"5500.20 CNY {PAYER}", language=language)
        assert UNANSWERED[language] in card.text, card.text
        await cashier.press(card, labels(card)[0], person=PEOPLE[language])
    listed = await cashier.ask("/deposits open", contains="Payment links")
    assert f"❓ {stored.label}" in listed.text and len(await cashier.posts()) == posts + 1


@BOTH
async def test_a_lead_who_looked_says_that_it_was_made(cashier: Cashier, language: str) -> None:
    person = PEOPLE[language]
    card, deposit, posts = await lost(cashier, language=language)
    await cashier.press(card, SETTLE[language]["made"], person=person)
    question = await cashier.shows(card, STANDS[language], also="⬅", person=person)
    assert (await cashier.stored(deposit)).order_no in question.text
    await cashier.press(question, "⬅", person=person)
    card = await cashier.shows(card, UNKNOWN[language], person=person)
    assert await cashier.state(deposit) == "unknown", "a way back settles nothing"
    await cashier.press(card, SETTLE[language]["made"], person=person)
    question = await cashier.shows(card, STANDS[language], also="⬅", person=person)
    await cashier.press(question, SETTLE[language]["made"], person=person)
    made = await cashier.shows(card, MADE[language], person=person)
    assert NEW[language] not in labels(made) and await cashier.state(deposit) == "done"
    assert await cashier.outcomes(deposit) == ["sent", "unknown", "made", "done"]
    order = await cashier.order(deposit)
    await cashier.mtpay.pay(order.code)
    await cashier.shows(card, FINISHED[language], person=person)
    assert (await cashier.stored(deposit)).request_code == order.code, "learnt from the first report"
    assert len(await cashier.posts()) == posts + 1


@BOTH
async def test_nothing_was_made_is_settled_and_a_report_after_all_is_an_alarm(cashier: Cashier, language: str) -> None:
    person = PEOPLE[language]
    card, deposit, posts = await lost(cashier, language=language)
    await cashier.press(card, SETTLE[language]["nothing"], person=person)
    question = await cashier.shows(card, STANDS[language], also="⬅", person=person)
    await cashier.press(question, SETTLE[language]["nothing"], person=person)
    void = await cashier.shows(card, "↩", person=person)
    assert VOID[language] in void.text and labels(void) == [NEW[language]]
    assert await cashier.state(deposit) == "void" and (await cashier.journal(deposit))[2].actor == person
    order = await cashier.order(deposit)
    await cashier.mtpay.pay(order.code)
    await cashier.shows(card, FINISHED[language], person=person)
    for lead, words in {LEAD: "🔴 A link exists after all", OWNER: "🔴 链接其实已创建"}.items():
        label = (await cashier.stored(deposit)).label
        bell = await cashier.bot_says(lead, contains=f"{words} · {label}")
        assert not bell.silent
    assert (await cashier.stored(deposit)).request_code == order.code and len(await cashier.posts()) == posts + 1


@BOTH
async def test_the_first_matching_report_settles_it_and_brings_the_code(cashier: Cashier, language: str) -> None:
    card, deposit, posts = await lost(cashier, language=language)
    order = await cashier.order(deposit)
    for field, value in {"requestAmount": 5500.19, "merchantOrderNo": "D9999-x", "requestCurrency": "HKD"}.items():
        assert all_well(await cashier.mtpay.forge(order.code, "changed", field=field, value=value))
    await cashier.handled(deposit)
    assert await cashier.state(deposit) == "unknown" and (await cashier.stored(deposit)).request_code == ""
    await cashier.mtpay.pay(order.code)
    await cashier.shows(card, FINISHED[language], person=PEOPLE[language])
    assert (await cashier.stored(deposit)).request_code == order.code
    assert await cashier.state(deposit) == "done" and len(await cashier.posts()) == posts + 1
    assert "reported_InProgress" in await cashier.outcomes(deposit)


async def test_of_two_leads_with_a_word_each_only_the_first_counts(cashier: Cashier) -> None:
    _, deposit, posts = await lost(cashier)
    stored = await cashier.stored(deposit)
    ours = await cashier.ask(f"/deposit {stored.label}", contains=stored.label, button=SETTLE["en"]["made"])
    theirs = await cashier.ask(
        f"/deposit {stored.label}", person=OWNER, contains=stored.label, button=SETTLE["zh"]["nothing"]
    )
    await cashier.press(ours, SETTLE["en"]["made"])
    await cashier.press(theirs, SETTLE["zh"]["nothing"], person=OWNER)
    ours = await cashier.shows(ours, "⬅")
    theirs = await cashier.shows(theirs, "⬅", person=OWNER)
    telegram = cashier.box.telegram
    taps = [
        await telegram.tap(LEAD, LEAD, ours.id, text=SETTLE["en"]["made"]),
        # The first word may have changed this card already: the thumb is on what it still sees
        await telegram.tap(OWNER, OWNER, theirs.id, data=f"pu:{deposit}:nothing", forged=True),
    ]
    assert all([(await telegram.answer_to(tap)).answered for tap in taps])

    async def settled() -> bool | None:
        return await cashier.state(deposit) in ("done", "void") or None

    await until(settled, "a word that counts")
    outcomes = await cashier.outcomes(deposit)
    assert sum(outcome in ("made", "nothing") for outcome in outcomes) == 1, outcomes
    assert len(await cashier.posts()) == posts + 1


async def test_an_operator_settles_nothing(cashier: Cashier) -> None:
    _, deposit, _ = await lost(cashier)
    label = (await cashier.stored(deposit)).label
    seen = await cashier.ask(f"/deposit {label}", person=OPERATOR, contains=label)
    assert not set(SETTLE["en"].values()) & set(labels(seen))
    for outcome in ("made", "nothing"):
        data = f"pu:{deposit}:{outcome}"
        await cashier.box.telegram.press(OPERATOR, OPERATOR, seen.id, data=data, forged=True)
    await asyncio.sleep(0.2)
    assert await cashier.state(deposit) == "unknown"


async def test_a_report_that_is_quicker_than_the_answer_waits_for_it(cashier: Cashier) -> None:
    card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}")
    posts = len(await cashier.posts())
    await cashier.mtpay.fault("delay", seconds=1.0, acts=True)
    await cashier.considered()
    await cashier.box.telegram.tap(LEAD, LEAD, card.id, text="Make")

    async def arrived() -> bool | None:
        stored = await cashier.stored(deposit)
        return bool(stored.order_no and await cashier.orders_made(deposit)) or None

    await until(arrived, "an order at MTPay")
    order = await cashier.order(deposit)
    assert all_well(await cashier.mtpay.forge(order.code, "now", report="InProgress"))
    assert await cashier.state(deposit) == "sent" and (await cashier.stored(deposit)).report == ""
    await cashier.shows(card, "⏳ Payer says it is paid")
    stored = await cashier.stored(deposit)
    assert (stored.request_code, stored.url) == (order.code, order.url)
    assert await cashier.outcomes(deposit) == ["sent", "done", "reported_InProgress"]
    assert len(await cashier.posts()) == posts + 1
