"""Over the limit a lead decides, under a quote of their own; both are named, and it is carried out once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from bot.domain.intents import Action
from bot.domain.staff import Limit, Role
from tests.journeys.counter import PEOPLE, Counter, close_counter, labels, moved, open_counter, tail
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR_2, OWNER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
OVER = {
    "en": "2,500.00 is over your limit of 2,000.00 per action. Ask a lead.",
    "zh": "2,500.00 超过你的单笔额度 2,000.00，请找主管。",
}
ASK = {"en": "Ask a lead", "zh": "请主管处理"}
ASKED = {"en": "🙋 Leads are asked; one takes a quote.", "zh": "🙋 已请主管处理，主管会自己取报价"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path_factory.mktemp("counter")) as counter:
        for lead in (LEAD, OWNER):
            await counter.box.telegram.start(lead)
        await counter.ask("/language en", person=OWNER)
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


@LANGUAGES
async def test_a_lead_takes_a_quote_of_their_own_and_both_are_named_everywhere(counter: Counter, language: str) -> None:
    person, name = PEOPLE[language], {"en": "Operator 1", "zh": "Operator 2"}[language]
    no = await counter.ask("/convert 2500 USDT BTC", person=person)
    asked_quote = await counter.newest_quote()
    assert no.text == OVER[language] and labels(no) == [ASK[language]]
    await counter.press(no, ASK[language], person=person)
    asking = await counter.shows(no, ASKED[language], person=person)
    assert all("2,500" not in label for label in labels(asking)), "no money button"
    bell = await counter.box.telegram.wait_for_message(LEAD, contains=f"{name} asks a lead to convert")
    assert bell.text.split("\n")[1:4] == ["Give 2,500.00 USDT", "Get BTC", "from own account"]
    other = await counter.box.telegram.wait_for_message(OWNER, contains=f"{name} asks a lead to convert")
    await counter.press(bell, "Take a quote", person=LEAD)
    preview = await counter.box.telegram.wait_for_message(LEAD, after=bell, button="Convert 2,500.00 USDT")
    quote = await counter.newest_quote()
    assert quote != asked_quote and tail(quote) in preview.text and f"asked for by {name}" in preview.text
    before = await counter.box.pay.balances()
    await counter.take(preview, person=LEAD)
    done = await counter.shows(preview, "✅ Converted", person=LEAD)
    assert "by Lead" in done.text and f"asked for by {name}" in done.text
    assert moved(before, await counter.box.pay.balances())["USDT"] == Decimal(-2500)
    assert await counter.executions(asked_quote) == 0 and await counter.executions(quote) == 1
    sent = await counter.journalled(quote, "convert", "sent")
    assert (sent.actor, sent.facts["requester"]) == (LEAD, str(person))
    assert (await counter.journalled(asked_quote, "ask_lead", "done")).actor == person
    told = {"en": ("✅ Converted", "by Lead"), "zh": ("✅ 闪兑完成", "Lead")}[language]
    notice = await counter.box.telegram.wait_for_message(person, contains=told[0], after=no)
    assert told[1] in notice.text and name in notice.text, "who asked hears of it, with both names"
    record = await counter.box.telegram.wait_for_message(DESK_GROUP, contains=f"asked for by {name}")
    assert "by Lead" in record.text and "Gave 2,500.00 USDT" in record.text
    await later_lead_is_told(counter, other, asked_quote)


async def later_lead_is_told(counter: Counter, notice: Message, asked_quote: str) -> None:
    """The owner presses the same request after the lead."""
    posts, previews = len(await counter.posts()), len(await counter.box.pay.quotes())
    said = await counter.press(notice, "Take a quote", person=OWNER)
    if not said:
        said = (await counter.box.telegram.wait_for_message(OWNER, after=notice, contains="pressed this")).text
    assert "Lead has already pressed this" in said
    assert (len(await counter.posts()), len(await counter.box.pay.quotes())) == (posts, previews)
    assert await counter.executions(asked_quote) == 0


async def test_of_two_leads_with_a_quote_each_only_the_first_one_executes(counter: Counter) -> None:
    no = await counter.ask("/convert 2600 USDT BTC")
    await counter.press(no, "Ask a lead")
    cards = {}
    for lead in (LEAD, OWNER):
        bell = await counter.box.telegram.wait_for_message(lead, contains="Give 2,600.00 USDT", button="Take a quote")
        await counter.press(bell, "Take a quote", person=lead)
        cards[lead] = await counter.box.telegram.wait_for_message(lead, after=bell, button="Convert 2,600.00 USDT")
    before = await counter.box.pay.balances()
    posts = len(await counter.posts())
    await counter.considered()
    telegram = counter.box.telegram
    taps = [await telegram.tap(lead, lead, card.id, text="Convert 2,600.00") for lead, card in cards.items()]
    answers = [await telegram.answer_to(tap) for tap in taps]
    assert all(answer.answered for answer in answers)

    async def converted() -> bool | None:
        shown = [(await telegram.message(lead, lead, card.id)).text for lead, card in cards.items()]
        return sum("✅ Converted" in text for text in shown) == 1 or None

    await until(converted, "one conversion")
    await asyncio.sleep(0.3)
    assert len(await counter.posts()) == posts + 1
    assert moved(before, await counter.box.pay.balances())["USDT"] == Decimal(-2600)
    texts = [(await telegram.message(lead, lead, card.id)).text for lead, card in cards.items()]
    assert sum("✅ Converted" in text for text in texts) == 1
    loser = next(lead for lead, text in zip(cards, texts, strict=True) if "✅ Converted" not in text)
    newest = [message.text for message in await telegram.messages(loser)][-3:]
    assert any("already pressed this" in text for text in [*newest, *(answer.text for answer in answers)])


async def test_a_pair_without_usdt_needs_a_lead(counter: Counter) -> None:
    """A pair without USDT has no value that a limit could be compared with."""
    no = await counter.ask("/convert 0.1 BTC ETH")
    assert no.text == (
        "Limits count USDT, and BTC → ETH has none. Ask a lead, or take a pair with USDT: /convert 100 USDT BTC"
    )
    await counter.press(no, "Ask a lead")
    bell = await counter.box.telegram.wait_for_message(LEAD, contains="Give 0.10 BTC", button="Take a quote")
    assert "Get ETH" in bell.text
    await counter.press(bell, "Take a quote", person=LEAD)
    preview = await counter.box.telegram.wait_for_message(LEAD, after=bell, button="Convert 0.10 BTC")
    quote = await counter.newest_quote()
    await counter.take(preview, person=LEAD)
    await counter.shows(preview, "✅ Converted", person=LEAD)
    assert await counter.executions(quote) == 1


async def test_the_limit_of_a_day_counts_what_was_converted_and_not_what_was_refused(counter: Counter) -> None:
    desk = counter.shop.desk.application.desk
    async with desk.store.write() as tables:
        used = await tables.intents.used_since(OPERATOR_2, Action.CONVERT, 0)
        limit = Limit(Decimal(2000), used + Decimal(150))
        await tables.staff.set_limit(Role.OPERATOR, "convert", limit, desk.now(), OWNER)
    await counter.ask("/language en", person=OPERATOR_2)
    await counter.box.pay.refuse("convert", "400611")
    card, refused = await counter.preview("/convert 100 USDT BTC", person=OPERATOR_2)
    await counter.take(card, person=OPERATOR_2)
    await counter.reaches(refused, "refused")
    card, quote = await counter.preview("/convert 100 USDT BTC", person=OPERATOR_2)
    await counter.take(card, person=OPERATOR_2)
    await counter.shows(card, "✅ Converted", person=OPERATOR_2)
    no = await counter.ask("/convert 100 USDT BTC", person=OPERATOR_2)
    assert "per day" in no.text and labels(no) == ["Ask a lead"]
    assert await counter.executions(quote) == 1
    card, _ = await counter.preview("/convert 50 USDT BTC", person=OPERATOR_2)
    assert labels(card)[-1] == "Convert 50.00 USDT"


async def test_a_limit_lowered_after_the_preview_stops_the_tap(counter: Counter) -> None:
    desk = counter.shop.desk.application.desk
    card, quote = await counter.preview("/convert 40 USDT BTC")
    async with desk.store.write() as tables:
        await tables.staff.set_limit(Role.OPERATOR, "convert", Limit(Decimal(20), Decimal(20)), desk.now(), OWNER)
    await counter.take(card)
    asked = await counter.shows(card, "Ask a lead")
    assert "20.00" in asked.text
    assert await counter.posts(quote) == []
