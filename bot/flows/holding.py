"""What does not leave for a buyer now: it waits, it is held for a word of its person, or it is refused."""

from bot.domain.sayings import Doubt, Event, Saying, State
from bot.flows.desk import Desk
from bot.flows.saying_outcome import ask, record
from storage.store import Tables

RETRY_MS = 2000


class Later(Exception):
    """Not now: the lane goes on with this saying after `wait_ms`."""

    def __init__(self, wait_ms: int) -> None:
        super().__init__(f"in {wait_ms} ms")
        self.wait_ms = wait_ms


def waits_with(one: Saying, other: Saying) -> bool:
    """Said in one go with the other, an album or one message, and not gone yet."""
    if one.state is not State.PLANNED or one.attempt != other.attempt or one.source_chat != other.source_chat:
        return False
    return one.album == other.album if other.album else one.source_message == other.source_message


async def hold(desk: Desk, batch: list[Saying], doubt: Doubt | None = None, about: str = "") -> None:
    """Their person is asked what to do; without a doubt of its own, because of what came with it."""
    async with desk.store.write() as tables:
        await put_in_doubt(desk, tables, batch, doubt, about)


async def put_in_doubt(
    desk: Desk, tables: Tables, sayings: list[Saying], doubt: Doubt | None, about: str, *, asks: bool = True
) -> None:
    """The same inside a transaction; `asks` is False when something else asks about them."""
    held = []
    for saying in sayings:
        moved = await tables.sayings.move(saying.id, frm=State.PLANNED, event=Event.DOUBTED, at=desk.now())
        if moved is not None:
            if doubt is not None:
                await tables.sayings.doubt(saying.id, {**saying.doubts, doubt.value: about})
            held.append(moved)
    if held and asks:
        await ask(desk, tables, held[0])


async def hold_rest(desk: Desk, tables: Tables, lost: Saying) -> None:
    """One does not stand in the chat: its person is asked about what was said with it, which must not stand alone."""
    opened = await tables.sayings.open_for(lost.order_id)
    await put_in_doubt(desk, tables, [one for one in opened if waits_with(one, lost)], None, "")


async def refuse(desk: Desk, batch: list[Saying], answer: str, facts: dict[str, str] | None = None) -> None:
    """None of it leaves; each is told with the same reason."""
    async with desk.store.write() as tables:
        for saying in batch:
            moved = await tables.sayings.move(
                saying.id, frm=State.PLANNED, event=Event.REFUSED, at=desk.now(), answer=answer, answer_facts=facts
            )
            await record(desk, tables, moved)
