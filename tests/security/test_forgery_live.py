"""S1 through the whole bot: forged updates arrive over Telegram's socket, and the venue and the chats stay still."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.security.stand import callback, chat_of, message, user
from tests.support.controls import Json, until
from tests.support.desk import DESK_GROUP, RunningDesk, running_desk
from tests.support.sandbox import LEAD, OPERATOR, OPERATOR_2, OWNER, STRANGER, Message, Sandbox

FOREIGN = -1002000000002
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


@pytest.fixture
async def desk(box: Sandbox, tmp_path: Path) -> AsyncIterator[RunningDesk]:
    async with running_desk(box, tmp_path / "desk.db", speed=5) as running:
        yield running


async def opened(desk: RunningDesk) -> tuple[str, Message]:
    """A paid sale whose confirm stands open before the operator, long enough to be pressed."""
    order = await desk.box.gate.open_order(amount="1000.00", price="7.20", name="张三丰", paid=True)
    bell = await desk.box.telegram.wait_for_message(OPERATOR, contains="Paid – check the bank")
    await desk.press(OPERATOR, bell, "Release…")
    confirm = await desk.box.telegram.wait_for_message(OPERATOR, contains="It cannot be undone")
    await desk.settle(0.5)
    return order, confirm


async def push(box: Sandbox, update: Json) -> None:
    await box.controls.post("telegram/act/raw_update", {"update": update})


async def all_taken(box: Sandbox) -> None:
    """The desk has confirmed every update that was queued before this: a ping of the owner is answered after them."""
    since = (await box.telegram.calls())[-1].n
    await box.telegram.write(OWNER, OWNER, "/help")
    await box.telegram.wait_for_call("sendMessage", lambda call: call.params.get("chat_id") in (OWNER, str(OWNER)),
                                     since=since)  # fmt: skip
    await asyncio.sleep(0.3)


def forged(order: str, confirm: Message) -> dict[str, Json]:
    """A smaller choice of the fast matrix, one of each way in."""
    yes = confirm.button("I saw it").data or ""
    tap: Callable[..., Json] = lambda who, chat, data=yes: callback(who, chat, confirm.id, data)  # noqa: E731
    anonymous: Json = {"from": ANONYMOUS, "sender_chat": chat_of(DESK_GROUP)}
    more: dict[str, Any] = {"via_bot": ANONYMOUS}
    return {
        "stranger's command": {"message": message(STRANGER, STRANGER, f"/order {order}")},
        "stranger's freeze": {"message": message(STRANGER, STRANGER, "/freeze")},
        "stranger in the group": {"message": message(STRANGER, DESK_GROUP, "/freeze")},
        "stranger's guess": {"message": message(STRANGER, STRANGER, "/start AAAAAAAAAAAAAAAAAAAAAAAA")},
        "stranger's tap": {"callback_query": tap(STRANGER, STRANGER)},
        "stranger's tap on the operator's message": {"callback_query": tap(STRANGER, OPERATOR)},
        "stranger's tap in the group": {"callback_query": tap(STRANGER, DESK_GROUP)},
        "stranger's invented release": {"callback_query": tap(STRANGER, OPERATOR, f"r:{order}")},
        "colleague's tap on the operator's message": {"callback_query": tap(OPERATOR_2, OPERATOR)},
        "colleague's tap with the stolen seal": {"callback_query": tap(OPERATOR_2, OPERATOR_2)},
        "lead's tap with the stolen seal in the group": {"callback_query": tap(LEAD, DESK_GROUP)},
        "lead in a foreign group": {"message": message(LEAD, FOREIGN, "/freeze")},
        "lead in somebody else's chat": {"message": message(LEAD, OPERATOR, "/freeze")},
        "lead's tap in a foreign group": {"callback_query": tap(LEAD, FOREIGN)},
        "lead's edit": {"edited_message": message(LEAD, LEAD, "/freeze", edit_date=1)},
        "lead through a bot": {"message": message(LEAD, LEAD, "/freeze", **more)},
        "lead's forward": {
            "message": message(LEAD, LEAD, "/freeze", forward_origin={
                "type": "user", "date": 1, "sender_user": user(STRANGER)})},
        "anonymous admin": {"message": message(LEAD, DESK_GROUP, "/freeze") | anonymous},
        "anonymous admin's tap": {"callback_query": tap(LEAD, DESK_GROUP) | {"from": ANONYMOUS}},
        "service account": {"message": message(777000, 777000, "/freeze")},
        "another bot": {"message": message(LEAD, LEAD, "/freeze") | {"from": user(LEAD, is_bot=True)}},
        "channel post": {"channel_post": message(LEAD, -1003000000003, "/freeze")},
        "edited channel post": {"edited_channel_post": message(LEAD, -1003000000003, "/freeze")},
        "business message": {"business_message": message(LEAD, LEAD, "/freeze")},
        "inline query": {"inline_query": {"id": "1", "from": user(LEAD), "query": "/freeze", "offset": ""}},
        "chosen inline result": {"chosen_inline_result": {"result_id": "1", "from": user(LEAD), "query": "/freeze"}},
        "tap without a message": {"callback_query": {
            "id": "1", "from": user(OPERATOR), "chat_instance": "1", "data": yes, "inline_message_id": "x"}},
        "join request": {"chat_join_request": {"chat": chat_of(DESK_GROUP), "from": user(STRANGER), "date": 1}},
        "reaction": {"message_reaction": {"chat": chat_of(OPERATOR), "message_id": confirm.id, "user": user(LEAD)}},
        "poll answer": {"poll_answer": {"poll_id": "1", "user": user(LEAD), "option_ids": [0]}},
        "a type of tomorrow": {"telepathy": {"from": user(LEAD), "text": "/freeze"}},
    }  # fmt: skip


async def test_forged_updates_over_the_wire_move_nothing_and_the_real_tap_still_works(desk: RunningDesk) -> None:
    box = desk.box
    order, confirm = await opened(desk)
    all_updates = forged(order, confirm)
    assert len(all_updates) > 25
    since = (await box.telegram.calls())[-1].n
    for update in all_updates.values():
        await push(box, update)
    await all_taken(box)
    assert await box.gate.money_calls() == []
    strangers = {STRANGER, str(STRANGER), FOREIGN, str(FOREIGN), 777000, "777000"}
    assert [
        call.method for call in await box.telegram.calls(since=since) if call.params.get("chat_id") in strangers
    ] == []
    assert await box.telegram.messages(STRANGER) == []
    async with desk.application.store.read() as tables:
        assert await tables.desk.get("frozen") is None
        lines = [entry.target for entry in await tables.journal.all() if entry.action == "stranger"]
    assert lines.count(str(STRANGER)) == 1
    await desk.press(OPERATOR, confirm, "I saw it: release")
    await box.gate.wait_for_money_call("confirm-receipt", order)
    await box.telegram.wait_for_message(OPERATOR, contains="Released 1,000.00 USDT")
    assert len(await box.gate.money_calls()) == 1
    told = [note for note in await box.telegram.messages(OWNER) if str(STRANGER) in note.text]
    assert len(told) == 1
    assert await box.telegram.violations() == []


async def test_a_tap_that_arrives_again_and_again_reaches_the_venue_once(desk: RunningDesk) -> None:
    box = desk.box
    order, confirm = await opened(desk)
    tap = callback(OPERATOR, OPERATOR, confirm.id, confirm.button("I saw it").data or "")
    await push(box, {"callback_query": tap})
    await box.gate.wait_for_money_call("confirm-receipt", order)
    for _ in range(5):
        await push(box, {"callback_query": tap})
    await all_taken(box)
    assert len(await box.gate.money_calls()) == 1


async def test_a_removed_operators_open_confirm_is_dead_at_the_next_tap(desk: RunningDesk) -> None:
    box = desk.box
    _, confirm = await opened(desk)
    await box.telegram.write(OWNER, OWNER, f"/staff remove {OPERATOR}")

    async def is_gone() -> bool | None:
        return True if OPERATOR not in desk.application.desk.people else None

    await until(is_gone, "the removal")
    shown = len(await box.telegram.messages(OPERATOR))
    await box.telegram.tap(OPERATOR, OPERATOR, confirm, text="I saw it: release")
    await all_taken(box)
    assert await box.gate.money_calls() == []
    assert len(await box.telegram.messages(OPERATOR)) == shown


CHANGES: dict[str, tuple[Json, str]] = {
    "amount": ({"amount": "1000.01"}, "amount"),
    "price": ({"price": "7.30"}, "total"),
    "verified name": ({"name": "李四"}, "verified name"),
    "counterparty": ({"uid": "99887766"}, "counterparty"),
    "asset": ({"asset": "BTC"}, "coin"),
    "fiat": ({"fiat": "USD"}, "currency"),
    "payment method": ({"sel_paytype": "alipay"}, "payment method"),
    "payment methods": ({"supported_pay_types": ["bank"]}, "payment methods"),
    "appeal": ({"in_appeal": True, "is_show_receive": True}, "appeal"),
    "cancelable": ({"cancelable": True}, "cancelled"),
    "deadline": ({"deadline": 2_000_000_000}, "deadline"),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_fact_changed_at_the_venue_under_the_thumb_releases_nothing(desk: RunningDesk, what: str) -> None:
    """The list cannot be read meanwhile, so that it is the tap's own look that sees the change."""
    box, (change, word) = desk.box, CHANGES[what]
    order, confirm = await opened(desk)
    await box.gate.fault("get_pending_transaction_list", "error_500", times=-1)
    await box.gate.act(order, "change", **change)
    await desk.press(OPERATOR, confirm, "I saw it: release")
    fresh = await box.telegram.wait_for_message(
        OPERATOR, where=lambda shown: "Nothing done" in shown.text or "appeal" in shown.text.lower()
    )
    assert word in fresh.text or what == "appeal"
    assert await box.gate.money_calls() == []
    assert (await box.gate.order(order)).released_times == 0
