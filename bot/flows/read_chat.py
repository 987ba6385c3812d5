"""Read one order's chat at the venue: everything since the last read, once, in order, and queue what staff must hear.

The venue gives messages no id and times them in whole seconds, and whether its cursors include their second is not
documented. So every read overlaps what is held by a few seconds, and equal messages are told apart by their count.
"""

from collections.abc import Sequence
from enum import Enum, auto
from functools import partial

from bot.domain.alerts import Loudness
from bot.domain.chat import Author, Chat, ChatKind, ChatMessage
from bot.domain.errors import NotAllowed
from bot.domain.sayings import Event, Saying, SayingKind, State, proves_missing, same_words
from bot.domain.staff import Right
from bot.flows.announce import NORMAL, QUIET
from bot.flows.desk import Desk
from bot.flows.hearers import beginning, hearers
from bot.flows.holding import hold_rest
from bot.flows.saying_outcome import record
from storage.chats import Heard
from storage.orders import StoredOrder
from storage.store import Tables

OVERLAP_SECONDS = 3
MOST_PAGES = 40
WHOLE_EVERY_MS = 60_000
SMALLEST_PAGE = 4
"""no venue cuts its pages shorter; a page of fewer messages was not cut"""
RING_EVERY_MS = 180_000
OLD_NEWS_SECONDS = 600
CLOCKS_DIFFER_SECONDS = 5
"""an assumption about the venue, `chat_times_are_gates_clock`: no document says which clock times a message"""
UNPROVEN = frozenset({State.SENT, State.UNKNOWN, State.MISSING})
"""what a read must reach back to, however much was written since"""
CHAT = "chat"


async def read(desk: Desk, order_id: str) -> int:
    """One look at the chat; how many messages were new. Raises VenueError, and then nothing is kept of it."""
    own_id = await own_identity(desk)
    async with desk.store.read() as tables:
        newest = await tables.chats.newest_at(order_id)
        unproven = [
            _sent_there(desk, saying)
            for saying in await tables.sayings.unexplained(order_id)
            if saying.state in UNPROVEN and saying.sent_at is not None
        ]
    asked_at = desk.now()
    since = None if newest is None else min([newest, *unproven])
    pages, reached = await _pages(desk, order_id, since)
    async with desk.store.write() as tables:
        stored = await tables.orders.get(order_id)
        if stored is None:
            return 0
        fresh = await _keep(desk, tables, stored, pages, own_id, asked_at)
        seen = [message.at for page in pages for message in page.messages]
        active = max([*seen, newest or 0], default=0) or None
        before = await tables.chats.reading(order_id)
        # What was too far away once is missing from all that later looks only add to
        is_complete = reached is Reach.BEGINNING or (
            reached is Reach.HELD and before is not None and before.is_complete
        )
        await tables.chats.read(order_id, asked_at, active_at=active, is_complete=is_complete)
        told = await _explain(desk, tables, order_id, fresh)
        await _count_looks(desk, tables, order_id, asked_at)
        await _announce(desk, tables, stored, told)
        if len(told) < len(fresh):
            await _record(desk, tables, order_id)
    if fresh:
        desk.talk.wake.set()
        desk.wake_relay.set()
    return len(fresh)


async def own_identity(desk: Desk) -> str:
    """Our id in chats, asked for once, with our name there."""
    if not desk.talk.own_id:
        profile = await desk.venue.profile()
        desk.talk.own_id, desk.talk.own_name = profile.id, profile.nick
    return desk.talk.own_id


class Reach(Enum):
    """How far back a look came without a gap: to the chat's beginning, to what is held, or to neither."""

    BEGINNING = auto()
    HELD = auto()
    NEITHER = auto()


async def _pages(desk: Desk, order_id: str, newest: int | None) -> tuple[list[Chat], Reach]:
    """Newest page first, down to what is held.

    Now and then without a cursor: what the venue stored with a moment of long ago stands behind every cursor.
    Which end a page with a cursor is cut at is not documented. One that may be cut is read from the other end, too.
    """
    whole = desk.talk.whole_reads
    if newest is None or abs(desk.now() - whole.get(order_id, 0)) >= WHOLE_EVERY_MS:
        whole[order_id] = desk.now()
        return await _back(desk, order_id, await _page(desk, order_id), newest)
    near = await _page(desk, order_id, after=newest - OVERLAP_SECONDS)
    if not _may_be_cut(near, newest):
        pages, reached = await _back(desk, order_id, near, newest)
        # Of a page behind a cursor the venue cannot say whether it begins the chat
        return pages, Reach.HELD if reached is Reach.BEGINNING else reached
    pages, reached = await _back(desk, order_id, await _page(desk, order_id), newest)
    return [*pages, near], reached


def _may_be_cut(near: Chat, newest: int) -> bool:
    """What is held is not in it, or it is long enough to be a whole page.

    Whether the chat goes on behind it cannot be told: the time that comes with a page may be the server's.
    """
    moments = [message.at for message in near.messages]
    return newest not in moments or len(moments) >= SMALLEST_PAGE


async def _back(desk: Desk, order_id: str, first: Chat, newest: int | None) -> tuple[list[Chat], Reach]:
    """That page and older ones until what is held is reached."""
    pages = [first]
    while len(pages) < MOST_PAGES:
        page = pages[-1]
        if not page.has_older or not page.messages:
            return pages, Reach.BEGINNING
        oldest = min((message.at for message in page.messages if message.at), default=0)
        if newest is not None and oldest <= newest - OVERLAP_SECONDS:
            return pages, Reach.HELD
        older = await _page(desk, order_id, before=oldest + 1)
        if _is_no_older(older, oldest):
            # This second fills a page: what stood before its last ones is seen from its beginning alone
            pages.append(await _page(desk, order_id, after=oldest - 1))
            older = await _page(desk, order_id, before=oldest)
            if _is_no_older(older, oldest):  # the cursor includes its second
                older = await _page(desk, order_id, before=oldest - 1)
        pages.append(older)
    return pages, Reach.NEITHER


async def _page(desk: Desk, order_id: str, *, after: int | None = None, before: int | None = None) -> Chat:
    desk.talk.requests += 1
    return await desk.venue.chat(order_id=order_id, after=after, before=before)


def _is_no_older(page: Chat, oldest: int) -> bool:
    return bool(page.messages) and min(message.at for message in page.messages) >= oldest


async def _keep(
    desk: Desk, tables: Tables, stored: StoredOrder, pages: Sequence[Chat], own_id: str, asked_at: int
) -> list[Heard]:
    """Oldest page first, so that numbers grow with time; files are wanted at once, for links may not live long."""
    order = stored.order
    who = partial(
        ChatMessage.author, own_id=own_id, counterparty_id=order.counterparty_id, own_name=desk.talk.own_name,
        counterparty_name=order.counterparty_nick,
    )  # fmt: skip
    fresh: list[Heard] = []
    for page in reversed(pages):
        fresh += await tables.chats.add(order.id, [(message, who(message)) for message in page.messages], asked_at)
    for heard in fresh:
        if heard.author is not Author.US and (urls := _urls(heard.message)):
            await tables.files.want(stored.order.id, heard.number, urls, asked_at)
    return fresh


def _urls(message: ChatMessage) -> list[str]:
    return [url for url in (message.file_url, *message.vouchers) if "://" in url]


async def _explain(desk: Desk, tables: Tables, order_id: str, fresh: Sequence[Heard]) -> list[Heard]:
    """Our own words come back from the venue: those the desk said are recognised, oldest first. Returns the rest.

    Equal words: those that are missing come last, for the others were sent after them.
    """
    waiting = await tables.sayings.unexplained(order_id)
    waiting.sort(key=lambda saying: saying.state is State.MISSING)  # what was just taken stands there more likely
    rest = []
    for heard in fresh:
        mine = next((saying for saying in waiting if _is_it(desk, heard, saying)), None)
        if mine is None:
            rest.append(heard)
            continue
        waiting.remove(mine)
        await tables.chats.explain(heard.number, mine.id)
        if mine.state in (State.UNKNOWN, State.MISSING):
            moved = await tables.sayings.move(
                mine.id, frm=mine.state, event=Event.SEEN, at=desk.now(), answer="seen",
                is_flagged=heard.message.is_flagged, warning=heard.message.warning,
            )  # fmt: skip
            await record(desk, tables, moved)
    return rest


def _is_it(desk: Desk, heard: Heard, saying: Saying) -> bool:
    """The same words, and not from before they were sent by the venue's clock."""
    if heard.author not in (Author.US, Author.UNKNOWN) or saying.sent_at is None:
        return False
    message = heard.message
    if message.at < _sent_there(desk, saying) - CLOCKS_DIFFER_SECONDS:
        return False
    if saying.state is State.DELIVERED and message.at > _taken_there(desk, saying) + CLOCKS_DIFFER_SECONDS:
        return False  # the venue had taken that one long before
    if saying.kind is SayingKind.TEXT:
        return message.kind is ChatKind.TEXT and same_words(message.text, saying.text)
    return message.kind is ChatKind.FILE and bool(saying.file_key) and message.file_key == saying.file_key


def _sent_there(desk: Desk, saying: Saying) -> int:
    """Its sending as the venue's clock shows it, Unix seconds."""
    return int(desk.clock.wall_seconds(saying.sent_at or 0) - desk.venue.skew_seconds)


def _taken_there(desk: Desk, saying: Saying) -> float:
    return desk.clock.wall_seconds(saying.settled_at or desk.now()) - desk.venue.skew_seconds


async def _count_looks(desk: Desk, tables: Tables, order_id: str, asked_at: int) -> None:
    """This read did not show what was sent without an answer; three of those over a minute, and it is missing."""
    for saying in await tables.sayings.unexplained(order_id):
        if saying.state is not State.UNKNOWN or saying.sent_at is None or asked_at < saying.sent_at:
            continue
        counted = await tables.sayings.count_look(saying.id, desk.now())
        if proves_missing(counted.looks, counted.first_look_at, desk.now()):
            moved = await tables.sayings.move(
                saying.id, frm=State.UNKNOWN, event=Event.NOT_SEEN, at=desk.now(), answer="not_seen"
            )
            await record(desk, tables, moved)
            await hold_rest(desk, tables, saying)
            desk.talk.wake.set()


async def _announce(desk: Desk, tables: Tables, stored: StoredOrder, fresh: Sequence[Heard]) -> None:
    """To whoever is on the order, and to the group's topic; status lines of their own wait for the next words."""
    if not fresh:
        return
    order_id = stored.order.id
    worth = [heard for heard in fresh if _is_worth_telling(stored, heard)]
    theirs = [heard for heard in worth if _is_theirs(heard)]
    if theirs:
        await tables.orders.need_topic(order_id)
    is_ring = await _rings(desk, tables, stored, theirs)
    begin = await beginning(desk, tables, order_id, worth[0].number) if worth else 0
    for person, wish in await hearers(desk, tables, stored):
        if worth:
            await tables.chats.begin_telling(person.id, order_id, begin)
        if wish is not Loudness.OFF and await tables.chats.told(person.id, order_id) is not None:
            await put(desk, tables, person.id, person.id, order_id, ring=is_ring and wish is not Loudness.SILENT)
    group = desk.desk_chat_id
    if group is not None:
        if theirs or stored.topic_id is not None or desk.policy.topics == "every":
            await tables.chats.begin_telling(group, order_id, 0)
        if await tables.chats.told(group, order_id) is not None:
            await put(desk, tables, group, None, order_id)


async def _record(desk: Desk, tables: Tables, order_id: str) -> None:
    """What one of us said reaches the others through the topic, so that nobody answers twice."""
    group = desk.desk_chat_id
    if group is not None and await tables.chats.told(group, order_id) is not None:
        await put(desk, tables, group, None, order_id)


async def put(
    desk: Desk, tables: Tables, chat_id: int, person_id: int | None, order_id: str, *, ring: bool = False
) -> None:
    """There is something of this chat to be told there."""
    await tables.outbox.put_line(
        chat_id=chat_id, person_id=person_id, kind=CHAT, key=f"chat:{order_id}", order_id=order_id, facts={},
        ring=ring, priority=NORMAL if person_id is not None else QUIET, at=desk.now(),
    )  # fmt: skip


def _is_theirs(heard: Heard) -> bool:
    """Words, pictures and receipts of the other side; what nobody can place counts as theirs, too."""
    return heard.author in (Author.THEM, Author.UNKNOWN) or bool(heard.message.vouchers)


def _is_worth_telling(stored: StoredOrder, heard: Heard) -> bool:
    is_notice = heard.author is Author.VENUE and heard.message.kind is not ChatKind.STATUS
    return _is_theirs(heard) or (is_notice and stored.order.in_appeal)


async def _rings(desk: Desk, tables: Tables, stored: StoredOrder, theirs: Sequence[Heard]) -> bool:
    """Loud once per order in three minutes, and never for what is old news."""
    if (
        not theirs
        or max(heard.message.at or desk.now() for heard in theirs)
        < desk.clock.wall_seconds(desk.now()) - OLD_NEWS_SECONDS
    ):
        return False
    reading = await tables.chats.reading(stored.order.id)
    rung_at = reading.rung_at if reading is not None else None
    if rung_at is not None and 0 <= desk.now() - rung_at < RING_EVERY_MS:
        return False
    await tables.chats.rang(stored.order.id, desk.now())
    return True


async def read_now(desk: Desk, user_id: int, order_id: str) -> None:
    """A person asks for a look. Raises NotAllowed for a frozen person or a venue that is off, VenueError."""
    desk.need(user_id, Right.READ)
    if desk.gate is None:
        raise NotAllowed("venue_off", {"venue": "Gate C2C"})
    await read(desk, order_id)
