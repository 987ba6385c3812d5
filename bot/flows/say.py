"""Staff say something to a buyer: stored first, held when something about it must be said, then given to the lane."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.braking import names_other_order
from bot.domain.chat import MAX_TEXT
from bot.domain.contacts import allowed_in, find_contact
from bot.domain.errors import NotAllowed
from bot.domain.orders import Order
from bot.domain.parts import length, split
from bot.domain.sayings import (
    ALBUM_SECONDS,
    NEVER_SENT,
    Doubt,
    Event,
    PhoneFile,
    Saying,
    SayingKind,
    State,
    digest,
)
from bot.domain.staff import Right
from bot.flows.announce import announce_order
from bot.flows.assemble import stored_order
from bot.flows.desk import Desk
from bot.flows.doubting import came_up, checkout_hosts, of_the_moment
from bot.flows.read_chat import read
from bot.flows.saying_outcome import ask, leaving, record
from storage.albums import Piece
from storage.orders import StoredOrder
from storage.store import Tables

TWICE_MS = 60_000
CAPTION = 1000
"""the place of a caption behind the file it came with"""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person said on a phone: words, a file or both. `said_at` in ms, `attempt` a number of the update."""

    text: str
    chat_id: int
    message_id: int
    said_at: int
    file: PhoneFile | None = None
    album: str = ""
    attempt: int = 0
    is_composed: bool = False
    is_forwarded: bool = False


async def say(desk: Desk, user_id: int, order_id: str, spoken: Spoken) -> list[Saying]:
    """Keep what was said for the buyer of this order; what may go at once is sent soon after. Raises NotAllowed.

    Said again with the same message (an update that is handled twice) changes nothing. What waited of the same album
    goes with it.
    """
    desk.need(user_id, Right.CHAT)
    if desk.gate is None:
        raise NotAllowed("venue_off", {"venue": "Gate C2C"})
    if not spoken.text.strip() and spoken.file is None:
        raise NotAllowed("nothing_to_say")
    async with desk.store.read() as tables:
        order = (await stored_order(tables, order_id)).order
        others = [other.order for other in await tables.orders.open_orders() if other.order.id != order_id]
        waiting = await tables.albums.waiting(spoken.chat_id, spoken.album, user_id)
        elsewhere = await tables.sayings.order_of_album(spoken.chat_id, spoken.album)
    if elsewhere is not None and elsewhere != order_id:
        raise NotAllowed("album_elsewhere", {"order": elsewhere})
    said = [(piece, _piece(piece)) for piece in waiting] + [(None, spoken)]
    # Long words against many orders take a while, and everybody else's writes would wait for it
    found = await asyncio.to_thread(
        lambda: [_doubts(checkout_hosts(desk), desk.now(), order, others, one) for _, one in said]
    )
    kept: list[Saying] = []
    async with desk.store.write() as tables:
        for (piece, one), doubts in zip(said, found, strict=True):
            if piece is None or await tables.albums.take(piece):
                kept += await _keep(desk, tables, user_id, order_id, one, doubts)
    desk.talk.wake.set()
    desk.wake_relay.set()
    return kept


def _piece(piece: Piece) -> Spoken:
    return Spoken(
        piece.text, piece.chat_id, piece.message_id, piece.said_at, piece.file, piece.album,
        is_forwarded=piece.is_forwarded,
    )  # fmt: skip


async def say_once(desk: Desk, user_id: int, order_id: str, spoken: Spoken) -> list[Saying]:
    """The same for a button: a thumb that taps twice says it once. Raises NotAllowed("saying_gone")."""
    async with desk.store.read() as tables:
        before = await tables.sayings.of_message(spoken.chat_id, spoken.message_id)
    for one in before:
        is_same = one.text == spoken.text.strip() and one.attempt != spoken.attempt
        if is_same and abs(spoken.said_at - one.said_at) < TWICE_MS:
            raise NotAllowed("saying_gone")
    return await say(desk, user_id, order_id, spoken)


async def _keep(
    desk: Desk, tables: Tables, user_id: int, order_id: str, spoken: Spoken, found: dict[str, str]
) -> list[Saying]:
    stored = await stored_order(tables, order_id)
    doubts = await _like_the_album(desk, tables, spoken, order_id, found)
    made = [await tables.sayings.add(one) for one in _sayings(desk, user_id, order_id, spoken, doubts)]
    kept = [saying for saying in made if saying is not None]
    if kept:
        await _kept(desk, tables, user_id, stored, kept)
    return kept


async def _kept(desk: Desk, tables: Tables, user_id: int, stored: StoredOrder, kept: Sequence[Saying]) -> None:
    order_id, first = stored.order.id, kept[0]
    facts = {"saying": first.id, "parts": str(len(kept)), "doubts": " ".join(first.doubts)}
    await tables.journal.add(
        at=desk.now(), actor=user_id, action="say", target=order_id, facts=facts, outcome=first.state.value
    )
    if first.album:
        await tables.sayings.postpone_album(order_id, first.album, desk.now() + int(ALBUM_SECONDS * 1000))
    if first.state is State.HELD:
        await ask(desk, tables, first)
    else:
        await leaving(desk, tables, first)
    if stored.claimed_by is None and not stored.order.is_final:
        await tables.orders.claim(order_id, user_id, desk.now())
        await announce_order(desk, tables, order_id)


async def _like_the_album(
    desk: Desk, tables: Tables, spoken: Spoken, order_id: str, doubts: dict[str, str]
) -> dict[str, str]:
    """An album leaves together or not at all: a doubt about one of its pictures or captions holds all of them."""
    if not spoken.album:
        return doubts
    for sibling in await tables.sayings.of_album(order_id, spoken.album):
        if sibling.state is State.HELD:
            doubts = {**sibling.doubts, **doubts}
        elif sibling.state is State.PLANNED and doubts:
            await tables.sayings.move(sibling.id, frm=State.PLANNED, event=Event.DOUBTED, at=desk.now())
            await tables.sayings.doubt(sibling.id, {**sibling.doubts, **doubts})
    return doubts


def _sayings(desk: Desk, user_id: int, order_id: str, spoken: Spoken, doubts: dict[str, str]) -> list[Saying]:
    state = State.HELD if doubts else State.PLANNED
    blank = Saying(
        id="", number=0, order_id=order_id, person_id=user_id, kind=SayingKind.TEXT, state=state, text="",
        source_chat=spoken.chat_id, source_message=spoken.message_id, attempt=spoken.attempt, album=spoken.album,
        doubts=doubts, said_at=spoken.said_at,
    )  # fmt: skip
    made = []
    if spoken.file is not None:
        made.append(replace(blank, id=desk.new_id(), kind=SayingKind.FILE, file=spoken.file))
    text = spoken.text.strip()
    start = CAPTION if spoken.file is not None else 0
    for place, part in enumerate(split(text) if text else []):
        made.append(replace(blank, id=desk.new_id(), text=part, part=start + place))
    return made


def _doubts(hosts: Sequence[str], now: int, order: Order, others: Sequence[Order], spoken: Spoken) -> dict[str, str]:
    """Everything that must be said before this may leave, with what it is about."""
    text = spoken.text
    doubts = of_the_moment(hosts, now, order, text, spoken.said_at)
    if spoken.is_forwarded:
        doubts[Doubt.FORWARDED] = "forwarded"
    if text:
        if Doubt.CHECKOUT not in doubts and (found := find_contact(text, allowed_in(order))):
            doubts[Doubt.CONTACT] = found
        if not spoken.is_composed and (other := names_other_order(text, order, others)) is not None:
            doubts[Doubt.WRONG_ORDER] = other.id
        if length(text.strip()) > MAX_TEXT:
            doubts[Doubt.LONG] = f"{len(split(text))}/{length(text.strip())}"
    return {str(doubt): about[:100] for doubt, about in doubts.items()}


async def approve(
    desk: Desk, user_id: int, saying_id: str, seen: str = "", answered_at: int | None = None
) -> list[Saying]:
    """*Send anyway*: everything that was held together goes to the lane. Only the person who said it decides.

    `seen` is the digest of the question that was tapped, `answered_at` (ms) when that may have been at the earliest.
    What came up since is asked instead. Raises NotAllowed: `asked_anew`, `never_to_buyer`, `saying_gone`.
    """
    async with desk.store.write() as tables:
        held = await _held_together(desk, tables, user_id, saying_id)
        if any(doubt in one.doubts for one in held for doubt in NEVER_SENT):
            raise NotAllowed("never_to_buyer")
        news = await came_up(desk, tables, held, answered_at)
        is_asked = bool(news) or seen not in ("", digest(held))
        approved = [] if is_asked else await _approved(desk, tables, held)
        if is_asked:
            for one in held:
                await tables.sayings.doubt(one.id, {**one.doubts, **news})
            await ask(desk, tables, held[0])
    if is_asked:
        raise NotAllowed("never_to_buyer" if NEVER_SENT & news.keys() else "asked_anew")
    desk.talk.wake.set()
    return approved


async def _approved(desk: Desk, tables: Tables, held: Sequence[Saying]) -> list[Saying]:
    approved = []
    for one in held:
        moved = await tables.sayings.move(one.id, frm=State.HELD, event=Event.APPROVED, at=desk.now())
        if moved is not None:
            await tables.sayings.renew(one.id, desk.now())
            approved.append(moved)
    facts = {"saying": held[0].id, "doubts": " ".join(held[0].doubts), "parts": str(len(approved))}
    await tables.journal.add(
        at=desk.now(), actor=held[0].person_id, action="say", target=held[0].order_id, facts=facts, outcome="approved"
    )
    return approved


async def discard(desk: Desk, user_id: int, saying_id: str) -> list[Saying]:
    """*Don't send*."""
    async with desk.store.write() as tables:
        held = await _held_together(desk, tables, user_id, saying_id)
        for one in held:
            moved = await tables.sayings.move(one.id, frm=State.HELD, event=Event.DISCARDED, at=desk.now())
            await record(desk, tables, moved)
    return held


async def _held_together(desk: Desk, tables: Tables, user_id: int, saying_id: str) -> list[Saying]:
    desk.need(user_id, Right.CHAT)
    saying = await tables.sayings.get(saying_id)
    if saying is None or saying.state is not State.HELD:
        raise NotAllowed("saying_gone")
    if saying.person_id != user_id:
        raise NotAllowed("not_your_saying")
    return await together(tables, saying, State.HELD)


async def together(tables: Tables, saying: Saying, state: State) -> list[Saying]:
    """What was said in one go, an album or one message, as far as it is in that state; in its own order."""
    return [one for one in await _in_one_go(tables, saying) if one.state is state]


async def asked_about(tables: Tables, saying: Saying) -> list[Saying]:
    """What is held of it, with the bad files because of which it is held."""
    return [
        one
        for one in await _in_one_go(tables, saying)
        if one.state is saying.state or (one.state is State.REFUSED and Doubt.BAD_FILE in one.doubts)
    ]


async def _in_one_go(tables: Tables, saying: Saying) -> list[Saying]:
    if saying.album:
        group = await tables.sayings.of_album(saying.order_id, saying.album)
    else:
        group = await tables.sayings.of_message(saying.source_chat, saying.source_message)
    return [one for one in group if one.attempt == saying.attempt]


async def say_again(desk: Desk, user_id: int, saying_id: str, attempt: int, answered_at: int | None = None) -> Saying:
    """*Send again*: a new saying for one that did not arrive, once; held when there is something to ask first.

    `answered_at` as for `approve`. Raises NotAllowed.
    """
    desk.need(user_id, Right.CHAT)
    async with desk.store.read() as tables:
        before = await tables.sayings.get(saying_id)
    if before is not None and before.state is State.MISSING:
        await read(desk, before.order_id)  # it may have turned up meanwhile
    async with desk.store.write() as tables:
        old = await tables.sayings.get(saying_id)
        if old is None or old.state not in (State.MISSING, State.REFUSED):
            raise NotAllowed("saying_gone")
        if old.person_id != user_id:
            raise NotAllowed("not_your_saying")
        siblings = await tables.sayings.of_message(old.source_chat, old.source_message)
        if any(one.part == old.part and one.number > old.number for one in siblings):
            raise NotAllowed("saying_gone")
        doubts = await came_up(desk, tables, [old], answered_at)
        if NEVER_SENT & doubts.keys():
            raise NotAllowed("never_to_buyer")
        state = State.HELD if doubts else State.PLANNED
        fresh = replace(
            old, id=desk.new_id(), state=state, attempt=attempt, album="", doubts=doubts, said_at=desk.now(),
            not_before=0, sent_at=None, settled_at=None, looks=0, first_look_at=None, answer="", answer_facts={},
            is_flagged=False, warning="",
        )  # fmt: skip
        added = await tables.sayings.add(fresh)
        if added is None:
            raise NotAllowed("saying_gone")
        facts = {"saying": added.id, "again": old.id}
        await tables.journal.add(
            at=desk.now(), actor=user_id, action="say_again", target=old.order_id, facts=facts, outcome=state.value
        )
        if added.state is State.HELD:
            await ask(desk, tables, added)
    desk.talk.wake.set()
    return added


async def edited(desk: Desk, user_id: int, chat_id: int, message_id: int) -> list[Saying]:
    """The person changed a message on the phone: what was made of it for a buyer, each part as it was said last."""
    if user_id not in desk.people:
        return []
    async with desk.store.read() as tables:
        said = await tables.sayings.of_message(chat_id, message_id)
    shown = [one for one in said if one.person_id == user_id and one.state is not State.DROPPED]
    return sorted({one.part: one for one in shown}.values(), key=lambda one: one.part)
