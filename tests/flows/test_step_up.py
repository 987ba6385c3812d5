"""When a tap asks for the PIN, what a right one counts for, and how guessing ends."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.intents import Action, State
from bot.domain.quotes import OWN, Fixed, Wish
from bot.domain.step_up import MOST_WRONG, Step
from bot.flows import convert, duty, people, pin_questions, pin_setting, step_up
from bot.flows.admit import admit, unhandled
from bot.flows.pin_questions import PROMPT_SECONDS, Typed
from storage.store import Store
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench, notices, open_bench
from tests.flows.convert_bench import Deal
from tests.flows.step_up_bench import (
    FIRST,
    OTHER,
    SECOND,
    asked,
    follow,
    guess,
    no,
    pins,
    prove,
    reply,
    require,
    set_pin,
)

HOUR = 3600


async def another(bench: Bench, number: int, **changes: object) -> str:
    """One more paid order."""
    from dataclasses import replace

    order_id = f"6200{number:04d}"
    bench.add(replace(ORDER, id=order_id, total=Decimal(7200 + number), **changes))  # type: ignore[arg-type]
    return order_id


async def test_who_has_no_pin_is_asked_nothing(bench: Bench) -> None:
    assert (await bench.act()).state is State.DONE


async def test_where_one_is_required_nobody_without_moves_money(bench: Bench) -> None:
    require(bench, step_up="required")
    seal = await bench.open_step()
    assert (await no(bench.confirm(seal))).reason == "pin_missing"
    assert bench.gate.count("release") == 0 and await bench.outcomes("release") == ["not_allowed"]
    await set_pin(bench)
    assert (await bench.confirm(seal)).state is State.DONE


async def test_a_new_pin_counts_as_given_and_a_new_shift_asks_once(bench: Bench) -> None:
    await set_pin(bench)
    assert (await bench.act()).state is State.DONE
    bench.pass_(60)
    await duty.set_duty(bench.desk, OPERATOR, True)
    seal = await bench.open_step(await another(bench, 1))
    prompt = await prove(bench, bench.confirm(seal))
    assert prompt.facts["why"] == "shift" and prompt.facts["coins"] == "1000.00 USDT"
    assert (await bench.confirm(seal)).state is State.DONE
    assert (await bench.act(await another(bench, 2))).state is State.DONE


async def test_going_off_duty_ends_a_shift_and_off_duty_it_is_twelve_hours(bench: Bench) -> None:
    await set_pin(bench)
    bench.pass_(60)
    await duty.set_duty(bench.desk, OPERATOR, False)
    seal = await bench.open_step()
    assert (await prove(bench, bench.confirm(seal))).facts["why"] == "shift"
    assert (await bench.confirm(seal)).state is State.DONE
    for number in range(24):  # a tap every half an hour keeps it from being idle
        bench.pass_(29 * 60)
        if number < 23:
            await step_up.check_deed(bench.desk, OPERATOR, "settle", str(number))
    bench.pass_(HOUR)
    seal = await bench.open_step(await another(bench, 1))
    assert (await asked(bench, bench.confirm(seal))).facts["why"] == "shift"


async def test_half_an_hour_without_a_money_tap_asks_again(bench: Bench) -> None:
    await set_pin(bench)
    bench.pass_(29 * 60)
    assert (await bench.act()).state is State.DONE
    bench.pass_(31 * 60)
    seal = await bench.open_step(await another(bench, 1))
    assert (await prove(bench, bench.confirm(seal))).facts["why"] == "idle"
    assert (await bench.confirm(seal)).state is State.DONE


async def test_above_the_amount_a_pin_counts_for_one_seal_alone(bench: Bench) -> None:
    require(bench, step_up_above=Decimal("999.99"))
    await set_pin(bench)
    first = await bench.open_step()
    assert (await prove(bench, bench.confirm(first))).facts["why"] == "above"
    second = await bench.open_step(await another(bench, 1))
    assert (await no(bench.confirm(second))).facts["why"] == "above"
    assert (await bench.confirm(first)).state is State.DONE
    assert (await no(bench.confirm(second))).reason == "pin_needed"


async def test_an_amount_just_at_the_mark_asks_for_nothing_more(bench: Bench) -> None:
    require(bench, step_up_above=Decimal("1000"))
    await set_pin(bench)
    assert (await bench.act()).state is State.DONE


async def test_a_seal_opened_anew_wants_its_own_pin(bench: Bench) -> None:
    require(bench, step_up_above=Decimal("1"))
    await set_pin(bench)
    first = await bench.open_step()
    await prove(bench, bench.confirm(first))
    again = await bench.open_step()
    assert (await no(bench.confirm(again))).facts["why"] == "above"


async def test_asking_does_not_lengthen_the_life_of_a_step(bench: Bench) -> None:
    await set_pin(bench)
    bench.pass_(HOUR)
    seal = await bench.open_step()
    await prove(bench, bench.confirm(seal))
    bench.pass_(bench.desk.policy.approval_seconds)
    assert (await no(bench.confirm(seal))).reason == "seal_expired"


async def test_a_pin_given_for_a_quote_that_has_ended_counts_for_its_successor_and_for_no_other(
    tmp_path: Path,
) -> None:
    async with open_bench(tmp_path) as bench:
        deal = Deal(bench)
        require(bench, step_up_above=Decimal("99"))
        await set_pin(bench)
        old = await deal.quote()
        assert old.open_seal is not None
        await prove(bench, convert.convert(bench.desk, OPERATOR, old.open_seal.id, bench.now))
        bench.pass_(bench.desk.policy.quote_seconds)
        fresh = await deal.quote()
        await deal.tap(fresh)
        assert (await bench.intent(fresh.conversion.id)).state is State.DONE
        next_one = await deal.quote()
        assert (await no(deal.tap(next_one))).reason == "pin_needed"
        other = await deal.quote(Wish(OWN, "USDT", "BTC", Fixed.SELL, Decimal("101")))
        assert (await no(deal.tap(other))).reason == "pin_needed"


async def test_a_wrong_pin_says_how_many_tries_are_left_and_a_right_one_begins_anew(bench: Bench) -> None:
    await set_pin(bench)
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    refused = await no(reply(bench, prompt, OTHER))
    assert (refused.reason, refused.facts["left"]) == ("pin_wrong", "4")
    fresh = await pin_questions.once_more(bench.desk, OPERATOR, prompt.id, refused)
    assert fresh is not None and fresh.about == "x"
    await reply(bench, fresh, FIRST)
    assert (await pins(bench)).wrong == 0


async def test_five_wrong_ones_over_a_restart_lock_the_person_and_ring_the_owners(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await set_pin(bench)
        assert await guess(bench, 3) == ["pin_wrong"] * 3
        again = await Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
        bench.desk.store = bench.store = again
        try:
            await bench.told()
            assert await guess(bench, 2) == ["pin_wrong", "pin_locked"]
            assert notices(await bench.outbox(), "pin_locked") == [OWNER]
            seal = await bench.open_step()
            assert (await no(bench.confirm(seal))).reason == "pin_locked"
            prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
            assert (await no(reply(bench, prompt, FIRST))).reason == "pin_locked"
            assert bench.gate.count("release") == 0
            assert await pin_setting.unlock(bench.desk, OWNER, OPERATOR)
            assert (await bench.confirm(await bench.open_step())).state is State.DONE
        finally:
            await again.close()


async def test_a_try_is_counted_before_it_is_judged(bench: Bench) -> None:
    """Whoever kills the desk while it computes gets no try for free."""
    await set_pin(bench)
    for _ in range(MOST_WRONG):
        prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
        await pin_questions.take(bench.desk, OPERATOR, prompt.id, Typed(OTHER, 0))  # and there it ended
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    assert (await no(reply(bench, prompt, FIRST))).reason == "pin_locked"
    assert (await pins(bench)).locked_at is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [("abcdef", "pin_letters"), ("12 34 56", "pin_letters"), ("12345", "pin_length"), ("1234567890123", "pin_length"),
     ("", "pin_letters"), ("٤٨٢٩١٣", "pin_letters"), ("•", "pin_typed_again")],
)  # fmt: skip
async def test_what_can_be_no_pin_is_not_counted_and_leaves_the_question_open(
    bench: Bench, text: str, reason: str
) -> None:
    await set_pin(bench)
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    assert (await no(reply(bench, prompt, text))).reason == reason
    assert (await pins(bench)).wrong == 0
    await reply(bench, prompt, "４８２９１３")  # wide digits of a Chinese keyboard


async def test_a_question_is_answered_once_in_time_and_by_whom_it_was_asked(bench: Bench) -> None:
    await set_pin(bench)
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    assert (await no(reply(bench, prompt, FIRST, by=LEAD))).reason == "pin_prompt_over"
    await reply(bench, prompt, FIRST)
    assert (await no(reply(bench, prompt, FIRST))).reason == "pin_prompt_over"
    late = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    bench.pass_(PROMPT_SECONDS)
    assert (await no(reply(bench, late, FIRST))).reason == "pin_prompt_over"
    old = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "y")
    assert (await no(reply(bench, old, FIRST))).reason == "pin_prompt_over"
    assert (await pins(bench)).wrong == 0


async def test_the_typed_text_leaves_the_stored_update_before_it_is_judged(bench: Bench) -> None:
    await set_pin(bench)
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    chat = {"id": OPERATOR, "type": "private"}
    body = {"message_id": 5, "date": 1, "chat": chat, "from": {"id": OPERATOR, "is_bot": False}, "text": FIRST}
    await admit(bench.desk, [{"update_id": 71, "message": body}])
    await pin_questions.take(bench.desk, OPERATOR, prompt.id, Typed(FIRST, 71))
    (left,) = await unhandled(bench.desk)
    assert left.payload["message"]["text"] == "•" and FIRST not in str(left)


async def test_a_refusal_of_a_pin_holds_no_digit_of_it(bench: Bench) -> None:
    await set_pin(bench)
    prompt = await pin_questions.ask(bench.desk, OPERATOR, Step.PROVE, "x")
    refused = await no(reply(bench, prompt, OTHER))
    assert OTHER not in f"{refused.reason}{refused.facts}{refused!r}{Typed(OTHER, 1)!r}"
    assert OTHER not in str(await bench.journal())


async def test_who_leaves_the_staff_leaves_no_pin_behind(bench: Bench) -> None:
    await set_pin(bench)
    await people.remove(bench.desk, OWNER, OPERATOR)
    async with bench.store.read() as tables:
        assert await tables.step_up.pins(OPERATOR) is None


async def test_a_locked_person_may_not_even_begin_to_change_the_pin(bench: Bench) -> None:
    await set_pin(bench)
    await guess(bench, MOST_WRONG)
    for step in (Step.OLD, Step.REMOVE, Step.SECOND_PROVE):
        assert (await no(pin_setting.begin(bench.desk, OPERATOR, step))).reason == "pin_locked"
    assert SECOND != FIRST and await follow(bench, None) is None


async def test_marking_paid_and_cancelling_ask_as_releasing_does(bench: Bench) -> None:
    await set_pin(bench)
    bench.pass_(HOUR)
    seal = await bench.open_step(action=Action.RELEASE)
    assert (await no(bench.confirm(seal))).facts["deed"] == "release"
