"""The inbox's gate, what the relay is given, the queue, finding, checking, forgetting."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import NotAllowed, Refused, Unreachable
from bot.domain.findings import Finding
from bot.domain.orders import Side
from bot.domain.reach import Offline, Rejected
from bot.domain.situations import LockReason, Notice
from bot.domain.updates import Verdict
from bot.flows import admit, assemble, bank, deliver, housekeeping, queue
from bot.flows.announce import announce_now
from bot.flows.check import check
from bot.flows.deliver import Shown
from tests.flows.bench import AGENT, GROUP, LEAD, OPERATOR, ORDER, OWNER, VIEWER, Bench, notices
from tests.support.fake_telegram import SOUND, FakeTelegram

STRANGER = 999
BUY = replace(ORDER, side=Side.BUY, status="unpay", paid_at=0)


def message(number: int, user: int, text: str = "hi", chat: int | None = None, **more: object) -> dict[str, Any]:
    where = {"id": chat or user, "type": "private" if (chat or user) > 0 else "supergroup"}
    body = {"message_id": number, "from": {"id": user, "first_name": "X"}, "chat": where, "text": text}
    return {"update_id": number, "message": body | more}


def tap(number: int, user: int, message_id: int, data: str, chat: int | None = None) -> dict[str, Any]:
    where = {"id": chat or user, "type": "private" if (chat or user) > 0 else "supergroup"}
    shown = {"message_id": message_id, "chat": where}
    return {"update_id": number, "callback_query": {"id": "c", "from": {"id": user}, "data": data, "message": shown}}


async def test_a_batch_is_stored_in_one_commit_before_anything_is_handled(bench: Bench) -> None:
    before = bench.store.commits
    new = await admit.admit(bench.desk, [message(5, OPERATOR), message(6, STRANGER), message(7, LEAD)])
    assert bench.store.commits == before + 1
    assert [(one.update_id, one.key, one.verdict) for one in new] == [
        (5, f"person:{OPERATOR}", Verdict.ADMIT), (7, f"person:{LEAD}", Verdict.ADMIT),
    ]  # fmt: skip
    assert await admit.next_offset(bench.desk) == 8
    assert [one.update_id for one in await admit.unhandled(bench.desk)] == [5, 7]
    assert await admit.admit(bench.desk, [message(5, OPERATOR)]) == [], "an update is handled once"
    await admit.handled(bench.desk, 5)
    assert [one.update_id for one in await admit.unhandled(bench.desk)] == [7]


async def test_a_fresh_desk_takes_whatever_waits(bench: Bench) -> None:
    assert await admit.next_offset(bench.desk) is None
    assert await admit.admit(bench.desk, []) == []
    assert await admit.next_offset(bench.desk) is None


async def test_a_button_lives_where_it_was_shown_for_whom_it_was_shown(bench: Bench) -> None:
    for shown in (
        Shown(OPERATOR, 10, "card", ORDER.id, OPERATOR, ("r:1",), bench.now, ""),
        Shown(GROUP, 11, "card", ORDER.id, None, ("o:1",), bench.now, ""),
        Shown(OPERATOR, 12, "menu", None, OPERATOR, ("q:",), bench.now, ""),
        Shown(GROUP, 13, "menu", None, OPERATOR, ("q:",), bench.now, ""),
    ):
        await deliver.remember(bench.desk, shown)
    taps = [
        tap(1, OPERATOR, 10, "r:1"), tap(2, OPERATOR, 10, "r:2"), tap(3, LEAD, 11, "o:1", GROUP),
        tap(4, OPERATOR, 99, "r:1"), tap(5, OPERATOR, 12, "q:"), tap(6, LEAD, 13, "q:", GROUP),
    ]  # fmt: skip
    new = await admit.admit(bench.desk, taps)
    assert [one.is_live for one in new] == [True, False, True, False, True, False]
    assert new[0].key == new[2].key == f"order:{ORDER.id}"
    assert new[3].key == f"person:{OPERATOR}" and new[4].key == f"person:{OPERATOR}"
    await deliver.forget(bench.desk, OPERATOR, 10)
    assert not (await admit.admit(bench.desk, [tap(7, OPERATOR, 10, "r:1")]))[0].is_live


async def test_a_stranger_is_told_to_owners_once_per_hour(bench: Bench) -> None:
    for number in range(3):
        await admit.admit(bench.desk, [message(number, STRANGER)])
    assert notices(await bench.told(), "stranger") == [OWNER]
    lines = [line for line in await bench.journal(str(STRANGER)) if line.action == "stranger"]
    assert len(lines) == 1 and "name" not in lines[0].facts
    bench.pass_(3600)
    await admit.admit(bench.desk, [message(10, STRANGER)])
    told = await bench.told()
    assert notices(told, "stranger") == [OWNER] and not told[0].ring


async def test_an_anonymous_administrator_is_reported_with_sound(bench: Bench) -> None:
    await admit.admit(bench.desk, [message(1, 1087968824, chat=GROUP, sender_chat={"id": GROUP})])
    told = await bench.told()
    assert notices(told, "anonymous_in_group") == [OWNER] and told[0].ring


async def test_what_nobody_may_read_any_more_is_dropped(bench: Bench) -> None:
    await bench.see()
    async with bench.store.write() as tables:
        await tables.staff.remove(OPERATOR)
        await bench.desk.read_people(tables)
    tasks = await deliver.take(bench.desk, await bench.outbox())
    assert [task.delivery.chat_id for task in tasks] == [GROUP]
    assert await bench.outbox() == []


async def test_a_small_change_leaves_an_open_confirm_alone_and_a_bell_does_not(bench: Bench) -> None:
    await bench.open_step()
    await deliver.remember(bench.desk, Shown(OPERATOR, 10, "confirm", ORDER.id, OPERATOR, (), bench.now, ""))
    await bench.told()

    async def task() -> deliver.Task:
        waiting = [one for one in await bench.outbox() if one.chat_id == OPERATOR]
        return (await deliver.take(bench.desk, waiting))[0]

    await bench.see(unread=4)
    assert (await task()).is_needless
    await bench.see(in_appeal=True)
    assert not (await task()).is_needless
    await bench.see(unread=5)
    assert not (await task()).is_needless, "the appeal ended the step"


async def test_a_topic_is_wanted_when_needed_always_or_never(bench: Bench) -> None:
    await bench.see()
    for topics, needs, wants in (
        ("need", False, False),
        ("need", True, True),
        ("every", False, True),
        ("off", True, False),
    ):
        bench.desk.policy = replace(bench.desk.policy, topics=topics)
        stored = replace(await bench.stored(), needs_topic=needs)
        assert deliver.wants_topic(bench.desk, stored) is wants
    bench.desk.policy = replace(bench.desk.policy, topics="every")
    ended = await bench.stored()
    assert not deliver.wants_topic(bench.desk, replace(ended, order=replace(ORDER, status="finished")))
    await deliver.topic_made(bench.desk, ORDER.id, 55)
    assert (await assemble.show(bench.desk, OPERATOR, ORDER.id)).topic_url == "https://t.me/c/123/55"
    bench.desk.desk_chat_id = -123
    assert (await assemble.show(bench.desk, OPERATOR, ORDER.id)).topic_url == ""


async def test_a_digest_can_hold_new_cards_only(bench: Bench) -> None:
    await bench.see()
    await announce_now(bench.desk, Notice("started", {}), [bench.desk.people[OPERATOR]])
    waiting = await bench.outbox()
    assert {one.chat_id for one in await deliver.new_cards(bench.desk, waiting)} == {OPERATOR, GROUP}
    for chat in (OPERATOR, GROUP):
        await deliver.finish(bench.desk, [], [Shown(chat, 1, "card", ORDER.id, None, (), bench.now, "")])
    await bench.told()
    await bench.see(unread=3)
    assert await deliver.new_cards(bench.desk, await bench.outbox()) == []


async def test_what_was_being_sent_is_sent_again_after_a_restart_and_failures_wait(bench: Bench) -> None:
    await bench.see()
    waiting = await bench.outbox()
    await deliver.take(bench.desk, waiting)
    assert await bench.outbox() == []
    assert await deliver.recover(bench.desk) == len(waiting)
    again = await bench.outbox()
    assert all(one.repeated for one in again)
    await deliver.again(bench.desk, again[0], 30, "later")
    assert again[0].id not in [one.id for one in await deliver.due(bench.desk, again[0].chat_id)]
    bench.pass_(31)
    assert again[0].id in [one.id for one in await deliver.due(bench.desk, again[0].chat_id)]
    await deliver.give_up(bench.desk, again[1], "refused")
    assert [line.outcome for line in await bench.journal() if line.action == "delivery_failed"] == ["dropped"]


async def test_the_copy_left_behind_has_no_live_button(bench: Bench) -> None:
    old = Shown(OPERATOR, 10, "card", ORDER.id, OPERATOR, ("r:1",), bench.now, "")
    await deliver.remember(bench.desk, old)
    assert await deliver.card_in(bench.desk, OPERATOR, ORDER.id) == old
    await deliver.retire(bench.desk, old)
    shown = await deliver.shown_at(bench.desk, OPERATOR, 10)
    assert shown is not None and shown.data == () and shown.kind == "line"
    assert await deliver.card_in(bench.desk, OPERATOR, ORDER.id) is None


async def test_the_queue_puts_unknown_first_then_appeals_then_what_presses(bench: Bench) -> None:
    made = [
        replace(ORDER, id="1", paid_at=500), replace(ORDER, id="2", paid_at=400),
        replace(ORDER, id="3", in_appeal=True),
        replace(BUY, id="4", pay_deadline=450), replace(ORDER, id="5", status="unpay", paid_at=0),
        replace(BUY, id="6", status="paid", paid_at=5), replace(ORDER, id="7", status="brand new", paid_at=600),
        replace(ORDER, id="8", status="finished"), replace(ORDER, id="9", paid_at=300),
    ]  # fmt: skip
    for order in made:
        bench.add(order)
        await bench.see(order.id)
    await bank.claim(bench.desk, LEAD, "9")
    listed = await queue.queue(bench.desk, OPERATOR)
    assert [one.order.id for one in listed.now] == ["3", "2", "4", "1", "7", "9"]
    assert [one.order.id for one in listed.waiting] == ["6", "5"]
    assert listed.on_duty == ("operator 3",) and not listed.is_frozen
    bench.gate.errors["release"], bench.gate.acts = [Unreachable("gate", "r", "no")], False
    assert [one.order.id for one in (await queue.queue(bench.desk, LEAD)).now][:3] == ["3", "9", "2"]
    with pytest.raises(NotAllowed):
        await queue.queue(bench.desk, STRANGER)


async def test_orders_are_found_by_their_last_digits(bench: Bench) -> None:
    bench.add(replace(ORDER, id="99000001"))
    for order in (ORDER.id, "99000001"):
        await bench.see(order)
    assert len(await assemble.find(bench.desk, VIEWER, "0001")) == 2
    assert [one.order.id for one in await assemble.find(bench.desk, VIEWER, f"#{ORDER.id}")] == [ORDER.id]
    for given, reason in (
        ("1", "usage"),
        ("ab", "usage"),
        ("٤٥٦", "usage"),
        ("9" * 21, "usage"),
        ("7777", "order_unknown"),
    ):
        with pytest.raises(NotAllowed) as no:
            await assemble.find(bench.desk, VIEWER, given)
        assert no.value.reason == reason
    with pytest.raises(NotAllowed):
        await assemble.find(bench.desk, STRANGER, "0001")


async def test_a_card_names_people_even_after_they_left(bench: Bench) -> None:
    await bench.see()
    await bank.stop_release(bench.desk, AGENT, ORDER.id, LockReason.OTHER_PAYER)
    async with bench.store.write() as tables:
        await tables.staff.remove(AGENT)
        await bench.desk.read_people(tables)
    situation = await assemble.show(bench.desk, OPERATOR, ORDER.id)
    assert situation.lock is not None and situation.lock.by_name == str(AGENT)
    assert assemble.name_of(bench.desk, None) == ""


async def test_twins_are_open_orders_of_the_same_total(bench: Bench) -> None:
    for number, changes in enumerate(({}, {"total": ORDER.total + 1}, {"status": "finished"}, {"fiat": "USD"}), 2):
        bench.add(replace(ORDER, id=str(number), **changes))  # type: ignore[arg-type]
        await bench.see(str(number))
    await bench.see()
    situation = await assemble.show(bench.desk, OPERATOR, ORDER.id)
    assert [twin.order_id for twin in situation.twins] == ["2"]
    await bench.see(status="finished")
    ended = await assemble.show(bench.desk, OPERATOR, ORDER.id)
    assert [twin.order_id for twin in ended.twins] == ["2"], "what is done leads to the next"


async def test_what_is_bought_or_released_already_is_no_twin(bench: Bench) -> None:
    bench.add(replace(ORDER, id="61000002", side=Side.BUY, status="paid"))
    released = bench.add(replace(ORDER, id="61000003", counterparty_id="c3", counterparty_name="李四"))
    await bench.see("61000002")
    await bench.act(released)
    await bench.see()
    assert (await bench.stored(released)).order.status == "paid", "Gate does not show it yet"
    for order_id in (ORDER.id, "61000002"):
        assert (await assemble.show(bench.desk, OPERATOR, order_id)).twins == ()


async def test_what_has_had_its_time_is_forgotten_and_the_journal_stays(bench: Bench) -> None:
    await admit.admit(bench.desk, [message(1, OPERATOR)])
    await admit.handled(bench.desk, 1)
    await bench.act()
    await bench.see()
    await bench.told()
    lines = len(await bench.journal())
    await housekeeping.purge(bench.desk)
    assert (await bench.stored()).order.counterparty_name == "张三丰"
    bench.pass_(89 * 86_400)
    await housekeeping.purge(bench.desk)
    assert (await bench.stored()).order.counterparty_name == "张三丰"
    bench.pass_(2 * 86_400)
    await housekeeping.purge(bench.desk)
    kept = (await bench.stored()).order
    assert "张三丰" not in str(kept) and kept.total == ORDER.total
    assert len(await bench.journal()) == lines


async def test_what_was_forgotten_stands_in_no_file_of_the_database(bench: Bench, tmp_path: Path) -> None:
    bench.add(replace(ORDER, counterparty_name="Kanarienvogel"))
    await bench.see()
    bench.writes("kanarienvogel sings")
    await bench.read()
    await bench.told()
    await bench.see(status="finished")

    def files_with_it() -> list[str]:
        kept = [file for file in tmp_path.rglob("*") if file.is_file()]
        return [file.name for file in kept if b"anarienvogel" in file.read_bytes()]

    await housekeeping.purge(bench.desk)
    assert len(files_with_it()) == 1
    bench.pass_(91 * 86_400)
    await housekeeping.purge(bench.desk)
    assert files_with_it() == []


async def test_housekeeping_is_done_although_somebody_reads_the_database(bench: Bench, tmp_path: Path) -> None:
    await bench.see(status="finished")
    with closing(sqlite3.connect(tmp_path / "desk.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM orders").fetchall()
        bench.pass_(91 * 86_400)
        await housekeeping.purge(bench.desk)
    assert (await bench.stored()).order.counterparty_name == ""


async def found(bench: Bench, telegram: FakeTelegram | None = None, chat: int | None = GROUP) -> dict[str, Finding]:
    telegram = telegram or FakeTelegram()
    telegram.the_group = replace(telegram.the_group, members=7)
    return {f"{one.area} {one.key}": one for one in await check(bench.desk, telegram, chat)}


async def test_a_sound_desk_has_no_wrong_finding(bench: Bench) -> None:
    findings = await found(bench)
    assert [key for key, one in findings.items() if one.ok is False] == []
    assert findings["gate market"].facts["orders"] == "1"
    assert findings["owners count"].ok is None, "a single owner is a risk, not a mistake"


@pytest.mark.parametrize(
    ("code", "key"),
    [("INVALID_KEY", "key"), ("IP_FORBIDDEN", "ip"), ("REQUEST_EXPIRED", "clock"), ("READ_ONLY", "read_only"),
     ("FORBIDDEN", "permission"), ("42", "merchant")],
)  # fmt: skip
async def test_gates_refusal_names_what_to_mend(bench: Bench, code: str, key: str) -> None:
    bench.gate.errors["profile"] = [Refused("gate", "profile", code=code, detail="no", status=403)]
    findings = await found(bench)
    assert findings[f"gate {key}"].ok is False


async def test_what_is_away_skewed_or_off_is_said(bench: Bench) -> None:
    bench.gate.errors["profile"] = [Unreachable("gate", "profile", "no route")]
    assert (await found(bench))["gate reach"].ok is False
    bench.gate.skew = -7.0
    bench.gate.errors["pending_orders"] = [Unreachable("gate", "x", "no")]
    findings = await found(bench)
    assert findings["gate clock"].ok is False and findings["gate market"].ok is False
    bench.desk.gate = None
    assert (await found(bench))["gate off"].ok is None


async def test_telegrams_side_of_the_check(bench: Bench) -> None:
    telegram = FakeTelegram()
    telegram.errors["start"] = [Rejected("token")]
    assert (await found(bench, telegram))["telegram token"].ok is False
    telegram.errors["start"] = [Offline("away")]
    assert (await found(bench, telegram))["telegram reach"].ok is False
    telegram.errors["group"] = [Rejected("chat not found")]
    assert (await found(bench, telegram))["group found"].ok is False
    telegram.reachable = {AGENT: False}
    telegram.the_group = replace(SOUND, missing=("can_pin_messages",), is_forum=False)
    telegram.admins = [(STRANGER, "Eve")]
    findings = await found(bench, telegram)
    assert findings["group pin"].ok is False and findings["group topics"].ok is not False
    assert findings["group outsiders"].ok is False
    unreachable = [
        one for one in await check(bench.desk, telegram, GROUP) if one.key == "reachable" and one.ok is False
    ]
    assert [one.facts["id"] for one in unreachable] == [str(AGENT)]
    telegram.errors["can_reach"] = [Offline("away")] * 9
    assert all(one.ok is not False for one in await check(bench.desk, telegram, None) if one.key == "reachable")
    assert (await found(bench, FakeTelegram(), None))["group none"].ok is None


async def test_the_check_tells_what_live_answers_said_of_our_assumptions(bench: Bench) -> None:
    async with bench.store.write() as tables:
        await tables.assumptions.observe("times_are_utc", True, bench.now)
        await tables.assumptions.observe("list_is_complete", False, bench.now)
    findings = await found(bench)
    assert findings["assumptions times_are_utc"].ok is True
    assert findings["assumptions list_is_complete"].ok is False
    assert findings["assumptions order_key_is_txid"].ok is None
