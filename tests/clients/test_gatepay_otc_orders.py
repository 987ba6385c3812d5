"""Orders and bank accounts are asked for by their numbers, and what is about others is no answer."""

from typing import Any

import pytest

from bot.domain.errors import Unknown
from tests.clients.otc_samples import CLIENT_ORDER, ORDER, client, ended, fixture, sample
from tests.clients.pay_samples import yes
from tests.clients.raw_venue import Behaviour, raw_venue, says


@pytest.mark.parametrize(
    ("ids", "query"),
    [
        ({"order_id": ORDER}, f"orderId={ORDER}"),
        ({"client_order_id": "980932433"}, "clientOrderId=980932433"),
        ({"order_id": ORDER, "client_order_id": "980932433"}, f"orderId={ORDER}&clientOrderId=980932433"),
    ],
)
async def test_an_order_is_asked_for_by_either_number(ids: dict[str, str], query: str) -> None:
    answer = says(200, sample("otc.order_detail.res.dispatched"))
    result, [request] = await ended(answer, lambda otc: otc.order(**ids))
    assert result.status == "DISPATCHED"
    assert (request.method, request.path) == ("GET", f"/withdraw/open/otc/api/order/detail?{query}")


@pytest.mark.parametrize(
    ("ids", "answered"),
    [
        ({"order_id": "1"}, {}),
        ({"order_id": ORDER[:-1]}, {}),
        ({"client_order_id": "1"}, {}),
        ({"client_order_id": "980932433"}, {"clientOrderId": ""}),
        ({"client_order_id": "980932433"}, {"clientOrderId": None}),
        ({"order_id": ORDER, "client_order_id": "1"}, {}),
        ({"order_id": "1", "client_order_id": "980932433"}, {}),
    ],
)
async def test_the_details_of_another_order_are_no_answer(ids: dict[str, str], answered: dict[str, Any]) -> None:
    data = fixture("otc.order_detail.res.dispatched")["data"] | answered
    result, _ = await ended(yes(data), lambda otc: otc.order(**ids))
    assert isinstance(result, Unknown)
    assert result.detail == "another order than asked for"


async def test_details_without_our_number_answer_when_the_venues_own_was_given() -> None:
    data = fixture("otc.order_detail.res.dispatched")["data"] | {"clientOrderId": None}
    result, _ = await ended(yes(data), lambda otc: otc.order(order_id=ORDER, client_order_id="980932433"))
    assert (result.id, result.client_order_id) == (ORDER, "")


async def test_an_order_without_any_number_is_not_asked_for() -> None:
    async with raw_venue() as venue, client(venue) as otc:
        with pytest.raises(ValueError, match="which order"):
            await otc.order()
        with pytest.raises(ValueError, match="which order"):
            await otc.find(client_order_id="")
        assert venue.connections == 0


async def test_an_order_of_another_number_is_no_answer_to_ours() -> None:
    result, _ = await ended(yes({"orderId": "1", "status": "PROCESSING", "clientOrderId": "8"}), "create")
    assert isinstance(result, Unknown)
    result, _ = await ended(yes({"orderId": "1", "status": "PROCESSING"}), "create")
    assert (result.id, result.client_order_id) == ("1", "")


async def test_an_order_of_which_only_the_id_is_readable_is_no_answer_but_names_it() -> None:
    result, _ = await ended(yes({"order_id": ORDER, "status": 7, "clientOrderId": CLIENT_ORDER}), "create")
    assert isinstance(result, Unknown)
    assert (result.why, result.detail) == ("unreadable", f"order {ORDER} cannot be read")


async def test_a_deletion_that_is_answered_with_false_is_left_open() -> None:
    result, _ = await ended(yes(False), "delete_bank")
    assert isinstance(result, Unknown)
    result, _ = await ended(yes(None), "delete_bank")
    assert result is None


@pytest.mark.parametrize(("sent_id", "written"), [(796, b"796"), ("796", b'"796"'), ("0796", b'"0796"')])
async def test_an_account_is_deleted_by_the_id_the_list_gave(sent_id: str | int, written: bytes) -> None:
    _, [request] = await ended(says(200, sample("otc.bank_delete.res")), lambda otc: otc.delete_bank(sent_id=sent_id))
    assert request.body == b'{"bankAccountId":' + written + b"}"


async def test_what_is_searched_for_cannot_add_to_the_query() -> None:
    _, [request] = await ended(says(200, sample("otc.bank_list.res.status")), "banks")
    assert request.path.endswith("/bank/list?bankAccountName=%E5%BC%A0+%E4%B8%89%26iban%3D1")


async def test_a_bank_account_has_four_filters() -> None:
    answer = says(200, sample("otc.bank_list.res.status"))
    _, [request] = await ended(answer, lambda otc: otc.banks(holder="a", iban="b", swift="c", bank="d"))
    assert request.path.endswith("/bank/list?bankAccountName=a&iban=b&swift=c&bankName=d")
    _, [request] = await ended(answer, lambda otc: otc.banks())
    assert request.path.endswith("/bank/list")


def listed(*numbers: str, total: Any = 1, **more: Any) -> Behaviour:
    row = fixture("otc.order_list.res")["data"]["data"][0]
    rows = [row | {"orderId": str(50 + place), "clientOrderId": number} for place, number in enumerate(numbers)]
    return yes({"page": 1, "pageSize": 50, "total": total, "data": rows} | more)


async def test_an_order_is_found_by_our_number_among_others() -> None:
    result, [request] = await ended(listed("1", "2", "3", total=70), lambda otc: otc.find(client_order_id="2"))
    assert (result.id, result.client_order_id) == ("51", "2")
    assert request.fields == {"page": 1, "pageSize": 50, "clientOrderId": "2"}


@pytest.mark.parametrize("total", [0, "0", None, 2])
async def test_an_order_that_a_whole_list_does_not_have_does_not_exist(total: Any) -> None:
    rows = ("1", "3") if total == 2 else ()
    result, _ = await ended(listed(*rows, total=total), lambda otc: otc.find(client_order_id="2"))
    assert result is None


@pytest.mark.parametrize(
    "answer",
    [
        listed("1", "3", total=3),
        listed(total=1),
        listed(*map(str, range(50, 100)), total=50),
        listed("1", total=1, data=[{"orderId": "9"}]),
        listed("2", "2"),
        listed("", total=1),
        listed("1", "", total=2),
        yes({"total": 0}),
        yes({}),
        yes([]),
        yes(None),
        yes({"data": {}}),
        yes({"data": "none"}),
    ],
)
async def test_a_list_that_may_lack_our_order_leaves_it_open(answer: Behaviour) -> None:
    result, _ = await ended(answer, lambda otc: otc.find(client_order_id="2"))
    assert isinstance(result, Unknown)


async def test_orders_are_asked_for_by_page_and_status() -> None:
    _, [request] = await ended(listed("1"), lambda otc: otc.orders(page=3, size=20, status="DONE"))
    assert request.fields == {"page": 3, "pageSize": 20, "status": "DONE"}
