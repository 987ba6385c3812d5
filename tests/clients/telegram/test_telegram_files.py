"""Files and reactions through the door to Telegram: against the sandbox, and against servers that lie about files."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.clients.telegram import Telegram
from bot.clients.telegram_files import MAX_UPLOAD_BYTES
from bot.domain.attachments import MAX_FROM_PHONE_BYTES, MAX_PHOTO_BYTES
from bot.domain.reach import (
    Blocked,
    FileGone,
    MessageGone,
    NoAccess,
    NotReached,
    Offline,
    Rejected,
    Slow,
    TooBig,
)
from tests.clients.raw_venue import Behaviour, RawVenue, hangs_up, raw_venue, resets, response, says
from tests.clients.telegram.telegram_box import RECEIPT, TOKEN, Box, Caption, Key, caption, door, sent
from tests.sandbox.telegram.pictures import PNG, png
from tests.support.sandbox import DESK, OPERATOR

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(200)
LIMIT = MAX_FROM_PHONE_BYTES


async def test_each_form_arrives_with_caption_and_buttons_and_comes_back_byte_for_byte(
    box: Box, telegram: Telegram
) -> None:
    for form, name, content in (
        ("photo", "a.png", PNG),
        ("video", "a.mp4", MP4),
        ("document", "a.pdf", b"%PDF-1.7 x"),
    ):
        message_id, file_id = await telegram.send_file(OPERATOR, RECEIPT, content, form, name)
        shown = await box.telegram.message(OPERATOR, OPERATOR, message_id)
        assert (shown.text, shown.labels, shown.silent) == ("收据 0417", [["Open"]], True)
        assert "<b>" in shown.html
        assert await telegram.download(file_id, LIMIT) == content
        call = (await box.telegram.calls(f"send{form.title()}"))[-1]
        assert call.params[form]["file"] == name
    assert await box.telegram.violations() == []


async def test_a_file_sent_before_is_sent_again_by_its_id(box: Box, telegram: Telegram) -> None:
    _, file_id = await telegram.send_file(OPERATOR, RECEIPT, PNG, "photo", "a.png")
    message_id, again = await telegram.send_file(DESK, RECEIPT, file_id, "photo", "a.png", silent=False)
    assert again == file_id
    assert not (await box.telegram.message(DESK, None, message_id)).silent


async def test_a_file_goes_into_its_topic_or_under_its_message(box: Box, telegram: Telegram) -> None:
    topic_id = await telegram.make_topic(DESK, "0417")
    in_topic, _ = await telegram.send_file(DESK, RECEIPT, PNG, "photo", "a.png", topic_id=topic_id)
    assert (await box.telegram.message(DESK, None, in_topic)).thread_id == topic_id
    first = await telegram.send(OPERATOR, caption("card"))
    await telegram.send_file(OPERATOR, RECEIPT, PNG, "photo", "a.png", reply_to=first)
    assert (await box.telegram.calls("sendPhoto"))[-1].params["reply_parameters"]["message_id"] == first
    await telegram.send_file(OPERATOR, RECEIPT, PNG, "photo", "a.png", reply_to=99999)


async def test_a_text_too_long_for_a_caption_follows_the_file(box: Box, telegram: Telegram) -> None:
    fits, too_long = caption("💬" * 512, rows=RECEIPT.rows), caption("💬" * 512 + "x", rows=RECEIPT.rows)
    message_id, _ = await telegram.send_file(OPERATOR, fits, PNG, "photo", "a.png")
    assert (await box.telegram.message(OPERATOR, OPERATOR, message_id)).text == fits.plain
    message_id, _ = await telegram.send_file(OPERATOR, too_long, PNG, "photo", "a.png")
    file, text = (await box.telegram.messages(OPERATOR))[-2:]
    assert (file.id, file.text, file.labels) == (message_id, "", [])
    assert (text.text, text.labels) == (too_long.plain, [["Open"]])
    assert (await box.telegram.calls("sendMessage"))[-1].params["reply_parameters"]["message_id"] == message_id
    assert await box.telegram.violations() == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png(9990, 20), id="too many sides"),
        pytest.param(png(2100, 100), id="too long and thin"),
        pytest.param(b"RIFF____WEBPVP8 broken", id="unreadable"),
    ],
)
async def test_what_telegram_takes_for_no_photo_goes_as_a_document(
    box: Box, telegram: Telegram, content: bytes
) -> None:
    message_id, file_id = await telegram.send_file(OPERATOR, RECEIPT, content, "photo", "a.png")
    shown = await box.telegram.message(OPERATOR, OPERATOR, message_id)
    assert (shown.text, shown.labels) == (RECEIPT.plain, [["Open"]])
    assert [method for method, _ in await sent(box)] == ["sendPhoto", "sendDocument"]
    assert await telegram.download(file_id, LIMIT) == content
    await telegram.send_file(OPERATOR, RECEIPT, file_id, "photo", "a.png")
    assert [method for method, _ in await sent(box)][2:] == ["sendPhoto", "sendDocument"]


async def test_a_photo_over_the_limit_goes_as_a_document_at_once(box: Box, telegram: Telegram) -> None:
    big = PNG + bytes(MAX_PHOTO_BYTES)
    _, file_id = await telegram.send_file(OPERATOR, RECEIPT, big, "photo", "a.png")
    assert await sent(box) == [("sendDocument", None)]
    assert await telegram.download(file_id, LIMIT) == big


async def test_tags_or_buttons_telegram_does_not_like_do_not_hold_up_a_file(box: Box, telegram: Telegram) -> None:
    broken = Caption("<b>open", "open", ((Key(),),))
    message_id, _ = await telegram.send_file(OPERATOR, broken, PNG, "photo", "a.png")
    shown = await box.telegram.message(OPERATOR, OPERATOR, message_id)
    assert (shown.text, shown.labels) == ("open", [["Open"]])
    worse = Caption("<b>open", "open", ((Key(data="", url="nowhere"),),))
    message_id, _ = await telegram.send_file(OPERATOR, worse, PNG, "photo", "a.png")
    assert (await box.telegram.message(OPERATOR, OPERATOR, message_id)).labels == []


@pytest.mark.parametrize(
    "content", ["/etc/passwd", "README.md", "https://evil.example/a.png", "file:///etc/passwd", ""]
)
async def test_a_text_that_is_no_file_id_is_neither_opened_nor_sent(box: Box, telegram: Telegram, content: str) -> None:
    with pytest.raises(FileGone):
        await telegram.send_file(OPERATOR, RECEIPT, content, "document", "a")
    assert await sent(box) == []


async def test_a_file_telegram_forgot_is_gone_for_sending_and_for_fetching(box: Box, telegram: Telegram) -> None:
    with pytest.raises(FileGone):
        await telegram.send_file(OPERATOR, RECEIPT, "photo-99-forgotten", "photo", "a.png")
    assert len(await sent(box)) == 1
    with pytest.raises(FileGone):
        await telegram.download("photo-99-forgotten", LIMIT)


async def test_an_upload_over_the_limit_never_leaves(box: Box, telegram: Telegram) -> None:
    with pytest.raises(TooBig):
        await telegram.send_file(OPERATOR, RECEIPT, bytes(MAX_UPLOAD_BYTES + 1), "document", "a.bin")
    assert await sent(box) == []


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", Slow),
        ("500", Offline),
        ("drop_after", Offline),
        ("forbidden:bot was blocked by the user", Blocked),
        ("bad_request:chat not found", Blocked),
    ],
)
async def test_a_failed_upload_says_what_to_do_next_and_is_not_tried_twice(
    box: Box, telegram: Telegram, kind: str, error: type[NotReached]
) -> None:
    await box.telegram.fault("sendPhoto", kind, times=1)
    with pytest.raises(error):
        await telegram.send_file(OPERATOR, RECEIPT, PNG, "photo", "a.png")
    assert len(await sent(box)) == 1


async def test_a_group_that_forbids_photos_is_still_a_group_we_can_write_in(box: Box, telegram: Telegram) -> None:
    await box.telegram.fault("sendPhoto", "bad_request:not enough rights to send photos to the chat", times=-1)
    with pytest.raises(Rejected):
        await telegram.send_file(DESK, RECEIPT, PNG, "photo", "a.png")


async def test_a_file_of_a_person_comes_whole_at_the_limit_and_not_above(box: Box, telegram: Telegram) -> None:
    content = random.Random(7).randbytes(3_000_000)
    row = await box.telegram.send_file(OPERATOR, OPERATOR, content, kind="document", file_name="图.bin")
    updates = await telegram.updates(None, 1, ["message"])
    file_id = next(
        update["message"]["document"]["file_id"] for update in updates if "document" in update.get("message", {})
    )
    assert row and await telegram.download(file_id, len(content)) == content
    with pytest.raises(TooBig):
        await telegram.download(file_id, len(content) - 1)


async def test_what_telegram_will_not_give_is_too_big(box: Box, telegram: Telegram) -> None:
    await box.telegram.fault("getFile", "bad_request:file is too big", times=1)
    with pytest.raises(TooBig):
        await telegram.download("document-1-anything", LIMIT)


async def test_a_reaction_is_shown_changed_and_taken_away(box: Box, telegram: Telegram) -> None:
    message_id = await telegram.send(DESK, caption("card"))

    async def reactions() -> str:
        return json.dumps((await box.telegram.message(DESK, None, message_id)).raw.get("reactions"), ensure_ascii=False)

    for emoji in ("👀", "👌"):
        await telegram.react(DESK, message_id, emoji)
        assert emoji in await reactions()
    assert "👀" not in await reactions()
    await telegram.react(DESK, message_id, "")
    assert "👌" not in await reactions()
    assert await box.telegram.violations() == []


async def test_a_reaction_that_cannot_be_says_why(box: Box, telegram: Telegram) -> None:
    message_id = await telegram.send(DESK, caption("card"))
    with pytest.raises(MessageGone):
        await telegram.react(DESK, 99999, "👀")
    with pytest.raises(Rejected):
        await telegram.react(DESK, message_id, "✅")
    await box.controls.post(f"telegram/groups/{DESK}", {"reactions": ["👍"]})
    with pytest.raises(Rejected):
        await telegram.react(DESK, message_id, "👀")
    await box.telegram.fault("setMessageReaction", "bad_request:not enough rights to react to messages", times=1)
    with pytest.raises(Rejected):
        await telegram.react(DESK, message_id, "👍")
    await box.telegram.fault("setMessageReaction", "429", times=1)
    with pytest.raises(Slow):
        await telegram.react(DESK, message_id, "👍")


@dataclass
class Liar:
    """A Bot API server whose getFile is in order and whose file server is not."""

    file: Behaviour
    facts: dict[str, Any] = field(default_factory=lambda: {"file_path": "photos/file 1.jpg", "file_size": 1000})

    async def __call__(self, venue: RawVenue, writer: asyncio.StreamWriter) -> None:
        if "/file/bot" in venue.requests[-1].path:
            await self.file(writer)
            return
        answer = {"ok": True, "result": {"file_id": "x", "file_unique_id": "y", **self.facts}}
        writer.write(response(200, json.dumps(answer).encode()))


@contextlib.asynccontextmanager
async def lying(liar: Liar) -> AsyncIterator[tuple[RawVenue, Telegram]]:
    async with raw_venue() as venue:
        venue.behaviour = lambda writer: liar(venue, writer)
        async with door(f"http://{venue.host}") as telegram:
            yield venue, telegram


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        await writer.drain()


async def half_without_a_length(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(500))
    writer.close()


FAILURES: list[tuple[Behaviour, type[NotReached]]] = [
    (says(200, bytes(500), length=1000), Offline),
    (says(200, bytes(500)), Offline),
    (half_without_a_length, Offline),
    (says(200, b""), Offline),
    (says(302, b"", Location="http://127.0.0.1:9/"), Offline),
    (says(502, b"no"), Offline),
    (hangs_up, Offline),
    (resets, Offline),
    (says(200, b"x" * 1000, Content_Encoding="br", length=2000), Offline),
    (says(404, b"no"), FileGone),
    (says(400, b"no"), FileGone),
    (says(401, b"no"), NoAccess),
    (says(429, b"no", Retry_After="7"), Slow),
    (endless, TooBig),
    (says(200, bytes(5000)), TooBig),
]


@pytest.mark.parametrize(("behaviour", "error"), FAILURES)
async def test_never_half_a_file(behaviour: Behaviour, error: type[NotReached]) -> None:
    async with lying(Liar(behaviour)) as (venue, telegram):
        with pytest.raises(error) as raised:
            await telegram.download("document-1-anything", 2000)
    assert venue.requests[-1].path == f"/file/bot{TOKEN}/photos/file%201.jpg"
    if isinstance(raised.value, Slow):
        assert raised.value.seconds == 7


async def test_a_size_telegram_tells_is_believed_before_a_byte_is_fetched() -> None:
    async with lying(Liar(says(200, bytes(5000)), {"file_path": "a", "file_size": 5000})) as (venue, telegram):
        with pytest.raises(TooBig):
            await telegram.download("document-1-anything", 2000)
    assert len(venue.requests) == 1


@pytest.mark.parametrize(("facts", "error"), [({}, FileGone), ({"file_path": "/var/lib/bot/a.jpg"}, Rejected)])
async def test_a_file_without_a_place_to_fetch_it_from(facts: dict[str, Any], error: type[NotReached]) -> None:
    async with lying(Liar(hangs_up, facts)) as (venue, telegram):
        with pytest.raises(error):
            await telegram.download("document-1-anything", 2000)
    assert len(venue.requests) == 1


async def test_no_failure_of_a_file_lets_out_the_token(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("httpx", "httpcore", "telegram"):
        caplog.set_level(logging.WARNING, name)
    seen: list[str] = []
    for behaviour, _ in FAILURES:
        async with lying(Liar(behaviour)) as (_, telegram):
            with pytest.raises(NotReached) as raised:
                await telegram.download("document-1-anything", 2000)
            seen += [*whole(raised.value), repr(telegram), str(raised.getrepr(chain=True, showlocals=False))]
    async with raw_venue(hangs_up) as venue, door(f"http://{venue.host}") as telegram:
        for act in (
            telegram.download("document-1-anything", 2000),
            telegram.send_file(1, RECEIPT, PNG, "photo", "a.png"),
            telegram.react(1, 1, "👀"),
        ):
            with pytest.raises(Offline) as lost:
                await act
            seen += whole(lost.value)
    assert "Canary" not in "\n".join([*seen, caplog.text])


def whole(error: BaseException | None) -> list[str]:
    """An exception with everything it remembers."""
    words: list[str] = []
    while error is not None:
        words += [str(error), repr(error), repr(error.args), repr(getattr(error, "request", ""))]
        error = error.__context__
    return words
