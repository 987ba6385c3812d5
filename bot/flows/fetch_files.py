"""Files of buyers are fetched as soon as they are seen, because their links may not live long."""

from functools import partial

from bot.domain.attachments import KeptFile, NotFetched
from bot.domain.errors import NotAllowed
from bot.domain.situations import Notice
from bot.domain.staff import Right, Role
from bot.flows import payee
from bot.flows.announce import QUIET, announce, with_role
from bot.flows.desk import Desk, StoreError, log
from bot.flows.hearers import listeners
from bot.flows.step_up import check_deed
from storage.store import Tables

WAIT_MS = (1000, 4000, 10_000)
MOST_AT_ONCE = 4
MOST_OF_AN_ORDER = 2
FILE = "file"
ALLOWED_HOSTS = "file_hosts"
SAID = frozenset({"unknown_host", "bad_address", "not_https", "redirected"})
"""a link that leads elsewhere is told to those who can do something about it"""


async def round_(desk: Desk) -> None:
    """Start fetching what is due."""
    if desk.talk.hosts is None:
        return
    async with desk.store.read() as tables:
        wanted = await tables.files.wanted(desk.now())
    for file in wanted:
        if len(desk.talk.fetching) >= MOST_AT_ONCE:
            return
        of_the_order = sum(order_id == file.order_id for order_id in desk.talk.fetching.values())
        if file.number not in desk.talk.fetching and of_the_order < MOST_OF_AN_ORDER:
            desk.talk.fetching[file.number] = file.order_id
            task = desk.spawn(fetch(desk, file), f"file {file.number}")
            task.add_done_callback(partial(_done, desk, file.number))


def _done(desk: Desk, number: int, task: object) -> None:
    desk.talk.fetching.pop(number, None)


async def fetch(desk: Desk, file: KeptFile) -> None:
    """One try, and a pause when not even its failure can be written down."""
    try:
        await _fetch(desk, file)
    except StoreError as error:
        log.error("file %s: %s", file.number, error)
        await desk.clock.sleep(10)


async def _fetch(desk: Desk, file: KeptFile) -> None:
    """What fails is tried again a few times; then it is said."""
    assert desk.talk.hosts is not None
    try:
        fetched = await desk.talk.hosts.fetch(file.url)
        content, content_type = fetched.content, fetched.content_type
        if not file.is_of_chat:
            content, content_type = await payee.as_picture(desk, content, file.host)
        sha256 = await desk.store.files.put(content)
    except NotFetched as no:
        await _not_fetched(desk, file, no)
    except StoreError as full:
        log.error("file %s cannot be kept: %s", file.number, full)
        await _not_fetched(desk, file, NotFetched("disk", file.host, is_final=False))
    except Exception:  # whatever is odd about one file, its chat must not wait for it for ever
        log.exception("file %s", file.number)
        await _not_fetched(desk, file, NotFetched("away", file.host, is_final=False))
    else:
        async with desk.store.write() as tables:
            await tables.files.kept(file.number, sha256, content_type, len(content))
            await _show_late(desk, tables, file)
    desk.talk.wake.set()
    desk.wake_relay.set()


async def _not_fetched(desk: Desk, file: KeptFile, no: NotFetched) -> None:
    log.warning("file of %s not fetched: %s %s", file.order_id, no.why, no.host)
    async with desk.store.write() as tables:
        if not no.is_final and file.attempts < len(WAIT_MS):
            await tables.files.later(file.number, desk.now() + WAIT_MS[file.attempts], no.why, no.host)
            return
        await tables.files.failed(file.number, no.why, no.host)
        await _show_late(desk, tables, file)
        if no.why in SAID:
            await _say(desk, tables, file, no)


async def _show_late(desk: Desk, tables: Tables, file: KeptFile) -> None:
    """Its line was told without it: it follows where that was, or why it will not.

    When all of those may read nothing any more, it goes to whoever hears the buyer now.
    """
    if not file.is_of_chat:
        await payee.qr_came(desk, tables, file)
        return
    message = await tables.files.message_of(file.number)
    tellings = await tables.chats.tellings(file.order_id)
    told = [chat_id for chat_id, number in tellings.items() if message is not None and number >= message]
    if message is None or not told:
        return
    readers = {chat_id for chat_id in tellings if (person := desk.people.get(chat_id)) and not person.is_frozen}
    places = {chat_id for chat_id in told if chat_id in readers or chat_id == desk.desk_chat_id}
    stored = await tables.orders.get(file.order_id)
    if not readers and any(chat_id > 0 for chat_id in told) and stored is not None:
        places |= {person.id for person in await listeners(desk, tables, stored)}
    for chat_id in sorted(places):
        await put_late(desk, tables, chat_id, file.order_id, message, file.number)


async def put_late(desk: Desk, tables: Tables, chat_id: int, order_id: str, message: int, file: int) -> None:
    """That file, with the words of its line, in the chat of a person or in the group."""
    await tables.outbox.put_line(
        chat_id=chat_id, person_id=chat_id if chat_id in desk.people else None, kind=FILE, key=f"{FILE}:{file}",
        order_id=order_id, facts={"message": str(message), "file": str(file), "late": "1"}, ring=False, priority=QUIET,
        at=desk.now(),
    )  # fmt: skip


async def _say(desk: Desk, tables: Tables, file: KeptFile, no: NotFetched) -> None:
    kind = "unknown_file_host" if no.why == "unknown_host" else "file_not_fetched"
    facts = {"order": file.order_id, "host": no.host[:80], "why": no.why, "file": str(file.number)}
    await tables.journal.add(
        at=desk.now(), actor=None, action=kind, target=file.order_id, facts=facts, outcome="refused"
    )
    await announce(desk, tables, Notice(kind, facts), with_role(desk, Role.OWNER), key=f"{kind}:{no.host[:80]}")


async def host_of_file(desk: Desk, user_id: int, number: str) -> KeptFile:
    """The file whose host an owner may allow. Raises NotAllowed."""
    desk.need(user_id, Right.FILE_HOSTS)
    async with desk.store.read() as tables:
        file = await tables.files.get(int(number)) if number.isdigit() else None
    if file is None or not file.host:
        raise NotAllowed("host_gone")
    return file


async def allow_host(desk: Desk, user_id: int, number: str) -> str:
    """An owner trusts one more host for files; what waited for it is fetched now and shown where it was missing."""
    file = await host_of_file(desk, user_id, number)
    await check_deed(desk, user_id, "allow_file_host", file.host, is_always=True, is_money=False)
    async with desk.store.write() as tables:
        known = (await tables.desk.get(ALLOWED_HOSTS) or "").split()
        if file.host not in known:
            await tables.desk.put(ALLOWED_HOSTS, " ".join([*known, file.host]))
        await tables.files.retry_host(file.host, desk.now())
        facts = {"host": file.host}
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="allow_file_host", target="gate", facts=facts, outcome="done"
        )
    if desk.talk.hosts is not None:
        desk.talk.hosts.allow(file.host)
    desk.talk.wake.set()
    return file.host


async def allowed_hosts(desk: Desk) -> list[str]:
    """What owners have allowed beside the settings."""
    async with desk.store.read() as tables:
        return (await tables.desk.get(ALLOWED_HOSTS) or "").split()
