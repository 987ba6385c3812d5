"""What must happen, by the product page alone: plain dictionaries, plain sums, no rule of the desk's own is imported.

"Limits are per role, per action and per day"; "over the limit: refused, with *Ask a lead*; the lead acts under an own
seal"; "only the person who opened the step may confirm it"; "two people above a settable amount: the second approver,
another person with the right, seals again; nobody approves alone what they asked for"; "`SOLO_RELEASE=delay`: armed
with a stop window and a daily cap"; a freeze stops all money, and what was approved before it is approved no more; one
under duress stops it, too, and looks as if Gate were away; five wrong PINs stop one person, whose yes is over and who
is nobody's second; a doubted payment is released by nobody until a lead unlocks it, and what others asked for since it
was doubted is answered by that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

STEP_SECONDS = 120
WINDOW_SECONDS = 600
STOP_SECONDS = 300
DAY_SECONDS = 86_400
RANK = {"viewer": 1, "agent": 2, "operator": 3, "lead": 4, "owner": 5}
REFUSED, WAITS, ARMED, SENT = "refused", "waits", "armed", "sent"


@dataclass
class Someone:
    """One of the staff."""

    role: str
    is_frozen: bool = False
    is_here: bool = True
    is_locked: bool = False


@dataclass
class Deal:
    """An order: `action` is what may be done to it, `amount` what the venue says, `seen` what the desk saw of that.

    `differs`: the account holder is somebody else, which is for leads only.
    """

    action: str
    amount: Decimal
    seen: Decimal
    differs: bool = False
    is_over: bool = False
    doubted_at: float | None = None


@dataclass
class Step:
    """An opened confirm, with what its opener saw: the amount, who they were, whose yes they complete."""

    who: int
    deal: str
    at: float
    amount: Decimal
    standing: tuple[object, ...]
    completes: int | None
    is_dead: bool = False


@dataclass
class Yes:
    """A first person's yes; `due` when it is armed. What it rests on is kept beside it."""

    who: int
    at: float
    amount: Decimal
    standing: tuple[object, ...]
    due: float | None
    number: int


@dataclass
class Oracle:
    """The desk as it must be. `limits` by action: (per action, per day) of operators."""

    above: Decimal | None
    solo: bool
    cap: Decimal
    now: float
    people: dict[int, Someone] = field(default_factory=dict)
    deals: dict[str, Deal] = field(default_factory=dict)
    limits: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    yes: dict[str, Yes] = field(default_factory=dict)
    asked: dict[tuple[int, str], float] = field(default_factory=dict)
    moved: dict[tuple[int, str, int], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    armed_today: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    is_frozen: bool = False
    hidden: set[int] = field(default_factory=set)
    sent: list[tuple[str, frozenset[int]]] = field(default_factory=list)
    numbers: int = 0

    # who may

    @property
    def day(self) -> int:
        return int(self.now // DAY_SECONDS)

    def has_right(self, who: int) -> bool:
        person = self.people[who]
        return person.is_here and not person.is_frozen and RANK[person.role] >= RANK["operator"]

    def standing(self, who: int, deal: Deal) -> tuple[object, ...]:
        """Role and limit: what a person is when they say yes."""
        person = self.people[who]
        return person.role, self.limits[deal.action] if person.role == "operator" else None

    def is_within(self, who: int, deal: Deal) -> bool:
        """By the limits of the role, and by what the person has moved today, as the first of two, too."""
        if RANK[self.people[who].role] >= RANK["lead"]:
            return True
        per_action, per_day = self.limits[deal.action]
        return deal.seen <= per_action and self.moved[who, deal.action, self.day] + deal.seen <= per_day

    def may_do(self, who: int, deal: Deal) -> bool:
        if not self.has_right(who) or not self.is_within(who, deal) or deal.doubted_at is not None:
            return False
        return not deal.differs or RANK[self.people[who].role] >= RANK["lead"]

    def needs_two(self, deal: Deal) -> bool:
        return self.above is not None and deal.seen > self.above

    def has_others(self, who: int, deal: Deal) -> bool:
        able = (other for other in self.people if other != who and not self.people[other].is_locked)
        return any(self.may_do(other, deal) for other in able)

    # what happens

    def look(self, name: str) -> None:
        """Somebody looked at the venue: a yes about other coins is over."""
        deal = self.deals[name]
        deal.seen = deal.amount
        if name in self.yes and self.yes[name].amount != deal.seen:
            self._drop(name)

    def stands(self, name: str) -> bool:
        yes, deal = self.yes[name], self.deals[name]
        if self.now >= (yes.due or yes.at) + WINDOW_SECONDS or deal.is_over or yes.amount != deal.seen:
            return False
        if not self.may_do(yes.who, deal) or yes.standing != self.standing(yes.who, deal):
            return False
        if self.people[yes.who].is_locked:
            return False
        return yes.due is None or not (self.has_others(yes.who, deal) or (yes.who, name) in self.asked)

    def find_over(self, name: str) -> None:
        """A refused tap finds what does not stand any more."""
        if name in self.yes and not self.stands(name):
            self._drop(name)

    def open(self, who: int, name: str) -> Step | None:
        """A step, or None when it is refused."""
        made = self._open(who, name)
        if made is None:
            self.find_over(name)
        return made

    def _open(self, who: int, name: str) -> Step | None:
        deal = self.deals[name]
        if not self.has_right(who):
            return None
        self.look(name)
        if name in self.yes and self.now >= (self.yes[name].due or self.yes[name].at) + WINDOW_SECONDS:
            self._drop(name)
        yes = self.yes.get(name)
        if self.is_frozen or deal.is_over or not self.may_do(who, deal):
            return None
        if yes is not None:
            if yes.due is not None or yes.who == who or not self.stands(name):
                return None
        elif not self._may_begin(who, name):
            return None
        for step in self.steps:
            if step.who == who and step.deal == name:
                step.is_dead = True
        made = Step(who, name, self.now, deal.seen, self.standing(who, deal), yes.number if yes else None)
        self.steps.append(made)
        return made

    def _may_begin(self, who: int, name: str) -> bool:
        deal = self.deals[name]
        if not self.needs_two(deal):
            return (who, name) not in self.asked
        if self.has_others(who, deal):
            return True
        fits = self.armed_today[self.day] + deal.seen <= self.cap
        return self.solo and fits and (who, name) not in self.asked

    def press(self, who: int, step: Step) -> str:
        ended = self._press(who, step)
        if ended is None:
            self.find_over(step.deal)
        return ended or REFUSED

    def _press(self, who: int, step: Step) -> str | None:
        """None: refused after a look, which also ends the step."""
        deal = self.deals[step.deal]
        if not self.has_right(who) or who != step.who or step.is_dead or self.now >= step.at + STEP_SECONDS:
            return REFUSED
        if self._is_stopped(who):
            return REFUSED
        step.is_dead = True
        self.look(step.deal)
        if self.is_frozen or deal.is_over or not self.may_do(who, deal):
            return None
        if step.amount != deal.seen or step.standing != self.standing(who, deal):
            return None
        yes = self.yes.get(step.deal)
        if yes is not None and not self.stands(step.deal):
            return None
        if step.completes is not None:
            if yes is None or yes.number != step.completes or yes.who == who or yes.due is not None:
                return None
            return self._send(step.deal, {yes.who, who})
        if yes is not None or not self._may_begin(who, step.deal):
            return None
        return self._keep(who, step.deal) if self.needs_two(deal) else self._send(step.deal, {who})

    def _send(self, name: str, people: set[int]) -> str:
        deal = self.deals[name]
        deal.is_over = True
        for person in people:
            self.moved[person, deal.action, self.day] += deal.seen
        self.sent.append((name, frozenset(people)))
        self.yes.pop(name, None)
        self._end_steps(name)
        return SENT

    def _end_steps(self, name: str) -> None:
        for step in self.steps:
            if step.deal == name:
                step.is_dead = True

    def _keep(self, who: int, name: str) -> str:
        deal = self.deals[name]
        is_alone = not self.has_others(who, deal)
        self.numbers += 1
        due = self.now + STOP_SECONDS if is_alone else None
        self.yes[name] = Yes(who, self.now, deal.seen, self.standing(who, deal), due, self.numbers)
        if is_alone:
            self.armed_today[self.day] += deal.seen
        return ARMED if is_alone else WAITS

    def is_one_of_us(self, who: int, least: str = "agent") -> bool:
        person = self.people[who]
        return person.is_here and not person.is_frozen and RANK[person.role] >= RANK[least]

    def ask(self, who: int, name: str) -> bool:
        if not self.is_one_of_us(who):
            return False
        self.asked.setdefault((who, name), self.now)
        return True

    def doubt(self, who: int, name: str) -> bool:
        """Somebody says that another name paid: no yes and no open step outlives it."""
        deal = self.deals[name]
        if not self.is_one_of_us(who) or deal.action != "release":
            return False
        deal.doubted_at = self.now
        self._end_steps(name)
        if name in self.yes:
            self._drop(name)
        return True

    def unlock(self, who: int, name: str) -> bool:
        """What others asked for while it was doubted is answered by whoever unlocks; an own request is not."""
        deal = self.deals[name]
        if not self.is_one_of_us(who, "lead") or deal.doubted_at is None or self._is_stopped(who):
            return False
        answered = [key for key, at in self.asked.items() if key[1] == name and key[0] != who and at >= deal.doubted_at]
        for key in answered:
            del self.asked[key]
        deal.doubted_at = None
        self._end_steps(name)
        return True

    def _is_stopped(self, who: int) -> bool:
        """Whatever asks for a PIN is refused."""
        return who in self.hidden or self.people[who].is_locked

    def lock_pin(self, who: int) -> None:
        self.people[who].is_locked = True
        self.people_changed()

    def take_back(self, who: int, name: str) -> bool:
        yes = self.yes.get(name)
        if yes is None or yes.who != who or not self.has_right(who):
            return False
        self._drop(name)
        return True

    def say_no(self, who: int, name: str) -> bool:
        yes = self.yes.get(name)
        if yes is None or yes.who == who or yes.due is not None or not self.has_right(who):
            return False
        self._drop(name)
        return True

    def stop(self, who: int, name: str) -> bool:
        yes = self.yes.get(name)
        if yes is None or yes.due is None or not self.is_one_of_us(who):
            return False
        self._drop(name)
        return True

    def _drop(self, name: str) -> None:
        """It is over; what was armed and never went out uses nothing of the day."""
        yes = self.yes.pop(name)
        if yes.due is not None:
            self.armed_today[int(yes.at // DAY_SECONDS)] -= yes.amount

    def people_changed(self) -> None:
        """A role, a limit, a freeze, a removal: a yes of somebody who is not who they were is over at once."""
        for name in list(self.yes):
            yes, deal = self.yes[name], self.deals[name]
            is_out = not self.has_right(yes.who) or self.people[yes.who].is_locked
            if is_out or yes.standing != self.standing(yes.who, deal):
                self._drop(name)

    def freeze(self) -> None:
        """For all to see: no yes outlives it."""
        self.is_frozen = True
        self.hidden.clear()
        self._drop_all()

    def freeze_quietly(self, who: int) -> None:
        """Nothing goes out, what waits stays to be seen, and for `who` Gate is away. A loud one stays loud."""
        if self.hidden or not self.is_frozen:
            self.hidden.add(who)
        self.is_frozen = True

    def unfreeze(self) -> None:
        """What a quiet freeze left to be seen ends with it."""
        self.is_frozen = False
        self.hidden.clear()
        self._drop_all()

    def _drop_all(self) -> None:
        for name in list(self.yes):
            self._drop(name)

    def pass_(self, seconds: float) -> None:
        """Time goes by; then what is armed and due goes out, or is over."""
        self.now += seconds
        for name in sorted(self.yes, key=lambda one: self.yes[one].number):
            yes = self.yes[name]
            if yes.due is None:
                if self.now >= yes.at + WINDOW_SECONDS:
                    self._drop(name)
            elif self.now >= yes.due:
                self._carry_out(name, yes)

    def _carry_out(self, name: str, yes: Yes) -> None:
        if self.now < (yes.due or 0) + WINDOW_SECONDS:
            self.look(name)
        if name not in self.yes:
            return
        stands, used = self.stands(name), self.armed_today[self.day]
        if stands and self.hidden:
            return
        fits = used <= self.cap if int(yes.at // DAY_SECONDS) == self.day else used + yes.amount <= self.cap
        if not stands or self.is_frozen or not fits:
            self._drop(name)
            return
        self._send(name, {yes.who})
