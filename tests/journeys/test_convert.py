"""Coins for coins, by command and by buttons, in both languages: what is shown is what is sent, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import ROUND_UP, Decimal

import pytest
import pytest_asyncio

from tests.journeys.counter import (
    CONVERT,
    NEW_QUOTE,
    PEOPLE,
    Counter,
    clock,
    close_counter,
    labels,
    moved,
    open_counter,
    tail,
)
from tests.support.sandbox import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

PREVIEW = {
    "en": "Convert · own account\nGive {give}\nGet {get}\n{rate}\nQuote {quote}, until {until}",
    "zh": "闪兑 · 本账户\n付出 {give}\n得到 {get}\n{rate}\n报价 {quote}，{until} 前有效",
}
PREVIEW_LABELS = {
    "en": [["⬅ Back", "New quote"], ["Convert {give}"]],
    "zh": [["⬅ 返回", "换报价"], ["兑换 {give}"]],
}
DONE = {
    "en": "✅ Converted · own account\nGave {give}\nGot {get}\n{rate}\nOrder {order} · {at}\nby {who}",
    "zh": "✅ 闪兑完成 · 本账户\n已付出 {give}\n已得到 {get}\n{rate}\n平台订单 {order} · {at}\n操作人：{who}",
}
TAKEN = {"en": "Gate works on it", "zh": "平台处理中"}
CONVERTED = {"en": "✅ Converted", "zh": "✅ 闪兑完成"}
WHO = {"en": "Operator 1", "zh": "Operator 2"}
RATE = "1 BTC = 68,318.61 USDT"
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    async with open_counter(tmp_path_factory.mktemp("counter")) as counter:
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


@LANGUAGES
async def test_by_command_the_card_says_everything_and_exactly_that_is_done_once(
    counter: Counter, language: str
) -> None:
    person, pay = PEOPLE[language], counter.box.pay
    card, quote = await counter.preview("/convert 100 USDT BTC", person=person)
    stored = await counter.stored(quote)
    seen = {"give": "100.00 USDT", "get": "0.00146373 BTC", "rate": RATE, "quote": tail(quote)}
    assert card.text == PREVIEW[language].format(**seen, until=clock(stored.ends_at))
    assert card.labels == [[label.format(give="100.00 USDT") for label in row] for row in PREVIEW_LABELS[language]]
    assert (card.button(CONVERT[language]).style, card.silent) == ("danger", True)
    assert stored.ends_at - stored.asked_at == 120_000
    assert await counter.posts(quote) == [], "a preview asks for a price and for nothing else"
    before = await pay.balances()
    await pay.variants(settle_seconds=0.8)
    await counter.take(card, person=person, language=language)
    taken = await counter.shows(card, TAKEN[language], person=person)
    assert await counter.state(quote) == "taken" and "✅" not in taken.text
    await counter.shows(card, CONVERTED[language], person=person)
    done = await done_card(counter, card, quote, language)
    assert done.labels == [["Again…" if language == "en" else "再兑一笔…"]]
    assert moved(before, await pay.balances()) == {"USDT": Decimal(-100), "BTC": Decimal("0.00146373")}
    (sent,) = await counter.posts(quote)
    assert {key: value for key, value in sent["body"].items() if key != "clientReqId"} == {
        "quoteId": quote,
        "sellCurrency": "USDT",
        "buyCurrency": "BTC",
        "sellAmount": "100",
        "buyAmount": "0.00146373",
    }
    await journal_of_one_conversion(counter, quote, person)
    record = await counter.record("Converted")
    who = WHO[language]
    assert record.text == f"✅ Converted\nGave 100.00 USDT\nGot 0.00146373 BTC\nfrom own account\nby {who}"
    assert record.silent and record.labels == []


async def done_card(counter: Counter, card: Message, quote: str, language: str) -> Message:
    """The result, in place of the preview, compared letter by letter."""
    person = PEOPLE[language]
    done = await counter.shows(card, CONVERTED[language], person=person)
    conversion = await counter.stored(quote)
    async with counter.shop.desk.application.store.read() as tables:
        intent = await tables.intents.get(conversion.id)
    assert intent is not None and intent.settled_at is not None
    assert done.text == DONE[language].format(
        give="100.00 USDT",
        get="0.00146373 BTC",
        rate=RATE,
        order=tail(conversion.order_id),
        at=clock(intent.settled_at),
        who=WHO[language],
    )
    return done


async def journal_of_one_conversion(counter: Counter, quote: str, person: int) -> None:
    lines = await counter.journal(quote)
    assert [(line.action, line.outcome, line.actor) for line in lines] == [
        ("convert", "sent", person),
        ("convert", "taken", person),
        ("convert", "done", person),
    ]
    approved, order = lines[0].facts, (await counter.stored(quote)).order_id
    assert (approved["account"], approved["quote"]) == ("own", quote)
    assert (approved["sell"], approved["buy"], approved["fixed"]) == ("100 USDT", "0.00146373 BTC", "sell")
    (execution,) = await counter.box.pay.executions(approved["request"])
    assert (execution.order_id, execution.quote_id, execution.times) == (order, quote, 1)
    assert lines[2].facts["status"] == "3" and lines[2].facts["order"] == order


STEPS = {
    "en": {
        "page": "Page ▶",
        "back": "◀ Page",
        "sell": "What do you give?",
        "buy": "Give BTC, get what?",
        "fixed": "Which amount do you name?",
        "get": "Get exactly … USDT",
        "prompt": "Convert · own account\nBTC → USDT\nHow much USDT do you want?\nBTC: 0.00002 to 31.00\n"
        "USDT: 1.00 to 1,980,000.00\nReply with the number, like 1.00\nNothing is sent to Gate yet.",
    },
    "zh": {
        "page": "下页 ▶",
        "back": "◀ 上页",
        "sell": "付出哪个币？",
        "buy": "付出 BTC，想得到什么？",
        "fixed": "要指定哪一边的数量？",
        "get": "指定得到多少 USDT…",
        "prompt": "闪兑 · 本账户\nBTC → USDT\n想得到多少 USDT？\nBTC：0.00002 至 31.00\n"
        "USDT：1.00 至 1,980,000.00\n请回复数量，例如 1.00\n现在还不会提交给平台",
    },
}


@LANGUAGES
async def test_by_buttons_over_pages_to_exactly_what_one_wants_to_get(counter: Counter, language: str) -> None:
    person, step = PEOPLE[language], STEPS[language]
    menu = await counter.ask("/convert", person=person, contains=step["sell"])
    assert menu.labels[0] == ["USDT → BTC"], "the last pair stands first"
    await counter.press(menu, step["page"], person=person)
    second = await counter.shows(menu, "SHIB", person=person)
    assert "USDT → BTC" not in labels(second)
    await counter.press(menu, step["back"], person=person)
    first = await counter.shows(menu, "GT", person=person)
    codes = [label for row in first.labels + second.labels for label in row]
    assert len({code for code in codes if code.isalpha() and code.isascii()}) == 20, "every coin on one of the pages"
    await counter.box.telegram.press(person, person, menu.id, data="vb:own:BTC:0")
    await counter.shows(menu, step["buy"], person=person)
    await counter.press(menu, "USDT", person=person)
    await counter.shows(menu, step["fixed"], person=person)
    await counter.press(menu, step["get"], person=person)
    prompt = await counter.box.telegram.wait_for_message(person, after=menu, contains="BTC → USDT")
    assert prompt.text == step["prompt"] and prompt.asks_reply
    assert await counter.box.pay.calls("preview") == await asked_so_far(counter)
    await counter.box.telegram.reply(person, person, prompt, "50.5 usdt")
    card = await counter.box.telegram.wait_for_message(person, after=prompt, button=CONVERT[language])
    quote = await counter.newest_quote()
    conversion = await counter.stored(quote)
    give = conversion.quote.sell.amount
    assert give == (Decimal("50.5") / (68250 * Decimal("0.999"))).quantize(Decimal("1e-8"), ROUND_UP)
    seen = {"give": f"{give:f} BTC", "get": "50.50 USDT", "rate": rate_of(Decimal("50.5"), give)}
    assert card.text == PREVIEW[language].format(**seen, quote=tail(quote), until=clock(conversion.ends_at))
    before = await counter.box.pay.balances()
    await counter.take(card, person=person, language=language)
    await counter.shows(card, CONVERTED[language], person=person)
    changes = moved(before, await counter.box.pay.balances())
    assert changes == {"USDT": Decimal("50.5"), "BTC": -give}
    assert await counter.executions(quote) == 1 == len(await counter.posts(quote))
    again = await counter.ask("/convert", person=person, contains=step["sell"])
    assert again.labels[0] == ["BTC → USDT", "USDT → BTC"], "the last pair first"
    await counter.press(again, "USDT → BTC", person=person)
    await counter.shows(again, step["fixed"], person=person)


def rate_of(usdt: Decimal, btc: Decimal) -> str:
    """Derived from the two amounts alone, to the cent."""
    return f"1 BTC = {(usdt / btc).quantize(Decimal('0.01')):,f} USDT"


async def asked_so_far(counter: Counter) -> int:
    return len(await counter.box.pay.quotes())


CHANGED = {"en": "⚠ Get −0.99% against last quote", "zh": "⚠ 得到比上次报价 −0.99%"}


@LANGUAGES
async def test_a_new_quote_says_what_changed_and_the_old_one_is_dead(counter: Counter, language: str) -> None:
    person = PEOPLE[language]
    card, first = await counter.preview("/convert 200 USDT BTC", person=person)
    old = card.button(CONVERT[language]).data or ""
    await counter.box.pay.move_rate("BTC", 1)
    await counter.press(card, NEW_QUOTE[language], person=person)
    fresh = await counter.shows(card, "0.99%", person=person)
    assert CHANGED[language] in fresh.text.replace("-0.99", "−0.99")
    second = await counter.newest_quote()
    assert second != first and tail(second) in fresh.text
    await counter.considered()
    assert await counter.forge(card, old, person=person) != ""
    assert await counter.posts(first) == [] == await counter.posts(second)
    await counter.take(fresh, person=person, language=language)
    await counter.shows(card, CONVERTED[language], person=person)
    assert await counter.executions(first) == 0
    assert [call["body"]["quoteId"] for call in (await counter.posts())[-1:]] == [second]


ENDED = {"en": "⌛ Quote ended", "zh": "⌛ 报价已结束"}
NOTHING = {"en": "Nothing was converted.", "zh": "没有兑换"}


@LANGUAGES
async def test_back_ends_the_quote_and_a_second_command_ends_the_first_card(counter: Counter, language: str) -> None:
    person = PEOPLE[language]
    card, quote = await counter.preview("/convert 30 USDT BTC", person=person)
    later, other = await counter.preview("/convert 31 USDT BTC", person=person)
    ended = await counter.shows(card, ENDED[language], person=person)
    assert NOTHING[language] in ended.text and labels(ended) == [NEW_QUOTE[language]]
    await counter.press(later, "⬅", person=person)
    await counter.shows(later, ENDED[language], person=person)
    for old, seal in ((card, card), (later, later)):
        await counter.forge(old, seal.button(CONVERT[language]).data or "", person=person)
    assert await counter.posts(quote) == [] == await counter.posts(other)
