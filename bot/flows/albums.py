"""An album comes piece by piece, and any of them may say for whom all of it is: those before it wait for that."""

from dataclasses import dataclass

from bot.domain.sayings import ALBUM_SECONDS
from bot.domain.situations import Reader
from bot.flows import deliver
from bot.flows.announce import URGENT
from bot.flows.deliver import Delivery
from bot.flows.desk import Desk
from bot.flows.say import Spoken
from bot.flows.saying_outcome import ALBUM
from storage.albums import Piece


async def order_of_album(desk: Desk, chat_id: int, album: str) -> str | None:
    """The order for which an earlier piece of this album was said."""
    async with desk.store.read() as tables:
        return await tables.sayings.order_of_album(chat_id, album)


async def wait(desk: Desk, user_id: int, spoken: Spoken, *, reason: str, topic_id: int | None) -> None:
    """Keep a piece that nobody addressed, for one that may still say whose it is.

    Stays the album without a buyer, its person is told so once: why it stays inside (`reason`, of a refusal), or in a
    direct message that it went to nobody. In the group people also show pictures to each other.
    """
    if spoken.file is None or not spoken.album:
        return
    piece = Piece(
        spoken.chat_id, spoken.message_id, spoken.album, user_id, spoken.text, spoken.file, spoken.is_forwarded,
        spoken.said_at, desk.now(),
    )  # fmt: skip
    is_private = spoken.chat_id == user_id
    async with desk.store.write() as tables:
        await tables.albums.keep(piece)
        if is_private or reason:
            facts = {"album": piece.album, "by": str(user_id), "reason": reason, "topic": str(topic_id or "")}
            await tables.outbox.put_line(
                chat_id=piece.chat_id, person_id=user_id if is_private else None, kind=ALBUM,
                key=f"album:{piece.album}", order_id=None, facts=facts, ring=False, priority=URGENT, at=desk.now(),
                next_at=desk.now() + int(ALBUM_SECONDS * 1000),
            )  # fmt: skip
    desk.wake_relay.set()


@dataclass(frozen=True, slots=True)
class Unaddressed:
    """An album that is for no buyer: its first message, and why (a refusal's reason, or nothing)."""

    message_id: int
    topic_id: int | None
    reason: str
    reader: Reader


async def unaddressed(desk: Desk, delivery: Delivery) -> Unaddressed | None:
    """None when the album found its buyer, or nobody may read the answer."""
    facts, reader = delivery.facts, deliver.reader_for(desk, delivery.person_id)
    async with desk.store.read() as tables:
        left = await tables.albums.waiting(delivery.chat_id, facts["album"], int(facts["by"]))
    if not left or reader is None:
        return None
    return Unaddressed(left[0].message_id, int(facts["topic"]) if facts["topic"] else None, facts["reason"], reader)
