"""Files of buyers: fetched at once and again, given up with a word, and shown late where their line was told."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.attachments import FileState, KeptFile, NotFetched
from bot.domain.chat import ChatKind
from bot.domain.errors import NotAllowed
from bot.flows import fetch_files
from bot.flows.fetch_files import FILE, MOST_AT_ONCE, MOST_OF_AN_ORDER, WAIT_MS
from storage.store import StoreError
from tests.flows.bench import GROUP, LEAD, OPERATOR, ORDER, OWNER, VIEWER, Bench, notices
from tests.flows.step_up_bench import prove, set_pin

HOST = "files.example"
URL = f"https://{HOST}/1.jpg"


@pytest.fixture(autouse=True)
async def known(bench: Bench) -> None:
    await bench.see()
    await bench.told()


async def sends(bench: Bench, url: str = URL, content: bytes | None = b"picture") -> None:
    if content is not None:
        bench.hosts.files[url] = (content, "image/jpeg")
    bench.writes("", kind=ChatKind.FILE, file_key=url, file_url=url)
    await bench.read()


async def files(bench: Bench) -> list[KeptFile]:
    async with bench.store.read() as tables:
        return await tables.files.of_order(ORDER.id)


async def tell(bench: Bench) -> None:
    """Everything that was heard is told wherever telling has begun."""
    number = (await bench.heard())[-1].number
    async with bench.store.write() as tables:
        for chat in (OPERATOR, GROUP):
            await tables.chats.set_told(chat, ORDER.id, number)
    await bench.told()


async def late(bench: Bench) -> list[int]:
    return sorted(line.chat_id for line in await bench.told() if line.kind == FILE)


async def test_a_file_is_fetched_once_and_kept_with_what_it_is(bench: Bench) -> None:
    await sends(bench)
    await bench.fetch()
    await bench.fetch(60)
    (file,) = await files(bench)
    assert (file.state, file.content_type, file.size) == (FileState.KEPT, "image/jpeg", 7)
    assert await bench.store.files.get(file.sha256) == b"picture" and bench.hosts.asked == [URL]
    assert bench.desk.talk.fetching == {}


async def test_a_desk_without_hosts_fetches_nothing(bench: Bench) -> None:
    bench.desk.talk.hosts = None
    await sends(bench)
    await bench.fetch()
    assert (await files(bench))[0].state is FileState.WANTED


async def test_only_a_few_are_fetched_at_once_and_none_twice(bench: Bench) -> None:
    bench.hosts.gate = asyncio.Event()
    for number in range(MOST_AT_ONCE + 2):
        await sends(bench, f"https://{HOST}/{number}.jpg")
    for _ in range(3):
        await fetch_files.round_(bench.desk)
        await asyncio.sleep(0.02)
    assert len(bench.hosts.asked) == len(set(bench.hosts.asked)) == MOST_OF_AN_ORDER < MOST_AT_ONCE
    bench.hosts.gate.set()
    for _ in range(3):
        await bench.desk.drain(5)
        await bench.fetch()
    assert len(bench.hosts.asked) == MOST_AT_ONCE + 2
    assert {file.state for file in await files(bench)} == {FileState.KEPT}


async def test_a_host_that_is_away_is_asked_again_after_longer_and_longer_waits(bench: Bench) -> None:
    await sends(bench)
    bench.hosts.errors[URL] = [NotFetched("away", HOST, is_final=False) for _ in WAIT_MS]
    await bench.fetch()
    for wait in WAIT_MS:
        asked = len(bench.hosts.asked)
        await bench.fetch(wait / 1000 - 0.5)
        assert len(bench.hosts.asked) == asked
        await bench.fetch(0.5)
        assert len(bench.hosts.asked) == asked + 1
    assert (await files(bench))[0].state is FileState.KEPT


async def test_a_host_that_stays_away_is_given_up_and_the_line_says_why(bench: Bench) -> None:
    await sends(bench)
    bench.hosts.errors[URL] = [NotFetched("away", HOST, is_final=False) for _ in range(9)]
    for _ in range(9):
        await bench.fetch(60)
    (file,) = await files(bench)
    assert (file.state, file.why) == (FileState.FAILED, "away") and len(bench.hosts.asked) == len(WAIT_MS) + 1
    assert await bench.told() and await bench.journal(ORDER.id) is not None


@pytest.mark.parametrize("why", ["refused", "too_big", "empty"])
async def test_a_final_answer_is_asked_for_no_more_and_troubles_no_owner(bench: Bench, why: str) -> None:
    await sends(bench)
    bench.hosts.errors[URL] = [NotFetched(why, HOST, is_final=True)]
    for _ in range(3):
        await bench.fetch(60)
    assert (await files(bench))[0].why == why and len(bench.hosts.asked) == 1
    assert not [line for line in await bench.told() if line.notice]


@pytest.mark.parametrize("why", ["bad_address", "not_https", "redirected"])
async def test_a_link_that_leads_elsewhere_is_said_to_owners_and_journalled(bench: Bench, why: str) -> None:
    await sends(bench)
    bench.hosts.errors[URL] = [NotFetched(why, HOST, is_final=True)]
    await bench.fetch()
    assert notices(await bench.told(), "file_not_fetched") == [OWNER]
    assert await bench.outcomes("file_not_fetched") == ["refused"]


async def test_an_unknown_host_is_said_once_to_owners_however_many_files_lie_there(bench: Bench) -> None:
    for number in range(3):
        await sends(bench, f"https://new.example/{number}.jpg")
    for _ in range(2):
        await bench.fetch()
    assert notices(await bench.told(), "unknown_file_host") == [OWNER]
    assert {file.host for file in await files(bench)} == {"new.example"}


async def test_an_owner_allows_a_host_and_what_waited_for_it_is_fetched_and_shown_late(bench: Bench) -> None:
    await sends(bench, "https://new.example/1.jpg")
    await bench.fetch()
    await tell(bench)
    number = str((await files(bench))[0].number)
    assert await fetch_files.allow_host(bench.desk, OWNER, number) == "new.example"
    await bench.fetch()
    assert (await files(bench))[0].state is FileState.KEPT
    assert await late(bench) == [GROUP, OPERATOR]
    assert await fetch_files.allowed_hosts(bench.desk) == ["new.example"]
    assert await bench.outcomes("allow_file_host", "gate") == ["done"]


async def test_an_owner_with_a_pin_gives_it_for_each_host(bench: Bench) -> None:
    await sends(bench, "https://new.example/1.jpg")
    await bench.fetch()
    await set_pin(bench, by=OWNER)
    number = str((await files(bench))[0].number)
    await prove(bench, fetch_files.allow_host(bench.desk, OWNER, number), by=OWNER)
    assert await fetch_files.allowed_hosts(bench.desk) == []
    assert await fetch_files.allow_host(bench.desk, OWNER, number) == "new.example"


async def test_hosts_that_are_allowed_twice_stand_there_once(bench: Bench) -> None:
    for host in ("new.example", "newer.example"):
        await sends(bench, f"https://{host}/1.jpg")
    await bench.fetch()
    first, second = await files(bench)
    for file in (first, second):
        await fetch_files.allow_host(bench.desk, OWNER, str(file.number))
    assert await fetch_files.allowed_hosts(bench.desk) == ["new.example", "newer.example"]
    await sends(bench, "https://third.example/1.jpg")
    for _ in range(2):
        await bench.fetch()
    bench.desk.talk.hosts = None
    await fetch_files.allow_host(bench.desk, OWNER, str((await files(bench))[-1].number))
    assert len(await fetch_files.allowed_hosts(bench.desk)) == 3


async def test_only_owners_allow_hosts_and_only_of_files_that_wait_for_one(bench: Bench) -> None:
    await sends(bench, "https://new.example/1.jpg")
    await bench.fetch()
    number = str((await files(bench))[0].number)
    with pytest.raises(NotAllowed, match="role_too_low"):
        await fetch_files.allow_host(bench.desk, LEAD, number)
    for gone in ("999", "x", ""):
        with pytest.raises(NotAllowed, match="host_gone"):
            await fetch_files.allow_host(bench.desk, OWNER, gone)
    await fetch_files.allow_host(bench.desk, OWNER, number)
    with pytest.raises(NotAllowed, match="host_gone"):
        await fetch_files.allow_host(bench.desk, OWNER, number)


async def test_a_file_that_comes_before_its_line_was_told_needs_no_second_message(bench: Bench) -> None:
    await sends(bench)
    await bench.fetch()
    assert await late(bench) == []


async def test_a_late_file_goes_where_its_line_was_told_to_those_who_are_still_here(bench: Bench) -> None:
    await sends(bench)
    await tell(bench)
    async with bench.store.write() as tables:
        await tables.chats.set_told(999, ORDER.id, 10_000)
        await tables.chats.set_told(LEAD, ORDER.id, 0)
    await bench.fetch()
    assert await late(bench) == [GROUP, OPERATOR]


async def told_only_to(bench: Bench, *chats: int) -> None:
    """The line of a picture that is not here yet was told in these chats."""
    await sends(bench)
    number = (await bench.heard())[-1].number
    async with bench.store.write() as tables:
        for chat in (OPERATOR, GROUP):
            await tables.chats.set_told(chat, ORDER.id, number - 1)
        for chat in chats:
            await tables.chats.set_told(chat, ORDER.id, number)
    await bench.told()


@pytest.mark.parametrize("gone", [True, False])
async def test_a_late_file_whose_hearers_are_all_gone_goes_to_who_is_there_now(bench: Bench, gone: bool) -> None:
    await told_only_to(bench, OPERATOR)
    person = bench.desk.people.pop(OPERATOR)
    if not gone:
        bench.desk.people[OPERATOR] = replace(person, is_frozen=True)
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], on_duty=True)
    await bench.fetch()
    assert await late(bench) == [LEAD]


async def test_a_late_file_stays_with_those_who_were_told_while_one_of_them_is_there(bench: Bench) -> None:
    await told_only_to(bench, OPERATOR, VIEWER)
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], is_frozen=True)
    bench.desk.people[LEAD] = replace(bench.desk.people[LEAD], on_duty=True)
    await bench.fetch()
    assert await late(bench) == [VIEWER]


async def test_a_file_whose_line_only_the_group_has_goes_to_nobody_else(bench: Bench) -> None:
    await told_only_to(bench, GROUP)
    bench.desk.people[OPERATOR] = replace(bench.desk.people[OPERATOR], is_frozen=True)
    await bench.fetch()
    assert await late(bench) == [GROUP]


async def test_a_disk_that_is_full_is_tried_again_and_then_said_in_the_line(bench: Bench) -> None:
    class Full(type(bench.store.files)):  # type: ignore[misc]
        async def put(self, content: bytes) -> str:
            raise StoreError("full")

    whole = bench.store._files
    bench.store._files = Full(whole.folder)
    await sends(bench)
    await bench.fetch()
    (file,) = await files(bench)
    assert (file.state, file.why) == (FileState.WANTED, "disk")
    bench.store._files = whole
    await bench.fetch(60)
    assert (await files(bench))[0].state is FileState.KEPT


async def test_a_fetched_file_wakes_the_relay(bench: Bench) -> None:
    await sends(bench)
    bench.desk.wake_relay.clear()
    await bench.fetch()
    assert bench.desk.wake_relay.is_set() and bench.desk.talk.wake.is_set()
