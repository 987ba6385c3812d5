"""What every list of past deals shares: a page with a look ahead, one file of all of it, and a card's next telling."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.situations import Reader
from bot.domain.staff import Right
from bot.flows.desk import Desk
from storage.messages import Shown
from storage.store import Tables

PAGE = 6
MOST_IN_CSV = 5000

D = TypeVar("D")
S = TypeVar("S")
Fetch = Callable[[Tables, int, int], Awaitable[list[D]]]
"""the deals, newest first: how many at most, and from which on"""
Stand = Callable[[Desk, Tables, D], Awaitable[S]]


async def page_of(desk: Desk, user_id: int, page: int, fetch: Fetch[D], stand: Stand[D, S]) -> tuple[list[S], bool]:
    """One page, and whether there is more."""
    desk.need(user_id, Right.READ)
    async with desk.store.read() as tables:
        found = await fetch(tables, PAGE + 1, page * PAGE)
        return [await stand(desk, tables, one) for one in found[:PAGE]], len(found) > PAGE


async def all_of(desk: Desk, user_id: int, what: str, fetch: Fetch[D], stand: Stand[D, S]) -> list[S]:
    """As far as one file takes it; that it was handed out is journalled under `what`."""
    desk.need(user_id, Right.READ)
    async with desk.store.write() as tables:
        found = await fetch(tables, MOST_IN_CSV, 0)
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="export", target=what, facts={"rows": str(len(found))}, outcome="done"
        )
        return [await stand(desk, tables, one) for one in found]


@dataclass(frozen=True, slots=True)
class Telling(Generic[S]):
    """What a chat is to be shown of a deal, and the message that stands there, if any; `others` are older ones."""

    standing: S
    reader: Reader
    shown: Shown | None
    others: tuple[Shown, ...] = ()


async def messages_in(tables: Tables, chat_id: int, kind: str, ids: Sequence[str]) -> list[Shown]:
    """The chat's messages about the first of these deals that has any there, newest first."""
    for one_id in ids:
        there = [one for one in await tables.messages.everywhere(one_id, kind) if one.chat_id == chat_id]
        if there:
            return there
    return []


async def tell_cards(
    desk: Desk, tables: Tables, kind: str, deal_id: str, person: int, *, priority: int, ring: bool = False
) -> None:
    """Every card of it is brought up to date; whoever decided on it gets one, if it was sent."""
    people = {shown.chat_id for shown in await tables.messages.everywhere(deal_id, kind)}
    for person_id in sorted({*people, person}):
        await tables.outbox.put_line(
            chat_id=person_id, person_id=person_id, kind=kind, key=f"{kind}:{deal_id}", order_id=deal_id, facts={},
            ring=ring, priority=priority, at=desk.now(),
        )  # fmt: skip
