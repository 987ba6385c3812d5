"""To whom we pay: never the verified name where Gate names no holder, and nothing to pay to when it is too late."""

from __future__ import annotations

from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.domain.intents import Action
from bot.domain.orders import Order, Payee, Side
from bot.domain.payees import MARK, End, payee_mark
from bot.domain.seals import Choice
from bot.domain.situations import Notice, Reader, Situation
from bot.domain.staff import Role
from bot.domain.two_people import Way
from bot.texts import texts_for
from bot.views import confirms
from bot.views.card import Card
from bot.views.notices import notice_card
from bot.views.orders import order_card
from bot.views.payee import payee_card, qr_caption
from bot.views.payee_ends import payee_end_card
from tests.views.samples import order, payee, reader, seal, situation
from tests.views.test_snapshots import drawn

UNNAMED = Payee("alipay", "", "", "a@b.example", qr_url="https://q.example/1")


def buy(*payees: Payee, **changes: object) -> Order:
    return order(Side.BUY, "unpay", payees=payees or (payee(),), vouchers=(), **changes)


def labels(card: Card) -> list[str]:
    return [button.text for row in card.rows for button in row]


def copied(card: Card) -> list[str]:
    return [button.copy for row in card.rows for button in row if button.copy]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["张三丰", ""])
def test_a_holder_whom_gate_does_not_name_is_said_to_be_unknown(language: str, name: str) -> None:
    s, words = situation(buy(UNNAMED, counterparty_name=name)), texts_for(language)
    unknown = words("⚠ Holder not told by Gate")
    for card in (payee_card(s, reader(language)), qr_caption(s, UNNAMED, reader(language))):
        assert unknown in card.plain
        assert words("to {name}", name="张三丰") not in card.plain and "lucky_8" not in card.plain
        assert "张三丰" not in copied(card), "what is copied goes into the holder's field of a bank's app"
    compare = words("In the app compare: {name}", name=name) if name else words("No verified name to compare with")
    assert compare in payee_card(s, reader(language)).plain
    group = payee_card(s, reader(language, None)).plain
    assert unknown in group and "张" not in group
    assert any(words("Show payee") == label for label in labels(order_card(s, reader(language)))), "they may still pay"


def test_a_named_holder_stands_there_with_a_button_that_copies_the_name() -> None:
    s = situation(buy())
    card = payee_card(s, reader())
    assert "to 张三丰" in card.plain and "张三丰" in copied(card) and "Holder not told" not in card.plain
    assert "to 张三丰" in qr_caption(s, payee(), reader()).plain
    assert "to 张**" in payee_card(s, reader(role=None)).plain


def test_marking_paid_says_that_nobody_was_named_as_the_holder() -> None:
    for of, is_told in ((UNNAMED, True), (payee(), False)):
        choice = Choice(method=of.method)
        card = confirms.mark_paid_confirm(situation(buy(of)), seal(Action.MARK_PAID, choice), reader())
        assert ("Holder not told by Gate" in card.plain) is is_told
        assert ("I sent to 张三丰:" in card.plain) is not is_told


def test_the_payee_says_until_when_it_may_be_paid() -> None:
    assert "Pay before 14:12" in payee_card(situation(buy()), reader()).plain
    assert "Pay before" not in payee_card(situation(buy(pay_deadline=0)), reader()).plain


@pytest.mark.parametrize("of", [buy(), buy(UNNAMED), buy(hides_payment=True)], ids=["shown", "unnamed", "hidden"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_too_late_nothing_invites_to_pay_and_who_has_paid_may_mark_it(of: Order, language: str) -> None:
    s, words = situation(of, is_too_late=True), texts_for(language)
    account = of.payees[0].account
    for card in (
        order_card(s, reader(language)),
        payee_card(s, reader(language)),
        order_card(s, reader(language, None)),
    ):
        assert words("Pay {total}", total="7,200.00 CNY") not in card.plain and account not in card.plain
        assert words("Pay before {time}", time="14:12") not in card.plain and copied(card) == []
        assert words("Show payee") not in labels(card)
        assert any(words(text) in card.plain for text in ("Too late: do not pay", "Do not pay: the payee is unknown"))
    card = order_card(s, reader(language))
    assert (words("Mark paid…") in labels(card)) is not of.hides_payment
    assert words("Cancel…") in labels(card)


def test_the_confirm_says_that_it_is_too_late_to_pay_and_not_to_mark() -> None:
    for is_late in (True, False):
        s = replace(situation(buy(), is_too_late=is_late), way=Way.SECOND)
        card = confirms.mark_paid_confirm(s, seal(Action.MARK_PAID), reader())
        assert ("⌛ Too late to pay now. Sent before?" in card.plain) is is_late
        assert len(card.plain.splitlines()) <= 9 and any("I paid" in label for label in labels(card))


def test_the_mark_of_a_payee_is_its_account_and_not_its_look() -> None:
    s = situation(buy(payee(), UNNAMED))
    first, other = payee_card(s, reader()), payee_card(s, reader(), 1)
    assert first.digest == payee_mark(s.order, payee()) == payee_card(s, reader("zh")).digest
    assert other.digest == payee_mark(s.order, UNNAMED) == qr_caption(s, UNNAMED, reader()).digest != first.digest
    assert first.digest.startswith(MARK)
    for closed in (replace(s, is_too_late=True), replace(s, order=replace(s.order, hides_payment=True))):
        assert not payee_card(closed, reader()).digest.startswith(MARK)


def ended(s: Situation, who: Reader) -> dict[str, Card]:
    cards = {f"payee {end}": payee_end_card(s, end, who) for end in End}
    return cards | {f"notice {end}": notice_card(Notice(f"payee_{end}", {"order": s.order.id}), who) for end in End}


def test_what_is_left_of_an_account_names_nobody_and_copies_nothing() -> None:
    s = situation(buy())
    for name, card in ended(s, reader()).items():
        assert "张" not in card.plain and payee().account not in card.plain and copied(card) == []
        assert "0417" in card.plain.splitlines()[0] and card.data, name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cards_of_a_purchase_look_like_this(language: str, snapshot: SnapshotAssertion) -> None:
    operator, lead, group = reader(language), reader(language, Role.LEAD), reader(language, None)
    named, unnamed = situation(buy(payee(), UNNAMED)), situation(buy(UNNAMED, payee()))
    late, strange = replace(named, is_too_late=True), situation(buy(payee("王五")), is_too_late=True)
    mark = seal(Action.MARK_PAID, Choice(method="alipay", requester=7251000009))
    cards = {
        "payee": payee_card(named, operator),
        "payee without a holder": payee_card(unnamed, operator),
        "payee without a holder in the group": payee_card(situation(buy(UNNAMED)), group),
        "payee, nothing to compare": payee_card(situation(buy(UNNAMED, counterparty_name="")), operator),
        "payee of somebody else": payee_card(situation(buy(payee("王五"))), lead),
        "payee too late": payee_card(late, operator),
        "code": qr_caption(named, payee(), operator),
        "code without a holder": qr_caption(unnamed, UNNAMED, operator),
        "too late": order_card(late, operator),
        "too late in the group": order_card(late, group),
        "too late, taken": order_card(replace(late, claimed_by=5, claimed_name="operator 5"), operator),
        "too late, somebody else's account": order_card(strange, operator),
        "mark paid without a holder": confirms.mark_paid_confirm(unnamed, mark, operator),
        "mark paid too late": confirms.mark_paid_confirm(late, seal(Action.MARK_PAID), operator),
        "mark paid too late, asked": confirms.mark_paid_confirm(late, mark, operator),
        **ended(named, operator),
    }
    assert "\n\n".join(f"=== {name}\n{drawn(card)}" for name, card in cards.items()) == snapshot
