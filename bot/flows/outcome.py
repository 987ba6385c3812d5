"""The end of every money request: what came back as an event of the ledger, and kept until it is stored."""

from collections.abc import Awaitable, Callable

from bot.domain.errors import NotAllowed, Refused, Unknown, Unreachable, VenueError
from bot.domain.intents import Event
from bot.flows.desk import Desk, log
from storage.errors import StoreError
from storage.store import Tables


async def attempt(
    work: Awaitable[object], what: str, *, lost: Callable[[Unknown], object] = lambda unknown: None
) -> tuple[Event, str]:
    """Await the one request; its event and the venue's words. Nothing is raised, whatever happens.

    `lost` hears of an answer that is none: it may still name an order.
    """
    try:
        await work
    except Refused as no:
        return Event.REFUSED, f"{no.code}: {no.detail}"
    except (Unreachable, NotAllowed) as never:
        return Event.NEVER_LEFT, str(never)
    except Unknown as unknown:
        log.warning("%s has no answer: %s", what, unknown)
        lost(unknown)
        return Event.NO_ANSWER, unknown.why
    except VenueError as odd:
        return Event.NO_ANSWER, str(odd)
    except Exception as defect:  # whatever went wrong here, the request may have left, and that must be told
        log.exception("%s", what)
        return Event.NO_ANSWER, type(defect).__name__
    return Event.ACCEPTED, "ok"


async def keep_until_stored(desk: Desk, keep: Callable[[Tables], Awaitable[None]], what: str) -> None:
    """Commit an outcome; a memory that cannot be written stops all money, and is tried until it can."""
    while True:
        try:
            async with desk.store.write() as tables:
                await keep(tables)
            desk.is_halted = False
            desk.wake_relay.set()
            return
        except StoreError as error:
            if not desk.is_halted:
                desk.is_halted = True
                cry(desk, str(error))
            log.critical("outcome of %s cannot be stored: %s", what, error)
            await desk.clock.sleep(1)


def cry(desk: Desk, why: str) -> None:
    """Owners hear past the outbox that the memory cannot be written."""
    desk.cried_at = desk.now()
    desk.spawn(_cry(desk, why), "alarm")


async def _cry(desk: Desk, why: str) -> None:
    await desk.alarm(why)
