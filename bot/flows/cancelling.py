"""How often the desk has cancelled: the venue restricts a merchant whose orders end that way too often."""

from bot.flows.desk import Desk
from bot.flows.working_day import day_start


async def cancels(desk: Desk) -> tuple[int, int]:
    """How many orders the desk has cancelled today, and how many of them in a row.

    A row counts from the newest back to the last order that was completed today, on either side and by whomever: one
    completed order ends it. Cancels in the venue's own app are not counted, for it does not say who cancelled.
    """
    start = day_start(desk)
    async with desk.store.read() as tables:
        return await tables.intents.cancels_since(start), await tables.intents.cancels_in_a_row(start)
