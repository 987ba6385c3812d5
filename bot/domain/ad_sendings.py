"""One sending of a new ad, and which of the ads that the venue lists is ours.

The venue does not tell the number of a new ad (`api/gate-c2c.md` §3.10): it is found among those that were not listed
before. A colleague may publish in the venue's app in the same minute, and an ad may stand there otherwise than it was
sent; what is not beyond doubt is decided by a person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.ad_edits import signed_offset
from bot.domain.ad_forms import AdForm
from bot.domain.ads import Ad, AdDraft, LimitBasis
from bot.domain.intents import LOOKS_NEEDED, LOOKS_SPAN_SECONDS, Intent, State
from bot.domain.seals import Seal


@dataclass(frozen=True, slots=True)
class AdSending:
    """`id` is its intent's. `known` are the ads that were listed before it left. Times are Unix ms.

    `ad_id`: the ad it made, once that is known; until then `candidates` are those that a person must decide between.
    `looks` since it was sent, `first_look_at` the first of them; `next_look_at` None: nobody looks any more.
    """

    id: str
    form_id: str
    person: int
    draft: AdDraft
    known: frozenset[str]
    sent_at: int
    next_look_at: int | None
    looks: int = 0
    first_look_at: int | None = None
    ad_id: str = ""
    candidates: tuple[str, ...] = ()
    differs: Mapping[str, str] = field(default_factory=dict)


def differences(draft: AdDraft, ad: Ad) -> tuple[str, ...]:
    """In what an ad is not the draft. Of another side or pair it is no question: see `could_be`."""
    found = {
        "price": _other_price(draft, ad),
        "amount": ad.amount + ad.locked != draft.amount,
        "limits": ad.basis is not draft.basis or _limits(draft.basis, ad) != (draft.least, draft.most),
        "methods": _other_methods(draft, ad),
        "terms": _text(ad.terms) != _text(draft.terms),
        "auto_reply": _text(ad.auto_reply) != _text(draft.auto_reply),
    }
    return tuple(name for name, is_other in found.items() if is_other)


def _text(text: str) -> str:
    """Line ends and space around it are not the venue's to keep."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _limits(basis: LimitBasis, ad: Ad) -> tuple[Decimal | None, Decimal | None]:
    return (ad.fiat_least, ad.fiat_most) if basis is LimitBasis.FIAT else (ad.least, ad.most)


def _other_price(draft: AdDraft, ad: Ad) -> bool:
    if draft.floating is None or ad.floating is None:
        return draft.floating is not ad.floating or ad.price != draft.price
    is_same = ad.floating.reference is draft.floating.reference
    return not is_same or signed_offset(ad.floating) != signed_offset(draft.floating)


def _other_methods(draft: AdDraft, ad: Ad) -> bool:
    """Not every pay type can be told from an answer, but how many there are."""
    ids = {kind: number for kind, number in ad.method_ids.items() if draft.method_ids.get(kind, number) != number}
    is_more = not set(ad.methods) <= set(draft.methods)
    return bool(ids) or is_more or ad.method_count != len(set(draft.methods))


def could_be(draft: AdDraft, ads: Iterable[Ad], known: Iterable[str]) -> list[Ad]:
    """The ads of that side and pair that were not there before."""
    old = frozenset(known)
    return [
        ad for ad in ads if ad.id not in old and (ad.side, ad.asset, ad.fiat) == (draft.side, draft.asset, draft.fiat)
    ]


class Verdict(StrEnum):
    """What one look at our ads says of a sending."""

    FOUND = "found"
    DOUBT = "doubt"
    WAIT = "wait"
    ABSENT = "absent"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class Sight:
    """`ads`: the found one, or those in doubt by what differs about each."""

    verdict: Verdict
    ads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def judge(sending: AdSending, new: Sequence[Ad], *, is_blind: bool, now: int) -> Sight:
    """`new`: what `could_be` found, whole. `is_blind`: some of the list could not be read.

    One that is all of the draft is ours. Others are only spoken of once ours has had time to appear.
    """
    differing = {ad.id: differences(sending.draft, ad) for ad in new}
    exact = {ad_id: names for ad_id, names in differing.items() if not names}
    if len(exact) == 1:
        return Sight(Verdict.FOUND, exact)
    if exact:
        return Sight(Verdict.DOUBT, exact)
    if is_blind:
        return Sight(Verdict.BLIND)
    if not differing:
        return Sight(Verdict.ABSENT)
    had_time = sending.looks + 1 >= LOOKS_NEEDED and now - sending.sent_at > LOOKS_SPAN_SECONDS * 1000
    return Sight(Verdict.DOUBT if had_time else Verdict.WAIT, differing)


class Phase(StrEnum):
    """What a reader needs to know first."""

    FILLING = "filling"
    LEFT = "left"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DOUBT = "doubt"
    LOOKING = "looking"
    PUBLISHED = "published"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class FormStanding:
    """A form now, with its newest sending. `open_seal` is the live confirm step."""

    form: AdForm
    sending: AdSending | None = None
    intent: Intent | None = None
    open_seal: Seal | None = None
    person_name: str = ""

    @property
    def phase(self) -> Phase:
        if self.intent is None or self.sending is None:
            return Phase.FILLING if self.form.ended_at is None else Phase.LEFT
        if self.sending.ad_id:
            return Phase.PUBLISHED
        if self.sending.candidates:
            return Phase.DOUBT
        if self.intent.state in (State.REFUSED, State.VOID):
            return Phase(self.intent.state.value) if self.form.ended_at is None else Phase.LEFT
        by_state = {State.DONE: Phase.LOOKING, State.UNKNOWN: Phase.UNKNOWN}
        return by_state.get(self.intent.state, Phase.SENDING)
