"""Take back an account that stands on a phone as soon as nobody may pay to it any more, and ring who looks at it.

An order may end, its time run out or its seller name another account while somebody types the first one into a bank's
app. The copy buttons must be gone then, and the QR code with them.
"""

from dataclasses import dataclass, replace

from bot.domain.alerts import AlertKind
from bot.domain.errors import NotAllowed
from bot.domain.orders import Phase
from bot.domain.payees import ENDS, End, is_changed
from bot.domain.situations import Notice, Reader, Situation
from bot.domain.staff import Person, Right
from bot.flows.announce import URGENT, announce
from bot.flows.assemble import situation_of, stored_order
from bot.flows.deliver import LINE, reader_for
from bot.flows.desk import Desk
from bot.flows.payee import PAYEE, PAYEE_QR, check_now
from storage.messages import Shown
from storage.orders import StoredOrder
from storage.outbox import Delivery
from storage.store import Tables

RUNG_WITHIN_SECONDS = 7200
"""who looked at it longer ago than that has paid, or never will"""
NOTICE = "payee_{}"
"""the kind of the notice for each end"""


@dataclass(frozen=True, slots=True)
class EndTelling:
    """What becomes of a message that showed an account."""

    situation: Situation
    reader: Reader
    message_id: int
    end: End


class PayeeEnds:
    """What was taken back is in the store; this remembers only when the next look is worth it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commits = -1
        self._next_at = 0

    async def round(self) -> None:
        """Asks the memory only after something was written, or when a time to pay is over."""
        desk = self._desk
        commits = desk.store.commits
        if commits == self._commits and not 0 < self._next_at <= desk.now():
            return
        async with desk.store.read() as tables:
            ended, self._next_at = await _ended(desk, tables)
        if ended:
            async with desk.store.write() as tables:
                ended, _ = await _ended(desk, tables)  # decided on what is true now
                await _take_back(desk, tables, ended)
            desk.wake_relay.set()
        self._commits = commits


@dataclass(frozen=True, slots=True)
class _Ended:
    shown: Shown
    stored: StoredOrder
    end: End


async def _ended(desk: Desk, tables: Tables) -> tuple[list[_Ended], int]:
    """Every message that may not stand as it is, and when the next deadline may end another (ms; 0: never)."""
    found: list[_Ended] = []
    deadlines: list[int] = []
    for shown in await tables.messages.with_staff(PAYEE, PAYEE_QR):
        stored = await tables.orders.get(shown.order_id or "")
        if stored is None:
            continue
        end = await _end_of(desk, tables, shown, stored)
        if end is not None:
            found.append(_Ended(shown, stored, end))
        elif stored.order.pay_deadline:
            deadlines.append(desk.clock.moment_of(stored.order.pay_deadline))
    return found, min(deadlines, default=0)


async def _end_of(desk: Desk, tables: Tables, shown: Shown, stored: StoredOrder) -> End | None:
    person = desk.people.get(shown.person_id or 0)
    if person is None:
        return End.NOT_NOW
    try:
        await check_now(desk, tables, stored.order, person)
    except NotAllowed as no:
        return ENDS.get(no.reason, End.CHANGED)
    return End.CHANGED if is_changed(stored.order, shown.content_hash) else None


async def _take_back(desk: Desk, tables: Tables, ended: list[_Ended]) -> None:
    rung = set[tuple[int, str]]()
    for one in ended:
        shown, order_id = one.shown, one.stored.order.id
        person = desk.people.get(shown.person_id or 0)
        if shown.kind == PAYEE_QR or person is None or not person.may(Right.SHOW_PAYEE):
            await tables.messages.forget(shown.chat_id, shown.message_id)
            await tables.step_up.erase_later(shown.chat_id, shown.message_id, desk.now())
        else:
            await tables.messages.remember(replace(shown, kind=LINE, data=(), at=desk.now()))
            await tables.outbox.put_line(
                chat_id=shown.chat_id, person_id=person.id, kind=PAYEE, key=f"{PAYEE}:{shown.message_id}",
                order_id=order_id, facts={"message": str(shown.message_id), "end": one.end.value}, ring=False,
                priority=URGENT, at=desk.now(),
            )  # fmt: skip
        if person is not None and (person.id, order_id) not in rung and await _rings(desk, tables, one, person):
            rung.add((person.id, order_id))
            notice = Notice(NOTICE.format(one.end.value), {"order": order_id})
            await announce(desk, tables, notice, [person], key=f"{PAYEE}_end:{order_id}", kind=AlertKind.ALWAYS)


async def _rings(desk: Desk, tables: Tables, one: _Ended, person: Person) -> bool:
    """Not for what the person did themself, nor long after anybody could be paying."""
    is_new = desk.now() - one.shown.at < RUNG_WITHIN_SECONDS * 1000
    if not is_new or not person.may(Right.SHOW_PAYEE) or one.stored.order.phase is Phase.FINISHED:
        return False
    intent = await tables.intents.latest_for(one.stored.order.id)
    return intent is None or str(person.id) not in (str(intent.actor), intent.arguments.get("first"))


async def telling(desk: Desk, delivery: Delivery) -> EndTelling | None:
    """What is to stand in place of the account now; None when another one stands there since, or nobody may read it."""
    reader = reader_for(desk, delivery.person_id)
    if reader is None or delivery.order_id is None:
        return None
    message_id = int(delivery.facts["message"])
    async with desk.store.read() as tables:
        shown = await tables.messages.get(delivery.chat_id, message_id)
        situation = await situation_of(desk, tables, await stored_order(tables, delivery.order_id))
    if shown is None or shown.kind != LINE:
        return None
    return EndTelling(situation, reader, message_id, End(delivery.facts["end"]))
