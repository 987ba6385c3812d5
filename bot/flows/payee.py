"""To whom our fiat goes when we buy: shown in full to those who may pay, with the QR code as a picture.

A QR code is a file that the seller's side chose, so it goes the way of the chat's files: fetched only from hosts we
know, kept like them, and remade by the workshop before anybody sees it. Among the files it is the one of no message.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.attachments import BadFile, FileState, KeptFile, NotFetched
from bot.domain.errors import NotAllowed
from bot.domain.intents import State
from bot.domain.orders import Order, Payee
from bot.domain.payees import check_payee
from bot.domain.seals import same_file
from bot.domain.situations import Reader, Situation
from bot.domain.staff import Person, Right
from bot.flows.absorb import look
from bot.flows.announce import NORMAL
from bot.flows.approve import raise_if_open
from bot.flows.assemble import is_too_late, name_of, situation_of, stored_order
from bot.flows.desk import Desk
from storage.messages import Shown
from storage.outbox import Delivery
from storage.store import Tables

PAYEE = "payee"
"""the kind of a message of ours that shows a payee"""
PAYEE_QR = "payee_qr"
"""the kind of a line of the outbox, and of a message, that shows a payee's QR code"""
NO_MESSAGE = 0
PICTURES = frozenset({"image/jpeg", "image/png"})
RETRIED = frozenset({"away", "slow", "cut", "refused", "empty", "disk"})
"""what may be different at the next tap"""


@dataclass(frozen=True, slots=True)
class QrTelling:
    """A QR code for one person: `content` is a PNG or JPEG, or None when it cannot be had; then `file.why` says why."""

    situation: Situation
    payee: Payee
    reader: Reader
    file: KeptFile
    content: bytes | None


async def show_payee(desk: Desk, user_id: int, order_id: str, index: int | None = None) -> tuple[Situation, int]:
    """Whom we are to pay, in full, for an operator or higher, and which of the payees that is.

    Without an index the one of the chosen method. Gate is looked at first: an old button must not lead to an order that
    is over. That it was shown is journalled, and so is a refusal; its QR code follows as a picture. Raises NotAllowed
    or VenueError.
    """
    try:
        return await _show_payee(desk, user_id, order_id, index)
    except NotAllowed as no:
        async with desk.store.write() as tables:
            facts = {"reason": no.reason, **no.facts}
            await _journal(desk, tables, user_id, order_id, facts, "not_allowed")
        raise


async def _show_payee(desk: Desk, user_id: int, order_id: str, index: int | None) -> tuple[Situation, int]:
    desk.need(user_id, Right.SHOW_PAYEE)
    async with desk.store.read() as tables:
        known = (await stored_order(tables, order_id)).order
    if known.is_final:  # the names of one that ended long ago are forgotten, and a look would bring them back
        raise NotAllowed("already_final", {"order": order_id, "status": known.status})
    await look(desk, order_id)
    async with desk.store.write() as tables:
        person = desk.need(user_id, Right.SHOW_PAYEE)  # the venue took its time; the right may be gone
        stored = await stored_order(tables, order_id)
        order = stored.order
        await check_now(desk, tables, order, person)
        at = _place(order, index)
        facts = {"method": order.payees[at].method} if order.payees else {}
        await _journal(desk, tables, user_id, order_id, facts, "done")
        if order.payees and order.payees[at].qr_url:
            await _want_qr(desk, tables, order, order.payees[at], user_id)
        situation = await situation_of(desk, tables, stored)
    desk.talk.wake.set()
    desk.wake_relay.set()
    return situation, at


async def check_now(desk: Desk, tables: Tables, order: Order, person: Person) -> None:
    """Raises NotAllowed when this person may not pay the order now; also while it is, or was, acted on from here."""
    check_payee(order, person, is_late=is_too_late(desk, order))
    intent = await tables.intents.latest_for(order.id)
    if intent is not None and intent.is_open:
        raise_if_open(desk, intent)
    if intent is not None and intent.state is State.DONE:
        raise NotAllowed("already_done", {"order": order.id, "who": name_of(desk, intent.actor)})


def _place(order: Order, index: int | None) -> int:
    if index is not None and 0 <= index < len(order.payees):
        return index
    return next((place for place, payee in enumerate(order.payees) if payee == order.main_payee), 0)


async def _want_qr(desk: Desk, tables: Tables, order: Order, payee: Payee, user_id: int) -> None:
    """Fetch the code, unless it lies here already; what failed for a passing reason is tried once more."""
    await tables.files.want(order.id, NO_MESSAGE, [payee.qr_url], desk.now())
    for file in await tables.files.of_message(NO_MESSAGE, order.id):
        if file.url != payee.qr_url:
            continue
        if file.state is FileState.FAILED and file.why in RETRIED:
            await tables.files.want_again(file.number, desk.now())
        elif file.state is not FileState.WANTED:
            await _put(desk, tables, file, [user_id])


async def as_picture(desk: Desk, content: bytes, host: str) -> tuple[bytes, str]:
    """A QR code as the workshop made it anew, and its content type. Raises NotFetched when it is no picture."""
    if desk.talk.bench is None:
        raise NotFetched("no_picture", host, is_final=True)
    try:
        made = await desk.talk.bench.prepare(content, "qr")
    except BadFile:
        raise NotFetched("no_picture", host, is_final=True) from None
    if len(made) != 1 or made[0].content_type not in PICTURES:
        raise NotFetched("no_picture", host, is_final=True)
    return made[0].content, made[0].content_type


async def qr_came(desk: Desk, tables: Tables, file: KeptFile) -> None:
    """Inside a transaction: the code is here, or will not come; whoever looks at the payee is shown that."""
    shown: list[Shown] = await tables.messages.everywhere(file.order_id, PAYEE)
    await _put(desk, tables, file, sorted({one.chat_id for one in shown if one.chat_id in desk.people}))


async def _put(desk: Desk, tables: Tables, file: KeptFile, people: Iterable[int]) -> None:
    for person_id in people:
        await tables.outbox.put_line(
            chat_id=person_id, person_id=person_id, kind=PAYEE_QR, key=f"{PAYEE_QR}:{file.number}",
            order_id=file.order_id, facts={"file": str(file.number)}, ring=False, priority=NORMAL, at=desk.now(),
        )  # fmt: skip


async def qr_for(desk: Desk, delivery: Delivery) -> QrTelling | None:
    """What to show now; None when the person may not see it (any more), or the order or its payee is another."""
    person = desk.people.get(delivery.person_id or 0)
    if person is None or person.is_frozen or not person.may(Right.SHOW_PAYEE) or delivery.order_id is None:
        return None
    async with desk.store.read() as tables:
        stored = await stored_order(tables, delivery.order_id)
        file = await tables.files.get(int(delivery.facts["file"]))
        situation = await situation_of(desk, tables, stored)
        may_see = await _may_see(desk, tables, stored.order, person)
    payee = _payee_of(stored.order, file) if file is not None else None
    if file is None or payee is None or file.state is FileState.WANTED or not may_see:
        return None
    content = await desk.store.files.get(file.sha256) if file.state is FileState.KEPT else None
    return QrTelling(situation, payee, Reader(person.language, person.timezone, person), file, content)


def _payee_of(order: Order, file: KeptFile) -> Payee | None:
    return next((one for one in order.payees if one.qr_url and same_file(one.qr_url) == same_file(file.url)), None)


async def _may_see(desk: Desk, tables: Tables, order: Order, person: Person) -> bool:
    try:
        await check_now(desk, tables, order, person)
    except NotAllowed:
        return False
    return True


async def _journal(
    desk: Desk, tables: Tables, user_id: int, order_id: str, facts: dict[str, str], outcome: str
) -> None:
    await tables.journal.add(
        at=desk.now(), actor=user_id, action="show_payee", target=order_id, facts=facts, outcome=outcome
    )
