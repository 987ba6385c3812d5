"""The appeal pack: everything of one order, byte for byte, and by name what is missing."""

import asyncio
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from bot.domain.chat import ChatKind
from bot.domain.errors import NotAllowed
from bot.domain.evidence import named
from bot.domain.evidence_words import WORDS
from bot.domain.sayings import PhoneFile
from bot.flows import evidence_pack, fetch_files, lane, own_settings, say
from bot.flows.read_chat import read
from tests.flows.bench import LEAD, OPERATOR, ORDER, Bench
from tests.support.fake_files import FakeBench, FakeHosts, FakePhone

PICTURE = b"\xff\xd8\xff\xe0 the bank receipt"
HOST = "files.example"


@pytest.fixture
def hosts(bench: Bench) -> Iterator[FakeHosts]:
    hosts = FakeHosts(HOST)
    bench.desk.talk.hosts, bench.desk.talk.phone, bench.desk.talk.bench = hosts, FakePhone(), FakeBench()
    bench.gate.seconds = lambda: bench.seconds
    yield hosts


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def packed(bench: Bench, by: int | None = LEAD) -> dict[str, bytes]:
    return opened(await evidence_pack.pack(bench.desk, ORDER.id, by))


def text_of(files: dict[str, bytes], name: str) -> str:
    return files[name].decode()


async def heard(bench: Bench, text: str = "", **changes: object) -> None:
    """The buyer writes, a second passes, and the desk reads and fetches."""
    bench.gate.heard(ORDER.id, text, **changes)
    bench.pass_(1)
    await read(bench.desk, ORDER.id)
    await fetch_files.round_(bench.desk)
    await bench.desk.drain(5)


async def receipt(bench: Bench, hosts: FakeHosts, name: str = "1", content: bytes = PICTURE) -> None:
    url = f"https://{HOST}/{name}"
    hosts.files[url] = (content, "image/jpeg")
    await heard(bench, kind=ChatKind.FILE, file_key=name, file_url=url)


async def test_a_pack_has_the_record_the_chat_the_files_and_the_journal(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    await heard(bench, "I have paid\nplease look")
    await receipt(bench, hosts)
    await say.say(bench.desk, OPERATOR, ORDER.id, say.Spoken("Thank you", OPERATOR, 7, bench.now))
    await lane.round_(bench.desk)
    await bench.desk.drain(5)
    await read(bench.desk, ORDER.id)
    files = await packed(bench)
    picture = next(name for name in files if name.endswith(".jpg"))
    assert set(files) == {
        "README.txt", "1_order.json", "2_conversation.txt", "2_conversation.json", "3_files/hashes.txt", picture,
        "4_journal.json", "4_journal.csv",
    }  # fmt: skip
    assert files[picture] == PICTURE and picture.startswith("3_files/01_20") and picture.endswith("_them.jpg")
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert text_of(files, "3_files/hashes.txt") == f"{digest}  {picture.removeprefix('3_files/')}\n"
    assert json.loads(files["1_order.json"])["order"]["counterparty_name"] == "张三丰"
    lines = text_of(files, "2_conversation.txt").splitlines()
    assert lines[2].endswith("Z  Other side: I have paid") and lines[3] == "    please look"
    assert lines[4].endswith(f"Z  Other side: [file {picture}  sha256 {digest}]")
    assert lines[5].endswith("Z  Us (operator 3): Thank you")
    talk = json.loads(files["2_conversation.json"])
    assert [one["author"] for one in talk["messages"]] == ["them", "them", "us"]
    assert [(one["by"], one["state"]) for one in talk["sayings"]] == [("operator 3", "delivered")]
    rows = list(csv.reader(io.StringIO(text_of(files, "4_journal.csv").removeprefix("\ufeff"))))
    assert [row[4:6] for row in rows[1:]] == [
        [line["action"], line["outcome"]] for line in json.loads(files["4_journal.json"])
    ]
    assert ["say", "delivered"] in [row[4:6] for row in rows]
    assert WORDS["en"]["by_hand"] in text_of(files, "README.txt")
    assert WORDS["en"]["all_files"] in text_of(files, "README.txt")


async def test_what_we_sent_as_a_picture_is_in_the_pack_as_it_was_sent(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    assert isinstance(bench.desk.talk.phone, FakePhone)
    bench.desk.talk.phone.files["f1"] = b"raw"
    file = PhoneFile("f1", "photo")
    await say.say(bench.desk, OPERATOR, ORDER.id, say.Spoken("", OPERATOR, 7, bench.now, file=file))
    await lane.round_(bench.desk)
    await bench.desk.drain(5)
    bench.pass_(1)
    await read(bench.desk, ORDER.id)
    files = await packed(bench)
    ours = next(name for name in files if name.endswith("_us.jpg"))
    assert files[ours] == bench.gate.uploads[bench.gate.sent_files[0][1]][1]


async def test_a_file_that_cannot_be_had_is_named_with_its_reason(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    await heard(bench, kind=ChatKind.FILE, file_key="a", file_url="https://elsewhere.example/a")
    await receipt(bench, hosts, "b")
    bench.gate.said(ORDER.id, "", kind=ChatKind.FILE, file_key="c", file_url=f"https://{HOST}/c")
    await read(bench.desk, ORDER.id)
    await bench.desk.store.files.remove(hashlib.sha256(PICTURE).hexdigest())
    files = await packed(bench)
    words, told = WORDS["en"], text_of(files, "README.txt")
    assert not [name for name in files if name.startswith("3_files/0")]
    assert [reason for reason in ("failed", "gone", "not_kept") if words[reason] in told] == [
        "failed",
        "gone",
        "not_kept",
    ]
    assert text_of(files, "3_files/hashes.txt") == ""
    assert text_of(files, "2_conversation.txt").count(words["no_file"]) == 3


async def test_a_damaged_file_is_not_passed_off_as_evidence(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    await receipt(bench, hosts)
    path = f"{bench.desk.store.files.folder}/{hashlib.sha256(PICTURE).hexdigest()}"
    await asyncio.to_thread(_spoil, path)
    files = await packed(bench)
    assert WORDS["en"]["damaged"] in text_of(files, "README.txt")
    assert text_of(files, "3_files/hashes.txt") == ""


def _spoil(path: str) -> None:
    with open(path, "wb") as file:
        file.write(b"something else")


async def test_a_phone_gets_what_fits_and_the_command_line_gets_all(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    large = b"\xff\xd8" + bytes(range(256)) * 100_000
    for number in range(3):
        await receipt(bench, hosts, f"{number}", large[: -number or None])
    for_a_phone, full = await packed(bench), await packed(bench, None)
    assert len([name for name in for_a_phone if name.endswith(".jpg")]) == 1
    assert text_of(for_a_phone, "README.txt").count(WORDS["en"]["too_large"]) == 2
    assert len([name for name in full if name.endswith(".jpg")]) == 3


async def test_the_same_things_make_the_same_pack(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    await receipt(bench, hosts)
    first = await packed(bench)
    bench.pass_(1000)
    second = await packed(bench)
    journal = ("4_journal.json", "4_journal.csv")
    assert {name: content for name, content in first.items() if name not in journal} == {
        name: content for name, content in second.items() if name not in journal
    }
    async with bench.desk.store.read() as tables:
        case = named(await evidence_pack._case(bench.desk, tables, ORDER.id, None))
    zips = [await evidence_pack._zipped(bench.desk, case, "en", most=None) for _ in range(2)]
    assert zips[0] == zips[1]
    with zipfile.ZipFile(io.BytesIO(zips[0])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {evidence_pack.BEGINNING}


async def test_a_pack_is_for_leads_and_leaves_a_line_in_the_journal(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    with pytest.raises(NotAllowed) as no:
        await evidence_pack.pack(bench.desk, ORDER.id, OPERATOR)
    assert no.value.reason == "role_too_low" and await bench.outcomes("export") == []
    content = await evidence_pack.pack(bench.desk, ORDER.id, LEAD)
    line = (await bench.journal(ORDER.id))[0]
    assert (line.actor, line.action, line.outcome) == (LEAD, "export", "done")
    assert line.facts["sha256"] == hashlib.sha256(content).hexdigest()


async def test_an_unknown_order_has_no_pack(bench: Bench) -> None:
    with pytest.raises(NotAllowed) as no:
        await evidence_pack.pack(bench.desk, "12345678", None)
    assert no.value.reason == "order_unknown"


async def test_a_pack_speaks_the_language_of_its_reader(bench: Bench, hosts: FakeHosts) -> None:
    await bench.see()
    await own_settings.set_language(bench.desk, LEAD, "zh")
    files = await packed(bench)
    assert WORDS["zh"]["by_hand"] in text_of(files, "README.txt")
    assert WORDS["zh"]["never_read"] in text_of(files, "README.txt")
    assert WORDS["en"]["by_hand"] in text_of(await packed(bench, None), "README.txt")
