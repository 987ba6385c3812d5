"""Money, seals, people and updates: properties that hold for whatever comes."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed, Refused
from bot.domain.intents import Action
from bot.domain.money import Money, grouped, parse_amount, plain
from bot.domain.orders import Order, Payee, Phase, Side, folded, phase_of
from bot.domain.reach import Moved, Slow
from bot.domain.seals import Choice, Seal, differences, facts_of, fingerprint
from bot.domain.situations import Reader, Situation
from bot.domain.staff import LOWEST, Limit, Person, Right, Role, check_limit
from bot.domain.updates import Kind, Verdict, decide, read_update
from tests.views.samples import order as sample

AMOUNTS = st.decimals(min_value=0, max_value=10**18, allow_nan=False, allow_infinity=False, places=8)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=12,
)
OPERATOR = Person(3, Role.OPERATOR, "", "en", "UTC")
LIMIT = Limit(Decimal("2000"), Decimal("5000"))


@given(AMOUNTS)
def test_an_amount_survives_every_form_digit_by_digit(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount and "E" not in plain(amount)
    assert Decimal(grouped(amount).replace(",", "")) == amount
    assert parse_amount(grouped(amount)) == amount
    assert parse_amount(f"  {plain(amount)} ") == amount
    assert len(grouped(amount).partition(".")[2]) >= 2


@pytest.mark.parametrize(
    ("amount", "text"),
    [("7200", "7,200.00"), ("7200.5", "7,200.50"), ("0.00101234", "0.00101234"), ("1E+3", "1,000.00"),
     ("123456789012345678", "123,456,789,012,345,678.00"), ("-1.5", "-1.50"), ("1000.10", "1,000.10")],
)  # fmt: skip
def test_amounts_for_reading(amount: str, text: str) -> None:
    assert grouped(Decimal(amount)) == text


def test_money_tells_its_currency() -> None:
    assert str(Money(Decimal("7200.00"), "CNY")) == "7200.00 CNY"


@given(st.text())
def test_what_a_person_types_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        assert parse_amount(text) >= 0
    except NotAllowed as no:
        assert no.reason == "bad_amount" and len(no.facts["given"]) <= 40


@pytest.mark.parametrize("text", ["", "-1", "NaN", "Infinity", "1e9", "1,5", "12a", "1" * 300, "1..2", "0x10"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAllowed):
        parse_amount(text)


SEALED = {
    "side": Side.BUY, "status": "unpay", "asset": "BTC", "fiat": "USD", "amount": Decimal("1000.01"),
    "price": Decimal("7.21"), "total": Decimal("1"), "chosen_method": "alipay", "methods": ("bank",), "payees": (),
    "own_name": "x", "counterparty_id": "x", "counterparty_name": "x", "in_appeal": True,
    "can_release_in_appeal": True, "is_cancelable": False, "hides_payment": True, "vouchers": (), "pay_deadline": 1,
    "paid_at": 1, "terms": "x", "warnings": ("x",), "id": "1",
}  # fmt: skip
NOT_SEALED = {
    "created_at", "appeal_from", "counterparty_nick", "unread", "has_traded", "verdict", "cancel_reason", "ad_id",
    "kind",
}  # fmt: skip


def facts(
    order: Order, *, person: Person = OPERATOR, limit: Limit = LIMIT, choice: Choice | None = None
) -> dict[str, str]:
    return facts_of(order, Action.RELEASE, person, limit, choice or Choice())


def test_every_field_of_an_order_is_sealed_or_said_not_to_be() -> None:
    assert {field.name for field in fields(Order)} == SEALED.keys() | NOT_SEALED


@pytest.mark.parametrize("name", SEALED)
def test_a_sealed_fact_that_differs_breaks_the_fingerprint_and_is_named(name: str) -> None:
    before = facts(sample())
    after = facts(replace(sample(), **{name: SEALED[name]}))  # type: ignore[arg-type]
    assert fingerprint(before) != fingerprint(after)
    assert len(differences(before, after)) == 1


@pytest.mark.parametrize("part", ["holder", "account", "name", "branch", "memo", "qr_url", "method"])
def test_every_part_of_the_payee_is_sealed(part: str) -> None:
    other = replace(sample(), payees=(replace(sample().payees[0], **{part: "else"}),))
    assert differences(facts(sample()), facts(other)) == ("payees",)


def test_who_confirms_with_which_limit_and_choice_is_sealed() -> None:
    before = facts(sample())
    assert differences(before, facts(sample(), person=replace(OPERATOR, id=9))) == ("approver",)
    assert differences(before, facts(sample(), person=replace(OPERATOR, role=Role.LEAD))) == ("role",)
    assert differences(before, facts(sample(), limit=Limit(Decimal("1"), Decimal("5000")))) == ("limit",)
    choice = Choice("bank", "9", "words", "yes", requester=7, first=8, payer="61000001", reference="4417")
    assert set(differences(before, facts(sample(), choice=choice))) == {
        "choice_method", "choice_reason", "choice_memo", "choice_answer", "choice_requester", "choice_first",
        "choice_payer", "choice_reference",
    }  # fmt: skip
    assert Choice.of(choice.as_arguments()) == choice and Choice.of({}) == Choice()


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.dictionaries(st.text(max_size=5), st.text(max_size=5))
)
def test_differences_are_empty_exactly_when_the_fingerprints_are_equal(
    one: dict[str, str], two: dict[str, str]
) -> None:
    assert (differences(one, two) == ()) is (fingerprint(one) == fingerprint(two))
    assert differences(one, two) == differences(two, one)


def test_a_seal_is_too_quick_since_it_was_shown_and_expired_at_its_end() -> None:
    seal = Seal("s", "1", Action.RELEASE, 3, 1000, 121_000, None, None, Choice(), {}, "")
    assert seal.is_too_quick(2199) and not seal.is_too_quick(2200)
    assert replace(seal, shown_at=5000).is_too_quick(6199)
    assert seal.is_expired(121_000) and not seal.is_expired(120_999)


@pytest.mark.parametrize(
    ("status", "phase"), [(" PAID ", Phase.PAID), ("Unconfirmed", Phase.PAID), ("", Phase.UNKNOWN)]
)
def test_a_status_is_read_without_case_and_a_new_one_is_kept(status: str, phase: Phase) -> None:
    assert phase_of(status) is phase


def test_the_account_shown_is_that_of_the_chosen_method_else_the_first() -> None:
    bank, alipay = Payee("bank", "", "a", "1"), Payee("alipay", "", "a", "2")
    order = replace(sample(), payees=(bank, alipay), chosen_method="alipay")
    assert order.main_payee == alipay
    assert replace(order, chosen_method="x").main_payee == bank
    assert replace(order, payees=()).main_payee is None


def test_a_holder_differs_when_we_pay_by_name_somebody_who_is_not_known_to_be_the_verified_person() -> None:
    buy = replace(sample(Side.BUY), counterparty_name="Zhang San", payees=(Payee("bank", "", "ZHANG  SAN", "1"),))
    assert not buy.holder_differs
    assert replace(buy, payees=(Payee("bank", "", "Li Si", "1"),)).holder_differs
    assert not replace(buy, payees=(Payee("bank", "", "", "1"),)).holder_differs
    assert replace(buy, counterparty_name="", payees=(Payee("bank", "", "Li", "1"),)).holder_differs
    assert not replace(buy, counterparty_name="", payees=(Payee("bank", "", "", "1"),)).holder_differs
    assert not replace(sample(Side.SELL), payees=(Payee("bank", "", "Li", "1"),)).holder_differs
    assert folded(" A b ") == "ab"


@pytest.mark.parametrize("holder", ["San ZHANG", "Zhang\u200bSan", "Ｚｈａｎｇ San", "ZhangSan", "ZHANG, SAN"])
def test_a_holder_written_as_banks_write_names_is_the_same_person(holder: str) -> None:
    buy = replace(sample(Side.BUY), counterparty_name="Zhang San")
    assert not replace(buy, payees=(Payee("bank", "", holder, "1"),)).holder_differs


@pytest.mark.parametrize("holder", ["Zhang", "Zhang San Li", "Zhang Sang", "Ghanz San", "\u200b.", "李"])
def test_a_holder_with_other_parts_is_another_person(holder: str) -> None:
    buy = replace(sample(Side.BUY), counterparty_name="Zhang San")
    assert replace(buy, payees=(Payee("bank", "", holder, "1"),)).holder_differs


def test_an_order_and_its_situation_tell_what_cards_ask() -> None:
    order = sample()
    assert str(order.coins) == "1000.00 USDT" and str(order.fiat_total) == "7200.00 CNY"
    assert order.short_id == order.id[-4:] and not order.is_final
    assert Situation(order, 0).is_money_waiting and not Situation(order, 0).has_open_intent
    assert Reader("en", "UTC").is_group


@pytest.mark.parametrize(("role", "right"), [(role, right) for role in Role for right in Right])
def test_a_right_starts_at_its_lowest_role_and_ends_with_a_freeze(role: Role, right: Right) -> None:
    person = Person(1, role, "", "en", "UTC")
    may = role >= LOWEST[right]
    assert person.may(right) is may
    frozen = replace(person, is_frozen=True)
    assert not frozen.may(right)
    with pytest.raises(NotAllowed, match="person_frozen"):
        frozen.need(right)
    if may:
        person.need(right)
    else:
        with pytest.raises(NotAllowed, match="role_too_low"):
            person.need(right)


def test_a_role_is_named_by_its_word_only() -> None:
    assert Role.of(" Lead ") is Role.LEAD and Role.LEAD.word == "lead"
    with pytest.raises(NotAllowed, match="unknown_role"):
        Role.of("pope")


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_limit_lets_pass_exactly_what_fits_both_numbers(
    once: Decimal, day: Decimal, amount: Decimal, used: Decimal
) -> None:
    limit = Limit(once, day)
    fits = amount <= once and used + amount <= day
    try:
        check_limit(OPERATOR, limit, amount, used)
        assert fits
    except NotAllowed as no:
        assert not fits and no.reason == ("over_limit" if amount > once else "over_daily_limit")
    check_limit(replace(OPERATOR, role=Role.LEAD), limit, amount, used)


KINDS = ["message", "edited_message", "callback_query", "chat_member", "my_chat_member", "inline_query", "channel_post"]


@given(st.dictionaries(st.sampled_from([*KINDS, "update_id"]) | st.text(max_size=8), ANYTHING, max_size=5))
def test_reading_an_update_never_raises_and_never_admits_what_is_odd(payload: dict[str, object]) -> None:
    update = read_update(payload)
    assert update.payload is payload
    assert decide(update, frozenset({1}), -100) is not Verdict.ADMIT


@given(
    st.sampled_from(KINDS),
    st.dictionaries(
        st.sampled_from(["from", "chat", "message", "new_chat_member", "text", "data", "sender_chat", "message_id"]),
        st.dictionaries(st.sampled_from(["id", "type", "is_bot", "user", "status", "first_name"]), ANYTHING) | ANYTHING,
    ),
)
def test_a_half_right_update_is_read_without_raising(kind: str, body: dict[str, object]) -> None:
    update = read_update({"update_id": 5, kind: body})
    assert isinstance(update.kind, Kind) and len(update.user_name) <= 128
    decide(update, frozenset({1}), -100)


def message(**changes: object) -> dict[str, object]:
    body = {"message_id": 7, "from": {"id": 1, "first_name": "A", "last_name": "B"}, "text": "hi"}
    return {"update_id": 9, "message": body | {"chat": {"id": 1, "type": "private"}} | changes}


@pytest.mark.parametrize(
    ("payload", "verdict"),
    [
        (message(), Verdict.ADMIT),
        (message(chat={"id": -100, "type": "supergroup"}), Verdict.ADMIT),
        (message(chat={"id": -999, "type": "supergroup"}), Verdict.STRANGER),
        (message(chat={"id": 2, "type": "private"}), Verdict.STRANGER),
        (message(sender_chat={"id": -100}), Verdict.STRANGER),
        (message(via_bot={"id": 5}), Verdict.STRANGER),
        (message(**{"from": {"id": 1, "is_bot": True}}), Verdict.STRANGER),
        (message(**{"from": {"id": 8}}, chat={"id": 8, "type": "private"}), Verdict.STRANGER),
        (message(**{"from": {"id": 8}}, chat={"id": 8, "type": "private"}, text="/start abc"), Verdict.JOIN),
        (message(**{"from": {"id": 8}}, chat={"id": -100, "type": "supergroup"}, text="/start abc"), Verdict.STRANGER),
        (message(new_chat_title="x"), Verdict.IGNORE),
        (message(chat={"id": -100, "type": "group"}, migrate_to_chat_id=-200), Verdict.MIGRATION),
        ({"update_id": 1, "inline_query": {"from": {"id": 1}, "query": "x"}}, Verdict.STRANGER),
        ({"update_id": 1, "callback_query": {"id": "c", "from": {"id": 1}, "data": "x", "message":
            {"message_id": 3, "chat": {"id": 1, "type": "private"}}}}, Verdict.ADMIT),
        ({"update_id": 1, "callback_query": {"id": "c", "from": {"id": 1}, "data": "x"}}, Verdict.STRANGER),
        ({"update_id": 1, "chat_member": {"chat": {"id": -100}, "new_chat_member": {"user": {"id": 8}, "status":
            "member"}}}, Verdict.MEMBERSHIP),
        ({"update_id": 1, "chat_member": {"chat": {"id": -999}}}, Verdict.IGNORE),
        ({"update_id": 1, "my_chat_member": {"from": {"id": 1}, "chat": {"id": 1, "type": "private"}}},
         Verdict.MEMBERSHIP),
        ({"update_id": "x"}, Verdict.STRANGER),
    ],
)  # fmt: skip
def test_the_gate(payload: dict[str, object], verdict: Verdict) -> None:
    assert decide(read_update(payload), frozenset({1}), -100) is verdict


def test_errors_carry_what_decides_the_next_step() -> None:
    assert Refused("gate", "x", code="1", detail="", status=429).is_throttled
    assert not Refused("gate", "x", code="1", detail="", status=403).is_throttled
    assert Moved(-5).chat_id == -5 and Slow(3).seconds == 3
