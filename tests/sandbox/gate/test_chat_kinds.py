"""Everything a counterparty, the venue or the desk's owner may put into a chat, as the merchant API shows it."""

import time
from typing import Any

import httpx
import pytest

from bot.sandbox.film import film
from bot.sandbox.pictures import receipt
from tests.sandbox.gate.desk import Desk, Json
from tests.sandbox.gate.situations import PNG, VOUCHER

PICTURE = receipt("7200.00", "CNY", "61000001")


async def page(desk: Desk, order_id: str, **cursors: int) -> list[Json]:
    answer = await desk.call("get_chats_list", {"txid": int(order_id), **cursors})
    return list(answer["messages"])


async def act(desk: Desk, order_id: str, name: str, **body: Any) -> None:
    await desk.control(f"orders/{order_id}/{name}", body)


async def test_several_texts_of_one_second_keep_their_order_even_when_they_are_equal(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "write", texts=["yes", "yes", "no"])
    said = (await page(desk, order_id))[-3:]
    assert [message["msg"] for message in said] == ["yes", "yes", "no"]
    assert len({message["timest"] for message in said}) == 1


async def test_a_message_that_comes_late_stands_at_its_own_moment(desk: Desk) -> None:
    order_id = await desk.order(seconds_ago=100)
    await act(desk, order_id, "write", text="newer")
    newest = (await page(desk, order_id))[-1]["timest"]
    await act(desk, order_id, "write", text="late", seconds_ago=30)
    late, newer = (await page(desk, order_id))[-2:]
    assert (late["msg"], late["timest"]) == ("late", pytest.approx(newest - 30, abs=1))
    assert newer["msg"] == "newer"
    assert [message["msg"] for message in await page(desk, order_id, lastreceived=newest - 1)] == ["newer"]


async def test_shares_templates_and_orders_carry_their_type_and_an_object(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "share_payment", method="alipay")
    await act(desk, order_id, "template", text="paid")
    await act(desk, order_id, "share_order", msg_obj={"odd": [1]})
    payment, template, order = (await page(desk, order_id))[-3:]
    assert (payment["msg_type"], payment["msg_obj"]["pay_type"]) == (4, "alipay")
    assert (template["msg_type"], template["msg"], template["msg_obj"]["content"]) == (2, "paid", "paid")
    assert (order["msg_type"], order["msg_obj"]) == (3, {"odd": [1]})


async def test_the_paid_mark_brings_its_vouchers_and_more_can_follow(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "pay", vouchers=[VOUCHER, {"sample": "receipt"}])
    paid = (await page(desk, order_id))[-1]
    assert (paid["msg_type"], paid["msg_obj"]["status"], len(paid["msg_obj"]["payment_voucher"])) == (5, "PAID", 2)
    await act(desk, order_id, "voucher", sample="receipt-2")
    again = (await page(desk, order_id))[-1]
    assert again["msg_obj"]["payment_voucher"][:2] == paid["msg_obj"]["payment_voucher"]
    assert (await desk.details(order_id))["payment_voucher_url"] == again["msg_obj"]["payment_voucher"]
    drawn = await desk.client.get(again["msg_obj"]["payment_voucher"][1])
    assert drawn.content == PICTURE != (await desk.client.get(again["msg_obj"]["payment_voucher"][2])).content


async def test_status_lines_notices_and_raw_messages_change_nothing_at_the_venue(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "status", text="reminder", toast_id=4)
    await act(desk, order_id, "notice", text="beware")
    await act(desk, order_id, "raw_message", message={"msg_type": 99, "msg": None, "uid": 5})
    status, notice, raw = (await page(desk, order_id))[-3:]
    assert status["msg_obj"] == {"status": "OPEN", "text": "reminder", "toast_id": 4, "payment_voucher": []}
    assert (notice["uid"], "msg_type" in notice, "is_sell" in notice) == ("System", False, False)
    assert raw == {"msg_type": 99, "msg": None, "uid": 5, "timest": notice["timest"]}
    assert (await desk.details(order_id))["status"] == "unpay"


async def test_the_owner_may_write_in_the_venues_app(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "write", text="by hand", **{"from": "desk"})
    await desk.call("send_chat_message", {"txid": int(order_id), "message": "by the bot"})
    by_hand, by_bot = (await page(desk, order_id))[-2:]
    assert (by_hand["username"], by_bot["username"]) == ("Self", "Self")
    lines = (await desk.client.get(f"{desk.control_url}/control/gate/orders/{order_id}/chat")).json()["messages"]
    assert [line["via_api"] for line in lines[-2:]] == [False, True]
    assert (await desk.order_state(order_id))["im_unread"] == 0


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("write", {"texts": []}),
        ("write", {"texts": ["a", ""]}),
        ("write", {"text": "a", "from": "nobody"}),
        ("file", {"sample": "passport"}),
        ("file", {"base64": PNG, "fault": {"kind": "explode"}}),
        ("voucher", {}),
        ("pay", {"vouchers": "one"}),
        ("notice", {}),
        ("raw_message", {"message": "x"}),
    ],
)
async def test_a_wrong_act_says_nothing_in_the_chat(desk: Desk, name: str, body: Json) -> None:
    order_id = await desk.order()
    before = await desk.order_state(order_id)
    response = await desk.client.post(f"{desk.control_url}/control/gate/orders/{order_id}/{name}", json=body)
    assert response.status_code == 400 and response.json()["error"]
    assert await desk.order_state(order_id) == before


async def link_of(desk: Desk, **file: Any) -> str:
    order_id = await desk.order()
    await act(desk, order_id, "file", **{**VOUCHER, **file})
    return str((await page(desk, order_id))[-1]["pic"])


async def test_a_file_under_another_hosts_name_is_really_there(desk: Desk) -> None:
    link = await link_of(desk, host="localhost")
    assert httpx.URL(link).host == "localhost"
    assert httpx.URL(link).port == httpx.URL(desk.url).port
    assert (await desk.client.get(link)).status_code == 200
    assert httpx.URL(await link_of(desk, host="files.invalid:81")).netloc == b"files.invalid:81"


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        ({"kind": "missing"}, 404, "application/json"),
        ({"kind": "html", "status": 200}, 200, "text/html; charset=utf-8"),
        ({"kind": "redirect", "to": "http://169.254.0.1/"}, 302, "text/html; charset=utf-8"),
        ({"kind": "oversize", "size": 300_000}, 200, "image/jpeg"),
        ({"kind": "truncated"}, 200, "image/png"),
        ({"kind": "error_500"}, 500, "application/json"),
    ],
)
async def test_a_files_fault_spoils_that_files_downloads_only(desk: Desk, fault: Json, status: int, kind: str) -> None:
    spoilt, good = await link_of(desk, fault=fault), await link_of(desk)
    assert (await desk.client.get(good)).status_code == 200
    answer = await desk.client.get(spoilt)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert (await desk.client.get(spoilt)).headers["content-type"] == "image/png"  # once only


async def test_a_file_breaks_off_drips_or_never_says_how_large_it_is(desk: Desk) -> None:
    cut = await link_of(desk, sample="receipt", fault={"kind": "truncated", "to": "cut"})
    with pytest.raises(httpx.RemoteProtocolError):
        await desk.client.get(cut)
    drip = await link_of(desk, sample="receipt", fault={"kind": "drip", "seconds": 0.4})
    began = time.monotonic()
    assert (await desk.client.get(drip)).content == receipt("7200.00", "CNY", "61000002")
    assert time.monotonic() - began >= 0.4
    large = await link_of(desk, fault={"kind": "oversize", "size": 21_000_000, "to": "chunked"})
    answer = await desk.client.get(large)
    assert (len(answer.content), "content-length" in answer.headers) == (21_000_000, False)


async def test_the_control_door_gives_a_file_whatever_the_file_host_does(desk: Desk) -> None:
    link = await link_of(desk, fault={"kind": "missing", "times": -1})
    calls = (await desk.state())["calls"]
    name = link.rpartition("/")[2]
    answer = await desk.client.get(f"{desk.control_url}/control/gate/files/{name}")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")
    assert (await desk.client.get(f"{desk.control_url}/control/gate/files/none.png")).status_code == 404
    assert (await desk.state())["calls"] == calls


async def test_variants_of_pages_links_and_unread_counts(desk: Desk) -> None:
    order_id = await desk.order()
    await act(desk, order_id, "write", texts=[f"line {number}" for number in range(6)])
    await act(desk, order_id, "file", **VOUCHER)
    await desk.control("variants", {"chat_page": 3, "changing_links": True, "no_unread": True, "legacy_keys": True})
    links = [(await page(desk, order_id))[-1]["pic"] for _ in range(2)]
    assert len(await page(desk, order_id)) == 3
    assert links[0] != links[1]
    assert {(await desk.client.get(link)).status_code for link in links} == {200}
    assert "im_unread" not in await desk.details(order_id)
    listed = {"crypto_currency": "USDT", "fiat_currency": "CNY"}
    assert "im_unread" not in (await desk.call("get_pending_transaction_list", listed))["list"][0]
    for wrong in ({"chat_page": 0}, {"chat_page": True}, {"no_unread": 1}):
        response = await desk.client.post(f"{desk.control_url}/control/gate/variants", json=wrong)
        assert response.status_code == 400


async def test_the_film_is_an_mp4_and_is_sent_as_a_video(desk: Desk) -> None:
    link = await link_of(desk, sample="film")
    answer = await desk.client.get(link)
    assert (answer.headers["content-type"], answer.content) == ("video/mp4", film())
    assert answer.content[4:12] == b"ftypisom"
    assert len(answer.content) == sum(size for _, size in _boxes(answer.content))
    assert [kind for kind, _ in _boxes(answer.content)] == [b"ftyp", b"moov", b"mdat"]


def _boxes(content: bytes) -> list[tuple[bytes, int]]:
    found, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4])
        found.append((content[at + 4 : at + 8], size))
        at += size
    return found
