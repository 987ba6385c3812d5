"""Duty as the staff live it: the test bell, the last one who leaves, and the handover, in both languages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, taps
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = {
    "en": {
        "bell": "Test bell: did you hear it?", "heard": "I hear it", "on": "On duty: orders", "off": "Off duty: orders",
        "missed": "you are NOT on duty", "over": "This bell is over",
        "last": "You are the last one on duty", "owners": "the owners are rung",
        "whom": "Hand over to whom?", "notes": "Notes…", "ask notes": "Reply with at most",
        "offer": "Offer it", "yours": "hands over to you", "taken": "has taken over",
        "moved": "Moved to you: 1", "back": "Take back",
        "refused": "does not take over", "taken back": "took the handover back", "english": "English",
        "group": "write it here", "self": "cannot hand over to yourself", "unknown": "has the id", "long": "501",
        "usage": "/duty on, /duty off or /duty over", "not on": "You are not on duty",
        "paid": "Paid – check the bank", "let go": "You let go", "release": "Release…", "gone": "cannot take over now",
    },
    "zh": {
        "bell": "试铃", "heard": "听到了", "on": "你已上班", "off": "你已下班", "missed": "你还没有上班",
        "over": "这次试铃已结束", "last": "你是最后一位值班的人",
        "owners": "没有人值班", "whom": "交班给谁？", "notes": "备注…", "ask notes": "请回复备注",
        "offer": "请对方接班", "yours": "向你交班", "taken": "已接班",
        "moved": "转到你手上：1", "back": "收回", "refused": "不接班", "taken back": "收回了交班", "english": "中文",
        "group": "请在这里发", "self": "不能交班给自己", "unknown": "999", "long": "501", "usage": "/duty over",
        "not on": "你不在值班", "paid": "买家已付款", "let go": "已不再由你处理", "release": "放币…",
        "gone": "现在不能接班",
    },
}  # fmt: skip
STAFF = (OPERATOR, OPERATOR_2, AGENT)


@dataclass(frozen=True)
class Guard:
    """The staff of a shop who read one language; operator 1 is on duty when a journey begins, and nobody else."""

    shop: Shop
    language: str

    def word(self, key: str) -> str:
        return WORDS[self.language][key]

    async def say(self, text: str, key: str, person: int = OPERATOR) -> Message:
        return await self.shop.say(text, person=person, contains=self.word(key))

    async def press(self, message: Message, data: str, person: int = OPERATOR) -> str:
        """Tap what begins so; what the small window said."""
        tap = next(one for one in taps(message) if one.startswith(data))
        return (await self.shop.box.telegram.press(person, person, message, data=tap)).text

    async def hears(
        self, key: str, person: int = OPERATOR, *, after: int | Message = 0, timeout: float = 25
    ) -> Message:
        return await self.shop.box.telegram.wait_for_message(
            person, contains=self.word(key), after=after, timeout=timeout
        )

    async def becomes(self, message: Message, key: str, person: int = OPERATOR, timeout: float = 25) -> Message:
        """The same message shows these words now."""
        return await self.shop.box.telegram.wait_for_message(
            person, contains=self.word(key), where=lambda one: one.id == message.id, timeout=timeout
        )

    async def offered(self, taker: int, giver: int = OPERATOR) -> tuple[Message, Message]:
        """Both cards of a handover that waits for its answer: the giver's, and the taker's."""
        before = await self.shop.newest(taker)
        chosen = await self.say("/duty over", "whom", giver)
        await self.press(chosen, f"dt:{taker}", giver)
        draft = await self.shop.box.telegram.wait_for_message(
            giver, contains=self.word("offer"), where=lambda one: one.id == chosen.id
        )
        await self.press(draft, "ds:", giver)
        mine = await self.becomes(draft, "back", giver)
        return mine, await self.hears("yours", taker, after=before)

    @property
    def on_duty(self) -> set[int]:
        return {one.id for one in self.shop.desk.application.desk.people.values() if one.on_duty}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["en", "zh"])
async def language(opened_shop: Shop, request: pytest.FixtureRequest) -> str:
    """Everybody reads it."""
    for person in (*STAFF, LEAD, OWNER):
        await opened_shop.say(f"/language {request.param}", person=person, contains=WORDS[request.param]["english"])
    return str(request.param)


@pytest_asyncio.fixture(loop_scope="module")
async def guard(shop: Shop, language: str) -> AsyncIterator[Guard]:
    guard = Guard(shop, language)
    yield guard
    await shop.end_all()
    if OPERATOR not in guard.on_duty:
        await shop.go_on_duty(OPERATOR)
    for person in guard.on_duty - {OPERATOR}:
        await shop.go_off_duty(person)


async def test_on_duty_is_who_heard_the_bell_and_they_see_what_is_open(guard: Guard) -> None:
    order = await guard.shop.sale("901.00")
    await guard.shop.card(order, guard.word("paid"))
    bell = await guard.say("/duty on", "bell", OPERATOR_2)
    assert not bell.silent and OPERATOR_2 not in guard.on_duty
    await guard.press(bell, "dh:", OPERATOR_2)
    card = await guard.becomes(bell, "on", OPERATOR_2)
    assert order[-4:] in card.text and "6,487.20" in card.text and "Operator 1" in card.text
    assert guard.on_duty == {OPERATOR, OPERATOR_2}


async def test_the_last_one_with_open_money_goes_only_when_they_say_so_again(guard: Guard) -> None:
    order = await guard.shop.sale("902.00")
    await guard.shop.card(order, guard.word("paid"))
    before = await guard.shop.newest(OWNER)
    asked = await guard.say("/duty off", "last")
    assert OPERATOR in guard.on_duty and order[-4:] in asked.text
    await guard.press(asked, "dx")
    gone = await guard.becomes(asked, "off")
    assert guard.word("owners") in gone.text and guard.on_duty == set()
    bell = await guard.shop.card(order, guard.word("paid"), person=OWNER, after=before)
    assert not bell.silent


async def test_going_off_frees_what_one_holds_and_rings_the_next_one(guard: Guard) -> None:
    await guard.shop.go_on_duty(OPERATOR_2)
    order = await guard.shop.sale("903.00")
    free = await guard.shop.card(order, guard.word("paid"))
    assert f"dc:{order}" in taps(free), "with two on duty an order can be claimed"
    await guard.press(free, "dc:")
    await guard.shop.card(order, "Operator 1", person=OPERATOR_2)
    before = await guard.shop.newest(OPERATOR_2)
    gone = await guard.say("/duty off", "off")
    assert guard.word("let go") in gone.text and order[-4:] in gone.text
    bell = await guard.shop.card(order, guard.word("paid"), person=OPERATOR_2, after=before)
    assert not bell.silent and f"r:{order}" in taps(bell)


async def test_a_handover_with_notes_moves_claims_when_the_other_accepts(guard: Guard) -> None:
    order = await guard.shop.sale("904.00")
    await guard.shop.card(order, guard.word("paid"))
    await guard.shop.box.telegram.reply(OPERATOR, OPERATOR, await guard.shop.asked(order, "hello"), "one moment")
    await guard.shop.card(order, guard.word("paid"))
    chosen = await guard.say("/duty over", "whom")
    await guard.press(chosen, f"dt:{OPERATOR_2}")
    draft = await guard.becomes(chosen, "notes")
    await guard.press(draft, "dn:")
    question = await guard.hears("ask notes", after=draft)
    await guard.shop.box.telegram.reply(OPERATOR, OPERATOR, question, "x" * 501)
    await guard.hears("long", after=question)
    await guard.shop.box.telegram.reply(OPERATOR, OPERATOR, question, "the bank is slow today")
    written = await guard.shop.box.telegram.wait_for_message(
        OPERATOR, contains="the bank is slow", button=guard.word("offer")
    )
    await guard.press(written, "ds:")
    mine = await guard.becomes(written, "back")
    theirs = await guard.hears("yours", OPERATOR_2)
    assert not theirs.silent and "the bank is slow today" in theirs.text and order[-4:] in theirs.text
    assert guard.on_duty == {OPERATOR}
    await guard.press(theirs, "dy:", OPERATOR_2)
    card = await guard.becomes(theirs, "on", OPERATOR_2)
    assert guard.word("moved") in card.text and guard.on_duty == {OPERATOR_2}
    told = await guard.hears("taken", after=mine)
    assert not told.silent
    await guard.becomes(mine, "taken")
    await guard.shop.card(
        order, guard.word("paid"), person=OPERATOR_2, button="Release" if guard.language == "en" else "放币"
    )
    assert any(
        line.action == "handover" and line.outcome == "accepted" for line in await guard.shop.journal(str(OPERATOR_2))
    )


async def test_a_handover_can_be_refused_and_taken_back_and_then_nothing_moves(guard: Guard) -> None:
    mine, theirs = await guard.offered(OPERATOR_2)
    await guard.press(theirs, "dr:", OPERATOR_2)
    await guard.becomes(mine, "refused")
    mine, theirs = await guard.offered(AGENT)
    await guard.press(mine, "db:")
    await guard.hears("taken back", AGENT, after=theirs)
    answer = await guard.shop.box.telegram.press(AGENT, AGENT, theirs, data=taps(theirs)[0], forged=True)
    assert answer.text and guard.on_duty == {OPERATOR}


async def test_what_cannot_be_said_or_done_changes_nothing(guard: Guard) -> None:
    shop, before = guard.shop, dict(guard.shop.desk.application.desk.people)
    await guard.say("/duty maybe", "usage")
    await guard.say("/duty on off", "usage")
    await guard.say(f"/duty over {OPERATOR}", "self")
    await guard.say("/duty over 999", "unknown")
    await guard.say("/duty over", "not on", AGENT)
    for text in ("/duty on", "/duty over"):
        last = await shop.newest(AGENT)
        await shop.box.telegram.write(AGENT, DESK_GROUP, text)
        await guard.hears("group", AGENT, after=last)
    assert shop.desk.application.desk.people == before
    await shop.say(f"/staff freeze {OPERATOR_2}", person=OWNER, contains="")
    await guard.say(f"/duty over {OPERATOR_2}", "gone")
    await shop.say(f"/staff unfreeze {OPERATOR_2}", person=OWNER, contains="")


async def test_a_bell_that_nobody_taps_says_so_and_can_be_tried_again(shop: Shop) -> None:
    guards = {OPERATOR_2: Guard(shop, "en"), AGENT: Guard(shop, "zh")}
    bells = {}
    for person, guard in guards.items():
        await shop.say(f"/language {guard.language}", person=person, contains=guard.word("english"))
        bells[person] = await guard.say("/duty on", "bell", person)
    for person, guard in guards.items():
        bell = bells[person]
        missed = await guard.becomes(bell, "missed", person, timeout=30)
        assert missed.text.count("\n") == 1 and person not in guard.on_duty
        late = await shop.box.telegram.press(person, person, bell, data=taps(bell)[0], forged=True)
        assert late.text and person not in guard.on_duty
        await guard.press(missed, "d:on", person)
        again = await shop.box.telegram.wait_for_message(
            person, contains=guard.word("bell"), button=guard.word("heard"), after=missed
        )
        assert not again.silent
        second = await guard.say("/duty on", "bell", person)
        await guard.becomes(again, "over", person)
        await guard.press(second, "dh:", person)
        await guard.becomes(second, "on", person)
