"""Who hears what. A flow calls this inside the transaction that changes the state; the relay does the sending.

The direct message is the bell: people on duty, or the owners when nobody is. The desk group is the record.
"""

from collections.abc import Iterable, Set

from bot.domain.situations import Notice
from bot.domain.staff import Person, Right, Role
from bot.flows.desk import Desk
from storage.outbox import Delivery
from storage.store import Tables

URGENT, NORMAL, QUIET = 1, 4, 7


def bell(desk: Desk, away: Set[int] = frozenset()) -> list[Person]:
    """Those on duty who may act on orders and are not `away` (out of the bot's reach); nobody left: the owners."""
    able = [person for person in desk.people.values() if person.on_duty and person.may(Right.CLAIM)]
    on_duty = [person for person in able if person.id not in away]
    return on_duty or [person for person in desk.people.values() if person.role is Role.OWNER]


def with_role(desk: Desk, lowest: Role) -> list[Person]:
    return [person for person in desk.people.values() if person.role >= lowest and not person.is_frozen]


async def announce_order(
    desk: Desk, tables: Tables, order_id: str, *, repost: bool = False, ring: bool = False, group_rings: bool = False
) -> None:
    """Bring every copy of the order's card up to date; `repost` shows it anew, `ring` loudly, to those on duty."""
    at = desk.now()
    priority = URGENT if ring else NORMAL if repost else QUIET
    rung = {person.id for person in bell(desk, await tables.staff.unreachable())}
    for member_id in sorted(rung):
        await tables.outbox.put_card(
            chat_id=member_id,
            person_id=member_id,
            order_id=order_id,
            repost=repost,
            ring=ring,
            priority=priority,
            at=at,
        )
    copies = {shown.chat_id: shown.person_id for shown in await tables.messages.cards(order_id)}
    for chat_id, person_id in sorted(copies.items()):
        if person_id is not None and person_id in desk.people and chat_id not in rung:
            await tables.outbox.put_card(
                chat_id=chat_id,
                person_id=person_id,
                order_id=order_id,
                repost=False,
                ring=False,
                priority=priority,
                at=at,
            )
    if desk.desk_chat_id is not None:
        await tables.outbox.put_card(
            chat_id=desk.desk_chat_id, person_id=None, order_id=order_id, repost=repost, ring=group_rings,
            priority=QUIET if not group_rings else NORMAL, at=at,
        )  # fmt: skip


async def hand_over(desk: Desk, tables: Tables, missed: Delivery) -> None:
    """The card did not reach the person on duty, and there is no other: the owners are rung instead."""
    away = await tables.staff.unreachable()
    rung = bell(desk, away)
    if missed.order_id is None or not (missed.repost or missed.ring) or any(person.on_duty for person in rung):
        return
    for owner in rung:
        if owner.id != missed.chat_id and owner.id not in away:
            await tables.outbox.put_card(
                chat_id=owner.id, person_id=owner.id, order_id=missed.order_id, repost=True, ring=missed.ring,
                priority=missed.priority, at=desk.now(),
            )  # fmt: skip


async def announce(
    desk: Desk,
    tables: Tables,
    notice: Notice,
    people: Iterable[Person],
    *,
    group: bool = False,
    ring: bool = True,
    key: str | None = None,
) -> None:
    """Tell people, and the group when asked, something that is no card. With a `key` a newer one replaces it."""
    at = desk.now()
    for person in people:
        await tables.outbox.put_notice(
            chat_id=person.id, person_id=person.id, notice=notice.kind, facts=notice.facts, ring=ring,
            priority=URGENT if ring else NORMAL, at=at, key=key,
        )  # fmt: skip
    if group and desk.desk_chat_id is not None:
        await tables.outbox.put_notice(
            chat_id=desk.desk_chat_id, person_id=None, notice=notice.kind, facts=notice.facts, ring=ring,
            priority=NORMAL, at=at, key=key,
        )  # fmt: skip


async def announce_now(
    desk: Desk, notice: Notice, people: Iterable[Person], *, group: bool = False, key: str | None = None
) -> None:
    """The same in a transaction of its own, for news that comes with no other change."""
    async with desk.store.write() as tables:
        await announce(desk, tables, notice, people, group=group, key=key)
    desk.wake_relay.set()
