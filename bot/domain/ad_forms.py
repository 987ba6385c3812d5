"""A new ad, question by question: the questions as a table, and the draft that their answers make.

Whatever has no answer yet is asked next, so that a change of one answer asks again only for what it spoils.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.ad_edits import COIN_PLACES, PRICE_PLACES, check_limits, check_number, signed_offset
from bot.domain.ads import Ad, AdDraft, Demands, Floating, LimitBasis, Reference
from bot.domain.errors import NotAllowed
from bot.domain.money import plain
from bot.domain.orders import Side


class Step(StrEnum):
    """The questions in their order; the last one is the summary with its confirm."""

    SIDE = "side"
    PAIR = "pair"
    PRICING = "pricing"
    OFFSET = "offset"
    PRICE = "price"
    AMOUNT = "amount"
    BASIS = "basis"
    LIMITS = "limits"
    METHODS = "methods"
    VERIFIED = "verified"
    REGISTERED = "registered"
    LEAST_DONE = "least_done"
    MOST_DONE = "most_done"
    RATE = "rate"
    OPEN_ORDERS = "open_orders"
    COUNTRY = "country"
    TIER = "tier"
    TRADERS = "traders"
    POLYMARKET = "polymarket"
    WINDOW = "window"
    TERMS = "terms"
    AUTO_REPLY = "auto_reply"
    CONFIRM = "confirm"


STEPS = tuple(Step)
DEMANDS = STEPS[STEPS.index(Step.VERIFIED) : STEPS.index(Step.POLYMARKET) + 1]
OPTIONAL = frozenset({*DEMANDS, Step.TERMS, Step.AUTO_REPLY})
FIXED = "fixed"
REFERENCES = {"platform": Reference.PLATFORM, "gate": Reference.GATE, "spot": Reference.SPOT}
BASES = {"coins": LimitBasis.CRYPTO, "fiat": LimitBasis.FIAT}
YES = "yes"
CHOICES: dict[Step, tuple[str, ...]] = {
    Step.SIDE: (Side.SELL.value, Side.BUY.value),
    Step.PRICING: (FIXED, *REFERENCES),
    Step.BASIS: tuple(BASES),
    Step.TRADERS: (YES,),
    Step.POLYMARKET: (YES,),
}
"""what is answered by one of these, each a button"""
OFFERED: dict[Step, tuple[str, ...]] = {Step.WINDOW: ("15", "20", "30", "45")}
"""what has buttons for the usual answers, and may be written"""
PRESSED = frozenset({*CHOICES, Step.METHODS})
"""the questions for which nothing needs to be written"""
SPOILS: dict[Step, tuple[Step, ...]] = {
    Step.SIDE: (Step.METHODS,),
    Step.PAIR: (Step.PRICE, Step.AMOUNT, Step.LIMITS, Step.METHODS),
    Step.PRICING: (Step.OFFSET,),
    Step.BASIS: (Step.LIMITS,),
}
"""what must be asked again once the answer to that one is another"""
MEANT = "meant"
"""what was confirmed once more: the price, far from the market, and the offset where it floats (`AdForm.pricing`)"""


@dataclass(frozen=True, slots=True)
class Method:
    """One of our own ways to pay or be paid. `id` is what an ad refers to; `shown` has the account masked."""

    kind: str
    id: str
    shown: str


@dataclass(frozen=True, slots=True)
class AdForm:
    """A form on its way. `answers` are texts by step, "" for a question that was passed over. Times are Unix ms.

    Not `sent_at`: it is being filled in, at `step`. `like` is the ad it was begun from.
    """

    id: str
    person: int
    step: Step
    begun_at: int
    touched_at: int
    answers: Mapping[str, str] = field(default_factory=dict)
    like: str = ""
    sent_at: int | None = None
    ended_at: int | None = None
    outcome: str = ""

    @property
    def target(self) -> str:
        """What the ledger knows it by: one form, one ad."""
        return f"ad/new/{self.id}"

    def answer(self, step: Step) -> str:
        return self.answers.get(step.value, "")

    @property
    def has(self) -> bool:
        """Whether the question of this step was answered before."""
        return self.step.value in self.answers

    @property
    def is_selling(self) -> bool:
        return self.answer(Step.SIDE) == Side.SELL.value

    @property
    def asset(self) -> str:
        return self.answer(Step.PAIR).partition("/")[0]

    @property
    def fiat(self) -> str:
        return self.answer(Step.PAIR).partition("/")[2]

    @property
    def limit_code(self) -> str:
        return self.fiat if self.answer(Step.BASIS) == "fiat" else self.asset

    @property
    def methods(self) -> tuple[Method, ...]:
        return read_methods(self.answer(Step.METHODS))

    @property
    def pricing(self) -> str:
        """All that a far price is about, `7.25` or `7.25_-30`, as it stands in the button that means it."""
        return _pricing(self.answers)

    @property
    def is_meant(self) -> bool:
        return bool(self.answer(Step.PRICE)) and self.answers.get(MEANT) == self.pricing


def _pricing(answers: Mapping[str, str]) -> str:
    parts = [answers.get(step.value, "") for step in (Step.PRICE, Step.OFFSET) if is_asked(step, answers)]
    return "_".join(parts)


def methods_text(methods: Sequence[Method]) -> str:
    return json.dumps([[one.kind, one.id, one.shown] for one in methods]) if methods else ""


def read_methods(text: str) -> tuple[Method, ...]:
    return tuple(Method(*one) for one in json.loads(text)) if text else ()


def is_asked(step: Step, answers: Mapping[str, str]) -> bool:
    """A fixed price has no offset."""
    return step is not Step.OFFSET or answers.get(Step.PRICING, FIXED) != FIXED


def next_step(answers: Mapping[str, str]) -> Step:
    """The first question without an answer, or the summary."""
    return next((step for step in STEPS if is_asked(step, answers) and step.value not in answers), Step.CONFIRM)


def before(step: Step, answers: Mapping[str, str]) -> Step:
    """The question before; the first has none."""
    asked = [one for one in STEPS if is_asked(one, answers)]
    return asked[max(asked.index(step) - 1, 0)] if step in asked else Step.PRICING


def questions(answers: Mapping[str, str]) -> int:
    """How many questions there are."""
    return sum(is_asked(step, answers) for step in STEPS) - 1


def number_of(step: Step, answers: Mapping[str, str]) -> int:
    """Which question it is, from 1 on."""
    return min(sum(is_asked(one, answers) for one in STEPS[: STEPS.index(step) + 1]), questions(answers))


def with_answer(answers: Mapping[str, str], step: Step, text: str) -> dict[str, str]:
    """The answers with this one; what it spoils is forgotten, and limits that fit no more with it."""
    made = {**answers, step.value: text}
    if answers.get(step.value) != text:
        for spoilt in SPOILS.get(step, ()):
            made.pop(spoilt.value, None)
    if made.get(MEANT) != _pricing(made):
        made.pop(MEANT, None)
    return _without_odd_limits(made)


def _without_odd_limits(answers: dict[str, str]) -> dict[str, str]:
    """Limits that a smaller amount or another price has made impossible are asked for anew."""
    needed = (Step.PAIR, Step.PRICE, Step.AMOUNT, Step.BASIS, Step.LIMITS)
    if all(answers.get(step.value) for step in needed):
        try:
            check_limits(draft_of_answers({Step.SIDE.value: Side.SELL.value, **answers}))
        except NotAllowed:
            answers.pop(Step.LIMITS.value)
    return answers


def draft_of_answers(answers: Mapping[str, str]) -> AdDraft:
    """What is sent to the venue. Needs everything that is not optional, methods apart."""
    pricing, offset = answers.get(Step.PRICING, FIXED), Decimal(answers.get(Step.OFFSET) or "0")
    floating = None if pricing == FIXED else Floating(REFERENCES[pricing], abs(offset), offset < 0)
    asset, _, fiat = answers[Step.PAIR].partition("/")
    least, _, most = answers[Step.LIMITS].partition("~")
    methods = read_methods(answers.get(Step.METHODS, ""))
    is_selling = answers[Step.SIDE] == Side.SELL.value
    window = answers.get(Step.WINDOW)
    return AdDraft(
        side=Side.SELL if is_selling else Side.BUY,
        asset=asset,
        fiat=fiat,
        price=Decimal(answers[Step.PRICE]),
        amount=Decimal(answers[Step.AMOUNT]),
        methods=tuple(one.kind for one in methods),
        method_ids={one.kind: one.id for one in methods if one.id} if is_selling else {},
        least=Decimal(least),
        most=Decimal(most),
        basis=BASES[answers[Step.BASIS]],
        floating=floating,
        expire_minutes=int(window) if window else None,
        terms=answers.get(Step.TERMS, ""),
        auto_reply=answers.get(Step.AUTO_REPLY, ""),
        demands=_demands(answers),
    )


def _demands(answers: Mapping[str, str]) -> Demands:
    def whole(step: Step) -> int | None:
        return int(answers[step.value]) if answers.get(step.value) else None

    return Demands(
        vip_tier=whole(Step.TIER) or 0,
        verification=whole(Step.VERIFIED) or 0,
        registered_days=whole(Step.REGISTERED) or 0,
        least_completed=whole(Step.LEAST_DONE),
        most_completed=whole(Step.MOST_DONE),
        completion_percent=Decimal(answers[Step.RATE]) if answers.get(Step.RATE) else None,
        open_orders=whole(Step.OPEN_ORDERS),
        country=answers.get(Step.COUNTRY) or None,
        shuts_out_advertisers=answers.get(Step.TRADERS) == YES,
        limits_polymarket=answers.get(Step.POLYMARKET) == YES,
    )


UNREAD = {
    "verification": Step.VERIFIED, "registered_days": Step.REGISTERED, "least_completed": Step.LEAST_DONE,
    "most_completed": Step.MOST_DONE, "completion_percent": Step.RATE, "open_orders": Step.OPEN_ORDERS,
    "country": Step.COUNTRY, "vip_tier": Step.TIER, "shuts_out_advertisers": Step.TRADERS,
    "limits_polymarket": Step.POLYMARKET, "expire_minutes": Step.WINDOW, "terms": Step.TERMS,
    "auto_reply": Step.AUTO_REPLY, "basis": Step.BASIS, "is_fixed": Step.PRICING,
}  # fmt: skip


def answers_like(ad: Ad, methods: Sequence[Method]) -> dict[str, str]:
    """An old ad as answers; what it does not tell, or what is no answer any more, is left to be asked.

    `methods`: those of the ad that are still ours, as they are to be shown.
    """
    demands = ad.demands
    answers = {
        Step.SIDE: ad.side.value,
        Step.PAIR: ad.pair,
        Step.PRICING: FIXED if ad.floating is None else _name(REFERENCES, ad.floating.reference),
        Step.PRICE: plain(ad.price),
        Step.AMOUNT: plain(ad.amount),
        Step.BASIS: _name(BASES, ad.basis),
        Step.VERIFIED: str(demands.verification or ""),
        Step.REGISTERED: str(demands.registered_days or ""),
        Step.LEAST_DONE: _told(demands.least_completed),
        Step.MOST_DONE: _told(demands.most_completed),
        Step.RATE: _told(demands.completion_percent),
        Step.OPEN_ORDERS: _told(demands.open_orders),
        Step.COUNTRY: demands.country or "",
        Step.TIER: str(demands.vip_tier or ""),
        Step.TRADERS: YES if demands.shuts_out_advertisers else "",
        Step.POLYMARKET: YES if demands.limits_polymarket else "",
        Step.TERMS: ad.terms,
        Step.AUTO_REPLY: ad.auto_reply,
    }
    if ad.floating is not None:
        answers[Step.OFFSET] = plain(signed_offset(ad.floating))
    if ad.limits is not None:
        answers[Step.LIMITS] = f"{plain(ad.limits[0])}~{plain(ad.limits[1])}"
    if ad.expire_minutes:
        answers[Step.WINDOW] = str(ad.expire_minutes)
    if methods:
        answers[Step.METHODS] = methods_text(methods)
    known = {step.value: text for step, text in answers.items()}
    for unread in ad.unread & UNREAD.keys():
        known.pop(UNREAD[unread].value, None)
    return _without_odd_limits(_without_odd_numbers(known, ad))


def _without_odd_numbers(answers: dict[str, str], ad: Ad) -> dict[str, str]:
    """A sold-out ad has nothing left, a floating price many decimals: then they are asked for."""
    for step, code, places in ((Step.PRICE, ad.fiat, PRICE_PLACES), (Step.AMOUNT, ad.asset, COIN_PLACES)):
        try:
            check_number(Decimal(answers[step.value]), code, places)
        except NotAllowed:
            answers.pop(step.value)
    return answers


def _name(names: Mapping[str, object], wanted: object) -> str:
    return next(name for name, value in names.items() if value == wanted)


def _told(value: int | Decimal | None) -> str:
    return "" if value is None else plain(Decimal(value))
