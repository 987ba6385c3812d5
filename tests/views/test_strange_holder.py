"""The red line of a purchase names who is not the verified person, whichever account was paid."""

from dataclasses import replace

import pytest

from bot.domain.intents import Action
from bot.domain.orders import Payee, Side
from bot.domain.seals import Choice
from bot.domain.staff import Role
from bot.texts import texts_for
from bot.views import confirms
from bot.views.card import width
from bot.views.orders import order_card
from bot.views.payee import payee_card
from tests.views.samples import order, reader, seal, situation

BANK = Payee("bank", "ICBC", "张三丰", "6222020200008821")
ALIPAY = Payee("alipay", "Alipay", "李四", "lisi")


@pytest.mark.parametrize(
    ("method", "chosen", "told"),
    [
        ("alipay", "bank", "🔴 Account holder: 李四"),
        ("", "alipay", "🔴 Account holder: 李四"),
        ("bank", "alipay", "🔴 Alipay, holder: 李四"),
        ("wechat", "alipay", "🔴 Alipay, holder: 李四"),
    ],
)
@pytest.mark.parametrize("payees", [(BANK, ALIPAY), (ALIPAY, BANK)])
def test_marking_paid_names_the_strange_holder_and_never_the_verified_person(
    method: str, chosen: str, told: str, payees: tuple[Payee, ...]
) -> None:
    buy = order(Side.BUY, "unpay", payees=payees, counterparty_name="张三丰", chosen_method=chosen)
    if method == "wechat":
        buy = replace(buy, payees=(BANK, ALIPAY))
    card = confirms.mark_paid_confirm(situation(buy), seal(Action.MARK_PAID, Choice(method=method)), reader())
    assert [line for line in card.plain.splitlines() if line.startswith("🔴")] == [told]


def test_the_line_is_chinese_for_whom_reads_chinese() -> None:
    buy = order(Side.BUY, "unpay", payees=(BANK, ALIPAY), counterparty_name="张三丰")
    card = confirms.mark_paid_confirm(situation(buy), seal(Action.MARK_PAID, Choice(method="bank")), reader("zh"))
    assert texts_for("zh")("🔴 {method}, holder: {name}", method="支付宝", name="李四") in card.plain


def test_a_named_holder_without_a_verified_name_is_for_leads_only() -> None:
    buy = situation(order(Side.BUY, "unpay", payees=(BANK,), counterparty_name="", counterparty_nick="zsf"))
    cards = {role: order_card(buy, reader(role=role)) for role in (Role.OPERATOR, Role.LEAD)}
    for role, card in cards.items():
        assert "🔴 Account holder not compared" in card.plain and "another person" not in card.plain
        assert len(card.plain.splitlines()) <= 8 and max(map(width, card.plain.splitlines())) <= 36
        has_step = any(button.text == "Mark paid…" for row in card.rows for button in row)
        assert has_step is (role is Role.LEAD)
    assert "🔴 Gate gives no verified name" in payee_card(buy, reader(role=Role.LEAD)).plain
    bare = situation(order(Side.BUY, "unpay", payees=(replace(BANK, holder=""),), counterparty_name=""))
    assert "🔴" not in order_card(bare, reader()).plain + payee_card(bare, reader()).plain
