"""What an edit of an ad keeps, changes and refuses, for any ad that a venue can show."""

import json
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.gate_c2c.wire_ads import draft_fields, read_ad
from bot.domain.ad_edits import Part, Wanted, draft_of, facts_of, has, others_moved, whole, with_change
from bot.domain.ads import Ad, AdDraft, AdStatus, Demands, Floating, LimitBasis, Reference
from bot.domain.errors import NotAllowed
from bot.domain.orders import Side

money = st.decimals(min_value="0.01", max_value="99999", places=2)
small = st.integers(0, 400)
maybe = st.one_of(st.none(), small)
METHODS = ("bank", "alipay", "wechat", "paypal")
demands = st.builds(
    Demands,
    vip_tier=small,
    verification=small,
    registered_days=small,
    least_completed=maybe,
    most_completed=maybe,
    completion_percent=st.one_of(st.none(), st.decimals(0, 100, places=1)),
    open_orders=maybe,
    country=st.one_of(st.none(), st.sampled_from(("86", "852", "CN"))),
    shuts_out_advertisers=st.booleans(),
    limits_polymarket=st.booleans(),
)
floating = st.builds(Floating, st.sampled_from(Reference), st.decimals("0.01", 20, places=2), st.booleans())


@st.composite
def ads(draw: st.DrawFn) -> Ad:
    basis = draw(st.sampled_from(LimitBasis))
    price, amount = draw(money), draw(money)
    room = amount * price if basis is LimitBasis.FIAT else amount
    least = min(draw(money), room)
    most = draw(st.sampled_from((least, room)))
    is_fiat = basis is LimitBasis.FIAT
    methods = draw(st.lists(st.sampled_from(METHODS), unique=True, min_size=1))
    return Ad(
        id=str(draw(st.integers(1, 2**33))), side=draw(st.sampled_from(Side)), asset="USDT", fiat="CNY", price=price,
        amount=amount, total=amount * price, locked=draw(money), least=None if is_fiat else least,
        most=None if is_fiat else most, fiat_least=least if is_fiat else None, fiat_most=most if is_fiat else None,
        basis=basis, status="OPEN", created_at=1_790_000_000,
        method_ids={name: str(number) for number, name in enumerate(methods[: draw(small) % 5], start=20011)},
        floating=draw(st.one_of(st.none(), floating)), expire_minutes=draw(st.integers(1, 90)),
        terms=draw(st.text(max_size=60)), auto_reply=draw(st.text(max_size=60)), demands=draw(demands),
        methods=tuple(methods), method_count=len(methods),
    )  # fmt: skip


CHANGES = st.one_of(
    st.builds(lambda value: {"price": value}, money),
    st.builds(lambda value: {"offset": value}, st.decimals(-20, 20, places=2)),
    st.builds(lambda value: {"amount": value}, money),
    st.builds(lambda low, more: {"limits": (low, low + more)}, money, money),
    st.builds(lambda value: {"terms": value}, st.text(max_size=60)),
    st.builds(lambda value: {"auto_reply": value}, st.text(max_size=60)),
    st.builds(lambda value: {"window": value}, st.integers(1, 90)),
)
OF_PART = {
    Part.PRICE: {"price"}, Part.OFFSET: {"floating"}, Part.AMOUNT: {"amount"}, Part.LIMITS: {"least", "most"},
    Part.TERMS: {"terms"}, Part.AUTO_REPLY: {"auto_reply"}, Part.WINDOW: {"expire_minutes"},
}  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ads(), CHANGES)
def test_an_edit_never_changes_a_field_that_the_person_did_not_touch(ad: Ad, change: dict[str, Any]) -> None:
    wanted = Wanted(ad.id, **change)
    try:
        draft = with_change(ad, wanted)
    except NotAllowed:
        return
    before = draft_of(ad)
    changed = {one.name for one in fields(AdDraft) if getattr(draft, one.name) != getattr(before, one.name)}
    assert changed <= OF_PART[wanted.parts[0]]
    sent, kept = draft_fields(draft), draft_fields(before)
    assert set(sent) == set(kept), "a field that is left out of an edit may fall back to nothing"
    assert sent["oid"] == ad.id and sent["type"] in ("2", "3")


@settings(max_examples=200, deadline=None)
@given(ads())
def test_what_an_untouched_edit_sends_is_the_ad_that_was_read(ad: Ad) -> None:
    """The venue's own names on both sides: what its answers call one way, its request calls another."""
    sent = draft_fields(draft_of(ad))
    details, row = _as_details(sent, ad), _as_row(sent, ad)
    again = whole(read_ad(details), read_ad(row))
    read, known = draft_of(again), draft_of(ad)
    assert set(read.methods) == set(known.methods), "in what order the venue has them it does not tell"
    assert replace(read, methods=known.methods) == known
    assert others_moved(ad, again, Wanted(ad.id, window=1)) == ()


def _as_details(sent: dict[str, Any], ad: Ad) -> dict[str, Any]:
    """The answer of §3.12 for an ad that was made by this request: without verification and country."""
    names = {
        "currencyType": "currency_type", "exchangeType": "want_type", "unitPrice": "rate", "number": "amount",
        "limitBasis": "limit_basis", "minAmount": "min_amount", "maxAmount": "max_amount",
        "fiatMinAmount": "fiat_min_amount", "fiatMaxAmount": "fiat_max_amount", "tierLimit": "tier_limit",
        "regTimeLimit": "reg_time_limit", "advertisersLimit": "advertisers_limit", "rateFixed": "rate_fixed",
        "rateReferenceId": "rate_ref_id", "rateOffset": "rate_offset", "user_order_limit": "user_orders_limit",
    }  # fmt: skip
    left_out = ("type", "oid", "payType", "verifiedLimit", "user_country_limit")
    made = {names.get(name, name): value for name, value in sent.items() if name not in left_out}
    flags = {"pay_bank": "bank", "pay_ali": "alipay", "pay_wechat": "wechat", "pay_paypal": "paypal"}
    fixed = {"rate_ref_id": -1, "rate_offset": 0, "float_trend": 0} if ad.floating is None else {}
    return (
        {"pay_type_json": "{}"} | made | fixed | {name: int(kind in ad.methods) for name, kind in flags.items()}
        | {"pay_type_num": ",".join("2" for _ in ad.methods), "orderid": int(ad.id), "type": ad.side.value}
        | {"status": "OPEN", "locked_amount": str(ad.locked), "timestamp": ad.created_at}
    )  # fmt: skip


def _as_row(sent: dict[str, Any], ad: Ad) -> dict[str, Any]:
    """The row of §3.13: with them, and without fiat limits."""
    made = _as_details(sent, ad)
    for name in ("fiat_min_amount", "fiat_max_amount", "limit_basis", "polymarket_limit"):
        made.pop(name, None)
    return made | {
        "id": ad.id, "verified_limit": sent["verifiedLimit"], "user_country_limit": sent["user_country_limit"],
        "currencyType": ad.asset,
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(ads(), CHANGES)
def test_a_change_survives_being_stored(ad: Ad, change: dict[str, Any]) -> None:
    wanted = Wanted(ad.id, **change)
    assert Wanted.of(json.loads(json.dumps(wanted.as_facts()))) == wanted


@given(ads(), st.sampled_from([one.name for one in fields(Demands)]))
@settings(max_examples=100, deadline=None)
def test_every_demand_counts_as_a_part_of_what_was_seen(ad: Ad, name: str) -> None:
    value = getattr(ad.demands, name)
    other: Any = "99" if name == "country" else (not value) if isinstance(value, bool) else Decimal(7) + (value or 0)
    moved = replace(ad, demands=replace(ad.demands, **{name: other}))
    assert facts_of(moved) != facts_of(ad)


@pytest.mark.parametrize(
    "hole",
    [
        {"unread": frozenset({"verification"})},
        {"method_count": 9},
        {"least": None},
        {"methods": (), "method_count": 0},
    ],
    ids=lambda hole: next(iter(hole)),
)
def test_an_ad_with_a_part_that_cannot_be_read_has_no_draft(hole: dict[str, Any]) -> None:
    ad = replace(EXAMPLE, **hole)
    with pytest.raises(NotAllowed) as no:
        draft_of(ad)
    assert no.value.reason == "ad_unread" and no.value.facts["parts"]


EXAMPLE = Ad(
    id="2147483647", side=Side.SELL, asset="USDT", fiat="CNY", price=Decimal("7.20"), amount=Decimal(1000),
    total=Decimal(7200), locked=Decimal(0), least=Decimal(10), most=Decimal(500), fiat_least=None, fiat_most=None,
    basis=LimitBasis.CRYPTO, status="OPEN", created_at=0, method_ids={"bank": "1"}, floating=None, expire_minutes=15,
    terms="", auto_reply="", demands=Demands(), methods=("bank",), method_count=1,
)  # fmt: skip


def test_fiat_limits_are_sent_again_in_fiat() -> None:
    fiat = replace(
        EXAMPLE, basis=LimitBasis.FIAT, least=None, most=None, fiat_least=Decimal(70), fiat_most=Decimal(700)
    )
    sent = draft_fields(with_change(fiat, Wanted(fiat.id, price=Decimal("7.21"))))
    assert (sent["limitBasis"], sent["fiatMinAmount"], sent["fiatMaxAmount"]) == (1, "70", "700")
    assert "minAmount" not in sent and "maxAmount" not in sent


def test_an_emptied_text_is_named_in_an_edit() -> None:
    sent = draft_fields(with_change(replace(EXAMPLE, terms="old"), Wanted(EXAMPLE.id, terms="")))
    assert sent["trade_tips"] == ""


def test_a_state_is_there_when_the_venue_says_so() -> None:
    off = Wanted(EXAMPLE.id, status=AdStatus.DELISTED)
    assert not has(EXAMPLE, off, EXAMPLE)
    assert has(replace(EXAMPLE, status="OFFLIN"), off, EXAMPLE) and not has(replace(EXAMPLE, status="3x"), off, EXAMPLE)


@pytest.mark.parametrize(
    ("amount", "locked", "moved"),
    [
        ("900", "100", ("amount",)),
        ("999.99", "100", ("amount",)),
        ("850", "150", ("amount",)),
        ("1000", "100", ()),
        ("900", "200", ()),
        ("1000", "0", ()),
        ("1100", "0", ()),
    ],
    ids=[
        "as the whole",
        "a little",
        "with a new order",
        "as it was",
        "an order came",
        "one ended",
        "one was cancelled",
    ],
)
def test_coins_that_left_an_edited_ad_and_are_in_no_order_are_told(
    amount: str, locked: str, moved: tuple[str, ...]
) -> None:
    before = replace(EXAMPLE, amount=Decimal(1000), locked=Decimal(100))
    now = replace(before, amount=Decimal(amount), locked=Decimal(locked))
    assert others_moved(before, now, Wanted(before.id, window=1)) == moved
    assert others_moved(before, now, Wanted(before.id, status=AdStatus.DELISTED)) == ()
