"""The answer to a conversion is lost: unknown is said, nothing is sent by itself, and one repeat is a person's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.journeys.counter import (
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
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, Message, SandboxError, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
UNKNOWN = {
    "en": "❓ No answer from Gate · {quote}\n{sent} from own account\nGive 10.00 USDT\nGet 0.00014637 BTC\n"
    "It may be done, or not.\nLook into Gate Pay, convert nothing.",
    "zh": "❓ 平台未回应 · {quote}\n{sent} 已发出 · 本账户\n付出 10.00 USDT\n得到 0.00014637 BTC\n"
    "可能已执行，也可能没执行\n请到 Gate Pay 核实，先不要再兑",
}
AGAIN = {"en": "Ask Gate again", "zh": "再问一次平台"}
AGAIN_YES = {"en": "Ask again: 10.00 USDT", "zh": "再问一次：10.00 USDT"}
CONFIRM = {"en": ("only once more", "or twice"), "zh": ("只再发一次", "重复成交")}
CONVERTED = {"en": "✅ Converted", "zh": "✅ 闪兑完成"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    """A minute takes three seconds."""
    async with open_counter(tmp_path_factory.mktemp("counter"), speed=20.0) as counter:
        await counter.box.telegram.start(LEAD)
        yield counter


@pytest_asyncio.fixture(loop_scope="module")
async def counter(opened: Counter) -> AsyncIterator[Counter]:
    yield opened
    await close_counter(opened)


async def lost(counter: Counter, kind: str, *, language: str = "en") -> tuple[Message, str]:
    """A conversion whose answer does not come: its card and its quote."""
    person = PEOPLE[language]
    card, quote = await counter.preview("/convert 10 USDT BTC", person=person)
    await counter.box.pay.fault("convert", kind)
    await counter.take(card, person=person, language=language)
    await counter.reaches(quote, "unknown")
    return await counter.shows(card, AGAIN[language], person=person), quote


async def ask_again(counter: Counter, card: Message, *, language: str = "en") -> None:
    """Both steps, not before the first request can no longer arrive."""
    person = PEOPLE[language]
    await asyncio.sleep(21 / counter.shop.speed)
    await counter.press(card, AGAIN[language], person=person)
    confirm = await counter.shows(card, AGAIN_YES[language], person=person)
    assert all(words in confirm.text for words in CONFIRM[language])
    await counter.considered()
    await counter.press(confirm, AGAIN_YES[language], person=person)


async def opened_by(counter: Counter, person: int, quote: str) -> Message:
    """The card for somebody else, from the group's record."""
    telegram, before = counter.box.telegram, await counter.shop.newest(person)

    async def opened() -> Message | None:
        """The newest record may still be that of an earlier quote: then it is pressed again a little later."""
        record = await telegram.wait_for_message(DESK_GROUP, contains="❓", button="Open")
        await telegram.press(person, DESK_GROUP, record, text="Open")
        with contextlib.suppress(SandboxError):
            return await telegram.wait_for_message(person, after=before, contains=tail(quote), timeout=2)
        return None

    return await until(opened, f"the card of {tail(quote)}", 12)


@pytest.mark.parametrize("kind", ["act_and_drop", "act_and_500", "drop_before"])
@LANGUAGES
async def test_what_is_known_is_said_and_the_same_bytes_settle_it_once(
    counter: Counter, language: str, kind: str
) -> None:
    person = PEOPLE[language]
    before = await counter.box.pay.balances()
    card, quote = await lost(counter, kind, language=language)
    stored = await counter.stored(quote)
    async with counter.shop.desk.application.store.read() as tables:
        intent = await tables.intents.get(stored.id)
    assert intent is not None and intent.sent_at is not None
    said = UNKNOWN[language].format(quote=tail(quote), sent=clock(intent.sent_at))
    assert card.text.startswith(said), card.text
    assert labels(card) == [AGAIN[language]]
    bell = await counter.box.telegram.wait_for_message(person, contains="❓", after=card)
    record = await counter.box.telegram.wait_for_message(DESK_GROUP, contains="❓ No answer to a conversion")
    assert not bell.silent and not record.silent and "10.00 USDT" in record.text
    assert (await counter.journalled(quote, "convert", "unknown")).actor == person
    await asyncio.sleep(0.5)
    assert len(await counter.posts(quote)) == 1, "nobody sends again but a person"
    await ask_again(counter, card, language=language)
    await counter.shows(card, CONVERTED[language], person=person)
    first, second = await counter.posts(quote)
    assert first["body"] == second["body"]
    nonces = [one["nonce"] for one in await counter.box.pay.requests() if one["endpoint"] == "convert"][-2:]
    assert nonces[0] != nonces[1], "signed anew"
    assert await counter.executions(quote) == 1
    assert moved(before, await counter.box.pay.balances()) == {"USDT": Decimal(-10), "BTC": Decimal("0.00014637")}
    assert [(line.action, line.outcome) for line in await counter.journal(quote)][:3] == [
        ("convert", "sent"),
        ("convert", "unknown"),
        ("ask_again", "sent"),
    ]


async def test_a_refused_repeat_is_settled_when_both_balances_moved_by_exactly_this_quote(counter: Counter) -> None:
    await counter.box.pay.repeat("refused")
    card, quote = await lost(counter, "act_and_drop")
    await ask_again(counter, card)
    done = await counter.shows(card, "✅ Converted", timeout=15)
    assert "no order number" in done.text
    assert len(await counter.posts(quote)) == 2 and await counter.executions(quote) == 1
    assert "400201" in (await counter.journalled(quote, "convert", "done")).facts["answer"]


SETTLES = {"done": ("It was done", "✅ Converted"), "nothing": ("Nothing happened", "↩ Nothing happened")}


@pytest.mark.parametrize("outcome", SETTLES)
async def test_a_refused_repeat_without_that_evidence_waits_for_the_word_of_a_lead(
    counter: Counter, outcome: str
) -> None:
    label, shown = SETTLES[outcome]
    card, quote = await lost(counter, {"done": "act_and_drop", "nothing": "drop_before"}[outcome])
    await counter.box.pay.set_balance("USDT", "777")
    if outcome == "done":
        await counter.box.pay.repeat("refused")
    else:
        await counter.box.pay.refuse("convert", "400622")
    await ask_again(counter, card)
    told = await counter.shows(card, "Asked again")
    code = {"done": "400201", "nothing": "400622"}[outcome]
    assert code in told.text and labels(told) == [], "an operator may not settle it"
    await asyncio.sleep(0.8)
    assert await counter.state(quote) == "unknown"
    conversion = (await counter.stored(quote)).id
    await counter.forge(card, f"vu:{conversion}:{outcome}")
    assert await counter.state(quote) == "unknown"
    mine = await opened_by(counter, LEAD, quote)
    assert labels(mine) == ["It was done", "Nothing happened"]
    posts = len(await counter.posts())
    await counter.press(mine, label, person=LEAD)
    question = await counter.shows(mine, "I looked into Gate Pay:", person=LEAD)
    await counter.press(question, label, person=LEAD)
    await counter.shows(mine, shown, person=LEAD)
    await counter.shows(card, shown)
    assert len(await counter.posts()) == posts, "a word sends nothing"
    word = await counter.journalled(quote, "settle", outcome)
    assert (word.actor, word.facts["looked_by"]) == (LEAD, str(LEAD))
    await counter.reaches(quote, {"done": "done", "nothing": "void"}[outcome])
    assert labels(await counter.box.telegram.message(OPERATOR, OPERATOR, card.id))[-1] in ("Again…", "New quote")


async def test_a_venue_that_would_execute_again_is_never_asked_by_the_desk_itself(counter: Counter) -> None:
    await counter.box.pay.repeat("executed")
    card, quote = await lost(counter, "act_and_drop")
    looks = await counter.box.pay.calls("balance")
    await asyncio.sleep(3.2)  # over a minute of the desk's time, with several looks at the balances
    assert await counter.box.pay.calls("balance") >= looks + 2
    assert len(await counter.posts(quote)) == 1 == await counter.executions(quote)
    assert await counter.state(quote) == "unknown"
    now = await counter.shows(card, "Balances moved by these amounts.")
    assert labels(now) == ["Ask Gate again"], "evidence, and no proof"
    await counter.ask("/convert 5 USDT BTC", contains="⚠ Conversions without an answer")


async def test_two_people_press_and_one_repeat_leaves(counter: Counter) -> None:
    card, quote = await lost(counter, "drop_before")
    await asyncio.sleep(21 / counter.shop.speed)
    theirs = await opened_by(counter, OPERATOR_2, quote)
    telegram, confirms = counter.box.telegram, {}
    for person, one, language in ((OPERATOR, card, "en"), (OPERATOR_2, theirs, "zh")):
        await counter.press(one, AGAIN[language], person=person)
        confirms[person] = (await counter.shows(one, AGAIN_YES[language], person=person), AGAIN_YES[language])
    await counter.considered()
    taps = []
    for _ in range(2):
        for person, (confirm, label) in confirms.items():
            data = confirm.button(label).data
            taps.append(await telegram.tap(person, person, confirm.id, data=data, forged=True))
    assert all([(await telegram.answer_to(tap)).answered for tap in taps])
    await counter.shows(card, "✅ Converted")
    await counter.shows(theirs, "✅ 闪兑完成", person=OPERATOR_2)
    assert len(await counter.posts(quote)) == 2 and await counter.executions(quote) == 1


async def test_a_second_repeat_is_refused_whoever_asks(counter: Counter) -> None:
    card, quote = await lost(counter, "drop_before")
    await counter.box.pay.fault("convert", "drop_before")
    await ask_again(counter, card)
    told = await counter.shows(card, "Asked again")
    assert labels(told) == []
    conversion = (await counter.stored(quote)).id
    mine = await opened_by(counter, LEAD, quote)
    for person, one in ((OPERATOR, card), (LEAD, mine)):
        assert await counter.forge(one, f"vg:{conversion}", person=person) != ""
    await asyncio.sleep(0.3)
    assert len(await counter.posts(quote)) == 2 and await counter.executions(quote) == 0
    assert await counter.state(quote) == "unknown"
    await asyncio.sleep(21 / counter.shop.speed)  # nobody can know that nothing happened while it may be on its way
    await counter.press(mine, "Nothing happened", person=LEAD)
    await counter.press(await counter.shows(mine, "I looked", person=LEAD), "Nothing happened", person=LEAD)
    await counter.shows(card, NEW_QUOTE["en"])


async def test_a_request_that_never_left_is_void_and_says_so(counter: Counter) -> None:
    card, quote = await counter.preview("/convert 10 USDT BTC")
    await counter.box.pay.away()
    await counter.take(card)
    void = await counter.shows(card, "↩ Nothing happened")
    assert "Nothing was converted." in void.text and labels(void) == ["New quote"]
    await counter.box.pay.away(False)
    assert await counter.posts(quote) == [] and await counter.state(quote) == "void"
