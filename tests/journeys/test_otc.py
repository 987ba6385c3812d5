"""Coins for dollars in a bank, from either side, in both languages: what is shown is what is sold, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.counter import clock, tail
from tests.journeys.teller import (
    FIRST_BANK,
    NEW_QUOTE,
    PEOPLE,
    SECOND_BANK,
    Teller,
    close_teller,
    id_on,
    labels,
    open_teller,
)
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
WHO = {"en": "Lead", "zh": "Owner"}
SIDES = {
    "1000 USDT": ("1,000.00 USDT", "990.00 USD", "985.00 USD", Decimal(-1000), "crypto", "0.9900"),
    "5000 USD": ("5,050.505051 USDT", "5,000.00 USD", "4,995.00 USD", Decimal("-5050.505051"), "fiat", "0.9900"),
}
QUOTE = {
    "en": "Off-ramp · cannot be undone\nSell {sell}\nBank gets {get} before fee\n1 USDT = {rate} USD\n"
    "{bank}\nFee: told with the result\nUntil {until}",
    "zh": "出金 · 下单后无法撤回\n卖出 {sell}\n到账 {get}（未扣费）\n1 USDT = {rate} USD\n"
    "{bank}\n手续费以结果为准\n{until} 前有效",
}
QUOTE_LABELS = {
    "en": [["⬅ Back", "New quote"], ["Sell {sell}"]],
    "zh": [["⬅ 返回", "换报价"], ["卖出 {sell}"]],
}
WORKS = {"en": "⏳ Gate works on it", "zh": "⏳ 平台处理中"}
SENT = {"en": "📨 On the way to the bank", "zh": "📨"}
DONE = {
    "en": "✅ Off-ramp done · {order}\nSold {sell}\nBank got {final}\nQuoted {get} before fee\nFee 5.00 USD\n"
    "{bank}\nTold by Gate {at}\nby {who}",
    "zh": "✅ 出金完成 · {order}\n已卖出 {sell}\n已到账 {final}\n报价到账 {get}（未扣费）\n扣手续费 5.00 USD\n"
    "{bank}\n平台 {at} 告知\n操作人：{who}",
}
OFF_RAMP_DONE = {"en": "✅ Off-ramp done", "zh": "✅ 出金完成"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Teller]:
    async with open_teller(tmp_path_factory.mktemp("teller")) as teller:
        yield teller


@pytest_asyncio.fixture(loop_scope="module")
async def teller(opened: Teller) -> AsyncIterator[Teller]:
    yield opened
    await close_teller(opened)


@LANGUAGES
@pytest.mark.parametrize("words", SIDES)
async def test_what_is_quoted_is_sold_once_and_told_by_callback_to_its_end(
    teller: Teller, language: str, words: str
) -> None:
    sell, get, final, cost, side, rate = SIDES[words]
    person, before = PEOPLE[language], await teller.usdt()
    posts, group = len(await teller.posts()), await teller.shop.newest(DESK_GROUP)
    await teller.otc.variants(ends_as="PROCESSING")
    card, off_ramp = await teller.quote(words, person=person)
    stored = await teller.stored(off_ramp)
    seen = {"sell": sell, "get": get, "rate": rate, "bank": FIRST_BANK, "until": clock(stored.ends_at)}
    assert card.text == QUOTE[language].format(**seen)
    assert card.labels == [[label.format(sell=sell) for label in row] for row in QUOTE_LABELS[language]]
    assert stored.wish.side.value == side and stored.ends_at - stored.asked_at == 120_000
    assert stored.quote.token and stored.quote.token not in str([card.text, card.labels, card.buttons])
    assert len(await teller.posts()) == posts and await teller.usdt() == before, "a quote sells nothing"
    await teller.sell(card, person=person, language=language)
    await teller.shows(card, WORKS[language], person=person)
    await teller.otc.move((await teller.order(off_ramp)).id, "DISPATCHED")
    await teller.shows(card, SENT[language], person=person)
    assert await teller.state(off_ramp) == "taken", "on its way to the bank is not the end"
    await teller.otc.move((await teller.order(off_ramp)).id, "DONE")
    done = await teller.shows(card, OFF_RAMP_DONE[language], person=person)
    intent, order = await teller.intent(off_ramp), await teller.order(off_ramp)
    assert intent is not None and intent.settled_at is not None
    end = {"order": tail(order.id), "sell": sell, "get": get, "final": final, "bank": FIRST_BANK}
    assert done.text == DONE[language].format(**end, at=clock(intent.settled_at), who=WHO[language])
    assert done.labels == []
    assert await teller.usdt() - before == cost
    (call,) = (await teller.posts())[posts:]
    await one_order_of_this_quote(teller, off_ramp, stored.quote.token, call["body"])
    record = await teller.record(f"Bank got: {final}", after=group)
    assert record.text.split("\n") == [
        "✅ Off-ramp done", f"Sold {sell}", f"Quoted {get} before fee", f"Bank got: {final}", "Fee: 5.00 USD",
        FIRST_BANK, f"by {WHO[language]}",
    ]  # fmt: skip
    assert record.silent and record.labels == []


async def one_order_of_this_quote(teller: Teller, off_ramp: str, token: str, body: dict[str, object]) -> None:
    """Sent, made, journalled and acknowledged once; the token is forgotten and stands nowhere else."""
    stored, order = await teller.stored(off_ramp), await teller.order(off_ramp)
    assert body["quoteToken"] == token == order.token and stored.quote.token == ""
    assert body["clientOrderId"] == stored.client_order_id and body["bankAccountId"] == "2897434"
    assert (body["type"], body["cryptoCurrency"], body["fiatCurrency"]) == ("SELL", "USDT", "USD")
    assert Decimal(str(body["cryptoAmount"])) == order.crypto_amount == stored.quote.sell.amount
    assert Decimal(str(body["fiatAmount"])) == order.fiat_amount == stored.quote.get.amount
    assert await teller.orders_made(off_ramp) == 1
    lines = await teller.journal(off_ramp)
    assert [(line.action, line.outcome, line.actor) for line in lines] == [
        ("otc", "sent", stored.person),
        ("otc", "taken", stored.person),
        ("otc", "done", stored.person),
    ]
    assert lines[0].facts["number"] == stored.client_order_id and token not in str(lines)
    assert (lines[2].facts["order"], lines[2].facts["final"]) == (order.id, f"{order.final_fiat:f} USD")
    told = [one for one in await teller.otc.attempts(order.id)]
    assert [one.event for one in told] == ["WITHDRAW_DISPATCHED", "WITHDRAW_SUCCESS"]
    assert all(one.is_acknowledged for one in told)


STEPS = {
    "en": (
        "Sell … USDT",
        "How much USDT do you sell?",
        "Off-ramp to which account?",
        "The one used last stands first.",
    ),
    "zh": ("卖出 … USDT", "卖出多少 USDT？", "出金到哪个账户？", "上次用的排在最前"),
}


@LANGUAGES
async def test_by_buttons_with_the_account_used_last_first(teller: Teller, language: str) -> None:
    person = PEOPLE[language]
    button, question, which, last = STEPS[language]
    card, _ = await teller.quote("20 USDT", person=person, bank="··2051")
    await teller.sell(card, person=person, language=language)
    await teller.shows(card, OFF_RAMP_DONE[language], person=person)
    menu = await teller.ask("/otc", person=person, contains="/otc 5000 USD")
    await teller.press(menu, button, person=person)
    prompt = await teller.hears(question, person=person, after=menu)
    assert prompt.asks_reply
    await teller.box.telegram.reply(person, person, prompt, "1,500.5 usdt")
    choosing = await teller.hears(which, person=person, after=prompt)
    assert last in choosing.text and labels(choosing) == [SECOND_BANK, FIRST_BANK], "not the ones that are not approved"
    await teller.press(choosing, "··2345", person=person)
    quoted = await teller.shows(choosing, "Until", "前有效", person=person)
    assert "1,500.50 USDT" in quoted.text and "1,485.49 USD" in quoted.text and FIRST_BANK in quoted.text
    before = await teller.usdt()
    await teller.sell(quoted, person=person, language=language)
    await teller.shows(choosing, OFF_RAMP_DONE[language], person=person)
    assert await teller.usdt() - before == Decimal("-1500.5")


async def test_a_promotion_code_is_quoted_shown_and_kept(teller: Teller) -> None:
    card, off_ramp = await teller.quote("1000 USDT SANDBOX10")
    assert "Promotion code SANDBOX10" in card.text and "991.00 USD" in card.text
    assert (await teller.stored(off_ramp)).wish.promotion == "SANDBOX10"
    await teller.press(card, "⬅ Back")
    ended = await teller.shows(card, "Nothing was sold.")
    assert labels(ended) == ["New quote"]
    choosing = await teller.ask("/otc 1000 USDT NOSUCHCODE")
    posts = len(await teller.posts())
    said = await teller.answered(choosing, "··2345")
    assert "does not take this promotion code" in said
    assert len(await teller.posts()) == posts


async def test_a_contract_without_review_states_says_so_and_ids_go_back_as_they_came(teller: Teller) -> None:
    await teller.otc.variants(bank_status=False, bank_ids="number")
    choosing = await teller.ask("/otc 50 USDT", contains="which account")
    assert "review state not told" in choosing.text and len(labels(choosing)) == 4
    await teller.press(choosing, "··2345")
    card = await teller.shows(choosing, "Until")
    await teller.sell(card)
    await teller.shows(card, "✅ Off-ramp done")
    assert (await teller.posts())[-1]["body"]["bankAccountId"] == 2897434


CHANGED = {"en": "⚠ Gets −1.00% against last quote", "zh": "⚠ 到账比上次报价 −1.00%"}


@LANGUAGES
async def test_a_new_quote_says_what_changed_and_only_it_can_be_sold(teller: Teller, language: str) -> None:
    person = PEOPLE[language]
    card, first = await teller.quote("1000 USDT", person=person)
    old = card.buttons[1][0].data or ""
    await teller.otc.move_rate("USDT", -1)
    await teller.press(card, NEW_QUOTE[language], person=person)
    fresh = await teller.shows(card, "1.00%", person=person)
    assert CHANGED[language] in fresh.text.replace("-1.00", "−1.00")
    posts, second = len(await teller.posts()), id_on(fresh)
    await teller.considered()
    await teller.box.telegram.press(person, person, card.id, data=old, forged=True)
    await asyncio.sleep(0.2)
    assert len(await teller.posts()) == posts and second != first
    again = await teller.shows(card, "Until", "前有效", person=person)
    await teller.sell(again, person=person, language=language)
    await teller.shows(card, OFF_RAMP_DONE[language], person=person)
    assert await teller.state(first) == "" and await teller.orders_made(second) == 1


@LANGUAGES
async def test_without_callbacks_the_desk_finds_the_end_by_looking(teller: Teller, language: str) -> None:
    person = PEOPLE[language]
    await teller.otc.turn_callbacks(False)
    card, off_ramp = await teller.quote("30 USDT", person=person)
    await teller.sell(card, person=person, language=language)
    await teller.shows(card, SENT[language], OFF_RAMP_DONE[language], person=person)
    done = await teller.shows(card, OFF_RAMP_DONE[language], person=person, timeout=15)
    assert "24.70 USD" in done.text and "5.00 USD" in done.text
    assert await teller.otc.attempts((await teller.order(off_ramp)).id) == []


FAILED = {
    "en": ("❌ Off-ramp failed", "Gate: account closed <b>today</b>", "See in Gate Pay where the coins are."),
    "zh": ("❌", "平台：account closed <b>today</b>", "Gate Pay"),
}


@LANGUAGES
@pytest.mark.parametrize("by", ["callback", "polling"])
async def test_a_failed_one_is_told_with_the_banks_reason(teller: Teller, language: str, by: str) -> None:
    person, before = PEOPLE[language], await teller.usdt()
    await teller.otc.variants(ends_as="FAIL", fail_words="account closed <b>today</b>")
    await teller.otc.turn_callbacks(by == "callback")
    card, off_ramp = await teller.quote("40 USDT", person=person)
    await teller.sell(card, person=person, language=language)
    await teller.reaches(off_ramp, "refused", 15)
    failed = await teller.shows(card, NEW_QUOTE[language], person=person)
    assert all(words in failed.text for words in FAILED[language]), failed.text
    bell = await teller.hears("account closed", person=person, after=card)
    record = await teller.record("❌ An off-ramp failed at Gate")
    assert "Why: account closed <b>today</b>" in record.text and not record.silent and not bell.silent
    assert await teller.usdt() == before, "Gate gave the coins back"
    entry = (await teller.journal(off_ramp))[-1]
    assert entry.outcome == "refused" and "account closed" in entry.facts["answer"]


LIST = {"en": ("Off-ramps", "More ▶", "◀ Earlier"), "zh": ("出金", "更多 ▶", "◀ 更早")}


@LANGUAGES
async def test_the_list_filters_turns_pages_makes_a_file_and_finds_one(teller: Teller, language: str) -> None:
    person = PEOPLE[language]
    title = LIST[language][0]
    listed = await teller.ask("/otc list", person=person, contains=title)
    assert len([line for line in listed.text.split("\n") if "→" in line]) == 6, "a page"
    first = lines_of(listed)
    more = next(label for label in labels(listed) if "▶" in label)
    await teller.press(listed, more, person=person)
    second = await teller.shows(listed, "◀", person=person)
    assert lines_of(second) and not set(lines_of(second)) & set(first)
    failed = await teller.ask("/otc list failed", person=person, contains=title)
    assert lines_of(failed) and all(line.startswith("❌") for line in lines_of(failed))
    opened = await teller.ask("/otc list open", person=person, contains=title)
    assert lines_of(opened) == []
    done = await teller.ask("/otc list done", person=person, contains=title)
    assert all(line.startswith("✅") for line in lines_of(done))
    csv = next(label for label in labels(done) if "CSV" in label)
    await teller.press(done, csv, person=person)
    file = await teller.box.telegram.wait_for_message(person, after=done, where=lambda one: one.document is not None)
    rows = (await teller.box.telegram.file_of(file)).decode("utf-8-sig").split("\r\n")
    async with teller.shop.desk.application.store.read() as tables:
        exported = (await tables.journal.page(limit=20, offset=0, target="otc"))[0]
    assert (exported.action, exported.facts["rows"]) == ("export", str(len(rows) - 2))
    big = next(row for row in rows if "5050.505051" in row)
    assert ",5000,USD,5,4995," in big.replace(".00", "") and "SELL" not in big
    orders = [order for order in await teller.otc.orders() if order.status == "DONE"]
    one = await teller.ask(f"/otc {orders[0].id[-6:]}", person=person, contains=tail(orders[0].id))
    assert one.text.startswith("✅")


def lines_of(card: Message) -> list[str]:
    return [line for line in card.text.split("\n") if "→" in line]
