"""S3: each fact that was sealed changes between the card and the tap, and nothing is executed."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.errors import Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import Action
from bot.domain.orders import Payee, Profile, Side
from bot.domain.seals import Choice, facts_of
from bot.domain.staff import Limit, Person, Role
from bot.flows import people
from bot.views.reasons import FACT_WORDS
from tests.security.stand import LIMIT, OPERATOR, OWNER, Stand
from tests.security.venue import COUNTERPARTY, PURCHASE, SALE, SECOND, an_order

STEPS = {
    "release": (SALE, "Release…", "I saw it: release"),
    "mark_paid": (PURCHASE, "Mark paid…", "I paid: mark"),
    "cancel": (PURCHASE, "Cancel…", "Cancel order"),
}
PAYEE = Payee("bank", "工行", COUNTERPARTY, "6222020200008821", "人民路支行")

# fact of the seal: what the venue shows instead, one row per way in which it can differ
CHANGES: dict[str, list[dict[str, Any]]] = {
    "side": [{"side": Side.BUY}],
    "status": [{"status": "unpay"}, {"status": "unconfirmed"}, {"status": "locked"}, {"status": "brand_new"}],
    "asset": [{"asset": "BTC"}],
    "fiat": [{"fiat": "USD"}],
    "amount": [{"amount": Decimal("1000.01")}, {"amount": Decimal("1000.000000000000000001")}],
    "price": [{"price": Decimal("7.21")}],
    "total": [{"total": Decimal("7200.01")}, {"total": Decimal("72000.00")}],
    "chosen_method": [{"chosen_method": "alipay"}],
    "methods": [{"methods": ("bank", "alipay")}, {"methods": ()}],
    "payees": [
        {"payees": ()},
        {"payees": (replace(PAYEE, account="6222020200008822"),)},
        {"payees": (replace(PAYEE, holder="李四"),)},
        {"payees": (replace(PAYEE, method="alipay"),)},
        {"payees": (replace(PAYEE, name="农行"),)},
        {"payees": (replace(PAYEE, branch="解放路支行"),)},
        {"payees": (replace(PAYEE, memo="x"),)},
        {"payees": (replace(PAYEE, qr_url="https://files.example/q"),)},
        {"payees": (PAYEE, replace(PAYEE, account="1"))},
    ],
    "own_name": [{"own_name": "李四"}],
    "counterparty": [{"counterparty_id": "c-10"}],
    "counterparty_name": [{"counterparty_name": "李四"}, {"counterparty_name": ""}, {"counterparty_name": "张三 丰"}],
    "in_appeal": [{"in_appeal": True}, {"in_appeal": True, "can_release_in_appeal": True}],
    "can_release_in_appeal": [{"can_release_in_appeal": True}],
    "cancelable": [{"is_cancelable": True}],
    "hides_payment": [{"hides_payment": True}],
    "vouchers": [{"vouchers": ()}, {"vouchers": ("https://files.example/1", "https://files.example/2")}],
    "deadline": [{"pay_deadline": SECOND + 601}],
    "paid_at": [{"paid_at": SECOND - 59}],
    "terms": [{"terms": "only from a third party"}],
    "warnings": [{"warnings": ("the buyer's account is at risk",)}],
}
# facts of the seal that are not the venue's: how each is changed stands in a test of its own
OUR_OWN = {"order", "action", "approver", "role", "limit"}
CELLS = [
    pytest.param(step, fact, change, id=f"{step}-{fact}-{number}")
    for step in STEPS
    for fact, changes in CHANGES.items()
    for number, change in enumerate(changes)
]


def test_every_fact_of_a_seal_has_a_row_and_a_word() -> None:
    person = Person(1, Role.OPERATOR, "x", "en", "UTC")
    facts = facts_of(an_order(), Action.RELEASE, person, LIMIT, Choice())
    assert set(facts) == set(CHANGES) | OUR_OWN
    assert len(facts) >= 20 and set(facts) <= set(FACT_WORDS)


async def opened(stand: Stand, step: str) -> tuple[str, Callable[[], Any]]:
    """The confirm of a step is on the screen; the order, and the tap on its red button."""
    order_id, label, yes = STEPS[step]
    shown = await stand.confirm_card(OPERATOR, order_id, label)
    if step == "cancel":
        await stand.tap(OPERATOR, shown, "No longer wanted")
        shown = stand.last_card(OPERATOR)
        stand.clock.go_on(2)
    stand.forget()
    return order_id, lambda: stand.tap(OPERATOR, shown, yes)


def _changed(stand: Stand, order_id: str, change: dict[str, Any]) -> dict[str, Any]:
    """The same change where the order's own value is that already: the other way round."""
    now = stand.venue.orders[order_id]
    turned = {}
    for key, value in change.items():
        if getattr(now, key) != value:
            turned[key] = value
        elif isinstance(value, bool):
            turned[key] = not value
        else:
            turned[key] = Side.SELL if value is Side.BUY else "paid"
    return turned


@pytest.mark.parametrize(("step", "fact", "change"), CELLS)
async def test_a_fact_that_changed_under_the_thumb_refuses_the_tap(
    stand: Stand, step: str, fact: str, change: dict[str, Any]
) -> None:
    order_id, tap = await opened(stand, step)
    stand.venue.change(order_id, **_changed(stand, order_id, change))
    await tap()
    assert stand.venue.posts == [] and stand.rows("intents") == []
    card = stand.last_card(OPERATOR).text
    reason = [row for row in stand.rows("journal") if row["outcome"] == "not_allowed"][-1]["facts"]
    if '"reason":"order_changed"' in reason:
        assert fact in re.findall(r"[a-z_]+", reason) and FACT_WORDS[fact] in card
    assert "Nothing" in card or "nothing" in card or "⚠" in card or "⚖" in card or stand.words_to(OPERATOR) != card
    await tap()
    assert stand.venue.posts == []


@pytest.mark.parametrize("step", STEPS)
async def test_what_is_shown_but_not_sealed_does_not_block(stand: Stand, step: str) -> None:
    order_id, tap = await opened(stand, step)
    stand.venue.change(
        order_id, unread=17, has_traded=False, counterparty_nick="unlucky", verdict="x", appeal_from=SECOND + 9
    )
    stand.desk.profiles["c-9"] = Profile("c-9", "x", False, 0, 0, Decimal(1), 1, False)
    await tap()
    assert [post[0] for post in stand.venue.posts] == [step]


@pytest.mark.parametrize("step", STEPS)
async def test_an_order_that_stayed_as_it_was_is_executed_once(stand: Stand, step: str) -> None:
    order_id, tap = await opened(stand, step)
    await tap()
    await tap()
    assert [post[:2] for post in stand.venue.posts] == [(step, order_id)]


@pytest.mark.parametrize("step", STEPS)
async def test_the_approvers_limit_is_sealed(stand: Stand, step: str) -> None:
    _, tap = await opened(stand, step)
    await people.set_limit(stand.desk, OWNER, Role.OPERATOR, step, Limit(Decimal(3000), Decimal(20000)))
    await tap()
    assert stand.venue.posts == [] and FACT_WORDS["limit"] in stand.last_card(OPERATOR).text


@pytest.mark.parametrize("role", [Role.LEAD, Role.AGENT])
async def test_the_approvers_role_is_sealed_even_when_it_rose(stand: Stand, role: Role) -> None:
    _, tap = await opened(stand, "release")
    await people.change_role(stand.desk, OWNER, OPERATOR, role)
    await tap()
    assert stand.venue.posts == []
    assert FACT_WORDS["role"] in stand.words_to(OPERATOR) or "may not" in stand.words_to(OPERATOR)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE seals SET action = 'cancel'",
        f"UPDATE seals SET target = '{PURCHASE}'",
        'UPDATE seals SET choice = \'{"method":"alipay"}\'',
        'UPDATE seals SET choice = \'{"requester":"1002"}\'',
        "UPDATE seals SET fingerprint = ''",
        "UPDATE seals SET opened_by = 1002",
    ],
)
async def test_a_seal_that_was_tampered_with_opens_nothing(stand: Stand, change: str) -> None:
    _, tap = await opened(stand, "release")
    with closing(sqlite3.connect(stand.database)) as connection, connection:
        connection.execute(change)
    await tap()
    assert stand.venue.posts == []


@pytest.mark.parametrize(
    "trouble",
    [
        Unknown("gate", "order", why="timeout"),
        Unknown("gate", "order", why="unreadable", detail="another order was answered"),
        Unreachable("gate", "order", "refused"),
        Refused("gate", "order", code="INVALID_KEY", detail="no", status=401),
    ],
    ids=lambda trouble: f"{type(trouble).__name__} {trouble.detail}",
)
async def test_without_a_fresh_look_nothing_is_executed(stand: Stand, trouble: VenueError) -> None:
    _, tap = await opened(stand, "release")
    stand.venue.trouble = trouble
    await tap()
    assert stand.venue.posts == [] and stand.rows("intents") == [] and stand.words_to(OPERATOR) != ""


async def test_a_seal_ends_on_time_and_a_thumb_is_not_a_decision(stand: Stand) -> None:
    _, tap = await opened(stand, "release")
    stand.clock.go_on(-1.5)
    await tap()
    assert stand.venue.posts == [] and "quick" in stand.words_to(OPERATOR)
    stand.clock.go_on(119.5)
    await tap()
    assert stand.venue.posts == [] and "too old" in stand.words_to(OPERATOR)
