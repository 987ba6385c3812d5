"""A buyer's files reach the people and the topic in their place, or it is said why not."""

import pytest

from bot.domain.attachments import NotFetched
from bot.domain.chat import ChatKind
from bot.domain.reach import MessageGone, NotReached, Offline, Rejected, Slow
from bot.views.card import Card
from tests.flows.bench import GROUP, OPERATOR, ORDER
from tests.watchers.line import HOST, Line, gets_file, hears, order_of


async def test_a_file_that_is_on_its_way_is_waited_for_and_keeps_its_place(line: Line) -> None:
    await hears(line, "alpha")
    await gets_file(line)
    await hears(line, "omega")
    await line.relay._tell([await line.one(OPERATOR)])
    assert "alpha" in line.texts(OPERATOR)[0] and "omega" not in line.texts(OPERATOR)[0]
    await line.relay._tell([await line.one(OPERATOR)])
    assert len(line.texts(OPERATOR)) == 1
    waiting = await line.one(OPERATOR)
    assert waiting.next_at - line.bench.desk.now() == 500
    await line.bench.fetch()
    await line.tell(1)
    assert line.calls(OPERATOR) == ["send", "send_file", "send"]
    assert "omega" in line.texts(OPERATOR)[2]
    sent = next(file for file in line.telegram.files if file.chat_id == OPERATOR)
    assert (sent.form, sent.name) == ("photo", "picture.jpg")


async def test_the_second_chat_gets_a_file_by_telegrams_own_id(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    first, second = line.telegram.files
    assert {first.chat_id, second.chat_id} == {OPERATOR, GROUP}
    assert first.content == b"pic" and second.content == first.file_id
    assert second.topic_id == 501 or first.topic_id == 501


@pytest.mark.parametrize(
    ("kind", "form", "name"),
    [("image/png", "photo", "picture.png"), ("image/webp", "document", "picture.webp"),
     ("video/mp4", "video", "video.mp4"), ("application/pdf", "document", "document.pdf"),
     ("application/x-odd", "document", "file.bin")],
)  # fmt: skip
async def test_every_kind_of_file_has_its_form(line: Line, kind: str, form: str, name: str) -> None:
    await gets_file(line, kind=kind)
    await line.bench.fetch()
    await line.tell(1)
    assert {(file.form, file.name) for file in line.telegram.files} == {(form, name)}


async def test_a_picture_too_large_for_a_photo_is_a_document(line: Line) -> None:
    await gets_file(line, content=b"x" * 10_000_001)
    await line.bench.fetch()
    await line.tell(1)
    assert {file.form for file in line.telegram.files} == {"document"}


async def test_several_vouchers_are_several_files_with_the_words_under_the_first(line: Line) -> None:
    urls = tuple(f"https://{HOST}/v{number}.jpg" for number in range(2))
    for number, url in enumerate(urls):
        line.bench.hosts.files[url] = (f"v{number}".encode(), "image/jpeg")
    line.bench.pass_(1)
    line.bench.gate.said(ORDER.id, "paid", by="System", kind=ChatKind.STATUS, status="paid", vouchers=urls)
    await line.bench.read()
    await line.bench.fetch()
    await line.tell(1)
    mine = [file for file in line.telegram.files if file.chat_id == OPERATOR]
    assert [file.content for file in mine if isinstance(file.content, bytes)] in ([b"v0", b"v1"], [])
    assert len(mine) == 2 and mine[0].card.plain and mine[1].card.plain == ""


async def test_a_file_that_cannot_be_had_is_said_in_its_line_and_later_words_go_on(line: Line) -> None:
    url = await gets_file(line)
    line.bench.hosts.errors[url] = [NotFetched("too_big", HOST, is_final=True)]
    await line.bench.fetch()
    await hears(line, "omega")
    await line.tell(1)
    assert line.telegram.files == []
    assert order_of("\n".join(line.texts(OPERATOR)), "📎", "omega") or "omega" in line.texts(OPERATOR)[-1]
    assert len(line.texts(OPERATOR)) == 2


async def test_a_file_whose_host_is_allowed_later_follows_where_its_line_stands(line: Line) -> None:
    await gets_file(line)
    line.bench.hosts.hosts.clear()
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    line.bench.hosts.allow(HOST)
    async with line.bench.store.write() as tables:
        await tables.files.retry_host(HOST, line.bench.desk.now())
    await line.bench.fetch()
    await line.tell(1)
    assert {file.chat_id for file in line.telegram.files} == {OPERATOR, GROUP}
    assert all(file.silent for file in line.telegram.files)
    assert await line.bench.outbox() == []


async def test_a_late_file_of_a_line_that_is_gone_or_has_none_is_shown_nowhere(line: Line) -> None:
    await hears(line, "alpha")
    await line.tell()
    line.clear()
    for message in ("9999", str((await line.bench.heard())[0].number)):
        async with line.bench.store.write() as tables:
            await tables.outbox.put_line(
                chat_id=OPERATOR, person_id=OPERATOR, kind="file", key=f"file:{message}", order_id=ORDER.id,
                facts={"message": message}, ring=False, priority=7, at=line.bench.desk.now(),
            )  # fmt: skip
    await line.tell()
    assert line.telegram.shown == [] and await line.bench.outbox() == []


async def test_a_file_that_telegram_refuses_is_said_in_words_instead(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [Rejected("wrong type"), Rejected("wrong type")]
    await line.tell(1)
    assert line.telegram.files == []
    assert line.calls(OPERATOR) == ["send"] and await line.bench.lines() == {}


@pytest.mark.parametrize("trouble", [Offline("away"), Slow(2), MessageGone("gone")])
async def test_a_file_that_cannot_be_shown_now_is_shown_later(line: Line, trouble: NotReached) -> None:
    await gets_file(line)
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [trouble]
    await line.relay._tell([await line.one(OPERATOR)])
    assert line.telegram.files == [] and OPERATOR in await line.bench.lines()
    await line.tell(3)
    assert {file.chat_id for file in line.telegram.files} == {OPERATOR, GROUP}


async def test_a_file_id_that_telegram_forgot_is_sent_as_bytes_again(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    await gets_file(line, name="2.jpg")
    await line.bench.fetch()
    line.telegram.errors["send_file"] = [Rejected("wrong file identifier")]
    await line.relay._tell([await line.one(OPERATOR)])
    assert [file.content for file in line.telegram.files] == [b"pic"]


async def test_a_file_id_that_telegram_forgot_when_the_bytes_are_gone_is_said_in_words(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    await line.tell(1)
    line.clear()
    await gets_file(line, name="2.jpg")
    await line.bench.fetch()
    for sha256 in await line.bench.store.files.all():
        await line.bench.store.files.remove(sha256)
    line.telegram.errors["send_file"] = [Rejected("wrong file identifier")]
    await line.relay._tell([await line.one(OPERATOR)])
    assert line.calls(OPERATOR) == ["send"] and line.telegram.files == []


async def test_a_file_that_is_gone_from_the_room_is_said_in_words(line: Line) -> None:
    await gets_file(line)
    await line.bench.fetch()
    for sha256 in await line.bench.store.files.all():
        await line.bench.store.files.remove(sha256)
    await line.tell(1)
    assert line.telegram.files == [] and line.calls(OPERATOR) == ["send"]


async def test_a_shown_file_reaches_the_person_it_is_for(line: Line) -> None:
    await line.relay.show_file(OPERATOR, Card("pack"), b"zip", "order.zip", order_id=ORDER.id)
    (file,) = line.telegram.files
    assert (file.chat_id, file.content, file.form, file.name, file.silent) == (
        OPERATOR, b"zip", "document", "order.zip", True,
    )  # fmt: skip
