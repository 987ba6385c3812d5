"""Files both ways: photos, documents, videos, albums, and their limits."""

from __future__ import annotations

import base64
import time

import httpx
import pytest
from telegram import InputMediaAnimation, InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest, RetryAfter, TelegramError

from tests.sandbox.telegram.conftest import OPERATOR, Local
from tests.sandbox.telegram.pictures import PNG, png

BIG = bytes(range(256)) * 2000


async def test_a_persons_photo_is_fetched_byte_for_byte_and_sent_on_by_its_id(local: Local) -> None:
    encoded = base64.b64encode(PNG).decode()
    await local.act("file", OPERATOR, OPERATOR, kind="photo", base64=encoded, file_name="receipt.png", caption="paid")
    (update,) = await local.bot.get_updates(timeout=1)
    assert update.message is not None and update.message.caption == "paid"
    photo = update.message.photo[-1]
    assert (photo.width, photo.height, photo.file_size) == (4, 3, len(PNG))
    file = await local.bot.get_file(photo.file_id)
    assert bytes(await file.download_as_bytearray()) == PNG
    again = await local.bot.send_photo(OPERATOR, photo.file_id, caption="<i>seen</i>", parse_mode="HTML")
    assert again.photo[-1].file_unique_id == photo.file_unique_id
    shown = (await local.seen(OPERATOR, OPERATOR))[-1]
    assert (shown["html"], shown["media"]["kind"]) == ("<i>seen</i>", "photo")
    page = await local.client.get(f"{local.control_url}/files/{photo.file_id}")
    assert page.content == PNG and page.headers["x-content-type-options"] == "nosniff"


async def test_documents_videos_and_animations_are_uploaded(local: Local) -> None:
    document = await local.bot.send_document(OPERATOR, b"a,b\n", filename="journal.csv", caption="journal")
    assert document.document is not None and document.document.file_name == "journal.csv"
    video = await local.bot.send_video(OPERATOR, b"not really", filename="v.mp4", width=10, height=20)
    assert video.video is not None and (video.video.width, video.video.mime_type) == (10, "video/mp4")
    animation = await local.bot.send_animation(OPERATOR, b"GIF89a", filename="a.gif")
    assert animation.animation is not None
    assert local.violated() == []


async def test_an_album_is_one_group_and_stays_of_its_kind(local: Local) -> None:
    sent = await local.bot.send_media_group(OPERATOR, [InputMediaPhoto(PNG, caption="c"), InputMediaPhoto(png(8, 8))])
    assert len({message.media_group_id for message in sent}) == 1 and sent[0].caption == "c"
    number = sent[0].message_id
    edited = await local.bot.edit_message_media(InputMediaVideo(b"x", caption="d", filename="x.mp4"), OPERATOR, number)
    assert not isinstance(edited, bool) and edited.video is not None and edited.caption == "d"
    with pytest.raises(BadRequest, match=r"(?i)can't change media type in the album"):
        await local.bot.edit_message_media(InputMediaDocument(b"x", filename="x.txt"), OPERATOR, number)
    with pytest.raises(BadRequest, match=r"(?i)content type can't be used in an album"):
        await local.bot.edit_message_media(InputMediaAnimation(b"GIF89a", filename="x.gif"), OPERATOR, number)
    with pytest.raises(BadRequest, match=r"(?i)can't be mixed"):
        await local.bot.send_media_group(OPERATOR, [InputMediaPhoto(PNG), InputMediaDocument(b"x", filename="x.txt")])


async def test_a_persons_album_arrives_as_messages_of_one_group(local: Local) -> None:
    encoded = base64.b64encode(PNG).decode()
    await local.act("album", OPERATOR, OPERATOR, files=[{"kind": "photo", "base64": encoded}] * 3)
    updates = await local.bot.get_updates(timeout=1)
    assert len(updates) == 3
    assert len({update.message.media_group_id for update in updates if update.message}) == 1


async def test_files_over_twenty_megabytes_cannot_be_fetched(local: Local) -> None:
    encoded = base64.b64encode(bytes(20 * 1024 * 1024 + 1)).decode()
    await local.act("file", OPERATOR, OPERATOR, kind="document", base64=encoded, file_name="big.bin")
    (update,) = await local.bot.get_updates(timeout=1)
    assert update.message is not None and update.message.document is not None
    with pytest.raises(BadRequest, match=r"(?i)file is too big"):
        await local.bot.get_file(update.message.document.file_id)
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id or the file is temporarily unavailable"):
        await local.bot.get_file("unknown")


async def test_uploads_have_limits_of_size_and_sides(local: Local) -> None:
    with pytest.raises(BadRequest, match=r"(?i)too big for a photo"):
        await local.bot.send_photo(OPERATOR, PNG + bytes(10 * 1024 * 1024))
    with pytest.raises(BadRequest, match=r"(?i)PHOTO_INVALID_DIMENSIONS"):
        await local.bot.send_photo(OPERATOR, png(1, 30))
    with pytest.raises(BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
        await local.bot.send_photo(OPERATOR, b"not a picture")
    with pytest.raises(TelegramError, match=r"(?i)Request Entity Too Large"):
        await local.bot.send_document(OPERATOR, bytes(50 * 1024 * 1024 + 1), filename="big.bin")
    assert await local.seen(OPERATOR, OPERATOR) == []


async def test_the_first_size_of_a_photo_is_a_small_one_with_other_bytes(local: Local) -> None:
    picture = png(400, 300)
    await local.act("file", OPERATOR, OPERATOR, kind="photo", base64=base64.b64encode(picture).decode())
    (update,) = await local.bot.get_updates(timeout=1)
    assert update.message is not None
    small, large = update.message.photo
    assert (small.width, small.height, large.width, large.height) == (90, 67, 400, 300)
    assert small.file_unique_id != large.file_unique_id
    fetched = [await (await local.bot.get_file(size.file_id)).download_as_bytearray() for size in (small, large)]
    assert bytes(fetched[1]) == picture != bytes(fetched[0])
    assert bytes(fetched[0]).startswith(b"\x89PNG")


async def test_a_photo_is_no_document_and_a_document_no_photo(local: Local) -> None:
    photo = (await local.bot.send_photo(OPERATOR, PNG)).photo[-1].file_id
    document = (await local.bot.send_document(OPERATOR, PNG, filename="p.png")).document
    assert document is not None
    with pytest.raises(BadRequest, match=r"(?i)can't use file of type Photo as Document"):
        await local.bot.send_document(OPERATOR, photo)
    with pytest.raises(BadRequest, match=r"(?i)can't use file of type Document as Photo"):
        await local.bot.send_photo(OPERATOR, document.file_id)
    assert await local.bot.send_document(OPERATOR, document.file_id)


async def test_albums_count_every_medium_against_the_flood_limits(local: Local) -> None:
    local.world.enforce_flood = True
    await local.bot.send_media_group(OPERATOR, [InputMediaPhoto(PNG)] * 4)
    await local.bot.send_photo(OPERATOR, PNG)
    with pytest.raises(RetryAfter):
        await local.bot.send_media_group(OPERATOR, [InputMediaPhoto(PNG)] * 2)
    assert len(await local.seen(OPERATOR, OPERATOR)) == 5


@pytest.mark.parametrize(
    ("kind", "status"), [("404", 404), ("500", 500), ("502", 502), ("429", 429), ("html", 200), ("slow", 200)]
)
async def test_a_download_fault_strikes_one_download(local: Local, kind: str, status: int) -> None:
    url = await download_url(local)
    await local.post("faults", {"method": "file", "kind": kind, "seconds": 0.2})
    answer = await local.client.get(url)
    assert (answer.status_code, answer.content == BIG) == (status, kind == "slow")
    assert (await local.client.get(url)).content == BIG


@pytest.mark.parametrize("kind", ["cut", "drop_before", "reset"])
async def test_a_download_breaks_off(local: Local, kind: str) -> None:
    url = await download_url(local)
    await local.post("faults", {"method": "file", "kind": kind})
    with pytest.raises(httpx.TransportError):
        await local.client.get(url)
    assert (await local.client.get(url)).content == BIG


async def test_a_download_drips(local: Local) -> None:
    url = await download_url(local)
    await local.post("faults", {"method": "file", "kind": "drip", "seconds": 0.4})
    began = time.monotonic()
    assert (await local.client.get(url)).content == BIG
    assert time.monotonic() - began >= 0.4


async def test_a_fault_of_all_methods_is_none_of_downloads_and_their_faults_none_of_methods(local: Local) -> None:
    url = await download_url(local)
    await local.post("faults", {"method": "*", "kind": "502"})
    assert (await local.client.get(url)).content == BIG
    assert "unknown fault" in await local.refused("faults", {"method": "sendMessage", "kind": "404"})
    assert "unknown fault" in await local.refused("faults", {"method": "file", "kind": "drop_after"})


async def download_url(local: Local) -> str:
    body = {"kind": "document", "base64": base64.b64encode(BIG).decode(), "file_name": "a.pdf"}
    await local.act("file", OPERATOR, OPERATOR, **body)
    (update,) = await local.bot.get_updates(timeout=1)
    assert update.message is not None and update.message.document is not None
    path = (await local.call("getFile", file_id=update.message.document.file_id))["result"]["file_path"]
    return f"{local.url}/file/bot{local.world.token}/{path}"


async def test_an_upload_nobody_names_is_refused(local: Local) -> None:
    answer = await local.client.post(
        f"{local.url}/bot{local.world.token}/sendMessage",
        data={"chat_id": str(OPERATOR), "text": "x"},
        files={"stray": ("a.txt", b"x")},
    )
    assert 'unknown file "stray"' in answer.json()["description"]
    assert local.violated() == ["unknown_parameter"]
