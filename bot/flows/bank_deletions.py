"""What became of a deletion whose answer nobody heard: the venue's list tells. The request is never sent again."""

from bot.domain.errors import VenueError
from bot.domain.intents import proves_untouched
from bot.domain.listing import Listing
from bot.domain.off_ramps import BankAccount
from bot.domain.situations import Notice
from bot.domain.staff import Role
from bot.flows.announce import announce, with_role
from bot.flows.desk import Desk, StoreError, log
from storage.bank_deletions import Deletion
from storage.store import Tables

LOOK_AFTER_SECONDS = (2, 20, 65)
LOOK_EVERY_SECONDS = 60
ACTION = "bank_delete"
MOST_LOOKS = 10
"""so many looks, over some eight minutes, and a list that still cannot be read whole is not asked for any more"""
NOTICES = {"found_deleted": "bank_found_deleted", "still_listed": "bank_still_listed", "unclear": "bank_unclear"}


async def adopt(desk: Desk) -> int:
    """At start: what was on its way when the process died may or may not have arrived."""
    async with desk.store.write() as tables:
        return await tables.bank_deletions.lost()


async def round_(desk: Desk) -> None:
    """Every second while one is without an outcome; nothing is asked before a look is due."""
    if desk.exchange.otc is None:
        return
    async with desk.store.read() as tables:
        due = [one for one in await tables.bank_deletions.unsettled() if _is_due(desk, one)]
    if not due:
        return
    try:
        listed = await desk.exchange.off_ramp.banks()
    except StoreError:
        raise
    except VenueError as error:
        log.warning("bank accounts cannot be looked at: %s", error)
        await desk.clock.sleep(LOOK_AFTER_SECONDS[0])
        return
    for one in due:
        await _look(desk, one, listed)
    desk.wake_relay.set()


def _is_due(desk: Desk, one: Deletion) -> bool:
    if one.looks < len(LOOK_AFTER_SECONDS):
        due_at = one.sent_at + LOOK_AFTER_SECONDS[one.looks] * 1000
    else:
        due_at = (one.last_look_at or 0) + LOOK_EVERY_SECONDS * 1000
    return desk.now() >= due_at or due_at - desk.now() > 2 * LOOK_EVERY_SECONDS * 1000


async def _look(desk: Desk, one: Deletion, listed: Listing[BankAccount]) -> None:
    """Gone is deleted. Listed it may still go: three looks over a minute say that it does not."""
    is_there = any(bank.id == one.bank_id for bank in listed)
    async with desk.store.write() as tables:
        if not is_there and not listed.unreadable:
            await _settle(desk, tables, one, "found_deleted")
            return
        counted = await tables.bank_deletions.looked(one.number, desk.now(), is_there=is_there)
        if counted is None:
            return
        if is_there and proves_untouched(counted.looks, counted.first_look_at, desk.now()):
            await _settle(desk, tables, one, "still_listed")
        elif not is_there and counted.looks >= MOST_LOOKS:  # what could not be read may be it
            await _settle(desk, tables, one, "unclear")


async def _settle(desk: Desk, tables: Tables, one: Deletion, outcome: str) -> None:
    if not await tables.bank_deletions.settle(one.number, outcome, desk.now()):
        return
    await tables.journal.add(
        at=desk.now(), actor=one.person, action=ACTION, target=f"bank/{one.bank_id}", facts={"bank": one.bank},
        outcome=outcome,
    )  # fmt: skip
    person = desk.people.get(one.person)
    people = [person] if person is not None else with_role(desk, Role.OWNER)
    await announce(desk, tables, Notice(NOTICES[outcome], {"bank": one.bank}), people)
