"""A shop's whole day, from the PINs in the morning to the head of the journal the next morning, as people tap it."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import journal_verbs
from bot.__main__ import main
from bot.clock import Clock
from bot.texts import texts_for
from tests.journeys.cashier import Cashier
from tests.journeys.cashier import as_it_was as mtpay_as_it_was
from tests.journeys.counter import Counter
from tests.journeys.counter import prepare as prepare_counter
from tests.journeys.shop import Shop, open_desk, taps, tidy
from tests.journeys.test_step_up import FIRST, answer, see, set_pin
from tests.support.desk import DESK_GROUP, running_desk
from tests.support.sandbox import (
    AGENT,
    LEAD,
    OPERATOR,
    OPERATOR_2,
    OWNER,
    VIEWER,
    Call,
    Message,
    running_sandbox,
)

SPEED = 8.0
ZH = texts_for("zh")
DAY_SECONDS = 86_400
SETTINGS: dict[str, Any] = {"desk_two_people_above": "1500", "desk_step_up_above": "1500", "approval_seconds": "600"}


@dataclass
class Day:
    """The shop, and every order that came into it with the endpoints its money took."""

    shop: Shop
    moved: dict[str, list[str]] = field(default_factory=dict)
    of_leads: list[str] = field(default_factory=list)
    """paid while nobody was on duty, stopped, and for two people: what leads and owners hear of"""

    async def sale(self, amount: str, name: str = "张三丰", **facts: Any) -> str:
        order = await self.shop.sale(amount, name=name, **facts)
        self.moved[order] = ["confirm-receipt"]
        return order

    async def press(self, person: int, message: Message, data: str) -> None:
        tap = next(one for one in taps(message) if one.startswith(data))
        await self.shop.box.telegram.press(person, person, message, data=tap)

    async def says(self, person: int, contains: str, after: int | Message = 0, button: str | None = None) -> Message:
        return await self.shop.box.telegram.wait_for_message(person, contains=contains, after=after, button=button)

    async def asked_for_credits(self, card: Message, account: str) -> Message:
        return await self.shop.box.telegram.wait_for_message(
            LEAD, contains=f"Credits in {account}", after=card, where=lambda message: message.asks_reply
        )

    async def replied(self, question: Message, words: str, contains: str) -> Message:
        number = await self.shop.box.telegram.reply(LEAD, LEAD, question, words)
        return await self.says(LEAD, contains, after=number)

    async def tapped(self, since: int) -> int:
        """How many taps the desk answered since then, and the one on the bell."""
        return 1 + len(await self.shop.box.telegram.calls("answerCallbackQuery", since=since))

    async def calls_so_far(self) -> int:
        return max((call.n for call in await self.shop.box.telegram.calls()), default=0)

    async def pinned(self, person: int, about: str, after: int) -> None:
        """The question for the PIN, answered rightly."""
        await answer(self.shop, person, await see(self.shop, person, about, after), FIRST, "PIN right")


async def test_a_whole_day_from_the_pins_to_the_closed_books(tmp_path: Path) -> None:
    async with running_sandbox() as box:
        await box.telegram.flood(False)
        began = await box.telegram.calls()
        async with open_desk(box, tmp_path, speed=SPEED, **SETTINGS) as shop:
            day = Day(shop)
            await the_staff_gets_ready(day)
            await sales_and_twins(day)
            await a_purchase(day)
            waiting = await money_that_is_not_there_yet(day)
            other = await somebody_else_paid(day)
            await a_large_sale_needs_a_pin_and_a_second_person(day)
            await coins_and_a_link(day)
            await the_shift_changes(day, waiting)
            await the_books_are_closed(day, other)
            await everything_moved_once(day)
        await only_whom_it_concerns_was_rung(day, began[-1].n if began else 0)
        async with next_morning(day, tmp_path) as later:
            await the_chain_is_whole(later, tmp_path)
        await tidy(box)


async def the_staff_gets_ready(day: Day) -> None:
    """PINs for those who unlock and approve; then a bell, and what is open."""
    shop = day.shop
    for person, language in ((OWNER, "zh"), (LEAD, "en")):
        await shop.box.telegram.start(person)
        await set_pin(shop, person, language)
    await shop.go_off_duty(OPERATOR)
    early = await day.sale("90.00")
    rung = await shop.card(early, ZH("Paid – check the bank"), person=OWNER)
    assert not rung.silent, "nobody is on duty"
    day.of_leads.append(early)
    card = await shop.go_on_duty(OPERATOR, contains=early[-4:])
    await shop.box.telegram.press(OPERATOR, OPERATOR, card, text=early[-4:])
    await shop.release(early)
    await shop.card(early, "Released 90.00 USDT")


async def sales_and_twins(day: Day) -> None:
    """Three taps for a sale, four for one of two equal totals; the bell is one of them."""
    shop = day.shop
    order = await day.sale("1000.00")
    bell = await shop.card(order, "Paid – check the bank")
    assert not bell.silent
    since = await day.calls_so_far()
    await shop.release(order)
    await shop.card(order, "Released 1,000.00 USDT")
    assert await day.tapped(since) == 3
    first, second = await day.sale("700.00", "张三丰"), await day.sale("700.00", "李四")
    for one, other in ((first, second), (second, first)):
        await shop.card(one, f"Same total: {other[-4:]}")
    since = await day.calls_so_far()
    await shop.release(second, payer="李四")
    done = await shop.card(second, "Released 700.00 USDT")
    assert await day.tapped(since) == 4 and "bank name seen: 李四" in done.text
    await shop.release(first)
    await shop.card(first, "Released 700.00 USDT")


async def a_purchase(day: Day) -> None:
    shop = day.shop
    order = await shop.purchase("200.00", supported_pay_types=["bank"], pay_type="bank")
    day.moved[order] = ["confirm-payment"]
    await shop.tap(order, "Show payee")
    payee = await shop.card(order, button="Copy account")
    assert str(payee.button("Copy account").data) in payee.text
    await shop.tap(order, "Mark paid…")
    await shop.confirm(order, "I paid: mark")
    await shop.card(order, "We paid, coins to come")
    await shop.box.gate.act(order, "release")
    await shop.card(order, "Bought 200.00 USDT")


async def money_that_is_not_there_yet(day: Day) -> str:
    """Looked for and asked again later; it stays open until the next shift."""
    shop = day.shop
    order = await day.sale("300.00", "王五")
    await shop.tap(order, "Not there yet")
    await shop.card(order, "not there yet", button="Ask in 3 min")
    await shop.tap(order, "Ask in 3 min")
    await shop.card(order, "⏰ Asked again")
    return order


async def somebody_else_paid(day: Day) -> str:
    shop = day.shop
    order = await day.sale("400.00", "赵六", pay_type="alipay")
    day.of_leads.append(order)
    await shop.tap(order, "Other payer")
    await shop.prompted(order, "Who paid?", "钱七八")
    stopped = await shop.card(order, "Bank shows: 钱七八")
    assert not any("elease" in label for row in stopped.labels for label in row)
    await shop.tap(order, "Open", person=LEAD, contains="Somebody else paid")
    await shop.unlock(order, "company account")
    await shop.card(order, "company account", button="Release…", after=stopped)
    await shop.release(order)
    await shop.card(order, "Released 400.00 USDT")
    return order


async def a_large_sale_needs_a_pin_and_a_second_person(day: Day) -> None:
    shop = day.shop
    order = await day.sale("1800.00")
    day.of_leads.append(order)
    await shop.tap(order, "Release…")
    await shop.confirm(order, "I saw it: ask a second person")
    await shop.card(order, "Second person needed", button="Take back")
    bell = await shop.card(order, "Second person needed", person=LEAD, button="Check it…")
    assert not bell.silent and "Operator 1" in bell.text
    assert await shop.posts(order) == []
    before = await shop.newest(LEAD)
    await shop.tap(order, "Check it…", person=LEAD)
    await shop.confirm(order, "I saw it too: release", person=LEAD)
    await day.pinned(LEAD, "PIN for: Release", before)
    assert await shop.posts(order) == []
    await shop.confirm(order, "I saw it too: release", person=LEAD)
    done = await shop.card(order, "approved first by Operator 1")
    assert "by Lead" in done.text


async def coins_and_a_link(day: Day) -> None:
    """Left-over coins become others, and a customer gets a link to pay."""
    await prepare_counter(day.shop)
    counter = Counter(day.shop)
    card, quote = await counter.preview("/convert 100 USDT BTC")
    await counter.take(card)
    await counter.shows(card, "Converted")
    assert await counter.executions(quote) == 1
    await mtpay_as_it_was(day.shop.box)
    cashier = Cashier(day.shop)
    card, deposit = await cashier.link("500 CNY 张三丰")
    assert await cashier.orders_made(deposit) == 1


async def the_shift_changes(day: Day, order: str) -> None:
    """The open money goes with its claim to the next one, who reads Chinese."""
    shop = day.shop
    chosen = await shop.say("/duty over", contains="Hand over to whom?")
    await day.press(OPERATOR, chosen, f"dt:{OPERATOR_2}")
    draft = await day.says(OPERATOR, "", button="Offer it")
    await day.press(OPERATOR, draft, "ds:")
    offer = await day.says(OPERATOR_2, ZH("🤝 {other} hands over to you", other="Operator 1"))
    assert order[-4:] in offer.text and "2,160.00" in offer.text and not offer.silent
    await day.press(OPERATOR_2, offer, "dy:")
    await shop.box.telegram.wait_for_message(
        OPERATOR_2,
        contains=ZH("Moved to you: {number}", number="1"),
        where=lambda one: one.id == offer.id and "d:off" in taps(one),
    )
    await day.says(OPERATOR, "has taken over")
    assert {one.id for one in shop.desk.application.desk.people.values() if one.on_duty} == {OPERATOR_2}
    await shop.tap(order, ZH("Release…"), person=OPERATOR_2)
    await shop.confirm(order, ZH("I saw it: release {coins}", coins="300.00 USDT"), person=OPERATOR_2)
    done = await shop.card(order, "✅", button=ZH("Chat"), person=OPERATOR_2)
    assert "Operator 2" in done.text


async def the_books_are_closed(day: Day, other_payer: str) -> None:
    """What the bank shows, account by account: one sum that differs, words that are no sum, and who paid instead."""
    shop = day.shop
    today = await shop.say("/today", person=LEAD, contains="Today ")
    for counted in ("Sold 7 · 35,928.00 CNY", "4,990.00 USDT", "Bought 1 · 1,440.00 CNY", "Open 0 · 🔒 stopped 1"):
        assert counted in today.text, today.text
    card = await shop.say("/close", person=LEAD, contains="account 1 of 2")
    question = await day.replied(await day.asked_for_credits(card, "Alipay"), "about 2900", "is no sum")
    question = await day.replied(question, "2880", "Credits in ICBC")
    summary = await day.replied(question, "33,068.00 CNY", "Close the day 20")
    payer = f"🔒 Other payer: {other_payer[-4:]}"
    for line in ("🔴 ICBC ··8821: 20.00 CNY more", "✅ Alipay ··alid: 2,880.00 CNY", payer):
        assert line in summary.text, summary.text
    await shop.box.telegram.press(LEAD, LEAD, summary, text="Close the day")
    closed = await day.says(LEAD, "closed", summary.id - 1, button="File (CSV)")
    picture = await shop.box.telegram.wait_for_message(LEAD, after=summary, where=lambda one: one.photo is not None)
    assert (await shop.box.telegram.file_of(picture)).startswith(b"\x89PNG")
    await shop.box.telegram.press(LEAD, LEAD, closed, text="File (CSV)")
    file = await shop.box.telegram.wait_for_message(LEAD, after=closed, where=lambda one: one.document is not None)
    content = (await shop.box.telegram.file_of(file)).decode("utf-8-sig")
    rows = [dict(row) for row in csv.DictReader(io.StringIO(content, newline=""))]
    sold = {row["account"]: row["amount"] for row in rows if (row["row"], row["what"]) == ("total", "sale")}
    assert sold == {"": "35928.00", "ICBC ··8821": "33048.00", "Alipay ··alid": "2880.00"}
    assert any((row["account"], row["bank more"]) == ("ICBC ··8821", "20.00") for row in rows), rows
    assert [row["id"] for row in rows if row["note"] == "other payer"] == [other_payer]
    assert (await day.says(DESK_GROUP, "Day closed")).silent


async def everything_moved_once(day: Day) -> None:
    for order, endpoints in day.moved.items():
        assert [call["endpoint"] for call in await day.shop.posts(order)] == endpoints, order
    assert not [one.id for one in await day.shop.box.gate.orders() if one.id not in day.moved]


async def only_whom_it_concerns_was_rung(day: Day, since: int) -> None:
    """Operator 1 by what was paid while on duty, a lead only where one is needed, the others never."""
    calls, (first, stopped, large) = await day.shop.box.telegram.calls(since=since), day.of_leads
    rung = {
        person: [call.text.partition("\n")[0] for call in calls if _rings(call, person)]
        for person in (OWNER, LEAD, OPERATOR, OPERATOR_2, AGENT, VIEWER, DESK_GROUP)
    }
    for person, orders in ((OWNER, (first, stopped, large)), (LEAD, (stopped, large)), (OPERATOR_2, ("Operator 1",))):
        assert len(rung[person]) == len(orders), rung[person]
        assert all(order[-4:] in line for order, line in zip(orders, rung[person], strict=True)), rung[person]
    assert rung[AGENT] == rung[VIEWER] == rung[DESK_GROUP] == []
    assert not any(first[-4:] in line for line in rung[OPERATOR]), "it was paid before the test bell"


def _rings(call: Call, chat: int) -> bool:
    is_sent = call.ok and call.method.startswith("send") and str(call.params.get("chat_id")) == str(chat)
    return is_sent and str(call.params.get("disable_notification", False)).lower() != "true"


@asynccontextmanager
async def next_morning(day: Day, folder: Path) -> AsyncIterator[Day]:
    """The same desk a day later; everybody else's clocks stay."""
    start = time.time() - (DAY_SECONDS + 3600) / (SPEED - 1)
    clock = Clock(SPEED, start=start)
    async with running_desk(
        day.shop.box, folder / "desk.db", seeded=False, clock=clock, desk_markets="USDT/CNY", **SETTINGS
    ) as desk:
        yield Day(Shop(day.shop.box, desk, SPEED), day.moved)


async def the_chain_is_whole(day: Day, folder: Path) -> None:
    """The end of the day's chain reached the owner; with it an export is whole, and less or other words are not."""
    told = await day.says(OWNER, "📒")
    head = re.findall(r"\b[0-9a-f]{64}\b", told.text)
    assert len(head) == 1 and told.silent
    export = folder / "journal.jsonl"
    wanted = argparse.Namespace(command="journal", what="export", file=str(export), csv=False, head=None)
    assert await journal_verbs.journal(day.shop.desk.application.settings, wanted) == 0
    rows = export.read_text().splitlines()
    released = [line for line in rows if json.loads(line)["action"] == "release"]
    assert is_whole(export, head[0]) and len(released) >= len(day.moved)
    other = rows[1].replace("1002", "1003", 1)
    assert other != rows[1]
    for name, lines in (("changed", [rows[0], other, *rows[2:]]), ("cut", rows[:20]), ("left", rows[:5] + rows[6:])):
        (folder / name).write_text("\n".join(lines))
        assert not is_whole(folder / name, head[0]), name


def is_whole(export: Path, head: str) -> bool:
    return main(["journal", "verify", str(export), "--head", head]) == 0
