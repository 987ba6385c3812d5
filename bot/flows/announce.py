"""Who hears what. A flow calls this inside the transaction that changes the state; the relay does the sending.

The direct message is the bell: people on duty, or the owners when nobody is. The desk group is the record. What a flow
asks for is what the event deserves; each person's own choices and quiet hours decide what becomes of it at theirs
(`domain/alerts`).
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.alerts import AlertKind, Loudness, Wishes, kind_of, kind_of_notice
from bot.domain.escalation import Stage
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


def minute_of_day(desk: Desk, person: Person) -> int:
    """What the person's own clock shows, in minutes since midnight."""
    shown = datetime.fromtimestamp(desk.clock.wall_seconds(desk.now()), ZoneInfo(person.timezone))
    return shown.hour * 60 + shown.minute


def heard_as(desk: Desk, wishes: Mapping[int, Wishes], person: Person, kind: AlertKind) -> Loudness | None:
    """How this person hears of it now; None: as the event asks."""
    wish = wishes.get(person.id)
    if wish is None:
        return None
    stands_in = person.role is Role.OWNER and not person.on_duty
    return wish.loudness(kind, minute=minute_of_day(desk, person), on_duty=person.on_duty, stands_in=stands_in)


async def announce_order(
    desk: Desk,
    tables: Tables,
    order_id: str,
    *,
    repost: bool = False,
    ring: bool = False,
    group_rings: bool = False,
    kind: AlertKind | None = None,
) -> None:
    """Bring every copy of the order's card up to date; `repost` shows it anew, `ring` loudly, to those on duty.

    `kind` is what the news is about; without one the order's state tells. Who switched that off gets no new message,
    but the copy that stands there is still edited.
    """
    at = desk.now()
    priority = URGENT if ring else NORMAL if repost else QUIET
    copies = {shown.chat_id: shown.person_id for shown in await tables.messages.cards(order_id)}
    wishes = await tables.alerts.wishes()
    says_end = kind is AlertKind.ENDED
    kind = kind or await _kind_now(tables, order_id, wishes)
    rung = set[int]()
    for person in sorted(bell(desk, await tables.staff.unreachable()), key=lambda one: one.id):
        wish = heard_as(desk, wishes, person, kind)
        if wish is Loudness.OFF:
            continue
        rung.add(person.id)
        if ring and not person.on_duty:  # told as a stand-in, so that this is not said a second time
            await tables.alerts.ring(order_id, Stage.ALONE, person.id, at)
        is_end = says_end and wish is Loudness.ON  # else an end only changes the card that stands there
        await tables.outbox.put_card(
            chat_id=person.id,
            person_id=person.id,
            order_id=order_id,
            repost=repost or is_end,
            ring=is_end or (ring if wish is None else (repost or ring) and wish is Loudness.ON),
            priority=NORMAL if is_end and priority > NORMAL else priority,
            at=at,
        )
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


async def _kind_now(tables: Tables, order_id: str, wishes: Mapping[int, Wishes]) -> AlertKind:
    """By the order's state, which nobody needs to know while nobody chose anything."""
    stored = await tables.orders.get(order_id) if wishes else None
    return kind_of(stored.order) if stored is not None else AlertKind.ALWAYS


async def hand_over(desk: Desk, tables: Tables, missed: Delivery) -> None:
    """The card did not reach the person on duty, and there is no other: the owners are rung instead."""
    away = await tables.staff.unreachable()
    rung = bell(desk, away)
    if missed.kind != "card" or missed.order_id is None:
        return  # a test bell, say, is for this very phone
    if not (missed.repost or missed.ring) or any(person.on_duty for person in rung):
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
    kind: AlertKind | None = None,
) -> None:
    """Tell people, and the group when asked, something that is no card. With a `key` a newer one replaces it.

    `kind`: what of it people may have switched off; without one the notice's name tells. Who switched it off gets
    nothing where the group has it, too.
    """
    at = desk.now()
    kind = kind or kind_of_notice(notice.kind)
    wishes = {} if kind is AlertKind.ALWAYS else await tables.alerts.wishes()
    for person in people:
        wish = heard_as(desk, wishes, person, kind)
        if wish is Loudness.OFF and group and desk.desk_chat_id is not None:
            continue  # the record has it; what nobody else would have comes silently
        rings = ring and wish not in (Loudness.SILENT, Loudness.OFF)
        await tables.outbox.put_notice(
            chat_id=person.id, person_id=person.id, notice=notice.kind, facts=notice.facts, ring=rings,
            priority=URGENT if rings else NORMAL, at=at, key=key,
        )  # fmt: skip
    if group and desk.desk_chat_id is not None:
        await tables.outbox.put_notice(
            chat_id=desk.desk_chat_id, person_id=None, notice=notice.kind, facts=notice.facts, ring=ring,
            priority=NORMAL, at=at, key=key,
        )  # fmt: skip


async def announce_now(
    desk: Desk,
    notice: Notice,
    people: Iterable[Person],
    *,
    group: bool = False,
    key: str | None = None,
    kind: AlertKind | None = None,
) -> None:
    """The same in a transaction of its own, for news that comes with no other change."""
    async with desk.store.write() as tables:
        await announce(desk, tables, notice, people, group=group, key=key, kind=kind)
    desk.wake_relay.set()
