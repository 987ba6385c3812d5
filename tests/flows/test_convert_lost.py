"""When no answer came, and while Gate works on it: looks, the one repeat, a lead's word, and a restart."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable
from bot.domain.intents import Action, Event, State
from bot.domain.staff import Role
from bot.flows import convert_again, convert_follow, convert_view, freeze, people
from bot.flows.convert_follow import KNOWS_THE_REQUEST
from storage.store import StoreError
from tests.flows.bench import LEAD, OPERATOR, OPERATOR_2, OWNER, VIEWER
from tests.flows.convert_bench import Deal, no, open_deal
from tests.support.fake_pay import LOST


@pytest.fixture
async def deal(tmp_path: Path) -> AsyncIterator[Deal]:
    async with open_deal(tmp_path) as opened:
        yield opened


def refusal(code: str) -> Refused:
    return Refused("gate_pay", "convert", code=code, detail="no", status=400)


async def taken(deal: Deal) -> str:
    deal.pay.status = 1
    intent = await deal.act()
    assert intent.state is State.TAKEN
    return intent.id


async def state(deal: Deal, conversion_id: str) -> State:
    return (await deal.bench.intent(conversion_id)).state


async def test_an_order_is_followed_after_5_10_30_60_and_more_seconds(deal: Deal) -> None:
    await taken(deal)
    waits = []
    since = deal.bench.now
    for _ in range(1200):
        looks = deal.pay.count("order")
        await deal.look(1)
        if deal.pay.count("order") > looks:
            waits.append((deal.bench.now - since) // 1000)
            since = deal.bench.now
    assert waits == [5, 10, 30, 60, 180, 300, 600] and len(deal.pay.posts) == 1


@pytest.mark.parametrize(("status", "end"), [(3, State.DONE), (6, State.REFUSED)])
async def test_an_order_ends_at_three_or_six_and_no_other_number(deal: Deal, status: int, end: State) -> None:
    conversion_id = await taken(deal)
    for other in (0, 2, 4, 5, 7, 36):
        deal.pay.order_is("o1", status=other)
        await deal.look(1801)
        assert await state(deal, conversion_id) is State.TAKEN
        assert (await deal.stored(conversion_id)).status == other, "kept as it is"
    deal.pay.order_is("o1", status=status)
    await deal.look(1801)
    assert await state(deal, conversion_id) is end and await deal.outcomes() == ["sent", "taken", end.value]
    assert len(await deal.notices("converted" if status == 3 else "convert_failed")) == 1
    looks = deal.pay.count("order")
    await deal.look(7200)
    assert deal.pay.count("order") == looks and len(deal.pay.posts) == 1


async def test_another_order_than_asked_for_ends_nothing(deal: Deal) -> None:
    conversion_id = await taken(deal)
    deal.pay.order_is("o1", id="o2", status=3)
    await deal.look(5)
    assert deal.pay.count("order") == 1
    made = await deal.stored(conversion_id)
    assert await state(deal, conversion_id) is State.TAKEN and (made.order_id, made.status) == ("o1", 1)
    deal.pay.order_is("o1", id="o1")
    await deal.look(4)
    assert deal.pay.count("order") == 1, "and it is not asked about at once again"
    await deal.look(1)
    assert await state(deal, conversion_id) is State.DONE


async def test_a_look_that_fails_keeps_the_others_from_nothing(deal: Deal) -> None:
    first = await taken(deal)
    deal.pay.status = 1
    second = (await deal.act()).id
    deal.pay.errors["order"] = [RuntimeError("odd")]
    deal.pay.order_is("o2", status=3)
    await deal.look(6)
    assert [await state(deal, one) for one in (first, second)] == [State.TAKEN, State.DONE]


async def test_a_person_may_look_at_once(deal: Deal) -> None:
    conversion_id = await taken(deal)
    deal.pay.order_is("o1", status=3)
    standing = await convert_follow.look_now(deal.desk, VIEWER, conversion_id)
    assert standing.intent is not None and standing.intent.state is State.DONE
    await convert_follow.look_now(deal.desk, VIEWER, conversion_id)
    assert deal.pay.count("order") == 1, "what has ended is not asked about"
    assert (await no(convert_follow.look_now(deal.desk, VIEWER, "never"))).reason == "stale_button"


async def test_a_lost_answer_is_never_sent_again_by_itself(deal: Deal) -> None:
    intent = await deal.lose()
    for _ in range(60):
        await deal.look(120)
    await convert_follow.adopt(deal.desk)
    assert await state(deal, intent.id) is State.UNKNOWN and len(deal.pay.posts) == 1


async def test_the_repeat_is_the_same_bytes_and_its_order_settles(deal: Deal) -> None:
    intent = await deal.lose(acts=False)
    ended = await deal.again(intent.id)
    assert ended.state is State.DONE and len(deal.pay.posts) == 2
    assert deal.pay.posts[0] == deal.pay.posts[1] and deal.pay.posts[0][1] == intent.arguments["body"].encode()
    made = await deal.stored(intent.id)
    assert made.order_id == "o2" and made.executed == (made.quote.sell, made.quote.buy)
    assert await deal.outcomes("ask_again") == ["sent"] and await deal.outcomes() == ["sent", "unknown", "done"]


async def test_the_repeat_is_pressed_once_ever(deal: Deal) -> None:
    intent = await deal.lose()
    deal.pay.errors["convert"] = [LOST]
    assert (await deal.again(intent.id)).state is State.UNKNOWN
    deal.bench.pass_(3600)
    for by in (OPERATOR, LEAD):
        found = await no(convert_again.open_again(deal.desk, by, intent.id))
        assert found.reason == "asked_again_already"
    assert len(deal.pay.posts) == 2 and (await deal.stored(intent.id)).again_answer == "timeout"


async def test_two_people_who_ask_again_at_once_send_one_repeat(deal: Deal) -> None:
    intent = await deal.lose()
    _, first = await convert_again.open_again(deal.desk, OPERATOR, intent.id)
    _, second = await convert_again.open_again(deal.desk, LEAD, intent.id)
    deal.bench.pass_(2)
    taps = [(OPERATOR, first.id), (LEAD, second.id), (LEAD, second.id), (OPERATOR, first.id)]
    ended = await asyncio.gather(
        *(convert_again.ask_again(deal.desk, by, seal, deal.bench.now) for by, seal in taps), return_exceptions=True
    )
    await deal.desk.drain(5)
    assert len([one for one in ended if isinstance(one, NotAllowed)]) == 3 and len(deal.pay.posts) == 2


async def test_nobody_asks_again_before_the_first_request_must_have_arrived(deal: Deal) -> None:
    deal.pay.errors["convert"] = [LOST]
    intent = await deal.act()
    found = await no(convert_again.open_again(deal.desk, OPERATOR, intent.id))
    assert (found.reason, found.facts["at"]) == ("again_too_early", str((intent.sent_at or 0) + 20_000))
    deal.bench.pass_(20)
    await convert_again.open_again(deal.desk, OPERATOR, intent.id)


@pytest.mark.parametrize("outcome", ["done", "taken", "refused"])
async def test_only_an_unknown_outcome_is_asked_about_or_settled(deal: Deal, outcome: str) -> None:
    deal.pay.status = {"done": 3, "taken": 1, "refused": 6}[outcome]
    intent = await deal.act()
    deal.bench.pass_(30)
    assert (await no(convert_again.open_again(deal.desk, LEAD, intent.id))).reason == "not_unknown"
    assert (await no(convert_again.settle(deal.desk, LEAD, intent.id, "done"))).reason == "not_unknown"
    assert len(deal.pay.posts) == 1


@pytest.mark.parametrize("how", ["frozen", "removed", "role", "quick", "late", "other", "settled"])
async def test_what_changed_before_the_second_step_sends_no_repeat(deal: Deal, how: str) -> None:
    intent = await deal.lose()
    _, seal = await convert_again.open_again(deal.desk, OPERATOR, intent.id)
    deal.bench.pass_({"quick": 1, "late": 120}.get(how, 2))
    if how == "frozen":
        await freeze.freeze_desk(deal.desk, LEAD)
    elif how == "removed":
        await people.remove(deal.desk, OWNER, OPERATOR)
    elif how == "role":
        await people.change_role(deal.desk, OWNER, OPERATOR, Role.LEAD)
    elif how == "settled":
        await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    by = OPERATOR_2 if how == "other" else OPERATOR
    found = await no(convert_again.ask_again(deal.desk, by, seal.id, deal.bench.now))
    assert found.reason == {
        "frozen": "desk_frozen", "removed": "no_right_here", "role": "quote_changed", "quick": "too_quick",
        "late": "quote_ended", "other": "not_your_quote", "settled": "not_unknown",
    }[how]  # fmt: skip
    assert len(deal.pay.posts) == 1


@pytest.mark.parametrize(
    ("error", "end", "answer"),
    [
        (refusal("400622"), State.UNKNOWN, "400622: no"),
        (refusal("400201"), State.UNKNOWN, "400201: no"),
        (Unknown("gate_pay", "convert", why="dropped"), State.UNKNOWN, "dropped"),
        (RuntimeError("defect"), State.UNKNOWN, "RuntimeError"),
    ],
)
async def test_what_the_repeat_is_told_leaves_the_first_unknown(
    deal: Deal, error: Exception, end: State, answer: str
) -> None:
    intent = await deal.lose(acts=False)
    deal.pay.errors["convert"] = [error]
    assert (await deal.again(intent.id)).state is end
    made = await deal.stored(intent.id)
    assert made.again_answer == answer and made.asked_again_at is not None
    assert (await deal.outcomes("ask_again"))[0] == "sent" and len(deal.pay.posts) == 2


async def test_a_repeat_that_never_left_may_be_pressed_once_more(deal: Deal) -> None:
    intent = await deal.lose(acts=False)
    deal.pay.errors["convert"] = [Unreachable("gate_pay", "convert", "no route")]
    assert (await deal.again(intent.id)).state is State.UNKNOWN
    assert (await deal.stored(intent.id)).asked_again_at is None
    assert (await deal.again(intent.id)).state is State.DONE


@pytest.mark.parametrize(("status", "end"), [(1, State.TAKEN), (6, State.REFUSED), (36, State.TAKEN)])
async def test_the_order_of_a_repeat_is_as_good_as_that_of_the_first(deal: Deal, status: int, end: State) -> None:
    intent = await deal.lose(acts=False)
    for _ in range(6):
        await deal.look(600)
    deal.pay.status = status
    assert (await deal.again(intent.id)).state is end
    await deal.look(5)
    assert deal.pay.count("order") == (1 if end is State.TAKEN else 0), "followed from 5 seconds on"


@pytest.mark.parametrize("acts", [True, False])
@pytest.mark.parametrize("code", [*KNOWS_THE_REQUEST, "400622", "4002010"])
async def test_balances_decide_only_beside_a_venue_that_knows_the_request(deal: Deal, code: str, acts: bool) -> None:
    intent = await deal.lose(acts=acts)
    deal.pay.acts, deal.pay.errors["convert"] = False, [refusal(code)]
    await deal.again(intent.id)
    await deal.look(6)
    is_settled = acts and code in KNOWS_THE_REQUEST
    assert await state(deal, intent.id) is (State.DONE if is_settled else State.UNKNOWN)
    assert (await deal.stored(intent.id)).has_moved_exactly is acts


async def test_balances_alone_settle_nothing_and_are_shown(deal: Deal) -> None:
    intent = await deal.lose()
    for _ in range(10):
        await deal.look(1801)
    made = await deal.stored(intent.id)
    assert made.has_moved_exactly and await state(deal, intent.id) is State.UNKNOWN


async def test_balances_that_moved_by_more_than_the_quote_settle_nothing(deal: Deal) -> None:
    intent = await deal.lose()
    deal.pay.held["USDT"] -= Decimal("0.00000001")
    deal.pay.acts, deal.pay.errors["convert"] = False, [refusal("400201")]
    await deal.again(intent.id)
    await deal.look(6)
    assert await state(deal, intent.id) is State.UNKNOWN


@pytest.mark.parametrize(("outcome", "end"), [("done", State.DONE), ("nothing", State.VOID)])
async def test_a_lead_who_looked_settles_it_and_is_named(deal: Deal, outcome: str, end: State) -> None:
    intent = await deal.lose()
    for by in (OPERATOR, VIEWER):
        assert (await no(convert_again.settle(deal.desk, by, intent.id, outcome))).reason == "role_too_low"
        assert (await no(convert_again.may_settle(deal.desk, by, intent.id))).reason == "role_too_low"
    assert (await no(convert_again.settle(deal.desk, LEAD, intent.id, "perhaps"))).reason == "stale_button"
    assert await state(deal, intent.id) is State.UNKNOWN
    standing = await convert_again.settle(deal.desk, LEAD, intent.id, outcome)
    assert standing.intent is not None and standing.intent.state is end and len(deal.pay.posts) == 1
    (line,) = await deal.lines("settle")
    assert (line.actor, line.facts["looked_by"], line.outcome) == (LEAD, str(LEAD), outcome)
    assert (await no(convert_again.settle(deal.desk, OWNER, intent.id, outcome))).reason == "not_unknown"


async def put_into(deal: Deal, wanted: State) -> str:
    """A conversion that stood there when the process died."""
    intent = await deal.lose()
    async with deal.bench.store.write() as tables:
        if wanted is State.ASKED:
            await tables.conversions.ask_again(intent.id, deal.bench.now)
            await tables.intents.move(intent.id, frm=State.UNKNOWN, event=Event.ASKING_AGAIN, at=deal.bench.now)
    if wanted is State.SENT:
        standing = await deal.quote(by=LEAD)
        sent = replace(intent, id=standing.conversion.id, target=standing.conversion.target, state=State.SENT)
        async with deal.bench.store.write() as tables:
            await tables.intents.plan(sent)
        return sent.id
    return intent.id


@pytest.mark.parametrize("wanted", [State.SENT, State.ASKED])
async def test_after_a_restart_what_was_on_its_way_is_unknown_and_not_sent(deal: Deal, wanted: State) -> None:
    conversion_id = await put_into(deal, wanted)
    posts = len(deal.pay.posts)
    assert await convert_follow.adopt(deal.desk) == 1
    await deal.look(60)
    assert await state(deal, conversion_id) is State.UNKNOWN and len(deal.pay.posts) == posts
    if wanted is State.ASKED:
        assert (await deal.stored(conversion_id)).again_answer == "restarted"
        assert (await no(convert_again.open_again(deal.desk, LEAD, conversion_id))).reason == "asked_again_already"
    assert await convert_follow.adopt(deal.desk) == 0


async def test_after_a_restart_an_order_is_followed_on(deal: Deal) -> None:
    conversion_id = await taken(deal)
    assert await convert_follow.adopt(deal.desk) == 0
    deal.pay.order_is("o1", status=3)
    await deal.look(5)
    assert await state(deal, conversion_id) is State.DONE


async def test_orders_of_the_desk_are_left_to_their_own_watch(deal: Deal) -> None:
    other = replace(await deal.bench.act(), id="r", target="62", state=State.SENT)
    async with deal.bench.store.write() as tables:
        await tables.intents.plan(other)
    assert await convert_follow.adopt(deal.desk) == 0 and other.action is Action.RELEASE


async def test_owners_hear_once_of_what_stays_unknown(deal: Deal) -> None:
    intent = await deal.lose()
    await deal.look(120 - 21 - 1)
    assert await deal.notices("convert_unknown_long") == []
    for _ in range(5):
        await deal.look(60)
    told = [one for one in await deal.notices("convert_unknown_long") if one.chat_id == OWNER]
    assert len(told) == 1 and told[0].facts["since"] == str(intent.sent_at)
    rung = [one for one in await deal.notices("convert_unknown") if one.ring]
    assert OPERATOR in {one.chat_id for one in rung}


async def test_a_quote_ends_once_by_itself_and_its_card_is_told(deal: Deal) -> None:
    standing = await deal.quote()
    await deal.look(9)
    assert len(await deal.live()) == 1
    await deal.look(1)
    assert await deal.live() == []
    ended_at = (await deal.stored(standing.conversion.id)).ended_at
    await deal.look(10)
    assert (await deal.stored(standing.conversion.id)).ended_at == ended_at
    assert (await convert_view.show(deal.desk, OPERATOR, standing.conversion.id)).open_seal is None


async def test_an_outcome_of_the_repeat_that_cannot_be_stored_is_kept_until_it_can(deal: Deal) -> None:
    intent = await deal.lose(acts=False)
    failures = [1, 2, 3]

    def fail(point: str) -> None:
        if point == "before:commit" and len(deal.pay.posts) == 2 and failures:
            failures.pop()
            raise StoreError("full", "no space")

    deal.bench.store._probe = fail
    assert (await deal.again(intent.id)).state is State.DONE
    assert len(deal.pay.posts) == 2 and not failures and not deal.desk.is_halted


async def test_nobody_says_that_nothing_happened_while_the_request_may_still_arrive(deal: Deal) -> None:
    intent = await deal.lose()
    deal.bench.pass_(-2)
    assert (await no(convert_again.settle(deal.desk, LEAD, intent.id, "nothing"))).reason == "again_too_early"
    assert await state(deal, intent.id) is State.UNKNOWN and await deal.lines("settle") == []
    deal.bench.pass_(1)
    await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    assert await state(deal, intent.id) is State.VOID


async def test_what_was_seen_done_may_be_said_at_once(deal: Deal) -> None:
    intent = await deal.lose()
    deal.bench.pass_(-20)
    await convert_again.settle(deal.desk, LEAD, intent.id, "done")
    assert await state(deal, intent.id) is State.DONE


async def test_a_repeat_that_was_not_allowed_is_journalled(deal: Deal) -> None:
    intent = await deal.lose()
    _, seal = await convert_again.open_again(deal.desk, OPERATOR, intent.id)
    deal.bench.pass_(2)
    await no(convert_again.ask_again(deal.desk, OPERATOR_2, seal.id, deal.bench.now))
    (line,) = await deal.lines("ask_again")
    assert (line.actor, line.outcome, line.facts["reason"]) == (OPERATOR_2, "not_allowed", "not_your_quote")
    assert line.target == intent.target


async def test_what_a_lead_settled_as_nothing_stays_in_the_history(deal: Deal) -> None:
    intent = await deal.lose()
    await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    listed, _ = await convert_view.history(deal.desk, VIEWER, "all", 0)
    assert [one.conversion.id for one in listed] == [intent.id]
    assert [one.conversion.id for one in await convert_view.all_for_csv(deal.desk, VIEWER, "all")] == [intent.id]
    assert await convert_view.history(deal.desk, VIEWER, "done", 0) == ([], False)


@pytest.mark.parametrize("status", [1, 6])
async def test_an_order_of_the_repeats_own_that_fails_says_nothing_of_the_first_request(
    deal: Deal, status: int
) -> None:
    intent = await deal.lose()
    deal.pay.status = status
    deal.pay.answer = lambda order: replace(order, created_at=deal.bench.now)
    await deal.again(intent.id)
    deal.pay.answer = lambda order: replace(order, created_at=deal.bench.now, status=6)
    deal.pay.orders = {key: replace(order, status=6) for key, order in deal.pay.orders.items()}
    await deal.look(5)
    assert await state(deal, intent.id) is State.UNKNOWN
    assert "of the repeat: status 6" in (await deal.stored(intent.id)).again_answer


@pytest.mark.parametrize(("older_ms", "rings"), [(0, True), (9_000, True), (15_000, False)])
async def test_an_order_of_the_repeats_own_rings_because_it_may_be_the_second(
    deal: Deal, older_ms: int, rings: bool
) -> None:
    intent = await deal.lose()
    deal.pay.answer = lambda order: replace(order, created_at=deal.bench.now - older_ms)
    assert (await deal.again(intent.id)).state is State.DONE
    assert bool(await deal.notices("convert_maybe_twice")) is rings


async def test_nobody_says_that_nothing_happened_while_the_repeat_may_still_arrive(deal: Deal) -> None:
    intent = await deal.lose(acts=False)
    deal.pay.errors["convert"] = [LOST]
    await deal.again(intent.id)
    assert (await no(convert_again.settle(deal.desk, LEAD, intent.id, "nothing"))).reason == "again_too_early"
    deal.bench.pass_(convert_again.AGAIN_AFTER_SECONDS)
    await convert_again.settle(deal.desk, LEAD, intent.id, "nothing")
    assert await state(deal, intent.id) is State.VOID
