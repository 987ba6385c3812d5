"""What tests of the chat relay hold in their hands: both control faces, as the helpers offer them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from bot.sandbox.pictures import receipt
from tests.sandbox.gate.desk import PATHS, signed
from tests.support.sandbox import DESK, OPERATOR, Sandbox, running_sandbox

PICTURE, OTHER = receipt("7200.00", "CNY", "61000001"), receipt("7200.00", "CNY", "61000001", seed=1)
KEY_OF = {"image_content_type": "image/png", "base64_img": base64.b64encode(PICTURE).decode()}


@pytest_asyncio.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with running_sandbox() as box:
        yield box


async def merchant(box: Sandbox, name: str, body: dict[str, Any]) -> Any:
    """One signed call of the merchant API; its `data`."""
    raw = httpx.Request("POST", "http://x", json=body).content
    headers = signed(PATHS[name], raw, secret=box.gate_secret)
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(box.gate_url.removesuffix("/api/v4") + PATHS[name], content=raw, headers=headers)
    return answer.json()["data"]


async def bot(box: Sandbox, method: str, **params: Any) -> Any:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        answer = await client.post(f"{box.telegram_url}/bot{box.bot_token}/{method}", json=params)
    return answer.json()["result"]


async def test_the_buyers_hand_says_shares_sends_and_pays(box: Sandbox) -> None:
    order = await box.gate.open_order()
    before = len(await box.gate.chat(order))
    await box.gate.buyer_says(order, "在吗", "在吗")
    sent = await box.gate.buyer_sends(order, PICTURE)
    await box.gate.buyer_shares_payment(order, "alipay", memo="x")
    await box.gate.buyer_sends_template(order, "paid")
    await box.gate.buyer_shares_order(order)
    await box.gate.buyer_pays_with_vouchers(order, PICTURE, OTHER)
    await box.gate.notice(order, "keep calm")
    await box.gate.owner_says(order, "from the app")
    lines = (await box.gate.chat(order))[before:]
    kinds = ["text", "text", "image", "payment", "template", "order", "status", "text", "text"]
    assert [line.kind for line in lines] == kinds
    assert lines[0].at == lines[1].at
    assert sent.file is not None and sent.file.sha256 == hashlib.sha256(PICTURE).hexdigest()
    assert await box.gate.content_of(sent.file) == PICTURE
    assert [await box.gate.content_of(file) for file in lines[6].vouchers] == [PICTURE, OTHER]
    assert (lines[7].author, lines[8].author, lines[8].via_api) == ("system", "desk", False)


async def test_every_send_and_upload_is_on_record_and_seen_by_the_buyer(box: Sandbox) -> None:
    order = await box.gate.open_order()
    key = (await merchant(box, "upload_chat_file", KEY_OF))["file_key"]
    await merchant(box, "send_chat_message", {"txid": int(order), "type": 1, "message": key})
    await merchant(box, "send_chat_message", {"txid": int(order), "message": "hello"})
    assert (await box.gate.wait_for_text(order, "hello")).author == "desk"
    (upload,) = await box.gate.uploads()
    assert (upload.file_key, upload.size, upload.content_type) == (key, len(PICTURE), "image/png")
    picture, text = await box.gate.chat_sends(order)
    assert (picture.sha256, text.text) == (upload.sha256, "hello")
    assert [(send.acted, send.delivered, send.outcome) for send in (picture, text)] == [(True, True, "done")] * 2
    shown, said = await box.gate.from_desk(order)
    assert shown.file is not None and (shown.file.sha256, said.text) == (upload.sha256, "hello")


async def test_a_lost_answer_and_a_held_back_text_are_told_apart_on_record(box: Sandbox) -> None:
    order = await box.gate.open_order()
    say = {"txid": int(order), "message": "one"}
    for kind in ("act_and_drop", "drop_before"):
        await box.gate.fault("send_chat_message", kind)
        try:
            await merchant(box, "send_chat_message", say)
        except httpx.HTTPError:
            continue
        raise AssertionError("an answer came")
    await box.gate.variants(flagged_not_delivered=True)
    await merchant(box, "send_chat_message", {"txid": int(order), "message": "t.me/somebody"})
    acted = [(send.outcome, send.acted, send.delivered) for send in await box.gate.chat_sends(order)]
    assert acted == [("acted and dropped", True, True), ("dropped", False, False), ("done", True, False)]
    assert [line.text for line in await box.gate.from_desk(order)] == ["one"]


async def test_the_phones_hand_sends_replies_edits_and_sees_reactions(box: Sandbox) -> None:
    topic = (await bot(box, "createForumTopic", chat_id=DESK, name="0001"))["message_thread_id"]
    card = (await bot(box, "sendMessage", chat_id=DESK, text="card", message_thread_id=topic))["message_id"]
    hand = box.telegram
    photo = await hand.send_photo(OPERATOR, DESK, PICTURE, caption="look", thread_id=topic)
    document = await hand.send_document(OPERATOR, DESK, b"%PDF-1.4", reply_to=card)
    video = await hand.send_video(OPERATOR, DESK, b"film", thread_id=topic)
    album = await hand.send_album(OPERATOR, DESK, [PICTURE, OTHER], caption="both", thread_id=topic)
    answer = await hand.reply(OPERATOR, DESK, card, "answer")
    await hand.edit_message(OPERATOR, DESK, answer, "better")
    seen = {message.id: message for message in await hand.messages(DESK, OPERATOR)}
    assert (seen[photo].text, seen[photo].thread_id, seen[document].thread_id) == ("look", topic, topic)
    assert (seen[answer].reply_to, seen[answer].text, seen[answer].edited) == (card, "better", True)
    assert seen[document].document is not None and seen[video].video is not None and seen[photo].document is None
    assert await hand.file_of(seen[photo]) == PICTURE
    assert [await hand.file_of(seen[number]) for number in album] == [PICTURE, OTHER]
    assert seen[album[0]].album == seen[album[1]].album is not None
    heart = [{"type": "emoji", "emoji": "👌"}]
    await bot(box, "setMessageReaction", chat_id=DESK, message_id=answer, reaction=heart)
    await asyncio.wait_for(hand.wait_for_reaction(DESK, answer, "👌", viewer=OPERATOR), 5)
    assert await hand.violations() == []
