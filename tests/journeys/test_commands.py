"""What people write, per role and language."""

from dataclasses import replace

import pytest
import pytest_asyncio

from tests.journeys.shop import Shop
from tests.support.sandbox import AGENT, LEAD, OPERATOR, OPERATOR_2, OWNER, VIEWER

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def owner_reads_english(opened_shop: Shop) -> None:
    await opened_shop.say("/language en", person=OWNER, contains="English")


async def test_an_order_is_found_by_four_digits_or_its_full_id_and_the_queue_lists_it(shop: Shop) -> None:
    order = await shop.sale("702.00", paid=False)
    await shop.card(order, "New order, not paid yet")
    found = await shop.say(f"/order {order[-4:]}", contains="New order, not paid yet")
    assert order[-4:] in found.text
    await shop.say(f"/order {order}", contains="New order, not paid yet")
    assert "waiting 1" in (await shop.say("/orders", contains="Now 0")).text
    await shop.box.gate.act(order, "pay")
    await shop.card(order, "Paid – check the bank")
    queue = await shop.say("/orders", contains="Now 1")
    await shop.box.telegram.press(OPERATOR, OPERATOR, queue, text=order[-4:])
    await shop.card(order, "Paid – check the bank", after=queue)
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_ambiguous_digits_ask_which_order(shop: Shop) -> None:
    orders = [await shop.sale("703.00", paid=False, name=name) for name in ("张三丰", "李四")]
    for order in orders:
        await shop.card(order, "New order, not paid yet")
    digits = orders[0][-4:-1]
    application = shop.desk.application
    async with application.store.read() as tables:
        stored = [await tables.orders.get(order) for order in orders]
    assert all(stored)
    twin = orders[0][:-5] + "9" + orders[0][-4:]
    async with application.store.write() as tables:
        first = stored[0]
        assert first is not None
        await tables.orders.put(replace(first.order, id=twin, status="cancel"), application.desk.now())
    asked = await shop.say(f"/order {orders[0][-4:]}", contains="Which order? Found 2")
    assert len(asked.buttons) == 1 and digits
    await shop.box.telegram.press(OPERATOR, OPERATOR, asked, text="1 ·")
    await shop.box.telegram.wait_for_message(OPERATOR, contains=orders[0][-4:], after=asked)
    for order in orders:
        await shop.box.gate.act(order, "expire")
        await shop.card(order, "Expired")


WRONG = {
    "/order": "/order 0417",
    "/order 12": "/order 0417",
    "/order abcd": "/order 0417",
    "/order 0417 0418": "/order 0417",
    "/order 987654": "No order “987654” is known",
    "/duty maybe": "/duty on, /duty off or /duty over",
    "/language fr": "/language en or /language zh",
    "/timezone Atlantis": "/timezone Asia/Shanghai",
    "/nonsense": "/help shows what you can write",
    "/staff": "only an owner may",
    "/journal": "it takes lead or higher",
    "/freeze": "it takes lead or higher",
    "hello": "This text went to nobody",
}


@pytest.mark.parametrize("text", WRONG)
async def test_a_wrong_command_says_what_is_expected_and_changes_nothing(shop: Shop, text: str) -> None:
    before = dict(shop.desk.application.desk.people)
    await shop.say(text, contains=WRONG[text])
    assert shop.desk.application.desk.people == before


OWNERS = {
    "/staff invite": "/staff invite operator",
    "/staff invite pope": "“pope” is no role",
    "/staff role 42": "/staff role 7251000123 lead",
    "/staff role 42 lead": "Nobody of the staff has the id “42”",
    "/staff remove abc": "“abc”",
    "/staff limit operator release": "/staff limit operator release 1000 5000",
    "/staff limit operator release minus 5": "“minus” is no amount",
    "/staff limit operator dance 1 5": "“dance” is no action",
    "/staff 42": "/staff invite operator",
    "/staff remove 1001": "stand in the settings",
    "/journal 0": "/journal 2",
    "/journal x": "/journal 2",
}


@pytest.mark.parametrize("text", OWNERS)
async def test_an_owner_who_mistypes_is_told_how_it_is_written(shop: Shop, text: str) -> None:
    before = dict(shop.desk.application.desk.people)
    await shop.say(text, person=OWNER, contains=OWNERS[text])
    assert shop.desk.application.desk.people == before


async def test_help_shows_only_what_the_role_may_do(shop: Shop) -> None:
    lists = {}
    for person in (VIEWER, AGENT, OPERATOR, LEAD):
        lists[person] = (await shop.say("/help", person=person, contains="C2C Desk")).text
    assert "/journal" not in lists[OPERATOR] and "/freeze" not in lists[OPERATOR] and "/staff" not in lists[LEAD]
    assert "/journal" in lists[LEAD] and "/freeze" in lists[LEAD] and "/unfreeze" not in lists[LEAD]
    assert "/orders" in lists[VIEWER]
    owner = await shop.say("/help", person=OWNER, contains="C2C Desk")
    assert "/unfreeze" in owner.text and "/staff" in owner.text


async def test_whoever_speaks_chinese_reads_nothing_but_chinese(shop: Shop) -> None:
    await shop.say("/language zh", person=OPERATOR_2, contains="中文")
    await shop.go_on_duty(OPERATOR_2, contains="值班")
    order = await shop.sale("704.00")
    bell = await shop.card(order, "买家已付款", person=OPERATOR_2)
    assert not any("Release" in label or "More" in label for row in bell.labels for label in row)
    await shop.tap(order, "放币…", person=OPERATOR_2)
    confirm = await shop.card(order, "放出后无法撤回", person=OPERATOR_2)
    await shop.confirm(order, "已看到", person=OPERATOR_2)
    await shop.card(order, "已放币", person=OPERATOR_2)
    for text, words in {"/help": "/orders", "/orders": "待办", "/order 12": "/order 0417", "hi": "没有发给"}.items():
        answer = await shop.say(text, person=OPERATOR_2, contains=words)
        assert not {"Now", "waiting", "Write", "nobody", "Queue"} & set(answer.text.split()), answer.text
    assert "Valid" not in confirm.text
    await shop.go_off_duty(OPERATOR_2, contains="值班")
    await shop.say("/language en", person=OPERATOR_2, contains="English")


async def test_a_reader_in_another_time_zone_reads_another_clock(shop: Shop) -> None:
    await shop.say("/timezone Europe/Lisbon", contains="Europe/Lisbon")
    order = await shop.sale("705.00")
    lisbon = await shop.card(order, "Paid – check the bank")
    await shop.say("/timezone Asia/Shanghai", contains="Asia/Shanghai")
    shanghai = await shop.say(f"/order {order}", contains="Paid – check the bank")
    paid = [next(line for line in card.text.split("\n") if line.startswith("Paid ")) for card in (lisbon, shanghai)]
    assert paid[0] != paid[1]
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_duty_decides_who_is_rung_and_nobody_on_duty_means_the_owners(shop: Shop) -> None:
    await shop.go_off_duty(contains="Nobody is: the owners are rung")
    order = await shop.sale("706.00")
    bell = await shop.card(order, "Paid – check the bank", person=OWNER)
    assert not bell.silent
    assert not any(order[-4:] in message.text for message in await shop.box.telegram.messages(OPERATOR))
    await shop.go_on_duty(contains="On duty: orders")
    await shop.box.gate.act(order, "cancel_elsewhere")


async def test_leads_read_the_journal_and_owners_the_staff(shop: Shop) -> None:
    await shop.say("/journal", person=LEAD, contains="duty 1003 → done")
    staff = await shop.say("/staff", person=OWNER, contains="Staff 6")
    assert "Operator 1" in staff.text and "1005" in staff.text
    await shop.say("/staff limit operator cancel 10 20", person=OWNER, contains="Limit set")
    assert "10.00 / 20.00" in (await shop.say("/staff limit", person=OWNER, contains="Limits in coins")).text


async def test_the_frozen_desk_moves_no_money_until_an_owner_unfreezes(shop: Shop) -> None:
    order = await shop.sale("707.00")
    await shop.card(order, button="Release…")
    await shop.say("/freeze", person=LEAD, contains="Desk frozen")
    said = await shop.tap(order, "Release…")
    if "frozen" not in said:
        await shop.card(order, "The desk is frozen")
    await shop.say("/unfreeze", person=LEAD, contains="Ask an owner")
    await shop.say("/unfreeze", person=OWNER, contains="Desk unfrozen")
    await shop.release(order)
    await shop.card(order, "Released 707.00 USDT")
    assert len(await shop.posts(order)) == 1
