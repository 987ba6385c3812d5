"""Every card of bank accounts, for the tests that look at all cards."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.bank_fields import SWIFT_LENGTH, Draft, Step
from bot.domain.intents import Action
from bot.domain.off_ramps import BankAccount, Country, Review
from bot.domain.seals import Choice, Seal
from bot.domain.situations import Reader
from bot.views import bank_form, banks
from bot.views.card import Card

AT = 1_790_000_000_000
IBAN = "DE89370400440532013000"
CHASE = BankAccount("501", 501, "ACME LTD", "Chase", "Australia", "990044004410", "CHASUS33", Review.APPROVED)
REVIEWED = (
    CHASE,
    replace(CHASE, id="502", bank="HSBC", iban="UYTU****GFHG", review=Review.UNDER_REVIEW),
    replace(CHASE, id="503", bank="Citi", review=Review.MORE_WANTED, memo="statement too old"),
    replace(CHASE, id="504", bank="Commerzbank AG", review=Review.REFUSED, memo="other name"),
    replace(CHASE, id="505", bank="ANZ", iban="", country="", review=None),
    replace(CHASE, id="506", bank="DBS", review=7),
)
COUNTRIES = (Country(11, "Australia", "澳大利亚"), Country(12, "Austria", "奥地利"))
ANSWERS = {
    "holder": "ACME LTD", "bank": "Commerzbank", "country": "Germany", "country_zh": "德国", "country_id": "81",
    "address": "Kaiserplatz 1, Frankfurt", "account": IBAN, "swift": "COBADEFF", "remittance": "312",
    "agent": "Citi", "agent_swift": "CITIUS33", "statement": "statement.jpg",
}  # fmt: skip


def draft(step: Step = Step.CONFIRM, **changes: str) -> Draft:
    return Draft("f1", 7, step, AT, AT, {**ANSWERS, **changes}, "a" * 64)


def seal() -> Seal:
    return Seal("s1", "bank/f1", Action.OFF_RAMP, 7, AT, AT + 120_000, None, None, Choice(), {}, "")


def bank_cards(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    """The list, one account, its deletion, the news; `words` stand for everything that comes from outside."""
    listed = [replace(one, holder=words, bank=words, country=words, memo=words) if words else one for one in REVIEWED]
    yield "banks none", banks.bank_list([], 0, 1, who)
    yield "banks none like", banks.bank_list([], 0, 1, who, filters={"bank": words or "Chase"})
    yield "banks first", banks.bank_list(listed[:4], 0, 2, who, unreadable=1)
    yield "banks last", banks.bank_list(listed[4:], 1, 2, who, form_left=draft())
    for bank in listed:
        yield f"bank {bank.id}", banks.bank_card(bank, who)
    yield "bank delete", banks.delete_prompt(listed[0], who)
    yield "bank delete used", banks.delete_prompt(listed[0], who, was_used_last=True, is_in_use=True)
    yield "bank delete nameless", banks.delete_prompt(listed[4], who)
    for became in (*banks.BECAME, "odd"):
        yield f"bank {became}", banks.deleted_card(listed[0], became, who)
    yield "bank kept", banks.deleted_card(words or "Chase ··4410", "deleted", who)
    facts = {"bank": words or "Commerzbank ··3000", "why": words or "550316: no such bank"}
    for kind in banks.BANK_NOTICES:
        more = {"form": "f1"} if kind in ("bank_refused", "bank_never_left", "bank_not_added") else {}
        yield f"news {kind}", banks.bank_notice(kind, facts | more, who)
    for review in ("1", "2", "3", "99", "7", "x"):
        told = {"bank": facts["bank"], "review": review, "memo": words or ("too old" if review == "3" else "")}
        yield f"news reviewed {review}", banks.bank_notice(banks.REVIEWED, told, who)


def form_cards(who: Reader, words: str = "") -> Iterator[tuple[str, Card]]:
    """Every question of a form, first empty, then answered before; the confirm and what follows."""
    keys = [key for key in ANSWERS if key != "country_id"]
    filled = replace(draft(), answers=ANSWERS | dict.fromkeys(keys, words)) if words else draft()
    for step in list(Step)[:-1]:
        upto = {key: text for key, text in ANSWERS.items() if key in list(Step)[: list(Step).index(step)]}
        asked = replace(filled, step=step, answers=upto, statement="")
        yield f"form {step}", bank_form.progress_card(asked, who)
        yield f"form {step} again", bank_form.progress_card(replace(filled, step=step), who, SWIFT_LENGTH)
        yield f"form {step} question", bank_form.question_prompt(asked, who)
    found = [replace(one, name=words, name_zh=words) for one in COUNTRIES] if words else COUNTRIES
    yield "form countries", bank_form.countries_card(replace(filled, step=Step.COUNTRY), found, 1, 3, who)
    yield "form parked", bank_form.parked_card(replace(filled, step=Step.ADDRESS), who)
    yield "form confirm", bank_form.bank_confirm(filled, seal(), who)
    yield "form sent", bank_form.sending_card(filled, who)
    yield "form dropped", bank_form.dropped_card(who)
