"""What people get wrong in a day with the desk: a sentence in their language that says so, and nothing changed."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from bot.domain.day_close import credit_key
from bot.domain.errors import NotAllowed
from bot.domain.situations import Reader
from bot.domain.staff import Limit, Role
from bot.domain.step_up import Step
from bot.flows import bank, day_close, handover, people, pin_setting, snooze, standing, two_people
from bot.flows.absorb import look
from bot.views.refusals import refusal
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench
from tests.flows.step_up_bench import FIRST, OTHER, follow, reply, set_pin
from tests.flows.test_day_close import sold
from tests.flows.test_handover import at_work
from tests.flows.test_twin_question import SAME_BUYER, meet, named
from tests.flows.two_people_bench import approved, needs_two, tap

KEPT = (
    "orders", "intents", "seals", "credits", "snoozes", "staff", "handovers", "approvals", "pins", "day_forms",
    "day_closes", "unlocks", "limits",
)  # fmt: skip


LOOKED = "seen_at"
"""a look at Gate changes it"""


@dataclass(frozen=True)
class Mistake:
    """What is done wrong, after `prepare`; the words of its refusal; `moves`: tables that the try itself may touch."""

    prepare: Callable[[Bench], Awaitable[Callable[[], Awaitable[object]]]]
    en: str
    zh: str
    moves: tuple[str, ...] = ()


async def wrong_pin(bench: Bench) -> Callable[[], Awaitable[object]]:
    await set_pin(bench)
    prompt = await pin_setting.begin(bench.desk, OPERATOR, Step.OLD)
    return lambda: reply(bench, prompt, OTHER)


async def reused_pin(bench: Bench) -> Callable[[], Awaitable[object]]:
    await set_pin(bench)
    prompt = await follow(bench, await pin_setting.begin(bench.desk, OPERATOR, Step.OLD), FIRST)
    assert prompt is not None
    return lambda: reply(bench, prompt, FIRST)


async def to_oneself(bench: Bench) -> Callable[[], Awaitable[object]]:
    await at_work(bench)
    return lambda: handover.write(bench.desk, OPERATOR, OPERATOR)


async def to_nobody(bench: Bench) -> Callable[[], Awaitable[object]]:
    await at_work(bench)
    async with bench.store.write() as tables:
        for person in bench.desk.people:
            if person != OPERATOR:
                await tables.staff.set_reachable(person, False)
    return lambda: handover.choose(bench.desk, OPERATOR)


async def to_a_stranger(bench: Bench) -> Callable[[], Awaitable[object]]:
    await at_work(bench)
    return lambda: handover.write(bench.desk, OPERATOR, 999)


async def too_long_a_snooze(bench: Bench) -> Callable[[], Awaitable[object]]:
    await look(bench.desk, ORDER.id)
    bench.pass_(1000)
    return lambda: snooze.snooze(bench.desk, OPERATOR, ORDER.id)


async def own_second_yes(bench: Bench) -> Callable[[], Awaitable[object]]:
    needs_two(bench)
    approval = await approved(bench)
    return lambda: two_people.wanted(bench.desk, OPERATOR, approval.id)


async def own_request(bench: Bench) -> Callable[[], Awaitable[object]]:
    """Asked a lead, became one, and wants to release it alone."""
    await people.set_limit(bench.desk, OWNER, Role.OPERATOR, "release", Limit(Decimal(10), Decimal(10)))
    await bench.see()
    await bank.ask_lead(bench.desk, OPERATOR, ORDER.id, "release")
    await people.change_role(bench.desk, OWNER, OPERATOR, Role.LEAD)
    return bench.open_step


async def late_approval(bench: Bench) -> Callable[[], Awaitable[object]]:
    needs_two(bench)
    approval = await approved(bench)
    bench.pass_(601)
    await standing.round_(bench.desk)
    return lambda: two_people.wanted(bench.desk, LEAD, approval.id)


async def approval_that_ends_under_the_thumb(bench: Bench) -> Callable[[], Awaitable[object]]:
    needs_two(bench)
    await approved(bench)
    bench.pass_(599)
    late = await bench.open_step(by=LEAD)
    return lambda: tap(bench, late, LEAD)


async def used_credit(bench: Bench) -> Callable[[], Awaitable[object]]:
    await meet(bench, SAME_BUYER)
    await bench.confirm(await named(bench, "448821"))
    return lambda: named(bench, "448821", SAME_BUYER.id)


async def words_for_a_sum(bench: Bench) -> Callable[[], Awaitable[object]]:
    await sold(bench)
    closing = await day_close.begin(bench.desk, LEAD)
    assert closing.asked is not None
    key = credit_key(closing.asked)
    return lambda: day_close.answer(bench.desk, LEAD, closing.form.id, key, "about 7200")


MISTAKES = {
    "wrong PIN": Mistake(wrong_pin, "Wrong PIN, nothing was done. Tries left: 4", "PIN 错误", moves=("pins",)),
    "reused PIN": Mistake(reused_pin, "You had this PIN before", "这个 PIN 你用过"),
    "handover to oneself": Mistake(to_oneself, "You cannot hand over to yourself. Nothing changed", "不能交班给自己"),
    "handover to nobody": Mistake(to_nobody, "Nobody can take over", "没有人能接班"),
    "handover to a stranger": Mistake(to_a_stranger, "id “999”. Nothing changed", "员工里没有 ID“999”，未作更改"),
    "snooze past the limit": Mistake(too_long_a_snooze, "this cannot wait longer", "不能再推后"),
    "own second yes": Mistake(own_second_yes, "now another person has to confirm it", "现在需要另一个人确认"),
    "own request": Mistake(own_request, "You asked a lead for this, so somebody else", "这是你请主管处理的"),
    "late approval": Mistake(late_approval, "The first yes is over: nobody else confirmed in time", "第一次确认已失效"),
    "approval that ends": Mistake(
        approval_that_ends_under_the_thumb, "The first yes was too long ago", "第一次确认已过期",
        moves=("approvals", "seals", "orders"),
    ),
    "used credit": Mistake(
        used_credit, f"The credit 448821 was already used for order {ORDER.id[-4:]}",
        f"入账 448821 已用于订单 {ORDER.id[-4:]}",
    ),
    "words for a sum": Mistake(words_for_a_sum, "“about 7200” is no sum", "“about 7200”不是金额"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=[name.replace(" ", "_") for name in MISTAKES])
async def test_it_is_said_in_both_languages_and_nothing_changed(bench: Bench, mistake: Mistake) -> None:
    do = await mistake.prepare(bench)
    before, sent = await kept(bench, mistake.moves), bench.gate.count("release")
    with pytest.raises(NotAllowed) as no:
        await do()
    for language, words in (("en", mistake.en), ("zh", mistake.zh)):
        person = replace(bench.desk.people[LEAD], language=language)
        said = html.unescape(str(refusal(no.value, Reader(language, "Asia/Shanghai", person))))
        assert words in said and "{" not in said, said
    assert await kept(bench, mistake.moves) == before
    assert bench.gate.count("release") == sent


async def kept(bench: Bench, moves: tuple[str, ...]) -> dict[str, list[dict[str, object]]]:
    """Every row that says who may what, what stands and what was done; not the journal, which tells of the try."""
    async with bench.store.read() as tables:
        found = {name: await tables.journal._session.rows(f"SELECT * FROM {name}") for name in KEPT}
    return {
        name: [{column: row[column] for column in row.keys() if column != LOOKED} for row in rows]  # noqa: SIM118
        for name, rows in found.items()
        if name not in moves
    }
