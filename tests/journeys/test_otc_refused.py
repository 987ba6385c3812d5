"""Who may sell, and what Gate Pay's no leads to: a sentence, a fresh quote, and nothing without a new tap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.teller import PEOPLE, SELL, Teller, as_it_was, close_teller, id_on, labels, open_teller
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, STRANGER, VIEWER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ASKING = {"en": OPERATOR, "zh": OPERATOR_2}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    async with open_teller(tmp_path_factory.mktemp("teller")) as teller:
        for language, person in ASKING.items():
            await teller.box.telegram.start(person)
            await teller.hears("/orders", person=person)
            await teller.ask(f"/language {language}", person=person)
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened)


FOR_LEADS = {
    "en": ("Only leads sell at the OTC desk. Nothing was sent. Tap Ask a lead below.", "Ask a lead"),
    "zh": ("只有主管", "请主管处理"),
}
ASKED = {"en": "🙋 The leads are asked", "zh": "🙋 已请主管处理"}
NAMES = {"en": "Operator 1", "zh": "Operator 2"}


@LANGUAGES
async def test_an_operator_asks_a_lead_who_sells_under_a_quote_of_their_own(teller: Teller, language: str) -> None:
    person, name = ASKING[language], NAMES[language]
    quotes = len((await teller.otc.state())["quotes"])
    no = await teller.ask("/otc 2500 USDT", person=person)
    assert FOR_LEADS[language][0] in no.text and labels(no) == [FOR_LEADS[language][1]]
    assert len((await teller.otc.state())["quotes"]) == quotes, "an operator is not even quoted"
    await teller.press(no, FOR_LEADS[language][1], person=person)
    asking = await teller.shows(no, ASKED[language], person=person)
    assert "2,500.00 USDT" in asking.text and labels(asking) == []
    bell = await teller.hears(f"{name} asks a lead to sell", button="Take a quote")
    assert "Sell 2,500.00 USDT for USD" in bell.text and not bell.silent
    other = await teller.hears(name, person=OWNER, button="取报价")
    await teller.press(bell, "Take a quote")
    choosing = await teller.hears("Off-ramp to which account?", after=bell)
    await teller.press(choosing, "··2345")
    card = await teller.shows(choosing, "Until")
    assert f"asked by {name}" in card.text
    off_ramp, before = id_on(card), await teller.usdt()
    await teller.sell(card)
    done = await teller.shows(card, "✅ Off-ramp done")
    assert f"by Lead · asked for by {name}" in done.text or done.text.endswith(f"by Lead\nasked for by {name}")
    assert await teller.usdt() - before == -2500
    record = await teller.record(f"asked for by {name}")
    assert "by Lead" in record.text and "Sold 2,500.00 USDT" in record.text
    told = await teller.hears("✅", person=person, after=no)
    assert "Lead" in told.text and name in told.text, "who asked hears of it, with both names"
    sent = (await teller.journal(off_ramp))[0]
    assert (sent.actor, sent.facts["requester"], sent.facts["role"]) == (LEAD, str(person), "lead")
    await the_other_lead_is_told(teller, other)


async def the_other_lead_is_told(teller: Teller, bell: Message) -> None:
    posts, quotes = len(await teller.posts()), len((await teller.otc.state())["quotes"])
    said = await teller.answered(bell, "取报价", person=OWNER)
    assert "Lead 已经按过" in said, said
    assert (len(await teller.posts()), len((await teller.otc.state())["quotes"])) == (posts, quotes)


async def test_of_two_leads_with_a_quote_each_only_the_first_one_sells(teller: Teller) -> None:
    no = await teller.ask("/otc 2600 USDT", person=OPERATOR)
    await teller.press(no, "Ask a lead", person=OPERATOR)
    cards: dict[int, Message] = {}
    for lead, take in ((LEAD, "Take a quote"), (OWNER, "取报价")):
        bell = await teller.hears("2,600.00 USDT", person=lead, button=take)
        await teller.press(bell, take, person=lead)
        choosing = await teller.hears("2,600.00 USDT", person=lead, after=bell, button="··2345")
        await teller.press(choosing, "··2345", person=lead)
        cards[lead] = await teller.shows(choosing, "Until", "前有效", person=lead)
    before, posts = await teller.usdt(), len(await teller.posts())
    await teller.considered()
    telegram = teller.box.telegram
    taps = [
        await telegram.tap(lead, lead, card.id, text="2,600.00")
        for lead, card in cards.items()
    ]  # fmt: skip
    answers = [await telegram.answer_to(tap) for tap in taps]
    assert all(answer.answered for answer in answers)

    async def sold() -> bool | None:
        return sum("✅" in text for text in await texts()) == 1 or None

    async def texts() -> list[str]:
        return [(await telegram.message(lead, lead, card.id)).text for lead, card in cards.items()]

    await until(sold, "one sale", shown=texts)
    await asyncio.sleep(0.2)
    assert len(await teller.posts()) == posts + 1 and await teller.usdt() - before == -2600
    loser = next(lead for lead, text in zip(cards, await texts(), strict=True) if "✅" not in text)

    async def told() -> bool | None:
        newest = [message.text for message in await telegram.messages(loser)][-4:]
        said = [*newest, *(answer.text for answer in answers)]
        return any("already pressed this" in text or "已经按过" in text for text in said) or None

    await until(told, "a word to the second lead", shown=texts)


async def test_viewers_agents_and_strangers_sell_nothing(teller: Teller) -> None:
    card, off_ramp = await teller.quote("70 USDT")
    posts, yes = len(await teller.posts()), card.buttons[1][0].data or ""
    for person in (VIEWER, AGENT, OPERATOR, STRANGER):
        await teller.box.telegram.start(person)
        await teller.box.telegram.write(person, person, "/otc 1000 USDT")
    for person in (VIEWER, AGENT):
        said = await teller.hears("role", person=person)
        assert "may not do this" in said.text and not any("lead" in one for one in labels(said))
    await teller.considered()
    for person in (VIEWER, AGENT, OPERATOR):
        mine = (await teller.box.telegram.messages(person))[-1]
        await teller.box.telegram.press(person, person, mine.id, data=yes, forged=True)
    await asyncio.sleep(0.3)
    stranger = [one.text for one in await teller.box.telegram.messages(STRANGER) if one.sender.get("is_bot")]
    assert not any("USDT" in text for text in stranger), stranger
    assert len(await teller.posts()) == posts and await teller.state(off_ramp) == ""
    await teller.press(card, "⬅ Back")


async def test_in_the_group_nobody_sells_and_no_account_is_told(teller: Teller) -> None:
    posts, before = len(await teller.posts()), await teller.shop.newest(DESK_GROUP)
    await teller.box.telegram.write(LEAD, DESK_GROUP, "/otc 1000 USDT")
    await asyncio.sleep(0.5)
    said = [one for one in await teller.box.telegram.messages(DESK_GROUP) if one.id > before]
    assert all("··2345" not in "\n".join([one.text, *labels(one)]) for one in said)
    assert len(await teller.posts()) == posts


ENDED = {"en": "⌛ Off-ramp quote ended", "zh": "⌛ 出金报价已结束"}


@LANGUAGES
async def test_a_quote_that_has_ended_sells_nothing(teller: Teller, language: str) -> None:
    person, posts = PEOPLE[language], len(await teller.posts())
    await teller.otc.variants(quote_seconds=12)
    card, off_ramp = await teller.quote("60 USDT", person=person)
    yes = card.buttons[1][0].data or ""
    stored = await teller.stored(off_ramp)
    assert stored.ends_at - stored.asked_at == 12_000
    ended = await teller.shows(card, "⌛", person=person)
    assert "60.00 USDT" in ended.text and len(labels(ended)) == 1
    await teller.box.telegram.press(person, person, card.id, data=yes, forged=True)
    await asyncio.sleep(0.3)
    assert len(await teller.posts()) == posts and (await teller.stored(off_ramp)).quote.token == ""


REFUSED = {
    "en": ("❌ Gate refused: 550313", "Gets +2.02% against last quote"),
    "zh": ("平台拒绝：550313", "到账比上次报价 +2.02%"),
}


@LANGUAGES
async def test_a_quote_that_gate_ended_brings_a_fresh_one_which_waits_for_a_tap(teller: Teller, language: str) -> None:
    person, before = PEOPLE[language], await teller.usdt()
    card, first = await teller.quote("1000 USDT", person=person)
    await teller.otc.expire_quotes()
    await teller.otc.set_rate("USDT", "1.01")
    posts = len(await teller.posts())
    await teller.sell(card, person=person, language=language)
    fresh = await teller.shows(card, "Until", "前有效", also="550313", person=person)
    assert all(words in fresh.text for words in REFUSED[language]), fresh.text
    assert "1,010.00 USD" in fresh.text
    second = id_on(fresh)
    await asyncio.sleep(0.4)
    assert second != first and len(await teller.posts()) == posts + 1, "nothing is sent without a new tap"
    assert await teller.usdt() == before and await teller.state(first) == "refused"
    await teller.sell(fresh, person=person, language=language)
    await teller.shows(card, "✅", person=person)
    assert await teller.orders_made(first) == 0 and await teller.orders_made(second) == 1
    one, two = (await teller.stored(first), await teller.stored(second))
    assert one.client_order_id != two.client_order_id, "a new number for a new attempt"


NOES = {
    "400611": ("insufficient balance", "The balance is too low.", "余额不足"),
    "5503001": ("too many requests", "too many requests from us", "太频繁"),
    "550311": ("restricted", "Gate restricted this account.", "平台限制了本账户"),
    "7777777": ("Totally <new> reason", "7777777: Totally <new> reason", "7777777: Totally <new> reason"),
}


@LANGUAGES
@pytest.mark.parametrize("code", NOES)
async def test_every_other_no_is_told_over_a_fresh_quote_and_is_not_repeated(
    teller: Teller, language: str, code: str
) -> None:
    person = PEOPLE[language]
    words, english, chinese = NOES[code]
    card, off_ramp = await teller.quote("80 USDT", person=person)
    if code == "400611":
        await teller.box.pay.set_balance("USDT", "5")
    else:
        await teller.box.pay.refuse("otc_create", code, words)
    posts = len(await teller.posts())
    await teller.sell(card, person=person, language=language)
    fresh = await teller.shows(card, "Until", "前有效", also=code, person=person)
    assert {"en": english, "zh": chinese}[language] in fresh.text, fresh.text
    assert labels(fresh)[-1].startswith(SELL[language])
    await asyncio.sleep(0.3)
    assert len(await teller.posts()) == posts + 1 and await teller.state(off_ramp) == "refused"
    assert (await teller.journal(off_ramp))[-1].facts["answer"].startswith(f"{code}: ")
    await as_it_was(teller.box)
    await teller.press(fresh, labels(fresh)[0], person=person)
    await teller.shows(card, ENDED[language], person=person)


async def test_an_account_deleted_or_refused_after_the_choice_is_not_sold_to(teller: Teller) -> None:
    choosing = await teller.ask("/otc 90 USDT", button="··2051")
    await teller.otc.review("2897435", 99, "name differs")
    posts = len(await teller.posts())
    said = await teller.answered(choosing, "··2051")
    assert "deleted, refused or not reviewed yet" in said and len(await teller.posts()) == posts
    await teller.otc.review("2897435", 1)
    card, off_ramp = await teller.quote("90 USDT", bank="··2051")
    await teller.otc.review("2897435", 99)
    before = await teller.usdt()
    await teller.sell(card)
    refused = await teller.shows(card, "❌ Gate refused")
    assert "550311" in refused.text and "Nothing was sold." in refused.text
    assert await teller.usdt() == before and await teller.state(off_ramp) == "refused"
    await teller.otc.review("2897435", 1)


async def test_an_answer_to_another_question_is_not_shown_as_a_quote(teller: Teller) -> None:
    await teller.otc.variants(quote_answers="ten_times")
    choosing = await teller.ask("/otc 100 USDT", button="··2345")
    said = await teller.answered(choosing, "··2345")
    assert "1,000.00 USDT instead of 100.00 USDT" in said and "Nothing was sold" in said


async def test_a_tap_that_is_too_quick_or_comes_twice_sells_once_at_most(teller: Teller) -> None:
    card, off_ramp = await teller.quote("45 USDT")
    posts, before = len(await teller.posts()), await teller.usdt()
    telegram = teller.box.telegram
    yes = card.buttons[1][0].data or ""
    await teller.considered()
    taps = [await telegram.tap(LEAD, LEAD, card.id, data=yes, forged=True) for _ in range(3)]
    for tap in taps:
        await telegram.answer_to(tap)
    await teller.shows(card, "✅ Off-ramp done")
    assert len(await teller.posts()) == posts + 1 and await teller.usdt() - before == Decimal(-45)
    assert await teller.orders_made(off_ramp) == 1
