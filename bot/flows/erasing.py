"""Messages with a secret in them are taken away: at once, and again and again until Telegram does it."""

from collections.abc import Awaitable, Callable

from bot.domain.reach import MessageGone, NotReached
from bot.flows.desk import Desk, log
from storage.messages import Shown
from storage.store import Tables

Erase = Callable[[int, int], Awaitable[None]]
"""takes a message away (chat, message); raises NotReached"""
RETRY_SECONDS = (1, 2, 5, 15, 60, 300, 900)
MOST_TRIES = 60
PASSING = "passing_"


async def erase(desk: Desk, take_away: Erase, chat_id: int, message_id: int) -> bool:
    """True when it is gone now; else it is tried again later, after a restart, too."""
    try:
        await take_away(chat_id, message_id)
        return True
    except MessageGone:
        return True
    except NotReached as no:
        log.warning("a message in %s is not taken away yet: %s", chat_id, no)
        await later(desk, chat_id, message_id, RETRY_SECONDS[0])
        return False


async def later(desk: Desk, chat_id: int, message_id: int, seconds: float) -> None:
    """It may stand there that long."""
    async with desk.store.write() as tables:
        await tables.step_up.erase_later(chat_id, message_id, desk.now() + int(seconds * 1000))


def passing(seconds: int) -> str:
    """The kind of a message that may stand there that long, and no longer whatever comes between."""
    return f"{PASSING}{seconds}"


async def note_passing(tables: Tables, shown: Shown) -> None:
    """In the transaction that remembers the message."""
    if shown.kind.startswith(PASSING):
        due_at = shown.at + int(shown.kind.removeprefix(PASSING)) * 1000
        await tables.step_up.erase_later(shown.chat_id, shown.message_id, due_at)


async def round_(desk: Desk, take_away: Erase) -> None:
    """Those whose time has come, each once."""
    async with desk.store.read() as tables:
        due = await tables.step_up.erasures(desk.now())
    for one in due:
        try:
            await take_away(one.chat_id, one.message_id)
            is_over = True
        except MessageGone:
            is_over = True
        except NotReached as no:
            is_over = one.tries >= MOST_TRIES
            log.warning("a message in %s is not taken away: %s", one.chat_id, no)
        async with desk.store.write() as tables:
            if is_over:
                await tables.step_up.erased(one.chat_id, one.message_id)
            else:
                wait = RETRY_SECONDS[min(one.tries, len(RETRY_SECONDS) - 1)]
                await tables.step_up.erase_again(one.chat_id, one.message_id, desk.now() + wait * 1000)
