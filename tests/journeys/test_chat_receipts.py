"""Files of buyers: fetched from known hosts only, in the end shown, and a file that is not here says why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.clients.file_hosts import FileHosts
from bot.sandbox.pictures import receipt
from tests.clients.raw_venue import says
from tests.journeys.shop import Shop, open_shop, tidy
from tests.support.desk import DESK_GROUP
from tests.support.sandbox import LEAD, OPERATOR, OWNER, Message, until
from tests.support.wire import SERVER_NAME, Names, Wire, tls_venue, trust_of_the_tests

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = "93.184.215.14"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick_shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path_factory.mktemp("shop"), speed=10.0, desk_follow_hours="0") as shop:
        await shop.say("/language en", person=OWNER, contains="English")
        yield shop


@pytest_asyncio.fixture(loop_scope="module")
async def shop(quick_shop: Shop) -> AsyncIterator[Shop]:
    yield quick_shop
    await quick_shop.end_all()
    await tidy(quick_shop.box)


async def test_a_file_from_an_unknown_host_waits_for_an_owner_who_allows_it_in_two_steps(shop: Shop) -> None:
    content = receipt("7200", "CNY", "1", 7)
    async with tls_venue(says(200, content)) as (venue, _):
        address, port = venue.host.split(":")
        wire, names = Wire({PUBLIC: (address, int(port))}), Names({SERVER_NAME: [[PUBLIC]]})
        talk = shop.desk.application.desk.talk
        before = talk.hosts
        talk.hosts = hosts = FileHosts([], resolve=names, sockets=wire, trust=trust_of_the_tests())
        try:
            await _allowed_in_two_steps(shop, wire, content)
        finally:
            talk.hosts = before
            await hosts.aclose()


async def _allowed_in_two_steps(shop: Shop, wire: Wire, content: bytes) -> None:
    order = await shop.sale("6001")
    await shop.card(order, "Paid – check the bank")
    await shop.box.gate.buyer_sends(order, b"x", url=f"https://{SERVER_NAME}/chat/a.png")
    for chat in (OPERATOR, DESK_GROUP):
        line = await shop.heard(order, f"its host {SERVER_NAME} is not allowed yet", chat)
        assert line.medium is None
    notice = await shop.box.telegram.wait_for_message(OWNER, contains=SERVER_NAME, button="Allow host…")
    assert wire.connections == []
    await shop.box.telegram.press(OWNER, OWNER, notice, text="Allow host…")
    asked = await shop.box.telegram.wait_for_message(OWNER, button="Allow this host")
    assert SERVER_NAME in asked.text and "A look-alike name may be a trap." in asked.text
    assert wire.connections == []
    forged = asked.button("Allow this host").data
    await shop.box.telegram.press(LEAD, OWNER, asked.id, data=forged, forged=True, timeout=0.5)
    assert wire.connections == []
    await shop.box.telegram.press(OWNER, OWNER, asked, text="Allow this host")
    for chat in (OPERATOR, DESK_GROUP):
        shown = await shop.box.telegram.wait_for_message(
            chat, contains=order[-4:], where=lambda message: message.medium is not None
        )
        assert await shop.box.telegram.file_of(shown) == content
    assert {connection[0] for connection in wire.connections} == {PUBLIC}
    await shop.journalled("gate", "allow_file_host", "done")


async def test_a_download_that_fails_half_way_is_tried_again(shop: Shop) -> None:
    order = await shop.sale("6002")
    content = receipt("7200", "CNY", order, 8)
    before = await shop.newest(OPERATOR)
    await shop.box.gate.buyer_sends(order, content, fault={"kind": "truncated", "to": "cut", "times": 2})

    async def pictures() -> list[Message] | None:
        told = await shop.box.telegram.messages(OPERATOR)
        return [message for message in told if message.medium and message.id > before] or None

    (shown,) = await until(pictures, "the picture, with its line or later")
    assert await shop.box.telegram.file_of(shown) == content


GONE = {
    "missing": "🖼 Picture, not here: Gate does not give it out",
    "oversize": "🖼 Picture, not here: it is over 20 MB",
    "redirect": "🖼 Picture, not here: its link leads elsewhere",
    "error_500": "🖼 Picture, not here: the file host cannot be reached",
}


@pytest.mark.parametrize("kind", GONE)
async def test_a_file_that_cannot_be_had_says_why_and_the_words_behind_it_come(shop: Shop, kind: str) -> None:
    order = await shop.sale("6003")
    fault = {"kind": kind, "times": -1, **({"to": "http://169.254.169.254/latest"} if kind == "redirect" else {})}
    await shop.box.gate.buyer_sends(order, receipt("1", "CNY", order), fault=fault)
    await shop.box.gate.buyer_says(order, "words behind it")
    for chat in (OPERATOR, DESK_GROUP):
        await shop.heard(order, GONE[kind], chat, timeout=15)
        await shop.heard(order, "words behind it", chat)
        assert not [message for message in await shop.talk(order, chat) if message.medium]


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/a.png", "http://169.254.169.254/latest/meta-data", "https://localhost/a", "file:///etc/passwd"],
)
async def test_a_link_into_our_own_network_is_never_followed(shop: Shop, url: str) -> None:
    order = await shop.sale("6004")
    await shop.box.gate.buyer_sends(order, b"x", url=url)
    line = await shop.heard(order, "its address leads into our own network")
    assert line.medium is None and url not in line.html


async def test_the_same_picture_on_another_order_is_said(shop: Shop) -> None:
    first, second = await shop.sale("6005"), await shop.sale("6006", name="李四")
    content = receipt("7200", "CNY", "one for two", 9)
    await shop.box.gate.buyer_sends(first, content)
    fresh = await shop.heard(first, "Picture")
    assert "Same picture" not in fresh.text
    await shop.box.gate.buyer_adds_vouchers(second, content)
    for chat in (OPERATOR, DESK_GROUP):
        again = await shop.heard(second, f"⚠ Same picture as order {first[-4:]}", chat)
        assert again.medium is not None


async def test_a_file_that_is_no_picture_comes_as_a_document(shop: Shop) -> None:
    order = await shop.sale("6007")
    await shop.box.gate.buyer_sends(order, b"%PDF-1.4 a bank statement", "application/pdf")
    shown = await shop.heard(order, order[-4:])
    assert shown.document is not None and await shop.box.telegram.file_of(shown) == b"%PDF-1.4 a bank statement"


async def test_a_chinese_reader_reads_in_chinese_why_a_file_is_not_here(shop: Shop) -> None:
    await shop.say("/language zh", contains="中文")
    order = await shop.sale("6008")
    await shop.box.gate.buyer_sends(order, b"x", fault={"kind": "missing", "times": -1})
    await shop.box.gate.buyer_says(order, "看看")
    await shop.heard(order, "看看")
    text = "\n".join(message.text for message in await shop.talk(order))
    assert "图片" in text and not any(word in text for word in ("Picture", "not here", "give"))
    await shop.say("/language en", contains="English")
