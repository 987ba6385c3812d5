"""Random histories, played through the real flows and beside them through the oracle; every difference is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from bot.domain.errors import NotAllowed, Unreachable
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Order, Payee, Side
from bot.domain.situations import LockReason
from bot.domain.staff import Limit, Person, Role
from bot.domain.step_up import MOST_WRONG, Step
from bot.flows import (
    approve,
    bank,
    confirm,
    delayed,
    duress,
    freeze,
    people,
    pin_questions,
    pin_setting,
    standing,
    two_people,
    unlock,
)
from bot.flows.pin_questions import Typed
from tests.flows.bench import ORDER, OWNER, Bench
from tests.histories.oracle import ARMED, DAY_SECONDS, REFUSED, SENT, WAITS, Deal, Oracle, Someone
from tests.histories.oracle import Step as Opened

AMOUNTS = ("100", "500", "500.000000000000000001", "800", "1000.00", "1600")
LIMITS = ("0", "500", "1000", "1600", "1600", "2000", "3000")
STEPS = (1, 3, 60, 117, 119, 298, 301, 482, 599, 601, 3600, DAY_SECONDS)
ROLES = ("agent", "operator", "operator", "operator", "lead", "lead")
ACTIONS = (Action.RELEASE, Action.MARK_PAID)
QUICK = 2.0


@dataclass
class Figures:
    """What a run came to."""

    histories: int = 0
    taps: int = 0
    sent: int = 0
    by_two: int = 0
    armed: int = 0
    armed_sent: int = 0
    refused: int = 0
    first: int = 0
    frozen: int = 0
    unlocked: int = 0
    answered: int = 0
    pin_locked: int = 0
    mismatches: list[str] = field(default_factory=list)
    alone: list[str] = field(default_factory=list)


@dataclass
class History:
    """One shop, some orders, some people, and what they try. `told` is what happened, for whoever reads a mismatch."""

    bench: Bench
    lot: Random
    number: int
    figures: Figures
    oracle: Oracle = field(init=False)
    orders: dict[str, Order] = field(default_factory=dict)
    staff: list[int] = field(default_factory=list)
    steps: list[tuple[str, Opened]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def play(self, events: int) -> None:
        await self._set_up()
        self.figures.histories += 1
        for _ in range(events):
            await self._event()
            await self._compare()
            if self.figures.mismatches and self.figures.mismatches[-1].startswith(f"{self.number}:"):
                break
        await self._judge()

    async def _set_up(self) -> None:
        """Everybody and every order is new, so that nothing of the history before is left."""
        bench, lot = self.bench, self.lot
        start = (int(bench.seconds) // DAY_SECONDS + 2) * DAY_SECONDS + 36_000
        bench.pass_(start - bench.seconds)
        above = lot.choice((None, Decimal(500), Decimal(500), Decimal(900)))
        solo = above is not None and lot.random() < 0.5
        cap = Decimal(lot.choice(("1600", "2000", "5000")))
        bench.desk.policy = replace(
            bench.desk.policy, two_people_above=above, solo_release="delay" if solo else "off", solo_daily_cap=cap
        )
        self.oracle = Oracle(above, solo, cap, float(start))
        async with bench.store.write() as tables:
            for person in await tables.staff.people():
                if person.id != OWNER:
                    await tables.staff.remove(person.id)
            await tables.desk.delete(duress.FROZEN)
            await tables.desk.delete(duress.QUIETLY)
            count = lot.choice((0, 1, 2, 3, 4)) if lot.random() < 0.5 else lot.choice((2, 3, 4))
            self.staff = [OWNER, *(self.number * 10 + place + 1000 for place in range(count))]
            for user_id in self.staff[1:]:
                role = Role.of(lot.choice(ROLES))
                await tables.staff.put(Person(user_id, role, f"person {user_id}", "en", "UTC"), bench.now, OWNER)
            for action in ACTIONS:
                await self._limit(tables.staff.set_limit, action)
            await bench.desk.read_people(tables)
        self.oracle.people = {one.id: Someone(one.role.word) for one in bench.desk.people.values()}
        for place in range(lot.choice((1, 2, 3))):
            self._add_order(place)

    async def _limit(self, put: object, action: Action) -> None:
        limit = Limit(Decimal(self.lot.choice(LIMITS)), Decimal(self.lot.choice(LIMITS)))
        await put(Role.OPERATOR, action.value, limit, self.bench.now, OWNER)  # type: ignore[operator]
        self.oracle.limits[action.value] = (limit.per_action, limit.per_day)

    def _add_order(self, place: int) -> None:
        name = f"7{self.number:08}{place}"
        amount, is_sale = Decimal(self.lot.choice(AMOUNTS)), self.lot.random() < 0.75
        differs = not is_sale and self.lot.random() < 0.2
        unix = int(self.bench.seconds)
        payee = Payee("bank", "ICBC", "李四" if differs else "张三丰", "6222020200008821")
        self.orders[name] = replace(
            ORDER, id=name, amount=amount, side=Side.SELL if is_sale else Side.BUY, payees=(payee,),
            status="paid" if is_sale else "unpay", paid_at=unix if is_sale else 0, pay_deadline=unix + 10**7,
            created_at=unix, appeal_from=unix + 10**7, total=Decimal(self.number * 10 + place + 1),
            counterparty_id=f"c{name}",
        )  # fmt: skip
        self.bench.add(self.orders[name])
        action = Action.RELEASE if is_sale else Action.MARK_PAID
        self.oracle.deals[name] = Deal(action.value, amount, amount, differs)

    def action(self, name: str) -> Action:
        return Action(self.oracle.deals[name].action)

    # what people do

    async def _event(self) -> None:
        lot = self.lot
        who, name = lot.choice(self.staff), lot.choice(list(self.orders))
        kinds = {
            self._confirm: 34, self._open: 10, self._press: 12, self._ask: 5, self._take_back: 3, self._say_no: 3,
            self._stop: 3, self._role: 5, self._freeze: 4, self._remove: 1, self._limits: 3, self._desk: 3,
            self._quietly: 2, self._change: 3, self._pass: 14, self._doubt: 4, self._wrong_pins: 2, self._let_try: 2,
        }  # fmt: skip
        await lot.choices(list(kinds), list(kinds.values()))[0](who, name)

    def _tell(self, words: str) -> None:
        self.told.append(f"{int(self.bench.seconds) % DAY_SECONDS} {words}")

    def _mismatch(self, words: str) -> None:
        self.figures.mismatches.append(f"{self.number}: {words}\n  " + "\n  ".join(self.told[-14:]))

    def _expect(self, what: str, got: str, expected: str) -> None:
        self._tell(f"{what}: {got}")
        self.figures.taps += 1
        if got != expected:
            self._mismatch(f"{what}: {got}, the oracle says {expected}")

    async def _open(self, who: int, name: str) -> tuple[str, Opened] | None:
        expected = self.oracle.open(who, name)
        try:
            _, seal = await approve.open_step(self.bench.desk, who, name, self.action(name))
        except NotAllowed as no:
            self._expect(f"{who} opens {name} ({no.reason})", REFUSED, "opened" if expected else REFUSED)
            self.figures.refused += 1
            return None
        self._expect(f"{who} opens {name}", "opened", "opened" if expected else REFUSED)
        if expected is None:
            return None
        self.steps.append((seal.id, expected))
        return seal.id, expected

    async def _confirm(self, who: int, name: str) -> None:
        """Often somebody else's turn at what waits for a second person: by lot alone that is seldom."""
        if self.oracle.yes and self.lot.random() < 0.4:
            name = self.lot.choice(sorted(self.oracle.yes))
            who = self.lot.choice([one for one in self.staff if one != self.oracle.yes[name].who] or self.staff)
        await self._confirm_that(who, name)

    async def _confirm_that(self, who: int, name: str) -> None:
        opened = await self._open(who, name)
        if opened is not None:
            await self._tap(who, *opened)

    async def _press(self, who: int, name: str) -> None:
        """A step that somebody left open, by its opener or by somebody else."""
        if self.steps:
            seal_id, step = self.lot.choice(self.steps[-4:])
            await self._tap(step.who if self.lot.random() < 0.8 else who, seal_id, step)

    async def _tap(self, who: int, seal_id: str, step: Opened) -> None:
        await self._time(QUICK)
        expected = self.oracle.press(who, step)
        try:
            decided = await confirm.confirm(self.bench.desk, who, seal_id, self.bench.now)
        except (NotAllowed, Unreachable) as no:
            self.figures.refused += 1
            self._expect(f"{who} presses {step.deal} ({no})", REFUSED, expected)
            return
        await self.bench.desk.drain(5)
        got = SENT if isinstance(decided, Intent) else ARMED if decided.approval.is_armed else WAITS
        self.figures.first += got == WAITS
        self.figures.armed += got == ARMED
        self._expect(f"{who} presses {step.deal}", got, expected)

    async def _try(self, what: str, work: object, expected: bool) -> None:
        try:
            await work  # type: ignore[misc]
        except (NotAllowed, Unreachable) as no:
            self._expect(f"{what} ({no})", REFUSED, "done" if expected else REFUSED)
            self.figures.refused += 1
        else:
            self._expect(what, "done", "done" if expected else REFUSED)

    async def _ask(self, who: int, name: str) -> None:
        if self.oracle.deals[name].is_over or not await self._known(name):
            return  # nobody has looked since: whether the desk knows that it is over is another question
        expected = self.oracle.ask(who, name)
        await self._try(f"{who} asks {name}", bank.ask_lead(self.bench.desk, who, name, self.action(name)), expected)

    async def _doubt(self, who: int, name: str) -> None:
        """Another name paid; then, often, somebody asks a lead, somebody unlocks it, and who asked tries it."""
        if self.oracle.deals[name].is_over or not await self._known(name):
            return
        if self.lot.random() < 0.3:
            await self._ask(who, name)
            await self._time(QUICK)
        if self.oracle.deals[name].doubted_at is None or self.lot.random() < 0.2:
            work = bank.stop_release(self.bench.desk, who, name, LockReason.NAME_DIFFERS)
            await self._try(f"{who} doubts {name}", work, self.oracle.doubt(who, name))
        asker = who if self.lot.random() < 0.5 else self.lot.choice(self.staff)
        if self.lot.random() < 0.6:
            await self._time(QUICK)
            await self._ask(asker, name)
        if self.lot.random() < 0.8:
            leads = [one for one in self.staff if self.oracle.is_one_of_us(one, "lead")]
            await self._unlock(self.lot.choice(leads if self.lot.random() < 0.7 else self.staff), name)
            if self.lot.random() < 0.5:
                await self._confirm_that(asker, name)

    async def _unlock(self, who: int, name: str) -> None:
        asked = len(self.oracle.asked)
        expected = self.oracle.unlock(who, name)
        self.figures.unlocked += expected
        self.figures.answered += asked - len(self.oracle.asked)
        await self._try(f"{who} unlocks {name}", self._unlocking(who, name), expected)

    async def _unlocking(self, who: int, name: str) -> None:
        _, step = await unlock.open_step(self.bench.desk, who, name, "his wife paid")
        await unlock.carry_out(self.bench.desk, who, step.id)

    async def _known(self, name: str) -> bool:
        async with self.bench.store.read() as tables:
            return await tables.orders.get(name) is not None

    async def _approval(self, name: str) -> str:
        async with self.bench.store.read() as tables:
            found = await tables.approvals.latest_for(name)
        return found.id if found is not None else "never"

    async def _take_back(self, who: int, name: str) -> None:
        if name in self.oracle.yes and self.lot.random() < 0.6:
            who = self.oracle.yes[name].who
        work = two_people.take_back(self.bench.desk, who, await self._approval(name))
        await self._try(f"{who} takes back {name}", work, self.oracle.take_back(who, name))

    async def _say_no(self, who: int, name: str) -> None:
        because = self.lot.choice(("not_there", "other"))
        work = two_people.say_no(self.bench.desk, who, await self._approval(name), because)
        await self._try(f"{who} says no to {name}", work, self.oracle.say_no(who, name))

    async def _stop(self, who: int, name: str) -> None:
        work = two_people.stop(self.bench.desk, who, await self._approval(name))
        await self._try(f"{who} stops {name}", work, self.oracle.stop(who, name))

    # what owners do, and what happens by itself

    def _here(self, who: int) -> bool:
        return who != OWNER and self.oracle.people[who].is_here

    async def _role(self, who: int, name: str) -> None:
        if self._here(who):
            role = self.lot.choice(("agent", "operator", "lead"))
            self.oracle.people[who].role = role
            await people.change_role(self.bench.desk, OWNER, who, Role.of(role))
            self._changed(f"{who} is {role}")

    async def _freeze(self, who: int, name: str) -> None:
        if self._here(who):
            person = self.oracle.people[who]
            person.is_frozen = not person.is_frozen
            await people.freeze_person(self.bench.desk, OWNER, who, person.is_frozen)
            self._changed(f"{who} frozen: {person.is_frozen}")

    async def _remove(self, who: int, name: str) -> None:
        if self._here(who):
            self.oracle.people[who].is_here = False
            await people.remove(self.bench.desk, OWNER, who)
            self._changed(f"{who} removed")

    async def _limits(self, who: int, name: str) -> None:
        action = self.lot.choice(ACTIONS)

        async def put(role: Role, word: str, limit: Limit, at: int, by: int) -> None:
            await people.set_limit(self.bench.desk, OWNER, role, word, limit)

        await self._limit(put, action)
        self._changed(f"limits of {action} {self.oracle.limits[action.value]}")

    def _changed(self, words: str) -> None:
        self._tell(words)
        self.oracle.people_changed()

    async def _desk(self, who: int, name: str) -> None:
        """A freeze, often undone at once: whatever waits must not go out afterwards."""
        desk, ended = self.bench.desk, len(self.oracle.yes)
        if not self.oracle.is_frozen or self.lot.random() < 0.2:
            self.oracle.freeze()
            await freeze.freeze_desk(desk, self.lot.choice((OWNER, None)))
            self._tell("desk frozen")
        if self.lot.random() < 0.6:
            self.oracle.unfreeze()
            await freeze.unfreeze_desk(desk, OWNER)
            self._tell("desk unfrozen")
        self.figures.frozen += ended - len(self.oracle.yes)

    async def _quietly(self, who: int, name: str) -> None:
        """Somebody is made to type a PIN, and types the second one."""
        if who == OWNER or not self._here(who):
            return
        self.oracle.freeze_quietly(who)
        async with self.bench.store.write() as tables:
            await tables.step_up.begin(who, "salt")
            pins = await tables.step_up.pins(who)
            assert pins is not None
            await duress.freeze_quietly(self.bench.desk, tables, pins)
        self._tell(f"{who} freezes quietly")
        if any(yes.due is not None for yes in self.oracle.yes.values()):
            await self._time(self.lot.choice((298, 301)))

    async def _wrong_pins(self, who: int, name: str) -> None:
        """Five wrong ones were typed; the next try locks."""
        if who == OWNER or not self.oracle.has_right(who) or self.oracle.people[who].is_locked:
            return
        async with self.bench.store.write() as tables:
            await tables.step_up.begin(who, "salt")
            while await tables.step_up.try_(who, MOST_WRONG):
                pass
        prompt = await pin_questions.ask(self.bench.desk, who, Step.PROVE, "x")
        try:
            await pin_questions.take(self.bench.desk, who, prompt.id, Typed("482913", 0))
        except NotAllowed as no:
            assert no.reason == "pin_locked", no.reason
        self.oracle.lock_pin(who)
        self.figures.pin_locked += 1
        self._tell(f"{who} is locked after wrong PINs")

    async def _let_try(self, who: int, name: str) -> None:
        locked = [one for one in self.staff if self.oracle.people[one].is_locked and self.oracle.people[one].is_here]
        for one in locked[:1]:
            assert await pin_setting.unlock(self.bench.desk, OWNER, one)
            self.oracle.people[one].is_locked = False
            self._tell(f"{one} may try again")

    async def _change(self, who: int, name: str) -> None:
        """The venue says something else by now; nobody has looked yet."""
        amount = Decimal(self.lot.choice(AMOUNTS))
        self.oracle.deals[name].amount = amount
        self.bench.gate.move(name, amount=amount)
        self._tell(f"{name} is {amount} now")

    async def _pass(self, who: int, name: str) -> None:
        await self._time(self.lot.choice(STEPS))

    async def _time(self, seconds: float) -> None:
        """Time, and the rounds of the desk that it wakes."""
        self.bench.pass_(seconds)
        before = len(self.oracle.sent)
        self.oracle.pass_(seconds)
        self.figures.armed_sent += len(self.oracle.sent) - before
        await standing.round_(self.bench.desk)
        await delayed.round_(self.bench.desk)
        await self.bench.desk.drain(5)
        self._tell(f"{seconds} s pass")

    # what came of it

    async def _compare(self) -> None:
        """What waits, what was sent: the same in both."""
        async with self.bench.store.read() as tables:
            waiting = {
                one.order_id: one.first for one in await tables.approvals.all_open() if one.order_id in self.orders
            }
        for name in list(self.oracle.yes):
            if name not in waiting and not self.oracle.stands(name):
                self.oracle.find_over(name)  # when what counts for nothing is found and told is the desk's own affair
        expected = {name: yes.who for name, yes in self.oracle.yes.items()}
        if waiting != expected:
            self._mismatch(f"waits {waiting}, the oracle says {expected}")
        posts = sorted(about for call, about in self.bench.gate.calls if call in ("release", "mark_paid"))
        sent = sorted(name for name, _ in self.oracle.sent)
        if [name for name in posts if name in self.orders] != sent:
            self._mismatch(f"sent {posts[-4:]}, the oracle says {sent}")

    async def _judge(self) -> None:
        """Of everything that was sent: how many different people said yes."""
        async with self.bench.store.read() as tables:
            for name in self.orders:
                intent = await tables.intents.latest_for(name)
                if intent is not None:
                    await self._judge_one(intent, await tables.approvals.latest_for(name))
        self.bench.gate.calls.clear()

    async def _judge_one(self, intent: Intent, approval: object) -> None:
        first = intent.arguments.get("first")
        yes = {intent.actor} | ({int(first)} if first else set())
        self.figures.sent += 1
        self.figures.by_two += len(yes) == 2
        above, is_armed = self.oracle.above, getattr(approval, "is_armed", False)
        if above is not None and intent.amount > above and len(yes) < 2 and not is_armed:
            self.figures.alone.append(f"{self.number}: {intent.target} above the amount by {yes}")
        if len(yes) == 1 and (intent.actor, intent.target) in self.oracle.asked:
            self.figures.alone.append(f"{self.number}: {intent.target} by who asked for it")
        if intent.state is not State.DONE:
            self.figures.mismatches.append(f"{self.number}: {intent.target} is {intent.state}")


async def play(bench: Bench, count: int, *, seed: int | str, events: int = 14) -> Figures:
    """So many histories one after the other, the same for the same seed."""
    figures = Figures()
    for number in range(count):
        await History(bench, Random(f"{seed}/{number}"), number, figures).play(events)
        if len(figures.mismatches) >= 5:
            break
    return figures
