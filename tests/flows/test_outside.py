"""The bell outside Telegram: when it rings, how often, what it tells, and that it never says a name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from bot.clients.bell import NotRung
from bot.domain.outside import MOST_RINGS
from bot.domain.situations import LockReason, Notice
from bot.domain.staff import Role
from bot.domain.step_up import Step
from bot.flows import bank, check, freeze, journal, people, pin_questions
from bot.flows.announce import announce_now
from bot.flows.outside import OutsideBell
from storage.store import StoreError
from tests.flows.bench import LEAD, OPERATOR, ORDER, OWNER, Bench
from tests.flows.step_up_bench import FIRST, SECOND, guess, prove, reply, set_pin, set_second
from tests.flows.test_escalate import FRESH, MINUTE

UNANSWERED, TELEGRAM, BLIND = "paid_order_unanswered", "telegram_away", "gate_not_seen"
OWNER_ALONE = "look_after_the_owner"


@dataclass
class FakeBell:
    """Remembers every ring; `is_away`: nobody takes them."""

    told: list[dict[str, object]] = field(default_factory=list)
    tries: int = 0
    is_away: bool = False

    async def ring(self, told: Mapping[str, object]) -> None:
        self.tries += 1
        if self.is_away:
            raise NotRung("ConnectError")
        self.told.append(dict(told))

    def kinds(self) -> list[object]:
        kinds = [told["kind"] for told in self.told]
        self.told.clear()
        return kinds


@pytest.fixture
async def rings() -> FakeBell:
    return FakeBell()


async def paid(bench: Bench) -> None:
    bench.add(FRESH)
    await bench.see()
    await bench.told()


async def test_a_paid_order_that_nobody_taps_rings_five_minutes_after_the_last_stage(
    bench: Bench, rings: FakeBell
) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    bench.pass_(15 * MINUTE - 2)
    await bell.round()
    assert rings.told == []
    bench.pass_(2)
    await bell.round()
    assert len(rings.told) == 1
    ring = rings.told[0]
    assert ring["kind"] == UNANSWERED and ring["orders"] == 1 and ring["last_digits"] == ["0001"] and ring["ring"] == 1
    said = json.dumps(ring, ensure_ascii=False)
    for secret in (ORDER.id, ORDER.counterparty_name, ORDER.counterparty_nick, "7200", "operator", str(OPERATOR)):
        assert secret not in said


async def test_it_rings_every_five_minutes_until_somebody_taps_and_twelve_times_at_most(
    bench: Bench, rings: FakeBell
) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    bench.pass_(15 * MINUTE)
    for _ in range(60 * 2):
        await bell.round()
        bench.pass_(60)
    assert rings.kinds() == [UNANSWERED] * MOST_RINGS
    assert await bench.outcomes("bell", "bell") == ["rung"] * MOST_RINGS
    await bank.claim(bench.desk, OPERATOR, ORDER.id)
    await bell.round()
    assert rings.told == []
    bench.pass_(30 * MINUTE)
    await bell.round()
    assert rings.kinds() == [UNANSWERED], "another silence is another cause"


async def test_a_tap_ends_it(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    bench.pass_(16 * MINUTE)
    await bell.round()
    await bank.not_there_yet(bench.desk, OPERATOR, ORDER.id)
    rings.kinds()
    bench.pass_(4.9 * MINUTE)
    await bell.round()
    assert rings.told == []


async def test_what_only_a_lead_may_let_go_on_rings_from_the_mark_on(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    await bank.stop_release(bench.desk, OPERATOR, ORDER.id, LockReason.OTHER_PAYER)
    await bench.told()
    bell = OutsideBell(bench.desk, rings)
    for _ in range(19):
        bench.pass_(MINUTE)
        await bell.round()
    assert rings.kinds() == []
    bench.pass_(MINUTE)
    await bell.round()
    assert rings.kinds() == [UNANSWERED]


async def test_several_orders_are_one_ring(bench: Bench, rings: FakeBell) -> None:
    for number in range(1, 31):
        bench.add(replace(FRESH, id=f"610000{number:02}", total=FRESH.total + number))
        await bench.see(f"610000{number:02}")
    await bench.told()
    bench.pass_(20 * MINUTE)
    await OutsideBell(bench.desk, rings).round()
    (ring,) = rings.told
    assert ring["orders"] == 30 and len(str(ring["last_digits"])) < 200


async def test_a_loud_message_that_waits_for_a_minute_rings(bench: Bench, rings: FakeBell) -> None:
    bell = OutsideBell(bench.desk, rings)
    await announce_now(bench.desk, Notice("started", {}), [bench.desk.people[OWNER]])
    bench.pass_(60)
    await bell.round()
    assert rings.kinds() == []
    bench.pass_(1)
    await bell.round()
    assert rings.kinds() == [TELEGRAM]
    await bench.told()
    await bell.round()
    bench.pass_(3600)
    await bell.round()
    assert rings.kinds() == []


async def test_a_cause_that_flickers_rings_once_in_five_minutes(bench: Bench, rings: FakeBell) -> None:
    bell = OutsideBell(bench.desk, rings)
    for _ in range(60):
        bench.desk.blind_since = bench.now - 600_000
        await bell.round()
        bench.desk.blind_since = None
        await bell.round()
        bench.pass_(10)
        bell = OutsideBell(bench.desk, rings)
    assert rings.kinds() == [BLIND] * 2


async def test_silent_news_and_news_for_the_group_wait_without_a_bell(bench: Bench, rings: FakeBell) -> None:
    bench.add(replace(FRESH, status="unpay", paid_at=0))
    await bench.see()
    await announce_now(bench.desk, Notice("started", {}), [], group=True)
    bench.pass_(600)
    await OutsideBell(bench.desk, rings).round()
    assert rings.kinds() == []


async def test_blindness_rings_a_minute_after_the_desk_has_said_so(bench: Bench, rings: FakeBell) -> None:
    bell = OutsideBell(bench.desk, rings)
    bench.desk.blind_since = bench.now
    bench.pass_(bench.desk.policy.blind_after_seconds + 60)
    await bell.round()
    assert rings.kinds() == []
    bench.pass_(1)
    await bell.round()
    assert rings.kinds() == [BLIND]
    bench.desk.blind_since = None
    await bell.round()
    assert rings.kinds() == []


async def test_a_ring_that_nobody_takes_is_tried_again_and_counts_for_nothing(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bell, rings.is_away = OutsideBell(bench.desk, rings), True
    bench.pass_(15 * MINUTE)
    for _ in range(24):
        await bell.round()
        bench.pass_(5)
    assert rings.tries == 4, "every half minute"
    assert await bench.outcomes("bell", "bell") == ["failed"]
    rings.is_away = False
    bench.pass_(30)
    await bell.round()
    assert rings.kinds() == [UNANSWERED]
    assert await bench.outcomes("bell", "bell") == ["failed", "rung"]


async def test_a_restart_neither_repeats_nor_forgets(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bench.pass_(15 * MINUTE)
    await OutsideBell(bench.desk, rings).round()
    await OutsideBell(bench.desk, rings).round()
    assert rings.kinds() == [UNANSWERED]
    bench.pass_(5 * MINUTE)
    await OutsideBell(bench.desk, rings).round()
    assert rings.told[0]["ring"] == 2


async def test_a_memory_that_cannot_be_written_does_not_ring_on_and_on(bench: Bench, rings: FakeBell) -> None:
    await paid(bench)
    bell = OutsideBell(bench.desk, rings)
    bench.pass_(15 * MINUTE)
    bench.broken.add("before:insert outside_rings")
    with pytest.raises(StoreError):
        await bell.round()
    bench.broken.clear()
    await bell.round()
    assert rings.kinds() == [UNANSWERED]


async def test_nothing_to_ring_for_is_no_write(bench: Bench, rings: FakeBell) -> None:
    bell = OutsideBell(bench.desk, rings)
    await bell.round()
    commits = bench.store.commits
    for _ in range(10):
        bench.pass_(5)
        await bell.round()
    assert bench.store.commits == commits
    bench.broken |= {"before:select seals", "before:select outbox", "before:select outside_rings"}
    await bell.round(may_be_paid=False, may_ring=False)
    bench.broken.clear()


async def alone(bench: Bench) -> None:
    """A shop of one owner without leads, with both PINs."""
    await people.change_role(bench.desk, OWNER, LEAD, Role.OPERATOR)
    await set_pin(bench, by=OWNER)
    await set_second(bench, by=OWNER)
    bench.pass_(3600)
    await bench.told()


async def test_a_sole_owner_who_is_forced_rings_outside_and_is_told_nothing(bench: Bench, rings: FakeBell) -> None:
    await alone(bench)
    bell = OutsideBell(bench.desk, rings)
    await bell.round()
    assert rings.kinds() == []
    await reply(bench, await pin_questions.ask(bench.desk, OWNER, Step.PROVE, "x"), SECOND)
    assert "forced" in await kinds_going(bench)
    await bell.round()
    assert [ring["kind"] for ring in rings.told] == [OWNER_ALONE]
    assert bench.desk.people[OWNER].name not in json.dumps(rings.told) and rings.told[0]["orders"] == 0
    assert await bench.outbox() == [] and rings.kinds()
    assert not [line for line in await journal.page(bench.desk, OWNER, 0) if line.action == "bell"]
    assert await bench.outcomes("bell", "bell") == ["rung"]
    bench.pass_(5 * MINUTE)
    await bell.round()
    assert rings.kinds() == [OWNER_ALONE]
    await prove(bench, freeze.unfreeze_desk(bench.desk, OWNER), FIRST, by=OWNER)
    await freeze.unfreeze_desk(bench.desk, OWNER)
    assert "forced" not in await kinds_going(bench)
    await bench.told()
    bench.pass_(5 * MINUTE)
    await bell.round()
    assert rings.kinds() == []


async def test_a_sole_owner_who_is_locked_rings_outside(bench: Bench, rings: FakeBell) -> None:
    await alone(bench)
    await guess(bench, 5, by=OWNER)
    assert "forced" in await kinds_going(bench)
    await OutsideBell(bench.desk, rings).round()
    assert rings.kinds() == [OWNER_ALONE]
    assert (await journal.page(bench.desk, OWNER, 0))[0].action == "bell"


async def test_where_another_hears_of_it_nothing_rings_outside(bench: Bench, rings: FakeBell) -> None:
    await set_pin(bench, by=OWNER)
    await guess(bench, 5, by=OWNER)  # a lead is rung
    await set_pin(bench)
    await guess(bench, 5)
    await OutsideBell(bench.desk, rings).round()
    assert rings.kinds() == []


async def test_check_says_who_is_rung_when_there_is_nobody_else(bench: Bench) -> None:
    def said() -> list[bool | None]:
        return [one.ok for one in check._owners(bench.desk) if one.key == "alone"]

    assert said() == []  # a lead is rung
    await people.change_role(bench.desk, OWNER, LEAD, Role.OPERATOR)
    assert said() == [None]
    bench.desk.policy = replace(bench.desk.policy, rings_outside=True)
    assert said() == [True]


async def kinds_going(bench: Bench) -> frozenset[str]:
    async with bench.store.read() as tables:
        return await tables.going.kinds()
