"""Every chat POST is on record: what it said, whether it acted, what its caller was let see."""

import base64
import hashlib
from typing import Any

import httpx
import pytest

from bot.sandbox.pictures import receipt
from tests.sandbox.gate.desk import Desk, Json

PICTURE = receipt("1.00", "CNY", "61000001")
UPLOAD = {"image_content_type": "image/png", "base64_img": base64.b64encode(PICTURE).decode()}


async def sends(desk: Desk) -> list[Json]:
    found = (await desk.client.get(f"{desk.control_url}/control/gate/chat_sends")).json()["chat_sends"]
    return list(found)


async def post(desk: Desk, name: str, body: Json) -> Any:
    """The answer, or None when none came."""
    try:
        return await desk.post(name, body)
    except httpx.HTTPError:
        return None


@pytest.mark.parametrize(
    ("fault", "outcome", "acted"),
    [
        ({"kind": "act_and_drop"}, "acted and dropped", True),
        ({"kind": "drop_before"}, "dropped", False),
        ({"kind": "reset"}, "reset", False),
        ({"kind": "act_and_500"}, "acted and answered 500", True),
        ({"kind": "error_500"}, "answered 500", False),
        ({"kind": "429"}, "answered 429", False),
        ({"kind": "refuse", "message": "CHAT_CLOSED", "code": 7}, "refused", False),
        ({"kind": "label:TOO_BUSY"}, "answered label:TOO_BUSY", False),
        ({"kind": "html"}, "answered html", False),
        ({"kind": "truncated"}, "acted and answered truncated", True),
    ],
)
@pytest.mark.parametrize("endpoint", ["send_chat_message", "upload_chat_file"])
async def test_a_fault_leaves_its_outcome_on_record(
    desk: Desk, endpoint: str, fault: Json, outcome: str, acted: bool
) -> None:
    order_id = await desk.order()
    await desk.control("faults", {"endpoint": endpoint, **fault})
    body = UPLOAD if endpoint == "upload_chat_file" else {"txid": int(order_id), "message": "hello"}
    before = len((await desk.order_state(order_id))["chat"])
    await post(desk, endpoint, body)
    (send,) = await sends(desk)
    assert (send["endpoint"], send["outcome"], send["acted"]) == (endpoint, outcome, acted)
    if endpoint == "send_chat_message":
        assert (send["id"], send["text"], send["delivered"]) == (order_id, "hello", acted)
        assert len((await desk.order_state(order_id))["chat"]) - before == int(acted)
    else:
        assert bool(send["file_key"]) is acted


async def test_files_are_on_record_by_hash_and_not_by_content(desk: Desk) -> None:
    order_id = await desk.order()
    key = (await desk.call("upload_chat_file", UPLOAD))["file_key"]
    await desk.call("send_chat_message", {"txid": int(order_id), "type": 1, "message": key})
    upload, send = await sends(desk)
    wanted = {"file_key": key, "sha256": hashlib.sha256(PICTURE).hexdigest(), "size": len(PICTURE)}
    wanted |= {"content_type": "image/png"}
    for row in (upload, send):
        assert {name: row[name] for name in wanted} == wanted
    assert UPLOAD["base64_img"] not in str(upload)


async def test_refused_and_malformed_sends_are_on_record_as_well(desk: Desk) -> None:
    order_id = await desk.order()
    await post(desk, "send_chat_message", {"txid": int(order_id), "message": "x" * 501})
    await post(desk, "send_chat_message", {"txid": int(order_id), "type": 1, "message": "no such key"})
    await post(desk, "upload_chat_file", {"image_content_type": "image/heic", "base64_img": "!"})
    assert [(row["outcome"], row["acted"], row["delivered"]) for row in await sends(desk)] == [
        ("refused", False, False)
    ] * 3


async def test_a_held_back_text_acted_and_was_not_delivered(desk: Desk) -> None:
    order_id = await desk.order()
    await desk.control("variants", {"flagged_not_delivered": True})
    for text in ("t.me/somebody", "fine"):
        await desk.call("send_chat_message", {"txid": int(order_id), "message": text})
    assert [(row["text"], row["acted"], row["delivered"]) for row in await sends(desk)] == [
        ("t.me/somebody", True, False),
        ("fine", True, True),
    ]
