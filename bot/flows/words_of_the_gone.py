"""What somebody wanted to say to a buyer and was asked about ends when that person leaves the staff."""

from bot.domain.sayings import Event, State
from bot.flows.desk import Desk
from bot.flows.saying_outcome import journal

ANSWER = "no_right_here"


async def round_(desk: Desk) -> None:
    """Nobody else decides about it, so it is never sent; kept as the words that were dropped, in the journal."""
    async with desk.store.read() as tables:
        if not await tables.albums.has_of_the_gone() and not await tables.sayings.held_by_the_gone():
            return
    async with desk.store.write() as tables:
        await tables.albums.forget_the_gone()
        for saying in await tables.sayings.held_by_the_gone():
            moved = await tables.sayings.move(
                saying.id, frm=State.HELD, event=Event.DISCARDED, at=desk.now(), answer=ANSWER
            )
            await journal(desk, tables, moved)
