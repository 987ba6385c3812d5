"""What a refusal about an off-ramp says: a sentence of its own, what to do, and whether money may have moved."""

import re

import pytest

from bot.domain.errors import NotAllowed, Refused, Unknown
from bot.domain.staff import Role
from bot.views.pay_codes import PAY_CODES
from bot.views.refusal_words import REASONS, USAGE
from bot.views.refusals import refusal_card, toast
from tests.views import samples
from tests.views.test_every_card import LANGUAGES

LEAD = samples.reader(role=Role.LEAD)
OPERATOR = samples.reader()
GROUP = samples.reader(role=None)
PROMISED = (
    "otc_not_unknown", "otc_settle_early", "otc_order_number", "otc_order_unknown", "otc_order_of_another",
    "otc_order_differs", "otc_off", "otc_for_leads", "otc_currency", "no_bank", "bank_not_usable", "off_ramp_unknown",
    "quote_ended", "quote_used", "quote_changed", "not_your_quote", "other_quote", "bad_amount", "amount_not_positive",
    "amount_too_precise", "amount_too_large",
)  # fmt: skip
CODES = (
    "300000", "300001", "400000", "400001", "400002", "400003", "400004", "400007", "400020", "400201", "400202",
    "400204", "400500", "400603", "400611", "400621", "400622", "400624", "550018", "550175",
    *(str(code) for code in range(550233, 550250)), *(str(code) for code in range(550301, 550319)),
    "5502761", "5502961", "5502971", "5503001", "5504060",
)  # fmt: skip
WHAT_TO_DO = re.compile(
    r"again|anew|technician|owner|look|Look|clock|choose|Choose|Check|Use |Wait|Try|Take|top up|shorten|round it"
    r"|split|enter|another|less|do not repeat",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_promised_refusal_has_a_sentence_of_its_own(language: str) -> None:
    who = samples.reader(language)
    facts = {
        "given": "XX", "amount": "1", "code": "USD", "most": "2", "who": "x", "asked": "1 A", "offered": "2 A",
        "bank": "4711", "coins": "USDT, USDC", "fiats": "USD", "off_ramp": "0ff4a3b5",
        "at": str(samples.NOW),
    }  # fmt: skip
    told = [toast(NotAllowed(reason, facts), who) for reason in PROMISED]
    assert set(PROMISED) <= set(REASONS) and len(set(told)) == len(told)
    for text in told:
        assert "{" not in text and "–" not in text and len(text) < 200
        assert bool(re.search("[\u4e00-\u9fff]", text)) is (language == "zh"), text
        assert "/convert" not in text or "/otc" in text, text
    for command in ("otc", "banks"):
        assert f"/{command}" in toast(NotAllowed("usage", {"command": command}), who) and command in USAGE


@pytest.mark.parametrize("reason", ["quote_ended", "quote_used", "quote_changed", "not_your_quote", "other_quote"])
@pytest.mark.parametrize("who", ["x", ""])
def test_a_refusal_about_an_off_ramp_does_not_speak_of_conversions(reason: str, who: str) -> None:
    facts = {"who": who, "actor": "7251000002" if who else "", "asked": "1 A", "offered": "2 A"}
    told = toast(NotAllowed(reason, facts | {"off_ramp": "0ff4a3b5"}), OPERATOR)
    assert "/otc" in told and "convert" not in told
    assert "/otc" not in toast(NotAllowed(reason, facts), OPERATOR)


def test_a_lead_can_be_asked_for_an_off_ramp() -> None:
    no = NotAllowed("otc_for_leads", {"request": "ab12cd34"})
    assert refusal_card(no, OPERATOR).data == ("fk:ab12cd34",)
    assert refusal_card(no, GROUP).data == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_number_of_the_contract_says_what_to_do(code: str, language: str) -> None:
    told = toast(Refused("gate_pay", "off_ramp", code=code, detail="odd words", status=200), samples.reader(language))
    assert code in PAY_CODES and "{" not in told and len(told) < 200
    assert bool(re.search("[\u4e00-\u9fff]", told)) is (language == "zh"), told
    if language == "en":
        assert WHAT_TO_DO.search(told), told


def test_an_unknown_number_is_shown_as_it_came() -> None:
    told = toast(Refused("gate_pay", "off_ramp", code="550999", detail="odd words", status=200), LEAD)
    assert told == "Gate Pay said no: “odd words” (code 550999). Nothing happened."


def test_numbers_that_mean_look_never_say_that_nothing_happened() -> None:
    for code in ("5502761", "550314", "300000", "300001", "400000"):
        told = toast(Refused("gate_pay", "off_ramp", code=code, detail="x", status=200), LEAD)
        assert "Nothing happened" not in told and "Do not repeat" in told.replace("do not", "Do not"), code


def test_a_lost_answer_is_in_doubt_only_where_money_or_an_account_may_have_moved() -> None:
    def lost(call: str) -> str:
        return toast(Unknown("gate_pay", call, why="timeout"), LEAD)

    assert "may be done or not" in lost("off_ramp") and "the desk looks" in lost("off_ramp")
    for call in ("off_ramp_quote", "off_ramp_order", "off_ramp_find", "banks", "bank_countries"):
        assert "Nothing was sold" in lost(call), call
    for call in ("add_bank", "delete_bank"):
        assert "may be done or not" in lost(call) and "/banks" in lost(call), call
    assert "Nothing was converted" in lost("preview")
    trouble = Unknown("gate_pay", "off_ramp", why="server_error", detail="300001", status=500)
    assert "(300001)" in toast(trouble, LEAD) and "may be done or not" in toast(trouble, LEAD)
