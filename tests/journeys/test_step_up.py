"""PINs and the paper card with the whole desk: asked, taken away, wrong, in the group, forced; frozen from paper."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.journeys.shop import Shop, open_shop
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OPERATOR_2, OWNER, Message, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, WRONG, SECOND = "482913", "930275", "715046"
WORDS = {
    "en": {
        "choose": "Choose a PIN", "again": "The same PIN once more", "set": "Your PIN is set.", "right": "PIN right",
        "for": "PIN for: Release", "wrong": "Wrong PIN", "group": "never stands in the group", "release": "Release…",
        "saw": "I saw it: release", "done": "Released", "away": "cannot be reached", "plain": "tried first",
    },
    "zh": {
        "choose": "设置 PIN", "again": "请再输入一次", "set": "PIN 已设置。", "right": "PIN 正确",
        "for": "PIN：放币", "wrong": "PIN 错误", "group": "绝不能出现在群里", "release": "放币…",
        "saw": "已看到，放币", "done": "已放币", "away": "Gate", "plain": "最容易被猜到",
    },
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    folder = tmp_path_factory.mktemp("step-up")
    async with open_shop(folder, speed=4, desk_step_up_above="500", approval_seconds="600") as opened:
        for person in (OWNER, OPERATOR_2):
            await opened.box.telegram.start(person)
        yield opened


async def see(shop: Shop, person: int, contains: str, after: int | Message = 0) -> Message:
    """What the bot says there."""
    return await shop.box.telegram.wait_for_message(
        person, contains=contains, after=after, where=lambda message: bool(message.sender.get("is_bot"))
    )


async def ask(shop: Shop, person: int, text: str, contains: str) -> Message:
    before = await shop.newest(person)
    await shop.box.telegram.write(person, person, text)
    return await see(shop, person, contains, before)


async def answer(shop: Shop, person: int, prompt: Message, pin: str, contains: str) -> Message:
    """Reply with a PIN: it is gone within two seconds, and so is the question."""
    before = await shop.newest(person)
    number, began = await shop.box.telegram.reply(person, person, prompt, pin), time.monotonic()

    async def gone() -> bool | None:
        left = {message.id for message in await shop.box.telegram.messages(person)}
        return not {number, prompt.id} & left or None

    await until(gone, "the PIN is taken away")
    assert time.monotonic() - began < 2
    return await see(shop, person, contains, before)


async def confirm(shop: Shop, order: str, label: str, *, person: int = OPERATOR) -> str:
    """Read for longer than the desk asks for, then press the last button; what the small window said."""
    card = await shop.card(order, button=label, person=person)
    await shop.desk.considered()
    return (await shop.box.telegram.press(person, person, card, text=label)).text


async def set_pin(shop: Shop, person: int, language: str = "en") -> None:
    words = WORDS[language]
    prompt = await ask(shop, person, "/pin", words["choose"])
    prompt = await answer(shop, person, prompt, "123456", words["plain"])
    prompt = await answer(shop, person, prompt, FIRST, words["again"])
    await answer(shop, person, prompt, FIRST, words["set"])


async def speak(shop: Shop, person: int, language: str) -> None:
    await ask(shop, person, f"/language {language}", "English" if language == "en" else "中文")


@pytest.mark.parametrize(("person", "language", "cents"), [(OPERATOR, "en", "00"), (OPERATOR_2, "zh", "50")])
async def test_a_release_above_the_amount_waits_for_the_pin_and_one_below_does_not(
    shop: Shop, person: int, language: str, cents: str
) -> None:
    """Other sums for the second reader: an order of an equal total that has ended asks whose credit it was."""
    words = WORDS[language]
    await speak(shop, person, language)
    await set_pin(shop, person, language)
    low, high = await shop.sale(f"400.{cents}"), await shop.sale(f"1000.{cents}")
    for order in (low, high):
        await shop.card(order)  # whoever is on duty has it: it is known
    await shop.say(f"/order {low}", person=person, contains=f"400.{cents}")
    await shop.tap(low, words["release"], person=person)
    await confirm(shop, low, words["saw"], person=person)
    await shop.card(low, words["done"], person=person)
    await shop.say(f"/order {high}", person=person, contains=f"1,000.{cents}")
    before = await shop.newest(person)
    await shop.tap(high, words["release"], person=person)
    await confirm(shop, high, words["saw"], person=person)
    prompt = await see(shop, person, words["for"], before)
    assert f"1,000.{cents} USDT" in prompt.text and high[-4:] in prompt.text
    assert await shop.posts(high) == []
    prompt = await answer(shop, person, prompt, WRONG, words["wrong"])
    await answer(shop, person, prompt, FIRST, words["right"])
    assert await shop.posts(high) == []
    await confirm(shop, high, words["saw"], person=person)
    await shop.card(high, words["done"], person=person)
    assert len(await shop.posts(high)) == 1


@pytest.mark.parametrize(("person", "language"), [(OPERATOR, "en"), (OPERATOR_2, "zh")])
async def test_a_pin_in_the_group_is_taken_away_and_warned_of_in_the_direct_message(
    shop: Shop, person: int, language: str
) -> None:
    before = await shop.newest(person)
    number = int((await shop.box.telegram.write(person, DESK_GROUP, f"/pin {FIRST}"))["message_id"])
    await see(shop, person, WORDS[language]["group"], before)
    assert number not in {message.id for message in await shop.box.telegram.messages(DESK_GROUP, OWNER)}


async def test_the_second_pin_looks_like_the_first_stops_the_desk_and_rings_the_owner_alone(shop: Shop) -> None:
    prompt = await ask(shop, OPERATOR, "/pin duress", "Your PIN, first")
    prompt = await answer(shop, OPERATOR, prompt, FIRST, "Choose a second PIN")
    prompt = await answer(shop, OPERATOR, prompt, SECOND, "The second PIN once more")
    said = await answer(shop, OPERATOR, prompt, SECOND, "The second PIN is set")

    async def forgotten() -> bool | None:
        return said.id not in {message.id for message in await shop.box.telegram.messages(OPERATOR)} or None

    await until(forgotten, "nothing tells of the second PIN", 15)
    order = await shop.sale("2000.00")
    before, owner, group = [await shop.newest(chat) for chat in (OPERATOR, OWNER, DESK_GROUP)]
    await shop.tap(order, "Release…")
    await confirm(shop, order, "I saw it: release")
    prompt = await see(shop, OPERATOR, "PIN for: Release", before)
    await answer(shop, OPERATOR, prompt, SECOND, "PIN right. Tap the confirm again.")
    rung = await see(shop, OWNER, "🆘", owner)
    assert not rung.silent
    window = await confirm(shop, order, "I saw it: release")
    assert "cannot be reached" in window and "rozen" not in window
    await shop.card(order, "Paid – check the bank")
    assert await shop.posts(order) == []
    await speak(shop, OWNER, "en")
    await ask(shop, OWNER, "/unfreeze", "Desk unfrozen")
    await see(shop, OPERATOR_2, "已解冻")  # who saw it frozen sees its end
    for chat, since in ((OPERATOR, before), (DESK_GROUP, group)):
        told = [
            one.text for one in await shop.box.telegram.messages(chat, OWNER if chat < 0 else None) if one.id > since
        ]
        assert not [text for text in told if "rozen" in text or "冻" in text or "🆘" in text]
    await shop.tap(order, "Release…")
    await confirm(shop, order, "I saw it: release")
    prompt = await see(shop, OPERATOR, "PIN for: Release", prompt)
    await answer(shop, OPERATOR, prompt, FIRST, "PIN right")
    await confirm(shop, order, "I saw it: release")
    await shop.card(order, "Released")
    assert len(await shop.posts(order)) == 1


async def test_the_paper_card_freezes_while_telegram_is_away_and_everybody_hears_of_it_afterwards(shop: Shop) -> None:
    await speak(shop, OWNER, "en")
    shown = await ask(shop, OWNER, "/freeze card", "Paper card")
    address = next(line for line in shown.text.split("\n") if line.startswith("http"))
    assert shown.medium is not None and shown.medium.kind == "photo"
    group = await shop.newest(DESK_GROUP)
    await shop.box.telegram.away()
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as browser:
            assert "Stop the desk" in (await browser.get(address)).text
            assert "Frozen: no money moves" in (await browser.post(address)).text
            assert (await browser.get(address[:-1])).status_code == 404
    finally:
        await shop.box.telegram.away(False)
    for chat in (OWNER, OPERATOR):
        await see(shop, chat, "Desk frozen by the paper card", 0)
    await shop.box.telegram.wait_for_message(DESK_GROUP, OWNER, contains="paper card", after=group)
    order = await shop.sale("10.00")
    assert "frozen" in await shop.tap(order, "Release…")
    await ask(shop, OWNER, "/unfreeze", "unfrozen")
    assert await shop.box.telegram.violations() == []


@pytest.mark.parametrize(
    ("language", "role", "asks", "done"),
    [("en", "agent", "Change somebody's role", "agent"), ("zh", "operator", "变更员工角色", "操作员")],
)
async def test_an_unlocked_phone_of_an_owner_changes_no_role_without_the_pin(
    shop: Shop, language: str, role: str, asks: str, done: str
) -> None:
    words = WORDS[language]
    await speak(shop, OWNER, language)
    if language == "en":
        await set_pin(shop, OWNER)
    wish = f"/staff role {OPERATOR_2} {role}"
    prompt = await ask(shop, OWNER, wish, asks)
    prompt = await answer(shop, OWNER, prompt, WRONG, words["wrong"])
    await answer(shop, OWNER, prompt, FIRST, words["right"])
    await ask(shop, OWNER, wish, done)
    await ask(shop, OWNER, wish, asks)  # it counted for that one alone
    assert await shop.box.telegram.violations() == []
