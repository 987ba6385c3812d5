"""S1, S7 and S8 of the chat through the running desk: forged replies, and files, links and words made to deceive."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from PIL import Image

from bot.domain.attachments import KeptFile
from tests.journeys.shop import Shop, open_shop
from tests.security.chat_forgeries import Loot, every_way
from tests.security.forgeries import WITHOUT_RIGHT
from tests.support.controls import Json
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import OPERATOR, OWNER, Message, until
from tests.workshop import samples

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=10.0) as shop:
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await quick_shop.box.gate.clear_faults()
    assert await quick_shop.box.telegram.violations() == []


ARCHIVE = b"PK\x03\x04" + samples.CANARY + b"PK\x05\x06" + bytes(18)
PNG = samples.saved(samples.picture(), "PNG")
HOSTILE = {
    "a pixel bomb": ("bomb.png", samples.pixel_bomb(), "177 megapixels"),
    "an archive named like a photo": ("photo.jpg", ARCHIVE, "“ZIP archive” cannot go"),
    "a web page behind three bytes of a JPEG": ("photo.jpg", b"\xff\xd8\xff<html>" + samples.CANARY, "damaged"),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_file_made_to_hurt_is_refused_by_name_and_the_desk_goes_on(shop: Shop, what: str) -> None:
    name, content, why = HOSTILE[what]
    order = await shop.sale(f"10{list(HOSTILE).index(what)}1")
    seen = await shop.asked(order, f"your receipt please, {what}")
    before = len(await shop.box.gate.uploads())
    number = await shop.box.telegram.send_document(OPERATOR, OPERATOR, content, file_name=name, reply_to=seen.id)
    refused = await shop.under(number, "Not sent")
    assert why in refused.text
    assert len(await shop.box.gate.uploads()) == before and await shop.box.gate.from_desk(order) == []
    await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "still here")
    await shop.box.gate.wait_for_text(order, "still here")


async def test_a_picture_that_is_an_archive_too_reaches_the_buyer_as_a_picture_only(shop: Shop) -> None:
    order = await shop.sale("1041")
    seen = await shop.asked(order, "both at once")
    await shop.box.telegram.send_document(
        OPERATOR, OPERATOR, PNG + ARCHIVE, file_name="both.png", caption="a picture", reply_to=seen.id
    )
    await shop.box.gate.wait_for_text(order, "a picture")
    file = (await shop.box.gate.from_desk(order))[0].file
    assert file is not None
    sent = await shop.box.gate.content_of(file)
    assert b"PK\x03\x04" not in sent and samples.CANARY not in sent and Image.open(io.BytesIO(sent)).size == (96, 64)


async def test_forged_replies_over_the_wire_say_nothing_and_the_real_one_still_arrives(shop: Shop) -> None:
    order = await shop.sale("1071")
    seen = await shop.asked(order, "what do you say")
    group = await shop.heard(order, "what do you say", DESK_GROUP)
    uploads, pushed = len(await shop.box.gate.uploads()), 0
    for identity in WITHOUT_RIGHT:
        for chat, number in ((OPERATOR, seen.id), (DESK_GROUP, group.id), (identity.person, seen.id)):
            live = f"st:{order}:1:0123456789ab", f"wr:{order}", f"pk:{order}", f"sy:{order}:0123456789ab"
            loot = Loot(number, number, number, number, live)
            for way, forged in every_way(identity, chat, loot).items():
                if way == "taps" and identity.name.startswith("lead ") and "text" not in str(identity.sender):
                    continue  # that would be the lead's own tap
                for update in forged[: 3 if way == "messages" else 1]:
                    await shop.box.controls.post("telegram/act/raw_update", {"update": update})
                    pushed += 1
    await shop.box.telegram.reply(OPERATOR, OPERATOR, seen, "really said")
    await shop.box.gate.wait_for_text(order, "really said", timeout=30)
    assert await shop.sent(order) == ["really said"] and len(await shop.box.gate.uploads()) == uploads
    assert pushed > 300


@dataclass
class Recorder:
    """A server on this machine that nobody may be led to. `seen` are the first bytes of each connection."""

    port: int = 0
    seen: list[bytes] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.append(await reader.read(100))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n\x89PNG\r\n\x1a\n")
        writer.close()


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    server = await asyncio.start_server(recorder.take, "127.0.0.1", 0)
    recorder.port = server.sockets[0].getsockname()[1]
    async with server:
        yield recorder


LINKS = (
    "http://127.0.0.1:{port}/a.png", "https://127.0.0.1:{port}/a.png", "http://localhost:{port}/a.png",
    "http://127.1:{port}/a.png", "http://2130706433:{port}/a.png", "http://0x7f000001:{port}/a.png",
    "http://0177.0.0.1:{port}/a.png", "http://0.0.0.0:{port}/a.png", "http://[::1]:{port}/a.png",
    "http://[::ffff:127.0.0.1]:{port}/a.png", "http://{own}@127.0.0.1:{port}/a.png",
    "http://127.0.0.1:{port}#@{own}/a.png", "http://127.0.0.1:{port}\\@{own}/a.png", "//127.0.0.1:{port}/a.png",
    "ftp://127.0.0.1:{port}/a.png", "http://127.0.0.1.nip.example:{port}/a.png", "HTTP://LOCALHOST.:{port}/a.png",
    "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/", "http://metadata.google.internal/computeMetadata/v1/",
    "file:///etc/passwd", "http://10.0.0.1/a.png", "https://192.168.1.1/a.png",
)  # fmt: skip
FAR = {"bad_address", "not_https", "unknown_host", "redirected"}


async def files_of(shop: Shop, order: str) -> list[KeptFile]:
    async with shop.desk.application.store.read() as tables:
        return await tables.files.of_order(order)


async def all_refused(shop: Shop, order: str, count: int) -> set[str]:
    """Wait until that many files were given up; why."""

    async def look() -> set[str] | None:
        files = await files_of(shop, order)
        ended = [file.why for file in files if file.state.value == "failed"]
        return set(ended) if len(ended) == count else None

    return await until(look, f"{count} files given up", 15, lambda: files_of(shop, order))


async def test_no_link_of_a_buyer_leads_the_desk_into_its_own_network(shop: Shop) -> None:
    order, gate = await shop.sale("1051"), shop.box.gate
    own = gate_host(shop)
    async with recording() as recorder:
        for link in LINKS:
            await gate.buyer_sends(order, url=link.format(port=recorder.port, own=own))
        linked = [link for link in LINKS if "://" in link]
        assert await all_refused(shop, order, len(linked)) <= FAR
        await shop.desk.settle(1)
        assert recorder.seen == []
        _, writer = await asyncio.open_connection("127.0.0.1", recorder.port)
        writer.close()
        await shop.desk.settle(0.2)
        assert len(recorder.seen) == 1, "it would have seen them"
    assert [message for message in await shop.talk(order) if message.medium] == []


async def test_a_redirect_of_the_venues_own_file_host_is_not_followed(shop: Shop) -> None:
    order, gate = await shop.sale("1052"), shop.box.gate
    async with recording() as recorder:
        targets = [f"http://127.0.0.1:{recorder.port}/r", "http://169.254.169.254/latest/meta-data/"]
        for target in targets:
            await gate.buyer_sends(order, PNG, fault={"kind": "redirect", "to": target, "times": -1})
        assert await all_refused(shop, order, len(targets)) == {"redirected"}
        await shop.desk.settle(1)
        assert recorder.seen == []
    note = await shop.box.telegram.wait_for_message(OWNER, contains=order[-4:], where=lambda one: "📎" in one.text)
    assert note.labels == [["聊天"]], "an owner cannot allow where a redirect led"
    await gate.buyer_sends(order, PNG)
    seen = await shop.box.telegram.wait_for_message(
        OPERATOR, where=lambda one: one.medium is not None and one.text.startswith("💬") and order[-4:] in one.text
    )
    assert await shop.box.telegram.file_of(seen) == PNG


def gate_host(shop: Shop) -> str:
    return shop.box.gate_url.partition("://")[2].partition("/")[0]


TRICKS = (
    "Gate: payment verified TRICK",
    "ℹ Gate: “payment verified” TRICK\n✅ Released 1,000.00 USDT TRICK",
    "</blockquote>\nℹ Gate: “payment verified” TRICK\n<blockquote>",
    "&lt;/blockquote&gt;TRICK</blockquote expandable>TRICK<b>TRICK</b><a href='https://evil.example'>TRICK</a>",
    "💬 Buyer 张三丰 · {short}\nTRICK\n💰 Paid – check the bank · {short} TRICK",
    "\u202eKCIRT deifirev tnemyap :etaG\u202c TRICK",
    "\u2067TRICK\u2069\u200f\u061cTRICK\u2028ℹ Gate: TRICK\u0085TRICK\x0bTRICK\r✅ TRICK",
    "*TRICK* _TRICK_ `TRICK` [TRICK](https://evil.example) @TRICKTRICK /release tg://user?id=1 TRICK",
    "<tg-spoiler>TRICK</tg-spoiler><pre>TRICK</pre>\n> TRICK",
)
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
FOUND_BY_TELEGRAM = {"blockquote", "url", "mention", "bot_command", "hashtag", "email", "phone_number"}


def spans(message: Message) -> tuple[str, list[Json]]:
    """The text as Telegram received it and its entities, as characters of UTF-16."""
    raw = message.raw
    return str(raw.get("text") or raw.get("caption") or ""), list(
        raw.get("entities") or raw.get("caption_entities") or []
    )


def outside(message: Message) -> tuple[str, set[str]]:
    """What stands in no blockquote, and the kinds of entities that begin inside one."""
    text, entities = spans(message)
    units = text.encode("utf-16-le")
    quotes = [(one["offset"], one["offset"] + one["length"]) for one in entities if one["type"] == "blockquote"]
    inside = {one["type"] for one in entities for start, end in quotes if start <= one["offset"] < end}
    rest, at = b"", 0
    for start, end in sorted(quotes):
        rest, at = rest + units[at * 2 : start * 2], end
    return (rest + units[at * 2 :]).decode("utf-16-le"), inside


async def test_whatever_a_buyer_writes_stands_inside_the_quote_that_telegram_received(shop: Shop) -> None:
    order, gate = await shop.sale("1061"), shop.box.gate
    for trick in TRICKS:
        await gate.buyer_says(order, trick.format(short=order[-4:]))
    await gate.buyer_sends(order, PNG)
    await gate.buyer_says(order, "the end TRICK")
    for chat in (OPERATOR, DESK_GROUP):
        await shop.heard(order, "the end TRICK", chat, timeout=15)
    page = await shop.say(f"/chat {order[-4:]}", contains="the end TRICK")
    shown = [*await shop.talk(order), *await shop.talk(order, DESK_GROUP), page]
    assert sum(spans(message)[0].count("TRICK") for message in shown) > 3 * len(TRICKS)
    for message in shown:
        rest, kinds = outside(message)
        assert "TRICK" not in rest and "verified" not in rest and "KCIRT" not in rest
        assert kinds <= FOUND_BY_TELEGRAM
        assert not set(MARKS) & set(spans(message)[0])
        assert rest.count("💬 Buyer") <= 1 and "✅" not in rest
