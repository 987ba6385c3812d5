"""Which of the ads that the venue lists is the new one: beyond doubt, doubtful, or not there."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.ad_forms import AdForm, Step
from bot.domain.ad_sendings import AdSending, FormStanding, Phase, Verdict, could_be, differences, judge
from bot.domain.ads import Ad, AdDraft, Floating, LimitBasis, Reference
from bot.domain.intents import Action, Intent, State
from bot.domain.orders import Side
from tests.support.fake_gate import ad_of

DRAFT = AdDraft(
    side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.25"), amount=Decimal("1000"), methods=("bank", "alipay"),
    least=Decimal("100"), most=Decimal("5000"), basis=LimitBasis.FIAT, method_ids={"bank": "1", "alipay": "2"},
    terms="own\naccounts", auto_reply="hello",
)  # fmt: skip
OURS = ad_of(DRAFT, None, "10")
SENDING = AdSending("f", "f", 2, DRAFT, frozenset({"1"}), 0, 0)


def judged(*ads: Ad, looks: int = 0, now: int = 0, is_blind: bool = False) -> tuple[Verdict, set[str]]:
    sight = judge(replace(SENDING, looks=looks), ads, is_blind=is_blind, now=now)
    return sight.verdict, set(sight.ads)


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({}, ()),
        ({"price": Decimal("7.250")}, ()),
        ({"amount": Decimal("900"), "locked": Decimal("100")}, ()),
        ({"terms": "own \naccounts\n"}, ()),
        ({"methods": ("alipay", "bank")}, ()),
        ({"method_ids": {"bank": "1"}}, ()),
        ({"price": Decimal("7.26")}, ("price",)),
        ({"amount": Decimal("900")}, ("amount",)),
        ({"fiat_most": Decimal("4999")}, ("limits",)),
        ({"fiat_most": None}, ("limits",)),
        ({"basis": LimitBasis.CRYPTO}, ("limits",)),
        ({"methods": ("bank",), "method_count": 1}, ("methods",)),
        ({"methods": ("bank", "wechat")}, ("methods",)),
        ({"method_ids": {"bank": "9"}}, ("methods",)),
        ({"terms": "others"}, ("terms",)),
        ({"auto_reply": ""}, ("auto_reply",)),
        ({"floating": Floating(Reference.GATE, Decimal(1), False)}, ("price",)),
    ],
)
def test_what_differs_from_the_draft_is_named(changes: dict[str, Any], differing: tuple[str, ...]) -> None:
    assert differences(DRAFT, replace(OURS, **changes)) == differing


def test_a_floating_price_may_be_any_but_not_what_it_follows() -> None:
    floating = Floating(Reference.GATE, Decimal("0.5"), is_discount=True)
    draft, ours = replace(DRAFT, floating=floating), replace(OURS, floating=floating, price=Decimal("7.1"))
    assert differences(draft, ours) == ()
    for other in (
        replace(floating, reference=Reference.SPOT), replace(floating, is_discount=False),
        replace(floating, offset_percent=Decimal("0.6")), None,
    ):  # fmt: skip
        assert differences(draft, replace(ours, floating=other)) == ("price",)


def test_a_kind_that_no_answer_tells_is_counted() -> None:
    draft = replace(DRAFT, side=Side.BUY, methods=("bank", "wu"), method_ids={})
    assert differences(draft, replace(ad_of(draft, None, "1"), methods=("bank",), method_count=2)) == ()


def test_older_ads_and_those_of_other_sides_and_pairs_are_never_ours() -> None:
    others = [
        replace(OURS, id="1"), replace(OURS, side=Side.BUY), replace(OURS, asset="BTC"), replace(OURS, fiat="EUR"),
    ]  # fmt: skip
    assert could_be(DRAFT, [*others, OURS], {"1"}) == [OURS]


def test_the_only_one_that_is_all_of_the_draft_is_ours_whatever_else_is_new() -> None:
    assert judged(OURS, replace(OURS, id="11", price=Decimal("7.3"))) == (Verdict.FOUND, {"10"})
    assert judged(OURS, is_blind=True) == (Verdict.FOUND, {"10"})


def test_two_that_could_be_ours_are_in_doubt_at_once() -> None:
    assert judged(OURS, replace(OURS, id="11")) == (Verdict.DOUBT, {"10", "11"})


def test_one_that_differs_is_spoken_of_only_when_ours_has_had_time_to_appear() -> None:
    odd = replace(OURS, price=Decimal("7.26"))
    assert judged(odd) == (Verdict.WAIT, {"10"})
    assert judged(odd, looks=2, now=60_000)[0] is Verdict.WAIT
    assert judged(odd, looks=1, now=60_001)[0] is Verdict.WAIT
    assert judged(odd, looks=2, now=60_001) == (Verdict.DOUBT, {"10"})


def test_nothing_new_is_absent_but_a_list_that_cannot_be_read_proves_nothing() -> None:
    assert judged() == (Verdict.ABSENT, set())
    assert judged(is_blind=True) == (Verdict.BLIND, set())


def intent(state: State) -> Intent:
    return Intent(
        id="f", action=Action.PUBLISH_AD, target="ad/new/f", state=state, actor=2, actor_role="lead", requester=None,
        seal_id="s", amount=Decimal(1), asset="USDT", arguments={}, planned_at=0, sent_at=0, settled_at=None, looks=0,
        first_look_at=None, last_look_at=None, answer="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "changes", "phase"),
    [
        (State.SENT, {}, Phase.SENDING),
        (State.UNKNOWN, {}, Phase.UNKNOWN),
        (State.UNKNOWN, {"candidates": ("10", "11")}, Phase.DOUBT),
        (State.DONE, {}, Phase.LOOKING),
        (State.DONE, {"candidates": ("10",)}, Phase.DOUBT),
        (State.DONE, {"ad_id": "10"}, Phase.PUBLISHED),
        (State.REFUSED, {}, Phase.REFUSED),
        (State.VOID, {}, Phase.VOID),
        (State.VOID, {"candidates": ("10",)}, Phase.DOUBT),
        (State.VOID, {"ad_id": "10"}, Phase.PUBLISHED),
    ],
)
def test_a_reader_is_told_first_where_it_is(state: State, changes: dict[str, Any], phase: Phase) -> None:
    form = AdForm("f", 2, Step.CONFIRM, 0, 0)
    assert FormStanding(form, replace(SENDING, **changes), intent(state)).phase is phase


def test_a_form_that_was_never_sent_is_being_filled_in_or_left() -> None:
    form = AdForm("f", 2, Step.CONFIRM, 0, 0)
    assert FormStanding(form).phase is Phase.FILLING
    assert FormStanding(replace(form, ended_at=1)).phase is Phase.LEFT
