"""Prepared texts: gaps, limits, and nothing in them that the venue's filter would punish."""

import pytest

from bot.domain.contacts import find_contact
from bot.domain.conversation import Template
from bot.domain.errors import NotAllowed
from bot.domain.orders import Payee
from bot.domain.parts import length
from bot.domain.templates import DEFAULTS, LONGEST, digest, facts_of, lint, render
from tests.views.samples import SECOND, order, payee


def clock(seconds: int) -> str:
    return f"at {seconds - SECOND}"


def reason(label: str = "Greeting", language: str = "en", text: str = "Hello") -> str:
    with pytest.raises(NotAllowed) as no:
        lint(label, language, text)
    return no.value.reason


def test_an_order_fills_every_gap() -> None:
    facts = facts_of(order(), clock)
    assert facts == {
        "order": "0417", "amount": "1,000.00 USDT", "total": "7,200.00 CNY", "name": "张三丰", "payee": "工行 ··8821",
        "ends": "at 600",
    }  # fmt: skip
    assert set(facts) == set(LONGEST)
    assert render("{name}: {total} ({order})", facts) == "张三丰: 7,200.00 CNY (0417)"


def test_a_payee_shows_its_tail_only() -> None:
    assert facts_of(order(payees=(Payee("bank", "", "", "6222 0202 0000 8821"),)), clock)["payee"] == "bank ··8821"
    assert facts_of(order(payees=(Payee("bank", "ICBC", "", "8821"),)), clock)["payee"] == "ICBC"


def test_a_fact_the_order_does_not_have_is_no_empty_gap() -> None:
    facts = facts_of(order(counterparty_name=" ", pay_deadline=0, payees=()), clock)
    assert set(facts) == {"order", "amount", "total"}
    with pytest.raises(NotAllowed) as no:
        render("Dear {name}", facts)
    assert (no.value.reason, no.value.facts) == ("template_placeholder", {"given": "{name}"})


def test_a_name_that_looks_like_a_gap_is_not_filled_again() -> None:
    assert render("{name}", {"name": "{total}", "total": "1"}) == "{total}"


@pytest.mark.parametrize(
    ("text", "given"),
    [("{nme}", "{nme}"), ("{}", "{}"), ("{ name }", "{ name }"), ("{name", "{"), ("name}", "}"), ("{{name}}", "{"),
     ("{name!r}", "{name!r}"), ("{name.__class__}", "{name.__class__}"), ("{" + "x" * 99 + "}", "{" + "x" * 39)],
)  # fmt: skip
def test_anything_else_in_braces_is_refused(text: str, given: str) -> None:
    with pytest.raises(NotAllowed) as no:
        lint("Label", "en", text)
    assert (no.value.reason, no.value.facts) == ("template_placeholder", {"given": given})


@pytest.mark.parametrize("label", ["", " ", "x" * 17, "付" * 9, "👍" * 9, "two\nlines"])
def test_a_label_must_fit_on_its_button(label: str) -> None:
    assert reason(label=label) == "template_label"


def test_a_label_of_sixteen_columns_fits() -> None:
    for label in ("x" * 16, "付" * 8, "e\u0301" * 16):
        lint(label, "zh", "Hello")


def test_a_template_has_one_of_our_languages() -> None:
    assert reason(language="de") == "template_language"


def test_the_longest_rendering_must_fit_into_one_message() -> None:
    spare = 500 - length(LONGEST["name"])
    lint("Label", "en", "{name}" + "x" * spare)
    assert reason(text="{name}" + "x" * (spare + 1)) == "template_text"
    assert reason(text=" ") == "template_text"


@pytest.mark.parametrize("text", ["write to @desk", "加我微信", "see example.com", "call 13800138000"])
def test_a_template_offers_no_contact(text: str) -> None:
    assert reason(text=text) == "template_contact"


def test_a_contact_made_of_a_gap_is_found_too() -> None:
    assert reason(text="see {order}.example.com") == "template_contact"


@pytest.mark.parametrize("ready", DEFAULTS, ids=lambda ready: f"{ready.language}-{ready.label}")
def test_a_ready_template_passes_its_own_rules(ready: Template) -> None:
    lint(ready.label, ready.language, ready.text)
    facts = facts_of(order(payees=(payee(),)), lambda seconds: "14:22")
    assert find_contact(render(ready.text, facts)) == ""


def test_both_languages_start_with_the_same_templates() -> None:
    assert [ready.language for ready in DEFAULTS] == ["en"] * 6 + ["zh"] * 6 + ["en", "zh"]
    assert [ready.number for ready in DEFAULTS] == list(range(1, 15))
    assert len({(ready.language, ready.label) for ready in DEFAULTS}) == 14


def test_a_text_is_known_again_by_a_digest_of_every_character() -> None:
    assert digest("您好 0417") == digest("您好 0417") == "d0affc2a3699"
    assert len({digest(text) for text in ("a", "a ", "A", "a\n", "")}) == 5
