"""Ring louder for a paid sale that nobody answers. `domain/escalation` says when; this says at whom, once a waiting."""

from dataclasses import dataclass

from bot.domain import escalation
from bot.domain.alerts import ESCALATED
from bot.domain.escalation import LOUDNESS, OF_APPEALS, Stage, Waiting, Whose
from bot.domain.orders import Order, Phase, Side
from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows import pay_reminder
from bot.flows.announce import bell, with_role
from bot.flows.desk import Desk
from bot.flows.forced import forced_mark
from bot.flows.snooze import SNOOZE_SECONDS
from storage.alerts import PaidOrder
from storage.store import Tables


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A paid sale that waits. `outside_at`: from when the bell outside Telegram is rung for it, Unix ms."""

    order: Order
    since: int
    outside_at: int


@dataclass(frozen=True, slots=True)
class _Ring:
    """One order rings at one person, for every one of these stages at once."""

    order: Order
    waiting: Waiting
    person: Person
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done now, and when it may be worth looking again though nothing was written."""

    rings: tuple[_Ring, ...]
    unnoted: tuple[str, ...]
    next_at: int | None


async def unanswered(desk: Desk, tables: Tables) -> list[Unanswered]:
    """Every paid sale that waits for somebody, oldest first."""
    found = []
    for paid in await _sales(desk, tables):
        waiting = _waiting(desk, paid)
        outside_at = escalation.outside_at(waiting, desk.policy.escalate_minutes)
        if outside_at is not None:
            found.append(Unanswered(paid.order, waiting.paid_at, outside_at))
    return found


async def is_over(tables: Tables, notice: str, order_id: str | None) -> bool:
    """Whether that was to be said of a silence that has ended by the time it could be said."""
    if not notice.startswith(ESCALATED) or order_id is None:
        return False
    if notice == pay_reminder.DEADLINE:
        stored = await tables.orders.get(order_id)
        return stored is None or not pay_reminder.is_to_pay(stored.order)
    stage = Stage(notice.removeprefix(f"{ESCALATED}_"))
    found = {paid.order.id: _whose(paid) for paid in await tables.alerts.paid() if _is_sale(paid)}
    return order_id not in found or stage not in found[order_id].stages


class Escalation:
    """The loop's work. It remembers only when the next look is worth it; what rang is in the store."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commits = -1
        self._looked_at = 0
        self._next_at: int | None = None

    async def round(self) -> None:
        """Ring what is due. Nothing is read before something was written or falls due."""
        desk = self._desk
        commits, now = desk.store.commits, desk.now()
        is_due = self._next_at is not None and not self._looked_at <= now < self._next_at
        if commits == self._commits and not is_due:
            return
        async with desk.store.read() as tables:
            plan = await _plan(desk, tables)
        if plan.rings or plan.unnoted:
            async with desk.store.write() as tables:
                plan = await _plan(desk, tables)  # decided on what is true now
                for order_id in plan.unnoted:
                    await tables.alerts.note_paid(order_id, desk.now())
                for ring in plan.rings:
                    await _ring(desk, tables, ring)
                await _record(desk, tables, plan.rings)
            desk.wake_relay.set()
        moments = [at for at in (plan.next_at, await pay_reminder.round_(desk)) if at is not None]
        self._commits, self._looked_at, self._next_at = commits, now, min(moments, default=None)


def _is_sale(paid: PaidOrder) -> bool:
    """A request under way has an answer of its own."""
    return paid.order.side is Side.SELL and not paid.is_acting


async def _sales(desk: Desk, tables: Tables) -> list[PaidOrder]:
    return [paid for paid in await tables.alerts.paid(desk.now()) if _is_sale(paid)]


def _whose(paid: PaidOrder) -> Whose:
    order = paid.order
    if paid.released_at is not None:
        return Whose.NOBODY
    if (order.in_appeal or order.phase is not Phase.PAID) and not order.can_release_in_appeal:
        return Whose.VENUE
    return Whose.LEAD if paid.is_locked else Whose.ANYBODY


def _waiting(desk: Desk, paid: PaidOrder) -> Waiting:
    """What is to come was noted before the clock was set back, and must not hold anything up."""
    now = desk.now()
    seen_at = now if paid.seen_at is None else min(paid.seen_at, now)
    snoozed_until, taken_at = paid.snoozed_until, paid.released_at
    return Waiting(
        paid_at=seen_at,
        tapped_at=paid.tapped_at,
        snoozed_until=None if snoozed_until is None else min(snoozed_until, now + SNOOZE_SECONDS * 1000),
        woken_at=paid.woken_at if paid.woken_at is not None and paid.woken_at <= now else None,
        forced_at=forced_mark(desk, paid.order, seen_at).at,
        is_attended=any(person.on_duty and person.may(Right.CLAIM) for person in desk.people.values()),
        whose=_whose(paid),
        taken_at=taken_at if taken_at is None or taken_at <= now else seen_at,
    )


async def _plan(desk: Desk, tables: Tables) -> _Plan:
    rings: list[_Ring] = []
    moments: list[int] = []
    unnoted: list[str] = []
    sales = await _sales(desk, tables)
    away = await tables.staff.unreachable() if sales else set[int]()
    for paid in sales:
        if paid.seen_at is None or paid.seen_at > desk.now():
            unnoted.append(paid.order.id)
            continue
        waiting = _waiting(desk, paid)
        due = escalation.due(waiting, desk.policy.escalate_minutes)
        moments += [moment for moment in due.values() if moment > desk.now()]
        reached = [stage for stage in LOUDNESS if stage in due and due[stage] <= desk.now()]
        if reached:
            found, again_at = await _whom(desk, tables, paid, waiting, reached, away)
            rings += [_Ring(paid.order, waiting, person, stages) for person, stages in found]
            moments += again_at
    return _Plan(tuple(rings), tuple(unnoted), min(moments, default=None))


async def _whom(
    desk: Desk, tables: Tables, paid: PaidOrder, waiting: Waiting, reached: list[Stage], away: set[int]
) -> tuple[list[tuple[Person, tuple[Stage, ...]]], list[int]]:
    """Who was not rung for a stage in this waiting. Who has a step open is left in peace until that has ended."""
    rung = await _rung(desk, tables, paid.order.id, waiting)
    busy = {
        seal.opened_by: seal.expires_at
        for seal in await tables.seals.open_for(paid.order.id)
        if seal.opened_at <= desk.now() < seal.expires_at
    }
    fresh: dict[int, list[Stage]] = {}
    for stage in reached:
        for person in _hearers(desk, stage, paid.claimed_by, away):
            if (stage, person.id) not in rung:
                fresh.setdefault(person.id, []).append(stage)
    found = [(desk.people[id_], tuple(stages)) for id_, stages in sorted(fresh.items()) if id_ not in busy]
    return found, [busy[id_] for id_ in fresh if id_ in busy]


async def _rung(desk: Desk, tables: Tables, order_id: str, waiting: Waiting) -> set[tuple[Stage, int]]:
    """At whom which stage rang in this waiting. What the venue gave back to us waits anew since then."""
    rung = await tables.alerts.rung(order_id, waiting.began, desk.now())
    mine = waiting.whose.stages
    venues_until = max((at for (stage, _), at in rung.items() if stage in OF_APPEALS and stage not in mine), default=0)
    return {one for one, at in rung.items() if at > venues_until}


def _hearers(desk: Desk, stage: Stage, claimed_by: int | None, away: set[int]) -> list[Person]:
    """Nobody who cannot be reached, who is frozen, or who may not act on orders."""
    if stage is Stage.CLAIMER:
        claimer = desk.people.get(claimed_by or 0)
        found = [claimer] if claimer is not None else []
    elif stage is Stage.DUTY:
        found = bell(desk, away)
    else:
        found = with_role(desk, Role.OWNER if stage in (Stage.ALONE, Stage.OWNERS) else Role.LEAD)
    return [person for person in found if person.may(Right.CLAIM) and person.id not in away]


async def _ring(desk: Desk, tables: Tables, ring: _Ring) -> None:
    for stage in ring.stages:
        await tables.alerts.ring(ring.order.id, stage, ring.person.id, desk.now())
    await pay_reminder.ring_loudly(desk, tables, ring.person, _notice(desk, ring), ring.order.id)


def _notice(desk: Desk, ring: _Ring) -> Notice:
    waiting, mark = ring.waiting, forced_mark(desk, ring.order, ring.waiting.paid_at)
    facts = {"order": ring.order.id, "since": str(waiting.taken_at or waiting.quiet_since)}
    facts["latest_at" if mark.is_latest else "act_at"] = str(mark.shown * 1000)
    return Notice(f"{ESCALATED}_{ring.stages[-1].value}", facts)


async def _record(desk: Desk, tables: Tables, rings: tuple[_Ring, ...]) -> None:
    """One line per order and stage: at whom it rang."""
    told: dict[tuple[str, Stage], list[int]] = {}
    for ring in rings:
        for stage in ring.stages:
            told.setdefault((ring.order.id, stage), []).append(ring.person.id)
    for (order_id, stage), people in told.items():
        facts = {"stage": stage.value, "rung": ",".join(str(id_) for id_ in people)}
        await tables.journal.add(
            at=desk.now(), actor=None, action=ESCALATED, target=order_id, facts=facts, outcome="rung"
        )
