"""The one door to the desk's memory.

    async with store.write() as tables:      # all of it or nothing
        await tables.orders.put(order, seen_at)
        await tables.outbox.put_card(...)

`write` is one connection behind a lock: on a shared one a neighbour's insert would die in another's rollback.
`read` is a second, query-only connection; each of its statements sees the newest commit, so what must agree with a
decision is read inside `write`.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import aiosqlite

from storage.ad_changes import AdChanges
from storage.ad_forms import AdForms
from storage.ad_rules import AdRules
from storage.albums import Albums
from storage.alerts import Alerts
from storage.approvals import Approvals
from storage.assumptions import Assumptions
from storage.bank_deletions import BankDeletions
from storage.bank_forms import BankForms
from storage.callbacks import Callbacks
from storage.chats import Chats
from storage.conversions import Conversions
from storage.copying import copy_into
from storage.credits import Credits
from storage.day_close import DayCloses
from storage.deposits import Deposits
from storage.desk import Desk
from storage.doubts import Doubts
from storage.duty import Duty
from storage.errors import OutsideBlock, StoreError, problem_of
from storage.file_room import FileRoom
from storage.files import Files
from storage.going import Going
from storage.inbox import Inbox
from storage.intents import Intents
from storage.journal import Journal
from storage.messages import Messages
from storage.migrating import MIGRATIONS, Migration, applied, apply, prove_writable, read_migrations, refuse_newer
from storage.notes import Notes
from storage.off_ramps import OffRamps
from storage.opening import Address, connect, cut_log, hold_alone, make_query_only
from storage.orders import Orders
from storage.outbox import Outbox
from storage.pinned_queue import PinnedQueue
from storage.sayings import Sayings
from storage.seals import Seals
from storage.session import Probe, Session, to_the_end
from storage.snoozes import Snoozes
from storage.staff import Staff
from storage.step_up import StepUp
from storage.templates import Templates
from storage.topics import Topics
from storage.twin_questions import TwinQuestions

__all__ = ["OutsideBlock", "Probe", "Store", "StoreError", "Tables"]

_log = logging.getLogger(__name__)


class Tables:
    """Everything the desk remembers; valid inside the block that gave it."""

    __slots__ = (
        "ad_changes", "ad_forms", "ad_rules", "albums", "alerts", "approvals", "assumptions", "bank_deletions",
        "bank_forms", "callbacks", "chats", "conversions", "credits", "days", "deposits", "desk", "doubts", "duty",
        "files", "going", "inbox", "intents", "journal", "messages", "notes", "off_ramps", "orders", "outbox",
        "pinned_queue", "sayings", "seals", "snoozes", "staff", "step_up", "templates", "topics",
        "twin_questions",
    )  # fmt: skip

    def __init__(self, session: Session) -> None:
        self.desk = Desk(session)
        self.staff = Staff(session)
        self.step_up = StepUp(session)
        self.orders = Orders(session)
        self.intents = Intents(session)
        self.conversions = Conversions(session)
        self.off_ramps = OffRamps(session)
        self.ad_changes = AdChanges(session)
        self.ad_rules = AdRules(session)
        self.ad_forms = AdForms(session)
        self.days = DayCloses(session)
        self.deposits = Deposits(session)
        self.callbacks = Callbacks(session)
        self.bank_deletions = BankDeletions(session)
        self.bank_forms = BankForms(session)
        self.going = Going(session)
        self.seals = Seals(session)
        self.approvals = Approvals(session)
        self.messages = Messages(session)
        self.inbox = Inbox(session)
        self.outbox = Outbox(session)
        self.journal = Journal(session)
        self.assumptions = Assumptions(session)
        self.chats = Chats(session)
        self.sayings = Sayings(session)
        self.files = Files(session)
        self.topics = Topics(session)
        self.notes = Notes(session)
        self.albums = Albums(session)
        self.pinned_queue = PinnedQueue(session)
        self.templates = Templates(session)
        self.alerts = Alerts(session)
        self.duty = Duty(session)
        self.snoozes = Snoozes(session)
        self.credits = Credits(session)
        self.twin_questions = TwinQuestions(session)
        self.doubts = Doubts(session)


class Store:
    """An open database. `commits` is the number of write blocks that were committed since it was opened.

    `files` is the room with the bytes of the files that its rows name.
    """

    def __init__(self, address: Address, probe: Probe, writer: aiosqlite.Connection, now: Callable[[], int]) -> None:
        self.commits = 0
        self._now = now
        self._address = address
        self._probe = probe
        self._files = FileRoom(f"{address.path}.files", probe)
        self._writer = writer
        self._reader: aiosqlite.Connection | None = None
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._is_closed = False
        self._alone: IO[str] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        probe: Probe | None = None,
        *,
        migrations: Path = MIGRATIONS,
        now: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> "Store":
        """Opens (and makes) the database and brings it up to date. `now` (ms) only dates migrations and copies.

        Raises StoreError: locked, read_only, newer, not_a_database, damaged, cannot_open, bad_url, full, io.
        """
        address = Address.of(url)
        store = cls(address, probe or _nothing, await connect(address), now)
        try:
            await store._migrate(read_migrations(migrations))
            store._reader = await connect(address)
            await make_query_only(store._reader)
            await store._files.tidy()
        except BaseException:
            await to_the_end(store.close())
            raise
        store.commits = 0
        return store

    @property
    def files(self) -> FileRoom:
        """Put a file before the row that names it is committed."""
        return self._files

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Tables]:
        """All of the block is durable when it ends; none of it when it raises or is cancelled.

        A cancellation that arrives while the commit runs is raised after the commit. Raises StoreError.
        """
        async with self._session() as session:
            yield Tables(session)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tables]:
        """Tables that can only be asked; a change raises StoreError("read_only")."""
        if self._is_closed or self._reader is None:
            raise StoreError("closed")
        session = Session(self._reader, self._probe)
        try:
            yield Tables(session)
        finally:
            session.end()

    def hold_alone(self) -> None:
        """Two running desks on one database would each look after the other's requests: the second is refused.

        For `run` only; the command line's other verbs may work beside a running desk. Raises StoreError("in_use").
        """
        self._alone = self._alone or hold_alone(self._address)

    async def close(self) -> None:
        """Waits for the running write, then closes; a second time does nothing."""
        self._refuse_nesting()
        async with self._lock:
            self._is_closed = True
            reader, self._reader = self._reader, None
            if reader is not None:
                await reader.close()
            await self._writer.close()
            if self._alone is not None:
                self._alone.close()
                self._alone = None

    async def backup(self, path: str) -> None:
        """A consistent, compact copy in a new file only its owner can read, the files its rows name in `<path>.files`.

        It says when it was made (`COPIED_AT`). Raises StoreError, "exists" too.
        """
        await copy_into(self._address, self._files, path, self._now())

    async def cut_log(self) -> bool:
        """Brings the log into the database and empties it: until then it keeps what was deleted.

        False when somebody was reading or writing beside us: the next time then. Raises StoreError.
        """
        self._refuse_nesting()
        async with self._lock:
            if self._is_closed:
                raise StoreError("closed")
            return await to_the_end(cut_log(self._writer))

    async def integrity(self) -> str:
        """`ok`, or what is wrong, one line each."""
        if self._is_closed or self._reader is None:
            raise StoreError("closed")
        try:
            found = list(await self._reader.execute_fetchall("PRAGMA integrity_check"))
            orphans = list(await self._reader.execute_fetchall("PRAGMA foreign_key_check"))
        except (sqlite3.Error, ValueError) as error:
            raise problem_of(error) from error
        wrong = [str(row[0]) for row in found if row[0] != "ok"]
        return "\n".join(wrong + [f"{row[0]}: a row points nowhere" for row in orphans]) or "ok"

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        self._refuse_nesting()
        async with self._lock:
            if self._is_closed:
                raise StoreError("closed")
            session = Session(self._writer, self._probe)
            self._holder = asyncio.current_task()
            try:
                await session.begin()
                yield session
                await to_the_end(session.commit(self._count))
            except BaseException:
                await self._undo(session)
                raise
            finally:
                session.end()
                self._holder = None

    async def _undo(self, session: Session) -> None:
        try:
            await to_the_end(session.rollback())
        except StoreError:
            # The block's own failure is what the caller must hear; the next begin is refused if this one stayed open
            _log.exception("a write could not be rolled back")

    async def _migrate(self, known: list[Migration]) -> None:
        async with self._session() as session:
            seen = await applied(session)
            refuse_newer(seen, known)
            await prove_writable(session)
        for migration in (migration for migration in known if migration.number not in seen):
            async with self._session() as session:
                # Asked again inside the transaction: another process may be starting at the same time
                if migration.number not in await applied(session):
                    await apply(session, migration, self._now())

    def _count(self) -> None:
        self.commits += 1

    def _refuse_nesting(self) -> None:
        if self._holder is not None and self._holder is asyncio.current_task():
            raise OutsideBlock("this task is inside a write block already: it would wait for itself for ever")


def _nothing(point: str) -> None:
    """The probe of a store that nobody watches."""
