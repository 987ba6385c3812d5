"""Who may ask for a payment link, which tap counts, and where a link never goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.cashier import (
    LANGUAGES,
    MAKE,
    PAYER,
    PEOPLE,
    WAITING,
    Cashier,
    close_cashier,
    id_on,
    labels,
    open_cashier,
    yes_of,
)
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OWNER, STRANGER, VIEWER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOTH = pytest.mark.parametrize("language", LANGUAGES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cashier]:
    async with open_cashier(tmp_path_factory.mktemp("cashier")) as cashier:
        yield cashier


@pytest_asyncio.fixture(loop_scope="module")
async def cashier(opened: Cashier) -> AsyncIterator[Cashier]:
    yield opened
    await close_cashier(opened)


async def test_nobody_below_a_lead_gets_a_link_or_gives_one_away(cashier: Cashier) -> None:
    _, link = await cashier.link(f"12 CNY {PAYER}")
    card, deposit = await cashier.summary(f"5500.20 CNY {PAYER}")
    posts, yes = len(await cashier.posts()), yes_of(card)
    url = (await cashier.stored(link)).url
    for person in (OPERATOR, AGENT, VIEWER):
        await cashier.box.telegram.start(person)
        for words in (f"/deposit 5500.20 CNY {PAYER}", "/deposit"):
            said = await cashier.ask(words, person=person, contains="may not do this")
            assert "lead" in said.text and labels(said) == []
        opened = await cashier.ask("/deposit D0001", person=person, contains="D0001")
        assert url not in str([opened.text, opened.labels, opened.buttons]) and opened.photo is None
        taps = (yes, f"pt:{deposit}:1", f"pl:{deposit}:en", f"pn:{link}", f"pf:{link}", f"pq:{link}", "pc:all")
        before = await cashier.shop.newest(person)
        for data in taps:
            await cashier.box.telegram.press(person, person, opened.id, data=data, forged=True)
        await asyncio.sleep(0.1)
        told = [one for one in await cashier.box.telegram.messages(person) if one.id > before]
        assert not any(url in one.text or one.medium is not None for one in told), told
    await cashier.box.telegram.write(STRANGER, STRANGER, f"/deposit 5500.20 CNY {PAYER}")
    await asyncio.sleep(0.2)
    assert not any("CNY" in one.text for one in await bot_words(cashier, STRANGER))
    assert len(await cashier.posts()) == posts and await cashier.state(deposit) == ""
    assert (await cashier.stored(deposit)).wish.methods == 7
    await cashier.press(card, "⬅")


async def bot_words(cashier: Cashier, chat: int) -> list[Message]:
    return [one for one in await cashier.box.telegram.messages(chat) if one.sender.get("is_bot")]


@BOTH
async def test_a_tap_that_is_too_quick_does_nothing_and_says_so(cashier: Cashier, language: str) -> None:
    person, posts = PEOPLE[language], len(await cashier.posts())
    card, deposit = await cashier.summary(f"55 CNY {PAYER}", language=language)
    said = await cashier.answered(card, MAKE[language], person=person)
    assert {"en": "That was very quick, nothing was done", "zh": "点得太快"}[language] in said
    assert len(await cashier.posts()) == posts and await cashier.state(deposit) == ""
    await cashier.confirm(card, language=language)
    await cashier.shows(card, WAITING[language], also="↗", person=person)
    assert len(await cashier.posts()) == posts + 1


async def test_many_taps_of_one_person_make_one_order(cashier: Cashier) -> None:
    card, deposit = await cashier.summary(f"56 CNY {PAYER}")
    posts, yes = len(await cashier.posts()), yes_of(card)
    await cashier.considered()
    telegram = cashier.box.telegram
    taps = [await telegram.tap(LEAD, LEAD, card.id, data=yes, forged=True) for _ in range(4)]
    assert all([(await telegram.answer_to(tap)).answered for tap in taps])
    await cashier.shows(card, WAITING["en"], also="↗")
    await telegram.press(LEAD, LEAD, card.id, data=yes, forged=True)
    assert len(await cashier.posts()) == posts + 1 and await cashier.orders_made(deposit) == 1
    assert (await cashier.outcomes(deposit)).count("sent") == 1


async def test_of_two_leads_at_once_only_the_one_who_asked_gets_a_link(cashier: Cashier) -> None:
    card, deposit = await cashier.summary(f"57 CNY {PAYER}")
    other, _ = await cashier.summary(f"57 CNY {PAYER}", language="zh")
    posts, telegram = len(await cashier.posts()), cashier.box.telegram
    await cashier.considered()
    taps = [
        await telegram.tap(person, person, at.id, data=yes_of(card), forged=True)
        for person, at in ((OWNER, other), (LEAD, card), (OWNER, other))
    ]
    assert all([(await telegram.answer_to(tap)).answered for tap in taps])
    await cashier.shows(card, WAITING["en"], also="↗")
    assert len(await cashier.posts()) == posts + 1 and await cashier.orders_made(deposit) == 1
    intent = await cashier.intent(deposit)
    assert intent is not None and intent.actor == LEAD
    same = await cashier.shows(other, MAKE["zh"], person=OWNER)
    await cashier.confirm(same, language="zh")
    await cashier.shows(other, WAITING["zh"], also="↗", person=OWNER)
    assert len(await cashier.posts()) == posts + 2, "two wishes are two links"


async def test_a_newer_summary_and_the_way_back_end_the_older_one(cashier: Cashier) -> None:
    first, old = await cashier.summary(f"58 CNY {PAYER}")
    second, newer = await cashier.summary(f"59 CNY {PAYER}")
    posts = len(await cashier.posts())
    await cashier.shows(first, "Nothing was sent")
    await cashier.press(second, "⬅")
    await cashier.shows(second, "Nothing was sent")
    await cashier.considered()
    for card in (first, second):
        await cashier.box.telegram.press(LEAD, LEAD, card.id, data=yes_of(card), forged=True)
    assert len(await cashier.posts()) == posts
    assert (await cashier.state(old), await cashier.state(newer)) == ("", "")


FROZEN = {"en": "The desk is frozen", "zh": "工作台已冻结"}


async def test_a_frozen_desk_asks_for_no_link_and_still_hears_reports(cashier: Cashier) -> None:
    _, going = await cashier.link(f"60 CNY {PAYER}")
    cards = {language: (await cashier.summary(f"61 CNY {PAYER}", language=language))[0] for language in LANGUAGES}
    posts = len(await cashier.posts())
    await cashier.ask("/freeze", contains="Desk frozen")
    await cashier.considered()
    for language, card in cards.items():
        person = PEOPLE[language]
        said = await cashier.answered(card, MAKE[language], person=person)
        whole = said + (await cashier.now(card, person=person)).text
        assert FROZEN[language] in whole, whole
        again = await cashier.ask(f"/deposit 62 CNY {PAYER}", person=person, contains=FROZEN[language])
        assert labels(again) == [] and await cashier.state(id_on(card)) == ""
    code = (await cashier.order(going)).code
    await cashier.mtpay.pay(code)
    await cashier.journalled(going, "reported_Finished")
    await cashier.ask("/unfreeze", person=OWNER)
    await cashier.bot_says(LEAD, contains="Desk unfrozen")
    assert len(await cashier.posts()) == posts


async def test_words_in_the_group_ask_for_nothing_and_the_answer_is_in_private(cashier: Cashier) -> None:
    posts, before, group = len(await cashier.posts()), await cashier.shop.newest(LEAD), await cashier.told_to_group()
    number = await cashier.newest_stored()
    await cashier.box.telegram.write(LEAD, DESK_GROUP, "/deposit 63 CNY 王五")
    said = await cashier.bot_says(LEAD, after=before)
    assert "direct message" in said.text and labels(said) == [], said.text
    assert len(await cashier.posts()) == posts and await cashier.told_to_group() == group
    assert await cashier.newest_stored() == number


async def test_a_checkout_link_never_enters_a_buyers_chat(cashier: Cashier) -> None:
    _, deposit = await cashier.link(f"64 CNY {PAYER}")
    url = (await cashier.stored(deposit)).url
    order = await cashier.shop.sale("3001")
    await cashier.shop.card(order, "Paid – check the bank")
    for text in (url, f"pay here {url.removeprefix('http://')} please"):
        held = await cashier.ask(f"/say {order[-4:]} {text}", contains="never")
        assert "payment link" in held.text and not any("anyway" in label for label in labels(held)), labels(held)
    await asyncio.sleep(0.3)
    assert await cashier.shop.sent(order) == []
    await cashier.shop.end_all()
