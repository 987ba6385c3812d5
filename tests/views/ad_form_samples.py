"""A new ad at every question, at its summary, after every end, and all its news and refusals."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.domain.ad_asking import Asking, Distance, Prices, Summary
from bot.domain.ad_forms import DEMANDS, AdForm, Method, Step, draft_of_answers, is_asked, methods_text
from bot.domain.ad_sendings import AdSending, FormStanding
from bot.domain.errors import NotAllowed
from bot.domain.intents import Action, State
from bot.domain.seals import Seal
from bot.domain.situations import Notice, Reader
from bot.views import ad_form, ad_published
from bot.views.ad_form_words import FORM_NOTICES, FORM_REASONS
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.refusals import refusal_card
from tests.views.samples import NOW, intent, seal

LEAD_ID = 7251000002
FORM = "fA2xk9QmZ1aB"
MARKETS = (("USDT", "CNY"), ("USDT", "HKD"))
BANK, ALIPAY = Method("bank", "20011", "ICBC ··8821"), Method("alipay", "30001", "Alipay ··0001")
PRICES = Prices(Decimal("7.20"), Decimal("7.22"), 11)
TERMS = "First pay, then tap Paid.\nNo third party pays, no notes with the transfer."
ANSWERS = {
    "side": "sell", "pair": "USDT/CNY", "pricing": "fixed", "price": "7.25", "amount": "10000", "basis": "fiat",
    "limits": "100~50000", "methods": methods_text([BANK, ALIPAY]), **{step.value: "" for step in DEMANDS},
    "window": "15", "terms": TERMS, "auto_reply": "",
}  # fmt: skip
DEMANDING = {
    "verified": "2", "registered": "30", "least_done": "5", "most_done": "900", "rate": "95", "open_orders": "2",
    "country": "CN", "tier": "1", "traders": "yes", "polymarket": "yes",
}  # fmt: skip


def form(step: Step = Step.CONFIRM, **answers: str) -> AdForm:
    return AdForm(FORM, LEAD_ID, step, NOW, NOW, ANSWERS | answers)


def at(step: Step, **answers: str) -> AdForm:
    """The form as it stands at that question for the first time."""
    known = {one.value: (ANSWERS | answers).get(one.value, "") for one in Step}
    before = list(Step)[: list(Step).index(step)]
    return AdForm(
        FORM, LEAD_ID, step, NOW, NOW, {one.value: known[one.value] for one in before if is_asked(one, known)}
    )


def asking(step: Step, **answers: str) -> Asking:
    return Asking(at(step, **answers), PRICES, (BANK, ALIPAY), MARKETS)


def questions(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    """Every question as it comes first; `words` stand in for everything that others may have written."""
    for step in list(Step)[:-1]:
        asked = asking(step, pricing="spot", offset="-0.3") if step is Step.OFFSET else asking(step)
        yield f"ask {step}", ad_form.question_card(asked, who)
        if ad_form.wants_words(asked.form):
            yield f"ask {step} prompt", ad_form.question_prompt(asked.form, who)
    foreign = (Method("bank", "1", words or "Bank of Nowhere, Second Long Branch"),)
    again = replace(form(Step.METHODS), answers=ANSWERS | {"methods": methods_text(foreign)})
    yield "ask methods again", ad_form.question_card(Asking(again, None, foreign, MARKETS), who)
    yield "ask methods none", ad_form.question_card(Asking(at(Step.METHODS), None, (), MARKETS), who)
    yield "ask methods buying", ad_form.question_card(asking(Step.METHODS, side="buy"), who)
    again = form(Step.TERMS, terms=words or TERMS)
    yield "ask terms again", ad_form.question_card(Asking(again), who)
    yield "ask verified again", ad_form.question_card(Asking(form(Step.VERIFIED, verified="2")), who)
    yield "ask side again", ad_form.question_card(Asking(form(Step.SIDE)), who)
    for name, found in (("unread", None), ("alone", Prices(None, None, 0))):
        yield f"ask price {name}", ad_form.question_card(Asking(at(Step.PRICE), found), who)
    spoilt = Asking(at(Step.LIMITS), spoilt=(Step.LIMITS,))
    yield "ask limits spoilt", ad_form.question_card(spoilt, who)
    yield "parked", ad_form.parked_card(at(Step.AMOUNT), who)
    yield "lines", ad_form.lines_card(form(), who)
    yield "dropped", ad_form.dropped_card(who)


def confirm_seal() -> Seal:
    return replace(seal(Action.PUBLISH_AD), target=f"ad/new/{FORM}")


def summary(of: AdForm | None = None, distance: Distance | None = None, **changes: object) -> Summary:
    made, near = of or form(), distance or Distance(PRICES, Decimal("0.4"), is_far=False)
    whole = Summary(made, draft_of_answers(made.answers), near, confirm_seal(), is_watched=True)
    return replace(whole, **changes)  # type: ignore[arg-type]


def summaries(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    floating = form(pricing="gate", offset="-0.3", side="buy", basis="coins", limits="10~500")
    far = Distance(PRICES, Decimal("-10.2"), is_far=True)
    made = {
        "summary": summary(),
        "summary floating": summary(floating, Distance(Prices(None, None, 0), None, is_far=False)),
        "summary demanding": summary(form(Step.CONFIRM, **DEMANDING, auto_reply=words or "hello"), is_watched=False),
        "summary far": summary(distance=far, seal=None),
        "summary unread": summary(distance=Distance(None, None, is_far=True), seal=None),
        "summary foreign": summary(form(terms=words or TERMS, auto_reply=words or TERMS, country=words or "CN")),
    }
    for name, one in made.items():
        yield name, ad_published.summary_card(one, who)


def standing(state: State, answer: str = "", **changes: object) -> FormStanding:
    sending = AdSending(FORM, FORM, LEAD_ID, draft_of_answers(ANSWERS), frozenset(), NOW, NOW)
    sent = replace(sending, **changes)  # type: ignore[arg-type]
    return FormStanding(form(), sent, intent(state, Action.PUBLISH_AD, answer), None, "Lead")


def standings(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    doubts = {"2130000011": "", "2130000012": "price,limits"}
    filtered = f"70305102: {words or 'risk control: remove contact details'}"
    made = {
        "sent": standing(State.SENT),
        "looking": standing(State.DONE),
        "published": standing(State.DONE, ad_id="2130000011"),
        "unknown": standing(State.UNKNOWN),
        "doubt": standing(State.DONE, candidates=tuple(doubts), differs=doubts),
        "refused": standing(State.REFUSED, f"70305999: {words or 'Too many ads'}"),
        "refused by the filter": standing(State.REFUSED, filtered),
        "void": standing(State.VOID),
    }
    for name, one in made.items():
        yield name, ad_published.standing_card(one, who)
    left = replace(standing(State.REFUSED), form=replace(form(), ended_at=NOW))
    yield "left", ad_published.standing_card(left, who)


def news(who: Reader, words: str = "Lead") -> Iterator[tuple[str, Card]]:
    facts = {
        "form": FORM, "ad": "2130000011", "pair": "USDT/CNY", "side": "sell", "price": "7.25 CNY",
        "coins": "10000 USDT", "who": words, "since": str(NOW - 200_000), "ads": "2130000011, 2130000012",
    }  # fmt: skip
    for kind in FORM_NOTICES:
        yield f"news {kind}", notice_card(Notice(kind, facts), who)


def refusals(who: Reader, words: str = "soon") -> Iterator[tuple[str, Card]]:
    facts = {
        "given": words, "least": "1", "most": "10", "limit": "1440", "pair": "USDT/CNY", "ad": "2130000011",
        "ads": "2130000011, 2130000012",
    }  # fmt: skip
    for reason in FORM_REASONS:
        kept = {name: fact for name, fact in facts.items() if name != "most" or reason == "ad_answer_whole"}
        yield f"refusal {reason}", refusal_card(NotAllowed(reason, kept), who)


def every_card(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    yield from questions(who, words)
    yield from summaries(who, words)
    yield from standings(who, words)
    yield from news(who, words or "Lead")
    yield from refusals(who, words or "soon")
