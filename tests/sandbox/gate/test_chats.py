import base64

import pytest

from bot.sandbox.gate.chats import offers_contact
from tests.sandbox.gate.desk import Desk
from tests.sandbox.gate.situations import PNG, VOUCHER


async def read(desk: Desk, order_id: str, **cursor: int) -> list[str]:
    answer = await desk.call("get_chats_list", {"txid": int(order_id), **cursor})
    return [message["msg"] for message in answer["messages"]]


async def test_a_chat_opens_with_greeting_status_and_notice(desk: Desk) -> None:
    answer = await desk.call("get_chats_list", {"txid": int(await desk.order())})
    greeting, opened, notice = answer["messages"]
    assert (greeting["username"], greeting["msg_type"]) == ("Self", 0)
    assert opened["msg_obj"]["status"] == "OPEN"
    assert (notice["uid"], notice["type"], "msg_type" in notice) == ("System", 2, False)
    assert (answer["order_status"], answer["has_history"]) == ("OPEN", False)


async def test_what_both_sides_write_is_told_apart(desk: Desk) -> None:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/write", {"text": "sent, please look"})
    assert (await desk.details(order_id))["im_unread"] == 1
    await desk.call("send_chat_message", {"txid": int(order_id), "message": "looking"})
    answer = await desk.call("get_chats_list", {"txid": int(order_id)})
    theirs, ours = answer["messages"][-2:]
    assert (theirs["uid"], theirs["username"]) == ((await desk.details(order_id))["its_uid"], "Other")
    assert (ours["msg"], ours["username"], "uid" in ours) == ("looking", "Self", False)
    assert (await desk.details(order_id))["im_unread"] == 0  # reading is the only way to have read
    assert [line["from"] for line in (await desk.order_state(order_id))["chat"][-2:]] == ["counterparty", "desk"]


async def test_cursors_go_forward_and_backward_without_the_boundary(desk: Desk) -> None:
    order_id = await desk.order()
    start = int(desk.venue.now())
    for second in (10, 20, 30):
        await desk.control("clock", {"offset": second})
        await desk.control(f"orders/{order_id}/write", {"text": f"at {second}"})
    await desk.control("clock", {"offset": 0})
    newest = (await desk.call("get_chats_list", {"txid": int(order_id)}))["messages"][-2]["timest"]
    assert start + 19 <= newest <= start + 22
    assert await read(desk, order_id, lastreceived=newest) == ["at 30"]
    assert (await read(desk, order_id, firstreceived=newest))[-1] == "at 10"
    await desk.control("variants", {"inclusive_cursors": True})
    assert await read(desk, order_id, lastreceived=newest) == ["at 20", "at 30"]


async def test_a_long_chat_is_paged(desk: Desk) -> None:
    order_id = await desk.order()
    for number in range(60):
        await desk.control("clock", {"offset": 2 * number})
        await desk.control(f"orders/{order_id}/write", {"text": f"line {number}"})
    await desk.control("clock", {"offset": 0})
    latest = await desk.call("get_chats_list", {"txid": int(order_id)})
    assert (len(latest["messages"]), latest["has_history"]) == (50, True)
    oldest_held = latest["messages"][0]["timest"]
    older = await desk.call("get_chats_list", {"txid": int(order_id), "firstreceived": oldest_held})
    assert (older["messages"][-1]["msg"], older["has_history"]) == ("line 9", False)


async def test_a_file_is_uploaded_sent_and_fetched(desk: Desk) -> None:
    order_id = await desk.order()
    content = base64.b64decode(PNG)
    upload = await desk.call("upload_chat_file", {"image_content_type": "image/png", "base64_img": PNG})
    assert "/" in upload["file_key"]
    assert "|" in upload["file_key"]
    sent = {"txid": int(order_id), "type": 1, "message": upload["file_key"]}
    await desk.call("send_chat_message", sent)
    message = (await desk.call("get_chats_list", {"txid": int(order_id)}))["messages"][-1]
    assert (message["msg"], message["type"], message["file_type"]) == (message["pic"], 1, "image")
    fetched = await desk.client.get(message["pic"])
    assert (fetched.content, fetched.headers["content-type"]) == (content, "image/png")
    assert (await desk.client.get(desk.url + "/files/nothing.png")).status_code == 404


async def test_a_counterparty_may_send_a_video_or_a_link_to_another_host(desk: Desk) -> None:
    order_id = await desk.order()
    await desk.control(f"orders/{order_id}/file", {**VOUCHER, "content_type": "video/mp4"})
    await desk.control(f"orders/{order_id}/file", {"url": "http://169.254.0.1/x.png"})
    video, strange = (await desk.call("get_chats_list", {"txid": int(order_id)}))["messages"][-2:]
    assert video["file_type"] == "video"
    assert strange["pic"] == "http://169.254.0.1/x.png"
    kinds = [(line["kind"], line["path"]) for line in (await desk.order_state(order_id))["chat"][-2:]]
    assert kinds == [("video", "/files/sandbox-file-0001.mp4"), ("image", "http://169.254.0.1/x.png")]


async def test_contacts_are_flagged_and_may_be_held_back(desk: Desk) -> None:
    order_id = await desk.order()
    wanted = {"txid": int(order_id), "message": "write me: t.me/somebody"}
    answer = await desk.call("send_chat_message", wanted)
    assert (answer["risk_type"], answer["conversation_id"].split("_")[0]) == (1, "7700001")
    assert (await read(desk, order_id))[-1] == wanted["message"]
    await desk.control("variants", {"flagged_not_delivered": True})
    await desk.call("send_chat_message", {**wanted, "message": "a@b.example"})
    assert (await read(desk, order_id))[-1] == wanted["message"]


@pytest.mark.parametrize(
    ("text", "is_contact"),
    [
        ("received, releasing now", False),
        ("已收到 7,200.00 CNY,订单 61000001", False),
        ("加我微信", True),
        ("see https://example.invalid", True),
        ("call +86 138 0013 8000", True),
        ("@somebody_else", True),
    ],
)
def test_the_filter_looks_for_contacts(text: str, is_contact: bool) -> None:
    assert offers_contact(text) is is_contact


async def test_without_an_order_the_latest_chat_is_given(desk: Desk) -> None:
    first, second = await desk.order(), await desk.order()
    assert (await desk.call("get_chats_list", {}))["txid"] == int(second)
    await desk.control("clock", {"offset": 5})
    await desk.control(f"orders/{first}/write", {"text": "hello"})
    assert (await desk.call("get_chats_list", {"txid": 0}))["txid"] == int(first)
