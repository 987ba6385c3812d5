"""How a saying ended or stands, written down: the journal, and the mark on the message of the person who said it."""

from bot.domain.sayings import ALBUM_SECONDS, Saying, SayingKind, State
from bot.flows.announce import NORMAL, URGENT
from bot.flows.desk import Desk
from storage.store import Tables

MARK, HELD, PROGRESS, ALBUM = "mark", "held", "progress", "album"
REMINDER = "held_again"
ANSWERS = frozenset({MARK, HELD, PROGRESS, ALBUM})
"""what answers a person, and goes before news"""
ANSWER_WAIT_MS, LEAVING_MS = 5000, 2000
"""a lost answer is mostly found at the first look, and most words are gone at once: the mark waits for that"""
LEAVING = "leaving"
REMIND_MS = 600_000
"""so long may a question about somebody's own words stand before it is asked once more"""


async def record(desk: Desk, tables: Tables, saying: Saying | None) -> None:
    """Journal the outcome and queue the mark; nothing for a saying that somebody else has moved."""
    if saying is not None:
        await journal(desk, tables, saying)
        await mark(desk, tables, saying)


async def journal(desk: Desk, tables: Tables, saying: Saying | None) -> None:
    """How it ended, for the record alone."""
    if saying is None:
        return
    facts = {"saying": saying.id, "kind": saying.kind.value, "answer": saying.answer[:200]}
    await tables.journal.add(
        at=desk.now(), actor=saying.person_id, action="say", target=saying.order_id, facts=facts,
        outcome=saying.state.value,
    )  # fmt: skip


async def mark(desk: Desk, tables: Tables, saying: Saying) -> None:
    """The person's own message shows how it stands; the state is read when the mark is set."""
    wait = ANSWER_WAIT_MS if saying.state is State.UNKNOWN else 0
    await tables.outbox.put_line(
        chat_id=place(desk, saying), person_id=_person(saying), kind=MARK, key=f"mark:{saying.id}",
        order_id=saying.order_id, facts={"saying": saying.id}, ring=False, priority=URGENT, at=desk.now(),
        next_at=desk.now() + wait,
    )  # fmt: skip
    if saying.kind is SayingKind.FILE and saying.state not in (State.PLANNED, State.SENT):
        await progress(desk, tables, saying, 1, 1)
    desk.wake_relay.set()


async def leaving(desk: Desk, tables: Tables, saying: Saying) -> None:
    """Words that do not leave within a moment are marked as on their way; how they end is another mark."""
    await tables.outbox.put_line(
        chat_id=place(desk, saying), person_id=_person(saying), kind=MARK, key=f"leaving:{saying.id}",
        order_id=saying.order_id, facts={"saying": saying.id, LEAVING: "1"}, ring=False, priority=URGENT,
        at=desk.now(), next_at=desk.now() + LEAVING_MS,
    )  # fmt: skip


async def ask(desk: Desk, tables: Tables, saying: Saying) -> None:
    """The person who said it is asked what to do with what is held; once, and once more, for what belongs together."""
    one_go = saying.album or f"{saying.source_message}:{saying.attempt}"
    first = int(ALBUM_SECONDS * 1000) if saying.album else 0
    for kind, wait, priority in ((HELD, first, URGENT), (REMINDER, REMIND_MS, NORMAL)):
        await tables.outbox.put_line(
            chat_id=place(desk, saying), person_id=_person(saying), kind=kind, key=f"{kind}:{one_go}",
            order_id=saying.order_id, facts={"saying": saying.id}, ring=True, priority=priority, at=desk.now(),
            next_at=desk.now() + wait,
        )  # fmt: skip
    desk.wake_relay.set()


async def progress(desk: Desk, tables: Tables, saying: Saying, done: int, total: int) -> None:
    """How far the files of one message are; only for what takes long enough to be wondered about."""
    await tables.outbox.put_line(
        chat_id=place(desk, saying), person_id=_person(saying), kind=PROGRESS,
        key=f"progress:{saying.source_message}", order_id=saying.order_id,
        facts={"saying": saying.id, "done": str(done), "total": str(total)}, ring=False, priority=URGENT,
        at=desk.now(),
    )  # fmt: skip
    desk.wake_relay.set()


def place(desk: Desk, saying: Saying) -> int:
    """The chat that hears of it: where it was said; the group may have another id by now."""
    if saying.source_chat < 0 and desk.desk_chat_id is not None:
        return desk.desk_chat_id
    return saying.source_chat


def _person(saying: Saying) -> int | None:
    """In a direct message the reader is the person; in the group it is everybody."""
    return saying.person_id if saying.source_chat == saying.person_id else None
