"""The gate and the inbox: who is heard at all, stored before Telegram is told that we have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.domain.updates import Incoming, Kind, Verdict, decide, read_update
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk
from bot.flows.hiding import SECRET
from bot.flows.invites import is_invited
from storage.inbox import Stored
from storage.store import Tables

HOUR_MS = 3_600_000
ORDER_KEY = "order:"
BROUGHT = "updates_are_brought_since"


@dataclass(frozen=True, slots=True)
class Admitted:
    """An update that is to be handled once. `key` orders what belongs together; `is_live` is the button's state.

    Telegram does not say when a button was tapped: `tapped_since` (ms) is the earliest it may have been.
    """

    update_id: int
    key: str
    verdict: Verdict
    is_live: bool
    received_at: int
    tapped_since: int
    payload: Mapping[str, Any]

    @property
    def order_id(self) -> str | None:
        """What the tapped message was about."""
        return self.key.removeprefix(ORDER_KEY) if self.key.startswith(ORDER_KEY) else None


async def admit(desk: Desk, batch: Sequence[Mapping[str, Any]]) -> list[Admitted]:
    """Store a batch in one commit and return what is new and to be handled; the rest gets silence."""
    now = desk.now()
    updates = [read_update(payload) for payload in batch]
    staff_ids = frozenset(desk.people)
    async with desk.store.write() as tables:
        rows: list[Stored] = []
        for update in updates:
            verdict = decide(update, staff_ids, desk.desk_chat_id)
            if verdict is Verdict.JOIN and not await is_invited(desk, tables, update.user_id or 0, update.text):
                verdict = Verdict.STRANGER
            if verdict is Verdict.STRANGER:
                await _count_stranger(desk, tables, update)
            elif verdict is not Verdict.IGNORE:
                rows.append(await _row(desk, tables, update, verdict, now))
            elif update.pinned and update.message_id and update.chat_id and update.chat_id == desk.desk_chat_id:
                await tables.pinned_queue.say_service(update.chat_id, update.pinned, update.message_id)
        new = await tables.inbox.add(rows) if rows else []
        await _remember_last(tables, updates, rows)
    return [_admitted(stored) for stored in new]


async def _row(desk: Desk, tables: Tables, update: Incoming, verdict: Verdict, now: int) -> Stored:
    key, is_live, since = f"person:{update.user_id}", False, now
    if update.kind is Kind.TAP and update.chat_id is not None and update.message_id is not None:
        shown = await tables.messages.get(update.chat_id, update.message_id)
        if shown is not None:
            is_live = update.data in shown.data and shown.person_id in (None, update.user_id)
            key = f"{ORDER_KEY}{shown.order_id}" if shown.order_id else key
            since = desk.hearing.earliest(shown.at, now)
    elif update.kind is Kind.MESSAGE and update.answers is not None and update.chat_id is not None:
        asked = await tables.messages.get(update.chat_id, update.answers)
        if asked is not None and asked.kind == SECRET:
            key = f"{SECRET}:{update.user_id}"
    envelope = {"verdict": verdict.value, "live": is_live, "since": since, "update": dict(update.payload)}
    return Stored(update_id=update.update_id, key=key, payload=envelope, received_at=now)


def _admitted(stored: Stored) -> Admitted:
    return Admitted(
        update_id=stored.update_id,
        key=stored.key,
        verdict=Verdict(stored.payload["verdict"]),
        is_live=bool(stored.payload["live"]),
        received_at=stored.received_at,
        tapped_since=int(stored.payload.get("since", stored.received_at)),
        payload=stored.payload["update"],
    )


async def _remember_last(tables: Tables, updates: Sequence[Incoming], rows: Sequence[Stored]) -> None:
    """Silence is remembered, too: what was dropped is not fetched again after a restart."""
    last = max((update.update_id for update in updates), default=None)
    if last is not None and last != max((row.update_id for row in rows), default=None):
        await tables.inbox.passed(last)


async def _count_stranger(desk: Desk, tables: Tables, update: Incoming) -> None:
    """Counted; one journal line and one note to owners per stranger and hour."""
    who = update.user_id or 0
    is_anonymous = desk.desk_chat_id is not None and update.chat_id == desk.desk_chat_id and not update.is_person
    count = await tables.staff.count_stranger(who, desk.now() // HOUR_MS)
    if count != 1:
        return
    kind = "anonymous_in_group" if is_anonymous else "stranger"
    facts = {"id": str(who), "name": update.user_name, "what": update.kind.value, "chat": str(update.chat_id or "")}
    kept = {key: value for key, value in facts.items() if key != "name"}
    await tables.journal.add(at=desk.now(), actor=None, action=kind, target=str(who), facts=kept, outcome="ignored")
    await announce(desk, tables, Notice(kind, facts), with_role(desk, Role.OWNER), ring=is_anonymous)
    desk.wake_relay.set()


async def unhandled(desk: Desk) -> list[Admitted]:
    """What was stored but not finished before the process ended."""
    async with desk.store.read() as tables:
        return [_admitted(stored) for stored in await tables.inbox.unhandled()]


async def handled(desk: Desk, update_id: int) -> None:
    async with desk.store.write() as tables:
        await tables.inbox.handled(update_id, desk.now())


async def next_offset(desk: Desk) -> int | None:
    """Where to go on asking Telegram, or None to take whatever waits.

    What was brought may have come in any turn: there the last number confirms nothing of those before it.
    """
    async with desk.store.read() as tables:
        if await tables.desk.get(BROUGHT) is not None:
            return None
        last = await tables.inbox.last_update_id()
    return last + 1 if last is not None else None


async def expected(desk: Desk) -> int | None:
    """The number of the update that Telegram brings next; remembers that it brings them."""
    async with desk.store.write() as tables:
        await tables.desk.put(BROUGHT, str(desk.now()))
        last = await tables.inbox.last_update_id()
    return last + 1 if last is not None else None


async def asks_again(desk: Desk) -> None:
    """What waited when the webhook ended is stored: from now on the last number confirms those before it."""
    async with desk.store.write() as tables:
        await tables.desk.delete(BROUGHT)
