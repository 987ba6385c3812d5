"""A quote ends by itself with one edit; a thumb that is too quick decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.counter import CONVERT, NEW_QUOTE, PEOPLE, Counter, close_counter, labels, open_counter, tail

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
ENDED = {"en": "⌛ Quote ended", "zh": "⌛ 报价已结束"}
NOTHING = {"en": "Nothing was converted.", "zh": "没有兑换"}
CHANGE = {"en": "Get +1.01% against last quote", "zh": "得到比上次报价 +1.01%"}
QUICK = {"en": "very quick", "zh": "太快"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    """Half of real life's pace, so that a thumb can be too quick; a quote lives three seconds."""
    folder = tmp_path_factory.mktemp("counter")
    async with open_counter(folder, speed=2.0, quote_seconds="6", poll_seconds="2") as counter:
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


@LANGUAGES
async def test_one_edit_tells_that_it_ended_and_a_late_tap_is_told_so(counter: Counter, language: str) -> None:
    person, telegram = PEOPLE[language], counter.box.telegram
    card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
    seal = card.button(CONVERT[language]).data or ""
    since = (await telegram.calls())[-1].n
    ended = await counter.shows(card, ENDED[language], person=person)
    assert NOTHING[language] in ended.text and tail(quote) in ended.text and labels(ended) == [NEW_QUOTE[language]]
    await asyncio.sleep(0.7)
    edits = [one for one in await telegram.calls("editMessageText", since) if one.params["message_id"] == str(card.id)]
    assert len(edits) == 1
    assert await counter.forge(card, seal, person=person) != ""
    assert await counter.posts(quote) == [] and await counter.state(quote) == ""
    await counter.box.pay.move_rate("BTC", -1)
    await counter.press(card, NEW_QUOTE[language], person=person)
    fresh = await counter.shows(card, CHANGE[language], person=person)
    assert labels(fresh)[-1].startswith(CONVERT[language])
    await counter.press(fresh, "⬅", person=person)


@LANGUAGES
async def test_a_tap_on_a_quote_that_just_ended_converts_nothing(counter: Counter, language: str) -> None:
    """The edit is kept away, so that the button is still there when the quote is over."""
    person, telegram = PEOPLE[language], counter.box.telegram
    card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
    seal = card.button(CONVERT[language]).data or ""
    await telegram.fault("editMessageText", "500", times=1)
    conversion = await counter.stored(quote)
    left = conversion.ends_at - counter.shop.desk.application.desk.now()
    await asyncio.sleep(left / 1000 / counter.shop.speed + 0.01)
    said = (await telegram.press(person, person, card.id, data=seal, forged=True)).text
    ended = await counter.shows(card, ENDED[language], person=person)
    for wrong in ("pressed", "按过"):
        assert wrong not in said + ended.text, "nobody pressed it in time, and nothing was sent"
    assert await counter.posts(quote) == [] and await counter.state(quote) == ""


@LANGUAGES
async def test_a_tap_within_the_first_moment_leaves_the_card_as_it_is(counter: Counter, language: str) -> None:
    person = PEOPLE[language]
    card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
    said = await counter.press(card, CONVERT[language], person=person)
    assert QUICK[language] in said
    same = await counter.box.telegram.message(person, person, card.id)
    assert (same.text, same.labels) == (card.text, card.labels)
    assert await counter.posts(quote) == []
    await counter.take(same, person=person, language=language)
    await counter.reaches(quote, "done")
    assert len(await counter.posts(quote)) == 1 == await counter.executions(quote)


async def test_a_clock_set_back_does_not_lengthen_its_life(counter: Counter) -> None:
    """The sealed life is the shorter of the wall's clock and of the one that nobody sets."""
    desk = counter.shop.desk.application.desk
    card, quote = await counter.preview("/convert 100 USDT BTC")
    conversion = await counter.stored(quote)
    desk.exchange.deadlines[conversion.id] = desk.clock.monotonic() - 1
    await counter.considered()
    await counter.forge(card, card.button("Convert ").data or "")
    ended = await counter.shows(card, "Quote ended")
    assert labels(ended) == ["New quote"] and await counter.posts(quote) == []
